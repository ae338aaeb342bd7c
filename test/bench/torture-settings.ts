import { parseArgs } from 'node:util';
import { wholeNumber } from './race-settings';

/** Look-ups that are under way at any time; beside them a mutator for each seat of the race. */
export const READERS = 12;
/** Customers whose consent never moves: their reports are full. */
export const STANDING = 40;
/** Customers whose consents come and go; they take turns on the seats of the race. */
export const MOVING = 80;
/** So many of four look-ups are about somebody whose consent moves. */
export const MOVING_OF_FOUR = 2;
/** The load runs for a time below this before anything happens to it. */
export const CALM_MS_MAX = 900;
/** Whoever got an error, or no answer, asks again after so long. */
export const RETRY_PAUSE_MS = 250;
/** Nothing may keep a client waiting longer: the deadlines of queue, connection and statement together. */
export const ANSWER_MS_MAX = 15_000;
/** Then the run has failed: nobody restarts the gateway. */
export const RECOVERY_MS_MAX = 30_000;

export interface TortureOptions {
  /** Of each kind of kill. */
  readonly killRounds: number;
  /** Of each other fault. */
  readonly faultRounds: number;
  /** A red control that was not noticed after so many has failed. */
  readonly controlRoundsMax: number;
  /** Decides who is asked about and when it strikes; what it strikes, the machine decides. */
  readonly seed: number;
  /** Only what has this in its name; empty: everything. */
  readonly only: string;
}

const FAULT_ROUNDS = 3;
const CONTROL_ROUNDS_MAX = 20;

/** @throws Error that says which flags there are. */
export function readTortureOptions(args: readonly string[], anySeed: number): TortureOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, rounds: text, seed: text, only: text },
  });
  const killRounds = wholeNumber('rounds', values.rounds, values.quick ? 3 : 20);
  return {
    killRounds,
    faultRounds: values.quick ? 1 : Math.min(killRounds, FAULT_ROUNDS),
    controlRoundsMax: CONTROL_ROUNDS_MAX,
    seed: wholeNumber('seed', values.seed, anySeed),
    only: values.only ?? '',
  };
}
