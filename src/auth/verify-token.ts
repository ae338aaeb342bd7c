import { hash } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../core/errors';
import type { Actor } from '../core/identity/actor';
import { readClaims } from './claims';

const ALGORITHMS: readonly string[] = ['PS256', 'ES256', 'EdDSA'];
const LEEWAY_SECONDS = 10;
const MAX_HEADER_LENGTH = 8192;
const MAX_CACHED_TOKENS = 10_000;
const MAX_CACHED_MS = 60_000;
const REFUSED_HEADERS = ['crit', 'jku', 'jwk', 'x5u'];

export interface TokenVerifierOptions {
  /** The exact `iss` of accepted tokens; not empty. */
  readonly issuer: string;
  /** The exact `aud` of accepted tokens; not empty. */
  readonly audience: string;
  /** Asymmetric signature algorithms; PS256, ES256 and EdDSA unless given. */
  readonly algorithms?: readonly string[];
  /** Refuses tokens issued longer ago; Infinity leaves it to `exp`, for the development issuer alone. */
  readonly maxTokenAgeSeconds: number;
  readonly keys: JWTVerifyGetKey;
  /** The clock, milliseconds since 1970; the system's unless given. */
  readonly nowMs?: () => number;
}

export interface TokenVerifier {
  /**
   * The actor whom the access token in an Authorization header names.
   *
   * @throws GatewayError UNAUTHENTICATED with a reason for the log, for whatever is wrong with the token;
   * SERVICE_UNAVAILABLE if the issuer's keys cannot be had.
   */
  verify(authorizationHeader: string | undefined): Promise<Actor>;
}

interface Verified {
  readonly actor: Actor;
  readonly cachedUntilMs: number;
}

/**
 * A verifier of bearer access tokens (RFC 9068). Headers with an accepted token are remembered by their SHA-256 for at most a
 * minute.
 *
 * @throws Error, if a setting is empty: the gateway must not start with a check left out.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, audience, algorithms = ALGORITHMS, maxTokenAgeSeconds, nowMs = Date.now } = options;
  if (issuer === '' || audience === '' || algorithms.length === 0 || !(maxTokenAgeSeconds > 0))
    throw new Error('A token verifier needs issuer, audience, algorithms and a maximal token age.');
  const settings = { ...options, algorithms, nowMs };
  const cache = new LRUCache<string, Verified>({ max: MAX_CACHED_TOKENS });
  return {
    verify: async (authorizationHeader) => {
      const header = boundedHeader(authorizationHeader);
      const cacheKey = hash('sha256', header, 'base64');
      const known = cache.get(cacheKey);
      if (known !== undefined && nowMs() < known.cachedUntilMs) return known.actor;
      const verified = await verifyToken(parseBearer(header), settings);
      cache.set(cacheKey, verified);
      return verified.actor;
    },
  };
}

function boundedHeader(header: string | undefined): string {
  if (header === undefined) throw refused('no Authorization header');
  if (header.length > MAX_HEADER_LENGTH) throw refused('Authorization header too long');
  return header;
}

function parseBearer(header: string): string {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
  if (token === undefined) throw refused('Authorization header is not one bearer token in compact form');
  return token;
}

async function verifyToken(token: string, settings: Required<TokenVerifierOptions>): Promise<Verified> {
  const now = settings.nowMs();
  const claims = await verifySignatureOf(token, settings, now);
  const { jti, sub, iat, exp } = claims;
  if (typeof jti !== 'string' || jti === '' || typeof sub !== 'string' || sub === '') throw refused('jti or sub is not a text');
  if (iat === undefined || exp === undefined) throw refused('iat or exp is missing');
  const ageSeconds = now / 1000 - iat;
  if (ageSeconds < -LEEWAY_SECONDS) throw refused('iat lies ahead');
  if (ageSeconds > settings.maxTokenAgeSeconds + LEEWAY_SECONDS) throw refused('iat is too long ago');
  const reading = readClaims(claims);
  if (!reading.ok) throw refused(`claim ${reading.claim} ${reading.fault}`);
  const tokenHash = hash('sha256', jti, 'hex');
  const lastMs = Math.min(exp, iat + settings.maxTokenAgeSeconds) * 1000;
  return { actor: { ...reading.actor, tokenHash }, cachedUntilMs: Math.min(lastMs, now + MAX_CACHED_MS) };
}

async function verifySignatureOf(token: string, settings: Required<TokenVerifierOptions>, nowMs: number): Promise<JWTPayload> {
  try {
    const header = decodeProtectedHeader(token);
    const unwanted = REFUSED_HEADERS.find((name) => Object.hasOwn(header, name));
    if (unwanted !== undefined) throw refused(`header ${unwanted} is not allowed`);
    const { payload } = await jwtVerify(token, settings.keys, {
      algorithms: [...settings.algorithms],
      typ: 'at+jwt',
      issuer: settings.issuer,
      audience: settings.audience,
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      currentDate: new Date(nowMs),
    });
    return payload;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    // Not passed on as a cause: errors of jose carry the claims, which the log must not.
    throw refused(error instanceof errors.JOSEError ? `${error.code}: ${error.message}` : 'not a token');
  }
}

function refused(reason: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', reason);
}
