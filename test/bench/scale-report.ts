import type { GeneratedEntity } from '../../src/generate/generated-entities';
import type { Book, Imported, Sample } from './scale-book';
import type { Copied } from './scale-copies';
import { INSERT_ROWS } from './scale-settings';
import { rounded } from './statistics';

/** What the import of one book came to, entity by entity and in all. */
export type BookFigures = ReturnType<typeof describeBook>;

export function describeBook(
  { name, borrowers, generatedSeconds, imported }: Pick<Book, 'name' | 'borrowers' | 'generatedSeconds' | 'imported'>,
  tables: Partial<Readonly<Record<GeneratedEntity, string>>>,
  copies: readonly Copied[],
  storage: Readonly<Record<string, number>>,
) {
  const total = (of: (one: Imported) => number): number => imported.reduce((sum, one) => sum + of(one), 0);
  const rows = total((one) => one.rows);
  const seconds = total((one) => one.seconds);
  const cpuSeconds = total((one) => one.cpuSeconds);
  return {
    name,
    borrowers,
    rows,
    generatedSeconds: rounded(generatedSeconds),
    seconds: rounded(seconds),
    rowsPerSecond: Math.round(rows / seconds),
    cpuSeconds: rounded(cpuSeconds),
    cpuMicrosPerRow: rounded((cpuSeconds * 1e6) / rows),
    serverCpuMicrosPerRow: rounded((total((one) => one.serverCpuSeconds ?? NaN) * 1e6) / rows),
    rssMegabytesMax: Math.max(...imported.map((one) => one.rssMegabytesMax)),
    storage,
    entities: imported.map((one) => describeEntity(one, copies.find(({ table }) => table === tables[one.entity]) ?? null)),
  };
}

function describeEntity(one: Imported, copied: Copied | null) {
  const { entity, rows, seconds, cpuSeconds, serverCpuSeconds, rssMegabytesMax } = one;
  return {
    entity,
    rows,
    seconds: rounded(seconds),
    rowsPerSecond: Math.round(rows / seconds),
    cpuMicrosPerRow: rounded((cpuSeconds * 1e6) / rows),
    serverCpuMicrosPerRow: serverCpuSeconds === null ? null : rounded((serverCpuSeconds * 1e6) / rows),
    rssMegabytesMax,
    copy: copied && describeCopy(one, copied),
  };
}

/** The import of the same rows, the first ones, beside what loads them without a gateway. */
function describeCopy({ samples, seconds, rows: all }: Imported, { rows, loadData, multiRow }: Copied) {
  const importRate = rows / secondsUntil(samples, rows, { seconds, lines: all });
  const loadRate = loadData && rows / loadData.seconds;
  const insertRate = rows / multiRow.seconds;
  return {
    rows,
    importRowsPerSecond: Math.round(importRate),
    loadDataRowsPerSecond: loadRate && Math.round(loadRate),
    multiRowRowsPerSecond: Math.round(insertRate),
    rowsPerInsert: INSERT_ROWS,
    importOverLoadData: loadRate && rounded(importRate / loadRate),
    importOverMultiRow: rounded(importRate / insertRate),
    multiRowCpuMicrosPerRow: rounded((multiRow.cpuSeconds * 1e6) / rows),
  };
}

/** When so many lines were durable: between two samples as if all lines between them took the same time. */
export function secondsUntil(samples: readonly Sample[], lines: number, last: Sample): number {
  let before: Sample = { seconds: 0, lines: 0 };
  for (const sample of [...samples, last]) {
    if (sample.lines >= lines) {
      const share = (lines - before.lines) / (sample.lines - before.lines);
      return before.seconds + share * (sample.seconds - before.seconds);
    }
    before = sample;
  }
  return last.seconds;
}

const count = (number: number): string => number.toLocaleString('en-GB');

/** The same for people. */
export function sentencesOf(book: BookFigures): readonly string[] {
  const { name, borrowers, rows, seconds, rowsPerSecond, cpuMicrosPerRow, serverCpuMicrosPerRow, rssMegabytesMax } = book;
  return [
    `import, ${name}: ${count(borrowers)} borrowers, ${count(rows)} records in ${seconds.toFixed(0)} s: ${count(rowsPerSecond)} rows/s; ` +
      `CPU per row ${String(cpuMicrosPerRow)} µs, of the server ${String(serverCpuMicrosPerRow)} µs; at most ${String(rssMegabytesMax)} MB`,
    ...book.entities.flatMap(({ entity, copy }) => (copy ? [toSentence(entity, copy)] : [])),
  ];
} // prettier-ignore

function toSentence(entity: string, copy: NonNullable<BookFigures['entities'][number]['copy']>): string {
  const { rows, importRowsPerSecond, loadDataRowsPerSecond, multiRowRowsPerSecond, importOverLoadData, importOverMultiRow } =
    copy;
  const loaded =
    loadDataRowsPerSecond === null
      ? 'LOAD DATA LOCAL is not allowed'
      : `LOAD DATA ${count(loadDataRowsPerSecond)} (${String(importOverLoadData)})`;
  return (
    `  the first ${count(rows)} of ${entity}, rows/s: import ${count(importRowsPerSecond)}, ${loaded}, ` +
    `INSERT of ${String(INSERT_ROWS)} rows ${count(multiRowRowsPerSecond)} (${String(importOverMultiRow)})`
  );
}
