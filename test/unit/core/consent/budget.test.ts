import fc from 'fast-check';
import { charge, exhausted, hasBudget, isRetry, RETRY_WINDOW_MS } from '../../../../src/core/consent/budget';
import { type ConsentTerms, type ConsentUse, FREQUENCY_UNITS, type FrequencyUnit } from '../../../../src/core/consent/consent';
import { DAY_MS } from '../../../../src/core/credit/calendar';
import { at, HOUR_MS, NOW_MS, useOf } from '../../../support/builders';
import { calendarWindowOf } from './calendar-window';

fc.configureGlobal({ seed: Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31) });

type Budget = Pick<ConsentTerms, 'accessMode' | 'frequency'>;
const ONE_TIME: Budget = { accessMode: 'ONE_TIME', frequency: null };
const UNBOUNDED: Budget = { accessMode: 'RECURRING', frequency: null };
const upTo = (count: number, per: FrequencyUnit): Budget => ({ accessMode: 'RECURRING', frequency: { count, per } });

/** The uses after disclosures decided at these instants, recorded in this order. */
function chargeAll(budget: Budget, instants: readonly number[]): ConsentUse | null {
  return instants.reduce<ConsentUse | null>((use, instant) => charge(budget, use, instant), null);
}

describe('calendar windows of a budget', () => {
  // used at, asked at: a window holds its first millisecond and not that of the next one; all in Shanghai
  // prettier-ignore
  it.each<[FrequencyUnit, string, string, 'OVER_FREQUENCY' | null]>([
    ['DAY',   '2026-04-15T00:00:00.000',  '2026-04-15T00:00:00.000',  'OVER_FREQUENCY'],
    ['DAY',   '2026-04-15T00:00:00.000',  '2026-04-15T23:59:59.999',  'OVER_FREQUENCY'],
    ['DAY',   '2026-04-14T23:59:59.999',  '2026-04-15T00:00:00.000',  null            ],
    ['DAY',   '2026-04-15T00:00:00.000',  '2026-04-16T00:00:00.000',  null            ],
    ['DAY',   '2026-04-14T23:59:59.999Z', '2026-04-15T00:00:00.000Z', 'OVER_FREQUENCY'],
    ['DAY',   '2026-04-15T15:59:59.999Z', '2026-04-15T16:00:00.000Z', null            ],
    ['DAY',   '2026-03-15T10:00:00.000',  '2026-04-15T10:00:00.000',  null            ],
    ['DAY',   '2025-04-15T10:00:00.000',  '2026-04-15T10:00:00.000',  null            ],
    ['DAY',   '2025-12-31T23:59:59.999',  '2026-01-01T00:00:00.000',  null            ],
    ['DAY',   '2028-02-28T23:59:59.999',  '2028-02-29T00:00:00.000',  null            ],
    ['DAY',   '2028-02-29T00:00:00.000',  '2028-02-29T23:59:59.999',  'OVER_FREQUENCY'],
    ['DAY',   '2028-02-29T23:59:59.999',  '2028-03-01T00:00:00.000',  null            ],
    ['DAY',   '1969-12-31T23:59:59.999',  '1970-01-01T00:00:00.000',  null            ],
    ['WEEK',  '2026-04-13T00:00:00.000',  '2026-04-19T23:59:59.999',  'OVER_FREQUENCY'],
    ['WEEK',  '2026-04-12T23:59:59.999',  '2026-04-13T00:00:00.000',  null            ],
    ['WEEK',  '2026-04-19T23:59:59.999',  '2026-04-20T00:00:00.000',  null            ],
    ['WEEK',  '2026-04-19T15:59:59.999Z', '2026-04-19T16:00:00.000Z', null            ],
    ['WEEK',  '2026-04-19T16:00:00.000Z', '2026-04-20T00:00:00.000Z', 'OVER_FREQUENCY'],
    ['WEEK',  '2026-04-08T10:00:00.000',  '2026-04-15T10:00:00.000',  null            ],
    ['WEEK',  '2026-03-30T00:00:00.000',  '2026-04-05T23:59:59.999',  'OVER_FREQUENCY'],
    ['WEEK',  '2025-12-29T00:00:00.000',  '2026-01-04T23:59:59.999',  'OVER_FREQUENCY'],
    ['WEEK',  '2026-01-04T23:59:59.999',  '2026-01-05T00:00:00.000',  null            ],
    ['WEEK',  '2028-02-28T00:00:00.000',  '2028-03-05T23:59:59.999',  'OVER_FREQUENCY'],
    ['WEEK',  '2025-04-16T10:00:00.000',  '2026-04-15T10:00:00.000',  null            ],
    ['WEEK',  '1969-12-29T00:00:00.000',  '1970-01-04T23:59:59.999',  'OVER_FREQUENCY'],
    ['WEEK',  '1969-12-28T23:59:59.999',  '1969-12-29T00:00:00.000',  null            ],
    ['MONTH', '2026-04-01T00:00:00.000',  '2026-04-30T23:59:59.999',  'OVER_FREQUENCY'],
    ['MONTH', '2026-03-31T23:59:59.999',  '2026-04-01T00:00:00.000',  null            ],
    ['MONTH', '2026-03-31T15:59:59.999Z', '2026-03-31T16:00:00.000Z', null            ],
    ['MONTH', '2026-03-31T16:00:00.000Z', '2026-04-01T00:00:00.000Z', 'OVER_FREQUENCY'],
    ['MONTH', '2028-02-01T00:00:00.000',  '2028-02-29T23:59:59.999',  'OVER_FREQUENCY'],
    ['MONTH', '2028-02-29T23:59:59.999',  '2028-03-01T00:00:00.000',  null            ],
    ['MONTH', '2026-02-28T23:59:59.999',  '2026-03-01T00:00:00.000',  null            ],
    ['MONTH', '2025-12-31T23:59:59.999',  '2026-01-01T00:00:00.000',  null            ],
    ['MONTH', '2025-04-15T10:00:00.000',  '2026-04-15T10:00:00.000',  null            ],
    ['MONTH', '2026-03-15T10:00:00.000',  '2026-04-15T10:00:00.000',  null            ],
  ])('one per %s, used %s, asked %s: %s', (per, usedAt, askedAt, expected) => {
    const use = charge(upTo(1, per), null, at(usedAt));
    expect(use).toEqual(useOf([at(usedAt)]));
    expect(exhausted(upTo(1, per), use, at(askedAt))).toBe(expected);
  });

  it('are counted side by side, so that a consent may change its unit', () => {
    const instants = [
      '2026-03-31T10:00:00.000',
      '2026-04-01T10:00:00.000',
      '2026-04-14T10:00:00.000',
      '2026-04-15T10:00:00.000',
    ].map(at);
    expect(chargeAll(UNBOUNDED, instants)).toEqual({
      lastDay: 20_558,
      dayUses: 1,
      weekUses: 2,
      monthUses: 3,
      onceUsedAtMs: null,
    });
    expect(chargeAll(UNBOUNDED, instants)).toEqual(useOf(instants));
  });
});

