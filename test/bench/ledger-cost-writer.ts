import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { rowsOf, type Script, type SerialWriter, type SqlValue } from '../../src/db/database';
import { insertSql } from '../../src/db/dialect';
import { encodeAt } from '../../src/db/ledger-append';
import { createSequencer, LEDGER_ID, openLedger } from '../../src/db/ledger-sequencer';
import { openMariadbWriter } from '../../src/db/mariadb-database';
import { type Placed, rememberDisclosures, rememberInquiries } from '../../src/db/request-memory';
import { EMPTY_FRONTIER } from '../../src/core/ledger/merkle-tree';
import { makeDraft } from './ledger-cost-drafts';
import { LANES, type WriterKind } from './ledger-cost-settings';

/** Tables of the shape of those that an append writes, for rows without order, tree or re-validation. */
export const PLAIN = 'plain_';
export const COPIED = ['ledger_entry', 'disclosure', 'inquiry'] as const;

/** Stores disclosures in its own way. */
export interface Contender {
  /** Resolves when the disclosure is durable. */
  append(ordinal: number): Promise<void>;
  /** How many transactions there were. */
  transactions(): number;
  close(): Promise<void>;
}

/** @param delayMs - How much later the reply to each COMMIT is heard. */
export async function openContender(kind: WriterKind, url: string, delayMs: number): Promise<Contender> {
  const writers: SerialWriter[] = [];
  let transactions = 0;
  const open = (): SerialWriter => {
    const writer = openMariadbWriter(url);
    writers.push(writer);
    return {
      ...writer,
      write: async (script) => {
        const result = await writer.write(script);
        transactions += 1;
        if (delayMs > 0) await sleep(delayMs);
        return result;
      },
    };
  };
  const origin = await openLedger(open());
  const append = kind === 'entries' || kind === 'rows' ? await plain(open(), kind, origin) : sequenced(kind, open, origin);
  return {
    append,
    transactions: () => transactions,
    close: async () => {
      for (const writer of writers) await writer.close();
    },
  };
}

/** The gateway's own sequencer; for a transaction each, one on every connection that is given one disclosure at a time. */
function sequenced(kind: WriterKind, open: () => SerialWriter, origin: string): Contender['append'] {
  const lanes = Array.from({ length: kind === 'each' ? LANES : 1 }, () => ({
    sequencer: createSequencer(open(), origin),
    turn: Promise.resolve(),
  }));
  const store = async (lane: (typeof lanes)[number], ordinal: number): Promise<void> => {
    const { kind: outcome } = await lane.sequencer.append(makeDraft(ordinal));
    if (outcome !== 'appended') throw new Error(`A disclosure was ${outcome}`);
  };
  if (kind !== 'each') return (ordinal) => store(lanes[0] as (typeof lanes)[number], ordinal); // there is one
  return (ordinal) => {
    const lane = lanes[ordinal % LANES] as (typeof lanes)[number]; // the remainder is one of them
    return (lane.turn = lane.turn.then(() => store(lane, ordinal)));
  };
}

/** As many rows as wait, in one INSERT for each table and one transaction; entries were encoded before. */
async function plain(writer: SerialWriter, kind: 'entries' | 'rows', origin: string): Promise<Contender['append']> {
  const ledgerId = LEDGER_ID + (kind === 'rows' ? 1 : 0); // the two share a table
  const at = { ledgerId, origin, next: 0, frontier: EMPTY_FRONTIER };
  const made = Array.from({ length: 10_000 }, (_, ordinal) => {
    const draft = makeDraft(ordinal);
    return { draft, leaf: randomBytes(32), ...encodeAt(at, draft.decidedAtMs, draft.entry) };
  });
  let next = await writer.write(function* (): Script<number> {
    const [row] = yield* rowsOf(`SELECT COALESCE(MAX(idx), -1) + 1 AS next FROM ${PLAIN}ledger_entry WHERE ledger_id = ?`, [
      ledgerId,
    ]);
    return Number(row?.['next']);
  });
  const waiting: (() => void)[] = [];
  let flushing: Promise<void> | null = null;
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 256);
      const first = next;
      next += batch.length;
      await writer.write(function* (): Script<void> {
        const rows = batch.map((_, offset) => ({ index: first + offset, of: made[(first + offset) % made.length] as (typeof made)[number] })); // prettier-ignore
        const params = rows.flatMap(({ index, of }): SqlValue[] => [ledgerId, index, of.leaf, of.subject, of.body]);
        yield { sql: insertSql(`${PLAIN}ledger_entry`, ['ledger_id', 'idx', 'leaf', 'subject', 'body'], rows.length), params };
        if (kind === 'entries') return;
        const placed = rows.map(({ index }): Placed => ({ draft: makeDraft(index), index }));
        yield* intoPlain(rememberDisclosures(placed, at));
        yield* intoPlain(rememberInquiries(placed));
      });
      for (const resolve of batch) resolve();
    }
    flushing = null;
  };
  return () =>
    new Promise((resolve, reject) => {
      waiting.push(resolve);
      flushing ??= new Promise<void>((start) => setImmediate(start)).then(flush);
      flushing.catch(reject);
    });
}

function* intoPlain(script: Script<void>): Script<void> {
  for (let step = script.next(); !step.done;) {
    const { sql, params } = step.value;
    step = script.next(yield { sql: sql.replace('INSERT INTO ', `INSERT INTO ${PLAIN}`), params });
  }
}
