import { NOW_MS } from '../support/builders';
import { CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { aPerson, factsOf } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { statementsOf } from '../support/sql-spy';
import { type DisclosureLists, disclosureLists, NAME } from '../support/disclosure-lists';
import { CUSTOMER, DAY, openWorld, type World } from '../support/world';

const { platform: PLATFORM, otherPlatform: OTHER_PLATFORM, auditor: AUDITOR, bankB: BANK_B, centre: CENTRE } = CALLERS;
const YEAR = 'accounts { openedYear }';
const LOANS = 'accounts { monthlySummaries { loanCount } }';
const MINUTE = 60_000;
const at = (ms: number): string => new Date(ms).toISOString();

forEachDatabase('the list of disclosures', (open) => {
  let world: World;
  let lists: DisclosureLists;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    lists = disclosureLists(world);
  });
  beforeEach(() => {
    world.clock.nowMs += DAY / 24; // the clock of a ledger goes one way
  });

  describe('shows', () => {
    it('a recipient its own alone, whoever it asked about, and not a word on what left', async () => {
      const [person, [bank, other]] = [await aPerson(world), [await lists.aBank(), await lists.aBank()]];
      await lists.allow(person, bank.party);
      const mine = [await lists.asked(CUSTOMER('nobody'), bank), await lists.asked(person.borrower, bank)].reverse();
      const theirs = await lists.asked(person.borrower, other);
      expect([await lists.ids(bank), await lists.ids(other)]).toEqual([mine, [theirs]]);
      expect(await lists.ids(CENTRE)).toEqual([]);
      const select = 'reportId decidedAt recipient { id } purpose legalChannel operationHash ledgerIndex eraseBy requestId';
      const { edges } = await lists.page(bank, {}, select);
      const [shown = {}, nothing = {}] = edges.map(({ node }) => node as Values);
      for (const node of [shown, nothing]) expect(node).toMatchObject({ recipient: { id: bank.party }, operationHash: shown['operationHash'] });
      for (const hidden of ['outcome', 'legalBasis', 'released { field }', 'refused { field }', 'empty { field }', 'citations { version }', 'verdicts { field }', 'customerId', 'borrowerPseudonym', 'commitment'])
        expect([hidden, (await lists.send(bank, {}, hidden)).code]).toEqual([hidden, 'GRAPHQL_VALIDATION_FAILED']);
    }); // prettier-ignore

    it('a recipient the same number of entries in the same statements, whatever was withheld', async () => {
      const [released, withheld, bank] = [await aPerson(world), await aPerson(world), await lists.aBank()];
      await lists.allow(released, bank.party);
      const traces: string[] = [];
      for (const borrower of [released.borrower, withheld.borrower, CUSTOMER('nobody')]) {
        await lists.asked(borrower, bank);
        const { executed, result } = await world.spy.during(() => lists.page(bank, { first: 1 }));
        expect(result.edges).toHaveLength(1);
        traces.push(JSON.stringify(statementsOf(executed)));
      }
      expect(new Set(traces).size).toBe(1);
    });

    it('a borrower their own over all recipients and platforms, the refused ones too, with what was refused and why', async () => {
      const [person, other, bank] = [await aPerson(world, ['platform-1', 'platform-2']), await aPerson(world), await lists.aBank()];
      const refused = await lists.asked(person.borrower, bank);
      await lists.allow(person, bank.party);
      const released = await lists.asked(CUSTOMER(person.customerId, 'platform-2'), bank);
      const centre = await lists.asked(person.borrower, CENTRE, { purpose: 'CREDIT_REPORTING' });
      await lists.asked(other.borrower, bank);
      expect(await lists.ids(person.self)).toEqual([centre, released, refused]);
      expect(await lists.ids({ ...person.self, party: 'platform-2' })).toEqual([centre, released, refused]);
      const select = 'reportId outcome released { field } refused { field } verdicts { reason }';
      const { edges } = await lists.page(person.self, {}, select);
      expect(edges.slice(1).map(({ node }) => node)).toEqual([
        { reportId: released, outcome: 'RELEASED', released: [{ field: 'Identity.fullName' }], refused: [], verdicts: [{ reason: 'PERMITTED' }] },
        { reportId: refused, outcome: 'REFUSED', released: [], refused: [{ field: 'Identity.fullName' }], verdicts: [{ reason: 'NO_CONSENT' }] },
      ]);
      expect(await lists.ids({ ...person.self, borrower: 'nobody' })).toEqual([]);
    }); // prettier-ignore

    it('a platform those that concern its records, with its own cells and customers alone', async () => {
      const [person, bank] = [await aPerson(world, ['platform-1', 'platform-2']), await lists.aBank()];
      await lists.asked(person.borrower, bank); // concerns no platform: nobody has a consent yet
      const there = { as: OTHER_PLATFORM, borrower: CUSTOMER(person.customerId, 'platform-2'), recipientId: bank.party };
      await world.grant({ ...there, scopes: '*+Identity.fullName' });
      const theirs = await lists.asked(person.borrower, bank);
      await lists.allow(person, bank.party, '*+CreditAccount.openedYear');
      const both = await lists.asked(person.borrower, bank, { select: `${NAME} ${YEAR}` });
      const filter = { recipientId: bank.party };
      expect([await lists.ids(PLATFORM, filter), await lists.ids(OTHER_PLATFORM, filter)]).toEqual([[both], [both, theirs]]);
      const select = 'reportId outcome customerId released { field product } refused { field product }';
      const { edges } = await lists.page(PLATFORM, { filter }, select);
      const cell = (field: string, product: string | null = null) => ({ field, product });
      expect(edges[0]?.node).toEqual({
        reportId: both, outcome: 'RELEASED', customerId: person.customerId, refused: [cell('Identity.fullName')],
        released: [cell('CreditAccount.openedYear', 'HUABEI'), cell('CreditAccount.openedYear', 'JIEBEI')],
      });
      for (const outcome of ['RELEASED', 'REFUSED'])
        expect(await lists.ids(OTHER_PLATFORM, { ...filter, outcome })).toEqual(outcome === 'RELEASED' ? [both, theirs] : []);
      expect(await lists.ids(PLATFORM, { ...filter, outcome: 'REFUSED' })).toEqual([]);
    }); // prettier-ignore

    it('an auditor every one, under pseudonyms, and never whose it is', async () => {
      const [person, banksOfTest] = [await aPerson(world), [await lists.aBank(), await lists.aBank()]];
      await lists.allow(person, banksOfTest[0]?.party ?? '');
      const made: string[] = [];
      for (const bank of banksOfTest)
        for (const borrower of [person.borrower, CUSTOMER('nobody')]) made.unshift(await lists.asked(borrower, bank));
      const { edges } = await lists.page(AUDITOR, { first: 4 }, 'reportId outcome borrowerPseudonym customerId requestId commitment');
      expect(edges.map(({ node }) => node.reportId)).toEqual(made);
      const pseudonyms = edges.map(({ node }) => node['borrowerPseudonym']);
      expect(new Set(pseudonyms).size).toBe(2);
      for (const { node } of edges) expect(node).toMatchObject({ customerId: null, requestId: null, commitment: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
      expect(JSON.stringify(edges)).not.toContain(`"${person.customerId}"`);
    }); // prettier-ignore

    it('to each role what it can read one by one, and nothing else', async () => {
      const [person, bank] = [await aPerson(world, ['platform-1', 'platform-2']), await lists.aBank()];
      await lists.asked(person.borrower, bank);
      await lists.allow(person, bank.party);
      await lists.asked(person.borrower, bank);
      const rows = await world.rows('SELECT report_id FROM disclosure ORDER BY idx DESC LIMIT 60');
      const every = rows.map((row) => (row['report_id'] as Buffer).toString('base64url'));
      for (const as of [bank, BANK_B, CENTRE, PLATFORM, OTHER_PLATFORM, person.self, AUDITOR]) {
        const listed = await lists.ids(as);
        const readable: string[] = [];
        for (const id of every) {
          const { data } = await sendAs(world.gateway.http, as, `{ disclosure(reportId: "${id}") { reportId } }`);
          if (data?.['disclosure']) readable.push(id);
        }
        expect([as, listed.filter((id) => every.includes(id))]).toEqual([as, readable]);
      }
    });

    it('nobody a preview', async () => {
      const { borrower, self } = await aPerson(world);
      const query = 'query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { report { reportId } } }';
      const answer = await sendAs(world.gateway.http, PLATFORM, query, {
        input: { borrower, recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION' },
      });
      expect(answer.code).toBe('');
      expect(await lists.ids(self)).toEqual([]);
    });
  });

  describe('by filter', () => {
    it('names purpose and the instant of the decision, from and until', async () => {
      const [person, bank] = [await aPerson(world), await lists.aBank()];
      await lists.allow(person, bank.party);
      const mortgage = await lists.asked(person.borrower, bank);
      const firstMs = world.clock.nowMs;
      world.clock.nowMs += DAY;
      const card = await lists.asked(person.borrower, bank, { purpose: 'CARD_APPROVAL' });
      const secondMs = world.clock.nowMs;
      world.clock.nowMs += DAY;
      const third = await lists.asked(person.borrower, bank);
      for (const as of [bank, person.self, AUDITOR, PLATFORM]) {
        const mine = as === AUDITOR || as === PLATFORM ? { recipientId: bank.party } : {};
        const of = as === PLATFORM ? [third, mortgage] : [third, card, mortgage]; // no consent for cards: nobody's records
        const found = (filter: Values) => lists.ids(as, { ...mine, ...filter });
        const among = (...some: readonly string[]) => of.filter((id) => some.includes(id));
        expect([as.role, await found({})]).toEqual([as.role, of]);
        expect(await found({ purpose: 'CARD_APPROVAL' })).toEqual(among(card));
        expect(await found({ purpose: 'GUARANTEE_REVIEW' })).toEqual([]);
        expect(await found({ decidedFrom: at(secondMs) })).toEqual(among(third, card));
        expect(await found({ decidedFrom: at(secondMs + 1) })).toEqual(among(third));
        expect(await found({ decidedUntil: at(secondMs) })).toEqual(among(mortgage));
        expect(await found({ decidedUntil: at(secondMs + 1) })).toEqual(among(card, mortgage));
        expect(await found({ decidedFrom: at(firstMs), decidedUntil: at(secondMs) })).toEqual(among(mortgage));
        expect(await found({ decidedFrom: at(secondMs), decidedUntil: at(secondMs) })).toEqual([]);
        expect(await found({ decidedUntil: at(NOW_MS - 900 * DAY) })).toEqual([]);
        expect(await found({ decidedFrom: at(NOW_MS + 900 * DAY) })).toEqual([]);
      }
    });

    it('finds by instant what was recorded later than others that were decided later', async () => {
      const [person, bank] = [await aPerson(world), await lists.aBank()];
      const made = [await lists.asked(person.borrower, bank), await lists.asked(person.borrower, bank), await lists.asked(person.borrower, bank)];
      const decidedMs = world.clock.nowMs;
      world.clock.nowMs += DAY;
      await lists.asked(person.borrower, bank);
      const shift = (reportId: string | undefined, ms: number) =>
        world.change('UPDATE disclosure SET decided_at_ms = ? WHERE report_id = ?', [decidedMs + ms, Buffer.from(reportId ?? '', 'base64url')]);
      await shift(made[0], 5 * MINUTE);
      await shift(made[2], -4 * MINUTE);
      expect(await lists.ids(AUDITOR, { decidedFrom: at(decidedMs - 4 * MINUTE), decidedUntil: at(decidedMs - 3 * MINUTE) })).toEqual([made[2]]);
      expect(await lists.ids(AUDITOR, { decidedFrom: at(decidedMs + 4 * MINUTE), decidedUntil: at(decidedMs + 6 * MINUTE) })).toEqual([made[0]]);
    }); // prettier-ignore

    it('names to a recipient its own question, and finds nothing of another’s', async () => {
      const [person, bank, other] = [await aPerson(world), await lists.aBank(), await lists.aBank()];
      const requestId = newKey();
      const mine = await lists.asked(person.borrower, bank, { requestId });
      const theirs = await lists.asked(person.borrower, other, { requestId });
      await lists.asked(person.borrower, bank);
      expect([await lists.ids(bank, { requestId }), await lists.ids(other, { requestId })]).toEqual([[mine], [theirs]]);
      expect(await lists.ids(bank, { requestId: newKey() })).toEqual([]);
      expect(factsOf(await lists.send(bank, { filter: { requestId: 'not a key' } }))).toMatchObject({ code: 'BAD_USER_INPUT' });
    });

    it('names recipient, outcome and field, and with a field what became of that field', async () => {
      const [person, bank] = [await aPerson(world), await lists.aBank()];
      await lists.allow(person, bank.party, '*+Identity.fullName');
      const name = await lists.asked(person.borrower, bank);
      const both = await lists.asked(person.borrower, bank, { select: `${NAME} ${LOANS}` });
      const loans = await lists.asked(person.borrower, bank, { select: LOANS });
      await lists.asked(person.borrower, await lists.aBank(), { select: LOANS });
      const [nameField, loanField] = ['Identity.fullName', 'MonthlySummary.loanCount'];
      for (const as of [person.self, AUDITOR, PLATFORM]) {
        const found = (filter: Values) => lists.ids(as, { recipientId: bank.party, ...filter });
        expect(await found({})).toEqual([loans, both, name]);
        expect(await found({ outcome: 'RELEASED' })).toEqual([both, name]);
        expect(await found({ outcome: 'REFUSED' })).toEqual([loans]);
        expect(await found({ field: nameField })).toEqual([both, name]);
        expect(await found({ field: loanField })).toEqual([loans, both]);
        expect(await found({ field: loanField, outcome: 'RELEASED' })).toEqual([]);
        expect(await found({ field: loanField, outcome: 'REFUSED' })).toEqual([loans, both]);
        expect(await found({ field: 'Identity.mobile' })).toEqual([]);
        expect(await found({ recipientId: 'no-such-bank' })).toEqual([]);
        expect(factsOf(await lists.send(as, { filter: { field: 'Identity.shoeSize' } }))).toEqual({ code: 'BAD_USER_INPUT', input: 'filter.field' });
      }
      for (const filter of [{ outcome: 'RELEASED' }, { field: nameField }, { recipientId: bank.party }])
        expect((await lists.send(bank, { filter })).code).toBe('BAD_USER_INPUT');
    }); // prettier-ignore

    it('names to a platform its customer by any name it may use, and nobody else', async () => {
      const [person, other, bank] = [await aPerson(world), await aPerson(world), await lists.aBank()];
      for (const one of [person, other]) await lists.allow(one, bank.party);
      const mine = await lists.asked(person.borrower, bank);
      await lists.asked(other.borrower, bank);
      const { customerId } = person;
      const card = { idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` };
      for (const borrower of [person.borrower, { idType: 'PLATFORM_CUSTOMER_ID', idNumber: customerId }, card])
        expect(await lists.ids(PLATFORM, { borrower })).toEqual([mine]);
      for (const borrower of [CUSTOMER('nobody'), { ...card, fullName: 'Wrong' }, CUSTOMER(customerId, 'platform-2')])
        expect(await lists.ids(PLATFORM, { borrower })).toEqual([]);
      expect(await lists.ids(OTHER_PLATFORM, { borrower: card })).toEqual([]);
    });

    it('names to an auditor a pseudonym, known or not, and never a person or a recipient’s question', async () => {
      const [person, bank] = [await aPerson(world), await lists.aBank()];
      await lists.allow(person, bank.party); // an entry of the same pseudonym that is no disclosure
      const made = [await lists.asked(person.borrower, bank), await lists.asked(CUSTOMER('stranger'), bank), await lists.asked(person.borrower, BANK_B)];
      const filter = { recipientId: bank.party };
      const { edges } = await lists.page(AUDITOR, { filter }, 'reportId borrowerPseudonym');
      const [stranger, known] = edges.map(({ node }) => node['borrowerPseudonym']);
      expect(await lists.ids(AUDITOR, { borrowerPseudonym: known })).toEqual([made[2], made[0]]);
      expect(await lists.ids(AUDITOR, { borrowerPseudonym: known, ...filter })).toEqual([made[0]]);
      expect(await lists.ids(AUDITOR, { borrowerPseudonym: stranger })).toContain(made[1]);
      for (const borrowerPseudonym of ['A'.repeat(43), 'x', `${String(known)}A`, '€'])
        expect(await lists.ids(AUDITOR, { borrowerPseudonym })).toEqual([]);
      for (const forbidden of [{ borrower: person.borrower }, { borrower: CUSTOMER('nobody') }, { requestId: newKey() }])
        expect((await lists.send(AUDITOR, { filter: forbidden })).code).toBe('FORBIDDEN');
      for (const as of [PLATFORM, person.self, bank])
        expect((await lists.send(as, { filter: { borrowerPseudonym: known } })).code).toBe('BAD_USER_INPUT');
    }); // prettier-ignore
  });
});
