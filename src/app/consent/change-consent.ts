import type { Actor } from '../../core/identity/actor';
import type { ActDone, ChangeDraft, ConsentView } from '../consent-ports';
import { type ConsentParts, entryOf, markOf, pseudonymOf } from './consent-parts';

/** What every act on an existing consent says. */
export interface ChangeInput {
  readonly consentId: string;
  /** null: whatever the version. */
  readonly expectedVersion: number | null;
  readonly idempotencyKey: string;
}

/** One transition of one consent: decided under the lock by `decide`, recorded with entry and receipt. */
export function changeConsent(
  parts: ConsentParts,
  actor: Actor,
  { arrangement, borrower }: ConsentView,
  act: string,
  input: ChangeInput,
  how: Pick<ChangeDraft, 'decide'> & Partial<Pick<ChangeDraft, 'alwaysRecorded'>>,
): Promise<ActDone> {
  return parts.consents.change(borrower, {
    arrangementId: arrangement.arrangementId,
    expectedVersion: input.expectedVersion,
    alwaysRecorded: false,
    ...how,
    idempotency: markOf(actor, act, input),
    entry: entryOf(parts, actor, pseudonymOf(parts.keys, borrower)),
    receiptId: parts.randomBytes(16),
  });
}
