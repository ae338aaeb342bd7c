import { createHash } from 'node:crypto';
import { leafHash } from '../../../../src/core/ledger/merkle-tree';
import {
  consistencyPath,
  inclusionPath,
  isConsistent,
  rootByPath,
  rootFrom,
  tlogProof,
} from '../../../../src/core/ledger/proofs';
import type { LedgerReader } from '../../../../src/core/ledger/tiles';
import { Random } from '../../../../src/generate/random';
import { readerOf, tilesOf } from '../../../support/published-ledger';

const LEAVES = Array.from({ length: 65_537 }, (_, i) => leafHash(Buffer.from(`leaf ${String(i)}`)));
const EDGES = [71, 127, 128, 129, 255, 256, 257, 258, 511, 512, 513, 1_000, 65_535, 65_536, 65_537];

// RFC 9162 to the letter, over a list of leaves: 2.1.1 (tree), 2.1.3.1 (inclusion), 2.1.4.1 (consistency)

const memory = new Map<number, Buffer>();
function treeHash(from: number, until: number): Buffer {
  const known = memory.get(from * 2 ** 20 + until);
  if (known) return known;
  const middle = from + splitOf(until - from);
  const hash =
    until - from === 1
      ? (LEAVES[from] ?? Buffer.alloc(0))
      : createHash('sha256')
          .update(Buffer.from([1]))
          .update(treeHash(from, middle))
          .update(treeHash(middle, until))
          .digest();
  memory.set(from * 2 ** 20 + until, hash);
  return hash;
}
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
function naiveInclusion(index: number, from: number, until: number): Buffer[] {
  if (until - from === 1) return [];
  const middle = from + splitOf(until - from);
  return from + index < middle
    ? [...naiveInclusion(index, from, middle), treeHash(middle, until)]
    : [...naiveInclusion(from + index - middle, middle, until), treeHash(from, middle)];
}
function naiveConsistency(old: number, from: number, until: number, whole: boolean): Buffer[] {
  if (old === until - from) return whole ? [] : [treeHash(from, until)];
  const split = splitOf(until - from);
  return old <= split
    ? [...naiveConsistency(old, from, from + split, whole), treeHash(from + split, until)]
    : [...naiveConsistency(old - split, from + split, until, false), treeHash(from, from + split)];
}

const readers = new Map<number, LedgerReader>();
function readerAt(size: number): LedgerReader {
  const reader = readers.get(size) ?? readerOf(tilesOf(LEAVES.slice(0, size)));
  readers.set(size, reader);
  return reader;
}
const leafAt = (index: number): Buffer => LEAVES[index] ?? Buffer.alloc(0);
const treeOf = (size: number): { size: number; root: Buffer } => ({ size, root: treeHash(0, size) });

/** Each index of a small tree; of a large one the edges and some more. */
function indexesOf(size: number): number[] {
  if (size <= 70) return Array.from({ length: size }, (_, index) => index);
  const random = new Random(`indexes of ${String(size)}`);
  const edges = [0, 1, 127, 128, 254, 255, 256, 257, 511, 512, size / 2, size - 257, size - 256, size - 2, size - 1];
  const more = Array.from({ length: 20 }, () => random.between(0, size - 1));
  return [...new Set([...edges.map(Math.floor), ...more])].filter((index) => index >= 0 && index < size);
}
const SIZES = [...Array.from({ length: 70 }, (_, at) => at + 1), ...EDGES];

function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** Paths that differ in one hash or in one place. */
function* neighboursOf(path: readonly Buffer[], bits: readonly number[]): Generator<Buffer[]> {
  for (const [at, hash] of path.entries()) {
    for (const bit of bits) yield path.map((one, i) => (i === at ? flipBit(hash, bit) : one));
    yield path.filter((_, i) => i !== at);
    yield path.map((one, i) => (i === at ? Buffer.alloc(32) : one));
    for (let other = at + 1; other < path.length; other++)
      yield path.map((one, i) => (i === at ? path[other] : i === other ? hash : one) ?? one);
  }
  for (let at = 0; at <= path.length; at++) {
    for (const more of [Buffer.alloc(32), path[at] ?? leafAt(0), path[at - 1] ?? leafAt(0)])
      yield [...path.slice(0, at), more, ...path.slice(at)];
  }
}
const ALL_BITS = Array.from({ length: 256 }, (_, bit) => bit);

