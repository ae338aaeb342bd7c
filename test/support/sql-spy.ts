import type { Database, Row, Script, SerialWriter, SqlValue, Statement } from '../../src/db/database';

export interface Executed extends Statement {
  readonly kind: 'read' | 'write';
}

/** What a suite may do with the statements of a gateway: read them afterwards, hold one up, or make one fail. */
export interface SqlSpy {
  /** Every statement so far, those of transactions included, in the order of their start. */
  readonly executed: Executed[];
  /** Called before a SELECT outside transactions; what it throws or rejects with is the outcome of the read. */
  beforeRead: ((statement: Statement) => void | Promise<void>) | null;
  /** Called before a transaction of the serial writer; what it throws or rejects with is the outcome of the transaction. */
  beforeWrite: (() => void | Promise<void>) | null;
  database(inner: Database): Database;
  writer(inner: SerialWriter): SerialWriter;
  /** Runs an action and returns what was executed meanwhile. */
  during<T>(action: () => Promise<T>): Promise<{ readonly result: T; readonly executed: readonly Executed[] }>;
}

export function createSqlSpy(): SqlSpy {
  const executed: Executed[] = [];
  const spy: SqlSpy = {
    executed,
    beforeRead: null,
    beforeWrite: null,
    database: (inner) => ({
      dialect: inner.dialect,
      now: () => inner.now(),
      read: async (sql: string, params: readonly SqlValue[]): Promise<readonly Row[]> => {
        executed.push({ kind: 'read', sql, params });
        await spy.beforeRead?.({ sql, params });
        return inner.read(sql, params);
      },
      write: (script) => inner.write(() => watched(script())),
      close: () => inner.close(),
    }),
    writer: (inner) => ({
      dialect: inner.dialect,
      now: () => inner.now(),
      write: async (script) => {
        await spy.beforeWrite?.();
        return inner.write(() => watched(script()));
      },
      close: () => inner.close(),
    }),
    during: async (action) => {
      const from = executed.length;
      const result = await action();
      return { result, executed: executed.slice(from) };
    },
  };
  function* watched<T>(script: Script<T>): Script<T> {
    let step = script.next();
    while (!step.done) {
      executed.push({ kind: 'write', ...step.value });
      step = script.next(yield step.value);
    }
    return step.value;
  }
  return spy;
}

/**
 * What was executed, to compare with what another request led to: kinds, texts and the number of parameters, never their
 * values. Sorted, since a request's reads run side by side, and which of them begins first is for the clock to say.
 */
export function statementsOf(executed: readonly Executed[]): readonly string[] {
  return executed.map(({ kind, sql, params }) => `${kind} ${String(params.length)} ${sql}`).sort();
}
