import type { Poster } from './http-client';
import { type BenchPerson, makeDraw } from './people';
import type { ConsentLife } from './race-history';
import { CONSENTS_PER_TURN, READS_OF_FOUR_AT_CHANGES, SEATS } from './race-settings';

export type Draw = (below: number) => number;

/** Who is asked about. A look-up met a change if more have begun by its end than were over at its beginning. */
export interface Borrower {
  readonly index: number;
  readonly person: BenchPerson;
  readonly lives: ConsentLife[];
  changesBegun: number;
  changesOver: number;
}
/** A place in the race, with a mutator of its own; its people take turns on it. */
export interface Seat {
  readonly people: readonly Borrower[];
  readonly draw: Draw;
  /** One to each server. */
  readonly connections: readonly Poster[];
  /** Consents granted from this seat. */
  granted: number;
  /** Changes sent, those sent again included; each goes to the next server. */
  sent: number;
  unavailable: number;
}

export async function openSeats(
  borrowers: readonly Borrower[],
  seed: number,
  connect: () => Promise<readonly Poster[]>,
): Promise<readonly Seat[]> {
  const peoplePerSeat = Math.ceil(borrowers.length / SEATS);
  return Promise.all(
    Array.from({ length: SEATS }, async (_, at): Promise<Seat> => {
      const people = borrowers.slice(at * peoplePerSeat, (at + 1) * peoplePerSeat);
      return { people, draw: makeDraw(seed + 1 + at), connections: await connect(), granted: 0, sent: at, unavailable: 0 };
    }),
  );
}

export function sitterOf({ people, granted }: Seat): Borrower {
  const sitter = people[Math.floor(granted / CONSENTS_PER_TURN) % people.length];
  if (!sitter) throw new Error('Nobody sits there');
  return sitter;
}

/** Mostly one whose consent is being changed at this instant, if there is one. */
export function drawBorrower(seats: readonly Seat[], draw: Draw): Borrower {
  const sitters = seats.map(sitterOf);
  const changing = sitters.filter(({ changesBegun, changesOver }) => changesBegun > changesOver);
  const among = changing.length > 0 && draw(4) < READS_OF_FOUR_AT_CHANGES ? changing : sitters;
  const drawn = among[draw(among.length)];
  if (!drawn) throw new Error('There are no seats');
  return drawn;
}
