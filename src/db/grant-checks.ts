import type { StoredBorrower } from '../app/ports';
import type { ConsentTerms } from '../core/consent/consent';
import { GatewayError } from '../core/errors';
import { rowsOf, type Script } from './database';

const LIVE_CONSENTS_MAX = 100;
const PLATFORMS_MAX = 20;

/** @throws GatewayError FORBIDDEN for the platform, RECIPIENT_NOT_ACTIVE for the recipient and its purposes. */
export function* assertPartiesActive({ recipientId, platformId, purpose }: ConsentTerms): Script<void> {
  const rows = yield* rowsOf('SELECT institution_id, status, purposes FROM institution WHERE institution_id IN (?, ?)', [
    recipientId,
    platformId,
  ]);
  const active = new Map(
    rows.filter((row) => row['status'] === 'ACTIVE').map((row) => [row['institution_id'], row['purposes'] as string]),
  );
  if (!active.has(platformId)) throw new GatewayError('FORBIDDEN', 'the platform is not an active institution');
  if (!active.get(recipientId)?.split(',').includes(purpose))
    throw new GatewayError('RECIPIENT_NOT_ACTIVE', 'no active institution of that id is registered for the purpose', {
      input: 'input.recipientId',
    });
}

/**
 * Nobody consents in the name of the dead (consent.md, case 18).
 *
 * @throws GatewayError ILLEGAL_TRANSITION.
 */
export function* assertAlive({ borrowerRef }: StoredBorrower): Script<void> {
  const died = yield* rowsOf('SELECT deceased_at_ms FROM borrower_status WHERE borrower_ref = ?', [borrowerRef]);
  if (died.length > 0) throw new GatewayError('ILLEGAL_TRANSITION', 'the borrower has died', { status: 'BORROWER_DECEASED' });
}

/** The newest earlier consent of the same parties for the same purpose: what this one renews. */
export function* findPrevious(borrowerRef: Buffer, { platformId, recipientId, purpose }: ConsentTerms): Script<Buffer | null> {
  const rows = yield* rowsOf(
    `SELECT arrangement_id, created_at_ms FROM arrangement
     WHERE borrower_ref = ? AND platform_id = ? AND recipient_id = ? AND purpose = ?`,
    [borrowerRef, platformId, recipientId, purpose],
  );
  const found = rows.map((row) => ({ id: row['arrangement_id'] as Buffer, createdAtMs: Number(row['created_at_ms']) }));
  const [newest] = found.sort((a, b) => b.createdAtMs - a.createdAtMs || b.id.compare(a.id));
  return newest?.id ?? null;
}

/**
 * One entry must hold what one recipient may see of one person, so the consents that are in force at once are bounded.
 *
 * @throws GatewayError BAD_USER_INPUT.
 */
export function* assertRoom(
  { borrowerRef }: StoredBorrower,
  { recipientId, purpose, platformId }: ConsentTerms,
  atMs: number,
): Script<void> {
  const rows = yield* rowsOf(
    `SELECT a.platform_id, a.status, c.expires_at_ms FROM arrangement AS a
     JOIN consent AS c ON c.borrower_ref = a.borrower_ref AND c.arrangement_id = a.arrangement_id AND c.ver = a.ver
     WHERE a.borrower_ref = ? AND a.recipient_id = ? AND a.purpose = ?`,
    [borrowerRef, recipientId, purpose],
  );
  const live = rows.filter((row) => row['status'] !== 'REVOKED' && Number(row['expires_at_ms']) > atMs).length;
  const platforms = new Set([...rows.map((row) => row['platform_id']), platformId]).size;
  if (live < LIVE_CONSENTS_MAX && platforms <= PLATFORMS_MAX) return;
  throw new GatewayError('BAD_USER_INPUT', 'too many consents to this recipient for this purpose; revoke one first', {
    input: 'input',
  });
}
