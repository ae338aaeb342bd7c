import type { ConsentReader, ConsentState, InstitutionStatus, PlatformState } from '../app/ports';
import { fromStoredMonth } from '../core/credit/calendar';
import { ARRANGEMENT_COLUMNS, ARRANGEMENT_JOINS, toArrangement, toBorrower } from './arrangement-row';
import type { Database, Row } from './database';
import { gathering } from './gather';
import { toInstitution } from './institution-row';

/** The recipient `r` and, for whatever arrangement, its platform's progress `p` and registration `s`. */
export const RECIPIENT_COLUMNS =
  'r.institution_id, r.kind, r.legal_name, r.contact, r.purposes, r.historical, r.status, r.ver AS institution_ver';
export const PLATFORM_COLUMNS =
  'p.newest_month, s.historical AS platform_historical, s.status AS platform_status, s.ver AS platform_ver';
export const PLATFORM_JOINS = `LEFT JOIN platform_progress AS p ON p.platform_id = a.platform_id
  LEFT JOIN institution AS s ON s.institution_id = a.platform_id`;

type Question = Parameters<ConsentReader['load']>;

/** Reads borrower, consents, recipient and platforms in one statement, so that they are of one instant. */
export function createConsentReader(database: Database): ConsentReader {
  const ask = gathering(async (questions: readonly Question[]) => {
    const now = database.now();
    const rows = await database.read(selectFor(questions.length, now.sql), [
      ...now.params,
      ...questions.flatMap(([lookup, recipientId, purpose, request]) => [
        lookup,
        recipientId,
        purpose,
        request?.requestId ?? '',
        request?.requestHash ?? NO_HASH,
      ]),
    ]);
    const byQuestion = questions.map((): Row[] => []);
    for (const row of rows) byQuestion[Number(row['question'])]?.push(row);
    return byQuestion;
  });
  return { load: async (...question) => toState(await ask(question)) };
}
const NO_HASH = Buffer.alloc(0);

/** Each question yields a row at least, whoever the person is. */
function selectFor(questions: number, now: string): string {
  const further = Array.from({ length: questions - 1 }, (_, at) => `UNION ALL SELECT ${String(at + 1)}, ?, ?, ?, ?, ?`);
  return `SELECT o.question, ${now} AS now_ms, ${RECIPIENT_COLUMNS}, k.borrower_ref, k.wrapped_key, h.ver AS consent_set,
    ${PLATFORM_COLUMNS}, ${ARRANGEMENT_COLUMNS},
    (SELECT MAX(g.charged_at_ms) FROM consent_charge AS g WHERE g.borrower_ref = a.borrower_ref
      AND g.arrangement_id = a.arrangement_id AND g.request_id = o.request_id AND g.request_hash = o.request_hash) AS charged_at_ms
  FROM (SELECT 0 AS question, ? AS lookup, ? AS recipient_id, ? AS purpose, ? AS request_id, ? AS request_hash
    ${further.join(' ')}) AS o
  LEFT JOIN institution AS r ON r.institution_id = o.recipient_id
  LEFT JOIN identity_lookup AS i ON i.lookup = o.lookup
  LEFT JOIN borrower_key AS k ON k.borrower_ref = i.borrower_ref
  LEFT JOIN consent_head AS h ON h.borrower_ref = k.borrower_ref
  LEFT JOIN arrangement AS a ON a.borrower_ref = k.borrower_ref AND a.recipient_id = o.recipient_id AND a.purpose = o.purpose
  ${ARRANGEMENT_JOINS}
  ${PLATFORM_JOINS}`;
}

function toState(rows: readonly Row[]): ConsentState {
  const [first] = rows;
  if (!first) throw new Error('The look-up of a person always yields a row');
  const found = rows.filter((row) => row['arrangement_id'] !== null);
  return {
    atMs: Number(first['now_ms']),
    recipient: first['institution_id'] === null ? null : toInstitution(first),
    borrower: first['borrower_ref'] === null ? null : toBorrower(first),
    consentSet: Number(first['consent_set'] ?? 0),
    arrangements: found.map(toArrangement),
    platforms: toPlatforms(found),
  };
}

/** The platforms of some arrangements. */
export function toPlatforms(rows: readonly Row[]): ReadonlyMap<string, PlatformState> {
  return new Map(rows.map((row) => [row['platform_id'] as string, toPlatform(row)]));
}

export function toPlatform(row: Row): PlatformState {
  const newest = row['newest_month'] as number | null;
  return {
    newestMonth: newest === null ? null : fromStoredMonth(newest),
    historical: row['platform_historical'] === 1,
    status: row['platform_status'] as InstitutionStatus,
    version: Number(row['platform_ver']),
  };
}
