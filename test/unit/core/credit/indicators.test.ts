import { type DayInterval, toEpochDay, toMonthIndex, toYearMonth } from '../../../../src/core/credit/calendar';
import type { Product, RepaymentStatusCode } from '../../../../src/core/credit/codes';
import type { AccountFigures, Indicator, MonthFigures } from '../../../../src/core/credit/credit-record';
import { createCatalogue, FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { computeIndicator, indicatorsWithoutFormula } from '../../../../src/core/credit/indicators';
import { aField, anIndicator, AS_OF, fieldOf, PLATFORM } from '../../../support/builders';

const EVERY_DAY: readonly DayInterval[] = [{ from: toEpochDay('1990-01-01'), until: toEpochDay('2090-01-01') }];
/** As-of 2026-04-15: the newest completed month. */
const NEWEST = toMonthIndex('2026-03');

type Figures = Omit<MonthFigures, 'month'>;
/** Months of an account by how long ago they are: 0 is the newest completed month. */
type ByAge = Readonly<Record<number, Figures>>;

function anAccount(months: ByAge, overrides: Partial<AccountFigures> = {}): AccountFigures {
  return {
    platformId: PLATFORM,
    product: 'JIEBEI',
    currency: 'CNY',
    asOf: AS_OF,
    months: Object.entries(months).map(([age, figures]) => ({ month: NEWEST - Number(age), ...figures })),
    ...overrides,
  };
}

/** One month per character, the oldest first, the last one the newest completed month; a blank is a month without record. */
function grid(codes: string, overrides: Partial<AccountFigures> = {}): AccountFigures {
  const months = [...codes].map((code, i): MonthFigures[] =>
    code === ' ' ? [] : [{ month: NEWEST - (codes.length - 1 - i), repaymentStatus: code as RepaymentStatusCode }],
  );
  return anAccount({}, { months: months.flat(), ...overrides });
}

function each(count: number, figures: Figures, overrides: Partial<AccountFigures> = {}): AccountFigures {
  return anAccount(Object.fromEntries(Array.from({ length: count }, (_, age) => [age, figures])), overrides);
}

function compute(name: string, accounts: readonly AccountFigures[], days: readonly DayInterval[] = EVERY_DAY): Indicator | null {
  return computeIndicator(fieldOf(name), accounts, () => days);
}

const valueOf = (name: string, ...accounts: AccountFigures[]): Indicator['value'] | null =>
  compute(name, accounts)?.value ?? null;

const inDollars = { currency: 'TWD' };
const ofHuabei = { product: 'HUABEI' } as const;

describe('sums and counts of loans', () => {
  // prettier-ignore
  it.each<[string, string, AccountFigures[], Indicator['value'] | null]>([
    ['adds the months',                             'borrowedAmount12m',    [anAccount({ 0: { borrowedAmount: 100 }, 1: { borrowedAmount: 250 } })],                                   350 ],
    ['adds the accounts',                           'borrowedAmount12m',    [each(12, { borrowedAmount: 10 }), each(2, { borrowedAmount: 5 }, ofHuabei)],                              130 ],
    ['a recorded 0 is a value',                     'borrowedAmount12m',    [each(1, { borrowedAmount: 0 })],                                                                          0   ],
    ['no account is null',                          'borrowedAmount12m',    [],                                                                                                        null],
    ['no record is null',                           'borrowedAmount12m',    [anAccount({})],                                                                                           null],
    ['null is not 0',                               'borrowedAmount12m',    [each(12, { borrowedAmount: null, loanCount: 3 })],                                                        null],
    ['null beside a value is left out',             'borrowedAmount12m',    [anAccount({ 0: { borrowedAmount: null }, 1: { borrowedAmount: 7 } })],                                    7   ],
    ['the 12th month back counts',                  'borrowedAmount12m',    [anAccount({ 11: { borrowedAmount: 7 } })],                                                                7   ],
    ['the 13th does not',                           'borrowedAmount12m',    [anAccount({ 12: { borrowedAmount: 7 } })],                                                                null],
    ['the month in progress does not',              'borrowedAmount12m',    [anAccount({ '-1': { borrowedAmount: 7 } })],                                                              null],
    ['several currencies are null',                 'borrowedAmount12m',    [each(1, { borrowedAmount: 7 }), each(1, { borrowedAmount: 7 }, inDollars)],                               null],
    ['a currency without a figure is no matter',    'borrowedAmount12m',    [each(1, { borrowedAmount: 7 }), each(1, { loanCount: 1 }, inDollars)],                                    7   ],
    ['a sum beyond 2^53 is null',                   'borrowedAmount12m',    [each(2, { borrowedAmount: Number.MAX_SAFE_INTEGER })],                                                    null],
    ['counts loans across currencies',              'loanCount12m',         [each(2, { loanCount: 3 }), each(2, { loanCount: 1 }, inDollars)],                                         8   ],
    ['counts no loan as 0',                         'loanCount12m',         [each(12, { loanCount: 0 })],                                                                              0   ],
    ['knows no loan count as null',                 'loanCount12m',         [each(12, { loanCount: null, loanCountBand: 'C0' })],                                                      null],
    ['bands the sum',                               'loanCountBand12m',     [each(12, { loanCount: 1 })],                                                                              'Y4_12'],
    ['bands the sum of accounts, not each',         'loanCountBand12m',     [each(12, { loanCount: 1 }), each(1, { loanCount: 1 }, ofHuabei)],                                         'Y13_36'],
    ['bands nothing as Y0',                         'loanCountBand12m',     [each(1, { loanCount: 0 })],                                                                               'Y0'],
    ['takes the largest month',                     'peakLoansInMonth12m',  [anAccount({ 0: { loanCount: 2 }, 5: { loanCount: 9 }, 12: { loanCount: 50 } })],                          9   ],
    ['adds accounts month by month first',          'peakLoansInMonth12m',  [anAccount({ 0: { loanCount: 2 }, 1: { loanCount: 5 } }), anAccount({ 0: { loanCount: 4 } }, ofHuabei)],   6   ],
    ['counts a month once for several accounts',    'activeBorrowingMonths12m', [each(2, { loanCountBand: 'C1_2' }), each(3, { loanCountBand: 'C10_PLUS' }, ofHuabei)],                3   ],
    ['does not count months in band C0',            'activeBorrowingMonths12m', [anAccount({ 0: { loanCountBand: 'C0' }, 1: { loanCountBand: 'C1_2' }, 2: { loanCountBand: null } })], 1   ],
    ['says 0 where every month is C0',              'activeBorrowingMonths12m', [each(12, { loanCountBand: 'C0' })],                                                                   0   ],
    ['reads the band and not the count',            'activeBorrowingMonths12m', [each(12, { loanCount: 3 })],                                                                          null],
    ['the newest month is 0 months ago',            'monthsSinceLastLoan',  [anAccount({ 0: { loanCountBand: 'C1_2' }, 3: { loanCountBand: 'C1_2' } })],                               0   ],
    ['the month before it is 1 month ago',          'monthsSinceLastLoan',  [anAccount({ 0: { loanCountBand: 'C0' }, 1: { loanCountBand: 'C1_2' } })],                                 1   ],
    ['the oldest month of the window is 11 ago',    'monthsSinceLastLoan',  [anAccount({ 0: { loanCountBand: 'C0' }, 11: { loanCountBand: 'C3_5' } })],                                11  ],
    ['none in 12 months is null',                   'monthsSinceLastLoan',  [anAccount({ 0: { loanCountBand: 'C0' }, 12: { loanCountBand: 'C3_5' } })],                                null],
  ])('%s (%s)', (_name, field, accounts, value) => {
    expect(valueOf(field, ...accounts)).toBe(value);
  });

  // prettier-ignore
  it.each<[number, number, number | null]>([
    [  100,   4,   25],
    [  100,   3,   33],
    [  101,   2,   51], // 50.5 goes up
    [  149, 100,    1], // 1.49
    [  150, 100,    2], // 1.50
    [    1,   3,    0],
    [    0,   5,    0],
    [  100,   0, null],
    [    0,   0, null],
  ])('averages %d over %d loans to %s, half up', (borrowedAmount, loanCount, average) => {
    expect(valueOf('averageLoanAmount12m', each(1, { borrowedAmount, loanCount }))).toBe(average);
  });

  it('averages over months and accounts together, never over averages', () => {
    const [first, other] = [
      anAccount({ 0: { borrowedAmount: 100, loanCount: 1 }, 1: { borrowedAmount: 0, loanCount: 0 } }),
      each(1, { borrowedAmount: 20, loanCount: 3 }, ofHuabei),
    ];
    expect(valueOf('averageLoanAmount12m', first, other)).toBe(30);
  });

  it('has no average across currencies or without a furnished amount', () => {
    expect(
      valueOf(
        'averageLoanAmount12m',
        each(1, { borrowedAmount: 1, loanCount: 1 }),
        each(1, { borrowedAmount: 1, loanCount: 1 }, inDollars),
      ),
    ).toBeNull();
    expect(valueOf('averageLoanAmount12m', each(12, { loanCount: 2 }))).toBeNull();
  });

  // loans ÷ min(12, months on book), two places, half up
  // prettier-ignore
  it.each<[string, number, string | null]>([
    ['2020-01-01', 24,  '2.00'],
    ['2020-01-01',  1,  '0.08'],  // 1/12 = 0.0833
    ['2020-01-01',  0,  '0.00'],
    ['2020-01-01', 19,  '1.58'],  // 19/12 = 1.5833
    ['2025-08-15',  1,  '0.13'],  // 8 months: 0.125 goes up
    ['2026-01-15', 10,  '3.33'],  // 3 months
    ['2026-03-15',  5,  '5.00'],  // 1 month
    ['2026-03-16',  5,  null  ],  // not a whole month
    ['2026-04-15',  5,  null  ],
  ])('of an account opened on %s with %d loans says %s a month', (openedOn, loanCount, value) => {
    expect(valueOf('loansPerMonth12m', each(1, { loanCount }, { openedOn: toEpochDay(openedOn) }))).toBe(value);
  });

  it('says nothing of loans a month where no opening date is known', () => {
    expect(valueOf('loansPerMonth12m', each(12, { loanCount: 1 }))).toBeNull();
    expect(valueOf('loansPerMonth12m', each(12, { loanCount: 1 }, { openedOn: null }))).toBeNull();
  });
});

describe('the repayment grid', () => {
  // oldest to newest, the last character is 2026-03
  // prettier-ignore
  it.each<[string, number | null, boolean | null]>([
    ['N',                        10_000, true ],
    ['M',                        10_000, true ],
    ['NNNNNNNNNNNNNNNNNNNNNNNN', 10_000, true ],
    ['NNNNNNNNNNNNNNNNNNNNNNN1',  9_583, false], // 23/24 = 0.95833
    ['NN1',                       6_667, false], // 2/3 goes up
    ['N11',                       3_333, false],
    ['NNNNNNN1',                  8_750, false],
    ['1',                             0, false],
    ['D',                             0, false],
    ['NZ',                        5_000, false],
    ['NB',                        5_000, false],
    ['NG',                        5_000, false],
    ['N*A/#C',                   10_000, true ], // those that say neither are not counted
    ['****',                       null, null ],
    ['#',                          null, null ],
    ['/CA',                        null, null ],
    ['1NNNNNNNNNNNNNNNNNNNNNNNN', 10_000, true ], // the 25th month back is outside
    ['N N',                      10_000, true ],
    ['',                           null, null ],
  ])('%s is on time in %s bp of its months, always: %s', (codes, rate, always) => {
    expect(valueOf('onTimeMonthRate24m', grid(codes))).toBe(rate);
    expect(valueOf('alwaysOnTime24m', grid(codes))).toBe(always);
  });

  // N = M = * = A = C < 1 < ... < 7 < D < Z < B < G; / and # are ignored
  it.each([...'1234567DZBG'].map((code, i, all) => [code, all[i - 1] ?? 'N'] as const))('ranks %s above %s', (worse, better) => {
    for (const codes of [`${worse}${better}`, `${better}${worse}`, `N${worse}M*AC/#`]) {
      expect(valueOf('worstStatus24m', grid(codes))).toBe(worse);
      expect(valueOf('worstStatus60m', grid(codes))).toBe(worse);
    }
  });

  // prettier-ignore
  it.each<[string, string | null]>([
    ['M',    'N' ],
    ['*',    'N' ],
    ['A',    'N' ],
    ['C',    'N' ],
    ['/#N',  'N' ],
    ['/',    null],
    ['#',    null],
    ['/#/',  null],
    ['',     null],
  ])('%s has the worst status %s', (codes, worst) => {
    expect(valueOf('worstStatus24m', grid(codes))).toBe(worst);
  });

  it('looks back 24 months or 60, as the field says', () => {
    const [old, older] = [`1${'N'.repeat(24)}`, `1${'N'.repeat(60)}`];
    expect([
      valueOf('worstStatus24m', grid(old)),
      valueOf('worstStatus60m', grid(old)),
      valueOf('worstStatus60m', grid(older)),
    ]).toEqual(['N', '1', 'N']);
  });

  // N, M, *, C, / and a month without record end a run; # and A neither end nor extend it
  // prettier-ignore
  it.each<[string, number | null, number | null]>([
    ['NNNN',              0, 0],
    ['1',                 1, 1],
    ['111',               3, 3],
    ['123',               3, 3],
    ['11N1',              3, 2],
    ['1N11',              3, 2],
    ['11M1',              3, 2],
    ['11*1',              3, 2],
    ['11C1',              3, 2],
    ['11/1',              3, 2],
    ['11 1',              3, 2],
    ['11#1',              3, 3],
    ['11A1',              3, 3],
    ['1#A#1',             2, 2],
    ['1##N1',             2, 1],
    ['#1#',               1, 1],
    ['###',               null, null], // what is unknown states no 0
    ['/#',                0, 0],
    ['1# 1',              2, 1],
    ['1 #1',              2, 1],
    ['DZBG',              4, 4],
    ['111N1111N11',       9, 4],
    ['1111' + 'N'.repeat(23), 1, 1], // only the newest of the four is inside
  ])('%s has %s overdue months, at most %s in a row', (codes, months, run) => {
    expect(valueOf('delinquentMonths24m', grid(codes))).toBe(months);
    expect(valueOf('maxConsecutiveDelinquentMonths24m', grid(codes))).toBe(run);
  });

  it('takes of several accounts the worst status of each month', () => {
    const [first, other] = [grid('1N1N'), grid('N1NN', ofHuabei)];
    expect(valueOf('delinquentMonths24m', first, other)).toBe(3);
    expect(valueOf('maxConsecutiveDelinquentMonths24m', first, other)).toBe(3);
    expect(valueOf('onTimeMonthRate24m', first, other)).toBe(2_500);
    expect(valueOf('worstStatus24m', grid('1'), grid('B', ofHuabei))).toBe('B');
  });

  it('lets an account with a payment speak before one that had nothing due or is unknown', () => {
    for (const silent of '*A/#C') expect(valueOf('onTimeMonthRate24m', grid('N'), grid(silent, ofHuabei))).toBe(10_000);
    expect(valueOf('maxConsecutiveDelinquentMonths24m', grid('1#1'), grid('1N1', ofHuabei))).toBe(1);
  });

  // months from the last adverse code to the as-of date's month
  // prettier-ignore
  it.each<[string, number | null]>([
    ['1',                     1   ],
    ['1N',                    2   ],
    ['1N1N',                  2   ],
    ['1##',                   3   ],
    [`1${'N'.repeat(59)}`,    60  ],
    [`1${'N'.repeat(60)}`,    null],
    ['NNN',                   null],
    ['',                      null],
  ])('%s was last overdue %s months ago', (codes, months) => {
    expect(valueOf('monthsSinceLastDelinquency', grid(codes))).toBe(months);
  });

  // the newest completed month alone: 1 to 7 or B
  // prettier-ignore
  it.each<[string, boolean | null]>([
    ['1', true], ['2', true], ['3', true], ['4', true], ['5', true], ['6', true], ['7', true], ['B', true],
    ['D', false], ['Z', false], ['G', false], ['N', false], ['M', false], ['*', false], ['A', false], ['/', false], ['C', false], ['#', null],
    ['1N', false], ['N1', true], ['1 ', null], ['', null],
  ])('%s is overdue now: %s', (codes, overdue) => {
    expect(valueOf('overdueNow', grid(codes))).toBe(overdue);
  });

  it('is overdue now by any one account', () => {
    expect(valueOf('overdueNow', grid('N'), grid('1', ofHuabei))).toBe(true);
  });
});

describe('days past due', () => {
  // prettier-ignore
  it.each([
    [  0, 0, 0, 0],
    [ 29, 0, 0, 0],
    [ 30, 1, 0, 0],
    [ 59, 1, 0, 0],
    [ 60, 1, 1, 0],
    [ 89, 1, 1, 0],
    [ 90, 1, 1, 1],
    [400, 1, 1, 1],
  ])('%d days make %d, %d and %d months of 30, 60 and 90 days', (days, thirty, sixty, ninety) => {
    const account = each(1, { daysPastDueMonthEnd: days });
    expect(['30', '60', '90'].map((bound) => valueOf(`delinquent${bound}Months24m`, account))).toEqual([thirty, sixty, ninety]);
  });

  it('count each month once, within 24 months, and need a record', () => {
    const late = { daysPastDueMonthEnd: 45 };
    expect(valueOf('delinquent30Months24m', each(30, late), each(3, late, ofHuabei))).toBe(24);
    expect(valueOf('delinquent30Months24m', each(24, { daysPastDueMonthEnd: null }))).toBeNull();
    expect(valueOf('delinquent30Months24m', grid('111'))).toBeNull();
  });
});

describe('the use of limits', () => {
  // newest month alone; Σ used ÷ Σ limit in bp, half up
  // prettier-ignore
  it.each<[string, AccountFigures[], number | null, string | null]>([
    ['a part',                       [each(1, { usedLimit: 2_500 }, { creditLimit: 10_000 })],                                                        2_500,  'U1'],
    ['nothing',                      [each(1, { usedLimit: 0 }, { creditLimit: 10_000 })],                                                            0,      'U0'],
    ['a third',                      [each(1, { usedLimit: 1 }, { creditLimit: 3 })],                                                                 3_333,  'U2'],
    ['half up',                      [each(1, { usedLimit: 1 }, { creditLimit: 8_000 })],                                                             1,      'U1'], // 1.25
    ['half up at the half',          [each(1, { usedLimit: 3 }, { creditLimit: 20_000 })],                                                            2,      'U1'], // 1.5
    ['less than a half is 0',        [each(1, { usedLimit: 1 }, { creditLimit: 30_000 })],                                                            0,      'U0'],
    ['above the limit',              [each(1, { usedLimit: 12_345 }, { creditLimit: 10_000 })],                                                       12_345, 'U6'],
    ['accounts together',            [each(1, { usedLimit: 9_000 }, { creditLimit: 10_000 }), each(1, { usedLimit: 0 }, { creditLimit: 20_000, ...ofHuabei })], 3_000, 'U2'],
    ['a limit of 0',                 [each(1, { usedLimit: 5 }, { creditLimit: 0 })],                                                                 null,   null],
    ['no limit',                     [each(1, { usedLimit: 5 })],                                                                                     null,   null],
    ['a limit of null',              [each(1, { usedLimit: 5 }, { creditLimit: null })],                                                              null,   null],
    ['no use',                       [each(1, { usedLimit: null }, { creditLimit: 5 })],                                                              null,   null],
    ['no record of the newest month', [anAccount({ 1: { usedLimit: 5 } }, { creditLimit: 10 })],                                                       null,   null],
    ['several currencies',           [each(1, { usedLimit: 5 }, { creditLimit: 10 }), each(1, { usedLimit: 5 }, { creditLimit: 10, ...inDollars })],  null,   null],
    ['an account without a limit',   [each(1, { usedLimit: 5 }, { creditLimit: 10 }), each(1, { usedLimit: 99 }, { creditLimit: null, ...ofHuabei })], 5_000,  'U3'],
    ['a limit of 0 beside another',  [each(1, { usedLimit: 5 }, { creditLimit: 10 }), each(1, { usedLimit: 5 }, { creditLimit: 0, ...ofHuabei })],    10_000, 'U5'],
    ['amounts near 2^53',            [each(1, { usedLimit: 2 ** 52 }, { creditLimit: 2 ** 52 })],                                                     10_000, 'U5'],
  ])('%s', (_name, accounts, ratio, band) => {
    expect(valueOf('utilisation', ...accounts)).toBe(ratio);
    expect(valueOf('utilisationBand', ...accounts)).toBe(band);
  });

  it('over six months is the mean of the monthly ratios, rounded once', () => {
    const used = [1, 1, 1, 0, 0, 0];
    const account = (limit: number): AccountFigures =>
      anAccount(Object.fromEntries(used.map((usedLimit, age) => [age, { usedLimit }])), { creditLimit: limit });
    expect(valueOf('utilisation6m', account(3))).toBe(1_667); // (3 × 3333.33) ÷ 6 = 1666.67
    expect(valueOf('utilisation6m', account(20_000))).toBe(0); // (3 × 0.5) ÷ 6 = 0.25; rounding each month first gave 1
    expect(valueOf('utilisation6m', account(10_000))).toBe(1); // 0.5 goes up
  });

  it('over six months needs all six, and a limit in each', () => {
    expect(valueOf('utilisation6m', each(6, { usedLimit: 50 }, { creditLimit: 100 }))).toBe(5_000);
    expect(valueOf('utilisation6m', each(7, { usedLimit: 50 }, { creditLimit: 100 }))).toBe(5_000);
    expect(valueOf('utilisation6m', each(5, { usedLimit: 50 }, { creditLimit: 100 }))).toBeNull();
    expect(valueOf('utilisation6m', each(6, { usedLimit: 50 }, { creditLimit: 0 }))).toBeNull();
  });

  it('over six months weighs months and not amounts where accounts differ', () => {
    const [first, other] = [
      each(6, { usedLimit: 10 }, { creditLimit: 10 }),
      anAccount({ 0: { usedLimit: 0 } }, { creditLimit: 30, ...ofHuabei }),
    ];
    expect(valueOf('utilisation6m', first, other)).toBe(8_750); // (10/40 + 5 × 10/10) ÷ 6
  });
});

describe('debt service and the kind of payer', () => {
  // prettier-ignore
  it.each<[string, AccountFigures[], number | null, boolean]>([
    ['what is due',                        [each(1, { scheduledDue: 500 })],                                                      500,  false],
    ['0 due is a bill',                    [each(1, { scheduledDue: 0, usedLimit: 900 })],                                        0,    false],
    ['of all accounts',                    [each(1, { scheduledDue: 500 }), each(1, { scheduledDue: 20 }, ofHuabei)],             520,  false],
    ['of the newest month alone',          [anAccount({ 1: { scheduledDue: 500 } })],                                             null, false],
    ['without a bill a tenth of the use',  [each(1, { usedLimit: 900 })],                                                         90,   true ],
    ['a tenth goes half up',               [each(1, { scheduledDue: null, usedLimit: 905 })],                                     91,   true ],
    ['a tenth below half goes down',       [each(1, { usedLimit: 904 })],                                                         90,   true ],
    ['an estimate beside a bill',          [each(1, { scheduledDue: 500, usedLimit: 9 }), each(1, { usedLimit: 100 }, ofHuabei)], 510,  true ],
    ['each account is rounded by itself',  [each(1, { usedLimit: 5 }), each(1, { usedLimit: 5 }, ofHuabei)],                      2,    true ],
    ['neither bill nor use',               [each(1, { scheduledDue: null, usedLimit: null })],                                    null, false],
    ['several currencies',                 [each(1, { scheduledDue: 1 }), each(1, { scheduledDue: 1 }, inDollars)],               null, false],
  ])('%s', (_name, accounts, value, estimated) => {
    const found = compute('monthlyDebtService', accounts);
    expect([found?.value ?? null, found?.estimated ?? false]).toEqual([value, estimated]);
  });

  const bill = (scheduledDue: number, actualPaid: number | null): Figures => ({ scheduledDue, actualPaid });
  // prettier-ignore
  it.each<[string, AccountFigures[], string | null]>([
    ['pays each bill',                    [each(12, bill(100, 100))],                                                        'TRANSACTOR'],
    ['pays more than the bill',           [each(12, bill(100, 150))],                                                        'TRANSACTOR'],
    ['pays a fen less once',              [anAccount({ 0: bill(100, 100), 5: bill(100, 99) })],                              'REVOLVER'  ],
    ['pays nothing once',                 [anAccount({ 0: bill(100, 100), 5: bill(100, 0) })],                               'REVOLVER'  ],
    ['paid less 12 months back',          [anAccount({ 0: bill(100, 100), 11: bill(100, 0) })],                              'REVOLVER'  ],
    ['paid less 13 months back',          [anAccount({ 0: bill(100, 100), 12: bill(100, 0) })],                              'TRANSACTOR'],
    ['months without a bill do not tell', [anAccount({ 0: bill(0, 0), 1: bill(100, 100) })],                                 'TRANSACTOR'],
    ['no bill at all',                    [each(12, bill(0, 0))],                                                            'INACTIVE'  ],
    ['no bill and a payment',             [each(12, bill(0, 70))],                                                           'INACTIVE'  ],
    ['nothing recorded',                  [anAccount({})],                                                                   null        ],
    ['payments unknown',                  [each(12, bill(100, null))],                                                       null        ],
    ['several currencies',                [each(1, bill(100, 100)), each(1, bill(100, 100), inDollars)],                     null        ],
  ])('%s', (_name, accounts, type) => {
    expect(valueOf('payerType12m', ...accounts)).toBe(type);
  });
});

describe('accounts', () => {
  const opened = (...dates: string[]): AccountFigures[] => dates.map((date) => anAccount({}, { openedOn: toEpochDay(date) }));
  // prettier-ignore
  it.each<[string, string, number]>([
    ['2020-01-15', '2026-04-15', 75],
    ['2020-01-16', '2026-04-15', 74],
    ['2026-03-15', '2026-04-15', 1 ],
    ['2026-03-16', '2026-04-15', 0 ],
    ['2026-04-15', '2026-04-15', 0 ],
    ['2026-04-16', '2026-04-15', 0 ], // never negative
    ['2024-02-29', '2025-02-28', 12], // the last day of February stands for the 29th
    ['2024-02-29', '2025-02-27', 11],
    ['2025-12-31', '2026-02-28', 2 ],
    ['2025-12-31', '2026-02-27', 1 ],
  ])('opened on %s are on the book at %s for %d whole months', (openedOn, asOf, months) => {
    expect(valueOf('monthsOnBook', anAccount({}, { openedOn: toEpochDay(openedOn), asOf: toEpochDay(asOf) }))).toBe(months);
  });

  it('are as old as the oldest of them, and of unknown age without a date', () => {
    expect(valueOf('monthsOnBook', ...opened('2025-04-15', '2024-04-15', '2026-04-01'))).toBe(24);
    expect(valueOf('monthsOnBook', anAccount({}), ...opened('2025-04-15'))).toBe(12);
    expect(valueOf('monthsOnBook', anAccount({}, { openedOn: null }))).toBeNull();
    expect(valueOf('monthsOnBook')).toBeNull();
  });

  it('are open until the day they are closed on, seen from the as-of date', () => {
    const closing = (...dates: (string | null)[]): AccountFigures[] =>
      dates.map((date) => anAccount({}, { closedOn: date === null ? null : toEpochDay(date) }));
    expect(valueOf('openAccountCount', ...closing(null, '2026-04-14', '2026-04-15', '2026-04-16'))).toBe(2);
    expect(valueOf('openAccountCount', ...closing('2020-01-01'))).toBe(0);
    expect(valueOf('openAccountCount', anAccount({}))).toBe(1);
    expect(valueOf('openAccountCount')).toBeNull();
  });

  it('name distinct lenders, of open accounts only', () => {
    const of = (furnisherName: string | null, closedOn: string | null = null): AccountFigures =>
      anAccount({}, { furnisherName, closedOn: closedOn === null ? null : toEpochDay(closedOn) });
    expect(valueOf('lenderCount', of('One'), of('One'), of('Two'), of('Three', '2020-01-01'), of(null))).toBe(2);
    expect(valueOf('lenderCount', of('Three', '2020-01-01'))).toBe(0);
  });
});

describe('the basis of an indicator', () => {
  const basisOf = (found: Indicator | null): string =>
    found
      ? `${found.products.join('+')} ${toYearMonth(found.firstMonth)} ${toYearMonth(found.lastMonth)} ${String(found.currency)}`
      : '';

  it('names the first and last month that contributed a record, gaps or not', () => {
    expect(
      basisOf(
        compute('loanCount12m', [
          anAccount({ 1: { loanCount: 1 }, 4: { loanCount: 0 }, 7: { loanCount: null }, 12: { loanCount: 1 } }),
        ]),
      ),
    ).toBe('JIEBEI 2025-11 2026-02 null');
  });

  it('names the products that contributed, in the order of products, and none twice', () => {
    const account = (product: Product, figures: Figures): AccountFigures => each(1, figures, { product });
    const accounts = [
      account('OTHER', { loanCount: 1 }),
      account('HUABEI', { loanCount: 1 }),
      account('OTHER', { loanCount: 0 }),
      account('JIEBEI', { usedLimit: 1 }),
    ];
    expect(basisOf(compute('loanCount12m', accounts))).toBe('HUABEI+OTHER 2026-03 2026-03 null');
  });

  it('names the currency of an amount, and none for a count', () => {
    expect(compute('borrowedAmount12m', [each(1, { borrowedAmount: 1 }, inDollars)])?.currency).toBe('TWD');
    expect(compute('utilisation', [each(1, { usedLimit: 1 }, { creditLimit: 2 })])?.currency).toBe('CNY');
    expect(compute('delinquentMonths24m', [grid('1')])?.currency).toBeNull();
  });

  it('stands at the newest completed month for figures without months', () => {
    expect(basisOf(compute('openAccountCount', [anAccount({})]))).toBe('JIEBEI 2026-03 2026-03 null');
  });

  it('says that an estimate is one, and nothing else is', () => {
    expect(compute('monthlyDebtService', [each(1, { usedLimit: 10 })])?.estimated).toBe(true);
    expect(compute('borrowedAmount12m', [each(1, { borrowedAmount: 10 })])?.estimated).toBe(false);
  });

  it('counts a month only if all of its days are released', () => {
    const months = each(24, { repaymentStatus: 'N' });
    const over = (from: string, until: string): string =>
      basisOf(compute('onTimeMonthRate24m', [months], [{ from: toEpochDay(from), until: toEpochDay(until) }]));
    expect(over('2025-06-01', '2026-02-01')).toBe('JIEBEI 2025-06 2026-01 null');
    expect(over('2025-06-02', '2026-01-31')).toBe('JIEBEI 2025-07 2025-12 null');
    expect(over('2025-06-02', '2025-07-31')).toBe('');
  });

  it('asks the released days of each account by itself', () => {
    const accounts = [each(2, { loanCount: 1 }), each(2, { loanCount: 10 }, ofHuabei)];
    const found = computeIndicator(fieldOf('loanCount12m'), accounts, ({ product }) => (product === 'HUABEI' ? [] : EVERY_DAY));
    expect([found?.value, basisOf(found)]).toEqual([2, 'JIEBEI 2026-02 2026-03 null']);
  });

  it('follows the as-of date of the platform', () => {
    const account = { ...each(14, { loanCount: 1 }), asOf: toEpochDay('2026-02-01') };
    expect(basisOf(compute('loanCount12m', [account]))).toBe('JIEBEI 2025-02 2026-01 null');
    expect(basisOf(compute('loanCount12m', [{ ...account, asOf: toEpochDay('2026-01-31') }]))).toBe(
      'JIEBEI 2025-02 2025-12 null',
    );
  });
});

describe('formulas', () => {
  it('exist for every indicator of the catalogue', () => {
    expect(indicatorsWithoutFormula(FIELD_CATALOGUE)).toEqual([]);
  });

  it('are missed by name', () => {
    const catalogue = createCatalogue(1, [aField(1, 'A.input'), anIndicator(2, 'S.unknown', 12, ['A.input'])]);
    expect(indicatorsWithoutFormula(catalogue)).toEqual(['S.unknown']);
    expect(() => computeIndicator(catalogue.load('S.unknown'), [], () => [])).toThrow('S.unknown has no formula');
  });

  it('are not there for record fields', () => {
    expect(() => compute('loanCount', [])).toThrow('MonthlySummary.loanCount has no formula');
  });
});

describe('what an indicator says of its origin', () => {
  it('names no product whose account could say nothing to it', () => {
    const stated = anAccount({ 0: { usedLimit: 5 } }, { creditLimit: 10 });
    const unlimited = anAccount({ 0: { usedLimit: 9 } }, { ...ofHuabei, ...inDollars, creditLimit: null });
    expect(compute('utilisation', [stated, unlimited])).toMatchObject({ value: 5_000, products: ['JIEBEI'], currency: 'CNY' });
    const opened = anAccount({}, { openedOn: toEpochDay('2020-04-15') });
    expect(compute('monthsOnBook', [opened, anAccount({}, { ...ofHuabei, openedOn: null })])).toMatchObject({
      value: 72,
      products: ['JIEBEI'],
    });
  });

  it('joins the accounts of two platforms by calendar month, however old their data are', () => {
    const late = grid('N1N');
    const early = { ...grid('NN1'), asOf: toEpochDay('2026-04-01'), platformId: 'platform-2' };
    expect(valueOf('delinquentMonths24m', late, early)).toBe(2);
    const month = { month: NEWEST - 1, repaymentStatus: '1' as const };
    const behind = anAccount({}, { asOf: toEpochDay('2026-03-10'), platformId: 'platform-2', months: [month] });
    expect(valueOf('delinquentMonths24m', late, behind)).toBe(1);
  });

  it('gives no average where a month states only one of amount and count', () => {
    const both = { borrowedAmount: 100, loanCount: 2 };
    expect(valueOf('averageLoanAmount12m', anAccount({ 0: both, 1: both }))).toBe(50);
    expect(valueOf('averageLoanAmount12m', anAccount({ 0: both, 1: { borrowedAmount: 100 } }))).toBeNull();
  });
});
