import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transpileModule } from 'typescript';
import { encodeEntry, type LedgerEntry } from '../../src/core/ledger/entry';
import { leafHash } from '../../src/core/ledger/merkle-tree';
import { inclusionPath, tlogProof } from '../../src/core/ledger/proofs';
import { type Checkpoint, type NoteSigner, signCheckpoint, verifierKeyOf } from '../../src/core/ledger/signed-note';
import { encodeBundle, parseBundle, parseTilePath, TILE_WIDTH, tilePath, widthOf } from '../../src/core/ledger/tiles';
import { Random } from '../../src/generate/random';
import { Fault, type Options, verify } from '../../src/verifier/ledger-verifier';
import { type Forgery, useVerifiers } from '../support/forgeries';
import {
  aLedger,
  aSigner,
  entriesOf,
  type LedgerFiles,
  noteOf,
  ORIGIN,
  publish,
  type PublishedLedger,
  readerOf,
  readFrom,
  SIGNER,
  VERIFIER_KEY,
  writeLedger,
} from '../support/published-ledger';

const HASH_BYTES = 32;
const SIZE = 600;
const LEDGER = aLedger(SIZE);
const SMALL = aLedger(7, true);

const { expectRefused, expectPassed, strangerVerdict } = useVerifiers();

// How ledgers are altered

function withFile(files: ReadonlyMap<string, Buffer>, path: string, bytes: Buffer): LedgerFiles {
  return new Map(files).set(path, bytes);
}

function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

type Change = (list: readonly Buffer[]) => readonly Buffer[];
const dropAt =
  (at: number): Change =>
  (list) =>
    list.filter((_, i) => i !== at);
const swapAt =
  (at: number, other = at + 1): Change =>
  (list) =>
    list.map((one, i) => (i === at ? list[other] : i === other ? list[at] : one) ?? one);
const repeatAt =
  (at: number): Change =>
  (list) =>
    list.flatMap((one, i) => (i === at ? [one, one] : [one]));
const putAt =
  (at: number, bytes: Buffer): Change =>
  (list) =>
    list.map((one, i) => (i === at ? bytes : one));

const placeOf = (level: number | null, index: number): { level: number | null; index: number; width: number } => ({
  level,
  index,
  width: widthOf({ level, index }, SIZE),
});

