import { type Amendment, amend } from '../../core/consent/transitions';
import type { Actor } from '../../core/identity/actor';
import { type ActResult, toResult } from './act-result';
import { type ChangeInput, changeConsent } from './change-consent';
import { loadOwnConsent } from './consent-parties';
import type { ConsentParts } from './consent-parts';
import { expandScopes, type ScopeInput } from './expand-scopes';
import { type EvidenceInput, toEvidence } from './evidence';

/** What is null stays as it is. */
export interface AmendInput extends ChangeInput, Omit<Amendment, 'scopes' | 'evidence'> {
  /** Replaces the whole list; an empty one shares nothing. */
  readonly scopes: readonly ScopeInput[] | null;
  readonly evidence: EvidenceInput | null;
}

/**
 * Makes a new version of a consent; the old one works until the commit, and a failed amendment changes nothing. What widens
 * anything needs the borrower's fresh evidence.
 *
 * @throws GatewayError NOT_FOUND, CONFLICT, ILLEGAL_TRANSITION, EVIDENCE_REQUIRED, EVIDENCE_STALE, EVIDENCE_REUSED,
 *   UNKNOWN_FIELD, INVALID_PERIOD, EXCEEDS_PURPOSE, IDEMPOTENCY_MISMATCH, BAD_USER_INPUT.
 */
export async function amendConsent(parts: ConsentParts, actor: Actor, input: AmendInput): Promise<ActResult> {
  const { catalogue } = parts;
  const scopes = input.scopes && expandScopes(input.scopes, catalogue, 'MAY_BE_EMPTY');
  const amendment: Amendment = { ...input, scopes, evidence: input.evidence && toEvidence(input.evidence) };
  const view = await loadOwnConsent(parts, actor, input.consentId);
  const by = { role: actor.role, partyId: actor.partyId };
  const done = await changeConsent(parts, actor, view, 'amend', input, {
    decide: (standing) => amend(standing, amendment, by, catalogue),
  });
  return toResult(parts, actor, view.borrower.borrowerRef, done);
}
