import type { DataKeyStep, DataKeyStore } from '../app/key-ports';
import type { BorrowerKey, Keys, SealedPlace } from '../app/ports';
import { GatewayError, unavailable } from '../core/errors';
import { changedBy, type Database, type Row, rowsOf, type Script } from './database';
import { forUpdate, inList, insertIgnoreSql } from './dialect';
import { customerPlace } from './furnish-plan';
import { revisionPlace } from './furnish-revisions';
import { holdVersion } from './key-encryption-store';
import { RECORD_COLUMNS } from './record-columns';

/** Of one transaction: borrowers at most, and superseded records at most (ledger.md, section 15: 1 MB). */
const PAGE_BORROWERS = 20;
const REVISIONS_MAX = 300;
const VERSION_MAX = 255;
/** In front of everybody. */
const NOBODY = Buffer.alloc(16);

/**
 * Replaces the keys that values are sealed with, in the order of the borrowers. A transaction holds the keys that it replaces,
 * which everybody who seals holds, too: what is sealed after it is sealed with the new one, and an old one goes with the
 * transaction that has seen that nothing under it is left.
 */
export function createDataKeyStore(database: Database, keys: Keys, { pageBorrowers = PAGE_BORROWERS, revisionsMax = REVISIONS_MAX } = {}): DataKeyStore {
  return {
    begin: () => database.write(() => begin(database)),
    step: (version) => {
      keys.refresh();
      return database.write(() => step({ database, keys, version, pageBorrowers, revisionsMax }));
    },
  };
} // prettier-ignore

/** Goes on with a run that is not complete, else begins the next. */
function* begin(database: Database): Script<number> {
  const { dialect } = database;
  const newest = 'SELECT version, completed_at_ms FROM data_key_rotation ORDER BY version DESC LIMIT 1';
  const [last] = yield* rowsOf(newest);
  if (last && last['completed_at_ms'] === null) return Number(last['version']);
  const version = Number(last?.['version'] ?? 1) + 1;
  if (version > VERSION_MAX) throw new GatewayError('CONFLICT', 'The last version of data keys is in use.');
  const now = database.now();
  const [row] = yield* rowsOf(`SELECT ${now.sql} AS now_ms`, now.params);
  const insert = insertIgnoreSql(dialect, 'data_key_rotation', ['version', 'started_at_ms'], 1);
  yield* changedBy(insert, [version, Number(row?.['now_ms'])]);
  return version;
}

interface StepContext {
  readonly database: Database;
  readonly keys: Keys;
  readonly version: number;
  readonly pageBorrowers: number;
  readonly revisionsMax: number;
}

function* step(context: StepContext): Script<DataKeyStep> {
  const { database, keys, version, pageBorrowers } = context;
  const lock = forUpdate(database.dialect);
  const [run] = yield* rowsOf(`SELECT cursor_ref, completed_at_ms FROM data_key_rotation WHERE version = ?${lock}`, [version]);
  if (!run) throw new Error('A rotation that was not begun');
  if (run['completed_at_ms'] !== null) return { after: null, values: 0 };
  const kek = keys.newestWrappingVersion();
  yield* changedBy(insertIgnoreSql(database.dialect, 'key_encryption_key', ['version', 'walked'], 1), [kek, 0]);
  yield* holdVersion(database.dialect, kek);
  const next = yield* rowsOf(
    `SELECT borrower_ref FROM borrower_key WHERE borrower_ref > ? ORDER BY borrower_ref LIMIT ${String(pageBorrowers)}`,
    [(run['cursor_ref'] as Buffer | null) ?? NOBODY],
  );
  const refs = next.map((row) => row['borrower_ref'] as Buffer);
  if (refs.length === 0) {
    const now = database.now();
    yield* changedBy(`UPDATE data_key_rotation SET completed_at_ms = ${now.sql} WHERE version = ?`, [...now.params, version]);
    return { after: null, values: 0 };
  }
  const held = yield* rowsOf(
    `SELECT borrower_ref, wrapped_key FROM borrower_key WHERE ${inList('borrower_ref', refs)} ORDER BY borrower_ref${lock}`,
    refs,
  );
  let after = (run['cursor_ref'] as Buffer | null) ?? NOBODY;
  let values = 0;
  let left = context.revisionsMax;
  for (const row of held) {
    const replaced = yield* replaceKey(context, row, kek, left);
    values += replaced.values;
    left -= replaced.revisions;
    if (!replaced.isWhole) break;
    after = row['borrower_ref'] as Buffer;
  }
  if (left > 0) after = refs.at(-1) ?? after; // who was erased since the page was read is behind, too
  yield* changedBy('UPDATE data_key_rotation SET cursor_ref = ? WHERE version = ?', [after, version]);
  return { after, values };
}

