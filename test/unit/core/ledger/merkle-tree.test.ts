import { createHash } from 'node:crypto';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  type Frontier,
  leafHash,
  nodeHash,
  parseFrontier,
  rootOf,
  toBytes,
} from '../../../../src/core/ledger/merkle-tree';

/** Test vectors of certificate-transparency, the reference implementation of RFC 6962: the tree after each of eight leaves. */
// prettier-ignore
const VECTORS = [
  ['',                                 '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['00',                               'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  ['10',                               'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  ['2021',                             'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  ['3031',                             '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  ['40414243',                         '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  ['5051525354555657',                 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  ['606162636465666768696a6b6c6d6e6f', '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
] as const;

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** The tree hash as RFC 6962, section 2.1, writes it: split at the largest power of two below n. */
function treeHash(entries: readonly Buffer[]): Buffer {
  const [first] = entries;
  if (!first) return sha256();
  if (entries.length === 1) return sha256(Buffer.from([0]), first);
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return sha256(Buffer.from([1]), treeHash(entries.slice(0, split)), treeHash(entries.slice(split)));
}

function frontierOf(entries: readonly Buffer[]): Frontier {
  return entries.reduce((frontier, entry) => appendLeaf(frontier, leafHash(entry)), EMPTY_FRONTIER);
}

const ENTRIES = Array.from({ length: 300 }, (_, i) => Buffer.from(`entry ${String(i)}`));

describe('the tree of RFC 6962', () => {
  it('of nothing is the hash of nothing', () => {
    expect(rootOf(EMPTY_FRONTIER).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it.each(VECTORS.map(([, root], i) => [i + 1, root] as const))(
    'of the first %d reference leaves has the root %s',
    (size, root) => {
      const leaves = VECTORS.slice(0, size).map(([leaf]) => Buffer.from(leaf, 'hex'));
      expect(rootOf(frontierOf(leaves)).toString('hex')).toBe(root);
    },
  );

  it('agrees with the recursion of the RFC for every size from 0 to 300', () => {
    let frontier = EMPTY_FRONTIER;
    for (let size = 0; size <= ENTRIES.length; size++) {
      expect([size, rootOf(frontier).toString('hex')]).toEqual([size, treeHash(ENTRIES.slice(0, size)).toString('hex')]);
      const next = ENTRIES[size];
      if (next) frontier = appendLeaf(frontier, leafHash(next));
    }
  });

  it('tells leaves from inner nodes', () => {
    const [left, right] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
    expect(nodeHash(left, right)).not.toEqual(leafHash(Buffer.concat([left, right])));
    expect(nodeHash(left, right)).not.toEqual(nodeHash(right, left));
    expect(leafHash(Buffer.from([1]))).not.toEqual(sha256(Buffer.from([1])));
  });

  it('changes with every entry and with their order', () => {
    const entries = ENTRIES.slice(0, 9);
    const root = rootOf(frontierOf(entries)).toString('hex');
    const flipped = entries.map((_, place) =>
      entries.map((entry, i) => (i === place ? Buffer.concat([entry, Buffer.from([0])]) : entry)),
    );
    const swapped = entries
      .slice(1)
      .map((_, i) => entries.map((entry, at) => (at === i ? entries[i + 1] : at === i + 1 ? entries[i] : entry) ?? entry));
    const dropped = entries.map((_, place) => entries.filter((_entry, i) => i !== place));
    for (const forged of [...flipped, ...swapped, ...dropped]) expect(rootOf(frontierOf(forged)).toString('hex')).not.toBe(root);
  });
});

describe('a frontier', () => {
  it.each([0, 1, 2, 3, 4, 7, 8, 255, 256, 300])(
    'of %d entries holds a hash for each bit of the size, and survives its bytes',
    (size) => {
      const frontier = frontierOf(ENTRIES.slice(0, size));
      const bits = [...size.toString(2)].filter((bit) => bit === '1').length;
      expect(toBytes(frontier).length).toBe(32 * bits);
      const parsed = parseFrontier(size, toBytes(frontier));
      expect(parsed).toEqual(frontier);
      expect(rootOf(appendLeaf(parsed, leafHash(Buffer.from('next'))))).toEqual(
        rootOf(appendLeaf(frontier, leafHash(Buffer.from('next')))),
      );
    },
  );

  it('is not changed by what is appended to it', () => {
    const frontier = frontierOf(ENTRIES.slice(0, 7));
    const before = toBytes(frontier).toString('hex');
    appendLeaf(frontier, leafHash(Buffer.from('next')));
    expect([frontier.size, toBytes(frontier).toString('hex')]).toEqual([7, before]);
    expect(EMPTY_FRONTIER).toEqual({ size: 0, hashes: [] });
  });

  // prettier-ignore
  it.each([
    ['no bytes for a size with bits',   1,   0  ],
    ['bytes for an empty tree',         0,   32 ],
    ['a hash too few',                  3,   32 ],
    ['a hash too many',                 4,   64 ],
    ['a byte too few',                  1,   31 ],
    ['a byte too many',                 1,   33 ],
    ['half a hash more',                1,   48 ],
    ['the bytes of the next size',      7,   32 ],
  ])('with %s is refused', (_name, size, length) => {
    expect(() => parseFrontier(size, Buffer.alloc(length))).toThrow('The frontier does not belong to this size');
  });

  it('without the hashes its size calls for cannot be extended', () => {
    expect(() => appendLeaf({ size: 1, hashes: [] }, leafHash(Buffer.from('next')))).toThrow(
      'The frontier does not belong to this size',
    );
  });

  it('grows past 2^32 entries', () => {
    const hash = leafHash(Buffer.from('subtree'));
    const leaf = leafHash(Buffer.from('next'));
    const grown = appendLeaf({ size: 2 ** 40 + 1, hashes: [hash, hash] }, leaf);
    expect(grown).toEqual({ size: 2 ** 40 + 2, hashes: [hash, nodeHash(hash, leaf)] });
  });
});
