import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, type KeyLike, SignJWT } from 'jose';

export const NOW_MS = Date.UTC(2026, 0, 15, 12);
export const NOW_SECONDS = NOW_MS / 1000;
export const ISSUER = 'https://id.example/';
export const AUDIENCE = 'https://gateway.example/';

export interface Signer {
  readonly privateKey: KeyLike;
  readonly publicKey: KeyLike;
  readonly publicJwk: JWK;
}

export async function makeSigner(kid: string, alg = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { privateKey, publicKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

/** Claims of a bank's good token, issued now for five minutes; an undefined claim is left out. */
export function aPayload(changes: Record<string, unknown> = {}): JWTPayload {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'bank-a',
    jti: 'token-1',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 300,
    roles: ['bank'],
    party: 'bank-a',
    ...changes,
  };
}

export function aHeader(changes: Record<string, unknown> = {}): JWTHeaderParameters {
  return { alg: 'ES256', typ: 'at+jwt', kid: 'key-1', ...changes };
}

/** A token in compact form, signed whatever its claims say. */
export async function signed(key: KeyLike | Uint8Array, payload = aPayload(), header = aHeader()): Promise<string> {
  return new SignJWT(payload).setProtectedHeader(header).sign(key, { crit: { 'urn:example:must': true } });
}

/** One part of a token in compact form. */
export function toPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
