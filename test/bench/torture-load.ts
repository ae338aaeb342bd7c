import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, HttpConnection, type Poster } from './http-client';
import { makeDraw } from './people';
import type { ConsentLife, LookUp } from './race-history';
import { mutate } from './race-mutator';
import { type Borrower, type Draw, drawBorrower, openSeats, type Seat } from './race-seats';
import { PURPOSE } from './settings';
import { MOVING_OF_FOUR, RECOVERY_MS_MAX, RETRY_PAUSE_MS } from './torture-settings';
import type { TortureWorld } from './torture-world';

const LOOK_UP = `query ($input: CreditReportInput!) {
  creditReport(input: $input) {
    identity { fullName birthYear }
    accounts { product creditLimit monthlySummaries(months: 6) { month loanCount borrowedAmount } }
  }
}`;
/** Stands for the answer that never came. */
const NO_ANSWER: Answer = { status: 503, body: '' };

/** A report as a bank receives it. */
export interface ReportBody {
  readonly data: {
    readonly creditReport: Readonly<Record<string, unknown>> & { readonly identity: { readonly fullName: unknown } };
  };
  readonly extensions: { readonly disclosure: { readonly reportId: string; readonly ledgerIndex: number } };
}

/** A body that a bank received, and kept. */
export interface Received extends LookUp {
  readonly requestId: string;
  /** The borrower's consent never moves, so that every answer to one request is the same. */
  readonly standing: boolean;
  readonly body: ReportBody;
}
/** What the clients have seen so far. */
export interface Heard {
  readonly received: readonly Received[];
  /** By borrower; those of standing consents first. */
  readonly lives: readonly (readonly ConsentLife[])[];
  /** Look-ups that were answered with an error: the body, and what of it is no error. */
  readonly refused: number;
  readonly unanswered: number;
  readonly refusedWithData: readonly string[];
  /** Changes of consents that were answered as none may be: what was acknowledged before them is gone. */
  readonly changesLost: readonly string[];
  readonly slowestRefusalMs: number;
  /** Requests that were sent again and answered at last. */
  readonly repeated: number;
}
export interface TortureLoad {
  heard(): Heard;
  /** From now on the slowest refusal is the slowest since. */
  beginStage(): void;
  /** Runs the load while something happens to it; afterwards every request has been answered, and no consent is left. */
  runRound(happen: () => Promise<void>): Promise<void>;
  /** Resolves with the next answer to a look-up that is sent from now on. @throws Error if there is none in time. */
  served(): Promise<void>;
  /** Resolves as soon as so many more look-ups got an error. @throws Error if they do not in time. */
  refusals(count: number): Promise<void>;
}

interface State {
  readonly received: Received[];
  readonly refusedWithData: string[];
  readonly changesLost: string[];
  refused: number;
  unanswered: number;
  slowestRefusalMs: number;
  repeated: number;
}

export async function startTortureLoad(world: TortureWorld, seed: number, readers: number): Promise<TortureLoad> {
  const { headers } = world;
  const people = [...world.standing, ...world.moving];
  const borrowers = people.map((person, index): Borrower => ({ index, person, lives: [], changesBegun: 0, changesOver: 0 }));
  const standing = borrowers.slice(0, world.standing.length);
  for (const { lives } of standing) lives.push(FOR_EVER);
  const seats = await openSeats(borrowers.slice(standing.length), seed, () =>
    Promise.resolve([
      openLine(
        () => world.port(),
        () => undefined,
      ),
    ]),
  );
  const state: State = {
    received: [],
    refusedWithData: [],
    changesLost: [],
    refused: 0,
    unanswered: 0,
    slowestRefusalMs: 0,
    repeated: 0,
  };
  const draw = makeDraw(seed);
  const read = async (poster: Poster, isOver: () => boolean): Promise<void> => {
    while (!isOver()) await ask(state, drawAny(standing, seats, draw), standing, poster, headers.bank);
    poster.close();
  };
  const until = async (isTrue: () => boolean, otherwise: string): Promise<void> => {
    const deadline = performance.now() + RECOVERY_MS_MAX;
    while (!isTrue()) {
      if (performance.now() > deadline) throw new Error(otherwise);
      await sleep(5);
    }
  };
  return {
    heard: () => ({ ...state, lives: borrowers.map(({ lives }) => lives) }),
    beginStage: () => {
      state.slowestRefusalMs = 0;
    },
    runRound: async (happen) => {
      let over = false;
      const isOver = (): boolean => over;
      const work = [
        ...Array.from({ length: readers }, () =>
          read(
            openLine(
              () => world.port(),
              (answer, tookMs) => takeRefusal(state, answer, tookMs),
            ),
            isOver,
          ),
        ),
        ...seats.map((seat) =>
          mutate(seat, headers.platform, isOver).catch((cause) => void state.changesLost.push(String(cause))),
        ),
      ];
      const happening = happen();
      const ended = Promise.race([happening, Promise.all(work)]).finally(() => {
        over = true;
      });
      for (const outcome of await Promise.allSettled([ended, happening, ...work]))
        if (outcome.status === 'rejected') throw outcome.reason;
    },
    served: () => {
      const sinceMs = performance.now();
      return until(() => (state.received.at(-1)?.beginMs ?? 0) > sinceMs, 'The gateway did not serve again');
    },
    refusals: (count) => {
      const enough = state.refused + count;
      return until(() => state.refused >= enough, 'Nobody was refused');
    },
  };
}
const FOR_EVER: ConsentLife = { grant: { beginMs: -Infinity, endMs: -Infinity }, revoke: { beginMs: Infinity, endMs: Infinity } };

