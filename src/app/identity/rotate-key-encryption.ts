import { GatewayError } from '../../core/errors';
import type { KeyEncryptionKeyHolder, KeyEncryptionStore, Rewrapping, WrappedBorrowerKey } from '../key-ports';
import type { Keys } from '../ports';

export interface KeyEncryptionParts {
  readonly holder: KeyEncryptionKeyHolder;
  readonly store: KeyEncryptionStore;
  readonly keys: Keys;
}
/** Share of a walk that is done, 0 to 1. */
export type OnShare = (share: number) => void;

/**
 * Wraps every borrower's key with a newer key-encryption key and touches nothing else. Interrupted, it goes on when it is
 * called again; a new version is made only once every key was wrapped with the one before. Those who serve meanwhile look for
 * a newer version as soon as they meet it.
 *
 * @param prepareOnly - Make the version durable and wrap nothing yet, so that it can be copied to where it is not shared.
 * @throws GatewayError CONFLICT if a version that was used is missing here.
 */
export async function rotateKeyEncryption(
  { holder, store, keys }: KeyEncryptionParts,
  { prepareOnly, onShare }: { readonly prepareOnly: boolean; readonly onShare: OnShare },
): Promise<{ readonly version: number; readonly rewrapped: number }> {
  holder.refresh();
  const registered = await store.newestRegistered();
  if (registered > holder.newest())
    throw new GatewayError('CONFLICT', `Version ${String(registered)} of the key-encryption key is in use and not here; restore its file.`);
  const newest = holder.newest();
  const { isWalked } = await store.register(newest);
  const version = newest === 1 || isWalked ? holder.add() : newest;
  await store.register(version);
  if (prepareOnly) return { version, rewrapped: 0 };
  let rewrapped = 0;
  for await (const page of pagesOf(store, onShare)) {
    const wrappings = page.flatMap((stored) => toRewrapping(keys, stored));
    if (wrappings.length > 0) rewrapped += await store.rewrap(version, wrappings);
  }
  await store.markWalked(version, true);
  return { version, rewrapped };
} // prettier-ignore

/**
 * Destroys a version that nothing is wrapped with. Where something still is, by a process that had not yet heard of the newer
 * version, it stays, nothing more is wrapped with it, and the next rotation goes on with the newest version.
 *
 * @throws GatewayError CONFLICT that tells how many keys are wrapped with it, ILLEGAL_TRANSITION for the newest version,
 *   NOT_FOUND for one that there never was.
 */
export async function retireKeyEncryption({ holder, store, keys }: KeyEncryptionParts, version: number, onShare: OnShare): Promise<void> {
  holder.refresh();
  const newest = Math.max(holder.newest(), await store.newestRegistered());
  const name = `Version ${String(version)} of the key-encryption key`;
  if (version > newest) throw new GatewayError('NOT_FOUND', `${name} does not exist.`);
  if (version === newest) throw new GatewayError('ILLEGAL_TRANSITION', `${name} is the newest; rotate first.`);
  await store.retire(version);
  let used = 0;
  for await (const page of pagesOf(store, onShare))
    used += page.filter(({ wrappedKey }) => keys.wrappingVersion(wrappedKey) === version).length;
  if (used > 0) {
    await store.markWalked(newest, false);
    throw new GatewayError('CONFLICT', `${name} still wraps ${String(used)} borrowers' keys; rotate again, then retire it.`);
  }
  holder.destroy(version);
} // prettier-ignore

function toRewrapping(keys: Keys, { borrowerRef, wrappedKey: before }: WrappedBorrowerKey): readonly Rewrapping[] {
  const wrappedKey = keys.rewrapped(borrowerRef, before);
  return wrappedKey.equals(before) ? [] : [{ borrowerRef, before, wrappedKey }];
}

async function* pagesOf(store: KeyEncryptionStore, onShare: OnShare): AsyncGenerator<readonly WrappedBorrowerKey[]> {
  for (let after: Buffer | null = null; ;) {
    const page: readonly WrappedBorrowerKey[] = await store.page(after);
    const last = page.at(-1);
    if (!last) return onShare(1);
    yield page;
    after = last.borrowerRef;
    onShare(shareOf(after));
  }
}

/** Borrowers are named at random, so their order tells how many lie before one. */
export function shareOf(borrowerRef: Buffer): number {
  return borrowerRef.readUInt32BE() / 2 ** 32;
}
