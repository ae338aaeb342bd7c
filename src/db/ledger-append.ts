import { type EntryDraft, encodeEntry, type LedgerEntry } from '../core/ledger/entry';
import { appendLeaf, type Frontier, leafHash, parseFrontier, rootOf, toBytes } from '../core/ledger/merkle-tree';
import { changedBy, type NowExpression, rowsOf, type Script, type SqlValue } from './database';
import { type Dialect, forUpdate, insertSql } from './dialect';

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

/** Encodes, hashes and writes entries at the end of the ledger. Their indexes are `next`, `next` + 1, … */
export function* appendEntries(sequence: Sequence, at: number, drafts: readonly EntryDraft[]): Script<void> {
  let frontier = sequence.frontier;
  const params: SqlValue[] = [];
  drafts.forEach((draft, offset) => {
    const body = encodeEntry({ ...draft, at, ledger: sequence.origin } as LedgerEntry); // a draft is an entry without these two
    const leaf = leafHash(body);
    frontier = appendLeaf(frontier, leaf);
    params.push(sequence.ledgerId, sequence.next + offset, leaf, subjectOf(draft), body);
  });
  yield* changedBy(insertSql('ledger_entry', ['ledger_id', 'idx', 'leaf', 'subject', 'body'], drafts.length), params);
  const moved = yield* changedBy('UPDATE ledger_sequence SET next = ?, frontier = ?, root = ? WHERE ledger_id = ? AND next = ?', [
    frontier.size,
    toBytes(frontier),
    rootOf(frontier),
    sequence.ledgerId,
    sequence.next,
  ]);
  if (moved !== 1) throw new Error('The ledger moved under its lock');
}

const NO_SUBJECT = Buffer.alloc(32);
function subjectOf(draft: EntryDraft): Buffer {
  return 'subject' in draft ? Buffer.from(draft.subject, 'base64url') : NO_SUBJECT;
}
