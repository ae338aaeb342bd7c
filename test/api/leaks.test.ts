import { getNamedType, isObjectType } from 'graphql';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { NOW_MS } from '../support/builders';
import { aBorrower, type Answer, CALLERS, sendAs, type Values } from '../support/clients';
import { accountNoOf, type LoanDraft, loanNoOf } from '../support/credit-history';
import { forEachDatabase } from '../support/databases';
import { statementsOf } from '../support/sql-spy';
import {
  assertClean, BANK_SCHEMA, CUSTOMER, DAY, EVERYTHING, normalised, openWorld, type PersonDraft, recordsOf, reportOf, scopesOf, stableHeaders,
  type World,
} from '../support/world'; // prettier-ignore

const MORTGAGE = 'MORTGAGE_ORIGINATION';
/** All that tells of amounts, terms and status, and nothing that counts. */
const NO_COUNTS =
  '*+ACCOUNT_TERMS *+BORROWING_AMOUNT *+MonthlySummary.repaymentStatus *+CreditAccount.status *+CreditSummary.alwaysOnTime24m';
const paid = (dueOn: string, dueAmountMinor: number, paidOn: string | null = dueOn): Values => ({
  dueOn,
  dueAmountMinor,
  paidOn,
});
/** So many loans of one month that come to the same amount; what is due in the month in progress is not paid yet. */
const loansOf = (count: number, month = '2026-03'): readonly LoanDraft[] =>
  Array.from({ length: count }, (_, at) => ({
    drawnOn: `${month}-${String(at + 3).padStart(2, '0')}`,
    principalMinor: 360_000 / count,
    rawStatus: '1',
    repayments: [paid(`${month}-28`, 1_000, month < '2026-04' ? `${month}-28` : null)],
  }));

interface Seen {
  readonly bytes: string;
  readonly length: number;
  readonly headers: unknown;
  readonly statements: readonly string[];
}

