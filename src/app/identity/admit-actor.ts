import { GatewayError } from '../../core/errors';
import { type Actor, KIND_OF_ROLE } from '../../core/identity/actor';
import type { InstitutionRegister } from '../ports';

/**
 * Lets an actor in whose institution is registered, active and of the kind that its role needs. A token alone proves only
 * who signed it. The register is read for every request: a suspension holds from the next one on, and the number of
 * statements is the same for every request.
 *
 * @throws GatewayError FORBIDDEN, the same whichever of the three is missing.
 */
export async function admitActor(register: InstitutionRegister, { role, partyId }: Actor): Promise<void> {
  const institution = await register.find(partyId);
  if (institution?.status !== 'ACTIVE' || institution.kind !== KIND_OF_ROLE[role])
    throw new GatewayError('FORBIDDEN', 'no active institution of that kind');
}
