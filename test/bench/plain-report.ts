import { createPool, type Pool, type RowDataPacket } from 'mysql2';
import type { BorrowerIdentity } from '../../src/core/identity/borrower-identity';
import { createKeyring } from '../../src/keys/keyring';
import { loadRootSecret } from '../../src/keys/root-secret';
import { POOL_SIZE } from './settings';

/** The rows of one person, as (a) and (b) read them: four statements, three of them at once. */
export interface PersonRows {
  readonly identity: RowDataPacket;
  readonly accounts: readonly RowDataPacket[];
  /** The newest first. */
  readonly months: readonly RowDataPacket[];
}
export type ReadPerson = (identity: BorrowerIdentity) => Promise<PersonRows | null>;

/** Competent code without care for who asks: keyed look-up, explicit columns, prepared statements, a pool. */
export function createReportReader(environment: NodeJS.ProcessEnv): ReadPerson {
  const keys = createKeyring(loadRootSecret(environment['GATEWAY_KEY_FILE'] ?? '', { create: false }));
  const pool = createPool({
    uri: environment['DATABASE_URL'] ?? '',
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectionLimit: POOL_SIZE,
    enableKeepAlive: true,
  });
  return async (identity) => {
    const [found] = await select(pool, 'SELECT borrower_ref FROM identity_lookup WHERE lookup = ?', [keys.lookupOf(identity)]);
    if (!found) return null;
    const of = [found['borrower_ref'] as Buffer];
    const [[person], accounts, months] = await Promise.all([
      select(pool, 'SELECT full_name, id_type, id_number, birth_year FROM bench_identity WHERE borrower_ref = ?', of),
      select(
        pool,
        `SELECT account_id, account_no, currency, as_of, product, account_class, opened_on, credit_limit_minor, status
         FROM credit_account WHERE borrower_ref = ? ORDER BY account_no`,
        of,
      ),
      select(
        pool,
        `SELECT account_id, month, borrowed_amount_minor, used_limit_minor, repayment_status, loan_count
         FROM monthly_summary WHERE borrower_ref = ? ORDER BY month DESC`,
        of,
      ),
    ]);
    return person ? { identity: person, accounts, months } : null;
  };
}

function select(pool: Pool, sql: string, params: readonly Buffer[]): Promise<readonly RowDataPacket[]> {
  return new Promise((resolve, reject) => {
    pool.execute<RowDataPacket[]>(sql, [...params], (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}

export function toIdentityAnswer({ identity }: PersonRows) {
  return {
    fullName: identity['full_name'] as string,
    idType: identity['id_type'] as string,
    idNumber: identity['id_number'] as string,
    birthYear: identity['birth_year'] as number,
  };
}

/** The six indicators by one pass over the months. */
export function toSummaryAnswer({ accounts, months }: PersonRows) {
  const newest = months[0]?.['month'] as number | undefined;
  const late = new Set<number>();
  let [borrowed, loans, used] = [0, 0, 0];
  for (const row of months) {
    borrowed += row['borrowed_amount_minor'] as number;
    loans += row['loan_count'] as number;
    if (row['repayment_status'] === '1') late.add(row['month'] as number);
    if (row['month'] === newest) used += row['used_limit_minor'] as number;
  }
  const limit = accounts.reduce((total, row) => total + (row['credit_limit_minor'] as number), 0);
  return {
    borrowedAmount12m: borrowed,
    loanCount12m: loans,
    alwaysOnTime24m: late.size === 0,
    delinquentMonths24m: late.size,
    overdueNow: newest !== undefined && late.has(newest),
    utilisation: Math.round((used * 10_000) / limit),
  };
}

export function toAccountAnswer(row: RowDataPacket) {
  return {
    accountRef: row['account_no'] as string,
    currency: row['currency'] as string,
    reportedOn: row['as_of'] as string,
    product: row['product'] as string,
    accountClass: row['account_class'] as string,
    openedOn: row['opened_on'] as string,
    creditLimit: row['credit_limit_minor'] as number,
    status: row['status'] as string,
  };
}

export function toMonthAnswer(row: RowDataPacket) {
  const month = String(row['month']);
  return {
    month: `${month.slice(0, 4)}-${month.slice(4)}`,
    borrowedAmount: row['borrowed_amount_minor'] as number,
    repaymentStatus: row['repayment_status'] as string,
    loanCount: row['loan_count'] as number,
  };
}

export function monthsOf({ months }: PersonRows, account: RowDataPacket, count: number): readonly RowDataPacket[] {
  const id = account['account_id'] as Buffer;
  return months.filter((row) => id.equals(row['account_id'] as Buffer)).slice(0, count);
}
