import type { EpochDay, EpochMs, LocalDate, MonthIndex } from '../core/credit/calendar';
import type { Product } from '../core/credit/codes';
import type { AccountHistory } from '../core/credit/invariants';
import type { ServedRevision } from '../core/credit/served-revision';
import type { FieldsByProduct } from '../core/ledger/entry';

/** What one platform furnished of one borrower. */
export interface CheckedBorrower {
  readonly platformId: string;
  readonly accounts: readonly AccountHistory[];
}
/** Whole borrowers as of one instant; `next` is where to go on, null at the end. */
export interface CheckPage {
  readonly borrowers: readonly CheckedBorrower[];
  readonly next: Buffer | null;
}
/** A dispute without an answer, by the platform's own keys. */
export interface OpenDispute {
  readonly platformId: string;
  readonly disputeNo: string;
  readonly targetEntity: string;
  readonly targetKey: string;
  readonly targetField: string;
  readonly answerDueOn: LocalDate;
}
export interface DisputePage {
  readonly disputes: readonly OpenDispute[];
  readonly next: DisputePosition | null;
}
export interface DisputePosition {
  readonly borrowerRef: Buffer;
  readonly platformId: string;
  readonly disputeId: Buffer;
}

/** Reads stored records for reconciliation, in the order of their keys and never more than a page at once. */
export interface CheckReader {
  /** Month of the newest as-of date by platform, for those that furnished anything. */
  newestMonths(): Promise<ReadonlyMap<string, MonthIndex>>;
  /** @param platformId - null: of every platform. @param after - null: from the first borrower. */
  page(platformId: string | null, after: Buffer | null): Promise<CheckPage>;
  /** Disputes without an answer that is due on this date or before. */
  openDisputes(platformId: string | null, dueBy: LocalDate, after: DisputePosition | null): Promise<DisputePage>;
}

/** Names a stored record within its borrower, as the table of revisions does. */
export interface RevisedRecord {
  readonly borrowerRef: Buffer;
  readonly entity: string;
  readonly recordKey: string;
}
/** All revisions of a record, oldest first, the last one being served. */
export interface RecordHistory extends RevisedRecord {
  readonly platformId: string;
  /** The platform's own key, such as `accountNo/2026-01`. */
  readonly naturalKey: string;
  /** Key of the account's own history; null for what belongs to no account. */
  readonly accountKey: string | null;
  /** Of the account as it is now; null for what belongs to no account. */
  readonly product: Product | null;
  /** Of a monthly summary. */
  readonly month: MonthIndex | null;
  readonly revisions: readonly ServedRevision[];
}
/** Records of one borrower that a platform has corrected. */
export interface CorrectedBorrower {
  /** Ledger pseudonym; null: the key was destroyed, and with it what the revisions hold and whom the ledger names. */
  readonly subject: Buffer | null;
  /** Empty without the key. */
  readonly histories: readonly RecordHistory[];
}
export interface CorrectedPage {
  readonly borrowers: readonly CorrectedBorrower[];
  readonly next: Buffer | null;
}

/** Reads records as they were served: those of now, and superseded ones opened with their borrower's key. */
export interface RevisionReader {
  /** null: no such record is stored, or its borrower's key was destroyed. */
  findHistory(record: RevisedRecord): Promise<RecordHistory | null>;
  /**
   * A page of the platform's borrowers of whom a record was superseded at this instant or later, in the order of their keys,
   * with the histories of all records that it ever superseded.
   */
  corrected(platformId: string, sinceMs: EpochMs, after: Buffer | null): Promise<CorrectedPage>;
  /** Disclosures to recipients under a pseudonym, oldest first. */
  disclosedOf(subject: Buffer): Promise<readonly DisclosedReport[]>;
}
/** A disclosure as the ledger has it. */
export interface DisclosedReport {
  readonly reportId: string;
  readonly recipientId: string;
  readonly ledgerIndex: number;
  /** Its records were read after this instant … */
  readonly decidedAtMs: EpochMs;
  /** … and before this one. */
  readonly appendedAtMs: EpochMs;
  /** As-of day of a platform, where the entry has them. */
  readonly asOf: Readonly<Record<string, EpochDay>>;
  /** Ids of the fields that left, by `platform/PRODUCT` or `platform/-`. */
  readonly released: FieldsByProduct;
}