describe('a root from tiles', () => {
  it('is that of the RFC', async () => {
    for (const size of SIZES) expect([size, await rootFrom(readerAt(size), size)]).toEqual([size, treeHash(0, size)]);
  });
});

describe('a proof of inclusion', () => {
  it('is that of the RFC for every leaf of 1 to 70 and at the edges of tiles, leads to the root, and is short', async () => {
    let count = 0;
    for (const size of SIZES) {
      for (const index of indexesOf(size)) {
        const path = await inclusionPath(readerAt(size), index, size);
        const root = rootByPath(leafAt(index), index, size, path);
        const isRight =
          Buffer.concat(path).equals(Buffer.concat(naiveInclusion(index, 0, size))) &&
          root?.equals(treeHash(0, size)) === true &&
          path.length <= Math.ceil(Math.log2(size));
        if (!isRight) throw new Error(`leaf ${String(index)} of ${String(size)}`);
        count += 1;
      }
    }
    expect(count).toBe(2_485 + EDGES.reduce((sum, size) => sum + indexesOf(size).length, 0));
  });

  it('reads two tiles of each level at most, and none twice', async () => {
    for (const size of [257, 1_000, 10_000, 65_535, 65_536, 65_537]) {
      const stored = readerOf(tilesOf(LEAVES.slice(0, size)));
      const read: string[] = [];
      const reader: Pick<LedgerReader, 'tile'> = {
        tile: (...place) => {
          read.push(place.join(' '));
          return stored.tile(...place);
        },
      };
      for (const index of [0, 255, 256, size >> 1, size - 2, size - 1]) {
        read.length = 0;
        await inclusionPath(reader, index, size);
        expect(read.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size) / 8));
        expect(new Set(read).size).toBe(read.length);
      }
    }
  });

  it('is refused with any bit flipped, a hash dropped, added or swapped, for another leaf or index', async () => {
    const passed: string[] = [];
    let count = 0;
    for (const size of [1, 2, 3, 5, 8, 13, 257]) {
      for (const index of size > 70 ? [0, 255, 256] : indexesOf(size)) {
        const path = await inclusionPath(readerAt(size), index, size);
        const root = treeHash(0, size);
        const check = (leaf: Buffer, place: number, hashes: readonly Buffer[], what: string): void => {
          count += 1;
          if (rootByPath(leaf, place, size, hashes)?.equals(root) === true)
            passed.push(`${what} ${String(index)} of ${String(size)}`);
        };
        for (const forged of neighboursOf(path, ALL_BITS))
          if (!Buffer.concat(forged).equals(Buffer.concat(path))) check(leafAt(index), index, forged, 'path');
        for (const bit of ALL_BITS) check(flipBit(leafAt(index), bit), index, path, 'bit of the leaf');
        for (let other = -1; other <= size + 1; other++) if (other !== index) check(leafAt(index), other, path, 'index');
        for (const other of [NaN, 2 ** 40, Infinity]) check(leafAt(index), other, path, 'index');
      }
    }
    expect(passed).toEqual([]);
    expect(count).toBeGreaterThan(25_000);
  });

  it('leads to no root of a tree of another size', async () => {
    const passed: string[] = [];
    for (const size of [1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 64]) {
      for (const index of indexesOf(size)) {
        const path = await inclusionPath(readerAt(size), index, size);
        for (let other = 0; other <= 70; other++)
          if (other !== size && other > 0 && rootByPath(leafAt(index), index, other, path)?.equals(treeHash(0, other)) === true)
            passed.push(`${String(index)} of ${String(size)} as of ${String(other)}`);
        expect(rootByPath(leafAt(index), index, 0, path)).toBeNull();
        expect(rootByPath(leafAt(index), index, size, [...path, leafAt(0)])).toBeNull();
        if (path.length > 0) expect(rootByPath(leafAt(index), index, size, path.slice(1))).toBeNull();
      }
    }
    expect(passed).toEqual([]);
  });
});

