import { type ConsentStatusReason, isEnded, stateAt } from '../../core/consent/consent';
import { pause, revoke } from '../../core/consent/transitions';
import type { FieldCatalogue } from '../../core/credit/field-catalogue';
import { GatewayError } from '../../core/errors';
import { ENTRY_VERSION } from '../../core/ledger/entry';
import type { ChangeDraft, ConsentBook, ConsentStore, ConsentView, OperatorStore } from '../consent-ports';
import { pseudonymOf } from '../consent/consent-parts';
import type { Institution, Keys, RandomBytes, StoredBorrower } from '../ports';

export interface OperatorParts {
  readonly operator: OperatorStore;
  readonly consents: ConsentStore;
  readonly book: ConsentBook;
  readonly keys: Keys;
  readonly catalogue: FieldCatalogue;
  readonly randomBytes: RandomBytes;
  readonly gateway: string;
}
const OPERATOR = 'operator';

/** A person as an operator names them: a platform and its own id of its customer. */
export interface CustomerRef {
  readonly platformId: string;
  readonly customerId: string;
}

/**
 * Suspends, restores or closes an institution. From the next request on a suspended one is refused everything, what it
 * furnished is hidden, and its consents stay; a closed one stays closed, and every consent to it, or over its records, is
 * revoked. Repeated, it goes on where it stopped.
 *
 * @returns how many consents it ended. @throws GatewayError NOT_FOUND, ILLEGAL_TRANSITION.
 */
export async function changeInstitution(
  parts: OperatorParts,
  institutionId: string,
  status: Institution['status'],
): Promise<{ readonly changed: boolean; readonly consentsEnded: number }> {
  const { operator } = parts;
  const { v, gateway, nonce } = entryFor(parts, Buffer.alloc(0));
  const changed = await operator.changeInstitution(institutionId, status, { v, gateway, nonce });
  if (status !== 'CLOSED') return { changed, consentsEnded: 0 };
  const to = await endAll(parts, (after) => operator.liveConsentsTo(institutionId, after), 'RECIPIENT_CLOSED');
  const over = await endAll(parts, (after) => operator.liveConsentsOver(institutionId, after), 'PLATFORM_CLOSED');
  return { changed, consentsEnded: to + over };
}

/** Records a death: every consent ends, and nobody can grant another. @throws GatewayError NOT_FOUND. */
export async function recordDeath(parts: OperatorParts, ref: CustomerRef): Promise<{ readonly consentsEnded: number }> {
  const { borrowerRef } = await loadPerson(parts, ref);
  await parts.operator.recordDeath(borrowerRef);
  return {
    consentsEnded: await endAll(parts, (after) => parts.operator.liveConsentsOf(borrowerRef, after), 'BORROWER_DECEASED'),
  };
}

/**
 * Records fraud: suspected, it pauses every consent, which the borrower alone lifts without more; confirmed, it ends them all.
 *
 * @throws GatewayError NOT_FOUND.
 */
export async function recordFraud(
  parts: OperatorParts,
  ref: CustomerRef,
  certainty: 'SUSPECTED' | 'CONFIRMED',
): Promise<{ readonly consentsChanged: number }> {
  const { borrowerRef } = await loadPerson(parts, ref);
  const live: LivePage = (after) => parts.operator.liveConsentsOf(borrowerRef, after);
  if (certainty === 'CONFIRMED') return { consentsChanged: await endAll(parts, live, 'FRAUD') };
  const pauseOne: ChangeDraft['decide'] = (standing) =>
    isEnded(stateAt(standing.arrangement, standing.atMs).status)
      ? null
      : pause(standing, 'FRAUD_SUSPECTED', null, parts.catalogue);
  return { consentsChanged: await forEachLive(parts, live, pauseOne) };
}

export function findPerson(
  { keys, book }: OperatorParts,
  { platformId, customerId }: CustomerRef,
): Promise<StoredBorrower | null> {
  return book.findPerson(keys.lookupOf({ idType: 'PLATFORM_CUSTOMER_ID', platformId, customerId }));
}

/** @throws GatewayError NOT_FOUND. */
export async function loadPerson(parts: OperatorParts, ref: CustomerRef): Promise<StoredBorrower> {
  const person = await findPerson(parts, ref);
  if (!person) throw new GatewayError('NOT_FOUND', `The platform ${ref.platformId} has furnished no customer of that id.`);
  return person;
}

type LivePage = (after: string | null) => Promise<readonly ConsentView[]>;

/** Ends every consent of some pages. @returns how many it ended. */
export function endAll(parts: OperatorParts, live: LivePage, reason: ConsentStatusReason): Promise<number> {
  return forEachLive(parts, live, (standing) => revoke(standing, reason, null, parts.catalogue));
}

/** Page after page, each consent that has not ended in a transaction of its own. @returns how many were changed. */
async function forEachLive(parts: OperatorParts, live: LivePage, decide: ChangeDraft['decide']): Promise<number> {
  let changed = 0;
  for (let after: string | null = null; ;) {
    const views: readonly ConsentView[] = await live(after);
    for (const view of views) {
      if (isEnded(stateAt(view.arrangement, view.atMs).status)) continue;
      const { receiptId } = await record(parts, view, decide);
      if (receiptId !== null) changed += 1;
    }
    const last = views.at(-1);
    if (!last) return changed;
    after = last.arrangement.arrangementId;
  }
}

function record(parts: OperatorParts, { arrangement, borrower }: ConsentView, decide: ChangeDraft['decide']) {
  const key = parts.randomBytes(16).toString('hex');
  return parts.consents.change(borrower, {
    arrangementId: arrangement.arrangementId,
    expectedVersion: null,
    alwaysRecorded: false,
    decide,
    idempotency: { clientId: OPERATOR, isPerBorrower: true, key, requestHash: '00'.repeat(32) },
    entry: entryFor(parts, pseudonymOf(parts.keys, borrower)),
    receiptId: parts.randomBytes(16),
  });
}

/** What a ledger entry says of an operator's act. */
export function entryFor({ randomBytes, gateway }: OperatorParts, subject: Buffer) {
  return {
    v: ENTRY_VERSION,
    gateway,
    nonce: randomBytes(16).toString('base64url'),
    actor: OPERATOR,
    role: 'OPERATOR',
    jti: '-',
    subject: subject.toString('base64url'),
  } as const;
}
