import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { DAY_MS } from '../../src/core/credit/calendar';
import {
  createReportReader,
  monthsOf,
  type ReadPerson,
  toAccountAnswer,
  toIdentityAnswer,
  toMonthAnswer,
  toSummaryAnswer,
} from './plain-report';
import { serve } from './server-child';
import { DATA_LIFE_DAYS, MONTHS } from './settings';

interface Asked {
  readonly variables: {
    readonly input: {
      readonly borrower: { readonly idType: 'RESIDENT_ID_CARD'; readonly idNumber: string; readonly fullName: string };
      readonly purpose: string;
    };
  };
}

/** (a): the same answer without GraphQL. @returns the port. */
async function listenRaw(read: ReadPerson): Promise<number> {
  const app = Fastify({ logger: false });
  app.post<{ Body: Asked }>('/graphql', async (request, reply) => {
    const { borrower, purpose } = request.body.variables.input;
    const rows = await read(borrower);
    const nowMs = Date.now();
    const creditReport = rows && {
      reportId: randomUUID(),
      decidedAt: new Date(nowMs).toISOString(),
      purpose,
      completeness: 'NOT_ASSERTED',
      eraseBy: new Date(nowMs + DATA_LIFE_DAYS * DAY_MS).toISOString(),
      identity: toIdentityAnswer(rows),
      summary: toSummaryAnswer(rows),
      accounts: rows.accounts.map((account) => ({
        ...toAccountAnswer(account),
        monthlySummaries: monthsOf(rows, account, MONTHS).map(toMonthAnswer),
      })),
    };
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ data: { creditReport } }));
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port; // a TCP listener has one
}

serve(() => listenRaw(createReportReader(process.env)));
