import { type EpochDay, FIRST_DAY, LAST_DAY, monthOf } from './calendar';
import type { AccountFigures } from './credit-record';
import { FIELD_CATALOGUE } from './field-catalogue';
import { computeIndicator } from './indicators';
import type { AccountHistory, Verdict } from './invariants';
import { judge, type Outcome } from './record-rules';

const EVERY_DAY = [{ from: FIRST_DAY, until: LAST_DAY + 1 }] as const;
const WINDOW_MONTHS = 12;
/** Indicators that are plain sums over twelve months, with the figure that they add up. */
const SUMS = [
  { entry: FIELD_CATALOGUE.load('CreditSummary.borrowedAmount12m'), name: 'borrowedAmountMinor', money: true },
  { entry: FIELD_CATALOGUE.load('CreditSummary.loanCount12m'), name: 'loanCount', money: false },
] as const;

/**
 * V8 over the accounts of one customer of a platform: the indicator over all accounts is the sum of what it is over each,
 * and the sum of the served figures of the twelve completed months before the as-of date. Skipped where no month has a
 * figure, and for an amount across currencies, which has no total.
 */
export function checkTotals(platformId: string, accounts: readonly AccountHistory[], asOf: EpochDay): Verdict | null {
  const [first] = accounts;
  if (!first) return null;
  const figures = accounts.map((history) => toFigures(platformId, history, asOf));
  const outcomes = SUMS.map((sum) => totalRule(sum, accounts, figures, asOf));
  const broken = outcomes.filter((outcome) => typeof outcome === 'object');
  const outcome: Outcome = broken.length > 0 ? Object.assign({}, ...broken) : outcomes.includes('HOLDS') ? 'HOLDS' : 'SKIPPED';
  return { invariant: 'V8', record: { entity: 'borrower', key: first.account.customerId }, outcome };
}

function totalRule(
  { entry, name, money }: (typeof SUMS)[number],
  accounts: readonly AccountHistory[],
  figures: readonly AccountFigures[],
  asOf: EpochDay,
): Outcome {
  const inWindow = (month: number): boolean => month < monthOf(asOf) && month >= monthOf(asOf) - WINDOW_MONTHS;
  const said = accounts.flatMap(({ account, months }) =>
    months.flatMap(({ month, served }) => {
      const value = served[name];
      return value !== null && inWindow(month) ? [{ value, currency: account.currency }] : [];
    }),
  );
  if (said.length === 0 || (money && new Set(said.map(({ currency }) => currency)).size > 1)) return 'SKIPPED';
  const total = valueOf(computeIndicator(entry, figures, () => EVERY_DAY));
  const overAccounts = figures.reduce((sum, one) => sum + valueOf(computeIndicator(entry, [one], () => EVERY_DAY)), 0);
  const overMonths = said.reduce((sum, { value }) => sum + value, 0);
  return judge(total === overAccounts && total === overMonths, {
    [`total.${name}`]: total,
    [`accounts.${name}`]: overAccounts,
    [`months.${name}`]: overMonths,
  });
}

/** An account that says nothing adds nothing. */
function valueOf(indicator: ReturnType<typeof computeIndicator>): number {
  return Number(indicator?.value ?? 0);
}

function toFigures(platformId: string, { account, months }: AccountHistory, asOf: EpochDay): AccountFigures {
  return {
    platformId,
    product: account.product,
    currency: account.currency,
    asOf,
    months: months.map(({ month, served }) => ({
      month,
      borrowedAmount: served.borrowedAmountMinor,
      loanCount: served.loanCount,
    })),
  };
}
