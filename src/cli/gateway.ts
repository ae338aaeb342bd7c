#!/usr/bin/env node
import { Command } from 'commander';
import type { OperatorParts } from '../app/identity/operator-events';
import {
  furnishingFiles,
  ledgerFiles,
  openDecisionAudit,
  openKeyRotation,
  openKeys,
  openLedgerArchive,
  openOperator,
  openRecordAudit,
  openStores,
  type RecordAudit,
  type Stores,
} from '../compose';
import { type Config, loadConfig } from '../config/config';
import { addAuditCommand } from './audit';
import { addBorrowerCommand } from './borrower';
import { addCheckCommand } from './check';
import { addCorrectionsCommand } from './corrections';
import { addGenerateCommand } from './generate';
import { addGrantsCommand } from './grants';
import { addImportCommand } from './import';
import { addInstitutionCommand } from './institution';
import { addKeysCommand } from './keys';
import { addLedgerCommand } from './ledger';
import { addMigrateCommand } from './migrate';
import { addSchemaCommand } from './schema';
import { addServeCommand } from './serve';
import { addTokenCommand } from './token';

const config = (): Config => loadConfig(process.env);
const stores = (): Promise<Stores & RecordAudit & { production: boolean; operator: () => Promise<OperatorParts> }> => {
  const settings = config();
  const keys = openKeys(settings);
  const opened = openStores(settings, keys);
  return Promise.resolve({
    ...opened,
    ...openRecordAudit(opened, keys),
    production: settings.production,
    operator: () => openOperator(opened, keys),
  });
};

const program = new Command('gateway').description('Consent-enforcing credit data gateway').showHelpAfterError();
addServeCommand(program, config);
addMigrateCommand(program, config);
addGrantsCommand(program, config);
addInstitutionCommand(program, stores);
addBorrowerCommand(program, stores);
addImportCommand(program, async () => ({ ...(await stores()), ...furnishingFiles }));
addCheckCommand(program, stores);
addCorrectionsCommand(program, stores);
addAuditCommand(program, async () => {
  const opened = await stores();
  return { ...openDecisionAudit(opened), close: opened.close };
});
addLedgerCommand(program, {
  ...ledgerFiles,
  openArchive: async () => {
    const opened = await stores();
    return { ...(await openLedgerArchive(opened, openKeys(config()))), close: opened.close };
  },
});
addKeysCommand(program, async () => {
  const opened = await stores();
  return { ...openKeyRotation(config(), opened), close: opened.close };
});
addTokenCommand(program, config);
addSchemaCommand(program);
addGenerateCommand(program);
void program.parseAsync();
