import { type DayInterval, toEpochDay, toMonthIndex, toYearMonth } from '../../../../src/core/credit/calendar';
import type {
  AccountFigures,
  Indicator,
  InquiryFigures,
  LoanFigures,
  MonthFigures,
  PlatformInquiries,
} from '../../../../src/core/credit/credit-record';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { computeIndicator, computeInquiryIndicator, indicatorsWithoutFormula } from '../../../../src/core/credit/indicators';
import { AS_OF, fieldOf, OTHER_PLATFORM, PLATFORM } from '../../../support/builders';

/** As-of 2026-04-15: 12 completed months are 2025-04 to 2026-03, 24 of them begin with 2024-04. */
const EVERY_DAY: readonly DayInterval[] = [{ from: toEpochDay('1990-01-01'), until: toEpochDay('2090-01-01') }];
const NEWEST = toMonthIndex('2026-03');

function anAccount(overrides: Partial<AccountFigures> = {}): AccountFigures {
  return { platformId: PLATFORM, product: 'JIEBEI', currency: 'CNY', asOf: AS_OF, months: [], ...overrides };
}

const onDate = (date: string): number | null => (date === '' || date === '-' ? null : toEpochDay(date));
/** `drawn/settled`, one word a loan; without a second date it is open. */
const loansOf = (notation: string): LoanFigures[] =>
  notation
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [drawnOn = '', settledOn = ''] = word.split('/');
      return { drawnOn: onDate(drawnOn), settledOn: onDate(settledOn) };
    });
const withLoans = (notation: string, overrides: Partial<AccountFigures> = {}): AccountFigures =>
  anAccount({ loans: loansOf(notation), ...overrides });
/** `due/paid`, one word an instalment; without a second date it is not paid. */
const withInstalments = (notation: string, overrides: Partial<AccountFigures> = {}): AccountFigures =>
  anAccount({
    instalments: loansOf(notation).map(({ drawnOn = null, settledOn = null }) => ({ dueOn: drawnOn, paidOn: settledOn })),
    ...overrides,
  });

const compute = (name: string, accounts: readonly AccountFigures[], days = EVERY_DAY): Indicator | null =>
  computeIndicator(fieldOf(name), accounts, () => days);
const valueOf = (name: string, ...accounts: AccountFigures[]): Indicator['value'] | null =>
  compute(name, accounts)?.value ?? null;
const basisOf = (found: Indicator | null): string =>
  found ? `${found.products.join('+')} ${toYearMonth(found.firstMonth)} ${toYearMonth(found.lastMonth)}` : '';

describe('the most loans at once', () => {
  // prettier-ignore
  it.each<[string, string, number | null]>([
    ['no loan',                                    '',                                                                     null],
    ['one that is open',                           '2025-06-01',                                                           1   ],
    ['one that is settled',                        '2025-06-01/2025-07-01',                                                1   ],
    ['two that overlap by a day',                  '2025-06-01/2025-07-02 2025-07-01/2025-08-01',                          2   ],
    ['settled and drawn again on one day',         '2025-06-01/2025-07-01 2025-07-01/2025-08-01',                          1   ],
    ['three drawn on one day',                     '2025-06-01 2025-06-01 2025-06-01/2025-06-02',                          3   ],
    ['settled on the day it was drawn',            '2025-06-01/2025-06-01',                                                1   ],
    ['such a one beside an older open loan',       '2025-05-01 2025-06-01/2025-06-01',                                     2   ],
    ['such a one beside one settled that day',     '2025-05-01/2025-06-01 2025-06-01/2025-06-01',                          1   ],
    ['such a one beside another of its day',       '2025-06-01/2025-06-01 2025-06-01',                                     1   ],
    ['two such of one day',                        '2025-06-01/2025-06-01 2025-06-01/2025-06-01',                          1   ],
    ['what was once the most, though settled now', '2025-05-01/2025-05-09 2025-05-02/2025-05-09 2026-01-01',               2   ],
    ['settled after the as-of date',               '2026-02-01/2026-04-20 2026-03-01',                                     2   ],
    ['the first day of the window',                '2025-04-01 2026-03-31',                                                2   ],
    ['the day before it',                          '2025-03-31 2026-03-31',                                                1   ],
    ['the month in progress',                      '2026-03-31 2026-04-01',                                                1   ],
    ['drawn on 29 February of another year',       '2024-02-29',                                                           null],
  ])('%s', (_name, loans, most) => {
    expect(valueOf('maxConcurrentLoans12m', withLoans(loans))).toBe(most);
  });

  it('counts over accounts and platforms, each loan in the window of its own', () => {
    const other = withLoans('2025-03-31 2025-05-01', {
      platformId: OTHER_PLATFORM,
      asOf: toEpochDay('2026-03-31'),
      product: 'HUABEI',
    });
    expect(valueOf('maxConcurrentLoans12m', withLoans('2025-03-31 2025-06-01'), other)).toBe(3);
    expect(basisOf(compute('maxConcurrentLoans12m', [withLoans('2025-03-31 2025-06-01'), other]))).toBe(
      'HUABEI+JIEBEI 2025-03 2025-06',
    );
  });

  it('takes a loan whose settlement is not stated for open', () => {
    const loans = [{ drawnOn: toEpochDay('2025-06-01') }, { drawnOn: toEpochDay('2025-07-01'), settledOn: null }];
    expect(valueOf('maxConcurrentLoans12m', anAccount({ loans }))).toBe(2);
  });
});

