import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeEntry, type LedgerEntry } from '../../src/core/ledger/entry';
import { appendLeaf, EMPTY_FRONTIER, leafHash, rootOf } from '../../src/core/ledger/merkle-tree';
import { type Checkpoint, type NoteSigner, signCheckpoint, verifierKeyOf } from '../../src/core/ledger/signed-note';
import { encodeBundle, type LedgerReader, rootOfComplete, TILE_WIDTH, tilePath } from '../../src/core/ledger/tiles';
import { LEDGER_ENTRIES } from '../golden/make-ledger-entries';

/** What stands under the address of a ledger, by path. */
export type LedgerFiles = Map<string, Buffer>;
export interface PublishedLedger {
  readonly bodies: readonly Buffer[];
  readonly checkpoint: Checkpoint;
  readonly files: LedgerFiles;
}

export const ORIGIN = 'log.example.org/disclosures/0';
export const SIGNER = aSigner(ORIGIN);
export const VERIFIER_KEY = verifierKeyOf(SIGNER);

/** The key pair of a seed of 32 equal bytes. */
export function aSigner(name: string, seedByte = 7): NoteSigner {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seedByte)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { name, publicKey, sign: (text) => sign(null, text, key) };
}

/** Of each type the first golden entry, to be changed. */
const SAMPLES = new Map(
  Object.values(LEDGER_ENTRIES)
    .reverse()
    .map((entry) => [entry.type, entry]),
);
const KINDS = ['C', 'D', 'D', 'P', 'R', 'D', 'C', 'D', 'K', 'D'] as const;
/** The life of each consent; the last is its recipient's own revocation of what has ended. */
const ACTS = ['grant', 'amend', 'pause', 'pause', 'resume', 'amend', 'expire', 'revoke'] as const;
/** The life of each institution. */
const FATES = ['institution-suspended', 'institution-restored', 'institution-suspended', 'institution-closed'] as const;
const START_MS = 1_776_218_400_000;
const SUBJECTS = 5;

/**
 * Entries of all types that a gateway could have written: five subjects in turn, whose consent sets rise from 1, and ten
 * entries of each in turn; a clock that runs, and now and then goes back by a little.
 */
export function entriesOf(size: number, small = false): LedgerEntry[] {
  const history = createHistory();
  return Array.from({ length: size }, (_, index) => {
    const subject = `subject-${String(index % SUBJECTS)}`;
    const type = KINDS[Math.floor(index / SUBJECTS) % KINDS.length] ?? 'K';
    const at = START_MS + index * 40 - (index % 97 === 96 ? 4_000 : 0);
    const sample = sampleOf(type, small);
    return { ...sample, at, nonce: `nonce-${String(index)}`, ...history[type](subject, sample) } as LedgerEntry;
  });
}

interface Life {
  readonly set: number;
  readonly consent: string;
  readonly version: number;
  readonly isActive: boolean;
}
type MembersOf = (subject: string, sample: object) => object;

/** The members that the order of entries is checked by, as the entries before them have made them. */
function createHistory(): Record<LedgerEntry['type'], MembersOf> {
  const lives = new Map<string, Life>();
  const lifeOf = (subject: string): Life => lives.get(subject) ?? { set: 0, consent: '', version: 0, isActive: false };
  let fates = 0;
  const change: MembersOf = (subject) => {
    const { set, consent, version, isActive } = lifeOf(subject);
    const action = ACTS[set % ACTS.length] ?? 'grant';
    const id = action === 'grant' ? `consent-${subject}-${String(set)}` : consent;
    const from = action === 'grant' ? 0 : version;
    const to = action === 'grant' || action === 'amend' ? from + 1 : from;
    const after = action === 'grant' || action === 'resume' || (action === 'amend' && isActive);
    lives.set(subject, { set: set + 1, consent: id, version: to, isActive: after });
    return { subject, set: set + 1, action, consent: id, from, to };
  };
  const report: MembersOf = (subject, sample) => {
    const { set, consent, version, isActive } = lifeOf(subject);
    const rests = {
      consents: [`${consent}:${String(version)}`],
      released: { 'platform-1/JIEBEI': [214], ...releasedOf(sample) },
    };
    return { subject, set, ...(isActive ? rests : { consents: [], released: {} }) };
  };
  const control: MembersOf = () => {
    const [institution, step] = [Math.floor(fates / FATES.length), fates % FATES.length];
    fates += 1;
    const unwritten = step > institution % (FATES.length + 1) ? 1 : 0; // of some it is a data set's mark
    return { action: FATES[step], institution: `closed-bank-${String(institution)}`, version: step + 2 + unwritten };
  };
  return { D: report, P: report, C: change, K: control, R: (subject) => ({ subject }), A: () => ({}) };
}

