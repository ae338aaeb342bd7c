import type { ImportKey, ImportProgress } from '../app/ports';
import { GatewayError } from '../core/errors';
import { changedBy, type NowExpression, type Row, rowsOf, type Script, type SqlValue } from './database';
import { type Dialect, forUpdate, insertIgnoreSql } from './dialect';

export const NOTHING_DONE: ImportProgress = { linesDone: 0, accepted: 0, unchanged: 0, rejected: 0, rejectsBytes: 0 };

const BY_KEY = 'platform_id = ? AND format = ? AND file_hash = ?';
const PROGRESS = 'lines_done = ?, accepted = ?, unchanged = ?, rejected = ?, rejects_bytes = ?';
const COLUMNS = [
  'platform_id', 'format', 'file_hash', 'state', 'lines_done', 'accepted', 'unchanged', 'rejected', 'rejects_bytes',
  'started_at_ms', 'updated_at_ms',
] as const; // prettier-ignore

const keyParams = ({ platformId, format, fileHash }: ImportKey): SqlValue[] => [platformId, format, fileHash];
const progressParams = (progress: ImportProgress): SqlValue[] => [
  progress.linesDone, progress.accepted, progress.unchanged, progress.rejected, progress.rejectsBytes,
]; // prettier-ignore

/** Creates the run, finds a stopped one, or sets a completed one back to its beginning. */
export function* beginRun(dialect: Dialect, now: NowExpression, key: ImportKey): Script<ImportProgress> {
  const atMs = yield* instant(now);
  const fresh = [...keyParams(key), 'RUNNING', ...progressParams(NOTHING_DONE), atMs, atMs];
  yield { sql: insertIgnoreSql(dialect, 'import_run', COLUMNS, 1), params: fresh };
  const row = yield* lockRun(dialect, key);
  if (row['state'] === 'RUNNING') return toProgress(row);
  yield {
    sql: `UPDATE import_run SET state = 'RUNNING', ${PROGRESS}, started_at_ms = ?, updated_at_ms = ? WHERE ${BY_KEY}`,
    params: [...progressParams(NOTHING_DONE), atMs, atMs, ...keyParams(key)],
  };
  return NOTHING_DONE;
}

/** What a batch finds when it has locked its run. */
export interface RunState {
  /** The database's present instant in milliseconds. */
  readonly atMs: number;
  /** Month of the newest as-of date that the platform furnished, YYYYMM; null: it has furnished nothing. */
  readonly newestMonth: number | null;
}

/**
 * Locks the run until the transaction ends. The platform's progress moves under the platform's lock only, so that it is
 * read here, by a statement that begins with the lock held.
 *
 * @throws GatewayError CONFLICT unless the run stands where it is expected.
 */
export function* assertRunAt(dialect: Dialect, now: NowExpression, key: ImportKey, from: ImportProgress): Script<RunState> {
  const newest = '(SELECT p.newest_month FROM platform_progress p WHERE p.platform_id = import_run.platform_id)';
  const columns = `state, lines_done, ${now.sql} AS at_ms, ${newest} AS newest_month`;
  const sql = `SELECT ${columns} FROM import_run WHERE ${BY_KEY}${forUpdate(dialect)}`;
  const [row] = yield* rowsOf(sql, [...now.params, ...keyParams(key)]);
  if (row?.['state'] !== 'RUNNING' || Number(row['lines_done']) !== from.linesDone) throw movedElsewhere();
  return { atMs: Number(row['at_ms']), newestMonth: row['newest_month'] === null ? null : Number(row['newest_month']) };
}

/** @param state - COMPLETED ends the run; furnishing the file again begins anew. */
export function* moveRun(
  now: NowExpression,
  key: ImportKey,
  from: ImportProgress,
  to: ImportProgress,
  state: 'RUNNING' | 'COMPLETED',
): Script<void> {
  const changed = yield* changedBy(
    `UPDATE import_run SET state = ?, ${PROGRESS}, updated_at_ms = ${now.sql}
     WHERE ${BY_KEY} AND state = 'RUNNING' AND lines_done = ?`,
    [state, ...progressParams(to), ...now.params, ...keyParams(key), from.linesDone],
  );
  if (changed !== 1) throw movedElsewhere();
}

/** The database's present instant in milliseconds. */
function* instant(now: NowExpression): Script<number> {
  const [row] = yield* rowsOf(`SELECT ${now.sql} AS at_ms`, now.params);
  return Number(row?.['at_ms']);
}

function* lockRun(dialect: Dialect, key: ImportKey): Script<Row> {
  const [row] = yield* rowsOf(`SELECT * FROM import_run WHERE ${BY_KEY}${forUpdate(dialect)}`, keyParams(key));
  if (!row) throw movedElsewhere();
  return row;
}

function toProgress(row: Row): ImportProgress {
  return {
    linesDone: Number(row['lines_done']),
    accepted: Number(row['accepted']),
    unchanged: Number(row['unchanged']),
    rejected: Number(row['rejected']),
    rejectsBytes: Number(row['rejects_bytes']),
  };
}

function movedElsewhere(): GatewayError {
  return new GatewayError(
    'CONFLICT',
    'Another process furnishes this file at the same time; let it finish, then run the import again.',
  );
}
