import { pipeline, Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { GatewayError } from '../core/errors';

const RECORD_BYTES_MAX = 64 * 1024;

/** The cells of one row under their column names; null for a row that is no row of this file. */
export interface CsvRow {
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string | null>> | null;
}

/**
 * Streams the rows of RFC 4180 text with a header; empty cells are null.
 *
 * @param checkHeader - Sees the column names before the first row; throws if the file must be refused.
 * @throws GatewayError BAD_USER_INPUT for a missing or double column name, a quote that is never closed, a row beyond 64 KiB.
 */
export async function* readCsvRows(
  bytes: AsyncIterable<Buffer>,
  checkHeader: (names: readonly string[]) => void,
): AsyncGenerator<CsvRow> {
  let malformedLine = 0;
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: RECORD_BYTES_MAX,
    on_skip: (error) => {
      if (!error || isHopeless(error))
        throw refusedFile(parser.info.lines, 'a quote is not closed or the row has more than 65,536 bytes');
      if (malformedLine < parser.info.lines) parser.push({ info: { lines: parser.info.lines }, record: null });
      malformedLine = parser.info.lines;
    },
  });
  // An error reaches the loop below, because it destroys the parser; an early end of the loop destroys the source.
  pipeline(Readable.from(bytes, { objectMode: true }), parser, () => undefined);
  let names: readonly string[] | null = null;
  for await (const { info, record } of parser as AsyncIterable<{ info: { lines: number }; record: string[] | null }>) {
    if (names) yield { line: info.lines, cells: record && toCells(names, record) };
    else {
      names = record ?? [];
      assertHeader(names);
      checkHeader(names);
    }
  }
  if (!names) throw refusedFile(1, 'the header is missing');
}

function isHopeless(error: CsvError): boolean {
  return error.code === 'CSV_MAX_RECORD_SIZE' || error.code === 'CSV_QUOTE_NOT_CLOSED';
}

/** csv-parse's own messages repeat cells, so they are not used. */
function refusedFile(line: number, reason: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', `The CSV file cannot be read on from line ${line}: ${reason}.`);
}

function assertHeader(names: readonly string[]): void {
  if (names.length === 0 || names.some((name) => name === '')) throw refusedFile(1, 'the header lacks a column name');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refusedFile(1, `the column ${twice} stands twice`);
}

function toCells(names: readonly string[], record: readonly string[]): Record<string, string | null> | null {
  if (record.length !== names.length) return null;
  return Object.fromEntries(names.map((name, index) => [name, record[index] === '' ? null : (record[index] ?? null)]));
}
