import { randomBytes } from 'node:crypto';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { eraseBorrower } from '../../src/app/identity/erase-borrower';
import { rotateDataKeys } from '../../src/app/identity/rotate-data-keys';
import { changeInstitution, recordDeath, recordFraud } from '../../src/app/identity/operator-events';
import { assertMigrated, databaseGrants, openDecisionAudit, openOperator } from '../../src/compose';
import { ACCOUNTS, type Account, grantsFor, RIGHTS } from '../../src/db/grants';
import { createDataKeyStore } from '../../src/db/data-key-store';
import { createKeyEncryptionStore } from '../../src/db/key-encryption-store';
import { openDatabase, type OpenDatabase } from '../../src/db/open-database';
import { tablesFor } from '../../src/db/tables';
import { aBorrower, CALLERS, sendAs, type Values } from '../support/clients';
import { act, aPerson, asking, freshEvidence, granted, granting, inDays, type Person } from '../support/consent-acts';
import { someLoans } from '../support/credit-history';
import { forEachDatabase } from '../support/databases';
import {
  anInstitution,
  CUSTOMER,
  EVERYTHING,
  furnishTo,
  openWorld,
  recordsOf,
  startGateway,
  toStores,
  type World,
} from '../support/world';

it('each table has its rights, and each right a table', () => {
  const tables = tablesFor('mariadb').map(({ options }) => options.name);
  expect(Object.keys(RIGHTS).sort()).toEqual([...tables, 'migrations'].sort());
});

it('are printed for the configured database, and for no embedded one', () => {
  const database = { kind: 'mariadb', url: 'mysql://root@127.0.0.1/credit' } as const;
  const statements = databaseGrants({ database }, 'serve', "'gateway'@'10.%'");
  expect(statements).toContain("GRANT SELECT, INSERT ON `credit`.`ledger_entry` TO 'gateway'@'10.%';");
  expect(statements).toHaveLength(Object.keys(RIGHTS).length);
  const embedded = { database: { kind: 'sqlite', file: 'g.sqlite' } } as const;
  expect(() => databaseGrants(embedded, 'serve', 'gateway')).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});

