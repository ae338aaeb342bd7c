import type { ActDone, ChangeDraft, ConsentStore, GrantDraft } from '../app/consent-ports';
import type { StoredBorrower } from '../app/ports';
import { type Arrangement, type ConsentTerms } from '../core/consent/consent';
import { hashOfDocument, toConsentDocument } from '../core/consent/consent-document';
import { assertAnswers, assertGrantable } from '../core/consent/grant-rules';
import { type ConsentChange, type Standing } from '../core/consent/transitions';
import { withdrawnCells } from '../core/consent/compare-terms';
import { GatewayError } from '../core/errors';
import { ARRANGEMENT_COLUMNS, ARRANGEMENT_JOINS, toArrangement } from './arrangement-row';
import { approveRequest, lockRequest, rejectRequest, requestConsent } from './consent-request-store';
import {
  assertStored,
  beginTurn,
  findStillDisclosing,
  readAsOf,
  recordAct,
  recordEmptyAct,
  type TransitionParts,
  type Turn,
  useEvidence,
} from './consent-transition';
import { changedBy, rowsOf, type Script } from './database';
import { forUpdate, insertSql } from './dialect';
import { assertAlive, assertPartiesActive, assertRoom, findPrevious } from './grant-checks';
import { findAnswer, rememberAnswer } from './idempotency';

/** Consent transitions: each one transaction that locks the ledger first, changes by compare-and-set and appends its entry. */
export function createConsentStore(parts: TransitionParts): ConsentStore {
  const { writer } = parts;
  return {
    grant: (borrower, draft) => writer.write(() => grant(parts, borrower, draft)),
    change: (borrower, draft) => writer.write(() => change(parts, borrower, draft)),
    request: (borrowerRef, draft) => writer.write(() => requestConsent(parts, borrowerRef, draft)),
    reject: (borrower, draft) => writer.write(() => rejectRequest(parts, borrower, draft)),
  };
}

function* grant(parts: TransitionParts, borrower: StoredBorrower, draft: GrantDraft): Script<ActDone> {
  const turn = yield* beginTurn(parts);
  const { atMs } = turn;
  const { borrowerRef } = borrower;
  yield* assertStored(borrower);
  const earlier = yield* findAnswer(borrowerRef, draft.idempotency);
  if (earlier !== null) return toDone(earlier);
  const terms: ConsentTerms = { ...draft.terms, validFromMs: draft.terms.validFromMs ?? atMs, grantedAtMs: atMs };
  yield* assertAdmissible(parts, turn, borrower, terms, draft.consentRequestId);
  const { arrangementId, platformId, recipientId, purpose, version, evidence } = terms;
  const id = Buffer.from(arrangementId, 'hex');
  yield* useEvidence(evidence, platformId, borrower, arrangementId, atMs);
  const requestId = draft.consentRequestId === null ? null : Buffer.from(draft.consentRequestId, 'hex');
  const previous = yield* findPrevious(borrowerRef, terms);
  yield* changedBy(
    insertSql(
      'arrangement',
      [
        'borrower_ref', 'arrangement_id', 'platform_id', 'customer_id', 'recipient_id', 'purpose', 'ver', 'status', 'status_at_ms',
        'created_at_ms', 'changed_at_ms', 'consent_request_id', 'previous_arrangement_id',
      ],
      1,
    ),
    [
      borrowerRef, id, platformId, draft.customerId, recipientId, purpose, version, 'ACTIVE', atMs, atMs, atMs, requestId, previous,
    ],
  ); // prettier-ignore
  const hash = yield* insertVersion(borrowerRef, terms);
  if (requestId) yield* approveRequest(borrowerRef, requestId, id, terms.grantedBy, atMs);
  const done: ActDone = { consentId: arrangementId, receiptId: draft.receiptId.toString('hex'), stillDisclosedBy: [] };
  yield* rememberAnswer(borrowerRef, draft.idempotency, JSON.stringify(done), atMs);
  const outcome = {
    action: 'grant',
    kind: 'GRANT',
    status: 'ACTIVE',
    reason: null,
    receiptReason: null,
    terms,
    hash,
    previous: null,
    evidence,
  } as const;
  yield* recordAct(parts, turn, borrower, draft, outcome);
  return done;
}

