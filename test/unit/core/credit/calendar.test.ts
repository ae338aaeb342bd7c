import fc from 'fast-check';
import {
  addYears,
  asOfDay,
  coversDays,
  type DayInterval,
  dayOf,
  daysOf,
  type EpochDay,
  FIRST_DAY,
  firstDayOf,
  fromStoredMonth,
  intersectDays,
  joinDays,
  LAST_DAY,
  lastCompletedMonth,
  monthOf,
  toEpochDay,
  toLocalDate,
  toMonthIndex,
  toStoredMonth,
  toYearMonth,
  wholeMonthsBetween,
} from '../../../../src/core/credit/calendar';

const day = toEpochDay;
const anyDay = fc.integer({ min: day('1900-01-01'), max: day('2199-12-31') });
const anyMonth = fc.integer({ min: toMonthIndex('1900-01'), max: toMonthIndex('2199-12') });

describe('dates', () => {
  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-02-29', 11_016],
    ['2026-04-15', 20_558],
  ])('%s is day %d', (text, number) => {
    expect(day(text)).toBe(number);
    expect(toLocalDate(number)).toBe(text);
  });

  it.each([
    '2025-02-29', '2100-02-29', '2025-02-30', '2025-04-31', '2025-13-01', '2025-00-10', '2025-01-00', '2025-1-1', '20250101', '2025-01-01T00:00:00Z',
    ' 2025-01-01', '2025-01-01\n', '', '+02025-01-01', '２０２５-01-01',
  ])('%j is not a date', (text) => {
    expect(() => day(text)).toThrow(RangeError);
  }); // prettier-ignore

  it('survive the round trip', () => {
    fc.assert(fc.property(anyDay, (number) => day(toLocalDate(number)) === number));
  });

  // Shanghai is eight hours ahead: its midnight is 16:00 of the day before in UTC
  // prettier-ignore
  it.each([
    ['2026-05-31T15:59:59.999Z', '2026-05-31'],
    ['2026-05-31T16:00:00.000Z', '2026-06-01'],
    ['2026-06-01T15:59:59.999Z', '2026-06-01'],
    ['2025-12-31T15:59:59.999Z', '2025-12-31'],
    ['2025-12-31T16:00:00.000Z', '2026-01-01'],
    ['2024-02-28T16:00:00.000Z', '2024-02-29'],
    ['1969-12-31T15:59:59.999Z', '1969-12-31'],
    ['1969-12-31T16:00:00.000Z', '1970-01-01'],
  ])('%s is %s in Shanghai', (instant, date) => {
    expect(toLocalDate(dayOf(Date.parse(instant)))).toBe(date);
  });
});

describe('months', () => {
  it.each([
    ['0000-01', 0],
    ['2026-03', 24_314],
    ['2026-12', 24_323],
    ['9999-12', 119_999],
  ])('%s is month %d', (text, index) => {
    expect(toMonthIndex(text)).toBe(index);
    expect(toYearMonth(index)).toBe(text);
  });

  it.each(['2026-00', '2026-13', '2026-1', '202601', '2026-01-01', '2026-01 ', ''])('%j is not a month', (text) => {
    expect(() => toMonthIndex(text)).toThrow(RangeError);
  });

  it.each([
    ['2026-01', 202_601],
    ['2025-12', 202_512],
  ])('%s is stored as %d', (text, stored) => {
    expect(toStoredMonth(toMonthIndex(text))).toBe(stored);
    expect(toYearMonth(fromStoredMonth(stored))).toBe(text);
  });

  // prettier-ignore
  it.each([
    ['2024-02', '2024-02-01', '2024-03-01', 29],
    ['2025-02', '2025-02-01', '2025-03-01', 28],
    ['2000-02', '2000-02-01', '2000-03-01', 29],
    ['2100-02', '2100-02-01', '2100-03-01', 28],
    ['2025-12', '2025-12-01', '2026-01-01', 31],
    ['2025-04', '2025-04-01', '2025-05-01', 30],
  ])('%s runs from %s to before %s, %d days', (month, from, until, length) => {
    const days = daysOf(toMonthIndex(month));
    expect([toLocalDate(days.from), toLocalDate(days.until), days.until - days.from]).toEqual([from, until, length]);
  });

  it.each([
    ['the first', FIRST_DAY],
    ['the last', LAST_DAY],
  ])('are known of %s day there is, so that days without end have months', (_name, bound) => {
    expect(Number.isSafeInteger(monthOf(bound))).toBe(true);
    expect(day(toLocalDate(bound))).toBe(bound);
  });

  it('hold exactly their own days and lie side by side', () => {
    fc.assert(fc.property(anyMonth, (month) => {
      const { from, until } = daysOf(month);
      return monthOf(from) === month && monthOf(until - 1) === month && monthOf(until) === month + 1 && daysOf(month + 1).from === until && firstDayOf(month) === from;
    })); // prettier-ignore
  });

  it.each([
    ['2026-04-15', '2026-03'],
    ['2026-04-01', '2026-03'],
    ['2026-03-31', '2026-02'],
    ['2026-01-31', '2025-12'],
  ])('at %s the newest completed one is %s', (asOf, month) => {
    expect(toYearMonth(lastCompletedMonth(day(asOf)))).toBe(month);
  });
});

