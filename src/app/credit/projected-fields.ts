import { coversDays, type DayInterval, fromStoredMonth, toEpochDay, toYearMonth } from '../../core/credit/calendar';
import { columnsOf, type FieldEntry, type RecordKind } from '../../core/credit/field-catalogue';
import type { RecordGroup, RecordRow } from '../ports';
import { type MonthSpan, type ReleasedGroup, spansOf } from './record-groups';
import { fieldName } from './released-report';

/** A field of a group with what projection needs of it, worked out once and not for each row. */
export interface Projected {
  readonly entry: FieldEntry;
  readonly name: string;
  readonly columns: readonly string[];
  /** Of a field of months: where it is shown. */
  readonly spans: readonly MonthSpan[];
  /** Of a field of records of days: the segments in which it is shown. */
  readonly places: ReadonlySet<number>;
}

const projections = new WeakMap<ReleasedGroup['cells'], Map<string, readonly Projected[]>>();

/**
 * The released fields of one kind of record. Worked out once for each shape of a release: its cells are the same map for
 * every person, and so are the segments that were read.
 */
export function projectedOf(
  group: ReleasedGroup,
  record: RecordKind,
  monthsBack: number,
  segments: RecordGroup['segments'] = [],
): readonly Projected[] {
  const known = projections.get(group.cells) ?? new Map<string, readonly Projected[]>();
  projections.set(group.cells, known);
  const key = `${record} ${String(monthsBack)}`;
  const kept = known.get(key) ?? projectAfresh(group, record, monthsBack, segments.map(toDays));
  known.set(key, kept);
  return kept;
}

function projectAfresh(
  group: ReleasedGroup,
  record: RecordKind,
  monthsBack: number,
  segments: readonly DayInterval[],
): readonly Projected[] {
  return [...group.cells].flatMap(([entry, { days }]) => {
    const { source } = entry;
    if (source.kind === 'indicator' || source.kind === 'list' || source.record !== record) return [];
    const spans = record === 'month' ? spansOf(days, group, monthsBack) : [];
    return [{ entry, name: fieldName(entry), columns: columnsOf(source), spans, places: placesIn(segments, days) }];
  });
}

/** What every row has. @throws Error on one without it: a fault must not look like an absence. */
export function held<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`A row was read without ${what}`);
  return value;
}

/** Rows by a name that each of them has, in their order. */
export function rowsBy(
  rows: readonly RecordRow[],
  nameOf: (row: RecordRow) => string,
): ReadonlyMap<string, readonly RecordRow[]> {
  const found = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const of = found.get(name);
    if (of) of.push(row);
    else found.set(name, [row]);
  }
  return found;
}

const sorted = new WeakMap<readonly RecordRow[], ReadonlyMap<string, readonly RecordRow[]>>();

/** Rows by their account, which what is listed and what is worked out both ask for. */
export function rowsByAccount(rows: readonly RecordRow[]): ReadonlyMap<string, readonly RecordRow[]> {
  const kept = sorted.get(rows) ?? rowsBy(rows, accountOf);
  sorted.set(rows, kept);
  return kept;
}

/** Name of the account that a row is of or lies in. */
export function accountOf({ key }: RecordRow): string {
  return held(key.accountId, 'its account').toString('hex');
}

/** The days of the segments that were read. */
export function toDays({ from, until }: RecordGroup['segments'][number]): DayInterval {
  return { from: toEpochDay(from), until: toEpochDay(until) };
}

/** The segments that lie wholly inside some days. */
export function placesIn(segments: readonly DayInterval[], days: readonly DayInterval[]): ReadonlySet<number> {
  return new Set(segments.flatMap((segment, place) => (coversDays(days, segment) ? [place] : [])));
}

/** The values of a record of a day that are shown in its segment, under the names of the public schema. */
export function shownValues(fields: readonly Projected[], row: RecordRow, group: ReleasedGroup): Record<string, unknown> {
  const { segment = 0 } = row.key;
  return Object.fromEntries(
    fields.flatMap((field) => (field.places.has(segment) ? [[field.name, valueOf(field, row, group)]] : [])),
  );
}

/** A column as the public schema writes it. */
export function valueOf({ entry: { source }, columns, name }: Projected, { values }: RecordRow, group: ReleasedGroup): unknown {
  const stored = values[columns[0] ?? ''] ?? null;
  if (source.kind === 'lateness') {
    if (stored === null) return null;
    const until = values[source.until] ?? null;
    return Math.max(0, (until === null ? group.asOf : toEpochDay(until as string)) - toEpochDay(stored as string));
  }
  if (stored === null) return null;
  switch (name) {
    case 'drawnMonth':
      return toYearMonth(fromStoredMonth(stored as number));
    case 'isHard':
      return stored === 1;
    default:
      return stored;
  }
}

/** Newest first by what is shown of a record's day, then by a name that tells nothing: a withheld day decides no order. */
export function newestFirst<T extends Readonly<Record<string, unknown>>>(
  records: readonly T[],
  days: readonly string[],
  nameOf: (record: T) => string,
): readonly T[] {
  const dayOf = (record: T): string => {
    for (const day of days) if (typeof record[day] === 'string') return record[day];
    return '';
  };
  return [...records].sort((a, b) => (dayOf(a) === dayOf(b) ? (nameOf(a) < nameOf(b) ? -1 : 1) : dayOf(a) < dayOf(b) ? 1 : -1));
}
