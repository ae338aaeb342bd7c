import { type CellVerdict, type Decision, releasedCells } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import {
  addYears,
  coversDays,
  type DayInterval,
  dayOf,
  daysOf,
  type EpochDay,
  firstDayOf,
  intersectDays,
  joinDays,
  lastCompletedMonth,
  monthOf,
  type MonthIndex,
  toLocalDate,
  toStoredMonth,
} from '../../core/credit/calendar';
import type { Product } from '../../core/credit/codes';
import { columnsOf, type FieldCatalogue, type FieldEntry, type RecordKind } from '../../core/credit/field-catalogue';
import { ADVERSE_RETENTION_YEARS, INQUIRY_RETENTION_YEARS } from '../../core/credit/furnished-rules';
import type { ColumnRead, DayRange, MonthRange, PlatformState, RecordGroup } from '../ports';
import type { TalliedOrigin } from './released-report';

/** What the decision released of one product of one platform, turned into columns and months. */
export interface ReleasedGroup {
  readonly platformId: string;
  readonly product: Product | null;
  readonly asOf: EpochDay;
  /** The day that retention counts from: of a data set its own as-of date (credit-record.md, section 13). */
  readonly today: EpochDay;
  readonly cells: ReadonlyMap<FieldEntry, CellVerdict>;
  /** The newest month that is listed: the last completed one, or the month in progress where single loans are shown. */
  readonly newestMonth: MonthIndex;
  /** Values that left, by catalogue id. */
  readonly tally: Uint32Array;
}

/** Months [first, last], inclusive, that a released field may be shown of. */
export interface MonthSpan {
  readonly first: MonthIndex;
  readonly last: MonthIndex;
}

interface Frame {
  readonly asOf: ReadonlyMap<string, EpochDay>;
  readonly platforms: ReadonlyMap<string, PlatformState>;
  /** One above the largest catalogue id. */
  readonly tallySize: number;
}

/** The released cells by platform and product. */
export function groupReleased(
  decision: Decision,
  asked: readonly FieldEntry[],
  { asOf, platforms, tallySize }: Frame,
): readonly ReleasedGroup[] {
  const groups = new Map<string, ReleasedGroup & { cells: Map<FieldEntry, CellVerdict> }>();
  for (const entry of asked)
    for (const cell of releasedCells(decision, entry)) {
      const key = `${cell.platformId}/${cell.product ?? '-'}`;
      let group = groups.get(key);
      if (!group) {
        const { platformId, product } = cell;
        const day = asOf.get(platformId) ?? 0;
        const newestMonth = lastCompletedMonth(day) + (decision.monthInProgress.has(key) ? 1 : 0);
        const today = platforms.get(platformId)?.historical ? day : dayOf(decision.atMs);
        group = { platformId, product, asOf: day, today, newestMonth, cells: new Map(), tally: new Uint32Array(tallySize) };
        groups.set(key, group);
      }
      group.cells.set(entry, cell);
    }
  return [...groups.values()];
}

/** Where a value of a group stands; the days are those of its record, null: it has none. */
export function originIn({ platformId, product, tally }: ReleasedGroup, days: DayInterval | null): TalliedOrigin {
  return { platformId, product, days, tally };
}

/** The months wholly inside these days, `newestMonth` at the latest and at most `monthsBack` back from the as-of month. */
export function spansOf(
  days: readonly DayInterval[],
  { asOf, newestMonth }: Pick<ReleasedGroup, 'asOf' | 'newestMonth'>,
  monthsBack: number,
): readonly MonthSpan[] {
  const oldest = lastCompletedMonth(asOf) - monthsBack + 1;
  return days
    .map(({ from, until }) => ({
      first: Math.max(oldest, daysOf(monthOf(from)).from === from ? monthOf(from) : monthOf(from) + 1),
      last: Math.min(newestMonth, monthOf(until) - 1),
    }))
    .filter(({ first, last }) => first <= last);
}

interface Question {
  readonly purpose: Purpose;
  readonly atMs: number;
  readonly monthsBack: number;
  readonly catalogue: FieldCatalogue;
}

