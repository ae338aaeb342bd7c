import type { DisclosureDraft, RetryMark } from '../app/ports';
import { changedBy, rowsOf, type Script } from './database';
import { insertSql } from './dialect';
import type { Sequence } from './ledger-append';

/** The disclosure that an earlier request of the same id led to. */
export interface Remembered {
  readonly requestHash: Buffer;
  readonly answerMark: Buffer;
  readonly reportId: Buffer;
  readonly decidedAtMs: number;
  readonly index: number;
}
/** A disclosure that answers a request, unlike a preview. */
export type Answering = DisclosureDraft & { readonly retry: RetryMark };
export const isAnswering = (draft: DisclosureDraft): draft is Answering => draft.retry !== null;

/** The newest disclosures under the batch's request ids, by `recipient requestId` (ledger.md, section 14, query retries). */
export function* findRepeated(drafts: readonly Answering[]): Script<ReadonlyMap<string, Remembered>> {
  if (drafts.length === 0) return new Map();
  const rows = yield* rowsOf(
    `SELECT recipient_id, request_id, request_hash, answer_mark, report_id, decided_at_ms, idx
     FROM disclosure WHERE ${drafts.map(() => '(recipient_id = ? AND request_id = ?)').join(' OR ')} ORDER BY recipient_id, request_id, idx`,
    drafts.flatMap(({ recipientId, retry }) => [recipientId, retry.requestId]),
  );
  return new Map(
    rows.map((row) => [
      `${row['recipient_id'] as string} ${row['request_id'] as string}`,
      {
        requestHash: row['request_hash'] as Buffer,
        answerMark: row['answer_mark'] as Buffer,
        reportId: row['report_id'] as Buffer,
        decidedAtMs: Number(row['decided_at_ms']),
        index: Number(row['idx']),
      },
    ]),
  );
}

const COLUMNS = [
  'recipient_id', 'request_id', 'idx', 'ledger_id', 'request_hash', 'consent_set', 'answer_mark', 'report_id', 'borrower_ref',
  'decided_at_ms', 'erase_by_ms',
] as const; // prettier-ignore

/** A disclosure with its place in the ledger. */
export interface Placed {
  readonly draft: Answering;
  readonly index: number;
}

/** Every disclosure by request and by report, for its retries and its explanation. */
export function* rememberDisclosures(placed: readonly Placed[], { ledgerId }: Sequence): Script<void> {
  if (placed.length === 0) return;
  yield* changedBy(
    insertSql('disclosure', COLUMNS, placed.length),
    placed.flatMap(({ draft: { recipientId, consentSet, borrowerRef, decidedAtMs, retry }, index }) => [
      recipientId, retry.requestId, index, ledgerId, retry.requestHash, consentSet, retry.answerMark, retry.reportId, borrowerRef,
      decidedAtMs, retry.eraseByMs,
    ]),
  ); // prettier-ignore
}
