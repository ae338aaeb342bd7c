import type { RowDataPacket } from 'mysql2/promise';
import type { BenchDatabase } from './database';

/** Everything that is stored of the borrowers of a plain book. */
const TABLES = ['borrower_key', 'identity_lookup', 'customer', 'account_directory', 'credit_account', 'monthly_summary'] as const;

/**
 * Stores every borrower again under keys of their own, so that tables, indices and their depth are those of a book of so many
 * more. Nobody can open what is sealed of the copies, and nobody asks for them.
 */
export async function growBook({ connection }: BenchDatabase, copies: number): Promise<void> {
  for (const table of TABLES) {
    const [columns] = await connection.query<RowDataPacket[]>(`SHOW COLUMNS FROM ${table}`);
    const names = columns.map((row) => String(row['Field']));
    await connection.query(`CREATE TABLE grown_from LIKE ${table}`);
    await connection.query(`INSERT INTO grown_from SELECT * FROM ${table}`);
    for (let copy = 1; copy <= copies; copy += 1)
      await connection.query(
        `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name) => copied(name, copy)).join(', ')} FROM grown_from`,
      );
    await connection.query('DROP TABLE grown_from');
  }
}

/** The value of a column in a copy; another first byte, so that the rows of a copy come in almost the order of the originals. */
function copied(column: string, copy: number): string {
  if (column === 'customer_id' || column === 'account_no') return `CONCAT(${column}, '+${String(copy)}')`;
  if (column !== 'borrower_ref' && column !== 'lookup') return column;
  return `CONCAT(UNHEX(LPAD(HEX(ORD(SUBSTR(${column}, 1, 1)) ^ ${String(copy)}), 2, '0')), SUBSTR(${column}, 2))`;
}
