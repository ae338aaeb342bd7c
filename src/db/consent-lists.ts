import type { ConsentQuery, ConsentView, PageRequest, RequestQuery, RequestView } from '../app/consent-ports';
import type { ConsentStatus } from '../core/consent/consent';
import type { ConsentRequestStatus } from '../core/consent/consent-request';
import { ARRANGEMENT_COLUMNS, ARRANGEMENT_JOINS, hexOf, toArrangement, toBorrower } from './arrangement-row';
import { REQUEST_COLUMNS, toRequest } from './consent-request-store';
import type { Database, NowExpression, Row, SqlValue } from './database';

/** A condition with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}
export const condition = (sql: string, ...params: SqlValue[]): Condition => ({ sql, params });
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

export function consentListSql(database: Database, query: ConsentQuery): Sql {
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
function statusIs(status: ConsentStatus, now: NowExpression): Condition {
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
function changedSince(fromMs: number, now: NowExpression): Condition {
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
export function requestSql(database: Database, { sql, params }: Condition, platformId: string | null, tail: string): Sql {
  const now = database.now();
  const from =
    platformId === null
      ? `NULL AS customer_id, ${REQUEST_COLUMNS} FROM consent_request AS q`
      : `b.customer_id, ${REQUEST_COLUMNS} FROM consent_request_inbox AS b
         JOIN consent_request AS q ON q.borrower_ref = b.borrower_ref AND q.consent_request_id = b.consent_request_id`;
  return [`SELECT ${now.sql} AS now_ms, ${from} WHERE ${sql} ${tail}`, [...now.params, ...params]];
}

export function toRequestView(row: Row): RequestView {
  return {
    request: toRequest(row),
    borrowerRef: row['borrower_ref'] as Buffer,
    customerId: row['customer_id'] as string | null,
    atMs: Number(row['now_ms']),
  };
}

export function requestListSql(database: Database, query: RequestQuery): Sql {
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
function requestStatusIs(status: ConsentRequestStatus, toRecipient: boolean, now: NowExpression): Condition {
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
