import type { DayInterval, EpochDay, MonthIndex } from './calendar';
import type { AccountFigures, Indicator, MonthFigures } from './credit-record';

/** A record of one account that an indicator may count. */
export interface AccountRecord {
  readonly account: AccountFigures;
  readonly month: MonthIndex;
  /** Completed months back from the as-of date of the account's platform: 0 the newest, below 0 not completed yet. */
  readonly age: number;
  /** The days that must be released for the record to count. */
  readonly span: DayInterval;
}
export interface AccountMonth extends AccountRecord {
  readonly figures: MonthFigures;
}
export interface DrawnLoan extends AccountRecord {
  readonly drawnOn: EpochDay;
  /** Null: still open. */
  readonly settledOn: EpochDay | null;
}
export interface DueInstalment extends AccountRecord {
  readonly dueOn: EpochDay;
  /** Null: not paid in full yet. */
  readonly paidOn: EpochDay | null;
}

/** What one formula is computed over: the accounts that contribute, and their records of the kind that it reads. */
export interface View {
  readonly accounts: readonly AccountFigures[];
  readonly months: readonly AccountMonth[];
  readonly loans: readonly DrawnLoan[];
  readonly instalments: readonly DueInstalment[];
}

/** Exact numbers are handed over whole; one that the field cannot state becomes null. */
type Value = Indicator['value'] | bigint;
export interface Outcome {
  readonly value: Value;
  readonly estimated?: boolean;
}

export interface Formula {
  /** Records that are read and named in the basis: months by what they say to the indicator, or all of one kind. */
  readonly reads: ((figures: MonthFigures) => boolean) | 'LOANS' | 'INSTALMENTS' | 'ACCOUNTS';
  /** An amount of money in minor units, or a comparison of amounts: null across currencies. */
  readonly money?: 'AMOUNT' | 'COMPARISON';
  /** Which accounts say anything to it at all; absent: every one. */
  readonly counts?: (account: AccountFigures) => boolean;
  /** Which accounts contribute by their own terms, whether or not a record of theirs is read; absent: none. */
  readonly countsByTerms?: (account: AccountFigures) => boolean;
  /** Called with at least one contributing account, and one record where it reads records. */
  readonly compute: (view: View) => Outcome | null;
}

export const has = (name: keyof MonthFigures) => (figures: MonthFigures) => figures[name] !== null && figures[name] !== undefined;
export const hasOpeningDate = ({ openedOn }: AccountFigures): boolean => openedOn !== null && openedOn !== undefined;
export const outcome = (value: Value | null): Outcome | null => (value === null ? null : { value });

/** Exact sum over months, whatever its size; what is not stated adds nothing. */
export function sum(
  months: readonly AccountMonth[],
  name: 'borrowedAmount' | 'loanCount' | 'scheduledDue' | 'actualPaid' | 'usedLimit',
): bigint {
  let [total, rest] = [0n, 0];
  for (const { figures } of months) {
    const value = figures[name] ?? 0;
    if (Number.isSafeInteger(rest + value)) rest += value;
    else [total, rest] = [total + BigInt(rest), value];
  }
  return total + BigInt(rest);
}

/** The borrower's calendar months over all accounts, the oldest first. */
export function byMonth(months: readonly AccountMonth[]): readonly (readonly AccountMonth[])[] {
  return grouped(months, ({ month }) => month);
}

/** Groups in ascending order of the number that their months share. */
export function grouped(
  months: readonly AccountMonth[],
  by: (month: AccountMonth) => number,
): readonly (readonly AccountMonth[])[] {
  const groups = new Map<number, AccountMonth[]>();
  for (const month of months) {
    const key = by(month);
    const group = groups.get(key);
    if (group) group.push(month);
    else groups.set(key, [month]);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** @returns null of none. */
export function smallest(numbers: readonly number[]): number | null {
  return numbers.reduce<number | null>((least, number) => (least === null || number < least ? number : least), null);
}
