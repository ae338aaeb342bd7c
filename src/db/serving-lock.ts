import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import type { DatabaseLocation } from './data-source-options';

/**
 * One serving process per SQLite file (ledger.md, section 6): an exclusive lock on a file beside it, which the operating
 * system gives back whatever becomes of the process. A database server needs none.
 *
 * @returns what releases it. @throws Error if another process serves this file.
 */
export function lockForServing(location: DatabaseLocation): () => void {
  if (location.kind === 'mariadb') return () => undefined;
  mkdirSync(path.dirname(location.file), { recursive: true });
  const lock = new Sqlite(`${location.file}.serving`, { timeout: 0 });
  try {
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new Error(`Another process serves ${location.file}; stop it, or give this one a database of its own (DATABASE_URL).`, {
      cause,
    });
  }
  return () => void lock.close();
}
