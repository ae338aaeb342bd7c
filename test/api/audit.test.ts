import { Command } from 'commander';
import { addAuditCommand } from '../../src/cli/audit';
import { openDecisionAudit } from '../../src/compose';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { type Answer, CALLERS } from '../support/clients';
import { act, aPerson, type Person } from '../support/consent-acts';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { CUSTOMER, DAY, openWorld, recordsOf, type World } from '../support/world';

const SELECT = 'identity { fullName mobile } accounts { openedYear monthlySummaries { loanCount } }';
const NAME = FIELD_CATALOGUE.load('Identity.fullName').id;
const MOBILE = FIELD_CATALOGUE.load('Identity.mobile').id;

/** A copy of an entry as the tests change it. */
interface Entry {
  consents: string[];
  report: string;
  actor: string;
  released: Record<string, number[]>;
  refused: Record<string, number[]>;
  empty: Record<string, number[]>;
}

forEachDatabase('audit explain', (open) => {
  let world: World;
  const said = heardFromCommands();
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });

  async function explain(reportId: string): Promise<{ readonly code: number; readonly text: string }> {
    const program = new Command().exitOverride();
    const adapters = { ...openDecisionAudit(world.db), close: () => Promise.resolve() };
    addAuditCommand(program, () => Promise.resolve(adapters));
    said.length = 0;
    process.exitCode = 0;
    await program.parseAsync(['audit', 'explain', reportId], { from: 'user' });
    return { code: Number(process.exitCode), text: said.join('\n') };
  }
  const idOf = ({ extensions }: Answer): string => extensions?.disclosure?.reportId ?? '';

  /** A person with two consents and an answer that rests on one of them. */
  async function shown(): Promise<{ readonly person: Person; readonly consentId: string; readonly reportId: string }> {
    const person = await aPerson(world);
    const consentId = await world.grant({ borrower: person.borrower, scopes: '*+Identity.fullName *+CreditAccount.openedYear' });
    await world.grant({ borrower: person.borrower, scopes: '+MonthlySummary.loanCountBand' });
    return { person, consentId, reportId: idOf(await world.ask({ borrower: person.borrower, select: SELECT })) };
  }
  async function changeEntry(reportId: string, change: (entry: Entry) => void): Promise<void> {
    const report = Buffer.from(reportId, 'base64url');
    const [row] = await world.rows('SELECT e.idx, e.body FROM ledger_entry AS e JOIN disclosure AS d ON d.idx = e.idx WHERE d.report_id = ?', [report]); // prettier-ignore
    const entry = JSON.parse((row?.['body'] as Buffer).toString('ascii')) as Entry;
    change(entry);
    await world.change('UPDATE ledger_entry SET body = ? WHERE idx = ?', [
      Buffer.from(JSON.stringify(entry)),
      Number(row?.['idx']),
    ]);
  }

  it('tells of each cell what was recorded, what is decided again, by which rule and from which consents', async () => {
    const { consentId, reportId, person } = await shown();
    const { code, text } = await explain(reportId);
    expect(code).toBe(0);
    expect(text).toContain(`report=${reportId} index=`);
    expect(text).toContain('recipient=bank-a purpose=MORTGAGE_ORIGINATION');
    expect(text).toContain(`cited consent=${consentId} version=1`);
    expect(text).toContain(`agrees: Identity.fullName platform-1/- recorded=released verdict=RELEASE reason=PERMITTED consents=${consentId}:1`);
    expect(text).toContain('agrees: Identity.mobile platform-1/- recorded=refused verdict=WITHHOLD reason=OUTSIDE_PURPOSE');
    expect(text).toContain('agrees: CreditAccount.openedYear platform-1/OTHER recorded=empty verdict=RELEASE reason=PERMITTED');
    expect(text).toContain('Cells: 8 agree, 0 disagree, 0 cannot be told. The answer was right.');
    for (const personal of [`Name ${person.customerId}`, `"${person.customerId}"`, '13800001234', '2019'])
      expect(text).not.toContain(personal);
  }); // prettier-ignore

  it('decides by the consents of then, whatever became of them', async () => {
    const { person, consentId, reportId } = await shown();
    const before = await explain(reportId);
    await act(world, CALLERS.platform, 'amendConsent', { consentId, expectedVersion: 1, scopes: [] });
    await world.revoke(consentId);
    await world.grant({ borrower: person.borrower, scopes: '*-Identity.fullName', validUntil: world.clock.nowMs + DAY });
    expect(await explain(reportId)).toEqual(before);
    const refused = idOf(await world.ask({ borrower: person.borrower, select: SELECT }));
    expect(await explain(refused)).toMatchObject({ code: 0, text: expect.stringContaining('reason=DENIED') as unknown });
  });

  it('agrees that nothing leaves of who is unknown, or has no consent', async () => {
    const person = await aPerson(world);
    const nobody = await explain(idOf(await world.ask({ borrower: CUSTOMER('nobody'), select: SELECT })));
    const silent = await explain(idOf(await world.ask({ borrower: person.borrower, select: SELECT })));
    expect([nobody.code, silent.code]).toEqual([0, 0]);
    expect(nobody.text).toContain('Identity.fullName -/- recorded=refused verdict=WITHHOLD reason=UNKNOWN_BORROWER');
    expect(silent.text).toContain('reason=NO_CONSENT');
  });

  it('takes an id that begins with a hyphen for an id', async () => {
    const { reportId } = await shown();
    const hyphened = `-${reportId.slice(1)}`;
    await world.change('UPDATE disclosure SET report_id = ? WHERE report_id = ?', [Buffer.from(hyphened, 'base64url'), Buffer.from(reportId, 'base64url')]); // prettier-ignore
    await changeEntry(hyphened, (entry) => Object.assign(entry, { report: hyphened }));
    expect((await explain(hyphened)).code).toBe(0);
  });

  describe('says which cell disagrees, with exit code 1,', () => {
    it('where a consent was altered', async () => {
      const { consentId, reportId } = await shown();
      const id = Buffer.from(consentId, 'hex');
      await world.change("UPDATE consent SET document = REPLACE(document, '\"via\":null', '\"via\":\"IDENTITY\"') WHERE arrangement_id = ?", [id]); // prettier-ignore
      const { code, text } = await explain(reportId);
      expect(code).toBe(1);
      expect(text).toContain('DISAGREES: Identity.fullName platform-1/- recorded=released verdict=WITHHOLD reason=TAMPERED');
      expect(text).toContain('agrees: Identity.mobile');
    });

    it('where the history of a consent was altered', async () => {
      const { consentId, reportId } = await shown();
      await world.change("UPDATE consent_event SET status = 'PAUSED' WHERE arrangement_id = ?", [Buffer.from(consentId, 'hex')]);
      const { code, text } = await explain(reportId);
      expect([code, text]).toEqual([1, expect.stringContaining('DISAGREES: Identity.fullName platform-1/- recorded=released verdict=WITHHOLD reason=PAUSED')]); // prettier-ignore
    });

    it.each<[string, (entry: Entry) => void, string]>([
      [
        'a field that was not permitted is said to have left',
        (entry) => {
          entry.released['platform-1/-'] = [NAME, MOBILE];
          entry.refused['platform-1/-'] = [];
        },
        'DISAGREES: Identity.mobile platform-1/- recorded=released verdict=WITHHOLD reason=OUTSIDE_PURPOSE',
      ],
      [
        'a field that left is said to have been refused',
        (entry) => {
          entry.released['platform-1/-'] = [];
          entry.refused['platform-1/-'] = [NAME, MOBILE];
        },
        'DISAGREES: Identity.fullName platform-1/- recorded=refused verdict=RELEASE reason=PERMITTED',
      ],
      ['a field is left out for one product', (entry) => delete entry.refused['platform-1/OTHER'], 'DISAGREES: MonthlySummary.loanCount platform-1/OTHER recorded=nothing verdict=WITHHOLD'],
      ['a field stands on two sides', (entry) => (entry.empty['platform-1/-'] = [NAME]), 'DISAGREES: Identity.fullName platform-1/- recorded=empty verdict=none'],
      ['the consents are left out', (entry) => (entry.consents = []), 'DISAGREES: Identity.fullName platform-1/- left without a cited consent'],
      ['the recipient is another', (entry) => (entry.actor = 'bank-b'), 'DISAGREES: The entry is of another recipient, bank-b.'],
      ['the report is another', (entry) => (entry.report = 'A'.repeat(22)), 'DISAGREES: The entry is of another report'],
    ])('where %s', async (_what, change, line) => {
      const { reportId } = await shown();
      await changeEntry(reportId, change);
      const { code, text } = await explain(reportId);
      expect([code, text]).toEqual([1, expect.stringContaining(line)]);
      expect(text).toContain('does not follow from the consents of then.');
    }); // prettier-ignore

    it('where a consent is cited that nothing rests on', async () => {
      const { person, reportId } = await shown();
      const other = await world.grant({ borrower: person.borrower, scopes: '*+Identity.fullName', purpose: 'CARD_APPROVAL' });
      await changeEntry(reportId, (entry) => entry.consents.push(`${other}:1`));
      const { code, text } = await explain(reportId);
      expect([code, text]).toEqual([1, expect.stringContaining(`DISAGREES: Nothing that left rests on the cited consent ${other}:1.`)]); // prettier-ignore
    });
  });

  describe('says that it cannot be told, with exit code 2,', () => {
    it.each(['', 'x', 'A'.repeat(22), '\u001b[2J'])('of the unknown report %j', async (reportId) => {
      const { code, text } = await explain(reportId);
      expect([code, text]).toEqual([2, expect.stringMatching(/^error: No report .* is recorded\.$/)]);
      expect(text).not.toContain('\u001b');
    });

    it('of a person whose key was destroyed', async () => {
      const customerId = 'erased';
      await world.furnish(recordsOf({ customerId, months: ['2026-03'] }));
      await world.grant({ borrower: CUSTOMER(customerId), scopes: '*+Identity.fullName' });
      const reportId = idOf(await world.ask({ borrower: CUSTOMER(customerId), select: SELECT }));
      const report = Buffer.from(reportId, 'base64url');
      await world.change('DELETE FROM borrower_key WHERE borrower_ref = (SELECT borrower_ref FROM disclosure WHERE report_id = ?)', [report]); // prettier-ignore
      const { code, text } = await explain(reportId);
      expect(code).toBe(2);
      expect(text).toContain('cannot be told: The key of the person was destroyed.');
      expect(text).toContain('cannot be told: Identity.fullName platform-1/- recorded=released verdict=none');
    });

    it.each(['one of them', 'all of them'])('of consents that are gone, %s', async (which) => {
      const { consentId, reportId } = await shown();
      const id = Buffer.from(consentId, 'hex');
      const [row] = await world.rows('SELECT borrower_ref FROM arrangement WHERE arrangement_id = ?', [id]);
      await (which === 'one of them'
        ? world.change('DELETE FROM arrangement WHERE arrangement_id = ?', [id])
        : world.change('DELETE FROM arrangement WHERE borrower_ref = ?', [row?.['borrower_ref'] as Buffer]));
      const { code, text } = await explain(reportId);
      expect(code).toBe(2);
      expect(text).toContain(`cannot be told: The cited consent ${consentId}:1 is not stored.`);
      expect(text).not.toContain('DISAGREES');
    });
  });
});
