import fc from 'fast-check';
import type { Arrangement, Scope } from '../../../../src/core/consent/consent';
import { decide } from '../../../../src/core/consent/decide';
import { type CellVerdict, type ConsentSnapshot, type Decision, permits } from '../../../../src/core/consent/decision';
import { DAY_MS, daysOf, toEpochDay, toMonthIndex } from '../../../../src/core/credit/calendar';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import { createCatalogue, FIELD_CATALOGUE, type FieldEntry } from '../../../../src/core/credit/field-catalogue';
import { anArrangement, aSnapshot, BANK_A, BANK_B, fieldOf, NOW_MS, OTHER_PLATFORM, PLATFORM } from '../../../support/builders';
import { createOracle } from './decision-oracle';

/** The public catalogue as a second version would stand, with a few fields that appeared in it. */
const CATALOGUE = createCatalogue(
  2,
  FIELD_CATALOGUE.entries.map((entry) =>
    /loanCountBand12m|alwaysOnTime24m|utilisationBand|creditLimitBand|daysPastDueMonthEnd/.test(entry.coordinate)
      ? { ...entry, since: 2 }
      : entry,
  ),
);
/** Fields close to each other on ladders, in lineage and by what they require, so that random worlds make them meet. */
const FIELDS = (
  'loanCount loanCountBand loanCount12m loanCountBand12m peakLoansInMonth12m activeBorrowingMonths12m loanDays repaymentStatus ' +
  'daysPastDueMonthEnd onTimeMonthRate24m alwaysOnTime24m worstStatus60m overdueNow borrowedAmount borrowedAmount12m averageLoanAmount12m ' +
  'usedLimit creditLimit creditLimitBand utilisation utilisationBand openedOn openedYear monthsOnBook closedOn furnisherName lenderCount ' +
  'idNumber idNumberMasked mobile fundingShares'
)
  .split(' ')
  .map((name) => fieldOf(name, CATALOGUE));
const AS_OF_TEXT = '2026-04-15';
const PURPOSES_USED = ['MORTGAGE_ORIGINATION', 'CARD_APPROVAL', 'POST_LOAN_MANAGEMENT'] as const;

const USUAL = ['MORTGAGE_ORIGINATION', 'MORTGAGE_ORIGINATION', 'MORTGAGE_ORIGINATION'] as const;
const DATES = [
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

const scope: fc.Arbitrary<Scope> = fc.record({
  fieldId: fc.constantFrom(...FIELDS.map(({ id }) => id)),
  product: fc.constantFrom(null, null, null, ...PRODUCTS),
  effect: fc.constantFrom('PERMIT', 'PERMIT', 'PERMIT', 'PERMIT', 'DENY'),
  via: fc.constant(null),
});
/** Permits of fields that belong together, as clusters give them; single random fields seldom meet. */
const family: fc.Arbitrary<Scope[]> = fc
  .tuple(
    fc.constantFrom('loanCount borrowedAmount', 'loanCountBand activeBorrowingMonths12m', 'usedLimit creditLimit utilisation', 'openedOn closedOn furnisherName',
      'averageLoanAmount12m loanCount12m borrowedAmount12m', 'loanDays loanCount', 'repaymentStatus onTimeMonthRate24m', 'peakLoansInMonth12m loanCount12m'),
    fc.constantFrom(null, null, null, ...PRODUCTS),
  )
  .map(([names, product]) => names.split(' ').map((name) => ({ fieldId: fieldOf(name).id, product, effect: 'PERMIT', via: null }))); // prettier-ignore
const dataFrom = fc.constantFrom(null, null, null, ...DATES);
const dataUntil = fc.constantFrom(null, null, null, null, null, null, null, null, ...DATES);

function arrangementArbitrary(id: string): fc.Arbitrary<Arrangement> {
  return fc
    .record({
      scopes: fc
        .tuple(fc.array(family, { maxLength: 3 }), fc.array(scope, { maxLength: 4 }))
        .map(([families, single]) => [...families.flat(), ...single]),
      platformId: fc.constantFrom(PLATFORM, PLATFORM, PLATFORM, OTHER_PLATFORM),
      recipientId: fc.constantFrom(...new Array<string>(9).fill(BANK_A), BANK_B),
      purpose: fc.constantFrom(...USUAL, ...USUAL, ...PURPOSES_USED),
      catalogueVersion: fc.constantFrom(2, 2, 1),
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'PAUSED', 'REVOKED'),
      statusAtMs: fc.constantFrom(...PAST),
      grantedAtMs: fc.constantFrom(...PAST),
      validFromMs: fc.constantFrom(...PAST, ...PAST, NOW_MS + 1),
      validUntilMs: fc.constantFrom(...INSTANTS, ...FUTURE, ...FUTURE, ...FUTURE),
      dataFrom,
      dataUntil,
      tampered: fc.constantFrom(...new Array<boolean>(9).fill(false), true),
    } as const)
    .map((draft) => anArrangement({ id, ...draft }));
}

