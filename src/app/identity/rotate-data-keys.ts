import type { DataKeyStore } from '../key-ports';
import { type OnShare, shareOf } from './rotate-key-encryption';

/**
 * Gives every borrower a new key to seal with, and seals all that is sealed with it; the older keys are gone then. Pseudonyms
 * and marks stay, as the ledger rests on them. Interrupted, it goes on where it stopped when it is called again.
 *
 * @throws GatewayError SERVICE_UNAVAILABLE; what is done until then stays done.
 */
export async function rotateDataKeys(
  store: DataKeyStore,
  onShare: OnShare,
): Promise<{ readonly version: number; readonly resealed: number }> {
  const version = await store.begin();
  let resealed = 0;
  for (;;) {
    const { after, values } = await store.step(version);
    resealed += values;
    onShare(after ? shareOf(after) : 1);
    if (!after) return { version, resealed };
  }
}
