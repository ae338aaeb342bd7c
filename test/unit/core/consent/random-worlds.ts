import fc from 'fast-check';
import {
  ABSENCE_POLICIES,
  type Arrangement,
  type ConsentTerms,
  FREQUENCY_UNITS,
  type Scope,
} from '../../../../src/core/consent/consent';
import { DAY_MS } from '../../../../src/core/credit/calendar';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import { createCatalogue, FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import {
  anArrangement,
  at,
  BANK_A,
  BANK_B,
  fieldOf,
  HOUR_MS,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
  useOf,
} from '../../../support/builders';
import type { History, Use } from './decision-oracle';

/** The public catalogue as if a few more fields had appeared in its second version, so that old consents often meet new fields. */
export const CATALOGUE = createCatalogue(
  2,
  FIELD_CATALOGUE.entries.map((entry) =>
    /loanCountBand12m|alwaysOnTime24m|utilisationBand|creditLimitBand|daysPastDueMonthEnd/.test(entry.coordinate)
      ? { ...entry, since: 2 }
      : entry,
  ),
);
/** Fields close to each other on ladders, in lineage and by what they require, so that random worlds make them meet. */
export const FIELDS = (
  'loanCount loanCountBand loanCount12m loanCountBand12m peakLoansInMonth12m activeBorrowingMonths12m loanDays repaymentStatus ' +
  'daysPastDueMonthEnd onTimeMonthRate24m alwaysOnTime24m worstStatus60m overdueNow borrowedAmount borrowedAmount12m averageLoanAmount12m ' +
  'usedLimit creditLimit creditLimitBand utilisation utilisationBand openedOn openedYear monthsOnBook closedOn furnisherName lenderCount ' +
  'idNumber idNumberMasked mobile fundingShares loans drawnOn drawnMonth principal loanStatus settledOn repayments paidOn dueOn ' +
  'daysPastDue onTimeRate24m maxConcurrentLoans12m daysSinceLastLoan medianDaysBetweenLoans12m maxDaysPastDue24m inquiries ' +
  'inquiredOn institutionName isHard hardInquiries6m statements text'
)
  .split(' ')
  .map((name) => fieldOf(name, CATALOGUE));
export const AS_OF_TEXT = '2026-04-15';
const PURPOSES_USED = ['MORTGAGE_ORIGINATION', 'CARD_APPROVAL', 'POST_LOAN_MANAGEMENT'] as const;

const USUAL = ['MORTGAGE_ORIGINATION', 'MORTGAGE_ORIGINATION', 'MORTGAGE_ORIGINATION'] as const;
export const DATES = [
  '2021-03-31',
  '2021-04-01',
  '2024-03-31',
  '2024-04-01',
  '2025-04-01',
  '2025-06-15',
  '2025-10-01',
  '2026-03-01',
  '2026-03-31',
  '2026-04-01',
];
const INSTANTS = [-40, -5, -1, 0, 1, 5, 40].map((days) => NOW_MS + days * DAY_MS);
const PAST = INSTANTS.filter((instant) => instant <= NOW_MS);
const FUTURE = INSTANTS.filter((instant) => instant > NOW_MS);

export const scope: fc.Arbitrary<Scope> = fc.record({
  fieldId: fc.constantFrom(...FIELDS.map(({ id }) => id)),
  product: fc.constantFrom(null, null, null, ...PRODUCTS),
  effect: fc.constantFrom('PERMIT', 'PERMIT', 'PERMIT', 'PERMIT', 'DENY'),
  via: fc.constant(null),
});
/** Fields that belong together by a requirement, by lineage or by the list they stand in; single random fields seldom meet. */
const FAMILIES = [
  'loanCount borrowedAmount', 'loanCountBand activeBorrowingMonths12m', 'usedLimit creditLimit utilisation',
  'openedOn closedOn furnisherName', 'averageLoanAmount12m loanCount12m borrowedAmount12m', 'loanDays loanCount',
  'repaymentStatus onTimeMonthRate24m', 'peakLoansInMonth12m loanCount12m',
  'loans drawnOn', 'loans drawnOn settledOn repaymentStatus', 'loans principal drawnMonth', 'loans loanStatus repaymentStatus',
  'loans repayments dueOn paidOn', 'loans repayments daysPastDue maxDaysPastDue24m', 'loans onTimeRate24m',
  'inquiries inquiredOn institutionName isHard', 'statements text',
].map((names) => names.split(' ').map((name) => fieldOf(name, CATALOGUE))); // prettier-ignore
/** Lists need two permits to show anything and lie in clusters that most purposes close, so they are drawn more often. */
const IN_LISTS = FAMILIES.filter((fields) => fields.some(({ within }) => within !== null));
const anyFamily = fc.constantFrom(...FAMILIES, ...IN_LISTS, ...IN_LISTS);
/** Permits of one of them, as a cluster gives them. */
const family: fc.Arbitrary<Scope[]> = fc
  .tuple(anyFamily, fc.constantFrom(null, null, null, ...PRODUCTS))
  .map(([fields, product]) => fields.map(({ id }) => ({ fieldId: id, product, effect: 'PERMIT', via: null })));
const dataFrom = fc.constantFrom(null, null, null, ...DATES);
const dataUntil = fc.constantFrom(null, null, null, null, null, null, null, null, ...DATES);

interface ArrangementDraw {
  readonly terms: Partial<ConsentTerms> & { readonly scopes: readonly Scope[]; readonly grantedAtMs: number };
  readonly row: Pick<Arrangement, 'status' | 'statusAtMs' | 'tampered'>;
  readonly createdAtMs: number;
  readonly uses: readonly { readonly which: number; readonly mine: boolean }[];
  readonly isOnceUsed: boolean;
  readonly revokeAsked: boolean;
}

const frequency = fc.record({ count: fc.integer({ min: 1, max: 3 }), per: fc.constantFrom(...FREQUENCY_UNITS) });
const budget = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ accessMode: 'ONE_TIME', frequency: null } as const) },
  { weight: 2, arbitrary: fc.constant({ accessMode: 'RECURRING', frequency: null } as const) },
  { weight: 2, arbitrary: frequency.map((one) => ({ accessMode: 'RECURRING', frequency: one }) as const) },
);

