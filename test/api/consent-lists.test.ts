import { NOW_MS } from '../support/builders';
import { type Answer, type Caller, CALLERS, sendAs, type Values } from '../support/clients';
import {
  act,
  aPerson,
  asking,
  CONSENT,
  factsOf,
  freshEvidence,
  granted,
  granting,
  inDays,
  type Person,
  read,
  shownTo,
} from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { anInstitution, CUSTOMER, DAY, openWorld, scopesOf, type World } from '../support/world';

const { platform: PLATFORM, otherPlatform: OTHER_PLATFORM, auditor: AUDITOR, bankA: BANK_A, bankB: BANK_B } = CALLERS;

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string; readonly status: string } }[];
  readonly pageInfo: Values & { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
type List = 'consents' | 'consentRequests';
const LISTS = ['consents', 'consentRequests'] as const;

forEachDatabase('a list', (open) => {
  let world: World;
  let platforms = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });

  /** A platform with nobody in its lists. */
  async function aPlatform(): Promise<Caller> {
    platforms += 1;
    const party = `platform-of-test-${String(platforms)}`;
    await world.stores.institutions.add(anInstitution(party, 'PLATFORM'));
    return { role: 'platform', party };
  }

  const send = (list: List, as: Caller, variables: Values = {}): Promise<Answer> => {
    const type = list === 'consents' ? 'ConsentFilter' : 'ConsentRequestFilter';
    const query = `query ($filter: ${type}, $first: Int = 50, $after: String) { ${list}(filter: $filter, first: $first, after: $after) {
      edges { cursor node { id status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    return sendAs(world.gateway.http, as, query, variables);
  };
  const page = async (list: List, as: Caller, variables: Values = {}): Promise<Page> => {
    const { data, text } = await send(list, as, variables);
    if (!data) throw new Error(text);
    return data[list] as Page;
  };
  const idsOf = ({ edges }: Page): readonly string[] => edges.map(({ node }) => node.id);
  const ids = async (list: List, as: Caller, filter: Values = {}): Promise<readonly string[]> =>
    idsOf(await page(list, as, { filter, first: 100 }));
  /** One more item of this list, a millisecond later, unless told otherwise. */
  const add: Record<List, (person: Person, later?: number) => Promise<string>> = {
    consents: async (person, later = 1) => {
      world.clock.nowMs += later;
      return granted(world, person, {}, { role: 'platform', party: person.self.party });
    },
    consentRequests: async ({ borrower }, later = 1) => {
      world.clock.nowMs += later;
      return (await act(world, BANK_A, 'requestConsent', asking(borrower))).consentRequest.id;
    },
  };

  describe.each(LISTS)('of %s', (list) => {
    it('is newest first, and complete over its pages while new items arrive', async () => {
      const platform = await aPlatform();
      const added: string[] = [];
      // the first four are of one millisecond
      for (let at = 0; at < 11; at += 1) added.unshift(await add[list](await aPerson(world, [platform.party]), at < 4 ? 0 : 1));
      const all = await ids(list, platform);
      expect(all.slice(0, 7)).toEqual(added.slice(0, 7));
      expect([...all].sort()).toEqual([...added].sort());
      const collected: string[] = [];
      let after: string | null = null;
      for (let turn = 0; turn < 9; turn += 1) {
        const got: Page = await page(list, platform, { first: 3, after });
        collected.push(...idsOf(got));
        expect(got.pageInfo).toEqual({
          hasNextPage: turn < 3, hasPreviousPage: turn > 0, startCursor: got.edges[0]?.cursor, endCursor: got.edges.at(-1)?.cursor,
        });
        after = got.pageInfo.endCursor;
        await add[list](await aPerson(world, [platform.party]));
        if (!got.pageInfo.hasNextPage) break;
      }
      expect(collected).toEqual(all);
      const rest = await page(list, platform, { after });
      expect(rest).toEqual({ edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null } });
    }); // prettier-ignore

    it.each([0, 101, -1])('refuses a page of %i', async (first) => {
      const { result, executed } = await world.spy.during(() => send(list, PLATFORM, { first }));
      expect([result.status, factsOf(result)]).toEqual([400, { code: 'BAD_USER_INPUT', input: 'first' }]);
      expect(executed.filter(({ sql }) => !sql.includes('FROM institution'))).toEqual([]);
    });

    it('has cursors of one length that nobody else, no other filter and no other list can use, nor any alteration of one', async () => {
      const platform = await aPlatform();
      const people = [await aPerson(world, [platform.party]), await aPerson(world, [platform.party])];
      for (const person of people) {
        await granted(world, person, {}, platform);
        await add.consentRequests(person, DAY);
      }
      const { edges } = await page(list, platform);
      const [{ cursor = '' } = {}] = edges;
      expect(new Set(edges.map((edge) => edge.cursor.length))).toEqual(new Set([cursor.length]));
      const refusal = { code: 'BAD_USER_INPUT', input: 'after' };
      const other: List = list === 'consents' ? 'consentRequests' : 'consents';
      const elsewhere: [List, Caller, Values][] = [
        [list, OTHER_PLATFORM, {}], [list, people[0]?.self as Caller, {}], [list, list === 'consents' ? AUDITOR : BANK_A, {}],
        [other, platform, {}], [list, platform, { filter: { purpose: 'MORTGAGE_ORIGINATION' } }], [list, platform, { filter: { status: ['PENDING', 'ACTIVE'].slice(list === 'consents' ? 1 : 0, list === 'consents' ? 2 : 1) } }],
      ];
      for (const [of, as, more] of elsewhere) expect(factsOf(await send(of, as, { after: cursor, ...more }))).toEqual(refusal);
      const altered = [...cursor].map((letter, at) => `${cursor.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`);
      for (const after of [...altered, '', cursor.slice(1), `${cursor}A`, `${cursor}=`, `${cursor} `, 'x'.repeat(cursor.length)])
        expect({ after, facts: factsOf(await send(list, platform, { after })) }).toEqual({ after, facts: refusal });
      expect(idsOf(await page(list, platform, { after: cursor, first: 7 }))).toEqual(edges.slice(1).map(({ node }) => node.id));
    }); // prettier-ignore

    it('is decided anew on every page', async () => {
      const platform = await aPlatform();
      const people = [await aPerson(world, [platform.party]), await aPerson(world, [platform.party])];
      const [older = ''] = [await add[list](people[0] as Person), await add[list](people[1] as Person)];
      const { edges, pageInfo } = await page(list, platform, { first: 1 });
      expect(edges[0]?.node.status).toBe(list === 'consents' ? 'ACTIVE' : 'PENDING');
      await (list === 'consents'
        ? act(world, people[0]?.self as Caller, 'revokeConsent', { consentId: older })
        : act(world, people[0]?.self as Caller, 'rejectConsentRequest', { consentRequestId: older }));
      const next = await page(list, platform, { first: 1, after: pageInfo.endCursor });
      expect(next.edges.map(({ node }) => node)).toEqual([{ id: older, status: list === 'consents' ? 'REVOKED' : 'REJECTED' }]);
    });

    it('finds a platform its customer by any name it may use, and nobody else', async () => {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      const { customerId } = person;
      await aPerson(world).then((other) => add[list](other));
      const id = await add[list](person);
      const find = (borrower: Values, as: Caller = PLATFORM) => ids(list, as, { borrower });
      const card = { idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` };
      for (const borrower of [person.borrower, { idType: 'PLATFORM_CUSTOMER_ID', idNumber: customerId }, card]) expect(await find(borrower)).toEqual([id]);
      for (const borrower of [CUSTOMER('nobody'), { ...card, fullName: 'Wrong' }]) expect(await find(borrower)).toEqual([]);
      expect(factsOf(await send(list, PLATFORM, { filter: { borrower: { ...card, fullName: null } } }))).toEqual({ code: 'BAD_USER_INPUT', input: 'filter.borrower.fullName' });
    }); // prettier-ignore

    it('tells a platform nothing of another platform’s customer numbers', async () => {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      await act(world, OTHER_PLATFORM, 'grantConsent', granting(world, CUSTOMER(person.customerId, 'platform-2')));
      await add.consentRequests(person);
      for (const foreign of [person.customerId, 'no-such'])
        expect(await ids(list, OTHER_PLATFORM, { borrower: CUSTOMER(foreign) })).toEqual([]);
    });

    it('is refused to a borrower who names a person', async () => {
      const person = await aPerson(world);
      expect((await send(list, person.self, { filter: { borrower: person.borrower } })).code).toBe('BAD_USER_INPUT');
    });
  });

  it.each<[List, string]>([
    ['consents', 'consent'],
    ['consentRequests', 'consentRequest'],
  ])('of %s is no other way to one of them than its whole id', async (list, one) => {
    const id = await add[list](await aPerson(world));
    const find = (text: string): Promise<unknown> => read(world, PLATFORM, `${one}(id: "${text}") { id }`);
    expect(await find(id)).toEqual({ id });
    for (const text of [id.slice(1), `${id}00`, `${id}zz`, id.toUpperCase().replace(/^\d+$/, 'A'), '', 'zz', '0'.repeat(32)])
      expect({ text, found: await find(text) }).toEqual({ text, found: null });
  });

  describe('of consents by filter', () => {
    it('knows the status from clock and use, as the consent itself does', async () => {
      const person = await aPerson(world);
      const made: Record<string, string> = {};
      for (const name of ['ACTIVE', 'PAUSED', 'REVOKED', 'EXPIRED', 'PAUSED then EXPIRED', 'REVOKED then over', 'used', 'used then revoked'])
        made[name] = await granted(world, person, {
          ...(name.startsWith('used') ? { accessMode: 'ONE_TIME', scopes: '+MonthlySummary.balance' } : {}),
          ...(/EXPIRED|over/.test(name) ? { validUntil: inDays(world, 1) } : {}),
        });
      for (const name of ['PAUSED', 'PAUSED then EXPIRED']) await act(world, PLATFORM, 'pauseConsent', { consentId: made[name] });
      await shownTo(world, person);
      await shownTo(world, person);
      for (const name of ['REVOKED', 'REVOKED then over', 'used then revoked']) await act(world, PLATFORM, 'revokeConsent', { consentId: made[name] });
      const named = async (...status: string[]): Promise<readonly string[]> => {
        const found = await ids('consents', person.self, { status });
        return Object.keys(made).filter((name) => found.includes(made[name] ?? '')).sort();
      };
      expect(await named('ACTIVE')).toEqual(['ACTIVE', 'EXPIRED']);
      world.clock.nowMs = NOW_MS + DAY - 1;
      expect(await named('ACTIVE')).toEqual(['ACTIVE', 'EXPIRED']);
      world.clock.nowMs = NOW_MS + DAY;
      expect(await named('ACTIVE')).toEqual(['ACTIVE']);
      expect(await named('PAUSED')).toEqual(['PAUSED']);
      expect(await named('REVOKED')).toEqual(['REVOKED', 'REVOKED then over']);
      expect(await named('EXPIRED')).toEqual(['EXPIRED', 'PAUSED then EXPIRED', 'used', 'used then revoked']);
      expect(await named('ACTIVE', 'PAUSED')).toEqual(['ACTIVE', 'PAUSED']);
      expect(await named()).toHaveLength(8);
      const { edges } = await page('consents', person.self);
      for (const { node } of edges) expect(await ids('consents', person.self, { status: [node.status] })).toContain(node.id);
    }); // prettier-ignore

    it('names recipient, purpose, end and last change', async () => {
      const person = await aPerson(world);
      const a = await granted(world, person, { validUntil: inDays(world, 5) });
      const b = await granted(world, person, { recipientId: 'bank-b', validUntil: inDays(world, 6) });
      const c = await granted(world, person, { purpose: 'CARD_APPROVAL', accessMode: 'ONE_TIME' });
      const found = async (filter: Values) => [...(await ids('consents', person.self, filter))].sort();
      const sorted = (...of: string[]) => [...of].sort();
      expect(await found({ recipientId: 'bank-b' })).toEqual([b]);
      expect(await found({ purpose: 'CARD_APPROVAL' })).toEqual([c]);
      expect(await found({ recipientId: 'bank-b', purpose: 'CARD_APPROVAL' })).toEqual([]);
      expect(await found({ validUntilBefore: inDays(world, 5) })).toEqual([]);
      expect(await found({ validUntilBefore: new Date(NOW_MS + 5 * DAY + 1).toISOString() })).toEqual([a]);
      const today = inDays(world, 0);
      expect(await found({ changedFrom: today })).toEqual(sorted(a, b, c));
      world.clock.nowMs = NOW_MS + DAY;
      expect(await found({ changedFrom: inDays(world, 0) })).toEqual([]);
      await act(world, PLATFORM, 'amendConsent', { consentId: a, expectedVersion: 1, scopes: [] });
      await act(world, PLATFORM, 'pauseConsent', { consentId: b });
      await shownTo(world, person, { purpose: 'CARD_APPROVAL' });
      expect(await found({ changedFrom: inDays(world, 0) })).toEqual(sorted(a, b, c));
      world.clock.nowMs = NOW_MS + 2 * DAY;
      expect(await found({ changedFrom: inDays(world, 0) })).toEqual([]);
      world.clock.nowMs = NOW_MS + 6 * DAY;
      expect(await found({ changedFrom: inDays(world, -1) })).toEqual(sorted(a, b));
      expect(await found({ changedFrom: inDays(world, 0) })).toEqual([b]);
    });

    it('shows each borrower their own alone, over all platforms', async () => {
      const [one, two] = [await aPerson(world), await aPerson(world)];
      const [a, b] = [await granted(world, one), await granted(world, two)];
      expect(await ids('consents', one.self)).toEqual([a]);
      expect(await ids('consents', two.self)).toEqual([b]);
    });
  });

  describe('of requests by filter', () => {
    it('names status, purpose, recipient and time of asking, from and until', async () => {
      const person = await aPerson(world);
      const ask = async (changes: Values, as: Caller = BANK_A) => (await act(world, as, 'requestConsent', asking(person.borrower, changes))).consentRequest.id;
      const a = await ask({});
      world.clock.nowMs = NOW_MS + DAY;
      const b = await ask({ purpose: 'CARD_APPROVAL' }, BANK_B);
      await act(world, PLATFORM, 'grantConsent', granting(world, person.borrower, { consentRequestId: b, recipientId: 'bank-b', purpose: 'CARD_APPROVAL' }));
      const found = (filter: Values, as: Caller = person.self) => ids('consentRequests', as, filter);
      expect(await found({})).toEqual([b, a]);
      expect(await found({ status: ['PENDING'] })).toEqual([a]);
      expect(await found({ status: ['APPROVED'] })).toEqual([b]);
      expect(await found({ purpose: 'CARD_APPROVAL' })).toEqual([b]);
      expect(await found({ recipientId: 'bank-a' })).toEqual([a]);
      expect(await found({ createdFrom: inDays(world, 0) })).toEqual([b]);
      expect(await found({ createdUntil: inDays(world, 0) })).toEqual([a]);
      expect(await found({ createdFrom: inDays(world, -1), createdUntil: inDays(world, 0) })).toEqual([a]);
      expect((await found({}, BANK_B)).filter((id) => [a, b].includes(id))).toEqual([b]);
      world.clock.nowMs = NOW_MS + 7 * DAY;
      expect(await found({ status: ['LAPSED'] })).toEqual([a]);
      expect(await found({ status: ['PENDING'] })).toEqual([]);
    }); // prettier-ignore
  });

  describe('read by an auditor', () => {
    it('has every consent, by pseudonym and without free words', async () => {
      const [one, two] = [await aPerson(world), await aPerson(world)];
      const evidence = { ...freshEvidence(world), identityCheck: `face of Name ${one.customerId}` };
      const a = await granted(world, one, { evidence });
      const b = await granted(world, one, { purpose: 'CARD_APPROVAL' });
      const c = await granted(world, two);
      await act(world, PLATFORM, 'amendConsent', { consentId: a, expectedVersion: 1, scopes: scopesOf(''), evidence: { ...freshEvidence(world), identityCheck: `Name ${one.customerId}` } });
      expect(await ids('consents', AUDITOR)).toEqual(expect.arrayContaining([a, b, c]));
      const select = `${CONSENT} borrowerPseudonym versions { evidence { approvalHash identityCheck } }`;
      const pseudonymOf = async (id: string) => {
        const consent = await read<Values>(world, AUDITOR, `consent(id: "${id}") { ${select} }`);
        for (const secret of [`"${one.customerId}"`, `"${two.customerId}"`, 'face of', 'Name ']) expect(JSON.stringify(consent)).not.toContain(secret);
        expect((consent['versions'] as { evidence: Values }[]).map((version) => version.evidence['identityCheck'])).not.toContain(expect.any(String));
        return consent['borrowerPseudonym'];
      };
      const [pseudonym, same, other] = [await pseudonymOf(a), await pseudonymOf(b), await pseudonymOf(c)];
      expect([pseudonym, same !== pseudonym, other === pseudonym]).toEqual([expect.stringMatching(/^[\w-]{43}$/), false, false]);
      const { receipts } = await read<{ receipts: { ledgerIndex: number }[] }>(world, PLATFORM, `consent(id: "${a}") { receipts { ledgerIndex } }`);
      const [entry] = await world.rows('SELECT subject FROM ledger_entry WHERE idx = ?', [receipts[0]?.ledgerIndex ?? -1]);
      expect((entry?.['subject'] as Buffer).toString('base64url')).toBe(pseudonym);
      expect(await read(world, PLATFORM, `consent(id: "${a}") { versions { evidence { identityCheck } } }`)).toEqual({
        versions: [{ evidence: { identityCheck: `Name ${one.customerId}` } }, { evidence: { identityCheck: `face of Name ${one.customerId}` } }],
      });
    }); // prettier-ignore

    it.each(['customerId', 'receipts { id }', 'consentRequest { id }'])(
      'does not get %s, and is not told of a fault',
      async (field) => {
        const person = await aPerson(world);
        const { consentRequest } = await act(world, BANK_A, 'requestConsent', asking(person.borrower));
        const id = await granted(world, person, { consentRequestId: consentRequest.id });
        const answer = await sendAs(world.gateway.http, AUDITOR, `{ consent(id: "${id}") { ${field} } }`);
        expect(['', 'FORBIDDEN']).toContain(answer.code);
        expect(Object.values((answer.data?.['consent'] ?? {}) as Values).filter((value) => value !== null)).toEqual([]);
      },
    );

    it('refuses to look for a person, who is there or not', async () => {
      const { borrower: known } = await aPerson(world);
      for (const borrower of [known, CUSTOMER('nobody')])
        expect((await send('consents', AUDITOR, { filter: { borrower } })).code).toBe('FORBIDDEN');
      expect((await send('consentRequests', AUDITOR)).code).toBe('FORBIDDEN');
    });

    it('does not show a pseudonym to anybody else', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      for (const as of [PLATFORM, person.self])
        expect((await sendAs(world.gateway.http, as, `{ consent(id: "${id}") { borrowerPseudonym } }`)).code).toBe(
          'GRAPHQL_VALIDATION_FAILED',
        );
    });
  });
});
