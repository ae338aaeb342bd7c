/**
 * Calendar of the product: dates and months in Asia/Shanghai, which has had no daylight saving since 1991, so that local
 * time is UTC + 8 h. Every interval here is half-open.
 */
declare const brand: unique symbol;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [brand]?: 'EpochMs' };
/** Days since 1970-01-01 of a local calendar date. */
export type EpochDay = number & { readonly [brand]?: 'EpochDay' };
/** Calendar months since January of year 0: year × 12 + month − 1. */
export type MonthIndex = number & { readonly [brand]?: 'MonthIndex' };
/** YYYY-MM-DD. */
export type LocalDate = string & { readonly [brand]?: 'LocalDate' };

/** Days on [from, until). */
export interface DayInterval {
  readonly from: EpochDay;
  readonly until: EpochDay;
}

export const DAY_MS = 86_400_000;
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const REMEMBERED_MAX = 10_000;
/** 0001-01-01 and 9999-12-31: the ends of an interval that is open. */
export const FIRST_DAY: EpochDay = -719_162;
export const LAST_DAY: EpochDay = 2_932_896;

/** @throws RangeError if the text is not an existing date written YYYY-MM-DD. */
export function toEpochDay(date: LocalDate): EpochDay {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) throw new RangeError(`not a date: ${date}`);
  return ms / DAY_MS;
}

export const toLocalDate: (day: EpochDay) => LocalDate = remembering((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));

/** RFC 3339 in UTC with three decimals. @throws RangeError for what is no instant. */
export const toInstant: (atMs: EpochMs) => string = remembering((atMs) => new Date(atMs).toISOString());

/** The local date of an instant. */
export function dayOf(atMs: EpochMs): EpochDay {
  return Math.floor((atMs + SHANGHAI_OFFSET_MS) / DAY_MS);
}

/** @throws RangeError if the text is not written YYYY-MM. */
export function toMonthIndex(yearMonth: string): MonthIndex {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(yearMonth);
  if (!found) throw new RangeError(`not a month: ${yearMonth}`);
  return Number(found[1]) * 12 + Number(found[2]) - 1;
}

export const toYearMonth: (month: MonthIndex) => string = remembering((month) => {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
});

/** Months as they are stored: the decimal number YYYYMM. */
export function toStoredMonth(month: MonthIndex): number {
  return Math.floor(month / 12) * 100 + (month % 12) + 1;
}

export function fromStoredMonth(stored: number): MonthIndex {
  return Math.floor(stored / 100) * 12 + (stored % 100) - 1;
}

export function monthOf(day: EpochDay): MonthIndex {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function firstDayOf(month: MonthIndex): EpochDay {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1) / DAY_MS; // Date.UTC takes year 50 for 1950
}

/** The Monday of the day's week. */
export function mondayOf(day: EpochDay): EpochDay {
  return day - ((((day + 3) % 7) + 7) % 7); // day 0 was a Thursday
}

/** The days of a month as an interval. */
export const daysOf: (month: MonthIndex) => DayInterval = remembering((month) => ({
  from: firstDayOf(month),
  until: firstDayOf(month + 1),
}));

/** Whole months from one date to another, negative when it lies before: the day of the month must have come. */
export function wholeMonthsBetween(from: EpochDay, to: EpochDay): number {
  const months = monthOf(to) - monthOf(from);
  const [dayFrom, dayTo] = [new Date(from * DAY_MS).getUTCDate(), new Date(to * DAY_MS).getUTCDate()];
  const lastOfMonth = firstDayOf(monthOf(to) + 1) - 1 === to;
  return dayTo >= dayFrom || lastOfMonth ? months : months - 1;
}

/** The same day some years later; 29 February becomes the 28th in a common year. */
export function addYears(day: EpochDay, years: number): EpochDay {
  const date = new Date(day * DAY_MS);
  const month = (date.getUTCFullYear() + years) * 12 + date.getUTCMonth();
  return Math.min(firstDayOf(month) + date.getUTCDate() - 1, firstDayOf(month + 1) - 1);
}

/**
 * As-of date of a platform: the earlier of today and the first day after the newest calendar month in which it furnished
 * a record (credit-record.md, section 1). It depends on the platform, never on the borrower.
 *
 * @param newestMonth - Month of the newest record's own as-of date; null when nothing was furnished.
 */
export function asOfDay(todayDay: EpochDay, newestMonth: MonthIndex | null): EpochDay {
  return newestMonth === null ? todayDay : Math.min(todayDay, firstDayOf(newestMonth + 1));
}

/** The newest completed month at an as-of date: the one before the month that the date lies in. */
export const lastCompletedMonth: (asOf: EpochDay) => MonthIndex = remembering((asOf) => monthOf(asOf) - 1);

/** Union of intervals: sorted, disjoint, not touching, none empty. */
export function joinDays(intervals: readonly DayInterval[]): DayInterval[] {
  const joined: { from: EpochDay; until: EpochDay }[] = [];
  for (const { from, until } of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (from >= until) continue;
    if (last && from <= last.until) last.until = Math.max(last.until, until);
    else joined.push({ from, until });
  }
  return joined;
}

/** Common days of two sorted unions. */
export function intersectDays(a: readonly DayInterval[], b: readonly DayInterval[]): DayInterval[] {
  const common = a.flatMap((x) => b.map((y) => ({ from: Math.max(x.from, y.from), until: Math.min(x.until, y.until) })));
  return joinDays(common);
}

/** Does one interval of a sorted union hold all of `part`? */
export function coversDays(days: readonly DayInterval[], part: DayInterval): boolean {
  for (const { from, until } of days) if (from <= part.from && part.until <= until) return true;
  return false;
}

/** Most days, months and instants that are asked for are the same few, and a Date is slow. The values given out are shared. */
function remembering<T>(compute: (time: number) => T): (time: number) => T {
  const known = new Map<number, T>();
  return (time) => {
    const kept = known.get(time);
    if (kept !== undefined) return kept;
    const made = compute(time);
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(time, made);
    return made;
  };
}
