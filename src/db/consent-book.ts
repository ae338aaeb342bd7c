import type {
  ConsentBook,
  ConsentQuery,
  ConsentView,
  CustomerBorrower,
  PageRequest,
  ReceiptView,
  RequestQuery,
  RequestView,
} from '../app/consent-ports';
import type { StoredBorrower } from '../app/ports';
import type { ConsentStatus } from '../core/consent/consent';
import { hashOfDocument, parseConsentDocument } from '../core/consent/consent-document';
import type { ConsentRequestStatus } from '../core/consent/consent-request';
import type { ReceiptKind } from '../core/consent/receipt';
import { ARRANGEMENT_COLUMNS, ARRANGEMENT_JOINS, createArrangementMapper } from './arrangement-row';
import { toPlatform } from './consent-reader';
import { REQUEST_COLUMNS, toRequest } from './consent-request-store';
import type { Database, Row, SqlValue } from './database';

const toArrangement = createArrangementMapper();

/** A condition with its parameters. */
interface Condition {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}
const condition = (sql: string, ...params: SqlValue[]): Condition => ({ sql, params });
/** Nothing where the value does not restrict. */
const given = <T extends SqlValue>(value: T | null, sql: string): readonly Condition[] =>
  value === null ? [] : [condition(sql, value)];
const anyOf = (parts: readonly Condition[]): readonly Condition[] =>
  parts.length === 0
    ? []
    : [condition(`(${parts.map(({ sql }) => `(${sql})`).join(' OR ')})`, ...parts.flatMap(({ params }) => params))];
const all = (parts: readonly Condition[]): Condition =>
  parts.length === 0
    ? condition('1 = 1')
    : condition(parts.map(({ sql }) => sql).join(' AND '), ...parts.flatMap(({ params }) => params));

/** Consents and requests as their owners read them; every list is one keyset page, newest first. */
export function createConsentBook(database: Database): ConsentBook {
  const read = async (sql: string, params: readonly SqlValue[]): Promise<readonly Row[]> => database.read(sql, params);
  const first = async (sql: string, params: readonly SqlValue[]): Promise<Row | undefined> => (await read(sql, params))[0];
  return {
    findPerson: async (lookup) => {
      const row = await first(
        `SELECT k.borrower_ref, k.wrapped_key FROM identity_lookup AS i JOIN borrower_key AS k ON k.borrower_ref = i.borrower_ref
         WHERE i.lookup = ?`,
        [lookup],
      );
      return row ? toBorrower(row) : null;
    },
    findBorrower: async (borrowerRef) => {
      const row = await first('SELECT borrower_ref, wrapped_key FROM borrower_key WHERE borrower_ref = ?', [borrowerRef]);
      return row ? toBorrower(row) : null;
    },
    loadPlatform: async (platformId) => {
      const row = await first(
        `SELECT a.institution_id AS platform_id, a.historical AS platform_historical, p.newest_month FROM institution AS a
         LEFT JOIN platform_progress AS p ON p.platform_id = a.institution_id WHERE a.institution_id = ?`,
        [platformId],
      );
      if (!row) throw new Error(`The platform ${platformId} is not registered`);
      return toPlatform(row);
    },
    findCustomer: async (lookup, platformId) => {
      const row = await first(
        `SELECT k.borrower_ref, k.wrapped_key, u.customer_id FROM identity_lookup AS i
         JOIN borrower_key AS k ON k.borrower_ref = i.borrower_ref
         JOIN customer AS u ON u.borrower_ref = i.borrower_ref AND u.platform_id = ?
         WHERE i.lookup = ? ORDER BY u.customer_id LIMIT 1`,
        [platformId, lookup],
      );
      return row ? toCustomer(row, platformId) : null;
    },
    findCustomerId: async (borrowerRef, platformId) => {
      const row = await first(
        'SELECT customer_id FROM customer WHERE borrower_ref = ? AND platform_id = ? ORDER BY customer_id LIMIT 1',
        [borrowerRef, platformId],
      );
      return row ? (row['customer_id'] as string) : null;
    },
    findConsent: async (arrangementId) => {
      const row = await first(...consentSql(database, condition('a.arrangement_id = ?', Buffer.from(arrangementId, 'hex')), ''));
      return row ? toView(row) : null;
    },
    listConsents: async (query) => (await read(...consentListSql(database, query))).map(toView),
    listVersions: async (borrowerRef, arrangementId) => {
      const rows = await read('SELECT document FROM consent WHERE borrower_ref = ? AND arrangement_id = ? ORDER BY ver DESC', [
        borrowerRef,
        Buffer.from(arrangementId, 'hex'),
      ]);
      return rows.map(({ document }) => ({
        terms: parseConsentDocument(document as string),
        documentHash: hashOfDocument(document as string),
      }));
    },
    findRequest: async (consentRequestId) => {
      const id = Buffer.from(consentRequestId, 'hex');
      const row = await first(...requestSql(database, condition('q.consent_request_id = ?', id), null, ''));
      return row ? toRequestView(row) : null;
    },
    listRequests: async (query) => (await read(...requestListSql(database, query))).map(toRequestView),
    listReceipts: async (borrowerRef, of) => {
      const [column, id] =
        'arrangementId' in of ? ['arrangement_id', of.arrangementId] : ['consent_request_id', of.consentRequestId];
      const rows = await read(`${RECEIPT_SELECT} WHERE borrower_ref = ? AND ${column} = ? ORDER BY ledger_idx`, [
        borrowerRef,
        Buffer.from(id, 'hex'),
      ]);
      return rows.map(toReceipt);
    },
    findReceipt: async (borrowerRef, receiptId) => {
      const row = await first(`${RECEIPT_SELECT} WHERE borrower_ref = ? AND receipt_id = ?`, [
        borrowerRef,
        Buffer.from(receiptId, 'hex'),
      ]);
      return row ? toReceipt(row) : null;
    },
  };
}

