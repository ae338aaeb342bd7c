import { FIELD_CATALOGUE } from '../../../src/core/credit/field-catalogue';
import type { LedgerEntry } from '../../../src/core/ledger/entry';
import { type Evidence, findViolations } from '../../bench/torture-check';
import type { Heard, Received } from '../../bench/torture-load';

const idOf = (coordinate: string): number => FIELD_CATALOGUE.load(coordinate).id;
const RELEASED = {
  'bench-platform/-': [idOf('Identity.fullName')],
  'bench-platform/HUABEI': ['CreditAccount.product', 'CreditAccount.monthlySummaries', 'MonthlySummary.loanCount']
    .flatMap((coordinate) => FIELD_CATALOGUE.find(coordinate) ?? [])
    .map(({ id }) => id)
    .sort((a, b) => a - b),
};

function change(action: 'grant' | 'revoke', set: number): LedgerEntry {
  return { type: 'C', action, set, subject: 's' } as unknown as LedgerEntry; // all that the check reads
}
function disclosure(report: string, set: number, more: object = {}): LedgerEntry {
  return { type: 'D', report, set, subject: 's', released: RELEASED, rows: 2, months: 1, ...more } as unknown as LedgerEntry;
}
function received(reportId: string, ledgerIndex: number): Received {
  const identity = { fullName: 'Li', birthYear: null };
  const accounts = [{ product: 'HUABEI', creditLimit: null, monthlySummaries: [{ loanCount: 3 }] }];
  const disclosed = { reportId, ledgerIndex };
  return {
    borrower: 0, beginMs: 30, endMs: 40, shown: true, reportId, ledgerIndex, requestId: `request ${reportId}`, standing: true,
    body: { data: { creditReport: { identity, accounts } }, extensions: { disclosure: disclosed } },
  }; // prettier-ignore
}

const HEARD: Heard = {
  received: [received('a', 1)],
  lives: [[{ grant: { beginMs: 10, endMs: 20 }, revoke: { beginMs: 50, endMs: 60 } }]],
  refused: 0,
  unanswered: 0,
  refusedWithData: [],
  changesLost: [],
  slowestRefusalMs: 0,
  repeated: 0,
};
const LAWFUL: Evidence = {
  heard: HEARD,
  entries: [change('grant', 1), disclosure('a', 1), change('revoke', 2)],
  disclosures: new Map([['request a', 1]]),
  fault: null,
};
const rulesOf = (changed: Partial<Evidence>): readonly string[] => [
  ...new Set(findViolations({ ...LAWFUL, ...changed }).map(({ rule }) => rule)),
];
const heard = (changed: Partial<Heard>): Partial<Evidence> => ({ heard: { ...HEARD, ...changed } });

describe('the check of the torture', () => {
  it('finds nothing where every body has its entry', () => {
    expect(findViolations(LAWFUL)).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, string]>([
    ['a body whose entry is gone', { entries: [change('grant', 1), change('revoke', 2)] }, 'R3 body without an entry'],
    ['a body under another index', heard({ received: [received('a', 2)] }), 'R3 not recorded'],
    [
      'a body that shows a field more than its entry',
      { entries: [change('grant', 1), disclosure('a', 1, { released: {} }), change('revoke', 2)] },
      'R3 body shows otherwise than its entry says',
    ],
    [
      'a body that lists a record more',
      { entries: [change('grant', 1), disclosure('a', 1, { rows: 1 }), change('revoke', 2)] },
      'R3 body shows otherwise than its entry says',
    ],
    [
      'an acknowledged revocation that is gone',
      { entries: [change('grant', 1), disclosure('a', 1)] },
      'acknowledged change missing or doubled',
    ],
    [
      'a grant that was made twice',
      { entries: [change('grant', 1), disclosure('a', 1), change('grant', 2), change('revoke', 3)] },
      'acknowledged change missing or doubled',
    ],
    ['a change that found its consent gone', heard({ changesLost: ['NOT_FOUND'] }), 'acknowledged change missing or doubled'],
    ['a request with two disclosures', { disclosures: new Map([['request a', 2]]) }, 'retry with a second effect'],
    ['an error that holds data', heard({ refusedWithData: ['503 {"data":{}}'] }), 'error with data'],
    ['a ledger that does not verify', { fault: new Error('root') }, 'ledger does not verify'],
    [
      'a disclosure after the revocation',
      { entries: [change('grant', 1), change('revoke', 2), disclosure('a', 1)] },
      'R2 released after the revocation',
    ],
  ])('finds %s', (_what, changed, rule) => {
    expect(rulesOf(changed)).toContain(rule);
  });
});
