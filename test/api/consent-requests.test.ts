import { NOW_MS } from '../support/builders';
import { type Answer, type Caller, CALLERS, newKey, type Values } from '../support/clients';
import {
  act,
  aPerson,
  asking,
  granting,
  inDays,
  type Person,
  read,
  refusalOf,
  REQUEST,
  type RequestNode,
  sendAct,
  traceOf,
} from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { statementsOf } from '../support/sql-spy';
import { CUSTOMER, DAY, openWorld, scopesOf, type World } from '../support/world';

const { platform: PLATFORM, otherPlatform: OTHER_PLATFORM, bankA: BANK_A, bankB: BANK_B } = CALLERS;
const NO_TRACE = { entries: [], events: 0, receipts: 0, raised: 0 };
const LAPSE = 7 * DAY;

forEachDatabase('a consent request', (open) => {
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
  const reject = (consentRequestId: string, as: Caller = PLATFORM, more: Values = {}) =>
    act(world, as, 'rejectConsentRequest', { consentRequestId, ...more });
  const listed = async (as: Caller, filter = ''): Promise<readonly (readonly [string, string])[]> => {
    const list = `consentRequests(first: 100${filter && `, filter: { ${filter} }`}) { edges { node { id status } } }`;
    const { edges } = await read<{ edges: { node: RequestNode }[] }>(world, as, list);
    return edges.map(({ node: { id, status } }) => [id, status] as const);
  };
  const answering = ({ borrower }: Person, { id }: RequestNode, changes: Values = {}) =>
    granting(world, borrower, { consentRequestId: id, ...changes });
  const approve = async (person: Person, request: RequestNode, changes: Values = {}): Promise<string> =>
    (await act(world, PLATFORM, 'grantConsent', answering(person, request, changes))).consent.id;

  describe('that is asked', () => {
    it('is open for seven days, says what was asked, and leaves one entry and no consent', async () => {
      const { borrower } = await aPerson(world);
      const bounds = { frequency: { count: 2, per: 'WEEK' }, dataFrom: '2025-06-15', dataUntil: '2026-01-01', dataLifeDays: 90 };
      const { result, entries, ...trace } = await traceOf(world, () => ask(borrower, { ...bounds, reference: 'file 17' }));
      expect(result).toEqual({
        ...bounds,
        id: result.id,
        recipient: { id: 'bank-a' },
        purpose: 'MORTGAGE_ORIGINATION',
        status: 'PENDING',
        validForDays: 30,
        scopes: [{ field: 'MonthlySummary.loanCount', product: 'JIEBEI', effect: 'PERMIT', cluster: null }],
        accessMode: 'RECURRING',
        createdAt: new Date(NOW_MS).toISOString(),
        lapsesAt: new Date(NOW_MS + LAPSE).toISOString(),
        consentId: null,
      });
      expect(entries).toMatchObject([
        { type: 'R', action: 'request', request: result.id, recipient: 'bank-a', role: 'BANK', actor: 'bank-a' },
      ]);
      expect(trace).toEqual({ events: 0, receipts: 0, raised: 0 });
    });

    // prettier-ignore
    it.each<[string, Values, string, string]>([
      ['no scope',                         { scopes: [] },                                          'EMPTY_SCOPES',    'input.scopes'         ],
      ['a field that is not there',        { scopes: scopesOf('+MonthlySummary.income') },          'UNKNOWN_FIELD',   'input.scopes.0.field' ],
      ['a cluster that is closed',         { scopes: scopesOf('*+CONTACT') },                       'EXCEEDS_PURPOSE', 'input.scopes'         ],
      ['more days than the purpose allows', { validForDays: 181 },                                  'EXCEEDS_PURPOSE', 'input.validForDays'   ],
      ['no day',                           { validForDays: 0 },                                     'BAD_USER_INPUT',  'input.validForDays'   ],
      ['a longer life of the data',        { dataLifeDays: 366 },                                   'EXCEEDS_PURPOSE', 'input.dataLifeDays'   ],
      ['empty data dates',                 { dataFrom: '2026-01-01', dataUntil: '2026-01-01' },     'INVALID_PERIOD',  'input.dataUntil'      ],
      ['one use and a frequency',          { accessMode: 'ONE_TIME', frequency: { count: 1, per: 'DAY' } }, 'BAD_USER_INPUT', 'input.frequency'],
      ['a document without a name',        { borrower: { idType: 'PASSPORT', idNumber: '1' } },     'BAD_USER_INPUT',  'input.borrower.fullName'],
    ])('is refused for %s, before anybody is looked for', async (_what, changes, code, input) => {
      const { result, executed } = await world.spy.during(() => refusalOf(world, BANK_A, 'requestConsent', asking(CUSTOMER('nobody'), changes)));
      expect(result).toEqual({ code, input });
      expect(executed.filter(({ sql }) => !sql.includes('FROM institution'))).toEqual([]);
    });

    it.each<[Caller, string]>([
      [BANK_A, 'CREDIT_REPORTING'],
      [CALLERS.centre, 'MORTGAGE_ORIGINATION'],
    ])('is refused for a purpose that the recipient is not registered for, before anybody is looked for', async (as, purpose) => {
      const { borrower } = await aPerson(world);
      const { result, executed } = await world.spy.during(() =>
        refusalOf(world, as, 'requestConsent', asking(borrower, { purpose })),
      );
      expect(result).toMatchObject({ code: 'FORBIDDEN' });
      expect(executed.filter(({ sql }) => !sql.includes('FROM institution'))).toEqual([]);
    });

    it('is the one open request of its recipient, identity and purpose: a second is answered by the first, unchanged', async () => {
      const { borrower, customerId } = await aPerson(world);
      const first = await ask(borrower);
      const wider = { scopes: scopesOf('*+IDENTITY'), validForDays: 99, reference: 'other' };
      const { result, ...trace } = await traceOf(world, () =>
        Promise.all([ask(borrower, wider), ask(borrower, wider), ask(borrower)]),
      );
      expect(result).toEqual([first, first, first]);
      expect(trace).toEqual(NO_TRACE);
      const others = [
        await ask(borrower, { purpose: 'CARD_APPROVAL' }),
        await ask(borrower, {}, BANK_B),
        await ask({ idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` }),
      ];
      expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(4);
    });

    it('is one alone of several that are asked at once', async () => {
      const { borrower } = await aPerson(world);
      const { result, entries } = await traceOf(world, () => Promise.all([1, 2, 3, 4].map(() => ask(borrower))));
      expect(new Set(result.map(({ id }) => id)).size).toBe(1);
      expect(entries).toHaveLength(1);
    });

    it('lapses after its last millisecond, and makes way for a new one then, or once it is approved', async () => {
      const person = await aPerson(world);
      const first = await ask(person.borrower);
      world.clock.nowMs = NOW_MS + LAPSE - 1;
      expect([(await seen(first.id, BANK_A))?.status, (await ask(person.borrower)).id]).toEqual(['PENDING', first.id]);
      world.clock.nowMs += 1;
      for (const as of [BANK_A, PLATFORM, person.self]) expect((await seen(first.id, as))?.status).toBe('LAPSED');
      const second = await ask(person.borrower);
      expect(second).toMatchObject({ status: 'PENDING', createdAt: inDays(world, 0) });
      expect(second.id).not.toBe(first.id);
      await approve(person, second);
      expect([second.id, first.id]).not.toContain((await ask(person.borrower)).id);
    });

    it('gives the first answer again for the same key, and refuses the key with another input', async () => {
      const { borrower } = await aPerson(world);
      const input = asking(borrower, { idempotencyKey: newKey() });
      const first = (await act(world, BANK_A, 'requestConsent', input)).consentRequest;
      world.clock.nowMs = NOW_MS + LAPSE;
      const again = await traceOf(world, () => act(world, BANK_A, 'requestConsent', input));
      expect(again).toEqual({ result: { consentRequest: { ...first, status: 'LAPSED' } }, ...NO_TRACE });
      const mismatch = { code: 'IDEMPOTENCY_MISMATCH', input: 'input.idempotencyKey' };
      expect(await refusalOf(world, BANK_A, 'requestConsent', { ...input, validForDays: 31 })).toEqual(mismatch);
    });
  });

  describe('of a person who does not exist', () => {
    it('is made by the same statements, with the same answer, entry and lapse, as one of a person who does', async () => {
      const { borrower, customerId } = await aPerson(world);
      const rejected = await aPerson(world);
      await reject((await ask(rejected.borrower)).id);
      const both = await aPerson(world, ['platform-1', 'platform-2']);
      const cases: Readonly<Record<string, Values>> = {
        known: borrower,
        'known twice': both.borrower,
        nobody: CUSTOMER('nobody at all'),
        'no platform': CUSTOMER(customerId, 'nowhere'),
        'wrong name': { idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName: 'Somebody Else' },
      };
      const told = ({ status, headers: { date: _date, ...headers }, text }: Answer) => ({
        status,
        headers,
        text: text.replace(/"id":"[0-9a-f]{32}"/, ''),
      });
      const runs: unknown[] = [];
      for (const person of Object.values(cases)) {
        world.clock.nowMs = NOW_MS;
        const { result, executed } = await world.spy.during(() =>
          traceOf(world, () => sendAct(world, BANK_A, 'requestConsent', asking(person, { reference: 'same' }))),
        );
        const again = await world.spy.during(() => sendAct(world, BANK_A, 'requestConsent', asking(person)));
        const { id } = (result.result.data?.['requestConsent'] as { consentRequest: RequestNode }).consentRequest;
        world.clock.nowMs = NOW_MS + LAPSE;
        const {
          entries: [entry],
          ...trace
        } = result;
        runs.push({
          first: told(result.result),
          trace: { ...trace, result: null },
          members: Object.keys(entry ?? {}),
          again: told(again.result),
          lapsed: { ...(await seen(id, BANK_A, 'reference')), id: null },
          sql: statementsOf([...executed, ...again.executed]),
        });
      }
      for (const run of runs) expect(run).toEqual(runs[0]);
      expect(runs).toHaveLength(5);
    });

    it('tells no more by a key that is used again for another identity than one of a person with both', async () => {
      const { customerId, borrower } = await aPerson(world);
      const card = (name: string) => ({ idType: 'RESIDENT_ID_CARD', idNumber: `ID-${name}`, fullName: `Name ${name}` });
      const twice = async (first: Values, second: Values): Promise<readonly string[]> => {
        const idempotencyKey = newKey();
        const codeOf = async (who: Values) =>
          (await sendAct(world, BANK_A, 'requestConsent', asking(who, { idempotencyKey }))).code;
        return [await codeOf(first), await codeOf(second)];
      };
      expect(await twice(borrower, card(customerId))).toEqual(await twice(CUSTOMER('no-such'), card('no-such')));
      expect(await twice(CUSTOMER('no-such-2'), card('no-such-2'))).toEqual(['', 'IDEMPOTENCY_MISMATCH']);
    });
  });

  describe('that is rejected', () => {
    it.each<[string, (person: Person) => Caller]>([
      ['its borrower', ({ self }) => self],
      ['a platform of theirs', () => PLATFORM],
    ])('by %s is so for both, with a receipt, one entry and no change of any consent', async (_who, by) => {
      const person = await aPerson(world);
      const { id } = await ask(person.borrower);
      const { result, entries, ...trace } = await traceOf(world, () => reject(id, by(person), { reason: 'not now' }));
      expect(result).toMatchObject({
        consentRequest: { id, status: 'REJECTED', consentId: null },
        receipt: { kind: 'REJECTION', consentRequestId: id, consentId: null, version: null },
      });
      expect(entries).toMatchObject([{ type: 'R', action: 'reject', request: id, recipient: 'bank-a' }]);
      expect(trace).toEqual({ events: 0, receipts: 1, raised: 0 });
      for (const as of [PLATFORM, person.self])
        expect(await seen(id, as, 'decidedAt receipts { id }')).toMatchObject({
          status: 'REJECTED',
          decidedAt: inDays(world, 0),
          receipts: [{ id: result.receipt?.id }],
        });
    });

    it('is open to its recipient until it lapses, in every way to look at it', async () => {
      const people = [await aPerson(world), await aPerson(world)];
      const [rejected, silent] = [await ask(people[0]?.borrower ?? {}), await ask(people[1]?.borrower ?? {})];
      await reject(rejected.id);
      const ways = async (id: string) => ({
        byId: { ...(await seen(id, BANK_A)), id: null },
        byStatus: await Promise.all(
          ['', 'PENDING', 'APPROVED', 'REJECTED', 'LAPSED', 'REJECTED, LAPSED', 'PENDING, REJECTED'].map(async (statuses) =>
            (await listed(BANK_A, statuses && `status: [${statuses}]`)).filter(([of]) => of === id).map(([, status]) => status),
          ),
        ),
      });
      for (const [atMs, byStatus] of [
        [NOW_MS + LAPSE - 1, [['PENDING'], ['PENDING'], [], [], [], [], ['PENDING']]],
        [NOW_MS + LAPSE, [['LAPSED'], [], [], [], ['LAPSED'], ['LAPSED'], []]],
      ] as const) {
        world.clock.nowMs = atMs;
        expect(await ways(rejected.id)).toEqual(await ways(silent.id));
        expect((await ways(rejected.id)).byStatus).toEqual(byStatus);
      }
      expect((await seen(rejected.id, PLATFORM))?.status).toBe('REJECTED');
    });

    it('is the answer to a second request until it lapses', async () => {
      const { borrower } = await aPerson(world);
      const first = await ask(borrower);
      await reject(first.id);
      const { result, ...trace } = await traceOf(world, () => ask(borrower, { validForDays: 5 }));
      expect([result, trace]).toEqual([first, NO_TRACE]);
      world.clock.nowMs = NOW_MS + LAPSE;
      expect((await ask(borrower)).id).not.toBe(first.id);
    });

    it('is rejected once: the first receipt again, by key and without, even after its time', async () => {
      const person = await aPerson(world);
      const { id } = await ask(person.borrower);
      const idempotencyKey = newKey();
      const { receipt } = await reject(id, PLATFORM, { idempotencyKey });
      world.clock.nowMs = NOW_MS + LAPSE;
      const { result, ...trace } = await traceOf(world, async () => [
        await reject(id, PLATFORM, { idempotencyKey }),
        await reject(id, person.self),
        await reject(id),
      ]);
      expect([result.map((one) => one.receipt), trace]).toEqual([[receipt, receipt, receipt], NO_TRACE]);
      const mismatch = { code: 'IDEMPOTENCY_MISMATCH', input: 'input.idempotencyKey' };
      expect(
        await refusalOf(world, PLATFORM, 'rejectConsentRequest', { consentRequestId: id, reason: 'other', idempotencyKey }),
      ).toEqual(mismatch);
    });

    it('does not tell one platform of a person which other platform of theirs rejected it', async () => {
      const { borrower } = await aPerson(world, ['platform-1', 'platform-2']);
      const { id } = await ask(borrower);
      await reject(id);
      expect(await seen(id, OTHER_PLATFORM, 'receipts { id }')).toMatchObject({ status: 'REJECTED', receipts: [] });
      const { text } = await sendAct(world, OTHER_PLATFORM, 'rejectConsentRequest', { consentRequestId: id });
      expect({ names: text.includes('platform-1') }).toEqual({ names: false });
    });

    it('must be open, and the caller’s: everything else is refused and leaves nothing', async () => {
      const [person, stranger] = [await aPerson(world), await aPerson(world)];
      const [approved, lapsed] = [await ask(person.borrower), await ask(stranger.borrower)];
      await approve(person, approved);
      const notFound = { code: 'NOT_FOUND', input: 'input.consentRequestId' };
      const refused = (as: Caller, consentRequestId: string) =>
        refusalOf(world, as, 'rejectConsentRequest', { consentRequestId });
      const { result, ...trace } = await traceOf(world, async () => [
        await refused(OTHER_PLATFORM, lapsed.id),
        await refused(person.self, lapsed.id),
        await refused(PLATFORM, '0'.repeat(32)),
        await refused(PLATFORM, approved.id),
        ((world.clock.nowMs += LAPSE), await refused(PLATFORM, lapsed.id)),
      ]);
      expect(result).toEqual([
        notFound,
        notFound,
        notFound,
        ...['APPROVED', 'LAPSED'].map((status) => ({ code: 'ILLEGAL_TRANSITION', status })),
      ]);
      expect(trace).toEqual(NO_TRACE);
      expect((await refusalOf(world, BANK_A, 'rejectConsentRequest', { consentRequestId: lapsed.id }))['code']).toBe(
        'GRAPHQL_VALIDATION_FAILED',
      );
    });
  });
});