describe('exhausted and charge', () => {
  it('let as many disclosures through as the frequency says, and not one more', () => {
    for (const per of FREQUENCY_UNITS)
      for (const count of [1, 2, 3, 50]) {
        const uses = new Array<number>(count).fill(NOW_MS);
        expect(exhausted(upTo(count, per), chargeAll(upTo(count, per), uses.slice(1)), NOW_MS)).toBeNull();
        expect(exhausted(upTo(count, per), chargeAll(upTo(count, per), uses), NOW_MS)).toBe('OVER_FREQUENCY');
      }
  });

  it('never stop a consent without a budget, nor one that was not used yet', () => {
    expect(exhausted(UNBOUNDED, chargeAll(UNBOUNDED, [NOW_MS, NOW_MS, NOW_MS]), NOW_MS)).toBeNull();
    for (const budget of [ONE_TIME, UNBOUNDED, upTo(1, 'DAY')]) expect(exhausted(budget, null, NOW_MS)).toBeNull();
  });

  it('stop ONE_TIME after its one use for good', () => {
    const use = charge(ONE_TIME, null, NOW_MS);
    expect(use.onceUsedAtMs).toBe(NOW_MS);
    for (const later of [0, 1, DAY_MS, 365 * DAY_MS]) expect(exhausted(ONE_TIME, use, NOW_MS + later)).toBe('ONE_TIME_USED');
  });

  it('do not take uses of the time before a consent became ONE_TIME for its one use', () => {
    const before = charge(upTo(1, 'DAY'), null, NOW_MS - 1);
    expect(exhausted(ONE_TIME, before, NOW_MS)).toBeNull();
    expect(exhausted(ONE_TIME, charge(ONE_TIME, before, NOW_MS), NOW_MS)).toBe('ONE_TIME_USED');
  });

  it('keep the instant of the one use whatever is recorded after it', () => {
    expect(charge(UNBOUNDED, charge(ONE_TIME, null, NOW_MS), NOW_MS + DAY_MS).onceUsedAtMs).toBe(NOW_MS);
  });

  it('hold a lowered frequency against the uses that were made under the higher one', () => {
    const use = chargeAll(upTo(5, 'DAY'), [NOW_MS, NOW_MS, NOW_MS]);
    expect([3, 4].map((count) => exhausted(upTo(count, 'DAY'), use, NOW_MS))).toEqual(['OVER_FREQUENCY', null]);
    expect([3, 4].map((count) => exhausted(upTo(count, 'MONTH'), use, NOW_MS))).toEqual(['OVER_FREQUENCY', null]);
  });
});

