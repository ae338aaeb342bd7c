import { toEpochDay, toLocalDate, toMonthIndex, monthOf, type EpochDay } from './calendar';
import { parseExactInteger } from './exact-integer';
import { SPECIAL_EVENT_TYPES, type FieldKind, type FurnishedField, type KindValues } from './furnished-fields';

export type ValueFaultCode = 'BAD_TYPE' | 'BAD_CODE' | 'BAD_DATE' | 'OUT_OF_RANGE';
/** A value, or why it is none; the message never repeats what was furnished. */
export type ParsedValue = { readonly value: KindValues[FieldKind] } | { readonly code: ValueFaultCode; readonly message: string };

/** JSON: values have their own types. TEXT: numbers, booleans and lists are written out, as in a CSV cell. */
export type Notation = 'JSON' | 'TEXT';
export interface ValueContext {
  readonly todayDay: EpochDay;
  readonly notation: Notation;
}

const ID_LENGTH_MAX = 64;
const LIST_LENGTH_MAX = 100;
const COUNT_MAX = 2 ** 31 - 1;
const EARLIEST_DAY = toEpochDay('1900-01-01');
/** Control characters and halves of a surrogate pair: no text has them, and databases differ on them. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const fault = (code: ValueFaultCode, message: string): ParsedValue => ({ code, message });
const integerOf = (min: number, max: number) => (raw: unknown, _field: FurnishedField, context: ValueContext) =>
  parseInteger(raw, min, max, context.notation);

type KindParser = (raw: unknown, field: FurnishedField, context: ValueContext) => ParsedValue;
const PARSERS: Readonly<Record<FieldKind, KindParser>> = {
  id: (raw) => parseId(raw),
  text: (raw, { maxLength = ID_LENGTH_MAX }) => parseText(raw, maxLength),
  code: (raw, { codes = [] }) => parseCode(raw, codes),
  date: (raw, { past }, { todayDay }) => parseDate(raw, past ? todayDay : null),
  month: (raw, _field, { todayDay }) => parseMonth(raw, todayDay),
  money: integerOf(0, Number.MAX_SAFE_INTEGER),
  signedMoney: integerOf(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  count: (raw, { least = 0 }, { notation }) => parseInteger(raw, least, COUNT_MAX, notation),
  basisPoints: integerOf(0, 10_000),
  boolean: (raw, _field, { notation }) => parseBoolean(raw, notation),
  instant: (raw) => parseInstant(raw),
  idList: (raw, _field, { notation }) => parseList(raw, notation, parseId),
  fundingShares: (raw, _field, { notation }) =>
    parseList(raw, notation, (item) => parseItem(item, SHARE_MEMBERS, { institution: null, shareBp: null })),
  specialEvents: (raw, _field, context) =>
    parseList(raw, context.notation, (item) => parseItem(item, eventMembers(context.todayDay), NO_EVENT)),
};

/** Reads one furnished value by the kind of its field; null and absence are the caller's. */
export function parseFurnishedValue(raw: unknown, field: FurnishedField, context: ValueContext): ParsedValue {
  return PARSERS[field.kind](raw, field, context);
}

/** A platform's own id. White space at its ends is refused because databases disagree on whether it counts. */
export function parseId(raw: unknown): ParsedValue {
  const parsed = parseText(raw, ID_LENGTH_MAX);
  if ('value' in parsed && parsed.value !== String(parsed.value).trim())
    return fault('BAD_TYPE', 'An id neither begins nor ends with white space.');
  return parsed;
}

function parseText(raw: unknown, maxLength: number): ParsedValue {
  if (typeof raw !== 'string') return fault('BAD_TYPE', 'The value must be text.');
  if (UNSTORABLE.test(raw)) return fault('BAD_TYPE', 'The text holds a control character or half of a character.');
  if (raw.length === 0 || [...raw].length > maxLength)
    return fault('OUT_OF_RANGE', `The text must have 1 to ${maxLength} characters.`);
  return { value: raw };
}

function parseCode(raw: unknown, codes: readonly string[]): ParsedValue {
  if (typeof raw !== 'string') return fault('BAD_TYPE', 'The value must be text.');
  return codes.includes(raw) ? { value: raw } : fault('BAD_CODE', 'The value is not in the list of codes of this field.');
}

function parseInteger(raw: unknown, min: number, max: number, notation: Notation): ParsedValue {
  const number = notation === 'TEXT' && typeof raw === 'string' ? parseExactInteger(raw) : raw;
  if (number === 'TOO_LARGE') return fault('OUT_OF_RANGE', 'The number must lie between -(2^53 - 1) and 2^53 - 1.');
  if (typeof number !== 'number' || !Number.isInteger(number)) return fault('BAD_TYPE', 'The value must be a whole number.');
  if (number < min || number > max) return fault('OUT_OF_RANGE', `The number must lie between ${min} and ${max}.`);
  return { value: number === 0 ? 0 : number };
}

function parseBoolean(raw: unknown, notation: Notation): ParsedValue {
  if (typeof raw === 'boolean') return { value: raw };
  if (notation === 'TEXT' && (raw === 'true' || raw === 'false')) return { value: raw === 'true' };
  return fault('BAD_TYPE', 'The value must be true or false.');
}

