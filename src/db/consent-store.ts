import type { ConsentStore, ConsentView, GrantDraft, RevokeDraft, StoredBorrower } from '../app/ports';
import { type ConsentStatusReason, type ConsentTerms, statusAt } from '../core/consent/consent';
import { hashOfDocument, toConsentDocument } from '../core/consent/consent-document';
import { assertGrantable } from '../core/consent/grant-rules';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import { GatewayError } from '../core/errors';
import { ARRANGEMENT_COLUMNS, createArrangementMapper } from './consent-reader';
import { changedBy, type Database, rowsOf, type Row, type Script, type SerialWriter } from './database';
import { type Dialect, forUpdate, insertSql, upsertSql } from './dialect';
import { findAnswer, rememberAnswer } from './idempotency';
import { appendEncoded, encodeAt, lockSequence, nowMs } from './ledger-append';
import { LEDGER_ID } from './ledger-sequencer';

const toArrangement = createArrangementMapper();
const LIVE_CONSENTS_MAX = 100;
const PLATFORMS_MAX = 20;

/** Consent transitions: each one transaction that locks the ledger first, changes by compare-and-set and appends its entry. */
export function createConsentStore(database: Database, writer: SerialWriter, catalogue: FieldCatalogue): ConsentStore {
  return {
    findCustomer: async (lookup, platformId) => {
      const [row] = await database.read(
        `SELECT k.borrower_ref, k.wrapped_key, u.customer_id FROM identity_lookup AS i
         JOIN borrower_key AS k ON k.borrower_ref = i.borrower_ref
         JOIN customer AS u ON u.borrower_ref = i.borrower_ref AND u.platform_id = ?
         WHERE i.lookup = ? ORDER BY u.customer_id LIMIT 1`,
        [platformId, lookup],
      );
      return row ? { ...toBorrower(row), platformId, customerId: row['customer_id'] as string } : null;
    },
    findConsent: async (arrangementId) => {
      const now = database.now();
      const [row] = await database.read(
        `SELECT ${now.sql} AS now_ms, a.customer_id, a.status_reason, k.borrower_ref, k.wrapped_key, ${ARRANGEMENT_COLUMNS}
         FROM arrangement AS a
         JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
         JOIN borrower_key AS k ON k.borrower_ref = a.borrower_ref
         WHERE a.arrangement_id = ?`,
        [...now.params, Buffer.from(arrangementId, 'hex')],
      );
      return row ? toView(row) : null;
    },
    grant: (borrower, draft) => writer.write(() => grant(writer, catalogue, borrower, draft)),
    revoke: (borrower, draft) => writer.write(() => revoke(writer, borrower, draft)),
  };
}

function toBorrower(row: Row): StoredBorrower {
  return { borrowerRef: row['borrower_ref'] as Buffer, wrappedKey: row['wrapped_key'] as Buffer };
}

function toView(row: Row): ConsentView {
  return {
    arrangement: toArrangement(row),
    customerId: row['customer_id'] as string,
    borrower: toBorrower(row),
    statusReason: row['status_reason'] as ConsentStatusReason | null,
    documentHash: (row['document_hash'] as Buffer).toString('hex'),
    atMs: Number(row['now_ms']),
  };
}

function* grant(writer: SerialWriter, catalogue: FieldCatalogue, borrower: StoredBorrower, draft: GrantDraft): Script<string> {
  const { dialect } = writer;
  const sequence = yield* lockSequence(dialect, LEDGER_ID);
  const atMs = yield* nowMs(writer.now());
  const earlier = yield* findAnswer(borrower.borrowerRef, draft.idempotency);
  if (earlier !== null) return earlier;
  const terms: ConsentTerms = { ...draft.terms, validFromMs: draft.terms.validFromMs ?? atMs, grantedAtMs: atMs };
  assertGrantable(terms, catalogue, atMs);
  yield* assertPartiesActive(terms);
  yield* assertRoom(borrower, terms, atMs);
  const document = toConsentDocument(terms);
  const hash = hashOfDocument(document);
  const id = Buffer.from(terms.arrangementId, 'hex');
  yield* useEvidence(terms, borrower, id, atMs);
  yield* changedBy(
    insertSql(
      'arrangement',
      [
        'borrower_ref', 'arrangement_id', 'platform_id', 'customer_id', 'recipient_id', 'purpose', 'ver', 'status',
        'status_at_ms', 'created_at_ms',
      ],
      1,
    ),
    [
      borrower.borrowerRef, id, terms.platformId, draft.customerId, terms.recipientId, terms.purpose, terms.version, 'ACTIVE', atMs, atMs,
    ],
  ); // prettier-ignore
  yield* changedBy(
    insertSql('consent', ['borrower_ref', 'arrangement_id', 'ver', 'starts_at_ms', 'expires_at_ms', 'document', 'hash'], 1),
    [borrower.borrowerRef, id, terms.version, terms.validFromMs, terms.validUntilMs, document, Buffer.from(hash, 'hex')],
  );
  const set = yield* raiseConsentSet(dialect, borrower.borrowerRef);
  yield* rememberAnswer(borrower.borrowerRef, draft.idempotency, terms.arrangementId, atMs);
  yield* appendEncoded(sequence, [
    encodeAt(sequence, atMs, {
      ...draft.entry, type: 'C', recipient: terms.recipientId, purpose: terms.purpose, action: 'grant', consent: terms.arrangementId,
      from: 0, to: terms.version, document: hash, ...(terms.evidence ? { evidence: terms.evidence.approvalHash } : {}), set,
    }),
  ]); // prettier-ignore
  return terms.arrangementId;
}

