import type { ActDone, ActEntry } from '../app/consent-ports';
import type { ReceiptSigner, StoredBorrower } from '../app/ports';
import type { TermsCell } from '../core/consent/compare-terms';
import type { ConsentStatusReason, ConsentTerms, Evidence, StoredConsentStatus } from '../core/consent/consent';
import { stillDisclosedBy } from '../core/consent/explain';
import type { Purpose } from '../core/consent/purpose';
import { type ReceiptFacts, type ReceiptKind, type ReceiptParty, toReceiptDocument } from '../core/consent/receipt';
import { asOfDay, dayOf, type EpochDay, type EpochMs, fromStoredMonth } from '../core/credit/calendar';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import { GatewayError } from '../core/errors';
import type { ConsentAction, EntryDraft } from '../core/ledger/entry';
import { ARRANGEMENT_COLUMNS, ARRANGEMENT_JOINS, toArrangement } from './arrangement-row';
import { PLATFORM_COLUMNS, PLATFORM_JOINS, toPlatforms } from './consent-reader';
import { changedBy, rowsOf, type Script, type SerialWriter } from './database';
import { type Dialect, forUpdate, insertSql, upsertSql } from './dialect';
import { appendEncoded, encodeAt, lockSequence, nowMs, type Sequence } from './ledger-append';
import { LEDGER_ID } from './ledger-sequencer';

/** What every transaction on consents is made of. */
export interface TransitionParts {
  readonly writer: SerialWriter;
  readonly catalogue: FieldCatalogue;
  readonly signer: ReceiptSigner;
}
/** The ledger under lock, at the instant of the act. */
export interface Turn {
  readonly sequence: Sequence;
  readonly atMs: EpochMs;
}

/** The first statements of every act: they decide its place among all others (ledger.md, section 6). */
export function* beginTurn({ writer }: TransitionParts): Script<Turn> {
  const sequence = yield* lockSequence(writer.dialect, LEDGER_ID);
  return { sequence, atMs: yield* nowMs(writer.now()) };
}

/** The ledger's lock keeps it so until the act is done. @throws GatewayError NOT_FOUND for a person who was erased. */
export function* assertStored({ borrowerRef }: StoredBorrower): Script<void> {
  if (!(yield* isStored(borrowerRef))) throw new GatewayError('NOT_FOUND', 'the person was erased');
}

export function* isStored(borrowerRef: Buffer): Script<boolean> {
  const keys = yield* rowsOf('SELECT borrower_ref FROM borrower_key WHERE borrower_ref = ?', [borrowerRef]);
  return keys.length > 0;
}

/** A consent as it stands after an act, for its entry, its event and its receipt. */
export interface Outcome {
  readonly action: ConsentAction;
  readonly kind: ReceiptKind;
  readonly status: StoredConsentStatus;
  readonly reason: ConsentStatusReason | null;
  /** Reason of the act, for the receipt. */
  readonly receiptReason: ConsentStatusReason | null;
  readonly terms: ConsentTerms;
  readonly hash: string;
  readonly previous: ConsentTerms | null;
  readonly evidence: Evidence | null;
}

/**
 * Writes an act down everywhere at once: the borrower's consent set rises, the ledger gets its entry, history its event, and
 * the borrower a signed receipt. No transition without a receipt, and no receipt without a transition.
 */
export function* recordAct(
  parts: TransitionParts,
  { sequence, atMs }: Turn,
  { borrowerRef }: StoredBorrower,
  { entry, receiptId }: { readonly entry: ActEntry; readonly receiptId: Buffer },
  outcome: Outcome,
): Script<void> {
  const { terms, hash, previous, action, evidence } = outcome;
  const set = yield* raiseConsentSet(parts.writer.dialect, borrowerRef);
  yield* insertEvent(borrowerRef, set, outcome, atMs, sequence.next);
  const parties = yield* readParties([terms.platformId, terms.recipientId]);
  yield* insertReceipt(parts, borrowerRef, {
    receiptId: receiptId.toString('hex'), kind: outcome.kind, issuedAtMs: atMs, ledgerOrigin: sequence.origin,
    ledgerIndex: sequence.next, subject: entry.subject, platform: partyOf(parties, terms.platformId),
    recipient: partyOf(parties, terms.recipientId), purpose: terms.purpose, actor: actorOf(entry, terms.platformId),
    consent: { id: terms.arrangementId, version: terms.version, hash, terms, previous }, request: null, reason: outcome.receiptReason,
    actEvidence: evidence,
  }); // prettier-ignore
  yield* appendOne(sequence, atMs, {
    ...entry, type: 'C', recipient: terms.recipientId, purpose: terms.purpose, action, consent: terms.arrangementId,
    from: previous?.version ?? (action === 'grant' ? 0 : terms.version), to: terms.version, document: hash,
    ...(evidence ? { evidence: evidence.approvalHash } : {}), set,
  }); // prettier-ignore
}

