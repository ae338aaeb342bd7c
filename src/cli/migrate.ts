import type { Command } from 'commander';
import { migrateDatabase, revertDatabase } from '../compose';
import type { Config } from '../config/config';
import { runCommand } from './command';

/** `migrate`, and `migrate --revert` for the newest one. */
export function addMigrateCommand(program: Command, config: () => Config): void {
  program
    .command('migrate')
    .description('bring the database to the newest schema')
    .option('--revert', 'undo the newest migration, with the data it holds')
    .action(({ revert }: { revert?: true }) =>
      runCommand(async () => {
        if (revert) {
          await revertDatabase(config());
          console.log('Undid the newest migration.');
          return;
        }
        const ran = await migrateDatabase(config());
        console.log(ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The database is up to date.');
      }),
    );
}
