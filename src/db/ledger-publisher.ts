import type { CheckpointAnchor, CheckpointKey, PublishOutcome } from '../app/ledger-ports';
import { LedgerFault } from '../core/ledger/ledger-fault';
import { rootFrom } from '../core/ledger/proofs';
import { type Checkpoint, signCheckpoint } from '../core/ledger/signed-note';
import { hashesOf, rootOfComplete, TILE_WIDTH } from '../core/ledger/tiles';
import { type Database, rowsOf, type Script, type SqlValue } from './database';
import { forUpdate, insertIgnoreSql, upsertSql } from './dialect';
import { nowMs } from './ledger-append';
import { ledgerReader, type Published, publishedSql, tileIn, toPublished } from './ledger-tiles';

/** Complete subtrees that one transaction hashes: the rest waits for the next. */
const NODES_MAX = 64;

export interface PublishParts {
  readonly database: Database;
  readonly ledgerId: number;
  readonly key: CheckpointKey;
  /** Where each checkpoint is kept before it is signed; null: nowhere, and a restored backup is not noticed. */
  readonly anchor: CheckpointAnchor | null;
}

/**
 * Signs the ledger as it stands. Publishers of several servers take turns at the row of what was published; what they sign
 * is worked out anew from the hashes of leaves and complete subtrees, and must be both what the sequence says and a
 * continuation of what was signed last, and of what the anchor keeps. The anchor is told first: of two histories it keeps
 * one, and only that is signed. Whether entries and hashes still belong together is for `verifyLedger` to say.
 *
 * @throws LedgerFault if it is not: then nothing is signed any more.
 */
export async function publish({ database, ledgerId, key, anchor }: PublishParts): Promise<PublishOutcome> {
  const kept = (await anchor?.kept()) ?? null; // before the sequence is read, which can only be further
  const state = await database.write(() => hashNext(database, ledgerId));
  if (state.kind === 'behind') return 'behind';
  const { sequence, last } = state;
  if (kept && kept.origin !== sequence.origin)
    throw new LedgerFault(null, `This is the ledger ${sequence.origin}, and the anchor keeps the ledger ${kept.origin}`);
  const isKept = anchor === null || isSame(kept, sequence);
  if (isSame(last, sequence) && isKept) return 'idle';
  await assertContinued({ database, ledgerId }, sequence, [last, kept]);
  if (!isKept && !(await anchor.replace(kept, sequence))) return 'behind';
  const note = signCheckpoint(sequence, { ...key, name: sequence.origin });
  return database.write(function* (): Script<PublishOutcome> {
    const now = yield* lockPublished(database, ledgerId);
    if (now?.note !== last?.note) return 'behind'; // another publisher was quicker: what it signed is continued next
    const publishedAtMs = yield* nowMs(database.now());
    const columns = ['size', 'root', 'note', 'published_at_ms'];
    yield {
      sql: upsertSql(database.dialect, 'ledger_published', ['ledger_id'], columns, 1),
      params: [ledgerId, sequence.size, sequence.root, Buffer.from(note, 'utf8'), publishedAtMs],
    };
    return 'published';
  });
}

type Tree = Pick<Checkpoint, 'size' | 'root'>;
function isSame(one: Tree | null, other: Tree): boolean {
  return one?.size === other.size && one.root.equals(other.root);
}

/** Is what is about to be signed the stored tree, and does that begin with each earlier one? @throws LedgerFault. */
async function assertContinued(
  { database, ledgerId }: Pick<PublishParts, 'database' | 'ledgerId'>,
  sequence: Tree,
  earlier: readonly (Tree | null)[],
): Promise<void> {
  const reader = ledgerReader(database, ledgerId);
  if (sequence.size > 0 && !(await rootFrom(reader, sequence.size)).equals(sequence.root))
    throw new LedgerFault(null, 'The stored entries do not come to the root of the sequence');
  for (const tree of earlier) {
    if (!tree || tree.size === 0) continue;
    if (tree.size > sequence.size)
      throw new LedgerFault(null, `The ledger holds ${String(sequence.size)} entries, and ${String(tree.size)} were signed`);
    if (!(await rootFrom(reader, tree.size)).equals(tree.root))
      throw new LedgerFault(null, 'The stored entries do not begin with those that were signed');
  }
}

function* lockPublished(database: Database, ledgerId: number): Script<Published | null> {
  const [row] = yield* rowsOf(`${publishedSql}${forUpdate(database.dialect)}`, [ledgerId]);
  return toPublished(row);
}

type Hashed =
  { readonly kind: 'behind' } | { readonly kind: 'hashed'; readonly sequence: Checkpoint; readonly last: Published | null };

/** Stores the hashes of subtrees that have become complete, the lower ones first. */
function* hashNext(database: Database, ledgerId: number): Script<Hashed> {
  const last = yield* lockPublished(database, ledgerId);
  const [row] = yield* rowsOf('SELECT origin, next, root FROM ledger_sequence WHERE ledger_id = ?', [ledgerId]);
  if (!row) throw new Error('The ledger has not been opened');
  const sequence = { origin: row['origin'] as string, size: Number(row['next']), root: row['root'] as Buffer };
  let left = NODES_MAX;
  for (let level = 1; Math.floor(sequence.size / TILE_WIDTH ** level) > 0; level += 1) {
    const complete = Math.floor(sequence.size / TILE_WIDTH ** level);
    const [newest] = yield* rowsOf('SELECT MAX(idx) AS idx FROM ledger_node WHERE ledger_id = ? AND tile_level = ?', [
      ledgerId,
      level,
    ]);
    const from = newest?.['idx'] === null || newest === undefined ? 0 : Number(newest['idx']) + 1;
    const until = Math.min(complete, from + left);
    const nodes: SqlValue[][] = [];
    for (let index = from; index < until; index += 1) {
      const place = { level: level - 1, index, width: TILE_WIDTH };
      const below = yield* tileIn(ledgerId, place.level, index, TILE_WIDTH);
      nodes.push([ledgerId, level, index, rootOfComplete(hashesOf(below, place))]);
    }
    if (nodes.length > 0)
      yield {
        sql: insertIgnoreSql(database.dialect, 'ledger_node', ['ledger_id', 'tile_level', 'idx', 'hash'], nodes.length),
        params: nodes.flat(),
      };
    left -= nodes.length;
    if (until < complete) return { kind: 'behind' };
  }
  return { kind: 'hashed', sequence, last };
}
