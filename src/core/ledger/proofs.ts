import { nodeHash } from './merkle-tree';
import { hashesOf, type LedgerReader, rootOfComplete, TILE_WIDTH, widthOf } from './tiles';

/** Leaves from, and not until: a part of the tree that has a hash of its own. */
interface Span {
  readonly from: number;
  readonly until: number;
}
/** The hash of such a part. */
type HashOf = (span: Span) => Promise<Buffer>;

/** The largest power of two below a number of leaves above 1: where the tree splits. */
function splitOf(leaves: number): number {
  let power = 1;
  while (power * 2 < leaves) power *= 2;
  return power;
}

/** Hashes over the tiles of a tree of this size; each tile is read once. */
function hashesFrom(reader: Pick<LedgerReader, 'tile'>, size: number): HashOf {
  const tiles = new Map<string, Promise<readonly Buffer[]>>();
  const tileAt = (level: number, index: number): Promise<readonly Buffer[]> => {
    const key = `${String(level)} ${String(index)}`;
    const width = widthOf({ level, index }, size);
    const found = tiles.get(key) ?? reader.tile(level, index, width).then((tile) => hashesOf(tile, { level, index, width }));
    tiles.set(key, found);
    return found;
  };
  /** A complete subtree: its tile holds it, or what it is made of. */
  const complete = async ({ from, until }: Span): Promise<Buffer> => {
    let [level, unit] = [0, 1];
    while (until - from >= unit * TILE_WIDTH) [level, unit] = [level + 1, unit * TILE_WIDTH];
    const hashes = await tileAt(level, Math.floor(from / unit / TILE_WIDTH));
    const first = (from / unit) % TILE_WIDTH;
    return rootOfComplete(hashes.slice(first, first + (until - from) / unit));
  };
  const hashOf: HashOf = async (span) => {
    const leaves = span.until - span.from;
    const split = leaves === 1 ? 1 : splitOf(leaves);
    if (leaves === 1 || split * 2 === leaves) return complete(span);
    const middle = span.from + split;
    return nodeHash(await hashOf({ from: span.from, until: middle }), await hashOf({ from: middle, until: span.until }));
  };
  return hashOf;
}

/** The parts whose hashes prove a leaf of a tree, from the leaf upwards (RFC 9162, section 2.1.3.1). */
function inclusionSpans(index: number, { from, until }: Span): readonly Span[] {
  if (until - from <= 1) return [];
  const middle = from + splitOf(until - from);
  return index < middle
    ? [...inclusionSpans(index, { from, until: middle }), { from: middle, until }]
    : [...inclusionSpans(index, { from: middle, until }), { from, until: middle }];
}

/** The parts whose hashes prove that a tree of `old` leaves is the beginning of a larger one (RFC 9162, section 2.1.4.1). */
function consistencySpans(old: number, { from, until }: Span, whole = true): readonly Span[] {
  if (old === until - from) return whole ? [] : [{ from, until }];
  const split = splitOf(until - from);
  const middle = from + split;
  return old <= split
    ? [...consistencySpans(old, { from, until: middle }, whole), { from: middle, until }]
    : [...consistencySpans(old - split, { from: middle, until }, false), { from, until: middle }];
}

/** Root of a tree by its tiles. @param size - Above 0. */
export function rootFrom(reader: Pick<LedgerReader, 'tile'>, size: number): Promise<Buffer> {
  return hashesFrom(reader, size)({ from: 0, until: size });
}

/** Hashes that lead from a leaf to the root; log2 of the size at most. @param index - Below the size. */
export async function inclusionPath(reader: Pick<LedgerReader, 'tile'>, index: number, size: number): Promise<readonly Buffer[]> {
  return Promise.all(inclusionSpans(index, { from: 0, until: size }).map(hashesFrom(reader, size)));
}

/** @param old - From 1 to the size. */
export async function consistencyPath(reader: Pick<LedgerReader, 'tile'>, old: number, size: number): Promise<readonly Buffer[]> {
  return Promise.all(consistencySpans(old, { from: 0, until: size }).map(hashesFrom(reader, size)));
}

const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

/** The root that a path leads to from a leaf (RFC 9162, section 2.1.3.2); null: the path is not one of such a tree. */
export function rootByPath(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  if (!(index >= 0 && index < size)) return null;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hash : null;
}

/** Is the one tree the beginning of the other (RFC 9162, section 2.1.4.2)? */
export function isConsistent(
  old: { readonly size: number; readonly root: Buffer },
  now: { readonly size: number; readonly root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (old.size > now.size || old.size < 1) return false;
  if (old.size === now.size) return path.length === 0 && old.root.equals(now.root);
  let [node, last] = [old.size - 1, now.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  const [first, ...rest] = node === 0 ? [old.root, ...path] : path;
  if (!first) return false;
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      [before, after] = [nodeHash(sibling, before), nodeHash(sibling, after)];
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else after = nodeHash(after, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && before.equals(old.root) && after.equals(now.root);
}

/** Index, path and checkpoint in one text (C2SP tlog-proof). @param note - The signed checkpoint. */
export function tlogProof(index: number, path: readonly Buffer[], note: string): string {
  const hashes = path.map((hash) => `${hash.toString('base64')}\n`).join('');
  return `c2sp.org/tlog-proof@v1\nindex ${String(index)}\n${hashes}\n${note}`;
}
