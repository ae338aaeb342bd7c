import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { BorrowerKey, SealedPlace } from '../app/ports';

const KEY_VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new random data key, wrapped for this borrower: version (1 byte), nonce (12), ciphertext (32), tag (16). */
export function wrapNewDataKey(wrappingKey: Buffer, borrowerRef: Buffer): Buffer {
  return encrypt(wrappingKey, wrapBinding(borrowerRef), randomBytes(KEY_BYTES));
}

/**
 * The data key of 32 bytes inside a wrapping.
 *
 * @throws Error, if the wrapping was altered or made for another borrower, root secret or key version.
 */
export function unwrapDataKey(wrappingKey: Buffer, borrowerRef: Buffer, wrapped: Buffer): Buffer {
  return decrypt(wrappingKey, wrapBinding(borrowerRef), wrapped, 'The wrapped key of this borrower');
}

/** The borrower's key over an unwrapped data key; each sub-key is derived at its first use. */
export function toBorrowerKey(borrowerRef: Buffer, dataKey: Buffer): BorrowerKey {
  let sealKey: Buffer | undefined;
  let pseudonym: Buffer | undefined;
  let markKey: Buffer | undefined;
  const sealing = () => (sealKey ??= deriveKey(dataKey, 'seal/v1'));
  return {
    seal: (place, text) => encrypt(sealing(), placeBinding(place, borrowerRef), Buffer.from(text, 'utf8')),
    open: (place, sealed) => {
      const what = `The sealed value in ${place.table}.${place.column}`;
      return decrypt(sealing(), placeBinding(place, borrowerRef), sealed, what).toString('utf8');
    },
    pseudonym: () => Buffer.from((pseudonym ??= deriveKey(dataKey, 'ledger-pseudonym/v1'))),
    mark: (text) =>
      createHmac('sha256', (markKey ??= deriveKey(dataKey, 'mark/v1')))
        .update(text, 'utf8')
        .digest(),
  };
}

/** Key of 32 bytes for one label, by HKDF-SHA-256 without salt; the parent is uniformly random. */
export function deriveKey(parent: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', parent, '', label, KEY_BYTES));
}

function wrapBinding(borrowerRef: Buffer): Buffer {
  return Buffer.from(JSON.stringify(['borrower-key', borrowerRef.toString('hex'), KEY_VERSION]), 'utf8');
}

function placeBinding(place: SealedPlace, borrowerRef: Buffer): Buffer {
  const { table, column, row } = place;
  return Buffer.from(JSON.stringify(['sealed', table, column, row, borrowerRef.toString('hex'), KEY_VERSION]), 'utf8');
}

function encrypt(key: Buffer, binding: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(binding);
  return Buffer.concat([Buffer.of(KEY_VERSION), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, binding: Buffer, sealed: Buffer, what: string): Buffer {
  const bodyAt = 1 + NONCE_BYTES;
  const tagAt = sealed.length - TAG_BYTES;
  if (tagAt < bodyAt || sealed[0] !== KEY_VERSION) throw new Error(`${what} is cut short or of an unknown key version.`);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, bodyAt), { authTagLength: TAG_BYTES });
  decipher.setAAD(binding);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plain = decipher.update(sealed.subarray(bodyAt, tagAt));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch (cause) {
    throw new Error(`${what} was altered, moved, or made under another key.`, { cause });
  }
}
