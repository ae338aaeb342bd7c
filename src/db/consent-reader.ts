import type { ConsentReader, ConsentState, PlatformState } from '../app/ports';
import type { Arrangement, ConsentTerms, StoredConsentStatus } from '../core/consent/consent';
import { hashOfDocument, parseConsentDocument } from '../core/consent/consent-document';
import type { Purpose } from '../core/consent/purpose';
import { fromStoredMonth } from '../core/credit/calendar';
import type { Database, Row } from './database';
import { toInstitution } from './institution-row';

/** What every reader of arrangements selects of one, by these names. */
export const ARRANGEMENT_COLUMNS = `a.arrangement_id, a.platform_id, a.recipient_id, a.purpose, a.ver, a.status AS consent_status,
  a.status_at_ms, c.document, c.hash AS document_hash`;

const PARSED_MAX = 10_000;

/** Reads borrower, consents, recipient and platforms in one statement, so that they are of one instant. */
export function createConsentReader(database: Database): ConsentReader {
  const toArrangement = createArrangementMapper();
  return {
    load: async (lookup, recipientId, purpose) => {
      const now = database.now();
      const rows = await database.read(
        `SELECT ${now.sql} AS now_ms, r.institution_id, r.kind, r.legal_name, r.contact, r.purposes, r.historical, r.status,
           r.ver AS institution_ver, k.borrower_ref, k.wrapped_key, h.ver AS consent_set, p.newest_month,
           s.historical AS platform_historical, ${ARRANGEMENT_COLUMNS}
         FROM (SELECT 1 AS one) AS o
         LEFT JOIN institution AS r ON r.institution_id = ?
         LEFT JOIN identity_lookup AS i ON i.lookup = ?
         LEFT JOIN borrower_key AS k ON k.borrower_ref = i.borrower_ref
         LEFT JOIN consent_head AS h ON h.borrower_ref = k.borrower_ref
         LEFT JOIN arrangement AS a ON a.borrower_ref = k.borrower_ref AND a.recipient_id = ? AND a.purpose = ?
         LEFT JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
         LEFT JOIN platform_progress AS p ON p.platform_id = a.platform_id
         LEFT JOIN institution AS s ON s.institution_id = a.platform_id`,
        [...now.params, recipientId, lookup, recipientId, purpose],
      );
      return toState(rows, toArrangement);
    },
  };
}

function toState(rows: readonly Row[], toArrangement: (row: Row) => Arrangement): ConsentState {
  const [first] = rows;
  if (!first) throw new Error('The look-up of a person always yields a row');
  const found = rows.filter((row) => row['arrangement_id'] !== null);
  return {
    atMs: Number(first['now_ms']),
    recipient: first['institution_id'] === null ? null : toInstitution(first),
    borrower:
      first['borrower_ref'] === null
        ? null
        : { borrowerRef: first['borrower_ref'] as Buffer, wrappedKey: first['wrapped_key'] as Buffer },
    consentSet: Number(first['consent_set'] ?? 0),
    arrangements: found.map(toArrangement),
    platforms: new Map(found.map((row) => [row['platform_id'] as string, toPlatform(row)])),
  };
}

function toPlatform(row: Row): PlatformState {
  const newest = row['newest_month'] as number | null;
  return { newestMonth: newest === null ? null : fromStoredMonth(newest), historical: row['platform_historical'] === 1 };
}

/**
 * Maps an arrangement and checks it: the text must match its hash, and say what the row says. Parsed versions are kept by
 * hash, the longest unused forgotten first; it is computed afresh each time: equal hash, equal text, so a kept one is never stale.
 */
export function createArrangementMapper(): (row: Row) => Arrangement {
  const parsed = new Map<string, ConsentTerms>();
  return (row) => {
    const document = row['document'] as string;
    const hash = hashOfDocument(document);
    let terms = parsed.get(hash);
    if (!terms) {
      terms = parseConsentDocument(document);
    }
    parsed.delete(hash);
    parsed.set(hash, terms);
    if (parsed.size > PARSED_MAX)
      for (const oldest of parsed.keys()) {
        parsed.delete(oldest);
        break;
      }
    const arrangement = {
      arrangementId: (row['arrangement_id'] as Buffer).toString('hex'),
      platformId: row['platform_id'] as string,
      recipientId: row['recipient_id'] as string,
      purpose: row['purpose'] as Purpose,
      version: Number(row['ver']),
    };
    const tampered =
      hash !== (row['document_hash'] as Buffer).toString('hex') ||
      arrangement.arrangementId !== terms.arrangementId ||
      arrangement.platformId !== terms.platformId ||
      arrangement.recipientId !== terms.recipientId ||
      arrangement.purpose !== terms.purpose ||
      arrangement.version !== terms.version;
    return {
      ...arrangement,
      status: row['consent_status'] as StoredConsentStatus,
      statusAtMs: Number(row['status_at_ms']),
      terms,
      tampered,
    };
  };
}