forEachDatabase('an account of the database', (open, dialect) => {
  if (dialect === 'sqlite') {
    it('is that of the operating system, as SQLite knows no other', () => expect(dialect).toBe('sqlite'));
    return;
  }
  let world: World;
  let admin: Connection;
  const accounts = new Map<Account, { readonly opened: OpenDatabase; readonly url: string; readonly name: string }>();
  beforeAll(async () => {
    world = await openWorld(open);
    const { location } = world.db;
    if (location.kind !== 'mariadb') throw new Error('not MariaDB');
    admin = await createConnection({ uri: location.url });
    for (const what of ACCOUNTS) {
      const [name, url] = [`gw_${what}_${randomBytes(4).toString('hex')}`, new URL(location.url)];
      await admin.query(`CREATE USER '${name}'@'%' IDENTIFIED BY 'secret'`);
      for (const grant of grantsFor(what, url.pathname.slice(1), `'${name}'@'%'`)) await admin.query(grant);
      Object.assign(url, { username: name, password: 'secret' });
      accounts.set(what, {
        opened: openDatabase({ kind: 'mariadb', url: url.href }, () => world.clock.nowMs),
        url: url.href,
        name,
      });
    }
  });
  afterAll(async () => {
    for (const { opened, name } of accounts.values()) {
      await opened.close();
      await admin.query(`DROP USER '${name}'@'%'`);
    }
    await admin.end();
  });
  const of = (what: Account): { readonly opened: OpenDatabase; readonly url: string } => {
    const account = accounts.get(what);
    if (!account) throw new Error('no such account');
    return account;
  };
  const storesOf = (what: Account) => toStores(of(what).opened.database, of(what).opened.writer, world.keys);

  it('that serves can do all that the API does', async () => {
    await assertMigrated({ database: { kind: 'mariadb', url: of('serve').url } });
    const gateway = await startGateway(storesOf('serve'), world.keys);
    const served: World = { ...world, gateway };
    const person = await aPerson(world);
    const request = await act(served, CALLERS.bankA, 'requestConsent', asking(person.borrower));
    await act(
      served,
      CALLERS.platform,
      'grantConsent',
      granting(served, person.borrower, { consentRequestId: request.consentRequest.id }),
    );
    for (const borrower of [person.borrower, CUSTOMER('nobody')]) {
      const more = { purpose: 'CARD_APPROVAL' };
      const { consentRequest } = await act(served, CALLERS.bankA, 'requestConsent', asking(borrower, more));
      const consentRequestId = consentRequest.id;
      if (borrower === person.borrower) await act(served, CALLERS.platform, 'rejectConsentRequest', { consentRequestId });
    }
    const consentId = await granted(served, person, { recipientId: 'bank-b', accessMode: 'ONE_TIME', scopes: '*+ACCOUNT_TERMS' });
    await act(served, CALLERS.platform, 'pauseConsent', { consentId });
    await act(served, person.self, 'resumeConsent', { consentId, expectedVersion: 1 });
    await act(served, CALLERS.platform, 'amendConsent', {
      consentId, expectedVersion: 1, scopes: [{ cluster: 'ACCOUNT_TERMS', everyProduct: true, effect: 'PERMIT' }],
      validUntil: inDays(served, 20), evidence: freshEvidence(served),
    }); // prettier-ignore
    for (const borrower of [person.borrower, CUSTOMER('nobody')])
      for (const as of [CALLERS.bankB, CALLERS.bankA]) {
        const { extensions } = await world.ask({ gateway, borrower, as, select: EVERYTHING });
        expect(extensions?.disclosure?.reportId).toHaveLength(22);
      }
    const ended = { consentId: await granted(served, person) };
    for (const as of [CALLERS.platform, CALLERS.bankA]) await act(served, as, 'revokeConsent', ended); // nothing is left to the bank
    const preview = `query { previewCreditReport(input: { recipientId: "bank-a", purpose: MORTGAGE_ORIGINATION }) { report { identity { fullName } } } }`;
    expect((await sendAs(gateway.http, person.self, preview, {})).errors).toBeUndefined();
    const lists = '{ disclosures { edges { node { reportId verdicts { reason } } } } consents { edges { node { id } } } }';
    for (const as of [CALLERS.auditor, aBorrower(person.customerId)])
      expect((await sendAs(gateway.http, as, lists, {})).errors).toBeUndefined();
    for (let more = 0; more < 260; more += 1) await world.ask({ gateway });
    await gateway.publish();
    expect(await world.rows('SELECT tile_level FROM ledger_node')).toHaveLength(1);
    await gateway.stop();
  });

  it('that furnishes can do all that an import does', async () => {
    const stores = storesOf('furnish');
    const person = { customerId: 'furnished', months: ['2026-03', '2026-02'], loans: someLoans };
    for (const idNumber of ['1', '2']) {
      const records = recordsOf(person).map((record) => ('idNumber' in record ? { ...record, idNumber } : record));
      await furnishTo(stores, records, 'platform-1', Math.floor(world.clock.nowMs / 86_400_000));
    }
    expect(await world.rows('SELECT revision FROM customer WHERE customer_id = ?', ['furnished'])).toEqual([{ revision: 2 }]);
  });

  it('that operates can do all that the command line does', async () => {
    const { database, writer } = of('operate').opened;
    const stores = storesOf('operate');
    const parts = await openOperator({ ...stores, database, writer }, world.keys);
    await stores.institutions.add(anInstitution('bank-new', 'BANK'));
    const people: Person[] = [await aPerson(world), await aPerson(world), await aPerson(world)];
    for (const person of people) await granted(world, person);
    await granted(world, people[2] ?? failed(), { recipientId: 'bank-b' });
    const refOf = (at: number) => ({ platformId: 'platform-1', customerId: people[at]?.customerId ?? '' });
    await recordDeath(parts, refOf(0));
    await recordFraud(parts, refOf(1), 'SUSPECTED');
    await recordFraud(parts, refOf(1), 'CONFIRMED');
    for (const status of ['SUSPENDED', 'ACTIVE', 'CLOSED'] as const) await changeInstitution(parts, 'bank-b', status);
    await openDecisionAudit({ database, writer }).accesses.append({
      v: 1, type: 'A', gateway: 'g', nonce: 'n', actor: 'operator', jti: '-', op: 'o', fields: ['audit-explain'], rows: 0,
    }); // prettier-ignore
    const ended = await world.rows("SELECT status FROM arrangement WHERE status <> 'ACTIVE' AND recipient_id = 'bank-b'");
    expect(ended.length).toBeGreaterThan(0);
  });

  it('that erases can erase a person whole, and replace keys', async () => {
    const { database, writer } = of('erase').opened;
    const parts = await openOperator({ ...storesOf('erase'), database, writer }, world.keys);
    const person = await aPerson(world);
    await granted(world, person);
    await act(world, CALLERS.bankA, 'requestConsent', asking(person.borrower, { purpose: 'CARD_APPROVAL' }));
    const { customerId } = person;
    const erased = await eraseBorrower(parts, { platformId: 'platform-1', customerId });
    expect(erased.person).toMatchObject({ consentsEnded: 1 });
    expect(await world.rows('SELECT 1 AS one FROM customer WHERE customer_id = ?', [customerId])).toEqual([]);
    const rotation = await rotateDataKeys(createDataKeyStore(database, world.keys), () => undefined);
    expect(rotation.resealed).toBeGreaterThan(0);
    const store = createKeyEncryptionStore(database);
    await store.register(2);
    const [key] = await store.page(null);
    if (!key) throw new Error('nobody has a key');
    expect(await store.rewrap(2, [{ ...key, before: key.wrappedKey }])).toBe(1);
    await store.markWalked(2, true);
    await store.retire(1);
  });

  it.each(ACCOUNTS)('that is to %s changes and deletes nothing that is evidence, and makes no table', async (what) => {
    const connection = await createConnection({ uri: of(what).url });
    const columnOf = async (table: string): Promise<string> => {
      const [rows] = await admin.query<RowDataPacket[]>(`SHOW COLUMNS FROM ${table}`);
      return String(rows[0]?.['Field']);
    };
    const outcome = async (sql: string): Promise<unknown> =>
      connection.query(sql).then(
        () => 'done',
        ({ code }: Values) => code,
      );
    const evidence = [
      'ledger_entry', 'disclosure', 'consent', 'consent_event', 'consent_receipt', 'consent_charge', 'evidence_use', 'ledger_node',
    ]; // prettier-ignore
    for (const table of evidence) {
      const column = await columnOf(table);
      expect([table, await outcome(`UPDATE ${table} SET ${column} = ${column} WHERE 1 = 0`)]).toEqual([
        table,
        'ER_TABLEACCESS_DENIED_ERROR',
      ]);
    }
    const deleted = what === 'erase' ? [] : Object.keys(RIGHTS).filter((name) => name !== 'identity_lookup');
    for (const table of [...evidence, ...deleted])
      expect([table, await outcome(`DELETE FROM ${table} WHERE 1 = 0`)]).toEqual([table, 'ER_TABLEACCESS_DENIED_ERROR']);
    for (const sql of [
      'CREATE TABLE another (id INT)',
      'DROP TABLE ledger_entry',
      'ALTER TABLE ledger_entry ADD more INT',
      'TRUNCATE ledger_entry',
    ])
      expect([sql, await outcome(sql)]).toEqual([sql, 'ER_TABLEACCESS_DENIED_ERROR']);
    await connection.end();
  });
});

function failed(): never {
  throw new Error('nobody');
}
