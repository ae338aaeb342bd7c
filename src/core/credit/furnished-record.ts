import { addYears, toEpochDay, toYearMonth, type EpochDay, type LocalDate } from './calendar';
import { accountStatusOf, isAdverse } from './codes';
import { isForbiddenField } from './forbidden-fields';
import { FURNISHED_FIELDS, type FurnishedEntity, type FurnishedField, type ValuesOf } from './furnished-fields';
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

/** Years after which an ended adverse item is gone (China; credit-record.md, section 13). */
export const ADVERSE_RETENTION_YEARS = 5;
const LATER_ENTITIES: ReadonlySet<string> = new Set(['loan', 'repayment', 'inquiry', 'dispute', 'statement']);
const FIELD_LISTS: Readonly<Record<FurnishedEntity, readonly (readonly [string, FurnishedField])[]>> = {
  borrower: Object.entries(FURNISHED_FIELDS.borrower),
  account: Object.entries(FURNISHED_FIELDS.account),
  monthlySummary: Object.entries(FURNISHED_FIELDS.monthlySummary),
};
const AS_OF_FIELD: FurnishedField = { kind: 'date', column: 'as_of', required: true, past: true };
/** Members of a raw record that are no fields of its entity. */
const ENVELOPE: ReadonlySet<string> = new Set(['entity', 'asOf']);

export function isFurnishedEntity(entity: string): entity is FurnishedEntity {
  return Object.hasOwn(FURNISHED_FIELDS, entity);
}

/** The entity that records with these field names are of, where the file does not say; null if none fits. */
export function entityOfFields(names: ReadonlySet<string>): FurnishedEntity | null {
  if (names.has('accountNo')) return names.has('month') ? 'monthlySummary' : 'account';
  return names.has('customerId') ? 'borrower' : null;
}

/** Reads one raw record; absence and null mean the same. Every fault is found, not only the first. */
export function parseFurnishedRecord(
  entity: string,
  raw: Readonly<Record<string, unknown>>,
  context: ParseContext,
): { readonly record: FurnishedRecord } | { readonly faults: readonly RecordFault[] } {
  if (!isFurnishedEntity(entity)) return { faults: [unknownEntity(entity)] };
  const faults = unknownFields(raw, FURNISHED_FIELDS[entity]);
  const values: Record<string, unknown> = {};
  for (const [name, field] of FIELD_LISTS[entity]) values[name] = read(raw, name, field, context, faults);
  const asOf = read(raw, 'asOf', AS_OF_FIELD, context, faults);
  if (faults.length > 0) return { faults };
  // Every member was read by the kind that the type is derived from.
  const record = { entity, asOf, values } as unknown as FurnishedRecord;
  const broken = brokenRules(record, context);
  return broken.length > 0 ? { faults: broken } : { record };
}

/** The natural key of a raw record, as far as it is well-formed: never anything but the platform's own ids and a month. */
export function naturalKeyOf(entity: string, raw: Readonly<Record<string, unknown>>): string | null {
  const id = entity === 'borrower' ? raw['customerId'] : raw['accountNo'];
  if (typeof id !== 'string' || 'code' in parseId(id)) return null;
  if (entity !== 'monthlySummary') return id;
  const month = raw['month'];
  return typeof month === 'string' && /^\d{4}-\d{2}$/.test(month) ? `${id}/${month}` : id;
}

/** The name of a field if it looks like one; whatever else stands in its place may be personal. */
export function safeFieldName(name: string): string | null {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name) ? name : null;
}

function unknownEntity(entity: string): RecordFault {
  const message = LATER_ENTITIES.has(entity)
    ? 'Records of this entity are not furnished yet; leave them out.'
    : 'The entity must be borrower, account or monthlySummary.';
  return { code: 'UNKNOWN_ENTITY', field: 'entity', message };
}

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

function brokenRules(record: FurnishedRecord, context: ParseContext): RecordFault[] {
  switch (record.entity) {
    case 'borrower':
      return [];
    case 'account':
      return brokenAccountRules(record);
    case 'monthlySummary':
      return brokenMonthRules(record, context);
  }
}

function brokenAccountRules({ values }: RecordOf<'account'>): RecordFault[] {
  const faults: RecordFault[] = [];
  const broken = (code: FaultCode, field: string, message: string): void => void faults.push({ code, field, message });
  const { accountClass, rawStatus, fundingShares, openedOn, maturityOn, closedOn } = values;
  if (accountClass === 'R4') broken('INCONSISTENT', 'accountClass', 'A draw under a line is a loan, never an account.');
  if (!/^[A-Z]{3}$/.test(values.currency))
    broken('BAD_CODE', 'currency', 'The currency must be three capital letters (ISO 4217).');
  if (rawStatus !== null && (!/^\d{1,2}$/.test(rawStatus) || accountStatusOf(accountClass, rawStatus) === null))
    broken('BAD_CODE', 'rawStatus', 'This account class has no such status.');
  if (fundingShares && fundingShares.reduce((sum, { shareBp }) => sum + shareBp, 0) !== 10_000)
    broken('INCONSISTENT', 'fundingShares', 'The shares must sum to 10,000 basis points.');
  if (openedOn && maturityOn && maturityOn < openedOn)
    broken('INCONSISTENT', 'maturityOn', 'The account matures before it opens.');
  if (openedOn && closedOn && closedOn < openedOn) broken('INCONSISTENT', 'closedOn', 'The account closes before it opens.');
  return faults;
}

function brokenMonthRules({ values, asOf }: RecordOf<'monthlySummary'>, { todayDay, retention }: ParseContext): RecordFault[] {
  const faults: RecordFault[] = [];
  const { month, repaymentStatus, adverseEndedOn, loanCount, loanDays } = values;
  if (toYearMonth(month) > asOf.slice(0, 7))
    faults.push({ code: 'INCONSISTENT', field: 'month', message: 'The month lies after the as-of date.' });
  if (loanCount !== null && loanDays !== null && loanDays > loanCount)
    faults.push({ code: 'INCONSISTENT', field: 'loanDays', message: 'There are more days with a loan than loans.' });
  if (retention === 'FROM_TODAY' && repaymentStatus && isAdverse(repaymentStatus) && adverseEndedOn)
    if (addYears(toEpochDay(adverseEndedOn), ADVERSE_RETENTION_YEARS) <= todayDay)
      faults.push({
        code: 'RETENTION_ENDED',
        field: 'adverseEndedOn',
        message: 'The adverse item is past its time and may not be stored.',
      });
  return faults;
}