function releasedOf(sample: object): object {
  return 'released' in sample && typeof sample.released === 'object' && sample.released !== null ? sample.released : {};
}

const PARTIES = { recipient: 'bank-a', purpose: 'CARD_APPROVAL' } as const;

/** What a small entry cannot do without. */
const LEAST: Readonly<Record<LedgerEntry['type'], object>> = {
  D: { actor: 'bank-a', purpose: PARTIES.purpose, report: 'r', commit: 'c' },
  P: { ...PARTIES, actor: 'bank-a', report: 'r', commit: 'c' },
  C: { ...PARTIES, actor: 'bank-a' },
  R: { ...PARTIES, action: 'request', request: 'q' },
  K: {},
  A: {},
};

function sampleOf(type: LedgerEntry['type'], small: boolean): object {
  const parties = type === 'K' ? {} : PARTIES;
  if (small) return { v: 1, type, ledger: ORIGIN, ...LEAST[type] };
  const sample = SAMPLES.get(type);
  if (!sample) throw new Error(`no golden entry of type ${type}`);
  return { ...sample, ledger: ORIGIN, ...(type === 'D' ? { purpose: PARTIES.purpose } : parties) };
}

/** Tiles, bundles and signed checkpoint of a ledger of these bytes, whatever they say. */
export function publish(bodies: readonly Buffer[], signer: NoteSigner = SIGNER): PublishedLedger {
  const leaves = bodies.map(leafHash);
  const files = tilesOf(leaves);
  for (const [index, bundle] of groupsOf(bodies).entries())
    files.set(tilePath({ level: null, index, width: bundle.length }), encodeBundle(bundle));
  const root = rootOf(leaves.reduce(appendLeaf, EMPTY_FRONTIER));
  const checkpoint = { origin: signer.name, size: bodies.length, root };
  files.set('checkpoint', Buffer.from(signCheckpoint(checkpoint, signer)));
  return { bodies, checkpoint, files };
}

/** The tiles of hashes over these leaves. */
export function tilesOf(leaves: readonly Buffer[]): LedgerFiles {
  const files: LedgerFiles = new Map();
  let row = leaves;
  for (let level = 0; row.length > 0; level += 1) {
    const tiles = groupsOf(row);
    for (const [index, tile] of tiles.entries()) files.set(tilePath({ level, index, width: tile.length }), Buffer.concat(tile));
    row = tiles.filter((tile) => tile.length === TILE_WIDTH).map(rootOfComplete);
  }
  return files;
}

/** A valid ledger. */
export function aLedger(size: number, small = false): PublishedLedger {
  return publish(entriesOf(size, small).map(encodeEntry));
}

/** The signed checkpoint of a ledger. */
export function noteOf({ files }: Pick<PublishedLedger, 'files'>): string {
  return readFrom(files)('checkpoint').toString('utf8');
}

/** @throws Error where there is no such file. */
export function readFrom(files: ReadonlyMap<string, Buffer>): (path: string) => Buffer {
  return (path) => {
    const bytes = files.get(path);
    if (!bytes) throw new Error(`no ${path}`);
    return bytes;
  };
}

export function readerOf(files: ReadonlyMap<string, Buffer>): LedgerReader {
  const read = readFrom(files);
  return {
    checkpoint: async () => read('checkpoint').toString('utf8'),
    tile: async (level, index, width) => read(tilePath({ level, index, width })),
    entries: async (index, width) => read(tilePath({ level: null, index, width })),
  };
}

export async function writeLedger(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

function groupsOf<T>(row: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(row.length / TILE_WIDTH) }, (_, at) => row.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH));
}
