import type { DatabaseLocation } from './data-source-options';
import type { Database, ProcessClock, SerialWriter } from './database';
import { openMariadb, openMariadbWriter } from './mariadb-database';
import { openSqlite } from './sqlite-database';

const POOL_SIZE = 10;

/** A database with the one writer that keeps the ledger's order; in SQLite both are the same connection. */
export interface OpenDatabase {
  readonly database: Database;
  readonly writer: SerialWriter;
  close(): Promise<void>;
}

/** @param clock - Only for tests: instants of the database are then this clock's. */
export function openDatabase(location: DatabaseLocation, clock?: ProcessClock): OpenDatabase {
  if (location.kind === 'sqlite') {
    const opened = openSqlite(location.file, clock);
    return { database: opened, writer: opened, close: () => opened.close() };
  }
  const database = openMariadb(location.url, POOL_SIZE, clock);
  const writer = openMariadbWriter(location.url, clock);
  return {
    database,
    writer,
    close: async () => {
      await writer.close();
      await database.close();
    },
  };
}
