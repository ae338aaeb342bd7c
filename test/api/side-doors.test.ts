import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { NOW_MS } from '../support/builders';
import { CALLERS, sendAs } from '../support/clients';
import { act, aPerson, granted } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { anInstitution, DAY, openWorld, recordsOf, scopesOf, someEvidence, type World } from '../support/world';

const customer = (idNumber: string, platformId = 'platform-1') => ({ idType: 'PLATFORM_CUSTOMER_ID', idNumber, platformId });
const document = (idNumber: string, fullName: string) => ({ idType: 'RESIDENT_ID_CARD', idNumber, fullName });

/** Ways around the answer itself: retries, refusals, sizes, logs. Each of these once told something. */
forEachDatabase('a side door', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open);
    await world.furnish([
      {
        entity: 'borrower',
        asOf: '2026-04-01',
        customerId: 'known',
        idType: 'RESIDENT_ID_CARD',
        idNumber: '110101199001010011',
        fullName: '王五',
      },
    ]);
  });
  afterAll(() => world.gateway.stop());

  it('a request id used again tells alike of one person under two identities and of nobody under two', async () => {
    const twice = async (requestId: string, first: object, second: object) => {
      const answers = [
        await world.ask({ requestId, borrower: { ...first } }),
        await world.ask({ requestId, borrower: { ...second } }),
      ];
      return answers.map(({ status, code }) => [status, code]);
    };
    const known = await twice('one-person', customer('known'), document('110101199001010011', '王五'));
    const unknown = await twice('nobody', customer('nobody'), document('110101199009090099', '赵六'));
    expect(known).toEqual(unknown);
    expect(known).toEqual([
      [200, ''],
      [422, 'IDEMPOTENCY_MISMATCH'],
    ]);
  });

  it('a request id asked before and after a person was furnished is answered as before', async () => {
    const ask = () => world.ask({ requestId: 'soon-known', borrower: customer('soon-known') });
    const before = await ask();
    await world.furnish([{ entity: 'borrower', asOf: '2026-04-01', customerId: 'soon-known', fullName: '孙七' }]);
    const after = await ask();
    expect([before.status, after.status]).toEqual([200, 200]);
  });

  it('a retry is known again among the questions of several recipients that are recorded at once', async () => {
    const questions = [CALLERS.bankA, CALLERS.bankB].flatMap((as) =>
      ['at-once-1', 'at-once-2', 'at-once-3'].map((requestId) => ({ as, requestId, borrower: customer('known') })),
    );
    const askAll = async () => (await Promise.all(questions.map((question) => world.ask(question)))).map(({ text }) => text);
    const first = await askAll();
    expect(await askAll()).toEqual(first);
    expect(new Set(first).size).toBe(6);
  });

  it('a retry does not tell one bank that the borrower granted something to another', async () => {
    const ask = (idNumber: string) =>
      world.ask({ as: CALLERS.bankB, requestId: `poll-${idNumber}`, borrower: customer(idNumber) });
    const before = [await ask('known'), await ask('never-there')];
    await world.grant({
      borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'known' },
      recipientId: 'bank-a',
      key: 'for-bank-a',
    });
    const after = [await ask('known'), await ask('never-there')];
    expect(after.map(({ text }) => text)).toEqual(before.map(({ text }) => text));
  });

  it('a retry does not tell a bank that a consent was amended, as long as it sees the same', async () => {
    const person = await aPerson(world);
    const consentId = await granted(world, person, { scopes: '+MonthlySummary.loanCount +MonthlySummary.balance' });
    const ask = (requestId = 'poll-for-amendments') =>
      world.ask({ requestId, borrower: person.borrower, select: 'accounts { monthlySummaries(months: 1) { loanCount } }' });
    const before = await ask();
    const amend = (expectedVersion: number, scopes: string) =>
      act(world, person.self, 'amendConsent', { consentId, expectedVersion, scopes: scopesOf(scopes) });
    await amend(1, '+MonthlySummary.loanCount');
    expect((await ask()).text).toBe(before.text);
    await amend(2, '+MonthlySummary.loanCountBand');
    const after = await ask();
    expect([before, after].map(({ data }) => data)).toEqual([
      { creditReport: { accounts: [{ monthlySummaries: [{ loanCount: 1 }] }] } },
      { creditReport: { accounts: null } },
    ]);
    expect(after.extensions?.disclosure?.reportId).not.toBe(before.extensions?.disclosure?.reportId);
  });

  it('a retry after the life of the data was shortened is a new disclosure with its own date of erasure', async () => {
    const person = await aPerson(world);
    const consentId = await granted(world, person, { dataLifeDays: 30 });
    const select = 'eraseBy accounts { monthlySummaries(months: 1) { loanCount } }';
    const ask = () => world.ask({ requestId: 'shorter-life', borrower: person.borrower, select });
    const before = await ask();
    expect((await ask()).text).toBe(before.text);
    await act(world, person.self, 'amendConsent', { consentId, expectedVersion: 1, dataLifeDays: 10 });
    const after = await ask();
    const eraseBy = [before, after].map(({ data }) => (data?.['creditReport'] as { eraseBy: string }).eraseBy);
    expect(eraseBy).toEqual([30, 10].map((days) => new Date(NOW_MS + days * DAY).toISOString()));
    expect(after.extensions?.disclosure?.reportId).not.toBe(before.extensions?.disclosure?.reportId);
  });

  it("a platform learns nothing of another platform's customer numbers", async () => {
    const probe = async (idNumber: string) =>
      (await world.tryGrant({ as: CALLERS.otherPlatform, borrower: customer(idNumber, 'platform-1'), key: `probe-${idNumber}` }))
        .code;
    await world.furnish(
      [
        {
          entity: 'borrower',
          asOf: '2026-04-01',
          customerId: 'own-7',
          idType: 'RESIDENT_ID_CARD',
          idNumber: '110101199001010011',
          fullName: '王五',
        },
      ],
      'platform-2',
    );
    expect([await probe('known'), await probe('nobody')]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  it('one approval serves one consent, whoever it is about', async () => {
    const evidence = someEvidence(NOW_MS, { approvalHash: 'ab'.repeat(32) });
    await world.furnish([{ entity: 'borrower', asOf: '2026-04-01', customerId: 'twin', fullName: '钱八' }]);
    const grant = (idNumber: string) =>
      world.tryGrant({ borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber }, evidence, key: `approved-${idNumber}` });
    expect([(await grant('known')).code, (await grant('twin')).code]).toEqual(['', 'EVIDENCE_REUSED']);
  });

  it('a variable without a value is the caller’s mistake and no fault of ours', async () => {
    const query = `query ($m: Int) { creditReport(input: { borrower: { idType: PLATFORM_CUSTOMER_ID, idNumber: "known", platformId: "platform-1" },
      purpose: MORTGAGE_ORIGINATION, requestId: "null-months" }) { accounts { monthlySummaries(months: $m) { month } } } }`;
    const answer = await sendAs(world.gateway.http, CALLERS.bankA, query, { m: null });
    expect([answer.status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('a list of the same scopes many times over is stored once, and a longer one refused', async () => {
    const scope = { cluster: 'ACCOUNT_TERMS', everyProduct: true, effect: 'PERMIT' };
    const grant = (count: number) =>
      world.tryGrant({
        borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'known' },
        scopes: Array.from({ length: count }, () => scope),
        key: `scopes-${String(count)}`,
      });
    expect([(await grant(200)).code, (await grant(201)).code]).toEqual(['', 'BAD_USER_INPUT']);
    const documents = await world.rows('SELECT document FROM consent');
    expect(Math.max(...documents.map(({ document: text }) => String(text).length))).toBeLessThan(4_000);
  });

  it('a person with consents at many platforms is answered, with every field asked', async () => {
    const platforms = Array.from({ length: 12 }, (_, at) => `lender-${String(at)}`);
    for (const platformId of platforms) {
      await world.stores.institutions.add(anInstitution(platformId, 'PLATFORM'));
      await world.furnish(recordsOf(), platformId);
      const [{ customerId = '' } = {}] = recordsOf() as { customerId?: string }[];
      const as = { role: 'platform', party: platformId } as const;
      await world.grant({
        as,
        borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: customerId },
        key: `many-${platformId}`,
      });
    }
    const [{ customerId = '' } = {}] = recordsOf() as { customerId?: string }[];
    const of = (type: string) =>
      FIELD_CATALOGUE.entries.flatMap(({ coordinate, container }) =>
        coordinate.startsWith(`${type}.`) && !container ? coordinate.split('.')[1] : [],
      );
    const select = `identity { ${of('Identity').join(' ')} } summary { ${of('CreditSummary').join(' ')} }
      accounts { ${of('CreditAccount').join(' ')} monthlySummaries { ${of('MonthlySummary').join(' ')} } }`;
    const answer = await world.ask({ borrower: customer(customerId, 'lender-3'), requestId: 'many-platforms', select });
    expect([answer.status, answer.code]).toEqual([200, '']);
  });

  it('a recipient has room for 100 consents in force of one person, for each purpose', async () => {
    const grant = (at: number, purpose = 'MORTGAGE_ORIGINATION') =>
      world.tryGrant({
        borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'known' },
        recipientId: 'bank-b',
        purpose,
        key: `room-${purpose}-${String(at)}`,
      });
    for (let at = 1; at <= 100; at += 1) expect([at, (await grant(at)).code]).toEqual([at, '']);
    expect([(await grant(101)).code, (await grant(101, 'CARD_APPROVAL')).code]).toEqual(['BAD_USER_INPUT', '']);
  });

  it('a recipient has room for 20 platforms of one person', async () => {
    const grantAt = async (at: number) => {
      const platformId = `room-${String(at)}`;
      await world.stores.institutions.add(anInstitution(platformId, 'PLATFORM'));
      await world.furnish(recordsOf(), platformId);
      const as = { role: 'platform', party: platformId } as const;
      const borrower = { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'li' };
      return (await world.tryGrant({ as, borrower, recipientId: 'bank-b', key: `room-at-${platformId}` })).code;
    };
    for (let at = 1; at <= 20; at += 1) expect([at, await grantAt(at)]).toEqual([at, '']);
    expect(await grantAt(21)).toBe('BAD_USER_INPUT');
  });

  it('an adverse fact of a whole account does not reach the centre, which needs a notice for it first', async () => {
    const asOf = '2026-04-01';
    await world.furnish([
      { entity: 'borrower', asOf, customerId: 'late', fullName: '周九' },
      {
        entity: 'account',
        asOf,
        accountNo: 'late-1',
        customerId: 'late',
        product: 'JIEBEI',
        accountClass: 'R1',
        currency: 'CNY',
        rawStatus: '2',
      },
    ]);
    const grant = (recipientId: string, purpose: string) =>
      world.grant({
        borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'late' },
        recipientId,
        purpose,
        scopes: '*+REPAYMENT_STATUS *+ACCOUNT_TERMS',
        key: `late-${recipientId}`,
      });
    await grant('bank-a', 'MORTGAGE_ORIGINATION');
    await grant('centre', 'CREDIT_REPORTING');
    const ask = async (as: (typeof CALLERS)['bankA' | 'centre'], purpose: string) =>
      (
        await world.report({
          as,
          purpose,
          borrower: customer('late'),
          requestId: `late-${purpose}`,
          select: 'accounts { accountClass status }',
        })
      ).accounts;
    expect(await ask(CALLERS.bankA, 'MORTGAGE_ORIGINATION')).toEqual([{ accountClass: 'R1', status: 'OVERDUE' }]);
    expect(await ask(CALLERS.centre, 'CREDIT_REPORTING')).toEqual([{ accountClass: 'R1', status: null }]);
  });

  it('what is not HTTP, or no path at all, gets our words and headers', async () => {
    const malformed = await world.gateway.http.inject({ method: 'GET', url: '/%zz' });
    expect([malformed.statusCode, malformed.headers['cache-control']]).toEqual([400, 'private, no-store']);
    expect(malformed.body).not.toMatch(/FST_|fastify/i);
    await world.gateway.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = world.gateway.http.server.address() as AddressInfo;
    const garbage = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.end('GARBAGE\r\n\r\n'));
      socket
        .on('data', (chunk) => (text += chunk.toString()))
        .on('close', () => resolve(text))
        .on('error', reject);
    });
    expect(garbage).toMatch(/^HTTP\/1\.1 400 [^]*cache-control: private, no-store[^]*BAD_REQUEST/);
    await world.gateway.http.close();
  });
});
