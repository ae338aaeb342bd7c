import { Command } from 'commander';
import { changeInstitution, type OperatorParts, recordDeath, recordFraud } from '../../src/app/identity/operator-events';
import { addBorrowerCommand } from '../../src/cli/borrower';
import { addInstitutionCommand } from '../../src/cli/institution';
import { openOperator } from '../../src/compose';
import { NOW_MS } from '../support/builders';
import { type Answer, type Caller, CALLERS, sendAs, tokenOf, type Values } from '../support/clients';
import {
  act,
  aPerson,
  asking,
  freshEvidence,
  granted,
  granting,
  inDays,
  type Person,
  read,
  refusalOf,
  REQUEST,
  shownTo,
  traceOf,
} from '../support/consent-acts';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { expectTrueLedger } from '../support/true-ledger';
import { anInstitution, CUSTOMER, DAY, openWorld, scopesOf, type World } from '../support/world';

const { platform: PLATFORM, otherPlatform: OTHER_PLATFORM } = CALLERS;
const SHOWN = ['loanCount', 'loanCountBand'];

forEachDatabase('what an operator records', (open) => {
  let world: World;
  let operator: OperatorParts;
  let banks = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    operator = await openOperator(world.stores, world.keys);
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
    world.spy.beforeWrite = null;
  });

  async function aBank(): Promise<Caller> {
    banks += 1;
    const party = `bank-of-test-${String(banks)}`;
    await world.stores.institutions.add(anInstitution(party, 'BANK'));
    return { role: 'bank', party };
  }
  async function aPlatformWithPerson(): Promise<{ platform: Caller; person: Person }> {
    banks += 1;
    const party = `platform-of-test-${String(banks)}`;
    await world.stores.institutions.add(anInstitution(party, 'PLATFORM'));
    return { platform: { role: 'platform', party }, person: await aPerson(world, [party]) };
  }
  const to = ({ party: recipientId }: Caller, changes: Values = {}): Values => ({ recipientId, ...changes });
  const refOf = ({ customerId }: Person) => ({ platformId: 'platform-1', customerId });
  const stateOf = async (id: string, as: Caller = PLATFORM): Promise<string> => {
    const { status, statusReason } = await read<Values>(world, as, `consent(id: "${id}") { status statusReason }`);
    return [status, statusReason].filter((word) => word !== null).join(' ');
  };
  const statesOf = (ids: readonly string[]): Promise<readonly string[]> => Promise.all(ids.map((id) => stateOf(id)));
  const told = ({ status, text }: Answer): string => `${String(status)} ${text.replace(/"traceId":"[^"]+"/, '')}`;

  describe('of an institution that it suspends', () => {
    it('refuses the bank everything, alike for every person and before anybody is looked for, and restores it all', async () => {
      const bank = await aBank();
      const person = await aPerson(world);
      const id = await granted(world, person, to(bank));
      const { consentRequest } = await act(world, bank, 'requestConsent', asking(person.borrower, { purpose: 'CARD_APPROVAL' }));
      const consentRow = () => world.rows('SELECT * FROM arrangement WHERE arrangement_id = ?', [Buffer.from(id, 'hex')]);
      const before = await consentRow();
      const suspension = await traceOf(world, () => changeInstitution(operator, bank.party, 'SUSPENDED'));
      expect(suspension).toMatchObject({ result: { changed: true, consentsEnded: 0 }, events: 0, receipts: 0, raised: 0 });
      expect(suspension.entries).toMatchObject([{ type: 'K', action: 'institution-suspended', institution: bank.party, version: 2 }]);
      const { result, executed } = await world.spy.during(async () => [
        await world.ask({ as: bank, borrower: person.borrower }),
        await world.ask({ as: bank, borrower: CUSTOMER('nobody') }),
        await sendAs(world.gateway.http, bank, `{ consentRequest(id: "${consentRequest.id}") { id } }`),
        await sendAs(world.gateway.http, bank, `mutation { revokeConsent(input: { consentId: "${id}", idempotencyKey: "k" }) { consentId } }`),
        await sendAs(world.gateway.http, bank, 'this is not even GraphQL'),
      ]);
      expect(new Set(result.map(told)).size).toBe(1);
      expect([result[0]?.status, result[0]?.code]).toEqual([403, 'FORBIDDEN']);
      expect(executed.filter(({ sql }) => !sql.includes('FROM institution'))).toEqual([]);
      const schema = await world.gateway.http.inject({ method: 'GET', url: '/schema', headers: { authorization: `Bearer ${await tokenOf(bank)}` } });
      expect(schema.statusCode).toBe(403);
      expect([await consentRow(), await stateOf(id)]).toEqual([before, 'ACTIVE']);
      const restoring = await traceOf(world, () => changeInstitution(operator, bank.party, 'ACTIVE'));
      expect(restoring.entries).toMatchObject([{ type: 'K', action: 'institution-restored', institution: bank.party, version: 3 }]);
      expect(await shownTo(world, person, { as: bank })).toEqual(SHOWN);
      expect(await read(world, bank, `consentRequest(id: "${consentRequest.id}") { ${REQUEST} }`)).toEqual(consentRequest);
    }); // prettier-ignore

    it('lets nobody grant it anything, and lets borrowers narrow what they granted', async () => {
      const bank = await aBank();
      const person = await aPerson(world);
      const id = await granted(world, person, to(bank));
      await changeInstitution(operator, bank.party, 'SUSPENDED');
      const refusal = { code: 'RECIPIENT_NOT_ACTIVE', input: 'input.recipientId' };
      expect(await refusalOf(world, PLATFORM, 'grantConsent', granting(world, person.borrower, to(bank)))).toEqual(refusal);
      await act(world, person.self, 'amendConsent', { consentId: id, expectedVersion: 1, scopes: [] });
      await act(world, PLATFORM, 'revokeConsent', { consentId: id });
    });

    it.each(['recipient', 'platform'] as const)(
      'lets nobody widen or resume a consent of a %s that is not active',
      async (which) => {
        const bank = await aBank();
        const platformId = `idle-${which}`;
        await world.stores.institutions.add(anInstitution(platformId, 'PLATFORM'));
        const person = await aPerson(world, [platformId]);
        const platform = { role: 'platform', party: platformId } as const;
        const id = await granted(world, person, to(bank), platform);
        await act(world, person.self, 'pauseConsent', { consentId: id });
        await changeInstitution(operator, which === 'recipient' ? bank.party : platformId, 'SUSPENDED');
        const code = which === 'recipient' ? 'RECIPIENT_NOT_ACTIVE' : 'FORBIDDEN';
        const wider = {
          consentId: id,
          expectedVersion: 1,
          scopes: scopesOf(`*+CreditAccount.creditLimit`),
          evidence: freshEvidence(world),
        };
        expect(await refusalOf(world, person.self, 'amendConsent', wider)).toMatchObject({ code });
        expect(await refusalOf(world, person.self, 'resumeConsent', { consentId: id, expectedVersion: 1 })).toMatchObject({
          code,
        });
        expect(await stateOf(id, person.self)).toMatch(/^PAUSED/);
        const narrower = { consentId: id, expectedVersion: 1, scopes: [], evidence: freshEvidence(world) };
        await act(world, person.self, 'amendConsent', narrower);
        await act(world, person.self, 'revokeConsent', { consentId: id });
      },
    );

    it('does not offer it to those who grant, nor one that it closes', async () => {
      const [suspended, closed, active] = [await aBank(), await aBank(), await aBank()];
      await changeInstitution(operator, suspended.party, 'SUSPENDED');
      await changeInstitution(operator, closed.party, 'CLOSED');
      const { self } = await aPerson(world);
      for (const as of [PLATFORM, self]) {
        const offered = (await read<{ id: string }[]>(world, as, 'recipients { id }')).map(({ id }) => id);
        expect([suspended, closed, active].map(({ party }) => offered.includes(party))).toEqual([false, false, true]);
      }
    });

    it('refuses a platform, hides its records, and lets its borrowers withdraw and not grant', async () => {
      const { platform, person } = await aPlatformWithPerson();
      const [kept, withdrawn] = [await granted(world, person, {}, platform), await granted(world, person, {}, platform)];
      await changeInstitution(operator, platform.party, 'SUSPENDED');
      expect((await sendAs(world.gateway.http, platform, `{ consent(id: "${kept}") { id } }`)).status).toBe(403);
      expect([await shownTo(world, person), await stateOf(kept, person.self)]).toEqual([[], 'ACTIVE']);
      await act(world, person.self, 'revokeConsent', { consentId: withdrawn });
      expect(await refusalOf(world, person.self, 'grantConsent', granting(world, null))).toMatchObject({ code: 'FORBIDDEN' });
      await changeInstitution(operator, platform.party, 'ACTIVE');
      expect([await shownTo(world, person), await stateOf(withdrawn, platform)]).toEqual([SHOWN, 'REVOKED BORROWER_WITHDREW']);
    });

    it('is recorded once, and only of an institution that is registered', async () => {
      const bank = await aBank();
      const { entries } = await traceOf(world, async () => {
        expect(await changeInstitution(operator, bank.party, 'ACTIVE')).toEqual({ changed: false, consentsEnded: 0 });
        await changeInstitution(operator, bank.party, 'SUSPENDED');
        expect(await changeInstitution(operator, bank.party, 'SUSPENDED')).toEqual({ changed: false, consentsEnded: 0 });
        await expect(changeInstitution(operator, 'bank-z', 'SUSPENDED')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });
      expect(entries).toHaveLength(1);
    });
  });

  describe('of an institution that it closes', () => {
    it('revokes every consent to it that has not ended, each with a receipt, and leaves the others as they are', async () => {
      const [bank, other] = [await aBank(), await aBank()];
      const people = [await aPerson(world), await aPerson(world)] as [Person, Person];
      const [one, two] = people;
      const [active, paused, revoked, over, elsewhere] = [
        await granted(world, one, to(bank)), await granted(world, two, to(bank)), await granted(world, two, to(bank)),
        await granted(world, one, to(bank, { validUntil: inDays(world, 1) })), await granted(world, one, to(other)),
      ];
      await act(world, two.self, 'pauseConsent', { consentId: paused });
      await act(world, PLATFORM, 'revokeConsent', { consentId: revoked });
      world.clock.nowMs = NOW_MS + DAY;
      const { result, entries, ...trace } = await traceOf(world, () => changeInstitution(operator, bank.party, 'CLOSED'));
      expect(result).toEqual({ changed: true, consentsEnded: 2 });
      expect(entries.map(({ type, action }) => `${String(type)} ${String(action)}`)).toEqual(['K institution-closed', 'C revoke', 'C revoke']);
      expect(entries[1]).toMatchObject({ actor: 'operator', role: 'OPERATOR', recipient: bank.party });
      expect(trace).toEqual({ events: 2, receipts: 2, raised: 2 });
      expect(await statesOf([active, paused, revoked, over, elsewhere])).toEqual([
        'REVOKED RECIPIENT_CLOSED', 'REVOKED RECIPIENT_CLOSED', 'REVOKED PLATFORM_ON_BEHALF', 'EXPIRED VALIDITY_ENDED', 'ACTIVE',
      ]);
    }); // prettier-ignore

    it('revokes every consent over the records of a platform, whose borrowers it then refuses', async () => {
      const { platform, person } = await aPlatformWithPerson();
      const id = await granted(world, person, {}, platform);
      expect(await changeInstitution(operator, platform.party, 'CLOSED')).toEqual({ changed: true, consentsEnded: 1 });
      expect(await stateOf(id, CALLERS.auditor)).toBe('REVOKED PLATFORM_CLOSED');
      expect(await shownTo(world, person)).toEqual([]);
      for (const as of [platform, person.self])
        expect((await sendAs(world.gateway.http, as, '{ viewer { role } }')).status).toBe(403);
    });

    it('goes on where it stopped, when it is repeated, over any number of consents', async () => {
      const bank = await aBank();
      const person = await aPerson(world);
      const ids: string[] = [];
      for (let at = 0; at < 103; at += 1) ids.push(await granted(world, person, to(bank, { purpose: at < 60 ? 'CARD_APPROVAL' : 'MORTGAGE_ORIGINATION' })));
      let writes = 0;
      world.spy.beforeWrite = () => {
        writes += 1;
        if (writes === 41) throw new Error('the database went away');
      };
      await expect(changeInstitution(operator, bank.party, 'CLOSED')).rejects.toThrow('the database went away');
      world.spy.beforeWrite = null;
      const revoked = async () => (await statesOf(ids)).filter((state) => state === 'REVOKED RECIPIENT_CLOSED').length;
      expect(await revoked()).toBe(39);
      expect((await world.ask({ as: bank, borrower: person.borrower })).status).toBe(403);
      const { result, entries } = await traceOf(world, () => changeInstitution(operator, bank.party, 'CLOSED'));
      expect(result).toEqual({ changed: false, consentsEnded: 64 });
      expect([await revoked(), entries.length]).toEqual([103, 64]);
      expect(await changeInstitution(operator, bank.party, 'CLOSED')).toEqual({ changed: false, consentsEnded: 0 });
    }); // prettier-ignore

    it('stays closed', async () => {
      const bank = await aBank();
      const person = await aPerson(world);
      await changeInstitution(operator, bank.party, 'CLOSED');
      for (const status of ['ACTIVE', 'SUSPENDED'] as const)
        await expect(changeInstitution(operator, bank.party, status)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION', facts: { status: 'CLOSED' } });
      expect(await refusalOf(world, PLATFORM, 'grantConsent', granting(world, person.borrower, to(bank)))).toMatchObject({ code: 'RECIPIENT_NOT_ACTIVE' });
    }); // prettier-ignore
  });

  describe('of a death', () => {
    it('revokes every consent of the person, at every platform and to every recipient, and no other', async () => {
      const [person, other] = [await aPerson(world, ['platform-1', 'platform-2']), await aPerson(world)];
      const bank = await aBank();
      const ids = [await granted(world, person), await granted(world, person, to(bank)), await granted(world, person, { recipientId: 'centre', purpose: 'CREDIT_REPORTING' })];
      const theirs = await act(world, OTHER_PLATFORM, 'grantConsent', granting(world, CUSTOMER(person.customerId, 'platform-2')));
      const others = await granted(world, other);
      await act(world, person.self, 'pauseConsent', { consentId: ids[1] });
      const { result, ...trace } = await traceOf(world, () => recordDeath(operator, refOf(person)));
      expect(result).toEqual({ consentsEnded: 4 });
      expect(trace).toMatchObject({ events: 4, receipts: 4, raised: 4 });
      expect(await statesOf(ids)).toEqual(ids.map(() => 'REVOKED BORROWER_DECEASED'));
      expect(await stateOf(theirs.consent.id, OTHER_PLATFORM)).toBe('REVOKED BORROWER_DECEASED');
      expect(await shownTo(world, person)).toEqual([]);
      expect([await stateOf(others), await shownTo(world, other)]).toEqual(['ACTIVE', SHOWN]);
      expect(await recordDeath(operator, refOf(person))).toEqual({ consentsEnded: 0 });
    }); // prettier-ignore

    it('lets nobody consent in the name of the dead, by request or without, at any platform', async () => {
      const person = await aPerson(world, ['platform-1', 'platform-2']);
      const { consentRequest } = await act(world, CALLERS.bankA, 'requestConsent', asking(person.borrower));
      await recordDeath(operator, refOf(person));
      const refusal = { code: 'ILLEGAL_TRANSITION', status: 'BORROWER_DECEASED' };
      const { result, entries } = await traceOf(world, async () => [
        await refusalOf(world, PLATFORM, 'grantConsent', granting(world, person.borrower)),
        await refusalOf(
          world,
          PLATFORM,
          'grantConsent',
          granting(world, person.borrower, { consentRequestId: consentRequest.id }),
        ),
        await refusalOf(world, OTHER_PLATFORM, 'grantConsent', granting(world, CUSTOMER(person.customerId, 'platform-2'))),
        await refusalOf(world, person.self, 'grantConsent', granting(world, null)),
      ]);
      expect(result).toEqual([refusal, refusal, refusal, refusal]);
      expect(entries).toEqual([]);
    });

    it('is one of somebody who is known', async () => {
      await expect(recordDeath(operator, { platformId: 'platform-1', customerId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }); // prettier-ignore
  });

  describe('of fraud', () => {
    it('that is suspected pauses everything, until the borrower or their fresh evidence resumes it', async () => {
      const person = await aPerson(world);
      const [a, b, ended] = [await granted(world, person), await granted(world, person), await granted(world, person)];
      await act(world, PLATFORM, 'pauseConsent', { consentId: a });
      await act(world, PLATFORM, 'revokeConsent', { consentId: ended });
      const { result, ...trace } = await traceOf(world, () => recordFraud(operator, refOf(person), 'SUSPECTED'));
      expect([result, trace]).toMatchObject([{ consentsChanged: 2 }, { events: 2, receipts: 2, raised: 2 }]);
      expect(await statesOf([a, b, ended])).toEqual(['PAUSED FRAUD_SUSPECTED', 'PAUSED FRAUD_SUSPECTED', 'REVOKED PLATFORM_ON_BEHALF']);
      expect(await shownTo(world, person)).toEqual([]);
      expect(await recordFraud(operator, refOf(person), 'SUSPECTED')).toEqual({ consentsChanged: 0 });
      const input = { consentId: a, expectedVersion: 1 };
      expect(await refusalOf(world, PLATFORM, 'resumeConsent', input)).toEqual({ code: 'EVIDENCE_REQUIRED', input: 'input.evidence' });
      await act(world, PLATFORM, 'resumeConsent', { ...input, evidence: freshEvidence(world) });
      await act(world, person.self, 'resumeConsent', { ...input, consentId: b });
      expect(await statesOf([a, b])).toEqual(['ACTIVE', 'ACTIVE']);
    }); // prettier-ignore

    it('that is confirmed revokes what has not ended', async () => {
      const person = await aPerson(world);
      const [a, b] = [await granted(world, person), await granted(world, person)];
      await act(world, PLATFORM, 'pauseConsent', { consentId: b });
      expect(await recordFraud(operator, refOf(person), 'CONFIRMED')).toEqual({ consentsChanged: 2 });
      expect(await statesOf([a, b])).toEqual(['REVOKED FRAUD', 'REVOKED FRAUD']);
    });
  });

  describe('while a disclosure is under way', () => {
    /** Asks, and lets something happen between the decision and the append. */
    async function askDuring(bank: Caller, person: Person, event: () => Promise<unknown>) {
      let once = false;
      world.spy.beforeWrite = async () => {
        if (once) return;
        once = true;
        await event();
      };
      const select = 'accounts { monthlySummaries(months: 1) { loanCount } }';
      const trace = await traceOf(world, () => world.ask({ as: bank, borrower: person.borrower, select }));
      expect(once).toBe(true);
      return { ...trace, types: trace.entries.map(({ type }) => type) };
    }

    it.each(['SUSPENDED', 'CLOSED'] as const)('of its recipient that is %s keeps it from being given', async (status) => {
      const [bank, person] = [await aBank(), await aPerson(world)];
      await granted(world, person, to(bank));
      const { result, types } = await askDuring(bank, person, () => changeInstitution(operator, bank.party, status));
      expect([result.status, result.code, result.data ?? null]).toEqual([403, 'FORBIDDEN', null]);
      expect(types).toEqual(status === 'CLOSED' ? ['K', 'C'] : ['K']);
    });

    it('of its recipient that is suspended and restored lets it be decided anew and given, in one entry', async () => {
      const [bank, person] = [await aBank(), await aPerson(world)];
      await granted(world, person, to(bank));
      const { result, types } = await askDuring(bank, person, async () => {
        for (const status of ['SUSPENDED', 'ACTIVE'] as const) await changeInstitution(operator, bank.party, status);
      });
      expect(result.data).toEqual({ creditReport: { accounts: [{ monthlySummaries: [{ loanCount: 1 }] }] } });
      expect(types).toEqual(['K', 'K', 'D']);
    });

    it.each(['SUSPENDED', 'CLOSED'] as const)('of the platform that is %s leaves nothing to be given', async (status) => {
      const [bank, { platform, person }] = [await aBank(), await aPlatformWithPerson()];
      await granted(world, person, to(bank), platform);
      const { result, types } = await askDuring(bank, person, () => changeInstitution(operator, platform.party, status));
      expect(result.data).toEqual({ creditReport: { accounts: null } });
      expect(types).toEqual(status === 'CLOSED' ? ['K', 'C', 'D'] : ['K', 'D']);
    });

    it.each<[string, (person: Person) => Promise<unknown>]>([
      ['the person’s death', (person) => recordDeath(operator, refOf(person))],
      ['suspected fraud', (person) => recordFraud(operator, refOf(person), 'SUSPECTED')],
    ])('of %s leaves nothing to be given', async (_event, record) => {
      const [bank, person] = [await aBank(), await aPerson(world)];
      await granted(world, person, to(bank));
      const { result, types } = await askDuring(bank, person, () => record(person));
      expect(result.data).toEqual({ creditReport: { accounts: null } });
      expect(types).toEqual(['C', 'D']);
    });
  });

  describe('at the command line', () => {
    const said = heardFromCommands();
    let closed = 0;
    beforeEach(() => {
      closed = 0;
    });
    async function command(...words: string[]): Promise<readonly [number, string | undefined]> {
      const program = new Command().exitOverride();
      const close = () => Promise.resolve(void (closed += 1));
      const adapters = {
        production: false,
        institutions: world.stores.institutions,
        operator: () => Promise.resolve(operator),
        close,
      };
      addInstitutionCommand(program, () => Promise.resolve(adapters));
      addBorrowerCommand(program, () => Promise.resolve(adapters));
      await program.parseAsync(words, { from: 'user' });
      const code = Number(process.exitCode ?? 0);
      process.exitCode = 0;
      return [code, said.at(-1)];
    }

    it('suspends, restores and closes, and says what it did', async () => {
      const [{ party }, person] = [await aBank(), await aPerson(world)];
      await granted(world, person, { recipientId: party });
      expect(await command('institution', 'suspend', party)).toEqual([0, `log: ${party} is suspended.`]);
      expect(await command('institution', 'suspend', party)).toEqual([0, `log: ${party} is as before suspended.`]);
      expect(await command('institution', 'restore', party)).toEqual([0, `log: ${party} is active.`]);
      expect(await command('institution', 'close', party)).toEqual([0, `log: ${party} is closed. 1 consents were revoked.`]);
      expect(await command('institution', 'restore', party)).toEqual([2, `error: The institution ${party} is closed for good.`]);
      expect(await command('institution', 'suspend', 'bank-z')).toEqual([2, 'error: No institution bank-z is registered.']);
      expect(closed).toBe(6);
    });

    it('records death and fraud of a person named by platform and customer', async () => {
      const person = await aPerson(world);
      const ref = `platform-1/${person.customerId}`;
      const id = await granted(world, person);
      expect(await command('borrower', 'fraud', ref)).toEqual([0, 'log: The fraud is recorded. Consents paused: 1.']);
      expect(await stateOf(id)).toBe('PAUSED FRAUD_SUSPECTED');
      expect(await command('borrower', 'fraud', ref, '--confirmed')).toEqual([0, 'log: The fraud is recorded. Consents revoked: 1.']);
      expect(await command('borrower', 'deceased', ref)).toEqual([0, 'log: The death is recorded. Consents revoked: 0.']);
      expect(closed).toBe(3);
      expect(await command('borrower', 'deceased', 'platform-1/nobody')).toEqual([2, 'error: The platform platform-1 has furnished no customer of that id.']);
      for (const wrong of ['nobody', '/x', 'platform-1/'])
        expect(await command('borrower', 'deceased', wrong)).toEqual([2, 'error: Name the person as PLATFORM/CUSTOMER, such as platform-1/c-17.']);
    }); // prettier-ignore
  });

  it('leaves a ledger that verifiers follow from entry to entry', async () => {
    await expectTrueLedger(world);
  });
});