describe('days since and between loans', () => {
  // prettier-ignore
  it.each<[string, number | null]>([
    ['',                      null],
    ['2026-03-31',            15  ],
    ['2026-03-31 2025-05-01', 15  ],
    ['2025-04-01',            379 ],
    ['2025-03-31',            null],
    ['2026-04-01',            null], // the month in progress
    ['2026-04-15 2026-03-01', 45  ],
    ['-',                     null],
  ])('loans of %s were %s days ago', (loans, days) => {
    expect(valueOf('daysSinceLastLoan', withLoans(loans))).toBe(days);
  });

  it('are counted to the as-of date of the platform of each loan, and the fewest are told', () => {
    const other = withLoans('2026-02-28', { platformId: OTHER_PLATFORM, asOf: toEpochDay('2026-03-01') });
    expect(valueOf('daysSinceLastLoan', withLoans('2026-03-31'), other)).toBe(1);
    expect(valueOf('daysSinceLastLoan', withLoans('2024-02-29', { asOf: toEpochDay('2024-03-01') }))).toBe(1);
  });

  // prettier-ignore
  it.each<[string, number | null]>([
    ['2025-05-01',                                  null],
    ['2025-05-01 2025-05-01',                       0   ],
    ['2025-05-01 2025-05-11',                       10  ],
    ['2025-05-11 2025-05-01',                       10  ],
    ['2025-05-01 2025-05-02 2025-05-12',            6   ], // 1 and 10: 5.5 goes up
    ['2025-05-01 2025-05-01 2025-05-02',            1   ], // 0 and 1: 0.5 goes up
    ['2025-05-01 2025-05-02 2025-05-04 2025-07-01', 2   ], // 1, 2 and 58
    ['2025-03-31 2025-04-01 2025-04-30 2026-04-01', 29  ], // the ends of the window
    ['2025-03-31 2025-04-01 2026-04-01',            null],
  ])('between loans of %s usually lie %s', (loans, days) => {
    expect(valueOf('medianDaysBetweenLoans12m', withLoans(loans))).toBe(days);
  });

  it('between loans are told over all accounts together', () => {
    expect(valueOf('medianDaysBetweenLoans12m', withLoans('2025-05-01 2025-05-21'), withLoans('2025-05-11'))).toBe(10);
  });
});