/** The groups to read of one kind of record: columns of released cells and of inputs of released indicators. */
export function toRecordGroups(kind: RecordKind, groups: readonly ReleasedGroup[], question: Question): readonly RecordGroup[] {
  return groups.map((group) => toRecordGroup(kind, group, question));
}

/** The disputes to read: those about record fields that are released, which then stand beside what they are about. */
export function toDisputeGroups(groups: readonly ReleasedGroup[], question: Question): readonly RecordGroup[] {
  return groups.map((group) => ({
    ...frameOf(group, question),
    columns: [...group.cells.keys()]
      .filter(({ source }) => source.kind !== 'indicator' && source.kind !== 'list')
      .map(({ coordinate }) => ({ column: coordinate, months: null, segments: null, adverse: false })),
  }));
}

function toRecordGroup(kind: RecordKind, group: ReleasedGroup, question: Question): RecordGroup {
  const frame = frameOf(group, question);
  const reads = [...group.cells].flatMap(([entry, cell]) => [...readsOf(kind, entry, cell, group, question)]);
  switch (kind) {
    case 'customer':
    case 'account':
    case 'statement':
      return { ...frame, columns: [...undated(reads)] };
    case 'month':
      return { ...frame, ...byMonths(reads) };
    case 'loan':
    case 'repayment':
      return { ...frame, ...byDays(reads) };
    case 'inquiry': {
      const [shown, counted] = [shownInquiryDays(group), countedInquiryDays(group)];
      const kept = reads.map((read): Read => ({ ...read, days: intersectDays(read.days, [read.counted ? counted : shown]) }));
      return { ...frame, ...byDays(kept) };
    }
  }
}

/** Days of inquiries that are listed: none that is past its time, none of a day to come. */
function shownInquiryDays({ today }: ReleasedGroup): DayInterval {
  return { from: lastDayOver(today, INQUIRY_RETENTION_YEARS) + 1, until: today };
}

/**
 * Days of inquiries that an indicator counts, whatever else is asked: of whole months, so that a count moves once a month and
 * not on the day that one of them is past its time.
 */
export function countedInquiryDays(group: ReleasedGroup): DayInterval {
  const { from, until } = shownInquiryDays(group);
  return { from: Math.max(from, firstDayOf(monthOf(from - 1) + 1)), until };
}

function frameOf(group: ReleasedGroup, question: Question): Omit<RecordGroup, 'columns'> {
  return {
    platformId: group.platformId,
    product: group.product,
    months: null,
    segments: [],
    asOf: toLocalDate(group.asOf),
    retentionEndedOn: retentionEndedOn(group.today),
    noticeBeforeMs: question.purpose === 'CREDIT_REPORTING' ? question.atMs : null,
  };
}

/** What one released field has read of one kind of record; a list has no column. */
interface Read {
  readonly column: string | null;
  readonly adverse: boolean;
  /** For an indicator, which shows none of the records themselves. */
  readonly counted: boolean;
  readonly days: readonly DayInterval[];
  readonly months: readonly MonthSpan[];
}

function* readsOf(
  kind: RecordKind,
  entry: FieldEntry,
  { days }: CellVerdict,
  group: ReleasedGroup,
  { catalogue, monthsBack, purpose }: Question,
): Generator<Read> {
  const { source } = entry;
  if (needsNoticeOfItsOwn(entry, kind, purpose)) return;
  const sources = source.kind === 'indicator' ? entry.inputs.map((name) => catalogue.load(name).source) : [source];
  const back =
    source.kind === 'indicator' ? source.windowMonths : monthsBack + (source.kind === 'rolling' ? source.months - 1 : 0);
  if (source.kind === 'list' && entry.within !== null && isListOf(kind, catalogue.load(entry.within)))
    yield { column: null, adverse: false, counted: false, days, months: [] }; // where a list stands in a record, it is released with that record
  for (const one of sources) {
    if (one.kind === 'indicator' || one.record !== kind) continue;
    const months = kind === 'month' ? spansOf(days, group, back) : [];
    for (const column of one.kind === 'list' ? [null] : columnsOf(one))
      yield { column, adverse: entry.adverse, counted: source.kind === 'indicator', days, months };
  }
}

