import { countBand12mOf } from './bands';
import type { FieldCoordinate } from './field-catalogue';
import {
  type AccountMonth,
  byMonth,
  type DrawnLoan,
  type Formula,
  has,
  hasOpeningDate,
  outcome,
  smallest,
  sum,
  type View,
} from './indicator-formula';
import { monthsOnBook } from './indicator-formulas-account';
import { divideHalfUp } from './rounding';

const hasBorrowing = has('loanCountBand');

/** Formulas over how much and how often a borrower borrows. */
export const BORROWING_FORMULAS: Readonly<Record<FieldCoordinate, Formula>> = {
  'CreditSummary.borrowedAmount12m': {
    reads: has('borrowedAmount'),
    money: 'AMOUNT',
    compute: ({ months }) => outcome(sum(months, 'borrowedAmount')),
  },
  'CreditSummary.loanCountBand12m': {
    reads: has('loanCount'),
    compute: ({ months }) => outcome(countBand12mOf(Number(sum(months, 'loanCount')))),
  },
  'CreditSummary.loanCount12m': { reads: has('loanCount'), compute: ({ months }) => outcome(sum(months, 'loanCount')) },
  'CreditSummary.loansPerMonth12m': {
    reads: has('loanCount'),
    countsByTerms: hasOpeningDate,
    compute: (view) => outcome(loansPerMonth(view)),
  },
  'CreditSummary.peakLoansInMonth12m': {
    reads: has('loanCount'),
    compute: ({ months }) => outcome(Math.max(...byMonth(months).map((month) => Number(sum(month, 'loanCount'))))),
  },
  'CreditSummary.activeBorrowingMonths12m': {
    reads: hasBorrowing,
    compute: ({ months }) => outcome(byMonth(withLoan(months)).length),
  },
  'CreditSummary.averageLoanAmount12m': {
    reads: (figures) => has('borrowedAmount')(figures) || has('loanCount')(figures),
    money: 'AMOUNT',
    compute: (view) => outcome(averageLoanAmount(view)),
  },
  'CreditSummary.monthsSinceLastLoan': {
    reads: hasBorrowing,
    compute: ({ months }) => outcome(smallest(withLoan(months).map(({ age }) => age))),
  },
  'CreditSummary.maxConcurrentLoans12m': { reads: 'LOANS', compute: ({ loans }) => outcome(maxConcurrentLoans(loans)) },
  'CreditSummary.daysSinceLastLoan': {
    reads: 'LOANS',
    compute: ({ loans }) => outcome(smallest(loans.map(({ account, drawnOn }) => account.asOf - drawnOn))),
  },
  'CreditSummary.medianDaysBetweenLoans12m': { reads: 'LOANS', compute: ({ loans }) => outcome(medianDaysBetween(loans)) },
};

function withLoan(months: readonly AccountMonth[]): readonly AccountMonth[] {
  return months.filter(({ figures }) => figures.loanCountBand !== 'C0');
}

/** Two places, as a decimal text. */
function loansPerMonth({ months, accounts }: View): string | null {
  const divisor = Math.min(12, monthsOnBook(accounts) ?? 0);
  const hundredths = divideHalfUp(sum(months, 'loanCount') * 100n, BigInt(divisor));
  return hundredths === null ? null : `${String(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, '0')}`;
}

/** Null where borrowedAmount12m is: a sum that cannot be stated has no average either. */
function averageLoanAmount({ months }: View): bigint | null {
  if (months.some(({ figures }) => !has('borrowedAmount')(figures) || !has('loanCount')(figures))) return null;
  const amount = sum(months, 'borrowedAmount');
  return Number.isSafeInteger(Number(amount)) ? divideHalfUp(amount, sum(months, 'loanCount')) : null;
}

/**
 * The most loans that were surely open at once. A loan is open on [drawnOn, settledOn); on one day closings come before
 * openings. A loan settled on the day it was drawn is open between the two: beside those that stay open from days before,
 * beside no other loan of its day.
 */
function maxConcurrentLoans(loans: readonly DrawnLoan[]): number {
  const events = loans.flatMap(({ drawnOn, settledOn }) => {
    if (settledOn === null) return [{ day: drawnOn, change: 1 }];
    if (settledOn <= drawnOn) return [{ day: drawnOn, change: 0 }];
    return [
      { day: drawnOn, change: 1 },
      { day: settledOn, change: -1 },
    ];
  });
  let [open, most] = [0, 0];
  for (const { change } of events.sort((a, b) => a.day - b.day || a.change - b.change)) {
    open += change;
    most = Math.max(most, change === 0 ? open + 1 : open);
  }
  return most;
}

/** Median of the gaps in days between one loan and the next, over all accounts together; null below two loans. */
function medianDaysBetween(loans: readonly DrawnLoan[]): bigint | null {
  const days = loans.map(({ drawnOn }) => drawnOn).sort((a, b) => a - b);
  const gaps = days.slice(1).map((day, i) => day - (days[i] ?? day));
  gaps.sort((a, b) => a - b);
  const middle = [gaps[(gaps.length - 1) >> 1], gaps[gaps.length >> 1]];
  return middle.includes(undefined) ? null : divideHalfUp(BigInt((middle[0] ?? 0) + (middle[1] ?? 0)), 2n);
}
