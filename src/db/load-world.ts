import type { Keys } from '../app/ports';
import { GatewayError } from '../core/errors';
import { rowsOf, type Script } from './database';
import { type Dialect, forUpdate, inList } from './dialect';
import { customerPlace, toLookupMap } from './furnish-plan';
import type { StoredRecord, World } from './furnish-world';
import { type HeldKeys, holdKeys } from './held-keys';
import { loadCredit, toStoredRecord } from './load-credit';
import { hex, type Plan, type PlannedBorrower, plannedOf, type PlannedRecord } from './planned-record';
import { RECORD_COLUMNS } from './record-columns';

/** Serialises everything that one platform furnishes. @throws GatewayError FORBIDDEN if it is not active. */
export function* lockPlatform(dialect: Dialect, platformId: string): Script<void> {
  const [row] = yield* rowsOf(`SELECT status FROM institution WHERE institution_id = ?${forUpdate(dialect)}`, [platformId]);
  if (row?.['status'] !== 'ACTIVE') throw new GatewayError('FORBIDDEN', `The platform ${platformId} is not active.`);
}

/**
 * Reads it under the platform's lock, so that nothing but another platform's document lookups can move until the commit; with
 * the keys of all whose records it holds, so that none of these is erased meanwhile.
 *
 * @throws OutdatedPlan if a person of the plan was erased.
 */
export function* loadWorld(dialect: Dialect, keys: Keys, plan: Plan): Script<{ readonly world: World; readonly held: HeldKeys }> {
  const records = plan.lines.flat();
  const borrowers = yield* loadBorrowers(dialect, records);
  const credit = yield* loadCredit(plan.platformId, records);
  const owned = [credit.accounts, credit.loans, credit.remarks].flatMap((some) => [...some.values()]);
  const planned = plannedOf(records, 'borrower');
  const refs = [
    ...borrowers.values(),
    ...owned.map(({ borrowerRef }) => borrowerRef),
    ...planned.map(({ borrowerRef }) => borrowerRef),
  ];
  const fresh = new Map([...plan.borrowerKeys].filter(([ref]) => plan.wrappedKeys.has(ref)));
  const held = yield* holdKeys(dialect, keys, refs, fresh);
  const customers = yield* loadCustomers(plan, held, planned, borrowers);
  return { world: { borrowers, customers, ...credit }, held };
}

function* loadBorrowers(dialect: Dialect, records: readonly PlannedRecord[]): Script<Map<string, Buffer>> {
  const lookups = unique([
    ...plannedOf(records, 'borrower').flatMap(({ lookup, documentLookup }) => (documentLookup ? [lookup, documentLookup] : [lookup])),
    ...plannedOf(records, 'account', 'inquiry', 'dispute', 'statement').map(({ customerLookup }) => customerLookup),
    ...plannedOf(records, 'dispute', 'statement').flatMap(({ target }) => (target?.entity === 'borrower' ? [target.lookup] : [])),
  ]); // prettier-ignore
  if (lookups.length === 0) return new Map();
  const sql = `SELECT lookup, borrower_ref FROM identity_lookup WHERE ${inList('lookup', lookups)}${forUpdate(dialect)}`;
  return toLookupMap(yield* rowsOf(sql, lookups));
}

function* loadCustomers(
  { platformId }: Plan,
  held: HeldKeys,
  borrowers: readonly PlannedBorrower[],
  known: ReadonlyMap<string, Buffer>,
): Script<Map<string, StoredRecord>> {
  const wanted = new Set(borrowers.map(({ customerId }) => customerId));
  const refs = unique(borrowers.flatMap(({ lookup }) => known.get(hex(lookup)) ?? []));
  if (refs.length === 0) return new Map();
  const rows = yield* rowsOf(`SELECT * FROM customer WHERE ${inList('borrower_ref', refs)} AND platform_id = ?`, [
    ...refs,
    platformId,
  ]);
  const stored = new Map<string, StoredRecord>();
  for (const row of rows) {
    const customerId = row['customer_id'] as string;
    if (!wanted.has(customerId)) continue;
    const key = held.of(row['borrower_ref'] as Buffer);
    const open = (column: string): string | null => {
      const sealed = row[column] as Buffer | null;
      return sealed && key.open(customerPlace(platformId, customerId, column), sealed);
    };
    const opened = Object.fromEntries(RECORD_COLUMNS.borrower.map((column) => [column, open(column)]));
    stored.set(customerId, toStoredRecord('borrower', { ...row, ...opened }));
  }
  return stored;
}

function unique(values: readonly Buffer[]): Buffer[] {
  return [...new Map(values.map((value) => [hex(value), value])).values()];
}
