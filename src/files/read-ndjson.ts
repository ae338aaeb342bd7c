import {
  entityOfFields,
  type FaultCode,
  type FurnishedLine,
  naturalKeyOf,
  type ParseContext,
  parseFurnishedRecord,
} from '../core/credit/furnished-record';

/** A longer line is refused without ever being held. */
export const LINE_BYTES_MAX = 64 * 1024;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Context = Omit<ParseContext, 'notation'>;

/** One record per line; `entity` may be left out where the fields tell it. Blank lines are skipped. */
export async function* readNdjson(bytes: AsyncIterable<Buffer>, context: Context): AsyncGenerator<FurnishedLine> {
  let line = 0;
  for await (const content of splitLines(bytes)) {
    line += 1;
    const parsed =
      content === 'TOO_LONG'
        ? refused(line, 'LINE_TOO_LONG', 'A line has at most 65,536 bytes.')
        : parseLine(line, content, context);
    if (parsed) yield parsed;
  }
}

/** Lines without their ends; of a line that is too long only that it was there. */
async function* splitLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | 'TOO_LONG'> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  const take = (piece: Buffer): void => {
    heldBytes += piece.length;
    if (heldBytes <= LINE_BYTES_MAX + 1) held.push(piece);
    else held = [];
  };
  const finish = (): Buffer | 'TOO_LONG' => {
    const content = withoutReturn(held.length === 1 && held[0] ? held[0] : Buffer.concat(held));
    const tooLong = heldBytes > LINE_BYTES_MAX + 1 || content.length > LINE_BYTES_MAX;
    held = [];
    heldBytes = 0;
    return tooLong ? 'TOO_LONG' : content;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      take(chunk.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (heldBytes > 0) yield finish();
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

function parseLine(line: number, content: Buffer, context: Context): FurnishedLine | null {
  let text: string;
  try {
    text = UTF8.decode(content);
  } catch {
    return refused(line, 'MALFORMED_LINE', 'The line is not UTF-8.');
  }
  if (line === 1 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
  if (text.trim() === '') return null;
  const raw = toObject(text);
  if (!raw) return refused(line, 'MALFORMED_LINE', 'The line is not a JSON object.');
  const entity = raw['entity'] ?? entityOfFields(new Set(Object.keys(raw)));
  if (entity === null) return refused(line, 'MISSING_FIELD', 'The entity is not given and the fields do not tell it.', 'entity');
  if (typeof entity !== 'string') return refused(line, 'BAD_TYPE', 'The entity must be text.', 'entity');
  const parsed = parseFurnishedRecord(entity, raw, { ...context, notation: 'JSON' });
  const name = { line, entity: /^[A-Za-z]{1,32}$/.test(entity) ? entity : null, key: naturalKeyOf(entity, raw) };
  return 'record' in parsed ? { ...name, records: [parsed.record] } : { ...name, faults: parsed.faults };
}

function toObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function refused(line: number, code: FaultCode, message: string, field: string | null = null): FurnishedLine {
  return { line, entity: null, key: null, faults: [{ code, field, message }] };
}
