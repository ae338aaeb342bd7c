import type { DisclosureDraft } from '../app/ports';
import { type NowExpression, rowsOf, type Script, type SqlValue } from './database';
import { inList } from './dialect';
import { isAnswering } from './request-memory';

/** The disclosure that an earlier request of the same id led to. */
export interface Remembered {
  readonly requestHash: Buffer;
  readonly answerMark: Buffer;
  readonly reportId: Buffer;
  readonly decidedAtMs: number;
  readonly index: number;
}

/** What a batch is judged by, all of it of one instant under the ledger's lock. */
export interface Standing {
  /** The instant of the append. */
  readonly atMs: number;
  /** Did consents or institutions move since the draft's decision? */
  hasMoved(draft: DisclosureDraft): boolean;
  /** The newest disclosures under the batch's request ids, by `recipient requestId` (ledger.md, section 14, query retries). */
  readonly repeated: ReadonlyMap<string, Remembered>;
}

/** Arms of the one statement, told apart by `part`; what an arm does not have is NULL in it. */
const [CLOCK, HEAD, INSTITUTION, DISCLOSURE] = [0, 1, 2, 3];
const ANSWER_COLUMNS = ['request_id', 'request_hash', 'answer_mark', 'report_id', 'decided_at_ms'] as const;
const NO_ANSWER = ANSWER_COLUMNS.map(() => ', NULL').join('');

/**
 * The clock, the live versions of every consent set and institution of the batch, and what its requests led to before: one
 * statement, whoever it is about. It must follow the lock, since one that waited for it would have an old clock.
 */
export function* readStanding(now: NowExpression, drafts: readonly DisclosureDraft[]): Script<Standing> {
  const refs = [...new Map(drafts.map(({ borrowerRef }) => [borrowerRef.toString('hex'), borrowerRef])).values()];
  const parties = [...new Set(drafts.flatMap(({ institutions }) => institutions.map(([id]) => id)))];
  const answering = drafts.filter(isAnswering);
  const arms = [
    `SELECT ${String(CLOCK)} AS part, ${now.sql} AS number, NULL AS borrower_ref, NULL AS party_id${ANSWER_COLUMNS.map((name) => `, NULL AS ${name}`).join('')}`,
    `SELECT ${String(HEAD)}, ver, borrower_ref, NULL${NO_ANSWER} FROM consent_head WHERE ${inList('borrower_ref', refs)}`,
    `SELECT ${String(INSTITUTION)}, ver, NULL, institution_id${NO_ANSWER} FROM institution WHERE ${inList('institution_id', parties)}`,
    ...(answering.length > 0
      ? [
          `SELECT ${String(DISCLOSURE)}, idx, NULL, recipient_id, ${ANSWER_COLUMNS.join(', ')} FROM disclosure
           WHERE ${answering.map(() => '(recipient_id = ? AND request_id = ?)').join(' OR ')}`,
        ]
      : []),
  ];
  const asked: readonly SqlValue[] = answering.flatMap(({ recipientId, retry }) => [recipientId, retry.requestId]);
  const rows = yield* rowsOf(arms.join('\nUNION ALL '), [...now.params, ...refs, ...parties, ...asked]);
  let atMs = NaN;
  const [sets, versions] = [new Map<string, number>(), new Map<string, number>()];
  const repeated = new Map<string, Remembered>();
  for (const row of rows) {
    const number = Number(row['number']);
    switch (Number(row['part'])) {
      case CLOCK:
        atMs = number;
        break;
      case HEAD:
        sets.set((row['borrower_ref'] as Buffer).toString('hex'), number);
        break;
      case INSTITUTION:
        versions.set(row['party_id'] as string, number);
        break;
      default: {
        const request = `${row['party_id'] as string} ${row['request_id'] as string}`;
        const known = repeated.get(request);
        if (known && known.index > number) continue;
        repeated.set(request, {
          requestHash: row['request_hash'] as Buffer,
          answerMark: row['answer_mark'] as Buffer,
          reportId: row['report_id'] as Buffer,
          decidedAtMs: Number(row['decided_at_ms']),
          index: number,
        });
      }
    }
  }
  return {
    atMs,
    repeated,
    hasMoved: ({ borrowerRef, consentSet, institutions, holdsUntilMs }) =>
      (holdsUntilMs !== null && holdsUntilMs <= atMs) ||
      (sets.get(borrowerRef.toString('hex')) ?? 0) !== consentSet ||
      institutions.some(([id, version]) => versions.get(id) !== version),
  };
}
