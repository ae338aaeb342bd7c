import { createHash, sign } from 'node:crypto';
import type { ReceiptSigner } from '../app/ports';
import { deriveKey } from './borrower-cipher';
import { ed25519Of } from './ed25519';

const ROOT_BYTES = 32;

/**
 * The signer whose Ed25519 key (RFC 8037) follows from the root secret: the same secret signs the same text with the same
 * bytes. The key is named by its thumbprint (RFC 7638).
 *
 * @throws Error, if the root secret has another length than 32 bytes.
 */
export function createReceiptSigner(rootSecret: Buffer): ReceiptSigner {
  if (rootSecret.length !== ROOT_BYTES) throw new Error(`The root secret must have ${String(ROOT_BYTES)} bytes.`);
  const { privateKey, publicKey } = ed25519Of(deriveKey(rootSecret, 'receipt-signing/v1'));
  const x = publicKey.toString('base64url');
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  const header = toBase64url(JSON.stringify({ alg: 'EdDSA', kid, typ: 'consent-receipt+jws' }));
  return {
    sign: (document) => {
      const signature = sign(null, Buffer.from(`${header}.${toBase64url(document)}`, 'ascii'), privateKey);
      return `${header}..${signature.toString('base64url')}`;
    },
    publicKeys: { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' }] },
  };
}

function toBase64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
