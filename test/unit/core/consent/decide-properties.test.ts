import fc from 'fast-check';
import { charge, hasBudget } from '../../../../src/core/consent/budget';
import type { Arrangement, ConsentTerms, Scope } from '../../../../src/core/consent/consent';
import { decide } from '../../../../src/core/consent/decide';
import { type CellVerdict, type ConsentSnapshot, type Decision, permits } from '../../../../src/core/consent/decision';
import { daysOf, toEpochDay, toMonthIndex } from '../../../../src/core/credit/calendar';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import type { FieldEntry } from '../../../../src/core/credit/field-catalogue';
import { anArrangement, aSnapshot, BANK_A, BANK_B, NOW_MS, OTHER_PLATFORM, PLATFORM } from '../../../support/builders';
import { calendarWindowOf } from './calendar-window';
import { createOracle, type Use } from './decision-oracle';
import {
  AS_OF_TEXT,
  asked,
  ASKED_AT,
  CATALOGUE,
  DATES,
  FIELDS,
  request,
  scope,
  world,
  worldNow,
  worldsAt,
} from './random-worlds';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
fc.configureGlobal({ seed: SEED });
/** Each of them about twenty cells. */
const ORACLE_WORLDS = 7_000;

const decideOn = (
  arrangements: readonly Arrangement[],
  entries: readonly FieldEntry[] = FIELDS,
  about: Partial<ConsentSnapshot> = {},
): Decision => decide(aSnapshot(arrangements, about), CATALOGUE, entries);
/** As `coordinate product`, sorted; null: the recipient is told nothing. */
const withheldOf = ({ withheld }: Decision): string[] | null =>
  withheld?.map(({ entry, product }) => `${entry.coordinate} ${String(product)}`).sort() ?? null;
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

/** The same arrangement after one more disclosure, decided now for another request. */
function usedNow(one: Arrangement): Arrangement {
  return hasBudget(one.terms) ? { ...one, use: charge(one.terms, one.use, NOW_MS) } : one;
}

/** The arrangements that a disclosure of all this would be charged to. */
function budgetsCited(decision: Decision, arrangements: readonly Arrangement[]): Arrangement[] {
  const cited = new Set(released(decision).flatMap(({ citations }) => citations.map(({ arrangementId }) => arrangementId)));
  return arrangements.filter(({ arrangementId, terms }) => cited.has(arrangementId) && hasBudget(terms));
}

