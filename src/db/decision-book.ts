import type { BorrowerState, DecisionBook, DisclosureRecord } from '../app/consent-ports';
import type { ConsentState } from '../app/ports';
import { charge } from '../core/consent/budget';
import type { Arrangement, ConsentUse } from '../core/consent/consent';
import type { Purpose } from '../core/consent/purpose';
import { ARRANGEMENT_COLUMNS, ARRANGEMENT_JOINS, toArrangement, toBorrower } from './arrangement-row';
import { PLATFORM_COLUMNS, PLATFORM_JOINS, RECIPIENT_COLUMNS, toPlatforms } from './consent-reader';
import type { Database, Row } from './database';
import { findDisclosure, scanDisclosures } from './disclosure-reader';
import { toInstitution } from './institution-row';

/** Reads what explains decisions; nothing here serves a report. */
export function createDecisionBook(database: Database): DecisionBook {
  return {
    findDisclosure: (reportId) => findDisclosure(database, reportId),
    scanDisclosures: (query) => scanDisclosures(database, query),
    loadStateThen: (disclosure) => loadStateThen(database, disclosure),
    loadStates: (borrowerRef) => loadStates(database, borrowerRef),
  };
}

/**
 * The consents as they stood when a disclosure was decided: of each arrangement the newest event up to its consent set, the
 * version and the state of that event, and the uses that stand before the disclosure in the ledger.
 */
async function loadStateThen(database: Database, disclosure: DisclosureRecord): Promise<ConsentState> {
  const { borrower, entry, decidedAtMs: atMs } = disclosure;
  const state = { atMs, recipient: null, borrower, consentSet: entry.set };
  if (!borrower) return { ...state, arrangements: [], platforms: new Map() };
  const rows = await database.read(
    `SELECT a.arrangement_id, a.platform_id, a.recipient_id, a.purpose, a.created_at_ms, v.ver, v.status AS consent_status,
       v.status_reason, c.document, c.hash AS document_hash, ${PLATFORM_COLUMNS},
       (SELECT MIN(f.at_ms) FROM consent_event AS f WHERE f.borrower_ref = v.borrower_ref AND f.arrangement_id = v.arrangement_id
         AND f.status = v.status) AS status_at_ms,
       (SELECT COUNT(*) FROM consent_event AS x WHERE x.borrower_ref = v.borrower_ref AND x.arrangement_id = v.arrangement_id
         AND x.action = 'revoke' AND x.status <> 'REVOKED' AND x.set_ver <= ?) AS closed
     FROM arrangement AS a
     JOIN consent_event AS v ON v.borrower_ref = a.borrower_ref AND v.arrangement_id = a.arrangement_id
       AND v.set_ver = (SELECT MAX(n.set_ver) FROM consent_event AS n WHERE n.borrower_ref = a.borrower_ref
         AND n.arrangement_id = a.arrangement_id AND n.set_ver <= ?)
     JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = v.ver
     ${PLATFORM_JOINS}
     WHERE a.borrower_ref = ? AND a.recipient_id = ? AND a.purpose = ?`,
    [entry.set, entry.set, borrower.borrowerRef, disclosure.recipientId, entry.purpose],
  );
  const charges = await database.read(
    'SELECT arrangement_id, idx, request_id, request_hash, charged_at_ms, once FROM consent_charge WHERE borrower_ref = ? AND idx < ?',
    [borrower.borrowerRef, disclosure.ledgerIndex],
  );
  const inOrder = [...charges].sort((a, b) => Number(a['idx']) - Number(b['idx']));
  const arrangements = rows.map((row) => withUses(toArrangement(row), inOrder, disclosure, Number(row['closed']) > 0));
  return { ...state, arrangements, platforms: toPlatforms(rows) };
}

function withUses(
  arrangement: Arrangement,
  charges: readonly Row[],
  { request }: DisclosureRecord,
  closed: boolean,
): Arrangement {
  let use: ConsentUse | null = null;
  let chargedAtMs: number | null = null;
  for (const row of charges) {
    if ((row['arrangement_id'] as Buffer).toString('hex') !== arrangement.arrangementId) continue;
    const atMs = Number(row['charged_at_ms']);
    use = charge({ accessMode: row['once'] === 1 ? 'ONE_TIME' : 'RECURRING' }, use, atMs);
    const isOurs = row['request_id'] === request.requestId && (row['request_hash'] as Buffer).equals(request.requestHash);
    if (isOurs && !closed) chargedAtMs = atMs;
  }
  return { ...arrangement, use, chargedAtMs };
}

/** A state for each recipient and purpose, all of one statement and so of one instant. */
async function loadStates(database: Database, borrowerRef: Buffer): Promise<readonly BorrowerState[]> {
  const now = database.now();
  const rows = await database.read(
    `SELECT ${now.sql} AS now_ms, k.borrower_ref, k.wrapped_key, h.ver AS consent_set, ${RECIPIENT_COLUMNS}, ${PLATFORM_COLUMNS},
       ${ARRANGEMENT_COLUMNS}
     FROM arrangement AS a ${ARRANGEMENT_JOINS} ${PLATFORM_JOINS}
     JOIN borrower_key AS k ON k.borrower_ref = a.borrower_ref
     JOIN institution AS r ON r.institution_id = a.recipient_id
     LEFT JOIN consent_head AS h ON h.borrower_ref = a.borrower_ref
     WHERE a.borrower_ref = ? ORDER BY a.recipient_id, a.purpose, a.arrangement_id`,
    [...now.params, borrowerRef],
  );
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row['recipient_id'] as string} ${row['purpose'] as string}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((of) => toBorrowerState(of) ?? []);
}

function toBorrowerState(rows: readonly Row[]): BorrowerState | null {
  const [first] = rows;
  if (!first) return null;
  const recipient = toInstitution(first);
  const state: ConsentState = {
    atMs: Number(first['now_ms']),
    recipient,
    borrower: toBorrower(first),
    consentSet: Number(first['consent_set'] ?? 0),
    arrangements: rows.map(toArrangement),
    platforms: toPlatforms(rows),
  };
  return { recipient, purpose: first['purpose'] as Purpose, state };
}
