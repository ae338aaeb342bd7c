import { randomBytes } from 'node:crypto';
import type { AppendOutcome, DisclosureDraft, DisclosureLedger } from '../app/ports';
import { RETRY_WINDOW_MS } from '../core/consent/budget';
import { unavailable } from '../core/errors';
import { changedBy, rowsOf, type Script, type SerialWriter } from './database';
import { loadBudgets } from './consent-use';
import { type Dialect, insertIgnoreSql } from './dialect';
import { appendEncoded, encodeAt, type EncodedEntry, lockSequence, type Sequence } from './ledger-append';
import { readStanding, type Remembered } from './ledger-standing';
import { isAnswering, type Placed, rememberDisclosures, rememberInquiries } from './request-memory';

const QUEUE_MAX = 4_096;
const BATCH_MAX = 256;
const DEADLINE_MS = 2_000;
/** How long an append that failed counts, unless one succeeds: then it is for the next to show how things are. */
const FAILING_MS = 5_000;
export const LEDGER_ID = 0;

interface Waiting {
  readonly draft: DisclosureDraft;
  readonly sinceMs: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: unknown) => void;
}

/** The ledger with its state, for readiness. */
export interface Sequencer extends DisclosureLedger {
  /** Share of the queue that is taken, 0 to 1. */
  load(): number;
  /** Did the newest batch fail, a moment ago? What can be read is no sign that an entry can be written. */
  isFailing(): boolean;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

/** Makes sure that the ledger exists. @returns its origin, drawn once and never changed. */
export async function openLedger(writer: SerialWriter): Promise<string> {
  return writer.write(function* (): Script<string> {
    const fresh = [
      LEDGER_ID,
      `ledger-${randomBytes(8).toString('hex')}/disclosures/${String(LEDGER_ID)}`,
      0,
      Buffer.alloc(0),
      EMPTY_ROOT,
      0,
    ];
    yield* changedBy(
      insertIgnoreSql(writer.dialect, 'ledger_sequence', ['ledger_id', 'origin', 'next', 'frontier', 'root', 'epoch'], 1),
      fresh,
    );
    const { origin, next } = yield* lockSequence(writer.dialect, LEDGER_ID);
    yield* assertDurable(writer.dialect);
    const [newest] = yield* rowsOf('SELECT MAX(idx) AS idx FROM ledger_entry WHERE ledger_id = ?', [LEDGER_ID]);
    const stored = newest?.['idx'] === null || newest === undefined ? 0 : Number(newest['idx']) + 1;
    if (stored !== next)
      throw new Error(`The ledger holds ${String(stored)} entries but its sequence says ${String(next)}; restore it whole.`);
    return origin;
  });
}

/** A commit that is not on disk could be lost after its bytes were sent. SQLite checks its own setting on opening. */
function* assertDurable(dialect: Dialect): Script<void> {
  if (dialect !== 'mariadb') return;
  const [row] = yield* rowsOf('SELECT @@innodb_flush_log_at_trx_commit AS flushed');
  if (Number(row?.['flushed']) !== 1)
    throw new Error('The database does not sync its commits to disk; set innodb_flush_log_at_trx_commit = 1.');
}
const EMPTY_ROOT = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');

/**
 * Batch sequencer (group commit): requests that arrive while a commit is under way share the next one. A batch locks the
 * one sequence row, reads the clock, re-validates what every decision rested on, and writes all entries or none.
 */
export function createSequencer(writer: SerialWriter, origin: string): Sequencer {
  const queue: Waiting[] = [];
  let flushing: Promise<void> | null = null;
  let failedAtMs = -Infinity;

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeLive(queue.splice(0, BATCH_MAX));
      if (batch.length === 0) continue;
      try {
        const outcomes = await writer.write(() =>
          appendBatch(
            writer,
            batch.map(({ draft }) => draft),
          ),
        );
        failedAtMs = -Infinity;
        batch.forEach(({ resolve, reject }, at) => {
          const outcome = outcomes[at] ?? new Error('An append without an outcome');
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        });
      } catch (cause) {
        failedAtMs = performance.now();
        for (const { reject } of batch) reject(unavailable('The ledger append failed', cause));
      }
    }
    flushing = null;
  }

  return {
    origin,
    append: (draft) =>
      new Promise((resolve, reject) => {
        if (queue.length >= QUEUE_MAX) return reject(unavailable('The ledger queue is full'));
        queue.push({ draft, sinceMs: performance.now(), resolve, reject });
        flushing ??= new Promise<void>((start) => setImmediate(start)).then(flush);
      }),
    load: () => queue.length / QUEUE_MAX,
    isFailing: () => performance.now() - failedAtMs < FAILING_MS,
    drained: async () => {
      while (flushing) await flushing;
    },
  };
}

