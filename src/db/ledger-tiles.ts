import type { CheckpointKey, LedgerArchive, PublishedLedger } from '../app/ledger-ports';
import { unavailable } from '../core/errors';
import { verifierKeyOf } from '../core/ledger/signed-note';
import { encodeBundle, type LedgerReader, TILE_WIDTH } from '../core/ledger/tiles';
import { type Database, rowsOf, type Script } from './database';

/** What was published last, without the origin that it shares with the sequence. */
export type Published = Omit<PublishedLedger, 'origin'>;

/** What was published last of a ledger. */
export const publishedSql = 'SELECT size, root, note, published_at_ms FROM ledger_published WHERE ledger_id = ?';

export function toPublished(row: Readonly<Record<string, unknown>> | undefined): Published | null {
  return row === undefined
    ? null
    : {
        size: Number(row['size']),
        root: row['root'] as Buffer,
        note: (row['note'] as Buffer).toString('utf8'),
        publishedAtMs: Number(row['published_at_ms']),
      };
}

/** @throws GatewayError SERVICE_UNAVAILABLE as long as nothing was signed. */
async function readPublished(database: Database, ledgerId: number): Promise<Published> {
  const published = toPublished((await database.read(publishedSql, [ledgerId]))[0]);
  if (!published) throw unavailable('No checkpoint has been signed yet');
  return published;
}

/** @throws Error where no server has opened the ledger yet. */
export async function readOrigin(database: Database, ledgerId: number): Promise<string> {
  const [row] = await database.read('SELECT origin FROM ledger_sequence WHERE ledger_id = ?', [ledgerId]);
  if (!row) throw new Error('No ledger has been opened here; start the server once.');
  return row['origin'] as string;
}

/** Where hashes of a tile level are stored: leaves beside their entries, roots of complete subtrees by themselves. */
function tileStatement(ledgerId: number, level: number, index: number, width: number) {
  const first = index * TILE_WIDTH;
  const [table, column, which, at] =
    level === 0
      ? (['ledger_entry', 'leaf', '', []] as const)
      : (['ledger_node', 'hash', ' AND tile_level = ?', [level]] as const);
  return {
    sql: `SELECT ${column} AS hash FROM ${table} WHERE ledger_id = ?${which} AND idx BETWEEN ? AND ? ORDER BY idx`,
    params: [ledgerId, ...at, first, first + width - 1],
  };
}

/** The same reading as a step of a transaction. */
export function* tileIn(ledgerId: number, level: number, index: number, width: number): Script<Buffer> {
  const { sql, params } = tileStatement(ledgerId, level, index, width);
  return Buffer.concat((yield* rowsOf(sql, params)).map((row) => row['hash'] as Buffer));
}

/** The ledger as it was published last, under the key that signs it. */
export function openArchive(database: Database, ledgerId: number, origin: string, { publicKey }: CheckpointKey): LedgerArchive {
  return {
    reader: ledgerReader(database, ledgerId),
    verifierKey: verifierKeyOf({ name: origin, publicKey }),
    newest: async () => ({ ...(await readPublished(database, ledgerId)), origin }),
    entry: async (index) => {
      const [row] = await database.read('SELECT body FROM ledger_entry WHERE ledger_id = ? AND idx = ?', [ledgerId, index]);
      return (row?.['body'] as Buffer | undefined) ?? null;
    },
  };
}

/** The published ledger as it is stored: each tile is one read of a range of a primary key. */
export function ledgerReader(database: Database, ledgerId: number): LedgerReader {
  return {
    checkpoint: async () => (await readPublished(database, ledgerId)).note,
    tile: async (level, index, width) => {
      const { sql, params } = tileStatement(ledgerId, level, index, width);
      return Buffer.concat((await database.read(sql, params)).map((row) => row['hash'] as Buffer));
    },
    entries: async (index, width) => {
      const first = index * TILE_WIDTH;
      const rows = await database.read('SELECT body FROM ledger_entry WHERE ledger_id = ? AND idx BETWEEN ? AND ? ORDER BY idx', [
        ledgerId,
        first,
        first + width - 1,
      ]);
      return encodeBundle(rows.map((row) => row['body'] as Buffer));
    },
  };
}
