import type { DisclosureQuery, DisclosureRange, DisclosureRecord, DisclosureScan } from '../app/consent-ports';
import type { EntryDraft } from '../core/ledger/entry';
import { toBorrower } from './arrangement-row';
import type { Database, Row, SqlValue } from './database';
import { byIndex, type Dialect } from './dialect';
import { LEDGER_ID } from './ledger-sequencer';

const COLUMNS = `d.report_id, d.recipient_id, d.request_id, d.request_hash, d.decided_at_ms, d.erase_by_ms, e.body, k.borrower_ref,
  k.wrapped_key`;
const WITH_ENTRY = 'LEFT JOIN ledger_entry AS e ON e.ledger_id = d.ledger_id AND e.idx = d.idx';
const WITH_KEY = 'LEFT JOIN borrower_key AS k ON k.borrower_ref = d.borrower_ref';

export async function findDisclosure(database: Database, reportId: string): Promise<DisclosureRecord | null> {
  const [row] = await database.read(
    `SELECT d.idx, ${COLUMNS} FROM disclosure AS d ${WITH_ENTRY} ${WITH_KEY} WHERE d.report_id = ?`,
    [Buffer.from(reportId, 'base64url')],
  );
  return row ? toDisclosure(row) : null;
}

/**
 * Newest first; one index range, and never more than `limit` entries and one, whatever they say. The index is named, because
 * a planner may rather walk over everybody's entries than over the caller's, or sort all of theirs.
 */
export async function scanDisclosures(database: Database, query: DisclosureQuery): Promise<DisclosureScan> {
  const { range, limit } = query;
  if (!Number.isInteger(limit)) throw new Error('A scan has a whole number of entries');
  const { above, below } = await boundsOf(database, query);
  const { from, where, params, idx } = toRange(range, database.dialect);
  const rows = await database.read(
    `SELECT ${idx}, ${COLUMNS} FROM ${from} ${WITH_KEY} WHERE ${where} AND ${idx} > ? AND ${idx} < ?
     ORDER BY ${idx} DESC LIMIT ${String(limit + 1)}`,
    [...params, above, below],
  );
  const looked = rows.slice(0, limit);
  const last = looked.at(-1);
  return {
    records: looked.filter((row) => row['report_id'] !== null).map(toDisclosure), // a subject has other entries too
    next: rows.length > limit && last ? Number(last['idx']) : null,
  };
}

interface RangeSql {
  readonly from: string;
  readonly where: string;
  readonly params: readonly SqlValue[];
  readonly idx: 'e.idx' | 'd.idx';
}
function toRange(range: DisclosureRange, dialect: Dialect): RangeSql {
  const disclosures = (index: string): string => `disclosure AS d${byIndex(dialect, index)} ${WITH_ENTRY}`;
  switch (range.kind) {
    case 'subject':
      return {
        from: `ledger_entry AS e${byIndex(dialect, 'ix_ledger_entry_subject')}
          LEFT JOIN disclosure AS d ON d.ledger_id = e.ledger_id AND d.idx = e.idx`,
        where: 'e.ledger_id = ? AND e.subject = ?',
        params: [LEDGER_ID, range.subject],
        idx: 'e.idx',
      };
    case 'recipient':
      return {
        from: disclosures('ix_disclosure_recipient'),
        where: 'd.recipient_id = ?',
        params: [range.recipientId],
        idx: 'd.idx',
      };
    case 'request':
      return {
        from: disclosures('PRIMARY'),
        where: 'd.recipient_id = ? AND d.request_id = ?',
        params: [range.recipientId, range.requestId],
        idx: 'd.idx',
      };
    case 'all':
      return { from: disclosures('ix_disclosure_index'), where: 'd.ledger_id = ?', params: [LEDGER_ID], idx: 'd.idx' };
  }
}

/**
 * How far the instant of a decision may lie from that of its append, or from its place among others: an answer takes seconds
 * to be recorded, and a clock that is corrected goes back by less than the rest.
 */
const DECIDED_MARGIN_MS = 600_000;

/**
 * The ledger's indexes rise with the instants of the decisions but for a margin. The last index of a time well before, and the
 * first of one well after, enclose all that may have been decided between, without reading what lies outside.
 */
async function boundsOf(
  database: Database,
  { beforeIndex, decidedFromMs, decidedUntilMs }: DisclosureQuery,
): Promise<{ readonly above: number; readonly below: number }> {
  const before = beforeIndex ?? Number.MAX_SAFE_INTEGER;
  if (decidedFromMs === null && decidedUntilMs === null) return { above: -1, below: before };
  const [row] = await database.read(
    `SELECT (SELECT idx FROM disclosure WHERE decided_at_ms < ? ORDER BY decided_at_ms DESC, idx DESC LIMIT 1) AS above,
       (SELECT idx FROM disclosure WHERE decided_at_ms >= ? ORDER BY decided_at_ms, idx LIMIT 1) AS below`,
    [(decidedFromMs ?? -Number.MAX_SAFE_INTEGER / 2) - DECIDED_MARGIN_MS, (decidedUntilMs ?? Number.MAX_SAFE_INTEGER / 2) + DECIDED_MARGIN_MS],
  ); // prettier-ignore
  const [above, below] = [row?.['above'] ?? null, row?.['below'] ?? null];
  return { above: above === null ? -1 : Number(above), below: below === null ? before : Math.min(before, Number(below)) };
}

function toDisclosure(row: Row): DisclosureRecord {
  const eraseBy = row['erase_by_ms'] as number | null;
  return {
    reportId: (row['report_id'] as Buffer).toString('base64url'),
    recipientId: row['recipient_id'] as string,
    request: { requestId: row['request_id'] as string, requestHash: row['request_hash'] as Buffer },
    ledgerIndex: Number(row['idx']),
    decidedAtMs: Number(row['decided_at_ms']),
    eraseByMs: eraseBy === null ? null : Number(eraseBy),
    entry: JSON.parse((row['body'] as Buffer).toString('ascii')) as Extract<EntryDraft, { type: 'D' }>, // written by encodeEntry
    borrower: row['borrower_ref'] === null ? null : toBorrower(row),
  };
}
