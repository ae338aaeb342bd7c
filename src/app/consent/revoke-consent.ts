import { revoke } from '../../core/consent/transitions';
import { badInput } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import { type ActResult, toResult } from './act-result';
import { changeConsent } from './change-consent';
import { findOwnConsent, loadOwnConsent } from './consent-parties';
import type { ConsentParts } from './consent-parts';
import type { PauseInput } from './pause-consent';

/**
 * Ends a consent at once: a look-up that begins after this was answered shows nothing of it. A consent that had ended
 * already stays as it ended, and its first receipt is shown again.
 *
 * @throws GatewayError NOT_FOUND, CONFLICT with the version in force, IDEMPOTENCY_MISMATCH.
 */
export async function revokeConsent(parts: ConsentParts, actor: Actor, input: PauseInput): Promise<ActResult> {
  const view = await loadOwnConsent(parts, actor, input.consentId);
  const reason = actor.role === 'BORROWER' ? 'BORROWER_WITHDREW' : 'PLATFORM_ON_BEHALF';
  const done = await changeConsent(parts, actor, view, 'revoke', input, {
    decide: (standing) => revoke(standing, reason, input.reason, parts.catalogue),
  });
  return toResult(parts, actor, view.borrower.borrowerRef, done);
}

/**
 * A recipient gives up its own consent. The answer and the number of entries are the same whatever the state was, so that
 * they do not tell what became of it.
 *
 * @throws GatewayError BAD_USER_INPUT for an id that is not its own, IDEMPOTENCY_MISMATCH.
 */
export async function giveUpConsent(parts: ConsentParts, actor: Actor, input: PauseInput): Promise<void> {
  const view = await findOwnConsent(parts, actor, input.consentId);
  if (!view) throw badInput('input.consentId', 'no consent of this recipient');
  await changeConsent(
    parts,
    actor,
    view,
    'revoke',
    { ...input, expectedVersion: null },
    {
      decide: (standing) => revoke(standing, 'RECIPIENT_GAVE_UP', input.reason, parts.catalogue),
      alwaysRecorded: true,
    },
  );
}
