import { LedgerFault } from './ledger-fault';
import { hashesOf, type LedgerReader, rootOfComplete, TILE_WIDTH, tilePath } from './tiles';

/** Compares every tile above the leaves, which proofs rest on, with what lies below it. */
export interface UpperTiles {
  /** The root of each full tile of leaves, in order. */
  add(root: Buffer): Promise<void>;
  /** When all were added. @throws LedgerFault: the first that was found. */
  end(): Promise<void>;
}

/** Keeps one row for each level, never all roots. A fault waits for the end, because one of an entry says more. */
export function createUpperTiles(reader: Pick<LedgerReader, 'tile'>): UpperTiles {
  const rows: { hashes: Buffer[]; index: number }[] = [];
  let first: LedgerFault | null = null;

  async function compare(level: number): Promise<void> {
    const { hashes, index } = rowAt(level);
    const place = { level, index, width: hashes.length };
    const stored = hashesOf(await reader.tile(level, index, place.width), place);
    const wrong = hashes.findIndex((hash, at) => stored[at]?.equals(hash) !== true);
    if (wrong >= 0) throw new LedgerFault(null, `Hash ${String(wrong)} of ${tilePath(place)} is not that of what lies below it`);
  }
  const keepFault = (cause: unknown): void => {
    if (!(cause instanceof LedgerFault)) throw cause;
    first ??= cause;
  };
  const rowAt = (level: number) => (rows[level - 1] ??= { hashes: [], index: 0 });

  return {
    add: async (root) => {
      let hash = root;
      for (let level = 1; ; level += 1) {
        const row = rowAt(level);
        if (row.hashes.push(hash) < TILE_WIDTH) return;
        await compare(level).catch(keepFault);
        hash = rootOfComplete(row.hashes);
        rows[level - 1] = { hashes: [], index: row.index + 1 };
      }
    },
    end: async () => {
      for (const [at, { hashes }] of rows.entries()) if (hashes.length > 0) await compare(at + 1).catch(keepFault);
      if (first) throw first;
    },
  };
}