/** Changes the bundle, or the tile of level 0, that holds an entry; in a list of its own, from 0 on. */
function withBundle(files: ReadonlyMap<string, Buffer>, index: number, change: Change): LedgerFiles {
  const place = placeOf(null, Math.floor(index / TILE_WIDTH));
  return withFile(files, tilePath(place), encodeBundle(change(parseBundle(readFrom(files)(tilePath(place)), place))));
}
function withTile(files: ReadonlyMap<string, Buffer>, index: number, change: Change): LedgerFiles {
  const path = tilePath(placeOf(0, Math.floor(index / TILE_WIDTH)));
  const tile = readFrom(files)(path);
  const hashes = Array.from({ length: tile.length / HASH_BYTES }, (_, at) =>
    tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
  return withFile(files, path, Buffer.concat(change(hashes)));
}
function withBoth(files: ReadonlyMap<string, Buffer>, index: number, change: Change): LedgerFiles {
  return withTile(withBundle(files, index, change), index, change);
}

function withNote(checkpoint: Checkpoint, signer: NoteSigner = SIGNER): LedgerFiles {
  return withFile(LEDGER.files, 'checkpoint', Buffer.from(signCheckpoint(checkpoint, signer)));
}

/** The ledger with an entry written in other bytes, everything hashed anew and signed by the true key. */
function rewritten(index: number, rewrite: (text: string) => string | Buffer): PublishedLedger {
  return publish(
    LEDGER.bodies.map((body, at) => (at === index ? Buffer.from(rewrite(body.toString('latin1')) as string, 'utf8') : body)),
  );
}

/** The same with members that another value took the place of; undefined: that are gone. */
function changed(index: number, members: Record<string, unknown>): PublishedLedger {
  return publish(
    entriesOf(SIZE).map((entry, at) =>
      at === index ? Buffer.from(canonical({ ...entry, ...members }), 'latin1') : encodeEntry(entry),
    ),
  );
}

/** Canonical form of whatever JSON can say. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(',')}}`;
}

/** The nth entry of a type, and it. */
function nth(
  type: LedgerEntry['type'],
  n: number,
): { index: number; entry: LedgerEntry & { set: number; to: number; from: number } } {
  const found = [...entriesOf(SIZE).entries()].filter(([, entry]) => entry.type === type)[n];
  if (!found) throw new Error(`there is no entry ${String(n)} of type ${type}`);
  return { index: found[0], entry: found[1] as never }; // the tests ask for members that the type has
}

/** Which entry the bytes of a bundle belong to, their length included. */
function ownersOf(bodies: readonly Buffer[]): number[] {
  return bodies.flatMap((body, index) => Array.from({ length: body.length + 2 }, () => index));
}

function* flipsOf({ files, bodies }: PublishedLedger, path: string, bits: Iterable<number>): Generator<Forgery> {
  const place = parseTilePath(path);
  const first = (place?.index ?? 0) * TILE_WIDTH;
  const owners = place?.level === null ? ownersOf(bodies.slice(first, first + TILE_WIDTH)) : [];
  const bytes = readFrom(files)(path);
  for (const bit of bits) {
    const at = Math.floor(bit / 8);
    const owner = place?.level === null ? owners[at] : place?.level === 0 ? Math.floor(at / HASH_BYTES) : undefined;
    const index = owner === undefined ? null : first + owner;
    yield { name: `bit ${String(bit)} of ${path}`, files: withFile(files, path, flipBit(bytes, bit)), index };
  }
}

describe('a ledger that nobody touched', () => {
  it.each([0, 1, 2, 255, 256, 257, 511, 512, 513, SIZE])('passes both verifiers with %d entries', async (size) => {
    const ledger = aLedger(size);
    await expectPassed(ledger);
    await expectPassed({ ...ledger, from: noteOf(ledger) });
  });

  it('passes after each earlier checkpoint of it', async () => {
    for (const size of [0, 1, 2, 3, 7, 128, 255, 256, 257, 300, 511, 512, 513, 599, 600])
      await expectPassed({ ...LEDGER, from: noteOf(publish(LEDGER.bodies.slice(0, size))) });
  });

  it('passes where the clock went back by just 5 s, and where a fork lies behind the earlier checkpoint', async () => {
    const at = Math.max(...entriesOf(300).map((entry) => entry.at)) - 5_000;
    await expectPassed(changed(300, { at }));
    await expectPassed({ ...changed(300, { at }), from: noteOf(publish(LEDGER.bodies.slice(0, 300))) });
  });

  it('passes the stranger where full tiles have taken the place of partial ones since the checkpoint', async () => {
    const kept = ['checkpoint', tilePath(placeOf(1, 0))].map((path) => [path, readFrom(LEDGER.files)(path)] as const);
    const grown = new Map([...aLedger(768).files, ...kept]);
    expect(await strangerVerdict({ files: grown })).toBe('passed');
    const cut = tilePath({ level: 0, index: 2, width: 256 });
    expect(await strangerVerdict({ files: withFile(grown, cut, readFrom(grown)(cut).subarray(32)) })).toBeNull();
  });
});

describe('one bit', () => {
  it('of any file of three entries is missed by nobody', async () => {
    const three = aLedger(3, true);
    const everyBit = (bytes: Buffer): number[] => Array.from({ length: bytes.length * 8 }, (_, bit) => bit);
    const forgeries = [...three.files].flatMap(([path, bytes]) => [...flipsOf(three, path, everyBit(bytes))]);
    await expectRefused(forgeries, 8_576);
  });

  it('of each file of 600 entries is missed by nobody', async () => {
    const random = new Random('bits of 600 entries');
    const forgeries = [...LEDGER.files].flatMap(([path, bytes]) => [
      ...flipsOf(
        LEDGER,
        path,
        Array.from({ length: 12 }, () => random.between(0, bytes.length * 8 - 1)),
      ),
    ]);
    expect(LEDGER.files.size).toBe(8); // 3 bundles, 3 tiles of level 0, 1 of level 1, the checkpoint
    await expectRefused(forgeries, 96);
  });

  it('of the length in front of an entry is blamed on that entry', async () => {
    const bundle = tilePath(placeOf(null, 1));
    const owners = ownersOf(LEDGER.bodies.slice(256, 512));
    const bits = [0, 100, 255].flatMap((at) => Array.from({ length: 16 }, (_, bit) => owners.indexOf(at) * 8 + bit));
    await expectRefused([...flipsOf(LEDGER, bundle, bits)], 48);
  });

  it('of an earlier checkpoint is missed by nobody', async () => {
    const note = Buffer.from(noteOf(publish(SMALL.bodies.slice(0, 5))));
    const forgeries = Array.from({ length: note.length * 8 }, (_, bit) => ({
      name: `bit ${String(bit)}`,
      files: SMALL.files,
      from: flipBit(note, bit).toString('utf8'),
      index: null,
    }));
    await expectRefused(forgeries, note.length * 8);
  });
});

describe('entries without their hashes', () => {
  const places = [0, 1, 100, 254, 255, 256, 511, 512, 598, 599];

  it('dropped, repeated or swapped are named', async () => {
    const forgeries = places.flatMap((index): Forgery[] => {
      const at = index % TILE_WIDTH;
      const isLast = at + 1 === placeOf(null, Math.floor(index / TILE_WIDTH)).width;
      return [
        { name: `drop ${String(index)}`, files: withBundle(LEDGER.files, index, dropAt(at)), index },
        { name: `repeat ${String(index)}`, files: withBundle(LEDGER.files, index, repeatAt(at)), index: index + 1 },
        ...(isLast ? [] : [{ name: `swap ${String(index)}`, files: withBundle(LEDGER.files, index, swapAt(at)), index }]),
        { name: `swap hash ${String(index)}`, files: withTile(LEDGER.files, index, swapAt(0, at || 1)), index: index - at },
      ];
    });
    await expectRefused(forgeries, 37);
  });

  it('cut off at the end, or added there, are named', async () => {
    const more = encodeEntry(nth('K', 0).entry);
    const forgeries = [
      ...[1, 2, 50, 88].map((count) => ({
        name: `without the last ${String(count)}`,
        files: withBundle(LEDGER.files, 599, (list) => list.slice(0, -count)),
        index: SIZE - count,
      })),
      { name: 'with one more', files: withBundle(LEDGER.files, 599, (list) => [...list, more]), index: SIZE },
      { name: 'with one more in a full bundle', files: withBundle(LEDGER.files, 0, (list) => [...list, more]), index: 256 },
      { name: 'with half of one more', files: withBundle(LEDGER.files, 599, (list) => [...list, more]), index: SIZE },
    ];
    await expectRefused(forgeries, 7);
  });
});

describe('entries with their hashes', () => {
  it('do not come to the root', async () => {
    const forged = encodeEntry({ ...nth('D', 3).entry, nonce: 'other' } as LedgerEntry);
    const { index } = nth('D', 3);
    const both = withBoth(LEDGER.files, index, putAt(index, forged));
    const rehashed = new Map([...rewritten(index, () => forged).files, ['checkpoint', readFrom(LEDGER.files)('checkpoint')]]);
    const forgeries = [
      { name: 'one entry and its tile', files: both, index: null },
      { name: 'one entry and all above it but the checkpoint', files: rehashed, index: null },
      { name: 'two swapped', files: withBoth(LEDGER.files, 5, swapAt(5)), index: null },
      { name: 'one dropped', files: withBoth(LEDGER.files, 9, dropAt(9)), index: null },
      { name: 'one repeated', files: withBoth(LEDGER.files, 9, repeatAt(9)), index: null },
      { name: 'the tail cut off', files: withBoth(LEDGER.files, 599, (list) => list.slice(0, -3)), index: null },
      {
        name: 'a shorter ledger under the same checkpoint',
        files: new Map([...publish(LEDGER.bodies.slice(0, 597)).files, ['checkpoint', readFrom(LEDGER.files)('checkpoint')]]),
        index: null,
      },
      {
        name: 'a longer ledger under the same checkpoint',
        files: new Map([...aLedger(601).files, ['checkpoint', readFrom(LEDGER.files)('checkpoint')]]),
        index: null,
      },
    ];
    await expectRefused(forgeries, 8);
  });

  it('do not excuse upper tiles that say otherwise', async () => {
    const path = tilePath(placeOf(1, 0));
    const tile = readFrom(LEDGER.files)(path);
    const other = readFrom(changed(nth('D', 3).index, { nonce: 'other' }).files)(path);
    const forgeries = [
      { name: 'swapped', bytes: Buffer.concat([tile.subarray(32), tile.subarray(0, 32)]) },
      { name: 'of another ledger', bytes: other },
      { name: 'too short', bytes: tile.subarray(0, 32) },
      { name: 'a byte too long', bytes: Buffer.concat([tile, Buffer.alloc(1)]) },
      { name: 'a hash too long', bytes: Buffer.concat([tile, Buffer.alloc(32)]) },
      { name: 'empty', bytes: Buffer.alloc(0) },
    ].map(({ name, bytes }) => ({ name, files: withFile(LEDGER.files, path, bytes), index: null }));
    await expectRefused(forgeries, 6);
  });

  it('are needed, each file of them', async () => {
    const forgeries = [...LEDGER.files.keys()].map((missing) => ({
      name: `without ${missing}`,
      files: new Map([...LEDGER.files].filter(([path]) => path !== missing)),
      index: null,
    }));
    await expectRefused(forgeries, 8);
  });
});

describe('a checkpoint', () => {
  it('of another size, root, origin or key is refused', async () => {
    const { root } = LEDGER.checkpoint;
    const thief = aSigner(ORIGIN, 8);
    const others = ['log.example.org/disclosures/1', 'log.example.org/disclosures/', 'x'].map((name) => aSigner(name));
    const note = noteOf(LEDGER);
    const [line = ''] = note.split('\n').slice(-2);
    const withText = (text: string): LedgerFiles => withFile(LEDGER.files, 'checkpoint', Buffer.from(text));
    const forgeries: Forgery[] = [
      ...[0, 1, 256, 512, 599, 601, 2 ** 40].map((size) => ({
        name: `size ${String(size)}`,
        files: withNote({ origin: ORIGIN, size, root }),
        index: null,
      })),
      { name: 'root of 599', files: withNote({ ...LEDGER.checkpoint, root: aLedger(599).checkpoint.root }), index: null },
      { name: 'root of nothing', files: withNote({ ...LEDGER.checkpoint, root: Buffer.alloc(32) }), index: null },
      { name: 'a short root', files: withNote({ ...LEDGER.checkpoint, root: root.subarray(1) }), index: null },
      { name: 'another key', files: withNote(LEDGER.checkpoint, thief), index: null },
      { name: 'another key expected', files: LEDGER.files, key: verifierKeyOf(thief), index: null },
      ...others.map((signer) => ({ name: `key ${signer.name}`, files: withNote(LEDGER.checkpoint, signer), index: null })),
      ...others.map((signer) => ({
        name: `origin ${signer.name}`,
        files: withNote({ ...LEDGER.checkpoint, origin: signer.name }),
        index: null,
      })),
      ...others.map((signer) => ({
        name: `whole ledger ${signer.name}`,
        files: publish(LEDGER.bodies, signer).files,
        index: null,
      })),
      ...others.map((signer) => ({
        name: `whole ledger and key ${signer.name}`,
        files: publish(LEDGER.bodies, signer).files,
        key: verifierKeyOf(signer),
        index: 0, // the first entry is of another ledger
      })),
      { name: 'unsigned', files: withText(note.slice(0, note.indexOf('\n\n') + 2)), index: null },
      { name: 'signed twice', files: withText(`${note}${line}\n`), index: null },
      { name: 'in Windows lines', files: withText(note.replaceAll('\n', '\r\n')), index: null },
      { name: 'with a text more', files: withText(`text\n\n${note}`), index: null },
      { name: 'with a line more in the text', files: withText(note.replace('\n\n', '\nmore\n\n')), index: null },
      { name: 'without its last line end', files: withText(note.slice(0, -1)), index: null },
      { name: 'with bytes behind', files: withText(`${note}x`), index: null },
      { name: 'with words behind', files: withText(`${note}words\n`), index: null },
      { name: 'with a signature of four bytes behind', files: withText(`${note}\u2014 witness AAAAAA==\n`), index: null },
      { name: 'empty', files: withText(''), index: null },
    ];
    await expectRefused(forgeries, 34);
  });

  it('of a ledger that does not continue the earlier one is refused', async () => {
    const from = noteOf(publish(LEDGER.bodies.slice(0, 300)));
    const fork = changed(3, { nonce: 'fork' });
    const forgeries: Forgery[] = [
      { name: 'a fork before it', files: fork.files, from, index: null },
      { name: 'a fork at its last entry', files: changed(299, { nonce: 'fork' }).files, from, index: null },
      { name: 'a fork of its size', files: fork.files, from: noteOf(LEDGER), index: null },
      { name: 'a shorter ledger', files: publish(LEDGER.bodies.slice(0, 299)).files, from, index: null },
      { name: 'an empty ledger', files: aLedger(0).files, from, index: null },
      { name: 'without an entry', files: publish(dropAt(299)(LEDGER.bodies)).files, from: noteOf(LEDGER) },
      {
        name: 'signed by another',
        files: LEDGER.files,
        from: signCheckpoint(LEDGER.checkpoint, aSigner(ORIGIN, 8)),
        index: null,
      },
      {
        name: 'of another root',
        files: LEDGER.files,
        from: signCheckpoint({ ...LEDGER.checkpoint, size: 300 }, SIGNER),
        index: null,
      },
      {
        name: 'of a root of nothing that is not that of nothing',
        files: LEDGER.files,
        from: signCheckpoint({ ...LEDGER.checkpoint, size: 0 }, SIGNER),
        index: null,
      },
    ];
    await expectRefused(forgeries, 9);
  });
});

describe('a ledger signed by the true key', () => {
  it('is refused where a decision rests on a consent set that is not in force at its place', async () => {
    const stale = [0, 7, 40, 150, 250].map((n) => nth('D', n)).map(({ index, entry }) => ({ index, set: entry.set - 1 }));
    const ahead = [0, 40, 250].map((n) => nth('D', n)).map(({ index, entry }) => ({ index, set: entry.set + 1 }));
    const previews = [0, 20].map((n) => nth('P', n)).map(({ index, entry }) => ({ index, set: entry.set - 1 }));
    const forgeries: Forgery[] = [...stale, ...ahead, ...previews].map(({ index, set }) => ({
      name: `set ${String(set)} at ${String(index)}`,
      files: changed(index, { set }).files,
      index,
    }));
    // of each subject, a disclosure stands five places before the change that ends its consent set
    const swapped = [30, 31, 32, 33, 34].map((index) => ({
      name: `a disclosure moved behind the change at ${String(index)}`,
      files: publish(swapAt(index - 5, index)(LEDGER.bodies)).files,
      index,
    }));
    const fresh = { name: 'a set of one who has none', files: changed(5, { subject: 'nobody' }).files, index: 5 };
    const { index } = nth('C', 6);
    const hidden = { name: 'a change left out', files: publish(dropAt(index)(LEDGER.bodies)).files, index: index + 4 };
    await expectRefused([...forgeries, ...swapped, fresh, hidden], 17);
  });

  it('is refused where consent sets do not rise by one, or versions jump', async () => {
    const forgeries: Forgery[] = [0, 3, 30, 100].flatMap((n) => {
      const { index, entry } = nth('C', n);
      return [
        { set: entry.set + 1 },
        { set: entry.set - 1 },
        { set: -entry.set },
        { to: entry.to + 1 },
        { to: entry.to - 2 },
        { set: undefined },
        { from: undefined },
        { from: undefined, to: undefined },
        { from: '0', to: '0' },
        { subject: undefined },
        { subject: 1 },
      ].map((members) => ({
        name: `${JSON.stringify(members)} at ${String(index)}`,
        files: changed(index, members).files,
        index,
      }));
    });
    await expectRefused(forgeries, 44);
  });

  it('is refused where the clock went back by more than 5 s', async () => {
    const entries = entriesOf(SIZE);
    const forgeries = [1, 98, 300, 599].flatMap((index) => {
      const greatest = Math.max(...entries.slice(0, index).map(({ at }) => at));
      return [greatest - 5_001, 0, undefined, '1'].map((at) => ({
        name: `${String(at)} at ${String(index)}`,
        files: changed(index, { at }).files,
        index,
      }));
    });
    const ahead = { name: 'one that ran ahead', files: changed(10, { at: 1_776_318_400_000 }).files, index: 11 };
    await expectRefused([...forgeries, ahead], 17);
  });

  const index = nth('D', 100).index;
  // prettier-ignore
  const SPELLINGS: readonly (readonly [string, (text: string) => string | Buffer])[] = [
    ['a space in front',              (text) => ` ${text}`                                                        ],
    ['a line end',                    (text) => `${text}\n`                                                       ],
    ['a byte order mark',             (text) => `\ufeff${text}`                                                   ],
    ['a space between members',       (text) => text.replace(',', ', ')                                           ],
    ['a space after a colon',         (text) => text.replace(':', ': ')                                           ],
    ['members in another order',      (text) => JSON.stringify(Object.fromEntries(Object.entries(parse(text)).reverse()))],
    ['nested ones in another order',  (text) => text.replace(/"released":\{("[^}]*\]),("[^}]*\])\}/, '"released":{$2,$1}')],
    ['a member twice',                (text) => text.replace('"v":1', '"v":1,"v":1')                              ],
    ['a member twice, once other',    (text) => text.replace('"v":1', '"v":2,"v":1')                              ],
    ['a fraction',                    (text) => text.replace('"rows":13', '"rows":13.5')                          ],
    ['a fraction of none',            (text) => text.replace('"rows":13', '"rows":13.0')                          ],
    ['an exponent',                   (text) => text.replace('"rows":13', '"rows":13e0')                          ],
    ['a zero in front',               (text) => text.replace('"rows":13', '"rows":013')                           ],
    ['a negative zero',               (text) => text.replace('"rows":13', '"rows":-0')                            ],
    ['an unsafe integer',             (text) => text.replace('"rows":13', '"rows":9007199254740992')              ],
    ['a rounded integer',             (text) => text.replace('"rows":13', '"rows":9007199254740993')              ],
    ['null',                          (text) => text.replace('"rows":13', '"rows":null')                          ],
    ['a boolean',                     (text) => text.replace('"rows":13', '"rows":true')                          ],
    ['an escape',                     (text) => text.replace('"bank-a"', '"bank\\u002da"')                        ],
    ['an escape that must be',        (text) => text.replace('"bank-a"', '"bank\\"a"')                            ],
    ['a space in a text',             (text) => text.replace('"bank-a"', '"bank a"')                              ],
    ['a control character',           (text) => text.replace('"bank-a"', '"bank\u007fa"')                         ],
    ['a letter beyond ASCII',         (text) => text.replace('"bank-a"', '"b\u00e4nk-a"')                         ],
    ['a Latin-1 byte',                (text) => Buffer.from(text.replace('"bank-a"', '"b\u00e4nk-a"'), 'latin1')  ],
    ['a Chinese name',                (text) => text.replace('"bank-a"', '"\u674e"')                              ],
    ['a key with a space',            (text) => text.replace('"actor"', '" actor"')                               ],
    ['a comma at the end',            (text) => text.replace(/\}$/, ',}')                                         ],
    ['no end',                        (text) => text.slice(0, -1)                                                 ],
    ['an end too many',               (text) => `${text}}`                                                        ],
    ['a second entry',                (text) => `${text}${text}`                                                  ],
    ['nothing',                       () => ''                                                                    ],
    ['no object',                     () => '1'                                                                   ],
    ['null itself',                   () => 'null'                                                                ],
    ['a list',                        (text) => `[${text}]`                                                       ],
    ['an empty object',               () => '{}'                                                                  ],
    ['bare words',                    () => 'no JSON'                                                             ],
    ['depth without end',             () => '['.repeat(30_000) + ']'.repeat(30_000)                               ],
    ['too many bytes',                (text) => text.replace('"bank-a"', `"${'a'.repeat(32_768)}"`)               ],
  ];
  const parse = (text: string): object => JSON.parse(text) as object; // an entry of ours

  it('is refused where an entry is spelled in another way', async () => {
    const changes = SPELLINGS.map(([name, rewrite]) => ({ name, files: rewritten(index, rewrite).files, index }));
    await expectRefused(changes, 38);
    const untouched = LEDGER.bodies[index]?.toString('latin1') ?? '';
    const idle = SPELLINGS.filter(([, rewrite]) => rewrite(untouched) === untouched).map(([name]) => name);
    expect(idle).toEqual([]);
  });

  it('is refused where an entry is of another version, type or ledger', async () => {
    const members = [
      ...[0, 2, -1, '1', undefined, [1]].map((v) => ({ v })),
      ...['X', 'A', 'd', '', 'DD', undefined, 1, ['D'], { D: 1 }].map((type) => ({ type })),
      ...['log.example.org/disclosures/1', '', undefined, [ORIGIN], 0].map((ledger) => ({ ledger })),
    ];
    const forgeries = members.map((one) => ({ name: JSON.stringify(one), files: changed(index, one).files, index }));
    await expectRefused(forgeries, 20);
  });
});

