import { utilisationBandOf } from './bands';
import type { AccountFigures } from './credit-record';
import type { FieldCoordinate } from './field-catalogue';
import { type AccountMonth, byMonth, type Formula, grouped, has, type Outcome, outcome, sum } from './indicator-formula';
import { basisPointsOf, divideHalfUp } from './rounding';

type Months = readonly AccountMonth[];
const hasUse = has('usedLimit');
const isBilled = has('scheduledDue');
const hasLimit = ({ creditLimit }: AccountFigures): boolean => creditLimit !== null && creditLimit !== undefined;

/** Formulas over what a borrower owes against limits and bills. */
export const DEBT_FORMULAS: Readonly<Record<FieldCoordinate, Formula>> = {
  'CreditSummary.utilisationBand': {
    reads: hasUse,
    counts: hasLimit,
    money: 'COMPARISON',
    compute: ({ months }) => {
      const ratio = utilisation(months);
      return outcome(ratio === null || ratio < 0n ? null : utilisationBandOf(Number(ratio)));
    },
  },
  'CreditSummary.utilisation': {
    reads: hasUse,
    counts: hasLimit,
    money: 'COMPARISON',
    compute: ({ months }) => outcome(utilisation(months)),
  },
  'CreditSummary.utilisation6m': {
    reads: hasUse,
    counts: hasLimit,
    money: 'COMPARISON',
    compute: ({ months }) => outcome(utilisation6m(months)),
  },
  'CreditSummary.monthlyDebtService': {
    reads: (figures) => isBilled(figures) || hasUse(figures),
    money: 'AMOUNT',
    compute: ({ months }) => monthlyDebtService(months),
  },
  'CreditSummary.payerType12m': { reads: isBilled, money: 'COMPARISON', compute: ({ months }) => outcome(payerType(months)) },
};

/** Used and limit of one month over the accounts that state a limit, in minor units. */
function useOf(months: Months): { readonly used: bigint; readonly limit: bigint } {
  return {
    used: sum(months, 'usedLimit'),
    limit: months.reduce((total, { account }) => total + BigInt(account.creditLimit ?? 0), 0n),
  };
}

function utilisation(months: Months): bigint | null {
  const { used, limit } = useOf(months);
  return basisPointsOf(used, limit);
}

/** Rounded once, over the common denominator of the six ratios. */
function utilisation6m(months: Months): bigint | null {
  const uses = grouped(months, ({ age }) => age).map(useOf);
  if (uses.length < 6 || uses.some(({ limit }) => limit <= 0n)) return null;
  const limits = uses.reduce((product, { limit }) => product * limit, 1n);
  const total = uses.reduce((sumOf, { used, limit }) => sumOf + (used * limits) / limit, 0n);
  return basisPointsOf(total, limits * BigInt(uses.length));
}

function monthlyDebtService(months: Months): Outcome {
  const billed = months.filter(({ figures }) => isBilled(figures));
  const unbilled = months.filter(({ figures }) => !isBilled(figures));
  const estimates = unbilled.map(({ figures }) => divideHalfUp(BigInt(figures.usedLimit ?? 0), 10n) ?? 0n);
  const value = estimates.reduce((total, estimate) => total + estimate, sum(billed, 'scheduledDue'));
  return { value, estimated: unbilled.length > 0 };
}

/** One bill known to be paid short decides; else null where a bill does not say what was paid. */
function payerType(months: Months): string | null {
  const due = byMonth(months).filter((month) => sum(month, 'scheduledDue') > 0n);
  if (due.length === 0) return 'INACTIVE';
  const isOpen = ({ figures }: AccountMonth): boolean => (figures.scheduledDue ?? 0) > 0 && !has('actualPaid')(figures);
  const known = due.filter((month) => !month.some(isOpen));
  if (known.some((month) => sum(month, 'actualPaid') < sum(month, 'scheduledDue'))) return 'REVOLVER';
  return known.length === due.length ? 'TRANSACTOR' : null;
}
