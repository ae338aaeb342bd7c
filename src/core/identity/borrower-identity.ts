export const ID_TYPES = ['RESIDENT_ID_CARD', 'PASSPORT', 'PLATFORM_CUSTOMER_ID'] as const;
export type IdType = (typeof ID_TYPES)[number];

/**
 * A person as a caller knows them. A document number counts only together with the full name, so that a wrong name is an
 * unknown person and a mistyped number never leads to somebody else's record.
 */
export type BorrowerIdentity =
  | { readonly idType: 'RESIDENT_ID_CARD' | 'PASSPORT'; readonly idNumber: string; readonly fullName: string }
  | { readonly idType: 'PLATFORM_CUSTOMER_ID'; readonly platformId: string; readonly customerId: string };

/**
 * Text under which an identity is hashed for look-up; equal for spellings that mean the same person.
 *
 * Names and numbers are NFKC-normalised and upper-cased, and white space is dropped; ids of platforms are taken bytewise.
 */
export function toLookupText(identity: BorrowerIdentity): string {
  if (identity.idType === 'PLATFORM_CUSTOMER_ID')
    return JSON.stringify(['customer', 'v1', identity.platformId, identity.customerId]);
  return JSON.stringify(['document', 'v1', identity.idType, squeeze(identity.idNumber), squeeze(identity.fullName)]);
}

function squeeze(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/\s+/gu, '');
}
