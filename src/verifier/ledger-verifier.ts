/**
 * Checks a ledger of credit disclosures that somebody else publishes. It is for strangers: this one file, compiled or not,
 * needs Node and nothing else, shares no code with the gateway that writes the ledger, and can be read in a sitting.
 *
 *   node ledger-verifier.js <folder or https address> <verifier key> [--from <checkpoint file>]
 *        [--proof <tlog-proof file> --entry <file with the entry's text>] [--token <bearer token>]
 *
 * It prints one line. `verified: …` and exit code 0 mean that all of this holds; anything else, a missing tile too, is exit
 * code 1 and a line that names the first wrong entry, where it is one.
 *
 *  1. `checkpoint` is signed once by the key, and states the origin that the key is named after.
 *  2. Each entry hashes to its place in its tile of level 0, and all of them to the signed root (RFC 9162, section 2.1).
 *     Each hash of an upper tile is that of what lies below it, so that proofs made from the tiles hold as well.
 *  3. Each entry is JSON in the one spelling it can have: keys ascend, no white space, strings of A-Z a-z 0-9 . _ : / -
 *     only, safe integers, nothing else. Its `v` is 1, its `type` D (disclosure), P (preview), C (consent change), R (consent
 *     request), K (control) or A (what an auditor was shown), its `ledger` the origin. It has a `nonce` and no member but
 *     those of its type, so that none passes for another of which less is asked. A D or P has a `report` and a `commit`,
 *     and lists under each place (`platform/PRODUCT`) rising numbers of fields. An R says who asked whom for what. An A says
 *     which `fields` were asked and how many `rows` shown, and if disclosures were, from which index (`first`) to which
 *     (`last`), all in front of it.
 *  4. No entry is stamped (`at`, milliseconds) more than 5 s before the greatest stamp in front of it.
 *  5. Each C makes the next `set` of its `subject`, from 1 on, and each D and P of that subject names the `set` that is in
 *     force at its place, 0 before the first: no disclosure stands after the entry that ended the consents it rests on.
 *  6. The C of one `consent` are a life: `grant` comes first and makes version 1 (`to`) of 0 (`from`); `amend` makes the next
 *     of the one it finds; `pause`, `resume` (of a paused one), `revoke` and `expire` leave it. Behind the last two only
 *     `revoke` may follow, because a recipient's own revocation is written down whatever it finds. `subject`, `recipient` and
 *     `purpose` never change.
 *  7. The `consents` of a D or P, each `consent:version`, are granted, neither paused nor ended, in the version in force at
 *     its place, and of its subject, recipient (of a D its `actor`) and purpose. There are some if and only if something was
 *     `released`. A P that says `hypothetical` may rest on one that is only supposed.
 *  8. A K with the action `borrower-erased` names nobody. The others of one `institution` are a life: suspended, restored, suspended …, and closed for good. Its `version` is 1 before
 *     them and rises by one with each; once it may rise by one more, when it was marked as that of a historical data set.
 *     No D and P for a recipient that is suspended or closed at its place, none that released what such a platform furnished
 *     (`platform/…` in `released`), and no `grant` to the one or by the other.
 *  9. `--from`: a checkpoint that you kept is signed by the key, and this ledger begins with the tree it states.
 * 10. `--proof`: its path leads from the entry's leaf to the root of the checkpoint in it, for which 9 holds too.
 *
 * It cannot see what was never written down, nor whether others are shown another history: keep checkpoints, compare them.
 *
 * The formats are public: c2sp.org/tlog-tiles, /tlog-checkpoint, /signed-note and /tlog-proof. Go's golang.org/x/mod/sumdb/note
 * and sumdb/tlog, and Tessera's fsck, check 1, 2, 9 and 10 by code of other authors; 3 to 8 are this ledger's own.
 */
import { createHash, createPublicKey, type KeyObject, verify as holds } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

const WIDTH = 256; // of a full tile
const HASH_BYTES = 32;
const ENTRY_BYTES_MAX = 32_768;
const CLOCK_BACK_MS_MAX = 5_000;
/** Every member that an entry of each type may have. */
const MEMBERS = new Map(
  Object.entries({
    D: 'report actor jti subject purpose op schema set asof consents released refused empty rows months commit',
    P: 'report actor role recipient jti subject purpose op schema set asof consents hypothetical released refused empty rows months commit',
    C: 'actor role jti subject recipient purpose action consent from to document evidence set',
    R: 'actor role jti subject recipient purpose action request document',
    K: 'action institution version',
    A: 'actor jti op fields rows first last',
  }).map(([type, names]) => [type, new Set(`v type ledger gateway at nonce ${names}`.split(' '))]),
);

