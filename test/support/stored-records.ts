import type { Keys } from '../../src/app/ports';
import type { Database, SqlValue } from '../../src/db/database';
import { insertSql } from '../../src/db/dialect';

type Values = Readonly<Record<string, SqlValue>>;

/** Writes rows straight into the tables of records, past the importer and its rules. */
export interface StoredRecords {
  /** Of an account that was furnished. */
  loan(accountNo: string, loanNo: string, more?: Values): Promise<void>;
  repayment(accountNo: string, loanNo: string, instalmentNo: number, more?: Values): Promise<void>;
  dispute(accountNo: string, disputeNo: string, more?: Values): Promise<void>;
}

export function storedRecords(database: Database, keys: Keys, platformId = 'ant'): StoredRecords {
  const insert = (table: string, values: Values): Promise<void> =>
    database.write(function* () {
      yield { sql: insertSql(table, Object.keys(values), 1), params: Object.values(values) };
    });
  const borrowerOf = async (accountNo: string): Promise<SqlValue> => {
    const [row] = await database.read('SELECT borrower_ref FROM account_directory WHERE platform_id = ? AND account_no = ?', [
      platformId,
      accountNo,
    ]);
    return (row?.['borrower_ref'] ?? null) as SqlValue; // as the importer stored it
  };
  const keyOf = async (accountNo: string): Promise<Values> => ({
    borrower_ref: await borrowerOf(accountNo),
    account_id: keys.accountIdOf(platformId, accountNo),
  });
  const loanIdOf = (loanNo: string): Buffer => keys.recordIdOf(platformId, 'loan', loanNo);
  const tail: Values = { as_of: '2026-01-31', revision: 1 };
  return {
    loan: async (accountNo, loanNo, more) =>
      insert('loan', {
        ...(await keyOf(accountNo)), loan_id: loanIdOf(loanNo), loan_no: loanNo, drawn_month: 202601, drawn_on: '2026-01-05',
        principal_minor: 100, adverse: 0, ...tail, ...more,
      }),
    repayment: async (accountNo, loanNo, instalmentNo, more) =>
      insert('repayment', {
        ...(await keyOf(accountNo)), loan_id: loanIdOf(loanNo), instalment_no: instalmentNo, due_on: '2026-02-05',
        due_amount_minor: 50, adverse: 0, ...tail, ...more,
      }),
    dispute: async (accountNo, disputeNo, more) =>
      insert('dispute', {
        borrower_ref: await borrowerOf(accountNo), platform_id: platformId, dispute_id: keys.recordIdOf(platformId, 'dispute', disputeNo),
        dispute_no: disputeNo, customer_id: 'c1', target_entity: 'monthlySummary', target_key: `${accountNo}/2026-01`,
        target_field: 'MonthlySummary.repaymentStatus', received_on: '2026-01-20', answer_due_on: '2026-02-09', outcome: 'OPEN',
        ...tail, ...more,
      }),
  }; // prettier-ignore
}
