import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { KeyEncryptionKeys } from '../app/key-ports';
import type { BorrowerKey, SealedPlace } from '../app/ports';
import { UnknownKeyVersion } from '../core/identity/key-version';
import { encodeDataKeys, newestOf, parseDataKeys, withNewestAlone, withNewKey } from './data-keys';
import { createRandomPool } from './random-pool';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new random data key, wrapped for this borrower: key-encryption version (1 byte), nonce (12), ciphertext (32, more once a key to seal with was replaced), tag (16). */
export function wrapNewDataKey(keks: KeyEncryptionKeys, borrowerRef: Buffer): Buffer {
  return wrapDataKeys(keks, borrowerRef, randomBytes(KEY_BYTES));
}

/**
 * The data keys inside a wrapping: of a new borrower the 32 bytes that everything is derived from.
 *
 * @throws Error, if the wrapping was altered or made for another borrower, or with a key-encryption key that is not known here.
 */
export function unwrapDataKey(keks: KeyEncryptionKeys, borrowerRef: Buffer, wrapped: Buffer): Buffer {
  const version = versionOf(wrapped);
  const key = keks.find(version);
  if (!key)
    throw new Error(
      `No key-encryption key of version ${String(version)} is here; restore its file, or copy it from the other servers.`,
    );
  return decrypt(key, wrapBinding(borrowerRef, version), wrapped, 'The wrapped key of this borrower');
}

/** The same key, wrapped with the newest key-encryption key; the wrapping itself if it is wrapped with it already. */
export function rewrapDataKey(keks: KeyEncryptionKeys, borrowerRef: Buffer, wrapped: Buffer): Buffer {
  return versionOf(wrapped) >= keks.newest()
    ? wrapped
    : wrapDataKeys(keks, borrowerRef, unwrapDataKey(keks, borrowerRef, wrapped));
}

/** Version of the key that made a wrapping or a sealed value; 0, which is none, of no bytes. */
export function versionOf(encrypted: Buffer): number {
  return encrypted[0] ?? 0;
}

/** Data keys, wrapped with the newest key-encryption key. */
export function wrapDataKeys(keks: KeyEncryptionKeys, borrowerRef: Buffer, dataKey: Buffer): Buffer {
  const version = keks.newest();
  const key = keks.find(version);
  if (!key) throw new Error('The newest key-encryption key is not there');
  return encrypt(key, version, wrapBinding(borrowerRef, version), dataKey);
}

/** Data keys as they are wrapped, with a new one to seal with. */
export function addDataKey(dataKeys: Buffer, version: number): Buffer {
  const parsed = parseDataKeys(dataKeys);
  return encodeDataKeys(withNewKey(parsed, version, expand(extract(parsed.secret), 'seal/v1')));
}

/** Data keys as they are wrapped, without the older ones to seal with. */
export function dropOldDataKeys(dataKeys: Buffer): Buffer {
  return encodeDataKeys(withNewestAlone(parseDataKeys(dataKeys)));
}

/** The borrower's key over unwrapped data keys; each sub-key is derived at its first use. */
export function toBorrowerKey(borrowerRef: Buffer, dataKeys: Buffer): BorrowerKey {
  const parsed = parseDataKeys(dataKeys);
  const source = extract(parsed.secret);
  const borrower = borrowerRef.toString('hex');
  const sealVersion = newestOf(parsed);
  let derived: Buffer | undefined;
  let pseudonym: Buffer | undefined;
  let markKey: Buffer | undefined;
  const sealing = (version: number, what: string): Buffer => {
    const key = parsed.sealing ? parsed.sealing.get(version) : version === sealVersion && (derived ??= expand(source, 'seal/v1'));
    if (!key) throw new UnknownKeyVersion(what);
    return key;
  };
  return {
    sealVersion,
    isCurrent: (sealed) => versionOf(sealed) === sealVersion,
    seal: (place, text) => {
      const binding = placeBinding(place, borrower, sealVersion);
      return encrypt(sealing(sealVersion, 'A value'), sealVersion, binding, Buffer.from(text, 'utf8'));
    },
    open: (place, sealed) => {
      const what = `The sealed value in ${place.table}.${place.column}`;
      const version = versionOf(sealed);
      assertWhole(sealed, what);
      return decrypt(sealing(version, what), placeBinding(place, borrower, version), sealed, what).toString('utf8');
    },
    pseudonym: () => Buffer.from((pseudonym ??= expand(source, 'ledger-pseudonym/v1'))),
    mark: (text) =>
      createHmac('sha256', (markKey ??= expand(source, 'mark/v1')))
        .update(text, 'utf8')
        .digest(),
  };
}

/** Key of 32 bytes for one label, by HKDF-SHA-256 without salt; the parent is uniformly random. */
export function deriveKey(parent: Buffer, label: string): Buffer {
  return expand(extract(parent), label);
}

/** RFC 5869, section 2.2: what several keys of one parent have in common. `hkdfSync` would do it, and a job, again for each. */
function extract(parent: Buffer): Buffer {
  return createHmac('sha256', NO_SALT).update(parent).digest();
}
const NO_SALT = Buffer.alloc(KEY_BYTES);

/** RFC 5869, section 2.3, for a key as long as the hash. */
function expand(extracted: Buffer, label: string): Buffer {
  return createHmac('sha256', extracted).update(`${label}\u0001`, 'utf8').digest();
}

function wrapBinding(borrowerRef: Buffer, version: number): Buffer {
  return Buffer.from(JSON.stringify(['borrower-key', borrowerRef.toString('hex'), version]), 'utf8');
}

function placeBinding({ table, column, row }: SealedPlace, borrower: string, version: number): Buffer {
  return Buffer.from(JSON.stringify(['sealed', table, column, row, borrower, version]), 'utf8');
}

/** From a pool, because a draw of its own costs more than the encryption that a nonce is for. */
const drawNonce = createRandomPool();

function encrypt(key: Buffer, version: number, binding: Buffer, plain: Buffer): Buffer {
  const nonce = drawNonce(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(binding);
  return Buffer.concat([Buffer.of(version), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function assertWhole(sealed: Buffer, what: string): void {
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES) throw new Error(`${what} is cut short.`);
}

function decrypt(key: Buffer, binding: Buffer, sealed: Buffer, what: string): Buffer {
  assertWhole(sealed, what);
  const bodyAt = 1 + NONCE_BYTES;
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, bodyAt), { authTagLength: TAG_BYTES });
  decipher.setAAD(binding);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plain = decipher.update(sealed.subarray(bodyAt, tagAt));
  try {
    decipher.final(); // checks the tag; GCM holds nothing back for it
  } catch (cause) {
    throw new Error(`${what} was altered, moved, or made under another key.`, { cause });
  }
  return plain;
}
