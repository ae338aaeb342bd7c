import { type EntryFacts, readFacts } from './entry-facts';
import { LedgerFault } from './ledger-fault';
import { leafHash } from './merkle-tree';
import { entriesOf, hashesOf, rootOfComplete, TILE_WIDTH } from './tiles';

/** A bundle of entries with the tile of their hashes, as they were read. */
export interface BundleTask {
  /** Of the ledger that the entries must be of. */
  readonly origin: string;
  readonly index: number;
  readonly width: number;
  readonly bundle: Uint8Array;
  readonly tile: Uint8Array;
}
/** What a bundle comes to by itself. It is plain data, so that another thread may send it. */
export interface CheckedBundle {
  /** Of the entries in front of the fault, or of all. */
  readonly facts: readonly EntryFacts[];
  /** Root of a full tile without a fault. */
  readonly root: Uint8Array | null;
  readonly fault: { readonly index: number | null; readonly reason: string } | null;
}

/**
 * All of a bundle that can be checked without what stands before it: that each entry hashes to its place in the tile, is in
 * the canonical form and says what its type must.
 */
export function checkBundle({ origin, index, width, bundle, tile }: BundleTask): CheckedBundle {
  const facts: EntryFacts[] = [];
  try {
    const leaves = hashesOf(toBuffer(tile), { level: 0, index, width });
    for (const body of entriesOf(toBuffer(bundle), { index, width })) {
      const position = index * TILE_WIDTH + facts.length;
      if (leaves[facts.length]?.equals(leafHash(body)) !== true)
        throw new LedgerFault(position, 'its hash is not the one in its tile');
      facts.push(readFacts(position, body, origin));
    }
    return { facts, root: width === TILE_WIDTH ? rootOfComplete(leaves) : null, fault: null };
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    return { facts, root: null, fault: { index: cause.index, reason: cause.reason } };
  }
}

/** The same bytes: what another thread sent has lost its type. */
export function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
