import type { ErasureEntry, ErasureOutcome } from '../app/consent-ports';
import type { BorrowerKey, Keys } from '../app/ports';
import { appendOne, beginTurn, raiseConsentSet, type TransitionParts } from './consent-transition';
import { changedBy, type Database, type Row, rowsOf, type Script } from './database';
import { forUpdate, inList, insertSql } from './dialect';
import { eraseRecords } from './erase-records';
import { customerPlace, documentLookup } from './furnish-plan';

/**
 * Destroys a person's key, and in the same transaction all that leads to the person. It holds the ledger, so that no consent
 * changes and nothing is disclosed meanwhile, and the key, so that nothing is furnished; whatever was decided or planned before
 * then finds another consent set, or no key.
 */
export function* destroyKey(
  parts: TransitionParts & { readonly keys: Keys },
  borrowerRef: Buffer,
  entry: ErasureEntry,
): Script<ErasureOutcome> {
  const { writer, keys } = parts;
  const lock = forUpdate(writer.dialect);
  const readKey = `SELECT wrapped_key FROM borrower_key WHERE borrower_ref = ?`;
  const [seen] = yield* rowsOf(readKey, [borrowerRef]);
  if (!seen) return 'gone';
  const key = keys.borrowerKey(borrowerRef, seen['wrapped_key'] as Buffer);
  // furnishing locks look-ups before keys, and so does this; what a batch in front changed is in the second reading
  yield* lockLookups(lock, lookupsOf(keys, key, yield* readCustomers(borrowerRef)));
  const [held] = yield* rowsOf(readKey + lock, [borrowerRef]);
  if (!held) return 'gone';
  const { sequence, atMs } = yield* beginTurn(parts); // after the others, for a batch may hold these up, and nobody shall wait for it
  if (yield* isAnyLive(borrowerRef, atMs)) return 'consents';
  const customers = yield* readCustomers(borrowerRef);
  const lookups = lookupsOf(keys, keys.borrowerKey(borrowerRef, held['wrapped_key'] as Buffer), customers);
  yield* changedBy(`DELETE FROM identity_lookup WHERE borrower_ref = ? AND ${inList('lookup', lookups)}`, [borrowerRef, ...lookups]);
  yield* raiseConsentSet(writer.dialect, borrowerRef);
  yield* changedBy("UPDATE arrangement SET customer_id = '', status_note = NULL WHERE borrower_ref = ?", [borrowerRef]);
  yield* releaseRequests(keys, borrowerRef, [...new Set(customers.map((row) => row['platform_id'] as string))], atMs);
  yield* changedBy(insertSql('borrower_erasure', ['borrower_ref', 'erased_at_ms'], 1), [borrowerRef, atMs]);
  yield* changedBy('DELETE FROM borrower_key WHERE borrower_ref = ?', [borrowerRef]);
  yield* appendOne(sequence, atMs, { ...entry, type: 'K', action: 'borrower-erased' });
  return 'destroyed';
} // prettier-ignore

/** Removes the records of everybody whose key was destroyed. @returns how many people and records that were. */
export async function finishErasures(database: Database): Promise<{ readonly people: number; readonly records: number }> {
  const pending = await database.read('SELECT borrower_ref FROM borrower_erasure ORDER BY borrower_ref', []);
  let records = 0;
  for (const row of pending) {
    const borrowerRef = row['borrower_ref'] as Buffer;
    records += await eraseRecords(database, borrowerRef);
    await database.write(() => changedBy('DELETE FROM borrower_erasure WHERE borrower_ref = ?', [borrowerRef]));
  }
  return { people: pending.length, records };
}

function* readCustomers(borrowerRef: Buffer): Script<readonly Row[]> {
  return yield* rowsOf('SELECT platform_id, customer_id, id_type, id_number, full_name FROM customer WHERE borrower_ref = ?', [
    borrowerRef,
  ]);
}

