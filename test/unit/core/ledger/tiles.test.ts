import fc from 'fast-check';
import { LedgerFault } from '../../../../src/core/ledger/ledger-fault';
import { appendLeaf, EMPTY_FRONTIER, leafHash, rootOf } from '../../../../src/core/ledger/merkle-tree';
import {
  encodeBundle,
  entriesOf,
  hashesOf,
  parseBundle,
  parseTilePath,
  rootOfComplete,
  TILE_WIDTH,
  type TilePlace,
  tilePath,
  widthOf,
} from '../../../../src/core/ledger/tiles';
import { tilesOf } from '../../../support/published-ledger';

const INDEX_MAX = Math.floor(Number.MAX_SAFE_INTEGER / TILE_WIDTH);
const PLACES = fc.record({
  level: fc.option(fc.nat({ max: 5 })),
  index: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: INDEX_MAX })),
  width: fc.oneof(fc.constant(TILE_WIDTH), fc.integer({ min: 1, max: TILE_WIDTH })),
});
const LEAVES = Array.from({ length: 70_000 }, (_, i) => leafHash(Buffer.from(`leaf ${String(i)}`)));

describe('the path of a tile', () => {
  // prettier-ignore
  it.each<[string, TilePlace]>([
    ['tile/0/000',                       { level: 0,    index: 0,         width: 256 }],
    ['tile/0/x001/x234/067',             { level: 0,    index: 1_234_067, width: 256 }],
    ['tile/3/x001/x234/067.p/1',         { level: 3,    index: 1_234_067, width: 1   }],
    ['tile/1/999',                       { level: 1,    index: 999,       width: 256 }],
    ['tile/1/x001/000',                  { level: 1,    index: 1_000,     width: 256 }],
    ['tile/5/000.p/255',                 { level: 5,    index: 0,         width: 255 }],
    ['tile/entries/000.p/7',             { level: null, index: 0,         width: 7   }],
    ['tile/entries/x999/999',            { level: null, index: 999_999,   width: 256 }],
    ['tile/entries/x001/x000/000',       { level: null, index: 1_000_000, width: 256 }],
  ])('%s is read and written', (path, place) => {
    expect(tilePath(place)).toBe(path);
    expect(parseTilePath(path)).toEqual(place);
  });

  it('leads back to its place, and no two places have one path', () => {
    fc.assert(
      fc.property(PLACES, PLACES, (place, other) => {
        expect(parseTilePath(tilePath(place))).toEqual(place);
        expect(tilePath(place) === tilePath(other)).toBe(JSON.stringify(place) === JSON.stringify(other));
      }),
      { numRuns: 500 },
    );
  });

  it('has one spelling', () => {
    const ofPath = fc.stringMatching(/^tile\/(entries|[0-9]{1,2})\/(x[0-9]{1,4}\/){0,3}[0-9]{1,4}(\.p\/[0-9]{1,4})?$/);
    fc.assert(
      fc.property(ofPath, (path) => {
        const place = parseTilePath(path);
        expect(place === null || tilePath(place) === path).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    'tile',
    'tile/0',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/234',
    'tile/0/x001',
    'tile/0/x001/x234/x067',
    'tile/0/X001/067',
    'tile/00/000',
    'tile/6/000',
    'tile/63/000',
    'tile/-1/000',
    'tile/Entries/000',
    'tile/data/000',
    'tile/8/0/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/257',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000.p',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/000\n',
    'tile/0/../000',
    'tile/0/000?x',
    'tile/0/x035/x184/x372/x088/832', // beyond the sizes that a checkpoint can state
    'checkpoint',
  ])('is not %j', (path) => {
    expect(parseTilePath(path)).toBeNull();
  });
});

describe('the width of a tile', () => {
  // prettier-ignore
  it.each([
    [null, 0, 0,       0  ],
    [null, 0, 1,       1  ],
    [null, 0, 256,     256],
    [0,    0, 257,     256],
    [0,    1, 257,     1  ],
    [0,    1, 256,     0  ],
    [1,    0, 255,     0  ],
    [1,    0, 256,     1  ],
    [1,    0, 65_535,  255],
    [1,    0, 65_536,  256],
    [1,    1, 65_536,  0  ],
    [2,    0, 65_536,  1  ],
    [0,    273, 70_000, 112],
    [1,    1, 70_000,  17 ],
    [5,    0, 2 ** 53 - 1, 256],
  ])('of level %s and index %d of %d entries is %d', (level, index, size, width) => {
    expect(widthOf({ level, index }, size)).toBe(width);
  });

  it('adds up to every complete subtree', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300_000 }), fc.nat({ max: 3 }), (size, level) => {
        const complete = Math.floor(size / TILE_WIDTH ** level);
        const widths = Array.from({ length: Math.ceil(complete / TILE_WIDTH) + 1 }, (_, index) =>
          widthOf({ level, index }, size),
        );
        expect(widths.reduce((sum, width) => sum + width)).toBe(complete);
        expect(widths.at(-1)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe('hashes of tiles', () => {
  it('are read back, and a tile of another length is refused', () => {
    const place = { level: 0, index: 1, width: 3 };
    const tile = Buffer.concat(LEAVES.slice(0, 3));
    expect(hashesOf(tile, place)).toEqual(LEAVES.slice(0, 3));
    for (const length of [0, 1, 32, 64, 95])
      expect(() => hashesOf(tile.subarray(0, length), place)).toThrow('tile/0/001.p/3 does not hold 3 hashes');
    for (const more of [1, 31, 32]) expect(() => hashesOf(Buffer.concat([tile, Buffer.alloc(more)]), place)).toThrow(LedgerFault);
  });

  it('of complete subtrees come to the root of the leaves below', () => {
    for (let size = 1; size <= 65_536; size *= 2) {
      const leaves = LEAVES.slice(0, size);
      expect([size, rootOfComplete(leaves)]).toEqual([size, rootOf(leaves.reduce(appendLeaf, EMPTY_FRONTIER))]);
    }
    expect(() => rootOfComplete([])).toThrow('Nothing has no root here');
  });

  it('lie where the paths of 70,000 entries say', () => {
    const tiles = tilesOf(LEAVES);
    expect([...tiles.keys()].filter((path) => !path.startsWith('tile/0/'))).toEqual([
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
    expect(tiles.size).toBe(274 + 3);
    expect(tiles.get('tile/2/000.p/1')).toEqual(rootOf(LEAVES.slice(0, 65_536).reduce(appendLeaf, EMPTY_FRONTIER)));
  });
});

describe('a bundle of entries', () => {
  const ENTRIES = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

  it('is read back', () => {
    fc.assert(
      fc.property(ENTRIES, fc.nat({ max: 9 }), (list, index) => {
        const entries = list.map((bytes) => Buffer.from(bytes));
        expect(parseBundle(encodeBundle(entries), { index, width: entries.length })).toEqual(entries);
      }),
    );
  });

  it('writes the length of each entry in two bytes, the greater first', () => {
    expect(encodeBundle([Buffer.from('ab'), Buffer.alloc(0), Buffer.alloc(258, 1)]).toString('hex')).toBe(
      `00026162${'0000'}0102${'01'.repeat(258)}`,
    );
    const longest = Buffer.alloc(65_535, 7);
    expect(parseBundle(encodeBundle([longest]), { index: 0, width: 1 })).toEqual([longest]);
    expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow('out of range');
  });

  it('that is cut anywhere is refused, and the entry named that is not there', () => {
    fc.assert(
      fc.property(ENTRIES, fc.nat(), (list, cut) => {
        fc.pre(list.length > 0);
        const entries = list.map((bytes) => Buffer.from(bytes));
        const bundle = encodeBundle(entries);
        const length = cut % bundle.length;
        let whole = 0;
        for (let at = 2 + (entries[0]?.length ?? 0); at <= length; at += 2 + (entries[whole]?.length ?? 0)) whole += 1;
        expect(faultOf(() => parseBundle(bundle.subarray(0, length), { index: 2, width: entries.length }))).toBe(512 + whole);
      }),
    );
  });

  it('of more or fewer entries than asked for is refused', () => {
    const bundle = encodeBundle([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]);
    expect(faultOf(() => parseBundle(bundle, { index: 0, width: 2 }))).toBe(2);
    expect(faultOf(() => parseBundle(bundle, { index: 1, width: 0 }))).toBe(256);
    expect(faultOf(() => parseBundle(bundle, { index: 1, width: 4 }))).toBe(259);
    expect(faultOf(() => parseBundle(Buffer.alloc(0), { index: 0, width: 1 }))).toBe(0);
    expect(faultOf(() => parseBundle(Buffer.concat([bundle, Buffer.alloc(1)]), { index: 0, width: 3 }))).toBe(3);
  });

  it('hands out what stands in front of the fault', () => {
    const bundle = Buffer.concat([encodeBundle([Buffer.from('a'), Buffer.from('b')]), Buffer.from([0])]);
    const seen: string[] = [];
    expect(
      faultOf(() => {
        for (const entry of entriesOf(bundle, { index: 0, width: 3 })) seen.push(entry.toString());
      }),
    ).toBe(2);
    expect(seen).toEqual(['a', 'b']);
  });
});

/** The entry that a fault names. */
function faultOf(act: () => unknown): number | null {
  try {
    act();
  } catch (fault) {
    if (fault instanceof LedgerFault) return fault.index;
    throw fault;
  }
  throw new Error('nothing was refused');
}
