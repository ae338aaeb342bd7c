import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import { badInput } from '../core/errors';
import type { TokenRole } from '../core/identity/actor';
import { createOnce } from '../keys/create-once';
import { readClaims } from './claims';

const MAX_TTL_SECONDS = 86_400;

export interface TokenRequest {
  readonly role: TokenRole;
  /** Institution id; for a borrower the platform they come through. */
  readonly party: string;
  /** Customer id at that platform, for the role borrower alone. */
  readonly borrower?: string;
  /** Whole seconds, 1 to 86,400. */
  readonly ttlSeconds: number;
}

export interface DevelopmentIssuer {
  /**
   * A signed access token in compact form.
   *
   * @throws GatewayError BAD_USER_INPUT, if the verifier would not accept such a token or the life is out of range.
   */
  issue(request: TokenRequest): Promise<string>;
  /** The public half of the signing key. */
  readonly publicJwks: JSONWebKeySet;
}

/**
 * The issuer of access tokens for development; its ES256 key is made in `keyFile` (mode 0600) at first use.
 *
 * @throws Error in production, or if the file holds something else.
 */
export async function loadDevelopmentIssuer(
  keyFile: string,
  issuer: string,
  audience: string,
  options: { readonly production: boolean },
): Promise<DevelopmentIssuer> {
  if (options.production) throw new Error('The development issuer does not serve production; obtain tokens from AUTH_ISSUER.');
  if (!existsSync(keyFile)) createOnce(keyFile, await makePrivateKey());
  const jwk = parsePrivateKey(keyFile, readFileSync(keyFile, 'utf8'));
  const { kty, crv, x, y } = jwk;
  const kid = await calculateJwkThumbprint(jwk);
  const key = await importJWK(jwk, 'ES256').catch((cause: unknown) => {
    throw unusable(keyFile, cause);
  });
  return {
    publicJwks: { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] },
    issue: async ({ role, party, borrower, ttlSeconds }) => {
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS)
        throw badInput('ttlSeconds', `The life of a token is 1 to ${MAX_TTL_SECONDS} whole seconds.`);
      const claims = { roles: [role], party, ...(borrower === undefined ? {} : { borrower }) };
      const reading = readClaims(claims);
      if (!reading.ok) throw badInput(reading.claim, `The claim ${reading.claim} ${reading.fault}.`);
      const iat = Math.floor(Date.now() / 1000);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(borrower === undefined ? party : `${party}/${borrower}`)
        .setJti(randomUUID())
        .setIssuedAt(iat)
        .setExpirationTime(iat + ttlSeconds)
        .sign(key);
    },
  };
}

interface PrivateKey extends JWK {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

async function makePrivateKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}

function parsePrivateKey(keyFile: string, text: string): PrivateKey {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    throw unusable(keyFile); // without the cause: its message quotes the file
  }
  if (!isPrivateKey(jwk)) throw unusable(keyFile);
  return jwk;
}

function isPrivateKey(jwk: unknown): jwk is PrivateKey {
  if (typeof jwk !== 'object' || jwk === null) return false;
  const { kty, crv, x, y, d } = jwk as Record<string, unknown>; // an object has no other reading than by name
  return kty === 'EC' && crv === 'P-256' && [x, y, d].every((part) => typeof part === 'string');
}

function unusable(keyFile: string, cause?: unknown): Error {
  return new Error(`The development issuer's key ${keyFile} is not a private ES256 JWK; delete it, and a new one is made.`, {
    cause,
  });
}
