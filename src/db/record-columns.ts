import { amountBandOf, countBandOf } from '../core/credit/bands';
import { toStoredMonth } from '../core/credit/calendar';
import { accountStatusOf, isAdverse, portfolioTypeOf } from '../core/credit/codes';
import { FURNISHED_FIELDS, type FieldKind, type FurnishedEntity, type FurnishedField } from '../core/credit/furnished-fields';
import type { FurnishedRecord, RecordOf } from '../core/credit/furnished-record';
import { canonicalJson } from '../core/ledger/canonical-json';
import type { Row } from './database';

export type StoredValue = string | number | null;

/** Fields that name a record and are no part of its content. */
const KEY_FIELDS: Readonly<Record<FurnishedEntity, readonly string[]>> = {
  borrower: ['customerId'],
  account: ['accountNo'],
  monthlySummary: ['accountNo', 'month'],
};

function contentFieldsOf(entity: FurnishedEntity): readonly (readonly [string, FurnishedField])[] {
  const specification: Readonly<Record<string, FurnishedField>> = FURNISHED_FIELDS[entity];
  return Object.entries(specification).filter(([name]) => !KEY_FIELDS[entity].includes(name));
}
const CONTENT_FIELDS = {
  borrower: contentFieldsOf('borrower'),
  account: contentFieldsOf('account'),
  monthlySummary: contentFieldsOf('monthlySummary'),
} as const;

const BORROWER_RUNGS = ['id_number_masked', 'mobile_masked', 'birth_year'] as const;
const ACCOUNT_RUNGS = ['opened_year', 'portfolio_type', 'credit_limit_band', 'status', 'joint'] as const;
const MONTH_RUNGS = ['borrowed_amount_band', 'loan_count_band', 'adverse'] as const;
const columnsOf = (entity: FurnishedEntity): readonly string[] => CONTENT_FIELDS[entity].map(([, { column }]) => column);

/** Columns of a record beyond its key, `as_of` and `revision`: its content, then the rungs computed from it. */
export const RECORD_COLUMNS: Readonly<Record<FurnishedEntity, readonly string[]>> = {
  borrower: [...columnsOf('borrower'), ...BORROWER_RUNGS],
  account: [...columnsOf('account'), ...ACCOUNT_RUNGS],
  monthlySummary: [...columnsOf('monthlySummary'), ...MONTH_RUNGS],
};

/** The content of a record as its columns hold it, without rungs; in the order of `RECORD_COLUMNS`. */
export type Content = readonly StoredValue[];

export function toContent(record: FurnishedRecord): Content {
  const values: Readonly<Record<string, unknown>> = record.values;
  return CONTENT_FIELDS[record.entity].map(([name, { kind }]) => toStored(kind, values[name] ?? null));
}

/** The content of a stored row; sealed columns must have been opened. */
export function contentOfRow(entity: FurnishedEntity, row: Row): Content {
  return CONTENT_FIELDS[entity].map(([, { column }]) => (row[column] ?? null) as StoredValue); // as the writer below stored it
}

export function isSameContent(a: Content, b: Content): boolean {
  return a.every((value, index) => value === b[index]);
}

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
  const value = (of: string): StoredValue => content[CONTENT_FIELDS.borrower.findIndex(([name]) => name === of)] ?? null;
  return [value('idType'), value('idNumber'), value('fullName')];
}

/** A superseded record for safekeeping: canonical JSON by field names, as the columns hold the values. */
export function toRevisionText(entity: FurnishedEntity, asOf: string, content: Content): string {
  return canonicalJson({
    asOf,
    ...Object.fromEntries(CONTENT_FIELDS[entity].map(([name], index) => [name, content[index] ?? null])),
  });
}

/** Identity rungs as text, to be sealed like the rest of the record. */
export function borrowerRungs({ values }: RecordOf<'borrower'>): Content {
  return inOrder(BORROWER_RUNGS, {
    id_number_masked: values.idNumber === null ? null : lastFourOf(values.idNumber),
    mobile_masked: values.mobile === null ? null : lastFourOf(values.mobile),
    birth_year: values.dateOfBirth?.slice(0, 4) ?? null,
  });
}

/** The mask does not tell the length; a value of four characters or fewer is masked whole. */
function lastFourOf(text: string): string {
  const characters = [...text];
  return characters.length > 4 ? `****${characters.slice(-4).join('')}` : '****';
}

export function accountRungs({ values }: RecordOf<'account'>): Content {
  return inOrder(ACCOUNT_RUNGS, {
    opened_year: values.openedOn === null ? null : Number(values.openedOn.slice(0, 4)),
    portfolio_type: portfolioTypeOf(values.accountClass),
    credit_limit_band: values.creditLimitMinor === null ? null : amountBandOf(values.creditLimitMinor, values.currency),
    status: values.rawStatus === null ? null : accountStatusOf(values.accountClass, values.rawStatus),
    joint: values.liabilityRole === 'JOINT' || (values.coBorrowerCustomerIds ?? []).length > 0 ? 1 : 0,
  });
}

/** @param currency - That of the month's account. */
export function monthRungs({ values }: RecordOf<'monthlySummary'>, currency: string): Content {
  return inOrder(MONTH_RUNGS, {
    borrowed_amount_band: values.borrowedAmountMinor === null ? null : amountBandOf(values.borrowedAmountMinor, currency),
    loan_count_band: values.loanCount === null ? null : countBandOf(values.loanCount),
    adverse: values.repaymentStatus !== null && isAdverse(values.repaymentStatus) ? 1 : 0,
  });
}

function inOrder<Name extends string>(names: readonly Name[], rungs: Readonly<Record<Name, StoredValue>>): Content {
  return names.map((name) => rungs[name]);
}
