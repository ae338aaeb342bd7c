import type { ConsentBook, CustomerBorrower, ReceiptView } from '../app/consent-ports';
import { parseConsentDocument } from '../core/consent/consent-document';
import type { ReceiptKind } from '../core/consent/receipt';
import { condition, consentListSql, consentSql, requestListSql, requestSql, toRequestView, toView } from './consent-lists';
import { toPlatform } from './consent-reader';
import { hexOf, toBorrower } from './arrangement-row';
import type { Database, Row, SqlValue } from './database';

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
        `SELECT s.historical AS platform_historical, s.status AS platform_status,
           s.ver AS platform_ver, p.newest_month FROM institution AS s
         LEFT JOIN platform_progress AS p ON p.platform_id = s.institution_id WHERE s.institution_id = ?`,
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
      const rows = await read(
        'SELECT document, hash FROM consent WHERE borrower_ref = ? AND arrangement_id = ? ORDER BY ver DESC',
        [borrowerRef, Buffer.from(arrangementId, 'hex')],
      );
      return rows.map(({ document, hash }) => ({
        terms: parseConsentDocument(document as string),
        documentHash: (hash as Buffer).toString('hex'),
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

function toCustomer(row: Row, platformId: string): CustomerBorrower {
  return { ...toBorrower(row), platformId, customerId: row['customer_id'] as string };
}

const RECEIPT_SELECT = `SELECT receipt_id, arrangement_id, consent_request_id, ver, kind, issued_at_ms, ledger_idx, document, signature
  FROM consent_receipt`;

function toReceipt(row: Row): ReceiptView {
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
