#!/usr/bin/env node
import { Command } from 'commander';
import type { OperatorParts } from '../app/identity/operator-events';
import { furnishingFiles, openKeys, openOperator, openStores, type Stores } from '../compose';
import { type Config, loadConfig } from '../config/config';
import { addBorrowerCommand } from './borrower';
import { addImportCommand } from './import';
import { addInstitutionCommand } from './institution';
import { addMigrateCommand } from './migrate';
import { addSchemaCommand } from './schema';
import { addServeCommand } from './serve';
import { addTokenCommand } from './token';

const config = (): Config => loadConfig(process.env);
const stores = (): Promise<Stores & { production: boolean; operator: () => Promise<OperatorParts> }> => {
  const settings = config();
  const keys = openKeys(settings);
  const opened = openStores(settings, keys);
  return Promise.resolve({ ...opened, production: settings.production, operator: () => openOperator(opened, keys) });
};

const program = new Command('gateway').description('Consent-enforcing credit data gateway').showHelpAfterError();
addServeCommand(program, config);
addMigrateCommand(program, config);
addInstitutionCommand(program, stores);
addBorrowerCommand(program, stores);
addImportCommand(program, async () => ({ ...(await stores()), ...furnishingFiles }));
addTokenCommand(program, config);
addSchemaCommand(program);
void program.parseAsync();
