import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { readVersion } from './database';
import { type AppendCost, compareAppends } from './ledger-cost-append';
import { CLIENTS, LANES, type LedgerCostOptions, readLedgerCostOptions, WRITER_NAMES, WRITERS } from './ledger-cost-settings';
import { compareVerification, measureProofs, type ProofCost, type VerifyCost } from './ledger-cost-verify';
import { readLoad } from './scale-machine';
import { type Spread, spreadOf } from './statistics';

let stopped = false;
const isStopped = (): boolean => stopped;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Measures what the ledger costs: appends beside other ways to store them, verification, proofs; the schema is gone afterwards. */
async function run({ sizes, server }: LedgerCostOptions): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-ledger-cost-'));
  const [date, loadBefore] = [new Date().toISOString(), readLoad()];
  try {
    const appends = await compareAppends(server, path.join(folder, 'root.key'), sizes, { say, isStopped });
    if (stopped) return;
    for (const cost of appends) tellAppends(cost);
    const verification = await compareVerification(sizes, folder);
    tellVerification(verification);
    const proofs = await measureProofs(sizes.proofSizes);
    for (const cost of proofs) tellProof(cost);
    const document = {
      date,
      sizes: { ...sizes, clients: CLIENTS, lanes: LANES },
      hardware: { cpu: cpus()[0]?.model, count: cpus().length, memoryGigabytes: Math.round(totalmem() / 1e9) },
      loadAverage: { before: loadBefore, after: readLoad() },
      versions: { node: process.version, mariadb: await readVersion(server) },
      appends,
      verification,
      proofs,
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const spread = ({ median, min, max }: Spread): string => `${median.toLocaleString('en')} (${min.toLocaleString('en')} to ${max.toLocaleString('en')})`; // prettier-ignore

function tellAppends({ delayMs, rounds, ratios }: AppendCost): void {
  say(`\n${String(CLIENTS)} clients, the reply to each COMMIT heard ${String(delayMs)} ms later:`);
  for (const kind of WRITERS) {
    const of = (name: 'perSecond' | 'batch' | 'p50Ms' | 'cpuMicrosPerEntry'): Spread =>
      spreadOf(rounds[kind].map((one) => one[name]));
    say(`  ${WRITER_NAMES[kind]}: ${spread(of('perSecond'))} entries/s, batches of ${String(of('batch').median)}, p50 ${String(of('p50Ms').median)} ms, ${String(of('cpuMicrosPerEntry').median)} µs of CPU each`); // prettier-ignore
  }
  say(`  sequencer over bare INSERT of entries: ${spread(ratios.overEntries)}; of all rows: ${spread(ratios.overRows)}`);
  say(`  sequencer over one transaction each: ${spread(ratios.overEach)}; two processes over one: ${spread(ratios.twoOverOne)}`);
}

function tellVerification({ entries, bytesPerEntry, threads, rates, coresOverThread }: VerifyCost): void {
  say(`\n${entries.toLocaleString('en')} entries of ${String(bytesPerEntry)} bytes verified, entries/s:`);
  say(`  one thread: ${spread(rates.thread.perSecond)}; by its CPU time ${spread(rates.thread.perCpuSecond)}`);
  say(`  ${String(threads)} threads: ${spread(rates.cores.perSecond)}; by their CPU time ${spread(rates.cores.perCpuSecond)}`);
  say(`  the stranger's file: ${spread(rates.stranger.perSecond)}; by its CPU time ${spread(rates.stranger.perCpuSecond)}`);
  say(`  ${String(threads)} threads over one: ${spread(coresOverThread)}`);
}

function tellProof({ size, hashesMax, tilesMax, microsMedian }: ProofCost): void {
  say(`a proof among ${size.toLocaleString('en')} entries: ${String(hashesMax)} hashes from ${String(tilesMax)} tiles at most, ${String(microsMedian)} µs`); // prettier-ignore
}

process.on('SIGINT', () => {
  stopped = true;
  process.exitCode = 130;
});
process.on('SIGTERM', () => {
  stopped = true;
  process.exitCode = 143;
});

void run(readLedgerCostOptions(process.argv.slice(3), process.env)).catch((cause: unknown) => {
  console.error(cause);
  process.exitCode = 1;
});
