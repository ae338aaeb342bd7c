import type { BorrowerKey } from '../app/ports';
import type { FurnishedEntity } from '../core/credit/furnished-fields';
import type { RecordOf } from '../core/credit/furnished-record';
import type { Content } from './record-columns';

/** A record with everything that can be computed before the transaction: keys of rows, columns, ciphertext. */
export type PlannedRecord =
  | PlannedBorrower | PlannedAccount | PlannedMonth | PlannedLoan | PlannedRepayment | PlannedRemark; // prettier-ignore
interface Planned<E extends FurnishedEntity> {
  readonly entity: E;
  readonly record: RecordOf<E>;
  readonly content: Content;
}
export interface PlannedBorrower extends Planned<'borrower'> {
  readonly customerId: string;
  readonly lookup: Buffer;
  /** null: not findable by document. */
  readonly documentLookup: Buffer | null;
  /** Whom the customer is presumed to be; the transaction checks it. */
  readonly borrowerRef: Buffer;
  /** Values of RECORD_COLUMNS. */
  readonly sealed: readonly (Buffer | null)[];
  /** Version of the key that they are sealed with; the transaction seals anew if another is in force. */
  readonly sealVersion: number;
}
export interface PlannedAccount extends Planned<'account'> {
  readonly accountNo: string;
  readonly accountId: Buffer;
  readonly customerLookup: Buffer;
}
export interface PlannedMonth extends Planned<'monthlySummary'> {
  readonly accountNo: string;
  readonly accountId: Buffer;
  /** YYYYMM, as everywhere in this folder. */
  readonly month: number;
}
export interface PlannedLoan extends Planned<'loan'> {
  readonly loanNo: string;
  readonly loanId: Buffer;
  readonly accountNo: string;
  readonly drawnMonth: number;
}
export interface PlannedRepayment extends Planned<'repayment'> {
  readonly loanNo: string;
  readonly loanId: Buffer;
  readonly instalmentNo: number;
}

/** Records of a customer rather than of an account, each with a number of its own. */
export type RemarkEntity = 'inquiry' | 'dispute' | 'statement';
export type PlannedRemark = PlannedInquiry | PlannedDispute | PlannedStatement;
interface Remark<E extends RemarkEntity> extends Planned<E> {
  readonly recordNo: string;
  readonly recordId: Buffer;
  readonly customerId: string;
  readonly customerLookup: Buffer;
  /** What it is about; null: nothing in particular. */
  readonly target: PlannedTarget | null;
}
export type PlannedInquiry = Remark<'inquiry'>;
export type PlannedDispute = Remark<'dispute'>;
export type PlannedStatement = Remark<'statement'>;

/** A record that is pointed to, with the keys of its row. */
export type PlannedTarget =
  | { readonly entity: 'borrower'; readonly lookup: Buffer }
  | { readonly entity: 'account'; readonly accountNo: string }
  | { readonly entity: 'monthlySummary'; readonly accountNo: string; readonly month: number }
  | { readonly entity: 'loan'; readonly loanNo: string; readonly loanId: Buffer }
  | { readonly entity: 'repayment'; readonly loanNo: string; readonly loanId: Buffer; readonly instalmentNo: number }
  | { readonly entity: 'inquiry'; readonly recordNo: string; readonly recordId: Buffer };

/** The records of one batch, ready for the transaction. */
export interface Plan {
  readonly platformId: string;
  readonly lines: readonly (readonly PlannedRecord[])[];
  /** Unwrapped keys by borrower, hexadecimal. */
  readonly borrowerKeys: ReadonlyMap<string, BorrowerKey>;
  /** Wrapped keys of borrowers made for this batch, by borrower. */
  readonly wrappedKeys: ReadonlyMap<string, Buffer>;
}

/** The records of some entities. */
export function plannedOf<E extends FurnishedEntity>(
  records: readonly PlannedRecord[],
  ...entities: readonly E[]
): readonly Extract<PlannedRecord, { entity: E }>[] {
  return records.filter((record): record is Extract<PlannedRecord, { entity: E }> =>
    (entities as readonly FurnishedEntity[]).includes(record.entity),
  );
}

export function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}
