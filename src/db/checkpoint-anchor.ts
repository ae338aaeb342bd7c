import type { CheckpointAnchor } from '../app/ledger-ports';
import type { Checkpoint } from '../core/ledger/signed-note';
import type { DatabaseLocation } from './data-source-options';
import { changedBy, type Database, type Script } from './database';
import { insertIgnoreSql } from './dialect';
import { nowMs } from './ledger-append';
import { openDatabase } from './open-database';

/** The one table of an anchor, which is no database of the gateway and has no migrations. */
const TABLE = `CREATE TABLE IF NOT EXISTS checkpoint_anchor
  (ledger_id SMALLINT NOT NULL PRIMARY KEY, origin VARCHAR(200) NOT NULL, size BIGINT NOT NULL, root VARBINARY(32) NOT NULL, kept_at_ms BIGINT NOT NULL)`;

export type OpenAnchor = CheckpointAnchor & { readonly close: () => Promise<void> };

/**
 * Keeps the newest checkpoint of one ledger in a database of its own, which must be restored from no backup that the
 * gateway's is restored from: another disk, another server (ledger.md, section 7).
 *
 * @throws Error where a ledger lies in it, by whichever name it was reached.
 */
export async function openCheckpointAnchor(location: DatabaseLocation, ledgerId: number): Promise<OpenAnchor> {
  const { database, writer, close } = openDatabase(location);
  try {
    if (await holdsLedger(database))
      throw new Error('LEDGER_ANCHOR_URL names a database of the gateway: what is restored with it proves nothing.');
    await writer.write(function* (): Script<void> {
      yield { sql: TABLE, params: [] };
    });
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    kept: async () => {
      const [row] = await database.read('SELECT origin, size, root FROM checkpoint_anchor WHERE ledger_id = ?', [ledgerId]);
      return row ? { origin: row['origin'] as string, size: Number(row['size']), root: row['root'] as Buffer } : null;
    },
    replace: (before, next) => writer.write(() => replace(before, next)),
    close,
  };

  function* replace(before: Checkpoint | null, { origin, size, root }: Checkpoint): Script<boolean> {
    const keptAtMs = yield* nowMs(writer.now());
    const changed = before
      ? yield* changedBy(
          'UPDATE checkpoint_anchor SET size = ?, root = ?, kept_at_ms = ? WHERE ledger_id = ? AND origin = ? AND size = ? AND root = ?',
          [size, root, keptAtMs, ledgerId, origin, before.size, before.root],
        )
      : yield* changedBy(
          insertIgnoreSql(writer.dialect, 'checkpoint_anchor', ['ledger_id', 'origin', 'size', 'root', 'kept_at_ms'], 1),
          [ledgerId, origin, size, root, keptAtMs],
        );
    return changed === 1;
  }
}

async function holdsLedger({ dialect, read }: Database): Promise<boolean> {
  const tables =
    dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'ledger_sequence'"
      : "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'ledger_sequence'";
  return (await read(tables, [])).length > 0;
}
