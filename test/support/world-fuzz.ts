import fc from 'fast-check';
import { PURPOSE_LIMITS } from '../../src/core/consent/purpose';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { NOW_MS } from './builders';
import type { Values } from './clients';
import { accountNoOf, borrowedIn, type LoanDraft, loanNoOf } from './credit-history';
import { createOracle, type Oracle, type OracleConsent, type OracleField } from './world-oracle';
import { CUSTOMER, DAY, monthsBack, recordsOf, type World } from './world';

export const FIELDS: readonly OracleField[] = FIELD_CATALOGUE.entries.map(({ source, ...entry }) => ({
  ...entry,
  windowMonths: source.kind === 'indicator' ? source.windowMonths : null,
}));
const CLOSED = new Set<string>(
  ['CONTACT'].filter((cluster) => !PURPOSE_LIMITS.MORTGAGE_ORIGINATION.clusters.has(cluster as 'CONTACT')),
);
const OPEN_FIELDS = FIELDS.filter(({ cluster }) => !CLOSED.has(cluster));
const CLUSTERS = [...new Set(OPEN_FIELDS.map(({ cluster }) => cluster))];
export const PRODUCTS = ['HUABEI', 'JIEBEI', 'OTHER'] as const;
export const REACH = monthsBack('2026-03', 60);
export const IN_PROGRESS = '2026-04';
/** The completed months that are furnished. */
export const FURNISHED_MONTHS = REACH.slice(0, 7);
/** Those, and the month in progress. */
export const ALL_MONTHS = [...FURNISHED_MONTHS, IN_PROGRESS];
const DATA_DATES = ['2025-09-01', '2025-11-15', '2026-01-01', '2026-02-01', '2026-02-28', '2026-03-01'] as const;

interface ScopeDraft {
  readonly what: string;
  readonly product: string | null;
  readonly deny: boolean;
}
interface ConsentDraft {
  readonly scopes: readonly ScopeDraft[];
  readonly dates: readonly [string | null, string | null];
  readonly state: 'LIVE' | 'REVOKED' | 'EXPIRED' | 'PAUSED' | 'FUTURE' | 'OTHER_BANK' | 'OTHER_PURPOSE';
}
export interface FuzzWorld {
  readonly consents: readonly ConsentDraft[];
  /** Numbers that furnished values are made of. */
  readonly salt: number;
}

const LISTS = FIELD_CATALOGUE.entries.filter(({ source }) => source.kind === 'list').map(({ coordinate }) => coordinate);

