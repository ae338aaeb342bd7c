import { coversDays, type DayInterval, daysOf, type EpochDay, lastCompletedMonth, type MonthIndex, monthOf } from './calendar';
import { PRODUCTS } from './codes';
import type { AccountFigures, Indicator, InquiryFigures, PlatformInquiries } from './credit-record';
import type { FieldCatalogue, FieldCoordinate, FieldEntry } from './field-catalogue';
import type { AccountMonth, AccountRecord, DrawnLoan, DueInstalment, Formula, Outcome, View } from './indicator-formula';
import { ACCOUNT_FORMULAS } from './indicator-formulas-account';
import { BORROWING_FORMULAS } from './indicator-formulas-borrowing';
import { DEBT_FORMULAS } from './indicator-formulas-debt';
import { REPAYMENT_FORMULAS } from './indicator-formulas-repayment';

const FORMULAS: Readonly<Record<FieldCoordinate, Formula>> = {
  ...BORROWING_FORMULAS,
  ...REPAYMENT_FORMULAS,
  ...DEBT_FORMULAS,
  ...ACCOUNT_FORMULAS,
};
/** Indicators of no product, over inquiries: they share one formula and differ in their windows. */
const INQUIRY_COUNTS: ReadonlySet<FieldCoordinate> = new Set(
  [1, 3, 6, 24].map((months) => `CreditSummary.hardInquiries${String(months)}m`),
);
/** What GraphQL's Int holds. */
const INT_MAX = 2 ** 31 - 1;

/** Coordinates of indicators in the catalogue that nothing here computes. */
export function indicatorsWithoutFormula(catalogue: FieldCatalogue): readonly FieldCoordinate[] {
  return catalogue.entries
    .filter(({ source, coordinate, perProduct }) => {
      const isKnown = perProduct ? FORMULAS[coordinate] !== undefined : INQUIRY_COUNTS.has(coordinate);
      return source.kind === 'indicator' && !isKnown;
    })
    .map(({ coordinate }) => coordinate);
}

/**
 * One indicator of products over the accounts and days it was released for (credit-record.md, section 5). Each record is
 * judged from the as-of date of its own platform: it must lie in the window of completed months before that date's month.
 *
 * @param released - Only accounts of released products, with their inputs filled in.
 * @param releasedDays - Days of an account over which the indicator may be computed, as `joinDays` gives them: a month must
 *   lie wholly inside, a loan with the day it was drawn on, an instalment with the day it was due on.
 * @returns null where the formula gives none: no record, no loan, a limit of 0, several currencies, a number that the
 *   field cannot state.
 */
export function computeIndicator(
  entry: FieldEntry,
  released: readonly AccountFigures[],
  releasedDays: (account: AccountFigures) => readonly DayInterval[],
): Indicator | null {
  const formula = FORMULAS[entry.coordinate];
  if (!formula || entry.source.kind !== 'indicator') throw new Error(`${entry.coordinate} has no formula`);
  const { counts, countsByTerms } = formula;
  const accounts = counts ? released.filter(counts) : released;
  const chosen = recordsRead(formula, accounts, entry.source.windowMonths, releasedDays);
  const records = recordsOf(chosen);
  const isOverAccounts = formula.reads === 'ACCOUNTS';
  if (!isOverAccounts && records.length === 0) return null;
  const named = new Set<AccountFigures>();
  for (const { account } of records) named.add(account);
  const contributing = accounts.filter((account) => isOverAccounts || named.has(account) || countsByTerms?.(account) === true);
  const currencies = new Set(contributing.map(({ currency }) => currency));
  if (contributing.length === 0 || (formula.money && currencies.size > 1)) return null;
  const found = formula.compute({ ...chosen, accounts: contributing });
  const value = found && stated(found.value, formula.money === 'AMOUNT' ? Number.MAX_SAFE_INTEGER : INT_MAX);
  if (found === null || value === null) return null;
  return {
    value,
    ...ends(isOverAccounts ? contributing.map(({ asOf }) => lastCompletedMonth(asOf)) : records.map(({ month }) => month)),
    products: PRODUCTS.filter((product) => contributing.some((account) => account.product === product)),
    currency: formula.money ? (contributing[0]?.currency ?? null) : null,
    estimated: found.estimated ?? false,
  };
}

/**
 * One indicator over the inquiries about a borrower, of no product: how many institutions asked for a decision on credit,
 * each once a calendar month. The same institution and month on two platforms is one.
 *
 * Never 0: none of them could state it, and an inquiry that is not counted would tell of itself if it did.
 *
 * @param platforms - Those for which the indicator was released, each with its own as-of date.
 * @returns null where no platform has a hard inquiry in the window, on released days.
 */
