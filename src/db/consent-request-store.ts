import type { RejectionDraft, RequestDraft } from '../app/consent-ports';
import type { StoredBorrower } from '../app/ports';
import { hashOfDocument } from '../core/consent/consent-document';
import {
  type ConsentRequest,
  parseRequestDocument,
  REQUEST_LAPSES_AFTER_MS,
  statusToRecipient,
  type StoredRequestStatus,
  toRequestDocument,
} from '../core/consent/consent-request';
import { assertOpen } from '../core/consent/grant-rules';
import type { Purpose } from '../core/consent/purpose';
import type { EpochMs } from '../core/credit/calendar';
import { GatewayError } from '../core/errors';
import type { ActorRole } from '../core/identity/actor';
import {
  appendOne,
  assertStored,
  beginTurn,
  insertReceipt,
  isStored,
  partyOf,
  readParties,
  type TransitionParts,
  type Turn,
} from './consent-transition';
import { changedBy, type Row, rowsOf, type Script } from './database';
import { type Dialect, forUpdate, insertSql, upsertSql } from './dialect';
import { findAnswer, rememberAnswer } from './idempotency';

/** What every reader of requests selects of one, by these names, from `q`. */
export const REQUEST_COLUMNS = `q.borrower_ref, q.consent_request_id, q.recipient_id, q.purpose, q.document, q.status, q.created_at_ms,
  q.lapses_at_ms, q.decided_at_ms, q.decided_role, q.decided_party, q.arrangement_id, q.reference`;

export function toRequest(row: Row): ConsentRequest {
  const [decidedAt, arrangementId] = [row['decided_at_ms'], row['arrangement_id'] as Buffer | null];
  return {
    consentRequestId: (row['consent_request_id'] as Buffer).toString('hex'),
    recipientId: row['recipient_id'] as string,
    purpose: row['purpose'] as Purpose,
    bounds: parseRequestDocument(row['document'] as string),
    status: row['status'] as StoredRequestStatus,
    createdAtMs: Number(row['created_at_ms']),
    lapsesAtMs: Number(row['lapses_at_ms']),
    decidedAtMs: decidedAt === null ? null : Number(decidedAt),
    decidedBy:
      row['decided_role'] === null ? null : { role: row['decided_role'] as ActorRole, partyId: row['decided_party'] as string },
    arrangementId: arrangementId && arrangementId.toString('hex'),
    reference: row['reference'] as string | null,
  };
}

/**
 * One open question for each recipient, identity asked and purpose: a second one is answered by the first, which for the
 * recipient is open until it lapses even when it was rejected. The statements are the same for a person who does not exist.
 *
 * @returns the id of the request, hexadecimal.
 */
export function* requestConsent(parts: TransitionParts, borrowerRef: Buffer, draft: RequestDraft): Script<string> {
  const { dialect } = parts.writer;
  const turn = yield* beginTurn(parts);
  if (draft.isStored !== (yield* isStored(borrowerRef))) throw new GatewayError('CONFLICT', 'the person was erased meanwhile');
  const earlier = yield* findAnswer(borrowerRef, draft.idempotency);
  if (earlier !== null) return earlier;
  const slot = [draft.recipientId, draft.purpose, draft.lookup] as const;
  const [held] = yield* rowsOf(
    `SELECT ${REQUEST_COLUMNS} FROM consent_request_slot AS s
     JOIN consent_request AS q ON q.borrower_ref = s.borrower_ref AND q.consent_request_id = s.consent_request_id
     WHERE s.recipient_id = ? AND s.purpose = ? AND s.lookup = ?`,
    slot,
  );
  const open = held && toRequest(held);
  const isOpen = open !== undefined && statusToRecipient(open, turn.atMs) === 'PENDING';
  const id = isOpen ? open.consentRequestId : draft.consentRequestId.toString('hex');
  yield* rememberAnswer(borrowerRef, draft.idempotency, id, turn.atMs);
  if (isOpen) return id;
  yield* insertRequest(turn, borrowerRef, draft);
  yield* changedBy(
    upsertSql(dialect, 'consent_request_slot', ['recipient_id', 'purpose', 'lookup'], ['borrower_ref', 'consent_request_id'], 1),
    [...slot, borrowerRef, draft.consentRequestId],
  );
  return id;
}

function* insertRequest({ sequence, atMs }: Turn, borrowerRef: Buffer, draft: RequestDraft): Script<void> {
  const { consentRequestId, recipientId, purpose } = draft;
  const document = toRequestDocument(draft.bounds);
  yield* changedBy(
    insertSql(
      'consent_request',
      [
        'borrower_ref', 'consent_request_id', 'recipient_id', 'purpose', 'document', 'status', 'created_at_ms',
        'lapses_at_ms', 'reference',
      ],
      1,
    ),
    [
      borrowerRef, consentRequestId, recipientId, purpose, document, 'PENDING', atMs,
      atMs + REQUEST_LAPSES_AFTER_MS, draft.reference,
    ],
  ); // prettier-ignore
  yield* changedBy(`${INTO_INBOX} WHERE q.borrower_ref = ? AND q.consent_request_id = ? ${BY_PLATFORM}`, [
    borrowerRef,
    consentRequestId,
  ]);
  yield* appendOne(sequence, atMs, {
    ...draft.entry, type: 'R', action: 'request', recipient: recipientId, purpose, request: consentRequestId.toString('hex'),
    document: hashOfDocument(document),
  }); // prettier-ignore
}

/** A request stands in the inbox of each platform of its person, under that platform's smallest id of them. */
const INTO_INBOX = `INSERT INTO consent_request_inbox (platform_id, created_at_ms, consent_request_id, borrower_ref, customer_id)
  SELECT u.platform_id, q.created_at_ms, q.consent_request_id, q.borrower_ref, MIN(u.customer_id) FROM consent_request AS q
  JOIN customer AS u ON u.borrower_ref = q.borrower_ref`;
