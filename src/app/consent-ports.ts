import type { Arrangement, ConsentStatus, ConsentTerms } from '../core/consent/consent';
import type { ConsentRequest, ConsentRequestStatus, RequestedBounds } from '../core/consent/consent-request';
import type { Purpose } from '../core/consent/purpose';
import type { ReceiptKind } from '../core/consent/receipt';
import type { ConsentChange, Standing } from '../core/consent/transitions';
import type { EpochMs } from '../core/credit/calendar';
import type { EntryDraft } from '../core/ledger/entry';
import type { ConsentState, Institution, PagePosition, PlatformState, RequestMark, StoredBorrower } from './ports';

/** So many items after a position; null: from the newest. */
export interface PageRequest {
  readonly first: number;
  readonly after: PagePosition | null;
}

/** What the ledger says of whoever acts, and of the person acted for, whatever the act. */
export type ActEntry = Pick<Extract<EntryDraft, { type: 'C' }>, 'v' | 'gateway' | 'nonce' | 'actor' | 'role' | 'jti' | 'subject'>;
export interface IdempotencyMark {
  /** Who used the key: keys are private to the caller. */
  readonly clientId: string;
  /** Of a recipient the keys count for the caller alone: per borrower they would tell whether two names are one person. */
  readonly isPerBorrower: boolean;
  readonly key: string;
  /** SHA-256 of the canonical input. */
  readonly requestHash: string;
}
interface Act {
  readonly idempotency: IdempotencyMark;
  readonly entry: ActEntry;
  /** Random id of the receipt, should one be issued. */
  readonly receiptId: Buffer;
}

/** A new arrangement with its first version. */
export interface GrantDraft extends Act {
  readonly terms: Omit<ConsentTerms, 'grantedAtMs' | 'validFromMs'> & { readonly validFromMs: EpochMs | null };
  readonly customerId: string;
  /** The request that it answers, hexadecimal. */
  readonly consentRequestId: string | null;
}
/** A transition of an existing arrangement. */
export interface ChangeDraft extends Act {
  readonly arrangementId: string;
  /** null: whatever the version. */
  readonly expectedVersion: number | null;
  /**
   * What follows from the arrangement as it stands under the lock; null: nothing changes. It may be asked again after a
   * deadlock, and reads nothing but its arguments.
   *
   * @throws GatewayError ILLEGAL_TRANSITION, EVIDENCE_REQUIRED and whatever else makes the act impossible.
   */
  readonly decide: (standing: Standing) => ConsentChange | null;
  /** A recipient's act leaves an entry whatever the state was, so that its place in the ledger tells nothing. */
  readonly alwaysRecorded: boolean;
}
/** What an act led to: the same again under the same idempotency key. */
export interface ActDone {
  readonly consentId: string;
  /** null: nothing changed, and there is no earlier receipt to show. */
  readonly receiptId: string | null;
  /** Arrangements under which the recipient still sees what was withdrawn. */
  readonly stillDisclosedBy: readonly string[];
}

/** A question to a borrower. */
export interface RequestDraft extends Omit<Act, 'receiptId'> {
  readonly consentRequestId: Buffer;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly bounds: RequestedBounds;
  readonly reference: string | null;
  /** Was the person found? Then the key must still be there when the question is asked. */
  readonly isStored: boolean;
  /** The identity asked, hashed: the pair that may have one open question. */
  readonly lookup: Buffer;
}
export interface RejectionDraft extends Act {
  readonly consentRequestId: string;
  readonly note: string | null;
}

