import { type EpochDay, firstDayOf, type LocalDate, monthOf, type MonthIndex, toLocalDate } from '../core/credit/calendar';

/** Days after the window that a schedule may reach. */
const DAYS_AHEAD = 400;

/** The months that are generated, and their calendar computed once. Months are counted from the first one, which is 0. */
export class RecordWindow {
  readonly firstMonth: MonthIndex;
  readonly firstDay: EpochDay;
  /** The last day of the window: what every record describes. */
  readonly asOfDay: EpochDay;
  private readonly monthByDay: Int16Array;
  private readonly lastDays: readonly EpochDay[];
  private readonly texts = new Map<EpochDay, LocalDate>();

  constructor(
    readonly months: number,
    readonly until: MonthIndex,
  ) {
    this.firstMonth = until - months + 1;
    this.firstDay = firstDayOf(this.firstMonth);
    this.asOfDay = firstDayOf(until + 1) - 1;
    const days = this.asOfDay + DAYS_AHEAD - this.firstDay + 1;
    this.monthByDay = Int16Array.from({ length: days }, (_, at) => monthOf(this.firstDay + at) - this.firstMonth);
    this.lastDays = Array.from({ length: months }, (_, at) => firstDayOf(this.firstMonth + at + 1) - 1);
  }

  /** The month of a day; -1 if it lies before the window or far after it. */
  monthAt(day: EpochDay): number {
    const at = day - this.firstDay;
    return at < this.monthByDay.length ? (this.monthByDay[at] ?? -1) : -1; // a read beyond the end is slow
  }

  firstDayAt(month: number): EpochDay {
    return month === 0 ? this.firstDay : this.lastDayAt(month - 1) + 1;
  }

  lastDayAt(month: number): EpochDay {
    return this.lastDays[month] ?? this.asOfDay;
  }

  isLastOfMonth(day: EpochDay): boolean {
    return this.monthAt(day) !== this.monthAt(day + 1);
  }

  text(day: EpochDay): LocalDate {
    let text = this.texts.get(day);
    if (text === undefined) this.texts.set(day, (text = toLocalDate(day)));
    return text;
  }
}
