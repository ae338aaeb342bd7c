import { toStoredMonth } from '../core/credit/calendar';
import {
  byEntity,
  type FieldKind,
  type FurnishedEntity,
  type FurnishedField,
  KEY_FIELDS,
  listFields,
} from '../core/credit/furnished-fields';
import type { FurnishedRecord } from '../core/credit/furnished-record';
import { NOT_STATED, SERVED_BY_LOANS } from '../core/credit/served-revision';
import { canonicalJson } from '../core/ledger/canonical-json';
import type { Row } from './database';

export type StoredValue = string | number | null;

/** Fields that say where a record stands and are no part of its content: its natural key, and the account of a loan. */
const PLACE_FIELDS: Readonly<Record<FurnishedEntity, readonly string[]>> = { ...KEY_FIELDS, loan: ['loanNo', 'accountNo'] };
const CONTENT_FIELDS = byEntity((entity): readonly (readonly [string, FurnishedField])[] =>
  listFields(entity).filter(([name]) => !PLACE_FIELDS[entity].includes(name)),
);
/** Columns that hold the content of a record. */
export const CONTENT_COLUMNS = byEntity((entity): readonly string[] => CONTENT_FIELDS[entity].map(([, { column }]) => column));

/** What a month says of borrowing to those who may read it: by its loans, else as furnished. */
export const SERVED_COLUMNS = [
  'borrowed_amount_minor', 'loan_count', 'loan_days', 'borrowed_amount_band', 'loan_count_band',
] as const; // prettier-ignore
/** Where a dispute or a statement points to. */
const TARGET_COLUMNS = ['account_id', 'month', 'loan_id', 'instalment_no'] as const;

/** Columns that are computed from the content. */
export const RUNG_COLUMNS = {
  borrower: ['id_number_masked', 'mobile_masked', 'birth_year'],
  account: ['opened_year', 'portfolio_type', 'credit_limit_band', 'status', 'joint', 'adverse_ended_on', 'flags'],
  monthlySummary: ['adverse', 'flags'],
  loan: ['drawn_month', 'principal_band', 'loan_status', 'adverse', 'adverse_ended_on', 'flags'],
  inquiry: ['is_hard'],
  repayment: ['adverse', 'adverse_ended_on', 'flags'],
  dispute: ['answer_due_on', ...TARGET_COLUMNS],
  statement: TARGET_COLUMNS,
} as const satisfies Record<FurnishedEntity, readonly string[]>;

/** Columns of a record beyond its key, `as_of`, `revision` and what is served of a month: its content, then its rungs. */
export const RECORD_COLUMNS = byEntity((entity): readonly string[] => [...CONTENT_COLUMNS[entity], ...RUNG_COLUMNS[entity]]);

/** The content of a record as its columns hold it, without rungs; in the order of `CONTENT_COLUMNS`. */
export type Content = readonly StoredValue[];

export function toContent(record: FurnishedRecord): Content {
  const values: Readonly<Record<string, unknown>> = record.values;
  return CONTENT_FIELDS[record.entity].map(([name, { kind }]) => toStored(kind, values[name] ?? null));
}

/** The content of a stored row; sealed columns must have been opened. */
export function contentOfRow(entity: FurnishedEntity, row: Row): Content {
  return CONTENT_COLUMNS[entity].map((column) => (row[column] ?? null) as StoredValue); // as the writer below stored it
}

/** Of a stored month: values of SERVED_COLUMNS. */
export function servedOfRow(row: Row): Content {
  return SERVED_COLUMNS.map((column) => (row[column] ?? null) as StoredValue); // as `servedFigures` gave it
}

export function isSameContent(a: Content, b: Content): boolean {
  return a.every((value, index) => value === b[index]);
}

/** One value of a content, by its field. */
export function contentValue(entity: FurnishedEntity, content: Content, field: string): StoredValue {
  return content[CONTENT_PLACES[entity].get(field) ?? -1] ?? null;
}
const CONTENT_PLACES = byEntity((entity) => new Map(CONTENT_FIELDS[entity].map(([name], index) => [name, index])));

function toStored(kind: FieldKind, value: unknown): StoredValue {
  if (value === null) return null;
  switch (kind) {
    case 'boolean':
      return value === true ? 1 : 0;
    case 'month':
      return toStoredMonth(value as number);
    case 'idList':
    case 'fundingShares':
    case 'specialEvents':
      return canonicalJson(value);
    case 'money':
    case 'signedMoney':
    case 'count':
    case 'basisPoints':
    case 'instant':
      return value as number;
    case 'id':
    case 'text':
    case 'code':
    case 'date':
      return value as string;
  }
}

/** Type, number and name of the document in a borrower's content. */
export function documentOf(content: Content): readonly [StoredValue, StoredValue, StoredValue] {
  const value = (of: string): StoredValue => contentValue('borrower', content, of);
  return [value('idType'), value('idNumber'), value('fullName')];
}

/**
 * A superseded record for safekeeping: canonical JSON by field names, as the columns hold the values.
 *
 * @param served - Of a month: values of SERVED_COLUMNS.
 */
export function toRevisionText(entity: FurnishedEntity, asOf: string, content: Content, served: Content | null = null): string {
  return canonicalJson({
    asOf,
    ...Object.fromEntries(CONTENT_FIELDS[entity].map(([name], index) => [name, content[index] ?? null])),
    ...(served && byLoans(content, served)),
  });
}

/** The figures that loans made others than were furnished. */
function byLoans(content: Content, served: Content): Record<string, StoredValue> {
  const figures = Object.entries(SERVED_BY_LOANS).map(([name, { furnished, column }]) => {
    const value = served[SERVED_COLUMNS.indexOf(column)] ?? null;
    return { name, value, isOther: value !== contentValue('monthlySummary', content, furnished) };
  });
  return Object.fromEntries(figures.flatMap(({ name, value, isOther }) => (isOther ? [[name, value ?? NOT_STATED]] : [])));
}
