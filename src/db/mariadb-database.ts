import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, createPool, type Pool, type PoolConnection, type QueryError } from 'mysql2';
import { GatewayError, unavailable } from '../core/errors';
import type { Database, NowExpression, ProcessClock, Row, Script, SerialWriter, SqlValue, StatementResult } from './database';

const STATEMENT_TIMEOUT_MS = 5_000;
const ACQUIRE_TIMEOUT_MS = 3_000;
/** The server gives up a wait for a lock before its caller does, and leaves nobody behind who still waits. */
const LOCK_WAIT_SECONDS = 4;
/** The sequencer's: whoever waits for their turn at the ledger waits for this too. */
const WRITER_LOCK_WAIT_SECONDS = 1;
/** Between two statements of one transaction the gateway never pauses: longer than any statement may take, it is cut off. */
const IDLE_SECONDS = 6;
const ATTEMPTS = 4;
/** No attempt begins later than this after the first. */
const ATTEMPTS_MS = 2_000;
/** Deadlock, lock wait timeout, record changed since the snapshot: the whole transaction is run again. */
const RETRYABLE: ReadonlySet<number> = new Set([1213, 1205, 1020]);
/** Longer parameter lists are bulk writes of ever different length, not worth a prepared statement each. */
const PREPARED_PARAMS_MAX = 40;
/** Of one connection, the longest unused closed first: the server has 16,382 for all connections together. */
const PREPARED_MAX = 256;

function connectionOptions(url: string): Record<string, unknown> & { uri: string } {
  return {
    uri: url.replace(/^mariadb:/, 'mysql:'),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    multipleStatements: false,
    maxPreparedStatements: PREPARED_MAX,
    connectTimeout: ACQUIRE_TIMEOUT_MS,
  };
}

const DATABASE_CLOCK: NowExpression = { sql: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)', params: [] };
const nowBy = (clock: ProcessClock | undefined) => (): NowExpression =>
  clock ? { sql: 'CAST(? AS SIGNED)', params: [clock()] } : DATABASE_CLOCK;

/**
 * Pool on the primary: reads, and writes that take no part in the ledger's order (furnishing).
 *
 * @param clock - Only for tests; without it instants are the database's.
 */
export function openMariadb(url: string, poolSize = 10, clock?: ProcessClock): Database {
  const pool = createPool({ ...connectionOptions(url), connectionLimit: poolSize, queueLimit: 1_000, enableKeepAlive: true });
  pool.on('connection', (connection) => {
    for (const sql of sessionOf(LOCK_WAIT_SECONDS)) connection.query(sql, (error) => error && connection.destroy());
  });
  return {
    dialect: 'mariadb',
    now: nowBy(clock),
    read: async (sql, params) => (await withPooled(pool, (connection) => run(connection, sql, params)).catch(rethrow)).rows,
    write: (script) =>
      retrying(() =>
        withPooled(pool, async (connection) => {
          await run(connection, 'START TRANSACTION', []);
          return runWhole(connection, script());
        }),
      ),
    close: () => new Promise((resolve, reject) => pool.end((error) => (error ? reject(error) : resolve()))),
  };
}

/**
 * The sequencer's own connection: one transaction after the other, each begun by its first statement; after a fault it is
 * thrown away and opened anew.
 */
export function openMariadbWriter(url: string, clock?: ProcessClock): SerialWriter {
  let connection: Connection | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const open = async (): Promise<Connection> => {
    if (connection) return connection;
    const opened = createConnection(connectionOptions(url));
    opened.on('error', () => {
      if (connection === opened) connection = null;
    });
    connection = opened;
    for (const sql of [...sessionOf(WRITER_LOCK_WAIT_SECONDS), 'SET SESSION autocommit = 0']) await run(opened, sql, []);
    return opened;
  };
  const attempt = async <T>(script: () => Script<T>): Promise<T> => {
    try {
      return await runWhole(await open(), script());
    } catch (cause) {
      if (!isWhole(cause)) {
        connection?.destroy();
        connection = null;
      }
      throw cause;
    }
  };
  return {
    dialect: 'mariadb',
    now: nowBy(clock),
    write: (script) => {
      const mine = turn.then(() => retrying(() => attempt(script)));
      turn = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await turn;
      connection?.destroy();
      connection = null;
    },
  };
}