/**
 * An act that found nothing to change and is recorded all the same, without a receipt; by as many statements as one that did,
 * because its actor must not learn which it was.
 */
export function* recordEmptyAct(
  parts: TransitionParts,
  { sequence, atMs }: Turn,
  { borrowerRef }: StoredBorrower,
  entry: ActEntry,
  outcome: Pick<Outcome, 'status' | 'reason' | 'terms' | 'hash'>,
): Script<void> {
  const { terms, hash } = outcome;
  const set = yield* raiseConsentSet(parts.writer.dialect, borrowerRef);
  yield* insertEvent(borrowerRef, set, { ...outcome, action: 'revoke' }, atMs, sequence.next);
  yield* readParties([terms.platformId, terms.recipientId]);
  const id = Buffer.from(terms.arrangementId, 'hex');
  yield* changedBy('UPDATE arrangement SET ver = ver WHERE borrower_ref = ? AND arrangement_id = ?', [borrowerRef, id]);
  const receipts = RECEIPT_COLUMNS.join(', '); // a receipt is inserted and never changed, so no account may change one
  yield* changedBy(
    `INSERT INTO consent_receipt (${receipts}) SELECT ${receipts} FROM consent_receipt WHERE borrower_ref = ? AND receipt_id = ? AND ver < 0`,
    [borrowerRef, id],
  );
  yield* appendOne(sequence, atMs, {
    ...entry, type: 'C', recipient: terms.recipientId, purpose: terms.purpose, action: 'revoke', consent: terms.arrangementId,
    from: terms.version, to: terms.version, document: hash, set,
  }); // prettier-ignore
}

/** A borrower is named by role alone: the platform they came through may be another one than the consent's. */
function actorOf({ role, actor }: ActEntry, platformId: string): ReceiptFacts['actor'] {
  return { role, partyId: role === 'BORROWER' && actor !== platformId ? null : actor };
}

export function* appendOne(sequence: Sequence, atMs: EpochMs, entry: EntryDraft): Script<void> {
  yield* appendEncoded(sequence, [encodeAt(sequence, atMs, entry)]);
}

/** Every change to any consent of a borrower: whatever was decided on the old set is decided again. */
export function* raiseConsentSet(dialect: Dialect, borrowerRef: Buffer): Script<number> {
  const [row] = yield* rowsOf(`SELECT ver FROM consent_head WHERE borrower_ref = ?${forUpdate(dialect)}`, [borrowerRef]);
  const next = Number(row?.['ver'] ?? 0) + 1;
  yield* changedBy(upsertSql(dialect, 'consent_head', ['borrower_ref'], ['ver'], 1), [borrowerRef, next]);
  return next;
}

const EVENT_COLUMNS = [
  'borrower_ref', 'arrangement_id', 'set_ver', 'action', 'ver', 'status', 'status_reason', 'at_ms', 'ledger_idx',
] as const; // prettier-ignore
function* insertEvent(
  borrowerRef: Buffer,
  set: number,
  { terms, action, status, reason }: Pick<Outcome, 'terms' | 'action' | 'status' | 'reason'>,
  atMs: EpochMs,
  index: number,
): Script<void> {
  const id = Buffer.from(terms.arrangementId, 'hex');
  const values = [borrowerRef, id, set, action, terms.version, status, reason, atMs, index];
  yield* changedBy(insertSql('consent_event', EVENT_COLUMNS, 1), values);
}

const RECEIPT_COLUMNS = [
  'borrower_ref', 'receipt_id', 'arrangement_id', 'consent_request_id', 'ver', 'kind', 'issued_at_ms', 'ledger_idx', 'document',
  'signature',
] as const; // prettier-ignore
export function* insertReceipt({ catalogue, signer }: TransitionParts, borrowerRef: Buffer, facts: ReceiptFacts): Script<void> {
  const document = toReceiptDocument(facts, catalogue);
  const idOf = (of: { readonly id: string } | null): Buffer | null => of && Buffer.from(of.id, 'hex');
  yield* changedBy(insertSql('consent_receipt', RECEIPT_COLUMNS, 1), [
    borrowerRef, Buffer.from(facts.receiptId, 'hex'), idOf(facts.consent), idOf(facts.request), facts.consent?.version ?? null,
    facts.kind, facts.issuedAtMs, facts.ledgerIndex, document, signer.sign(document),
  ]); // prettier-ignore
}

