import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { grantConsent } from '../../src/app/consent/grant-consent';
import { publishAll } from '../../src/app/ledger/publishing';
import type { Keys } from '../../src/app/ports';
import {
  composeGateway,
  migrateDatabase,
  openDevelopmentIssuer,
  openKeys,
  openLedgerArchive,
  openStores,
  openTokenVerifier,
  type Stores,
} from '../../src/compose';
import { type Config, loadConfig } from '../../src/config/config';
import type { TokenRole } from '../../src/core/identity/actor';
import type { LedgerEntry } from '../../src/core/ledger/entry';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import { publish } from '../../src/db/ledger-publisher';
import { LEDGER_ID } from '../../src/db/ledger-sequencer';
import { furnish, registerParties } from './fill';
import { grantFor } from './grants';
import { type BenchPerson, makePerson } from './people';
import { type ServerKind, type ServerProcess, startServerProcess } from './server-process';
import { BANK, PLATFORM } from './settings';
import { MOVING, STANDING } from './torture-settings';

const TOKEN_SECONDS = 86_400;
const PAGE = 10_000;

/** A database of its own: a schema on a MariaDB server, reached by the gateway at another port if it is given; or a SQLite file. */
export type Place =
  | { readonly kind: 'mariadb'; readonly server: string; readonly schema: string; readonly gatewayPort?: number }
  | { readonly kind: 'sqlite' };

/** A gateway in a process of its own, its clients' means, and the view of its database from outside. */
export interface TortureWorld {
  /** Whose consents come and go. */
  readonly moving: readonly BenchPerson[];
  /** Whose one consent was granted for good. */
  readonly standing: readonly BenchPerson[];
  readonly headers: { readonly bank: string; readonly platform: string };
  readonly schema: string | null;
  /** Port of the running gateway; while there is none, that of the next. */
  port(): Promise<number>;
  pid(): Promise<number>;
  killServer(): Promise<void>;
  startServer(): Promise<void>;
  /** Appends to the list what the ledger holds beyond it. @throws Error if an index is missing. */
  readLedger(known: LedgerEntry[]): Promise<void>;
  /** How many disclosures the database remembers under each of these request ids. */
  countDisclosures(requestIds: ReadonlySet<string>): Promise<ReadonlyMap<string, number>>;
  /** Signs the ledger as it stands and verifies it whole, the checkpoint of the last time included. @throws LedgerFault. */
  verify(): Promise<void>;
  /** Ends the gateway and removes keys and files. */
  close(): Promise<void>;
}

export async function openTortureWorld(kind: ServerKind, place: Place): Promise<TortureWorld> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const release of closers.splice(0).reverse()) await release();
  };
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-torture-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const { direct, gateway } = await makeDatabase(place, folder);
    const keyFile = path.join(folder, 'root.key');
    const config = loadConfig({ DATABASE_URL: direct, GATEWAY_KEY_FILE: keyFile, LOG_LEVEL: 'warn' });
    const everybody = Array.from({ length: STANDING + MOVING }, (_, index) => makePerson(index));
    const moving = everybody.slice(STANDING).map((person) => ({ ...person, accounts: [] }));
    const standing = everybody.slice(0, STANDING);
    await prepare(config, standing, moving);
    const keys = openKeys(config);
    const stores = openStores(config, keys);
    closers.push(() => stores.close());
    const issuer = await openDevelopmentIssuer(config);
    const authorise = async (role: TokenRole, party: string): Promise<string> =>
      `authorization: Bearer ${await issuer.issue({ role, party, ttlSeconds: TOKEN_SECONDS })}\r\n`;
    const start = (): Promise<ServerProcess> => startServerProcess(kind, { databaseUrl: gateway, keyFile, logLevel: 'silent' });
    let server = start();
    closers.push(async () => (await server).kill());
    await server;
    return {
      moving,
      standing,
      headers: { bank: await authorise('bank', BANK), platform: await authorise('platform', PLATFORM) },
      schema: place.kind === 'mariadb' ? place.schema : null,
      port: async () => (await server).port,
      pid: async () => (await server).pid,
      killServer: async () => (await server).kill(),
      startServer: async () => void (await (server = start())),
      ...observe(stores, keys),
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** @returns its URL, and the one that the gateway knows it by. */
async function makeDatabase(place: Place, folder: string): Promise<{ readonly direct: string; readonly gateway: string }> {
  if (place.kind === 'sqlite') {
    const url = `sqlite:${path.join(folder, 'gateway.sqlite')}`;
    return { direct: url, gateway: url };
  }
  const connection = await createConnection({ uri: place.server });
  await connection.query(`CREATE DATABASE ${place.schema} CHARACTER SET utf8mb4`);
  await connection.end();
  const url = new URL(place.server);
  url.pathname = `/${place.schema}`;
  const direct = url.href;
  if (place.gatewayPort !== undefined) url.port = String(place.gatewayPort);
  return { direct, gateway: url.href };
}

async function prepare(config: Config, standing: readonly BenchPerson[], moving: readonly BenchPerson[]): Promise<void> {
  await migrateDatabase(config);
  const keys = openKeys(config);
  const stores = openStores(config, keys);
  const verifier = openTokenVerifier(config, await openDevelopmentIssuer(config));
  const gateway = await composeGateway({ config, stores, keys, verifier });
  try {
    await registerParties(stores);
    await furnish(stores, [...standing, ...moving], () => false);
    const actor = { role: 'PLATFORM', partyId: PLATFORM, tokenHash: 'torture' } as const;
    for (const person of standing) await grantConsent(gateway.consents, actor, grantFor(person));
  } finally {
    await gateway.stop();
    await stores.close();
  }
}

function observe(stores: Stores, keys: Keys): Pick<TortureWorld, 'readLedger' | 'countDisclosures' | 'verify'> {
  const { database } = stores;
  let earlier: string | undefined;
  return {
    readLedger: async (known) => {
      for (let whole = true; whole;) {
        const rows = await database.read(
          `SELECT idx, body FROM ledger_entry WHERE ledger_id = ? AND idx >= ? ORDER BY idx LIMIT ${String(PAGE)}`,
          [LEDGER_ID, known.length],
        );
        for (const row of rows) {
          if (Number(row['idx']) !== known.length) throw new Error(`The ledger lacks its entry ${String(known.length)}`);
          known.push(JSON.parse((row['body'] as Buffer).toString('ascii')) as LedgerEntry); // the gateway's own encoding
        }
        whole = rows.length === PAGE;
      }
    },
    countDisclosures: async (requestIds) => {
      const rows = await database.read('SELECT request_id, COUNT(*) AS held FROM disclosure GROUP BY request_id', []);
      const counts = rows.map((row) => [row['request_id'] as string, Number(row['held'])] as const);
      return new Map(counts.filter(([id]) => requestIds.has(id)));
    },
    verify: async () => {
      await publishAll(() => publish({ database, ledgerId: LEDGER_ID, key: keys.checkpoints, anchor: null }));
      const { reader, verifierKey, newest } = await openLedgerArchive(stores, keys);
      const { note } = await newest();
      await verifyLedger({ reader, verifierKey, ...(earlier === undefined ? {} : { from: earlier }) });
      earlier = note;
    },
  };
}