describe('instalments', () => {
  // prettier-ignore
  it.each<[string, string, number | null, number | null]>([
    ['none',                                '',                                                null,   null],
    ['paid on the day',                     '2025-05-01/2025-05-01',                           10_000, 0   ],
    ['paid before it',                      '2025-05-01/2025-04-01',                           10_000, 0   ],
    ['paid a day after',                    '2025-05-01/2025-05-02',                           0,      1   ],
    ['not paid',                            '2026-03-31',                                      0,      15  ],
    ['one of three, half up',               '2025-05-01/2025-05-01 2025-06-01/2025-06-04 2025-07-01/2025-07-02', 3_333, 3],
    ['two of three, half up',               '2025-05-01/2025-05-01 2025-06-01/2025-06-01 2025-07-01/2025-07-03', 6_667, 2],
    ['due on the first day of the window',  '2024-04-01/2024-04-02 2026-03-31/2026-03-31',     5_000,  1   ],
    ['due the day before it',               '2024-03-31/2024-05-02 2026-03-31/2026-03-31',     10_000, 0   ],
    ['due in the month in progress',        '2026-04-01 2026-03-31/2026-03-31',                10_000, 0   ],
    ['due in the month in progress, alone', '2026-04-01/2026-04-01',                           null,   null],
    ['due on 29 February',                  '2024-02-29',                                      null,   null],
    ['paid after the as-of date',           '2026-03-31/2026-04-20',                           0,      20  ],
    ['without a due date',                  '-/2026-03-31',                                    null,   null],
  ])('%s', (_name, instalments, rate, days) => {
    expect(valueOf('onTimeRate24m', withInstalments(instalments))).toBe(rate);
    expect(valueOf('maxDaysPastDue24m', withInstalments(instalments))).toBe(days);
  });

  it('round a half up', () => {
    const due = toEpochDay('2025-05-01');
    const instalments = Array.from({ length: 16 }, (_, i) => ({ dueOn: due, paidOn: i === 0 ? due : null }));
    expect(valueOf('onTimeRate24m', anAccount({ instalments }))).toBe(625);
    expect(valueOf('onTimeRate24m', anAccount({ instalments: [...instalments, ...instalments].slice(1) }))).toBe(323); // 1/31 = 322.6
    expect(
      valueOf(
        'onTimeRate24m',
        anAccount({ instalments: Array.from({ length: 32 }, (_, i) => ({ dueOn: due, paidOn: i ? null : due })) }),
      ),
    ).toBe(313); // 312.5
  });

  it('are late until the as-of date of their own platform', () => {
    const other = withInstalments('2024-02-29', { platformId: OTHER_PLATFORM, asOf: toEpochDay('2024-03-01') });
    expect(valueOf('maxDaysPastDue24m', other)).toBe(1);
    expect(valueOf('maxDaysPastDue24m', withInstalments('2026-03-31/2026-04-01'), other)).toBe(1);
    expect(basisOf(compute('onTimeRate24m', [withInstalments('2026-03-31/2026-04-01'), other]))).toBe('JIEBEI 2024-02 2026-03');
  });
});

describe('the days released to loans and instalments', () => {
  const days = (from: string, until: string): DayInterval[] => [{ from: toEpochDay(from), until: toEpochDay(until) }];

  it('must hold the day itself, not its month', () => {
    const loans = withLoans('2025-06-14 2025-06-15 2025-08-19 2025-08-20');
    expect(valueOf('maxConcurrentLoans12m', loans)).toBe(4);
    const found = compute('maxConcurrentLoans12m', [loans], days('2025-06-15', '2025-08-20'));
    expect([found?.value, basisOf(found)]).toEqual([2, 'JIEBEI 2025-06 2025-08']);
    const due = withInstalments('2025-06-14 2025-06-15/2025-06-15 2025-08-19/2025-08-19 2025-08-20');
    expect(compute('onTimeRate24m', [due], days('2025-06-15', '2025-08-20'))?.value).toBe(10_000);
    expect(compute('onTimeRate24m', [due], [])).toBeNull();
  });
});

