import { type EpochDay, type EpochMs } from '../credit/calendar';
import type { FieldCatalogue } from '../credit/field-catalogue';
import { badInput, GatewayError } from '../errors';
import type { Role } from '../identity/actor';
import type { ConsentAction } from '../ledger/entry';
import { reopens } from './budget';
import { type TermsCell, widenings, withdrawnCells } from './compare-terms';
import {
  type Arrangement,
  type ConsentBounds,
  type ConsentStatusReason,
  type ConsentTerms,
  type Evidence,
  isEnded,
  type Scope,
  stateAt,
  type StoredConsentStatus,
} from './consent';
import { assertEvidenceFresh, assertTermsFit, assertWithinReach } from './grant-rules';
import { PURPOSE_LIMITS } from './purpose';
import type { ReceiptKind } from './receipt';

/** What a transition makes of an arrangement. */
export interface ConsentChange {
  readonly action: ConsentAction;
  readonly kind: ReceiptKind;
  /** State afterwards, as stored. */
  readonly status: StoredConsentStatus;
  readonly reason: ConsentStatusReason | null;
  /** What the receipt gives as the reason of the act; null: as the state. */
  readonly receiptReason: ConsentStatusReason | null;
  /** The new version; null: the version in force stays. */
  readonly terms: ConsentTerms | null;
  /** Does it let more be seen than before? */
  readonly widens: boolean;
  /** Evidence that the act uses up. */
  readonly evidence: Evidence | null;
  /** In the actor's own words. */
  readonly note: string | null;
  /** The retry of a used ONE_TIME consent is no longer the same use. */
  readonly closesRetry: boolean;
  /** What this arrangement no longer lets be seen. */
  readonly withdrawn: readonly TermsCell[];
}
/** The arrangement under its lock, at the instant of the act. */
export interface Standing {
  readonly arrangement: Arrangement;
  readonly documentHash: string;
  /** Was its end recorded, with a receipt? */
  readonly endRecorded: boolean;
  readonly asOfDay: EpochDay;
  readonly atMs: EpochMs;
}
interface Party {
  readonly role: Role;
  readonly partyId: string;
}

export const CONSENT_LIMITS = ['FREQUENCY', 'DATA_FROM', 'DATA_UNTIL', 'DATA_LIFE_DAYS'] as const;
export type ConsentLimit = (typeof CONSENT_LIMITS)[number];
/** What an amendment says; null: as it was. */
export interface Amendment {
  readonly scopes: readonly Scope[] | null;
  readonly validUntilMs: EpochMs | null;
  readonly accessMode: ConsentBounds['accessMode'] | null;
  readonly frequency: ConsentBounds['frequency'];
  readonly dataFrom: ConsentBounds['dataFrom'];
  readonly dataUntil: ConsentBounds['dataUntil'];
  readonly dataLifeDays: ConsentBounds['dataLifeDays'];
  readonly absencePolicy: ConsentBounds['absencePolicy'] | null;
  /** Limits to take away. */
  readonly lift: readonly ConsentLimit[];
  readonly evidence: Evidence | null;
}

const UNCHANGED = {
  receiptReason: null,
  terms: null,
  widens: false,
  evidence: null,
  note: null,
  closesRetry: false,
  withdrawn: [],
} as const;

/**
 * A new immutable version (consent.md, section 4, rows 2 and 3). Whatever widens needs evidence; what narrows takes effect at
 * once. The state stays what it was.
 *
 * @throws GatewayError ILLEGAL_TRANSITION, EVIDENCE_REQUIRED, EVIDENCE_STALE, INVALID_PERIOD, EXCEEDS_PURPOSE, BAD_USER_INPUT.
 */
export function amend(standing: Standing, amendment: Amendment, by: Party, catalogue: FieldCatalogue): ConsentChange {
  const { arrangement, documentHash, asOfDay, atMs } = standing;
  assertIntact(arrangement);
  assertNotEnded(arrangement, atMs);
  const { terms: before } = arrangement;
  const terms: ConsentTerms = {
    ...amended(before, amendment, catalogue),
    version: arrangement.version + 1,
    evidence: amendment.evidence,
    grantedBy: by,
    grantedAtMs: atMs,
    previousHash: documentHash,
  };
  assertTermsFit(terms, catalogue, atMs);
  if (amendment.dataFrom !== null) assertWithinReach(terms, asOfDay);
  const wider: readonly string[] = [
    ...widenings(before, terms, catalogue),
    ...(reopens(before, terms, arrangement.use, atMs) ? ['uses'] : []),
  ];
  if (amendment.evidence) assertEvidenceFresh(amendment.evidence, atMs);
  else if (wider.length > 0) throw new GatewayError('EVIDENCE_REQUIRED', wider.join(', '), { input: 'input.evidence' });
  return {
    ...UNCHANGED,
    action: 'amend',
    kind: 'AMENDMENT',
    status: arrangement.status,
    reason: arrangement.statusReason,
    terms,
    widens: wider.length > 0,
    evidence: amendment.evidence,
    withdrawn: withdrawnCells(before, terms, catalogue),
  };
}

