import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import { type Role, ROLES } from '../core/identity/actor';
import type { RoleSchema } from './build-schema';
import { createFormatError } from './format-error';
import { recorder } from './recorder';
import type { RequestContext } from './request-context';

export type RoleServers = Readonly<Record<Role, ApolloServer<RequestContext>>>;

/**
 * One server for each role over that role's schema: a field outside it is answered like one that does not exist, and a
 * cached validation of one role's document never serves another (enforcement.md, 2.6 and 8).
 *
 * @param extra - Further plugins, for tests that attack the recorder; the recorder is always last.
 */
export async function startRoleServers(
  schemas: Readonly<Record<Role, RoleSchema>>,
  logFault: (cause: unknown) => void,
  extra: readonly ApolloServerPlugin<RequestContext>[] = [],
): Promise<RoleServers> {
  const servers = ROLES.map((role) => [role, createServer(role, schemas[role], logFault, extra)] as const);
  await Promise.all(servers.map(([, server]) => server.start()));
  return Object.fromEntries(servers) as Record<Role, ApolloServer<RequestContext>>;
}

function createServer(
  role: Role,
  { schema }: RoleSchema,
  logFault: (cause: unknown) => void,
  extra: readonly ApolloServerPlugin<RequestContext>[],
): ApolloServer<RequestContext> {
  const armor = new ApolloArmor({
    maxAliases: { n: 15, allowList: [] },
    maxDirectives: { n: 5 },
    maxTokens: { enabled: false },
    blockFieldSuggestion: { enabled: false },
    costLimit: { maxCost: 120_000 }, // it takes `first` for a factor where it is written out, and for 1 where a variable gives it
    maxDepth: { n: 10, ignoreIntrospection: true },
  }).protect();
  return new ApolloServer<RequestContext>({
    schema,
    introspection: role === 'AUDITOR',
    hideSchemaDetailsFromClientErrors: role !== 'AUDITOR',
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: 1_000 },
    formatError: createFormatError(logFault),
    validationRules: armor.validationRules,
    plugins: [
      ...(armor.plugins as ApolloServerPlugin<RequestContext>[]),
      ...extra,
      recorder,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}