/** A borrower as a platform's customer. */
export interface CustomerBorrower extends StoredBorrower {
  readonly platformId: string;
  readonly customerId: string;
}
/** An arrangement with what its owner may see of it. */
export interface ConsentView {
  readonly arrangement: Arrangement;
  readonly customerId: string;
  readonly borrower: StoredBorrower;
  readonly documentHash: string;
  readonly consentRequestId: string | null;
  readonly previousConsentId: string | null;
  readonly atMs: EpochMs;
}
export interface VersionView {
  readonly terms: ConsentTerms;
  readonly documentHash: string;
}
/** A request with whose it is. */
export interface RequestView {
  readonly request: ConsentRequest;
  readonly borrowerRef: Buffer;
  /** For a platform that lists it: its own id of the borrower. */
  readonly customerId: string | null;
  readonly atMs: EpochMs;
}
/** A signed receipt as stored. */
export interface ReceiptView {
  readonly receiptId: string;
  readonly kind: ReceiptKind;
  readonly arrangementId: string | null;
  readonly consentRequestId: string | null;
  readonly version: number | null;
  readonly issuedAtMs: EpochMs;
  readonly ledgerIndex: number;
  readonly document: string;
  readonly signature: string;
}

/**
 * Changes of consents and requests: each is one transaction under the ledger's lock, with its own entry and receipt. They all
 * throw GatewayError NOT_FOUND for a person who was erased meanwhile, unless they say otherwise.
 */
export interface ConsentStore {
  grant(borrower: StoredBorrower, draft: GrantDraft): Promise<ActDone>;
  change(borrower: StoredBorrower, draft: ChangeDraft): Promise<ActDone>;
  /** @returns the id of the request: the open one, where there is one. @throws GatewayError CONFLICT for a person erased meanwhile. */
  request(borrowerRef: Buffer, draft: RequestDraft): Promise<string>;
  reject(borrower: StoredBorrower, draft: RejectionDraft): Promise<{ readonly receiptId: string }>;
}

/** Whose consents, and which of them; what is null or empty does not restrict. */
export interface ConsentQuery extends PageRequest {
  readonly platformId: string | null;
  readonly borrowerRef: Buffer | null;
  readonly status: readonly ConsentStatus[];
  readonly recipientId: string | null;
  readonly purpose: Purpose | null;
  readonly validUntilBeforeMs: EpochMs | null;
  readonly changedFromMs: EpochMs | null;
}
export interface RequestQuery extends PageRequest {
  /** As this recipient sees them; null: as they are. */
  readonly asRecipient: string | null;
  readonly platformId: string | null;
  readonly borrowerRef: Buffer | null;
  readonly status: readonly ConsentRequestStatus[];
  readonly recipientId: string | null;
  readonly purpose: Purpose | null;
  readonly createdFromMs: EpochMs | null;
  readonly createdUntilMs: EpochMs | null;
  readonly reference: string | null;
}

/** Reads consents and requests for those whose they are. */
export interface ConsentBook {
  findPerson(lookup: Buffer): Promise<StoredBorrower | null>;
  findBorrower(borrowerRef: Buffer): Promise<StoredBorrower | null>;
  loadPlatform(platformId: string): Promise<PlatformState>;
  /** A platform's own id of a borrower; null: no customer of its. */
  findCustomerId(borrowerRef: Buffer, platformId: string): Promise<string | null>;
  /** The person behind a look-up, if they are this platform's customer. */
  findCustomer(lookup: Buffer, platformId: string): Promise<CustomerBorrower | null>;
  findConsent(arrangementId: string): Promise<ConsentView | null>;
  /** Newest first. */
  listConsents(query: ConsentQuery): Promise<readonly ConsentView[]>;
  /** Newest first. */
  listVersions(borrowerRef: Buffer, arrangementId: string): Promise<readonly VersionView[]>;
  findRequest(consentRequestId: string): Promise<RequestView | null>;
  /** Newest first. */
  listRequests(query: RequestQuery): Promise<readonly RequestView[]>;
  /** Oldest first. */
  listReceipts(
    borrowerRef: Buffer,
    of: { readonly arrangementId: string } | { readonly consentRequestId: string },
  ): Promise<readonly ReceiptView[]>;
  findReceipt(borrowerRef: Buffer, receiptId: string): Promise<ReceiptView | null>;
}

