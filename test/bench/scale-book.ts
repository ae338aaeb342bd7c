import { fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { migrateDatabase, openKeys, openStores } from '../../src/compose';
import { type Config, loadConfig } from '../../src/config/config';
import { dayOf, lastCompletedMonth } from '../../src/core/credit/calendar';
import { GENERATED_FILES, type GeneratedEntity } from '../../src/generate/generated-entities';
import { writeFiles } from '../../src/generate/write-files';
import { type BenchDatabase, createBenchDatabase } from './database';
import { registerParties } from './fill';
import type { ImportUsage } from './scale-import';
import { readServerCpu } from './scale-machine';
import { MONTHS, SEED } from './scale-settings';
import { PLATFORM } from './settings';

/** How often the progress of an import is read. */
const SAMPLE_MS = 1_000;

/** Every run of one day generates the same. */
export const GENERATE = { months: MONTHS, until: lastCompletedMonth(dayOf(Date.now())) } as const;

/** Lines that were durable so many seconds after the import had begun. */
export interface Sample {
  readonly seconds: number;
  readonly lines: number;
}
export interface Imported extends Omit<ImportUsage, 'exitCode'> {
  readonly entity: GeneratedEntity;
  readonly rows: number;
  /** CPU of the whole database server meanwhile, whoever used it; null: it runs elsewhere. */
  readonly serverCpuSeconds: number | null;
  readonly samples: readonly Sample[];
}

/** Borrowers in a schema of their own, and what it took to bring them there. */
export interface Book {
  readonly name: string;
  readonly borrowers: number;
  readonly config: Config;
  readonly keyFile: string;
  readonly database: BenchDatabase;
  readonly generatedSeconds: number;
  readonly imported: readonly Imported[];
}
export interface BookPlan {
  readonly name: string;
  readonly borrowers: number;
  readonly detail: 'PLAIN' | 'FULL';
  readonly server: string;
  /** Files go here while they are needed. */
  readonly folder: string;
  readonly say: (text: string) => void;
  readonly isStopped: () => boolean;
}

/** Makes a schema and imports borrowers into it. @throws Error unless every record is accepted. */
export async function makeBook(plan: BookPlan): Promise<Book> {
  const { name, borrowers } = plan;
  const database = await createBenchDatabase(plan.server, `_${name}`);
  try {
    const keyFile = path.join(plan.folder, `${name}.key`);
    const config = loadConfig({ DATABASE_URL: database.url, GATEWAY_KEY_FILE: keyFile, LOG_LEVEL: 'warn' });
    await prepare(config);
    return { name, borrowers, config, keyFile, database, ...(await importBorrowers({ database, keyFile }, plan, SEED)) };
  } catch (cause) {
    await database.drop();
    throw cause;
  }
}

/** Generates and imports, a file at a time. @param seed - Borrowers of another seed are other borrowers. */
export async function importBorrowers(
  { database, keyFile }: Pick<Book, 'database' | 'keyFile'>,
  { name, borrowers, detail, say, isStopped, ...plan }: BookPlan,
  seed: number,
): Promise<Pick<Book, 'generatedSeconds' | 'imported'>> {
  const folder = path.join(plan.folder, name);
  mkdirSync(folder);
  try {
    const startedMs = performance.now();
    const counts = await writeFiles({ ...GENERATE, seed, detail }, borrowers, folder, () => undefined);
    const generatedSeconds = (performance.now() - startedMs) / 1_000;
    say(`${name}: generated ${borrowers.toLocaleString('en-GB')} borrowers in ${generatedSeconds.toFixed(1)} s`);
    const imported: Imported[] = [];
    for (const [entity, rows] of Object.entries(counts) as [GeneratedEntity, number][]) { // its own keys
      if (isStopped()) break;
      const one = await importFile({ database, keyFile, folder, entity, rows });
      const rate = (rows / one.seconds).toFixed(0);
      say(`${name}: imported ${rows.toLocaleString('en-GB')} of ${entity} in ${one.seconds.toFixed(1)} s, ${rate} rows/s`);
      imported.push(one);
    }
    return { generatedSeconds, imported };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} // prettier-ignore

async function prepare(config: Config): Promise<void> {
  await migrateDatabase(config);
  const stores = openStores(config, openKeys(config));
  try {
    await registerParties(stores);
  } finally {
    await stores.close();
  }
}

interface FileToImport {
  readonly database: BenchDatabase;
  readonly keyFile: string;
  readonly folder: string;
  readonly entity: GeneratedEntity;
  readonly rows: number;
}

async function importFile({ database, keyFile, folder, entity, rows }: FileToImport): Promise<Imported> {
  const file = path.join(folder, GENERATED_FILES[entity]);
  const cpuBefore = await readServerCpu(database);
  const samples: Sample[] = [];
  const before = await readProgress(database);
  const startedMs = performance.now();
  const take = async (): Promise<void> => {
    const { done } = await readProgress(database);
    samples.push({ seconds: (performance.now() - startedMs) / 1_000, lines: done - before.done });
  };
  const sampler = setInterval(() => void take().catch(() => undefined), SAMPLE_MS); // a sample that fails is one less
  try {
    const { exitCode, ...usage } = await runImport(database.url, keyFile, folder, file);
    const accepted = (await readProgress(database)).accepted - before.accepted;
    if (exitCode !== 0 || accepted !== rows)
      throw new Error(`${String(accepted)} of ${String(rows)} were accepted of ${entity}, exit ${String(exitCode)}`);
    const cpuAfter = await readServerCpu(database);
    const serverCpuSeconds = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    rmSync(file);
    return { entity, rows, ...usage, serverCpuSeconds, samples };
  } finally {
    clearInterval(sampler);
  }
} // prettier-ignore

/** Lines of all runs so far. */
async function readProgress({ connection }: BenchDatabase): Promise<{ readonly done: number; readonly accepted: number }> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    'SELECT COALESCE(SUM(lines_done), 0) AS done, COALESCE(SUM(accepted), 0) AS accepted FROM import_run',
  );
  return { done: Number(row?.['done']), accepted: Number(row?.['accepted']) };
}

function runImport(databaseUrl: string, keyFile: string, folder: string, file: string): Promise<ImportUsage> {
  const runner = path.join(__dirname, '..', 'support', 'run-typescript.js');
  const args = [path.join(__dirname, 'scale-import.ts'), file, '--platform', PLATFORM, '--format', 'canonical-ndjson'];
  const child = fork(runner, args, {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: databaseUrl, GATEWAY_KEY_FILE: keyFile, LOG_LEVEL: 'warn' },
    execArgv: [],
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let usage: ImportUsage | null = null;
    child.once('message', (message) => (usage = message as ImportUsage)); // the child says nothing else
    child.once('exit', (code) => (usage ? resolve(usage) : reject(new Error(`The import ended with ${String(code)}`))));
  });
}
