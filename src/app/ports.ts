import type { Arrangement, ConsentTerms } from '../core/consent/consent';
import type { Purpose } from '../core/consent/purpose';
import type { EpochMs, LocalDate, MonthIndex } from '../core/credit/calendar';
import type { Product } from '../core/credit/codes';
import type { FurnishedLine, FurnishedRecord, ParseContext, RecordFault } from '../core/credit/furnished-record';
import type { InstitutionKind } from '../core/identity/actor';
import type { BorrowerIdentity } from '../core/identity/borrower-identity';
import type { EntryDraft } from '../core/ledger/entry';
import type { CheckpointKey } from './ledger-ports';

/** Cryptographically random bytes. */
export type RandomBytes = (size: number) => Buffer;

/** Every key of the gateway, derived from the root secret; nothing here performs I/O. */
export interface Keys {
  /** Blind index of an identity: 32 bytes, equal for equal people, useless without the key. */
  lookupOf(identity: BorrowerIdentity): Buffer;
  /** Sixteen bytes under which nobody is stored; read in place of a borrower when nothing may be read. */
  absentRef(lookup: Buffer): Buffer;
  /** Eight bytes that name a platform's account inside its borrower; not sequential, the same at every delivery. */
  accountIdOf(platformId: string, accountNo: string): Buffer;
  /** Eight bytes that name a platform's record of another kind, like `accountIdOf`. */
  recordIdOf(platformId: string, entity: string, recordNo: string): Buffer;
  /** A new random data key for a borrower, wrapped for storage. */
  newBorrowerKey(borrowerRef: Buffer): Buffer;
  /** Unwraps a borrower's data key. @throws if the wrapping does not belong to this borrower or this root secret. */
  borrowerKey(borrowerRef: Buffer, wrapped: Buffer): BorrowerKey;
  /** A wrapped key under the newest key-encryption key; as it is, where that is what it is wrapped with. @throws like `borrowerKey`. */
  rewrapped(borrowerRef: Buffer, wrapped: Buffer): Buffer;
  /** Version of the key-encryption key that a wrapping was made with. */
  wrappingVersion(wrapped: Buffer): number;
  /** The version that `newBorrowerKey` and its like wrap with. */
  newestWrappingVersion(): number;
  /** Looks for key-encryption keys that were added elsewhere. */
  refresh(): void;
  /** A wrapped key with a new random key to seal with beside the old ones; everything else about the borrower stays. */
  withNewDataKey(borrowerRef: Buffer, wrapped: Buffer, version: number): Buffer;
  /** The same with the newest key to seal with alone: nothing sealed with another one can be opened any more. */
  withNewestDataKey(borrowerRef: Buffer, wrapped: Buffer): Buffer;
  /** The key that stands for a person who is not stored: the same at every look-up, and of the same use in the ledger. */
  strangerKey(lookup: Buffer): BorrowerKey;
  /** Public id of an internal one, different for each recipient and purpose: 22 characters of base64url. */
  pairwiseRef(recipientId: string, purpose: string, internalId: Buffer): string;
  readonly receipts: ReceiptSigner;
  readonly cursors: CursorSealer;
  readonly checkpoints: CheckpointKey;
}

/** Signs receipts inside the transaction that issues them, hence synchronously. */
export interface ReceiptSigner {
  /** Detached JWS (RFC 7515, appendix F) over the UTF-8 text. */
  sign(document: string): string;
  /** JSON Web Key Set (RFC 7517) that verifies the signatures. */
  readonly publicKeys: { readonly keys: readonly Readonly<Record<string, string>>[] };
}

/** Seals page positions, so that a client can neither read nor make one. */
export interface CursorSealer {
  /** @param binding - Whose list it is and what it is filtered by. */
  seal(binding: string, position: PagePosition): string;
  /** @returns null for a text that was altered, made up, or belongs to another list. */
  open(binding: string, cursor: string): PagePosition | null;
}
/** The last item of a page, newest first. */
export interface PagePosition {
  readonly createdAtMs: EpochMs;
  /** Sixteen bytes, hexadecimal. */
  readonly id: string;
}

