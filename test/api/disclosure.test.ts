import fc from 'fast-check';
import { NOW_MS } from '../support/builders';
import { type Answer, aBorrower, type Caller, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { type Act, act, aPerson, type Person, read, sendAct } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { CUSTOMER, DAY, EVERYTHING, openWorld, recordsOf, reportOf, scopesOf, someEvidence, type World } from '../support/world';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const LIVES = 40;
const MINUTE = 60_000;
const CELLS = 'released { field product } refused { field product } empty { field product }';
const VERDICTS = 'verdicts { field product verdict reason because consents { version consent { id } } }';
const FOR_AUDITOR = `reportId decidedAt recipient { id legalName } purpose legalChannel operationHash ledgerIndex eraseBy requestId outcome
  legalBasis ${CELLS} citations { version consent { id customerId borrowerPseudonym } } ${VERDICTS} customerId borrowerPseudonym commitment`;
const SELECTS = [
  'identity { fullName mobile }',
  'accounts { openedYear monthlySummaries { loanCount loanCountBand borrowedAmount } }',
  'identity { fullName } summary { loanCount12m loanCountBand12m averageLoanAmount12m } withheldFields { field }',
] as const;

interface Cell {
  readonly field: string;
  readonly product: string | null;
}
interface Verdict extends Cell {
  readonly verdict: 'RELEASE' | 'WITHHOLD';
  readonly reason: string;
}
type Explained = Readonly<Record<'released' | 'refused' | 'empty', readonly Cell[]>> & { readonly verdicts: readonly Verdict[] };

/** The record of one release or refusal, and its explanation by the consents of then. */
forEachDatabase('a disclosure', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });
  const find = <T = Values>(as: Caller, reportId: string, select: string): Promise<T | null> =>
    read<T | null>(world, as, `query ($id: ID!) { disclosure(reportId: $id) { ${select} } }`, { id: reportId });
  const idOf = ({ extensions }: Answer): string => extensions?.disclosure?.reportId ?? '';
  const ours = (name: Act, input: Values): Promise<unknown> => act(world, CALLERS.platform, name, input);
  async function explained(reportId: string): Promise<Explained> {
    const found = await find<Explained>(CALLERS.auditor, reportId, `${CELLS} ${VERDICTS}`);
    if (!found) throw new Error('an auditor sees every disclosure');
    return found;
  }
  const reasonsOf = async (answer: Answer): Promise<readonly string[]> =>
    (await explained(idOf(answer))).verdicts.map(({ reason }) => reason);
  const named = (cells: readonly Cell[]): readonly string[] =>
    cells.map(({ field, product }) => `${field} ${product ?? '-'}`).sort();
  /** The verdicts of a preview, which are those of the decision itself and not decided again. */
  async function foresee(borrower: Values, select: string): Promise<readonly Verdict[]> {
    const query = `query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { report { ${select} } ${VERDICTS} } }`;
    const input = { borrower, recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION' };
    return (await read<{ verdicts: readonly Verdict[] }>(world, CALLERS.platform, query, { input })).verdicts;
  }
  const sorted = (verdicts: readonly Verdict[]): readonly Verdict[] =>
    [...verdicts].sort((a, b) => (`${a.field} ${String(a.product)}` < `${b.field} ${String(b.product)}` ? -1 : 1));
  /** Every cell that was decided to be released left or was empty, every other one was refused. */
  function expectAgreement({ verdicts, released, refused, empty }: Explained): void {
    const decided = (verdict: Verdict['verdict']) => named(verdicts.filter((cell) => cell.verdict === verdict));
    expect({ RELEASE: decided('RELEASE'), WITHHOLD: decided('WITHHOLD') }).toEqual({
      RELEASE: named([...released, ...empty]),
      WITHHOLD: named(refused),
    });
  }

  describe('is seen', () => {
    it('by the bank that asked, by the borrower whose it is, by a platform whose records it touched, by every auditor', async () => {
      const [person, other] = [await aPerson(world, ['platform-1', 'platform-2']), await aPerson(world)];
      const { customerId, borrower } = person;
      await world.grant({ borrower, scopes: '+MonthlySummary.loanCount' });
      const requestId = newKey();
      const answer = await world.ask({ borrower, requestId, select: 'accounts { monthlySummaries { loanCount } }' });
      const seen = async (as: Caller): Promise<boolean> => (await find(as, idOf(answer), 'reportId')) !== null;
      expect(await find(CALLERS.bankA, idOf(answer), 'reportId requestId recipient { id } eraseBy')).toEqual({
        reportId: idOf(answer), requestId, recipient: { id: 'bank-a' }, eraseBy: new Date(NOW_MS + 365 * DAY).toISOString(),
      }); // prettier-ignore
      for (const as of [person.self, aBorrower(customerId, 'platform-2'), CALLERS.platform, CALLERS.auditor])
        expect([as, await seen(as)]).toEqual([as, true]);
      for (const as of [CALLERS.bankB, CALLERS.centre, other.self, aBorrower('nobody'), CALLERS.otherPlatform])
        expect([as, await seen(as)]).toEqual([as, false]);
      for (const id of ['', 'x', 'A'.repeat(22), [...idOf(answer)].reverse().join('')])
        expect(await find(CALLERS.auditor, id, 'reportId')).toBeNull();
    });

    it('by a platform without the date of erasure, which another platform’s consent may have set', async () => {
      const { borrower } = await aPerson(world);
      await world.grant({ borrower, scopes: '*+Identity.fullName' });
      const id = idOf(await world.ask({ borrower, select: SELECTS[0] }));
      expect(await find(CALLERS.platform, id, 'reportId eraseBy')).toEqual({ reportId: id, eraseBy: null });
    });

    it('by its recipient without a word on what left', async () => {
      const { borrower } = await aPerson(world);
      await world.grant({ borrower, scopes: '*+Identity.fullName' });
      const id = idOf(await world.ask({ borrower, select: SELECTS[0] }));
      for (const hidden of [
        'outcome',
        'legalBasis',
        'released { field }',
        'refused { field }',
        'empty { field }',
        'verdicts { field }',
        'citations { version }',
        'customerId',
        'borrowerPseudonym',
        'commitment',
      ])
        // prettier-ignore
        for (const as of [CALLERS.bankA, CALLERS.centre]) {
          const query = `{ disclosure(reportId: "${id}") { reportId ${hidden} } }`;
          const { status, code, data } = await sendAs(world.gateway.http, as, query);
          expect([hidden, status, code, data]).toEqual([hidden, 400, 'GRAPHQL_VALIDATION_FAILED', undefined]);
        }
    });

    it('by each of two platforms with its own cells, outcome and consents alone, and by the borrower whole', async () => {
      const { borrower, customerId, self } = await aPerson(world, ['platform-1', 'platform-2']);
      const identity = { idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` };
      expect(await find(self, 'none', 'reportId')).toBeNull();
      const there = { as: CALLERS.otherPlatform, borrower: CUSTOMER(customerId, 'platform-2') };
      const [mine, theirs] = [await world.grant({ borrower }), await world.grant({ ...there, scopes: '*+Identity.fullName' })];
      const answer = await world.ask({ borrower, select: `identity { fullName } accounts { openedYear }` });
      expect(reportOf(answer).identity).toEqual({ fullName: identity.fullName });
      const select = `outcome legalBasis customerId ${CELLS} citations { consent { id } }`;
      const years = ['HUABEI', 'JIEBEI', 'OTHER'].map((product) => ({ field: 'CreditAccount.openedYear', product }));
      const name = [{ field: 'Identity.fullName', product: null }];
      expect(await find(CALLERS.otherPlatform, idOf(answer), select)).toEqual({
        outcome: 'RELEASED', legalBasis: 'WRITTEN_CONSENT_QUERY', customerId, released: name, refused: years, empty: [],
        citations: [{ consent: { id: theirs } }],
      }); // prettier-ignore
      expect(await find(CALLERS.platform, idOf(answer), select)).toEqual({
        outcome: 'REFUSED', legalBasis: null, customerId, released: [], refused: expect.arrayContaining([...name, ...years]) as unknown,
        empty: [], citations: [],
      }); // prettier-ignore
      const whole = await find<Explained>(self, idOf(answer), `${select.replace('customerId', '')} ${VERDICTS}`);
      expect(whole).toMatchObject({ outcome: 'RELEASED', released: name, citations: [{ consent: { id: theirs } }] });
      expect([whole?.refused.length, whole?.verdicts.length]).toEqual([7, 8]);
      expect(JSON.stringify(await find(CALLERS.platform, idOf(answer), select))).not.toContain(theirs);
      expect(JSON.stringify(whole?.verdicts)).not.toContain(mine); // its one field was not asked
    });

    it('by the auditor with pseudonym and commitment, and with nothing personal', async () => {
      const person = await aPerson(world);
      const { borrower, customerId } = person;
      await world.grant({ borrower, scopes: '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_FREQUENCY' });
      const answer = await world.ask({ borrower, select: EVERYTHING });
      const found = await find(CALLERS.auditor, idOf(answer), FOR_AUDITOR);
      expect(found).toMatchObject({ outcome: 'RELEASED', customerId: null, requestId: null, citations: [{ consent: { customerId: null } }] });
      for (const personal of [customerId, '13800001234', '1990', 'Hangzhou', 'Street 1', 'Lender'])
        expect(JSON.stringify({ ...found, commitment: '', borrowerPseudonym: '' })).not.toContain(personal);
      const [row] = await world.rows(
        'SELECT k.borrower_ref, k.wrapped_key FROM customer AS c JOIN borrower_key AS k ON k.borrower_ref = c.borrower_ref WHERE c.customer_id = ?',
        [customerId],
      );
      const key = world.keys.borrowerKey(row?.['borrower_ref'] as Buffer, row?.['wrapped_key'] as Buffer);
      expect(found?.['borrowerPseudonym']).toBe(key.pseudonym().toString('base64url'));
      expect(found?.['commitment']).toMatch(/^[0-9a-f]{64}$/);
    }); // prettier-ignore

    it('of nobody by the auditor alone, and stays one of nobody when the person is furnished', async () => {
      const borrower = CUSTOMER('late-comer');
      const answer = await world.ask({ borrower, select: SELECTS[0] });
      await world.furnish(recordsOf({ customerId: 'late-comer', months: [] }));
      await world.grant({ borrower, scopes: '*+Identity.fullName' });
      expect(await reasonsOf(answer)).toEqual(['UNKNOWN_BORROWER', 'UNKNOWN_BORROWER']);
      for (const as of [aBorrower('late-comer'), CALLERS.platform]) expect(await find(as, idOf(answer), 'reportId')).toBeNull();
    });

    it('never of a preview', async () => {
      const { borrower, self } = await aPerson(world);
      const query = 'query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { report { reportId } } }';
      const input = { borrower, recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION' };
      const { report } = await read<{ report: { reportId: string } }>(world, CALLERS.platform, query, { input });
      for (const as of [CALLERS.auditor, CALLERS.platform, self]) expect(await find(as, report.reportId, 'reportId')).toBeNull();
    });
  });

  describe('is explained by the consents of then', () => {
    it('whatever became of the consent since: granted, amended, paused, resumed, used, revoked, expired', async () => {
      const { borrower } = await aPerson(world);
      const seen: [Answer, readonly string[]][] = [];
      const ask = async (...reasons: readonly string[]): Promise<void> => {
        seen.push([await world.ask({ borrower, select: SELECTS[0] }), reasons]);
        for (const [answer, expected] of seen) expect(await reasonsOf(answer)).toEqual(expected);
        world.clock.nowMs += MINUTE;
      };
      await ask('NO_CONSENT', 'NO_CONSENT');
      const consentId = await world.grant({ borrower, scopes: '*+Identity.fullName', validUntil: NOW_MS + DAY });
      await ask('PERMITTED', 'OUTSIDE_PURPOSE');
      await ours('amendConsent', { consentId, expectedVersion: 1, scopes: [] });
      await ask('NOT_GRANTED', 'OUTSIDE_PURPOSE');
      const scopes = scopesOf('*+Identity.fullName');
      await ours('amendConsent', { consentId, expectedVersion: 2, scopes, evidence: someEvidence(world.clock.nowMs) });
      await ask('PERMITTED', 'OUTSIDE_PURPOSE');
      await ours('pauseConsent', { consentId });
      await ask('PAUSED', 'OUTSIDE_PURPOSE');
      await ours('resumeConsent', { consentId, expectedVersion: 3 });
      await ask('PERMITTED', 'OUTSIDE_PURPOSE');
      await ours('amendConsent', { consentId, expectedVersion: 3, accessMode: 'ONE_TIME' });
      await ask('PERMITTED', 'OUTSIDE_PURPOSE');
      await ask('ONE_TIME_USED', 'OUTSIDE_PURPOSE');
      const second = await world.grant({ borrower, scopes: '*-Identity.fullName' });
      await ask('DENIED', 'OUTSIDE_PURPOSE');
      await world.revoke(second);
      await ask('DENIED', 'OUTSIDE_PURPOSE');
      await world.grant({ borrower, scopes: '*+Identity.fullName', validUntil: world.clock.nowMs + DAY });
      await ask('PERMITTED', 'OUTSIDE_PURPOSE');
      world.clock.nowMs += 2 * DAY;
      await ask('EXPIRED', 'OUTSIDE_PURPOSE');
    });

    it('and by the budgets of then, also where a counted consent was made one for a single use later', async () => {
      const { borrower } = await aPerson(world);
      const frequency = { count: 2, per: 'DAY' };
      const consentId = await world.grant({ borrower, scopes: '*+Identity.fullName', more: { frequency } });
      const ask = (requestId = newKey()): Promise<Answer> => world.ask({ borrower, requestId, select: 'identity { fullName }' });
      const requestId = newKey();
      const answers = [await ask(requestId), await ask(), await ask()];
      world.clock.nowMs += MINUTE;
      expect(idOf(await ask(requestId))).toBe(idOf(answers[0] as Answer)); // the retry
      world.clock.nowMs += DAY;
      await ours('amendConsent', { consentId, expectedVersion: 1, accessMode: 'ONE_TIME' });
      answers.push(await ask(), await ask());
      expect(answers.map((answer) => reportOf(answer).identity['fullName'] !== null)).toEqual([true, true, false, true, false]);
      expect((await Promise.all(answers.map(reasonsOf))).flat()).toEqual([
        'PERMITTED', 'PERMITTED', 'OVER_FREQUENCY', 'PERMITTED', 'ONE_TIME_USED',
      ]); // prettier-ignore
    });

    it('and by the as-of date of then, when newer months have been furnished since', async () => {
      const { borrower, customerId } = await aPerson(world);
      await world.grant({ borrower, scopes: '+MonthlySummary.loanCount', more: { dataFrom: '2025-04-01', dataUntil: '2026-04-01' } });
      const ask = () => world.ask({ borrower, select: 'summary { loanCount12m }' });
      const before = await ask();
      world.clock.nowMs += 25 * DAY;
      await world.furnish(recordsOf({ customerId, asOf: '2026-05-09', months: ['2026-04'] }));
      const after = await ask();
      expect([await reasonsOf(before), await reasonsOf(after)]).toEqual([
        ['NOT_GRANTED', 'INPUTS', 'NOT_GRANTED'],
        ['NOT_GRANTED', 'WINDOW_NOT_COVERED', 'NOT_GRANTED'],
      ]);
    }); // prettier-ignore

    it('over whole lives of consents: as it was explained at once, so it stays, and it agrees with what left', async () => {
      let [reports, retries] = [0, 0];
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { minLength: 8, maxLength: 24 }), async (steps) => {
          world.clock.nowMs = NOW_MS;
          const person = await aPerson(world);
          const known = new Map<string, Explained>();
          let last: readonly [string, string] | null = null;
          const ask = async ({ select, again }: { readonly select: string; readonly again: boolean }): Promise<void> => {
            const isNew = !again || !last;
            const [requestId, chosen] = isNew || !last ? [newKey(), select] : last;
            last = [requestId, chosen];
            const foreseen = isNew ? await foresee(person.borrower, chosen) : null;
            const answer = await world.ask({ borrower: person.borrower, requestId, select: chosen });
            expect(answer.status).toBe(200);
            const now = await explained(idOf(answer));
            expectAgreement(now);
            if (foreseen) expect(sorted(now.verdicts)).toEqual(sorted(foreseen));
            const shown = reportOf(answer).identity as Values | undefined;
            if (shown) expect(named(now.released).includes('Identity.fullName -')).toBe(shown['fullName'] !== null);
            const before = known.get(idOf(answer));
            if (before) retries += 1;
            expect(now).toEqual(before ?? now);
            known.set(idOf(answer), now);
          };
          for (const step of steps) await ('select' in step ? ask(step) : take(step, person));
          world.clock.nowMs += 40 * DAY;
          for (const [reportId, then] of known) expect(await explained(reportId)).toEqual(then);
          reports += known.size;
        }),
        { numRuns: LIVES, seed: SEED, endOnFailure: true },
      );
      process.stdout.write(
        `explained: ${String(LIVES)} lives, seed ${String(SEED)}, ${String(reports)} reports, ${String(retries)} retries\n`,
      );
      expect([reports > LIVES * 2, retries > LIVES / 4]).toEqual([true, true]);
    });
  });

  const budget = fc.constantFrom<Values>(
    {}, {}, { accessMode: 'ONE_TIME' }, { frequency: { count: 1, per: 'DAY' } }, { frequency: { count: 2, per: 'WEEK' } },
    { absencePolicy: 'EXPLICIT' },
  ); // prettier-ignore
  const scopes = fc.constantFrom(
    '*+Identity.fullName', '*+Identity.fullName *+MonthlySummary.loanCount', '*+BORROWING_FREQUENCY', '+MonthlySummary.loanCountBand',
    '*-Identity.fullName *+CreditAccount.openedYear', '*+CreditSummary.averageLoanAmount12m *+MonthlySummary.borrowedAmount',
  ); // prettier-ignore
  const amendment = fc.constantFrom<Values>(
    { accessMode: 'ONE_TIME' }, { frequency: { count: 1, per: 'DAY' } }, { frequency: { count: 3, per: 'MONTH' } }, { lift: ['FREQUENCY'] },
    { accessMode: 'RECURRING' }, { dataFrom: '2026-02-01' }, { scopes: [] }, { absencePolicy: 'EXPLICIT' },
    { validUntil: new Date(NOW_MS + 5 * DAY).toISOString() }, ...['*+Identity.fullName', '*+IDENTITY *+BORROWING_FREQUENCY'].map((text) => ({ scopes: scopesOf(text) })),
  ); // prettier-ignore
  const which = fc.nat({ max: 3 });
  const aStep = fc.oneof(
    { weight: 6, arbitrary: fc.record({ select: fc.constantFrom(...SELECTS), again: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ grant: scopes, more: budget, days: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 3, arbitrary: fc.record({ amend: which, change: amendment }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('pauseConsent' as const, 'resumeConsent' as const), which }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('revokeConsent' as const), which, gaveUp: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ waitMs: fc.constantFrom(MINUTE, 9 * MINUTE, 11 * MINUTE, DAY / 4, DAY, 8 * DAY) }) },
  );
  type Step = typeof aStep extends fc.Arbitrary<infer T> ? Exclude<T, { select: string }> : never;

  /** One act on one of the person's consents; what their state does not allow is refused, and nothing more. */
  async function take(step: Step, { borrower, customerId }: Person): Promise<void> {
    if ('waitMs' in step) {
      world.clock.nowMs += step.waitMs;
      return;
    }
    if ('grant' in step) {
      const validUntil = world.clock.nowMs + step.days * DAY;
      await world.grant({ borrower, scopes: step.grant, validUntil, more: step.more });
      return;
    }
    const rows = await world.rows('SELECT arrangement_id, ver FROM arrangement WHERE customer_id = ? ORDER BY created_at_ms', [customerId]); // prettier-ignore
    const row = rows[('amend' in step ? step.amend : step.which) % Math.max(rows.length, 1)];
    if (!row) return;
    const consentId = (row['arrangement_id'] as Buffer).toString('hex');
    const [as, name, input]: readonly [Caller, Act, Values] =
      'amend' in step
        ? [
            CALLERS.platform,
            'amendConsent',
            { ...step.change, expectedVersion: row['ver'], evidence: someEvidence(world.clock.nowMs) },
          ]
        : step.act === 'resumeConsent'
          ? [CALLERS.platform, step.act, { expectedVersion: row['ver'] }]
          : ['gaveUp' in step && step.gaveUp ? CALLERS.bankA : CALLERS.platform, step.act, {}];
    const answer = await sendAct(world, as, name, { consentId, ...input });
    expect(['', 'ILLEGAL_TRANSITION', 'INVALID_PERIOD', 'BAD_USER_INPUT']).toContain(answer.code);
  }
});
