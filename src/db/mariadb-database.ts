import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, createPool, type Pool, type PoolConnection, type QueryError } from 'mysql2';
import { GatewayError, unavailable } from '../core/errors';
import type { Database, NowExpression, ProcessClock, Row, Script, SerialWriter, SqlValue, StatementResult } from './database';

const STATEMENT_TIMEOUT_MS = 5_000;
const ATTEMPTS = 4;
/** Deadlock, lock wait timeout, record changed since the snapshot: the whole transaction is run again. */
const RETRYABLE: ReadonlySet<number> = new Set([1213, 1205, 1020]);
/** Longer parameter lists are bulk writes of ever different length, not worth a prepared statement each. */
const PREPARED_PARAMS_MAX = 40;

function connectionOptions(url: string): Record<string, unknown> & { uri: string } {
  return {
    uri: url.replace(/^mariadb:/, 'mysql:'),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    multipleStatements: false,
    connectTimeout: 5_000,
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
  pool.on('connection', (connection) => connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'));
  return {
    dialect: 'mariadb',
    now: nowBy(clock),
    read: async (sql, params) => (await withPooled(pool, (connection) => run(connection, sql, params)).catch(rethrow)).rows,
    write: (script) => retrying(() => withPooled(pool, (connection) => transact(connection, script()))),
    close: () => new Promise((resolve, reject) => pool.end((error) => (error ? reject(error) : resolve()))),
  };
}

/** The sequencer's own connection: one transaction after the other; after a fault it is thrown away and opened anew. */
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
    await run(opened, 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', []);
    return opened;
  };
  const attempt = async <T>(script: () => Script<T>): Promise<T> => {
    try {
      return await transact(await open(), script());
    } catch (cause) {
      if (!(cause instanceof GatewayError) && !isRetryable(cause)) {
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

function run(on: Connection, sql: string, params: readonly SqlValue[]): Promise<StatementResult> {
  return new Promise((resolve, reject) => {
    const options = { sql, values: [...params], timeout: STATEMENT_TIMEOUT_MS };
    const done = (error: QueryError | null, result: unknown): void => {
      if (error) reject(error);
      else if (Array.isArray(result)) resolve({ rows: result as Row[], changed: 0 });
      else resolve({ rows: [], changed: (result as { affectedRows: number }).affectedRows });
    };
    if (params.length > PREPARED_PARAMS_MAX) on.query(options, done);
    else on.execute(options, done);
  });
}

/** A COMMIT without a reply has an unknown outcome and is a fault: what it would have released is not released. */
async function transact<T>(connection: Connection, script: Script<T>): Promise<T> {
  await run(connection, 'START TRANSACTION', []);
  let result: T;
  try {
    let step = script.next();
    while (!step.done) step = script.next(await run(connection, step.value.sql, step.value.params));
    result = step.value;
  } catch (cause) {
    await run(connection, 'ROLLBACK', []);
    throw cause;
  }
  await run(connection, 'COMMIT', []);
  return result;
}

/** After a fault of the driver, a timeout among them, the connection may still owe an answer: it is not used again. */
async function withPooled<T>(pool: Pool, action: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await new Promise<PoolConnection>((resolve, reject) =>
    pool.getConnection((error, pooled) => (error ? reject(error) : resolve(pooled))),
  );
  try {
    const result = await action(connection);
    connection.release();
    return result;
  } catch (cause) {
    if (cause instanceof GatewayError || isRetryable(cause)) connection.release();
    else connection.destroy();
    throw cause;
  }
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (cause) {
      if (left === 0 || !isRetryable(cause)) return rethrow(cause);
      await sleep(1 + Math.random() * 20);
    }
  }
}

function isRetryable(cause: unknown): boolean {
  return RETRYABLE.has((cause as Partial<QueryError> | null)?.errno ?? 0);
}

function rethrow(cause: unknown): never {
  if (cause instanceof GatewayError || typeof cause !== 'object' || cause === null || !('code' in cause)) throw cause;
  throw unavailable(`MariaDB: ${String(cause.code)}`, cause);
}
