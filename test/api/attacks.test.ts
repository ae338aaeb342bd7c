import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ApolloServerPlugin } from '@apollo/server';
import { unavailable } from '../../src/core/errors';
import type { RequestContext } from '../../src/graphql/request-context';
import { type Answer, aBorrower, type Caller, CALLERS, newKey, sendAs, sendRaw, tokenOf, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import {
  EVERYTHING,
  inputOf,
  LI,
  openWorld,
  recordsOf,
  REPORT,
  reportOf,
  scopesOf,
  someEvidence,
  type World,
} from '../support/world';

const HEADERS = {
  'cache-control': 'private, no-store',
  vary: 'Authorization, DPoP',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};
type Plugin = ApolloServerPlugin<RequestContext>;

forEachDatabase('attacks', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open);
    await world.grant({ scopes: '+MonthlySummary.loanCount *+Identity.fullName' });
  });
  afterEach(() => {
    world.spy.beforeRead = null;
    world.spy.beforeWrite = null;
  });
  afterAll(() => world.gateway.http.close());
  const send = (query: string, as: Caller = CALLERS.bankA, variables: Values = { input: inputOf() }): Promise<Answer> =>
    sendAs(world.gateway.http, as, query, variables);
  const report = (select: string): string => REPORT(select);

  async function entryCount(): Promise<number> {
    return Number((await world.rows('SELECT COUNT(*) AS n FROM ledger_entry'))[0]?.['n']);
  }
  async function newestEntry(): Promise<Values> {
    const [row] = await world.rows('SELECT body FROM ledger_entry ORDER BY idx DESC LIMIT 1');
    return JSON.parse((row?.['body'] as Buffer).toString()) as Values;
  }
  function expectNoData(answer: Answer, status: number, code: string): void {
    expect({ status: answer.status, code: answer.code, data: answer.data }).toEqual({ status, code, data: undefined });
    expect(answer.errors).toHaveLength(1);
    expect(answer.text).not.toContain('Name li');
  }

  it('A1, A36: an alias hides nothing from the ledger, which names the field', async () => {
    const answer = await send(report('identity { a: fullName b: fullName c: mobile }'));
    expect(reportOf(answer).identity).toEqual({ a: 'Name li', b: 'Name li', c: null });
    expect(await newestEntry()).toMatchObject({ released: { 'platform-1/-': [1] }, refused: { 'platform-1/-': [9] }, empty: {} });
  });

  it.each([
    'identity { fullName mobile }',
    '... on CreditReport { identity { fullName mobile } }',
    'identity { ... on Identity { fullName mobile } }',
    'identity { fullName } identity { mobile } ... { identity { fullName } }',
    '... @include(if: true) { identity { ... @skip(if: false) { fullName mobile } } }',
  ])('A2, A10: %s is decided and recorded alike', async (select) => {
    const answer = await send(report(select));
    expect(reportOf(answer).identity).toEqual({ fullName: 'Name li', mobile: null });
    expect(await newestEntry()).toMatchObject({ released: { 'platform-1/-': [1] }, refused: { 'platform-1/-': [9] } });
  });

  it('A7: __typename tells nothing of a person', async () => {
    const of = async (idNumber: string): Promise<unknown> =>
      reportOf(
        await world.ask({
          borrower: { ...LI, idNumber },
          select: '__typename identity { __typename mobile } accounts { __typename } summary { __typename }',
        }),
      );
    await world.furnish(recordsOf({ customerId: 'hidden', months: [] }));
    expect(await of('hidden')).toEqual(await of('nobody'));
  });

  it.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "CreditReport") { name } }',
    '{ ... { __schema { queryType { name } } } }',
    'query __schema { ...F } fragment F on Query { __type(name: "Query") { fields { name } } }',
    '{\n__schema\n{\ntypes { name } } }',
  ])('A8: only the auditor may introspect: %s', async (query) => {
    for (const as of [CALLERS.bankA, CALLERS.centre, CALLERS.platform, aBorrower('li')]) {
      const answer = await send(query, as, {});
      expect({ status: answer.status, code: answer.code, data: answer.data }).toEqual({
        status: 400,
        code: 'GRAPHQL_VALIDATION_FAILED',
        data: undefined,
      });
      expect(answer.text).toContain('GET /schema');
      expect(answer.text).not.toMatch(/apollo/i);
    }
    expect((await send(query, CALLERS.auditor, {})).status).toBe(200);
  });

  it('A8: an alias named __type is harmless', async () => {
    expect((await send('{ __type: viewer { role } }', CALLERS.bankA, {})).data).toEqual({ __type: { role: 'BANK' } });
  });

  it.each([
    report('identity { fullNam }'),
    report('identity { fullName(x: 1) }'),
    '{ creditRepor { reportId } }',
    'query ($x: CreditReportInpu) { viewer { role } }',
    report('... on CreditRepor { reportId }'),
    report('...Missing'),
    '{ viewer { role @includ(if: true) } }',
  ])('A9: suggests nothing for %s', async (query) => {
    const answer = await send(query);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/did you mean|fullName"|CreditReport"/i);
  });

  it.each([
    '{ viewer { role } ... @defer { viewer { role } } }',
    '{ fieldPolicies @stream { field } }',
    'subscription { creditReport { reportId } }',
  ])('A10, A23: %s is unknown', async (query) => {
    const answer = await send(query, CALLERS.bankA, {});
    expect([answer.status, answer.data]).toEqual([400, undefined]);
  });

  it('A11: refuses a batch of operations', async () => {
    const authorization = `Bearer ${await tokenOf(CALLERS.bankA)}`;
    const answer = await sendRaw(world.gateway.http, { authorization }, JSON.stringify([{ query: '{ viewer { role } }' }]));
    expect([answer.status, answer.code, answer.data]).toEqual([400, 'BAD_REQUEST', undefined]);
  });

  it.each([
    'accounts(filter: {}) { product }',
    'accounts(orderBy: product) { product }',
    'accounts(currency: "CNY") { product }',
    'accounts { totalCount }',
    'inquiriesCount',
  ])('A14, A15: there is nothing to filter, sort or count by: %s', async (select) => {
    expect((await send(report(select))).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('A14: a withheld product cannot be searched for', async () => {
    const answers = await Promise.all(
      ['HUABEI', 'JIEBEI', 'OTHER'].map((product) =>
        world.ask({ select: `accounts(product: ${product}) { monthlySummaries { loanCount } }` }),
      ),
    );
    expect(answers.map((answer) => reportOf(answer).accounts)).toEqual([null, null, null]);
  });

  it.each([
    ['a bad enum', { ...inputOf(), purpose: 'SECRET-VALUE' }],
    ['a bad scalar', { ...inputOf(), requestId: { secret: 'SECRET-VALUE' } }],
    ['an unknown member', { ...inputOf(), secret: 'SECRET-VALUE' }],
    ['a request id beyond its alphabet', { ...inputOf(), requestId: 'SECRET-VALUE!' }],
  ])('A18: echoes no value of %s', async (_what, input) => {
    const answer = await send(report('reportId'), CALLERS.bankA, { input });
    expect([answer.status, answer.code, answer.data]).toEqual([400, 'BAD_USER_INPUT', undefined]);
    expect(answer.text).not.toMatch(/SECRET-VALUE|stack|node_modules|\.ts/);
  });

  it('A19, A20: a withheld field nulls itself and nothing else, without an error', async () => {
    const answer = await send(
      report(
        'identity { fullName idNumber mobile } accounts { monthlySummaries(months: 1) { month loanCount balance } openedOn }',
      ),
    );
    expect(answer.errors).toBeUndefined();
    expect(reportOf(answer)).toEqual({
      identity: { fullName: 'Name li', idNumber: null, mobile: null },
      accounts: [{ monthlySummaries: [{ month: '2026-03', loanCount: 1, balance: null }], openedOn: null }],
    });
  });

  it('A22: headers and extra arguments name neither recipient nor purpose', async () => {
    const headers = {
      authorization: `Bearer ${await tokenOf(CALLERS.bankB)}`,
      'x-recipient': 'bank-a',
      'x-party': 'bank-a',
      'x-forwarded-user': 'bank-a',
      'x-purpose': 'CARD_APPROVAL',
    };
    const payload = JSON.stringify({
      query: report('identity { fullName }'),
      variables: { input: inputOf() },
      extensions: { actor: 'bank-a' },
    });
    expect(reportOf(await sendRaw(world.gateway.http, headers, payload)).identity).toEqual({ fullName: null });
    const forged = await send(report('reportId'), CALLERS.bankB, { input: { ...inputOf(), recipientId: 'bank-a' } });
    expect(forged.code).toBe('BAD_USER_INPUT');
  });

  it('A25: the identical body of another bank gets that bank’s answer', async () => {
    const body = { input: inputOf() };
    const [a, b] = [
      await send(report('identity { fullName }'), CALLERS.bankA, body),
      await send(report('identity { fullName }'), CALLERS.bankB, body),
    ];
    expect([reportOf(a).identity, reportOf(b).identity]).toEqual([{ fullName: 'Name li' }, { fullName: null }]);
  });

  it.each([
    ['GET', 'application/json', 405],
    ['PUT', 'application/json', 405],
    ['POST', 'text/plain', 415],
    ['POST', 'application/x-www-form-urlencoded', 415],
    ['POST', 'multipart/form-data; boundary=x', 415],
  ] as const)('A27: refuses %s with %s', async (method, type, status) => {
    const before = await entryCount();
    const response = await world.gateway.http.inject({
      method,
      url: `/graphql?query=${encodeURIComponent('{viewer{role}}')}`,
      headers: { authorization: `Bearer ${await tokenOf(CALLERS.bankA)}`, 'content-type': type },
      payload: JSON.stringify({ query: report('reportId'), variables: { input: inputOf() } }),
    });
    expect(response.statusCode).toBe(status);
    expect(response.body).not.toMatch(/"data"|fastify/i);
    if (status === 405) expect(response.headers['allow']).toBe('POST');
    expect(await entryCount()).toBe(before);
  });

  describe('A28: limits', () => {
    it.each([
      ['aliases', report(Array.from({ length: 16 }, (_, at) => `a${String(at)}: reportId`).join(' '))],
      [
        'directives',
        report(
          'reportId @include(if: true) @skip(if: false) @include(if: true) @skip(if: false) @include(if: true) @skip(if: false)',
        ),
      ],
      ['tokens', report(Array.from({ length: 1_001 }, () => 'reportId').join(' '))],
      ['depth', report('accounts { monthlySummaries { ...{ ...{ ...{ ...{ ...{ ...{ ...{ ...{ loanCount } } } } } } } } } }')],
      [
        'circles',
        `query ($input: CreditReportInput!) { creditReport(input: $input) { ...A } } fragment A on CreditReport { ...B } fragment B on CreditReport { ...A }`,
      ],
      [
        'conflicts',
        report(
          Array.from({ length: 12 }, (_, at) => `x: accounts { ${at % 2 === 0 ? 'product' : 'product: openedOn'} }`).join(' '),
        ),
      ],
      [
        'aliases of a disguised operation',
        `query __schema($input: CreditReportInput!) { creditReport(input: $input) { ${Array.from({ length: 16 }, (_, at) => `b${String(at)}: reportId`).join(' ')} } }`,
      ],
    ])('stop too many %s', async (_what, query) => {
      const started = performance.now();
      const answer = await send(query);
      expect([answer.status, answer.data]).toEqual([400, undefined]);
      expect(performance.now() - started).toBeLessThan(2_000);
    });

    it('stop a body of more than 64 KB, a compressed one, and one in another charset', async () => {
      const authorization = `Bearer ${await tokenOf(CALLERS.bankA)}`;
      const raw = async (headers: Record<string, string>, payload: string | Buffer): Promise<number> =>
        (
          await world.gateway.http.inject({
            method: 'POST',
            url: '/graphql',
            headers: { authorization, 'content-type': 'application/json', ...headers },
            payload,
          })
        ).statusCode;
      const body = JSON.stringify({ query: '{ viewer { role } }' });
      expect(await raw({}, JSON.stringify({ query: `{ viewer { role } } #${'x'.repeat(66_000)}` }))).toBe(413);
      expect(await raw({ 'content-encoding': 'gzip' }, gzipSync(body))).toBe(415);
      expect(
        await raw({ 'content-type': 'application/json; charset=utf-16le' }, Buffer.from(body, 'utf16le')),
      ).toBeGreaterThanOrEqual(400);
      expect(await raw({}, '{"query":')).toBe(400);
    });
  });

  describe('A32: tokens', () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    async function status(authorization: string | undefined): Promise<readonly unknown[]> {
      const answer = await sendRaw(
        world.gateway.http,
        authorization === undefined ? {} : { authorization },
        JSON.stringify({ query: '{ viewer { role } }' }),
      );
      return [answer.status, answer.code, answer.data];
    }
    const refused = [401, 'UNAUTHENTICATED', undefined];

    it('that are missing, garbage or of another scheme are refused alike', async () => {
      for (const authorization of [
        undefined,
        'Bearer x',
        'Bearer a.b.c',
        `Basic ${await tokenOf(CALLERS.bankA)}`,
        `Bearer ${await tokenOf(CALLERS.bankA)} x`,
      ])
        expect(await status(authorization)).toEqual(refused);
    });

    it('without signature, signed by a wrong key or altered are refused', async () => {
      const good = await tokenOf(CALLERS.bankA);
      const [header = '', payload = '', signature = ''] = good.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Values;
      const none = `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.${signature}`;
      const head = part({ alg: 'HS256', typ: 'at+jwt' });
      const symmetric = `${head}.${payload}.${createHmac('sha256', 'key').update(`${head}.${payload}`).digest('base64url')}`;
      const altered = `${header}.${part({ ...claims, party: 'bank-b' })}.${signature}`;
      for (const token of [none, symmetric, altered, `${header}.${payload}.`])
        expect(await status(`Bearer ${token}`)).toEqual(refused);
      expect((await status(`Bearer ${good}`))[0]).toBe(200);
    });

    it('of an institution that is unknown, suspended or of another kind are forbidden', async () => {
      await world.change(
        "INSERT INTO institution (institution_id, kind, legal_name, purposes, historical, status, status_since_ms, ver) VALUES ('bank-s', 'BANK', 'S', 'MORTGAGE_ORIGINATION', 0, 'SUSPENDED', 0, 2)",
      );
      for (const as of [
        { role: 'bank', party: 'bank-z' },
        { role: 'bank', party: 'bank-s' },
        { role: 'bank', party: 'platform-1' },
        { role: 'auditor', party: 'bank-a' },
      ] as const)
        expect(await status(`Bearer ${await tokenOf(as)}`)).toEqual([403, 'FORBIDDEN', undefined]);
    });

    it('sent twice are refused, and an upgrade is not taken (A23)', async () => {
      await world.gateway.http.listen({ host: '127.0.0.1', port: 0 });
      const { port } = world.gateway.http.server.address() as AddressInfo; // it listens on TCP
      const bearer = `authorization: Bearer ${await tokenOf(CALLERS.bankA)}\r\n`;
      const body = JSON.stringify({ query: '{ viewer { role } }' });
      const post = (headers: string): string =>
        `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n${headers}\r\n${body}`;
      expect(await speak(port, post(bearer))).toMatch(/^HTTP\/1.1 200 /);
      expect(await speak(port, post(bearer + bearer))).toMatch(/^HTTP\/1.1 401 /);
      const upgrade = await speak(
        port,
        `GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${bearer}\r\n`,
      );
      expect(upgrade).toMatch(/^HTTP\/1.1 4\d\d /);
    });
  });

  it('A35: every answer carries the same protective headers and names no framework', async () => {
    const { http } = world.gateway;
    const answers = [
      await http.inject('/healthz'),
      await http.inject('/nowhere'),
      await http.inject('/schema'),
      await http.inject({ method: 'POST', url: '/graphql', payload: '{', headers: { 'content-type': 'application/json' } }),
      await http.inject({
        method: 'POST',
        url: '/graphql',
        payload: { query: '{viewer{role}}' },
        headers: { authorization: `Bearer ${await tokenOf(CALLERS.bankA)}`, origin: 'https://evil.example' },
      }),
    ];
    for (const { headers, body } of answers) {
      expect(headers).toMatchObject(HEADERS);
      for (const absent of ['server', 'x-powered-by', 'set-cookie', 'access-control-allow-origin', 'etag'])
        expect(headers).not.toHaveProperty(absent);
      expect(body).not.toMatch(/fastify|apollo|FST_/i);
    }
  });

  it('A36: what left stands in the ledger, field for field', async () => {
    const answer = await world.ask({ select: EVERYTHING });
    const entry = await newestEntry();
    expect(entry).toMatchObject({
      type: 'D',
      actor: 'bank-a',
      purpose: 'MORTGAGE_ORIGINATION',
      rows: 27,
      months: 26,
      report: answer.extensions?.disclosure?.reportId,
    });
    expect(entry['released']).toMatchObject({
      'platform-1/-': [1],
      'platform-1/JIEBEI': expect.arrayContaining([216, 217, 301, 302]) as unknown,
    });
    expect(entry['released']).not.toHaveProperty('platform-1/HUABEI');
  });

  describe('A37: faults', () => {
    it('of the ledger are 503 without data', async () => {
      const before = await entryCount();
      world.spy.beforeWrite = () => Promise.reject(new Error('disk full: /secret/path'));
      const answer = await send(report('identity { fullName }'));
      expectNoData(answer, 503, 'SERVICE_UNAVAILABLE');
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toContain('secret');
      expect(await entryCount()).toBe(before);
    });

    it.each(['identity_lookup', 'FROM customer', 'FROM credit_account', 'monthly_summary'])(
      'of the database while it reads %s are 503 without data',
      async (table) => {
        let hit = 0;
        world.spy.beforeRead = ({ sql }) => {
          if (!sql.includes(table)) return;
          hit += 1;
          throw unavailable('database down');
        };
        expectNoData(
          await send(report('identity { fullName } accounts { monthlySummaries { loanCount } }')),
          503,
          'SERVICE_UNAVAILABLE',
        );
        expect(hit).toBeGreaterThan(0);
      },
    );

    it('of a kind nobody thought of are 500 without data, and the log has no value', async () => {
      world.spy.beforeRead = ({ sql }) => {
        if (sql.includes('FROM customer')) throw new Error('odd');
      };
      expectNoData(await send(report('identity { fullName }')), 500, 'SERVICE_ERROR');
    });
  });

  it('A38: a prototype by alias is a plain key', async () => {
    const answer = await send(report('identity { __proto__: fullName constructor: mobile }'));
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"__proto__":"Name li"') as unknown]);
    expect(({} as Values)['fullName']).toBeUndefined();
    expect((await send(report('identity { fullName }'))).status).toBe(200);
  });
});

