import { parseArgs } from 'node:util';
import { wholeNumber } from './race-settings';
import { readServer } from './settings';

/** The sizes of a run on scale. */
export interface ScaleSizes {
  readonly mode: 'default' | 'quick';
  /** Of the large book: one account each, no loans. */
  readonly borrowers: number;
  /** How often each of them is stored once more, for what is measured when the book is large; 0: the book is imported whole. */
  readonly copies: number;
  /** Of the small book, which is otherwise made like the large one; and as many again come into the large one at last. */
  readonly fewBorrowers: number;
  /** Of the book with everything that there is of a borrower. */
  readonly loanBorrowers: number;
  /** Consents granted in the large book, to borrowers spread over all of it; in the small one everybody grants. */
  readonly grants: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const DEFAULT: ScaleSizes = {
  mode: 'default', borrowers: 1_000_000, copies: 0, fewBorrowers: 10_000, loanBorrowers: 50_000, grants: 100_000, rounds: 7, warmUpMs: 2_000,
  measureMs: 6_000,
}; // prettier-ignore
const QUICK: ScaleSizes = {
  mode: 'quick', borrowers: 20_000, copies: 0, fewBorrowers: 2_000, loanBorrowers: 1_000, grants: 5_000, rounds: 3, warmUpMs: 1_000,
  measureMs: 2_000,
}; // prettier-ignore

export const SEED = 1;
/** Of the borrowers that come into the large book at last. */
export const LATE_SEED = 2;
/** A copy differs in the first byte of its keys. */
export const COPIES_MAX = 255;
export const MONTHS = 24;
/** Rows of one table that are loaded into a plain copy; of a larger table the first ones. */
export const COPIED_ROWS_MAX = 1_000_000;
/** Rows of one INSERT into a plain copy, each a transaction of its own. */
export const INSERT_ROWS = 500;
export const REQUESTS_BEFORE_ROUNDS = 2_000;
/** What a look-up among the many may cost, in those of one among the few. */
export const COST_RATIO_MAX = 1.2;

export interface ScaleOptions {
  readonly sizes: ScaleSizes;
  readonly server: string;
}

/** @throws Error that says which flags there are. */
export function readScaleOptions(args: readonly string[], environment: NodeJS.ProcessEnv): ScaleOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, borrowers: text, copies: text, 'loan-borrowers': text },
  });
  const sizes = values.quick ? QUICK : DEFAULT;
  const borrowers = wholeNumber('borrowers', values.borrowers, sizes.borrowers);
  return {
    sizes: {
      ...sizes,
      borrowers,
      copies: readCopies(values.copies),
      fewBorrowers: Math.min(sizes.fewBorrowers, borrowers),
      loanBorrowers: wholeNumber('loan-borrowers', values['loan-borrowers'], sizes.loanBorrowers),
      grants: Math.min(sizes.grants, borrowers),
    },
    server: readServer(environment),
  };
}

function readCopies(given: string | undefined): number {
  const copies = given === undefined ? 0 : wholeNumber('copies', given, 0);
  if (copies > COPIES_MAX)
    throw new Error(`--copies takes a whole number from 1 to ${String(COPIES_MAX)}, not ${String(copies)}.`);
  return copies;
}
