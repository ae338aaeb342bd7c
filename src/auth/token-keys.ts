import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { unavailable } from '../core/errors';

const COOLDOWN_MS = 30_000;
const CACHE_MAX_AGE_MS = 600_000;

/** Public keys of an issuer that runs in this process. */
export function localTokenKeys(jwks: JSONWebKeySet): JWTVerifyGetKey {
  return createLocalJWKSet(jwks);
}

/**
 * Public keys of a remote issuer, kept for 10 minutes; an unknown `kid` causes one fetch in 30 seconds.
 *
 * The function returned throws SERVICE_UNAVAILABLE if the key set is needed and cannot be had.
 */
export function remoteTokenKeys(jwksUrl: string): JWTVerifyGetKey {
  const find = createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: COOLDOWN_MS, cacheMaxAge: CACHE_MAX_AGE_MS });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw unavailable('The key set of the token issuer cannot be had.', error);
    }
  };
}