forEachDatabase('plugins in the way', (open) => {
  const tampering = (after: number): Plugin => ({
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: async ({ response, contextValue }) => {
          if (response.body.kind !== 'single' || !contextValue.gate.release) return;
          for (let turn = 0; turn < after; turn += 1) await new Promise(setImmediate);
          response.body = {
            kind: 'single',
            singleResult: { data: { creditReport: { identity: { fullName: 'PLANTED', mobile: 'PLANTED' } } } },
          };
        },
      }),
  });

  it.each([0, 1, 20])('cannot change what leaves (%i turns late)', async (after) => {
    const world = await openWorld(open, { plugins: [tampering(after)] });
    await world.grant({ scopes: '*+Identity.fullName' });
    const answer = await world.ask({ select: 'identity { fullName mobile }' });
    expect(answer.text).not.toContain('PLANTED');
    if (answer.status === 200) expect(reportOf(answer).identity).toEqual({ fullName: 'Name li', mobile: null });
    else expect([answer.status, answer.data]).toEqual([500, undefined]);
  });

  const planting: Plugin = {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ response }) => {
          const body =
            response.body.kind === 'single'
              ? (response.body.singleResult.data as { creditReport?: { identity: Record<string, unknown> } })
              : {};
          if (body.creditReport) body.creditReport.identity['mobile'] = '13800001234';
          return Promise.resolve();
        },
      }),
  };

  it('that add a value before the record step stop the answer', async () => {
    const world = await openWorld(open, { plugins: [planting] });
    await world.grant({ scopes: '*+Identity.fullName' });
    const query = REPORT('identity { fullName mobile }').replace(/\}$/, 'viewer { role } }');
    const answer = await sendAs(world.gateway.http, CALLERS.bankA, query, { input: inputOf() });
    expect([answer.status, answer.code, answer.data]).toEqual([500, 'SERVICE_ERROR', undefined]);
    expect(answer.text).not.toContain('13800001234');
    expect(await world.rows('SELECT idx FROM ledger_entry WHERE body LIKE \'%"type":"D"%\'')).toEqual([]);
  });

  it('find nothing to change where a look-up is all that is asked', async () => {
    const world = await openWorld(open, { plugins: [planting] });
    await world.grant({ scopes: '*+Identity.fullName' });
    const report = await world.report({ select: 'identity { fullName mobile }' });
    expect(report.identity).toEqual({ fullName: 'Name li', mobile: null });
  });

  it('that hide the open report cannot get round the record step', async () => {
    const hiding: Plugin = {
      requestDidStart: () =>
        Promise.resolve({
          willSendResponse: ({ contextValue }) => {
            contextValue.gate.plan = null;
            return Promise.resolve();
          },
        }),
    };
    const world = await openWorld(open, { plugins: [hiding] });
    await world.grant({ scopes: '*+Identity.fullName' });
    const answer = await world.ask({ select: 'identity { fullName }' });
    expect([answer.status, answer.code, answer.data]).toEqual([500, 'SERVICE_ERROR', undefined]);
    expect(answer.text).not.toContain('Name li');
  });
});

