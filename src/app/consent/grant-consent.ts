import type { ConsentBounds, Evidence, EvidenceChannel } from '../../core/consent/consent';
import { legalBasisOf } from '../../core/consent/grant-rules';
import { type Purpose, PURPOSE_LIMITS } from '../../core/consent/purpose';
import type { EpochMs } from '../../core/credit/calendar';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { canonicalJson, sha256Hex } from '../../core/ledger/canonical-json';
import { type ActResult, toResult } from './act-result';
import { loadCustomer } from './consent-parties';
import { type ConsentParts, entryOf, markOf, pseudonymOf } from './consent-parts';
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
export interface EvidenceInput {
  readonly approvalHash: string;
  readonly noticeId: string;
  readonly noticeVersion: string;
  readonly locale: string;
  readonly approvedAtMs: EpochMs;
  readonly channel: EvidenceChannel;
  readonly bundledWithService: boolean;
  readonly identityCheck: string | null;
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
    idempotency: markOf(actor, 'grant', input),
    entry: entryOf(parts, actor, pseudonymOf(parts.keys, customer)),
    receiptId: parts.randomBytes(16),
  }); // prettier-ignore
  return toResult(parts, actor, customer.borrowerRef, done);
}

/** The gateway adds the hash of the notice that was shown; the text itself stays with the caller. */
export function toEvidence(input: EvidenceInput): Evidence {
  return { ...input, noticeHash: sha256Hex(canonicalJson([input.noticeId, input.noticeVersion, input.locale])) };
}