function drawAny(standing: readonly Borrower[], seats: readonly Seat[], draw: Draw): Borrower {
  const drawn = draw(4) < MOVING_OF_FOUR ? drawBorrower(seats, draw) : standing[draw(standing.length)];
  if (!drawn) throw new Error('Nobody was furnished');
  return drawn;
}

/** A client that connects anew when its connection is gone; it tells an error and a missing answer by their bodies. */
function openLine(portOf: () => Promise<number>, onRefusal: (answer: Answer, tookMs: number) => void): Poster {
  let connection: HttpConnection | null = null;
  return {
    post: async (path, headers, body) => {
      try {
        connection ??= await HttpConnection.open(await portOf());
        const sentMs = performance.now();
        const answer = await connection.post(path, headers, body);
        if (answer.status === 200) return answer;
        onRefusal(answer, performance.now() - sentMs);
        await sleep(RETRY_PAUSE_MS);
        return answer;
      } catch {
        connection?.close();
        connection = null;
        await sleep(RETRY_PAUSE_MS);
        return NO_ANSWER;
      }
    },
    close: () => connection?.close(),
  };
}

/** Asks one question, the same again after an error or no answer, until there is a report. @throws Error after too long. */
async function ask(
  state: State,
  borrower: Borrower,
  standing: readonly Borrower[],
  poster: Poster,
  headers: string,
): Promise<void> {
  const { idNumber, fullName } = borrower.person;
  const requestId = randomUUID();
  const input = { borrower: { idType: 'RESIDENT_ID_CARD', idNumber, fullName }, purpose: PURPOSE, requestId };
  const body = JSON.stringify({ query: LOOK_UP, variables: { input } });
  const firstMs = performance.now();
  for (let attempt = 1; performance.now() - firstMs < 2 * RECOVERY_MS_MAX; attempt += 1) {
    const beginMs = performance.now();
    const answer = await poster.post('/graphql', headers, body);
    const endMs = performance.now();
    if (answer.status === 200) {
      if (attempt > 1) state.repeated += 1;
      const report = JSON.parse(answer.body) as ReportBody;
      const { reportId, ledgerIndex } = report.extensions.disclosure;
      const shown = report.data.creditReport.identity.fullName === fullName;
      const isStanding = standing.includes(borrower);
      const { index } = borrower;
      state.received.push({
        borrower: index,
        beginMs,
        endMs,
        shown,
        reportId,
        ledgerIndex,
        requestId,
        standing: isStanding,
        body: report,
      });
      return;
    }
    if (answer.body === '') state.unanswered += 1;
  }
  throw new Error('A look-up was not answered, however often it was sent');
}

/** Nothing but the common 503, with nobody's name or number in it. */
function takeRefusal(state: State, { status, body }: Answer, tookMs: number): void {
  state.refused += 1;
  state.slowestRefusalMs = Math.max(state.slowestRefusalMs, tookMs);
  const { data, errors, ...more } = JSON.parse(body) as { data?: unknown; errors?: readonly { extensions: { code: string } }[] };
  const isCommon = status === 503 && errors?.length === 1 && errors[0]?.extensions.code === 'SERVICE_UNAVAILABLE';
  if (!isCommon || data !== undefined || Object.keys(more).length > 0) state.refusedWithData.push(`${String(status)} ${body}`);
}
