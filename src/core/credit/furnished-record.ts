import type { EpochDay, LocalDate } from './calendar';
import { isForbiddenField } from './forbidden-fields';
import {
  byEntity,
  FURNISHED_ENTITIES,
  FURNISHED_FIELDS,
  type FurnishedEntity,
  type FurnishedField,
  KEY_FIELDS,
  listFields,
  type ValuesOf,
} from './furnished-fields';
import { brokenRules, withDefaults } from './furnished-rules';
import { parseFurnishedValue, parseId, type Notation, type ValueFaultCode } from './furnished-values';

/** One record as a platform furnished it, parsed; `asOf` is the day that its content describes. */
export type FurnishedRecord = {
  [E in FurnishedEntity]: {
    readonly entity: E;
    readonly asOf: LocalDate;
    readonly values: ValuesOf<(typeof FURNISHED_FIELDS)[E]>;
  };
}[FurnishedEntity];
export type RecordOf<E extends FurnishedEntity> = Extract<FurnishedRecord, { entity: E }>;

export type FaultCode =
  | ValueFaultCode | 'MALFORMED_LINE' | 'LINE_TOO_LONG' | 'UNKNOWN_ENTITY' | 'UNKNOWN_FIELD' | 'MISSING_FIELD' | 'PARENT_MISSING'
  | 'DUPLICATE_IN_FILE' | 'STALE' | 'RETENTION_ENDED' | 'FORBIDDEN_FIELD' | 'INCONSISTENT'; // prettier-ignore

/** Why a record is not stored; the message tells what to correct and never holds a furnished value. */
export interface RecordFault {
  readonly code: FaultCode;
  readonly field: string | null;
  readonly message: string;
}

/** One line of a furnished file: its records, which stand or fall together, or its faults. */
export type FurnishedLine = {
  /** Number of the line in the file, from 1; for people. */
  readonly line: number;
  readonly entity: string | null;
  /** The platform's own natural key, such as `accountNo/2026-01`; null where none could be read. */
  readonly key: string | null;
} & ({ readonly records: readonly FurnishedRecord[] } | { readonly faults: readonly RecordFault[] });

export interface ParseContext {
  /** Today by the gateway's calendar: nothing furnished may describe a later day. */
  readonly todayDay: EpochDay;
  /** A data set, whose retention counts from its own as-of date (credit-record.md, section 13). */
  readonly retention: 'FROM_TODAY' | 'HISTORICAL';
  readonly notation: Notation;
}

const FIELD_LISTS = byEntity(listFields);
/** Every field with null: a copy of it is filled faster than an object that grows. */
const NOTHING_FURNISHED = byEntity((entity): Record<string, unknown> =>
  Object.fromEntries(FIELD_LISTS[entity].map(([name]) => [name, null])),
);
const AS_OF_FIELD: FurnishedField = { kind: 'date', column: 'as_of', required: true, past: true };
/** Members of a raw record that are no fields of its entity. */
const ENVELOPE: ReadonlySet<string> = new Set(['entity', 'asOf']);

export function isFurnishedEntity(entity: string): entity is FurnishedEntity {
  return Object.hasOwn(FURNISHED_FIELDS, entity);
}

/** The entity that records with these field names are of, where the file does not say; null if none fits. */
export function entityOfFields(names: ReadonlySet<string>): FurnishedEntity | null {
  if (names.has('disputeNo')) return 'dispute';
  if (names.has('statementNo')) return 'statement';
  if (names.has('inquiryNo')) return 'inquiry';
  if (names.has('loanNo')) return names.has('instalmentNo') ? 'repayment' : 'loan';
  if (names.has('accountNo')) return names.has('month') ? 'monthlySummary' : 'account';
  return names.has('customerId') ? 'borrower' : null;
}

/** Reads one raw record; absence and null mean the same. Every fault is found, not only the first. */
export function parseFurnishedRecord(
  entity: string,
  raw: Readonly<Record<string, unknown>>,
  context: ParseContext,
): { readonly record: FurnishedRecord } | { readonly faults: readonly RecordFault[] } {
  if (!isFurnishedEntity(entity)) return { faults: [UNKNOWN_ENTITY] };
  const faults = unknownFields(raw, FURNISHED_FIELDS[entity]);
  const values = { ...NOTHING_FURNISHED[entity] };
  for (const [name, field] of FIELD_LISTS[entity]) values[name] = read(raw, name, field, context, faults);
  const asOf = read(raw, 'asOf', AS_OF_FIELD, context, faults);
  if (faults.length > 0) return { faults };
  // Every member was read by the kind that the type is derived from.
  const record = withDefaults({ entity, asOf, values } as unknown as FurnishedRecord);
  const broken = brokenRules(record, context);
  return broken.length > 0 ? { faults: broken } : { record };
}

/** The natural key of a raw record, as far as it is well-formed: never anything but the platform's own ids, months and numbers. */
export function naturalKeyOf(entity: string, raw: Readonly<Record<string, unknown>>): string | null {
  if (!isFurnishedEntity(entity)) return null;
  const [number, place] = KEY_FIELDS[entity] as readonly [string, string?];
  const id = raw[number];
  if (typeof id !== 'string' || 'code' in parseId(id)) return null;
  const within = place === undefined ? null : raw[place];
  const isPlace = (typeof within === 'string' || typeof within === 'number') && /^(\d{4}-\d{2}|\d{1,10})$/.test(String(within));
  return isPlace ? `${id}/${String(within)}` : id;
}

/** The name of a field if it looks like one; whatever else stands in its place may be personal. */
export function safeFieldName(name: string): string | null {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name) ? name : null;
}

const UNKNOWN_ENTITY: RecordFault = {
  code: 'UNKNOWN_ENTITY',
  field: 'entity',
  message: `The entity must be one of ${FURNISHED_ENTITIES.join(', ')}.`,
};

function unknownFields(raw: Readonly<Record<string, unknown>>, known: Readonly<Record<string, FurnishedField>>): RecordFault[] {
  return Object.keys(raw)
    .filter((name) => !ENVELOPE.has(name) && !Object.hasOwn(known, name))
    .map((name) =>
      isForbiddenField(name)
        ? {
            code: 'FORBIDDEN_FIELD',
            field: safeFieldName(name),
            message: 'Data of this kind must never be stored; leave it out.',
          }
        : {
            code: 'UNKNOWN_FIELD',
            field: safeFieldName(name),
            message: 'This entity has no such field; correct the name or leave it out.',
          },
    );
}

function read(
  raw: Readonly<Record<string, unknown>>,
  name: string,
  field: FurnishedField,
  context: ParseContext,
  faults: RecordFault[],
): unknown {
  const given = Object.hasOwn(raw, name) ? raw[name] : null;
  if (given === null || given === undefined) {
    if (field.required) faults.push({ code: 'MISSING_FIELD', field: name, message: 'This field is required.' });
    return null;
  }
  const parsed = parseFurnishedValue(given, field, context);
  if ('value' in parsed) return parsed.value;
  faults.push({ code: parsed.code, field: name, message: parsed.message });
  return null;
}
