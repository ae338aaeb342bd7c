import type { Evidence, EvidenceChannel } from '../../core/consent/consent';
import type { EpochMs } from '../../core/credit/calendar';
import { canonicalJson, sha256Hex } from '../../core/ledger/canonical-json';

/** Proof of an approval as its caller sends it. */
export interface EvidenceInput {
  readonly approvalHash: string;
  readonly noticeId: string;
  readonly noticeVersion: string;
  readonly locale: string;
  readonly approvedAtMs: EpochMs;
  readonly channel: EvidenceChannel;
  readonly bundledWithService: boolean;
  readonly identityCheck: string | null;
}

/** The gateway adds the hash of the notice that was shown; the text itself stays with the caller. */
export function toEvidence(input: EvidenceInput): Evidence {
  return { ...input, noticeHash: sha256Hex(canonicalJson([input.noticeId, input.noticeVersion, input.locale])) };
}