describe('a proof of consistency', () => {
  const PAIRS = [
    ...Array.from({ length: 40 }, (_, at) => at + 1).flatMap((size) =>
      Array.from({ length: size }, (_, at) => [at + 1, size] as const),
    ),
    ...EDGES.flatMap((size) => [...indexesOf(size), size].filter((old) => old > 0).map((old) => [old, size] as const)),
  ];

  it('is that of the RFC for all sizes up to 40 and at the edges of tiles, and holds', async () => {
    for (const [old, size] of PAIRS) {
      const path = await consistencyPath(readerAt(size), old, size);
      const isRight =
        Buffer.concat(path).equals(Buffer.concat(naiveConsistency(old, 0, size, true))) &&
        isConsistent(treeOf(old), treeOf(size), path) &&
        path.length <= Math.ceil(Math.log2(size)) + 1;
      if (!isRight) throw new Error(`${String(old)} of ${String(size)}`);
    }
    expect(PAIRS.length).toBeGreaterThan(820 + 300);
  });

  it('is refused with any bit flipped, a hash dropped, added or swapped, of another root or another size', async () => {
    const passed: string[] = [];
    let count = 0;
    const check = (old: { size: number; root: Buffer }, now: { size: number; root: Buffer }, path: readonly Buffer[]): void => {
      count += 1;
      if (isConsistent(old, now, path)) passed.push(`${String(old.size)} of ${String(now.size)}`);
    };
    const pairs = [...PAIRS.filter(([, size]) => size <= 9), [255, 257], [256, 257], [256, 512], [300, 513]] as const;
    for (const [old, size] of pairs) {
      const path = await consistencyPath(readerAt(size), old, size);
      for (const forged of neighboursOf(path, old <= 8 ? ALL_BITS : [0, 77, 255]))
        if (!Buffer.concat(forged).equals(Buffer.concat(path))) check(treeOf(old), treeOf(size), forged);
      for (const bit of ALL_BITS) {
        check({ size: old, root: flipBit(treeHash(0, old), bit) }, treeOf(size), path);
        check(treeOf(old), { size, root: flipBit(treeHash(0, size), bit) }, path);
      }
      for (let other = 1; other <= 20; other++) {
        if (other !== old) check(treeOf(other), treeOf(size), path);
        if (other !== size) check(treeOf(old), treeOf(other), path);
        // under the true root another size is seen by the length of its proofs, where that differs
        if (other >= old && naiveConsistency(old, 0, other, true).length !== path.length)
          check(treeOf(old), { size: other, root: treeHash(0, size) }, path);
        if (other < old) check(treeOf(old), { size: other, root: treeHash(0, old) }, []);
      }
      for (const none of [0, -1, NaN]) check({ size: none, root: treeHash(0, old) }, treeOf(size), path);
      if (old < size) check(treeOf(size), treeOf(old), path);
    }
    expect(passed).toEqual([]);
    expect(count).toBeGreaterThan(25_000);
  });
});

describe('a tlog-proof', () => {
  it('holds index, path and checkpoint, as c2sp.org/tlog-proof lays them out', () => {
    expect(tlogProof(7, [Buffer.alloc(32, 1), Buffer.alloc(32, 2)], 'origin\n8\nroot\n\nsignature\n')).toBe(
      [
        'c2sp.org/tlog-proof@v1',
        'index 7',
        'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
        'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=',
        '',
        'origin\n8\nroot\n\nsignature\n',
      ].join('\n'),
    );
    expect(tlogProof(0, [], 'note')).toBe('c2sp.org/tlog-proof@v1\nindex 0\n\nnote');
  });
});