/** One borrower's keys, unwrapped. */
export interface BorrowerKey {
  /** Version of the key that values are sealed with. */
  readonly sealVersion: number;
  /** Is a value sealed with that version? */
  isCurrent(sealed: Buffer): boolean;
  /** AES-256-GCM with a random nonce, bound to the place where it is stored and to the version. */
  seal(place: SealedPlace, text: string): Buffer;
  /** @throws UnknownKeyVersion if key and value were not read of one time, Error if the bytes were altered or moved from another place. */
  open(place: SealedPlace, sealed: Buffer): string;
  /** Ledger pseudonym: 32 bytes, the same for the life of the person, whatever key seals. */
  pseudonym(): Buffer;
  /** HMAC-SHA-256 of a text under a key that nothing else uses; gone when the borrower's key is destroyed. */
  mark(text: string): Buffer;
}

/** Where a sealed value is stored: it cannot be moved to another column or row unnoticed. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  /** Primary key of the row beyond the borrower, such as platform and customer id. */
  readonly row: string;
}

/** An institution as registered: recipient, platform or auditor. */
export interface Institution {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
  readonly legalName: string;
  readonly contact: string | null;
  /** Purposes that a recipient may ask for; empty for platforms and auditors. */
  readonly purposes: readonly Purpose[];
  /** A data set, not living people. */
  readonly historical: boolean;
  readonly status: InstitutionStatus;
  /** Raised by every change; re-validated when a disclosure is appended. */
  readonly version: number;
}
export type InstitutionStatus = 'ACTIVE' | 'SUSPENDED' | 'CLOSED';

/** The register of institutions. */
export interface InstitutionRegister {
  find(institutionId: string): Promise<Institution | null>;
  listRecipients(): Promise<readonly Institution[]>;
  /** @throws GatewayError CONFLICT if the id is taken by an institution that differs. */
  add(institution: Omit<Institution, 'status' | 'version'>): Promise<void>;
  isEmpty(): Promise<boolean>;
}

/** A borrower as stored: the internal name, which never leaves, and the wrapped data key. */
export interface StoredBorrower {
  readonly borrowerRef: Buffer;
  readonly wrappedKey: Buffer;
}

/** What one look-up finds of a person's consents, in one consistent read. */
export interface ConsentState {
  /** The database's clock at the read. */
  readonly atMs: EpochMs;
  readonly recipient: Institution | null;
  /** null for a person who is not stored, or whose key was destroyed. */
  readonly borrower: StoredBorrower | null;
  /** Version of the borrower's whole consent set; 0 where nothing was ever granted. */
  readonly consentSet: number;
  readonly arrangements: readonly Arrangement[];
  readonly platforms: ReadonlyMap<string, PlatformState>;
}

/** A platform that has an arrangement with the recipient. */
export interface PlatformState {
  /** Month of the newest as-of date that it furnished. */
  readonly newestMonth: MonthIndex | null;
  readonly historical: boolean;
  readonly status: InstitutionStatus;
  /** As of the register; re-validated when a disclosure is appended. */
  readonly version: number;
}

export interface ConsentReader {
  /**
   * One statement, whoever the person is; those who are loaded at once share it.
   *
   * @param request - Whose earlier charges count as this request's own; null for what is no request of a recipient.
   */
  load(lookup: Buffer, recipientId: string, purpose: Purpose, request: RequestMark | null): Promise<ConsentState>;
}
/** Names a question: two of equal id and hash are the same one asked again. */
export interface RequestMark {
  readonly requestId: string;
  /** SHA-256 of the operation and of the identity as asked, whoever is found under it. */
  readonly requestHash: Buffer;
}

/** Records of one product of one platform that a decision released; product null for the customer record. */
export interface RecordGroup {
  readonly platformId: string;
  readonly product: Product | null;
  readonly columns: readonly ColumnRead[];
  /** Months on [from, until] that any column may be read of, inclusive, as YYYYMM; only for months. */
  readonly months: MonthRange | null;
  /** Days that any record may be read of, ascending and cut wherever what is released changes; only for records of days. */
  readonly segments: readonly DayRange[];
  /** As-of date of the platform. */
  readonly asOf: LocalDate;
  /** Adverse events that ended on this date or before are past retention. */
  readonly retentionEndedOn: LocalDate;
  /** An adverse month counts only if its notice was sent before this instant; null: no notice is needed. */
  readonly noticeBeforeMs: EpochMs | null;
}
export interface MonthRange {
  readonly first: number;
  readonly last: number;
}
/** Days on [from, until). */
export interface DayRange {
  readonly from: LocalDate;
  readonly until: LocalDate;
}
/** One column, and the months or segments it may be read of where they are fewer than the group's. */
export interface ColumnRead {
  readonly column: string;
  readonly months: readonly MonthRange[] | null;
  /** Places in the group's segments. */
  readonly segments: readonly number[] | null;
  /** Of an account: gone once the adverse item that it tells of is past retention. */
  readonly adverse: boolean;
}

