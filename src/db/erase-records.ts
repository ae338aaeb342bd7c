import type { Database, SqlValue } from './database';
import { changedBy, rowsOf } from './database';
import type { Dialect } from './dialect';
import { chunks } from './dialect';
import { tablesFor } from './tables';

/** Rows in one transaction, and alternatives in one statement. */
const ROWS_MAX = 200;

/**
 * Tables that keep rows of a person who was erased: what was agreed and shown stays provable, under names that lead to nobody
 * once the key is gone.
 */
export const KEPT_TABLES = {
  arrangement: 'that there was a consent, to whom and for what; without the customer id and any note',
  consent: 'the versions that entries of the ledger hash',
  consent_head: 'its last version, which whatever was decided before the erasure is compared with',
  consent_event: 'when each consent changed, and by which entry',
  consent_receipt: 'the signed receipts, which name no person',
  consent_use: 'how often a consent was used',
  consent_charge: 'which disclosure used it',
  evidence_use: 'that an approval has served and must not serve again',
  consent_request: 'what recipients asked, without any note',
  disclosure: 'which entry answered which request',
  borrower_erasure: 'which erasure is not finished',
} as const satisfies Record<string, string>;

/** Tables whose rows are found by another key than the person's; they go before the rows that tell it. */
export const TABLES_BY_OTHER_KEYS = ['identity_lookup', 'consent_request_slot', 'consent_request_inbox', 'account_directory', 'record_directory'] as const; // prettier-ignore

/** Where a platform's numbers lead to records of the person. */
const DIRECTIONS = [
  { directory: 'account_directory', keys: ['platform_id', 'account_no'], sql: 'SELECT platform_id, account_no FROM credit_account WHERE borrower_ref = ?' },
  {
    directory: 'record_directory',
    keys: ['platform_id', 'entity', 'record_no'],
    sql: `SELECT a.platform_id, 'loan' AS entity, l.loan_no AS record_no FROM loan AS l
      JOIN credit_account AS a ON a.borrower_ref = l.borrower_ref AND a.account_id = l.account_id WHERE l.borrower_ref = ?`,
  },
  ...['inquiry', 'dispute', 'statement'].map((entity) => ({
    directory: 'record_directory',
    keys: ['platform_id', 'entity', 'record_no'],
    sql: `SELECT platform_id, '${entity}' AS entity, ${entity}_no AS record_no FROM ${entity} WHERE borrower_ref = ?`,
  })),
]; // prettier-ignore

/** Every table of records by person that is not kept, the key apart, with the rest of its primary key; a table that is added is among them. */
export function erasedTables(dialect: Dialect): readonly { readonly table: string; readonly keys: readonly string[] }[] {
  return tablesFor(dialect).flatMap(({ options: { name, columns } }) => {
    const [first, ...keys] = Object.entries(columns).flatMap(([column, of]) => (of?.primary ? [column] : []));
    return first === 'borrower_ref' && !(name in KEPT_TABLES) && name !== 'borrower_key' ? [{ table: name, keys }] : [];
  });
}

/**
 * Removes the records of a person whose key was destroyed before, so that nothing is added to them any more. Interrupted, it
 * starts again with what is left.
 *
 * @returns how many records there were.
 */
export async function eraseRecords(database: Database, borrowerRef: Buffer): Promise<number> {
  for (const { directory, keys, sql } of DIRECTIONS) {
    const places = await database.read(sql, [borrowerRef]);
    for (const some of chunks(places, ROWS_MAX)) {
      const [alternatives, params] = anyOf(keys, some);
      const statement = `DELETE FROM ${directory} WHERE borrower_ref = ? AND ${alternatives}`;
      await database.write(() => changedBy(statement, [borrowerRef, ...params]));
    }
  }
  let erased = 0;
  for (const { table, keys } of erasedTables(database.dialect)) {
    for (let count = ROWS_MAX; count === ROWS_MAX; erased += count)
      count = await database.write(function* () {
        const columns = keys.length === 0 ? '1 AS one' : keys.join(', ');
        const rows = yield* rowsOf(`SELECT ${columns} FROM ${table} WHERE borrower_ref = ? LIMIT ${String(ROWS_MAX)}`, [borrowerRef]);
        if (rows.length === 0) return 0;
        const [alternatives, params] = anyOf(keys, rows);
        return yield* changedBy(`DELETE FROM ${table} WHERE borrower_ref = ? AND ${alternatives}`, [borrowerRef, ...params]);
      });
  }
  return erased;
} // prettier-ignore

function anyOf(
  keys: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly [sql: string, params: readonly SqlValue[]] {
  if (keys.length === 0) return ['1 = 1', []];
  const one = `(${keys.map((key) => `${key} = ?`).join(' AND ')})`;
  return [`(${rows.map(() => one).join(' OR ')})`, rows.flatMap((row) => keys.map((key) => row[key] as SqlValue))]; // as it was read
}
