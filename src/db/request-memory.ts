import type { DisclosureDraft, RetryMark } from '../app/ports';
import { isHardReason } from '../core/credit/codes';
import { changedBy, type Script, type SqlValue } from './database';
import { insertSql } from './dialect';
import type { Sequence } from './ledger-append';

/** A disclosure that answers a request, unlike a preview. */
export type Answering = DisclosureDraft & { readonly retry: RetryMark };
export const isAnswering = (draft: DisclosureDraft): draft is Answering => draft.retry !== null;

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

const INQUIRY_ID_BYTES = 8;
const INQUIRY_COLUMNS = [
  'borrower_ref', 'platform_id', 'inquiry_id', 'inquiry_no', 'inquired_on', 'institution_name', 'institution_type',
  'reason', 'business_type', 'is_hard', 'as_of', 'revision',
] as const; // prettier-ignore

/** What a look-up adds to the borrower's own history of inquiries; its number is that of the report. */
export function* rememberInquiries(placed: readonly Placed[]): Script<void> {
  const rows = placed.flatMap(({ draft: { borrowerRef, retry, inquiries } }) =>
    inquiries.map((one): SqlValue[] => [
      borrowerRef, one.platformId, retry.reportId.subarray(0, INQUIRY_ID_BYTES), retry.reportId.toString('base64url'),
      one.inquiredOn, one.institutionName, one.institutionType, one.reason, one.businessType, isHardReason(one.reason) ? 1 : 0,
      one.inquiredOn, 1,
    ]),
  ); // prettier-ignore
  if (rows.length > 0) yield* changedBy(insertSql('inquiry', INQUIRY_COLUMNS, rows.length), rows.flat());
}
