import { type Command, Argument } from 'commander';
import { ACCOUNTS, type Account, databaseGrants } from '../compose';
import type { Config } from '../config/config';
import { runCommand } from './command';

/** `grants`: prints, and changes nothing. */
export function addGrantsCommand(program: Command, config: () => Config): void {
  program
    .command('grants')
    .description('print the SQL that gives a MariaDB account what it needs and no more')
    .addArgument(new Argument('<what>', 'what the account does').choices(ACCOUNTS))
    .argument('<account>', "the account as MariaDB writes it, such as 'gateway'@'10.0.0.%'")
    .action((what: Account, account: string) =>
      runCommand(() => {
        for (const statement of databaseGrants(config(), what, account)) console.log(statement);
        return Promise.resolve();
      }),
    );
}
