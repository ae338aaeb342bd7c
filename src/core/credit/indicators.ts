import { countBand12mOf, utilisationBandOf } from './bands';
import { coversDays, type DayInterval, daysOf, lastCompletedMonth, wholeMonthsBetween } from './calendar';
import { isAdverse, PRODUCTS, type RepaymentStatusCode } from './codes';
import type { AccountFigures, Indicator, MonthFigures } from './credit-record';
import type { FieldCatalogue, FieldCoordinate, FieldEntry } from './field-catalogue';

type Value = Indicator['value'];
/** One month of one account; `age` counts completed months back from the platform's as-of date, 0 for the newest. */
interface AccountMonth {
  readonly account: AccountFigures;
  readonly age: number;
  readonly figures: MonthFigures;
  /** The days of the month. */
  readonly span: DayInterval;
}
interface View {
  readonly accounts: readonly AccountFigures[];
  readonly months: readonly AccountMonth[];
}
interface Outcome {
  readonly value: Value;
  readonly estimated?: boolean;
}
interface Formula {
  /** Does this month say anything to the indicator? Those that do are named in its basis; absent: no months are read. */
  readonly reads?: (figures: MonthFigures) => boolean;
  /** Is the value an amount of money, or a comparison of amounts? Then it is null across currencies. */
  readonly money?: true;
  /** Which accounts say anything to it at all; absent: every one. */
  readonly counts?: (account: AccountFigures) => boolean;
  readonly compute: (view: View) => Outcome | null;
}

/**
 * One indicator over the accounts and days it was released for (credit-record.md, section 5).
 *
 * @param released - Only accounts of released products, with their inputs filled in.
 * @param releasedDays - Days of an account over which the indicator may be computed; months must lie wholly inside.
 * @returns null where the formula gives none: no record, no loan, a limit of 0, several currencies.
 */
export function computeIndicator(
  entry: FieldEntry,
  released: readonly AccountFigures[],
  releasedDays: (account: AccountFigures) => readonly DayInterval[],
): Indicator | null {
  const formula = FORMULAS[entry.coordinate];
  if (!formula || entry.source.kind !== 'indicator') throw new Error(`${entry.coordinate} has no formula`);
  const { windowMonths } = entry.source;
  const { reads, counts = () => true } = formula;
  const accounts = released.filter(counts);
  const months = !reads
    ? []
    : accounts.flatMap((account) => {
        const days = releasedDays(account);
        return monthsOf(account).filter(
          ({ age, figures, span }) => age >= 0 && age < windowMonths && reads(figures) && coversDays(days, span),
        );
      });
  if (reads && months.length === 0) return null;
  const contributing = reads ? accounts.filter((account) => months.some((month) => month.account === account)) : accounts;
  if (contributing.length === 0) return null;
  const currencies = new Set(contributing.map(({ currency }) => currency));
  if (formula.money && currencies.size > 1) return null;
  const outcome = formula.compute({ accounts: reads && !formula.money ? accounts : contributing, months });
  if (!outcome || (typeof outcome.value === 'number' && !Number.isSafeInteger(outcome.value))) return null;
  const named = reads ? months.map(({ figures }) => figures.month) : contributing.map(({ asOf }) => lastCompletedMonth(asOf));
  return {
    value: outcome.value,
    firstMonth: Math.min(...named),
    lastMonth: Math.max(...named),
    products: PRODUCTS.filter((product) => contributing.some((account) => account.product === product)),
    currency: formula.money ? (contributing[0]?.currency ?? null) : null,
    estimated: outcome.estimated ?? false,
  };
}

const prepared = new WeakMap<AccountFigures, readonly AccountMonth[]>();

/** Two dozen indicators ask for the same months, so ages and days are worked out once. */
function monthsOf(account: AccountFigures): readonly AccountMonth[] {
  const kept = prepared.get(account);
  if (kept) return kept;
  const newest = lastCompletedMonth(account.asOf);
  const made = account.months.map((figures) => ({ account, figures, age: newest - figures.month, span: daysOf(figures.month) }));
  prepared.set(account, made);
  return made;
}

