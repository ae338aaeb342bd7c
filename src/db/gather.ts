import { unavailable } from '../core/errors';

/** Reads under way: one, and one more beside a read that takes long, so that a stuck connection holds up nobody else. */
const AT_ONCE = 2;
const LONG_MS = 50;
/** How long a question waits for others to read with; by itself it does not wait. */
const COMPANY_MS = 4;
/** A read that follows another sooner, or one that was shared, is under load: a client that asks alone waits for nobody. */
const BUSY_MS = 1;
const GATHERED_MAX = 64;
const WAITING_MAX = 4_096;
/** Beyond it a question is not asked any more: when reads hang, those behind them must not add up. */
const WAITING_MS_MAX = 2_000;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly sinceMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Lets questions of several requests share a statement, as their disclosures share a commit: those that come while others
 * are being read wait for the next read, and under load a read waits a moment for company. So the number of statements
 * follows the load, never what a question asks, and no question is answered by a read that began before it was asked.
 *
 * @param read - Answers each question in its place; its fault is the fault of every question of that read.
 * @returns A function that throws GatewayError SERVICE_UNAVAILABLE where too many wait, or one too long.
 */
export function gathering<Question, Answer>(
  read: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  const waiting: Waiting<Question, Answer>[] = [];
  let [reading, long] = [0, 0];
  let starting = false;
  let [lastBegan, lastShared] = [-Infinity, false];

  /** Does a read that takes its usual time go on beside this one? Then what waits is for that one. */
  const isSecond = (): boolean => reading - long > 1;

  async function drain(): Promise<void> {
    starting = false;
    while (waiting.length > 0 && !isSecond()) {
      const batch = takeLive(waiting.splice(0, GATHERED_MAX));
      if (batch.length === 0) continue;
      [lastBegan, lastShared] = [performance.now(), batch.length > 1];
      let isLong = false;
      const patience = setTimeout(() => {
        isLong = true;
        long += 1;
        begin();
      }, LONG_MS);
      try {
        const answers = await read(batch.map(({ question }) => question));
        if (answers.length !== batch.length) throw new Error('A read that did not answer every question');
        answers.forEach((answer, at) => batch[at]?.resolve(answer));
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
      clearTimeout(patience);
      if (isLong) long -= 1;
    }
    reading -= 1;
  }

  function begin(): void {
    if (starting || waiting.length === 0 || reading > long || reading >= AT_ONCE) return;
    starting = true;
    reading += 1;
    const isUnderLoad = lastShared || performance.now() - lastBegan < BUSY_MS;
    if (isUnderLoad) setTimeout(() => void drain(), COMPANY_MS);
    else setImmediate(() => void drain());
  }

  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= WAITING_MAX) return reject(unavailable('Too many questions wait for the database'));
      waiting.push({ question, sinceMs: performance.now(), resolve, reject });
      begin();
    });
}

function takeLive<Q, A>(batch: readonly Waiting<Q, A>[]): readonly Waiting<Q, A>[] {
  const live = batch.filter(({ sinceMs }) => performance.now() - sinceMs < WAITING_MS_MAX);
  for (const waiting of batch)
    if (!live.includes(waiting)) waiting.reject(unavailable('A question waited too long for the database'));
  return live;
}