describe('decide in random worlds', () => {
  it('releases exactly the cells and days that a second reading of the document permits, and names what it withholds', () => {
    let [worlds, cases, releases, listed, told] = [0, 0, 0, 0, 0];
    fc.assert(
      fc.property(worldsAt(...ASKED_AT), request, asked, ({ atMs, arrangements, histories }, about, entries) => {
        const snapshot = aSnapshot(arrangements, { ...about, atMs });
        const oracle = createOracle(snapshot, CATALOGUE, AS_OF_TEXT, histories);
        const decision = decide(snapshot, CATALOGUE, entries);
        const differing: unknown[] = [];
        for (const [entry, cells] of decision.cells)
          for (const cell of cells) {
            const expected = oracle.releasedOn(entry, cell.platformId, cell.product);
            const isReleased = cell.verdict === 'RELEASE';
            cases += 1;
            if (isReleased) releases += 1;
            if (isReleased && entry.within !== null) listed += 1;
            if (
              isReleased !== (expected !== null) ||
              (isDated(entry) && oracle.days.some((day) => covers(cell, day) !== (expected?.has(day) ?? false)))
            )
              differing.push({ field: entry.coordinate, cell, expected: expected && [...expected] });
          }
        worlds += 1;
        if (decision.withheld !== null) told += 1;
        expect(differing).toEqual([]);
        expect(withheldOf(decision)).toEqual(oracle.withheld(entries)?.toSorted() ?? null);
      }),
      { numRuns: ORACLE_WORLDS },
    );
    process.stdout.write(
      `oracle: ${String(cases)} cases in ${String(worlds)} worlds, seed ${String(SEED)}, ` +
        `${String(releases)} released, ${String(listed)} of them in lists, ${String(told)} worlds tell what they withhold\n`,
    );
    expect(cases).toBeGreaterThanOrEqual(100_000);
    expect(releases).toBeGreaterThan(5_000);
    expect(listed).toBeGreaterThan(1_000);
    expect(told).toBeGreaterThan(500);
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
        const text = (these: readonly Arrangement[]): string => {
          const decision = decideOn(these, FIELDS, about);
          return JSON.stringify([[...decision.cells.values()], withheldOf(decision)]);
        };
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

  it('never lets a recipient know more after a consent was used, paused or revoked now, or was tampered with', () => {
    fc.assert(
      fc.property(world, fc.nat(), fc.constantFrom('USED', 'PAUSED', 'REVOKED', 'TAMPERED'), (arrangements, place, act) => {
        const into = place % arrangements.length;
        const changed = arrangements.map((one): Arrangement => {
          if (one !== arrangements[into] || one.status !== 'ACTIVE') return one;
          if (act === 'USED') return usedNow(one);
          return act === 'TAMPERED' ? { ...one, tampered: true } : { ...one, status: act, statusAtMs: NOW_MS + 1 };
        });
        expectNothingMore(decideOn(changed), decideOn(arrangements));
      }),
      { numRuns: 500 },
    );
  });

  it('never lets a recipient know more where budgets are used up than where none was touched', () => {
    fc.assert(
      fc.property(world, (arrangements) => {
        const untouched = arrangements.map((one): Arrangement => ({ ...one, use: null, chargedAtMs: null }));
        const usedUp = untouched.map((one) => Array.from({ length: 3 }).reduce<Arrangement>((used) => usedNow(used), one));
        const left = decideOn(usedUp);
        expectNothingMore(left, decideOn(untouched));
        expect(budgetsCited(left, usedUp)).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('shows the retry of a request what the request saw, and any other request nothing more', () => {
    fc.assert(
      fc.property(worldNow, request, (drawn, about) => {
        const arrangements = drawn.arrangements.map((one): Arrangement => ({ ...one, chargedAtMs: null }));
        const first = decideOn(arrangements, FIELDS, about);
        const charged = budgetsCited(first, arrangements);
        const after = (change: Partial<Arrangement>): Arrangement[] =>
          arrangements.map((one) => (charged.includes(one) ? { ...usedNow(one), ...change } : one));
        const cellsOf = (decision: Decision): string => JSON.stringify([[...decision.cells.values()], withheldOf(decision)]);
        const retry = decideOn(after({ chargedAtMs: NOW_MS }), FIELDS, about);
        expect(cellsOf(retry)).toBe(cellsOf(first));
        expectNothingMore(decideOn(after({}), FIELDS, about), first);
      }),
      { numRuns: 500 },
    );
  });

  it('lets no sequence of requests have more disclosures than the budgets hold', () => {
    let charges = 0;
    fc.assert(
      fc.property(worldNow, ({ arrangements, histories }) => {
        let now = arrangements.map((one): Arrangement => ({ ...one, chargedAtMs: null }));
        const usesNow = new Map<string, number>();
        for (let left = decideOn(now), cited = budgetsCited(left, now); cited.length > 0; cited = budgetsCited(left, now)) {
          for (const { arrangementId } of cited) usesNow.set(arrangementId, (usesNow.get(arrangementId) ?? 0) + 1);
          charges += cited.length;
          now = now.map((one) => (cited.includes(one) ? usedNow(one) : one));
          const next = decideOn(now);
          expectNothingMore(next, left);
          left = next;
        }
        for (const { arrangementId, terms } of now) {
          const uses = histories.get(arrangementId)?.uses ?? [];
          const { accessMode, frequency: bound } = terms;
          const sameWindow = ({ atMs }: Use): boolean =>
            bound !== null && calendarWindowOf(atMs, bound.per) === calendarWindowOf(NOW_MS, bound.per);
          const before = uses.filter((use) => (accessMode === 'ONE_TIME' ? use.once : sameWindow(use))).length;
          const most = accessMode === 'ONE_TIME' ? 1 : (bound?.count ?? 0);
          expect(usesNow.get(arrangementId) ?? 0).toBeLessThanOrEqual(Math.max(0, most - before));
        }
      }),
      { numRuns: 1_000 },
    );
    expect(charges).toBeGreaterThan(100);
  });

  it('charges no budget for a record that consents without one show as well', () => {
    fc.assert(
      fc.property(world, (arrangements) => {
        const unbudgeted = arrangements.map((one): Arrangement => (hasBudget(one.terms) ? { ...one, tampered: true } : one));
        const [all, without] = [decideOn(arrangements), decideOn(unbudgeted)];
        const budgeted = new Set(arrangements.filter(({ terms }) => hasBudget(terms)).map(({ arrangementId }) => arrangementId));
        const needless: unknown[] = [];
        for (const [entry, cells] of all.cells)
          cells.forEach((cell, i) => {
            const alone = without.cells.get(entry)?.[i];
            if (entry.source.kind !== 'column') return;
            if (cell.verdict !== 'RELEASE' || alone?.verdict !== 'RELEASE') return;
            const isCharged = cell.citations.some(({ arrangementId }) => budgeted.has(arrangementId));
            if (isCharged && JSON.stringify(alone.days) === JSON.stringify(cell.days)) needless.push(cell);
          });
        expect(needless).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('releases nothing once every consent is revoked, paused, used up or tampered with', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('REVOKED', 'PAUSED', 'USED', 'TAMPERED'), (arrangements, act) => {
        const ended = arrangements.map((one): Arrangement => {
          if (act === 'TAMPERED') return { ...one, tampered: true };
          if (act === 'USED') {
            const terms: ConsentTerms = { ...one.terms, accessMode: 'ONE_TIME', frequency: null };
            return { ...usedNow({ ...one, terms }), chargedAtMs: null };
          }
          // what was used up is never paused; a revoke that is asked then closes its retry
          return one.use?.onceUsedAtMs != null ? { ...one, chargedAtMs: null } : { ...one, status: act };
        });
        const decision = decideOn(ended);
        expect(released(decision)).toEqual([]);
        expect(decision.withheld).toBeNull();
      }),
      { numRuns: 500 },
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
        for (const other of [{ recipientId: BANK_B }, { purpose: 'GUARANTEE_REVIEW' as const }]) {
          const decision = decideOn(ours, FIELDS, other);
          expect([released(decision), decision.withheld]).toEqual([[], null]);
        }
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

  it('cites for a release only consents that are usable, and none for a refusal', () => {
    fc.assert(
      fc.property(worldsAt(...ASKED_AT), ({ atMs, arrangements, histories }) => {
        const { isUsable } = createOracle(aSnapshot(arrangements, { atMs }), CATALOGUE, AS_OF_TEXT, histories);
        const serves = (id: string, platform: string): boolean =>
          arrangements.some((one) => one.arrangementId === id && one.platformId === platform && isUsable(one));
        const cells = [...decideOn(arrangements, FIELDS, { atMs }).cells.values()].flat();
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

  it('releases only what was asked, and only what a usable consent of its platform permits in some way', () => {
    fc.assert(
      fc.property(worldsAt(...ASKED_AT), request, asked, ({ atMs, arrangements, histories }, about, entries) => {
        const snapshot = aSnapshot(arrangements, { ...about, atMs });
        const { isUsable } = createOracle(snapshot, CATALOGUE, AS_OF_TEXT, histories);
        const reachesDown = (from: FieldEntry, to: FieldEntry): boolean =>
          from === to || from.coarser.some((name) => reachesDown(CATALOGUE.load(name), to));
        const isPermitted = (entry: FieldEntry, { platformId, product }: CellVerdict): boolean =>
          snapshot.arrangements
            .filter((one) => one.platformId === platformId && isUsable(one))
            .flatMap(({ terms }) => terms.scopes)
            .some(({ effect, fieldId, product: of }) => {
              const field = CATALOGUE.byId(fieldId);
              return effect === 'PERMIT' && (of ?? product ?? of) === (product ?? of) && field && reachesDown(field, entry);
            });
        const decision = decide(snapshot, CATALOGUE, entries);
        expect([...decision.cells.keys()]).toEqual(entries);
        for (const [entry, cells] of decision.cells)
          for (const cell of cells.filter(({ verdict }) => verdict === 'RELEASE')) {
            const inputs = entry.inputs.map((name) => CATALOGUE.load(name));
            const isByInputs = inputs.length > 0 && inputs.every((input) => isPermitted(input, cell));
            expect([entry.coordinate, isPermitted(entry, cell) || isByInputs]).toEqual([entry.coordinate, true]);
          }
      }),
      { numRuns: 1_000 },
    );
  });

  it('decides the same whatever else was loaded of other recipients and purposes', () => {
    fc.assert(
      fc.property(worldNow, request, ({ arrangements }, about) => {
        const ours = aSnapshot(arrangements, about);
        const [alone, among] = [ours, { ...ours, arrangements }].map((snapshot) => decide(snapshot, CATALOGUE, FIELDS));
        expect(JSON.stringify([among?.withheld, [...(among?.cells ?? [])]])).toBe(
          JSON.stringify([alone?.withheld, [...(alone?.cells ?? [])]]),
        );
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
