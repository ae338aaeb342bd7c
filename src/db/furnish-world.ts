import type { AccountClass } from '../core/credit/codes';
import { GatewayError } from '../core/errors';
import type { RemarkEntity } from './planned-record';
import type { Content } from './record-columns';

/** What is stored of the things that a batch touches; grows with every line accepted. */
export interface World {
  /** Borrowers by lookup, hexadecimal. */
  readonly borrowers: Map<string, Buffer>;
  /** By customer id. */
  readonly customers: Map<string, StoredRecord>;
  readonly accounts: Map<string, StoredAccount>;
  /** By account number and month. */
  readonly months: Map<string, StoredRecord>;
  readonly loans: Map<string, StoredLoan>;
  /** By loan number and number of the instalment. */
  readonly repayments: Map<string, StoredRecord>;
  /** Inquiries, disputes and statements by kind and number. */
  readonly remarks: Map<string, StoredRemark>;
}
export interface StoredRecord {
  readonly asOf: string;
  readonly revision: number;
  readonly content: Content;
  /** Of a month that was stored before the batch: values of SERVED_COLUMNS. */
  readonly served?: Content;
}
interface Owned extends StoredRecord {
  readonly borrowerRef: Buffer;
}
export interface StoredAccount extends Owned {
  readonly accountId: Buffer;
  readonly currency: string;
  readonly accountClass: AccountClass;
}
export interface StoredLoan extends Owned {
  readonly accountId: Buffer;
  readonly drawnOn: string;
}
export interface StoredRemark extends Owned {
  readonly customerId: string;
}
/** What was looked up before the transaction holds no more; the batch must be planned anew. */
export class OutdatedPlan extends GatewayError {
  constructor() {
    super('CONFLICT', 'Another platform furnishes the same person at the same time; run the import again.');
  }
}

export const monthKey = (accountNo: string, month: number): string => `${month} ${accountNo}`;
export const repaymentKey = (loanNo: string, instalmentNo: number): string => `${instalmentNo} ${loanNo}`;
export const remarkKey = (entity: RemarkEntity, recordNo: string): string => `${entity} ${recordNo}`;