describe('wholeMonthsBetween', () => {
  // prettier-ignore
  it.each([
    ['2026-01-15', '2026-01-15', 0 ],
    ['2026-01-15', '2026-02-14', 0 ],
    ['2026-01-15', '2026-02-15', 1 ],
    ['2026-01-31', '2026-02-27', 0 ],
    ['2026-01-31', '2026-02-28', 1 ],
    ['2024-01-31', '2024-02-28', 0 ],
    ['2024-01-31', '2024-02-29', 1 ],
    ['2026-01-31', '2026-04-30', 3 ],
    ['2026-01-30', '2026-02-28', 1 ],
    ['2024-02-29', '2025-02-28', 12],
    ['2025-12-31', '2026-01-01', 0 ],
    ['2026-02-15', '2026-01-15', -1],
    ['2026-02-15', '2026-01-16', -1],
    ['2026-02-15', '2026-01-14', -2],
  ])('from %s to %s are %d', (from, to, months) => {
    expect(wholeMonthsBetween(day(from), day(to))).toBe(months);
  });

  it('is the largest number of months that, added with the day clamped to the month, do not pass the second date', () => {
    const after = (from: EpochDay, months: number): EpochDay => {
      const start = new Date(from * 86_400_000);
      const month = start.getUTCFullYear() * 12 + start.getUTCMonth() + months;
      const length = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
      return Date.UTC(Math.floor(month / 12), month % 12, Math.min(start.getUTCDate(), length)) / 86_400_000;
    };
    fc.assert(fc.property(anyDay, anyDay, (from, to) => {
      const months = wholeMonthsBetween(from, to);
      return after(from, months) <= to && to < after(from, months + 1);
    }), { numRuns: 2_000 }); // prettier-ignore
  });
});

describe('addYears', () => {
  // prettier-ignore
  it.each([
    ['2021-04-14', 5,  '2026-04-14'],
    ['2024-02-29', 5,  '2029-02-28'],
    ['2024-02-29', 4,  '2028-02-29'],
    ['2024-02-29', 76, '2100-02-28'],
    ['2025-02-28', -1, '2024-02-28'],
    ['2028-02-29', -5, '2023-02-28'],
    ['2025-12-31', 1,  '2026-12-31'],
    ['2026-03-01', -2, '2024-03-01'],
    ['2026-03-01', 0,  '2026-03-01'],
  ])('%s and %d years are %s', (from, years, to) => {
    expect(toLocalDate(addYears(day(from), years))).toBe(to);
  });
});

