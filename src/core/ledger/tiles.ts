import { LedgerFault } from './ledger-fault';
import { nodeHash } from './merkle-tree';

/** Hashes in a full tile, and entries in a full bundle (C2SP tlog-tiles): a tile spans eight levels of the tree. */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;
const LENGTH_BYTES = 2;
const LEVEL_MAX = 5; // 256 to the sixth is more entries than a size can state

/** Where the bytes of a published ledger are: a folder, an HTTP address, or the database itself. */
export interface LedgerReader {
  /** The signed note. */
  checkpoint(): Promise<string>;
  /** `width` hashes of 32 bytes: roots of 256^level leaves each, from the `index` × 256th on. */
  tile(level: number, index: number, width: number): Promise<Buffer>;
  /** `width` entries from the `index` × 256th on, each after its length in two bytes. */
  entries(index: number, width: number): Promise<Buffer>;
}

/** A tile, or with level null a bundle of entries. */
export interface TilePlace {
  readonly level: number | null;
  readonly index: number;
  readonly width: number;
}

/** `tile/<level>/<index>` with `.p/<width>` where it is partial; the index in groups of three digits, all but the last with an x. */
export function tilePath({ level, index, width }: TilePlace): string {
  const groups = [String(index % 1_000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(`x${String(rest % 1_000).padStart(3, '0')}`);
  const partial = width < TILE_WIDTH ? `.p/${String(width)}` : '';
  return `tile/${level === null ? 'entries' : String(level)}/${groups.join('/')}${partial}`;
}

/** The place of a path, which must be spelled as `tilePath` spells it; null: none is. */
export function parseTilePath(path: string): TilePlace | null {
  const [, kind = '', groups = '', partial] =
    /^tile\/(entries|[0-9]+)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]+))?$/.exec(path) ?? [];
  const place = {
    level: kind === 'entries' ? null : Number(kind),
    index: Number(groups.replace(/[x/]/g, '')),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  const isSound =
    kind !== '' && (place.level ?? 0) <= LEVEL_MAX && Number.isSafeInteger(place.index * TILE_WIDTH) && place.width >= 1;
  return isSound && tilePath(place) === path ? place : null;
}

/** How many hashes or entries a tile holds of a tree of this size. */
export function widthOf({ level, index }: Pick<TilePlace, 'level' | 'index'>, size: number): number {
  const complete = Math.floor(size / TILE_WIDTH ** (level ?? 0));
  return Math.max(0, Math.min(TILE_WIDTH, complete - index * TILE_WIDTH));
}

/** Root of complete leaves or subtrees: as many as a power of two. */
export function rootOfComplete(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, at) => nodeHash(row[2 * at] as Buffer, row[2 * at + 1] as Buffer)); // a power of two has pairs
  const [root] = row;
  if (!root) throw new Error('Nothing has no root here');
  return root;
}

/** @throws LedgerFault if the tile is of another width. */
export function hashesOf(tile: Buffer, { level, index, width }: TilePlace): readonly Buffer[] {
  if (tile.length !== width * HASH_BYTES)
    throw new LedgerFault(null, `${tilePath({ level, index, width })} does not hold ${String(width)} hashes`);
  return Array.from({ length: width }, (_, at) => tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

export function encodeBundle(entries: readonly Buffer[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/**
 * The entries of a bundle, each before the next is looked for: where one is too long or too short, it comes before the fault.
 *
 * @throws LedgerFault if the bundle does not hold just so many entries.
 */
export function* entriesOf(bundle: Buffer, { index, width }: Pick<TilePlace, 'index' | 'width'>): Generator<Buffer> {
  const first = index * TILE_WIDTH;
  let at = 0;
  let count = 0;
  for (; at < bundle.length && count < width; count += 1) {
    const start = at + LENGTH_BYTES;
    const end = start <= bundle.length ? start + bundle.readUInt16BE(at) : Infinity;
    if (end > bundle.length) throw new LedgerFault(first + count, 'its bundle is cut short');
    yield bundle.subarray(start, end);
    at = end;
  }
  if (count < width) throw new LedgerFault(first + count, `its bundle holds ${String(count)} entries, not ${String(width)}`);
  if (at < bundle.length) throw new LedgerFault(first + width, `its bundle holds more than ${String(width)} entries`);
}

/** @throws LedgerFault if the bundle does not hold just so many entries. */
export function parseBundle(bundle: Buffer, place: Pick<TilePlace, 'index' | 'width'>): readonly Buffer[] {
  return [...entriesOf(bundle, place)];
}