/** A record as read: its group's place in the question, its keys, and only the columns asked for. */
export interface RecordRow {
  readonly group: number;
  readonly key: RecordKey;
  readonly values: Readonly<Record<string, unknown>>;
}
export interface RecordKey {
  readonly accountId?: Buffer;
  readonly currency?: string;
  readonly month?: number | null;
  readonly customerId?: string;
  readonly asOf?: LocalDate;
  readonly loanId?: Buffer | null;
  readonly instalmentNo?: number | null;
  /** Names an inquiry, a statement or a dispute inside its borrower. */
  readonly recordId?: Buffer;
  /** Of a record of a day: the place of that day in the group's segments, so that the day itself need not be read. */
  readonly segment?: number;
  /** Adverse, for the credit reference centre, and without a notice yet: none of its values was read. */
  readonly unnoticed?: boolean;
}

/**
 * Reads released columns and nothing else, one statement for all calls made at once, the same in number for a person of whom
 * nothing may be read: then `borrowerRef` is a key under which nobody is stored and `groups` is empty.
 */
export interface RecordReader {
  customers(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  accounts(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  months(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  loans(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  repayments(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  inquiries(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  statements(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  /** Disputes of the groups' accounts; here `columns` are the fields, as `Type.field`, of which disputes may be read. */
  disputes(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
  /** Disputes about the person and about inquiries, likewise; `recordId` names the inquiry. */
  personDisputes(borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]>;
}

/** A disclosure or a preview ready to be recorded, all but its place in the ledger. */
export interface DisclosureDraft {
  readonly entry: Extract<EntryDraft, { type: 'D' | 'P' }>;
  /** The person asked about; for an unknown one the key under which nobody is stored. */
  readonly borrowerRef: Buffer;
  /** What must not have moved since the decision. */
  readonly consentSet: number;
  readonly recipientId: string;
  /** Versions in the register of the recipient, and of the platforms whose records left. */
  readonly institutions: readonly (readonly [institutionId: string, version: number])[];
  readonly decidedAtMs: EpochMs;
  /** The instant that the first consent relied on ends at; null: none was relied on. */
  readonly holdsUntilMs: EpochMs | null;
  /** null for a preview, which is no answer to anybody's request. */
  readonly retry: RetryMark | null;
  /** Budgets that this disclosure uses; empty when it shows nothing. */
  readonly charges: readonly BudgetCharge[];
  /** The inquiries that the borrower's history gains by it, one beside the records of each platform; empty when it shows nothing. */
  readonly inquiries: readonly NewInquiry[];
}
/** A look-up through this gateway, as it stands in the borrower's history from the next day on. */
export interface NewInquiry {
  readonly platformId: string;
  readonly inquiredOn: LocalDate;
  readonly institutionName: string;
  readonly institutionType: string | null;
  readonly reason: string;
  readonly businessType: string | null;
}
/** One use of one arrangement's budget, under the terms of the decision. */
export type BudgetCharge = Pick<ConsentTerms, 'arrangementId' | 'accessMode' | 'frequency'>;
/** Tells a repeated question, and a repeated answer, from a new one. */
export interface RetryMark extends RequestMark {
  /** Keyed mark of the answer without its ids and instants, of the consents it rests on, and of how long the data may live. */
  readonly answerMark: Buffer;
  readonly reportId: Buffer;
  readonly eraseByMs: EpochMs | null;
}

export type AppendOutcome =
  /** Durable under this index; `earlier` when the same answer to the same request stood there already. */
  | {
      readonly kind: 'appended';
      readonly ledgerIndex: number;
      readonly earlier: { reportId: Buffer; decidedAtMs: EpochMs } | null;
    }
  /** The consent set or the recipient moved since the decision, or a budget ran out: nothing was written, decide again. */
  | { readonly kind: 'moved' }
  /** The request id was used for another question: nothing was written. */
  | { readonly kind: 'mismatch' };

/** The disclosure ledger. @throws GatewayError SERVICE_UNAVAILABLE when an append is not known to be durable. */
export interface DisclosureLedger {
  /** Fixed name of this ledger, part of every entry. */
  readonly origin: string;
  append(draft: DisclosureDraft): Promise<AppendOutcome>;
}

/** A file of furnished records behind the reader of its format; it can be read more than once. */
export interface FurnishedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the file's bytes as they lie on disk. */
  sha256(): Promise<Buffer>;
  /** Reads from the beginning. @throws GatewayError BAD_USER_INPUT if the file as a whole is not of its format. */
  lines(context: Omit<ParseContext, 'notation'>): AsyncIterable<FurnishedLine>;
  /** Bytes of the file consumed by the newest reading. */
  bytesRead(): number;
}

/** A line of which a record's parent was not found; it is tried again at the end of the run, parents before children. */
export interface DeferredLine {
  /** Place of the line among those read, from 1. */
  readonly ordinal: number;
  readonly stage: RetryStage;
}
/**
 * When a deferred line is tried again, in this order: accounts, which need a customer; months, loans and inquiries, which need
 * an account or a customer; repayments, which need a loan; disputes and statements, which may be about any of them.
 */
export const RETRY_STAGES = ['account', 'detail', 'repayment', 'statement'] as const;
export type RetryStage = (typeof RETRY_STAGES)[number];
export interface RejectedRecord extends RecordFault {
  readonly line: number;
  readonly entity: string | null;
  readonly key: string | null;
}

/** The rejected lines of one run with their reasons, and beside them the places of the deferred lines. Its calls are synchronous. */
export interface RejectsFile {
  readonly path: string;
  /** Is everything still there that the run had written? */
  holds(rejectsBytes: number, deferredCount: number): boolean;
  /** Writes after so many bytes and places, cuts off what lay behind, and syncs; repeated it does the same. @returns the new length. */
  write(at: { readonly rejectsBytes: number; readonly deferredCount: number }, added: RejectsAdded): number;
  /** Places of the first `count` deferred lines that are of this stage, ascending. */
  deferred(stage: RetryStage, count: number): Iterable<number>;
  /** Cuts the file to its final length and removes the places; without rejects nothing is left. */
  finish(rejectsBytes: number): void;
}
export interface RejectsAdded {
  readonly rejects: readonly RejectedRecord[];
  readonly deferred: readonly DeferredLine[];
}

/** A run is named by what is furnished to whom: the same file furnished again is the same run. */
export interface ImportKey {
  readonly platformId: string;
  readonly format: string;
  readonly fileHash: Buffer;
}
/** How far a run has come; lines done and not counted are deferred. */
export interface ImportProgress {
  readonly linesDone: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly rejectsBytes: number;
}
export type LineVerdict =
  | { readonly kind: 'accepted' | 'unchanged' }
  | { readonly kind: 'rejected'; readonly faults: readonly RecordFault[] }
  | { readonly kind: 'parentMissing'; readonly stage: RetryStage; readonly faults: readonly RecordFault[] };

/** Stores furnished records; one call is one transaction with the progress of its run. */
export interface FurnishStore {
  /** Begins a run, or finds how far a stopped one has come; a completed one begins anew. */
  beginRun(key: ImportKey): Promise<ImportProgress>;
  /** Sets a run back to its beginning. @throws GatewayError CONFLICT if it moved meanwhile. */
  restartRun(key: ImportKey, from: ImportProgress): Promise<void>;
  /**
   * Furnishes the records of some lines, each line wholly or not at all, and moves the run from `from` to what `settle` says.
   *
   * @param settle - Called before the commit with one verdict per line, again if the transaction is repeated.
   * @throws GatewayError CONFLICT if another process moved the run, FORBIDDEN if the platform is no longer active.
   */
  furnish(
    key: ImportKey,
    from: ImportProgress,
    lines: readonly (readonly FurnishedRecord[])[],
    settle: (verdicts: readonly LineVerdict[]) => ImportProgress,
  ): Promise<ImportProgress>;
  /** @throws GatewayError CONFLICT if another process moved the run. */
  completeRun(key: ImportKey, at: ImportProgress): Promise<void>;
  /** Turns a platform that has furnished nothing yet into a data set. @returns false if it has furnished already. */
  makeHistorical(platformId: string): Promise<boolean>;
  openSeenKeys(): SeenKeys;
}

/** Which natural keys a file has named so far: exact, and of constant memory. */
export interface SeenKeys {
  /**
   * Keys of one name are kept together, so that naming them one after the other costs little however many there are.
   *
   * @param name - What several keys may have in common.
   * @param place - Tells them apart; a whole number on [0, 2^32).
   * @returns false if the key was there already.
   */
  add(name: string, place: number): boolean;
  close(): void;
}
