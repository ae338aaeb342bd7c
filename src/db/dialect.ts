/** The two SQL dialects of the one schema; everything in which they differ stands in this folder, by name. */
export type Dialect = 'sqlite' | 'mariadb';

/** Appended to a SELECT by primary key that must lock the row; SQLite locks the file instead. */
export function forUpdate(dialect: Dialect): string {
  return dialect === 'mariadb' ? ' FOR UPDATE' : '';
}

/** An INSERT that overwrites the row of an equal key. Identifiers are ours, never a client's. */
export function upsertSql(
  dialect: Dialect,
  table: string,
  keys: readonly string[],
  columns: readonly string[],
  rows: number,
): string {
  const names = [...keys, ...columns];
  const insert = insertSql(table, names, rows);
  return dialect === 'mariadb'
    ? `${insert} ON DUPLICATE KEY UPDATE ${columns.map((name) => `${name} = VALUES(${name})`).join(', ')}`
    : `${insert} ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}

/** A multi-row INSERT with one placeholder for each value. */
export function insertSql(table: string, names: readonly string[], rows: number): string {
  const row = `(${names.map(() => '?').join(', ')})`;
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`;
}

/** An INSERT that leaves an existing row of an equal key alone. */
export function insertIgnoreSql(dialect: Dialect, table: string, names: readonly string[], rows: number): string {
  const insert = insertSql(table, names, rows);
  return dialect === 'mariadb' ? insert.replace('INSERT INTO', 'INSERT IGNORE INTO') : `${insert} ON CONFLICT DO NOTHING`;
}
