import { NOW_MS } from '../support/builders';
import { aBorrower, type Answer, type Caller, CALLERS, newKey, type Values } from '../support/clients';
import {
  type Act,
  act,
  aPerson,
  type Done,
  freshEvidence,
  granted,
  granting,
  inDays,
  type Person,
  read,
  refusalOf,
  sendAct,
  shownTo,
  traceOf,
  VERSION,
  type VersionNode,
} from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { CUSTOMER, DAY, openWorld, scopesOf, type World } from '../support/world';

const { platform: PLATFORM, otherPlatform: OTHER_PLATFORM, bankA: BANK_A, bankB: BANK_B } = CALLERS;
const COUNT = '+MonthlySummary.loanCount';
const NO_TRACE = { entries: [], events: 0, receipts: 0, raised: 0 };

/** Whose a consent is, what an act says of other consents, and what it leaves behind. */
forEachDatabase('the parties to a consent', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });
  const CHANGES: readonly (readonly [Act, Values])[] = [
    ['amendConsent', { scopes: [] }],
    ['pauseConsent', {}],
    ['resumeConsent', {}],
    ['revokeConsent', {}],
  ];
  const change = (name: Act, consentId: string, more: Values = {}, as: Caller = PLATFORM): Promise<Done> =>
    act(world, as, name, {
      consentId,
      ...(['amendConsent', 'resumeConsent'].includes(name) ? { expectedVersion: 1 } : {}),
      ...more,
    });

  describe('a change', () => {
    it.each(CHANGES)('by %s of a consent that is not the caller’s is answered as of one that is not there', async (name, input) => {
      const person = await aPerson(world);
      const stranger = await aPerson(world, ['platform-1', 'platform-2']);
      const id = await granted(world, person);
      const foreign: readonly Caller[] = [OTHER_PLATFORM, stranger.self, aBorrower(stranger.customerId, 'platform-2'), aBorrower('nobody')];
      const told = ({ status, text }: Answer): string => `${String(status)} ${text.replace(/"traceId":"[^"]+"/, '')}`;
      const send = (as: Caller, consentId: string) => sendAct(world, as, name, { consentId, expectedVersion: 1, ...input });
      const { result, ...trace } = await traceOf(world, () => Promise.all([
        ...foreign.map((as) => send(as, id)),
        ...[PLATFORM, person.self].map((as) => send(as, '0'.repeat(32))),
      ]));
      expect(new Set(result.map(told)).size).toBe(1);
      expect(result[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', input: 'input.consentId' });
      expect(trace).toEqual(NO_TRACE);
    }); // prettier-ignore

    it('by a recipient is giving up, of its own alone; another’s is answered as one that is not there', async () => {
      const id = await granted(world, await aPerson(world));
      const { result, ...trace } = await traceOf(world, async () => [
        await refusalOf(world, BANK_B, 'revokeConsent', { consentId: id }),
        await refusalOf(world, CALLERS.centre, 'revokeConsent', { consentId: id }),
        await refusalOf(world, BANK_A, 'revokeConsent', { consentId: '0'.repeat(32) }),
      ]);
      expect(result).toEqual(Array.from({ length: 3 }, () => ({ code: 'BAD_USER_INPUT', input: 'input.consentId' })));
      expect(trace).toEqual(NO_TRACE);
      for (const [name, input] of CHANGES.slice(0, 3)) {
        const more = { consentId: id, expectedVersion: 1, ...input };
        expect((await refusalOf(world, BANK_A, name, more))['code']).toBe('GRAPHQL_VALIDATION_FAILED');
        expect((await refusalOf(world, CALLERS.auditor, name, more))['code']).toBe('FORBIDDEN');
      }
    });

    it.each(CHANGES)('by %s under another version is a CONFLICT that tells the one in force', async (name, input) => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await change('amendConsent', id, { validUntil: inDays(world, 9) });
      const { result, ...trace } = await traceOf(world, async () => [
        await refusalOf(world, PLATFORM, name, { consentId: id, expectedVersion: 1, ...input }),
        await refusalOf(world, person.self, name, { consentId: id, expectedVersion: 3, ...input }),
      ]);
      expect(result).toEqual([1, 3].map(() => ({ code: 'CONFLICT', version: 2 })));
      expect(trace).toEqual(NO_TRACE);
    });
  });

  describe('an act that is sent again', () => {
    type Prepare = (id: string, person: Person) => Values | Promise<Values>;
    const of =
      (more: Values): Prepare =>
      (consentId) => ({ consentId, ...more });
    const pausedBefore: Prepare = async (consentId) => {
      await change('pauseConsent', consentId);
      return { consentId, expectedVersion: 1 };
    };
    // prettier-ignore
    const ACTS: [string, Act, Caller, Prepare, Values][] = [
      ['a grant',        'grantConsent',  PLATFORM, (_id, { borrower }) => granting(world, borrower), { dataLifeDays: 9 }        ],
      ['an amendment',   'amendConsent',  PLATFORM, of({ expectedVersion: 1, scopes: [] }),           { scopes: scopesOf(COUNT) } ],
      ['a pause',        'pauseConsent',  PLATFORM, of({}),                                           { reason: 'holidays' }     ],
      ['a resume',       'resumeConsent', PLATFORM, pausedBefore,                                     { reason: 'holidays' }     ],
      ['a revocation',   'revokeConsent', PLATFORM, of({}),                                           { expectedVersion: 1 }     ],
      ['a giving up',    'revokeConsent', BANK_A,   of({}),                                           { reason: 'no need' }      ],
    ];
    it.each(ACTS)('%s: the same key and input give the first result, another input is refused', async (_what, name, as, prepare, other) => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      const input = { ...(await prepare(id, person)), idempotencyKey: newKey() };
      const first = await traceOf(world, () => Promise.all([act(world, as, name, input), act(world, as, name, input)]));
      expect({ ...first, entries: first.entries.length, result: 0 }).toEqual({ result: 0, entries: 1, events: 1, receipts: 1, raised: 1 });
      const { result, ...trace } = await traceOf(world, async () => ({
        again: await act(world, as, name, input),
        refused: [
          await refusalOf(world, as, name, { ...input, ...other }),
          ...(as === PLATFORM && name !== 'grantConsent' ? [await refusalOf(world, as, name === 'pauseConsent' ? 'revokeConsent' : 'pauseConsent', { consentId: id, idempotencyKey: input.idempotencyKey })] : []),
        ],
      }));
      expect([...first.result, result.again]).toEqual(Array.from({ length: 3 }, () => first.result[0]));
      for (const one of result.refused) expect(one).toEqual({ code: 'IDEMPOTENCY_MISMATCH', input: 'input.idempotencyKey' });
      expect(trace).toEqual(NO_TRACE);
    }); // prettier-ignore

    it('does not undo what came since: it tells the first receipt, and the state of now', async () => {
      const id = await granted(world, await aPerson(world));
      const idempotencyKey = newKey();
      const { receipt } = await change('pauseConsent', id, { idempotencyKey });
      await change('resumeConsent', id);
      const { result, ...trace } = await traceOf(world, () => change('pauseConsent', id, { idempotencyKey }));
      expect(result).toMatchObject({ receipt, consent: { status: 'ACTIVE' } });
      expect(trace).toEqual(NO_TRACE);
    });

    it('is another act when another party sends it, whose keys are its own', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      const idempotencyKey = newKey();
      await change('pauseConsent', id, { idempotencyKey });
      const { consent } = await act(world, person.self, 'revokeConsent', { consentId: id, idempotencyKey });
      expect(consent.status).toBe('REVOKED');
    });
  });

  describe('what is still disclosed by other consents', () => {
    const still = async (name: Act, consentId: string, more: Values = {}, as: Caller = PLATFORM): Promise<readonly string[]> =>
      (await change(name, consentId, more, as)).stillDisclosedBy.map(({ id }) => id);

    it.each(CHANGES.filter(([name]) => name !== 'resumeConsent'))(
      'is named when it is withdrawn by %s (M47)',
      async (name, input) => {
        const person = await aPerson(world);
        const [a, b] = [await granted(world, person), await granted(world, person)];
        expect(await still(name, b, input)).toEqual([a]);
        expect(await shownTo(world, person)).toEqual(['loanCount', 'loanCountBand']);
      },
    );

    it('is named for a finer field too, and only for what was withdrawn', async () => {
      const person = await aPerson(world);
      const a = await granted(world, person);
      const b = await granted(world, person, { scopes: '+MonthlySummary.loanCountBand +MonthlySummary.balance' });
      expect(await still('amendConsent', b, { scopes: scopesOf('+MonthlySummary.loanCountBand') })).toEqual([]);
      expect(await still('amendConsent', b, { expectedVersion: 2, validUntil: inDays(world, 5) })).toEqual([]);
      expect(await still('revokeConsent', b)).toEqual([a]);
    });

    it.each<[string, (a: string, person: Person) => Promise<unknown>, Values]>([
      ['is for another purpose', () => Promise.resolve(), { purpose: 'CARD_APPROVAL' }],
      ['is to another recipient', () => Promise.resolve(), { recipientId: 'bank-b' }],
      ['is of another product', () => Promise.resolve(), { scopes: 'H+MonthlySummary.loanCount' }],
      ['has not begun', () => Promise.resolve(), { validFrom: new Date(NOW_MS + 1).toISOString() }],
      ['is paused', (a) => change('pauseConsent', a), {}],
      ['was revoked', (a) => change('revokeConsent', a), {}],
      ['was used', (_a, person) => shownTo(world, person), { accessMode: 'ONE_TIME' }],
    ])('does not name a consent that %s', async (_which, prepare, terms) => {
      const person = await aPerson(world);
      const a = await granted(world, person, terms);
      await prepare(a, person);
      const b = await granted(world, person);
      expect(await still('revokeConsent', b)).toEqual([]);
    });

    it('names a consent whose uses of this window are made, since the next one shows the field again', async () => {
      const person = await aPerson(world);
      const a = await granted(world, person, { frequency: { count: 1, per: 'DAY' } });
      expect([await shownTo(world, person), await shownTo(world, person)]).toEqual([['loanCount', 'loanCountBand'], []]);
      expect(await still('revokeConsent', await granted(world, person))).toEqual([a]);
    });

    it('does not name a consent from which a DENY of the amendment takes the field', async () => {
      const person = await aPerson(world);
      const year = { scopes: '+CreditAccount.openedYear' };
      const a = await granted(world, person, year);
      const b = await granted(world, person, { scopes: `${year.scopes} ${COUNT}` });
      expect(await still('amendConsent', b, { scopes: scopesOf(COUNT) })).toEqual([a]);
      const denied = { expectedVersion: 2, scopes: scopesOf(`${COUNT} -CreditAccount.openedYear`) };
      expect(await still('amendConsent', b, denied)).toEqual([]);
      expect(await still('revokeConsent', b)).toEqual([]);
      const { accounts } = await world.report({ borrower: person.borrower, select: 'accounts { openedYear }' });
      expect(accounts).toBeNull();
    });
  });

  describe('a borrower of two platforms', () => {
    /** One consent over the records of each, to the same bank for the same purpose. */
    async function twoConsents() {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      const theirs = granting(world, CUSTOMER(person.customerId, 'platform-2'));
      const first = await granted(world, person);
      const second = (await act(world, OTHER_PLATFORM, 'grantConsent', theirs)).consent.id;
      return { person, first, second };
    }
    const stillOf = ({ stillDisclosedBy }: Done): readonly string[] => stillDisclosedBy.map(({ id }) => id);

    it('is told of the other platform’s consent that still discloses, which the platform itself is not', async () => {
      const { person, first, second } = await twoConsents();
      const pause = { consentId: first, idempotencyKey: newKey() };
      expect(stillOf(await act(world, PLATFORM, 'pauseConsent', pause))).toEqual([]);
      expect(stillOf(await act(world, PLATFORM, 'pauseConsent', pause))).toEqual([]);
      await change('resumeConsent', first);
      expect(stillOf(await change('pauseConsent', first, {}, person.self))).toEqual([second]);
      expect(stillOf(await change('revokeConsent', first, {}, person.self))).toEqual([second]);
      expect(stillOf(await change('revokeConsent', second, {}, OTHER_PLATFORM))).toEqual([]);
    });

    it('rules over the consents of both, through either; each platform over its own alone', async () => {
      const { person, first, second } = await twoConsents();
      const throughTheOther = aBorrower(person.customerId, 'platform-2');
      for (const self of [person.self, throughTheOther]) {
        const list = await read<{ edges: { node: { id: string } }[] }>(world, self, 'consents { edges { node { id } } }');
        expect(list.edges.map(({ node }) => node.id).sort()).toEqual([first, second].sort());
      }
      await change('pauseConsent', first, {}, throughTheOther);
      await change('pauseConsent', second, {}, person.self);
      const refusal = { code: 'EVIDENCE_REQUIRED', input: 'input.evidence' };
      expect(await refusalOf(world, PLATFORM, 'resumeConsent', { consentId: first, expectedVersion: 1 })).toEqual(refusal);
      expect(await read(world, PLATFORM, `consent(id: "${second}") { id }`)).toBeNull();
      expect(await read(world, OTHER_PLATFORM, `consent(id: "${first}") { id }`)).toBeNull();
      expect((await change('resumeConsent', first, {}, person.self)).consent.status).toBe('ACTIVE');
    });

    it('acts on the consent of one through the other, and its receipt does not say through which', async () => {
      const { person, first } = await twoConsents();
      const { receipt } = await change('pauseConsent', first, {}, aBorrower(person.customerId, 'platform-2'));
      const { gateway } = JSON.parse(receipt?.document ?? '') as { gateway: Values };
      expect(gateway['actor']).toEqual({ role: 'BORROWER', partyId: null });
      expect({ named: receipt?.document.includes('platform-2') }).toEqual({ named: false });
      const { receipt: own } = await change('resumeConsent', first, {}, person.self);
      expect(JSON.parse(own?.document ?? '')).toMatchObject({ gateway: { actor: { role: 'BORROWER', partyId: 'platform-1' } } });
    });

    it('grants in person over the records of the platform they came through', async () => {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      const self = aBorrower(person.customerId, 'platform-2');
      const { consent, receipt } = await act(world, self, 'grantConsent', granting(world, null));
      const whose = `consent(id: "${consent.id}") { platform { id } current { grantedBy } }`;
      expect(await read(world, self, whose)).toEqual({ platform: { id: 'platform-2' }, current: { grantedBy: 'BORROWER' } });
      expect(await read(world, PLATFORM, whose)).toBeNull();
      const { gateway } = JSON.parse(receipt?.document ?? '') as { gateway: Values };
      expect(gateway['actor']).toEqual({ role: 'BORROWER', partyId: 'platform-2' });
    });
  });

  describe('what a life leaves behind', () => {
    it('is one entry, one event, one receipt and one step of the consent set for each act, all of one instant and place', async () => {
      const person = await aPerson(world);
      const { result, entries, ...trace } = await traceOf(world, async () => {
        const { consent, receipt } = await act(world, PLATFORM, 'grantConsent', granting(world, person.borrower));
        const { id } = consent;
        const acts = [receipt];
        for (const [name, input] of CHANGES) {
          world.clock.nowMs += DAY;
          acts.push((await change(name, id, name === 'resumeConsent' ? { expectedVersion: 2 } : input, person.self)).receipt);
        }
        return { id, acts };
      });
      const { id, acts } = result;
      expect(entries.map(({ type, action, consent, from, to, set }) => [type, action, consent, from, to, set])).toEqual([
        ['C', 'grant', id, 0, 1, 1], ['C', 'amend', id, 1, 2, 2], ['C', 'pause', id, 2, 2, 3], ['C', 'resume', id, 2, 2, 4],
        ['C', 'revoke', id, 2, 2, 5],
      ]); // prettier-ignore
      expect(trace).toEqual({ events: 5, receipts: 5, raised: 5 });
      const events = await world.rows('SELECT * FROM consent_event WHERE arrangement_id = ? ORDER BY set_ver', [Buffer.from(id, 'hex')]);
      expect(events.map((row) => [row['action'], Number(row['set_ver']), row['ver'], row['status'], row['status_reason']])).toEqual([
        ['grant', 1, 1, 'ACTIVE', null], ['amend', 2, 2, 'ACTIVE', null], ['pause', 3, 2, 'PAUSED', 'BORROWER'],
        ['resume', 4, 2, 'ACTIVE', null], ['revoke', 5, 2, 'REVOKED', 'BORROWER_WITHDREW'],
      ]); // prettier-ignore
      const placeOf = (index: unknown, atMs: unknown): string => `${String(index)} ${String(atMs)}`;
      const places = acts.map((receipt) => placeOf(receipt?.ledgerIndex, Date.parse(receipt?.issuedAt ?? '')));
      expect(events.map((row) => placeOf(row['ledger_idx'], row['at_ms']))).toEqual(places);
      expect(entries.map(({ at }) => Number(at))).toEqual([0, 1, 2, 3, 4].map((days) => NOW_MS + days * DAY));
    }); // prettier-ignore

    it('are its versions, newest first, each with the hash of the one before', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await change('amendConsent', id, { scopes: [] });
      await change('amendConsent', id, { expectedVersion: 2, scopes: scopesOf('+MonthlySummary.balance'), evidence: freshEvidence(world) }, person.self);
      await change('revokeConsent', id);
      const { versions, current } = await read<{ versions: VersionNode[]; current: VersionNode }>(
        world, PLATFORM, `consent(id: "${id}") { versions { ${VERSION} } current { ${VERSION} } }`,
      );
      expect(versions.map(({ version, scopes, grantedBy }) => [version, scopes.map(({ field }) => field), grantedBy])).toEqual([
        [3, ['MonthlySummary.balance'], 'BORROWER'], [2, [], 'PLATFORM'], [1, ['MonthlySummary.loanCount'], 'PLATFORM'],
      ]);
      expect(current).toEqual(versions[0]);
      expect(versions.map(({ previousHash }) => previousHash)).toEqual([...versions.slice(1).map(({ hash }) => hash), null]);
      expect(new Set(versions.map(({ hash }) => hash)).size).toBe(3);
    }); // prettier-ignore

    it('is the consent that the next one of the same parties renews', async () => {
      const person = await aPerson(world);
      const first = await granted(world, person);
      await change('revokeConsent', first);
      const next = async (changes: Values) => (await act(world, PLATFORM, 'grantConsent', granting(world, person.borrower, changes))).consent;
      expect(await next({})).toMatchObject({ previousConsentId: first });
      expect(await next({ purpose: 'CARD_APPROVAL' })).toMatchObject({ previousConsentId: null });
    }); // prettier-ignore
  });
});
