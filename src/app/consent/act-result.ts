import type { Actor } from '../../core/identity/actor';
import type { ActDone, ConsentView, ReceiptView } from '../consent-ports';
import { loadOwnConsent } from './consent-parties';
import type { ConsentParts } from './consent-parts';

/** What an act on a consent led to, as its actor may see it. */
export interface ActResult {
  readonly view: ConsentView;
  /** null: nothing changed. */
  readonly receipt: ReceiptView | null;
  readonly stillDisclosedBy: readonly ConsentView[];
}

export async function toResult(parts: ConsentParts, actor: Actor, borrowerRef: Buffer, done: ActDone): Promise<ActResult> {
  const [view, receipt, ...still] = await Promise.all([
    loadOwnConsent(parts, actor, done.consentId),
    done.receiptId === null ? null : parts.book.findReceipt(borrowerRef, done.receiptId),
    ...done.stillDisclosedBy.map((id) => parts.book.findConsent(id)),
  ]);
  const visible = still.flatMap((one) => one ?? []).filter(({ arrangement }) => isVisible(actor, arrangement.platformId));
  return { view, receipt, stillDisclosedBy: visible };
}

/** A platform learns of its own consents alone. */
function isVisible(actor: Actor, platformId: string): boolean {
  return actor.role === 'BORROWER' || platformId === actor.partyId;
}
