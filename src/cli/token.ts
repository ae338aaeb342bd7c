import { type Command, Option } from 'commander';
import { openDevelopmentIssuer } from '../compose';
import type { Config } from '../config/config';
import { TOKEN_ROLES, type TokenRole } from '../core/identity/actor';
import { runCommand } from './command';

interface TokenOptions {
  readonly role: TokenRole;
  readonly party: string;
  readonly borrower?: string;
  readonly ttl: string;
}

/** `token`: a signed access token of the development issuer; refused in production. */
export function addTokenCommand(program: Command, config: () => Config): void {
  program
    .command('token')
    .description('print an access token of the development issuer')
    .addOption(new Option('--role <role>', 'role of the caller').choices(Object.keys(TOKEN_ROLES)).makeOptionMandatory())
    .requiredOption('--party <id>', 'institution; for a borrower the platform')
    .option('--borrower <reference>', "a borrower's customer id at that platform")
    .option('--ttl <seconds>', 'how long it holds', '3600')
    .action(({ role, party, borrower, ttl }: TokenOptions) =>
      runCommand(async () => {
        const issuer = await openDevelopmentIssuer(config());
        console.log(
          await issuer.issue({ role, party, ...(borrower === undefined ? {} : { borrower }), ttlSeconds: Number(ttl) }),
        );
      }),
    );
}
