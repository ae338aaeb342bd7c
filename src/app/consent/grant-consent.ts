import type { ConsentBounds } from '../../core/consent/consent';
import { legalBasisOf } from '../../core/consent/grant-rules';
import { type Purpose, PURPOSE_LIMITS } from '../../core/consent/purpose';
import type { EpochMs } from '../../core/credit/calendar';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { type ActResult, toResult } from './act-result';
import { loadCustomer } from './consent-parties';
import { type ConsentParts, entryOf, markOf, pseudonymOf } from './consent-parts';
import { type EvidenceInput, toEvidence } from './evidence';
import { expandScopes, type ScopeInput } from './expand-scopes';

export interface GrantInput extends Omit<ConsentBounds, 'scopes' | 'catalogueVersion'> {
  /** null: the borrower who acts in person. */
  readonly borrower: BorrowerIdentity | null;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly scopes: readonly ScopeInput[];
  /** null: from the instant of granting. */
  readonly validFromMs: EpochMs | null;
  /** The request that it answers; null: of the borrower's own accord. */
  readonly consentRequestId: string | null;
  readonly evidence: EvidenceInput;
  readonly idempotencyKey: string;
}
/**
 * Grants a new consent over the records of the actor's platform, with the borrower's evidence, of the borrower's own accord
 * or in answer to a request.
 *
 * @throws GatewayError NOT_FOUND, ILLEGAL_TRANSITION, RECIPIENT_NOT_ACTIVE, EVIDENCE_STALE, EVIDENCE_REUSED, UNKNOWN_FIELD,
 *   EMPTY_SCOPES, INVALID_PERIOD, EXCEEDS_REQUEST, EXCEEDS_PURPOSE, IDEMPOTENCY_MISMATCH, BAD_USER_INPUT; nothing is written then.
 */
export async function grantConsent(parts: ConsentParts, actor: Actor, input: GrantInput): Promise<ActResult> {
  const scopes = expandScopes(input.scopes, parts.catalogue);
  const customer = await loadCustomer(parts, actor, input.borrower);
  const { purpose, recipientId, validFromMs, validUntilMs, accessMode, frequency, dataFrom, dataUntil, absencePolicy } = input;
  const done = await parts.consents.grant(customer, {
    terms: {
      arrangementId: parts.randomBytes(16).toString('hex'),
      version: 1,
      platformId: actor.partyId,
      recipientId, purpose, scopes, validFromMs, validUntilMs, accessMode, frequency, dataFrom, dataUntil, absencePolicy,
      catalogueVersion: parts.catalogue.version,
      dataLifeDays: input.dataLifeDays ?? PURPOSE_LIMITS[purpose].dataLifeDays,
      legalBasis: legalBasisOf(purpose),
      evidence: toEvidence(input.evidence),
      grantedBy: { role: actor.role, partyId: actor.partyId },
      previousHash: null,
    },
    customerId: customer.customerId,
    consentRequestId: input.consentRequestId,
    idempotency: markOf(actor, 'grant', toMarked(input)),
    entry: entryOf(parts, actor, pseudonymOf(parts.keys, customer)),
    receiptId: parts.randomBytes(16),
  }); // prettier-ignore
  return toResult(parts, actor, customer.borrowerRef, done);
}

/** What makes two grants the same. What grants came to say later is left out at its default: the keys of older ones hold. */
function toMarked(input: GrantInput) {
  const { scopes, accessMode, absencePolicy, frequency, consentRequestId } = input;
  return {
    ...input,
    scopes: scopes.map((scope) => Object.fromEntries(Object.entries(scope).filter(([, member]) => member !== null))),
    accessMode: accessMode === 'RECURRING' ? undefined : accessMode,
    absencePolicy: absencePolicy === 'UNIFORM' ? undefined : absencePolicy,
    frequency: frequency ?? undefined,
    consentRequestId: consentRequestId ?? undefined,
  };
}
