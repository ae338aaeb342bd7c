import { createPublicKey, hash, verify } from 'node:crypto';
import { LedgerFault } from './ledger-fault';

/** A statement of a ledger's size and root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Fixed for a ledger, never used for another. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
}

/** An Ed25519 key under a name (C2SP signed-note): that of the ledger's origin. */
export interface NoteSigner {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Buffer;
  /** @returns 64 bytes. */
  sign(text: Buffer): Buffer;
}

/** The kind of key that a name stands for: plain Ed25519 signatures. */
const ED25519 = Buffer.from([0x01]);
const KEY_BYTES = 32;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const HASH_BYTES = 32;
/** All of an Ed25519 public key in DER but its 32 bytes (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const NOTE_BYTES_MAX = 16_384;
/** Control characters but the line end, which no note may hold. */
const CONTROL = /[\0-\x09\x0b-\x1f]/;
const DASH = '\u2014';

/** First four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key): which key a line claims to be signed by. */
function keyIdOf(name: string, publicKey: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), ED25519, publicKey]), 'buffer').subarray(0, ID_BYTES);
}

/** What a verifier is configured with: name, key id and key, joined by plus signs. */
export function verifierKeyOf({ name, publicKey }: Pick<NoteSigner, 'name' | 'publicKey'>): string {
  return `${name}+${keyIdOf(name, publicKey).toString('hex')}+${Buffer.concat([ED25519, publicKey]).toString('base64')}`;
}

/** The three lines that are signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${String(size)}\n${root.toString('base64')}\n`;
}

/** The checkpoint as a signed note. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const text = checkpointText(checkpoint);
  const signed = Buffer.concat([keyIdOf(signer.name, signer.publicKey), signer.sign(Buffer.from(text, 'utf8'))]);
  return `${text}\n${DASH} ${signer.name} ${signed.toString('base64')}\n`;
}

/**
 * The checkpoint of a note that this key signed. Lines of other keys, witnesses' among them, are passed over.
 *
 * @throws LedgerFault, if the note is malformed, not signed by the key, or another ledger's.
 */
export function openCheckpoint(note: string, verifierKey: string): Checkpoint {
  const { name, publicKey } = parseVerifierKey(verifierKey);
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || CONTROL.test(note) || Buffer.byteLength(note) > NOTE_BYTES_MAX)
    throw fault('is no signed note');
  const text = note.slice(0, end + 1);
  const signatures = note
    .slice(end + 2, -1)
    .split('\n')
    .map(parseSignature);
  const id = keyIdOf(name, publicKey);
  const own = signatures.filter((one) => one.name === name && one.signed.subarray(0, ID_BYTES).equals(id));
  const [signature, ...others] = own;
  if (!signature || others.length > 0) throw fault(`is not signed once by ${name}`);
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  const bytes = signature.signed.subarray(ID_BYTES);
  if (bytes.length !== SIGNATURE_BYTES || !verify(null, Buffer.from(text, 'utf8'), key, bytes))
    throw fault('has a signature that does not hold');
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== name) throw fault(`is of ${checkpoint.origin}, not of ${name}`);
  return checkpoint;
}

/** @throws LedgerFault on text of another form; further lines are allowed and mean nothing here. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', sizeText = '', rootText = ''] = lines;
  const [size, root] = [Number(sizeText), Buffer.from(rootText, 'base64')];
  const isSound =
    lines.pop() === '' &&
    lines.length >= 3 &&
    lines.every((line) => line !== '') &&
    /^(0|[1-9][0-9]{0,15})$/.test(sizeText) &&
    Number.isSafeInteger(size) &&
    root.length === HASH_BYTES &&
    root.toString('base64') === rootText;
  if (!isSound) throw fault('does not state origin, size and root');
  return { origin, size, root };
}

/** @throws LedgerFault on a key of another form, or whose id is not its own. */
function parseVerifierKey(text: string): { readonly name: string; readonly publicKey: Buffer } {
  const [, name = '', id = '', key = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(key, 'base64');
  const publicKey = bytes.subarray(1);
  const isSound =
    bytes[0] === ED25519[0] &&
    publicKey.length === KEY_BYTES &&
    bytes.toString('base64') === key &&
    keyIdOf(name, publicKey).toString('hex') === id;
  if (!isSound) throw new LedgerFault(null, 'The verifier key is none of the form name+id+key for Ed25519');
  return { name, publicKey };
}

function parseSignature(line: string): { readonly name: string; readonly signed: Buffer } {
  const [, name = '', encoded = ''] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  const signed = Buffer.from(encoded, 'base64');
  if (signed.length <= ID_BYTES || signed.toString('base64') !== encoded) throw fault('has a line that is no signature');
  return { name, signed };
}

function fault(what: string): LedgerFault {
  return new LedgerFault(null, `The checkpoint ${what}`);
}
