import type { Keys } from '../app/ports';
import { monthOf, toEpochDay, toStoredMonth } from '../core/credit/calendar';
import { deliverRequests } from './consent-request-store';
import { rowsOf, type Script, type SqlValue } from './database';
import { chunks, type Dialect, forUpdate, inList, insertIgnoreSql, insertSql, upsertSql } from './dialect';
import { type Change, supersedes } from './furnish-draft';
import type { HeldKeys } from './held-keys';
import { customerPlace, documentLookup, toLookupMap } from './furnish-plan';
import { OutdatedPlan, type World } from './furnish-world';
import { writeRecords } from './furnish-write-records';
import { insertRows } from './insert-rows';
import { supersededBy, writeRevisions } from './furnish-revisions';
import { hex, type Plan, type PlannedBorrower } from './planned-record';
import { documentOf } from './record-columns';
import { writeMonths } from './served-months';

/** Customers in one statement. */
const JOINING_MAX = 6_000;

export interface WriteContext {
  readonly dialect: Dialect;
  readonly keys: Keys;
  readonly plan: Plan;
  readonly world: World;
  readonly held: HeldKeys;
  readonly atMs: number;
}

/** Stores the changes with the superseded revisions, and whatever must stand beside them. */
export function* writeChanges(context: WriteContext, changes: readonly Change[]): Script<void> {
  const { platformId } = context.plan;
  const borrowers = changes.filter((change): change is Change<PlannedBorrower> => change.planned.entity === 'borrower');
  yield* writeBorrowers(context, borrowers);
  yield* writeRecords(context, changes);
  const moved = yield* writeMonths(context, changes);
  yield* writeRevisions(context, [...changes.filter(supersedes).map((change) => supersededBy(change, platformId)), ...moved]);
  const joining = borrowers.filter(isJoining(context)).map(({ borrowerRef }) => borrowerRef);
  for (const some of chunks(joining, JOINING_MAX)) yield* deliverRequests(platformId, some, context.atMs);
  yield* dropLookups(context, borrowers);
}

/** A customer who is new to the platform, and whom another platform had furnished. */
function isJoining({ plan }: WriteContext): (change: Change<PlannedBorrower>) => boolean {
  return ({ borrowerRef, previous }) => !previous && !plan.wrappedKeys.has(hex(borrowerRef));
}

/**
 * Raises the month of the newest as-of date that the platform furnished.
 *
 * @param newestMonth - As read under the platform's lock: YYYYMM, null for none.
 */
export function* raiseProgress(
  dialect: Dialect,
  platformId: string,
  newestMonth: number | null,
  asOfDates: readonly string[],
): Script<void> {
  if (asOfDates.length === 0) return;
  const newest = asOfDates.reduce((a, b) => (a > b ? a : b));
  const month = toStoredMonth(monthOf(toEpochDay(newest)));
  if (newestMonth !== null && newestMonth >= month) return;
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
  const added = yield* insertRows(
    (rows) => insertIgnoreSql(dialect, 'identity_lookup', ['lookup', 'borrower_ref'], rows),
    lookupRows,
  );
  if (added === ordered.length) return;
  const stored = toLookupMap(
    yield* rowsOf(`SELECT lookup, borrower_ref FROM identity_lookup WHERE ${inList('lookup', ordered)}`, ordered),
  );
  for (const key of lookups.keys())
    if (!stored.get(key)?.equals(world.borrowers.get(key) ?? Buffer.alloc(0))) throw new OutdatedPlan();
}

/** A corrected document is forgotten, unless another customer of the same borrower still carries it. */
function* dropLookups({ dialect, keys, held }: WriteContext, changes: readonly Change<PlannedBorrower>[]): Script<void> {
  for (const { planned, borrowerRef, previous } of changes) {
    const old = previous && documentLookup(keys, ...documentOf(previous.content));
    if (!old || (planned.documentLookup && old.equals(planned.documentLookup))) continue;
    const key = held.of(borrowerRef);
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
