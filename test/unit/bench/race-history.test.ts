import {
  type ConsentLife,
  countByRule,
  dutyOf,
  judge,
  type LedgerLine,
  type LookUp,
  type RaceHistory,
  RULES,
  type Span,
} from '../../bench/race-history';

const span = (beginMs: number, endMs: number): Span => ({ beginMs, endMs });
const life = (...[a, b, c, d]: readonly [number, number, number, number]): ConsentLife => ({
  grant: span(a, b),
  revoke: span(c, d),
});
/** Two consents, one after the other. */
const LIVES = [life(10, 20, 40, 50), life(70, 80, 100, 110)];

describe('dutyOf', () => {
  it.each([
    ['before the first grant', 1, 9, 'withhold'],
    ['up to the instant at which a grant begins', 1, 10, null],
    ['during a grant', 12, 18, null],
    ['from the instant at which a grant is acknowledged', 20, 30, null],
    ['between a grant and its revocation', 21, 39, 'show'],
    ['up to the instant at which a revocation begins', 21, 40, null],
    ['beginning before the grant is acknowledged', 19, 39, null],
    ['during a revocation', 42, 48, null],
    ['beginning before the revocation is acknowledged', 49, 60, null],
    ['from the instant at which a revocation is acknowledged', 50, 60, null],
    ['between a revocation and the next grant', 51, 69, 'withhold'],
    ['ending after the next grant has begun', 51, 71, null],
    ['under the second consent', 81, 99, 'show'],
    ['under one consent and then the other', 21, 99, null],
    ['longer than a whole life', 51, 120, null],
    ['after everything', 111, 120, 'withhold'],
  ] as const)('of a look-up %s', (_when, beginMs, endMs, duty) => {
    expect(dutyOf(span(beginMs, endMs), LIVES)).toBe(duty);
  });

  it('is to withhold where nothing was ever granted', () => {
    expect(dutyOf(span(1, 2), [])).toBe('withhold');
  });
});

const grant = (set: number, subject = 's'): LedgerLine => ({ kind: 'change', subject, action: 'grant', set });
const revoke = (set: number, subject = 's'): LedgerLine => ({ kind: 'change', subject, action: 'revoke', set });
const disclosure = (report: string, set: number, released: boolean, subject = 's'): LedgerLine => {
  return { kind: 'disclosure', subject, report, released, set };
};
const answer = (reportId: string, ledgerIndex: number, shown: boolean, [beginMs, endMs]: readonly [number, number]): LookUp => {
  return { borrower: 0, beginMs, endMs, shown, reportId, ledgerIndex };
};
/** Nothing, a grant that shows, a revocation that ends it. */
const LAWFUL: RaceHistory = {
  lives: [[life(10, 20, 40, 50)]],
  lookUps: [answer('a', 0, false, [1, 5]), answer('b', 2, true, [21, 30]), answer('c', 4, false, [51, 60])],
  ledger: [disclosure('a', 0, false), grant(1), disclosure('b', 1, true), revoke(2), disclosure('c', 2, false)],
};
const broken = (history: Partial<RaceHistory>): readonly string[] => {
  return judge({ ...LAWFUL, ...history }).violations.map(({ rule }) => rule);
};
const withLine = (index: number, line: LedgerLine): Partial<RaceHistory> => ({
  ledger: LAWFUL.ledger.map((kept, at) => (at === index ? line : kept)),
});
const withLookUp = (index: number, lookUp: LookUp): Partial<RaceHistory> => ({
  lookUps: LAWFUL.lookUps.map((kept, at) => (at === index ? lookUp : kept)),
});

describe('judge', () => {
  it('finds nothing in a lawful history, and says how much of it had one right answer', () => {
    expect(judge(LAWFUL)).toEqual({ violations: [], mustShow: 1, mustWithhold: 2 });
  });

  it('takes either answer of a look-up that met a change', () => {
    const raced = [answer('b', 2, true, [21, 45]), answer('c', 4, false, [45, 60])];
    expect(judge({ ...LAWFUL, lookUps: raced })).toEqual({ violations: [], mustShow: 0, mustWithhold: 0 });
  });

  it('finds a value that was shown after the revocation was acknowledged', () => {
    const shown = { ...withLookUp(2, answer('c', 4, true, [51, 60])), ...withLine(4, disclosure('c', 2, true)) };
    expect(broken(shown)).toEqual(['R1 shown without a consent', 'R2 released after the revocation']);
  });

  it('finds a value that was withheld under a consent', () => {
    const withheld = { ...withLookUp(1, answer('b', 2, false, [21, 30])), ...withLine(2, disclosure('b', 1, false)) };
    expect(broken(withheld)).toEqual(['R1 withheld under a consent']);
  });

  it.each([
    ['an older consent set', 4, disclosure('c', 1, false)],
    ['a consent set that is to come', 2, disclosure('b', 2, true)],
    ['a consent set where nothing was granted', 0, disclosure('a', 1, false)],
  ])('finds a disclosure decided on %s', (_what, index, line) => {
    expect(broken(withLine(index, line))).toEqual(['R2 decided on another consent set']);
  });

  it('knows the consent sets of different people apart', () => {
    const other = [grant(7, 'other'), disclosure('d', 7, true, 'other'), disclosure('e', 2, false)];
    expect(broken({ ledger: [...LAWFUL.ledger, ...other] })).toEqual([]);
  });

  it('judges disclosures that nobody received, too', () => {
    const stale = disclosure('lost', 1, true);
    expect(broken({ ledger: [...LAWFUL.ledger, stale] })).toEqual([
      'R2 decided on another consent set',
      'R2 released after the revocation',
    ]);
  });

  it.each([
    ['beyond the ledger', answer('b', 9, true, [21, 30])],
    ['of a change', answer('b', 1, true, [21, 30])],
    ['of another report', answer('x', 2, true, [21, 30])],
  ])('finds an index %s', (_what, lookUp) => {
    expect(broken(withLookUp(1, lookUp))).toEqual(['R3 not recorded']);
  });

  it('finds an entry that two answers rest on', () => {
    expect(broken({ lookUps: [...LAWFUL.lookUps, answer('b', 2, true, [22, 31])] })).toEqual(['R3 recorded twice']);
  });

  it.each([
    ['shown but not recorded as released', 2, disclosure('b', 1, false)],
    ['recorded as released but not shown', 4, disclosure('c', 2, true)],
  ])('finds a value %s', (_what, index, line) => {
    expect(broken(withLine(index, line))).toContain('R3 recorded otherwise');
  });
});

it('counts violations by rule, and names the rules without any', () => {
  const [rule] = RULES;
  const counts = countByRule([1, 2].map(() => ({ rule, detail: '' })));
  expect(counts[rule]).toBe(2);
  expect(Object.keys(counts)).toEqual([...RULES]);
  expect(Object.values(counts).reduce((total, found) => total + found, 0)).toBe(2);
});
