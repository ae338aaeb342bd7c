import { type Command, Option } from 'commander';
import { schemaText } from '../compose';
import { TOKEN_ROLES, type TokenRole } from '../core/identity/actor';
import { runCommand } from './command';

/** `schema [--role ROLE]`: the SDL with its directives, whole or as one role sees it. */
export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the GraphQL schema with its rules')
    .addOption(new Option('--role <role>', 'as this role sees it').choices(Object.keys(TOKEN_ROLES)))
    .action(({ role }: { role?: TokenRole }) =>
      runCommand(() => {
        process.stdout.write(schemaText(role ? TOKEN_ROLES[role] : null));
        return Promise.resolve();
      }),
    );
}