describe('a decision of an earlier day that is recorded after one of a later day', () => {
  const [tuesday, wednesday] = [at('2026-04-14T23:59:59.999'), at('2026-04-15T00:00:00.000')];

  it('counts in the later window and opens none that is closed', () => {
    const use = chargeAll(UNBOUNDED, [wednesday, tuesday]);
    expect(use).toEqual(chargeAll(UNBOUNDED, [wednesday, wednesday]));
    expect(exhausted(upTo(2, 'DAY'), use, wednesday)).toBe('OVER_FREQUENCY');
    expect(exhausted(upTo(2, 'DAY'), use, tuesday)).toBe('OVER_FREQUENCY');
    expect(exhausted(upTo(3, 'DAY'), use, tuesday)).toBeNull();
  });

  it('finds the later window used up', () => {
    expect(exhausted(upTo(1, 'DAY'), charge(UNBOUNDED, null, wednesday), tuesday)).toBe('OVER_FREQUENCY');
    expect(
      exhausted(upTo(1, 'WEEK'), charge(UNBOUNDED, null, at('2026-04-13T00:00:00.000')), at('2026-04-12T23:59:59.999')),
    ).toBe('OVER_FREQUENCY');
    expect(
      exhausted(upTo(1, 'MONTH'), charge(UNBOUNDED, null, at('2026-05-01T00:00:00.000')), at('2026-04-30T23:59:59.999')),
    ).toBe('OVER_FREQUENCY');
  });

  it('never moves the last day back, so that the later window stays closed', () => {
    const use = chargeAll(upTo(1, 'DAY'), [wednesday, tuesday]);
    expect(use?.lastDay).toBe(useOf([wednesday])?.lastDay);
    expect(exhausted(upTo(1, 'DAY'), use, wednesday + HOUR_MS)).toBe('OVER_FREQUENCY');
    expect(exhausted(upTo(1, 'DAY'), use, wednesday + DAY_MS)).toBeNull();
  });
});

describe('hasBudget', () => {
  // prettier-ignore
  it.each<[string, Budget, boolean]>([
    ['ONE_TIME',                  ONE_TIME,       true ],
    ['RECURRING with frequency',  upTo(1, 'DAY'), true ],
    ['RECURRING without',         UNBOUNDED,      false],
  ])('of %s', (_name, budget, expected) => {
    expect(hasBudget(budget)).toBe(expected);
  });
});

describe('isRetry', () => {
  it('lasts ten minutes', () => {
    expect(RETRY_WINDOW_MS).toBe(600_000);
  });

  // prettier-ignore
  it.each<[string, number | null, boolean]>([
    ['never charged',                        null,                       false],
    ['charged at this very instant',         NOW_MS,                     true ],
    ['charged five minutes ago',             NOW_MS - 300_000,           true ],
    ['charged a millisecond short of ten',   NOW_MS - 599_999,           true ],
    ['charged a millisecond past ten',       NOW_MS - 600_001,           false],
    ['charged a day ago',                    NOW_MS - DAY_MS,            false],
    ['charged by its own faster twin',       NOW_MS + 1,                 true ],
  ])('%s', (_name, chargedAtMs, expected) => {
    expect(isRetry({ chargedAtMs }, NOW_MS)).toBe(expected);
  });
});

// ------------------------------------------------------------------ against a list of instants