/** @param lastDay - The last day that may be named; null: any. */
export function parseDate(raw: unknown, lastDay: EpochDay | null): ParsedValue {
  if (typeof raw !== 'string') return fault('BAD_TYPE', 'The value must be text.');
  const day = dayOrNull(raw);
  if (day === null) return fault('BAD_DATE', 'The value must be an existing date, written YYYY-MM-DD.');
  if (day < EARLIEST_DAY) return fault('OUT_OF_RANGE', `The date must not lie before ${toLocalDate(EARLIEST_DAY)}.`);
  if (lastDay !== null && day > lastDay) return fault('OUT_OF_RANGE', 'The date lies in the future.');
  return { value: raw };
}

/** Most records of a file have one as-of date, so the last answer is kept. */
let lastDate: { readonly text: string; readonly day: EpochDay | null } = { text: '', day: null };
function dayOrNull(text: string): EpochDay | null {
  if (text !== lastDate.text) lastDate = { text, day: existingDay(text) };
  return lastDate.day;
}

function existingDay(text: string): EpochDay | null {
  try {
    return toEpochDay(text);
  } catch {
    return null;
  }
}

function parseMonth(raw: unknown, todayDay: EpochDay): ParsedValue {
  if (typeof raw !== 'string') return fault('BAD_TYPE', 'The value must be text.');
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(raw)) return fault('BAD_DATE', 'The value must be a month, written YYYY-MM.');
  const month = toMonthIndex(raw);
  if (month < monthOf(EARLIEST_DAY)) return fault('OUT_OF_RANGE', 'The month must not lie before 1900-01.');
  return month > monthOf(todayDay) ? fault('OUT_OF_RANGE', 'The month lies in the future.') : { value: month };
}

function parseInstant(raw: unknown): ParsedValue {
  if (typeof raw !== 'string') return fault('BAD_TYPE', 'The value must be text.');
  const found = INSTANT.exec(raw);
  if (!found || dayOrNull(found[1] ?? '') === null)
    return fault('BAD_DATE', 'The value must be an instant such as 2026-01-31T08:00:00Z or 2026-01-31T16:00:00+08:00.');
  return { value: Date.parse(raw) };
}

function parseList(raw: unknown, notation: Notation, parse: (item: unknown) => ParsedValue | ParsedItem): ParsedValue {
  const list = notation === 'TEXT' && typeof raw === 'string' ? jsonOrNull(raw) : raw;
  if (!Array.isArray(list)) return fault('BAD_TYPE', 'The value must be a list.');
  if (list.length > LIST_LENGTH_MAX) return fault('OUT_OF_RANGE', `The list must have at most ${LIST_LENGTH_MAX} items.`);
  const items = list.map((item: unknown) => parse(item));
  const bad = items.find((item) => 'code' in item);
  if (bad && 'code' in bad) return bad;
  // Each item was parsed into the member type of its list's kind just above.
  return { value: items.map((item) => ('value' in item ? item.value : null)) as unknown as KindValues['idList'] };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Members = Readonly<Record<string, { readonly required: boolean; readonly parse: (raw: unknown) => ParsedValue }>>;
type ParsedItem = { readonly value: Readonly<Record<string, unknown>> };

const SHARE_MEMBERS: Members = {
  institution: { required: true, parse: (raw) => parseText(raw, 200) },
  shareBp: { required: true, parse: (raw) => parseInteger(raw, 0, 10_000, 'JSON') },
};
const NO_EVENT = { type: null, occurredOn: null, amountMinor: null, monthsChanged: null };
const eventMembers = (todayDay: EpochDay): Members => ({
  type: { required: true, parse: (raw) => parseCode(raw, SPECIAL_EVENT_TYPES) },
  occurredOn: { required: true, parse: (raw) => parseDate(raw, todayDay) },
  amountMinor: { required: false, parse: (raw) => parseInteger(raw, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'JSON') },
  monthsChanged: { required: false, parse: (raw) => parseInteger(raw, -COUNT_MAX, COUNT_MAX, 'JSON') },
});

function parseItem(raw: unknown, members: Members, empty: Readonly<Record<string, null>>): ParsedValue | ParsedItem {
  const names = Object.keys(members).join(', ');
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return fault('BAD_TYPE', `Each item is an object of ${names}.`);
  const given = new Map<string, unknown>(Object.entries(raw));
  const item: Record<string, unknown> = { ...empty };
  for (const [name, { required, parse }] of Object.entries(members)) {
    const member = given.get(name) ?? null;
    given.delete(name);
    if (member === null) {
      if (required) return fault('BAD_TYPE', `Each item needs ${name}.`);
      continue;
    }
    const parsed = parse(member);
    if ('code' in parsed) return { code: parsed.code, message: `${name}: ${parsed.message}` };
    item[name] = parsed.value;
  }
  return given.size > 0 ? fault('BAD_TYPE', `Each item has no other members than ${names}.`) : { value: item };
}
