import { isAdverse, type RepaymentStatusCode } from './codes';
import type { FieldCoordinate } from './field-catalogue';
import { type AccountMonth, byMonth, type DueInstalment, type Formula, has, outcome, smallest } from './indicator-formula';
import { basisPointsOf } from './rounding';

type Months = readonly AccountMonth[];
const hasStatus = has('repaymentStatus');

/** Formulas over whether a borrower repays on time. */
export const REPAYMENT_FORMULAS: Readonly<Record<FieldCoordinate, Formula>> = {
  'CreditSummary.alwaysOnTime24m': {
    reads: hasStatus,
    compute: ({ months }) => {
      const rate = onTimeMonthRate(months);
      return outcome(rate === null ? null : rate === 10_000n);
    },
  },
  'CreditSummary.onTimeMonthRate24m': { reads: hasStatus, compute: ({ months }) => outcome(onTimeMonthRate(months)) },
  'CreditSummary.worstStatus24m': { reads: hasStatus, compute: ({ months }) => outcome(worstStatus(months)) },
  'CreditSummary.worstStatus60m': { reads: hasStatus, compute: ({ months }) => outcome(worstStatus(months)) },
  'CreditSummary.delinquentMonths24m': {
    reads: hasStatus,
    compute: ({ months }) => outcome(isUnknown(months) ? null : byMonth(adverse(months)).length),
  },
  'CreditSummary.maxConsecutiveDelinquentMonths24m': {
    reads: hasStatus,
    compute: ({ months }) => outcome(isUnknown(months) ? null : longestRun(months)),
  },
  'CreditSummary.delinquent30Months24m': {
    reads: has('daysPastDueMonthEnd'),
    compute: ({ months }) => outcome(monthsPastDue(months, 30)),
  },
  'CreditSummary.delinquent60Months24m': {
    reads: has('daysPastDueMonthEnd'),
    compute: ({ months }) => outcome(monthsPastDue(months, 60)),
  },
  'CreditSummary.delinquent90Months24m': {
    reads: has('daysPastDueMonthEnd'),
    compute: ({ months }) => outcome(monthsPastDue(months, 90)),
  },
  'CreditSummary.monthsSinceLastDelinquency': {
    reads: hasStatus,
    compute: ({ months }) => outcome(smallest(adverse(months).map(({ age }) => age + 1))),
  },
  'CreditSummary.overdueNow': {
    reads: hasStatus,
    compute: ({ months }) => outcome(isUnknown(months) ? null : months.some((month) => '1234567B'.includes(codeOf(month)))),
  },
  'CreditSummary.onTimeRate24m': { reads: 'INSTALMENTS', compute: ({ instalments }) => outcome(onTimeRate(instalments)) },
  'CreditSummary.maxDaysPastDue24m': {
    reads: 'INSTALMENTS',
    compute: ({ instalments }) => outcome(maxDaysPastDue(instalments)),
  },
};

/** Worst first; of those that are not adverse, a month with something due comes before a month without. */
const PRECEDENCE: readonly RepaymentStatusCode[] = [
  'G', 'B', 'Z', 'D', '7', '6', '5', '4', '3', '2', '1', 'M', 'N', 'C', '*', 'A', '/', '#',
]; // prettier-ignore

function codeOf({ figures }: AccountMonth): RepaymentStatusCode {
  return figures.repaymentStatus ?? '#';
}

const RANKS: ReadonlyMap<RepaymentStatusCode, number> = new Map(PRECEDENCE.map((code, rank) => [code, rank]));

/** The code that stands for a month of several accounts. */
function codeOfMonth(months: Months): RepaymentStatusCode {
  let worst = PRECEDENCE.length;
  for (const month of months) worst = Math.min(worst, RANKS.get(codeOf(month)) ?? worst);
  return PRECEDENCE[worst] ?? '#';
}

/** Of months without any known status nothing can be said, not even 0. */
function isUnknown(months: Months): boolean {
  return months.every((month) => codeOf(month) === '#');
}

function adverse(months: Months): Months {
  return months.filter((month) => isAdverse(codeOf(month)));
}

function onTimeMonthRate(months: Months): bigint | null {
  const codes: readonly RepaymentStatusCode[] = byMonth(months).map(codeOfMonth);
  const onTime = codes.filter((code) => code === 'N' || code === 'M').length;
  return basisPointsOf(BigInt(onTime), BigInt(onTime + codes.filter(isAdverse).length));
}

function worstStatus(months: Months): RepaymentStatusCode | null {
  const code = codeOfMonth(months);
  if (code === '/' || code === '#') return null;
  return isAdverse(code) ? code : 'N';
}

function longestRun(months: Months): number {
  let [longest, run, last] = [0, 0, NaN];
  for (const accountMonths of byMonth(months)) {
    const code = codeOfMonth(accountMonths);
    const month = accountMonths[0]?.month ?? NaN;
    const adjoins = month === last + 1;
    last = month;
    if (isAdverse(code)) run = adjoins ? run + 1 : 1;
    else if (!adjoins || (code !== '#' && code !== 'A')) run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

function monthsPastDue(months: Months, days: number): number {
  return byMonth(months.filter(({ figures }) => (figures.daysPastDueMonthEnd ?? 0) >= days)).length;
}

/** Share of instalments paid in full by the day they were due, in basis points. */
function onTimeRate(instalments: readonly DueInstalment[]): bigint | null {
  const onTime = instalments.filter(({ dueOn, paidOn }) => paidOn !== null && paidOn <= dueOn);
  return basisPointsOf(BigInt(onTime.length), BigInt(instalments.length));
}

/** Days; an instalment that is not paid in full is late until its platform's as-of date. */
function maxDaysPastDue(instalments: readonly DueInstalment[]): number {
  return instalments.reduce((most, { account, dueOn, paidOn }) => Math.max(most, (paidOn ?? account.asOf) - dueOn), 0);
}
