import { NOW_MS } from '../support/builders';
import { type Answer, aBorrower, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import {
  CUSTOMER,
  DAY,
  EVERYTHING,
  inputOf,
  openWorld,
  type PersonDraft,
  recordsOf,
  REPORT,
  type Report,
  type ReportAccount,
  reportOf,
  someEvidence,
  type World,
} from '../support/world';

const LOAN_COUNTS = 'accounts { product monthlySummaries(months: 3) { month loanCount borrowedAmount } }';
const at = (text: string): number => Date.parse(`${text}+08:00`);

forEachDatabase('the main job', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
    world.spy.beforeRead = null;
  });

  /** A new person with records of three months, unless told otherwise. */
  async function aPerson(draft: PersonDraft = {}, platformId = 'platform-1') {
    people += 1;
    const customerId = draft.customerId ?? `person-${String(people)}`;
    await world.furnish(recordsOf({ months: ['2026-03', '2026-02', '2026-01'], ...draft, customerId }), platformId);
    return { customerId, borrower: CUSTOMER(customerId, platformId) };
  }
  const accountOf = (report: Report, at: number): ReportAccount => report.accounts?.[at] ?? {};
  const monthsOf = (report: Report, at = 0): readonly Values[] => accountOf(report, at).monthlySummaries ?? [];

  async function entries(): Promise<number> {
    const [row] = await world.rows('SELECT COUNT(*) AS n FROM ledger_entry');
    return Number(row?.['n']);
  }

  describe('granting', () => {
    it('releases a field of one product with its values, and everything else as null without an error', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, scopes: '+MonthlySummary.loanCount' });
      const answer = await world.ask({ borrower, select: LOAN_COUNTS });
      expect(answer.errors).toBeUndefined();
      expect(reportOf(answer).accounts).toEqual([
        {
          product: null,
          monthlySummaries: [
            { month: '2026-03', loanCount: 1, borrowedAmount: null },
            { month: '2026-02', loanCount: 2, borrowedAmount: null },
            { month: '2026-01', loanCount: 3, borrowedAmount: null },
          ],
        },
      ]);
    });

    it('releases all fields of a cluster for every product', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, scopes: '*+BORROWING_AMOUNT *+CreditAccount.product' });
      const report = await world.report({ borrower, select: LOAN_COUNTS });
      const byProduct = new Map(report.accounts?.map((account) => [account['product'], account.monthlySummaries?.[0]]));
      expect(byProduct.get('HUABEI')).toEqual({ month: '2026-03', loanCount: null, borrowedAmount: 10_000 });
      expect(byProduct.get('JIEBEI')).toEqual({ month: '2026-03', loanCount: null, borrowedAmount: 10_001 });
    });

    it('shows identity fields by themselves, and nothing of an account', async () => {
      const { borrower, customerId } = await aPerson();
      await world.grant({ borrower, scopes: '*+Identity.fullName *+Identity.birthYear' });
      const report = await world.report({
        borrower,
        select: 'identity { fullName birthYear dateOfBirth idNumber mobile } accounts { product openedOn }',
      });
      expect(report.identity).toEqual({
        fullName: `Name ${customerId}`,
        birthYear: 1990,
        dateOfBirth: null,
        idNumber: null,
        mobile: null,
      });
      expect(report.accounts).toBeNull();
    });

    it('keeps the shape of the answer whatever was granted', async () => {
      const { borrower } = await aPerson();
      const select = 'identity { fullName mobile } summary { loanCount12m basis { field } } accounts { product }';
      const before = await world.report({ borrower, select });
      await world.grant({ borrower, scopes: '*+Identity.fullName *+BORROWING_FREQUENCY *+CreditAccount.product' });
      const after = await world.report({ borrower, select });
      expect(Object.keys(after)).toEqual(Object.keys(before));
      expect(before).toEqual({
        identity: { fullName: null, mobile: null },
        summary: { loanCount12m: null, basis: null },
        accounts: null,
      });
      expect(after.accounts).toHaveLength(2);
    });

    it('shows every furnished value when every field is permitted', async () => {
      const { borrower } = await aPerson({ products: ['JIEBEI'] });
      await world.grant({
        borrower,
        scopes: '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL',
      });
      const account = accountOf(await world.report({ borrower, select: EVERYTHING }), 0);
      const { monthlySummaries, accountRef, ...terms } = account;
      expect(accountRef).toMatch(/^[\w-]{22}$/);
      expect(terms).toEqual({
        currency: 'CNY', reportedOn: '2026-04-15', product: 'JIEBEI', accountClass: 'D1', portfolioType: 'INSTALMENT', businessType: '91',
        furnisherName: 'Lender JIEBEI', furnisherType: '24', openedYear: 2019, openedOn: '2019-05-01', maturityOn: '2030-01-01', closedOn: null,
        creditLimitBand: 'A3', creditLimit: 1_000_000, originalAmount: 5_000_001, repaymentMethod: '11', repaymentFrequency: '03',
        guaranteeType: '4', liabilityRole: 'INDIVIDUAL', status: 'NORMAL', fiveTierClass: 'NORMAL',
        fundingShares: [{ institution: 'Bank X', shareBp: 4_000 }, { institution: 'Bank Y', shareBp: 6_000 }],
        specialEvents: [{ type: '1', occurredOn: '2025-11-11', amount: 777, monthsChanged: 2 }], loans: null, disputes: null,
      }); // prettier-ignore
      expect(monthlySummaries?.[0]).toEqual({
        month: '2026-03', borrowedAmountBand: 'A1', borrowedAmount: 10_000, balance: 20_000, usedLimit: 100_000, averageUsedLimit6m: null,
        maxUsedLimit: 900_000, scheduledDue: 60_000, actualPaid: 60_000, pastDueAmount: 0, pastDuePrincipal31To60: 0,
        pastDuePrincipal61To90: 0, pastDuePrincipal91To180: 0, pastDuePrincipalOver180: 0, pastDuePeriods: 0, repaymentStatus: 'N',
        daysPastDueMonthEnd: 0, loanCountBand: 'C0', loanCount: 0, loanDays: 0, remainingInstalments: 5,
      }); // prettier-ignore
    });

    it('lets a borrower grant for themself, and refuses one who names somebody', async () => {
      const { borrower, customerId } = await aPerson();
      const self = aBorrower(customerId);
      expect((await world.tryGrant({ as: self, borrower })).code).toBe('BAD_USER_INPUT');
      await world.grant({ as: self, borrower: null });
      expect(monthsOf(await world.report({ borrower, select: LOAN_COUNTS }))).toHaveLength(3);
    });

    it('gives the same consent again for the same key and input, and refuses the key with another input', async () => {
      const { borrower } = await aPerson();
      const draft = { borrower, key: newKey(), evidence: someEvidence(NOW_MS) };
      const first = await world.grant(draft);
      const before = await entries();
      expect(await world.grant(draft)).toBe(first);
      expect(await entries()).toBe(before);
      expect((await world.tryGrant({ ...draft, scopes: '+MonthlySummary.balance' })).code).toBe('IDEMPOTENCY_MISMATCH');
    });

    it('accepts evidence of 24 hours and not a millisecond older, and 15 minutes ahead and no more', async () => {
      const { borrower } = await aPerson();
      const approved = async (atMs: number): Promise<string> =>
        (await world.tryGrant({ borrower, evidence: someEvidence(NOW_MS, { approvedAt: new Date(atMs).toISOString() }) })).code;
      expect(await approved(NOW_MS - DAY)).toBe('');
      expect(await approved(NOW_MS - DAY - 1)).toBe('EVIDENCE_STALE');
      expect(await approved(NOW_MS + 900_000)).toBe('');
      expect(await approved(NOW_MS + 900_001)).toBe('EVIDENCE_STALE');
    });

    it('takes an approval once', async () => {
      const { borrower } = await aPerson();
      const evidence = someEvidence(NOW_MS);
      await world.grant({ borrower, evidence });
      expect((await world.tryGrant({ borrower, evidence })).code).toBe('EVIDENCE_REUSED');
    });

    it.each([
      ['a cluster that the purpose closes', { scopes: '*+CONTACT' }, 'EXCEEDS_PURPOSE', 'input.scopes'],
      [
        'a longer validity than the purpose allows',
        { validUntil: NOW_MS + 180 * DAY + 1 },
        'EXCEEDS_PURPOSE',
        'input.validUntil',
      ],
      ['a longer life of the data', { more: { dataLifeDays: 366 } }, 'EXCEEDS_PURPOSE', 'input.dataLifeDays'],
      ['an end that has come', { validUntil: NOW_MS }, 'INVALID_PERIOD', 'input.validUntil'],
      ['an end before the start', { validFrom: NOW_MS + DAY, validUntil: NOW_MS + DAY }, 'INVALID_PERIOD', 'input.validUntil'],
      ['empty data dates', { more: { dataFrom: '2026-01-01', dataUntil: '2026-01-01' } }, 'INVALID_PERIOD', 'input.dataUntil'],
      ['no scope', { scopes: [] }, 'EMPTY_SCOPES', 'input.scopes'],
      ['a field by its short name', { scopes: '+loanCount' }, 'UNKNOWN_FIELD', 'input.scopes.0.field'],
      ['a field that is not there', { scopes: '*+IDENTITY +MonthlySummary.income' }, 'UNKNOWN_FIELD', 'input.scopes.1.field'],
      ['a recipient that nobody registered', { recipientId: 'bank-z' }, 'RECIPIENT_NOT_ACTIVE', 'input.recipientId'],
      ['a platform as recipient', { recipientId: 'platform-2' }, 'RECIPIENT_NOT_ACTIVE', 'input.recipientId'],
      ['a purpose of another kind of recipient', { purpose: 'CREDIT_REPORTING' }, 'RECIPIENT_NOT_ACTIVE', 'input.recipientId'],
    ])('refuses %s', async (_what, draft, code, input) => {
      const { borrower } = await aPerson({ months: [] });
      const answer = await world.tryGrant({ borrower, ...draft });
      expect({ status: answer.status, data: answer.data }).toEqual({ status: 200, data: { grantConsent: null } });
      expect(answer.errors?.map(({ extensions }) => [extensions.code, extensions['input']])).toEqual([[code, input]]);
    });

    it('writes nothing for a refused grant', async () => {
      const { borrower } = await aPerson({ months: [] });
      const evidence = someEvidence(NOW_MS);
      const before = await entries();
      expect((await world.tryGrant({ borrower, evidence, validUntil: NOW_MS })).code).toBe('INVALID_PERIOD');
      expect(await entries()).toBe(before);
      await expect(world.grant({ borrower, evidence })).resolves.toMatch(/^[0-9a-f]{32}$/);
    });

    it("says NOT_FOUND alike of nobody and of another platform's customer", async () => {
      const { customerId } = await aPerson();
      const asOther = { as: CALLERS.otherPlatform };
      const foreign = await world.tryGrant({ ...asOther, borrower: CUSTOMER(customerId) });
      const nobody = await world.tryGrant({ ...asOther, borrower: CUSTOMER('nobody-at-all') });
      expect(foreign.code).toBe('NOT_FOUND');
      const withoutTrace = ({ text }: Answer): string => text.replace(/"traceId":"[^"]+"/, '');
      expect(withoutTrace(foreign)).toBe(withoutTrace(nobody));
    });
  });

  describe('ending', () => {
    it('shows nothing in the very next query after a revocation', async () => {
      const { borrower } = await aPerson();
      const id = await world.grant({ borrower });
      expect(monthsOf(await world.report({ borrower, select: LOAN_COUNTS }))).toHaveLength(3);
      await world.revoke(id);
      expect((await world.report({ borrower, select: LOAN_COUNTS })).accounts).toBeNull();
    });

    it('lets neither another platform nor another borrower revoke, and says NOT_FOUND', async () => {
      const { borrower } = await aPerson();
      const stranger = await aPerson({ months: [] });
      const id = await world.grant({ borrower });
      for (const as of [CALLERS.otherPlatform, aBorrower(stranger.customerId), aBorrower(stranger.customerId, 'platform-2')])
        expect((await world.tryRevoke(id, { as })).code).toBe('NOT_FOUND');
      expect((await world.tryRevoke('0'.repeat(32))).code).toBe('NOT_FOUND');
      expect(monthsOf(await world.report({ borrower, select: LOAN_COUNTS }))).toHaveLength(3);
    });

    it('lets the borrower revoke what their platform granted', async () => {
      const { borrower, customerId } = await aPerson();
      const id = await world.grant({ borrower });
      const answer = await world.tryRevoke(id, { as: aBorrower(customerId) });
      expect(answer.data).toEqual({
        revokeConsent: { consentId: id, consent: { status: 'REVOKED', statusReason: 'BORROWER_WITHDREW' } },
      });
    });

    it('refuses a stale version with the one in force, and takes the right one', async () => {
      const { borrower } = await aPerson({ months: [] });
      const id = await world.grant({ borrower });
      const refused = await world.tryRevoke(id, { expectedVersion: 2 });
      expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', version: 1 });
      await expect(world.revoke(id, { expectedVersion: 1 })).resolves.toBeUndefined();
    });

    it('ends once, whatever the key, and keeps the first reason', async () => {
      const { borrower, customerId } = await aPerson({ months: [] });
      const id = await world.grant({ borrower });
      await world.revoke(id);
      const before = await entries();
      const again = await world.tryRevoke(id, { as: aBorrower(customerId) });
      expect(again.data).toMatchObject({ revokeConsent: { consent: { status: 'REVOKED', statusReason: 'PLATFORM_ON_BEHALF' } } });
      expect(await entries()).toBe(before);
    });
  });

  describe('reach of a consent', () => {
    it('does not reach another bank, another purpose or another product', async () => {
      const { borrower } = await aPerson({ products: ['HUABEI'] });
      await world.grant({ borrower, scopes: 'H+MonthlySummary.loanCount' });
      const other = await aPerson({ products: ['HUABEI'] });
      await world.grant({ borrower: other.borrower, scopes: 'J+MonthlySummary.loanCount' });
      const shown = async (draft: object): Promise<number> =>
        monthsOf(await world.report({ borrower, select: LOAN_COUNTS, ...draft })).length;
      expect(await shown({})).toBe(3);
      expect(await shown({ as: CALLERS.bankB })).toBe(0);
      expect(await shown({ purpose: 'CARD_APPROVAL' })).toBe(0);
      expect(await shown({ borrower: other.borrower })).toBe(0);
    });

    it('holds from its first millisecond up to, not including, its last', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, validFrom: NOW_MS + 1_000, validUntil: NOW_MS + 5_000 });
      const shownAt = async (ms: number): Promise<number> => {
        world.clock.nowMs = NOW_MS + ms;
        return monthsOf(await world.report({ borrower, select: LOAN_COUNTS })).length;
      };
      expect([await shownAt(999), await shownAt(1_000), await shownAt(4_999), await shownAt(5_000)]).toEqual([0, 3, 3, 0]);
    });

    it('shows no month that lies only partly inside the data dates', async () => {
      const { borrower } = await aPerson({ months: ['2026-03', '2026-02', '2026-01', '2025-12', '2025-11'] });
      await world.grant({ borrower, more: { dataFrom: '2025-12-02', dataUntil: '2026-03-31' } });
      const report = await world.report({ borrower, select: 'accounts { monthlySummaries(months: 60) { month loanCount } }' });
      expect(monthsOf(report).map(({ month }) => month)).toEqual(['2026-02', '2026-01']);
    });

    it('shows a month whose days are exactly the data dates', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, more: { dataFrom: '2026-02-01', dataUntil: '2026-03-01' } });
      expect(monthsOf(await world.report({ borrower, select: LOAN_COUNTS })).map(({ month }) => month)).toEqual(['2026-02']);
    });

    it('does not show a joint account, even when everything is permitted', async () => {
      const { borrower } = await aPerson({ account: (product) => (product === 'HUABEI' ? { liabilityRole: 'JOINT' } : {}) });
      await world.grant({ borrower, scopes: '*+ACCOUNT_TERMS *+BORROWING_FREQUENCY' });
      const report = await world.report({ borrower, select: 'summary { openAccountCount } accounts { product }' });
      expect(report.accounts).toEqual([{ product: 'JIEBEI' }]);
      expect(report.summary['openAccountCount']).toBe(1);
    });

    it('shows an account without a released value nowhere: an empty list is null', async () => {
      const { borrower } = await aPerson({ products: [] });
      await world.grant({ borrower, scopes: '*+ACCOUNT_TERMS *+BORROWING_FREQUENCY' });
      expect((await world.report({ borrower, select: LOAN_COUNTS })).accounts).toBeNull();
      const lonely = await aPerson({ months: [] });
      await world.grant({ borrower: lonely.borrower, scopes: '*+BORROWING_FREQUENCY' });
      expect((await world.report({ borrower: lonely.borrower, select: LOAN_COUNTS })).accounts).toBeNull();
    });
  });

  describe('asking', () => {
    it('lists by product only where the product is permitted', async () => {
      const { borrower } = await aPerson();
      const select = 'accounts(product: HUABEI) { product openedYear }';
      const id = await world.grant({ borrower, scopes: '*+CreditAccount.openedYear' });
      expect((await world.report({ borrower, select })).accounts).toBeNull();
      await world.revoke(id);
      await world.grant({ borrower, scopes: '*+CreditAccount.openedYear H+CreditAccount.product' });
      expect((await world.report({ borrower, select })).accounts).toEqual([{ product: 'HUABEI', openedYear: 2019 }]);
      expect((await world.report({ borrower, select: select.replace('HUABEI', 'JIEBEI') })).accounts).toBeNull();
    });

    it.each([0, 61, -1, 2_147_483_647])('refuses months: %i before anybody is looked for', async (months) => {
      const { result, executed } = await world.spy.during(() =>
        world.ask({ select: `accounts { monthlySummaries(months: ${String(months)}) { loanCount } }` }),
      );
      expect({ status: result.status, code: result.code, data: result.data }).toEqual({
        status: 400,
        code: 'BAD_USER_INPUT',
        data: undefined,
      });
      expect(executed.filter(({ sql }) => /identity_lookup|customer|monthly_summary|ledger/.test(sql))).toEqual([]);
    });

    it('clamps months to what each list asks for', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower });
      const select =
        'accounts { one: monthlySummaries(months: 1) { month loanCount } two: monthlySummaries(months: 2) { month loanCount } }';
      expect((await world.report({ borrower, select })).accounts).toEqual([
        { one: [{ month: '2026-03', loanCount: 1 }], two: [{ month: '2026-03', loanCount: 1 }, { month: '2026-02', loanCount: 2 }] },
      ]); // prettier-ignore
    });

    it('gives the same values through aliases, fragments, merged duplicates and directives', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, scopes: '+MonthlySummary.loanCount *+Identity.fullName' });
      const plain = await world.report({
        borrower,
        select: 'identity { fullName mobile } accounts { monthlySummaries(months: 1) { loanCount balance } }',
      });
      const query = `query ($input: CreditReportInput!, $yes: Boolean!) { creditReport(input: $input) { ...R ... on CreditReport { identity { mobile } }
        accounts { ...A monthlySummaries(months: 1) { balance } } } }
        fragment R on CreditReport { identity { fullName @include(if: $yes) idNumber @skip(if: $yes) } }
        fragment A on CreditAccount { monthlySummaries(months: 1) { ... on MonthlySummary { loanCount } } }`;
      const answer = await sendAs(world.gateway.http, CALLERS.bankA, query, { input: inputOf({ borrower }), yes: true });
      expect(reportOf(answer)).toEqual(plain);
      const aliased = await world.report({ borrower, select: 'identity { a: fullName b: mobile fullName: mobile }' });
      expect(aliased.identity).toEqual({ a: plain.identity['fullName'], b: null, fullName: null });
    });

    it('answers one report in an operation and refuses a second', async () => {
      const query = `query ($a: CreditReportInput!, $b: CreditReportInput!) { a: creditReport(input: $a) { reportId } b: creditReport(input: $b) { reportId } }`;
      const { result, executed } = await world.spy.during(() =>
        sendAs(world.gateway.http, CALLERS.bankA, query, { a: inputOf(), b: inputOf() }),
      );
      expect({ status: result.status, code: result.code, data: result.data }).toEqual({
        status: 400,
        code: 'OPERATION_TOO_COSTLY',
        data: undefined,
      });
      expect(executed.filter(({ sql }) => sql.includes('identity_lookup'))).toEqual([]);
    });

    it('knows a person by document number and name, and nobody by a wrong name', async () => {
      const { customerId, borrower } = await aPerson();
      await world.grant({ borrower });
      const byDocument = (fullName: string) => ({ idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName });
      const named = (fullName: string) => world.report({ borrower: byDocument(fullName), select: LOAN_COUNTS });
      expect(monthsOf(await named(`name ${customerId}`))).toHaveLength(3);
      expect((await named('Somebody Else')).accounts).toBeNull();
      expect((await world.ask({ borrower: { idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}` } })).code).toBe(
        'BAD_USER_INPUT',
      );
    });

    it('keeps two platforms of one person apart', async () => {
      const { customerId, borrower } = await aPerson();
      const identity = { idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` };
      await aPerson({ customerId: `${customerId}-b`, identity, months: ['2026-03'] }, 'platform-2');
      const asDocument = { idType: 'RESIDENT_ID_CARD', ...identity };
      await world.grant({ borrower });
      expect(monthsOf(await world.report({ borrower: asDocument, select: LOAN_COUNTS }))).toHaveLength(3);
      await world.grant({ as: CALLERS.otherPlatform, borrower: CUSTOMER(`${customerId}-b`, 'platform-2') });
      const both = await world.report({ borrower: asDocument, select: LOAN_COUNTS });
      expect(both.accounts?.map(({ monthlySummaries }) => monthlySummaries?.length).sort()).toEqual([1, 3]);
    });

    it('computes an indicator over the permitted product alone and says so', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, scopes: 'H+CreditSummary.loanCount12m' });
      const report = await world.report({
        borrower,
        select:
          'summary { loanCount12m borrowedAmount12m basis { field products firstMonth lastMonth currency estimated formulaVersion } } accounts { product monthlySummaries { loanCount } }',
      });
      expect(report.summary).toEqual({
        loanCount12m: 3,
        borrowedAmount12m: null,
        basis: [
          {
            field: 'CreditSummary.loanCount12m', products: ['HUABEI'], firstMonth: '2026-01', lastMonth: '2026-03', currency: null,
            estimated: false, formulaVersion: 1,
          },
        ],
      }); // prettier-ignore
      expect(report.accounts).toBeNull();
    });

    it('gives the same disclosure again to a retry, and refuses another question under its id', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower });
      const draft = {
        borrower,
        requestId: newKey(),
        select: 'reportId decidedAt eraseBy accounts { monthlySummaries { loanCount } }',
      };
      const first = await world.ask(draft);
      const before = await entries();
      world.clock.nowMs += 60_000;
      const retry = await world.ask(draft);
      expect(retry.text).toBe(first.text);
      expect(await entries()).toBe(before);
      const other = await aPerson();
      for (const question of [{ select: 'reportId' }, { borrower: other.borrower }, { borrower: CUSTOMER('nobody-at-all') }]) {
        const answer = await world.ask({ ...draft, ...question });
        expect({ status: answer.status, code: answer.code, data: answer.data }).toEqual({
          status: 422,
          code: 'IDEMPOTENCY_MISMATCH',
          data: undefined,
        });
      }
      expect(await entries()).toBe(before);
    });

    it('makes a new disclosure of a retry whose answer changed', async () => {
      const { borrower } = await aPerson();
      const id = await world.grant({ borrower });
      const draft = { borrower, requestId: newKey(), select: 'reportId accounts { monthlySummaries { loanCount } }' };
      const first = await world.ask(draft);
      await world.revoke(id);
      const second = await world.ask(draft);
      expect(reportOf(second).accounts).toBeNull();
      expect(second.extensions?.disclosure?.ledgerIndex).toBeGreaterThan(first.extensions?.disclosure?.ledgerIndex ?? Infinity);
      expect(second.extensions?.disclosure?.reportId).not.toBe(first.extensions?.disclosure?.reportId);
    });
  });

  describe('adverse records', () => {
    const overdue = (adverseEndedOn: string | null, more: Values = {}) => ({
      products: ['JIEBEI'],
      months: ['2026-02'],
      month: () => ({ repaymentStatus: '1', ...(adverseEndedOn ? { adverseEndedOn } : {}), ...more }),
    });
    const STATUS = 'accounts { monthlySummaries(months: 60) { month repaymentStatus } }';

    it.each([
      ['2020-02-29', '2025-02-27T23:59:59.999', true],
      ['2020-02-29', '2025-02-28T00:00:00.000', false],
      ['2020-02-28', '2025-02-28T00:00:00.000', false],
      ['2020-03-01', '2025-02-28T23:59:59.999', true],
      ['2020-03-01', '2025-03-01T00:00:00.000', false],
      [null, '2025-03-01T00:00:00.000', true],
    ])('of an event that ended on %s at %s shows: %s', async (endedOn, instant, shown) => {
      world.clock.nowMs = at('2020-04-15T10:00:00.000');
      const { borrower } = await aPerson({
        ...overdue(endedOn),
        asOf: '2020-04-01',
        months: ['2020-03'],
        identity: { identityUpdatedOn: '2020-01-01' },
        account: () => ({ specialEvents: [] }),
      });
      world.clock.nowMs = at(instant);
      await world.grant({ borrower, scopes: '+MonthlySummary.repaymentStatus' });
      const { accounts } = await world.report({ borrower, select: STATUS });
      expect(accounts).toEqual(shown ? [{ monthlySummaries: [{ month: '2020-03', repaymentStatus: '1' }] }] : null);
    });

    it('reach the credit reference centre only after the borrower was told', async () => {
      const noticed = await aPerson(overdue(null, { adverseNoticeSentAt: '2026-04-15T01:59:59.999Z' }));
      const late = await aPerson(overdue(null, { adverseNoticeSentAt: '2026-04-15T02:00:00.000Z' }));
      const untold = await aPerson(overdue(null));
      const asked = async ({ borrower }: typeof untold): Promise<unknown> => {
        await world.grant({
          borrower,
          recipientId: 'centre',
          purpose: 'CREDIT_REPORTING',
          scopes: '+MonthlySummary.repaymentStatus',
        });
        return (await world.report({ borrower, as: CALLERS.centre, purpose: 'CREDIT_REPORTING', select: STATUS })).accounts;
      };
      expect(await asked(noticed)).toEqual([{ monthlySummaries: [{ month: '2026-02', repaymentStatus: '1' }] }]);
      expect(await asked(late)).toBeNull();
      expect(await asked(untold)).toBeNull();
      await world.grant({ borrower: untold.borrower, scopes: '+MonthlySummary.repaymentStatus' });
      expect((await world.report({ borrower: untold.borrower, select: STATUS })).accounts).toHaveLength(1);
    });
  });

  it('refuses a purpose that is not the recipient’s before anybody is looked for, alike for everybody', async () => {
    const { borrower } = await aPerson({ months: [] });
    const answers = await Promise.all(
      [borrower, CUSTOMER('nobody-at-all')].map((one) => world.ask({ borrower: one, purpose: 'CREDIT_REPORTING' })),
    );
    expect(answers.map(({ status, code, data }) => ({ status, code, data }))).toEqual(
      Array.from({ length: 2 }, () => ({ status: 403, code: 'FORBIDDEN', data: undefined })),
    );
    expect(REPORT('reportId')).toContain('creditReport');
  });
});
