import { availableParallelism } from 'node:os';
import path from 'node:path';
import { leafHash } from '../../src/core/ledger/merkle-tree';
import { inclusionPath, rootByPath, rootFrom } from '../../src/core/ledger/proofs';
import { checkHere, type OpenChecker, verifyLedger } from '../../src/core/ledger/verify-ledger';
import { openLedgerFolder } from '../../src/files/published-ledger';
import { bundleCheckers } from '../../src/threads/bundle-pool';
import { verify } from '../../src/verifier/ledger-verifier';
import { readFile } from 'node:fs/promises';
import { SOURCE_WORKER } from '../support/source-worker';
import { aLedger, readerOf, tilesOf, VERIFIER_KEY, writeLedger } from '../support/published-ledger';
import type { LedgerCostSizes } from './ledger-cost-settings';
import { rounded, type Spread, spreadOf } from './statistics';

const WAYS = ['thread', 'cores', 'stranger'] as const;
type Way = (typeof WAYS)[number];
/** Entries by the clock, and by the CPU time of all threads together. */
interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}
export interface VerifyCost {
  readonly entries: number;
  readonly bytesPerEntry: number;
  readonly threads: number;
  readonly rates: Readonly<Record<Way, { readonly perSecond: Spread; readonly perCpuSecond: Spread }>>;
  readonly coresOverThread: Spread;
}

/** One ledger as static files, verified in this thread, on every core, and by the stranger's one file. */
export async function compareVerification({ entries, rounds }: LedgerCostSizes, folder: string): Promise<VerifyCost> {
  const ledger = aLedger(entries);
  const place = path.join(folder, 'ledger');
  await writeLedger(place, ledger.files);
  const bytes = ledger.bodies.reduce((total, { length }) => total + length, 0);
  const core = async (openChecker: OpenChecker): Promise<void> => {
    await verifyLedger({ reader: openLedgerFolder(place), verifierKey: VERIFIER_KEY, openChecker });
  };
  const pool = bundleCheckers(availableParallelism(), SOURCE_WORKER)(entries);
  const ways: Readonly<Record<Way, () => Promise<void>>> = {
    thread: () => core(checkHere),
    cores: () => core(() => ({ ...pool, close: () => Promise.resolve() })),
    stranger: async () => void (await verify((file) => readFile(path.join(place, file)), VERIFIER_KEY)),
  };
  const measured: Record<Way, Rate[]> = { thread: [], cores: [], stranger: [] };
  try {
    for (const way of WAYS) await ways[way](); // compilers and caches are warm then
    for (let round = 0; round < rounds; round += 1)
      for (const way of [...WAYS.slice(round % 3), ...WAYS.slice(0, round % 3)])
        measured[way].push(await rateOf(entries, ways[way]));
  } finally {
    await pool.close();
  }
  const rates = Object.fromEntries(
    WAYS.map((way) => [
      way,
      {
        perSecond: spreadOf(measured[way].map(({ perSecond }) => perSecond)),
        perCpuSecond: spreadOf(measured[way].map(({ perCpuSecond }) => perCpuSecond)),
      },
    ]),
  ) as unknown as VerifyCost['rates']; // one for each way
  const coresOverThread = spreadOf(measured.cores.map(({ perSecond }, at) => rounded(perSecond / (measured.thread[at]?.perSecond ?? NaN)))); // prettier-ignore
  return { entries, bytesPerEntry: Math.round(bytes / entries), threads: availableParallelism(), rates, coresOverThread };
}

async function rateOf(entries: number, verifyAll: () => Promise<void>): Promise<Rate> {
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  await verifyAll();
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: Math.round((entries * 1_000) / (performance.now() - startedMs)),
    perCpuSecond: Math.round((entries * 1e6) / (user + system)),
  };
}

/** What proving an entry takes, the most of the indexes that were tried. */
export interface ProofCost {
  readonly size: number;
  /** On the path: at most the logarithm of the size to base 2, rounded up. */
  readonly hashesMax: number;
  readonly tilesMax: number;
  readonly microsMedian: number;
}

/** Inclusion proofs of entries all over ledgers of these sizes, from their tiles; each is checked. */
export async function measureProofs(sizes: readonly number[]): Promise<readonly ProofCost[]> {
  const costs: ProofCost[] = [];
  for (const size of sizes) {
    const leaves = Array.from({ length: size }, (_, at) => leafHash(Buffer.from(String(at))));
    const stored = readerOf(tilesOf(leaves));
    let read = 0;
    const reader = { tile: (...place: Parameters<typeof stored.tile>) => ((read += 1), stored.tile(...place)) };
    const root = await rootFrom(reader, size);
    let [hashesMax, tilesMax] = [0, 0];
    const micros: number[] = [];
    for (const index of indexesOf(size)) {
      read = 0;
      const startedMs = performance.now();
      const proof = await inclusionPath(reader, index, size);
      micros.push(Math.round((performance.now() - startedMs) * 1_000));
      if (rootByPath(leaves[index] as Buffer, index, size, proof)?.equals(root) !== true)
        throw new Error('A proof does not hold'); // the index is below the size
      [hashesMax, tilesMax] = [Math.max(hashesMax, proof.length), Math.max(tilesMax, read)];
    }
    costs.push({ size, hashesMax, tilesMax, microsMedian: spreadOf(micros).median });
  }
  return costs;
}

/** Both ends, and a hundred in between. */
function indexesOf(size: number): readonly number[] {
  return [...Array.from({ length: 101 }, (_, at) => Math.floor((at * (size - 1)) / 100))];
}
