import { permissionsOn } from '../../core/consent/explain';
import type { VerdictReason } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import type { EpochMs } from '../../core/credit/calendar';
import type { Product } from '../../core/credit/codes';
import type { FieldCoordinate } from '../../core/credit/field-catalogue';
import { GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import type { ConsentView } from '../consent-ports';
import { ownPart } from '../credit/release-report';
import { snapshotOf } from '../credit/release-shape';
import type { Institution } from '../ports';
import { loadCustomer } from './consent-parties';
import type { ConsentParts } from './consent-parts';

/** One consent under which one recipient sees a field now. */
export interface FieldVisibility {
  readonly recipient: Institution;
  readonly purpose: Purpose;
  readonly product: Product | null;
  readonly consent: ConsentView;
  readonly version: number;
  readonly reason: VerdictReason;
  /** The finer field whose PERMIT implies this one. */
  readonly impliedBy: FieldCoordinate | null;
  readonly visibleUntilMs: EpochMs;
}

/**
 * Every recipient and purpose under which a field of a borrower is visible now, decided by the same function as a report; to
 * a platform only by its own consents.
 *
 * @throws GatewayError NOT_FOUND, UNKNOWN_FIELD, BAD_USER_INPUT.
 */
export async function whoCanSee(
  parts: ConsentParts,
  actor: Actor,
  named: BorrowerIdentity | null,
  coordinate: FieldCoordinate,
): Promise<readonly FieldVisibility[]> {
  const entry = parts.catalogue.find(coordinate);
  if (!entry) throw new GatewayError('UNKNOWN_FIELD', 'no such coordinate', { input: 'field' });
  const customer = await loadCustomer(parts, actor, named, 'borrower');
  const states = await parts.decisions.loadStates(customer.borrowerRef);
  const found = states.filter(isServed).flatMap(({ recipient, purpose, state }) => {
    const own = actor.role === 'PLATFORM' ? ownPart(state, actor.partyId) : state;
    return permissionsOn(snapshotOf(own, purpose), parts.catalogue, entry).map((permission) => ({
      recipient,
      purpose,
      permission,
    }));
  });
  return Promise.all(
    found.map(async ({ recipient, purpose, permission: { arrangement, cell, impliedBy } }): Promise<FieldVisibility> => {
      const consent = await parts.book.findConsent(arrangement.arrangementId);
      if (!consent) throw new Error('A consent that was just decided on is not there');
      return {
        recipient, purpose, consent, product: cell.product, version: arrangement.version,
        reason: impliedBy ? 'IMPLIED' : cell.reason, impliedBy: impliedBy?.coordinate ?? null,
        visibleUntilMs: arrangement.terms.validUntilMs,
      }; // prettier-ignore
    }),
  );
}

/** A recipient that is not active, or no longer registered for the purpose, sees nothing whatever the consents say. */
function isServed({ recipient, purpose }: { readonly recipient: Institution; readonly purpose: Purpose }): boolean {
  return recipient.status === 'ACTIVE' && recipient.purposes.includes(purpose);
}
