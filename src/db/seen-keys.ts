import { hash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import type { SeenKeys } from '../app/ports';

const HASH_BYTES = 16;
const CACHE_KIB = 16_384;

/** Keeps 16-byte hashes in a private database that spills to a temporary file and vanishes with its connection. */
export function openSeenKeys(): SeenKeys {
  const db = new Sqlite('');
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.exec('CREATE TABLE seen (hash BLOB PRIMARY KEY) WITHOUT ROWID; BEGIN');
  const insert = db.prepare<[Buffer]>('INSERT OR IGNORE INTO seen VALUES (?)');
  return {
    add: (key) => insert.run(hash('sha256', key, 'buffer').subarray(0, HASH_BYTES)).changes === 1,
    close: () => void db.close(),
  };
}
