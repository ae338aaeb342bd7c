export const ROLES = ['BANK', 'CREDIT_REFERENCE_CENTRE', 'PLATFORM', 'BORROWER', 'AUDITOR'] as const;
export type Role = (typeof ROLES)[number];
/** Whoever may act on a consent: a party by its token, or the operator at the command line. */
export type ActorRole = Role | 'OPERATOR';

export const INSTITUTION_KINDS = ['BANK', 'PLATFORM', 'CREDIT_REFERENCE_CENTRE', 'AUDITOR'] as const;
export type InstitutionKind = (typeof INSTITUTION_KINDS)[number];

/** Role names as they stand in access tokens and on the command line (product.md, HTTP). */
export const TOKEN_ROLES = {
  bank: 'BANK',
  crc: 'CREDIT_REFERENCE_CENTRE',
  platform: 'PLATFORM',
  borrower: 'BORROWER',
  auditor: 'AUDITOR',
} as const satisfies Record<string, Role>;
export type TokenRole = keyof typeof TOKEN_ROLES;

/** Who asks, as the verified access token says; whether the institution is in good standing is the register's word. */
export interface Actor {
  readonly role: Role;
  /** Institution id; for a borrower the platform they came through. */
  readonly partyId: string;
  /** For role BORROWER alone: the borrower's customer id at that platform. */
  readonly customerId?: string;
  /** SHA-256 of the token's `jti`, hexadecimal: names the token in ledger and log without being it. */
  readonly tokenHash: string;
}

/** May this role be named as the recipient of a consent? */
export function isRecipientRole(role: ActorRole): boolean {
  return role === 'BANK' || role === 'CREDIT_REFERENCE_CENTRE';
}

/** The kind of institution a role must come from; a borrower comes through a platform. */
export const KIND_OF_ROLE = {
  BANK: 'BANK',
  CREDIT_REFERENCE_CENTRE: 'CREDIT_REFERENCE_CENTRE',
  PLATFORM: 'PLATFORM',
  BORROWER: 'PLATFORM',
  AUDITOR: 'AUDITOR',
} as const satisfies Record<Role, InstitutionKind>;
