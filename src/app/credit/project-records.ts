import {
  daysOf,
  fromStoredMonth,
  type MonthIndex,
  toEpochDay,
  toLocalDate,
  toStoredMonth,
  toYearMonth,
} from '../../core/credit/calendar';
import { isAdverseEvent, type Product } from '../../core/credit/codes';
import type { FieldEntry } from '../../core/credit/field-catalogue';
import type { BorrowerKey, RecordRow } from '../ports';
import { disputesOfAccount } from './project-disputes';
import { type AccountLoans, type AccountReads, type ProjectTools, projectLoans } from './project-loans';
import { accountOf, held, type Projected, projectedOf, rowsByAccount } from './projected-fields';
import { type MonthSpan, originIn, type ReleasedGroup } from './record-groups';
import {
  type ReleasedAccount,
  type ReleasedMonth,
  type ReleasedRecord,
  type TalliedOrigin,
  withProvenance,
} from './released-report';

const NOWHERE: readonly TalliedOrigin[] = [];

/** The borrower's identity: of each released field the newest value furnished by a platform that may show it. */
export function projectIdentity(rows: readonly RecordRow[], groups: readonly ReleasedGroup[], key: BorrowerKey): ReleasedRecord {
  const values: Record<string, unknown> = {};
  const origins = new Map<FieldEntry, readonly TalliedOrigin[]>();
  for (const row of [...rows].sort(newestFirst)) {
    const group = held(groups[row.group], 'its group');
    for (const { entry, name, columns } of projectedOf(group, 'customer', 0)) {
      const column = columns[0] ?? '';
      const sealed = row.values[column] as Buffer | null | undefined;
      if (!sealed || origins.has(entry)) continue;
      const text = key.open(
        { table: 'customer', column, row: `${group.platformId}/${held(row.key.customerId, 'its customer')}` },
        sealed,
      );
      values[name] = name === 'birthYear' ? Number(text) : text;
      origins.set(entry, [originIn(group, null)]);
    }
  }
  return withProvenance(values, (entry) => origins.get(entry) ?? NOWHERE);
}

/** Of equal days in the order of platforms and customers, so that a question asked again finds the same values. */
function newestFirst(a: RecordRow, b: RecordRow): number {
  const [before, after] = [held(a.key.asOf, 'its day'), held(b.key.asOf, 'its day')];
  if (before !== after) return before < after ? 1 : -1;
  return a.group - b.group || (held(a.key.customerId, 'its customer') < held(b.key.customerId, 'its customer') ? -1 : 1);
}

/** The rows of one operation about accounts and what lies in them, each numbered by its group. */
export interface AccountRows {
  readonly accounts: readonly RecordRow[];
  readonly months: readonly RecordRow[];
  readonly loans: readonly RecordRow[];
  readonly repayments: readonly RecordRow[];
  readonly disputes: readonly RecordRow[];
}

/** Accounts with their months, loans and disputes; values stand under the names of the public schema, absent ones are left out. */
export function projectAccounts(
  rows: AccountRows,
  groups: readonly ReleasedGroup[],
  reads: AccountReads,
  tools: ProjectTools & { readonly monthsBack: number; readonly product: Product | null },
): readonly ReleasedAccount[] {
  const { keys, recipientId, purpose, monthsBack, catalogue } = tools;
  const [months, disputes] = [rowsByAccount(rows.months), rowsByAccount(rows.disputes)];
  const loans = projectLoans(rows.loans, rows.repayments, groups, reads, tools);
  const product = catalogue.find('CreditAccount.product');
  const found: ReleasedAccount[] = [];
  for (const row of rows.accounts) {
    const group = held(groups[row.group], 'its group');
    const [accountId, currency] = [held(row.key.accountId, 'its account'), held(row.key.currency, 'its currency')];
    const knownProduct = product && group.cells.has(product) ? group.product : null;
    if (tools.product !== null && tools.product !== knownProduct) continue;
    const origins = [originIn(group, null)];
    const id = accountOf(row);
    const own: Record<string, unknown> = {};
    for (const field of projectedOf(group, 'account', monthsBack)) own[field.name] = accountValue(field, row, group, reads);
    const shownMonths = projectMonths(months.get(id) ?? [], group, projectedOf(group, 'month', monthsBack));
    const { listed, ...below } = loans.get(id) ?? NO_LOANS;
    const items = { accountId, account: withProvenance(own, () => origins), months: shownMonths, ...below };
    const account = {
      accountRef: keys.pairwiseRef(recipientId, purpose, accountId),
      currency,
      reportedOn: toLocalDate(group.asOf),
      asOf: group.asOf,
      knownProduct,
      months: [...shownMonths.values()],
      loans: listed.length > 0 ? listed : null,
      items,
      disputes: disputesOfAccount(disputes.get(id) ?? [], { items }, catalogue),
      ...own,
    };
    found.push(withProvenance(account, () => origins));
  }
  return found.sort((a, b) => (a.accountRef < b.accountRef ? -1 : 1));
}
const NO_LOANS: AccountLoans = { listed: [], loans: new Map(), repayments: new Map() };

interface StoredEvent {
  readonly type: string;
  readonly occurredOn: string;
  readonly amountMinor?: number | null;
}

/**
 * List-valued columns hold JSON; an event belongs to the days it occurred in, and an adverse one is gone once its time is
 * over. An empty list is no value.
 */
function accountValue(field: Projected, row: RecordRow, group: ReleasedGroup, { accounts }: AccountReads): unknown {
  const stored = row.values[field.columns[0] ?? ''] ?? null;
  if (!field.entry.container || stored === null) return stored;
  const items = JSON.parse(stored as string) as readonly unknown[];
  if (field.name !== 'specialEvents') return items.length > 0 ? items : null;
  const days = group.cells.get(field.entry)?.days ?? [];
  const retentionEndedOn = accounts[row.group]?.retentionEndedOn ?? '';
  const shown = (items as readonly StoredEvent[]).filter(({ type, occurredOn }) => {
    const day = toEpochDay(occurredOn);
    if (isAdverseEvent(type) && occurredOn <= retentionEndedOn) return false;
    return days.some(({ from, until }) => from <= day && day < until);
  });
  return shown.length > 0 ? shown.map(({ amountMinor, ...event }) => ({ ...event, amount: amountMinor })) : null;
}

/** By month as stored, the newest first. */
function projectMonths(
  rows: readonly RecordRow[],
  group: ReleasedGroup,
  fields: readonly Projected[],
): ReadonlyMap<number, ReleasedMonth> {
  const byMonth = new Map<MonthIndex, RecordRow>();
  for (const row of rows) byMonth.set(fromStoredMonth(held(row.key.month, 'its month')), row);
  const shown = new Map<number, ReleasedMonth>();
  for (const month of [...byMonth.keys()].sort((a, b) => b - a)) {
    const origins = [originIn(group, daysOf(month))];
    const values: Record<string, unknown> & { month: string } = { month: toYearMonth(month) };
    for (const field of fields) if (isIn(field.spans, month)) values[field.name] = monthValue(field, month, byMonth, group);
    shown.set(
      toStoredMonth(month),
      withProvenance(values, () => origins),
    );
  }
  return shown;
}

function isIn(spans: readonly MonthSpan[], month: MonthIndex): boolean {
  for (const { first, last } of spans) if (first <= month && month <= last) return true;
  return false;
}

function monthValue(
  { entry, columns }: Projected,
  month: MonthIndex,
  rows: ReadonlyMap<MonthIndex, RecordRow>,
  group: ReleasedGroup,
): unknown {
  const column = columns[0] ?? '';
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
