import { createHmac, hash } from 'node:crypto';

/** HMAC-SHA-256 over the serialised `data` under a salt that only the borrower's key can make again; base64url. */
export function commitmentOf(salt: Buffer, dataText: string): string {
  return createHmac('sha256', salt).update(dataText, 'utf8').digest('base64url');
}

/** SHA-256 of the given texts, each preceded by its length, so that no two lists of texts run together; 32 bytes. */
export function digestOf(...texts: readonly string[]): Buffer {
  return hash('sha256', texts.map((text) => `${String(Buffer.byteLength(text))}:${text}`).join(''), 'buffer');
}