describe('hard inquiries', () => {
  const inquiry = (date: string, institutionName = 'One', isHard = true): InquiryFigures => ({
    inquiredOn: toEpochDay(date),
    institutionName,
    isHard,
  });
  const furnished = (inquiries: readonly InquiryFigures[], overrides: Partial<PlatformInquiries> = {}): PlatformInquiries => ({
    asOf: AS_OF,
    releasedDays: EVERY_DAY,
    inquiries,
    ...overrides,
  });
  const count = (...platforms: PlatformInquiries[]): (Indicator['value'] | null)[] =>
    [1, 3, 6, 24].map((months) => computeInquiryIndicator(fieldOf(`hardInquiries${String(months)}m`), platforms)?.value ?? null);

  // 1, 3, 6 and 24 completed months begin with 2026-03-01, 2026-01-01, 2025-10-01 and 2024-04-01
  // prettier-ignore
  it.each<[string, InquiryFigures[], (number | null)[]]>([
    ['none',                                  [],                                                               [null, null, null, null]],
    ['the newest completed month',            [inquiry('2026-03-01')],                                          [1, 1, 1, 1]],
    ['its last day',                          [inquiry('2026-03-31')],                                          [1, 1, 1, 1]],
    ['the month in progress alone',           [inquiry('2026-04-01')],                                          [null, null, null, null]],
    ['the day before 1 month',                [inquiry('2026-02-28')],                                          [null, 1, 1, 1]],
    ['the first of 3',                        [inquiry('2026-01-01')],                                          [null, 1, 1, 1]],
    ['the day before 3',                      [inquiry('2025-12-31')],                                          [null, null, 1, 1]],
    ['the first of 6',                        [inquiry('2025-10-01')],                                          [null, null, 1, 1]],
    ['the day before 6',                      [inquiry('2025-09-30')],                                          [null, null, null, 1]],
    ['the first of 24',                       [inquiry('2024-04-01')],                                          [null, null, null, 1]],
    ['the day before 24',                     [inquiry('2024-03-31')],                                          [null, null, null, null]],
    ['a soft one states nothing',             [inquiry('2026-03-01', 'One', false)],                            [null, null, null, null]],
    ['a soft one of long ago neither',        [inquiry('2024-04-01', 'One', false)],                            [null, null, null, null]],
    ['a soft one of this month neither',      [inquiry('2026-04-01', 'One', false)],                            [null, null, null, null]],
    ['twice in a month by one institution',   [inquiry('2026-03-01'), inquiry('2026-03-09')],                   [1, 1, 1, 1]],
    ['in two months by one institution',      [inquiry('2026-03-01'), inquiry('2026-02-28')],                   [1, 2, 2, 2]],
    ['in one month by two institutions',      [inquiry('2026-03-01'), inquiry('2026-03-01', 'Two')],            [2, 2, 2, 2]],
    ['a soft one beside a hard one',          [inquiry('2026-03-01'), inquiry('2026-03-01', 'Two', false)],     [1, 1, 1, 1]],
  ])('%s', (_name, inquiries, counts) => {
    expect(count(furnished(inquiries))).toEqual(counts);
  });

  it('are one where two platforms know of the same institution and month', () => {
    const other = { asOf: toEpochDay('2026-03-31') };
    expect(count(furnished([inquiry('2026-02-03')]), furnished([inquiry('2026-02-20'), inquiry('2025-09-30')], other))).toEqual([
      1, 1, 2, 2,
    ]);
    expect(count(furnished([inquiry('2026-02-03')]), furnished([inquiry('2026-03-01')], other))).toEqual([null, 1, 1, 1]);
  });

  it('lie on released days', () => {
    const releasedDays = [{ from: toEpochDay('2026-02-10'), until: toEpochDay('2026-03-10') }];
    const inquiries = ['2026-02-09', '2026-02-10', '2026-03-09', '2026-03-10'].map((date) => inquiry(date, date));
    expect(count(furnished(inquiries, { releasedDays }))).toEqual([1, 2, 2, 2]);
    expect(count(furnished(inquiries, { releasedDays: [] }))).toEqual([null, null, null, null]);
  });

  it('name no product, and the months of those counted', () => {
    const inquiries = [
      inquiry('2025-12-31', 'Soft', false),
      inquiry('2026-01-15'),
      inquiry('2026-02-01'),
      inquiry('2026-03-01', 'Soft', false),
    ];
    expect(computeInquiryIndicator(fieldOf('hardInquiries6m'), [furnished(inquiries)])).toEqual({
      value: 2,
      firstMonth: toMonthIndex('2026-01'),
      lastMonth: toMonthIndex('2026-02'),
      products: [],
      currency: null,
      estimated: false,
    });
  });

  it('are not there for indicators of products, nor the other way round', () => {
    expect(() => computeInquiryIndicator(fieldOf('loanCount12m'), [])).toThrow(
      'CreditSummary.loanCount12m has no formula over inquiries',
    );
    expect(() => computeIndicator(fieldOf('hardInquiries1m'), [], () => [])).toThrow(
      'CreditSummary.hardInquiries1m has no formula',
    );
    const swapped = FIELD_CATALOGUE.entries.map((entry) => ({ ...entry, perProduct: !entry.perProduct }));
    expect(indicatorsWithoutFormula({ ...FIELD_CATALOGUE, entries: swapped })).toHaveLength(36);
  });
});

