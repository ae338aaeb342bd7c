import type { RequestedBounds } from '../../core/consent/consent-request';
import { assertRequestable } from '../../core/consent/grant-rules';
import type { Purpose } from '../../core/consent/purpose';
import { GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import type { ReceiptView, RequestView } from '../consent-ports';
import { findSelf } from './consent-parties';
import { type ConsentParts, entryOf, markOf, pseudonymOf } from './consent-parts';
import { expandScopes, type ScopeInput } from './expand-scopes';

export interface RequestInput extends Omit<RequestedBounds, 'scopes' | 'catalogueVersion'> {
  readonly borrower: BorrowerIdentity;
  readonly purpose: Purpose;
  readonly scopes: readonly ScopeInput[];
  readonly reference: string | null;
  readonly idempotencyKey: string;
}
export interface RejectInput {
  readonly consentRequestId: string;
  readonly reason: string | null;
  readonly idempotencyKey: string;
}

/**
 * Asks a borrower for a consent. A person who does not exist is asked like one who never answers: by the same statements,
 * with the same answer and the same entry in the ledger.
 *
 * @throws GatewayError FORBIDDEN for a purpose that the recipient is not registered for, before anybody is looked for;
 *   UNKNOWN_FIELD, EMPTY_SCOPES, INVALID_PERIOD, EXCEEDS_PURPOSE, IDEMPOTENCY_MISMATCH, BAD_USER_INPUT.
 */
export async function requestConsent(parts: ConsentParts, actor: Actor, input: RequestInput): Promise<RequestView> {
  const { keys, catalogue, randomBytes } = parts;
  const { purpose, validForDays, accessMode, frequency, dataFrom, dataUntil, dataLifeDays } = input;
  const recipient = await parts.institutions.find(actor.partyId);
  if (!recipient?.purposes.includes(purpose))
    throw new GatewayError('FORBIDDEN', `the recipient is not registered for ${purpose}`, { input: 'input.purpose' });
  const scopes = expandScopes(input.scopes, catalogue);
  const bounds = {
    scopes, catalogueVersion: catalogue.version, validForDays, accessMode, frequency, dataFrom, dataUntil, dataLifeDays,
  }; // prettier-ignore
  assertRequestable(bounds, purpose, catalogue);
  const lookup = keys.lookupOf(input.borrower);
  const ask = async (): Promise<string> => {
    const person = await parts.book.findPerson(lookup);
    const subject = person ? pseudonymOf(keys, person) : keys.strangerKey(lookup).pseudonym();
    return parts.consents.request(person?.borrowerRef ?? keys.absentRef(lookup), {
      consentRequestId: randomBytes(16),
      recipientId: actor.partyId,
      purpose,
      bounds,
      reference: input.reference,
      isStored: person !== null,
      lookup,
      idempotency: markOf(actor, 'request', input),
      entry: entryOf(parts, actor, subject),
    });
  };
  const id = await ask().catch((cause: unknown) => {
    if (cause instanceof GatewayError && cause.code === 'CONFLICT') return ask(); // erased since they were found
    throw cause;
  });
  const view = await parts.book.findRequest(id);
  if (!view) throw new Error('A request that was just made is not there');
  return view;
}

/**
 * Refuses a request. To its recipient it stays unanswered until it lapses. One that was rejected already gives its first
 * receipt again.
 *
 * @throws GatewayError NOT_FOUND, ILLEGAL_TRANSITION, IDEMPOTENCY_MISMATCH.
 */
export async function rejectConsentRequest(
  parts: ConsentParts,
  actor: Actor,
  input: RejectInput,
): Promise<{ readonly view: RequestView; readonly receipt: ReceiptView }> {
  const view = await findOwnRequest(parts, actor, input.consentRequestId);
  const person = view && (await parts.book.findBorrower(view.borrowerRef));
  if (!person) throw new GatewayError('NOT_FOUND', 'no request of this party', { input: 'input.consentRequestId' });
  const { receiptId } = await parts.consents.reject(person, {
    consentRequestId: input.consentRequestId,
    note: input.reason,
    idempotency: markOf(actor, 'reject', input),
    entry: entryOf(parts, actor, pseudonymOf(parts.keys, person)),
    receiptId: parts.randomBytes(16),
  });
  const [after, receipt] = await Promise.all([
    parts.book.findRequest(input.consentRequestId),
    parts.book.findReceipt(person.borrowerRef, receiptId),
  ]);
  if (!after || !receipt) throw new Error('A rejection that was just recorded is not there');
  return { view: { ...after, customerId: view.customerId }, receipt };
}

/** A request that is this actor's own: a recipient's, one to a borrower, one to a platform's customer; an auditor has none. */
export async function findOwnRequest(parts: ConsentParts, actor: Actor, consentRequestId: string): Promise<RequestView | null> {
  const view = /^[0-9a-f]{32}$/.test(consentRequestId) ? await parts.book.findRequest(consentRequestId) : null;
  if (!view) return null;
  switch (actor.role) {
    case 'BANK':
    case 'CREDIT_REFERENCE_CENTRE':
      return view.request.recipientId === actor.partyId ? view : null;
    case 'PLATFORM': {
      const customerId = await parts.book.findCustomerId(view.borrowerRef, actor.partyId);
      return customerId === null ? null : { ...view, customerId };
    }
    case 'BORROWER': {
      const self = await findSelf(parts, actor);
      return self?.borrowerRef.equals(view.borrowerRef) ? view : null;
    }
    case 'AUDITOR':
      return null;
  }
}