/** Every look-up that can lead to the person: their id at each platform and each document that they carry, in the order of their bytes. */
function lookupsOf(keys: Keys, key: BorrowerKey, customers: readonly Row[]): readonly Buffer[] {
  const lookups = customers.flatMap((row) => {
    const [platformId, customerId] = [row['platform_id'] as string, row['customer_id'] as string];
    const open = (column: string): string | null => {
      const sealed = row[column] as Buffer | null;
      return sealed && key.open(customerPlace(platformId, customerId, column), sealed);
    };
    const document = documentLookup(keys, open('id_type'), open('id_number'), open('full_name'));
    return [keys.lookupOf({ idType: 'PLATFORM_CUSTOMER_ID', platformId, customerId }), ...(document ? [document] : [])];
  });
  return lookups.sort((a, b) => a.compare(b));
}

function* lockLookups(lock: string, lookups: readonly Buffer[]): Script<void> {
  yield* rowsOf(`SELECT lookup FROM identity_lookup WHERE ${inList('lookup', lookups)} ORDER BY lookup${lock}`, lookups);
}

/** Was a consent granted since the last one was ended? */
function* isAnyLive(borrowerRef: Buffer, atMs: number): Script<boolean> {
  const live = yield* rowsOf(
    `SELECT 1 AS one FROM arrangement AS a
     JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
     LEFT JOIN consent_use AS u ON u.borrower_ref = a.borrower_ref AND u.arrangement_id = a.arrangement_id
     WHERE a.borrower_ref = ? AND a.status <> 'REVOKED' AND u.once_used_at_ms IS NULL AND c.expires_at_ms > ? LIMIT 1`,
    [borrowerRef, atMs],
  );
  return live.length > 0;
}

/**
 * To its recipient an open question stays open: it becomes one to a person who is not known. No platform has it any more, and
 * the ended ones lead to nobody.
 */
function* releaseRequests(keys: Keys, borrowerRef: Buffer, platformIds: readonly string[], atMs: number): Script<void> {
  const requests = yield* rowsOf('SELECT consent_request_id, created_at_ms FROM consent_request WHERE borrower_ref = ?', [borrowerRef]);
  for (const { consent_request_id: id, created_at_ms: createdAtMs } of requests)
    yield* changedBy(
      `DELETE FROM consent_request_inbox WHERE created_at_ms = ? AND consent_request_id = ? AND ${inList('platform_id', platformIds)}`,
      [Number(createdAtMs), id as Buffer, ...platformIds],
    );
  yield* changedBy('UPDATE consent_request SET status_note = NULL WHERE borrower_ref = ?', [borrowerRef]);
  const open = yield* rowsOf(
    `SELECT s.recipient_id, s.purpose, s.lookup, q.consent_request_id FROM consent_request_slot AS s
     JOIN consent_request AS q ON q.borrower_ref = s.borrower_ref AND q.consent_request_id = s.consent_request_id
     WHERE s.borrower_ref = ? AND q.status IN ('PENDING', 'REJECTED') AND q.lapses_at_ms > ?`,
    [borrowerRef, atMs],
  );
  for (const row of open) {
    const absent = keys.absentRef(row['lookup'] as Buffer);
    yield* changedBy(
      `UPDATE consent_request SET borrower_ref = ?, status = 'PENDING', decided_at_ms = NULL, decided_role = NULL, decided_party = NULL
       WHERE borrower_ref = ? AND consent_request_id = ?`,
      [absent, borrowerRef, row['consent_request_id'] as Buffer],
    );
    yield* changedBy('UPDATE consent_request_slot SET borrower_ref = ? WHERE recipient_id = ? AND purpose = ? AND lookup = ?', [
      absent, row['recipient_id'] as string, row['purpose'] as string, row['lookup'] as Buffer,
    ]);
  }
  yield* changedBy('DELETE FROM consent_request_slot WHERE borrower_ref = ?', [borrowerRef]);
} // prettier-ignore
