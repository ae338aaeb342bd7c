import { parseArgs } from 'node:util';
import { readServer } from './settings';

/** The sizes of a run. They stand here and not in flags, so that figures of two revisions can be compared. */
export interface LedgerCostSizes {
  readonly mode: 'default' | 'quick';
  readonly rounds: number;
  /** Of each contender before the first round, so that compilers and caches are warm, and before each slice. */
  readonly preheatMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** In the ledger that is verified. */
  readonly entries: number;
  /** Ledgers that inclusion is proved in. */
  readonly proofSizes: readonly number[];
}
const DEFAULT: LedgerCostSizes = {
  mode: 'default', rounds: 5, preheatMs: 5_000, warmUpMs: 500, measureMs: 2_500, entries: 100_000, proofSizes: [1_000, 10_000, 100_000, 1_000_000],
}; // prettier-ignore
const QUICK: LedgerCostSizes = {
  mode: 'quick', rounds: 3, preheatMs: 1_000, warmUpMs: 300, measureMs: 800, entries: 30_000, proofSizes: [1_000, 10_000, 100_000],
}; // prettier-ignore

/** Who asks for an append at once, over all processes of a contender. */
export const CLIENTS = 64;
/** Connections of the contender that has a transaction for each disclosure; they take turns at the ledger's row. */
export const LANES = 10;
/** How much later the reply to each COMMIT is heard, for every contender alike. */
export const DELAYS_MS = [0, 1] as const;

export const WRITERS = ['sequencer', 'two', 'each', 'entries', 'rows'] as const;
export type WriterKind = (typeof WRITERS)[number];
export const WRITER_NAMES: Readonly<Record<WriterKind, string>> = {
  sequencer: 'sequencer, one process',
  two: 'sequencer, two processes',
  each: 'one transaction per disclosure',
  entries: 'bare batched INSERT of the entries',
  rows: 'bare batched INSERT of all rows that an append stores',
};

export interface LedgerCostOptions {
  readonly sizes: LedgerCostSizes;
  readonly server: string;
}

/** @throws Error that says which flags there are. */
export function readLedgerCostOptions(args: readonly string[], environment: NodeJS.ProcessEnv): LedgerCostOptions {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: 'boolean' } } });
  return { sizes: values.quick ? QUICK : DEFAULT, server: readServer(environment) };
}
