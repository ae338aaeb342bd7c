import { GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import type { ConsentStore, ConsentView, CustomerBorrower, Keys } from '../ports';

/**
 * The person a consent is about, as this actor may act for them: a borrower for themself, a platform for its own customers.
 *
 * @throws GatewayError NOT_FOUND for a person who is nobody's or somebody else's customer, BAD_USER_INPUT for a missing name.
 */
export async function loadCustomer(
  { keys, consents }: { keys: Keys; consents: ConsentStore },
  actor: Actor,
  named: BorrowerIdentity | null,
): Promise<CustomerBorrower> {
  const own = actor.role === 'BORROWER' && actor.customerId !== undefined ? actor.customerId : null;
  if (own !== null && named !== null)
    throw new GatewayError('BAD_USER_INPUT', 'a borrower acts for themself; leave borrower out', { input: 'input.borrower' });
  const identity: BorrowerIdentity | null =
    own !== null ? { idType: 'PLATFORM_CUSTOMER_ID', platformId: actor.partyId, customerId: own } : named;
  if (!identity) throw new GatewayError('BAD_USER_INPUT', 'name the customer', { input: 'input.borrower' });
  if (identity.idType === 'PLATFORM_CUSTOMER_ID' && identity.platformId !== actor.partyId)
    throw new GatewayError('NOT_FOUND', 'no customer of this platform', { input: 'input.borrower' });
  const found = await consents.findCustomer(keys.lookupOf(identity), actor.partyId);
  if (!found) throw new GatewayError('NOT_FOUND', 'no customer of this platform', { input: 'input.borrower' });
  return found;
}

/** @throws GatewayError NOT_FOUND alike for a consent that does not exist and for somebody else's. */
export async function loadOwnConsent(consents: ConsentStore, actor: Actor, arrangementId: string): Promise<ConsentView> {
  const view = await consents.findConsent(arrangementId);
  if (!view || !isOwn(view, actor)) throw new GatewayError('NOT_FOUND', 'no consent of this party');
  return view;
}

function isOwn({ arrangement, customerId }: ConsentView, actor: Actor): boolean {
  if (arrangement.platformId !== actor.partyId) return false;
  return actor.role === 'PLATFORM' || (actor.role === 'BORROWER' && customerId === actor.customerId);
}
