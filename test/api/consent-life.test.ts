import { NOW_MS } from '../support/builders';
import { type Caller, CALLERS, newKey, type Values } from '../support/clients';
import {
  type Act,
  act,
  aPerson,
  CONSENT,
  type ConsentNode,
  freshEvidence,
  granted,
  inDays,
  type Person,
  read,
  refusalOf,
  shownTo,
  traceOf,
} from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { expectTrueLedger } from '../support/true-ledger';
import { DAY, openWorld, scopesOf, someEvidence, type World } from '../support/world';

const { platform: PLATFORM, bankA: BANK_A } = CALLERS;
const COUNT = '+MonthlySummary.loanCount';
const BOTH = '+MonthlySummary.loanCount +MonthlySummary.borrowedAmount';

forEachDatabase('the life of a consent', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
    world.spy.beforeWrite = null;
  });
  const consentOf = (id: string, as: Caller = PLATFORM): Promise<ConsentNode | null> =>
    read(world, as, `consent(id: "${id}") { ${CONSENT} }`);
  const amend = (consentId: string, change: Values, as: Caller = PLATFORM) =>
    act(world, as, 'amendConsent', { consentId, expectedVersion: 1, ...change });
  const pause = (consentId: string, as: Caller = PLATFORM) => act(world, as, 'pauseConsent', { consentId });
  const resume = (consentId: string, as: Caller = PLATFORM, more: Values = {}) =>
    act(world, as, 'resumeConsent', { consentId, expectedVersion: 1, ...more });
  const revoke = (consentId: string, as: Caller = PLATFORM, more: Values = {}) =>
    act(world, as, 'revokeConsent', { consentId, ...more });
  const refused = (name: Act, input: Values, as: Caller = PLATFORM) => refusalOf(world, as, name, input);
  const NO_TRACE = { entries: [], events: 0, receipts: 0, raised: 0 };

  describe('amended', () => {
    it('narrows at once and without evidence: what was taken away is not in the next report', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person, { scopes: BOTH });
      expect(await shownTo(world, person)).toEqual(['borrowedAmount', 'loanCount', 'loanCountBand']);
      const { consent, receipt } = await amend(id, { scopes: scopesOf(COUNT), validUntil: inDays(world, 10) });
      expect(consent).toMatchObject({ id, version: 2, status: 'ACTIVE', statusReason: null, sharesNothing: false });
      expect(consent.current).toMatchObject({ version: 2, validUntil: inDays(world, 10), evidence: null, grantedBy: 'PLATFORM' });
      expect(receipt).toMatchObject({ kind: 'AMENDMENT', consentId: id, version: 2 });
      expect(await shownTo(world, person)).toEqual(['loanCount', 'loanCountBand']);
    });

    it('widens only with fresh evidence; a refused widening changes nothing', async () => {
      const person = await aPerson(world);
      const evidence = freshEvidence(world);
      const id = await granted(world, person, { evidence });
      const wider = { consentId: id, expectedVersion: 1, scopes: scopesOf(BOTH) };
      const before = await consentOf(id);
      const { result, ...trace } = await traceOf(world, async () => [
        await refused('amendConsent', wider),
        await refused('amendConsent', wider, person.self),
        await refused('amendConsent', { ...wider, evidence }),
        await refused('amendConsent', { ...wider, evidence: someEvidence(NOW_MS - DAY) }),
      ]);
      expect(result).toEqual([
        { code: 'EVIDENCE_REQUIRED', input: 'input.evidence' },
        { code: 'EVIDENCE_REQUIRED', input: 'input.evidence' },
        { code: 'EVIDENCE_REUSED', input: 'input.evidence.approvalHash' },
        { code: 'EVIDENCE_STALE', input: 'input.evidence.approvedAt' },
      ]);
      expect(trace).toEqual(NO_TRACE);
      expect(await consentOf(id)).toEqual(before);
      expect(await shownTo(world, person)).toEqual(['loanCount', 'loanCountBand']);
      const fresh = freshEvidence(world);
      const { consent } = await amend(id, { scopes: scopesOf(BOTH), evidence: fresh });
      expect(consent.current['evidence']).toEqual({ approvalHash: fresh['approvalHash'] });
      expect(await shownTo(world, person)).toEqual(['borrowedAmount', 'loanCount', 'loanCountBand']);
    });

    it('works as it was until the commit', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      const meanwhile: (readonly string[])[] = [];
      world.spy.beforeWrite = async () => {
        world.spy.beforeWrite = null;
        meanwhile.push(await shownTo(world, person));
      };
      await amend(id, { scopes: [] });
      expect([...meanwhile, await shownTo(world, person)]).toEqual([['loanCount', 'loanCountBand'], []]);
    });

    // prettier-ignore
    it.each<[string, Values, Values]>([
      ['an end that has come',          { validUntil: new Date(NOW_MS).toISOString() },     { code: 'INVALID_PERIOD', input: 'input.validUntil' }     ],
      ['data that end as they start',   { dataFrom: '2026-01-01', dataUntil: '2026-01-01' }, { code: 'INVALID_PERIOD', input: 'input.dataUntil' }     ],
      ['more days than the purpose\'s', { validUntil: new Date(NOW_MS + 181 * DAY).toISOString() }, { code: 'EXCEEDS_PURPOSE', input: 'input.validUntil' }],
      ['a cluster that is closed',      { scopes: scopesOf('*+CONTACT') },                  { code: 'EXCEEDS_PURPOSE', input: 'input.scopes' }        ],
      ['a field that is not there',     { scopes: scopesOf(`${COUNT} +MonthlySummary.income`) }, { code: 'UNKNOWN_FIELD', input: 'input.scopes.1.field' }],
      ['a limit set and lifted',        { lift: ['FREQUENCY'], frequency: { count: 1, per: 'DAY' } }, { code: 'BAD_USER_INPUT', input: 'input.lift' } ],
      ['a thousand and one uses',       { frequency: { count: 1_001, per: 'DAY' } },        { code: 'BAD_USER_INPUT', input: 'input.frequency.count' }],
    ])('refuses %s and spends no evidence on it', async (_what, change, facts) => {
      const id = await granted(world, await aPerson(world));
      const evidence = freshEvidence(world);
      expect(await refused('amendConsent', { consentId: id, expectedVersion: 1, evidence, ...change })).toEqual(facts);
      expect((await amend(id, { scopes: scopesOf(BOTH), evidence })).consent.version).toBe(2);
    });

    it('may leave nothing to share, and says so', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      expect((await amend(id, { scopes: [] })).consent).toMatchObject({ status: 'ACTIVE', sharesNothing: true, current: { scopes: [] } });
      expect(await consentOf(id)).toMatchObject({ status: 'ACTIVE', sharesNothing: true });
      expect(await shownTo(world, person)).toEqual([]);
      const denied = { expectedVersion: 2, scopes: scopesOf('-MonthlySummary.balance') };
      expect((await amend(id, denied)).consent).toMatchObject({ version: 3, sharesNothing: true });
    }); // prettier-ignore

    it('stays paused, and shows the new version when it is resumed', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person, { scopes: BOTH });
      await pause(id);
      expect((await amend(id, { scopes: scopesOf(COUNT) })).consent).toMatchObject({
        status: 'PAUSED',
        statusReason: 'PLATFORM',
      });
      expect(await shownTo(world, person)).toEqual([]);
      await resume(id, PLATFORM, { expectedVersion: 2 });
      expect(await shownTo(world, person)).toEqual(['loanCount', 'loanCountBand']);
    });

    it('sets limits freely, and lifts them with evidence', async () => {
      const id = await granted(world, await aPerson(world));
      const limits = { frequency: { count: 1, per: 'WEEK' }, dataFrom: '2025-01-01', dataUntil: '2026-04-01', dataLifeDays: 30 };
      expect((await amend(id, limits)).consent.current).toMatchObject(limits);
      const lift = ['FREQUENCY', 'DATA_FROM', 'DATA_UNTIL', 'DATA_LIFE_DAYS'];
      expect(await refused('amendConsent', { consentId: id, expectedVersion: 2, lift })).toMatchObject({ code: 'EVIDENCE_REQUIRED' });
      const { consent } = await amend(id, { expectedVersion: 2, lift, evidence: freshEvidence(world) });
      expect(consent.current).toMatchObject({ frequency: null, dataFrom: null, dataUntil: null, dataLifeDays: 365 });
    }); // prettier-ignore

    it('lets one of several amendments of the same version win', async () => {
      const id = await granted(world, await aPerson(world));
      const amendments = [1, 2, 3, 4, 5].map((days) => ({ consentId: id, expectedVersion: 1, validUntil: inDays(world, days) }));
      const { result, ...trace } = await traceOf(world, () =>
        Promise.all(amendments.map((change) => refused('amendConsent', change))),
      );
      const lost = { code: 'CONFLICT', version: 2 };
      expect(result.filter(({ code }) => code === '')).toHaveLength(1);
      expect(result.filter(({ code }) => code !== '')).toEqual([lost, lost, lost, lost]);
      expect(trace).toMatchObject({ events: 1, receipts: 1, raised: 1 });
      expect(await consentOf(id)).toMatchObject({ version: 2 });
    });
  });

  describe('paused', () => {
    it.each<[string, (person: Person) => Caller, string]>([
      ['its borrower', ({ self }) => self, 'BORROWER'],
      ['its platform', () => PLATFORM, 'PLATFORM'],
    ])('by %s shows nothing until it is resumed, and then exactly what it did', async (_who, by, reason) => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      const before = await consentOf(id);
      const done = await pause(id, by(person));
      expect(done.consent).toMatchObject({ status: 'PAUSED', statusReason: reason, version: 1 });
      expect(done.receipt).toMatchObject({ kind: 'PAUSE', version: 1 });
      expect(await shownTo(world, person)).toEqual([]);
      expect((await resume(id, by(person))).receipt).toMatchObject({ kind: 'RESUME', version: 1 });
      expect(await consentOf(id)).toEqual(before);
      expect(await shownTo(world, person)).toEqual(['loanCount', 'loanCountBand']);
    });

    it('by its borrower is resumed by a platform with their fresh evidence alone, which serves once', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await pause(id, person.self);
      const again = { consentId: id, expectedVersion: 1 };
      expect(await refused('resumeConsent', again)).toEqual({ code: 'EVIDENCE_REQUIRED', input: 'input.evidence' });
      const stale = someEvidence(NOW_MS - DAY);
      expect(await refused('resumeConsent', { ...again, evidence: stale })).toMatchObject({ code: 'EVIDENCE_STALE' });
      expect((await consentOf(id))?.status).toBe('PAUSED');
      const evidence = freshEvidence(world);
      expect((await resume(id, PLATFORM, { evidence })).consent.status).toBe('ACTIVE');
      await pause(id, person.self);
      expect(await refused('resumeConsent', { ...again, evidence })).toMatchObject({ code: 'EVIDENCE_REUSED' });
    });

    it('by its platform is resumed by the borrower without evidence', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await pause(id);
      expect((await resume(id, person.self)).consent).toMatchObject({ status: 'ACTIVE', statusReason: null });
    });

    it('is not paused again: no receipt, no entry, and whoever paused it first stays named', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await pause(id, person.self);
      const { result, ...trace } = await traceOf(world, () => pause(id));
      expect(result).toMatchObject({ consent: { status: 'PAUSED', statusReason: 'BORROWER' }, receipt: null });
      expect(trace).toEqual(NO_TRACE);
    });

    it('by its platform is the borrower’s pause as soon as they pause it too, which the platform does not lift alone', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await pause(id);
      const { result, ...trace } = await traceOf(world, () => pause(id, person.self));
      expect(result).toMatchObject({ consent: { status: 'PAUSED', statusReason: 'BORROWER' }, receipt: { kind: 'PAUSE' } });
      expect(trace).toMatchObject({ events: 1, receipts: 1, raised: 1 });
      expect(await refused('resumeConsent', { consentId: id, expectedVersion: 1 })).toMatchObject({ code: 'EVIDENCE_REQUIRED' });
    });

    it('is not resumed while it is active: no receipt, no entry', async () => {
      const id = await granted(world, await aPerson(world));
      const { result, ...trace } = await traceOf(world, () => resume(id));
      expect(result).toMatchObject({ consent: { status: 'ACTIVE', version: 1 }, receipt: null });
      expect(trace).toEqual(NO_TRACE);
    });

    it('ends in its time all the same', async () => {
      const id = await granted(world, await aPerson(world));
      await pause(id);
      world.clock.nowMs = NOW_MS + 30 * DAY;
      expect(await consentOf(id)).toMatchObject({
        status: 'EXPIRED',
        statusReason: 'VALIDITY_ENDED',
        statusAt: inDays(world, 0),
      });
    });
  });

  describe('revoked', () => {
    it.each<[string, (person: Person) => Caller, string]>([
      ['its borrower', ({ self }) => self, 'BORROWER_WITHDREW'],
      ['its platform', () => PLATFORM, 'PLATFORM_ON_BEHALF'],
      ['its recipient', () => BANK_A, 'RECIPIENT_GAVE_UP'],
    ])('by %s shows nothing any more, and names who ended it', async (_who, by, reason) => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      const { result, ...trace } = await traceOf(world, () => revoke(id, by(person)));
      expect(result.consentId).toBe(id);
      expect(await consentOf(id)).toMatchObject({ status: 'REVOKED', statusReason: reason, version: 1 });
      expect(trace).toMatchObject({ entries: [{ type: 'C', action: 'revoke', consent: id }], events: 1, receipts: 1, raised: 1 });
      expect(await shownTo(world, person)).toEqual([]);
    });

    it.each<[string, Caller, string]>([
      ['it was revoked', PLATFORM, 'PLATFORM_ON_BEHALF'],
      ['its recipient gave it up', BANK_A, 'RECIPIENT_GAVE_UP'],
    ])('after %s stays as it ended: the first receipt again, and no entry', async (_when, by, statusReason) => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await revoke(id, by);
      const { receipts } = await read<{ receipts: { id: string }[] }>(world, PLATFORM, `consent(id: "${id}") { receipts { id } }`);
      const { result, ...trace } = await traceOf(world, () => revoke(id, person.self));
      expect(result).toMatchObject({ consent: { status: 'REVOKED', statusReason }, receipt: { kind: 'REVOCATION', id: receipts.at(-1)?.id } });
      expect(trace).toEqual(NO_TRACE);
    }); // prettier-ignore

    it('before there were receipts stays as it ended, and is answered without a fault', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      await revoke(id);
      await world.change('DELETE FROM consent_receipt WHERE arrangement_id = ?', [Buffer.from(id, 'hex')]);
      const first = await revoke(id, person.self);
      expect(first).toMatchObject({ consent: { status: 'REVOKED', statusReason: 'PLATFORM_ON_BEHALF' } });
      expect((await revoke(id)).receipt).toEqual(first.receipt);
    });

    it('after its time records the end once, as the end that it was', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person);
      world.clock.nowMs = NOW_MS + 30 * DAY;
      const { result, ...trace } = await traceOf(world, () => revoke(id));
      const ended = { status: 'EXPIRED', statusReason: 'VALIDITY_ENDED', statusAt: inDays(world, 0) };
      expect(result).toMatchObject({ consent: ended, receipt: { kind: 'EXPIRY', consentId: id, version: 1 } });
      expect(JSON.parse(result.receipt?.document ?? '')).toMatchObject({ gateway: { reason: 'VALIDITY_ENDED' } });
      expect(trace).toMatchObject({ entries: [{ action: 'expire' }], events: 1, receipts: 1, raised: 1 });
      const again = await traceOf(world, () => revoke(id, person.self));
      expect(again).toEqual({ result: expect.objectContaining({ receipt: result.receipt }) as unknown, ...NO_TRACE });
    });

    it('after its one use is recorded once, and closes the retry', async () => {
      const person = await aPerson(world);
      const id = await granted(world, person, { accessMode: 'ONE_TIME' });
      const requestId = newKey();
      const ask = () => shownTo(world, person, { requestId });
      expect([await ask(), await ask(), await shownTo(world, person)]).toEqual([['loanCount', 'loanCountBand'], ['loanCount', 'loanCountBand'], []]);
      const { result, ...trace } = await traceOf(world, () => revoke(id));
      expect(result).toMatchObject({ consent: { status: 'EXPIRED', statusReason: 'ONE_TIME_USED' }, receipt: { kind: 'REVOCATION' } });
      expect(JSON.parse(result.receipt?.document ?? '')).toMatchObject({ gateway: { reason: 'PLATFORM_ON_BEHALF' } });
      expect(trace).toMatchObject({ entries: [{ action: 'revoke' }], events: 1, receipts: 1, raised: 1 });
      expect(await ask()).toEqual([]);
      expect((await revoke(id, person.self)).receipt).toEqual(result.receipt);
    }); // prettier-ignore
  });

  describe('ended', () => {
    it.each<[string, (id: string) => Promise<unknown>]>([
      ['REVOKED', (id) => revoke(id)],
      ['EXPIRED', () => Promise.resolve((world.clock.nowMs = NOW_MS + 30 * DAY))],
    ])('as %s is neither amended nor paused nor resumed, with or without evidence', async (status, end) => {
      const id = await granted(world, await aPerson(world));
      await end(id);
      const evidence = freshEvidence(world);
      const input = { consentId: id, expectedVersion: 1 };
      const { result, ...trace } = await traceOf(world, async () => [
        await refused('amendConsent', { ...input, scopes: [] }),
        await refused('amendConsent', { ...input, validUntil: inDays(world, 9), evidence }),
        await refused('pauseConsent', input),
        await refused('resumeConsent', { ...input, evidence }),
      ]);
      expect(result).toEqual(Array.from({ length: 4 }, () => ({ code: 'ILLEGAL_TRANSITION', status })));
      expect(trace).toEqual(NO_TRACE);
    });
  });

  it('the words of a pause outlive an amendment, and not the resume', async () => {
    const person = await aPerson(world);
    const consentId = await granted(world, person, { scopes: '+MonthlySummary.loanCount +MonthlySummary.balance' });
    const note = async () =>
      (await world.rows('SELECT status_note FROM arrangement WHERE arrangement_id = ?', [Buffer.from(consentId, 'hex')]))[0]?.[
        'status_note'
      ];
    await act(world, person.self, 'pauseConsent', { consentId, reason: 'a theft' });
    await act(world, person.self, 'amendConsent', { consentId, expectedVersion: 1, scopes: scopesOf('+MonthlySummary.balance') });
    expect(await note()).toBe('a theft');
    await act(world, person.self, 'resumeConsent', { consentId, expectedVersion: 2 });
    expect(await note()).toBeNull();
  });

  it('leaves a ledger that verifiers follow from entry to entry', async () => {
    await expectTrueLedger(world);
  });
});
