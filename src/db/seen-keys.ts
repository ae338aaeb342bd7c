import { hash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import type { SeenKeys } from '../app/ports';

const NAME_BYTES = 12;
const PLACE_BYTES = 4;
const CACHE_KIB = 16_384;

/**
 * Keeps the first 12 bytes of a name's hash, and its place, in a private database that spills to a temporary file and vanishes
 * with its connection. Places stand behind names: the keys of one account fall on one page, and not each on a page of its own.
 */
export function openSeenKeys(): SeenKeys {
  const db = new Sqlite('');
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.exec('CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID; BEGIN');
  const insert = db.prepare<[Buffer]>('INSERT OR IGNORE INTO seen VALUES (?)');
  const key = Buffer.alloc(NAME_BYTES + PLACE_BYTES);
  let lastName: string | null = null;
  return {
    add: (name, place) => {
      if (name !== lastName) hash('sha256', name, 'buffer').copy(key, 0, 0, NAME_BYTES);
      lastName = name;
      key.writeUInt32BE(place, NAME_BYTES);
      return insert.run(key).changes === 1;
    },
    close: () => void db.close(),
  };
}
