import { buildSchema, type GraphQLObjectType } from 'graphql';
import { schemaText } from '../../src/compose';
import { NOW_MS } from '../support/builders';
import { aBorrower, type Answer, type Caller, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import {
  act,
  aPerson,
  asking,
  freshEvidence,
  granting,
  inDays,
  type Person,
  read,
  refusalOf,
  REQUEST,
  type RequestNode,
  sendAct,
  shownTo,
  traceOf,
} from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { CUSTOMER, DAY, openWorld, recordsOf, type World } from '../support/world';

const { platform: PLATFORM, otherPlatform: OTHER_PLATFORM, bankA: BANK_A, bankB: BANK_B } = CALLERS;
const NO_TRACE = { entries: [], events: 0, receipts: 0, raised: 0 };
const LAPSE = 7 * DAY;

forEachDatabase('a grant under a request', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });
  const ask = async (borrower: Values, changes: Values = {}, as: Caller = BANK_A): Promise<RequestNode> =>
    (await act(world, as, 'requestConsent', asking(borrower, changes))).consentRequest;
  const seen = (id: string, as: Caller, more = ''): Promise<RequestNode | null> =>
    read(world, as, `consentRequest(id: "${id}") { ${REQUEST} ${more} }`);
  const answering = ({ borrower }: Person, { id }: RequestNode, changes: Values = {}) =>
    granting(world, borrower, { consentRequestId: id, ...changes });
  const approve = async (person: Person, request: RequestNode, changes: Values = {}): Promise<string> =>
    (await act(world, PLATFORM, 'grantConsent', answering(person, request, changes))).consent.id;
  const refused = (input: Values, as: Caller = PLATFORM) => refusalOf(world, as, 'grantConsent', input);

  const ASKED = { frequency: { count: 2, per: 'DAY' }, dataFrom: '2025-06-15', dataUntil: '2026-04-01', dataLifeDays: 90 };

  it('of exactly what was asked approves it, for the borrower, the platform and the recipient', async () => {
    const person = await aPerson(world);
    const request = await ask(person.borrower, ASKED);
    const evidence = freshEvidence(world);
    const done = await act(world, PLATFORM, 'grantConsent', answering(person, request, { ...ASKED, evidence }));
    const { consent, receipt, consentRequest } = done;
    expect(consentRequest).toEqual({ ...request, status: 'APPROVED', consentId: consent.id });
    const approvals = [{ by: 'PLATFORM', at: inDays(world, 0), evidence: { approvalHash: evidence['approvalHash'] } }];
    for (const as of [PLATFORM, person.self])
      expect(
        await seen(request.id, as, 'decidedAt consent { id } approvals { by at evidence { approvalHash } } receipts { id }'),
      ).toEqual({
        ...consentRequest,
        decidedAt: inDays(world, 0),
        consent: { id: consent.id },
        approvals,
        receipts: [],
      });
    expect(await read(world, PLATFORM, `consent(id: "${consent.id}") { consentRequest { id } receipts { id kind } }`)).toEqual({
      consentRequest: { id: request.id },
      receipts: [{ id: receipt?.id, kind: 'GRANT' }],
    });
    expect(await seen(request.id, BANK_A)).toEqual(consentRequest);
    expect(await shownTo(world, person)).toEqual(['loanCount', 'loanCountBand']);
  });

  it('may be of less, and by the borrower in person', async () => {
    const person = await aPerson(world);
    const request = await ask(person.borrower);
    const less = {
      scopes: '+MonthlySummary.loanCountBand -MonthlySummary.balance',
      validUntil: inDays(world, 1),
      accessMode: 'ONE_TIME',
      dataFrom: '2026-01-01',
      dataLifeDays: 1,
    };
    const { consent, consentRequest } = await act(
      world,
      person.self,
      'grantConsent',
      granting(world, null, { ...less, consentRequestId: request.id }),
    );
    expect(consentRequest).toMatchObject({ status: 'APPROVED', consentId: consent.id });
    expect(await shownTo(world, person)).toEqual(['loanCountBand']);
  });

  // prettier-ignore
  it.each<[string, Values, string]>([
    ['a field more',            { scopes: '+MonthlySummary.loanCount +MonthlySummary.balance' },     'scopes'      ],
    ['a finer field',           { scopes: '+CreditSummary.loanCount12m' },                           'scopes'      ],
    ['every product',           { scopes: '*+MonthlySummary.loanCount' },                            'scopes'      ],
    ['a millisecond longer',    { validUntil: new Date(NOW_MS + 30 * DAY + 1).toISOString() },       'validUntil'  ],
    ['a higher frequency',      { frequency: { count: 3, per: 'DAY' } },                             'frequency'   ],
    ['no frequency',            { frequency: null },                                                 'frequency'   ],
    ['a day earlier',           { dataFrom: '2025-06-14' },                                          'dataFrom'    ],
    ['no start of the data',    { dataFrom: null },                                                  'dataFrom'    ],
    ['a day later',             { dataUntil: '2026-04-02' },                                         'dataUntil'   ],
    ['no end of the data',      { dataUntil: null },                                                 'dataUntil'   ],
    ['a day longer kept',       { dataLifeDays: 91 },                                                'dataLifeDays'],
    ['kept up to the purpose’s limit', { dataLifeDays: null },                                       'dataLifeDays'],
  ])('of %s is refused, naming it, and leaves the request open and the evidence unspent', async (_what, wider, input) => {
    const person = await aPerson(world);
    const request = await ask(person.borrower, ASKED);
    const evidence = freshEvidence(world);
    const { result, ...trace } = await traceOf(world, () => refused(answering(person, request, { ...ASKED, evidence, ...wider })));
    expect(result).toEqual({ code: 'EXCEEDS_REQUEST', input: `input.${input}` });
    expect(trace).toEqual(NO_TRACE);
    expect(await seen(request.id, PLATFORM)).toEqual(request);
    await approve(person, request, { ...ASKED, evidence });
  });

  it('of more than one use is refused where one was asked for', async () => {
    const person = await aPerson(world);
    const request = await ask(person.borrower, { accessMode: 'ONE_TIME' });
    expect(await refused(answering(person, request))).toEqual({ code: 'EXCEEDS_REQUEST', input: 'input.accessMode' });
    expect(await approve(person, request, { accessMode: 'ONE_TIME' })).toMatch(/^[0-9a-f]{32}$/);
  });

  it('names the request’s own recipient, purpose and person', async () => {
    const [person, stranger] = [await aPerson(world), await aPerson(world)];
    const request = await ask(person.borrower);
    expect(await refused(answering(person, request, { recipientId: 'bank-b' }))).toEqual({
      code: 'BAD_USER_INPUT',
      input: 'input.recipientId',
    });
    expect(await refused(answering(person, request, { purpose: 'CARD_APPROVAL' }))).toEqual({
      code: 'BAD_USER_INPUT',
      input: 'input.purpose',
    });
    const notFound = { code: 'NOT_FOUND', input: 'input.consentRequestId' };
    expect(await refused(answering(stranger, request))).toEqual(notFound);
    expect(await refused(answering(person, { ...request, id: '0'.repeat(32) }))).toEqual(notFound);
    expect((await seen(request.id, PLATFORM))?.status).toBe('PENDING');
  });

  it('finds the request open, or is refused with the state that it is in', async () => {
    const people = [await aPerson(world), await aPerson(world), await aPerson(world)];
    const [approved, rejected, lapsed] = (await Promise.all(people.map(({ borrower }) => ask(borrower)))) as [
      RequestNode,
      RequestNode,
      RequestNode,
    ];
    const [one, two, three] = people as [Person, Person, Person];
    await approve(one, approved);
    await act(world, PLATFORM, 'rejectConsentRequest', { consentRequestId: rejected.id });
    const state = (status: string) => ({ code: 'ILLEGAL_TRANSITION', status });
    expect(await refused(answering(one, approved))).toEqual(state('APPROVED'));
    expect(await refused(answering(two, rejected))).toEqual(state('REJECTED'));
    world.clock.nowMs = NOW_MS + LAPSE - 1;
    expect(await refused(answering(three, lapsed, { scopes: '*+IDENTITY' }))).toMatchObject({ code: 'EXCEEDS_REQUEST' });
    world.clock.nowMs += 1;
    expect(await refused(answering(three, lapsed))).toEqual(state('LAPSED'));
  });

  it('is one of several at once, and given again for its key', async () => {
    const person = await aPerson(world);
    const request = await ask(person.borrower);
    const input = answering(person, request, { idempotencyKey: newKey() });
    const grants = [input, answering(person, request), answering(person, request), input];
    const { result, entries } = await traceOf(world, () =>
      Promise.all(grants.map((grant) => sendAct(world, PLATFORM, 'grantConsent', grant))),
    );
    const granted = result.filter(({ code }) => code === '');
    expect(entries).toHaveLength(1);
    expect(new Set(granted.map(({ text }) => text)).size).toBe(1);
    for (const { code } of result.filter((answer) => !granted.includes(answer))) expect(code).toBe('ILLEGAL_TRANSITION');
    expect(result[0]?.text.replace(/"traceId":"[^"]+"/, '')).toBe(result[3]?.text.replace(/"traceId":"[^"]+"/, ''));
  });

  describe('to its recipient', () => {
    type Become = (id: string, person: Person) => Promise<unknown>;
    const STATES: [string, Values, Become][] = [
      ['ACTIVE', {}, () => Promise.resolve()],
      ['amended', {}, (consentId) => act(world, PLATFORM, 'amendConsent', { consentId, expectedVersion: 1, scopes: [] })],
      ['PAUSED', {}, (consentId) => act(world, PLATFORM, 'pauseConsent', { consentId })],
      ['REVOKED', {}, (consentId, { self }) => act(world, self, 'revokeConsent', { consentId })],
      ['given up', {}, (consentId) => act(world, BANK_A, 'revokeConsent', { consentId })],
      ['EXPIRED', { validUntil: inDaysOfNow(1) }, () => Promise.resolve((world.clock.nowMs += DAY))],
      [
        'EXPIRED and recorded',
        { validUntil: inDaysOfNow(1) },
        (consentId) => ((world.clock.nowMs += DAY), act(world, PLATFORM, 'revokeConsent', { consentId })),
      ],
      ['used', { accessMode: 'ONE_TIME' }, (_id, person) => shownTo(world, person)],
    ];
    it.each(STATES)(
      'looks the same when the consent is %s, and is given up with the same answer and one entry',
      async (_state, terms, become) => {
        const person = await aPerson(world);
        const request = await ask(person.borrower);
        const id = await approve(person, request, terms);
        await become(id, person);
        expect(await seen(request.id, BANK_A)).toEqual({ ...request, status: 'APPROVED', consentId: id });
        const input = { consentId: id, reason: 'no longer needed', idempotencyKey: newKey() };
        const { result, entries, raised } = await traceOf(world, () => sendAct(world, BANK_A, 'revokeConsent', input));
        expect([result.status, result.text]).toEqual([200, `{"data":{"revokeConsent":{"consentId":"${id}"}}}\n`]);
        expect([entries.length, entries[0]?.['type'], raised]).toEqual([1, 'C', 1]);
        const again = await traceOf(world, () => sendAct(world, BANK_A, 'revokeConsent', input));
        expect([again.result.text, again.entries.length]).toEqual([result.text, 0]);
        expect(await seen(request.id, BANK_A)).toEqual({ ...request, status: 'APPROVED', consentId: id });
        expect(await shownTo(world, person)).toEqual([]);
      },
    );

    it.each(STATES)(
      'is given up by as many statements when the consent is %s as when it is ACTIVE',
      async (_state, terms, become) => {
        const costOf = async (draft: Values, end: Become): Promise<number> => {
          const person = await aPerson(world);
          const id = await approve(person, await ask(person.borrower), draft);
          await end(id, person);
          const { executed } = await world.spy.during(() => sendAct(world, BANK_A, 'revokeConsent', { consentId: id }));
          world.clock.nowMs = NOW_MS;
          return executed.length;
        };
        expect(await costOf(terms, become)).toBe(await costOf({}, () => Promise.resolve()));
      },
    );

    it('shows its own file number, which nobody else is shown, and no other recipient sees the request', async () => {
      const person = await aPerson(world);
      const { id } = await ask(person.borrower, { reference: 'file-4711' });
      expect(await seen(id, BANK_A, 'reference')).toMatchObject({ reference: 'file-4711' });
      const find = (as: Caller, reference: string) =>
        read(world, as, `consentRequests(filter: { reference: "${reference}" }) { edges { node { id } } }`);
      expect(await find(BANK_A, 'file-4711')).toEqual({ edges: [{ node: { id } }] });
      for (const [as, reference] of [
        [BANK_A, 'file-471'],
        [BANK_B, 'file-4711'],
      ] as const)
        expect(await find(as, reference)).toEqual({ edges: [] });
      for (const as of [BANK_B, CALLERS.centre, OTHER_PLATFORM, aBorrower('nobody')]) expect(await seen(id, as)).toBeNull();
      for (const as of [PLATFORM, person.self])
        expect((await sendAs(world.gateway.http, as, `{ consentRequest(id: "${id}") { reference } }`)).code).toBe(
          'GRAPHQL_VALIDATION_FAILED',
        );
    });

    it.each(['BANK', 'CREDIT_REFERENCE_CENTRE'] as const)('shows nothing of the answer but its id: %s', (role) => {
      const schema = buildSchema(schemaText(role));
      const fields = Object.keys((schema.getType('ConsentRequest') as GraphQLObjectType).getFields()).sort();
      const common = REQUEST.replace(/\{[^}]*\}/g, '')
        .split(/\s+/)
        .filter((name) => name !== '');
      expect(fields).toEqual([...common, 'reference'].sort());
      for (const type of ['Consent', 'ConsentVersion', 'Approval', 'Receipt', 'ConsentConnection'])
        expect(schema.getType(type)).toBeUndefined();
      expect(Object.keys((schema.getType('RevokeConsentPayload') as GraphQLObjectType).getFields())).toEqual(['consentId']);
    });

    it.each(['consent { id }', 'approvals { by }', 'decidedAt', 'receipts { id }', 'customerId'])(
      'refuses to be asked for %s',
      async (field) => {
        const answer: Answer = await sendAs(
          world.gateway.http,
          BANK_A,
          `{ consentRequest(id: "${'0'.repeat(32)}") { ${field} } }`,
        );
        expect([answer.status, answer.code, answer.data]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED', undefined]);
      },
    );
  });

  describe('among several platforms', () => {
    const list = (as: Caller, filter = '') =>
      read<{ edges: { node: RequestNode }[] }>(
        world,
        as,
        `consentRequests${filter && `(filter: { ${filter} })`} { edges { node { ${REQUEST} decidedAt ${as.role === 'platform' ? 'customerId' : ''} consent { id } approvals { by } } } }`,
      ).then(({ edges }) => edges.map(({ node }) => node));

    it('stands in the inbox of each platform of the person, under its own id of them, and in the person’s own list', async () => {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      const [first, second] = [await ask(person.borrower), await ask(person.borrower, { purpose: 'CARD_APPROVAL' }, BANK_B)];
      await ask(CUSTOMER('nobody-there'));
      const mine = (of: string): string =>
        `borrower: { idType: PLATFORM_CUSTOMER_ID, idNumber: "${person.customerId}", platformId: "${of}" }`;
      for (const [as, of] of [
        [PLATFORM, 'platform-1'],
        [OTHER_PLATFORM, 'platform-2'],
      ] as const) {
        const inbox = await list(as, mine(of));
        expect(inbox.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
        expect(inbox[0]).toMatchObject({ customerId: person.customerId });
        expect((await list(as, `recipientId: "bank-b", ${mine(of)}`)).map(({ id }) => id)).toEqual([second.id]);
      }
      expect((await list(person.self)).map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
      expect(await list(aBorrower('nobody-there'))).toEqual([]);
    });

    it('reaches a platform that furnishes the person later, as long as it is open, and only once', async () => {
      const person = await aPerson(world);
      const { customerId } = person;
      world.clock.nowMs = NOW_MS - 7 * DAY;
      await ask(person.borrower, { purpose: 'CARD_APPROVAL' });
      world.clock.nowMs = NOW_MS;
      const [open, answered] = [await ask(person.borrower), await ask(person.borrower, { purpose: 'CARD_APPROVAL' }, BANK_B)];
      await act(world, person.self, 'rejectConsentRequest', { consentRequestId: answered.id });
      const records = recordsOf({ customerId, months: ['2026-03'] });
      await world.furnish(records, 'platform-2');
      await world.furnish([{ ...records[0], customerId: `${customerId}-again` }], 'platform-2');
      const theirs = `borrower: { idType: PLATFORM_CUSTOMER_ID, idNumber: "${customerId}", platformId: "platform-2" }`;
      expect((await list(OTHER_PLATFORM, theirs)).map(({ id }) => id)).toEqual([open.id]);
    });

    it('tells the other platform that it was answered, and not how', async () => {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      const request = await ask(person.borrower);
      const id = await approve(person, request);
      const answered = 'decidedAt consent { id } approvals { by }';
      expect(await seen(request.id, PLATFORM, answered)).toMatchObject({ status: 'APPROVED', consentId: id, consent: { id } });
      expect(await seen(request.id, OTHER_PLATFORM, answered)).toMatchObject({
        status: 'APPROVED',
        decidedAt: null,
        consentId: null,
        consent: null,
        approvals: [],
      });
      expect(await seen(request.id, aBorrower(person.customerId, 'platform-2'), answered)).toMatchObject({
        consentId: id,
        approvals: [{ by: 'PLATFORM' }],
      });
    });

    it('does not tell a platform by a filter whose customer number of another platform is its own customer', async () => {
      const person = await aPerson(world, ['platform-1']);
      await world.furnish(
        [
          {
            entity: 'borrower',
            asOf: '2026-04-15',
            customerId: 'own-id',
            idType: 'RESIDENT_ID_CARD',
            idNumber: `ID-${person.customerId}`,
            fullName: `Name ${person.customerId}`,
          },
        ],
        'platform-2',
      );
      await ask(person.borrower);
      const foreign = (idNumber: string): string =>
        `borrower: { idType: PLATFORM_CUSTOMER_ID, idNumber: "${idNumber}", platformId: "platform-1" }`;
      expect(await list(OTHER_PLATFORM, foreign(person.customerId))).toEqual(await list(OTHER_PLATFORM, foreign('no-such')));
    });
  });
});

function inDaysOfNow(days: number): string {
  return new Date(NOW_MS + days * DAY).toISOString();
}
