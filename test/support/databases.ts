import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { type DatabaseLocation, toDataSourceOptions } from '../../src/db/data-source-options';
import type { Database, ProcessClock, SerialWriter } from '../../src/db/database';
import type { Dialect } from '../../src/db/dialect';
import { openMariadb, openMariadbWriter } from '../../src/db/mariadb-database';
import { migrate } from '../../src/db/migrate';
import { MIGRATIONS } from '../../src/db/migrations';
import { openSqlite } from '../../src/db/sqlite-database';

/** A database of its own with the migrated schema. */
export interface TestDatabase {
  readonly database: Database;
  readonly writer: SerialWriter;
  readonly location: DatabaseLocation;
  /** Closes and removes it; called after the test in any case. */
  drop(): Promise<void>;
}
export interface TestDatabaseOptions {
  /** Without it instants are the database's own. */
  readonly clock?: ProcessClock;
}
export type OpenTestDatabase = (options?: TestDatabaseOptions) => Promise<TestDatabase>;

const server = process.env['GATEWAY_TEST_MARIADB'];
export const TESTED_DIALECTS: readonly Dialect[] = server === undefined ? ['sqlite'] : ['sqlite', 'mariadb'];

/** Runs a suite on each database; what a test opens is dropped after it, what `beforeAll` opens after the suite. */
export function forEachDatabase(title: string, suite: (open: OpenTestDatabase, dialect: Dialect) => void): void {
  describe.each(TESTED_DIALECTS)(`${title} (%s)`, (dialect) => {
    const ofSuite: TestDatabase[] = [];
    const ofTest: TestDatabase[] = [];
    let opened = ofSuite;
    beforeEach(() => {
      opened = ofTest;
    });
    afterEach(async () => {
      opened = ofSuite;
      await dropAll(ofTest);
    });
    afterAll(() => dropAll(ofSuite));
    suite(async (options = {}) => {
      const database = dialect === 'sqlite' ? await openSqliteTest(options) : await openMariadbTest(options);
      opened.push(database);
      return database;
    }, dialect);
  });
}

async function dropAll(databases: TestDatabase[]): Promise<void> {
  const dropped = await Promise.allSettled(databases.splice(0).map((database) => database.drop()));
  for (const outcome of dropped) if (outcome.status === 'rejected') throw outcome.reason;
}

async function openSqliteTest({ clock }: TestDatabaseOptions): Promise<TestDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-test-'));
  const file = path.join(folder, 'gateway.sqlite');
  copyFileSync(await migratedTemplate(), file);
  const database = openSqlite(file, clock);
  return {
    database,
    writer: database,
    location: { kind: 'sqlite', file },
    drop: once(async () => {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    }),
  };
}

let template: string | undefined;
/** The schema is migrated once in each process and copied. */
async function migratedTemplate(): Promise<string> {
  if (template !== undefined && existsSync(template)) return template;
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-template-'));
  const file = path.join(folder, 'template.sqlite');
  await migrate(new DataSource(toDataSourceOptions({ kind: 'sqlite', file }, MIGRATIONS)));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return (template = file);
}

async function openMariadbTest({ clock }: TestDatabaseOptions): Promise<TestDatabase> {
  if (server === undefined) throw new Error('No MariaDB server to test on.');
  const name = `gw_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const location: DatabaseLocation = { kind: 'mariadb', url: url.href };
  try {
    await migrate(new DataSource(toDataSourceOptions(location, MIGRATIONS)));
  } catch (cause) {
    await onServer(server, `DROP DATABASE ${name}`);
    throw cause;
  }
  const database = openMariadb(url.href, 10, clock);
  const writer = openMariadbWriter(url.href, clock);
  return {
    database,
    writer,
    location,
    drop: once(async () => {
      await Promise.allSettled([database.close(), writer.close()]);
      await onServer(server, `DROP DATABASE ${name}`);
    }),
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const connection = await createConnection({ uri: url });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}
