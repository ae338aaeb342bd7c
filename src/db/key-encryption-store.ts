import type { KeyEncryptionStore, Rewrapping } from '../app/key-ports';
import { GatewayError } from '../core/errors';
import { changedBy, type Database, rowsOf, type Script } from './database';
import { type Dialect, forUpdate, inList, insertIgnoreSql } from './dialect';

const PAGE_BORROWERS = 500;

/**
 * Which key-encryption keys are in use. A key must not be destroyed while anybody may still store a wrapping made with it, so
 * every transaction that stores one first learns that its version was not retired: a rotation by locking that version's row,
 * furnishing under the lock of its platform, which `retire` waits for.
 */
export function createKeyEncryptionStore(database: Database, { pageBorrowers = PAGE_BORROWERS } = {}): KeyEncryptionStore {
  const { dialect } = database;
  return {
    register: (version) =>
      database.write(function* () {
        yield* changedBy(insertIgnoreSql(dialect, 'key_encryption_key', ['version', 'walked'], 1), [version, 0]);
        const [row] = yield* rowsOf('SELECT walked FROM key_encryption_key WHERE version = ?', [version]);
        return { isWalked: row?.['walked'] === 1 };
      }),
    newestRegistered: async () => {
      const [row] = await database.read('SELECT MAX(version) AS version FROM key_encryption_key', []);
      return Number(row?.['version'] ?? 1);
    },
    page: async (after) => {
      const rows = await database.read(
        `SELECT borrower_ref, wrapped_key FROM borrower_key WHERE borrower_ref > ? ORDER BY borrower_ref LIMIT ${String(pageBorrowers)}`,
        [after ?? Buffer.alloc(0)],
      );
      return rows.map((row) => ({ borrowerRef: row['borrower_ref'] as Buffer, wrappedKey: row['wrapped_key'] as Buffer }));
    },
    rewrap: (version, wrappings) => database.write(() => rewrap(dialect, version, wrappings)),
    markWalked: (version, isWalked) =>
      database.write(() => changedBy('UPDATE key_encryption_key SET walked = ? WHERE version = ?', [isWalked ? 1 : 0, version])).then(() => undefined),
    retire: (version) => retire(database, version),
  };
} // prettier-ignore

/** @throws GatewayError CONFLICT if the version was retired; until the commit it cannot be. */
export function* holdVersion(dialect: Dialect, version: number): Script<void> {
  const [row] = yield* rowsOf(`SELECT retired_at_ms FROM key_encryption_key WHERE version = ?${forUpdate(dialect)}`, [version]);
  if (row && row['retired_at_ms'] === null) return;
  throw new GatewayError('CONFLICT', `Version ${String(version)} of the key-encryption key is retired; run the command again.`);
}

/** May nothing be wrapped any more with one of these versions? */
export function* isAnyRetired(versions: readonly number[]): Script<boolean> {
  const sql = `SELECT version FROM key_encryption_key WHERE ${inList('version', versions)} AND retired_at_ms IS NOT NULL`;
  return (yield* rowsOf(sql, versions)).length > 0;
}

function* rewrap(dialect: Dialect, version: number, wrappings: readonly Rewrapping[]): Script<number> {
  yield* holdVersion(dialect, version);
  let count = 0;
  for (const { borrowerRef, before, wrappedKey } of wrappings)
    count += yield* changedBy('UPDATE borrower_key SET wrapped_key = ? WHERE borrower_ref = ? AND wrapped_key = ?', [
      wrappedKey,
      borrowerRef,
      before,
    ]);
  return count;
}

/**
 * Whoever reads the mark later obeys it; whoever read before that there was none holds a lock that is waited for here: that of
 * the version's row, or of the platform that furnishes.
 */
async function retire(database: Database, version: number): Promise<void> {
  const { dialect } = database;
  await database.write(function* () {
    yield* changedBy(insertIgnoreSql(dialect, 'key_encryption_key', ['version', 'walked'], 1), [version, 0]);
    const now = database.now();
    yield* changedBy(
      `UPDATE key_encryption_key SET retired_at_ms = ${now.sql} WHERE version = ? AND retired_at_ms IS NULL`,
      [...now.params, version],
    );
  });
  const lock = `SELECT status FROM institution WHERE institution_id = ?${forUpdate(dialect)}`;
  for (const row of await database.read("SELECT institution_id FROM institution WHERE kind = 'PLATFORM'", []))
    await database.write(() => rowsOf(lock, [row['institution_id'] as string]));
} // prettier-ignore
