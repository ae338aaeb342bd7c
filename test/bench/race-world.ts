import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RowDataPacket } from 'mysql2';
import { migrateDatabase, openDevelopmentIssuer, openKeys, openStores } from '../../src/compose';
import { type Config, loadConfig } from '../../src/config/config';
import type { TokenRole } from '../../src/core/identity/actor';
import type { LedgerEntry } from '../../src/core/ledger/entry';
import { type BenchDatabase, createBenchDatabase } from './database';
import { furnish, registerParties } from './fill';
import { type BenchPerson, makePerson } from './people';
import type { LedgerLine } from './race-history';
import { PEOPLE_PER_SEAT, SEATS } from './race-settings';
import { type ServerKind, startServerProcess } from './server-process';
import { BANK, PLATFORM } from './settings';

const TOKEN_SECONDS = 86_400;
const PAGE = 10_000;

/** Two servers on one database of people who have granted nothing yet. */
export interface RaceWorld {
  readonly people: readonly BenchPerson[];
  readonly ports: readonly number[];
  /** What a request of theirs carries. */
  readonly headers: { readonly bank: string; readonly platform: string };
  /** Appends to the list what the ledger holds beyond it. @throws Error if an index is missing. */
  readLedger(known: LedgerLine[]): Promise<void>;
  /** Ends the servers, drops the schema, removes the keys. */
  close(): Promise<void>;
}

export async function openRaceWorld(kind: ServerKind, server: string): Promise<RaceWorld> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const release of closers.splice(0).reverse()) await release();
  };
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-race-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const database = await createBenchDatabase(server);
    closers.push(() => database.drop());
    const keyFile = path.join(folder, 'root.key');
    const config = loadConfig({ DATABASE_URL: database.url, GATEWAY_KEY_FILE: keyFile, LOG_LEVEL: 'warn' });
    const people = Array.from({ length: SEATS * PEOPLE_PER_SEAT }, (_, index) => ({ ...makePerson(index), accounts: [] }));
    await furnishPeople(config, people);
    const issuer = await openDevelopmentIssuer(config);
    const authorise = async (role: TokenRole, party: string): Promise<string> =>
      `authorization: Bearer ${await issuer.issue({ role, party, ttlSeconds: TOKEN_SECONDS })}\r\n`;
    const ports: number[] = [];
    for (let started = 0; started < 2; started += 1) {
      const child = await startServerProcess(kind, { databaseUrl: database.url, keyFile, logLevel: 'fatal' });
      closers.push(() => child.stop());
      ports.push(child.port);
    }
    return {
      people,
      ports,
      headers: { bank: await authorise('bank', BANK), platform: await authorise('platform', PLATFORM) },
      readLedger: (known) => readLedger(database, known),
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function furnishPeople(config: Config, people: readonly BenchPerson[]): Promise<void> {
  await migrateDatabase(config);
  const stores = openStores(config, openKeys(config));
  try {
    await registerParties(stores);
    await furnish(stores, people, () => false);
  } finally {
    await stores.close();
  }
}

async function readLedger({ connection }: BenchDatabase, known: LedgerLine[]): Promise<void> {
  let whole = true;
  while (whole) {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT idx, body FROM ledger_entry WHERE ledger_id = 0 AND idx >= ? ORDER BY idx LIMIT ${String(PAGE)}`,
      [known.length],
    );
    for (const row of rows) {
      if (Number(row['idx']) !== known.length) throw new Error(`The ledger lacks its entry ${String(known.length)}`);
      known.push(toLine(JSON.parse((row['body'] as Buffer).toString('ascii')) as LedgerEntry)); // the gateway's own encoding
    }
    whole = rows.length === PAGE;
  }
}

/** @throws Error for what neither race nor torture does. */
export function toLine(entry: LedgerEntry): LedgerLine {
  switch (entry.type) {
    case 'C':
      if (entry.action !== 'grant' && entry.action !== 'revoke') throw new Error('The race grants and revokes alone');
      return { kind: 'change', subject: entry.subject, action: entry.action, set: entry.set };
    case 'D': {
      const released = Object.keys(entry.released).length > 0;
      return { kind: 'disclosure', subject: entry.subject, report: entry.report, released, set: entry.set };
    }
    case 'A':
    case 'K':
    case 'P':
    case 'R':
      throw new Error(`Nobody made an entry of type ${entry.type} in the race`);
  }
}
