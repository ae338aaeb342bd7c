import type { FieldCatalogue } from '../../core/credit/field-catalogue';
import type { Actor } from '../../core/identity/actor';
import { canonicalJson, sha256Hex } from '../../core/ledger/canonical-json';
import { ENTRY_VERSION } from '../../core/ledger/entry';
import type { ActEntry, ConsentBook, ConsentStore, DecisionBook, IdempotencyMark } from '../consent-ports';
import type { InstitutionRegister, Keys, RandomBytes, StoredBorrower } from '../ports';

/** What the use cases about consents are made of. */
export interface ConsentParts {
  readonly consents: ConsentStore;
  readonly book: ConsentBook;
  readonly decisions: DecisionBook;
  readonly institutions: InstitutionRegister;
  readonly keys: Keys;
  readonly catalogue: FieldCatalogue;
  readonly randomBytes: RandomBytes;
  /** Name and version of this program, as it stands in every entry. */
  readonly gateway: string;
}

/** Idempotency keys are private to the caller: institution, role and, for a borrower, the person. */
export function clientIdOf(actor: Actor): string {
  return [actor.role, actor.partyId, ...(actor.customerId === undefined ? [] : [actor.customerId])].join('/');
}

/** Tells a repeated act from a new one: the same key with another input is a mistake. */
export function markOf(actor: Actor, act: string, input: { readonly idempotencyKey: string }): IdempotencyMark {
  return {
    clientId: clientIdOf(actor),
    isPerBorrower: actor.role === 'PLATFORM' || actor.role === 'BORROWER',
    key: input.idempotencyKey,
    requestHash: sha256Hex(canonicalJson([act, input])),
  };
}

/** What a ledger entry says of the actor and the person, whatever the act. */
export function entryOf(
  { randomBytes, gateway }: Pick<ConsentParts, 'randomBytes' | 'gateway'>,
  actor: Actor,
  subject: Buffer,
): ActEntry {
  return {
    v: ENTRY_VERSION,
    gateway,
    nonce: randomBytes(16).toString('base64url'),
    actor: actor.partyId,
    role: actor.role,
    jti: actor.tokenHash,
    subject: subject.toString('base64url'),
  };
}

/** The ledger's name for a stored person. */
export function pseudonymOf(keys: Keys, { borrowerRef, wrappedKey }: StoredBorrower): Buffer {
  return keys.borrowerKey(borrowerRef, wrappedKey).pseudonym();
}