function* revoke(writer: SerialWriter, borrower: StoredBorrower, draft: RevokeDraft): Script<void> {
  const { dialect } = writer;
  const sequence = yield* lockSequence(dialect, LEDGER_ID);
  const atMs = yield* nowMs(writer.now());
  if ((yield* findAnswer(borrower.borrowerRef, draft.idempotency)) !== null) return;
  const id = Buffer.from(draft.arrangementId, 'hex');
  const [row] = yield* rowsOf(
    `SELECT ${ARRANGEMENT_COLUMNS} FROM arrangement AS a
     JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
     WHERE a.borrower_ref = ? AND a.arrangement_id = ?${forUpdate(dialect)}`,
    [borrower.borrowerRef, id],
  );
  if (!row) throw new GatewayError('NOT_FOUND');
  const arrangement = toArrangement(row);
  if (draft.expectedVersion !== null && draft.expectedVersion !== arrangement.version)
    throw new GatewayError('CONFLICT', 'another version is in force', { version: arrangement.version });
  yield* rememberAnswer(borrower.borrowerRef, draft.idempotency, draft.arrangementId, atMs);
  const status = statusAt(arrangement, atMs);
  if (status === 'REVOKED' || status === 'EXPIRED') return;
  const changed = yield* changedBy(
    `UPDATE arrangement SET status = 'REVOKED', status_reason = ?, status_note = ?, status_at_ms = ?
     WHERE borrower_ref = ? AND arrangement_id = ? AND ver = ? AND status = ?`,
    [draft.reason, draft.note, atMs, borrower.borrowerRef, id, arrangement.version, arrangement.status],
  );
  if (changed !== 1) throw new GatewayError('CONFLICT', 'the consent moved under its lock', { version: arrangement.version });
  const set = yield* raiseConsentSet(dialect, borrower.borrowerRef);
  yield* appendEncoded(sequence, [
    encodeAt(sequence, atMs, {
      ...draft.entry, type: 'C', recipient: arrangement.recipientId, purpose: arrangement.purpose, action: 'revoke',
      consent: arrangement.arrangementId, from: arrangement.version, to: arrangement.version,
      document: (row['document_hash'] as Buffer).toString('hex'), set,
    }),
  ]); // prettier-ignore
}

/** Every change to any consent of a borrower: whatever was decided on the old set is decided again. */
function* raiseConsentSet(dialect: Dialect, borrowerRef: Buffer): Script<number> {
  const [row] = yield* rowsOf(`SELECT ver FROM consent_head WHERE borrower_ref = ?${forUpdate(dialect)}`, [borrowerRef]);
  const next = Number(row?.['ver'] ?? 0) + 1;
  yield* changedBy(upsertSql(dialect, 'consent_head', ['borrower_ref'], ['ver'], 1), [borrowerRef, next]);
  return next;
}

function* assertPartiesActive({ recipientId, platformId, purpose }: ConsentTerms): Script<void> {
  const rows = yield* rowsOf('SELECT institution_id, status, purposes FROM institution WHERE institution_id IN (?, ?)', [
    recipientId,
    platformId,
  ]);
  const active = new Map(
    rows.filter((row) => row['status'] === 'ACTIVE').map((row) => [row['institution_id'], row['purposes'] as string]),
  );
  if (!active.has(platformId)) throw new GatewayError('FORBIDDEN', 'the platform is not an active institution');
  if (!active.get(recipientId)?.split(',').includes(purpose))
    throw new GatewayError('RECIPIENT_NOT_ACTIVE', 'no active institution of that id is registered for the purpose', {
      input: 'input.recipientId',
    });
}

function* useEvidence(terms: ConsentTerms, { borrowerRef }: StoredBorrower, id: Buffer, atMs: number): Script<void> {
  if (!terms.evidence) return;
  const { platformId } = terms;
  const hash = Buffer.from(terms.evidence.approvalHash, 'hex');
  const used = yield* rowsOf('SELECT used_at_ms FROM evidence_use WHERE platform_id = ? AND approval_hash = ?', [
    platformId,
    hash,
  ]);
  if (used.length > 0) throw new GatewayError('EVIDENCE_REUSED', undefined, { input: 'input.evidence.approvalHash' });
  const columns = ['platform_id', 'approval_hash', 'borrower_ref', 'arrangement_id', 'used_at_ms'];
  yield* changedBy(insertSql('evidence_use', columns, 1), [platformId, hash, borrowerRef, id, atMs]);
}

/** One entry must hold what one recipient may see of one person, so the consents that are in force at once are bounded. */
function* assertRoom(
  { borrowerRef }: StoredBorrower,
  { recipientId, purpose, platformId }: ConsentTerms,
  atMs: number,
): Script<void> {
  const rows = yield* rowsOf(
    `SELECT a.platform_id, a.status, c.expires_at_ms FROM arrangement AS a
     JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
     WHERE a.borrower_ref = ? AND a.recipient_id = ? AND a.purpose = ?`,
    [borrowerRef, recipientId, purpose],
  );
  const live = rows.filter((row) => row['status'] !== 'REVOKED' && Number(row['expires_at_ms']) > atMs).length;
  const platforms = new Set([...rows.map((row) => row['platform_id']), platformId]).size;
  if (live < LIVE_CONSENTS_MAX && platforms <= PLATFORMS_MAX) return;
  throw new GatewayError('BAD_USER_INPUT', 'too many consents to this recipient for this purpose; revoke one first', {
    input: 'input',
  });
}