/** Coordinates of indicators in the catalogue that nothing here computes. */
export function indicatorsWithoutFormula(catalogue: FieldCatalogue): readonly FieldCoordinate[] {
  return catalogue.entries
    .filter(({ source, coordinate }) => source.kind === 'indicator' && !FORMULAS[coordinate])
    .map(({ coordinate }) => coordinate);
}

const has = (name: keyof MonthFigures) => (figures: MonthFigures) => figures[name] !== null && figures[name] !== undefined;
const hasBorrowing = (figures: MonthFigures): boolean => has('loanCountBand')(figures);
const hasUse = (figures: MonthFigures): boolean => has('usedLimit')(figures);
const hasLimit = ({ creditLimit }: AccountFigures): boolean => creditLimit !== null && creditLimit !== undefined;
const value = (of: Value | null): Outcome | null => (of === null ? null : { value: of });

const FORMULAS: Readonly<Record<FieldCoordinate, Formula>> = {
  'CreditSummary.borrowedAmount12m': {
    reads: has('borrowedAmount'),
    money: true,
    compute: (view) => value(sum(view, 'borrowedAmount')),
  },
  'CreditSummary.loanCountBand12m': { reads: has('loanCount'), compute: (view) => value(countBand12mOf(sum(view, 'loanCount'))) },
  'CreditSummary.loanCount12m': { reads: has('loanCount'), compute: (view) => value(sum(view, 'loanCount')) },
  'CreditSummary.loansPerMonth12m': { reads: has('loanCount'), compute: (view) => value(loansPerMonth(view)) },
  'CreditSummary.peakLoansInMonth12m': {
    reads: has('loanCount'),
    compute: (view) => value(Math.max(...byMonth(view).map((months) => sum({ months }, 'loanCount')))),
  },
  'CreditSummary.activeBorrowingMonths12m': { reads: hasBorrowing, compute: (view) => value(monthsWithLoan(view).length) },
  'CreditSummary.averageLoanAmount12m': {
    reads: (figures) => has('borrowedAmount')(figures) || has('loanCount')(figures),
    money: true,
    compute: (view) => {
      if (view.months.some(({ figures }) => !has('borrowedAmount')(figures) || !has('loanCount')(figures))) return null;
      return value(divideHalfUp(BigInt(sum(view, 'borrowedAmount')), BigInt(sum(view, 'loanCount'))));
    },
  },
  'CreditSummary.monthsSinceLastLoan': {
    reads: hasBorrowing,
    compute: (view) => value(smallest(monthsWithLoan(view).map(ageOf))),
  },
  'CreditSummary.alwaysOnTime24m': {
    reads: has('repaymentStatus'),
    compute: (view) => {
      const rate = onTimeMonthRate(view);
      return value(rate === null ? null : rate === 10_000);
    },
  },
  'CreditSummary.onTimeMonthRate24m': { reads: has('repaymentStatus'), compute: (view) => value(onTimeMonthRate(view)) },
  'CreditSummary.worstStatus24m': { reads: has('repaymentStatus'), compute: (view) => value(worstStatus(view)) },
  'CreditSummary.worstStatus60m': { reads: has('repaymentStatus'), compute: (view) => value(worstStatus(view)) },
  'CreditSummary.delinquentMonths24m': { reads: has('repaymentStatus'), compute: (view) => value(adverseMonths(view).length) },
  'CreditSummary.maxConsecutiveDelinquentMonths24m': {
    reads: has('repaymentStatus'),
    compute: (view) => value(longestRun(view)),
  },
  'CreditSummary.delinquent30Months24m': { reads: has('daysPastDueMonthEnd'), compute: (view) => value(monthsPastDue(view, 30)) },
  'CreditSummary.delinquent60Months24m': { reads: has('daysPastDueMonthEnd'), compute: (view) => value(monthsPastDue(view, 60)) },
  'CreditSummary.delinquent90Months24m': { reads: has('daysPastDueMonthEnd'), compute: (view) => value(monthsPastDue(view, 90)) },
  'CreditSummary.monthsSinceLastDelinquency': {
    reads: has('repaymentStatus'),
    compute: (view) => value(smallest(adverseMonths(view).map((months) => ageOf(months) + 1))),
  },
  'CreditSummary.overdueNow': {
    reads: has('repaymentStatus'),
    compute: ({ months }) => value(months.some(({ figures }) => '1234567B'.includes(figures.repaymentStatus ?? '#'))),
  },
  'CreditSummary.utilisationBand': {
    reads: hasUse,
    counts: hasLimit,
    money: true,
    compute: (view) => {
      const ratio = utilisation(view);
      return value(ratio === null ? null : utilisationBandOf(ratio));
    },
  },
  'CreditSummary.utilisation': { reads: hasUse, counts: hasLimit, money: true, compute: (view) => value(utilisation(view)) },
  'CreditSummary.utilisation6m': { reads: hasUse, counts: hasLimit, money: true, compute: (view) => value(utilisation6m(view)) },
  'CreditSummary.monthlyDebtService': {
    reads: (figures) => has('scheduledDue')(figures) || has('usedLimit')(figures),
    money: true,
    compute: monthlyDebtService,
  },
  'CreditSummary.payerType12m': {
    reads: (figures) => has('scheduledDue')(figures) && has('actualPaid')(figures),
    money: true,
    compute: (view) => value(payerType(view)),
  },
  'CreditSummary.monthsOnBook': {
    counts: ({ openedOn }) => openedOn !== null && openedOn !== undefined,
    compute: (view) => value(monthsOnBook(view)),
  },
  'CreditSummary.openAccountCount': { compute: (view) => value(openAccounts(view).length) },
  'CreditSummary.lenderCount': {
    compute: (view) => value(new Set(openAccounts(view).flatMap(({ furnisherName }) => furnisherName ?? [])).size),
  },
};