/** Of one borrower, as much as fits: with all of it done, the older keys are dropped. */
function* replaceKey(
  { keys, version }: StepContext,
  row: Row,
  kek: number,
  revisionsMax: number,
): Script<{ readonly isWhole: boolean; readonly values: number; readonly revisions: number }> {
  const [borrowerRef, before] = [row['borrower_ref'] as Buffer, row['wrapped_key'] as Buffer];
  const isNew = keys.borrowerKey(borrowerRef, before).sealVersion < version;
  const both = isNew ? keys.withNewDataKey(borrowerRef, before, version) : before;
  const key = keys.borrowerKey(borrowerRef, both);
  const customers = yield* resealCustomers(key, borrowerRef);
  const revisions = yield* resealRevisions(key, borrowerRef, revisionsMax);
  const isWhole = revisions < revisionsMax;
  const after = isWhole ? keys.withNewestDataKey(borrowerRef, both) : both;
  if (!after.equals(before)) {
    if (keys.wrappingVersion(after) !== kek) throw unavailable('A key-encryption key was added meanwhile; run the command again');
    yield* changedBy('UPDATE borrower_key SET wrapped_key = ? WHERE borrower_ref = ?', [after, borrowerRef]);
  }
  return { isWhole, values: customers + revisions, revisions };
}

function* resealCustomers(key: BorrowerKey, borrowerRef: Buffer): Script<number> {
  const columns = RECORD_COLUMNS.borrower;
  let values = 0;
  for (const row of yield* rowsOf(`SELECT platform_id, customer_id, ${columns.join(', ')} FROM customer WHERE borrower_ref = ?`, [borrowerRef])) {
    const [platformId, customerId] = [row['platform_id'] as string, row['customer_id'] as string];
    const resealed = columns.flatMap((column): [string, Buffer][] => {
      const sealed = row[column] as Buffer | null;
      return sealed && !key.isCurrent(sealed) ? [[column, resealedIn(key, customerPlace(platformId, customerId, column), sealed)]] : [];
    });
    if (resealed.length === 0) continue;
    values += resealed.length;
    yield* changedBy(
      `UPDATE customer SET ${resealed.map(([column]) => `${column} = ?`).join(', ')}
       WHERE borrower_ref = ? AND platform_id = ? AND customer_id = ?`,
      [...resealed.map(([, sealed]) => sealed), borrowerRef, platformId, customerId],
    );
  }
  return values;
} // prettier-ignore

/** @returns how many there were; fewer than the most there may be: no more are left. */
function* resealRevisions(key: BorrowerKey, borrowerRef: Buffer, max: number): Script<number> {
  const rows = yield* rowsOf(
    `SELECT entity, record_key, revision, content FROM record_revision
     WHERE borrower_ref = ? AND HEX(SUBSTR(content, 1, 1)) <> ? LIMIT ${String(max)}`,
    [borrowerRef, Buffer.of(key.sealVersion).toString('hex').toUpperCase()],
  );
  for (const row of rows) {
    const [entity, recordKey, revision] = [row['entity'] as string, row['record_key'] as string, Number(row['revision'])];
    const content = resealedIn(key, revisionPlace(entity, recordKey, revision), row['content'] as Buffer);
    yield* changedBy('UPDATE record_revision SET content = ? WHERE borrower_ref = ? AND entity = ? AND record_key = ? AND revision = ?', [
      content, borrowerRef, entity, recordKey, revision,
    ]);
  }
  return rows.length;
} // prettier-ignore

function resealedIn(key: BorrowerKey, place: SealedPlace, sealed: Buffer): Buffer {
  return key.seal(place, key.open(place, sealed));
}
