import type { DisclosureDraft } from '../app/ports';
import { changedBy, rowsOf, type Script } from './database';
import { type Dialect, upsertSql } from './dialect';
import type { Sequence } from './ledger-append';

/** The disclosure that an earlier request of the same id led to. */
interface Remembered {
  readonly requestHash: Buffer;
  readonly answerMark: Buffer;
  readonly reportId: Buffer;
  readonly decidedAtMs: number;
  readonly index: number;
}

/** Earlier disclosures under the batch's request ids, by `recipient requestId` (ledger.md, section 14, query retries). */
export function* findRepeated(drafts: readonly DisclosureDraft[]): Script<ReadonlyMap<string, Remembered>> {
  const rows = yield* rowsOf(
    `SELECT recipient_id, request_id, request_hash, answer_mark, report_id, decided_at_ms, idx
     FROM disclosure_request WHERE ${drafts.map(() => '(recipient_id = ? AND request_id = ?)').join(' OR ')}`,
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

/** Remembers the newest disclosure of each request id. */
export function* rememberRequests(dialect: Dialect, drafts: readonly DisclosureDraft[], sequence: Sequence): Script<void> {
  const keys = ['recipient_id', 'request_id'];
  const columns = ['request_hash', 'consent_set', 'answer_mark', 'report_id', 'decided_at_ms', 'ledger_id', 'idx'];
  yield* changedBy(
    upsertSql(dialect, 'disclosure_request', keys, columns, drafts.length),
    drafts.flatMap(({ recipientId, consentSet, retry }, offset) => [
      recipientId,
      retry.requestId,
      retry.requestHash,
      consentSet,
      retry.answerMark,
      retry.reportId,
      retry.decidedAtMs,
      sequence.ledgerId,
      sequence.next + offset,
    ]),
  );
}
