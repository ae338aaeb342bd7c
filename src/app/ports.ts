import type { Purpose } from '../core/consent/purpose';
import type { InstitutionKind } from '../core/identity/actor';
import type { BorrowerIdentity } from '../core/identity/borrower-identity';

/** Every key of the gateway, derived from the root secret; nothing here performs I/O. */
export interface Keys {
  /** Blind index of an identity: 32 bytes, equal for equal people, useless without the key. */
  lookupOf(identity: BorrowerIdentity): Buffer;
  /** Sixteen bytes under which nobody is stored; read in place of a borrower when nothing may be read. */
  absentRef(lookup: Buffer): Buffer;
  /** Eight bytes that name a platform's account inside its borrower; not sequential, the same at every delivery. */
  accountIdOf(platformId: string, accountNo: string): Buffer;
  /** A new random data key for a borrower, wrapped for storage. */
  newBorrowerKey(borrowerRef: Buffer): Buffer;
  /** Unwraps a borrower's data key. @throws if the wrapping does not belong to this borrower or this root secret. */
  borrowerKey(borrowerRef: Buffer, wrapped: Buffer): BorrowerKey;
  /** Ledger pseudonym of a person who is not stored: 32 bytes, as long as a real one. */
  unknownPseudonym(lookup: Buffer): Buffer;
  /** Public id of an internal one, different for each recipient and purpose: 22 characters of base64url. */
  pairwiseRef(recipientId: string, purpose: string, internalId: Buffer): string;
}

/** One borrower's data key, unwrapped. */
export interface BorrowerKey {
  /** AES-256-GCM with a random nonce, bound to the place where it is stored. */
  seal(place: SealedPlace, text: string): Buffer;
  /** @throws if the bytes were altered or moved from another place. */
  open(place: SealedPlace, sealed: Buffer): string;
  /** Ledger pseudonym: 32 bytes, the same for the life of the key. */
  pseudonym(): Buffer;
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
