import { GatewayError } from '../../core/errors';
import { type Actor, KIND_OF_ROLE } from '../../core/identity/actor';
import type { InstitutionRegister } from '../ports';

const REMEMBERED_MS = 1_000;
const REMEMBERED_MAX = 10_000;

export type AdmitActor = (actor: Actor) => Promise<void>;

/**
 * Lets an actor in whose institution is registered, active and of the kind that its role needs. A token alone proves only
 * who signed it.
 *
 * An admission is remembered for a second. Nothing of a borrower's leaves and nothing is granted on its word alone: both
 * read the register again, in the transaction that records them too.
 *
 * @param nowMs - A clock that never goes back.
 * @throws GatewayError FORBIDDEN, the same whichever of the three is missing; a refusal is never remembered.
 */
export function createAdmission(register: InstitutionRegister, nowMs: () => number): AdmitActor {
  const admitted = new Map<string, number>();
  return async ({ role, partyId }) => {
    const key = `${role} ${partyId}`;
    if (nowMs() - (admitted.get(key) ?? -Infinity) < REMEMBERED_MS) return;
    admitted.delete(key);
    const institution = await register.find(partyId);
    if (institution?.status !== 'ACTIVE' || institution.kind !== KIND_OF_ROLE[role])
      throw new GatewayError('FORBIDDEN', 'no active institution of that kind');
    if (admitted.size >= REMEMBERED_MAX) admitted.clear();
    admitted.set(key, nowMs());
  };
}
