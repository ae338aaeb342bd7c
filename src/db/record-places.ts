import { fromStoredMonth, toYearMonth } from '../core/credit/calendar';
import type { Database, Row, SqlValue } from './database';
import { inList } from './dialect';
import { hex } from './planned-record';

/** Where an entity is stored: the columns behind the parts of its record key, and whether it belongs to an account. */
interface Place {
  readonly table: string;
  readonly keyColumns: readonly string[];
  readonly ofAccount: boolean;
  readonly naturalKey: (row: Row) => string;
}
export const text = (row: Row, column: string): string => String(row[column]);
const ofCustomer = (entity: string): Place => ({
  table: entity,
  keyColumns: [`${entity}_id`],
  ofAccount: false,
  naturalKey: (row) => text(row, `${entity}_no`),
});
const PLACES: Readonly<Record<string, Place>> = {
  borrower: {
    ...ofCustomer('customer'),
    keyColumns: ['platform_id', 'customer_id'],
    naturalKey: (row) => text(row, 'customer_id'),
  },
  account: {
    table: 'credit_account',
    keyColumns: ['account_id'],
    ofAccount: true,
    naturalKey: (row) => text(row, 'of_account_no'),
  },
  monthlySummary: {
    table: 'monthly_summary',
    keyColumns: ['account_id', 'month'],
    ofAccount: true,
    naturalKey: (row) => `${text(row, 'of_account_no')}/${toYearMonth(fromStoredMonth(Number(row['month'])))}`,
  },
  loan: { table: 'loan', keyColumns: ['loan_id'], ofAccount: true, naturalKey: (row) => text(row, 'loan_no') },
  repayment: {
    table: 'repayment',
    keyColumns: ['loan_id', 'instalment_no'],
    ofAccount: true,
    naturalKey: (row) => `${text(row, 'of_loan_no')}/${text(row, 'instalment_no')}`,
  },
  inquiry: ofCustomer('inquiry'),
  dispute: ofCustomer('dispute'),
  statement: ofCustomer('statement'),
};

/** The records of an entity that are served of these borrowers, with their account and platform. */
export function readServed(
  database: Database,
  entity: string,
  refs: readonly Buffer[],
  platformId: string | null,
): Promise<readonly Row[]> {
  const { table, ofAccount } = placeOf(entity);
  const joins = ofAccount ? 'JOIN credit_account AS a ON a.borrower_ref = r.borrower_ref AND a.account_id = r.account_id' : '';
  const loan =
    entity === 'repayment'
      ? 'JOIN loan AS l ON l.borrower_ref = r.borrower_ref AND l.account_id = r.account_id AND l.loan_id = r.loan_id'
      : '';
  const platform = ofAccount ? 'a.platform_id' : 'r.platform_id';
  const params: readonly SqlValue[] = platformId === null ? refs : [...refs, platformId];
  return database.read(
    `SELECT r.*, ${platform} AS of_platform${ofAccount ? ', a.account_no AS of_account_no, a.product AS of_product' : ''}
       ${loan === '' ? '' : ', l.loan_no AS of_loan_no'}
     FROM ${table} AS r ${joins} ${loan}
     WHERE ${inList('r.borrower_ref', refs)}${platformId === null ? '' : ` AND ${platform} = ?`}`,
    params,
  );
}

export function placeOf(entity: string): Place {
  const place = PLACES[entity];
  if (!place) throw new Error(`Revisions of ${entity} have no place`);
  return place;
}

/** How the table of revisions names a record within its borrower: ids of eight bytes in hexadecimal, months as YYYYMM, ids of others as they are. */
export function recordKeyOf(entity: string, row: Row): string {
  return placeOf(entity).keyColumns.map((column) => (Buffer.isBuffer(row[column]) ? hex(row[column]) : text(row, column))).join('/'); // prettier-ignore
}