const arrangementDraw: fc.Arbitrary<ArrangementDraw> = fc.record({
  terms: fc
    .tuple(
      fc.record({
        scopes: fc
          .tuple(fc.array(family, { maxLength: 3 }), fc.array(scope, { maxLength: 4 }))
          .map(([families, single]) => [...families.flat(), ...single]),
        platformId: fc.constantFrom(PLATFORM, PLATFORM, PLATFORM, OTHER_PLATFORM),
        recipientId: fc.constantFrom(...new Array<string>(9).fill(BANK_A), BANK_B),
        purpose: fc.constantFrom(...USUAL, ...USUAL, ...PURPOSES_USED),
        catalogueVersion: fc.constantFrom(2, 2, 1),
        grantedAtMs: fc.constantFrom(...PAST),
        validFromMs: fc.constantFrom(...PAST, ...PAST, NOW_MS + 1),
        validUntilMs: fc.constantFrom(...INSTANTS, ...FUTURE, ...FUTURE, ...FUTURE),
        dataFrom,
        dataUntil,
        absencePolicy: fc.constantFrom(...ABSENCE_POLICIES, 'EXPLICIT', 'EXPLICIT'),
      } as const),
      budget,
    )
    .map(([terms, bounds]) => ({ ...terms, ...bounds })),
  row: fc.record({
    status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'PAUSED', 'REVOKED'),
    statusAtMs: fc.constantFrom(...PAST),
    tampered: fc.constantFrom(...new Array<boolean>(9).fill(false), true),
  } as const),
  createdAtMs: fc.constantFrom(...PAST, NOW_MS, NOW_MS),
  uses: fc.array(fc.record({ which: fc.nat({ max: 99 }), mine: fc.constantFrom(false, false, true) }), { maxLength: 4 }),
  isOnceUsed: fc.boolean(),
  revokeAsked: fc.constantFrom(false, false, false, true),
});

/** What the decision looks at, and what the oracle knows of it. */
export interface World {
  /** When it is asked; the reach of a purpose follows from the as-of date and stays. */
  readonly atMs: number;
  readonly arrangements: readonly Arrangement[];
  readonly histories: ReadonlyMap<string, History>;
}

