import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Keys } from '../../src/app/ports';
import { DAY_MS } from '../../src/core/credit/calendar';
import type { Exchange } from './load';
import { type BenchAccount, type BenchPerson, expectedReport, makeDraw } from './people';
import { requestBody } from './query';
import { BANK, DATA_LIFE_DAYS, PLATFORM, PURPOSE, type Variant } from './settings';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Asks for people at random and compares every answer, field by field, with what was generated for them. */
export function createExchange(variant: Variant, people: readonly BenchPerson[], keys: Keys, token: string): Exchange {
  const draw = makeDraw(variant.charCodeAt(0));
  const headers = variant === 'e' ? `authorization: Bearer ${token}\r\n` : '';
  const gatewayRef = ({ accountNo }: BenchAccount): string =>
    keys.pairwiseRef(BANK, PURPOSE, keys.accountIdOf(PLATFORM, accountNo));
  const refOf = variant === 'e' ? gatewayRef : ({ accountNo }: BenchAccount): string => accountNo;
  return {
    send: async (connection) => {
      const person = people[draw(people.length)];
      if (!person) throw new Error('Nobody was generated');
      const { status, body } = await connection.post('/graphql', headers, requestBody(person, randomUUID()));
      const fault =
        status === 200 ? findFault(JSON.parse(body), expectedReport(person, refOf), variant) : `status ${String(status)}`;
      if (fault !== null)
        throw new Error(`(${variant}) answered otherwise for ${person.customerId}: ${fault}\n${body.slice(0, 2_000)}`);
    },
  };
}

interface Body {
  readonly data?: { readonly creditReport?: Readonly<Record<string, unknown>> | null } | null;
  readonly errors?: unknown;
  readonly extensions?: { readonly disclosure?: { readonly reportId?: unknown; readonly ledgerIndex?: unknown } };
}

/** @returns in what an answer differs from the expected report; null: in nothing. */
export function findFault(answer: unknown, expected: Readonly<Record<string, unknown>>, variant: Variant): string | null {
  const { data, errors, extensions } = answer as Body;
  if (errors !== undefined) return 'errors';
  const report = data?.creditReport;
  if (!report) return 'no report';
  const { reportId, decidedAt, eraseBy, ...content } = report;
  if (typeof reportId !== 'string' || reportId.length < 20) return 'reportId';
  if (typeof decidedAt !== 'string' || !INSTANT.test(decidedAt)) return 'decidedAt';
  if (typeof eraseBy !== 'string' || Date.parse(eraseBy) - Date.parse(decidedAt) !== DATA_LIFE_DAYS * DAY_MS) return 'eraseBy';
  const { disclosure } = extensions ?? {};
  if (variant === 'e' && (disclosure?.reportId !== reportId || !Number.isSafeInteger(disclosure.ledgerIndex)))
    return 'no disclosure';
  return isDeepStrictEqual(content, expected) ? null : `expected ${JSON.stringify(expected)}`;
}
