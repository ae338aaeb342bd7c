import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { CursorSealer } from '../app/ports';
import { deriveKey } from './borrower-cipher';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const INSTANT_BYTES = 8;
const ID_BYTES = 16;
const CURSOR_BYTES = NONCE_BYTES + INSTANT_BYTES + ID_BYTES + TAG_BYTES;

/**
 * Positions under AES-256-GCM, bound to the list they belong to: of one length, unreadable, and nobody else's. The key is
 * derived from the root secret, so that every replica opens what another sealed.
 */
export function createCursorSealer(rootSecret: Buffer): CursorSealer {
  const key = deriveKey(rootSecret, 'cursor/v1');
  return {
    seal: (binding, { createdAtMs, id }) => {
      const plain = Buffer.alloc(INSTANT_BYTES + ID_BYTES);
      plain.writeBigInt64BE(BigInt(createdAtMs));
      Buffer.from(id, 'hex').copy(plain, INSTANT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(binding, 'utf8'));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open: (binding, cursor) => {
      const sealed = Buffer.from(cursor, 'base64url');
      if (sealed.length !== CURSOR_BYTES || sealed.toString('base64url') !== cursor) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(binding, 'utf8'));
      decipher.setAuthTag(sealed.subarray(CURSOR_BYTES - TAG_BYTES));
      const plain = decipher.update(sealed.subarray(NONCE_BYTES, CURSOR_BYTES - TAG_BYTES));
      try {
        decipher.final();
      } catch {
        return null;
      }
      return { createdAtMs: Number(plain.readBigInt64BE()), id: plain.subarray(INSTANT_BYTES).toString('hex') };
    },
  };
}
