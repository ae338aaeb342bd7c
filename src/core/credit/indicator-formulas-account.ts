import { wholeMonthsBetween } from './calendar';
import type { AccountFigures } from './credit-record';
import type { FieldCoordinate } from './field-catalogue';
import { type Formula, hasOpeningDate, outcome } from './indicator-formula';

/** Formulas over the terms of accounts; they have no window. */
export const ACCOUNT_FORMULAS: Readonly<Record<FieldCoordinate, Formula>> = {
  'CreditSummary.monthsOnBook': {
    reads: 'ACCOUNTS',
    counts: hasOpeningDate,
    compute: ({ accounts }) => outcome(monthsOnBook(accounts)),
  },
  'CreditSummary.openAccountCount': {
    reads: 'ACCOUNTS',
    compute: ({ accounts }) => outcome(accounts.filter(isOpen).length),
  },
  'CreditSummary.lenderCount': { reads: 'ACCOUNTS', compute: ({ accounts }) => outcome(lenderCount(accounts)) },
};

/** Whole months since the oldest opening, each seen from its own platform's as-of date; null where none is known. */
export function monthsOnBook(accounts: readonly AccountFigures[]): number | null {
  const ages = accounts.flatMap(({ openedOn, asOf }) =>
    openedOn === null || openedOn === undefined ? [] : wholeMonthsBetween(openedOn, asOf),
  );
  return ages.length === 0 ? null : Math.max(0, ...ages);
}

/** Open on [opening, closing). */
function isOpen({ closedOn, asOf }: AccountFigures): boolean {
  return closedOn === null || closedOn === undefined || closedOn > asOf;
}

/** Null where accounts are open and none says with whom: 0 would say that none is open. */
function lenderCount(accounts: readonly AccountFigures[]): number | null {
  const open = accounts.filter(isOpen);
  const names = new Set(open.flatMap(({ furnisherName }) => furnisherName ?? []));
  return open.length > 0 && names.size === 0 ? null : names.size;
}
