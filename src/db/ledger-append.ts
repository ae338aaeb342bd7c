import { type EntryDraft, encodeEntry, type LedgerEntry } from '../core/ledger/entry';
import { appendLeaf, type Frontier, leafHash, parseFrontier, rootOf, toBytes } from '../core/ledger/merkle-tree';
import { changedBy, type NowExpression, rowsOf, type Script, type SqlValue } from './database';
import { type Dialect, forUpdate, insertSql } from './dialect';
import { insertRows } from './insert-rows';

/** The ledger's one mutable row, held under lock until the transaction ends. */
export interface Sequence {
  readonly ledgerId: number;
  readonly origin: string;
  readonly next: number;
  readonly frontier: Frontier;
}

/** The first statement of every transaction that appends: it decides the order (ledger.md, section 6, step 2). */
export function* lockSequence(dialect: Dialect, ledgerId: number): Script<Sequence> {
  const [row] = yield* rowsOf(`SELECT origin, next, frontier FROM ledger_sequence WHERE ledger_id = ?${forUpdate(dialect)}`, [
    ledgerId,
  ]);
  if (!row) throw new Error('The ledger has not been opened');
  const next = Number(row['next']);
  return { ledgerId, origin: row['origin'] as string, next, frontier: parseFrontier(next, row['frontier'] as Buffer) };
}

/** The instant of the append: a statement of its own, because the one that waited for the lock has an old clock. */
export function* nowMs(now: NowExpression): Script<number> {
  const [row] = yield* rowsOf(`SELECT ${now.sql} AS now_ms`, now.params);
  return Number(row?.['now_ms']);
}

/** An entry as it will be stored. */
export interface EncodedEntry {
  readonly body: Buffer;
  readonly subject: Buffer;
}

/** @throws Error on an entry that the encoding does not admit, before anything is written. */
export function encodeAt(sequence: Sequence, at: number, draft: EntryDraft): EncodedEntry {
  const body = encodeEntry({ ...draft, at, ledger: sequence.origin } as LedgerEntry); // a draft is an entry without these two
  return { body, subject: 'subject' in draft ? Buffer.from(draft.subject, 'base64url') : NO_SUBJECT };
}
const NO_SUBJECT = Buffer.alloc(32);

/** Hashes and writes entries at the end of the ledger. Their indexes are `next`, `next` + 1, … */
export function* appendEncoded(sequence: Sequence, entries: readonly EncodedEntry[]): Script<void> {
  let frontier = sequence.frontier;
  const rows = entries.map(({ body, subject }, offset): SqlValue[] => {
    const leaf = leafHash(body);
    frontier = appendLeaf(frontier, leaf);
    return [sequence.ledgerId, sequence.next + offset, leaf, subject, body];
  });
  yield* insertRows((count) => insertSql('ledger_entry', ['ledger_id', 'idx', 'leaf', 'subject', 'body'], count), rows);
  const moved = yield* changedBy('UPDATE ledger_sequence SET next = ?, frontier = ?, root = ? WHERE ledger_id = ? AND next = ?', [
    frontier.size,
    toBytes(frontier),
    rootOf(frontier),
    sequence.ledgerId,
    sequence.next,
  ]);
  if (moved !== 1) throw new Error('The ledger moved under its lock');
}
