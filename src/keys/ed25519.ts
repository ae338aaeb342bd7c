import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const SEED_BYTES = 32;
/** All of a PKCS #8 Ed25519 private key but its seed of 32 bytes (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 key pair (RFC 8032) that follows from a seed of 32 bytes; the public key is 32 bytes. */
export function ed25519Of(seed: Buffer): { readonly privateKey: KeyObject; readonly publicKey: Buffer } {
  if (seed.length !== SEED_BYTES) throw new Error(`The seed of a key must have ${String(SEED_BYTES)} bytes.`);
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new Error('An Ed25519 public key without x');
  return { privateKey, publicKey: Buffer.from(x, 'base64url') };
}
