import { toMonthIndex, type MonthIndex } from './calendar';
import { FIELD_CATALOGUE } from './field-catalogue';

/** Records that a dispute or a statement can be about, with the type of the public schema that shows them. */
const TYPES = {
  borrower: 'Identity',
  account: 'CreditAccount',
  monthlySummary: 'MonthlySummary',
  loan: 'Loan',
  repayment: 'Repayment',
  inquiry: 'Inquiry',
} as const;
export type TargetEntity = keyof typeof TYPES;
export const TARGET_ENTITIES = [
  'borrower',
  'account',
  'monthlySummary',
  'loan',
  'repayment',
  'inquiry',
] as const satisfies readonly TargetEntity[];

/** The record that a dispute or a statement is about, by its natural key. */
export type RecordTarget =
  | { readonly entity: 'borrower'; readonly customerId: string }
  | { readonly entity: 'account'; readonly accountNo: string }
  | { readonly entity: 'monthlySummary'; readonly accountNo: string; readonly month: MonthIndex }
  | { readonly entity: 'loan'; readonly loanNo: string }
  | { readonly entity: 'repayment'; readonly loanNo: string; readonly instalmentNo: number }
  | { readonly entity: 'inquiry'; readonly inquiryNo: string };

const ID_LENGTH_MAX = 64;
const INSTALMENT_MAX = 2 ** 31 - 1;

/**
 * Reads a natural key as the platform writes it: a number of its own, for a month followed by `/2026-01`, for an instalment
 * by `/3`. An id may itself hold strokes, so that the last one counts.
 *
 * @returns null for a text that is no key of such a record.
 */
export function parseTarget(entity: TargetEntity, key: string): RecordTarget | null {
  const parts = entity === 'monthlySummary' || entity === 'repayment' ? splitKey(key) : { id: key, rest: '' };
  if (!parts || parts.id.trim() !== parts.id || parts.id === '' || [...parts.id].length > ID_LENGTH_MAX) return null;
  const { id, rest } = parts;
  switch (entity) {
    case 'borrower':
      return { entity, customerId: id };
    case 'account':
      return { entity, accountNo: id };
    case 'monthlySummary':
      return /^\d{4}-(0[1-9]|1[0-2])$/.test(rest) ? { entity, accountNo: id, month: toMonthIndex(rest) } : null;
    case 'loan':
      return { entity, loanNo: id };
    case 'repayment':
      return /^[1-9]\d{0,9}$/.test(rest) && Number(rest) <= INSTALMENT_MAX
        ? { entity, loanNo: id, instalmentNo: Number(rest) }
        : null;
    case 'inquiry':
      return { entity, inquiryNo: id };
  }
}

function splitKey(key: string): { readonly id: string; readonly rest: string } | null {
  const at = key.lastIndexOf('/');
  return at < 0 ? null : { id: key.slice(0, at), rest: key.slice(at + 1) };
}

/** Is the coordinate a single consentable field of this kind of record: no list, no indicator? */
export function isFieldOf(entity: TargetEntity, coordinate: string): boolean {
  const field = FIELD_CATALOGUE.find(coordinate);
  return field !== undefined && !field.container && coordinate.startsWith(`${TYPES[entity]}.`);
}
