import type { StoredBorrower } from '../app/ports';
import type { Arrangement, ConsentStatusReason, ConsentTerms, ConsentUse, StoredConsentStatus } from '../core/consent/consent';
import { hashOfDocument, parseConsentDocument } from '../core/consent/consent-document';
import type { Purpose } from '../core/consent/purpose';
import type { Row } from './database';

/** What every reader of arrangements selects of one, by these names, from `a`, its version `c` and its uses `u`. */
export const ARRANGEMENT_COLUMNS = `a.arrangement_id, a.platform_id, a.recipient_id, a.purpose, a.ver, a.status AS consent_status,
  a.status_reason, a.status_at_ms, a.created_at_ms, c.document, c.hash AS document_hash, u.last_day, u.day_uses, u.week_uses,
  u.month_uses, u.once_used_at_ms, u.retry_closed`;

/** The version in force and the uses of `a`. */
export const ARRANGEMENT_JOINS = `LEFT JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
  LEFT JOIN consent_use AS u ON u.borrower_ref = a.borrower_ref AND u.arrangement_id = a.arrangement_id`;

const PARSED_MAX = 10_000;
type ArrangementMapper = (row: Row) => Arrangement;

/**
 * Maps an arrangement and checks it: the text must match its hash, and say what the row says. Parsed versions are kept by
 * hash, the longest unused forgotten first; it is computed afresh each time: equal hash, equal text, so a kept one is never stale.
 */
function createArrangementMapper(): ArrangementMapper {
  const parsed = new Map<string, ConsentTerms>();
  return (row) => {
    const document = row['document'] as string;
    const hash = hashOfDocument(document);
    const terms = parsed.get(hash) ?? parseConsentDocument(document);
    parsed.delete(hash);
    parsed.set(hash, terms);
    if (parsed.size > PARSED_MAX)
      for (const oldest of parsed.keys()) {
        parsed.delete(oldest);
        break;
      }
    return mapRow(row, terms, hash);
  };
}

/** The one mapper of the process, so that every reader shares what was parsed. */
export const toArrangement = createArrangementMapper();

function mapRow(row: Row, terms: ConsentTerms, hash: string): Arrangement {
  const named = {
    arrangementId: (row['arrangement_id'] as Buffer).toString('hex'),
    platformId: row['platform_id'] as string,
    recipientId: row['recipient_id'] as string,
    purpose: row['purpose'] as Purpose,
    version: Number(row['ver']),
  };
  const tampered =
    hash !== (row['document_hash'] as Buffer).toString('hex') ||
    named.arrangementId !== terms.arrangementId ||
    named.platformId !== terms.platformId ||
    named.recipientId !== terms.recipientId ||
    named.purpose !== terms.purpose ||
    named.version !== terms.version;
  const chargedAt = row['charged_at_ms'] ?? null;
  return {
    ...named,
    status: row['consent_status'] as StoredConsentStatus,
    statusReason: row['status_reason'] as ConsentStatusReason | null,
    statusAtMs: Number(row['status_at_ms']),
    createdAtMs: Number(row['created_at_ms']),
    terms: tampered ? { ...terms, ...named } : terms,
    tampered,
    use: toUse(row),
    chargedAtMs: chargedAt === null || row['retry_closed'] === 1 ? null : Number(chargedAt),
  };
}

export function toUse(row: Row): ConsentUse | null {
  if ((row['last_day'] ?? null) === null) return null;
  const once = row['once_used_at_ms'] ?? null;
  return {
    lastDay: Number(row['last_day']),
    dayUses: Number(row['day_uses']),
    weekUses: Number(row['week_uses']),
    monthUses: Number(row['month_uses']),
    onceUsedAtMs: once === null ? null : Number(once),
  };
}

export function toBorrower(row: Row): StoredBorrower {
  return { borrowerRef: row['borrower_ref'] as Buffer, wrappedKey: row['wrapped_key'] as Buffer };
}

/** An id as its readers write it. */
export function hexOf(value: unknown): string | null {
  return (value as Buffer | null)?.toString('hex') ?? null;
}