function amended(before: ConsentTerms, amendment: Amendment, catalogue: FieldCatalogue): ConsentTerms {
  const { lift, accessMode } = amendment;
  const given = { FREQUENCY: amendment.frequency, DATA_FROM: amendment.dataFrom, DATA_UNTIL: amendment.dataUntil, DATA_LIFE_DAYS: amendment.dataLifeDays }; // prettier-ignore
  const both = lift.find((limit) => given[limit] !== null);
  if (both) throw badInput('input.lift', `${both} is set and lifted at once`);
  const lifted = <T>(limit: ConsentLimit, now: T | null, unset: T | null): T | null => (lift.includes(limit) ? unset : now);
  const scopes = amendment.scopes ?? before.scopes;
  const mode = accessMode ?? before.accessMode;
  if (mode === 'ONE_TIME' && amendment.frequency) throw badInput('input.frequency', 'a consent for one use has no frequency');
  return {
    ...before,
    scopes,
    catalogueVersion: versionFor(before, scopes, catalogue),
    validUntilMs: amendment.validUntilMs ?? before.validUntilMs,
    accessMode: mode,
    frequency: mode === 'ONE_TIME' ? null : lifted('FREQUENCY', amendment.frequency ?? before.frequency, null),
    dataFrom: lifted('DATA_FROM', amendment.dataFrom ?? before.dataFrom, null),
    dataUntil: lifted('DATA_UNTIL', amendment.dataUntil ?? before.dataUntil, null),
    dataLifeDays: lifted(
      'DATA_LIFE_DAYS',
      amendment.dataLifeDays ?? before.dataLifeDays,
      PURPOSE_LIMITS[before.purpose].dataLifeDays,
    ),
    absencePolicy: amendment.absencePolicy ?? before.absencePolicy,
  };
}

/** The catalogue that the borrower saw stays the catalogue, unless the new scopes name a field that it did not have. */
export function versionFor(before: ConsentTerms, scopes: readonly Scope[], catalogue: FieldCatalogue): number {
  const isNewer = ({ fieldId }: Scope): boolean => (catalogue.byId(fieldId)?.since ?? 0) > before.catalogueVersion;
  return scopes.some(isNewer) ? catalogue.version : before.catalogueVersion;
}

/**
 * Row 4. A pause by the borrower, or for fraud, takes over one that the platform set: else the platform could lift it alone.
 *
 * @returns null if it is paused already. @throws GatewayError ILLEGAL_TRANSITION.
 */
export function pause(
  { arrangement, atMs }: Standing,
  reason: ConsentStatusReason,
  note: string | null,
  catalogue: FieldCatalogue,
): ConsentChange | null {
  assertNotEnded(arrangement, atMs);
  if (arrangement.status === 'PAUSED' && (reason === 'PLATFORM' || arrangement.statusReason !== 'PLATFORM')) return null;
  const withdrawn = withdrawnCells(arrangement.terms, null, catalogue);
  return { ...UNCHANGED, action: 'pause', kind: 'PAUSE', status: 'PAUSED', reason, note, withdrawn };
}

/**
 * Row 5: exactly the current version comes back. A platform lifts only the pause that it set; any other needs the borrower's
 * fresh evidence.
 *
 * @returns null if it is active already. @throws GatewayError ILLEGAL_TRANSITION, EVIDENCE_REQUIRED, EVIDENCE_STALE.
 */
export function resume(
  { arrangement, atMs }: Standing,
  by: Role,
  evidence: Evidence | null,
  note: string | null,
): ConsentChange | null {
  assertIntact(arrangement);
  assertNotEnded(arrangement, atMs);
  if (arrangement.status === 'ACTIVE') return null;
  if (evidence) assertEvidenceFresh(evidence, atMs);
  else if (by !== 'BORROWER' && arrangement.statusReason !== 'PLATFORM')
    throw new GatewayError('EVIDENCE_REQUIRED', 'another party paused it', { input: 'input.evidence' });
  return { ...UNCHANGED, action: 'resume', kind: 'RESUME', status: 'ACTIVE', reason: null, widens: true, evidence, note };
}

/**
 * Rows 6 and 7. An end that came before is kept with its reason: of one by the clock, and of one from before there were
 * receipts, the record is made now; after the one use of ONE_TIME it closes the retry (consent.md, section 6, step 7).
 *
 * @returns null if the end stands recorded already.
 */
export function revoke(
  standing: Standing,
  reason: ConsentStatusReason,
  note: string | null,
  catalogue: FieldCatalogue,
): ConsentChange | null {
  const { arrangement, endRecorded, atMs } = standing;
  const state = stateAt(arrangement, atMs);
  if (endRecorded) return null;
  const withdrawn = withdrawnCells(arrangement.terms, null, catalogue);
  if (!isEnded(state.status))
    return { ...UNCHANGED, action: 'revoke', kind: 'REVOCATION', status: 'REVOKED', reason, note, withdrawn };
  const kept = { ...UNCHANGED, status: arrangement.status, reason: arrangement.statusReason, note, withdrawn };
  if (state.status === 'REVOKED') return { ...kept, action: 'revoke', kind: 'REVOCATION' };
  return state.reason === 'ONE_TIME_USED'
    ? { ...kept, action: 'revoke', kind: 'REVOCATION', receiptReason: reason, closesRetry: true }
    : { ...kept, action: 'expire', kind: 'EXPIRY', receiptReason: state.reason };
}

/** What widens, or brings back, rests on the stored text; a text that is not its own hash's is nobody's consent. */
function assertIntact({ tampered, arrangementId }: Arrangement): void {
  if (tampered) throw new Error(`The stored text of consent ${arrangementId} does not match its hash`);
}

function assertNotEnded(arrangement: Arrangement, atMs: EpochMs): void {
  const { status } = stateAt(arrangement, atMs);
  if (isEnded(status)) throw new GatewayError('ILLEGAL_TRANSITION', `the consent is ${status}`, { status });
}
