import type { SqlValue, Statement } from '../../../src/db/database';
import { insertRows } from '../../../src/db/insert-rows';

function statementsOf(rows: readonly SqlValue[][]): Statement[] {
  const statements: Statement[] = [];
  const script = insertRows((count) => `INSERT of ${String(count)}`, rows);
  for (let step = script.next({ rows: [], changed: 0 }); !step.done; step = script.next({ rows: [], changed: 0 })) statements.push(step.value);
  return statements;
} // prettier-ignore
const sqlOf = (rows: readonly SqlValue[][]): string[] => statementsOf(rows).map(({ sql }) => sql);
const rowsOf = (count: number, row: readonly SqlValue[]): SqlValue[][] => Array.from({ length: count }, () => [...row]);

describe('rows of one INSERT', () => {
  it('are none where there are no rows', () => {
    expect(sqlOf([])).toEqual([]);
  });

  it('keep their order', () => {
    const rows = Array.from({ length: 700 }, (_, at): SqlValue[] => [at, ...(Array(47).fill(null) as null[])]);
    const statements = statementsOf(rows);
    expect(statements.map(({ sql }) => sql)).toEqual(['INSERT of 666', 'INSERT of 34']);
    expect(statements.flatMap(({ params }) => params)).toEqual(rows.flat());
  });

  it('are no more than SQLite takes placeholders', () => {
    expect(sqlOf(rowsOf(32_001, [1]))).toEqual(['INSERT of 32000', 'INSERT of 1']);
  });

  it('are no more than a packet of MariaDB takes bytes', () => {
    expect(sqlOf(rowsOf(5, ['x'.repeat(500_000)]))).toEqual(['INSERT of 2', 'INSERT of 2', 'INSERT of 1']);
    expect(sqlOf(rowsOf(3, [Buffer.alloc(1_000_000)]))).toEqual(['INSERT of 2', 'INSERT of 1']);
    expect(sqlOf(rowsOf(2, ['x'.repeat(5_000_000)]))).toEqual(['INSERT of 1', 'INSERT of 1']);
  });
});
