import type { EpochDay, EpochMs, LocalDate } from '../credit/calendar';
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

export const ACCESS_MODES = ['ONE_TIME', 'RECURRING'] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];
export const FREQUENCY_UNITS = ['DAY', 'WEEK', 'MONTH'] as const;
export type FrequencyUnit = (typeof FREQUENCY_UNITS)[number];
/** At most `count` disclosures in each calendar window in Shanghai; weeks begin on Monday. */
export interface Frequency {
  readonly count: number;
  readonly per: FrequencyUnit;
}
/** UNIFORM: absence tells nothing. EXPLICIT: the borrower wants the recipient told what was withheld. */
export const ABSENCE_POLICIES = ['UNIFORM', 'EXPLICIT'] as const;
export type AbsencePolicy = (typeof ABSENCE_POLICIES)[number];

/** What a consent allows and how far: the part that a request bounds, an amendment changes and a comparison reads. */
export interface ConsentBounds {
  readonly scopes: readonly Scope[];
  /** Fields that joined the catalogue later are in none of the scopes, nor implied by them. */
  readonly catalogueVersion: number;
  /** The first instant at which it no longer holds. */
  readonly validUntilMs: EpochMs;
  readonly accessMode: AccessMode;
  /** null: as often as asked. Always null under ONE_TIME, which is the tighter bound. */
  readonly frequency: Frequency | null;
  /** null: as far back as the purpose reaches. */
  readonly dataFrom: LocalDate | null;
  /** null: without end. */
  readonly dataUntil: LocalDate | null;
  /** null: without limit, where the purpose sets none. */
  readonly dataLifeDays: number | null;
  readonly absencePolicy: AbsencePolicy;
}

/**
 * One immutable version of an arrangement, in full: what its hash is taken over and what the decision reads.
 * Identifiers are hexadecimal; validity is [validFromMs, validUntilMs), data dates are [dataFrom, dataUntil).
 */
export interface ConsentTerms extends ConsentBounds {
  readonly arrangementId: string;
  readonly version: number;
  readonly platformId: string;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly validFromMs: EpochMs;
  readonly legalBasis: LegalBasis;
  readonly evidence: Evidence | null;
  readonly grantedBy: { readonly role: Role; readonly partyId: string };
  readonly grantedAtMs: EpochMs;
  readonly previousHash: string | null;
}

export const CONSENT_STATUSES = ['ACTIVE', 'PAUSED', 'REVOKED', 'EXPIRED'] as const;
export type ConsentStatus = (typeof CONSENT_STATUSES)[number];
export type StoredConsentStatus = Exclude<ConsentStatus, 'EXPIRED'>;
export const CONSENT_STATUS_REASONS = [
  'BORROWER', 'PLATFORM', 'FRAUD_SUSPECTED', 'BORROWER_WITHDREW', 'PLATFORM_ON_BEHALF', 'RECIPIENT_GAVE_UP', 'RECIPIENT_CLOSED',
  'PLATFORM_CLOSED', 'BORROWER_DECEASED', 'BORROWER_ERASED', 'FRAUD', 'VALIDITY_ENDED', 'ONE_TIME_USED',
] as const; // prettier-ignore
export type ConsentStatusReason = (typeof CONSENT_STATUS_REASONS)[number];

/** How an arrangement's budget was used so far; the counts are of the calendar windows that hold `lastDay`. */
export interface ConsentUse {
  /** Day in Shanghai of the newest use. */
  readonly lastDay: EpochDay;
  readonly dayUses: number;
  readonly weekUses: number;
  readonly monthUses: number;
  /** When the one use of ONE_TIME was made; null while it was not. */
  readonly onceUsedAtMs: EpochMs | null;
}

/** An arrangement with its current version, as loaded at one instant for one request. */
export interface Arrangement {
  readonly arrangementId: string;
  readonly platformId: string;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly version: number;
  /** As stored; EXPIRED follows from the clock or from the use. */
  readonly status: StoredConsentStatus;
  readonly statusReason: ConsentStatusReason | null;
  readonly statusAtMs: EpochMs;
  /** When its first version was granted. */
  readonly createdAtMs: EpochMs;
  readonly terms: ConsentTerms;
  /** The stored hash does not match the stored terms, or the terms are not of this row. */
  readonly tampered: boolean;
  /** null: nothing was ever charged to it. */
  readonly use: ConsentUse | null;
  /** When its budget was charged to this very request; null: it was not, or a revoke asked since closed the retry. */
  readonly chargedAtMs: EpochMs | null;
}

type WithState = Pick<Arrangement, 'status' | 'statusReason' | 'statusAtMs'> & {
  readonly terms: Pick<ConsentTerms, 'validUntilMs'>;
  readonly use: Pick<ConsentUse, 'onceUsedAtMs'> | null;
};

/** The state of an arrangement with its reason and since when. */
export interface ArrangementState {
  readonly status: ConsentStatus;
  readonly reason: ConsentStatusReason | null;
  readonly sinceMs: EpochMs;
}

/** State at an instant: EXPIRED is computed, and the terminal state that came first keeps its name (consent.md, section 4). */
export function stateAt({ status, statusReason, statusAtMs, terms, use }: WithState, atMs: EpochMs): ArrangementState {
  if (status === 'REVOKED') return { status, reason: statusReason, sinceMs: statusAtMs };
  const usedAtMs = use?.onceUsedAtMs ?? null;
  if (usedAtMs !== null) return { status: 'EXPIRED', reason: 'ONE_TIME_USED', sinceMs: usedAtMs };
  if (atMs >= terms.validUntilMs) return { status: 'EXPIRED', reason: 'VALIDITY_ENDED', sinceMs: terms.validUntilMs };
  return { status, reason: statusReason, sinceMs: statusAtMs };
}

export function isEnded(status: ConsentStatus): boolean {
  return status === 'REVOKED' || status === 'EXPIRED';
}