function sum(
  { months }: Pick<View, 'months'>,
  name: 'borrowedAmount' | 'loanCount' | 'scheduledDue' | 'actualPaid' | 'usedLimit',
): number {
  return months.reduce((total, { figures }) => total + (figures[name] ?? 0), 0);
}

/** The borrower's calendar months over all accounts, the oldest first. */
function byMonth(view: Pick<View, 'months'>): readonly (readonly AccountMonth[])[] {
  return grouped(view, ({ figures }) => figures.month);
}

function grouped({ months }: Pick<View, 'months'>, by: (month: AccountMonth) => number): readonly (readonly AccountMonth[])[] {
  const groups = new Map<number, AccountMonth[]>();
  for (const month of months) {
    const group = groups.get(by(month));
    if (group) group.push(month);
    else groups.set(by(month), [month]);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function ageOf(months: readonly AccountMonth[]): number {
  return Math.min(...months.map(({ age }) => age));
}

function smallest(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : Math.min(...numbers);
}

function monthsWithLoan(view: View): readonly (readonly AccountMonth[])[] {
  return byMonth(view).filter((months) => months.some(({ figures }) => figures.loanCountBand !== 'C0'));
}

function loansPerMonth(view: View): string | null {
  const divisor = Math.min(12, monthsOnBook(view) ?? 0);
  const hundredths = divideHalfUp(BigInt(sum(view, 'loanCount')) * 100n, BigInt(divisor));
  return hundredths === null ? null : `${String(Math.floor(hundredths / 100))}.${String(hundredths % 100).padStart(2, '0')}`;
}

/** The code that stands for a month of several accounts: the worst adverse one, else that of an account with something due. */
function codeOfMonth(months: readonly AccountMonth[]): RepaymentStatusCode {
  let foremost: RepaymentStatusCode = '#';
  for (const { figures } of months) {
    const code = figures.repaymentStatus;
    if (code && PRECEDENCE.indexOf(code) < PRECEDENCE.indexOf(foremost)) foremost = code;
  }
  return foremost;
}
const PRECEDENCE: readonly RepaymentStatusCode[] = [
  'G', 'B', 'Z', 'D', '7', '6', '5', '4', '3', '2', '1', 'M', 'N', 'C', '*', 'A', '/', '#',
]; // prettier-ignore

function adverseMonths(view: View): readonly (readonly AccountMonth[])[] {
  return byMonth(view).filter((months) => isAdverse(codeOfMonth(months)));
}

function onTimeMonthRate(view: View): number | null {
  const codes: readonly RepaymentStatusCode[] = byMonth(view).map(codeOfMonth);
  const onTime = codes.filter((code) => code === 'N' || code === 'M').length;
  return divideHalfUp(BigInt(onTime) * 10_000n, BigInt(onTime + codes.filter(isAdverse).length));
}

function worstStatus(view: View): RepaymentStatusCode | null {
  const codes: readonly RepaymentStatusCode[] = byMonth(view).map(codeOfMonth);
  if (codes.every((code) => code === '/' || code === '#')) return null;
  return PRECEDENCE.find((code) => isAdverse(code) && codes.includes(code)) ?? 'N';
}

function longestRun(view: View): number {
  let [longest, run, last] = [0, 0, NaN];
  for (const months of byMonth(view)) {
    const code = codeOfMonth(months);
    const month = months[0]?.figures.month ?? NaN;
    const adjoins = month === last + 1;
    last = month;
    if (isAdverse(code)) run = adjoins ? run + 1 : 1;
    else if (!adjoins || (code !== '#' && code !== 'A')) run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

function monthsPastDue(view: View, days: number): number {
  return byMonth(view).filter((months) => months.some(({ figures }) => (figures.daysPastDueMonthEnd ?? 0) >= days)).length;
}

/** Used and limit of one month over the accounts that state a limit. */
function useOf(months: readonly AccountMonth[]): { used: number; limit: number } {
  return {
    used: sum({ months }, 'usedLimit'),
    limit: months.reduce((total, { account }) => total + (account.creditLimit ?? 0), 0),
  };
}

function utilisation(view: View): number | null {
  const { used, limit } = useOf(view.months);
  return divideHalfUp(BigInt(used) * 10_000n, BigInt(limit));
}

function utilisation6m(view: View): number | null {
  const uses = grouped(view, ({ age }) => age).map(useOf);
  if (uses.length < 6 || uses.some(({ limit }) => limit === 0)) return null;
  const limits = uses.reduce((product, { limit }) => product * BigInt(limit), 1n);
  const total = uses.reduce((sumOf, { used, limit }) => sumOf + (BigInt(used) * 10_000n * limits) / BigInt(limit), 0n);
  return divideHalfUp(total, limits * BigInt(uses.length));
}

function monthlyDebtService({ months }: View): Outcome {
  const billed = months.filter(({ figures }) => has('scheduledDue')(figures));
  const unbilled = months.filter((month) => !billed.includes(month));
  const estimate = unbilled.reduce((total, { figures }) => total + Math.floor((figures.usedLimit ?? 0) / 10 + 0.5), 0);
  return { value: sum({ months: billed }, 'scheduledDue') + estimate, estimated: unbilled.length > 0 };
}

function payerType(view: View): string {
  const due = byMonth(view).filter((months) => sum({ months }, 'scheduledDue') > 0);
  if (due.length === 0) return 'INACTIVE';
  return due.every((months) => sum({ months }, 'actualPaid') >= sum({ months }, 'scheduledDue')) ? 'TRANSACTOR' : 'REVOLVER';
}

function monthsOnBook({ accounts }: Pick<View, 'accounts'>): number | null {
  const ages = accounts.flatMap(({ openedOn, asOf }) =>
    openedOn === null || openedOn === undefined ? [] : wholeMonthsBetween(openedOn, asOf),
  );
  return ages.length === 0 ? null : Math.max(0, ...ages);
}

function openAccounts({ accounts }: View): readonly AccountFigures[] {
  return accounts.filter(({ closedOn, asOf }) => closedOn === null || closedOn === undefined || closedOn > asOf);
}

/** Exact; a half goes up. @returns null if the divisor is 0. */
function divideHalfUp(dividend: bigint, divisor: bigint): number | null {
  return divisor === 0n ? null : Number((2n * dividend + divisor) / (2n * divisor));
}
