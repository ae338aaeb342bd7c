import { createHash } from 'node:crypto';
import type { ConsentParts } from '../../src/app/consent/consent-parts';
import { registerInstitution } from '../../src/app/identity/register-institution';
import type { ImportKey, Keys } from '../../src/app/ports';
import type { Stores } from '../../src/compose';
import type { BenchDatabase } from './database';
import { benchRecords } from './furnished';
import { grantToAll } from './grants';
import type { BenchPerson } from './people';
import { BANK, PLATFORM } from './settings';

const BATCH = 250;

/** What filling needs. */
export interface FillTools {
  readonly stores: Stores;
  readonly keys: Keys;
  readonly parts: ConsentParts;
  readonly database: BenchDatabase;
  readonly isStopped: () => boolean;
}

/** Furnishes everybody and grants one consent each, through the gateway's own stores; then the plain copy for (a) and (b). */
export async function fill(tools: FillTools, people: readonly BenchPerson[]): Promise<{ furnishMs: number; grantMs: number }> {
  await registerParties(tools.stores);
  const startedMs = performance.now();
  await furnish(tools.stores, people, tools.isStopped);
  const furnishedMs = performance.now();
  if (!tools.isStopped()) await grantToAll(tools.parts, tools.database, people);
  const grantedMs = performance.now();
  await copyIdentities(tools, people);
  await tools.database.connection.query(
    'ANALYZE TABLE identity_lookup, customer, credit_account, monthly_summary, arrangement, consent',
  );
  return { furnishMs: furnishedMs - startedMs, grantMs: grantedMs - furnishedMs };
}

/** The bank that asks and the platform that furnishes and grants. */
export async function registerParties({ institutions }: Pick<Stores, 'institutions'>): Promise<void> {
  const party = { contact: null, purposes: [], historical: false };
  await registerInstitution(institutions, ANYWHERE, { ...party, institutionId: BANK, kind: 'BANK', legalName: 'Bench Bank' });
  await registerInstitution(institutions, ANYWHERE, {
    ...party,
    institutionId: PLATFORM,
    kind: 'PLATFORM',
    legalName: 'Bench Platform',
  });
}
const ANYWHERE = { production: true } as const;

/** @throws Error if a record of anybody is refused. */
export async function furnish(
  { furnishStore: store }: Pick<Stores, 'furnishStore'>,
  people: readonly BenchPerson[],
  isStopped: () => boolean,
): Promise<void> {
  const key: ImportKey = { platformId: PLATFORM, format: 'bench', fileHash: createHash('sha256').update('bench').digest() };
  let at = await store.beginRun(key);
  for (let start = 0; start < people.length && !isStopped(); start += BATCH) {
    const lines = people.slice(start, start + BATCH).map(benchRecords);
    at = await store.furnish(key, at, lines, (verdicts) => {
      const refused = verdicts.find(({ kind }) => kind !== 'accepted');
      if (refused) throw new Error(`A record of the bench was not accepted: ${JSON.stringify(refused)}`);
      return { ...at, linesDone: at.linesDone + lines.length, accepted: at.accepted + lines.length };
    });
  }
  await store.completeRun(key, at);
}

/** Identities as (a) and (b) read them: in clear text, which the gateway never has. */
async function copyIdentities({ keys, database: { connection } }: FillTools, people: readonly BenchPerson[]): Promise<void> {
  await connection.query(
    `CREATE TABLE bench_identity (borrower_ref BINARY(16) PRIMARY KEY, id_type VARCHAR(32) NOT NULL, full_name VARCHAR(200) NOT NULL,
     id_number VARCHAR(64) NOT NULL, birth_year INT NOT NULL)`,
  );
  const looked = people.map((person) => [
    keys.lookupOf({ idType: 'RESIDENT_ID_CARD', idNumber: person.idNumber, fullName: person.fullName }),
    person.fullName,
    person.idNumber,
    Number(person.dateOfBirth.slice(0, 4)),
  ]);
  await connection.query(
    `CREATE TEMPORARY TABLE bench_person (lookup BINARY(32) PRIMARY KEY, full_name VARCHAR(200), id_number VARCHAR(64), birth_year INT)`,
  );
  for (let start = 0; start < looked.length; start += BATCH)
    await connection.query('INSERT INTO bench_person VALUES ?', [looked.slice(start, start + BATCH)]);
  await connection.query(
    `INSERT INTO bench_identity SELECT i.borrower_ref, 'RESIDENT_ID_CARD', p.full_name, p.id_number, p.birth_year
     FROM bench_person AS p JOIN identity_lookup AS i ON i.lookup = p.lookup`,
  );
}
