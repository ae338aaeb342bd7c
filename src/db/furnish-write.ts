import type { BorrowerKey, Keys } from '../app/ports';
import { monthOf, toEpochDay, toStoredMonth } from '../core/credit/calendar';
import { GatewayError } from '../core/errors';
import { deliverRequests } from './consent-request-store';
import { rowsOf, type Script, type SqlValue } from './database';
import { type Dialect, forUpdate, insertIgnoreSql, insertSql, upsertSql } from './dialect';
import { type Change, supersedes } from './furnish-evaluate';
import {
  customerPlace,
  documentLookup,
  hex,
  inList,
  type Plan,
  type PlannedAccount,
  type PlannedBorrower,
  type PlannedMonth,
  toLookupMap,
} from './furnish-plan';
import { chunks, OutdatedPlan, type World } from './furnish-world';
import { documentOf, RECORD_COLUMNS, toRevisionText } from './record-columns';

/** Placeholders of one statement; SQLite takes up to 32,766. */
const PARAMS_MAX = 6_000;

export interface WriteContext {
  readonly dialect: Dialect;
  readonly keys: Keys;
  readonly plan: Plan;
  readonly world: World;
  readonly atMs: number;
}

/** Stores the changes with the superseded revisions, and whatever must stand beside them. */
export function* writeChanges(context: WriteContext, changes: readonly Change[]): Script<void> {
  const borrowers = changes.filter((change): change is Change<PlannedBorrower> => change.planned.entity === 'borrower');
  yield* writeBorrowers(context, borrowers);
  yield* writeRevisions(context, changes.filter(supersedes));
  yield* writeRecords(context, changes);
  const joining = borrowers.filter(isJoining(context)).map(({ borrowerRef }) => borrowerRef);
  for (const some of chunks(joining, PARAMS_MAX)) yield* deliverRequests(context.plan.platformId, some, context.atMs);
  yield* dropLookups(context, borrowers);
}

/** A customer who is new to the platform, and whom another platform had furnished. */
function isJoining({ plan }: WriteContext): (change: Change<PlannedBorrower>) => boolean {
  return ({ borrowerRef, previous }) => !previous && !plan.wrappedKeys.has(hex(borrowerRef));
}

/** Raises the month of the newest as-of date that the platform furnished. */
export function* raiseProgress(dialect: Dialect, platformId: string, asOfDates: readonly string[]): Script<void> {
  if (asOfDates.length === 0) return;
  const newest = asOfDates.reduce((a, b) => (a > b ? a : b));
  const month = toStoredMonth(monthOf(toEpochDay(newest)));
  const [row] = yield* rowsOf(`SELECT newest_month FROM platform_progress WHERE platform_id = ?${forUpdate(dialect)}`, [
    platformId,
  ]);
  if (row && Number(row['newest_month']) >= month) return;
  yield { sql: upsertSql(dialect, 'platform_progress', ['platform_id'], ['newest_month'], 1), params: [platformId, month] };
}

function* writeBorrowers(
  { dialect, plan, world, atMs }: WriteContext,
  changes: readonly Change<PlannedBorrower>[],
): Script<void> {
  const fresh = new Map<string, Buffer>();
  const lookups = new Map<string, Buffer>();
  for (const { planned, borrowerRef } of changes) {
    if (plan.wrappedKeys.has(hex(borrowerRef))) fresh.set(hex(borrowerRef), borrowerRef);
    for (const lookup of [planned.lookup, planned.documentLookup])
      if (lookup && world.borrowers.get(hex(lookup))?.equals(borrowerRef)) lookups.set(hex(lookup), lookup);
  }
  const keyRows = [...fresh.values()].map((ref): SqlValue[] => [ref, plan.wrappedKeys.get(hex(ref)) ?? null, atMs]);
  yield* insertRows((rows) => insertSql('borrower_key', ['borrower_ref', 'wrapped_key', 'created_at_ms'], rows), keyRows);
  const ordered = [...lookups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lookup]) => lookup);
  const lookupRows = ordered.map((lookup): SqlValue[] => [lookup, world.borrowers.get(hex(lookup)) ?? null]);
  yield* insertRows((rows) => insertIgnoreSql(dialect, 'identity_lookup', ['lookup', 'borrower_ref'], rows), lookupRows);
  if (ordered.length === 0) return;
  const stored = toLookupMap(
    yield* rowsOf(`SELECT lookup, borrower_ref FROM identity_lookup WHERE ${inList('lookup', ordered)}`, ordered),
  );
  for (const key of lookups.keys())
    if (!stored.get(key)?.equals(world.borrowers.get(key) ?? Buffer.alloc(0))) throw new OutdatedPlan();
}