function* assertAdmissible(
  { catalogue, writer }: TransitionParts,
  { atMs }: Turn,
  borrower: StoredBorrower,
  terms: ConsentTerms,
  consentRequestId: string | null,
): Script<void> {
  assertGrantable(terms, catalogue, atMs, yield* readAsOf(terms.platformId, atMs));
  yield* assertPartiesActive(terms);
  yield* assertAlive(borrower);
  if (consentRequestId !== null)
    assertAnswers(terms, yield* lockRequest(writer.dialect, borrower.borrowerRef, consentRequestId), catalogue, atMs);
  yield* assertRoom(borrower, terms, atMs);
}

/** Inserts an immutable version. @returns its hash, hexadecimal. */
function* insertVersion(borrowerRef: Buffer, terms: ConsentTerms): Script<string> {
  const document = toConsentDocument(terms);
  const hash = hashOfDocument(document);
  yield* changedBy(
    insertSql('consent', ['borrower_ref', 'arrangement_id', 'ver', 'starts_at_ms', 'expires_at_ms', 'document', 'hash'], 1),
    [
      borrowerRef, Buffer.from(terms.arrangementId, 'hex'), terms.version, terms.validFromMs, terms.validUntilMs, document,
      Buffer.from(hash, 'hex'),
    ],
  ); // prettier-ignore
  return hash;
}

function* change(parts: TransitionParts, borrower: StoredBorrower, draft: ChangeDraft): Script<ActDone> {
  const turn = yield* beginTurn(parts);
  yield* assertStored(borrower);
  const earlier = yield* findAnswer(borrower.borrowerRef, draft.idempotency);
  if (earlier !== null) return toDone(earlier);
  const standing = yield* lockStanding(parts, turn, borrower, draft.arrangementId);
  const { arrangement } = standing;
  if (draft.expectedVersion !== null && draft.expectedVersion !== arrangement.version)
    throw new GatewayError('CONFLICT', 'another version is in force', { version: arrangement.version });
  const decided = draft.decide(standing);
  if (decided?.widens === true) {
    yield* assertPartiesActive(arrangement.terms);
    yield* assertAlive(borrower);
  }
  if (decided) yield* applyChange(parts, turn, borrower, draft, standing, decided);
  else if (draft.alwaysRecorded) yield* recordEmptyAct(parts, turn, borrower, draft.entry, asItStands(standing));
  if (decided?.closesRetry || draft.alwaysRecorded)
    yield* changedBy('UPDATE consent_use SET retry_closed = 1 WHERE borrower_ref = ? AND arrangement_id = ?', [
      borrower.borrowerRef,
      Buffer.from(arrangement.arrangementId, 'hex'),
    ]);
  const withdrawn = decided?.withdrawn ?? withdrawnCells(arrangement.terms, null, parts.catalogue);
  const done: ActDone = {
    consentId: arrangement.arrangementId,
    receiptId: decided ? draft.receiptId.toString('hex') : standing.endReceiptId,
    stillDisclosedBy: draft.alwaysRecorded ? [] : yield* findStillDisclosing(parts, turn, borrower, arrangement, withdrawn),
  };
  yield* rememberAnswer(borrower.borrowerRef, draft.idempotency, JSON.stringify(done), turn.atMs);
  return done;
}

function asItStands({ arrangement, documentHash }: Standing) {
  const { status, statusReason: reason, terms } = arrangement;
  return { status, reason, terms, hash: documentHash };
}