/** Whoever waited beyond the deadline is told so; nothing of theirs is written. */
function takeLive(batch: readonly Waiting[]): readonly Waiting[] {
  const live = batch.filter(({ sinceMs }) => performance.now() - sinceMs < DEADLINE_MS);
  for (const waiting of batch) if (!live.includes(waiting)) waiting.reject(unavailable('The ledger append missed its deadline'));
  return live;
}

/** A client that tries again does so within a day; who asks later has another look. */
const REPETITION_MS = 86_400_000;

/** The same answer to the same request is the same disclosure; where it costs a use, only as long as that is the same use. */
function isRepetition(earlier: Remembered, { retry, charges, decidedAtMs }: DisclosureDraft): boolean {
  if (!retry || !earlier.answerMark.equals(retry.answerMark)) return false;
  return decidedAtMs - earlier.decidedAtMs < (charges.length === 0 ? REPETITION_MS : RETRY_WINDOW_MS);
}

/** An outcome for each draft; a fault is one entry's own and leaves the batch alone. */
function* appendBatch(writer: SerialWriter, drafts: readonly DisclosureDraft[]): Script<readonly (AppendOutcome | Error)[]> {
  const sequence = yield* lockSequence(writer.dialect, LEDGER_ID);
  const standing = yield* readStanding(writer.now(), drafts);
  const known = new Map(standing.repeated);
  const budgets = yield* loadBudgets(drafts);
  const bodies: EncodedEntry[] = [];
  const placed: Placed[] = [];
  const outcomes = drafts.map((draft): AppendOutcome | Error => {
    const request = isAnswering(draft) ? `${draft.recipientId} ${draft.retry.requestId}` : null;
    const earlier = request === null ? undefined : known.get(request);
    if (standing.hasMoved(draft)) return { kind: 'moved' };
    if (earlier && draft.retry && !earlier.requestHash.equals(draft.retry.requestHash)) return { kind: 'mismatch' };
    if (earlier && isRepetition(earlier, draft)) return { kind: 'appended', ledgerIndex: earlier.index, earlier };
    const body = encoded(sequence, standing.atMs, draft.entry);
    if (body instanceof Error) return body;
    if (!budgets.take(draft)) return { kind: 'moved' };
    const ledgerIndex = sequence.next + bodies.push(body) - 1;
    if (isAnswering(draft) && request !== null) {
      placed.push({ draft, index: ledgerIndex });
      known.set(request, { ...draft.retry, decidedAtMs: draft.decidedAtMs, index: ledgerIndex });
    }
    return { kind: 'appended', ledgerIndex, earlier: null };
  });
  if (bodies.length > 0) {
    yield* appendEncoded(sequence, bodies);
    yield* rememberDisclosures(placed, sequence);
    yield* rememberInquiries(placed);
    yield* budgets.save(writer.dialect, placed);
  }
  return outcomes;
}

function encoded(sequence: Sequence, at: number, entry: DisclosureDraft['entry']): EncodedEntry | Error {
  try {
    return encodeAt(sequence, at, entry);
  } catch (cause) {
    return new Error('This disclosure cannot be written down', { cause });
  }
}
