import type { Purpose } from '../../core/consent/purpose';
import { daysOf, fromStoredMonth, type MonthIndex, toEpochDay, toLocalDate, toYearMonth } from '../../core/credit/calendar';
import type { FieldEntry, RecordKind } from '../../core/credit/field-catalogue';
import type { BorrowerKey, Keys, RecordRow } from '../ports';
import { type MonthSpan, type ReleasedGroup, spansOf } from './record-groups';
import {
  fieldName,
  type ReleasedAccount,
  type ReleasedMonth,
  type ReleasedRecord,
  type TalliedOrigin,
  withProvenance,
} from './released-report';

const NOWHERE: readonly TalliedOrigin[] = [];

/** A field of a group with what projection needs of it, worked out once and not for each row. */
interface Projected {
  readonly entry: FieldEntry;
  readonly name: string;
  readonly column: string;
  readonly spans: readonly MonthSpan[];
}

const projections = new WeakMap<ReleasedGroup['cells'], Map<string, readonly Projected[]>>();

/** Worked out once for each shape of a release: its cells are the same map for every person. */
function projectedOf(group: ReleasedGroup, record: RecordKind, monthsBack: number): readonly Projected[] {
  const known = projections.get(group.cells) ?? new Map<string, readonly Projected[]>();
  projections.set(group.cells, known);
  const key = `${record} ${String(monthsBack)}`;
  const kept = known.get(key) ?? projectAfresh(group, record, monthsBack);
  known.set(key, kept);
  return kept;
}

function projectAfresh(group: ReleasedGroup, record: RecordKind, monthsBack: number): readonly Projected[] {
  return [...group.cells].flatMap(([entry, cell]) =>
    entry.source.kind === 'indicator' || entry.source.record !== record
      ? []
      : [{ entry, name: fieldName(entry), column: entry.source.column, spans: spansOf(cell.days, group.asOf, monthsBack) }],
  );
}

/** The borrower's identity: of each released field the newest value furnished by a platform that may show it. */
export function projectIdentity(rows: readonly RecordRow[], groups: readonly ReleasedGroup[], key: BorrowerKey): ReleasedRecord {
  const values: Record<string, unknown> = {};
  const origins = new Map<FieldEntry, readonly TalliedOrigin[]>();
  const newestFirst = [...rows].sort((a, b) => ((a.key.asOf ?? '') < (b.key.asOf ?? '') ? 1 : -1));
  for (const row of newestFirst) {
    const group = groups[row.group];
    if (!group) continue;
    for (const { entry, name, column } of projectedOf(group, 'customer', 0)) {
      const sealed = row.values[column] as Buffer | null | undefined;
      if (!sealed || origins.has(entry)) continue;
      const text = key.open({ table: 'customer', column, row: `${group.platformId}/${row.key.customerId ?? ''}` }, sealed);
      values[name] = name === 'birthYear' ? Number(text) : text;
      origins.set(entry, [{ platformId: group.platformId, product: null, days: null, tally: group.tally }]);
    }
  }
  return withProvenance(values, (entry) => origins.get(entry) ?? NOWHERE);
}

/** Accounts with their months; values stand under the names of the public schema, absent ones are left out. */
export function projectAccounts(
  accountRows: readonly RecordRow[],
  monthRows: readonly RecordRow[],
  groups: readonly ReleasedGroup[],
  { recipientId, purpose, monthsBack, keys }: { recipientId: string; purpose: Purpose; monthsBack: number; keys: Keys },
): readonly ReleasedAccount[] {
  const monthsByAccount = byAccount(monthRows);
  const fields = groups.map((group) => ({
    account: projectedOf(group, 'account', monthsBack),
    month: projectedOf(group, 'month', monthsBack),
  }));
  return accountRows
    .flatMap((row) => {
      const [group, projected] = [groups[row.group], fields[row.group]];
      const { accountId, currency } = row.key;
      if (!group || !projected || !accountId || currency === undefined) return [];
      const origins = [{ platformId: group.platformId, product: group.product, days: null, tally: group.tally }];
      const months = monthsByAccount.get(accountId.toString('hex')) ?? [];
      const values = {
        accountRef: keys.pairwiseRef(recipientId, purpose, accountId),
        currency,
        reportedOn: toLocalDate(group.asOf),
        asOf: group.asOf,
        knownProduct: [...group.cells.keys()].some(({ coordinate }) => coordinate === 'CreditAccount.product')
          ? group.product
          : null,
        months: projectMonths(months, group, projected.month),
        ...Object.fromEntries(projected.account.map((field) => [field.name, accountValue(field, row, group)])),
      };
      return [withProvenance(values, () => origins)];
    })
    .sort((a, b) => (a.accountRef < b.accountRef ? -1 : 1));
}

export function byAccount(rows: readonly RecordRow[]): ReadonlyMap<string, readonly RecordRow[]> {
  const found = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const id = row.key.accountId?.toString('hex') ?? '';
    const of = found.get(id);
    if (of) of.push(row);
    else found.set(id, [row]);
  }
  return found;
}

interface StoredEvent {
  readonly occurredOn: string;
  readonly amountMinor?: number | null;
}

/** List-valued columns hold JSON; an event belongs to the days it occurred in, and an empty list is no value. */
function accountValue({ entry, column }: Projected, row: RecordRow, group: ReleasedGroup): unknown {
  const stored = row.values[column] ?? null;
  if (!entry.container || stored === null) return stored;
  const items = JSON.parse(stored as string) as readonly unknown[];
  if (fieldName(entry) !== 'specialEvents') return items.length > 0 ? items : null;
  const days = group.cells.get(entry)?.days ?? [];
  const shown = (items as readonly StoredEvent[]).filter(({ occurredOn }) => {
    const day = toEpochDay(occurredOn);
    return days.some(({ from, until }) => from <= day && day < until);
  });
  return shown.length > 0 ? shown.map(({ amountMinor, ...event }) => ({ ...event, amount: amountMinor })) : null;
}

function projectMonths(rows: readonly RecordRow[], group: ReleasedGroup, fields: readonly Projected[]): readonly ReleasedMonth[] {
  const byMonth = new Map(rows.map((row) => [fromStoredMonth(row.key.month ?? 0), row]));
  return [...byMonth.keys()]
    .sort((a, b) => b - a)
    .map((month) => {
      const origins = [{ platformId: group.platformId, product: group.product, days: daysOf(month), tally: group.tally }];
      const values: Record<string, unknown> & { month: string } = { month: toYearMonth(month) };
      for (const field of fields) {
        const shown = field.spans.some(({ first, last }) => first <= month && month <= last);
        if (shown) values[field.name] = monthValue(field, month, byMonth, group);
      }
      return withProvenance(values, () => origins);
    });
}

function monthValue(
  { entry, column }: Projected,
  month: MonthIndex,
  rows: ReadonlyMap<MonthIndex, RecordRow>,
  group: ReleasedGroup,
): unknown {
  if (entry.source.kind !== 'rolling') return rows.get(month)?.values[column] ?? null;
  const oldest = month - entry.source.months + 1;
  const days = group.cells.get(entry)?.days ?? [];
  if (!days.some(({ from, until }) => from <= daysOf(oldest).from && daysOf(month).until <= until)) return null;
  let total = 0n;
  for (let one = oldest; one <= month; one += 1) {
    const value = rows.get(one)?.values[column] as number | null | undefined;
    if (value === null || value === undefined) return null;
    total += BigInt(value);
  }
  const count = BigInt(entry.source.months);
  return Number((2n * total + count) / (2n * count));
}
