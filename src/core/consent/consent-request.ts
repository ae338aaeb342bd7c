import { canonicalJson } from '../ledger/canonical-json';
import { DAY_MS, type EpochMs } from '../credit/calendar';
import type { ActorRole } from '../identity/actor';
import type { ConsentBounds, Scope } from './consent';
import { parseScopes, toStoredScopes } from './consent-document';
import type { Purpose } from './purpose';

/** A request lapses so long after it was made (consent.md, section 3). */
export const REQUEST_LAPSES_AFTER_MS = 7 * DAY_MS;

/** What a recipient asks for: upper bounds of whatever is granted under the request. */
export interface RequestedBounds extends Omit<ConsentBounds, 'validUntilMs' | 'absencePolicy'> {
  readonly validForDays: number;
}

export const CONSENT_REQUEST_STATUSES = ['PENDING', 'APPROVED', 'REJECTED', 'LAPSED'] as const;
export type ConsentRequestStatus = (typeof CONSENT_REQUEST_STATUSES)[number];
/** LAPSED is computed from the clock and never stored. */
export type StoredRequestStatus = Exclude<ConsentRequestStatus, 'LAPSED'>;

/** A recipient's question to a borrower. */
export interface ConsentRequest {
  readonly consentRequestId: string;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly bounds: RequestedBounds;
  readonly status: StoredRequestStatus;
  readonly createdAtMs: EpochMs;
  /** The first instant at which it can no longer be answered. */
  readonly lapsesAtMs: EpochMs;
  readonly decidedAtMs: EpochMs | null;
  readonly decidedBy: { readonly role: ActorRole; readonly partyId: string } | null;
  /** The consent it led to. */
  readonly arrangementId: string | null;
  /** The recipient's own file number. */
  readonly reference: string | null;
}

/** Status at an instant (consent.md, section 4): an open request lapses; what was decided stays. */
export function requestStatusAt(
  { status, lapsesAtMs }: Pick<ConsentRequest, 'status' | 'lapsesAtMs'>,
  atMs: EpochMs,
): ConsentRequestStatus {
  return status === 'PENDING' && atMs >= lapsesAtMs ? 'LAPSED' : status;
}

/** As its recipient sees it: a rejection looks unanswered until it lapses, as a question about nobody does. */
export function statusToRecipient(request: Pick<ConsentRequest, 'status' | 'lapsesAtMs'>, atMs: EpochMs): ConsentRequestStatus {
  return requestStatusAt({ ...request, status: request.status === 'REJECTED' ? 'PENDING' : request.status }, atMs);
}

/** A request's bounds as those of a consent that would begin at an instant; it asks nothing about the absence policy. */
export function boundsOf({ validForDays, ...bounds }: RequestedBounds, validFromMs: EpochMs): ConsentBounds {
  return { ...bounds, validUntilMs: validFromMs + validForDays * DAY_MS, absencePolicy: 'EXPLICIT' };
}

/** The stored text: equal bounds are equal bytes. */
export function toRequestDocument({ scopes, ...bounds }: RequestedBounds): string {
  return canonicalJson({ ...bounds, scopes: toStoredScopes(scopes) });
}

/** Reads a stored text back; it must be ours. */
export function parseRequestDocument(document: string): RequestedBounds {
  const stored = JSON.parse(document) as Omit<RequestedBounds, 'scopes'> & { scopes: Parameters<typeof parseScopes>[0] };
  return { ...stored, scopes: parseScopes(stored.scopes) satisfies readonly Scope[] };
}
