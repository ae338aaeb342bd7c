import type { DisclosedReport } from '../app/record-ports';
import type { LedgerEntry } from '../core/ledger/entry';
import type { Database } from './database';
import { inList } from './dialect';
import { LEDGER_ID } from './ledger-sequencer';

const REPORTS_PER_STATEMENT = 500;

/** Disclosures of one pseudonym by the ledger's index of subjects; previews are none. */
export async function readDisclosed(database: Database, subject: Buffer): Promise<readonly DisclosedReport[]> {
  const rows = await database.read('SELECT idx, body FROM ledger_entry WHERE ledger_id = ? AND subject = ? ORDER BY idx', [
    LEDGER_ID,
    subject,
  ]);
  const disclosed = rows.flatMap((row) => {
    const entry = JSON.parse((row['body'] as Buffer).toString('ascii')) as LedgerEntry; // written by encodeEntry
    return entry.type === 'D' ? [{ entry, ledgerIndex: Number(row['idx']) }] : [];
  });
  const decided = new Map<string, number>();
  for (let from = 0; from < disclosed.length; from += REPORTS_PER_STATEMENT) {
    const ids = disclosed.slice(from, from + REPORTS_PER_STATEMENT).map(({ entry }) => Buffer.from(entry.report, 'base64url'));
    const sql = `SELECT report_id, decided_at_ms FROM disclosure WHERE ${inList('report_id', ids)}`;
    for (const row of await database.read(sql, ids))
      decided.set((row['report_id'] as Buffer).toString('base64url'), Number(row['decided_at_ms']));
  }
  return disclosed.map(({ entry, ledgerIndex }) => ({
    reportId: entry.report,
    recipientId: entry.actor,
    ledgerIndex,
    decidedAtMs: decided.get(entry.report) ?? entry.at,
    appendedAtMs: entry.at,
    asOf: entry.asof ?? {},
    released: entry.released,
  }));
}
