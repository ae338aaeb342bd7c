import type { JWTPayload } from 'jose';
import { type Actor, TOKEN_ROLES, type TokenRole } from '../core/identity/actor';

const PARTY = /^[A-Za-z0-9._-]{1,64}$/;
const MAX_CUSTOMER_ID_LENGTH = 64;

export type ClaimsReading =
  | { readonly ok: true; readonly actor: Omit<Actor, 'tokenHash'> }
  | { readonly ok: false; readonly claim: 'roles' | 'party' | 'borrower'; readonly fault: string };

/** Who the claims `roles`, `party` and `borrower` name; both the verifier and the development issuer obey it. */
export function readClaims(claims: JWTPayload): ClaimsReading {
  const roles: unknown = claims['roles'];
  const name: unknown = Array.isArray(roles) && roles.length === 1 ? roles[0] : undefined;
  if (!isTokenRole(name)) return { ok: false, claim: 'roles', fault: 'must be an array of exactly one known role' };
  const { party, borrower } = claims;
  if (typeof party !== 'string' || !PARTY.test(party))
    return { ok: false, claim: 'party', fault: 'must be 1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen' };
  const role = TOKEN_ROLES[name];
  if (role !== 'BORROWER') {
    if (borrower !== undefined) return { ok: false, claim: 'borrower', fault: 'belongs to the role borrower alone' };
    return { ok: true, actor: { role, partyId: party } };
  }
  if (typeof borrower !== 'string' || borrower === '' || borrower.length > MAX_CUSTOMER_ID_LENGTH)
    return { ok: false, claim: 'borrower', fault: `must be 1 to ${MAX_CUSTOMER_ID_LENGTH} characters for the role borrower` };
  return { ok: true, actor: { role, partyId: party, customerId: borrower } };
}

function isTokenRole(name: unknown): name is TokenRole {
  return typeof name === 'string' && Object.hasOwn(TOKEN_ROLES, name);
}