describe("an auditor's reading", () => {
  const { index, entry } = nth('R', 30);
  const { v, ledger, gateway, at, nonce } = entry;
  const reading = {
    v,
    ledger,
    gateway,
    at,
    nonce,
    type: 'A',
    actor: 'auditor-1',
    jti: 'token',
    op: 'hash',
    fields: ['disclosures'],
    rows: 2,
  };
  const read = (members: Record<string, unknown>): PublishedLedger =>
    publish(
      LEDGER.bodies.map((body, place) => (place === index ? Buffer.from(canonical({ ...reading, ...members }), 'latin1') : body)),
    );

  it.each([{}, { first: 0, last: 0 }, { first: 3, last: index - 1 }, { rows: 0 }])('passes: %j', async (members) => {
    await expectPassed(read(members));
  });

  it('is refused where it names a person, tells not what was read, or of what came later', async () => {
    const lies = [
      { subject: 'somebody' }, { fields: [] }, { fields: undefined }, { fields: 'disclosures' }, { rows: -1 }, { rows: undefined }, { rows: '2' },
      { first: 0 }, { last: 0 }, { first: 4, last: 3 }, { first: -1, last: 3 }, { first: 0, last: index }, { first: 0, last: 1, rows: 0 },
      { first: '0', last: 1 }, { first: 0, last: '1' },
    ]; // prettier-ignore
    const forgeries = lies.map((one) => ({ name: JSON.stringify(one), files: read(one).files, index }));
    await expectRefused(forgeries, 15);
  });
});