forEachDatabase('a canary in every cell', (open) => {
  it('is never seen where nothing was permitted: bodies, headers, log and ledger of all roles', async () => {
    const world = await openWorld(open, { furnished: false });
    let next = 700_000_000;
    const number = (): number => (next += 1);
    const person = {
      customerId: 'canary',
      months: ['2026-03', '2026-02'],
      identity: { fullName: 'CANARY-name', idNumber: 'CANARY-id', mobile: 'CANARY-mobile', residenceCity: 'CANARY-city', residenceAddress: 'CANARY-address', dateOfBirth: '1907-07-07' },
      account: (product: string) => ({
        furnisherName: `CANARY-${product}`, creditLimitMinor: number(), originalAmountMinor: number(), openedOn: '1907-07-08',
        fundingShares: [{ institution: 'CANARY-funder', shareBp: 10_000 }],
      }),
      month: () => ({
        ...Object.fromEntries(
          ['borrowedAmount', 'balance', 'usedLimit', 'maxUsedLimit', 'scheduledDue', 'actualPaid', 'pastDueAmount'].map((name) => [`${name}Minor`, number()]),
        ),
        loanCount: number(), pastDuePeriods: number(), remainingInstalments: number(), daysPastDueMonthEnd: number(),
      }),
    }; // prettier-ignore
    await world.furnish(recordsOf(person));
    const marker = /CANARY-(name|id|mobile|city|address|HUABEI|JIEBEI|funder)|(?<![\d.])7000000\d\d(?!\d)|1907-07/;
    const borrower = { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'canary', platformId: 'platform-1' };
    const grant = {
      borrower,
      recipientId: 'bank-a',
      purpose: 'MORTGAGE_ORIGINATION',
      scopes: scopesOf('*+Identity.idType'),
      validUntil: '2026-05-01T00:00:00.000Z',
      accessMode: 'RECURRING',
    };
    const callers: readonly Caller[] = [
      CALLERS.bankA,
      CALLERS.bankB,
      CALLERS.centre,
      CALLERS.platform,
      CALLERS.otherPlatform,
      aBorrower('canary'),
      CALLERS.auditor,
    ];
    const seen: string[] = [];
    for (const as of callers) {
      const purpose = as.role === 'crc' ? 'CREDIT_REPORTING' : 'MORTGAGE_ORIGINATION';
      const answers = [
        await world.ask({ as, borrower, purpose, select: EVERYTHING }),
        await world.ask({ as, borrower, purpose: 'CREDIT_REPORTING', select: EVERYTHING }),
        await sendAs(world.gateway.http, as, '{ viewer { role customerId institution { id } } }'),
        await sendAs(
          world.gateway.http,
          as,
          'mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { consent { id current { scopes { field } } } } }',
          {
            input: {
              ...grant,
              ...(as.role === 'borrower' ? { borrower: null } : {}),
              evidence: someEvidence(world.clock.nowMs),
              idempotencyKey: newKey(),
            },
          },
        ),
      ];
      seen.push(...answers.map(({ text, headers }) => `${text}${JSON.stringify(headers)}`));
    }
    world.spy.beforeRead = ({ sql }) => {
      if (sql.includes('FROM customer'))
        throw Object.assign(new Error('driver: CANARY-name'), { code: 'ER_X', sqlMessage: 'CANARY-id' });
    };
    seen.push((await world.ask({ borrower, select: EVERYTHING })).text);
    world.spy.beforeRead = null;
    const bodies = await world.rows('SELECT body FROM ledger_entry');
    const everything = [
      ...seen,
      ...world.log,
      ...bodies.map(({ body }) => (body as Buffer).toString()),
      (await world.gateway.http.inject('/metrics')).body,
    ];
    expect(everything.length).toBeGreaterThan(40);
    expect(everything.filter((text) => marker.test(text)).map((text) => marker.exec(text)?.[0])).toEqual([]);
    await world.grant({ borrower, scopes: '*+Identity.fullName' });
    expect((await world.ask({ borrower, select: EVERYTHING })).text.match(new RegExp(marker, 'g'))).toEqual(['CANARY-name']);
  });
});

/** Speaks HTTP by hand, for what clients do not let one say. */
function speak(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(text));
    socket.setTimeout(3_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      if (/^HTTP\/1.1 4/.test(heard)) socket.end();
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}
