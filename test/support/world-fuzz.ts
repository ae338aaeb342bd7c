import fc from 'fast-check';
import { PURPOSE_LIMITS } from '../../src/core/consent/purpose';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { NOW_MS } from './builders';
import type { Values } from './clients';
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
export const FURNISHED_MONTHS = REACH.slice(0, 7);
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

const aScope = fc.record({
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...OPEN_FIELDS.map(({ coordinate }) => coordinate)) },
    { weight: 2, arbitrary: fc.constantFrom(...CLUSTERS) },
  ),
  product: fc.constantFrom(null, ...PRODUCTS),
  deny: fc.constantFrom(false, false, false, false, false, false, true),
});
const aDate = fc.constantFrom(null, null, null, ...DATA_DATES);
export const aFuzzWorld: fc.Arbitrary<FuzzWorld> = fc.record({
  consents: fc.array(
    fc.record({
      scopes: fc.array(aScope, { minLength: 2, maxLength: 8 }),
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

/** Some fields of each type, in some order, under a random number of months. */
export const aQuery: fc.Arbitrary<string> = fc
  .tuple(
    ...['Identity', 'CreditSummary', 'CreditAccount', 'MonthlySummary'].map(someOf),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom('', '', '(product: JIEBEI)'),
  )
  .map(([identity, summary, account, month, months, product]) =>
    [
      'reportId eraseBy',
      `identity { ${identity} }`,
      `summary { ${summary} basis { field products firstMonth lastMonth currency estimated } }`,
      `accounts${product} { accountRef ${account} x: monthlySummaries(months: ${String(months)}) { month ${month} } }`,
    ].join(' '),
  );

function someOf(type: string): fc.Arbitrary<string> {
  const names = FIELDS.filter(({ coordinate }) => coordinate.startsWith(`${type}.`)).map(({ coordinate }) =>
    coordinate.slice(type.length + 1),
  );
  const below: Readonly<Record<string, string>> = {
    fundingShares: ' { institution shareBp }',
    specialEvents: ' { type occurredOn amount }',
  };
  return fc.shuffledSubarray(names, { minLength: 1 }).map((some) => some.map((name) => `${name}${below[name] ?? ''}`).join(' '));
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
      months: FURNISHED_MONTHS,
      month: (product, _month, at) => valuesOf(salt, product, at),
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
  return { customerId, borrower, oracle: createOracle(FIELDS, sent, NOW_MS, REACH, CLOSED) };
}

function clusterOf(what: string): string {
  return FIELDS.find(({ coordinate }) => coordinate === what)?.cluster ?? what;
}

/** Furnished values of one month, all of them derived from the salt. */
export function valuesOf(salt: number, product: string, at: number): Values {
  const one = (salt * 31 + at * 7 + product.length * 13) % 9_973;
  return {
    borrowedAmountMinor: one * 100, balanceMinor: one * 3, usedLimitMinor: one * 11, maxUsedLimitMinor: one * 13, scheduledDueMinor: one * 2,
    actualPaidMinor: one, pastDueAmountMinor: one % 5, repaymentStatus: one % 4 === 0 ? '1' : 'N', loanCount: one % 12,
    loanDays: one % 2 === 0 ? 0 : Math.min(1, one % 12), pastDuePeriods: one % 3, daysPastDueMonthEnd: one % 40, remainingInstalments: one % 20,
  }; // prettier-ignore
}