function isListOf(kind: RecordKind, { source }: FieldEntry): boolean {
  return source.kind === 'list' && source.record === kind;
}

/**
 * An adverse item goes to the credit reference centre only after its notice to the borrower (Regulation 15). Months carry
 * the instant of theirs; adverse facts of a whole account carry none yet, so they stay.
 */
function needsNoticeOfItsOwn(entry: FieldEntry, kind: RecordKind, purpose: Purpose): boolean {
  return purpose === 'CREDIT_REPORTING' && kind === 'account' && entry.adverse;
}

function* undated(reads: readonly Read[]): Generator<ColumnRead> {
  for (const [column, of] of byColumn(reads))
    yield { column, months: null, segments: null, adverse: of.some(({ adverse }) => adverse) };
}

function byMonths(reads: readonly Read[]): Pick<RecordGroup, 'columns' | 'months'> {
  const all = reads.flatMap(({ months }) => months);
  if (all.length === 0) return { columns: [], months: null };
  const months = toRange({ first: Math.min(...all.map(({ first }) => first)), last: Math.max(...all.map(({ last }) => last)) });
  const columns = [...byColumn(reads)].flatMap(([column, of]): ColumnRead[] => {
    const ranges = distinct(of.flatMap((read) => read.months).map(toRange));
    const whole = ranges.some(({ first, last }) => first === months.first && last === months.last);
    return ranges.length === 0 ? [] : [{ column, months: whole ? null : ranges, segments: null, adverse: false }];
  });
  return { columns, months };
}

/** Days are cut at every bound of what is released, so that each record lies in one segment and is released as a whole. */
function byDays(reads: readonly Read[]): Pick<RecordGroup, 'columns' | 'segments'> {
  const bounds = [...new Set(reads.flatMap(({ days }) => days.flatMap(({ from, until }) => [from, until])))].sort(
    (a, b) => a - b,
  );
  const segments = joinDays(reads.flatMap(({ days }) => days)).flatMap(({ from, until }) => {
    const cuts = bounds.filter((bound) => from <= bound && bound <= until);
    return cuts.slice(1).map((cut, at): DayInterval => ({ from: cuts[at] ?? from, until: cut }));
  });
  const columns = [...byColumn(reads)].flatMap(([column, of]): ColumnRead[] => {
    const places = segments.flatMap((segment, at) => (of.some(({ days }) => coversDays(days, segment)) ? [at] : []));
    return places.length === 0
      ? []
      : [{ column, months: null, segments: places.length === segments.length ? null : places, adverse: false }];
  });
  return { columns, segments: segments.map(toDayRange) };
}

function byColumn(reads: readonly Read[]): ReadonlyMap<string, readonly Read[]> {
  const found = new Map<string, Read[]>();
  for (const read of reads) if (read.column !== null) found.set(read.column, [...(found.get(read.column) ?? []), read]);
  return found;
}

function distinct(ranges: readonly MonthRange[]): readonly MonthRange[] {
  return [...new Map(ranges.map((range) => [`${String(range.first)} ${String(range.last)}`, range])).values()];
}

function toRange({ first, last }: MonthSpan): MonthRange {
  return { first: toStoredMonth(first), last: toStoredMonth(last) };
}

function toDayRange({ from, until }: DayInterval): DayRange {
  return { from: toLocalDate(from), until: toLocalDate(until) };
}

/** The last day on which an adverse event may have ended and be gone today (Regulation 16; credit-record.md, section 13). */
export function retentionEndedOn(today: EpochDay): string {
  return toLocalDate(lastDayOver(today, ADVERSE_RETENTION_YEARS));
}

/** The last day that lies so many years back: what fell on D is over from D + `years` on, 29 February from the 28th. */
function lastDayOver(today: EpochDay, years: number): EpochDay {
  const candidate = addYears(today, -years);
  return addYears(candidate + 1, years) <= today ? candidate + 1 : candidate;
}
