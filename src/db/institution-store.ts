import type { Institution, InstitutionRegister } from '../app/ports';
import { GatewayError } from '../core/errors';
import { type Database, rowsOf, type Script } from './database';
import { insertIgnoreSql } from './dialect';
import { gathering } from './gather';
import { toInstitution } from './institution-row';

const SELECT =
  'SELECT institution_id, kind, legal_name, contact, purposes, historical, status, ver AS institution_ver FROM institution';
const COLUMNS = [
  'institution_id', 'kind', 'legal_name', 'contact', 'purposes', 'historical', 'status', 'status_since_ms', 'ver',
] as const; // prettier-ignore

/** The register of institutions in its table. */
export function createInstitutionStore(database: Database): InstitutionRegister {
  return {
    find: gathering(async (asked: readonly string[]) => {
      const ids = [...new Set(asked)];
      const rows = await database.read(`${SELECT} WHERE institution_id IN (${ids.map(() => '?').join(', ')})`, ids);
      const found = new Map(rows.map((row) => [row['institution_id'], toInstitution(row)]));
      return asked.map((id) => found.get(id) ?? null);
    }),
    async listRecipients() {
      const rows = await database.read(`${SELECT} WHERE kind IN ('BANK', 'CREDIT_REFERENCE_CENTRE') ORDER BY institution_id`, []);
      return rows.map(toInstitution);
    },
    add: (institution) => database.write(() => add(database, institution)),
    async isEmpty() {
      return (await database.read('SELECT 1 AS found FROM institution LIMIT 1', [])).length === 0;
    },
  };
}

/** Adding the same institution again changes nothing. */
function* add(database: Database, institution: Omit<Institution, 'status' | 'version'>): Script<void> {
  const { institutionId, kind, legalName, contact, purposes, historical } = institution;
  const now = database.now();
  const [clock] = yield* rowsOf(`SELECT ${now.sql} AS at_ms`, now.params);
  const values = [
    institutionId,
    kind,
    legalName,
    contact,
    purposes.join(','),
    historical ? 1 : 0,
    'ACTIVE',
    Number(clock?.['at_ms']),
    1,
  ];
  yield { sql: insertIgnoreSql(database.dialect, 'institution', COLUMNS, 1), params: values };
  const [row] = yield* rowsOf(`${SELECT} WHERE institution_id = ?`, [institutionId]);
  if (!row || !isSame(toInstitution(row), institution))
    throw new GatewayError('CONFLICT', `The id ${institutionId} belongs to an institution that differs; choose another id.`);
}

function isSame(stored: Institution, given: Omit<Institution, 'status' | 'version'>): boolean {
  return (
    stored.kind === given.kind &&
    stored.legalName === given.legalName &&
    stored.contact === given.contact &&
    stored.historical === given.historical &&
    stored.purposes.join() === given.purposes.join()
  );
}
