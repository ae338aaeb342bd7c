import type { Actor } from '../../core/identity/actor';
import { canonicalJson, sha256Hex } from '../../core/ledger/canonical-json';
import type { ConsentView } from '../ports';
import { loadOwnConsent } from './consent-parties';
import { clientIdOf, type ConsentParts, entryOf } from './grant-consent';

export interface RevokeInput {
  readonly consentId: string;
  /** null: whatever the version. */
  readonly expectedVersion: number | null;
  readonly reason: string | null;
  readonly idempotencyKey: string;
}

/**
 * Ends a consent at once: a look-up that begins after this was answered shows nothing of it. A consent that had ended
 * already stays as it ended.
 *
 * @throws GatewayError NOT_FOUND, CONFLICT with the version in force, IDEMPOTENCY_MISMATCH.
 */
export async function revokeConsent(parts: ConsentParts, actor: Actor, input: RevokeInput): Promise<ConsentView> {
  const { borrower, arrangement } = await loadOwnConsent(parts.consents, actor, input.consentId);
  await parts.consents.revoke(borrower, {
    arrangementId: arrangement.arrangementId,
    reason: actor.role === 'BORROWER' ? 'BORROWER_WITHDREW' : 'PLATFORM_ON_BEHALF',
    note: input.reason,
    expectedVersion: input.expectedVersion,
    idempotency: {
      clientId: clientIdOf(actor),
      key: input.idempotencyKey,
      requestHash: sha256Hex(canonicalJson(['revoke', input])),
    },
    entry: entryOf(parts, actor, parts.keys.borrowerKey(borrower.borrowerRef, borrower.wrappedKey).pseudonym()),
  });
  return loadOwnConsent(parts.consents, actor, input.consentId);
}