const world: fc.Arbitrary<readonly Arrangement[]> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), ...'abcde'.split('').map(arrangementArbitrary))
  .map(([count, ...all]) => all.slice(0, count));
const request = fc.record({ purpose: fc.constantFrom(...USUAL, ...USUAL, ...PURPOSES_USED) } as const);
const asked = fc.uniqueArray(fc.constantFrom(...FIELDS), { minLength: 4, maxLength: 10 });

const decideOn = (
  arrangements: readonly Arrangement[],
  entries: readonly FieldEntry[] = FIELDS,
  about: Partial<ConsentSnapshot> = {},
): Decision => decide(aSnapshot(arrangements, about), CATALOGUE, entries);
const released = (decision: Decision): CellVerdict[] =>
  [...decision.cells.values()].flat().filter(({ verdict }) => verdict === 'RELEASE');
/** Accounts have no date, so what is computed over them alone has no days either. */
const isDated = ({ source }: FieldEntry): boolean => source.kind !== 'indicator' || source.windowMonths > 0;
const covers = (cell: CellVerdict, day: number): boolean => cell.days.some(({ from, until }) => from <= day && day < until);

/** Every fact that leaves: released cells, and the days on which they are released. */
function knowable(decision: Decision, days: readonly number[]): Set<string> {
  const facts = new Set<string>();
  for (const [entry, cells] of decision.cells)
    for (const cell of cells.filter(({ verdict }) => verdict === 'RELEASE')) {
      const at = `${cell.platformId} ${String(cell.product)} ${entry.coordinate}`;
      facts.add(at);
      for (const day of days) if (covers(cell, day)) facts.add(`${at} ${String(day)}`);
    }
  return facts;
}

const WINDOW_DAYS = createOracle(aSnapshot([]), CATALOGUE, AS_OF_TEXT).days;
const ALL_DAYS = [...new Set([...WINDOW_DAYS, ...DATES.flatMap((text) => [toEpochDay(text) - 1, toEpochDay(text)])])].sort(
  (a, b) => a - b,
);

/** What leaves, and with it the indicators that a recipient could compute: all inputs released on every day of the window. */
function computable(decision: Decision): Set<string> {
  const facts = knowable(decision, ALL_DAYS);
  for (const entry of FIELDS) {
    if (entry.source.kind !== 'indicator') continue;
    const { windowMonths } = entry.source;
    const end = toMonthIndex(AS_OF_TEXT.slice(0, 7));
    const window = ALL_DAYS.filter((day) => day >= daysOf(end - windowMonths).from && day < daysOf(end).from);
    for (const { platformId, product } of decision.cells.get(entry) ?? []) {
      const inputs = entry.inputs.map((name) =>
        decision.cells.get(CATALOGUE.load(name))?.find((cell) => cell.platformId === platformId && cell.product === product),
      );
      if (!inputs.every((cell) => cell?.verdict === 'RELEASE' && window.every((day) => covers(cell, day)))) continue;
      const at = `${platformId} ${String(product)} ${entry.coordinate}`;
      facts.add(at);
      for (const day of ALL_DAYS) if (windowMonths === 0 || window.includes(day)) facts.add(`${at} ${String(day)}`);
    }
  }
  return facts;
}

function expectNothingMore(less: Decision, more: Decision): void {
  const before = computable(more);
  expect([...knowable(less, ALL_DAYS)].filter((fact) => !before.has(fact))).toEqual([]);
}