function toBorrower(row: Row): StoredBorrower {
  return { borrowerRef: row['borrower_ref'] as Buffer, wrappedKey: row['wrapped_key'] as Buffer };
}

function toCustomer(row: Row, platformId: string): CustomerBorrower {
  return { ...toBorrower(row), platformId, customerId: row['customer_id'] as string };
}

// ------------------------------------------------------------------ consents

type Sql = readonly [sql: string, params: readonly SqlValue[]];

/** @param tail - Order and limit. */
export function consentSql(database: Database, { sql, params }: Condition, tail: string): Sql {
  const now = database.now();
  return [
    `SELECT ${now.sql} AS now_ms, a.customer_id, a.consent_request_id, a.previous_arrangement_id, k.borrower_ref, k.wrapped_key,
       ${ARRANGEMENT_COLUMNS}
     FROM arrangement AS a ${ARRANGEMENT_JOINS} JOIN borrower_key AS k ON k.borrower_ref = a.borrower_ref WHERE ${sql} ${tail}`,
    [...now.params, ...params],
  ];
}

export function toView(row: Row): ConsentView {
  const hexOf = (value: unknown): string | null => (value as Buffer | null)?.toString('hex') ?? null;
  return {
    arrangement: toArrangement(row),
    customerId: row['customer_id'] as string,
    borrower: toBorrower(row),
    documentHash: (row['document_hash'] as Buffer).toString('hex'),
    consentRequestId: hexOf(row['consent_request_id']),
    previousConsentId: hexOf(row['previous_arrangement_id']),
    atMs: Number(row['now_ms']),
  };
}

function consentListSql(database: Database, query: ConsentQuery): Sql {
  const now = database.now();
  const where = all([
    ...given(query.platformId, 'a.platform_id = ?'),
    ...given(query.borrowerRef, 'a.borrower_ref = ?'),
    ...given(query.recipientId, 'a.recipient_id = ?'),
    ...given(query.purpose, 'a.purpose = ?'),
    ...given(query.validUntilBeforeMs, 'c.expires_at_ms < ?'),
    ...anyOf(query.status.map((status) => statusIs(status, now))),
    ...(query.changedFromMs === null ? [] : [changedSince(query.changedFromMs, now)]),
    ...after(query, 'a.created_at_ms', 'a.arrangement_id'),
  ]);
  return consentSql(database, where, `ORDER BY a.created_at_ms DESC, a.arrangement_id DESC LIMIT ${limitOf(query)}`);
}

/** The computed state as SQL, by the same rule as `stateAt` in core: REVOKED, then used up, then past its validity. */
function statusIs(status: ConsentStatus, now: { readonly sql: string; readonly params: readonly SqlValue[] }): Condition {
  const live = `u.once_used_at_ms IS NULL AND c.expires_at_ms > ${now.sql}`;
  switch (status) {
    case 'REVOKED':
      return condition("a.status = 'REVOKED'");
    case 'EXPIRED':
      return condition(`a.status <> 'REVOKED' AND NOT (${live})`, ...now.params);
    case 'ACTIVE':
    case 'PAUSED':
      return condition(`a.status = '${status}' AND ${live}`, ...now.params);
  }
}