describe('what is not known', () => {
  const months = (
    figures: Readonly<Record<number, Omit<MonthFigures, 'month'>>>,
    overrides: Partial<AccountFigures> = {},
  ): AccountFigures =>
    anAccount({ months: Object.entries(figures).map(([age, of]) => ({ month: NEWEST - Number(age), ...of })), ...overrides });
  const ahead = { platformId: OTHER_PLATFORM, asOf: toEpochDay('2026-06-10'), product: 'HUABEI' } as const;

  it('is whose month it was that another platform, further ahead or behind, saw without a loan or in order', () => {
    const inMarch = (figures: Omit<MonthFigures, 'month'>, overrides: Partial<AccountFigures> = {}): AccountFigures =>
      months({ 0: figures }, overrides);
    expect(valueOf('monthsSinceLastLoan', inMarch({ loanCountBand: 'C0' }), inMarch({ loanCountBand: 'C1_2' }, ahead))).toBe(2);
    expect(
      valueOf('monthsSinceLastDelinquency', inMarch({ repaymentStatus: 'N' }), inMarch({ repaymentStatus: '1' }, ahead)),
    ).toBe(3);
  });

  it('is how many lenders there are where no open account names one', () => {
    expect(valueOf('lenderCount', anAccount({ furnisherName: null }))).toBeNull();
    expect(valueOf('lenderCount', anAccount({ furnisherName: null }), anAccount({ furnisherName: 'One' }))).toBe(1);
    expect(valueOf('lenderCount', anAccount({ furnisherName: null, closedOn: toEpochDay('2020-01-01') }))).toBe(0);
  });

  it('is whether a bill was paid of which no payment is stated', () => {
    const paid = { scheduledDue: 100, actualPaid: 100 };
    const unknown = { scheduledDue: 100, actualPaid: null };
    const short = { scheduledDue: 100, actualPaid: 99 };
    expect(valueOf('payerType12m', months({ 0: paid, 1: unknown }))).toBeNull();
    expect(valueOf('payerType12m', months({ 0: paid }), months({ 0: unknown }, { product: 'HUABEI' }))).toBeNull();
    expect(valueOf('payerType12m', months({ 0: short, 1: unknown }))).toBe('REVOLVER');
    expect(valueOf('payerType12m', months({ 0: paid, 1: { scheduledDue: 0, actualPaid: null } }))).toBe('TRANSACTOR');
    expect(valueOf('payerType12m', months({ 0: paid, 1: { scheduledDue: null, actualPaid: 5 } }))).toBe('TRANSACTOR');
  });

  it('is a number that the field cannot state', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const thrice = {
      0: { borrowedAmount: huge, loanCount: 1 },
      1: { borrowedAmount: huge, loanCount: 1 },
      2: { borrowedAmount: huge, loanCount: 1 },
    };
    expect(valueOf('borrowedAmount12m', months(thrice))).toBeNull();
    expect(valueOf('averageLoanAmount12m', months(thrice))).toBeNull();
    const intMax = 2 ** 31 - 1;
    expect(valueOf('loanCount12m', months({ 0: { loanCount: intMax } }))).toBe(intMax);
    expect(valueOf('loanCount12m', months({ 0: { loanCount: intMax }, 1: { loanCount: 1 } }))).toBeNull();
    expect(valueOf('utilisation', months({ 0: { usedLimit: 214_748 } }, { creditLimit: 1 }))).toBe(2_147_480_000);
    expect(valueOf('utilisation', months({ 0: { usedLimit: 214_749 } }, { creditLimit: 1 }))).toBeNull();
    expect(valueOf('utilisationBand', months({ 0: { usedLimit: 214_749 } }, { creditLimit: 1 }))).toBe('U6');
  });

  it('is never mistaken for a float near it', () => {
    const bills = [2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1].map((scheduledDue) => ({ scheduledDue, actualPaid: 2 ** 53 - 1 }));
    const [first, second, third] = bills.map((figures) => months({ 0: figures }));
    const short = months({ 0: { scheduledDue: 1, actualPaid: 0 } });
    expect(first && second && third && valueOf('payerType12m', first, second, third, short)).toBe('REVOLVER');
  });

  it('is not left out of the basis: an opening date that the value depends on is named', () => {
    const borrows = months({ 0: { loanCount: 12 } }, { openedOn: toEpochDay('2026-01-15') });
    const opens = anAccount({ product: 'HUABEI', openedOn: toEpochDay('2020-01-01') });
    expect(compute('loansPerMonth12m', [borrows, opens])).toMatchObject({ value: '1.00', products: ['HUABEI', 'JIEBEI'] });
    expect(compute('loansPerMonth12m', [borrows, { ...opens, openedOn: null }])).toMatchObject({
      value: '4.00',
      products: ['JIEBEI'],
    });
    expect(compute('loansPerMonth12m', [opens])).toBeNull();
  });
});