describe('decide in random worlds', () => {
  it('releases exactly the cells and days that a second reading of the document permits', () => {
    let releases = 0;
    fc.assert(
      fc.property(world, request, asked, (arrangements, about, entries) => {
        const snapshot = aSnapshot(arrangements, about);
        const oracle = createOracle(snapshot, CATALOGUE, AS_OF_TEXT);
        const differing: unknown[] = [];
        for (const [entry, cells] of decide(snapshot, CATALOGUE, entries).cells)
          for (const cell of cells) {
            const expected = oracle.releasedOn(entry, cell.platformId, cell.product);
            const isReleased = cell.verdict === 'RELEASE';
            if (isReleased) releases++;
            if (
              isReleased !== (expected !== null) ||
              (isDated(entry) && oracle.days.some((day) => covers(cell, day) !== (expected?.has(day) ?? false)))
            )
              differing.push({ field: entry.coordinate, cell, expected: expected && [...expected] });
          }
        expect(differing).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    expect(releases).toBeGreaterThan(3_000);
  });

  it('does not depend on the order of arrangements and scopes', () => {
    fc.assert(
      fc.property(world, request, fc.infiniteStream(fc.nat()), (arrangements, about, keys) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: Number(keys.next().value) }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const other = shuffled(arrangements).map((one) => ({
          ...one,
          terms: { ...one.terms, scopes: shuffled(one.terms.scopes) },
        }));
        const text = (these: readonly Arrangement[]): string =>
          JSON.stringify([...decideOn(these, FIELDS, about).cells.values()]);
        expect(text(other)).toBe(text(arrangements));
      }),
      { numRuns: 250 },
    );
  });

  it('never lets a recipient know more after a DENY was added', () => {
    fc.assert(
      fc.property(world, fc.nat(), scope, (arrangements, place, added) => {
        const deny: Scope = { ...added, effect: 'DENY' };
        const into = place % arrangements.length;
        const amended = arrangements.map((one, i) =>
          i === into ? { ...one, terms: { ...one.terms, scopes: [...one.terms.scopes, deny] } } : one,
        );
        const before = decideOn(arrangements);
        expectNothingMore(decideOn(amended), before);
        expectNothingMore(decideOn([...arrangements, anArrangement({ id: 'z', scopes: [deny] })]), before);
      }),
      { numRuns: 250 },
    );
  });

  it('never lets a recipient know more after a PERMIT was taken away', () => {
    fc.assert(
      fc.property(world, fc.nat(), fc.nat(), (arrangements, place, which) => {
        const into = place % arrangements.length;
        const narrowed = arrangements.map((one, i) => {
          const permitted = one.terms.scopes.filter(({ effect }) => effect === 'PERMIT');
          const gone = i === into ? permitted[which % Math.max(1, permitted.length)] : undefined;
          return { ...one, terms: { ...one.terms, scopes: one.terms.scopes.filter((kept) => kept !== gone) } };
        });
        expectNothingMore(decideOn(narrowed), decideOn(arrangements));
      }),
      { numRuns: 250 },
    );
  });

  it('never lets a recipient know more after a consent was paused or revoked now, or was tampered with', () => {
    fc.assert(
      fc.property(world, fc.nat(), fc.constantFrom('PAUSED', 'REVOKED', 'TAMPERED'), (arrangements, place, act) => {
        const into = place % arrangements.length;
        const changed = arrangements.map((one): Arrangement => {
          if (one !== arrangements[into] || one.status !== 'ACTIVE') return one;
          return act === 'TAMPERED' ? { ...one, tampered: true } : { ...one, status: act, statusAtMs: NOW_MS + 1 };
        });
        expectNothingMore(decideOn(changed), decideOn(arrangements));
      }),
      { numRuns: 250 },
    );
  });

  it('releases nothing once every consent is revoked, paused or tampered with', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('REVOKED', 'PAUSED', 'TAMPERED'), (arrangements, act) => {
        const ended = arrangements.map((one): Arrangement =>
          act === 'TAMPERED' ? { ...one, tampered: true } : { ...one, status: act },
        );
        expect(released(decideOn(ended))).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('releases nothing before any consent has started, nor from the end of the last one on', () => {
    fc.assert(
      fc.property(world, fc.nat({ max: 1_000 }), (arrangements, distance) => {
        const first = Math.min(...arrangements.map(({ terms }) => terms.validFromMs));
        const last = Math.max(...arrangements.map(({ terms }) => terms.validUntilMs));
        expect(released(decideOn(arrangements, FIELDS, { atMs: first - 1 - distance }))).toEqual([]);
        expect(released(decideOn(arrangements, FIELDS, { atMs: last + distance }))).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('releases nothing to another recipient, for another purpose, of another product or of another platform', () => {
    fc.assert(
      fc.property(world, (arrangements) => {
        const ours = arrangements.map((one) => {
          const scopes = one.terms.scopes.map((kept): Scope => ({ ...kept, product: 'HUABEI' }));
          return {
            ...one,
            recipientId: BANK_A,
            purpose: 'MORTGAGE_ORIGINATION' as const,
            platformId: PLATFORM,
            terms: { ...one.terms, scopes },
          };
        });
        expect(released(decideOn(ours, FIELDS, { recipientId: BANK_B }))).toEqual([]);
        expect(released(decideOn(ours, FIELDS, { purpose: 'GUARANTEE_REVIEW' }))).toEqual([]);
        const origins = released(decideOn(ours)).map(({ platformId, product }) => `${platformId} ${product ?? 'HUABEI'}`);
        expect(origins.filter((origin) => origin !== `${PLATFORM} HUABEI`)).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('decides a platform from its own arrangements alone', () => {
    fc.assert(
      fc.property(world, (arrangements) => {
        const both = decideOn(arrangements);
        for (const platform of [PLATFORM, OTHER_PLATFORM]) {
          const alone = decideOn(arrangements.filter(({ platformId }) => platformId === platform));
          const of = (decision: Decision): CellVerdict[] =>
            [...decision.cells.values()].flat().filter(({ platformId }) => platformId === platform);
          expect(JSON.stringify(of(both))).toBe(JSON.stringify(of(alone)));
        }
      }),
      { numRuns: 250 },
    );
  });

  it('cites for a release only consents in force that permit it, and none for a refusal', () => {
    fc.assert(
      fc.property(world, (arrangements) => {
        const serves = (id: string, platform: string): boolean =>
          arrangements.some(
            ({ arrangementId, platformId, tampered, status, terms }) =>
              arrangementId === id &&
              platformId === platform &&
              !tampered &&
              status === 'ACTIVE' &&
              terms.validFromMs <= NOW_MS &&
              NOW_MS < terms.validUntilMs,
          );
        const cells = [...decideOn(arrangements).cells.values()].flat();
        expect(
          cells.filter(({ verdict, days, citations }) => verdict === 'RELEASE' && days.length > 0 && citations.length === 0),
        ).toEqual([]);
        expect(cells.filter(({ verdict, citations }) => verdict === 'WITHHOLD' && citations.length > 0)).toEqual([]);
        expect(
          cells.filter(({ platformId, citations }) => !citations.every(({ arrangementId }) => serves(arrangementId, platformId))),
        ).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('permits a record exactly where a released cell of its origin holds all its days', () => {
    const origin = fc.record({
      platformId: fc.constantFrom(PLATFORM, OTHER_PLATFORM),
      product: fc.constantFrom(null, ...PRODUCTS),
      days: fc.option(fc.integer({ min: toMonthIndex('2021-01'), max: toMonthIndex('2026-06') }).map(daysOf), { freq: 5 }),
    });
    fc.assert(
      fc.property(world, asked, fc.array(origin, { minLength: 1, maxLength: 8 }), (arrangements, entries, origins) => {
        const decision = decideOn(arrangements, entries);
        const differing: unknown[] = [];
        for (const entry of FIELDS)
          for (const one of origins) {
            const cell = (decision.cells.get(entry) ?? []).find(
              ({ platformId, product }) => platformId === one.platformId && product === one.product,
            );
            const { days } = one;
            const inside =
              days === null || (cell?.days.some(({ from, until }) => from <= days.from && days.until <= until) ?? false);
            if (permits(decision, entry, one) !== (cell?.verdict === 'RELEASE' && inside))
              differing.push({ field: entry.coordinate, one });
          }
        expect(differing).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });
});