export function* readParties(ids: readonly string[]): Script<ReadonlyMap<string, ReceiptParty>> {
  const rows = yield* rowsOf(
    `SELECT institution_id, legal_name, contact FROM institution WHERE institution_id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
  return new Map(
    rows.map((row) => {
      const id = row['institution_id'] as string;
      return [id, { id, legalName: row['legal_name'] as string, contact: row['contact'] as string | null }];
    }),
  );
}

export function partyOf(parties: ReadonlyMap<string, ReceiptParty>, id: string): ReceiptParty {
  const found = parties.get(id);
  if (!found) throw new Error(`A consent names ${id}, which is not registered`);
  return found;
}

/** A hash of evidence serves once at each platform, whatever it is for. @throws GatewayError EVIDENCE_REUSED. */
export function* useEvidence(
  evidence: Evidence | null,
  platformId: string,
  { borrowerRef }: StoredBorrower,
  arrangementId: string,
  atMs: EpochMs,
): Script<void> {
  if (!evidence) return;
  const hash = Buffer.from(evidence.approvalHash, 'hex');
  const used = yield* rowsOf('SELECT used_at_ms FROM evidence_use WHERE platform_id = ? AND approval_hash = ?', [
    platformId,
    hash,
  ]);
  if (used.length > 0) throw new GatewayError('EVIDENCE_REUSED', undefined, { input: 'input.evidence.approvalHash' });
  const columns = ['platform_id', 'approval_hash', 'borrower_ref', 'arrangement_id', 'used_at_ms'];
  const id = Buffer.from(arrangementId, 'hex');
  yield* changedBy(insertSql('evidence_use', columns, 1), [platformId, hash, borrowerRef, id, atMs]);
}

/** The rest of the borrower's consents to the recipient for the purpose, and what they still let be seen of these cells. */
export function* findStillDisclosing(
  { catalogue }: TransitionParts,
  { atMs }: Turn,
  { borrowerRef }: StoredBorrower,
  {
    arrangementId,
    platformId,
    recipientId,
    purpose,
  }: Pick<ConsentTerms, 'arrangementId' | 'platformId' | 'recipientId' | 'purpose'>,
  withdrawn: readonly TermsCell[],
): Script<ActDone['stillDisclosedBy']> {
  if (withdrawn.length === 0) return [];
  const rows = yield* readArrangements(borrowerRef, recipientId, purpose);
  const platforms = toPlatforms(rows);
  const today = dayOf(atMs);
  const active = [...platforms].filter(([, { status }]) => status === 'ACTIVE');
  const asOf = new Map(active.map(([id, { newestMonth }]) => [id, asOfDay(today, newestMonth)]));
  const snapshot = {
    atMs,
    recipientId,
    purpose,
    borrowerKnown: true,
    arrangements: rows.map(toArrangement),
    asOfByPlatform: asOf,
  };
  return stillDisclosedBy(snapshot, catalogue, withdrawn, { arrangementId, platformId });
}

function* readArrangements(
  borrowerRef: Buffer,
  recipientId: string,
  purpose: Purpose,
): Script<readonly Readonly<Record<string, unknown>>[]> {
  return yield* rowsOf(
    `SELECT ${ARRANGEMENT_COLUMNS}, ${PLATFORM_COLUMNS} FROM arrangement AS a ${ARRANGEMENT_JOINS} ${PLATFORM_JOINS}
     WHERE a.borrower_ref = ? AND a.recipient_id = ? AND a.purpose = ?`,
    [borrowerRef, recipientId, purpose],
  );
}

/** As-of date of a platform at an instant; today where it has furnished nothing. */
export function* readAsOf(platformId: string, atMs: EpochMs): Script<EpochDay> {
  const [row] = yield* rowsOf('SELECT newest_month FROM platform_progress WHERE platform_id = ?', [platformId]);
  return asOfDay(dayOf(atMs), row ? fromStoredMonth(row['newest_month'] as number) : null);
}
