import { createReadStream, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { BenchDatabase } from './database';
import { COPIED_ROWS_MAX, INSERT_ROWS } from './scale-settings';
import { type Column, fromLine, toLine } from './scale-rows';
import { PLATFORM } from './settings';

/** Accounts whose rows are read together for the dump. */
const ACCOUNTS_AT_ONCE = 500;

export interface Loaded {
  readonly seconds: number;
  /** Of this process, which does nothing else. */
  readonly cpuSeconds: number;
}
export interface Copied {
  readonly table: string;
  readonly rows: number;
  /** LOAD DATA LOCAL INFILE in one transaction; null: the server does not allow it. */
  readonly loadData: Loaded | null;
  /** INSERTs of `INSERT_ROWS` rows, each committed. */
  readonly multiRow: Loaded;
}

/**
 * Loads the first rows that the gateway stored of one table, in the order in which they were furnished, into empty tables of
 * the same definition: what the server takes without any gateway.
 */
export async function copyRows(database: BenchDatabase, table: string, folder: string): Promise<Copied> {
  const { connection } = database;
  const columns = await readColumns(database, table);
  const file = path.join(folder, `${table}.tsv`);
  try {
    const rows = await dumpRows(database, table, columns, file);
    const loadData = await onCopy(database, table, () => loadFile(database, table, columns, file));
    const multiRow = await onCopy(database, table, () => insertFile(database, table, columns, file));
    if (loadData && loadData.rows !== rows) throw new Error(`LOAD DATA took ${String(loadData.rows)} of ${String(rows)} rows`);
    if (!multiRow || multiRow.rows !== rows) throw new Error(`The copy of ${table} is not whole`);
    return { table, rows, loadData: loadData && toLoaded(loadData), multiRow: toLoaded(multiRow) };
  } finally {
    await connection.query(`DROP TABLE IF EXISTS ${copyOf(table)}`);
    rmSync(file, { force: true });
  }
}

const copyOf = (table: string): string => `copy_of_${table}`;

async function onCopy<T>({ connection }: BenchDatabase, table: string, load: () => Promise<T>): Promise<T> {
  await connection.query(`CREATE TABLE ${copyOf(table)} LIKE ${table}`);
  const loaded = await load();
  await connection.query(`DROP TABLE ${copyOf(table)}`);
  return loaded;
}

async function readColumns({ connection }: BenchDatabase, table: string): Promise<readonly Column[]> {
  const [rows] = await connection.query<RowDataPacket[]>(`SHOW COLUMNS FROM ${table}`);
  return rows.map((row) => {
    const type = String(row['Type']);
    return { name: String(row['Field']), kind: /binary|blob/.test(type) ? 'bytes' : /int/.test(type) ? 'number' : 'text' };
  });
}

/** Tab-separated, bytes in hexadecimal. @returns how many rows. */
async function dumpRows({ connection }: BenchDatabase, table: string, columns: readonly Column[], file: string): Promise<number> {
  const names = columns.map(({ name, kind }) => (kind === 'bytes' ? `HEX(${name}) AS ${name}` : name)).join(', ');
  const out = await open(file, 'w');
  let written = 0;
  let after = '';
  let before: ReadonlySet<string> = new Set();
  try {
    while (written < COPIED_ROWS_MAX) {
      const [accounts] = await connection.query<RowDataPacket[]>(
        `SELECT account_no, borrower_ref FROM account_directory WHERE platform_id = ? AND account_no > ?
         ORDER BY account_no LIMIT ${String(ACCOUNTS_AT_ONCE)}`,
        [PLATFORM, after],
      );
      if (accounts.length === 0) break;
      after = accounts.at(-1)?.['account_no'] as string;
      const named = new Set(accounts.map((row) => (row['borrower_ref'] as Buffer).toString('hex').toUpperCase()));
      const refs = [...named].filter((ref) => !before.has(ref)); // the last borrower of a page may have accounts on the next
      before = named;
      if (refs.length === 0) continue;
      const [rows] = await connection.query<RowDataPacket[]>({
        sql: `SELECT ${names} FROM ${table} WHERE borrower_ref IN (${refs.map((ref) => `X'${ref}'`).join(', ')})`,
        dateStrings: true,
      });
      const placeOf = new Map(refs.map((ref, place) => [ref, place]));
      const place = (row: RowDataPacket): number => placeOf.get(row['borrower_ref'] as string) ?? 0;
      const sorted = rows.sort((a, b) => place(a) - place(b)).slice(0, COPIED_ROWS_MAX - written);
      await out.writeFile(sorted.map((row) => toLine(columns.map(({ name }) => row[name] as string | number | null))).join(''));
      written += sorted.length;
    }
  } finally {
    await out.close();
  }
  return written;
}

interface Counted extends Loaded {
  readonly rows: number;
}
const toLoaded = ({ seconds, cpuSeconds }: Counted): Loaded => ({ seconds, cpuSeconds });

async function loadFile(
  { connection, url }: BenchDatabase,
  table: string,
  columns: readonly Column[],
  file: string,
): Promise<Counted | null> {
  const [[allowed]] = await connection.query<RowDataPacket[]>('SELECT @@local_infile AS allowed');
  if (Number(allowed?.['allowed']) !== 1) return null;
  const names = columns.map(({ name, kind }) => (kind === 'bytes' ? `@${name}` : name)).join(', ');
  const bytes = columns.filter(({ kind }) => kind === 'bytes').map(({ name }) => `${name} = UNHEX(@${name})`);
  const loader = await createConnection({ uri: url, flags: ['+LOCAL_FILES'] });
  try {
    return await timed(async () => {
      const [result] = await loader.query<ResultSetHeader>({
        sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${copyOf(table)} CHARACTER SET utf8mb4 (${names}) SET ${bytes.join(', ')}`,
        infileStreamFactory: () => createReadStream(file, { highWaterMark: 1 << 20 }),
      });
      return result.affectedRows;
    });
  } finally {
    await loader.end();
  }
}

/** Times the INSERTs alone, not the reading of the file. */
async function insertFile(
  { connection }: BenchDatabase,
  table: string,
  columns: readonly Column[],
  file: string,
): Promise<Counted> {
  const sql = `INSERT INTO ${copyOf(table)} (${columns.map(({ name }) => name).join(', ')}) VALUES ?`;
  const total = { rows: 0, seconds: 0, cpuSeconds: 0 };
  const insert = async (rows: unknown[][]): Promise<void> => {
    const { seconds, cpuSeconds } = await timed(async () => (await connection.query(sql, [rows]), rows.length));
    total.rows += rows.length;
    total.seconds += seconds;
    total.cpuSeconds += cpuSeconds;
  };
  let batch: unknown[][] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    batch.push(fromLine(line, columns));
    if (batch.length < INSERT_ROWS) continue;
    await insert(batch);
    batch = [];
  }
  if (batch.length > 0) await insert(batch);
  return total;
}

async function timed(load: () => Promise<number>): Promise<Counted> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const rows = await load();
  const { user, system } = process.cpuUsage(before);
  return { rows, seconds: (performance.now() - startedMs) / 1_000, cpuSeconds: (user + system) / 1e6 };
}
