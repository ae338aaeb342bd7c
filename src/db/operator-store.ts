import type { OperatorStore } from '../app/consent-ports';
import type { Institution, Keys } from '../app/ports';
import { GatewayError } from '../core/errors';
import type { InstitutionEntry } from '../core/ledger/entry';
import { consentSql, toView } from './consent-lists';
import { appendOne, beginTurn, type TransitionParts } from './consent-transition';
import { changedBy, type Database, rowsOf, type Script } from './database';
import { forUpdate, insertIgnoreSql } from './dialect';
import { destroyKey, finishErasures } from './erase-borrower';
import { withFreshKeys } from './fresh-keys';

/** How many consents are ended in one go of a closing. */
const PAGE = 100;

const ACTIONS = {
  ACTIVE: 'institution-restored',
  SUSPENDED: 'institution-suspended',
  CLOSED: 'institution-closed',
} as const satisfies Record<Institution['status'], InstitutionEntry['action']>;

/** What an operator records (consent.md, section 2): nothing here reads or widens anything. */
export function createOperatorStore(database: Database, parts: TransitionParts & { readonly keys: Keys }): OperatorStore {
  const { writer } = parts;
  const live = async (where: string, param: string | Buffer, after: string | null) => {
    const condition = {
      sql: `${where} AND a.status <> 'REVOKED' AND a.arrangement_id > ?`,
      params: [param, Buffer.from(after ?? '', 'hex')],
    };
    const [sql, params] = consentSql(database, condition, `ORDER BY a.arrangement_id LIMIT ${String(PAGE)}`);
    return (await database.read(sql, params)).map(toView);
  };
  return {
    changeInstitution: (institutionId, status, entry) =>
      writer.write(() => changeInstitution(parts, institutionId, status, entry)),
    liveConsentsTo: (recipientId, after) => live('a.recipient_id = ?', recipientId, after),
    liveConsentsOver: (platformId, after) => live('a.platform_id = ?', platformId, after),
    liveConsentsOf: (borrowerRef, after) => live('a.borrower_ref = ?', borrowerRef, after),
    recordDeath: (borrowerRef) =>
      writer.write(function* () {
        const { atMs } = yield* beginTurn(parts);
        yield {
          sql: insertIgnoreSql(writer.dialect, 'borrower_status', ['borrower_ref', 'deceased_at_ms'], 1),
          params: [borrowerRef, atMs],
        };
      }),
    destroyKey: (borrowerRef, entry) => withFreshKeys(() => writer.write(() => destroyKey(parts, borrowerRef, entry))),
    finishErasures: () => finishErasures(database),
  };
}

/** The new version of the register's row invalidates every disclosure that is under way (ledger.md, section 6). */
function* changeInstitution(
  parts: TransitionParts,
  institutionId: string,
  status: Institution['status'],
  entry: Pick<InstitutionEntry, 'v' | 'gateway' | 'nonce'>,
): Script<boolean> {
  const { sequence, atMs } = yield* beginTurn(parts);
  const [row] = yield* rowsOf(`SELECT status, ver FROM institution WHERE institution_id = ?${forUpdate(parts.writer.dialect)}`, [
    institutionId,
  ]);
  if (!row) throw new GatewayError('NOT_FOUND', `No institution ${institutionId} is registered.`);
  if (row['status'] === status) return false;
  if (row['status'] === 'CLOSED')
    throw new GatewayError('ILLEGAL_TRANSITION', `The institution ${institutionId} is closed for good.`, { status: 'CLOSED' });
  const version = Number(row['ver']) + 1;
  const changed = yield* changedBy(
    'UPDATE institution SET status = ?, status_since_ms = ?, ver = ? WHERE institution_id = ? AND ver = ?',
    [status, atMs, version, institutionId, version - 1],
  );
  if (changed !== 1) throw new GatewayError('CONFLICT', 'the institution moved under its lock');
  yield* appendOne(sequence, atMs, { ...entry, type: 'K', action: ACTIONS[status], institution: institutionId, version });
  return true;
}
