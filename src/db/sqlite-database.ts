import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { GatewayError, unavailable } from '../core/errors';
import type {
  Database,
  NowExpression,
  ProcessClock,
  Row,
  Script,
  SerialWriter,
  SqlValue,
  Statement,
  StatementResult,
} from './database';

const BUSY_DEADLINE_MS = 10_000;
/** How long a statement may hold up the event loop while another process writes; then it waits without blocking. */
const BUSY_BLOCK_MS = 20;

interface Connection {
  run(statement: Statement): StatementResult;
  exec(sql: string): void;
  inTransaction(): boolean;
  close(): void;
}

/**
 * The embedded database: one raw connection does every write of this process, another reads. A transaction is one
 * synchronous turn; its commit is synced to disk (WAL with synchronous = FULL, set on every opening).
 */
export function openSqlite(file: string, clock: ProcessClock = Date.now): Database & SerialWriter {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const writer = connect(file);
  const reader = connect(file);
  const now = (): NowExpression => ({ sql: '?', params: [clock()] });
  return {
    dialect: 'sqlite',
    now,
    read: (sql, params) => settle(() => reader.run({ sql, params }).rows),
    write: (script) => withoutContention(() => transact(writer, script())),
    close: () =>
      settle(() => {
        reader.close();
        writer.close();
      }),
  };
}

function connect(file: string): Connection {
  const db = new Sqlite(file, { timeout: BUSY_BLOCK_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  if (db.pragma('synchronous', { simple: true }) !== 2)
    throw new Error('SQLite does not sync its commits to disk; refusing to start');
  const prepared = new Map<string, Sqlite.Statement<SqlValue[], Row>>();
  return {
    run({ sql, params }) {
      const statement = prepared.get(sql) ?? db.prepare<SqlValue[], Row>(sql);
      if (prepared.size < 500) prepared.set(sql, statement);
      if (statement.reader) return { rows: statement.all(...params), changed: 0 };
      return { rows: [], changed: statement.run(...params).changes };
    },
    exec: (sql) => void db.exec(sql),
    inTransaction: () => db.inTransaction,
    close: () => void db.close(),
  };
}

/** Runs all steps and commits, without giving up the event loop in between. */
function transact<T>(connection: Connection, script: Script<T>): T {
  connection.exec('BEGIN IMMEDIATE');
  try {
    let step = script.next();
    while (!step.done) step = script.next(connection.run(step.value));
    connection.exec('COMMIT');
    return step.value;
  } catch (cause) {
    if (connection.inTransaction()) connection.exec('ROLLBACK'); // a full disk has rolled back already
    throw cause;
  }
}

/** Another process may hold the file's write lock; its transactions are short, so this one waits and begins again. */
async function withoutContention<T>(attempt: () => T): Promise<T> {
  const deadline = Date.now() + BUSY_DEADLINE_MS;
  for (;;) {
    try {
      return attempt();
    } catch (cause) {
      if (!isBusy(cause) || Date.now() > deadline) throw asFault(cause);
      await sleep(5 + Math.random() * 20);
    }
  }
}

async function settle<T>(action: () => T): Promise<T> {
  try {
    return await Promise.resolve(action());
  } catch (cause) {
    throw asFault(cause);
  }
}

function isBusy(cause: unknown): boolean {
  return codeOf(cause)?.startsWith('SQLITE_BUSY') ?? false;
}

function asFault(cause: unknown): unknown {
  const code = cause instanceof GatewayError ? null : codeOf(cause);
  return code === null ? cause : unavailable(`SQLite: ${code}`, cause);
}

/** The driver's own error class is another one in each copy of the module, so errors are known by their code. */
function codeOf(cause: unknown): string | null {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : null;
}