describe('asOfDay', () => {
  // prettier-ignore
  it.each([
    ['2026-04-15', '2026-03', '2026-04-01'],
    ['2026-04-15', '2026-02', '2026-03-01'],
    ['2026-04-15', '2026-04', '2026-04-15'],
    ['2026-04-01', '2026-03', '2026-04-01'],
    ['2026-04-15', '2026-05', '2026-04-15'],
    ['2026-01-31', '2025-12', '2026-01-01'],
    ['2026-04-15', '2005-09', '2005-10-01'],
  ])('on %s with a newest record of %s is %s', (today, newest, asOf) => {
    expect(toLocalDate(asOfDay(day(today), toMonthIndex(newest)))).toBe(asOf);
  });

  it('is today where nothing was furnished', () => {
    expect(asOfDay(day('2026-04-15'), null)).toBe(day('2026-04-15'));
  });
});

describe('sets of days', () => {
  const interval = (from: number, until: number): DayInterval => ({ from, until });
  const intervals = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -2, max: 8 }))
      .map(([from, length]) => interval(from, from + length)),
    { maxLength: 6 },
  );
  const within = (days: readonly DayInterval[], one: number): boolean =>
    days.some(({ from, until }) => from <= one && one < until);
  const DAYS = Array.from({ length: 45 }, (_, i) => i - 3);

  // prettier-ignore
  it.each<[string, DayInterval[], DayInterval[]]>([
    ['nothing',           [],                                             []                              ],
    ['empty ones',        [interval(3, 3), interval(5, 4)],               []                              ],
    ['apart, unsorted',   [interval(5, 6), interval(1, 2)],               [interval(1, 2), interval(5, 6)]],
    ['touching',          [interval(1, 3), interval(3, 5)],               [interval(1, 5)]                ],
    ['a day apart',       [interval(1, 3), interval(4, 5)],               [interval(1, 3), interval(4, 5)]],
    ['overlapping',       [interval(1, 4), interval(2, 6)],               [interval(1, 6)]                ],
    ['one in the other',  [interval(1, 9), interval(2, 3), interval(8, 9)], [interval(1, 9)]              ],
    ['equal',             [interval(1, 2), interval(1, 2)],               [interval(1, 2)]                ],
  ])('join %s', (_name, given, joined) => {
    expect(joinDays(given)).toEqual(joined);
  });

  it('join to sorted, disjoint, untouching, filled intervals of the same days, and leave their input alone', () => {
    fc.assert(fc.property(intervals, (given) => {
      const before = JSON.stringify(given);
      const joined = joinDays(given);
      expect(JSON.stringify(given)).toBe(before);
      expect(joined.every(({ from, until }, i) => from < until && from > (joined[i - 1]?.until ?? -Infinity))).toBe(true);
      expect(DAYS.filter((one) => within(joined, one))).toEqual(DAYS.filter((one) => within(given, one)));
      expect(joinDays([...given].reverse())).toEqual(joined);
    })); // prettier-ignore
  });

  it('intersect to the days that lie in both, whichever comes first', () => {
    fc.assert(fc.property(intervals, intervals, (left, right) => {
      const [a, b] = [joinDays(left), joinDays(right)];
      expect(DAYS.filter((one) => within(intersectDays(a, b), one))).toEqual(DAYS.filter((one) => within(a, one) && within(b, one)));
      expect(intersectDays(b, a)).toEqual(intersectDays(a, b));
    })); // prettier-ignore
  });

  it('cover an interval exactly if they hold each of its days', () => {
    fc.assert(fc.property(intervals, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 8 }), (given, from, length) => {
      const days = joinDays(given);
      const part = interval(from, from + length);
      expect(coversDays(days, part)).toBe(DAYS.filter((one) => within([part], one)).every((one) => within(days, one)));
    })); // prettier-ignore
  });

  // prettier-ignore
  it.each([
    [interval(2, 5), true ],
    [interval(2, 6), false],
    [interval(1, 5), false],
    [interval(3, 4), true ],
    [interval(4, 9), false],
    [interval(8, 9), true ],
  ])('of [2, 5) and [8, 9) hold %j: %s', (part, held) => {
    expect(coversDays([interval(2, 5), interval(8, 9)], part)).toBe(held);
  });
});
