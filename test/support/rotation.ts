import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataKeyStore } from '../../src/app/key-ports';
import type { KeyEncryptionParts } from '../../src/app/identity/rotate-key-encryption';
import type { Keys, SealedPlace } from '../../src/app/ports';
import type { DatabaseLocation } from '../../src/db/data-source-options';
import type { Database } from '../../src/db/database';
import { createDataKeyStore } from '../../src/db/data-key-store';
import { createKeyEncryptionStore } from '../../src/db/key-encryption-store';
import { RECORD_COLUMNS } from '../../src/db/record-columns';
import { openKeyEncryptionKeys } from '../../src/keys/key-encryption-keys';
import { createKeyring } from '../../src/keys/keyring';

/** Small pages, so that a rotation has many transactions to be interrupted between. */
export const PAGE = { pageBorrowers: 10 };
export const STEP = { pageBorrowers: 4, revisionsMax: 3 };

/** A root secret with a folder of key-encryption keys, opened as often as there are processes that would open it. */
export interface KeyFolder {
  readonly rootSecret: Buffer;
  readonly folder: string;
  openKeys(): Keys;
  /** What a process that rotates holds, with a key ring of its own. */
  parts(database: Database): KeyEncryptionParts;
  dataKeys(database: Database): DataKeyStore;
  remove(): void;
}

export function aKeyFolder(rootSecret = Buffer.alloc(32, 7)): KeyFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-keys-'));
  const open = () => openKeyEncryptionKeys(path.join(folder, 'kek'), rootSecret);
  return {
    rootSecret,
    folder: path.join(folder, 'kek'),
    openKeys: () => createKeyring(rootSecret, open()),
    parts: (database) => {
      const holder = open();
      return { holder, keys: createKeyring(rootSecret, holder), store: createKeyEncryptionStore(database, PAGE) };
    },
    dataKeys: (database) => createDataKeyStore(database, createKeyring(rootSecret, open()), STEP),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a test hands to the child, as JSON in its one argument. */
export interface RotationJob {
  readonly location: DatabaseLocation;
  readonly rootSecret: string;
  readonly folder: string;
  readonly rotate: 'kek' | 'data';
}

/**
 * Rotates in a process of its own and kills it so many milliseconds after it reports so many pages.
 *
 * @returns the signal that ended it; null where it was done before.
 */
export function killRotation(job: RotationJob, pages: number, delayMs: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const file = path.join(__dirname, 'rotation-child.ts');
    const child = fork(path.join(__dirname, 'run-typescript.js'), [file, JSON.stringify(job)], { execArgv: [] });
    let reports = 0;
    child.on('message', (message: { error?: string }) => {
      if (message.error !== undefined) reject(new Error(message.error));
      if ((reports += 1) === pages) void sleep(delayMs).then(() => child.kill('SIGKILL'));
    });
    child.on('error', reject);
    child.on('exit', (_code, signal) => resolve(signal));
  });
}

/** Opens every sealed value of a database. @returns how many there are. @throws if one cannot be opened. */
export async function openEverything(database: Database, keys: Keys): Promise<number> {
  const rows = await database.read('SELECT borrower_ref, wrapped_key FROM borrower_key', []);
  const keyOf = new Map(
    rows.map((row) => [
      hexOf(row['borrower_ref']),
      keys.borrowerKey(row['borrower_ref'] as Buffer, row['wrapped_key'] as Buffer),
    ]),
  );
  let opened = 0;
  const open = (ref: unknown, place: SealedPlace, sealed: unknown): void => {
    const key = keyOf.get(hexOf(ref));
    if (!key) throw new Error('A sealed value without a key');
    if (!(sealed instanceof Uint8Array)) return;
    key.open(place, Buffer.from(sealed));
    opened += 1;
  };
  for (const row of await database.read('SELECT * FROM customer', [])) {
    const of = `${String(row['platform_id'])}/${String(row['customer_id'])}`;
    for (const column of RECORD_COLUMNS.borrower) open(row['borrower_ref'], { table: 'customer', column, row: of }, row[column]);
  }
  for (const row of await database.read('SELECT * FROM record_revision', [])) {
    const of = [row['entity'], row['record_key'], row['revision']].join('/');
    open(row['borrower_ref'], { table: 'record_revision', column: 'content', row: of }, row['content']);
  }
  return opened;
}

function hexOf(bytes: unknown): string {
  return (bytes as Buffer).toString('hex');
}
