#!/usr/bin/env node
import { Command } from 'commander';
import { furnishingFiles, openKeys, openStores, type Stores } from '../compose';
import { type Config, loadConfig } from '../config/config';
import { addImportCommand } from './import';
import { addInstitutionCommand } from './institution';
import { addMigrateCommand } from './migrate';
import { addSchemaCommand } from './schema';
import { addServeCommand } from './serve';
import { addTokenCommand } from './token';

const config = (): Config => loadConfig(process.env);
const stores = (): Promise<Stores & { production: boolean }> => {
  const settings = config();
  return Promise.resolve({ ...openStores(settings, openKeys(settings)), production: settings.production });
};

const program = new Command('gateway').description('Consent-enforcing credit data gateway').showHelpAfterError();
addServeCommand(program, config);
addMigrateCommand(program, config);
addInstitutionCommand(program, stores);
addImportCommand(program, async () => ({ ...(await stores()), ...furnishingFiles }));
addTokenCommand(program, config);
addSchemaCommand(program);
void program.parseAsync();