/** The bytes at a path of the published ledger, such as `tile/0/000`; rejects where there are none. */
export type Source = (path: string) => Promise<Buffer>;
export interface Options {
  /** A checkpoint kept from earlier. */
  readonly from?: Buffer;
  /** A tlog-proof, and the text of the entry that it proves. */
  readonly proof?: { readonly text: Buffer; readonly entry: Buffer };
}
export interface Verified {
  readonly size: number;
  readonly root: Buffer;
  /** Entries by type. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Why the ledger does not hold. */
export class Fault extends Error {
  /** @param index - The first entry that is wrong; null: it is none of one entry. */
  constructor(
    readonly index: number | null,
    readonly reason: string,
  ) {
    super(index === null ? reason : `entry ${String(index)}: ${reason}`);
  }
}

/** @throws Fault at the first thing that does not hold; whatever the source rejects with. */
export async function verify(source: Source, verifierKey: string, { from, proof }: Options = {}): Promise<Verified> {
  const key = parseKey(verifierKey);
  const now = openCheckpoint('the checkpoint', await source('checkpoint'), key);
  const stated = [now]; // each must be the tree of the first `size` entries
  if (from) stated.push(openCheckpoint('the earlier checkpoint', from, key));
  if (proof) stated.push(openProof(proof.text, proof.entry, key));
  for (const { what, size, root } of stated) {
    if (size > now.size) throw new Fault(null, `the ledger has ${String(now.size)} entries, and ${what} states ${String(size)}`);
    if (size === 0 && !root.equals(treeHash([]))) throw new Fault(null, `${what} states a root that is not that of no entries`);
  }

  const counts = new Map([...MEMBERS.keys()].map((type) => [type, 0]));
  const checkOrder = createOrderCheck(now.origin);
  const row: Buffer[] = []; // the root of each 256 leaves
  for (let first = 0; first < now.size; first += WIDTH) {
    const width = Math.min(WIDTH, now.size - first);
    const [bundle, tile] = await Promise.all([
      readTile(source, 'entries', first / WIDTH, width),
      readTile(source, '0', first / WIDTH, width),
    ]);
    const hashes = hashesOf(tile, width);
    const leaves: Buffer[] = [];
    for (const body of entriesOf(bundle, first)) {
      if (leaves.length === width) break; // the bundle has grown since
      const index = first + leaves.length;
      const leaf = hashLeaf(body);
      if (hashes[leaves.length]?.equals(leaf) !== true) throw new Fault(index, 'it does not hash to what its tile holds');
      const entry = readEntry(index, body);
      checkOrder(index, entry);
      counts.set(String(entry.type), (counts.get(String(entry.type)) ?? 0) + 1);
      leaves.push(leaf);
    }
    for (const { what, size, root } of stated)
      if (size > first && size <= first + width && !treeHash([...row, treeHash(leaves.slice(0, size - first))]).equals(root))
        throw new Fault(null, `the first ${String(size)} entries do not come to the root of ${what}`);
    row.push(treeHash(leaves));
  }
  await checkUpperTiles(source, now.size % WIDTH === 0 ? row : row.slice(0, -1));
  return { size: now.size, root: now.root, counts };
}

// Hashes and tiles

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
const hashLeaf = (entry: Buffer): Buffer => sha256(Uint8Array.of(0), entry);
const hashNode = (left: Buffer, right: Buffer): Buffer => sha256(Uint8Array.of(1), left, right);

/** The largest power of two below a number above 1: where a tree of so many splits. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/**
 * Root of the tree over leaves, as RFC 9162, section 2.1.1, defines it. As a tree splits at powers of two, the hashes may
 * also be those of complete subtrees of one size, of which the last may be incomplete.
 */
function treeHash(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (!only) return sha256();
  if (hashes.length === 1) return only;
  const split = splitOf(hashes.length);
  return hashNode(treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split)));
}

interface Tile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Hashes or entries in it; more than asked for, if the full tile has replaced the partial one since. */
  readonly width: number;
}