describe('a proof', () => {
  const files = SMALL.files;
  const read = readFrom(files);
  const source = async (path: string): Promise<Buffer> => read(path);
  const proofOf = async (index: number, ledger = SMALL): Promise<string> =>
    tlogProof(index, await inclusionPath(readerOf(ledger.files), index, ledger.checkpoint.size), noteOf(ledger));
  const passes = async (proof: Required<Options>['proof']): Promise<boolean> =>
    verify(source, VERIFIER_KEY, { proof }).then(
      () => true,
      (fault: unknown) => {
        if (fault instanceof Fault) return false;
        throw fault;
      },
    );

  it('of each entry passes, from the newest checkpoint and from earlier ones, with an extra line and with a line end', async () => {
    for (const size of [1, 2, 3, 5, 6, 7]) {
      for (let index = 0; index < size; index++) {
        const text = await proofOf(index, publish(SMALL.bodies.slice(0, size)));
        const entry = SMALL.bodies[index] ?? Buffer.alloc(0);
        expect(await passes({ text: Buffer.from(text), entry })).toBe(true);
        expect(await passes({ text: Buffer.from(text.replace('\n', '\nextra AAEC\n')), entry })).toBe(true);
        expect(await passes({ text: Buffer.from(text), entry: Buffer.concat([entry, Buffer.from('\n')]) })).toBe(true);
      }
    }
  });

  it('is refused after the change of any bit of it or of the entry', async () => {
    const [text, entry] = [Buffer.from(await proofOf(4)), SMALL.bodies[4] ?? Buffer.alloc(0)];
    const passed: string[] = [];
    for (let bit = 0; bit < text.length * 8; bit++)
      if (await passes({ text: flipBit(text, bit), entry })) passed.push(`proof ${String(bit)}`);
    for (let bit = 0; bit < entry.length * 8; bit++)
      if (await passes({ text, entry: flipBit(entry, bit) })) passed.push(`entry ${String(bit)}`);
    expect(passed).toEqual([]);
  });

  it('is refused for another entry or index, with a hash more, less or elsewhere, of a fork, a newer ledger or another key', async () => {
    const text = await proofOf(4);
    const [head = '', place = '', ...rest] = text.split('\n');
    const hashes = rest.slice(0, 3);
    const tail = rest.slice(3);
    const join = (...lines: string[]): string => [...lines, ...tail].join('\n');
    const entry = SMALL.bodies[4] ?? Buffer.alloc(0);
    const [first = '', second = '', third = ''] = hashes;
    const fork = publish(SMALL.bodies.map((body, at) => (at === 6 ? (SMALL.bodies[0] ?? body) : body)));
    const longer = aLedger(8, true);
    const texts = [
      ...[0, 1, 2, 3, 5, 6, 7, 8, 2 ** 40].map((index) => join(head, `index ${String(index)}`, ...hashes)),
      ...['index -1', 'index 04', 'index 4.0', 'index', ''].map((line) => join(head, line, ...hashes)),
      join(head, place, second, third),
      join(head, place, first, second),
      join(head, place),
      join(head, place, ...hashes, third),
      join(head, place, leafHash(entry).toString('base64'), ...hashes),
      join(head, place, second, first, third),
      join(head, place, first, third, second),
      join('c2sp.org/tlog-proof@v2', place, ...hashes),
      join(place, ...hashes),
      join(head, 'extra', place, ...hashes),
      await proofOf(4, fork),
      await proofOf(4, longer),
      await proofOf(4, publish(SMALL.bodies, aSigner(ORIGIN, 8))),
    ];
    const refusals = await Promise.all(texts.map((one) => passes({ text: Buffer.from(one), entry })));
    expect([hashes.length, refusals.length, refusals.filter(Boolean)]).toEqual([3, 27, []]);
    for (const other of SMALL.bodies.filter((_, at) => at !== 4))
      expect(await passes({ text: Buffer.from(text), entry: other })).toBe(false);
    expect(await passes({ text: Buffer.from(text), entry })).toBe(true);
    const last = { text: await proofOf(6), entry: SMALL.bodies[6] ?? Buffer.alloc(0) };
    for (const [index, isProven] of [
      ['6', true],
      ['7', false],
      ['8', false],
      ['9007199254740991', false],
    ] as const)
      expect(await passes({ ...last, text: Buffer.from(last.text.replace('index 6', `index ${index}`)) })).toBe(isProven);
  });
});