/** What every session begins with. A transaction whose client is gone unseen gives its locks back (MySQL has no such limit). */
function sessionOf(lockWaitSeconds: number): readonly string[] {
  const limits = `innodb_lock_wait_timeout = ${String(lockWaitSeconds)} /*M!, idle_transaction_timeout = ${String(IDLE_SECONDS)} */`;
  return ['SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', `SET SESSION ${limits}`];
}

/**
 * A server that does not answer in time has lost its connection: whatever was sent after the statement would wait behind it
 * without end, the driver's own timeout notwithstanding.
 */
function run(on: Connection, sql: string, params: readonly SqlValue[]): Promise<StatementResult> {
  return new Promise((resolve, reject) => {
    const overdue = setTimeout(() => {
      reject(Object.assign(new Error('MariaDB did not answer in time'), { code: 'ETIMEDOUT' }));
      on.destroy();
    }, STATEMENT_TIMEOUT_MS);
    const options = { sql, values: [...params] };
    const done = (error: QueryError | null, result: unknown): void => {
      clearTimeout(overdue);
      if (error) reject(error);
      else if (Array.isArray(result)) resolve({ rows: result as Row[], changed: 0 });
      else resolve({ rows: [], changed: (result as { affectedRows: number }).affectedRows });
    };
    if (params.length > PREPARED_PARAMS_MAX) on.query(options, done);
    else on.execute(options, done);
  });
}

/** Runs a transaction to its end. A COMMIT without a reply has an unknown outcome and is a fault: nothing of it is released. */
async function runWhole<T>(connection: Connection, script: Script<T>): Promise<T> {
  let result: T;
  try {
    let step = script.next();
    while (!step.done) step = script.next(await run(connection, step.value.sql, step.value.params));
    result = step.value;
  } catch (cause) {
    if (isWhole(cause)) await run(connection, 'ROLLBACK', []); // else it ends with its connection
    throw cause;
  }
  await run(connection, 'COMMIT', []);
  return result;
}

/** After a fault of the driver, a timeout among them, the connection may still owe an answer: it is not used again. */
async function withPooled<T>(pool: Pool, action: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await acquire(pool);
  try {
    const result = await action(connection);
    connection.release();
    return result;
  } catch (cause) {
    if (isWhole(cause)) connection.release();
    else connection.destroy();
    throw cause;
  }
}

/** A connection of the pool, old or new; one that comes too late is for the next who asks. */
function acquire(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    const overdue = setTimeout(() => {
      waiting = false;
      reject(unavailable('MariaDB: no connection in time'));
    }, ACQUIRE_TIMEOUT_MS);
    pool.getConnection((error, pooled) => {
      clearTimeout(overdue);
      if (error) reject(unavailable('MariaDB: no connection', error));
      else if (waiting) resolve(pooled);
      else pooled.release();
    });
  });
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  const lastBeginMs = performance.now() + ATTEMPTS_MS;
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (cause) {
      if (left === 0 || !isRetryable(cause) || performance.now() > lastBeginMs) return rethrow(cause);
      await sleep(1 + Math.random() * 20);
    }
  }
}

/** Did the connection survive it? After any other fault it may still owe an answer, and is thrown away. */
function isWhole(cause: unknown): boolean {
  return cause instanceof GatewayError || isRetryable(cause);
}

function isRetryable(cause: unknown): boolean {
  return RETRYABLE.has((cause as Partial<QueryError> | null)?.errno ?? 0);
}

function rethrow(cause: unknown): never {
  const { code, fatal } = (cause ?? {}) as { readonly code?: unknown; readonly fatal?: unknown };
  if (cause instanceof GatewayError || (code === undefined && fatal === undefined)) throw cause;
  throw unavailable(`MariaDB: ${String(code ?? 'connection closed')}`, cause);
}