/** Ends of days, weeks and months, of years and of leap years, around which random instants gather. */
const EDGES = [
  '2023-12-31T00:00:00.000', '2024-01-01T00:00:00.000', '2024-02-29T00:00:00.000', '2024-03-01T00:00:00.000',
  '2024-12-30T00:00:00.000', '2025-01-01T00:00:00.000', '2026-02-28T00:00:00.000', '2026-03-01T00:00:00.000',
  '2026-04-13T00:00:00.000', '2026-04-15T00:00:00.000', '2027-01-01T00:00:00.000', '2100-02-28T00:00:00.000', '2100-03-01T00:00:00.000',
].map(at); // prettier-ignore
const STEPS = [
  -8 * DAY_MS,
  -DAY_MS,
  -8 * HOUR_MS,
  -1,
  0,
  1,
  8 * HOUR_MS,
  DAY_MS - 1,
  DAY_MS,
  6 * DAY_MS,
  7 * DAY_MS,
  31 * DAY_MS,
];
const instant = fc.oneof(
  fc.tuple(fc.constantFrom(...EDGES), fc.constantFrom(...STEPS)).map(([edge, step]) => edge + step),
  fc.tuple(fc.constantFrom(...EDGES), fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS })).map(([edge, step]) => edge + step),
);
/** Instants of attempts around one edge, so that many of them share a window. */
const attempts = fc
  .tuple(
    fc.constantFrom(...EDGES),
    fc.array(fc.oneof(fc.constantFrom(...STEPS), fc.integer({ min: -9 * DAY_MS, max: 9 * DAY_MS })), {
      minLength: 1,
      maxLength: 40,
    }),
  )
  .map(([edge, steps]) => steps.map((step) => edge + step));
const count = fc.integer({ min: 1, max: 4 });

describe.each(FREQUENCY_UNITS)('random instants under a frequency per %s', (per) => {
  /** Makes the attempts one after the other; those that the budget allows are charged. */
  function allowedOf(budget: Budget, instants: readonly number[]): boolean[] {
    let use: ConsentUse | null = null;
    return instants.map((attempt) => {
      const isAllowed = exhausted(budget, use, attempt) === null;
      if (isAllowed) use = charge(budget, use, attempt);
      return isAllowed;
    });
  }

  it('are allowed n times in each window and never once more', () => {
    fc.assert(
      fc.property(attempts, count, (unordered, n) => {
        const instants = [...unordered].sort((a, b) => a - b);
        const used: string[] = [];
        const expected = instants.map((attempt) => {
          const window = calendarWindowOf(attempt, per);
          const isAllowed = used.filter((one) => one === window).length < n;
          if (isAllowed) used.push(window);
          return isAllowed;
        });
        expect(allowedOf(upTo(n, per), instants)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('recorded in any order count in the newest window seen so far, n times and never once more', () => {
    fc.assert(
      fc.property(attempts, count, (instants, n) => {
        const kept: number[] = [];
        const countedIn: string[] = [];
        const expected = instants.map((attempt) => {
          const window = calendarWindowOf(Math.max(attempt, ...kept), per);
          const isAllowed = countedIn.filter((one) => one === window).length < n;
          if (isAllowed) {
            kept.push(attempt);
            countedIn.push(window);
          }
          return isAllowed;
        });
        expect(allowedOf(upTo(n, per), instants)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('agree with the counters that the builders reckon', () => {
    fc.assert(
      fc.property(attempts, instant, (unordered, asked) => {
        const instants = [...unordered].sort((a, b) => a - b);
        expect(chargeAll(upTo(1, per), instants)).toEqual(useOf(instants));
        const inWindow = instants.filter((one) => calendarWindowOf(one, per) === calendarWindowOf(asked, per)).length;
        if (asked >= Math.max(...instants) && inWindow > 0) {
          expect(exhausted(upTo(inWindow, per), useOf(instants), asked)).toBe('OVER_FREQUENCY');
          expect(exhausted(upTo(inWindow + 1, per), useOf(instants), asked)).toBeNull();
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('random instants under ONE_TIME', () => {
  it('are allowed once, whatever was charged before it became ONE_TIME', () => {
    fc.assert(
      fc.property(attempts, attempts, (before, after) => {
        let use = chargeAll(upTo(1, 'DAY'), before);
        let allowed = 0;
        for (const attempt of after) {
          if (exhausted(ONE_TIME, use, attempt) !== null) continue;
          use = charge(ONE_TIME, use, attempt);
          allowed += 1;
        }
        expect([allowed, use?.onceUsedAtMs]).toEqual([1, after[0]]);
      }),
      { numRuns: 2_000 },
    );
  });
});
