import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import Fastify from 'fastify';
import { buildSchemaSync } from 'type-graphql';
import { createReportReader, type ReadPerson } from './plain-report';
import { CreditAccountResolver, CreditReportResolver, type PlainContext } from './plain.resolver';
import { serve } from './server-child';

/** (b): what somebody would build who knows the libraries and has no rules to enforce and nothing to record. @returns the port. */
async function listenApollo(read: ReadPerson): Promise<number> {
  const schema = buildSchemaSync({
    resolvers: [CreditReportResolver, CreditAccountResolver],
    validate: false,
    emitSchemaFile: false,
  });
  const server = new ApolloServer<PlainContext>({
    schema,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
  });
  await server.start();
  const app = Fastify({ logger: false });
  app.post('/graphql', async (request, reply) => {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value);
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body: request.body },
      context: () => Promise.resolve({ read, requestId: randomUUID() }),
    });
    if (answer.body.kind !== 'complete') throw new Error('Only whole answers are sent');
    for (const [name, value] of answer.headers) void reply.header(name, value);
    return reply.code(answer.status ?? 200).send(answer.body.string);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port; // a TCP listener has one
}

serve(() => listenApollo(createReportReader(process.env)));
