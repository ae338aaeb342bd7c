import { parseArgs } from 'node:util';
import { readServer } from './settings';

/** So many borrowers are raced at once, each by a mutator of their own. */
export const SEATS = 8;
/** Whoever sits on a seat is raced for so many consents, then the next of its people; after the last the first again. */
export const CONSENTS_PER_TURN = 10;
/** A look-up reads the ended consents of its borrower, too: with turns, nobody collects so many that reading is all there is. */
export const PEOPLE_PER_SEAT = 100;
/** Pauses after a grant or a revocation are shorter than this, the shorter the more frequent: some look-ups fit in, many do not. */
export const PAUSE_MS_MAX = 400;
/** So many of four look-ups go to a borrower whose consent is being changed at that instant. */
export const READS_OF_FOUR_AT_CHANGES = 3;
/** A change is sent again, under its one key, after a 503; then the run has failed. */
export const CHANGE_ATTEMPTS_MAX = 20;

/** How much is raced, and in how many rounds; each round ends with a judgement of everything so far. */
export interface Goal {
  readonly raced: number;
  readonly rounds: number;
}
const RED_CONTROL_MAX = 20_000;
const ROUNDS = 10;

export interface RaceOptions {
  readonly main: Goal;
  readonly redControl: Goal;
  /** For each of the two runs. */
  readonly seconds: number;
  /** Decides who is asked about and how long the pauses are; what overtakes what, the machine decides. */
  readonly seed: number;
  readonly server: string;
}

/** @throws Error that says which flags there are. */
export function readRaceOptions(args: readonly string[], environment: NodeJS.ProcessEnv, anySeed: number): RaceOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { lookups: text, seconds: text, seed: text } });
  const raced = wholeNumber('lookups', values.lookups, 100_000);
  return {
    main: { raced, rounds: ROUNDS },
    redControl: { raced: Math.min(raced, RED_CONTROL_MAX), rounds: ROUNDS },
    seconds: wholeNumber('seconds', values.seconds, 3_600),
    seed: wholeNumber('seed', values.seed, anySeed),
    server: readServer(environment),
  };
}

/** @throws Error that says what the flag takes. */
export function wholeNumber(flag: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(given)) throw new Error(`--${flag} takes a whole number from 1 to 999,999,999, not ${given}.`);
  return Number(given);
}
