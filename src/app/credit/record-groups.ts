import { type CellVerdict, type Decision, releasedCells } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import {
  addYears,
  type DayInterval,
  dayOf,
  daysOf,
  type EpochDay,
  lastCompletedMonth,
  monthOf,
  type MonthIndex,
  toLocalDate,
  toStoredMonth,
} from '../../core/credit/calendar';
import type { Product } from '../../core/credit/codes';
import type { FieldCatalogue, FieldEntry, RecordKind } from '../../core/credit/field-catalogue';
import type { ColumnRead, MonthRange, PlatformState, RecordGroup } from '../ports';

const RETENTION_YEARS = 5;

/** What the decision released of one product of one platform, turned into columns and months. */
export interface ReleasedGroup {
  readonly platformId: string;
  readonly product: Product | null;
  readonly asOf: EpochDay;
  readonly cells: ReadonlyMap<FieldEntry, CellVerdict>;
  /** Values that left, by catalogue id. */
  readonly tally: Uint32Array;
}

/** Months [first, last], inclusive, that a released field may be shown of. */
export interface MonthSpan {
  readonly first: MonthIndex;
  readonly last: MonthIndex;
}

/** The released cells by platform and product; `tallySize` is one above the largest catalogue id. */
export function groupReleased(
  decision: Decision,
  asked: readonly FieldEntry[],
  asOf: ReadonlyMap<string, EpochDay>,
  tallySize: number,
): readonly ReleasedGroup[] {
  const groups = new Map<string, ReleasedGroup & { cells: Map<FieldEntry, CellVerdict> }>();
  for (const entry of asked)
    for (const cell of releasedCells(decision, entry)) {
      const key = `${cell.platformId}/${cell.product ?? '-'}`;
      let group = groups.get(key);
      if (!group) {
        const { platformId, product } = cell;
        group = { platformId, product, asOf: asOf.get(platformId) ?? 0, cells: new Map(), tally: new Uint32Array(tallySize) };
        groups.set(key, group);
      }
      group.cells.set(entry, cell);
    }
  return [...groups.values()];
}

/** The completed months wholly inside these days, at most `monthsBack` back from the as-of month. */
export function spansOf(days: readonly DayInterval[], asOf: EpochDay, monthsBack: number): readonly MonthSpan[] {
  const newest = lastCompletedMonth(asOf);
  const oldest = newest - monthsBack + 1;
  return days
    .map(({ from, until }) => ({
      first: Math.max(oldest, daysOf(monthOf(from)).from === from ? monthOf(from) : monthOf(from) + 1),
      last: Math.min(newest, monthOf(until) - 1),
    }))
    .filter(({ first, last }) => first <= last);
}

interface Question {
  readonly purpose: Purpose;
  readonly atMs: number;
  readonly monthsBack: number;
  readonly platforms: ReadonlyMap<string, PlatformState>;
  readonly catalogue: FieldCatalogue;
}

/** The groups to read of one kind of record: columns of released cells and of inputs of released indicators. */
export function toRecordGroups(kind: RecordKind, groups: readonly ReleasedGroup[], question: Question): readonly RecordGroup[] {
  return groups.map((group) => toRecordGroup(kind, group, question));
}

function toRecordGroup(kind: RecordKind, group: ReleasedGroup, question: Question): RecordGroup {
  const spans = new Map<string, MonthSpan[]>();
  for (const [entry, cell] of group.cells)
    for (const { column, months } of columnsOf(kind, entry, cell, group, question))
      spans.set(column, [...(spans.get(column) ?? []), ...months]);
  const all = [...spans.values()].flat();
  const months =
    all.length === 0
      ? null
      : toRange({ first: Math.min(...all.map(({ first }) => first)), last: Math.max(...all.map(({ last }) => last)) });
  const historical = question.platforms.get(group.platformId)?.historical ?? false;
  return {
    platformId: group.platformId,
    product: group.product,
    columns: [...spans]
      .filter(([, of]) => kind !== 'month' || of.length > 0)
      .map(([column, of]) => toColumnRead(kind, column, of, months)),
    months,
    retentionEndedOn: retentionEndedOn(historical ? group.asOf : dayOf(question.atMs)),
    noticeBeforeMs: question.purpose === 'CREDIT_REPORTING' ? question.atMs : null,
  };
}

function* columnsOf(
  kind: RecordKind,
  entry: FieldEntry,
  cell: CellVerdict,
  group: ReleasedGroup,
  { catalogue, monthsBack, purpose }: Question,
): Generator<{ column: string; months: readonly MonthSpan[] }> {
  const { source } = entry;
  if (needsNoticeOfItsOwn(entry, kind, purpose)) return;
  if (source.kind === 'indicator') {
    for (const input of entry.inputs.map((name) => catalogue.load(name).source))
      if (input.kind !== 'indicator' && input.record === kind)
        yield { column: input.column, months: spansOf(cell.days, group.asOf, source.windowMonths) };
  } else if (source.record === kind) {
    const back = source.kind === 'rolling' ? monthsBack + source.months - 1 : monthsBack;
    yield { column: source.column, months: spansOf(cell.days, group.asOf, back) };
  }
}

/**
 * An adverse item goes to the credit reference centre only after its notice to the borrower (Regulation 15). Months carry
 * the instant of theirs; adverse facts of a whole account carry none yet, so they stay.
 */
function needsNoticeOfItsOwn(entry: FieldEntry, kind: RecordKind, purpose: Purpose): boolean {
  return purpose === 'CREDIT_REPORTING' && kind === 'account' && entry.adverse;
}

function toColumnRead(kind: RecordKind, column: string, spans: readonly MonthSpan[], months: MonthRange | null): ColumnRead {
  const ranges = [
    ...new Map(spans.map(toRange).map((range) => [`${String(range.first)} ${String(range.last)}`, range])).values(),
  ];
  const whole = kind !== 'month' || ranges.some(({ first, last }) => first === months?.first && last === months.last);
  return { column, months: whole ? null : ranges };
}

function toRange({ first, last }: MonthSpan): MonthRange {
  return { first: toStoredMonth(first), last: toStoredMonth(last) };
}

/**
 * The last day on which an adverse event may have ended and be gone today: ended on D, it is gone from D + 5 years on
 * (Regulation 16; credit-record.md, section 13).
 */
export function retentionEndedOn(today: EpochDay): string {
  const candidate = addYears(today, -RETENTION_YEARS);
  return toLocalDate(addYears(candidate + 1, RETENTION_YEARS) <= today ? candidate + 1 : candidate);
}
