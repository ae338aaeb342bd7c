import { unavailable } from '../../core/errors';
import { type CustomerRef, endAll, entryFor, findPerson, loadPerson, type OperatorParts } from './operator-events';

/** Somebody may grant a consent while they are being ended. */
const ATTEMPTS = 5;

/**
 * Erases a person: ends every consent, destroys the key in one transaction with all that leads to the person, and removes the
 * records. The ledger loses nothing; it names the person by a pseudonym that nobody can compute any more. Interrupted, it is
 * gone on with by whatever erasure is next, this one repeated among them.
 *
 * @returns `person` null: there is none, but an erasure that was interrupted has been finished.
 * @throws GatewayError NOT_FOUND.
 */
export async function eraseBorrower(
  parts: OperatorParts,
  ref: CustomerRef,
): Promise<{ readonly person: { readonly consentsEnded: number; readonly recordsErased: number } | null }> {
  const { operator } = parts;
  const earlier = await operator.finishErasures();
  if (earlier.people > 0 && !(await findPerson(parts, ref))) return { person: null };
  const { borrowerRef } = await loadPerson(parts, ref);
  let consentsEnded = 0;
  for (let left = ATTEMPTS; left > 0; left -= 1) {
    consentsEnded += await endAll(parts, (after) => operator.liveConsentsOf(borrowerRef, after), 'BORROWER_ERASED');
    const { v, gateway, nonce } = entryFor(parts, Buffer.alloc(0));
    const outcome = await operator.destroyKey(borrowerRef, { v, gateway, nonce });
    if (outcome === 'consents') continue;
    const { records } = await operator.finishErasures();
    return { person: { consentsEnded, recordsErased: records } };
  }
  throw unavailable('Consents of the person are being granted all the time; suspend the platform and repeat the erasure');
}
