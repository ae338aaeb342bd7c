import type { EvidenceChannel } from '../../core/consent/consent';
import { legalBasisOf } from '../../core/consent/grant-rules';
import { type Purpose, PURPOSE_LIMITS } from '../../core/consent/purpose';
import type { EpochMs, LocalDate } from '../../core/credit/calendar';
import type { FieldCatalogue } from '../../core/credit/field-catalogue';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { canonicalJson, sha256Hex } from '../../core/ledger/canonical-json';
import { ENTRY_VERSION } from '../../core/ledger/entry';
import type { ConsentStore, ConsentView, Keys, RandomBytes } from '../ports';
import { loadCustomer, loadOwnConsent } from './consent-parties';
import { expandScopes, type ScopeInput } from './expand-scopes';

export interface GrantInput {
  /** null: the borrower who acts in person. */
  readonly borrower: BorrowerIdentity | null;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly scopes: readonly ScopeInput[];
  /** null: from the instant of granting. */
  readonly validFromMs: EpochMs | null;
  readonly validUntilMs: EpochMs;
  readonly dataFrom: LocalDate | null;
  readonly dataUntil: LocalDate | null;
  /** null: the purpose's limit. */
  readonly dataLifeDays: number | null;
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
export interface ConsentParts {
  readonly consents: ConsentStore;
  readonly keys: Keys;
  readonly catalogue: FieldCatalogue;
  readonly randomBytes: RandomBytes;
  readonly gateway: string;
}

/**
 * Grants a new consent over the records of the actor's platform, with the borrower's evidence.
 *
 * @throws GatewayError NOT_FOUND, RECIPIENT_NOT_ACTIVE, EVIDENCE_STALE, EVIDENCE_REUSED, UNKNOWN_FIELD, EMPTY_SCOPES,
 *   INVALID_PERIOD, EXCEEDS_PURPOSE, IDEMPOTENCY_MISMATCH, BAD_USER_INPUT; nothing is written then.
 */
export async function grantConsent(parts: ConsentParts, actor: Actor, input: GrantInput): Promise<ConsentView> {
  const scopes = expandScopes(input.scopes, parts.catalogue);
  const customer = await loadCustomer(parts, actor, input.borrower);
  const { evidence, purpose } = input;
  const arrangementId = await parts.consents.grant(customer, {
    terms: {
      arrangementId: parts.randomBytes(16).toString('hex'),
      version: 1,
      platformId: actor.partyId,
      recipientId: input.recipientId,
      purpose,
      scopes,
      catalogueVersion: parts.catalogue.version,
      validFromMs: input.validFromMs,
      validUntilMs: input.validUntilMs,
      accessMode: 'RECURRING',
      dataFrom: input.dataFrom,
      dataUntil: input.dataUntil,
      dataLifeDays: input.dataLifeDays ?? PURPOSE_LIMITS[purpose].dataLifeDays,
      absencePolicy: 'UNIFORM',
      legalBasis: legalBasisOf(purpose),
      evidence: {
        ...evidence,
        noticeHash: sha256Hex(canonicalJson([evidence.noticeId, evidence.noticeVersion, evidence.locale])),
      },
      grantedBy: { role: actor.role, partyId: actor.partyId },
      previousHash: null,
    },
    customerId: customer.customerId,
    idempotency: {
      clientId: clientIdOf(actor),
      key: input.idempotencyKey,
      requestHash: sha256Hex(canonicalJson(['grant', input])),
    },
    entry: entryOf(parts, actor, parts.keys.borrowerKey(customer.borrowerRef, customer.wrappedKey).pseudonym()),
  });
  return loadOwnConsent(parts.consents, actor, arrangementId);
}

/** Idempotency keys are private to the caller: institution, role and, for a borrower, the person. */
export function clientIdOf(actor: Actor): string {
  return [actor.role, actor.partyId, ...(actor.customerId === undefined ? [] : [actor.customerId])].join('/');
}

/** What a consent's ledger entry says of the actor and the person, whatever the transition. */
export function entryOf({ randomBytes, gateway }: Pick<ConsentParts, 'randomBytes' | 'gateway'>, actor: Actor, subject: Buffer) {
  return {
    v: ENTRY_VERSION,
    gateway,
    nonce: randomBytes(16).toString('base64url'),
    actor: actor.partyId,
    role: actor.role,
    jti: actor.tokenHash,
    subject: subject.toString('base64url'),
  } as const;
}