forEachDatabase('a withheld count', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });

  async function somebody(draft: PersonDraft = {}): Promise<string> {
    people += 1;
    const customerId = draft.customerId ?? `leak-${String(people).padStart(4, '0')}`;
    await world.furnish(recordsOf({ months: ['2026-03', '2026-02'], products: ['JIEBEI'], ...draft, customerId }));
    return customerId;
  }
  /** Names differ between any two people; nothing else may. */
  const anonymous = (text: string): string => normalised(text).replace(/"(accountRef|loanRef)":"[\w-]{22}"/g, '"$1":"#"').replace(/leak-\d{4}/g, 'leak'); // prettier-ignore
  async function seen(customerId: string, select = EVERYTHING): Promise<Seen> {
    const ask = () => world.ask({ borrower: CUSTOMER(customerId), select });
    const { result, executed } = await world.spy.during(ask);
    assertClean(result);
    return {
      bytes: anonymous(result.text),
      length: result.text.replace(/"ledgerIndex":\d+/, '').length,
      headers: stableHeaders(result),
      statements: statementsOf(executed),
    };
  }
  /** What bank A gets of two people under these scopes. */
  async function twins(
    scopes: string,
    one: PersonDraft,
    other: PersonDraft,
    select = EVERYTHING,
  ): Promise<readonly [Seen, Seen]> {
    const both: Seen[] = [];
    for (const draft of [one, other]) {
      const customerId = await somebody(draft);
      await world.grant({ borrower: CUSTOMER(customerId), scopes });
      both.push(await seen(customerId, select));
    }
    return both as [Seen, Seen]; // as many as drafts
  }
  /** Nothing tells them apart under the first scopes; under the second, which permit what differs, something does. */
  async function expectAlike(withheld: string, permitted: string, one: PersonDraft, other: PersonDraft, select = EVERYTHING) {
    const [a, b] = await twins(withheld, one, other, select);
    expect(b).toEqual(a);
    const [c, d] = await twins(permitted, one, other, select);
    expect(d.bytes).not.toBe(c.bytes);
  }

  it('A39: two people with equal amounts and status and other counts are byte-equal to a bank that may not count', async () => {
    const [one, other] = [1, 5].map((count): PersonDraft => ({ loans: () => loansOf(count), inquiries: Array.from({ length: count }, () => ({ inquiredOn: '2026-03-09', institutionName: 'Bank X', reason: '02' })) })) as [PersonDraft, PersonDraft];
    await expectAlike(NO_COUNTS, `${NO_COUNTS} *+MonthlySummary.loanCount`, one, other);
    await expectAlike(`${NO_COUNTS} *+STATEMENTS`, `${NO_COUNTS} *+CreditSummary.loanCountBand12m`, one, other);
  }); // prettier-ignore

  it('L1: is not told by the length of a list: of loans, repayments, special events or funding shares', async () => {
    const event = { type: '1', occurredOn: '2026-02-02' };
    const shares = (count: number) => Array.from({ length: count }, (_, at) => ({ institution: `Bank ${String(at)}`, shareBp: 10_000 / count }));
    const draft = (count: number): PersonDraft => ({
      account: () => ({ specialEvents: Array.from({ length: count }, () => event), fundingShares: shares(count) }),
      loans: () => loansOf(count).map((loan) => ({ ...loan, repayments: Array.from({ length: count }, (_, at) => paid(`2026-03-2${String(at)}`, 500)) })),
    });
    for (const list of ['CreditAccount.loans', 'CreditAccount.specialEvents', 'CreditAccount.fundingShares'])
      await expectAlike(NO_COUNTS, `${NO_COUNTS} *+${list}`, draft(1), draft(4));
    const sameLoan = (count: number): PersonDraft => ({ loans: () => [{ drawnOn: '2026-03-03', principalMinor: 1_000, repayments: Array.from({ length: count }, (_, at) => paid(`2026-03-2${String(at)}`, 500)) }] });
    await expectAlike('*+LOAN_DETAIL', '*+LOAN_DETAIL *+Loan.repayments', sameLoan(1), sameLoan(4));
  }); // prettier-ignore

  it('L2: has no total, no cursor and no next page to show in, and a shorter list does not say that it goes on', async () => {
    const names = fieldsBelowReport().map(({ name }) => name);
    expect(names.filter((name) => /total|hasnext|cursor|pageinfo|edges|nodes|offset/i.test(name))).toEqual([]);
    const draft = (count: number): PersonDraft => ({
      loans: () => [
        ...Array.from({ length: count }, (): LoanDraft => ({ drawnOn: '2026-02-03', principalMinor: 1_000 })),
        { drawnOn: '2026-03-20', principalMinor: 2_000 },
      ],
      month: () => ({ loanCount: 1 }),
    });
    const scopes = '*+CreditAccount.loans *+Loan.drawnOn *+Loan.principal';
    const select = (first: number) => `accounts { loans(first: ${String(first)}) { drawnOn principal } }`;
    const [few, many] = await twins(scopes, draft(0), draft(5), select(1));
    expect(many).toEqual(few);
    const [all, some] = await twins(scopes, draft(0), draft(5), select(2));
    expect(some.bytes).not.toBe(all.bytes);
  });

  it('L3: is not told by accounts, since a draw under a line is refused as one', async () => {
    const draw: PersonDraft = { customerId: 'leak-draw', account: () => ({ accountClass: 'R4' }) };
    await expect(world.furnish(recordsOf({ months: [], products: ['JIEBEI'], ...draw }))).rejects.toThrow('rejected');
    expect(await world.rows("SELECT account_no FROM credit_account WHERE account_class = 'R4'")).toEqual([]);
  });

  it('L4: does not follow from an average, which needs the amount and the count beside it', async () => {
    const [average, amount] = ['*+CreditSummary.averageLoanAmount12m', '*+CreditSummary.borrowedAmount12m'];
    const [one, many] = [1, 4].map((count): PersonDraft => ({ loans: () => loansOf(count) })) as [PersonDraft, PersonDraft];
    await expectAlike(`${average} ${amount}`, `${average} ${amount} *+CreditSummary.loanCount12m`, one, many);
    await expectAlike(`${average} *+MonthlySummary.borrowedAmount`, `${average} *+MonthlySummary.borrowedAmount *+MonthlySummary.loanCount`, one, many);
  }); // prettier-ignore

  it('L5: does not follow from a largest loan: there is no such field, and a principal needs the month’s amount not denied', async () => {
    const names = FIELD_CATALOGUE.entries.map(({ coordinate }) => coordinate);
    expect(names.filter((name) => /largest|biggest|highest|max\w*(loanamount|principal)/i.test(name))).toEqual([]);
    const draft = (...principals: readonly number[]): PersonDraft => ({
      loans: () => principals.map((principalMinor) => ({ drawnOn: '2026-03-03', principalMinor })),
    });
    const permitted = '*+CreditAccount.loans *+Loan.principal';
    await expectAlike(
      `${permitted} *-MonthlySummary.borrowedAmount`,
      permitted,
      draft(100_001, 300_000),
      draft(200_000, 200_001),
      'accounts { loans { principal principalBand } monthlySummaries { borrowedAmount } }',
    );
  });

  it('L6: does not follow from a rate, which needs the number of loans beside it', async () => {
    const draft = (late: number, onTime: number): PersonDraft => ({
      loans: () => [
        {
          drawnOn: '2026-01-03',
          principalMinor: 1_000,
          repayments: [
            ...Array.from({ length: late }, () => paid('2026-02-10', 10, '2026-02-12')),
            ...Array.from({ length: onTime }, () => paid('2026-02-11', 10)),
          ],
        },
      ],
    });
    const rate = '*+CreditSummary.onTimeRate24m *+CreditSummary.onTimeMonthRate24m';
    await expectAlike(rate, `${rate} *+MonthlySummary.loanCount`, draft(1, 1), draft(1, 24));
  });

  it('L7: has no numerator and no denominator published apart from the permission of the rate', () => {
    const published = fieldsBelowReport().filter(({ type }) => type === 'CreditSummary' && type !== undefined);
    const names = published.map(({ name }) => name).filter((name) => name !== 'basis');
    expect(names.filter((name) => /numerator|denominator|ontime(count|instalments)|dueinstalments|instalmentsdue/i.test(name))).toEqual([]);
    for (const name of names) expect([name, FIELD_CATALOGUE.find(`CreditSummary.${name}`)?.source.kind]).toEqual([name, 'indicator']);
    const basis = fieldsBelowReport().filter(({ type }) => type === 'IndicatorBasis').map(({ name }) => name);
    expect(basis.sort()).toEqual(['currency', 'estimated', 'field', 'firstMonth', 'formulaVersion', 'lastMonth', 'products']);
  }); // prettier-ignore

  it('L8: cannot be asked by filter, order, search or aggregate', async () => {
    const args = fieldsBelowReport().flatMap(({ type, name, args: of }) => of.map((arg) => `${type}.${name}(${arg})`));
    expect(args.sort()).toEqual(['CreditAccount.loans(first)', 'CreditAccount.monthlySummaries(months)', 'CreditReport.accounts(product)']);
    const customerId = await somebody({ loans: () => loansOf(2) });
    await world.grant({ borrower: CUSTOMER(customerId), scopes: '*+CreditAccount.loans *+MonthlySummary.balance' });
    for (const arg of ['orderBy: "principal"', 'where: {}', 'minPrincipal: 1', 'skip: 1', 'after: "x"']) {
      const { status, code } = await world.ask({ borrower: CUSTOMER(customerId), select: `accounts { loans(${arg}) { loanRef } }` });
      expect([arg, status, code]).toEqual([arg, 400, 'GRAPHQL_VALIDATION_FAILED']);
    }
    const select = 'accounts(product: JIEBEI) { loans { loanRef } monthlySummaries { balance } }';
    expect((await world.report({ borrower: CUSTOMER(customerId), select })).accounts).toBeNull();
  }); // prettier-ignore

  it('L9: cannot be polled: a new loan changes nothing before the month is over, without permission to list loans', async () => {
    const months = ['2026-04', '2026-03', '2026-02'];
    const before: PersonDraft = { months, loans: () => loansOf(1) };
    const after: PersonDraft = { months, loans: () => [...loansOf(1), ...loansOf(3, '2026-04')] };
    const monthly = `${NO_COUNTS} *+MonthlySummary.loanCount *+MonthlySummary.loanDays *+BORROWING_FREQUENCY *+REPAYMENT_STATUS`;
    const customerId = await somebody(before);
    const id = await world.grant({ borrower: CUSTOMER(customerId), scopes: monthly });
    const months12 = async (): Promise<unknown> => {
      const select = 'summary { loanCount12m borrowedAmount12m }';
      return (await world.report({ borrower: CUSTOMER(customerId), select })).summary;
    };
    const first = await seen(customerId);
    expect(await months12()).toEqual({ loanCount12m: 1, borrowedAmount12m: 360_000 });
    await somebody({ ...after, customerId });
    expect(await seen(customerId)).toEqual(first);
    for (const day of [1, 8, 15]) {
      world.clock.nowMs = NOW_MS + day * DAY;
      expect(await months12()).toEqual({ loanCount12m: 1, borrowedAmount12m: 360_000 });
    }
    world.clock.nowMs = Date.parse('2026-05-01T00:00:00.000+08:00');
    expect(await months12()).toEqual({ loanCount12m: 4, borrowedAmount12m: 720_000 });
    world.clock.nowMs = NOW_MS;
    await world.revoke(id);
    await expectAlike(monthly, `${monthly} *+CreditAccount.loans`, before, after);
  });

  it('L10: is not told by a dispute about a withheld field or a statement about a withheld item', async () => {
    const draft = (isTelling: boolean): PersonDraft => {
      people += 1;
      const customerId = `leak-${String(people).padStart(4, '0')}`;
      const [account, loan] = [accountNoOf(customerId, 'JIEBEI'), loanNoOf(customerId, 'JIEBEI', 0)];
      const about = (targetEntity: string, targetKey: string): Values => ({ targetEntity, targetKey });
      const targets = [about('loan', loan), about('repayment', `${loan}/1`), about('monthlySummary', `${account}/2026-03`)];
      const fields = ['Loan.principal', 'Repayment.dueAmount', 'MonthlySummary.loanCount'];
      return {
        customerId,
        loans: () => loansOf(1),
        statements: isTelling ? targets.map((target) => ({ author: 'BORROWER', text: 'That loan!', madeOn: '2026-04-01', ...target })) : [],
        disputes: isTelling ? targets.map((target, at) => ({ ...target, targetField: fields[at], receivedOn: '2026-04-01' })) : [],
      };
    };
    const withheld = '*+CreditAccount.openedOn *+STATEMENTS *+CreditSummary.payerType12m';
    for (const permitted of ['*+CreditAccount.loans *+Loan.principal', '*+CreditAccount.loans *+Loan.repayments *+Repayment.dueAmount', '*+MonthlySummary.loanCount'])
      await expectAlike(withheld, `${withheld} ${permitted}`, draft(true), draft(false));
  }); // prettier-ignore

  it('L11: is not told by a number: those of furnishers leave in no answer, and references are drawn for each recipient', async () => {
    const customerId = 'leak-canary-77';
    await somebody({
      customerId,
      identity: { fullName: 'Li', idNumber: '110101199001011234' },
      loans: () => loansOf(3),
      inquiries: [{ inquiredOn: '2026-03-09', institutionName: 'Bank X', reason: '02' }],
      statements: [{ author: 'BORROWER', text: 'So it was.', madeOn: '2026-04-01' }],
      disputes: [{ targetEntity: 'loan', targetKey: loanNoOf(customerId, 'JIEBEI', 1), targetField: 'Loan.principal', receivedOn: '2026-04-02' }],
    });
    const all = `${NO_COUNTS} *+IDENTITY *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL *+REPAYMENT_DETAIL *+INQUIRY_HISTORY *+STATEMENTS`;
    const borrower = CUSTOMER(customerId);
    const answers: Answer[] = [];
    for (const [as, recipientId, purpose] of [[CALLERS.bankA, 'bank-a', MORTGAGE], [CALLERS.bankB, 'bank-b', MORTGAGE], [CALLERS.centre, 'centre', 'CREDIT_REPORTING']] as const) {
      await world.grant({ borrower, recipientId, purpose, scopes: all });
      answers.push(await world.ask({ as, borrower, purpose, select: EVERYTHING }));
    }
    for (const answer of answers) expect(reportOf(answer).accounts?.[0]?.loans).toHaveLength(3);
    const told = answers.map(({ text }) => text.replace(/"(?:loanRef|accountRef|reportId)":"[\w-]{22}"/g, '')); // which chance writes
    expect(told.map((text) => /canary|-JIEBEI|-L\d|-Q\d/.test(text))).toEqual([false, false, false]);
    const refs = answers.map(({ text }) => [...text.matchAll(/"loanRef":"([\w-]{22})"/g)].map(([, ref]) => ref));
    expect(new Set(refs.flat()).size).toBe(9);
    const disputed = reportOf(answers[0] as Answer).accounts?.[0]?.disputes;
    expect(disputed).toMatchObject([{ targetField: 'Loan.principal' }]);
    expect(refs[0]).toContain(disputed?.[0]?.['loanRef']);
  }); // prettier-ignore

  it('L12: is not told by the size of an answer, its headers, its statements or an error', async () => {
    const draft = (count: number): PersonDraft => ({ loans: () => loansOf(count) });
    for (const scopes of [NO_COUNTS, '*+Identity.fullName', '*+CreditReport.inquiries *+CreditReport.statements']) {
      const [one, many] = await twins(scopes, draft(1), draft(9));
      expect(many).toEqual(one);
      expect([one.length > 1_000, one.statements.length > 8]).toEqual([true, true]);
    }
  });

  it('L13: is not told by rows: an account has one for each month, however many loans it had', async () => {
    const draft = (count: number): PersonDraft => ({ loans: () => loansOf(count) });
    const select = 'accounts { monthlySummaries { month borrowedAmount } }';
    const [one, many] = await twins('*+MonthlySummary.borrowedAmount', draft(1), draft(6), select);
    expect(many).toEqual(one);
    const months = '[{"month":"2026-03","borrowedAmount":360000},{"month":"2026-02","borrowedAmount":0}]';
    expect(many.bytes).toContain(`"monthlySummaries":${months}`);
  });

  describe('that is warned of before it can be computed', () => {
    async function warningsOf(scopes: string): Promise<Readonly<Record<string, readonly string[]>>> {
      const customerId = await somebody();
      const input = { borrower: CUSTOMER(customerId), recipientId: 'bank-a', purpose: MORTGAGE, hypothetical: { scopes: scopesOf(scopes) } };
      const query = 'query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { warnings { field computableFrom } } }';
      const answers = [await sendAs(world.gateway.http, CALLERS.platform, query, { input })];
      const { borrower: _borrower, ...own } = input;
      answers.push(await sendAs(world.gateway.http, aBorrower(customerId), query, { input: own }));
      const [platform, self] = answers.map(({ data }) => (data?.['previewCreditReport'] as { warnings: { field: string; computableFrom: string[] }[] }).warnings);
      expect(self).toEqual(platform);
      return Object.fromEntries((platform ?? []).map(({ field, computableFrom }) => [field, computableFrom]));
    } // prettier-ignore

    it('L14: the principal of a month’s only loan, from its count and its amount', async () => {
      const both = ['MonthlySummary.borrowedAmount', 'MonthlySummary.loanCount'];
      const warnings = await warningsOf(both.map((field) => `*+${field}`).join(' '));
      expect(warnings['Loan.principal']).toEqual(both);
      for (const field of both) expect((await warningsOf(`*+${field}`))['Loan.principal']).toBeUndefined();
    });

    it('L14: no band but that of none holds a single count, so that a band beside an exact amount gives no loan away', async () => {
      const draft = (count: number): PersonDraft => ({ loans: () => loansOf(count) });
      const scopes = '*+MonthlySummary.loanCountBand *+MonthlySummary.borrowedAmount *+CreditSummary.loanCountBand12m';
      for (const [one, other] of [[1, 2], [3, 5], [6, 9]] as const) {
        const [a, b] = await twins(scopes, draft(one), draft(other), 'accounts { monthlySummaries { loanCountBand borrowedAmount } }');
        expect(b).toEqual(a);
      }
    }); // prettier-ignore

    it('L15: amounts borrowed, from the movement of balances; and the instalments that remain are a term of the account', async () => {
      const warnings = await warningsOf('*+MonthlySummary.balance *+MonthlySummary.actualPaid');
      expect(warnings['MonthlySummary.borrowedAmount']).toEqual(['MonthlySummary.balance', 'MonthlySummary.actualPaid']);
      expect((await warningsOf('*+MonthlySummary.balance'))['MonthlySummary.borrowedAmount']).toBeUndefined();
      const draft = (remainingInstalments: number): PersonDraft => ({ month: () => ({ remainingInstalments }) });
      await expectAlike('*+BORROWING_AMOUNT *+BORROWING_FREQUENCY', '*+ACCOUNT_TERMS', draft(3), draft(4));
    });
  });

  it('L16: has no lower bound: days with a loan, the most in a month and the most at once need the count', async () => {
    const draft = (count: number): PersonDraft => ({ loans: () => loansOf(count) });
    const bounds = '*+MonthlySummary.loanDays *+CreditSummary.peakLoansInMonth12m *+CreditSummary.maxConcurrentLoans12m';
    await expectAlike(bounds, `${bounds} *+CreditSummary.loanCount12m`, draft(1), draft(6));
    await expectAlike(bounds, `${bounds} *+MonthlySummary.loanCount`, draft(2), draft(3));
  });

  it('L17: is not told by a lender’s questions: they have a permission of their own, and count once an institution and month', async () => {
    const asked = (count: number): PersonDraft => ({
      inquiries: Array.from({ length: count }, (_, at) => ({ inquiredOn: `2026-03-1${String(at)}`, institutionName: 'Lender', reason: '02' })),
    });
    const others = `${NO_COUNTS} *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL *+REPAYMENT_DETAIL *+STATEMENTS`;
    await expectAlike(others, `${others} *+INQUIRY_HISTORY`, asked(1), asked(5));
    const counts = [1, 3, 6, 24].map((months) => `*+CreditSummary.hardInquiries${String(months)}m`).join(' ');
    await expectAlike(counts, `${counts} *+CreditReport.inquiries`, asked(1), asked(5));
    const [none, one] = await twins(counts, asked(0), asked(1));
    expect(none.bytes).not.toBe(one.bytes);
  }); // prettier-ignore

  it('L18: a product shows that it exists, and since which month, by any one field of it and by none of another', async () => {
    const long = ['2026-03', '2026-02', '2026-01'];
    const draft = (products: readonly string[], months: readonly string[]): PersonDraft => ({ products, months });
    await expectAlike('J+MonthlySummary.balance', '*+MonthlySummary.balance', draft(['JIEBEI'], long), draft(['JIEBEI', 'HUABEI'], long));
    await expectAlike('*+CreditAccount.openedOn', '*+MonthlySummary.balance', draft(['JIEBEI'], long), draft(['JIEBEI'], long.slice(0, 1)));
  }); // prettier-ignore
});

interface SchemaField {
  readonly type: string;
  readonly name: string;
  readonly args: readonly string[];
}
/** Every field of every type that a bank can reach from its report. */
function fieldsBelowReport(): readonly SchemaField[] {
  const reached = new Map<string, readonly SchemaField[]>();
  const walk = (type: unknown): void => {
    if (!isObjectType(type) || reached.has(type.name)) return;
    const fields = Object.values(type.getFields());
    reached.set(type.name, fields.map(({ name, args }) => ({ type: type.name, name, args: args.map((arg) => arg.name) }))); // prettier-ignore
    for (const field of fields) walk(getNamedType(field.type));
  };
  walk(BANK_SCHEMA.getType('CreditReport'));
  return [...reached.values()].flat();
}