function* writeRecords({ dialect, plan }: WriteContext, changes: readonly Change[]): Script<void> {
  const { platformId } = plan;
  const customers: SqlValue[][] = [];
  const directory: SqlValue[][] = [];
  const accounts: SqlValue[][] = [];
  const months: SqlValue[][] = [];
  for (const change of changes) {
    const { planned, borrowerRef, revision, previous } = change;
    const own = planned.entity === 'borrower' ? planned.sealed : [...planned.content, ...change.rungs];
    const values = [...own, planned.record.asOf, revision];
    if (planned.entity === 'borrower') customers.push([borrowerRef, platformId, planned.customerId, ...values]);
    else if (planned.entity === 'monthlySummary') months.push([borrowerRef, planned.accountId, planned.month, ...values]);
    else {
      accounts.push([borrowerRef, planned.accountId, platformId, planned.accountNo, ...values]);
      if (!previous) directory.push([platformId, planned.accountNo, borrowerRef]);
    }
  }
  const tail = ['as_of', 'revision'];
  const upsert = (table: string, keys: string[], columns: readonly string[]) => (rows: number) =>
    upsertSql(dialect, table, keys, [...columns, ...tail], rows);
  yield* insertRows(upsert('customer', ['borrower_ref', 'platform_id', 'customer_id'], RECORD_COLUMNS.borrower), customers);
  yield* insertRows((rows) => insertSql('account_directory', ['platform_id', 'account_no', 'borrower_ref'], rows), directory);
  const accountColumns = ['platform_id', 'account_no', ...RECORD_COLUMNS.account];
  yield* insertRows(upsert('credit_account', ['borrower_ref', 'account_id'], accountColumns), accounts);
  yield* insertRows(upsert('monthly_summary', ['borrower_ref', 'account_id', 'month'], RECORD_COLUMNS.monthlySummary), months);
}

/** Superseded records, sealed by the borrower's key whatever their columns are: they serve corrections, not reports. */
function* writeRevisions({ keys, plan, atMs }: WriteContext, changes: readonly Change[]): Script<void> {
  if (changes.length === 0) return;
  const borrowerKeys = yield* keysOf(keys, plan, changes);
  const rows = changes.map(({ planned, borrowerRef, previous, revision }): SqlValue[] => {
    const key = borrowerKeys.get(hex(borrowerRef));
    if (!key || !previous) throw new GatewayError('SERVICE_ERROR', 'The data key of a stored borrower is missing.');
    const recordKey = recordKeyOf(plan.platformId, planned);
    const row = `${planned.entity}/${recordKey}/${revision - 1}`;
    const content = key.seal(
      { table: 'record_revision', column: 'content', row },
      toRevisionText(planned.entity, previous.asOf, previous.content),
    );
    return [borrowerRef, planned.entity, recordKey, revision - 1, previous.asOf, atMs, content];
  });
  const columns = ['borrower_ref', 'entity', 'record_key', 'revision', 'as_of', 'superseded_at_ms', 'content'];
  yield* insertRows((count) => insertSql('record_revision', columns, count), rows);
}

/** Names a record within its borrower, in the table of revisions. */
function recordKeyOf(platformId: string, planned: PlannedBorrower | PlannedAccount | PlannedMonth): string {
  if (planned.entity === 'borrower') return `${platformId}/${planned.customerId}`;
  return planned.entity === 'account' ? hex(planned.accountId) : `${hex(planned.accountId)}/${planned.month}`;
}

function* keysOf(keys: Keys, plan: Plan, changes: readonly Change[]): Script<ReadonlyMap<string, BorrowerKey>> {
  const found = new Map(plan.borrowerKeys);
  const missing = [...new Map(changes.map(({ borrowerRef }) => [hex(borrowerRef), borrowerRef])).values()].filter(
    (ref) => !found.has(hex(ref)),
  );
  if (missing.length === 0) return found;
  for (const row of yield* rowsOf(
    `SELECT borrower_ref, wrapped_key FROM borrower_key WHERE ${inList('borrower_ref', missing)}`,
    missing,
  )) {
    const ref = row['borrower_ref'] as Buffer;
    found.set(hex(ref), keys.borrowerKey(ref, row['wrapped_key'] as Buffer));
  }
  return found;
}

/** A corrected document is forgotten, unless another customer of the same borrower still carries it. */
function* dropLookups({ dialect, keys, plan }: WriteContext, changes: readonly Change<PlannedBorrower>[]): Script<void> {
  for (const { planned, borrowerRef, previous } of changes) {
    const old = previous && documentLookup(keys, ...documentOf(previous.content));
    const key = plan.borrowerKeys.get(hex(borrowerRef));
    if (!old || !key || (planned.documentLookup && old.equals(planned.documentLookup))) continue;
    yield* rowsOf(`SELECT lookup FROM identity_lookup WHERE lookup = ?${forUpdate(dialect)}`, [old]);
    const customers = yield* rowsOf(
      'SELECT platform_id, customer_id, id_type, id_number, full_name FROM customer WHERE borrower_ref = ?',
      [borrowerRef],
    );
    const carried = customers.some((row) => {
      const open = (column: string): string | null => {
        const sealed = row[column] as Buffer | null;
        return sealed && key.open(customerPlace(row['platform_id'] as string, row['customer_id'] as string, column), sealed);
      };
      return documentLookup(keys, open('id_type'), open('id_number'), open('full_name'))?.equals(old);
    });
    if (!carried) yield { sql: 'DELETE FROM identity_lookup WHERE lookup = ? AND borrower_ref = ?', params: [old, borrowerRef] };
  }
}

function* insertRows(sql: (rows: number) => string, rows: readonly SqlValue[][]): Script<void> {
  const size = Math.max(1, Math.floor(PARAMS_MAX / (rows[0]?.length ?? 1)));
  for (const some of chunks(rows, size)) yield { sql: sql(some.length), params: some.flat() };
}