/** A disclosure as recorded, with what is needed to decide it again. */
export interface DisclosureRecord {
  readonly reportId: string;
  readonly recipientId: string;
  readonly request: RequestMark;
  readonly ledgerIndex: number;
  readonly decidedAtMs: EpochMs;
  readonly eraseByMs: EpochMs | null;
  readonly entry: Extract<EntryDraft, { type: 'D' }>;
  /** null: the person was not stored, or the disclosure is older than the link to them. */
  readonly borrower: StoredBorrower | null;
}
/** An index range of the ledger: the entries of one pseudonym, the disclosures to one recipient, or all of them. */
export type DisclosureRange =
  | { readonly kind: 'subject'; readonly subject: Buffer }
  | { readonly kind: 'recipient'; readonly recipientId: string }
  | { readonly kind: 'request'; readonly recipientId: string; readonly requestId: string }
  | { readonly kind: 'all' };
export interface DisclosureQuery {
  readonly range: DisclosureRange;
  /** Older than this entry; null: from the newest. */
  readonly beforeIndex: number | null;
  /** On [from, until), null does not restrict. They only spare looking elsewhere: what is found may lie a little outside. */
  readonly decidedFromMs: EpochMs | null;
  readonly decidedUntilMs: EpochMs | null;
  /** How many entries to look at. */
  readonly limit: number;
}
export interface DisclosureScan {
  /** Newest first. */
  readonly records: readonly DisclosureRecord[];
  /** The last entry that was looked at, where the range goes on; null: this was the rest of it. */
  readonly next: number | null;
}
/** What one recipient may see of a borrower for one purpose. */
export interface BorrowerState {
  readonly recipient: Institution;
  readonly purpose: Purpose;
  readonly state: ConsentState;
}
/** Reads what explains a decision: past ones by the consents of then, present ones over all recipients. */
export interface DecisionBook {
  findDisclosure(reportId: string): Promise<DisclosureRecord | null>;
  scanDisclosures(query: DisclosureQuery): Promise<DisclosureScan>;
  /** The consents of then: of the disclosure's consent set, with the uses before it. */
  loadStateThen(disclosure: DisclosureRecord): Promise<ConsentState>;
  /** One state for each recipient and purpose with an arrangement. */
  loadStates(borrowerRef: Buffer): Promise<readonly BorrowerState[]>;
}

/** What an operator records; every act is its own transactions with its own entries. */
export interface OperatorStore {
  /** @throws GatewayError NOT_FOUND, ILLEGAL_TRANSITION (a closed institution stays closed). @returns whether it changed. */
  changeInstitution(
    institutionId: string,
    status: Institution['status'],
    entry: Pick<ActEntry, 'v' | 'gateway' | 'nonce'>,
  ): Promise<boolean>;
  /** Consents that were not revoked, a page of them by id after the given one; an empty page is the end. */
  liveConsentsTo(recipientId: string, after: string | null): Promise<readonly ConsentView[]>;
  liveConsentsOver(platformId: string, after: string | null): Promise<readonly ConsentView[]>;
  liveConsentsOf(borrowerRef: Buffer, after: string | null): Promise<readonly ConsentView[]>;
  recordDeath(borrowerRef: Buffer): Promise<void>;
  /** Destroys a person's key with all that leads to the person, unless a consent has not ended. */
  destroyKey(borrowerRef: Buffer, entry: ErasureEntry): Promise<ErasureOutcome>;
  /** Removes what is left of everybody whose key was destroyed. */
  finishErasures(): Promise<{ readonly people: number; readonly records: number }>;
}
export type ErasureEntry = Pick<ActEntry, 'v' | 'gateway' | 'nonce'>;
/** `consents`: nothing was done, one is still in force; `gone`: there is no such key. */
export type ErasureOutcome = 'destroyed' | 'consents' | 'gone';