/** An answer from before there were receipts is the consent's id alone. */
function toDone(response: string): ActDone {
  if (!response.startsWith('{')) return { consentId: response, receiptId: null, stillDisclosedBy: [] };
  return JSON.parse(response) as ActDone; // as this file wrote it
}

type LockedStanding = Standing & { readonly endReceiptId: string | null };
function* lockStanding(
  { writer }: TransitionParts,
  { atMs }: Turn,
  { borrowerRef }: StoredBorrower,
  arrangementId: string,
): Script<LockedStanding> {
  const id = Buffer.from(arrangementId, 'hex');
  yield* rowsOf(`SELECT ver FROM arrangement WHERE borrower_ref = ? AND arrangement_id = ?${forUpdate(writer.dialect)}`, [
    borrowerRef,
    id,
  ]);
  const [row] = yield* rowsOf(
    `SELECT ${ARRANGEMENT_COLUMNS} FROM arrangement AS a ${ARRANGEMENT_JOINS} WHERE a.borrower_ref = ? AND a.arrangement_id = ?`,
    [borrowerRef, id],
  );
  if (!row) throw new GatewayError('NOT_FOUND');
  const ends = yield* rowsOf(
    `SELECT receipt_id, ledger_idx FROM consent_receipt
     WHERE borrower_ref = ? AND arrangement_id = ? AND kind IN ('REVOCATION', 'EXPIRY')`,
    [borrowerRef, id],
  );
  const [end] = [...ends].sort((a, b) => Number(a['ledger_idx']) - Number(b['ledger_idx']));
  const arrangement = toArrangement(row);
  return {
    arrangement,
    documentHash: (row['document_hash'] as Buffer).toString('hex'),
    endRecorded: end !== undefined,
    endReceiptId: end ? (end['receipt_id'] as Buffer).toString('hex') : null,
    asOfDay: yield* readAsOf(arrangement.platformId, atMs),
    atMs,
  };
}

function* applyChange(
  parts: TransitionParts,
  turn: Turn,
  borrower: StoredBorrower,
  draft: ChangeDraft,
  { arrangement, documentHash }: Standing,
  decided: ConsentChange,
): Script<void> {
  const { borrowerRef } = borrower;
  const { atMs } = turn;
  const { terms, evidence, action, kind, status, reason, receiptReason } = decided;
  yield* useEvidence(evidence, arrangement.platformId, borrower, arrangement.arrangementId, atMs);
  yield* compareAndSet(borrowerRef, arrangement, decided, atMs);
  const hash = terms ? yield* insertVersion(borrowerRef, terms) : documentHash;
  yield* recordAct(parts, turn, borrower, draft, {
    action, kind, status, reason, receiptReason: receiptReason ?? reason, evidence, hash, terms: terms ?? arrangement.terms,
    previous: terms ? arrangement.terms : null,
  }); // prettier-ignore
}

/** Version and status move together or not at all; under the lock they cannot have moved since they were read. */
function* compareAndSet(borrowerRef: Buffer, arrangement: Arrangement, decided: ConsentChange, atMs: number): Script<void> {
  const isNewState = decided.status !== arrangement.status || decided.reason !== arrangement.statusReason;
  const changed = yield* changedBy(
    `UPDATE arrangement SET ver = ?, status = ?, status_reason = ?, status_note = ${isNewState ? '?' : 'COALESCE(?, status_note)'},
       status_at_ms = ?, changed_at_ms = ?
     WHERE borrower_ref = ? AND arrangement_id = ? AND ver = ? AND status = ?`,
    [
      decided.terms?.version ?? arrangement.version, decided.status, decided.reason, decided.note,
      isNewState ? atMs : arrangement.statusAtMs, atMs, borrowerRef, Buffer.from(arrangement.arrangementId, 'hex'),
      arrangement.version, arrangement.status,
    ],
  ); // prettier-ignore
  if (changed !== 1) throw new GatewayError('CONFLICT', 'the consent moved under its lock', { version: arrangement.version });
}