export function computeInquiryIndicator(entry: FieldEntry, platforms: readonly PlatformInquiries[]): Indicator | null {
  if (!INQUIRY_COUNTS.has(entry.coordinate) || entry.source.kind !== 'indicator')
    throw new Error(`${entry.coordinate} has no formula over inquiries`);
  const { windowMonths } = entry.source;
  const counted = platforms.flatMap(({ asOf, releasedDays, inquiries }) =>
    inquiries
      .filter(({ inquiredOn, isHard }) => isHard && coversDays(releasedDays, dayAlone(inquiredOn)))
      .map((inquiry) => datedInquiry(inquiry, asOf))
      .filter(({ age }) => isWithin(age, windowMonths)),
  );
  if (counted.length === 0) return null;
  return {
    value: new Set(counted.map(({ month, institutionName }) => `${String(month)} ${institutionName}`)).size,
    ...ends(counted.map(({ month }) => month)),
    products: [],
    currency: null,
    estimated: false,
  };
}

function datedInquiry(inquiry: InquiryFigures, asOf: EpochDay): InquiryFigures & { month: MonthIndex; age: number } {
  const month = monthOf(inquiry.inquiredOn);
  return { ...inquiry, month, age: lastCompletedMonth(asOf) - month };
}

/** Is a month so many completed months back one of the window? */
function isWithin(age: number, windowMonths: number): boolean {
  return age >= 0 && age < windowMonths;
}

/** Records of the kind that a formula reads, in its window and on released days. */
function recordsRead(
  { reads }: Formula,
  accounts: readonly AccountFigures[],
  windowMonths: number,
  releasedDays: (account: AccountFigures) => readonly DayInterval[],
): Omit<View, 'accounts'> {
  const select = <R extends AccountRecord>(
    recordsIn: (account: AccountFigures) => readonly R[],
    isRead: ((record: R) => boolean) | null = null,
  ): readonly R[] => {
    const found: R[] = [];
    for (const account of accounts) {
      const days = releasedDays(account);
      for (const record of recordsIn(account))
        if (isWithin(record.age, windowMonths) && (!isRead || isRead(record)) && coversDays(days, record.span))
          found.push(record);
    }
    return found;
  };
  return {
    months: typeof reads === 'function' ? select(monthsOf, ({ figures }) => reads(figures)) : [],
    loans: reads === 'LOANS' ? select(loansOf) : [],
    instalments: reads === 'INSTALMENTS' ? select(instalmentsOf) : [],
  };
}

/** A formula reads records of one kind at most. */
function recordsOf({ months, loans, instalments }: Omit<View, 'accounts'>): readonly AccountRecord[] {
  return [months, loans, instalments].find(({ length }) => length > 0) ?? [];
}

const prepared = new WeakMap<AccountFigures, readonly AccountMonth[]>();

/** Two dozen indicators ask for the same months, so ages and days are worked out once. */
function monthsOf(account: AccountFigures): readonly AccountMonth[] {
  const kept = prepared.get(account);
  if (kept) return kept;
  const newest = lastCompletedMonth(account.asOf);
  const made = account.months.map((figures) => {
    const { month } = figures;
    return { account, figures, month, age: newest - month, span: daysOf(month) };
  });
  prepared.set(account, made);
  return made;
}

function loansOf(account: AccountFigures): readonly DrawnLoan[] {
  return (account.loans ?? []).flatMap(({ drawnOn, settledOn = null }) =>
    drawnOn === null || drawnOn === undefined ? [] : { ...recordOn(account, drawnOn), drawnOn, settledOn },
  );
}

/** Those of completed months, which are all due before the as-of date. */
function instalmentsOf(account: AccountFigures): readonly DueInstalment[] {
  return (account.instalments ?? []).flatMap(({ dueOn, paidOn = null }) =>
    dueOn === null || dueOn === undefined ? [] : { ...recordOn(account, dueOn), dueOn, paidOn },
  );
}

function recordOn(account: AccountFigures, day: EpochDay): AccountRecord {
  const month = monthOf(day);
  return { account, month, age: lastCompletedMonth(account.asOf) - month, span: dayAlone(day) };
}

function dayAlone(day: EpochDay): DayInterval {
  return { from: day, until: day + 1 };
}

/** The value as the field states it; null for a number beyond ±max, which would be stated wrongly or not at all. */
function stated(value: Outcome['value'], max: number): Indicator['value'] | null {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return value >= -max && value <= max ? Number(value) : null;
}

function ends(months: readonly MonthIndex[]): Pick<Indicator, 'firstMonth' | 'lastMonth'> {
  let [firstMonth, lastMonth] = [Infinity, -Infinity];
  for (const month of months) {
    firstMonth = Math.min(firstMonth, month);
    lastMonth = Math.max(lastMonth, month);
  }
  return { firstMonth, lastMonth };
}
