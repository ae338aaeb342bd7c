import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { migrateDatabase, openKeys, openStores } from '../../src/compose';
import { loadConfig } from '../../src/config/config';
import { type BenchDatabase, createBenchDatabase } from './database';
import { registerParties } from './fill';
import type { WriterJob, WriterOrder, WriterWord, Written } from './ledger-cost-child';
import { borrowerRefs } from './ledger-cost-drafts';
import { CLIENTS, DELAYS_MS, type LedgerCostSizes, type WriterKind, WRITERS } from './ledger-cost-settings';
import { COPIED, PLAIN } from './ledger-cost-writer';
import { rounded, type Spread, spreadOf } from './statistics';

/** One slice of one contender, over all its processes. */
export interface AppendFigures {
  readonly perSecond: number;
  readonly batch: number;
  readonly p50Ms: number;
  readonly cpuMicrosPerEntry: number;
}
export type AppendRounds = Readonly<Record<WriterKind, readonly AppendFigures[]>>;
export interface AppendCost {
  readonly delayMs: number;
  readonly rounds: AppendRounds;
  /** Entries a second of the sequencer over those of another, paired by round. */
  readonly ratios: Readonly<Record<'overEntries' | 'overRows' | 'overEach' | 'twoOverOne', Spread>>;
}

/** The schema, its parties and borrowers, and empty tables for the contenders that only insert. */
async function prepareLedger({ url, connection }: BenchDatabase, keyFile: string): Promise<void> {
  const config = loadConfig({ DATABASE_URL: url, GATEWAY_KEY_FILE: keyFile });
  await migrateDatabase(config);
  const stores = openStores(config, openKeys(config));
  await registerParties(stores);
  await stores.close();
  await connection.query('INSERT INTO consent_head (borrower_ref, ver) VALUES ?', [borrowerRefs().map((ref) => [ref, 1])]);
  for (const table of COPIED) await connection.query(`CREATE TABLE ${PLAIN}${table} LIKE ${table}`);
}

/** For each delay a schema of its own: an INSERT into tables that outgrew the buffer pool costs twice as much. */
export async function compareAppends(
  server: string,
  keyFile: string,
  sizes: LedgerCostSizes,
  tools: Tools,
): Promise<readonly AppendCost[]> {
  const costs: AppendCost[] = [];
  for (const delayMs of DELAYS_MS) {
    const database = await createBenchDatabase(server, `_${String(delayMs)}`);
    try {
      await prepareLedger(database, keyFile);
      costs.push(await compareWith(delayMs, database, sizes, tools));
    } finally {
      await database.drop();
    }
  }
  return costs;
}

interface Tools {
  readonly say: (text: string) => void;
  readonly isStopped: () => boolean;
}

/** Every contender in turn, round after round, each in processes of its own. */
async function compareWith(delayMs: number, database: BenchDatabase, sizes: LedgerCostSizes, tools: Tools): Promise<AppendCost> {
  const rounds = Object.fromEntries(WRITERS.map((kind) => [kind, [] as AppendFigures[]])) as Record<WriterKind, AppendFigures[]>;
  const groups = new Map<WriterKind, Writers>();
  try {
    for (const kind of WRITERS) groups.set(kind, await startWriters(kind, database.url, delayMs));
    for (const group of groups.values()) await group.write(sizes.preheatMs);
    for (let round = 0; round < sizes.rounds && !tools.isStopped(); round += 1) {
      const turn = round % WRITERS.length; // nobody is always the first
      for (const kind of [...WRITERS.slice(turn), ...WRITERS.slice(0, turn)]) {
        await groups.get(kind)?.write(sizes.warmUpMs);
        const figures = await groups.get(kind)?.write(sizes.measureMs);
        if (figures) rounds[kind].push(figures);
      }
      tools.say(`COMMIT + ${String(delayMs)} ms, round ${String(round + 1)}: ${WRITERS.map((kind) => `${kind} ${String(Math.round(rounds[kind].at(-1)?.perSecond ?? NaN))}/s`).join(', ')}`); // prettier-ignore
    }
  } finally {
    for (const group of groups.values()) group.stop();
  }
  return { delayMs, rounds, ratios: ratiosOf(rounds) };
}

function ratiosOf(rounds: AppendRounds): AppendCost['ratios'] {
  const ratio = (over: WriterKind, under: WriterKind): Spread =>
    spreadOf(rounds[over].map(({ perSecond }, at) => rounded(perSecond / (rounds[under][at]?.perSecond ?? NaN))));
  return {
    overEntries: ratio('sequencer', 'entries'),
    overRows: ratio('sequencer', 'rows'),
    overEach: ratio('sequencer', 'each'),
    twoOverOne: ratio('two', 'sequencer'),
  };
}

interface Writers {
  write(ms: number): Promise<AppendFigures>;
  stop(): void;
}

async function startWriters(kind: WriterKind, url: string, delayMs: number): Promise<Writers> {
  const processes = kind === 'two' ? 2 : 1;
  const job: WriterJob = { kind, url, delayMs, clients: CLIENTS / processes };
  const runner = path.join(__dirname, '..', 'support', 'run-typescript.js');
  const children = Array.from({ length: processes }, () =>
    fork(runner, [path.join(__dirname, 'ledger-cost-child.ts'), JSON.stringify(job)], {
      stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
    }),
  );
  await Promise.all(children.map((child) => hear(child, 'ready')));
  const writeOne = async (child: ChildProcess, order: WriterOrder): Promise<Written> => {
    const heard = hear(child, 'written');
    child.send(order);
    return (await heard).written;
  };
  return {
    write: async (ms) => toFigures(await Promise.all(children.map((child) => writeOne(child, { ms })))),
    stop: () => {
      for (const child of children) if (child.connected) child.disconnect();
    },
  };
}

function toFigures(written: readonly Written[]): AppendFigures {
  const sum = (of: (one: Written) => number): number => written.reduce((total, one) => total + of(one), 0);
  const appended = sum((one) => one.appended);
  return {
    perSecond: rounded(sum((one) => one.appended / one.seconds)),
    batch: rounded(appended / sum(({ transactions }) => transactions)),
    p50Ms: rounded(Math.max(...written.map(({ p50Ms }) => p50Ms))),
    cpuMicrosPerEntry: rounded(sum(({ cpuMicros }) => cpuMicros) / appended),
  };
}

function hear<K extends WriterWord['kind']>(child: ChildProcess, kind: K): Promise<Extract<WriterWord, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`A writer exited with ${String(code)}`));
    const onWord = (word: WriterWord): void => {
      if (word.kind !== kind) return;
      child.off('message', onWord);
      child.off('exit', onExit);
      resolve(word as Extract<WriterWord, { kind: K }>); // the kind was compared
    };
    child.on('message', onWord);
    child.once('exit', onExit);
  });
}
