import type { EpochMs, LocalDate } from '../credit/calendar';
import type { Product } from '../credit/codes';
import type { Role } from '../identity/actor';
import type { DataCluster } from './data-cluster';
import type { Purpose } from './purpose';

export type ScopeEffect = 'PERMIT' | 'DENY';

/** One line of a consent: field × product, permitted or denied. */
export interface Scope {
  /** Catalogue id. */
  readonly fieldId: number;
  /** null: every product of the platform, later ones too. Without effect for a field that is not per product. */
  readonly product: Product | null;
  readonly effect: ScopeEffect;
  /** The cluster it was expanded from when granted; null if the field was named. */
  readonly via: DataCluster | null;
}

/** Proof that the borrower approved; the gateway keeps hashes, the caller the document. */
export interface Evidence {
  readonly approvalHash: string;
  readonly noticeId: string;
  readonly noticeVersion: string;
  readonly noticeHash: string;
  readonly locale: string;
  readonly approvedAtMs: EpochMs;
  readonly channel: EvidenceChannel;
  readonly bundledWithService: boolean;
  readonly identityCheck: string | null;
}
export const EVIDENCE_CHANNELS = ['APP', 'WEB', 'BRANCH', 'PHONE', 'OTHER'] as const;
export type EvidenceChannel = (typeof EVIDENCE_CHANNELS)[number];

export const LEGAL_BASES = ['SEPARATE_CONSENT', 'WRITTEN_CONSENT_QUERY', 'WRITTEN_CONSENT_FURNISH'] as const;
export type LegalBasis = (typeof LEGAL_BASES)[number];

/**
 * One immutable version of an arrangement, in full: what its hash is taken over and what the decision reads.
 * Identifiers are hexadecimal; validity is [validFromMs, validUntilMs), data dates are [dataFrom, dataUntil).
 */
export interface ConsentTerms {
  readonly arrangementId: string;
  readonly version: number;
  readonly platformId: string;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly scopes: readonly Scope[];
  readonly catalogueVersion: number;
  readonly validFromMs: EpochMs;
  readonly validUntilMs: EpochMs;
  readonly accessMode: 'RECURRING';
  readonly dataFrom: LocalDate | null;
  readonly dataUntil: LocalDate | null;
  readonly dataLifeDays: number | null;
  readonly absencePolicy: 'UNIFORM';
  readonly legalBasis: LegalBasis;
  readonly evidence: Evidence | null;
  readonly grantedBy: { readonly role: Role; readonly partyId: string };
  readonly grantedAtMs: EpochMs;
  readonly previousHash: string | null;
}

export const CONSENT_STATUSES = ['ACTIVE', 'PAUSED', 'REVOKED', 'EXPIRED'] as const;
export type ConsentStatus = (typeof CONSENT_STATUSES)[number];
export type StoredConsentStatus = Exclude<ConsentStatus, 'EXPIRED'>;
export const CONSENT_STATUS_REASONS = ['BORROWER_WITHDREW', 'PLATFORM_ON_BEHALF', 'RECIPIENT_GAVE_UP', 'VALIDITY_ENDED'] as const;
export type ConsentStatusReason = (typeof CONSENT_STATUS_REASONS)[number];

/** An arrangement with its current version, as loaded at one instant. */
export interface Arrangement {
  readonly arrangementId: string;
  readonly platformId: string;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly version: number;
  /** As stored; EXPIRED follows from the clock and is never needed here. */
  readonly status: StoredConsentStatus;
  readonly statusAtMs: EpochMs;
  readonly terms: ConsentTerms;
  /** The stored hash does not match the stored terms, or the terms are not of this row. */
  readonly tampered: boolean;
}

/** Status at an instant: EXPIRED is computed, and a terminal state that came first keeps its name. */
export function statusAt(
  arrangement: Pick<Arrangement, 'status'> & { terms: Pick<ConsentTerms, 'validUntilMs'> },
  atMs: EpochMs,
): ConsentStatus {
  if (arrangement.status === 'REVOKED') return 'REVOKED';
  return atMs >= arrangement.terms.validUntilMs ? 'EXPIRED' : arrangement.status;
}
