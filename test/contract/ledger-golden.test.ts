import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leafHash } from '../../src/core/ledger/merkle-tree';
import { isConsistent, rootByPath } from '../../src/core/ledger/proofs';
import { openCheckpoint } from '../../src/core/ledger/signed-note';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import { openLedgerFolder } from '../../src/files/published-ledger';
import { verify } from '../../src/verifier/ledger-verifier';
import { EARLIER, makeLedgerFiles, PROVEN, SIZE } from '../golden/make-ledger-files';

const FOLDER = join(__dirname, '../golden/ledger');
const golden = (name: string): Buffer => readFileSync(join(FOLDER, name));
const linesOf = (name: string): readonly string[] => golden(name).toString('utf8').split('\n');
const [KEY = ''] = linesOf('key');
const toHashes = (lines: readonly string[]): Buffer[] => lines.map((line) => Buffer.from(line, 'base64'));

it('is written byte by byte as the golden files are; npm run golden writes them', async () => {
  const made = await makeLedgerFiles();
  const stored = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + 1));
  expect(stored.sort()).toEqual([...made.keys()].sort());
  expect(stored).toEqual(expect.arrayContaining(['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44']));
  for (const [name, bytes] of made) expect([name, golden(name).equals(bytes)]).toEqual([name, true]);
});

it('passes both verifiers as it lies there, with the earlier checkpoint and the proof', async () => {
  const from = golden('earlier');
  const { checkpoint } = await verifyLedger({ reader: openLedgerFolder(FOLDER), verifierKey: KEY, from: from.toString('utf8') });
  const proof = { text: golden('inclusion'), entry: golden('entry') };
  const { size, root } = await verify((file) => readFile(join(FOLDER, file)), KEY, { from, proof });
  expect([size, root]).toEqual([checkpoint.size, checkpoint.root]);
  expect(size).toBe(SIZE);
});

it('has proofs that hold line by line', () => {
  const [now, then] = ['checkpoint', 'earlier'].map((name) => openCheckpoint(golden(name).toString('utf8'), KEY));
  if (!now || !then) throw new Error('there are two checkpoints');
  const [, place, ...path] = linesOf('inclusion');
  const hashes = toHashes(path.slice(0, path.indexOf('')));
  expect(place).toBe(`index ${String(PROVEN)}`);
  expect(rootByPath(leafHash(golden('entry')), PROVEN, SIZE, hashes)).toEqual(now.root);
  const [oldSize, newSize, ...consistency] = linesOf('consistency').slice(0, -1);
  expect([oldSize, newSize, then.size, now.size]).toEqual([String(EARLIER), String(SIZE), EARLIER, SIZE]);
  expect(isConsistent(then, now, toHashes(consistency))).toBe(true);
});