const BY_PLATFORM = 'GROUP BY u.platform_id, q.created_at_ms, q.consent_request_id, q.borrower_ref';

/** Puts the open requests to persons whom a platform did not know before into its inbox. */
export function* deliverRequests(platformId: string, borrowerRefs: readonly Buffer[], atMs: EpochMs): Script<void> {
  if (borrowerRefs.length === 0) return;
  yield* changedBy(
    `${INTO_INBOX} WHERE u.platform_id = ? AND q.borrower_ref IN (${borrowerRefs.map(() => '?').join(', ')})
     AND q.status = 'PENDING' AND q.lapses_at_ms > ? AND NOT EXISTS (SELECT 1 FROM consent_request_inbox AS b
       WHERE b.platform_id = u.platform_id AND b.created_at_ms = q.created_at_ms AND b.consent_request_id = q.consent_request_id)
     ${BY_PLATFORM}`,
    [platformId, ...borrowerRefs, atMs],
  );
}

/** @throws GatewayError NOT_FOUND for a request to somebody else. */
export function* lockRequest(dialect: Dialect, borrowerRef: Buffer, consentRequestId: string): Script<ConsentRequest> {
  const [row] = yield* rowsOf(
    `SELECT ${REQUEST_COLUMNS} FROM consent_request AS q WHERE q.borrower_ref = ? AND q.consent_request_id = ?${forUpdate(dialect)}`,
    [borrowerRef, Buffer.from(consentRequestId, 'hex')],
  );
  if (!row) throw new GatewayError('NOT_FOUND', 'no request to this borrower', { input: 'input.consentRequestId' });
  return toRequest(row);
}

/** The grant that answers a request; its state was asserted under the lock. */
export function* approveRequest(
  borrowerRef: Buffer,
  consentRequestId: Buffer,
  arrangementId: Buffer,
  by: { readonly role: ActorRole; readonly partyId: string },
  atMs: EpochMs,
): Script<void> {
  yield* decideRequest(borrowerRef, consentRequestId, 'APPROVED', by, atMs, { arrangementId, note: null });
}

function* decideRequest(
  borrowerRef: Buffer,
  consentRequestId: Buffer,
  status: 'APPROVED' | 'REJECTED',
  by: { readonly role: ActorRole; readonly partyId: string },
  atMs: EpochMs,
  { arrangementId, note }: { readonly arrangementId: Buffer | null; readonly note: string | null },
): Script<void> {
  const changed = yield* changedBy(
    `UPDATE consent_request SET status = ?, decided_at_ms = ?, decided_role = ?, decided_party = ?, arrangement_id = ?, status_note = ?
     WHERE borrower_ref = ? AND consent_request_id = ? AND status = 'PENDING'`,
    [status, atMs, by.role, by.partyId, arrangementId, note, borrowerRef, consentRequestId],
  );
  if (changed !== 1) throw new GatewayError('CONFLICT', 'the request moved under its lock');
}

/**
 * A rejection; of a rejected request the first receipt again, but to no platform another platform's.
 *
 * @throws GatewayError NOT_FOUND, ILLEGAL_TRANSITION.
 */
export function* rejectRequest(
  parts: TransitionParts,
  borrower: StoredBorrower,
  draft: RejectionDraft,
): Script<{ readonly receiptId: string }> {
  const turn = yield* beginTurn(parts);
  const { sequence, atMs } = turn;
  const { borrowerRef } = borrower;
  yield* assertStored(borrower);
  const earlier = yield* findAnswer(borrowerRef, draft.idempotency);
  if (earlier !== null) return { receiptId: earlier };
  const request = yield* lockRequest(parts.writer.dialect, borrowerRef, draft.consentRequestId);
  const id = Buffer.from(draft.consentRequestId, 'hex');
  const isOwn = draft.entry.role === 'BORROWER' || request.decidedBy?.partyId === draft.entry.actor;
  if (request.status === 'REJECTED' && isOwn) {
    const [first] = yield* rowsOf('SELECT receipt_id FROM consent_receipt WHERE borrower_ref = ? AND consent_request_id = ?', [
      borrowerRef,
      id,
    ]);
    if (!first) throw new Error('A rejection without a receipt');
    const receiptId = (first['receipt_id'] as Buffer).toString('hex');
    yield* rememberAnswer(borrowerRef, draft.idempotency, receiptId, atMs);
    return { receiptId };
  }
  assertOpen(request, atMs);
  const { entry } = draft;
  const actor = { role: entry.role, partyId: entry.actor };
  yield* decideRequest(borrowerRef, id, 'REJECTED', actor, atMs, { arrangementId: null, note: draft.note });
  const parties = yield* readParties([entry.actor, request.recipientId]);
  const receiptId = draft.receiptId.toString('hex');
  yield* insertReceipt(parts, borrowerRef, {
    receiptId, kind: 'REJECTION', issuedAtMs: atMs, ledgerOrigin: sequence.origin, ledgerIndex: sequence.next, subject: entry.subject,
    platform: partyOf(parties, entry.actor), recipient: partyOf(parties, request.recipientId), purpose: request.purpose, actor,
    consent: null, request: { id: request.consentRequestId, bounds: request.bounds }, reason: null,
  }); // prettier-ignore
  yield* rememberAnswer(borrowerRef, draft.idempotency, receiptId, atMs);
  yield* appendOne(sequence, atMs, {
    ...entry, type: 'R', action: 'reject', recipient: request.recipientId, purpose: request.purpose,
    request: request.consentRequestId, document: hashOfDocument(toRequestDocument(request.bounds)),
  }); // prettier-ignore
  return { receiptId };
}