describe('the file of the verifier, alone and as a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-verifier-'));
  const program = join(folder, 'ledger-verifier.js');
  const ledger = join(folder, 'ledger');
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    const text = readFileSync(join(__dirname, '../../src/verifier/ledger-verifier.ts'), 'utf8');
    writeFileSync(
      program,
      transpileModule(text, { compilerOptions: { module: 1, target: 9, esModuleInterop: true } }).outputText,
    );
    await writeLedger(ledger, LEDGER.files);
  });
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  const root = LEDGER.checkpoint.root.toString('base64');
  const verified = `verified: 600 entries, root ${root}, D 300, P 60, C 120, R 60, K 60, A 0\n`;

  it('says what it verified in a folder, with an earlier checkpoint and a proof', async () => {
    const path = await inclusionPath(readerOf(LEDGER.files), 300, SIZE);
    writeFileSync(join(folder, 'from'), noteOf(publish(LEDGER.bodies.slice(0, 300))));
    writeFileSync(join(folder, 'proof'), tlogProof(300, path, noteOf(LEDGER)));
    writeFileSync(join(folder, 'entry'), LEDGER.bodies[300] ?? '');
    const more = ['--from', join(folder, 'from'), '--proof', join(folder, 'proof'), '--entry', join(folder, 'entry')];
    expect(await run(ledger, VERIFIER_KEY)).toEqual({ code: 0, out: verified, err: '' });
    expect(await run(ledger, VERIFIER_KEY, ...more)).toEqual({ code: 0, out: verified, err: '' });
  });

  it('reads over HTTP, with a token', async () => {
    const server = createServer((request, response) => {
      const bytes = LEDGER.files.get((request.url ?? '').replace('/ledger/', ''));
      const code = request.headers.authorization !== 'Bearer secret' ? 401 : bytes ? 200 : 404;
      response.writeHead(code).end(code === 200 ? bytes : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/ledger`;
    expect(await run(address, VERIFIER_KEY, '--token', 'secret')).toEqual({ code: 0, out: verified, err: '' });
    expect(await run(address, VERIFIER_KEY)).toEqual({
      code: 1,
      out: 'not verified: checkpoint is answered with 401\n',
      err: '',
    });
    await new Promise((resolve) => server.close(resolve));
    expect(await run('http://log.example.org', VERIFIER_KEY, '--token', 'secret')).toMatchObject({ code: 1 });
  });

  it('names the first wrong entry, a missing file, and how it is called', async () => {
    const forged = join(folder, 'forged');
    const { index, entry } = nth('D', 40);
    await writeLedger(forged, changed(index, { set: 99 }).files);
    const cut = join(folder, 'cut');
    await writeLedger(cut, new Map([...LEDGER.files].filter(([path]) => path !== 'tile/entries/001')));
    expect(await run(forged, VERIFIER_KEY)).toEqual({
      code: 1,
      out: `not verified: entry ${String(index)}: its consent set is 99 where ${String(entry.set)} is due\n`,
      err: '',
    });
    expect(await run(cut, VERIFIER_KEY)).toMatchObject({ code: 1, out: expect.stringMatching(/ENOENT.*tile\/entries\/001/) });
    expect(await run(ledger)).toMatchObject({ code: 1, out: expect.stringContaining('usage: ') });
    expect(await run(ledger, VERIFIER_KEY, '--proof', 'x')).toMatchObject({ code: 1, out: expect.stringContaining('usage: ') });
    expect(await run(ledger, VERIFIER_KEY, '--nonsense')).toMatchObject({ code: 1 });
    expect(await run(ledger, 'key')).toMatchObject({ code: 1, out: expect.stringContaining('verifier key') });
  });
});
