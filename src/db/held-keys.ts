import type { BorrowerKey, Keys } from '../app/ports';
import { rowsOf, type Script } from './database';
import { type Dialect, forUpdate, inList } from './dialect';
import { OutdatedPlan } from './furnish-world';
import { hex } from './planned-record';

/** Keys of borrowers of whom a transaction writes; those of stored ones are under lock, so that they stand until its end. */
export interface HeldKeys {
  /** @throws Error for a borrower whose key is not held. */
  of(borrowerRef: Buffer): BorrowerKey;
}

/**
 * Locks the keys of stored borrowers, in their order: whoever destroys or replaces one waits, and who did so before is seen.
 *
 * @param fresh - Unwrapped keys of borrowers that the transaction itself stores, by borrower, hexadecimal.
 * @throws OutdatedPlan if one was destroyed.
 */
export function* holdKeys(
  dialect: Dialect,
  keys: Keys,
  refs: readonly Buffer[],
  fresh: ReadonlyMap<string, BorrowerKey> = new Map(),
): Script<HeldKeys> {
  const stored = [...new Map(refs.map((ref) => [hex(ref), ref])).values()]
    .filter((ref) => !fresh.has(hex(ref)))
    .sort((a, b) => a.compare(b));
  const rows =
    stored.length === 0
      ? []
      : yield* rowsOf(
          `SELECT borrower_ref, wrapped_key FROM borrower_key WHERE ${inList('borrower_ref', stored)}
           ORDER BY borrower_ref${forUpdate(dialect)}`,
          stored,
        );
  if (rows.length < stored.length) throw new OutdatedPlan();
  const wrapped = new Map(rows.map((row) => [hex(row['borrower_ref'] as Buffer), row['wrapped_key'] as Buffer]));
  const unwrapped = new Map(fresh);
  return {
    of: (borrowerRef) => {
      const name = hex(borrowerRef);
      const found = unwrapped.get(name) ?? keys.borrowerKey(borrowerRef, wrapped.get(name) ?? Buffer.alloc(0));
      unwrapped.set(name, found);
      return found;
    },
  };
}
