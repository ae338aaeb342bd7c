import { createHash } from 'node:crypto';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { NOW_MS } from '../support/builders';
import { aBorrower, type Answer, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { accountNoOf, type LoanDraft, loanNoOf, someLoans } from '../support/credit-history';
import { forEachDatabase } from '../support/databases';
import {
  CUSTOMER, DAY, EVERYTHING, inputOf, type PersonDraft, recordsOf, REPORT, type Report, type ReportAccount, reportOf, selectAll, openWorld, type World,
} from '../support/world'; // prettier-ignore

const MORTGAGE = 'MORTGAGE_ORIGINATION';
const ALL = `*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL *+REPAYMENT_DETAIL
  *+INQUIRY_HISTORY *+STATEMENTS`;
const DISPUTES = 'disputes { targetField month loanRef receivedOn answerDueOn answeredOn outcome }';
const INQUIRIES = 'inquiries { inquiredOn institutionName institutionType reason businessType isHard }';

forEachDatabase('single records', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });

  interface Somebody {
    readonly customerId: string;
    readonly borrower: Values;
    readonly draft: PersonDraft;
  }
  /** Somebody with one account of JIEBEI and the usual loans, unless drafted otherwise. */
  async function somebody(changes: PersonDraft = {}): Promise<Somebody> {
    people += 1;
    const customerId = changes.customerId ?? `single-${String(people)}`;
    const draft = { months: ['2026-03', '2026-02'], products: ['JIEBEI'], loans: someLoans, ...changes, customerId };
    await world.furnish(recordsOf(draft));
    return { customerId, borrower: CUSTOMER(customerId), draft };
  }
  const refOf = ({ customerId }: Somebody, at: number, product = 'JIEBEI'): string =>
    world.keys.pairwiseRef('bank-a', MORTGAGE, world.keys.recordIdOf('platform-1', 'loan', loanNoOf(customerId, product, at)));
  const everything = async ({ borrower }: Somebody): Promise<Report> => world.report({ borrower, select: EVERYTHING });
  const onlyAccount = ({ accounts }: Report): ReportAccount => {
    if (accounts?.length !== 1) throw new Error(`${String(accounts?.length)} accounts`);
    return accounts[0] as ReportAccount; // of exactly one
  };
  const shownNames = (record: Values | undefined): readonly string[] =>
    Object.entries(record ?? {}).flatMap(([name, value]) => (value === null ? [] : [name])).sort(); // prettier-ignore

  describe('loans and repayments', () => {
    it('are shown with every value, the newest first, without cancelled ones', async () => {
      const person = await somebody();
      await world.grant({ borrower: person.borrower, scopes: ALL });
      const { loans } = onlyAccount(await everything(person));
      const nothing = { annualRateBp: null, termDays: null, instalmentCount: null, loanPurpose: null, outstandingPrincipal: null, settledOn: null, repayments: null };
      const unpaid = { paidOn: null, lastPaidOn: null, paidAmount: null, kind: null, daysPastDue: 0 };
      const oneDay = [3, 4].map((at) => ({ at, ref: refOf(person, at) })).sort((a, b) => (a.ref < b.ref ? -1 : 1));
      expect(loans).toEqual([
        { ...nothing, loanRef: refOf(person, 6), drawnMonth: '2026-04', drawnOn: '2026-04-02', principalBand: 'A1', principal: 45_000, loanPurpose: 'OTHER', loanStatus: 'NORMAL' },
        {
          loanRef: refOf(person, 0), drawnMonth: '2026-03', drawnOn: '2026-03-20', principalBand: 'A2', principal: 150_000, annualRateBp: 1_440, termDays: 90,
          instalmentCount: 3, loanPurpose: 'CONSUMPTION', outstandingPrincipal: 100_000, loanStatus: 'NORMAL', settledOn: null,
          repayments: [
            { ...unpaid, dueOn: '2026-06-10', dueAmount: 51_002 },
            { ...unpaid, dueOn: '2026-05-10', dueAmount: 51_001 },
            { dueOn: '2026-04-10', dueAmount: 51_000, paidOn: '2026-04-10', lastPaidOn: '2026-04-10', paidAmount: 51_000, kind: 'SCHEDULED', daysPastDue: 0 },
          ],
        },
        {
          loanRef: refOf(person, 1), drawnMonth: '2026-03', drawnOn: '2026-03-05', principalBand: 'A1', principal: 60_000, annualRateBp: 1_800, termDays: 30,
          instalmentCount: 1, loanPurpose: 'TRAVEL', outstandingPrincipal: 0, loanStatus: 'SETTLED', settledOn: '2026-03-25',
          repayments: [
            { dueOn: '2026-03-31', dueAmount: 60_900, paidOn: '2026-03-25', lastPaidOn: '2026-03-25', paidAmount: 61_000, kind: 'EARLY_FULL', daysPastDue: 0 },
          ],
        },
        {
          loanRef: refOf(person, 2), drawnMonth: '2026-01', drawnOn: '2026-01-10', principalBand: 'A2', principal: 300_000, annualRateBp: 2_400, termDays: 60,
          instalmentCount: 2, loanPurpose: 'EDUCATION', outstandingPrincipal: 130_000, loanStatus: 'OVERDUE', settledOn: null,
          repayments: [
            { dueOn: '2026-03-10', dueAmount: 153_001, paidOn: null, lastPaidOn: '2026-03-15', paidAmount: 20_000, kind: 'PARTIAL', daysPastDue: 36 },
            { dueOn: '2026-02-10', dueAmount: 153_000, paidOn: '2026-02-13', lastPaidOn: '2026-02-13', paidAmount: 153_000, kind: 'SCHEDULED', daysPastDue: 3 },
          ],
        },
        ...oneDay.map(({ at, ref }) => ({
          ...nothing, loanRef: ref, drawnMonth: '2025-06', drawnOn: '2025-06-01', principalBand: 'A1', principal: at === 3 ? 40_000 : 70_000, loanStatus: 'SETTLED',
          settledOn: at === 3 ? '2025-09-01' : '2025-08-01',
        })),
      ]);
    }); // prettier-ignore

    it.each(FIELD_CATALOGUE.entries.filter(({ within }) => within !== null).map((entry) => [entry.coordinate, entry] as const))(
      'show %s when it is permitted with its list, and of the list alone nothing but that it has items',
      async (coordinate, entry) => {
        const person = await somebody({
          inquiries: [{ inquiredOn: '2026-04-01', institutionName: 'B', reason: '02', institutionType: '11', businessType: '91' }],
          statements: [{ author: 'BORROWER', text: 'So it was.', madeOn: '2026-04-01' }],
        });
        const listsOf = (name: string | null): readonly string[] =>
          name === null ? [] : [name, ...listsOf(FIELD_CATALOGUE.load(name).within)];
        const [type = '', name = ''] = coordinate.split('.');
        const implied = FIELD_CATALOGUE.coarserOf(entry).filter((rung) => rung.coordinate.startsWith(`${type}.`));
        const seen: (readonly string[])[] = [];
        for (const scopes of [listsOf(entry.within), [...listsOf(entry.within), ...entry.requires, coordinate]]) {
          const id = await world.grant({ borrower: person.borrower, scopes: scopes.map((one) => `*+${one}`).join(' ') });
          const report = await everything(person);
          const loans = (report.accounts ?? []).flatMap((account) => account.loans ?? []);
          const items: Readonly<Record<string, readonly Values[] | null>> = {
            Loan: loans, Repayment: loans.flatMap(({ repayments }) => repayments ?? []), Inquiry: report.inquiries, Statement: report.statements,
          };
          seen.push([...new Set((items[type] ?? []).flatMap(shownNames))].filter((one) => one !== 'loanRef').sort());
          expect([coordinate, (items[type] ?? []).length > 0]).toEqual([coordinate, true]);
          await world.revoke(id);
        }
        expect(seen).toEqual([[], [name, ...implied.map((rung) => rung.coordinate.slice(type.length + 1))].sort()]);
      },
    ); // prettier-ignore

    it('are shown by no consent of the catalogue before them, not even by one that names them', async () => {
      const person = await somebody({
        months: ['2026-04', '2026-03'],
        inquiries: [{ inquiredOn: '2026-03-09', institutionName: 'B', reason: '02' }],
        statements: [{ author: 'BORROWER', text: 'So it was.', madeOn: '2026-04-01' }],
      });
      const id = Buffer.from(await world.grant({ borrower: person.borrower, scopes: ALL }), 'hex');
      const before = await everything(person);
      const [row] = await world.rows('SELECT document FROM consent WHERE arrangement_id = ?', [id]);
      const document = String(row?.['document']).replace('"catalogueVersion":2', '"catalogueVersion":1');
      const hash = createHash('sha256').update(document).digest();
      await world.change('UPDATE consent SET document = ?, hash = ? WHERE arrangement_id = ?', [document, hash, id]);
      const after = await everything(person);
      const isNew = (coordinate: string): boolean => (FIELD_CATALOGUE.find(coordinate)?.since ?? 1) > 1;
      const oldPart = ({ summary: { basis: _basis, ...summary }, identity, accounts }: Report): Values => ({
        identity,
        summary: Object.entries(summary).filter(([name]) => !isNew(`CreditSummary.${name}`)),
        accounts: accounts?.map(({ loans: _loans, monthlySummaries, ...account }) => ({ ...account, months: monthlySummaries?.filter(({ month }) => month !== '2026-04') })),
      });
      expect(oldPart(after)).toEqual(oldPart(before));
      const { loans, monthlySummaries } = onlyAccount(after);
      expect([loans, after.inquiries, after.statements, monthlySummaries?.map(({ month }) => month)]).toEqual([null, null, null, ['2026-03']]);
      const shownNew = ({ summary }: Report): readonly string[] => shownNames(summary).filter((name) => isNew(`CreditSummary.${name}`));
      expect([shownNew(before).length, shownNew(after)]).toEqual([9, []]);
    }); // prettier-ignore

    it('are ordered by what is shown of their days: by the month, or not at all', async () => {
      const person = await somebody();
      const order = async (fields: string): Promise<readonly string[]> => {
        const id = await world.grant({ borrower: person.borrower, scopes: `*+CreditAccount.loans ${fields}` });
        const { loans } = onlyAccount(
          await world.report({ borrower: person.borrower, select: 'accounts { loans { loanRef } }' }),
        );
        await world.revoke(id);
        return (loans ?? []).map(({ loanRef }) => loanRef);
      };
      const refs = [0, 1, 2, 3, 4, 6].map((at) => refOf(person, at));
      expect(await order('')).toEqual([...refs].sort());
      expect(await order('*+Loan.drawnMonth *-Loan.drawnOn')).toEqual([...refs].sort());
    });

    it('are cut to the first ones, 1 to 1,000 of them', async () => {
      const { borrower } = await somebody();
      await world.grant({ borrower, scopes: '*+CreditAccount.loans *+Loan.drawnOn' });
      const query = REPORT('accounts { loans(first: $first) { drawnOn } }').replace(')', ', $first: Int!)');
      const ask = (first: number): Promise<Answer> =>
        sendAs(world.gateway.http, CALLERS.bankA, query, { input: inputOf({ borrower }), first });
      const days = ['2026-04-02', '2026-03-20', '2026-03-05', '2026-01-10', '2025-06-01', '2025-06-01'];
      for (const first of [1, 3, 6, 1_000]) {
        const { loans } = onlyAccount(reportOf(await ask(first)));
        expect([first, loans]).toEqual([first, days.slice(0, first).map((drawnOn) => ({ drawnOn }))]);
      }
      const all = `accounts { loans(first: 1000) { ${selectAll('Loan')} } }`;
      expect((await world.ask({ borrower, select: all })).code).toBe('');
      const lists = (aliases: string): string =>
        [...aliases].map((alias) => `${alias}: loans(first: $first) { ${leaves} }`).join(' ');
      const leaves = selectAll('Loan');
      const askLists = async (aliases: string): Promise<string> => {
        const lots = REPORT(`accounts { ${lists(aliases)} }`).replace(')', ', $first: Int!)');
        return (await sendAs(world.gateway.http, CALLERS.bankA, lots, { input: inputOf({ borrower }), first: 1_000 })).code;
      };
      expect([await askLists('ab'), await askLists('abcd')]).toEqual(['', 'OPERATION_TOO_COSTLY']);
      for (const first of [0, -1, 1_001]) {
        const { code, errors } = await ask(first);
        expect([first, code, errors?.[0]?.extensions['input']]).toEqual([first, 'BAD_USER_INPUT', 'first']);
      }
    });

    it('show repayments of those loans and those days alone that their list is permitted for', async () => {
      const { borrower } = await somebody();
      await world.grant({ borrower, scopes: 'J+CreditAccount.loans J+Loan.drawnOn' });
      const scopes = 'J+CreditAccount.loans J+Loan.repayments J+Repayment.dueOn';
      await world.grant({ borrower, scopes, more: { dataFrom: '2026-03-10', dataUntil: '2026-05-10' } });
      const { loans } = onlyAccount(
        await world.report({ borrower, select: 'accounts { loans { drawnOn repayments { dueOn } } }' }),
      );
      expect(loans).toEqual([
        { drawnOn: '2026-04-02', repayments: null },
        { drawnOn: '2026-03-20', repayments: [{ dueOn: '2026-04-10' }] },
        { drawnOn: '2026-03-05', repayments: null },
        { drawnOn: '2026-01-10', repayments: null },
        { drawnOn: '2025-06-01', repayments: null },
        { drawnOn: '2025-06-01', repayments: null },
      ]);
    });

    it('show the month in progress only of a product whose loans are permitted', async () => {
      const months = ['2026-04', '2026-03'];
      const { borrower } = await somebody({ products: ['HUABEI', 'JIEBEI'], months });
      const select = 'accounts { product monthlySummaries { month loanCount borrowedAmount } }';
      const counts = '*+CreditAccount.product *+MonthlySummary.loanCount *+MonthlySummary.borrowedAmount';
      const shown = async (scopes: string): Promise<Values> => {
        const id = await world.grant({ borrower, scopes });
        const { accounts } = await world.report({ borrower, select });
        await world.revoke(id);
        return Object.fromEntries((accounts ?? []).map(({ product, monthlySummaries }) => [product, (monthlySummaries ?? []).map(({ month }) => month)]));
      };
      expect(await shown(counts)).toEqual({ HUABEI: ['2026-03'], JIEBEI: ['2026-03'] });
      expect(await shown(`${counts} J+CreditAccount.loans`)).toEqual({ HUABEI: ['2026-03'], JIEBEI: months });
      expect(await shown(`${counts} *+CreditAccount.loans *-CreditAccount.loans`)).toEqual({ HUABEI: ['2026-03'], JIEBEI: ['2026-03'] });
    }); // prettier-ignore

    it('of a joint account are not listed', async () => {
      const person = await somebody({ account: () => ({ liabilityRole: 'JOINT' }) });
      await world.grant({ borrower: person.borrower, scopes: ALL });
      const { accounts, summary } = await everything(person);
      expect([accounts, shownNames(summary)]).toEqual([null, []]);
    });

    it('have names that two banks, or two purposes, cannot join, and that count nothing', async () => {
      const { borrower, customerId } = await somebody();
      const eyes = [
        ['bank-a', CALLERS.bankA, MORTGAGE],
        ['bank-b', CALLERS.bankB, MORTGAGE],
        ['bank-a', CALLERS.bankA, 'CONSUMER_LOAN_ORIGINATION'],
      ] as const;
      const seen: (readonly string[])[] = [];
      for (const [recipientId, as, purpose] of eyes) {
        await world.grant({ borrower, recipientId, purpose, scopes: '*+CreditAccount.loans *+Loan.drawnOn' });
        const account = onlyAccount(await world.report({ as, borrower, purpose, select: 'accounts { accountRef loans { loanRef drawnOn } }' }));
        seen.push([String(account['accountRef']), ...(account.loans ?? []).map(({ loanRef }) => loanRef)]);
      }
      const all = seen.flat();
      expect(all).toHaveLength(3 * 7);
      expect(new Set(all).size).toBe(all.length);
      for (const ref of all) expect(ref).toMatch(/^[\w-]{22}$/);
      const bytes = all.map((ref) => Buffer.from(ref, 'base64url').toString('latin1'));
      for (const text of bytes) expect([text.length, text.includes(customerId)]).toEqual([16, false]);
    }); // prettier-ignore
  });

  describe('indicators', () => {
    it('over loans, instalments and inquiries are as worked out by hand', async () => {
      const months = Array.from({ length: 12 }, (_, back) => `${back < 3 ? '2026' : '2025'}-${String(((14 - back) % 12) + 1).padStart(2, '0')}`);
      const hard = (inquiredOn: string, institutionName: string, reason = '02'): Values => ({ inquiredOn, institutionName, reason });
      const { borrower } = await somebody({
        months,
        inquiries: [
          hard('2026-04-01', 'Bank W'), hard('2026-03-10', 'Bank X'), hard('2026-03-20', 'Bank X', '03'), hard('2026-02-03', 'Bank X'),
          hard('2026-03-11', 'Bank Y', '01'), hard('2025-11-05', 'Bank Y', '08'), hard('2024-06-01', 'Bank Z'),
        ],
      });
      await world.grant({ borrower, scopes: ALL });
      const expected = {
        // 20 March beside 10 January and 5 March, of which the latter was settled on 25 March
        maxConcurrentLoans12m: 3,
        // from 20 March to 15 April
        daysSinceLastLoan: 26,
        // gaps of 0, 223, 54 and 15 days: the mean of 15 and 54, half up
        medianDaysBetweenLoans12m: 35,
        // due 10 February late, 10 March unpaid, 31 March on time
        onTimeRate24m: 3_333,
        // from 10 March to 15 April
        maxDaysPastDue24m: 36,
        // bank X once in March; in February; bank Y in November, its question of March was no application; bank Z; April not over
        hardInquiries1m: 1, hardInquiries3m: 2, hardInquiries6m: 3, hardInquiries24m: 4,
        // by the loans of each month: 2 in June, 1 in January, 2 in March
        loanCount12m: 5, peakLoansInMonth12m: 2, activeBorrowingMonths12m: 3, monthsSinceLastLoan: 0,
        borrowedAmount12m: 620_000, averageLoanAmount12m: 124_000,
      };
      const select = `summary { ${Object.keys(expected).join(' ')} basis { field products firstMonth lastMonth } } accounts { monthlySummaries { month loanCount loanDays borrowedAmount } }`;
      const { summary, accounts } = await world.report({ borrower, select });
      const { basis, ...values } = summary;
      expect(values).toEqual(expected);
      const basisOf = (field: string): Values | undefined => (basis as Values[]).find((one) => one['field'] === `CreditSummary.${field}`);
      expect(basisOf('onTimeRate24m')).toMatchObject({ products: ['JIEBEI'], firstMonth: '2026-02', lastMonth: '2026-03' });
      expect(basisOf('maxConcurrentLoans12m')).toMatchObject({ products: ['JIEBEI'], firstMonth: '2025-06', lastMonth: '2026-03' });
      expect(basisOf('hardInquiries6m')).toMatchObject({ products: [], firstMonth: '2025-11', lastMonth: '2026-03' });
      const june = accounts?.[0]?.monthlySummaries?.find(({ month }) => month === '2025-06');
      expect(june).toEqual({ month: '2025-06', loanCount: 2, loanDays: 1, borrowedAmount: 110_000 });
    }); // prettier-ignore

    it('need what they would reveal: the list, the number of loans, the days', async () => {
      const { borrower } = await somebody();
      const names = [
        'maxConcurrentLoans12m',
        'daysSinceLastLoan',
        'medianDaysBetweenLoans12m',
        'onTimeRate24m',
        'maxDaysPastDue24m',
      ];
      const itself = names.map((name) => `*+CreditSummary.${name}`).join(' ');
      const shown = async (more: string): Promise<readonly string[]> => {
        const id = await world.grant({ borrower, scopes: `${itself} ${more}` });
        const { summary } = await world.report({ borrower, select: `summary { ${names.join(' ')} }` });
        await world.revoke(id);
        return shownNames(summary);
      };
      expect(await shown('')).toEqual(['maxDaysPastDue24m']);
      expect(await shown('*+CreditSummary.loanCount12m')).toEqual(['maxConcurrentLoans12m', 'maxDaysPastDue24m']);
      expect(await shown('*+MonthlySummary.loanCount')).toEqual(['maxConcurrentLoans12m', 'maxDaysPastDue24m', 'onTimeRate24m']);
      expect(await shown('*+CreditAccount.loans *+Loan.drawnOn')).toEqual([...names].sort());
    });
  });

  describe('inquiries', () => {
    const names = (report: Report): readonly unknown[] => (report.inquiries ?? []).map(({ institutionName }) => institutionName);
    const NAME = 'identity { fullName }';
    /** Somebody whose name bank A may see, and whose inquiries bank B may. */
    async function watched(): Promise<Somebody> {
      const person = await somebody({ loans: () => [] });
      await world.grant({ borrower: person.borrower, scopes: '*+Identity.fullName' });
      await world.grant({ borrower: person.borrower, scopes: '*+INQUIRY_HISTORY', recipientId: 'bank-b' });
      return person;
    }
    const seenByB = async ({ borrower }: Somebody): Promise<Report> =>
      world.report({ as: CALLERS.bankB, borrower, select: INQUIRIES });

    it('furnished are shown with every value, the newest first', async () => {
      const { borrower } = await somebody({
        inquiries: [
          { inquiredOn: '2025-11-05', institutionName: 'Bank Y', reason: '01' },
          { inquiredOn: '2026-04-14', institutionName: 'Bank X', institutionType: '11', reason: '02', businessType: '91' },
        ],
      });
      await world.grant({ borrower, scopes: '*+INQUIRY_HISTORY' });
      expect((await world.report({ borrower, select: INQUIRIES })).inquiries).toEqual([
        { inquiredOn: '2026-04-14', institutionName: 'Bank X', institutionType: '11', reason: '02', businessType: '91', isHard: true },
        { inquiredOn: '2025-11-05', institutionName: 'Bank Y', institutionType: null, reason: '01', businessType: null, isHard: false },
      ]);
    }); // prettier-ignore

    it('name a look-up that showed something from the next day on, and never the query in hand', async () => {
      const person = await watched();
      const { borrower } = person;
      await world.grant({ borrower, scopes: '*+INQUIRY_HISTORY' });
      expect((await world.report({ borrower, select: `${NAME} ${INQUIRIES}` })).inquiries).toBeNull();
      expect([(await seenByB(person)).inquiries, (await everything(person)).inquiries]).toEqual([null, null]);
      world.clock.nowMs = Date.parse('2026-04-15T23:59:59.999+08:00');
      expect((await seenByB(person)).inquiries).toBeNull();
      world.clock.nowMs += 1;
      const item = { inquiredOn: '2026-04-15', institutionName: 'Legal bank-a', institutionType: '11', reason: '02', businessType: '11', isHard: true };
      const { inquiries } = await seenByB(person);
      expect(inquiries).toEqual([item, item]);
      expect(names(await seenByB(person))).toEqual(['Legal bank-a', 'Legal bank-a']);
      world.clock.nowMs += DAY;
      expect(new Set(names(await seenByB(person)))).toEqual(new Set(['Legal bank-b', 'Legal bank-a']));
    }); // prettier-ignore

    it.each([
      ['CARD_APPROVAL', { reason: '03', businessType: '81', isHard: true }],
      ['GUARANTEE_REVIEW', { reason: '08', businessType: null, isHard: true }],
      ['POST_LOAN_MANAGEMENT', { reason: '01', businessType: null, isHard: false }],
    ])('are hard or soft by their purpose: %s', async (purpose, expected) => {
      const person = await watched();
      await world.grant({ borrower: person.borrower, scopes: '*+Identity.fullName', purpose });
      await world.report({ borrower: person.borrower, purpose, select: NAME });
      world.clock.nowMs += DAY;
      expect((await seenByB(person)).inquiries).toEqual([
        expect.objectContaining({ institutionName: 'Legal bank-a', ...expected }),
      ]);
    });

    it('name a look-up once that showed records of two platforms', async () => {
      const person = await watched();
      const there = `${person.customerId}-there`;
      const identity = { idNumber: `ID-${person.customerId}`, fullName: `Name ${person.customerId}` };
      await world.furnish(recordsOf({ customerId: there, identity, months: ['2026-03'] }), 'platform-2');
      const [borrower, as] = [CUSTOMER(there, 'platform-2'), CALLERS.otherPlatform];
      await world.grant({ as, borrower, scopes: '*+CreditAccount.product' });
      await world.grant({ as, borrower, scopes: '*+INQUIRY_HISTORY', recipientId: 'bank-b' });
      const { accounts } = await world.report({ borrower: person.borrower, select: `${NAME} accounts { product }` });
      expect(accounts).toHaveLength(2);
      const sql =
        'SELECT platform_id FROM inquiry WHERE borrower_ref IN (SELECT borrower_ref FROM customer WHERE customer_id = ?)';
      const stored = await world.rows(sql, [person.customerId]);
      expect(stored.map((row) => row['platform_id']).sort()).toEqual(['platform-1', 'platform-2']);
      world.clock.nowMs += DAY;
      expect(names(await seenByB(person))).toEqual(['Legal bank-a']);
    });

    it('name no refused look-up, no preview and no retry', async () => {
      const person = await watched();
      const { borrower, customerId } = person;
      await world.report({ borrower, select: 'identity { idType } accounts { product }' });
      const preview = 'query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { report { identity { fullName } } } }';
      for (const as of [CALLERS.platform, aBorrower(customerId)]) {
        const whom = as.role === 'borrower' ? {} : { borrower };
        const { data } = await sendAs(world.gateway.http, as, preview, { input: { ...whom, recipientId: 'bank-a', purpose: MORTGAGE } });
        expect(data?.['previewCreditReport']).toEqual({ report: { identity: { fullName: `Name ${customerId}` } } });
      }
      world.clock.nowMs += DAY;
      expect((await seenByB(person)).inquiries).toBeNull();
      const requestId = newKey();
      const texts = [1, 2, 3].map(async () => (await world.ask({ borrower, requestId, select: NAME })).text);
      expect(new Set(await Promise.all(texts)).size).toBe(1);
      world.clock.nowMs += DAY;
      expect(names(await seenByB(person))).toEqual(['Legal bank-a']);
    }); // prettier-ignore

    it('leave a count of them with their month, not on the day that one is 24 months old', async () => {
      const inquiries = ['2024-04-20', '2024-05-10'].map((inquiredOn) => ({ inquiredOn, institutionName: 'Old', reason: '02' }));
      const { borrower } = await somebody({ inquiries });
      await world.grant({ borrower, scopes: '*+CreditSummary.hardInquiries24m' });
      const counts: unknown[] = [];
      for (const days of [4, 5, 6, 14]) {
        world.clock.nowMs = NOW_MS + days * DAY;
        counts.push((await world.report({ borrower, select: 'summary { hardInquiries24m }' })).summary['hardInquiries24m']);
      }
      expect(counts).toEqual([1, 1, 1, 1]);
    });

    it('are gone after 24 months: of lists on their day, of a count with their month, whether or not the list is asked beside it', async () => {
      const days = { A: '2024-04-20', B: '2024-05-10', C: '2024-05-10' };
      const inquiries = Object.entries(days).map(([institutionName, inquiredOn]) => ({
        institutionName,
        inquiredOn,
        reason: '02',
      }));
      const { borrower } = await somebody({ inquiries });
      await world.grant({ borrower, scopes: '*+INQUIRY_HISTORY' });
      const count = 'summary { hardInquiries24m }';
      const seen: unknown[] = [];
      for (const later of [4, 6, 14, 26]) {
        world.clock.nowMs = NOW_MS + later * DAY;
        const alone = await world.report({ borrower, select: count });
        const beside = await world.report({ borrower, select: `${INQUIRIES} ${count}` });
        const furnished = Object.keys(days).filter((name) => names(beside).includes(name));
        seen.push([furnished.join(''), alone.summary['hardInquiries24m'], beside.summary['hardInquiries24m']]);
      }
      expect(seen).toEqual([
        ['ABC', 2, 2],
        ['BC', 2, 2],
        ['BC', 2, 2],
        ['', 1, 1], // the look-ups of April themselves
      ]);
    });
  });

  describe('statements', () => {
    it('are shown with author, words and day, the newest first, each about a record only beside it', async () => {
      const customerId = `stating-${String(people)}`;
      const account = accountNoOf(customerId, 'JIEBEI');
      const about = (targetEntity: string, targetKey: string, madeOn: string): Values => ({ author: 'FURNISHER', text: targetEntity, madeOn, targetEntity, targetKey });
      const { borrower } = await somebody({
        customerId,
        statements: [
          { author: 'BORROWER', text: 'I was ill.', madeOn: '2026-03-01' },
          { author: 'BUREAU', text: 'Noted.', madeOn: '2026-04-14' },
          about('borrower', customerId, '2026-03-02'),
          about('account', account, '2026-03-03'),
          about('monthlySummary', `${account}/2026-02`, '2026-03-04'),
          about('loan', loanNoOf(customerId, 'JIEBEI', 0), '2026-03-05'),
          about('repayment', `${loanNoOf(customerId, 'JIEBEI', 0)}/1`, '2026-03-06'),
          about('loan', loanNoOf(customerId, 'JIEBEI', 5), '2026-03-07'),
        ],
      });
      const shown = async (scopes: string): Promise<readonly unknown[]> => {
        const id = await world.grant({ borrower, scopes: `*+STATEMENTS ${scopes}` });
        const { statements } = await world.report({ borrower, select: EVERYTHING });
        await world.revoke(id);
        return (statements ?? []).map(({ text }) => text);
      };
      const always = ['borrower', 'I was ill.'];
      expect(await shown('')).toEqual(['Noted.', ...always]);
      expect(await shown('J+CreditAccount.openedOn')).toEqual(['Noted.', 'account', ...always]);
      expect(await shown('H+CreditAccount.openedOn')).toEqual(['Noted.', ...always]);
      expect(await shown('J+MonthlySummary.balance')).toEqual(['Noted.', 'monthlySummary', ...always]);
      expect(await shown('J+CreditSummary.payerType12m')).toEqual(['Noted.', ...always]);
      expect(await shown('J+CreditAccount.loans')).toEqual(['Noted.', 'loan', 'monthlySummary', ...always]);
      expect(await shown(ALL)).toEqual(['Noted.', 'repayment', 'loan', 'monthlySummary', 'account', ...always]);
      expect(await shown('J+CreditAccount.loans J+Loan.repayments J+Repayment.dueOn J-MonthlySummary.loanCountBand')).toEqual(['Noted.', ...always]);
      const id = await world.grant({ borrower, scopes: '*+STATEMENTS' });
      const { statements } = await world.report({ borrower, select: 'statements { author text madeOn }' });
      await world.revoke(id);
      expect(statements?.[0]).toEqual({ author: 'BUREAU', text: 'Noted.', madeOn: '2026-04-14' });
    }); // prettier-ignore
  });

  it('tells of no account that is not listed, and refuses two lists of a kind beside disputes and statements', async () => {
    const { borrower, customerId } = await somebody({ products: ['HUABEI', 'JIEBEI'], loans: () => [] });
    const target = { targetEntity: 'account', targetKey: accountNoOf(customerId, 'HUABEI') };
    await world.furnish([
      {
        entity: 'statement',
        asOf: '2026-04-15',
        statementNo: `${customerId}-h`,
        customerId,
        author: 'BORROWER',
        text: 'Of Huabei.',
        madeOn: '2026-04-01',
        ...target,
      },
    ]);
    await world.grant({ borrower, scopes: ALL });
    const stated = async (accounts: string): Promise<unknown> =>
      (await world.report({ borrower, select: `${accounts} statements { text }` })).statements;
    expect(await stated('accounts { product }')).toEqual([{ text: 'Of Huabei.' }]);
    expect(await stated('accounts(product: JIEBEI) { product }')).toBeNull();
    for (const beside of ['statements { text }', `c: accounts { product ${DISPUTES} }`]) {
      const two = `a: accounts(product: JIEBEI) { product } b: accounts { fiveTierClass } ${beside}`;
      expect((await world.ask({ borrower, select: two })).code).toBe('BAD_USER_INPUT');
    }
  });

  it('shows a statement about an inquiry where the inquiry is listed', async () => {
    const { borrower, customerId } = await somebody({
      inquiries: [{ inquiredOn: '2026-03-01', institutionName: 'Bank Q', reason: '02' }],
    });
    const about = { targetEntity: 'inquiry', targetKey: `${customerId}-Q0` };
    await world.furnish([
      {
        entity: 'statement',
        asOf: '2026-04-15',
        statementNo: `${customerId}-about`,
        customerId,
        author: 'BORROWER',
        text: 'Not I.',
        madeOn: '2026-04-01',
        ...about,
      },
    ]);
    const stated = async (scopes: string, select = 'inquiries { reason } statements { text }'): Promise<unknown> => {
      const id = await world.grant({ borrower, scopes });
      const { statements } = await world.report({ borrower, select });
      await world.revoke(id);
      return statements;
    };
    expect(await stated('*+STATEMENTS *+INQUIRY_HISTORY')).toEqual([{ text: 'Not I.' }]);
    expect(await stated('*+STATEMENTS')).toBeNull();
    expect(
      await stated('*+STATEMENTS *+CreditSummary.hardInquiries6m', 'summary { hardInquiries6m } statements { text }'),
    ).toBeNull();
  });

  describe('disputes', () => {
    const draftOf = (customerId: string, targetEntity: string, targetKey: string, targetField: string, more: Values = {}): object => ({
      entity: 'dispute', asOf: '2026-04-15', disputeNo: `${customerId}-${targetEntity}-${targetField}-${targetKey}`.slice(0, 60), customerId, targetEntity, targetKey,
      targetField, receivedOn: '2026-04-15', ...more,
    }); // prettier-ignore
    const CASES = [
      ['account', '', 'CreditAccount.openedOn', 'accounts { openedOn'],
      ['monthlySummary', '/2026-02', 'MonthlySummary.balance', 'accounts { monthlySummaries { balance }'],
      ['loan', '-L0', 'Loan.principal', 'accounts { loans { principal }'],
      ['repayment', '-L0/1', 'Repayment.dueAmount', 'accounts { loans { repayments { dueAmount } }'],
    ] as const;

    it.each(CASES)('about a field of one %s%s appear at once beside it, to be answered within 20 days', async (entity, key, field, select) => {
      const person = await somebody();
      const { borrower, customerId } = person;
      await world.grant({ borrower, scopes: ALL });
      const disputes = async () => onlyAccount(await world.report({ borrower, select: `${select} ${DISPUTES} }` })).disputes;
      expect(await disputes()).toBeNull();
      const target = `${accountNoOf(customerId, 'JIEBEI')}${key}`;
      await world.furnish([draftOf(customerId, entity, target, field)]);
      const item = {
        targetField: field, month: entity === 'monthlySummary' ? '2026-02' : null, loanRef: key.includes('L0') ? refOf(person, 0) : null,
        receivedOn: '2026-04-15', answerDueOn: '2026-05-05', answeredOn: null, outcome: 'OPEN',
      };
      expect(await disputes()).toEqual([item]);
      world.clock.nowMs += DAY;
      for (const outcome of ['UNVERIFIABLE_NOTED', 'CORRECTED', 'FLAG_REMOVED']) {
        await world.furnish([draftOf(customerId, entity, target, field, { asOf: '2026-04-16', answeredOn: '2026-04-16', outcome })]);
        expect(await disputes()).toEqual([{ ...item, answeredOn: '2026-04-16', outcome }]);
      }
    }); // prettier-ignore

    it.each(CASES)('about a field of one %s%s are not told while it is withheld, not asked or without a value', async (entity, key, field) => {
      const person = await somebody();
      const { borrower, customerId } = person;
      const target = `${accountNoOf(customerId, 'JIEBEI')}${key}`;
      const others = 'J+CreditAccount.guaranteeType J+MonthlySummary.usedLimit J+CreditAccount.loans J+Loan.annualRateBp J+Loan.repayments J+Repayment.paidOn';
      const asking = `accounts { guaranteeType openedOn monthlySummaries { usedLimit balance } loans { annualRateBp principal repayments { paidOn dueAmount } } ${DISPUTES} }`;
      const seen: string[] = [];
      const ask = async (scopes: string, select = asking): Promise<unknown> => {
        const id = await world.grant({ borrower, scopes });
        const { text } = await world.ask({ borrower, select });
        await world.revoke(id);
        seen.push(text);
        return (JSON.parse(text) as { data: { creditReport: Report } }).data.creditReport.accounts?.[0]?.disputes;
      };
      const noValue: Readonly<Record<string, string>> = { account: 'CreditAccount.closedOn', monthlySummary: 'MonthlySummary.averageUsedLimit6m', loan: 'Loan.settledOn', repayment: 'Repayment.kind' };
      const empty = entity === 'repayment' ? target.replace('/1', '/2') : target;
      await world.furnish([draftOf(customerId, entity, target, field), draftOf(customerId, entity, empty, noValue[entity] ?? '')]);
      expect(await ask(others)).toBeNull();
      expect(await ask(ALL, `accounts { guaranteeType monthlySummaries { usedLimit } loans { annualRateBp repayments { paidOn } } ${DISPUTES} }`)).toBeNull();
      expect(await ask(ALL, `accounts { closedOn monthlySummaries { averageUsedLimit6m } loans { settledOn repayments { kind } } ${DISPUTES} }`)).toBeNull();
      expect(await ask(`H+CreditAccount.openedOn H+MonthlySummary.balance J+CreditAccount.guaranteeType`)).toBeNull();
      expect(await ask(ALL)).toEqual([expect.objectContaining({ targetField: field })]);
      expect(seen.slice(0, 4).join('')).not.toContain('2026-05-05');
    }); // prettier-ignore

    it('about a loan beyond those that are listed are not told', async () => {
      const { borrower, customerId } = await somebody();
      await world.grant({ borrower, scopes: ALL });
      await world.furnish([draftOf(customerId, 'loan', `${accountNoOf(customerId, 'JIEBEI')}-L0`, 'Loan.principal')]);
      const disputed = async (first: number): Promise<number> =>
        onlyAccount(
          await world.report({
            borrower,
            select: `accounts { loans(first: ${String(first)}) { drawnOn principal } ${DISPUTES} }`,
          }),
        ).disputes?.length ?? 0;
      expect([await disputed(1), await disputed(2)]).toEqual([0, 1]); // it is the second
    });

    it('about the person or an inquiry stand beside what they are about, and nowhere while that is withheld', async () => {
      const asked = { institutionName: 'Bank Q', reason: '02' };
      const inquiries = ['2026-03-01', '2026-03-02'].map((inquiredOn) => ({ ...asked, inquiredOn }));
      const { borrower, customerId } = await somebody({ inquiries });
      await world.furnish([
        draftOf(customerId, 'borrower', customerId, 'Identity.fullName'),
        draftOf(customerId, 'inquiry', `${customerId}-Q1`, 'Inquiry.reason'),
      ]);
      const select = `identity { fullName birthYear ${DISPUTES} } inquiries { inquiredOn reason institutionName ${DISPUTES} }`;
      const disputed = async (scopes: string): Promise<unknown> => {
        const id = await world.grant({ borrower, scopes });
        const report = await world.report({ borrower, select });
        await world.revoke(id);
        const fieldsOf = (of: unknown): unknown =>
          (of as { targetField: string }[] | null)?.map(({ targetField }) => targetField) ?? null;
        return [fieldsOf(report.identity['disputes']), ...(report.inquiries ?? []).map(({ disputes }) => fieldsOf(disputes))];
      };
      expect(await disputed('*+IDENTITY *+INQUIRY_HISTORY')).toEqual([['Identity.fullName'], ['Inquiry.reason'], null]);
      expect(await disputed('*+Identity.birthYear')).toEqual([null]);
      expect(await disputed('*+CreditReport.inquiries *+Inquiry.inquiredOn')).toEqual([null, null, null]);
    });

    it('about a month, a loan or an instalment of days that are withheld are not told', async () => {
      const { borrower, customerId } = await somebody();
      const account = accountNoOf(customerId, 'JIEBEI');
      await world.furnish(CASES.slice(1).map(([entity, key, field]) => draftOf(customerId, entity, `${account}${key}`, field)));
      const disputed = async (dates: Values): Promise<readonly unknown[]> => {
        const id = await world.grant({ borrower, scopes: ALL, more: dates });
        const { accounts } = await world.report({ borrower, select: EVERYTHING });
        await world.revoke(id);
        return (accounts?.[0]?.disputes ?? []).map(({ targetField }) => targetField);
      };
      expect(await disputed({})).toEqual(['Repayment.dueAmount', 'MonthlySummary.balance', 'Loan.principal']);
      expect(await disputed({ dataFrom: '2026-03-01' })).toEqual(['Repayment.dueAmount', 'Loan.principal']);
      expect(await disputed({ dataUntil: '2026-04-10' })).toEqual(['MonthlySummary.balance', 'Loan.principal']);
      expect(await disputed({ dataUntil: '2026-03-20' })).toEqual(['MonthlySummary.balance']);
    });
  });

  describe('adverse records', () => {
    const ENDED = '2021-04-20';
    const late = {
      dueOn: '2021-04-10',
      dueAmountMinor: 5_000,
      paidOn: ENDED,
      lastPaidOn: ENDED,
      paidAmountMinor: 5_000,
      kind: 'SCHEDULED',
    };
    const sound: LoanDraft = {
      drawnOn: '2021-04-06',
      principalMinor: 10_000,
      rawStatus: '3',
      settledOn: '2021-05-10',
      repayments: [{ dueOn: '2021-05-10', dueAmountMinor: 5_001, paidOn: '2021-05-10' }],
    };
    /** Equal but for what is adverse and ended on 20 April 2021. */
    const person = (isBad: boolean): PersonDraft => ({
      months: ['2026-03', '2021-05', ...(isBad ? ['2021-04'] : [])],
      account: () => ({ rawStatus: isBad ? '4' : null, fiveTierClass: isBad ? 'LOSS' : null, closedOn: ENDED, specialEvents: isBad ? [{ type: '2', occurredOn: ENDED }] : null }),
      month: (_product, month) => (month === '2021-04' ? { repaymentStatus: '3', adverseEndedOn: ENDED } : {}),
      loans: () => [
        { ...sound, repayments: [...(sound.repayments ?? []), ...(isBad ? [late] : [])] },
        ...(isBad ? [{ drawnOn: '2021-04-05', principalMinor: 7_000, rawStatus: '4', settledOn: ENDED, repayments: [late] }] : []),
      ],
    }); // prettier-ignore
    const withoutNames = (report: Report): string =>
      JSON.stringify(report, (name, value: unknown) => (['accountRef', 'loanRef', 'reportId', 'fullName', 'idNumber', 'idNumberMasked'].includes(name) ? null : value)); // prettier-ignore

    it('look like no record five years after they ended, everywhere: status, events, months, loans, instalments, indicators', async () => {
      const [bad, clean] = [await somebody(person(true)), await somebody(person(false))];
      for (const { borrower } of [bad, clean]) await world.grant({ borrower, scopes: ALL.replace('*+INQUIRY_HISTORY', '') });
      world.clock.nowMs = Date.parse('2026-04-19T23:59:59.999+08:00');
      const before = await everything(bad);
      const account = onlyAccount(before);
      expect(account).toMatchObject({ status: 'BAD_DEBT', fiveTierClass: 'LOSS', specialEvents: [{ type: '2' }] });
      expect(account.monthlySummaries?.map(({ month }) => month)).toEqual(['2026-03', '2021-05', '2021-04']);
      expect(account.loans?.map(({ drawnOn, repayments }) => [drawnOn, repayments?.length])).toEqual([['2021-04-06', 2], ['2021-04-05', 1]]);
      expect(before.summary).toMatchObject({ worstStatus60m: '3', monthsSinceLastDelinquency: 60 });
      world.clock.nowMs += 1;
      const [after, other] = [await everything(bad), await everything(clean)];
      expect(onlyAccount(after).loans?.map(({ drawnOn, repayments }) => [drawnOn, repayments?.length])).toEqual([['2021-04-06', 1]]);
      expect(after.summary).toMatchObject({ worstStatus60m: 'N', monthsSinceLastDelinquency: null });
      expect(withoutNames(after)).toBe(withoutNames(other));
    }); // prettier-ignore

    it('among the special events of an account in order are gone by themselves, and those that are none stay', async () => {
      const { borrower } = await somebody({
        account: () => ({ specialEvents: ['2', '4'].map((type) => ({ type, occurredOn: ENDED })) }),
      });
      await world.grant({ borrower, scopes: '*+CreditAccount.specialEvents' });
      const types = async (): Promise<unknown> => {
        const { specialEvents } = onlyAccount(await world.report({ borrower, select: 'accounts { specialEvents { type } }' }));
        return (specialEvents as readonly Values[]).map(({ type }) => type);
      };
      world.clock.nowMs = Date.parse('2026-04-19T23:59:59.999+08:00');
      expect(await types()).toEqual(['2', '4']);
      world.clock.nowMs += 1;
      expect(await types()).toEqual(['4']);
    });

    it('never go to the credit reference centre before their notice', async () => {
      const day = (dueOn: string, more: Values = {}): Values => ({ dueOn, dueAmountMinor: 1_000, ...more });
      const { borrower } = await somebody({
        months: ['2026-03', '2026-02', '2026-01', '2025-12'],
        account: () => ({ rawStatus: '2', fiveTierClass: 'DOUBTFUL' }),
        month: (_product, month) => ({
          repaymentStatus: month === '2026-03' ? 'N' : '2',
          ...(month === '2026-01' ? { adverseNoticeSentAt: '2026-04-15T09:59:59.999+08:00' } : {}),
          ...(month === '2025-12' ? { adverseNoticeSentAt: '2026-04-15T10:00:00.001+08:00' } : {}),
        }),
        loans: () => [
          { drawnOn: '2026-03-01', principalMinor: 9_000, rawStatus: '1', repayments: [
            day('2026-03-31', { paidOn: '2026-03-31' }), day('2026-04-05', { paidOn: '2026-04-06' }), day('2026-04-14'), day('2026-04-15'), day('2026-05-01'), day('2026-04-01', { paidOn: '2026-04-01', kind: 'GUARANTOR' }),
          ] },
          { drawnOn: '2026-01-10', principalMinor: 8_000, rawStatus: '2', repayments: [day('2026-02-10', { paidOn: '2026-02-10' })] },
        ],
      });
      const [purpose, as] = ['CREDIT_REPORTING', CALLERS.centre];
      await world.grant({ borrower, recipientId: 'centre', purpose, scopes: ALL });
      await world.grant({ borrower, scopes: ALL });
      const select = 'accounts { status fiveTierClass openedYear monthlySummaries { month repaymentStatus } loans { drawnOn repayments { dueOn daysPastDue } } }';
      const account = onlyAccount(await world.report({ as, borrower, purpose, select }));
      const due = (dueOn: string) => ({ dueOn, daysPastDue: 0 });
      expect(account).toEqual({
        status: null, fiveTierClass: null, openedYear: 2019,
        monthlySummaries: [{ month: '2026-03', repaymentStatus: 'N' }, { month: '2026-01', repaymentStatus: '2' }],
        loans: [{ drawnOn: '2026-03-01', repayments: ['2026-05-01', '2026-04-15', '2026-03-31'].map(due) }],
      });
      const indicators = 'summary { alwaysOnTime24m overdueNow onTimeRate24m maxDaysPastDue24m loanCount12m }';
      const ofPart = { alwaysOnTime24m: null, onTimeRate24m: null, maxDaysPastDue24m: null };
      const { summary } = await world.report({ as, borrower, purpose, select: indicators });
      expect(summary).toMatchObject({ ...ofPart, overdueNow: false });
      const whole = await world.report({ borrower, select: indicators });
      expect(whole.summary).toMatchObject({ alwaysOnTime24m: false, overdueNow: false, onTimeRate24m: 10_000, maxDaysPastDue24m: 0 });
      const bank = onlyAccount(await world.report({ borrower, select }));
      expect([bank['status'], bank.monthlySummaries?.length, bank.loans?.map(({ repayments }) => repayments?.length)]).toEqual(['OVERDUE', 4, [6, 1]]);
    }); // prettier-ignore
  });
});
