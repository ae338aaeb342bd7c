import fc from 'fast-check';
import { type DayInterval, FIRST_DAY, LAST_DAY, lastCompletedMonth, toEpochDay } from '../../../../src/core/credit/calendar';
import { COUNT_BANDS, PRODUCTS, REPAYMENT_STATUS_CODES } from '../../../../src/core/credit/codes';
import type {
  AccountFigures,
  InquiryFigures,
  InstalmentFigures,
  LoanFigures,
  MonthFigures,
  PlatformInquiries,
} from '../../../../src/core/credit/credit-record';
import { OTHER_PLATFORM, PLATFORM } from '../../../support/builders';

/** A borrower of two platforms, whose as-of dates may differ, with what is released of each account. */
export interface World {
  readonly accounts: readonly AccountFigures[];
  readonly days: ReadonlyMap<AccountFigures, readonly DayInterval[]>;
  readonly inquiries: readonly PlatformInquiries[];
}

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof(
    { weight: 8, arbitrary: of },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
/** Leaves out what is undefined, as the exact optional types ask. */
const compact = <T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never; // typed by the signature

const amount = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 53 - 1, 2 ** 52, 2 ** 31 - 1, -1, -5, -15, -40) },
);
const figures = fc.record({
  borrowedAmount: maybe(amount),
  usedLimit: maybe(amount),
  scheduledDue: maybe(amount),
  actualPaid: maybe(amount),
  repaymentStatus: maybe(
    fc.oneof(fc.constantFrom(...REPAYMENT_STATUS_CODES), fc.constantFrom('N' as const, '#' as const, '1' as const)),
  ),
  daysPastDueMonthEnd: maybe(fc.constantFrom(0, 29, 30, 31, 59, 60, 89, 90, 400)),
  loanCountBand: maybe(fc.constantFrom(...COUNT_BANDS)),
  loanCount: maybe(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(0, 1, 2, 2 ** 31 - 1))),
});
/** Ages in months: runs from about the as-of date, and single months about the ends of windows. */
const ages = fc.oneof(
  fc.tuple(fc.integer({ min: -2, max: 1 }), fc.constantFrom(0, 1, 3, 6, 7, 9)).map(([from, count]) => Array.from({ length: count }, (_, i) => from + i)),
  fc.uniqueArray(fc.constantFrom(-1, 0, 1, 2, 4, 5, 6, 10, 11, 12, 13, 22, 23, 24, 25, 58, 59, 60, 61), { maxLength: 8 }),
); // prettier-ignore
const monthsOf = (asOf: number): fc.Arbitrary<MonthFigures[]> =>
  ages.chain((list) =>
    fc.tuple(...list.map((age) => figures.map((of) => ({ month: lastCompletedMonth(asOf) - age, ...compact(of) })))),
  ) as fc.Arbitrary<MonthFigures[]>; // a tuple of as many

const asOfDay = fc.oneof(
  fc.constantFrom('2024-02-29', '2024-03-01', '2025-02-28', '2025-03-01', '2025-03-31', '2026-01-01', '2025-12-31', '2026-04-15').map(toEpochDay),
  fc.integer({ min: toEpochDay('2023-06-01'), max: toEpochDay('2026-06-30') }),
); // prettier-ignore
const dayBefore = (asOf: number, most: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: asOf - most, max: asOf + 5 }),
    fc.integer({ min: asOf - 70, max: asOf + 1 }),
    fc.constant(toEpochDay('2024-02-29')),
  );
/** A start, and an end some days after it or none. */
const spanOf = (asOf: number, most: number, before: number): fc.Arbitrary<{ start: number | null | undefined; end: number | null | undefined }> =>
  fc
    .tuple(maybe(dayBefore(asOf, most)), fc.oneof(fc.constantFrom(null, undefined, 0, 1), fc.integer({ min: -before, max: 90 })))
    .map(([start, later]) => ({ start, end: typeof start === 'number' && typeof later === 'number' ? start + later : null })); // prettier-ignore

const daysOver = (asOf: number): fc.Arbitrary<readonly DayInterval[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly DayInterval[]>([{ from: FIRST_DAY, until: LAST_DAY }]) },
    {
      weight: 3,
      arbitrary: fc.uniqueArray(fc.integer({ min: asOf - 800, max: asOf + 5 }), { minLength: 2, maxLength: 4 }).map((cuts) => {
        const sorted = cuts.sort((a, b) => a - b);
        return [0, 2].flatMap((i) => (sorted[i + 1] === undefined ? [] : [{ from: sorted[i] ?? 0, until: sorted[i + 1] ?? 0 }]));
      }),
    },
    { weight: 1, arbitrary: fc.constant<readonly DayInterval[]>([]) },
  );

const accountOf = (asOfs: readonly [number, number]): fc.Arbitrary<[AccountFigures, readonly DayInterval[]]> =>
  fc.constantFrom(0, 0, 1).chain((platform) => {
    const asOf = asOfs[platform] ?? 0;
    const account = fc.record({
      platformId: fc.constant(platform === 0 ? PLATFORM : OTHER_PLATFORM),
      product: fc.constantFrom(...PRODUCTS),
      currency: fc.constantFrom('CNY', 'CNY', 'CNY', 'CNY', 'TWD'),
      asOf: fc.constant(asOf),
      openedOn: maybe(dayBefore(asOf, 900)),
      closedOn: fc.oneof(fc.constant(null), fc.constant(undefined), fc.integer({ min: asOf - 3, max: asOf + 3 })),
      creditLimit: maybe(fc.oneof(amount, fc.constantFrom(0, 1, 3, 7, 20_000))),
      furnisherName: maybe(fc.constantFrom('One', 'Two')),
      months: monthsOf(asOf),
      loans: fc.array(spanOf(asOf, 420, 0).map(({ start, end }): LoanFigures => compact({ drawnOn: start, settledOn: end })), { maxLength: 9 }),
      instalments: fc.array(spanOf(asOf, 790, 9).map(({ start, end }): InstalmentFigures => compact({ dueOn: start, paidOn: end })), { maxLength: 7 }),
    }); // prettier-ignore
    return fc.tuple(account.map(compact), daysOver(asOf));
  });

const inquiryOf = (asOf: number): fc.Arbitrary<InquiryFigures> =>
  fc.record({ inquiredOn: dayBefore(asOf, 800), institutionName: fc.constantFrom('One', 'Two', 'Three'), isHard: fc.boolean() });
const inquiriesOf = (asOf: number): fc.Arbitrary<PlatformInquiries> =>
  fc.record({ asOf: fc.constant(asOf), releasedDays: daysOver(asOf), inquiries: fc.array(inquiryOf(asOf), { maxLength: 6 }) });

export const worlds: fc.Arbitrary<World> = fc
  .tuple(asOfDay, fc.oneof(fc.constant(0), fc.integer({ min: -70, max: 70 })))
  .chain(([asOf, shift]) =>
    fc.tuple(
      fc.array(accountOf([asOf, asOf + shift]), { maxLength: 4 }),
      fc.oneof(inquiriesOf(asOf).map((one) => [one]), fc.tuple(inquiriesOf(asOf), inquiriesOf(asOf + shift))),
    ),
  )
  .map(([drawn, inquiries]) => ({ accounts: drawn.map(([account]) => account), days: new Map(drawn), inquiries })); // prettier-ignore
/** One month's figures. */
export const anyFigures: fc.Arbitrary<Omit<MonthFigures, 'month'>> = figures.map(compact);