async function readTile(source: Source, level: string, index: number, width: number): Promise<Tile> {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const full = `tile/${level}/${digits.replace(/[0-9]{3}(?=[0-9])/g, 'x$&/')}`; // 1234067: x001/x234/067
  if (width === WIDTH) return { path: full, bytes: await source(full), width };
  const path = `${full}.p/${String(width)}`;
  try {
    return { path, bytes: await source(path), width };
  } catch (missing) {
    const bytes = await source(full).catch(() => Promise.reject(missing as Error)); // as the source threw it
    return { path: full, bytes, width: WIDTH };
  }
}

function hashesOf({ path, bytes, width }: Tile, wanted: number): readonly Buffer[] {
  if (bytes.length !== width * HASH_BYTES) throw new Fault(null, `${path} does not hold ${String(width)} hashes`);
  return Array.from({ length: wanted }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

function* entriesOf({ path, bytes, width }: Tile, first: number): Generator<Buffer> {
  let at = 0;
  for (let index = first; index < first + width; index += 1) {
    const end = at + 2 <= bytes.length ? at + 2 + bytes.readUInt16BE(at) : Infinity;
    if (end > bytes.length) throw new Fault(index, `${path} ends before it does`);
    yield bytes.subarray(at + 2, end);
    at = end;
  }
  if (at < bytes.length) throw new Fault(first + width, `${path} holds more than ${String(width)} entries`);
}

/** @param row - The hashes of the complete subtrees of 256 leaves, which is what tiles of level 1 hold. */
async function checkUpperTiles(source: Source, row: readonly Buffer[]): Promise<void> {
  for (let [level, below] = [1, row]; below.length > 0; level += 1) {
    const above: Buffer[] = [];
    for (let first = 0; first < below.length; first += WIDTH) {
      const known = below.slice(first, first + WIDTH);
      const tile = await readTile(source, String(level), first / WIDTH, known.length);
      const wrong = hashesOf(tile, known.length).findIndex((hash, at) => known[at]?.equals(hash) !== true);
      if (wrong >= 0) throw new Fault(null, `hash ${String(wrong)} of ${tile.path} is not that of what lies below it`);
      if (known.length === WIDTH) above.push(treeHash(known));
    }
    below = above;
  }
}

// Signed notes and proofs

interface Key {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
}
interface Checkpoint {
  /** What it is to the reader. */
  readonly what: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** Of text that is no base64, or not as an encoder writes it, no bytes. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.alloc(0);
}

/** `name+id+base64(0x01 ‖ key)`, where the id is the beginning of SHA-256(name ‖ newline ‖ 0x01 ‖ key). */
function parseKey(text: string): Key {
  const [name = '', id = '', ...rest] = text.split('+');
  const typed = fromBase64(rest.join('+'));
  const expected = sha256(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  if (!/^\S+$/.test(name) || typed.length !== 33 || typed[0] !== 1 || expected.toString('hex') !== id)
    throw new Fault(null, 'the verifier key is not of the form name+id+key, or is damaged');
  const x = typed.subarray(1).toString('base64url');
  return { name, id: expected, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}

function toText(what: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault(null, `${what} is not UTF-8`);
  }
}

/** Origin, size and root on a line each, perhaps more lines; an empty line; signatures, others' perhaps among them. */
function openCheckpoint(what: string, note: Buffer, { name, id, key }: Key): Checkpoint {
  const text = toText(what, note);
  const [, body = '', signatures = ''] = /^((?:[^\n]+\n){3,})\n((?:[^\n]+\n)+)$/.exec(text) ?? [];
  const own: Buffer[] = [];
  for (const line of signatures.split('\n').slice(0, -1)) {
    const [, signer = '', encoded = ''] = /^\u2014 ([^\s+]+) ([^\s]+)$/.exec(line) ?? [];
    const signed = fromBase64(encoded);
    if (signed.length < 5) throw new Fault(null, `${what} has a line that is no signature`);
    if (signer === name && signed.subarray(0, 4).equals(id)) own.push(signed.subarray(4));
  }
  const [signature, ...more] = own;
  if (body === '' || /[\0-\x09\x0b-\x1f]/.test(text)) throw new Fault(null, `${what} is no signed note`);
  if (!signature || more.length > 0) throw new Fault(null, `${what} is not signed once by this key`);
  if (!holds(null, Buffer.from(body), key, signature)) throw new Fault(null, `the signature of ${what} does not hold`);
  const [origin = '', sizeText = '', rootText = ''] = body.split('\n');
  const [size, root] = [Number(sizeText), fromBase64(rootText)];
  if (origin !== name) throw new Fault(null, `${what} is of another ledger than the key`);
  if (!/^(0|[1-9][0-9]*)$/.test(sizeText) || !Number.isSafeInteger(size) || root.length !== HASH_BYTES)
    throw new Fault(null, `${what} does not state a size and a root`);
  return { what, origin, size, root };
}

/** The root that a path leads to, from above: its last hash is of the half of the tree that the leaf is not in. */
function rootByPath(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  const other = path.at(-1);
  if (size === 1 || !other) return size === 1 && !other ? leaf : null;
  const split = splitOf(size);
  const rest = path.slice(0, -1);
  const half = index < split ? rootByPath(leaf, index, split, rest) : rootByPath(leaf, index - split, size - split, rest);
  return half && (index < split ? hashNode(half, other) : hashNode(other, half));
}

/** @returns The checkpoint in the proof. */
function openProof(proof: Buffer, entry: Buffer, key: Key): Checkpoint {
  const form =
    /^c2sp\.org\/tlog-proof@v1\n(?:extra [A-Za-z0-9+/]+={0,2}\n)?index (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([^]+)$/;
  const [, indexText = '', lines = '', note = ''] = form.exec(toText('the proof', proof)) ?? [];
  if (note === '') throw new Fault(null, 'the proof is none of c2sp.org/tlog-proof@v1');
  const checkpoint = openCheckpoint('the checkpoint of the proof', Buffer.from(note), key);
  const path = lines.split('\n').slice(0, -1).map(fromBase64);
  const index = Number(indexText);
  const body = entry.at(-1) === 0x0a ? entry.subarray(0, -1) : entry; // an editor's line end is none of it
  const root = index < checkpoint.size ? rootByPath(hashLeaf(body), index, checkpoint.size, path) : null;
  if (path.some((hash) => hash.length !== HASH_BYTES) || root?.equals(checkpoint.root) !== true)
    throw new Fault(index, 'the proof does not lead from this text to the root of its checkpoint');
  return checkpoint;
}

// Entries

type Entry = Readonly<Record<string, unknown>>;

/** The one spelling that a value has. @throws Error on a value that an entry cannot hold. */
function spell(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9._:/-]*$/.test(value)) return `"${value}"`;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(spell).join(',')}]`;
  if (typeof value !== 'object' || value === null) throw new Error('not of an entry');
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${spell(name)}:${spell(member)}`).join(',')}}`;
}

function readEntry(index: number, body: Buffer): Entry {
  const text = body.toString('latin1');
  let entry: unknown;
  try {
    entry = JSON.parse(text);
    if (body.length > ENTRY_BYTES_MAX || spell(entry) !== text) throw new Error('not canonical');
  } catch {
    throw new Fault(index, 'it is not in canonical form');
  }
  const { v, type, nonce } = entry as Entry; // a number or a list has none of them
  const members = MEMBERS.get(String(type));
  if (v !== 1 || typeof type !== 'string' || !members) throw new Fault(index, 'it is of an unknown version or type');
  const foreign = Object.keys(entry as Entry).filter((name) => !members.has(name));
  if (foreign.length > 0) throw new Fault(index, `an entry of its type has no ${foreign.join(', ')}`);
  if (!isWord(nonce)) throw new Fault(index, 'it has no nonce');
  return entry as Entry;
}

/** Instants, and what entries have made of consents and institutions, in their order. */
function createOrderCheck(origin: string): (index: number, entry: Entry) => void {
  const setBySubject = new Map<string, number>();
  const checkConsent = createConsentCheck();
  const institutions = createInstitutionCheck();
  let greatest = -Infinity;
  return (index, entry) => {
    const { type, ledger, at, subject, set, actor, role } = entry;
    const fail: Fail = (reason) => {
      throw new Fault(index, reason);
    };
    if (ledger !== origin) fail('it is of another ledger');
    if (typeof at !== 'number' || at < greatest - CLOCK_BACK_MS_MAX) return fail('the clock went back before it');
    greatest = Math.max(greatest, at);
    if (type === 'K' && !isErasure(entry)) institutions.change(entry, fail);
    if (type === 'A') checkAccess(index, entry);
    if (type === 'R') checkRequest(entry, fail);
    if (type !== 'D' && type !== 'P' && type !== 'C') return;
    if (typeof subject !== 'string' || typeof set !== 'number') return fail('it has no subject or no consent set');
    const due = (setBySubject.get(subject) ?? 0) + (type === 'C' ? 1 : 0);
    if (set !== due) fail(`its consent set is ${String(set)} where ${String(due)} is due`);
    setBySubject.set(subject, set);
    checkConsent(entry, fail);
    if (type !== 'C') institutions.expectActive([recipientOf(entry), ...platformsOf(entry)], fail);
    else if (entry.action === 'grant') institutions.expectActive([entry.recipient, role === 'PLATFORM' ? actor : ''], fail);
  };
}
type Fail = (reason: string) => void;

const recipientOf = ({ type, actor, recipient }: Entry): unknown => (type === 'D' ? actor : recipient);

/** Whose records left: what stands before the `/` of each place. */
function platformsOf({ released }: Entry): string[] {
  return isObject(released) ? Object.keys(released).map((place) => place.replace(/[/][^/]*$/, '')) : [];
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0;
}

/** Of each place the numbers of its fields, rising. */
function isFieldList(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(([place, ids]) => {
    if (!/^[^/]+[/][^/]+$/.test(place) || !Array.isArray(ids) || ids.length === 0) return false;
    let before = 0;
    for (const id of ids) {
      if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= before) return false;
      before = id;
    }
    return true;
  });
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Consent {
  readonly version: number;
  readonly state: 'granted' | 'paused' | 'ended';
  /** Subject, recipient and purpose, in a form that can be compared. */
  readonly whose: string;
}

function createConsentCheck(): (entry: Entry, fail: Fail) => void {
  const consents = new Map<string, Consent>();

  /** The states that each action may find, and the one it leaves; null: as it was. */
  const actions = new Map<unknown, readonly [finds: readonly string[], leaves: Consent['state'] | null]>([
    ['grant', [['none'], 'granted']],
    ['amend', [['granted', 'paused'], null]],
    ['pause', [['granted', 'paused'], 'paused']],
    ['resume', [['paused'], 'granted']],
    ['revoke', [['granted', 'paused', 'ended'], 'ended']],
    ['expire', [['granted', 'paused'], 'ended']],
  ]);
  const change = ({ action, consent: id, from, to }: Entry, whose: string, fail: Fail): void => {
    const step = actions.get(action);
    if (!step || typeof id !== 'string' || typeof from !== 'number') return fail('it does not say which consent it changes');
    const found = consents.get(id);
    const next = from + (action === 'grant' || action === 'amend' ? 1 : 0);
    const [finds, leaves] = step;
    if (!finds.includes(found?.state ?? 'none')) fail(`it is ${String(action)} of a consent that is ${found?.state ?? 'none'}`);
    if (from !== (found?.version ?? 0) || to !== next) fail('it makes no next version of its consent');
    if (found && found.whose !== whose) fail('it is of another subject, recipient or purpose than its consent');
    consents.set(id, { version: next, state: leaves ?? found?.state ?? 'granted', whose });
  };

  const holdsFor = (whose: string, citation: string): boolean => {
    const [id = '', version = ''] = citation.split(':');
    const found = consents.get(id);
    return found?.state === 'granted' && found.whose === whose && String(found.version) === version;
  };
  const relyOn = (entry: Entry, whose: string, fail: Fail): void => {
    const { type, consents: cited, released, refused = {}, empty = {}, report, commit, hypothetical } = entry;
    if (!Array.isArray(cited) || !isObject(released)) return fail('it does not say what it released on which consents');
    if (![released, refused, empty].every(isFieldList)) fail('it does not list fields by their places, in order');
    if (!isWord(report) || !isWord(commit)) fail('it has no report or no commitment to what was shown');
    const texts = cited.map((one) => (typeof one === 'string' && /^[^:]+:[1-9][0-9]*$/.test(one) ? one : ''));
    if (texts.some((text, at) => text <= (texts[at - 1] ?? ''))) fail('its consents are not listed once each, in order');
    if (texts.length > 0 !== Object.keys(released).length > 0) fail('it released something on no consent, or nothing on one');
    const idle = texts.filter((text) => !holdsFor(whose, text));
    if (idle.length > (type === 'P' && hypothetical !== undefined ? 1 : 0))
      fail(`it rests on ${idle.join(', ')}: not in force at its place`);
  };

  return (entry, fail) => {
    const { type, subject, purpose } = entry;
    const whose = [subject, recipientOf(entry), purpose];
    if (!whose.every((part) => typeof part === 'string')) return fail('it does not say whose consents it is about');
    (type === 'C' ? change : relyOn)(entry, whose.join(' '), fail);
  };
}

interface InstitutionCheck {
  change(entry: Entry, fail: Fail): void;
  expectActive(ids: readonly unknown[], fail: Fail): void;
}

function createInstitutionCheck(): InstitutionCheck {
  const known = new Map<unknown, { readonly state: string; readonly version: number; readonly changes: number }>();
  const registered = { state: 'restored', version: 1, changes: 0 };
  /** The states that lead to each; a new one is as good as restored. */
  const before: Readonly<Record<string, readonly string[]>> = {
    suspended: ['restored'],
    restored: ['suspended'],
    closed: ['restored', 'suspended'],
  };
  return {
    change: ({ action, institution, version }, fail) => {
      const [, next = ''] = /^institution-(suspended|restored|closed)$/.exec(String(action)) ?? [];
      if (typeof institution !== 'string' || typeof version !== 'number' || next === '')
        return fail('it does not say what became of which institution');
      const found = known.get(institution) ?? registered;
      const changes = found.changes + 1;
      if (before[next]?.includes(found.state) !== true) fail(`the institution is ${next}, and was ${found.state}`);
      if (version <= found.version || version > changes + 2) fail('it makes no next version of its institution');
      known.set(institution, { state: next, version, changes });
    },
    expectActive: (ids, fail) => {
      for (const id of ids)
        if ((known.get(id) ?? registered).state !== 'restored') fail(`${String(id)} is not active at its place`);
    },
  };
}

/** That a person was erased; it says not which. */
function isErasure({ action, institution, version }: Entry): boolean {
  return action === 'borrower-erased' && institution === undefined && version === undefined;
}

function checkRequest({ action, request, subject, recipient, purpose }: Entry, fail: Fail): void {
  if (action !== 'request' && action !== 'reject') fail('it neither asks for a consent nor rejects that');
  if (![request, subject, recipient, purpose].every(isWord)) fail('it does not say who asked whom for what');
}

/** What an auditor read: of nobody by name, and of disclosures in front of it alone. */
function checkAccess(index: number, { fields, rows, first, last }: Entry): void {
  const wrong = new Fault(index, 'it is no account of what was read');
  if (!Array.isArray(fields) || fields.length === 0 || typeof rows !== 'number' || rows < 0) throw wrong;
  if (first === undefined && last === undefined) return;
  if (typeof first !== 'number' || typeof last !== 'number' || first < 0 || last < first || last >= index || rows === 0)
    throw wrong;
}

// Command line

function openSource(place: string, token?: string): Source {
  if (!/^https?:/.test(place)) return (path) => readFile(join(place, path));
  const base = new URL(place.endsWith('/') ? place : `${place}/`);
  if (token !== undefined && base.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(base.hostname))
    throw new Error('a token is sent by https only');
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (path) => {
    const answer = await fetch(new URL(path, base), { headers, redirect: 'error', signal: AbortSignal.timeout(60_000) });
    if (!answer.ok) throw new Error(`${path} is answered with ${String(answer.status)}`);
    return Buffer.from(await answer.arrayBuffer());
  };
}

async function main(): Promise<string> {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { from: text, proof: text, entry: text, token: text },
  });
  const [place, key, ...others] = positionals;
  const { from, proof, entry, token } = values;
  if (place === undefined || key === undefined || others.length > 0 || (proof === undefined) !== (entry === undefined))
    throw new Error('usage: <folder or address> <verifier key> [--from file] [--proof file --entry file] [--token token]');
  const { size, root, counts } = await verify(openSource(place, token), key, {
    ...(from !== undefined && { from: await readFile(from) }),
    ...(proof !== undefined && entry !== undefined && { proof: { text: await readFile(proof), entry: await readFile(entry) } }),
  });
  const byType = [...counts].map(([type, count]) => `, ${type} ${String(count)}`).join('');
  return `verified: ${String(size)} entries, root ${root.toString('base64')}${byType}`;
}

if (require.main === module)
  main().then(
    (line) => process.stdout.write(`${line}\n`),
    (error: unknown) => {
      process.exitCode = 1;
      const reason = error instanceof Error ? error.message : String(error);
      process.stdout.write(`not verified: ${reason.replace(/[^\x20-\x7e]+/g, ' ')}\n`);
    },
  );
