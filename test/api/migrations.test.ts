import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { Gateway } from '../../src/compose';
import type { Row, SqlValue } from '../../src/db/database';
import { toDataSourceOptions } from '../../src/db/data-source-options';
import { driftOf, migrate, pendingMigrations, revertLast } from '../../src/db/migrate';
import { MIGRATIONS } from '../../src/db/migrations';
import { createKeyring } from '../../src/keys/keyring';
import { NOW_MS } from '../support/builders';
import { type Answer, aBorrower, type Caller, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { dayOf } from '../../src/core/credit/calendar';
import { historyOf, someLoans } from '../support/credit-history';
import { forEachDatabase, type TestDatabase } from '../support/databases';
import { DAY, EVERYTHING, furnishTo, LI, openWorld, recordsOf, REPORT, reportOf, startGateway, toStores } from '../support/world';

const ALL = MIGRATIONS.map(({ name }) => name);
const [FOUNDATION = '', LIFE_CYCLE = '', CREDIT_RECORDS = ''] = ALL;
/** That migration and all after it. */
const since = (name: string): readonly string[] => ALL.slice(ALL.indexOf(name));
const sourceOf = ({ location }: TestDatabase, migrations: Parameters<typeof toDataSourceOptions>[1] = MIGRATIONS): DataSource =>
  new DataSource(toDataSourceOptions(location, migrations));

/** Undoes the migrations after that one, and with `itself` that one too. */
async function revertTo(db: TestDatabase, name: string, { itself }: { readonly itself: boolean }): Promise<void> {
  const kept = ALL.indexOf(name) + (itself ? 0 : 1);
  while ((await pendingMigrations(sourceOf(db))).length < ALL.length - kept) await revertLast(sourceOf(db));
}

forEachDatabase('the migrations', (open) => {
  it('leave no drift, and a second run keeps what was furnished', async () => {
    const world = await openWorld(open);
    const count = async (): Promise<number> => Number((await world.rows('SELECT COUNT(*) AS n FROM monthly_summary'))[0]?.['n']);
    const before = await count();
    expect(before).toBe(52);
    expect(await driftOf(sourceOf(world.db))).toEqual([]);
    expect(await migrate(sourceOf(world.db))).toEqual([]);
    expect(await count()).toBe(before);
    expect((await world.report()).accounts).toBeNull();
  });

  it('can be undone one by one and run again', async () => {
    const db = await open();
    const isThere = (table: string): Promise<boolean> =>
      db.database.read(`SELECT 1 AS one FROM ${table}`, []).then(
        () => true,
        () => false,
      );
    const tables = () =>
      Promise.all(['monthly_summary', 'disclosure_request', 'disclosure', 'consent_event', 'loan', 'ledger_node'].map(isThere));
    const whole = [true, false, true, true, true, true];
    expect([await pendingMigrations(sourceOf(db)), await tables()]).toEqual([[], whole]);
    for (const [name, left] of [
      [CREDIT_RECORDS, [true, false, true, true, false, false]],
      [LIFE_CYCLE, [true, true, false, false, false, false]],
      [FOUNDATION, [false, false, false, false, false, false]],
    ] as const) {
      while (!(await pendingMigrations(sourceOf(db))).includes(name)) {
        const pending = (await pendingMigrations(sourceOf(db))).length;
        await revertLast(sourceOf(db));
        expect(await pendingMigrations(sourceOf(db))).toEqual(ALL.slice(-pending - 1));
      }
      expect(await tables()).toEqual(left);
    }
    expect(await migrate(sourceOf(db))).toEqual(ALL);
    expect([await driftOf(sourceOf(db)), await tables()]).toEqual([[], whole]);
  });

  it('show drift where a column is missing', async () => {
    const db = await open();
    await db.database.write(function* () {
      yield { sql: 'ALTER TABLE monthly_summary DROP COLUMN loan_days', params: [] };
    });
    expect((await driftOf(sourceOf(db))).join('\n')).toContain('loan_days');
  });
});

// ------------------------------------------------------------------ a database as the foundation left it

const keys = createKeyring(Buffer.alloc(32, 7));
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
/** JSON with sorted members and without white space. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as Values;
  return `{${Object.keys(members).sort().map((name) => `${JSON.stringify(name)}:${canonical(members[name])}`).join(',')}}`; // prettier-ignore
}
const sha256 = (...parts: readonly (Buffer | string)[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest(); // prettier-ignore
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([1]), left, right);
const run = (db: TestDatabase, sql: string): Promise<void> =>
  db.database.write(function* () {
    yield { sql, params: [] };
  });
/** Names of the fields that have a value, in their order. */
const shownNames = (record: Values | undefined): readonly string[] =>
  Object.entries(record ?? {}).flatMap(([name, value]) => (value === null ? [] : [name])).sort(); // prettier-ignore

/** Li, whose key the foundation drew and wrapped; with it its marks below can be made again. */
const REF = hex('313dc91e79200639f0d4c0425e51a012');
const WRAPPED = hex('01a77f33c22f257d58debbda68f24e6ba4711a09629a51209607b7cc961f11141b66794724b00b001e8d9a53ea1a6d42c32396ac393f4fb4a135a7f6c3'); // prettier-ignore
const li = keys.borrowerKey(REF, WRAPPED);
const ORIGIN = 'ledger-49fe22efaabd9483/disclosures/0';
const HEAD = { gateway: 'credit-gateway/0.1.0', ledger: ORIGIN, v: 1, purpose: 'MORTGAGE_ORIGINATION' };
const [KEPT, ENDED] = ['1633cf7052231b65e0fe0dc53bf85b3a', 'e5eec6be172f2cd5033baa78b26bf186'] as const;
const REVOKED_MS = NOW_MS + 60_000;
const APPROVALS = {
  [KEPT]: '80d2fa41164c5ace2447031c4c726153c6b056d618977729cd0ff3eb8430ef7c',
  [ENDED]: 'c548c4b96ff213a5c7d0c93c711bb44f77cc2d4924936e4bc442bcd63ecde2da',
};
const LOAN_COUNTS = 'accounts { product monthlySummaries { month loanCount } }';
const NAME = 'identity { fullName }';
const REVOKE = 'mutation ($input: RevokeConsentInput!) { revokeConsent(input: $input) { consentId } }';

/** A version as the foundation stored it: without a frequency. */
function documentOf(arrangementId: typeof KEPT | typeof ENDED): string {
  const [fields, product] = arrangementId === KEPT ? [[217], 'JIEBEI'] : [[1], null];
  return canonical({
    absencePolicy: 'UNIFORM', accessMode: 'RECURRING', arrangementId, catalogueVersion: 1, dataFrom: null, dataLifeDays: 365,
    dataUntil: null, grantedAtMs: NOW_MS, grantedBy: { partyId: 'platform-1', role: 'PLATFORM' }, legalBasis: 'WRITTEN_CONSENT_QUERY',
    evidence: {
      approvalHash: APPROVALS[arrangementId], approvedAtMs: NOW_MS - 60_000, bundledWithService: false, channel: 'APP', identityCheck: null,
      locale: 'zh-CN', noticeHash: '0ee2983aaa7af047fac71ff75dea0b2d17164fdcdc1a0be1e986250ec1edaac9', noticeId: 'notice', noticeVersion: '1',
    },
    platformId: 'platform-1', previousHash: null, purpose: 'MORTGAGE_ORIGINATION', recipientId: 'bank-a',
    scopes: [{ effect: 'PERMIT', fields, product, via: null }], validFromMs: NOW_MS, validUntilMs: NOW_MS + 30 * DAY, version: 1,
  }); // prettier-ignore
}

const subjectOf = (entry: Values): Buffer => Buffer.from(String(entry['subject']), 'base64url');
const ours = { ...HEAD, subject: li.pseudonym().toString('base64url') };
const change = (consent: typeof KEPT | typeof ENDED, at: number, set: number, more: Values): Values => ({
  ...ours, type: 'C', actor: 'platform-1', role: 'PLATFORM', recipient: 'bank-a', jti: 'fd'.repeat(32), nonce: `change-${String(set)}-Ca6uwumPG03EG`,
  consent, at, set, to: 1, document: sha256(documentOf(consent)).toString('hex'), ...more,
}); // prettier-ignore
const grant = (consent: typeof KEPT | typeof ENDED, set: number): Values =>
  change(consent, NOW_MS, set, { action: 'grant', from: 0, evidence: APPROVALS[consent] });
const report = (of: Values, reportId: string, at: number, set: number, more: Values): Values => ({
  ...of, type: 'D', actor: 'bank-a', jti: '6c'.repeat(32), nonce: 'HeabL62ATEUPmdvapZBDsg', report: reportId, at, set, consents: [], empty: {},
  released: {}, refused: {}, rows: 0, months: 0, op: 'O8E8gRJ4yfz2xnSYl3Ys_R6AdQjx87CctjlJ8eVOKyw',
  schema: 'SJ0WYQ9pfrc4oWUox-1BtFYQ12adkcV7H1ufnobmHkQ', commit: '0nwvXAJmhMglMLKE7GhksFgMyocFa348kv2aS07cbZE', ...more,
}); // prettier-ignore
const ENTRIES: readonly Values[] = [
  report(ours, 'AdD6H-Hj-xqUu2TMLNu-XA', NOW_MS, 0, { refused: { '-/-': [1] } }),
  grant(KEPT, 1),
  report(ours, 'LlzDTD7yV4VleqYNNichgw', NOW_MS, 1, {
    consents: [`${KEPT}:1`], released: { 'platform-1/JIEBEI': [217] }, rows: 3, months: 2,
    refused: { 'platform-1/HUABEI': [100, 217], 'platform-1/JIEBEI': [100], 'platform-1/OTHER': [100, 217] },
  }),
  grant(ENDED, 2),
  change(ENDED, REVOKED_MS, 3, { action: 'revoke', from: 1 }),
  report(ours, 'UdD6H-Hj-xqUu2TMLNu-XA', REVOKED_MS, 3, { refused: { 'platform-1/-': [1] } }),
  report({ ...HEAD, subject: 'zvrlRrY1t8yXrW2ZF6_kpnwVYTw5ZdDHvmPjDHSR4As' }, '686Lz1B85mcn6Gxg-0Yf-Q', REVOKED_MS, 0, { refused: { '-/-': [1] } }),
]; // prettier-ignore

/** Marks as the foundation made them of these very questions and answers. */
const REQUESTS = [
  ['r0', 0, 'e2c5c455b6b621f30c1e1aa3856a1e6d72870d6f9471b1e43f40381a0d317495', 'f187c6de061d970cfd1ace3476009b1c1e02548dc65bd1027dec1cdf653c96ed'],
  ['r1', 2, 'dcc38e9195431014e3dca102937f46253db73b1395f3ad7416f1c4284547e3da', '7b987c13697685d70595ad65b708bc05d259255648dfe62b4028b0fc881160e7'],
  ['r2', 5, 'e2c5c455b6b621f30c1e1aa3856a1e6d72870d6f9471b1e43f40381a0d317495', 'f187c6de061d970cfd1ace3476009b1c1e02548dc65bd1027dec1cdf653c96ed'],
  ['r3', 6, '5cb2a660e88323d09204b6eb90b67ebdc703f09bbb0ade1032aac4bf1c8b6b0d', '36babc71e170c4040e4fc82c4f19839eb559c1f9cc25cb3ac0cce6f6c0a90dfd'],
] as const; // prettier-ignore
const IDEMPOTENCY = [
  ['grant-a', KEPT, '07ef2365962f5af2e7a1fa1d255181ff50a6e97586bc41ec1ee730c9edd74034'],
  ['grant-b', ENDED, '974c0d27815d7edd527641334614121c2f93353d6ad1e5f05036e05b00a32b6c'],
  ['revoke-b', ENDED, '81fdc0f9b565333be4240c425d4c8a9df1a481bff0ca5584d541cfc3761e056a'],
] as const;

/** Every row, by table; written by the foundation's own code and set down here, so that nothing in src can change it. */
function foundationRows(): readonly (readonly [string, Values])[] {
  const bank = 'MORTGAGE_ORIGINATION,CONSUMER_LOAN_ORIGINATION,CARD_APPROVAL,GUARANTEE_REVIEW,POST_LOAN_MANAGEMENT';
  const parties = [['bank-a', 'BANK', bank], ['platform-1', 'PLATFORM', ''], ['auditor-1', 'AUDITOR', '']]; // prettier-ignore
  const sealed = (column: string, text: string): Buffer => li.seal({ table: 'customer', column, row: 'platform-1/li' }, text);
  const account = hex('488f2a54893e34f7');
  const stamp = { as_of: '2026-04-15', revision: 1 };
  const leaves = ENTRIES.map((entry) => sha256(Buffer.from([0]), canonical(entry)));
  const [a, b, c, d, e, f, last] = leaves as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
  const [four, two] = [node(node(a, b), node(c, d)), node(e, f)];
  const sequence = { frontier: Buffer.concat([four, two, last]), root: node(four, node(two, last)) };
  return [
    ...parties.map(([institution_id, kind, purposes]) => ['institution', {
      institution_id, kind, legal_name: `Legal ${String(institution_id)}`, purposes, historical: 0, status: 'ACTIVE', status_since_ms: NOW_MS, ver: 1,
    }] as const),
    ['platform_progress', { platform_id: 'platform-1', newest_month: 202_604 }],
    ['borrower_key', { borrower_ref: REF, wrapped_key: WRAPPED, created_at_ms: NOW_MS }],
    ['identity_lookup', { lookup: hex('593d15bf1927b9c4f49f4877f09d715dde1a0f7f8a7a382601ea0bd37cfaff85'), borrower_ref: REF }],
    ['identity_lookup', { lookup: hex('932c359e19435a731fc5259f222982c5a320a6f98546d4617d7b67210ab84812'), borrower_ref: REF }],
    ['customer', {
      borrower_ref: REF, platform_id: 'platform-1', customer_id: 'li', full_name: sealed('full_name', 'Name li'), id_number: sealed('id_number', 'ID-li'), ...stamp,
    }],
    ['account_directory', { platform_id: 'platform-1', account_no: 'li-JIEBEI', borrower_ref: REF }],
    ['credit_account', {
      borrower_ref: REF, account_id: account, platform_id: 'platform-1', customer_id: 'li', account_no: 'li-JIEBEI', product: 'JIEBEI', currency: 'CNY',
      account_class: 'D1', opened_year: 2019, opened_on: '2019-05-01', joint: 0, ...stamp,
    }],
    ...[202_603, 202_602].map((month, at) => ['monthly_summary', {
      borrower_ref: REF, account_id: account, month, borrowed_amount_minor: 10_000 * (at + 1), loan_count: at, loan_count_band: at === 0 ? 'C0' : 'C1_2', adverse: 0, ...stamp,
    }] as const),
    ['consent_head', { borrower_ref: REF, ver: 3 }],
    ...([KEPT, ENDED] as const).flatMap((id) => [
      ['arrangement', {
        borrower_ref: REF, arrangement_id: hex(id), platform_id: 'platform-1', customer_id: 'li', recipient_id: 'bank-a', purpose: 'MORTGAGE_ORIGINATION',
        ver: 1, created_at_ms: NOW_MS, ...(id === KEPT ? { status: 'ACTIVE', status_at_ms: NOW_MS } : { status: 'REVOKED', status_reason: 'PLATFORM_ON_BEHALF', status_at_ms: REVOKED_MS }),
      }] as const,
      ['consent', {
        borrower_ref: REF, arrangement_id: hex(id), ver: 1, starts_at_ms: NOW_MS, expires_at_ms: NOW_MS + 30 * DAY, document: documentOf(id), hash: sha256(documentOf(id)),
      }] as const,
      ['evidence_use', { platform_id: 'platform-1', approval_hash: hex(APPROVALS[id]), borrower_ref: REF, arrangement_id: hex(id), used_at_ms: NOW_MS }] as const,
    ]),
    ...IDEMPOTENCY.map(([idem_key, response, hash]) => ['idempotency', {
      borrower_ref: REF, client_id: 'PLATFORM/platform-1', idem_key, request_hash: hex(hash), response, created_at_ms: NOW_MS,
    }] as const),
    ['ledger_sequence', { ledger_id: 0, origin: ORIGIN, next: ENTRIES.length, ...sequence, epoch: 0 }],
    ...ENTRIES.map((entry, idx) => ['ledger_entry', { ledger_id: 0, idx, leaf: leaves[idx], subject: subjectOf(entry), body: Buffer.from(canonical(entry)) }] as const),
    ...REQUESTS.map(([request_id, idx, hash, mark]) => ['disclosure_request', {
      recipient_id: 'bank-a', request_id, request_hash: hex(hash), consent_set: ENTRIES[idx]?.['set'], answer_mark: hex(mark), ledger_id: 0, idx,
      report_id: Buffer.from(String(ENTRIES[idx]?.['report']), 'base64url'), decided_at_ms: ENTRIES[idx]?.['at'],
    }] as const),
  ];
} // prettier-ignore

forEachDatabase('an upgrade from the foundation', (open, dialect) => {
  const clock = { nowMs: REVOKED_MS };
  afterEach(() => {
    clock.nowMs = REVOKED_MS;
  });
  const all = (db: TestDatabase, sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> =>
    db.database.read(sql, params);

  async function openFoundation(): Promise<TestDatabase> {
    const db = await open({ clock: () => clock.nowMs });
    for (const _ of MIGRATIONS) await revertLast(sourceOf(db));
    expect(await migrate(sourceOf(db, MIGRATIONS.slice(0, 1)))).toEqual([FOUNDATION]);
    await db.database.write(function* () {
      for (const [table, row] of foundationRows())
        yield {
          sql: `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?').join(', ')})`,
          params: Object.values(row) as SqlValue[],
        };
    });
    return db;
  } // prettier-ignore
  async function upgraded(): Promise<{ db: TestDatabase; gateway: Gateway }> {
    const db = await openFoundation();
    expect(await migrate(sourceOf(db))).toEqual(since(LIFE_CYCLE));
    expect(await driftOf(sourceOf(db))).toEqual([]);
    return { db, gateway: await startGateway(toStores(db.database, db.writer, keys), keys) };
  }
  const revertToFoundation = (db: TestDatabase): Promise<void> => revertTo(db, FOUNDATION, { itself: false });
  const ask = ({ http }: Gateway, requestId: string, select: string, idNumber = 'li'): Promise<Answer> =>
    sendAs(http, CALLERS.bankA, REPORT(select), {
      input: { borrower: { ...LI, idNumber }, purpose: 'MORTGAGE_ORIGINATION', requestId },
    });
  const send = ({ http }: Gateway, as: Caller, query: string, input?: Values): Promise<Answer> =>
    sendAs(http, as, query, input ? { input } : {});
  const answerTo = (data: Values, idx: number): string =>
    `${JSON.stringify({ data: { creditReport: data }, extensions: { disclosure: { reportId: ENTRIES[idx]?.['report'], ledgerOrigin: ORIGIN, ledgerIndex: idx } } })}`;
  const COUNTS = [{ product: null, monthlySummaries: [{ month: '2026-03', loanCount: 0 }, { month: '2026-02', loanCount: 1 }] }]; // prettier-ignore

  it('loses nothing, and gives every consent exactly the history that the ledger tells', async () => {
    const db = await openFoundation();
    const tables = [...new Set(foundationRows().map(([table]) => table))].filter(
      (table) => !['disclosure_request', 'idempotency'].includes(table),
    );
    const read = () => Promise.all(tables.map((table) => all(db, `SELECT * FROM ${table}`)));
    const before = await read();
    await migrate(sourceOf(db));
    const after = await read();
    for (const [at, rows] of before.entries())
      expect(after[at]).toEqual(rows.map((row) => expect.objectContaining(row) as unknown));
    const columns = [
      'borrower_ref',
      'arrangement_id',
      'set_ver',
      'action',
      'ver',
      'status',
      'status_reason',
      'at_ms',
      'ledger_idx',
    ];
    const events = await all(db, 'SELECT * FROM consent_event ORDER BY set_ver');
    expect(events.map((event) => columns.map((column) => event[column]))).toEqual([
      [REF, hex(KEPT), 1, 'grant', 1, 'ACTIVE', null, NOW_MS, 1],
      [REF, hex(ENDED), 2, 'grant', 1, 'ACTIVE', null, NOW_MS, 3],
      [REF, hex(ENDED), 3, 'revoke', 1, 'REVOKED', 'PLATFORM_ON_BEHALF', REVOKED_MS, 4],
    ]);
    for (const table of ['consent_receipt', 'consent_use', 'consent_charge', 'consent_request', 'borrower_status'])
      expect(await all(db, `SELECT * FROM ${table}`)).toEqual([]);
  });

  it('keeps what each consent shows', async () => {
    const { gateway } = await upgraded();
    const fresh = await ask(gateway, newKey(), `${LOAN_COUNTS} ${NAME}`);
    expect(reportOf(fresh)).toEqual({ accounts: COUNTS, identity: { fullName: null } });
    expect(fresh.extensions?.disclosure).toMatchObject({ ledgerOrigin: ORIGIN, ledgerIndex: ENTRIES.length });
  });

  it('shows nothing newer under an old consent, whatever is furnished after the upgrade', async () => {
    const { db, gateway } = await upgraded();
    const before = reportOf(await ask(gateway, newKey(), EVERYTHING));
    const stores = toStores(db.database, db.writer, keys);
    const records = recordsOf({ customerId: 'li', products: ['JIEBEI'], months: [], loans: someLoans });
    await furnishTo(stores, records.slice(2), 'platform-1', dayOf(clock.nowMs));
    const { accounts, identity, inquiries, statements, summary } = reportOf(await ask(gateway, newKey(), EVERYTHING));
    const { basis, ...indicators } = summary;
    expect({ identity, inquiries, statements }).toEqual({ identity: before.identity, inquiries: null, statements: null });
    expect(shownNames(accounts?.[0])).toEqual(shownNames(before.accounts?.[0]));
    expect(accounts?.[0]?.monthlySummaries?.map(({ month, loanCount }) => [month, loanCount])).toEqual([['2026-03', 2], ['2026-02', 1]]);
    expect(shownNames(indicators)).toEqual(['activeBorrowingMonths12m', 'loanCount12m', 'loanCountBand12m', 'monthsSinceLastLoan', 'peakLoansInMonth12m']);
    expect((basis as readonly unknown[]).length).toBe(5);
  }); // prettier-ignore

  it('copies the figures of each month to what was furnished of it', async () => {
    const { db } = await upgraded();
    const columns = ['borrowed_amount_minor', 'loan_count', 'loan_days'];
    const rows = await all(
      db,
      `SELECT month, ${columns.join(', ')}, furnished_${columns.join(', furnished_')} FROM monthly_summary ORDER BY month`,
    );
    const figures = rows.map((row) => columns.flatMap((name) => [row[name], row[`furnished_${name}`]]));
    expect(figures).toEqual([
      [20_000, 20_000, 1, 1, null, null],
      [10_000, 10_000, 0, 0, null, null],
    ]);
  });

  it.each(['loan', 'repayment', 'inquiry', 'statement', 'dispute'])(
    'cannot be undone once one %s is stored, which the older schema has no place for',
    async (entity) => {
      const { db } = await upgraded();
      const on = '2026-04-01';
      const target = { targetEntity: 'account', targetKey: 'li-JIEBEI', targetField: 'CreditAccount.openedOn' };
      const stores = toStores(db.database, db.writer, keys);
      const records = historyOf('li', '2026-04-15', ['JIEBEI'], {
        loans: someLoans,
        inquiries: [{ inquiredOn: on, institutionName: 'Bank', reason: '02' }],
        statements: [{ author: 'BORROWER', text: 'So it was.', madeOn: on }],
        disputes: [{ ...target, receivedOn: on }],
      });
      await furnishTo(stores, records, 'platform-1', dayOf(clock.nowMs));
      const tables = ['repayment', 'loan', 'inquiry', 'statement', 'dispute'].filter((table) => table !== entity);
      for (const table of [...tables, 'record_directory']) await run(db, `DELETE FROM ${table}`);
      await expect(revertTo(db, CREDIT_RECORDS, { itself: true })).rejects.toThrow(`${entity} holds records`);
      expect(await migrate(sourceOf(db))).toEqual(since(CREDIT_RECORDS).slice(1));
      expect(await driftOf(sourceOf(db))).toEqual([]);
      await run(db, `DELETE FROM ${entity}`);
      await revertTo(db, CREDIT_RECORDS, { itself: true });
      expect(await pendingMigrations(sourceOf(db))).toEqual(since(CREDIT_RECORDS));
    },
  );

  it('knows each old request again: nothing is the same nothing, and what was shown is recorded anew', async () => {
    const { db, gateway } = await upgraded();
    const nothing = { identity: { fullName: null } };
    const retries = [await ask(gateway, 'r0', NAME), await ask(gateway, 'r2', NAME), await ask(gateway, 'r3', NAME, 'nobody')];
    const expected = [answerTo(nothing, 0), answerTo(nothing, 5), answerTo(nothing, 6)];
    expect(retries.map(({ text }) => text.trim())).toEqual(expected);
    expect((await ask(gateway, 'r1', NAME)).code).toBe('IDEMPOTENCY_MISMATCH');
    expect(await all(db, 'SELECT idx FROM ledger_entry')).toHaveLength(ENTRIES.length);
    const again = [await ask(gateway, 'r1', LOAN_COUNTS), await ask(gateway, 'r1', LOAN_COUNTS)];
    for (const answer of again) {
      expect(reportOf(answer)).toEqual({ accounts: COUNTS });
      expect(answer.extensions?.disclosure).toMatchObject({ ledgerIndex: ENTRIES.length });
    }
  });

  it('lets old consents live on: they are listed, paused, resumed, amended and revoked', async () => {
    const { gateway } = await upgraded();
    const node =
      'id status statusReason version current { frequency { count } absencePolicy } versions { version } receipts { kind }';
    for (const as of [CALLERS.platform, aBorrower('li')]) {
      const { data } = await send(gateway, as, `{ consents { edges { node { ${node} } } } }`);
      const { edges } = data?.['consents'] as { edges: { node: Values }[] };
      const common = { version: 1, current: { frequency: null, absencePolicy: 'UNIFORM' }, versions: [{ version: 1 }], receipts: [] }; // prettier-ignore
      const expected = [{ ...common, id: KEPT, status: 'ACTIVE', statusReason: null }, { ...common, id: ENDED, status: 'REVOKED', statusReason: 'PLATFORM_ON_BEHALF' }]; // prettier-ignore
      expect(edges.map((edge) => edge.node)).toEqual(expect.arrayContaining(expected));
    }
    const shows = async () => reportOf(await ask(gateway, newKey(), LOAN_COUNTS)).accounts !== null;
    for (const [act, input, shown] of [
      ['pauseConsent', {}, false],
      ['resumeConsent', { expectedVersion: 1 }, true],
      ['amendConsent', { expectedVersion: 1, frequency: { count: 1, per: 'DAY' } }, true],
      ['revokeConsent', {}, false],
    ] as const) {
      const query = `mutation ($input: ${act.charAt(0).toUpperCase()}${act.slice(1)}Input!) { ${act}(input: $input) { receipt { kind } } }`;
      const answer = await send(gateway, CALLERS.platform, query, { consentId: KEPT, idempotencyKey: newKey(), ...input });
      expect([act, answer.errors, await shows()]).toEqual([act, undefined, shown]);
    }
  });

  describe('keeps the keys of old acts and the evidence that was used', () => {
    const GRANT = 'mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { consent { id version } } }';
    const evidence = {
      approvalHash: APPROVALS[KEPT], noticeId: 'notice', noticeVersion: '1', locale: 'zh-CN', approvedAt: new Date(NOW_MS - 60_000).toISOString(),
      channel: 'APP', bundledWithService: false,
    }; // prettier-ignore
    const granted = {
      borrower: LI, recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION', validUntil: new Date(NOW_MS + 30 * DAY).toISOString(), evidence,
      scopes: [{ field: 'MonthlySummary.loanCount', product: 'JIEBEI', effect: 'PERMIT' }], accessMode: 'RECURRING',
    }; // prettier-ignore
    const cases: readonly (readonly [title: string, query: string, input: Values, code: string, result: unknown])[] = [
      ['the revocation under its key is the revocation', REVOKE, { consentId: ENDED, idempotencyKey: 'revoke-b' }, '', { consentId: ENDED }],
      ['another one under that key is a mismatch', REVOKE, { consentId: KEPT, idempotencyKey: 'revoke-b' }, 'IDEMPOTENCY_MISMATCH', null],
      ['the approval has served', GRANT, { ...granted, idempotencyKey: 'new' }, 'EVIDENCE_REUSED', null],
      ['the grant under its key is the grant', GRANT, { ...granted, idempotencyKey: 'grant-a' }, '', { consent: { id: KEPT, version: 1 } }],
    ]; // prettier-ignore
    it.each(cases)('%s', async (_, query, input, code, result) => {
      const { db, gateway } = await upgraded();
      const answer = await send(gateway, CALLERS.platform, query, input);
      expect([answer.code, Object.values(answer.data ?? {})]).toEqual([code, [result]]);
      expect(await all(db, 'SELECT idx FROM ledger_entry')).toHaveLength(ENTRIES.length);
    });
  });

  it('lets the auditor read old disclosures, with verdicts that agree with what left', async () => {
    const { gateway } = await upgraded();
    const select = `ledgerIndex outcome released { field product } refused { field product } empty { field } commitment
      verdicts { field product verdict reason }`;
    async function read(idx: number): Promise<Values & { readonly verdicts: readonly Values[] }> {
      const query = `{ disclosure(reportId: "${String(ENTRIES[idx]?.['report'])}") { ${select} } }`;
      return (await send(gateway, CALLERS.auditor, query)).data?.['disclosure'] as Awaited<ReturnType<typeof read>>;
    }
    const [early, released, refused, nobody] = [await read(0), await read(2), await read(5), await read(6)];
    const [count, name] = [
      { field: 'MonthlySummary.loanCount', product: 'JIEBEI' },
      { field: 'Identity.fullName', product: null },
    ];
    const commitment = Buffer.from(String(ENTRIES[2]?.['commit']), 'base64url').toString('hex');
    expect(released).toMatchObject({ ledgerIndex: 2, outcome: 'RELEASED', released: [count], empty: [], commitment });
    expect(refused).toMatchObject({ ledgerIndex: 5, outcome: 'REFUSED', refused: [name] });
    expect(nobody.verdicts).toEqual([{ ...name, verdict: 'WITHHOLD', reason: 'UNKNOWN_BORROWER' }]);
    expect(released.verdicts.filter(({ verdict }) => verdict === 'RELEASE')).toEqual([expect.objectContaining(count)]);
    expect(refused.verdicts).toEqual([{ ...name, verdict: 'WITHHOLD', reason: 'REVOKED' }]);
    expect(early.verdicts).toEqual([{ ...name, verdict: 'WITHHOLD', reason: 'NO_CONSENT' }]);
  });

  it('can be undone: each request has its newest disclosure again, and the schema is the foundation’s', async () => {
    const db = await openFoundation();
    const schema =
      dialect === 'sqlite'
        ? `SELECT m.name AS t, p.name AS c, p.type, p."notnull" AS n, p.pk FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table'
         UNION ALL SELECT tbl_name, name, '', 0, 0 FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1, 2`
        : `SELECT table_name AS t, column_name AS c, column_type AS type, is_nullable AS n, column_key AS pk, collation_name AS o FROM information_schema.columns
         WHERE table_schema = DATABASE() UNION ALL SELECT table_name, index_name, column_name, seq_in_index, '', '' FROM information_schema.statistics
         WHERE table_schema = DATABASE() ORDER BY 1, 2, 3`;
    const [rowsBefore, schemaBefore] = [
      await all(db, 'SELECT * FROM disclosure_request ORDER BY request_id'),
      await all(db, schema),
    ];
    await migrate(sourceOf(db));
    await revertToFoundation(db);
    expect([await all(db, 'SELECT * FROM disclosure_request ORDER BY request_id'), await all(db, schema)]).toEqual([
      rowsBefore,
      schemaBefore,
    ]);
    await migrate(sourceOf(db));
    const gateway = await startGateway(toStores(db.database, db.writer, keys), keys);
    const changed = await send(gateway, CALLERS.platform, REVOKE, { consentId: KEPT, idempotencyKey: newKey() });
    const [again, other] = [await ask(gateway, 'r1', LOAN_COUNTS), await ask(gateway, 'r9', NAME)];
    expect([changed.code, reportOf(again).accounts]).toEqual(['', null]);
    await revertToFoundation(db);
    const rows = await all(db, 'SELECT request_id, idx, report_id FROM disclosure_request ORDER BY request_id');
    const bytes = ({ extensions }: Answer): Buffer => Buffer.from(extensions?.disclosure?.reportId ?? '', 'base64url');
    expect(rows.map((row) => [row['request_id'], Number(row['idx']), row['report_id']])).toEqual([
      ...rowsBefore.slice(0, 1).map((row) => [row['request_id'], Number(row['idx']), row['report_id']]),
      ['r1', 8, bytes(again)],
      ...rowsBefore.slice(2).map((row) => [row['request_id'], Number(row['idx']), row['report_id']]),
      ['r9', 9, bytes(other)],
    ]);
    expect(await migrate(sourceOf(db))).toEqual(since(LIFE_CYCLE));
    expect(await driftOf(sourceOf(db))).toEqual([]);
  });

  it.each([
    ['a death was recorded', (ref: Buffer) => ({ sql: 'INSERT INTO borrower_status (borrower_ref, deceased_at_ms) VALUES (?, 1)', params: [ref] })],
    ['a consent ended for fraud', (ref: Buffer) => ({ sql: "UPDATE arrangement SET status_reason = 'FRAUD' WHERE borrower_ref = ? AND status = 'REVOKED'", params: [ref] })],
    ['a use was counted', (ref: Buffer) => ({ sql: 'INSERT INTO consent_use (borrower_ref, arrangement_id, last_day, day_uses, week_uses, month_uses, retry_closed) VALUES (?, ?, 0, 1, 1, 1, 0)', params: [ref, ref] })],
    ['a consent was asked for', (ref: Buffer) => ({ sql: "INSERT INTO consent_request (borrower_ref, consent_request_id, recipient_id, purpose, document, status, created_at_ms, lapses_at_ms) VALUES (?, ?, 'bank-a', 'MORTGAGE_ORIGINATION', '{}', 'PENDING', 1, 2)", params: [ref, ref] })],
    ...['"accessMode":"ONE_TIME"', '"frequency":{"count":1,"per":"DAY"}', '"absencePolicy":"EXPLICIT"'].map(
      (term) => [`a consent says ${term}`, (ref: Buffer) => ({ sql: 'UPDATE consent SET document = ? WHERE borrower_ref = ?', params: [`{${term}}`, ref] })] as const,
    ),
  ] as const)('cannot be undone once %s, which the foundation could not say', async (_what, written) => {
    const { db } = await upgraded();
    await db.database.write(function* () {
      yield written(REF);
    });
    await expect(revertToFoundation(db)).rejects.toThrow('older program');
    expect([await migrate(sourceOf(db)), await driftOf(sourceOf(db))]).toEqual([since(CREDIT_RECORDS), []]);
  }); // prettier-ignore

  it('cannot be undone once a consent lived a life that the foundation would ignore, and stays as it is', async () => {
    const { db, gateway } = await upgraded();
    const pause = 'mutation ($input: PauseConsentInput!) { pauseConsent(input: $input) { receipt { kind } } }';
    await send(gateway, CALLERS.platform, pause, { consentId: KEPT, idempotencyKey: newKey() });
    await expect(revertToFoundation(db)).rejects.toThrow('older program');
    expect([await migrate(sourceOf(db)), await driftOf(sourceOf(db))]).toEqual([since(CREDIT_RECORDS), []]);
    expect(reportOf(await ask(gateway, newKey(), LOAN_COUNTS)).accounts).toBeNull();
  });
});
