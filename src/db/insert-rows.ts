import { changedBy, type Script, type SqlValue } from './database';

/** Placeholders of one statement; SQLite takes up to 32,766. */
const PARAMS_MAX = 32_000;
/** Of one statement, roughly; a MariaDB server takes 16 MiB unless it is told otherwise. */
const BYTES_MAX = 4 * 1024 * 1024;

/** As many rows to a statement as it takes. @returns how many rows the statements changed, as their dialect counts. */
export function* insertRows(sql: (rows: number) => string, rows: readonly SqlValue[][]): Script<number> {
  let params: SqlValue[] = [];
  let [count, bytes, changed] = [0, 0, 0];
  for (const row of rows) {
    const more = row.reduce((sum: number, value) => sum + bytesOf(value), 0);
    if (count > 0 && (params.length + row.length > PARAMS_MAX || bytes + more > BYTES_MAX)) {
      changed += yield* changedBy(sql(count), params);
      params = [];
      [count, bytes] = [0, 0];
    }
    params.push(...row);
    count += 1;
    bytes += more;
  }
  return count > 0 ? changed + (yield* changedBy(sql(count), params)) : changed;
}

/** At most what a value takes in the text of a statement: bytes as two digits each, a character as up to four bytes. */
function bytesOf(value: SqlValue): number {
  if (typeof value === 'string') return value.length * 4;
  return Buffer.isBuffer(value) ? value.length * 2 : 8;
}
