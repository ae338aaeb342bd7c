import { GatewayError } from '../../core/errors';
import { type Actor, KIND_OF_ROLE } from '../../core/identity/actor';
import type { InstitutionRegister, InstitutionStatus } from '../ports';

/**
 * Lets an actor in whose institution is registered, active and of the kind that its role needs. A token alone proves only
 * who signed it. The register is read for every request: a suspension holds from the next one on, and the number of
 * statements is the same for every request.
 *
 * @throws GatewayError FORBIDDEN, the same whichever of the three is missing.
 */
export async function admitActor(register: InstitutionRegister, { role, partyId }: Actor): Promise<void> {
  const institution = await register.find(partyId);
  if (institution?.kind !== KIND_OF_ROLE[role] || !isAdmitted(role, institution.status))
    throw new GatewayError('FORBIDDEN', 'no active institution of that kind');
}

/** A borrower may withdraw consents while their platform is suspended; the store lets nobody grant one then. */
function isAdmitted(role: Actor['role'], status: InstitutionStatus): boolean {
  return status === 'ACTIVE' || (role === 'BORROWER' && status === 'SUSPENDED');
}
