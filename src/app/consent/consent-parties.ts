import { badInput, GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import type { ConsentView, CustomerBorrower } from '../consent-ports';
import type { StoredBorrower } from '../ports';
import type { ConsentParts } from './consent-parts';

type Parts = Pick<ConsentParts, 'keys' | 'book'>;

/** How a borrower is known to the platform they came through; null for every other role. */
export function ownIdentity(actor: Actor): BorrowerIdentity | null {
  if (actor.role !== 'BORROWER' || actor.customerId === undefined) return null;
  return { idType: 'PLATFORM_CUSTOMER_ID', platformId: actor.partyId, customerId: actor.customerId };
}

/** @returns null for a borrower of whom the platform has furnished nothing, and for every other role. */
export async function findSelf({ keys, book }: Parts, actor: Actor): Promise<StoredBorrower | null> {
  const own = ownIdentity(actor);
  return own && book.findPerson(keys.lookupOf(own));
}

/**
 * The identity that an act is about: a borrower's own, or the customer that a platform names.
 *
 * @throws GatewayError BAD_USER_INPUT for a missing or superfluous name, NOT_FOUND for another platform's customer id.
 */
export function identityOf(actor: Actor, named: BorrowerIdentity | null, input = 'input.borrower'): BorrowerIdentity {
  const own = ownIdentity(actor);
  if (own && named) throw badInput(input, 'a borrower acts for themself; leave borrower out');
  const identity = own ?? named;
  if (!identity) throw badInput(input, 'name the customer');
  if (identity.idType === 'PLATFORM_CUSTOMER_ID' && identity.platformId !== actor.partyId) throw notACustomer(input);
  return identity;
}

/**
 * The person a consent is about, as this actor may act for them: a borrower for themself, a platform for its own customers.
 *
 * @throws GatewayError NOT_FOUND for a person who is nobody's or somebody else's customer, BAD_USER_INPUT for a missing name.
 */
export async function loadCustomer(
  { keys, book }: Parts,
  actor: Actor,
  named: BorrowerIdentity | null,
  input = 'input.borrower',
): Promise<CustomerBorrower> {
  const found = await book.findCustomer(keys.lookupOf(identityOf(actor, named, input)), actor.partyId);
  if (!found) throw notACustomer(input);
  return found;
}

function notACustomer(input: string): GatewayError {
  return new GatewayError('NOT_FOUND', 'no customer of this platform', { input });
}

/** A consent that is this actor's own: a borrower's over all platforms, a platform's, a recipient's; an auditor sees all. */
export async function findOwnConsent(parts: Parts, actor: Actor, arrangementId: string): Promise<ConsentView | null> {
  const view = /^[0-9a-f]{32}$/.test(arrangementId) ? await parts.book.findConsent(arrangementId) : null;
  return view && (await isOwn(parts, actor, view)) ? view : null;
}

/** @throws GatewayError NOT_FOUND alike for a consent that does not exist and for somebody else's. */
export async function loadOwnConsent(parts: Parts, actor: Actor, arrangementId: string): Promise<ConsentView> {
  const view = await findOwnConsent(parts, actor, arrangementId);
  if (!view) throw new GatewayError('NOT_FOUND', 'no consent of this party', { input: 'input.consentId' });
  return view;
}

export async function isOwn(parts: Parts, actor: Actor, { arrangement, borrower }: ConsentView): Promise<boolean> {
  switch (actor.role) {
    case 'PLATFORM':
      return arrangement.platformId === actor.partyId;
    case 'BORROWER': {
      const self = await findSelf(parts, actor);
      return self !== null && self.borrowerRef.equals(borrower.borrowerRef);
    }
    case 'BANK':
    case 'CREDIT_REFERENCE_CENTRE':
      return arrangement.recipientId === actor.partyId;
    case 'AUDITOR':
      return true;
  }
}