/** A transition, or an end by the clock or by use, at or after an instant. */
function changedSince(fromMs: number, now: { readonly sql: string; readonly params: readonly SqlValue[] }): Condition {
  return condition(
    `(COALESCE(a.changed_at_ms, a.status_at_ms) >= ? OR u.once_used_at_ms >= ?
      OR (a.status <> 'REVOKED' AND c.expires_at_ms >= ? AND c.expires_at_ms <= ${now.sql}))`,
    fromMs,
    fromMs,
    fromMs,
    ...now.params,
  );
}

function after({ after: position }: PageRequest, created: string, id: string): readonly Condition[] {
  if (!position) return [];
  const { createdAtMs } = position;
  return [
    condition(`(${created} < ? OR (${created} = ? AND ${id} < ?))`, createdAtMs, createdAtMs, Buffer.from(position.id, 'hex')),
  ];
}

function limitOf({ first }: PageRequest): string {
  if (!Number.isInteger(first)) throw new Error('A page has a whole number of items');
  return String(first);
}

// ------------------------------------------------------------------ requests

/** @param platformId - Whose inbox; null: no platform's. */
function requestSql(database: Database, { sql, params }: Condition, platformId: string | null, tail: string): Sql {
  const now = database.now();
  const from =
    platformId === null
      ? `NULL AS customer_id, ${REQUEST_COLUMNS} FROM consent_request AS q`
      : `b.customer_id, ${REQUEST_COLUMNS} FROM consent_request_inbox AS b
         JOIN consent_request AS q ON q.borrower_ref = b.borrower_ref AND q.consent_request_id = b.consent_request_id`;
  return [`SELECT ${now.sql} AS now_ms, ${from} WHERE ${sql} ${tail}`, [...now.params, ...params]];
}

function toRequestView(row: Row): RequestView {
  return {
    request: toRequest(row),
    borrowerRef: row['borrower_ref'] as Buffer,
    customerId: row['customer_id'] as string | null,
    atMs: Number(row['now_ms']),
  };
}

function requestListSql(database: Database, query: RequestQuery): Sql {
  const now = database.now();
  const of = query.platformId === null ? 'q' : 'b';
  const where = all([
    ...given(query.platformId, 'b.platform_id = ?'),
    ...given(query.asRecipient, 'q.recipient_id = ?'),
    ...given(query.borrowerRef, 'q.borrower_ref = ?'),
    ...given(query.recipientId, 'q.recipient_id = ?'),
    ...given(query.purpose, 'q.purpose = ?'),
    ...given(query.reference, 'q.reference = ?'),
    ...given(query.createdFromMs, `${of}.created_at_ms >= ?`),
    ...given(query.createdUntilMs, `${of}.created_at_ms < ?`),
    ...anyOf(query.status.map((status) => requestStatusIs(status, query.asRecipient !== null, now))),
    ...after(query, `${of}.created_at_ms`, `${of}.consent_request_id`),
  ]);
  const tail = `ORDER BY ${of}.created_at_ms DESC, ${of}.consent_request_id DESC LIMIT ${limitOf(query)}`;
  return requestSql(database, where, query.platformId, tail);
}

/** To its recipient a rejected request is an open one until it lapses. */
function requestStatusIs(
  status: ConsentRequestStatus,
  toRecipient: boolean,
  now: { readonly sql: string; readonly params: readonly SqlValue[] },
): Condition {
  const open = toRecipient ? "q.status IN ('PENDING', 'REJECTED')" : "q.status = 'PENDING'";
  switch (status) {
    case 'APPROVED':
      return condition("q.status = 'APPROVED'");
    case 'REJECTED':
      return condition(toRecipient ? '1 = 0' : "q.status = 'REJECTED'");
    case 'PENDING':
      return condition(`${open} AND q.lapses_at_ms > ${now.sql}`, ...now.params);
    case 'LAPSED':
      return condition(`${open} AND q.lapses_at_ms <= ${now.sql}`, ...now.params);
  }
}

// ------------------------------------------------------------------ receipts

const RECEIPT_SELECT = `SELECT receipt_id, arrangement_id, consent_request_id, ver, kind, issued_at_ms, ledger_idx, document, signature
  FROM consent_receipt`;

function toReceipt(row: Row): ReceiptView {
  const hexOf = (value: unknown): string | null => (value as Buffer | null)?.toString('hex') ?? null;
  return {
    receiptId: (row['receipt_id'] as Buffer).toString('hex'),
    kind: row['kind'] as ReceiptKind,
    arrangementId: hexOf(row['arrangement_id']),
    consentRequestId: hexOf(row['consent_request_id']),
    version: row['ver'] === null ? null : Number(row['ver']),
    issuedAtMs: Number(row['issued_at_ms']),
    ledgerIndex: Number(row['ledger_idx']),
    document: row['document'] as string,
    signature: row['signature'] as string,
  };
}
