import type { Dialect } from './dialect';

export type SqlValue = string | number | bigint | Buffer | null;
export type Row = Readonly<Record<string, unknown>>;

/** One statement of a transaction. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}
export interface StatementResult {
  readonly rows: readonly Row[];
  /** Rows that the statement changed; on a multi-row upsert the dialects count differently. */
  readonly changed: number;
}

/**
 * The steps of one transaction, written once for both dialects: MariaDB awaits each statement, SQLite runs them all in one
 * synchronous turn of its single writer (ledger.md, section 6). A script has no effect but its statements, because it may
 * be run again after a deadlock.
 */
export type Script<T> = Generator<Statement, T, StatementResult>;

export function* rowsOf(sql: string, params: readonly SqlValue[] = []): Script<readonly Row[]> {
  return (yield { sql, params }).rows;
}

export function* changedBy(sql: string, params: readonly SqlValue[] = []): Script<number> {
  return (yield { sql, params }).changed;
}

/** An expression for the present instant in milliseconds, with its parameters: the database's clock wherever it has one. */
export interface NowExpression {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** Reads the process clock, in milliseconds; given only where the database's own must not be used (SQLite, tests). */
export type ProcessClock = () => number;

/** A database as the stores see it. Faults come as `GatewayError` SERVICE_UNAVAILABLE with the driver's error as cause. */
export interface Database {
  readonly dialect: Dialect;
  now(): NowExpression;
  /** One SELECT outside any transaction, on the primary. Integers within ±2^53 are numbers, DATEs text, BINARYs Buffers. */
  read(sql: string, params: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs a script as one transaction and commits; whatever it throws rolls back. */
  write<T>(script: () => Script<T>): Promise<T>;
  close(): Promise<void>;
}

/** One transaction at a time, in order, on a connection that nobody else writes with: what the sequencer runs on. */
export interface SerialWriter {
  readonly dialect: Dialect;
  now(): NowExpression;
  write<T>(script: () => Script<T>): Promise<T>;
  close(): Promise<void>;
}