const aScope = fc.record({
  what: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...LISTS) },
    { weight: 1, arbitrary: fc.constantFrom(...OPEN_FIELDS.filter(({ within }) => within !== null).map(({ coordinate }) => coordinate)) },
    { weight: 3, arbitrary: fc.constantFrom(...OPEN_FIELDS.map(({ coordinate }) => coordinate)) },
    { weight: 2, arbitrary: fc.constantFrom(...CLUSTERS) },
  ),
  product: fc.constantFrom(null, ...PRODUCTS),
  deny: fc.constantFrom(false, false, false, false, false, false, true),
}); // prettier-ignore
/** A field of a list is granted only together with the list, for the same product; a list is granted without fields too. */
function withLists(scopes: readonly ScopeDraft[]): readonly ScopeDraft[] {
  const listsOf = (coordinate: string): readonly string[] => {
    const within = FIELDS.find((field) => field.coordinate === coordinate)?.within ?? null;
    return within === null ? [] : [within, ...listsOf(within)];
  };
  return scopes.flatMap((scope) => {
    if (scope.deny) return [scope];
    const fields = scope.what.includes('.') ? [scope.what] : FIELDS.filter(({ cluster }) => cluster === scope.what).map(({ coordinate }) => coordinate);
    const lists = new Set(fields.flatMap(listsOf).filter((list) => !fields.includes(list)));
    return [scope, ...[...lists].map((what) => ({ ...scope, what }))];
  });
} // prettier-ignore
const aDate = fc.constantFrom(null, null, null, ...DATA_DATES);
export const aFuzzWorld: fc.Arbitrary<FuzzWorld> = fc.record({
  consents: fc.array(
    fc.record({
      scopes: fc.array(aScope, { minLength: 2, maxLength: 8 }).map(withLists),
      dates: fc
        .tuple(aDate, aDate)
        .map(([a, b]) => (a !== null && b !== null && b <= a ? ([a, null] as const) : ([a, b] as const))),
      state: fc.constantFrom(
        'LIVE',
        'LIVE',
        'LIVE',
        'LIVE',
        'REVOKED',
        'EXPIRED',
        'PAUSED',
        'FUTURE',
        'OTHER_BANK',
        'OTHER_PURPOSE',
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  salt: fc.integer({ min: 0, max: 1_000_000 }),
});

const DISPUTES = 'disputes { targetField month loanRef receivedOn answerDueOn answeredOn outcome }';
/** Lists of records of their own, and what is asked below them. */
const BELOW: Readonly<Record<string, (of: (type: string) => fc.Arbitrary<string>) => fc.Arbitrary<string>>> = {
  fundingShares: () => fc.constant(' { institution shareBp }'),
  specialEvents: () => fc.constant(' { type occurredOn amount }'),
  loans: (of) => of('Loan').map((fields) => ` { loanRef ${fields} }`),
  repayments: (of) => of('Repayment').map((fields) => ` { ${fields} }`),
};

/** Some fields of each type, in some order, under a random number of months. */
export const aQuery: fc.Arbitrary<string> = fc
  .tuple(
    ...['Identity', 'CreditSummary', 'CreditAccount', 'MonthlySummary', 'Inquiry', 'Statement'].map(someOf),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom('', '', '(product: JIEBEI)'),
    fc.constantFrom('', DISPUTES),
  )
  .map(([identity, summary, account, month, inquiry, statement, months, product, disputes]) =>
    [
      `reportId eraseBy inquiries { ${inquiry} } statements { ${statement} }`,
      `identity { ${identity} }`,
      `summary { ${summary} basis { field products firstMonth lastMonth currency estimated } }`,
      `accounts${product} { accountRef ${account} ${disputes} x: monthlySummaries(months: ${String(months)}) { month ${month} } }`,
    ].join(' '),
  );

function someOf(type: string): fc.Arbitrary<string> {
  const names = FIELDS.filter(({ coordinate }) => coordinate.startsWith(`${type}.`)).map(({ coordinate }) =>
    coordinate.slice(type.length + 1),
  );
  const written = (name: string): fc.Arbitrary<string> =>
    (BELOW[name]?.(someOf) ?? fc.constant('')).map((below) => `${name}${below}`);
  return fc
    .shuffledSubarray(names, { minLength: 1 })
    .chain((some) => fc.tuple(...some.map(written)))
    .map((some) => some.join(' '));
}

export interface Built {
  readonly customerId: string;
  readonly borrower: Values;
  readonly oracle: Oracle;
}

let people = 0;
/** Furnishes a new person and sends the consents as a platform does, one day after the other. */
export async function build(world: World, { consents, salt }: FuzzWorld): Promise<Built> {
  people += 1;
  const customerId = `fuzz-${String(people)}`;
  const borrower = CUSTOMER(customerId);
  world.clock.nowMs = NOW_MS;
  await world.furnish(
    recordsOf({
      customerId,
      products: PRODUCTS,
      months: ALL_MONTHS,
      month: (product, month) => figuresOf(salt, product, month),
      loans: (product) => loansOf(salt, product),
      inquiries: INQUIRIES,
      statements: statementsOf(customerId),
      disputes: disputesOf(customerId),
    }),
  );
  const sent: OracleConsent[] = [];
  for (const [at, { scopes, dates, state }] of consents.entries()) {
    const grantedAt = NOW_MS - (20 - 2 * at) * DAY;
    world.clock.nowMs = grantedAt;
    const [dataFrom, dataUntil] = dates;
    const from = state === 'FUTURE' ? NOW_MS + 1 : grantedAt;
    const until = state === 'EXPIRED' ? grantedAt + DAY : NOW_MS + 30 * DAY;
    const cardFields = new Set(CLUSTERS.filter((cluster) => PURPOSE_LIMITS.CARD_APPROVAL.clusters.has(cluster as 'IDENTITY')));
    const open = scopes.filter(({ what }) => state !== 'OTHER_PURPOSE' || cardFields.has(clusterOf(what)));
    if (open.length === 0) continue;
    const id = await world.grant({
      borrower,
      scopes: open.map(({ what, product, deny }) => ({
        ...(what.includes('.') ? { field: what } : { cluster: what }),
        ...(product === null ? { everyProduct: true } : { product }),
        effect: deny ? 'DENY' : 'PERMIT',
      })),
      validFrom: from,
      validUntil: until,
      ...(state === 'OTHER_BANK' ? { recipientId: 'bank-b' } : {}),
      ...(state === 'OTHER_PURPOSE' ? { purpose: 'CARD_APPROVAL' } : {}),
      more: { dataFrom, dataUntil },
    });
    const revokedAt = state === 'REVOKED' ? grantedAt + DAY : null;
    if (revokedAt !== null) {
      world.clock.nowMs = revokedAt;
      await world.revoke(id);
    }
    if (state === 'PAUSED')
      await world.change("UPDATE arrangement SET status = 'PAUSED' WHERE arrangement_id = ?", [Buffer.from(id, 'hex')]);
    if (state === 'OTHER_BANK' || state === 'OTHER_PURPOSE') continue;
    const expanded = open.map(({ what, product, deny }) => ({
      fields: what.includes('.') ? [what] : FIELDS.filter(({ cluster }) => cluster === what).map(({ coordinate }) => coordinate),
      product,
      deny,
    }));
    sent.push({ scopes: expanded, grantedAt, from, until, revokedAt, paused: state === 'PAUSED', dataFrom, dataUntil });
  }
  world.clock.nowMs = NOW_MS;
  return { customerId, borrower, oracle: createOracle(FIELDS, sent, NOW_MS, REACH, IN_PROGRESS, CLOSED) };
}

function clusterOf(what: string): string {
  return FIELDS.find(({ coordinate }) => coordinate === what)?.cluster ?? what;
}

/** What is stored of one month: borrowing by its loans where it has any. */
export function figuresOf(salt: number, product: string, month: string): Values {
  return { ...valuesOf(salt, product, ALL_MONTHS.indexOf(month)), ...borrowedIn(loansOf(salt, product), month) };
}

/** Furnished values of one month, all of them derived from the salt. */
function valuesOf(salt: number, product: string, at: number): Values {
  const one = (salt * 31 + at * 7 + product.length * 13) % 9_973;
  return {
    borrowedAmountMinor: one * 100, balanceMinor: one * 3, usedLimitMinor: one * 11, maxUsedLimitMinor: one * 13, scheduledDueMinor: one * 2,
    actualPaidMinor: one, pastDueAmountMinor: one % 5, repaymentStatus: one % 4 === 0 ? '1' : 'N', loanCount: one % 12,
    loanDays: one % 2 === 0 ? 0 : Math.min(1, one % 12), pastDuePeriods: one % 3, daysPastDueMonthEnd: one % 40, remainingInstalments: one % 20,
  }; // prettier-ignore
}

/** Loans whose days lie on both sides of the dates that consents begin and end their data at. */
export function loansOf(salt: number, product: string): readonly LoanDraft[] {
  const one = ((salt * 17 + product.length * 5) % 997) + 1;
  const loan = (drawnOn: string, more: Values = {}): LoanDraft => ({
    drawnOn, principalMinor: one * 700 + drawnOn.charCodeAt(6), annualRateBp: one, termDays: one, instalmentCount: 1 + (one % 12), loanPurpose: 'TRAVEL',
    outstandingPrincipalMinor: one * 3, rawStatus: '1', ...more,
  });
  const paid = (dueOn: string, paidOn: string): Values => ({
    dueOn, dueAmountMinor: one + 1, paidOn, lastPaidOn: paidOn, paidAmountMinor: one + 1, kind: 'SCHEDULED',
  });
  return [
    loan('2026-03-20', { repayments: [paid('2026-04-10', '2026-04-12'), { dueOn: '2026-05-10', dueAmountMinor: one + 2 }] }),
    loan('2026-01-31', { rawStatus: '3', settledOn: '2026-02-27', repayments: [paid('2026-02-27', '2026-02-27'), paid('2026-02-28', '2026-02-27')] }),
    loan('2025-11-14', { rawStatus: '2', repayments: [paid('2025-12-14', '2026-01-02'), { dueOn: '2026-01-14', dueAmountMinor: one }] }),
    { drawnOn: '2025-11-15', principalMinor: one },
    loan('2026-04-02', { repayments: [{ dueOn: '2026-05-02', dueAmountMinor: one }] }),
    loan('2025-06-01', { rawStatus: '3', settledOn: '2025-06-30', repayments: [paid('2025-07-01', '2025-06-30')] }),
  ];
} // prettier-ignore

export const INQUIRIES: readonly (Values & { readonly inquiredOn: string; readonly reason: string })[] = [
  { inquiredOn: '2026-04-14', institutionName: 'Bank one', institutionType: '11', reason: '02', businessType: '91' },
  { inquiredOn: '2026-02-27', institutionName: 'Bank two', institutionType: '11', reason: '01' },
  { inquiredOn: '2025-11-15', institutionName: 'Lender', institutionType: '51', reason: '03', businessType: '81' },
  { inquiredOn: '2024-05-05', institutionName: 'Bank one', reason: '08' },
];

export type StatementDraft = Values & { readonly madeOn: string };
/** One about nothing in particular, and one about a record of each kind. */
export function statementsOf(customerId: string): readonly StatementDraft[] {
  const about = (targetEntity: string, targetKey: string, madeOn: string): StatementDraft => ({
    author: 'FURNISHER', text: `About a record: ${targetEntity}`, madeOn, targetEntity, targetKey,
  }); // prettier-ignore
  return [
    { author: 'BORROWER', text: 'I was ill.', madeOn: '2026-03-03' },
    about('account', accountNoOf(customerId, 'JIEBEI'), '2026-03-02'),
    about('monthlySummary', `${accountNoOf(customerId, 'HUABEI')}/2026-01`, '2026-03-01'),
    about('loan', loanNoOf(customerId, 'JIEBEI', 2), '2026-02-01'),
    about('repayment', `${loanNoOf(customerId, 'OTHER', 0)}/1`, '2026-04-13'),
  ];
}

export type DisputeDraft = Values & { readonly targetField: string; readonly receivedOn: string };
export function disputesOf(customerId: string): readonly DisputeDraft[] {
  const about = (targetEntity: string, targetKey: string, targetField: string, receivedOn: string): DisputeDraft => ({
    targetEntity, targetKey, targetField, receivedOn,
  }); // prettier-ignore
  const [huabei, jiebei, other] = PRODUCTS.map((product) => accountNoOf(customerId, product));
  return [
    about('account', `${huabei ?? ''}`, 'CreditAccount.openedOn', '2026-04-01'),
    about('account', `${jiebei ?? ''}`, 'CreditAccount.closedOn', '2026-04-01'),
    about('monthlySummary', `${jiebei ?? ''}/2026-02`, 'MonthlySummary.repaymentStatus', '2026-04-02'),
    about('monthlySummary', `${other ?? ''}/${IN_PROGRESS}`, 'MonthlySummary.loanCount', '2026-04-03'),
    about('loan', loanNoOf(customerId, 'JIEBEI', 0), 'Loan.principal', '2026-04-04'),
    about('loan', loanNoOf(customerId, 'JIEBEI', 3), 'Loan.settledOn', '2026-04-04'),
    about('repayment', `${loanNoOf(customerId, 'HUABEI', 2)}/1`, 'Repayment.daysPastDue', '2026-04-05'),
  ];
}
