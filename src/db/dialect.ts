import type { SqlValue } from './database';

/** The two SQL dialects of the one schema; everything in which they differ stands in this folder, by name. */
export type Dialect = 'sqlite' | 'mariadb';

/** Appended to a SELECT by primary key that must lock the row; SQLite locks the file instead. */
export function forUpdate(dialect: Dialect): string {
  return dialect === 'mariadb' ? ' FOR UPDATE' : '';
}

/** Follows a table's alias: the index to read it by, whatever the planner thinks. The primary key is SQLite's own choice. */
export function byIndex(dialect: Dialect, name: string): string {
  if (dialect === 'mariadb') return ` FORCE INDEX (${name})`;
  return name === 'PRIMARY' ? '' : ` INDEXED BY ${name}`;
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

/** From 1,000 values on MariaDB reads an IN list as a table of its own, and may scan all that is looked up by it. */
const LISTED_MAX = 900;

/** `column IN (?, …)` with a placeholder for each value. */
export function inList(column: string, values: readonly SqlValue[]): string {
  const lists = chunks(values, LISTED_MAX).map((some) => `${column} IN (${some.map(() => '?').join(', ')})`);
  return lists.length === 1 ? lists.join('') : `(${lists.join(' OR ')})`;
}

/** Pieces of at most `size` items, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
