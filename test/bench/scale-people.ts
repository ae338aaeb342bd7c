import { randomUUID } from 'node:crypto';
import type { Keys } from '../../src/app/ports';
import { firstDayOf, toLocalDate } from '../../src/core/credit/calendar';
import { type AccountClass, accountStatusOf } from '../../src/core/credit/codes';
import { borrowerRecords } from '../../src/generate/borrower-records';
import { findFault } from './exchange';
import type { Exchange } from './load';
import { makeDraw } from './people';
import { requestBody } from './query';
import { GENERATE } from './scale-book';
import { SEED } from './scale-settings';
import { BANK, MONTHS as MONTHS_ASKED, PLATFORM, PURPOSE } from './settings';

type Fields = Readonly<Record<string, unknown>>;
const emitRecords = borrowerRecords({ ...GENERATE, seed: SEED, detail: 'PLAIN' });
/** As far as the platform has reported: all of the newest month. */
const REPORTED_ON = toLocalDate(firstDayOf(GENERATE.until + 1));

/** One borrower of a plain book as the generator makes it. */
export interface GeneratedPerson {
  readonly customerId: string;
  readonly borrower: Fields;
  readonly account: Fields;
  /** The newest first. */
  readonly months: readonly Fields[];
}

export function generatePerson(index: number): GeneratedPerson {
  const found: Record<string, Fields[]> = { borrower: [], account: [], monthlySummary: [] };
  emitRecords(index, (entity, fields) => void found[entity]?.push(fields));
  const [borrower, account] = [found['borrower']?.[0], found['account']?.[0]];
  if (!borrower || !account) throw new Error(`Borrower ${String(index)} was not generated`);
  return { customerId: String(borrower['customerId']), borrower, account, months: found['monthlySummary']?.reverse() ?? [] };
}

/** What the report must say of a person, reckoned from what was generated. */
export function expectedOf({ borrower, account, months }: GeneratedPerson, accountRef: string): Fields {
  const asked = months.slice(0, MONTHS_ASKED);
  return {
    purpose: PURPOSE,
    completeness: 'NOT_ASSERTED',
    identity: {
      fullName: borrower['fullName'],
      idType: borrower['idType'],
      idNumber: borrower['idNumber'],
      birthYear: Number(String(borrower['dateOfBirth']).slice(0, 4)),
    },
    summary: expectedSummary(account, months, asked),
    accounts: [
      {
        accountRef,
        currency: account['currency'],
        reportedOn: REPORTED_ON,
        product: account['product'],
        accountClass: account['accountClass'],
        openedOn: account['openedOn'],
        creditLimit: account['creditLimitMinor'],
        status: accountStatusOf(account['accountClass'] as AccountClass, String(account['rawStatus'])), // as generated
        monthlySummaries: asked.map(({ month, borrowedAmountMinor, repaymentStatus, loanCount }) => ({
          month,
          borrowedAmount: borrowedAmountMinor,
          repaymentStatus,
          loanCount,
        })),
      },
    ],
  };
}

function expectedSummary(account: Fields, months: readonly Fields[], asked: readonly Fields[]): Fields {
  const sum = (name: string): number => asked.reduce((total, month) => total + Number(month[name]), 0);
  const statuses = months.map(({ repaymentStatus }) => String(repaymentStatus));
  const late = statuses.filter((status) => '1234567DZBG'.includes(status)).length;
  const onTime = statuses.filter((status) => 'NM'.includes(status)).length;
  const [used, limit] = [Number(months[0]?.['usedLimitMinor']), Number(account['creditLimitMinor'])];
  return {
    borrowedAmount12m: sum('borrowedAmountMinor'),
    loanCount12m: sum('loanCount'),
    alwaysOnTime24m: late + onTime === 0 ? null : late === 0,
    delinquentMonths24m: late,
    overdueNow: '1234567B'.includes(statuses[0] ?? ''),
    utilisation: Math.floor((used * 10_000) / limit + 0.5),
  };
}

/** Asks a gateway for borrowers at random, and compares every answer with what was generated. @param indices - Who has granted. */
export function createScaleExchange(indices: readonly number[], keys: Keys, token: string, seed: number): Exchange {
  const draw = makeDraw(seed);
  const headers = `authorization: Bearer ${token}\r\n`;
  return {
    send: async (connection) => {
      const person = generatePerson(indices[draw(indices.length)] ?? 0);
      const identity = { idNumber: String(person.borrower['idNumber']), fullName: String(person.borrower['fullName']) };
      const { status, body } = await connection.post('/graphql', headers, requestBody(identity, randomUUID()));
      const accountId = keys.accountIdOf(PLATFORM, String(person.account['accountNo']));
      const expected = expectedOf(person, keys.pairwiseRef(BANK, PURPOSE, accountId));
      const fault = status === 200 ? findFault(JSON.parse(body), expected, 'e') : `status ${String(status)}`;
      if (fault !== null) throw new Error(`answered otherwise for ${person.customerId}: ${fault}\n${body.slice(0, 2_000)}`);
    },
  };
}
