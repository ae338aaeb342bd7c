import { pause, resume } from '../../core/consent/transitions';
import type { Actor } from '../../core/identity/actor';
import { type ActResult, toResult } from './act-result';
import { type ChangeInput, changeConsent } from './change-consent';
import { loadOwnConsent } from './consent-parties';
import type { ConsentParts } from './consent-parts';
import { type EvidenceInput, toEvidence } from './evidence';

export interface PauseInput extends ChangeInput {
  /** In words, for the record. */
  readonly reason: string | null;
}
export interface ResumeInput extends PauseInput {
  readonly evidence: EvidenceInput | null;
}

/**
 * Hides everything under a consent at once; its validity runs on. A paused one stays as it is, without a new receipt.
 *
 * @throws GatewayError NOT_FOUND, CONFLICT, ILLEGAL_TRANSITION, IDEMPOTENCY_MISMATCH.
 */
export async function pauseConsent(parts: ConsentParts, actor: Actor, input: PauseInput): Promise<ActResult> {
  const view = await loadOwnConsent(parts, actor, input.consentId);
  const by = actor.role === 'BORROWER' ? 'BORROWER' : 'PLATFORM';
  const done = await changeConsent(parts, actor, view, 'pause', input, {
    decide: (standing) => pause(standing, by, input.reason, parts.catalogue),
  });
  return toResult(parts, actor, view.borrower.borrowerRef, done);
}

/**
 * Brings exactly the current version back.
 *
 * @throws GatewayError NOT_FOUND, CONFLICT, ILLEGAL_TRANSITION, EVIDENCE_REQUIRED where a platform lifts a pause that it did
 *   not set, EVIDENCE_STALE, EVIDENCE_REUSED, IDEMPOTENCY_MISMATCH.
 */
export async function resumeConsent(parts: ConsentParts, actor: Actor, input: ResumeInput): Promise<ActResult> {
  const evidence = input.evidence && toEvidence(input.evidence);
  const view = await loadOwnConsent(parts, actor, input.consentId);
  const done = await changeConsent(parts, actor, view, 'resume', input, {
    decide: (standing) => resume(standing, actor.role, evidence, input.reason),
  });
  return toResult(parts, actor, view.borrower.borrowerRef, done);
}
