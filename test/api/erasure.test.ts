import { Command } from 'commander';
import { eraseBorrower } from '../../src/app/identity/erase-borrower';
import { type OperatorParts, recordDeath } from '../../src/app/identity/operator-events';
import { addAuditCommand } from '../../src/cli/audit';
import { addBorrowerCommand } from '../../src/cli/borrower';
import { ledgerFiles, openDecisionAudit, openLedgerArchive, openOperator } from '../../src/compose';
import { exportLedger } from '../../src/app/ledger/export-ledger';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { erasedTables, KEPT_TABLES, TABLES_BY_OTHER_KEYS } from '../../src/db/erase-records';
import type { Database } from '../../src/db/database';
import { migrate, revertLast } from '../../src/db/migrate';
import { toDataSourceOptions } from '../../src/db/data-source-options';
import { MIGRATIONS } from '../../src/db/migrations';
import { EraseBorrowers1764530000000 } from '../../migrations/1764530000000-erase-borrowers';
import { RotateDataKeys1764540000000 } from '../../migrations/1764540000000-rotate-data-keys';
import { tablesFor } from '../../src/db/tables';
import { verify } from '../../src/verifier/ledger-verifier';
import { DataSource } from 'typeorm';
import { aBorrower, type Answer, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { act, asking, granting, read, refusalOf, REQUEST, traceOf } from '../support/consent-acts';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { disclosureLists } from '../support/disclosure-lists';
import { someLoans } from '../support/credit-history';
import { statementsOf } from '../support/sql-spy';
import {
  CUSTOMER,
  EVERYTHING,
  furnishTo,
  inputOf,
  normalised,
  openWorld,
  type PersonDraft,
  recordsOf,
  stableHeaders,
  toStores,
  type World,
} from '../support/world';
import { dayOf } from '../../src/core/credit/calendar';

const SHOWN = '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS';
let people = 0;

forEachDatabase('the erasure of a person', (open, dialect) => {
  let world: World;
  let operator: OperatorParts;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    operator = await openOperator(world.stores, world.keys);
  });
  afterEach(() => {
    world.spy.beforeWrite = null;
    world.spy.beforeRead = null;
  });

  const refOf = (customerId: string) => ({ platformId: 'platform-1', customerId });
  const erase = (customerId: string) => eraseBorrower(operator, refOf(customerId));
  const personRecords = (customerId: string, more: PersonDraft = {}) =>
    recordsOf({
      customerId, asOf: '2026-04-10', months: ['2026-03', '2026-02'], loans: someLoans,
      inquiries: [{ inquiredOn: '2026-03-01', institutionName: 'Bank', reason: '02' }],
      statements: [{ author: 'BORROWER', text: `So it was with ${customerId}.`, madeOn: '2026-03-02' }],
      ...more,
    }); // prettier-ignore
  /** Somebody new with records of every kind, some of them superseded, at two platforms. */
  async function somebody(): Promise<string> {
    people += 1;
    const customerId = `gone-${String(people)}-4711`;
    await world.furnish(personRecords(customerId));
    await world.furnish(personRecords(customerId, { asOf: '2026-04-11', identity: { residenceCity: 'Ningbo' }, account: () => ({ creditLimitMinor: 7 }) })); // prettier-ignore
    await world.furnish(recordsOf({ customerId, months: ['2026-03'] }), 'platform-2');
    return customerId;
  }
  const keyOf = async (customerId: string): Promise<Buffer> => {
    const rows = await world.rows('SELECT borrower_ref FROM customer WHERE customer_id = ?', [customerId]);
    return rows[0]?.['borrower_ref'] as Buffer;
  };
  /** Tables that hold a row of this name, with how many. */
  async function rowsBy(borrowerRef: Buffer): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const { options } of tablesFor(dialect)) {
      if (!('borrower_ref' in options.columns)) continue;
      const [row] = await world.rows(`SELECT COUNT(*) AS n FROM ${options.name} WHERE borrower_ref = ?`, [borrowerRef]);
      if (Number(row?.['n']) > 0) found[options.name] = Number(row?.['n']);
    }
    return found;
  }
  /** Tables that say this text anywhere in clear. */
  async function tablesSaying(text: string): Promise<readonly string[]> {
    const saying: string[] = [];
    for (const { options } of tablesFor(dialect)) {
      const rows = await world.rows(`SELECT * FROM ${options.name}`);
      const words = rows.flatMap((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))); // prettier-ignore
      if (words.some((word) => word.includes(text))) saying.push(options.name);
    }
    return saying;
  }
  const seen = async (borrower: Values) => {
    const ask = () => world.ask({ borrower, select: EVERYTHING });
    const { result, executed } = await world.spy.during(ask);
    return { text: normalised(result.text), headers: stableHeaders(result), statements: statementsOf(executed) };
  };

  it('knows every table with a person in it: it is erased, or kept for a reason that stands here', () => {
    const named = tablesFor(dialect).flatMap(({ options }) => ('borrower_ref' in options.columns ? [options.name] : []));
    const erased = erasedTables(dialect).map(({ table }) => table);
    expect([...erased, ...TABLES_BY_OTHER_KEYS, ...Object.keys(KEPT_TABLES), 'borrower_key'].sort()).toEqual([...named].sort());
    expect(erased).toEqual([
      'customer', 'credit_account', 'monthly_summary', 'loan', 'repayment', 'inquiry', 'statement', 'dispute', 'record_revision',
      'idempotency', 'borrower_status',
    ]);
    expect(Object.values(KEPT_TABLES).every((reason) => reason.length > 20)).toBe(true);
  }); // prettier-ignore

  it('leaves nothing that leads to the person, and a ledger that both verifiers pass', async () => {
    const customerId = await somebody();
    const [borrower, self] = [CUSTOMER(customerId), aBorrower(customerId)];
    const document = { idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` };
    const consents = [
      await world.grant({ borrower, scopes: SHOWN }),
      await world.grant({ borrower: null, scopes: SHOWN, as: self, recipientId: 'bank-b' }),
    ];
    await act(world, CALLERS.platform, 'pauseConsent', { consentId: consents[0], reason: `${customerId} asked for it` });
    await act(world, self, 'resumeConsent', { consentId: consents[0], expectedVersion: 1 });
    const pending = await act(world, CALLERS.bankA, 'requestConsent', asking(borrower));
    const rejected = await act(world, CALLERS.bankA, 'requestConsent', asking(borrower, { purpose: 'CARD_APPROVAL' }));
    await act(world, self, 'rejectConsentRequest', { consentRequestId: rejected.consentRequest.id, reason: `no, says ${customerId}` });
    const answer = await world.ask({ borrower, select: EVERYTHING });
    expect(answer.text).toContain(`Name ${customerId}`);
    const ref = await keyOf(customerId);
    const before = await rowsBy(ref);
    expect(Object.keys(before)).toEqual(expect.arrayContaining(['record_revision', 'loan', 'repayment', 'inquiry', 'statement', 'idempotency', 'record_directory']));
    expect((await tablesSaying(customerId)).length).toBeGreaterThan(5);

    const { result, entries } = await traceOf(world, () => erase(customerId));
    expect(result.person?.consentsEnded).toBe(2);
    expect(result.person?.recordsErased).toBe(erasedTables(dialect).reduce((sum, { table }) => sum + (before[table] ?? 0), 0) + 2); // the operator's own keys of acts
    expect(entries.map(({ type, action }) => [type, action])).toEqual([['C', 'revoke'], ['C', 'revoke'], ['K', 'borrower-erased']]);
    expect(Object.keys(entries[2] ?? {}).sort()).toEqual(['action', 'at', 'gateway', 'ledger', 'nonce', 'type', 'v']);
    expect(await tablesSaying(customerId)).toEqual([]);
    const left = Object.keys(await rowsBy(ref));
    expect(left.filter((table) => !(table in KEPT_TABLES))).toEqual([]);
    expect(left).toEqual(expect.arrayContaining(['arrangement', 'consent', 'consent_event', 'consent_receipt', 'disclosure']));
    expect(left).not.toContain('borrower_erasure');

    const nobody = await seen(CUSTOMER('nobody'));
    expect([await seen(borrower), await seen(document)]).toEqual([nobody, nobody]);
    expect(await read(world, self, 'consents { edges { node { id } } }')).toEqual({ edges: [] });
    expect(await read(world, self, 'disclosures { edges { node { reportId } } }')).toEqual({ edges: [] });
    expect(await refusalOf(world, CALLERS.platform, 'grantConsent', granting(world, borrower))).toMatchObject({ code: 'NOT_FOUND' });
    const reports = (await disclosureLists(world).page(CALLERS.auditor, { first: 50 })).edges.map(({ node }) => node.reportId);
    expect(reports).toContain(answer.extensions?.disclosure?.reportId);

    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-erasure-'));
    try {
      await world.gateway.publish();
      const archive = await openLedgerArchive(world.stores, world.keys);
      await exportLedger(archive, ledgerFiles.openFolder(folder));
      const { counts } = await verifyLedger({ reader: archive.reader, verifierKey: archive.verifierKey });
      expect(counts['K']).toBe(1);
      const verified = await verify((file) => readFile(path.join(folder, file)), archive.verifierKey);
      expect(verified.counts.get('K')).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }

    for (const { consentRequest } of [pending, rejected]) {
      expect(await read(world, CALLERS.bankA, `consentRequest(id: "${consentRequest.id}") { ${REQUEST} }`)).toMatchObject({ status: 'PENDING' });
      const again = await act(world, CALLERS.bankA, 'requestConsent', asking(borrower, { purpose: consentRequest['purpose'] }));
      expect(again.consentRequest.id).toBe(consentRequest.id);
    }
    await world.furnish(personRecords(customerId));
    const anew = await keyOf(customerId);
    expect([anew.equals(ref), Object.keys(await rowsBy(ref))]).toEqual([false, left]);
    expect(await seen(borrower)).toMatchObject({ text: nobody.text });
    await world.grant({ borrower, scopes: SHOWN });
    expect((await world.ask({ borrower, select: 'identity { fullName }' })).text).toContain(`Name ${customerId}`);
  }); // prettier-ignore

  it('takes the dead and their death with it', async () => {
    const customerId = await somebody();
    await recordDeath(operator, refOf(customerId));
    await erase(customerId);
    await world.furnish(personRecords(customerId));
    expect(await world.grant({ borrower: CUSTOMER(customerId) })).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is gone on with where it was interrupted, by whoever is erased next or by itself', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const [ref, otherRef] = [await keyOf(one), await keyOf(other)];
    const interrupted = { ...operator, operator: { ...operator.operator, finishErasures: () => Promise.resolve({ people: 0, records: 0 }) } }; // prettier-ignore
    await eraseBorrower(interrupted, refOf(one));
    expect(Object.keys(await rowsBy(ref))).toEqual(expect.arrayContaining(['customer', 'borrower_erasure']));
    expect(await erase(one)).toEqual({ person: null });
    expect(Object.keys(await rowsBy(ref))).toEqual(['consent_head']);
    await expect(erase(one)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await eraseBorrower(interrupted, refOf(other));
    await erase(await somebody());
    expect(Object.keys(await rowsBy(otherRef))).toEqual(['consent_head']);
  });

  it('lets the same person be furnished anew while the old records are still being removed', async () => {
    const customerId = await somebody();
    const ref = await keyOf(customerId);
    const interrupted = { ...operator, operator: { ...operator.operator, finishErasures: () => Promise.resolve({ people: 0, records: 0 }) } }; // prettier-ignore
    await eraseBorrower(interrupted, refOf(customerId));
    await world.furnish(personRecords(customerId));
    await operator.operator.finishErasures();
    expect(Object.keys(await rowsBy(ref))).toEqual(['consent_head']);
    await world.furnish(personRecords(customerId, { asOf: '2026-04-12', account: () => ({ creditLimitMinor: 9 }) }));
    const accounts = await world.rows('SELECT borrower_ref, revision FROM credit_account WHERE account_no = ?', [`${customerId}-HUABEI`]);
    expect(accounts.map(({ revision }) => Number(revision))).toEqual([2]);
    expect((accounts[0]?.['borrower_ref'] as Buffer).equals(ref)).toBe(false);
  }); // prettier-ignore

  describe('that comes between', () => {
    const ledgerEnd = async () => Number((await world.rows('SELECT MAX(idx) AS n FROM ledger_entry'))[0]?.['n']);
    const subjectsAfter = async (idx: number): Promise<readonly string[]> => {
      const rows = await world.rows('SELECT subject FROM ledger_entry WHERE idx > ?', [idx]);
      return rows.map((row) => (row['subject'] as Buffer).toString('base64url'));
    };
    const strangers = (customerId: string): string =>
      world.keys.strangerKey(world.keys.lookupOf({ idType: 'PLATFORM_CUSTOMER_ID', ...refOf(customerId) })).pseudonym().toString('base64url'); // prettier-ignore
    /** Erases a person before the next transaction of the gateway. */
    const eraseFirst = (customerId: string): void => {
      world.spy.beforeWrite = async () => {
        world.spy.beforeWrite = null;
        await erase(customerId);
      };
    };

    it('a look-up and its record: the answer is that of nobody, and so is its entry', async () => {
      for (const consented of [true, false]) {
        const customerId = await somebody();
        if (consented) await world.grant({ borrower: CUSTOMER(customerId), scopes: SHOWN });
        eraseFirst(customerId);
        const input = inputOf({ borrower: CUSTOMER(customerId) });
        const answer: Answer = await sendAs(world.gateway.http, CALLERS.bankA, `query ($input: CreditReportInput!) { creditReport(input: $input) { ${EVERYTHING} } }`, { input }); // prettier-ignore
        const nobody = await world.ask({ borrower: CUSTOMER('nobody'), select: EVERYTHING });
        expect(normalised(answer.text)).toBe(normalised(nobody.text));
        expect(await subjectsAfter((await ledgerEnd()) - 2)).toContain(strangers(customerId));
      }
    });

    it('a look-up and its rows', async () => {
      const customerId = await somebody();
      await world.grant({ borrower: CUSTOMER(customerId), scopes: SHOWN });
      world.spy.beforeRead = async ({ sql }) => {
        if (!sql.includes('FROM customer')) return;
        world.spy.beforeRead = null;
        await erase(customerId);
      };
      const answer = await world.ask({ borrower: CUSTOMER(customerId), select: 'identity { fullName }' });
      expect([answer.status, answer.text.includes('Name gone')]).toEqual([200, false]);
    });

    it('a grant or another act and its record: there is no such person', async () => {
      const customerId = await somebody();
      const consentId = await world.grant({ borrower: CUSTOMER(customerId) });
      const ref = await keyOf(customerId);
      eraseFirst(customerId);
      expect(await refusalOf(world, CALLERS.platform, 'grantConsent', granting(world, CUSTOMER(customerId)))).toMatchObject({ code: 'NOT_FOUND' }); // prettier-ignore
      expect(await world.rows("SELECT arrangement_id FROM arrangement WHERE borrower_ref = ? AND status <> 'REVOKED'", [ref])).toEqual([]);
      const other = await somebody();
      const otherConsent = await world.grant({ borrower: CUSTOMER(other) });
      eraseFirst(other);
      expect(await refusalOf(world, CALLERS.platform, 'pauseConsent', { consentId: otherConsent })).toMatchObject({ code: 'NOT_FOUND' });
      expect(await refusalOf(world, CALLERS.platform, 'pauseConsent', { consentId })).toMatchObject({ code: 'NOT_FOUND' });
    }); // prettier-ignore

    it('a question of a bank and its record: nobody was asked', async () => {
      const customerId = await somebody();
      const ref = await keyOf(customerId);
      eraseFirst(customerId);
      const { consentRequest } = await act(world, CALLERS.bankA, 'requestConsent', asking(CUSTOMER(customerId)));
      expect(consentRequest.status).toBe('PENDING');
      expect(await subjectsAfter((await ledgerEnd()) - 1)).toEqual([strangers(customerId)]);
      expect(await world.rows('SELECT borrower_ref FROM consent_request WHERE borrower_ref = ?', [ref])).toEqual([]);
    });

    it('a grant and its erasure: the consent that came last ends, too', async () => {
      const customerId = await somebody();
      const { operator: store } = operator;
      let isGranted = false;
      const late: OperatorParts['operator'] = {
        ...store,
        destroyKey: async (ref, entry) => {
          if (!isGranted) await world.grant({ borrower: CUSTOMER(customerId) });
          isGranted = true;
          return store.destroyKey(ref, entry);
        },
      };
      const { person } = await eraseBorrower({ ...operator, operator: late }, refOf(customerId));
      expect(person?.consentsEnded).toBe(1);
    });

    it('the plan of a batch and its writing: the person is furnished as a new one, and of what has no person nothing is stored', async () => {
      for (const isWhole of [true, false]) {
        const customerId = await somebody();
        const ref = await keyOf(customerId);
        let isErased = false;
        const database: Database = {
          ...world.db.database,
          write: async (script) => {
            const wrote = await world.db.database.write(script);
            if (!isErased) await erase(customerId);
            isErased = true;
            return wrote;
          },
        };
        const records = personRecords(customerId, { asOf: '2026-04-12', account: () => ({ creditLimitMinor: 9 }) });
        const furnish = furnishTo(toStores(database, world.db.writer, world.keys), records.slice(isWhole ? 0 : 1), 'platform-1', dayOf(world.clock.nowMs));
        await (isWhole ? furnish : expect(furnish).rejects.toThrow());
        expect(Object.keys(await rowsBy(ref))).toEqual(['consent_head']);
        const accounts = await world.rows('SELECT borrower_ref FROM credit_account WHERE account_no = ?', [`${customerId}-HUABEI`]);
        expect(accounts).toHaveLength(isWhole ? 1 : 0);
      }
    }); // prettier-ignore

    it('nothing at all, when both run at the same time: no row is left without a key', async () => {
      for (let round = 0; round < 4; round += 1) {
        const customerId = await somebody();
        const later = personRecords(customerId, { asOf: '2026-04-13', identity: { residenceCity: 'Jinan' }, account: () => ({ creditLimitMinor: 8 }) }); // prettier-ignore
        const [erased] = await Promise.all([erase(customerId), world.furnish(later), world.ask({ borrower: CUSTOMER(customerId), select: EVERYTHING })]);
        expect(erased.person).not.toBeNull();
        for (const { table } of erasedTables(dialect).filter(({ table }) => table !== 'idempotency'))
          expect([table, await world.rows(`SELECT borrower_ref FROM ${table} WHERE borrower_ref NOT IN (SELECT borrower_ref FROM borrower_key)`)]).toEqual([table, []]);
      }
    }); // prettier-ignore
  });

  describe('at the command line', () => {
    const said = heardFromCommands();
    const run = async (...words: readonly string[]): Promise<void> => {
      const program = new Command().exitOverride();
      addBorrowerCommand(program, () =>
        Promise.resolve({ operator: () => Promise.resolve(operator), close: () => Promise.resolve() }),
      );
      addAuditCommand(program, () => Promise.resolve({ ...openDecisionAudit(world.db), close: () => Promise.resolve() })); // prettier-ignore
      await program.parseAsync(['node', 'gateway', ...words]);
    };

    it('wants to be meant, tells what it did, and leaves an answer that cannot be told', async () => {
      const customerId = await somebody();
      await world.grant({ borrower: CUSTOMER(customerId), scopes: SHOWN });
      const { extensions } = await world.ask({
        borrower: CUSTOMER(customerId),
        requestId: newKey(),
        select: 'identity { fullName }',
      });
      await run('borrower', 'erase', `platform-1/${customerId}`);
      expect([said, process.exitCode]).toEqual([['error: An erasure cannot be undone; repeat the command with --yes.'], 2]);
      expect(await keyOf(customerId)).toHaveLength(16);
      await run('borrower', 'erase', `platform-1/${customerId}`, '--yes');
      expect(said[1]).toMatch(/^log: The key is destroyed\. Consents revoked: 1\. Records removed: \d+\.$/);
      process.exitCode = 0;
      await run('audit', 'explain', extensions?.disclosure?.reportId ?? '');
      expect([process.exitCode, said.join('\n')]).toEqual([2, expect.stringContaining('The key of the person was destroyed.')]);
    });

    it('is refused for somebody who is not known', async () => {
      await run('borrower', 'erase', 'platform-1/nobody', '--yes');
      expect([said, process.exitCode]).toEqual([['error: The platform platform-1 has furnished no customer of that id.'], 2]);
    });
  });
});

forEachDatabase('the migration for erasures', (open) => {
  it('is not undone while one is not finished', async () => {
    const db = await open();
    const source = () => new DataSource(toDataSourceOptions(db.location, MIGRATIONS));
    const change = (sql: string) =>
      db.database.write(function* () {
        yield { sql, params: [Buffer.alloc(16, 1)] };
      });
    const since = [EraseBorrowers1764530000000, RotateDataKeys1764540000000].map(({ name }) => name);
    for (const _ of since.slice(1)) await revertLast(source());
    await change('INSERT INTO borrower_erasure (borrower_ref, erased_at_ms) VALUES (?, 1)');
    await expect(revertLast(source())).rejects.toThrow('finish it first');
    await change('DELETE FROM borrower_erasure WHERE borrower_ref = ?');
    await revertLast(source());
    expect(await migrate(source())).toEqual(since);
  });
});
