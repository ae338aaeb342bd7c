import { HttpConnection } from './http-client';
import { runLoad } from './load';
import { makeDraw } from './people';
import type { ConsentLife } from './race-history';
import { mutate } from './race-mutator';
import { lookUp, type SeenLookUp } from './race-reader';
import { type Borrower, drawBorrower, openSeats } from './race-seats';
import type { RaceWorld } from './race-world';
import { CONNECTIONS } from './settings';

/** What all rounds so far have seen. */
export interface Seen {
  readonly lookUps: readonly SeenLookUp[];
  readonly raced: number;
  /** By borrower. */
  readonly lives: readonly (readonly ConsentLife[])[];
  /** Look-ups and changes that were answered 503. */
  readonly unavailable: { readonly lookUps: number; readonly changes: number };
}
export interface Race {
  seen(): Seen;
  /** Races until so many look-ups of all rounds are raced, or the instant has come; no consent is left then. */
  runRound(until: { readonly raced: number; readonly atMs: number }, isStopped: () => boolean): Promise<void>;
  close(): void;
}

export async function startRace({ people, ports, headers }: RaceWorld, seed: number): Promise<Race> {
  const connectAll = (): Promise<HttpConnection[]> => Promise.all(ports.map((port) => HttpConnection.open(port)));
  const borrowers = people.map((person, index): Borrower => ({ index, person, lives: [], changesBegun: 0, changesOver: 0 }));
  const seats = await openSeats(borrowers, seed, connectAll);
  const readers = (await Promise.all(Array.from({ length: CONNECTIONS / ports.length }, connectAll))).flat();
  const draw = makeDraw(seed);
  const lookUps: SeenLookUp[] = [];
  let [raced, unavailable] = [0, 0];
  const exchange = {
    send: async (connection: HttpConnection): Promise<void> => {
      const seen = await lookUp(drawBorrower(seats, draw), connection, headers.bank);
      if (seen) lookUps.push(seen);
      else unavailable += 1;
      raced += seen?.raced ? 1 : 0;
    },
  };
  return {
    seen: () => ({
      lookUps,
      raced,
      lives: borrowers.map(({ lives }) => lives),
      unavailable: { lookUps: unavailable, changes: seats.reduce((total, seat) => total + seat.unavailable, 0) },
    }),
    runRound: (until, isStopped) => {
      const limit = { ms: until.atMs - performance.now(), requests: Infinity };
      return runTogether((isOver) => [
        runLoad(readers, exchange, limit, () => isOver() || isStopped() || raced >= until.raced),
        ...seats.map((seat) => mutate(seat, headers.platform, isOver)),
      ]);
    },
    close: () => {
      for (const connection of [...readers, ...seats.flatMap(({ connections }) => connections)]) connection.close();
    },
  };
}

/** What ends first, well or badly, ends the race for all. @throws what was thrown first in the order of the list. */
async function runTogether(start: (isOver: () => boolean) => readonly Promise<unknown>[]): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  const outcomes = await Promise.allSettled(start(() => over).map((work) => work.finally(end)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
