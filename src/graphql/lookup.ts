import { badInput } from '../core/errors';
import type { Actor } from '../core/identity/actor';
import type { BorrowerIdentity } from '../core/identity/borrower-identity';
import type { BorrowerLookupInput } from './input.types';

/** @throws GatewayError BAD_USER_INPUT for a look-up that lacks what its kind needs. */
export function toIdentity(lookup: BorrowerLookupInput, actor: Actor, at: string): BorrowerIdentity {
  const { idType, idNumber, fullName, platformId } = lookup;
  if (idType === 'PLATFORM_CUSTOMER_ID') {
    const issuer = platformId ?? (actor.role === 'PLATFORM' ? actor.partyId : null);
    if (issuer === null) throw badInput(`${at}.platformId`, 'say which platform issued the customer id');
    return { idType, platformId: issuer, customerId: idNumber };
  }
  if (fullName === null || fullName === undefined || fullName.trim() === '')
    throw badInput(`${at}.fullName`, 'a document number needs the full name beside it');
  return { idType, idNumber, fullName };
}