/** Instants up to and with this one, on both sides of the retry's end and of the windows that hold it. */
function instantsUpTo(atMs: number): readonly number[] {
  const local = new Date(atMs + 8 * HOUR_MS);
  const midnight = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()) - 8 * HOUR_MS;
  const monday = midnight - ((local.getUTCDay() + 6) % 7) * DAY_MS;
  const first = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1) - 8 * HOUR_MS;
  const retry = [0, 1, 300_000, 599_999, 600_001].map((ago) => atMs - ago);
  const windows = [midnight, monday, first].flatMap((start) => [start - 1, start]);
  return [...retry, ...retry, ...windows, atMs - 40 * DAY_MS].filter((instant) => instant <= atMs);
}

/**
 * An arrangement as the state machine can leave it, its history, and the counters that follow from it. Once ONE_TIME was
 * used nothing pauses or revokes the consent any more; a revoke that is asked then only closes the retry.
 */
function realise(id: string, draw: ArrangementDraw, atMs: number): { arrangement: Arrangement; history: History } {
  const { terms, row, createdAtMs, isOnceUsed, revokeAsked } = draw;
  const instants = instantsUpTo(atMs);
  const drawn = draw.uses
    .map(({ which, mine }) => ({ atMs: instants[which % instants.length] ?? atMs, mine }))
    .sort((a, b) => a.atMs - b.atMs);
  const isOnce = terms.accessMode === 'ONE_TIME' && isOnceUsed && row.status === 'ACTIVE';
  const uses = drawn.map((use, i): Use => ({ ...use, once: isOnce && i === drawn.length - 1 }));
  const once = uses.find((use) => use.once);
  const history = { uses, revokeAsked: once !== undefined && revokeAsked };
  const arrangement = anArrangement({
    id,
    ...terms,
    ...row,
    createdAtMs: Math.min(createdAtMs, terms.grantedAtMs),
    use: useOf(
      uses.map((use) => use.atMs),
      once?.atMs ?? null,
    ),
    chargedAtMs: history.revokeAsked ? null : (uses.filter(({ mine }) => mine).at(-1)?.atMs ?? null),
  });
  return { arrangement, history };
}

/** Worlds asked at one of these instants. */
export function worldsAt(...asked: readonly number[]): fc.Arbitrary<World> {
  const draws = fc
    .tuple(fc.integer({ min: 1, max: 5 }), ...new Array<typeof arrangementDraw>(5).fill(arrangementDraw))
    .map(([count, ...all]) => all.slice(0, count));
  return fc.tuple(fc.constantFrom(...asked), draws).map(([atMs, all]) => {
    const realised = all.map((draw, i) => realise('abcde'.charAt(i), draw, atMs));
    return {
      atMs,
      arrangements: realised.map(({ arrangement }) => arrangement),
      histories: new Map(realised.map(({ arrangement, history }) => [arrangement.arrangementId, history])),
    };
  });
}

/** The matrix's instant, and ends of a day, a week and a month. */
export const ASKED_AT = [
  NOW_MS, NOW_MS, NOW_MS, NOW_MS, NOW_MS, NOW_MS,
  ...['2026-04-16T00:00:00.000', '2026-04-19T23:59:59.999', '2026-04-20T00:00:00.000', '2026-04-30T23:59:59.999', '2026-05-01T00:00:00.000'].map(at),
]; // prettier-ignore
export const worldNow = worldsAt(NOW_MS);
export const world: fc.Arbitrary<readonly Arrangement[]> = worldNow.map(({ arrangements }) => arrangements);
export const request = fc.record({ purpose: fc.constantFrom(...USUAL, ...USUAL, ...PURPOSES_USED) } as const);
/** Whole families, as an operation that lists them asks for them, and fields of anywhere. */
export const asked = fc
  .tuple(
    fc.array(anyFamily, { minLength: 1, maxLength: 3 }),
    fc.uniqueArray(fc.constantFrom(...FIELDS), { minLength: 2, maxLength: 5 }),
  )
  .map(([families, single]) => [...new Set([...families.flat(), ...single])]);
