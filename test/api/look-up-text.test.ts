import { CALLERS, sendAs } from '../support/clients';
import { someLoans } from '../support/credit-history';
import { forEachDatabase } from '../support/databases';
import { EVERYTHING, inputOf, normalised, openWorld, recordsOf, REPORT, type World } from '../support/world';

const INQUIRY = { inquiredOn: '2026-03-01', institutionName: 'Bank Q', reason: '02' };
const STATEMENT = { author: 'BORROWER', text: 'I was abroad.', madeOn: '2026-03-02' };

/** A look-up alone is written as text by us; beside another field of the query it is executed by graphql-js. */
forEachDatabase('a look-up, written as text or executed by graphql-js,', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    await world.furnish(recordsOf({ loans: someLoans, inquiries: [INQUIRY], statements: [STATEMENT] }));
    await world.grant({
      scopes:
        '*+LOAN_DETAIL *+REPAYMENT_DETAIL *+INQUIRY_HISTORY *+STATEMENTS *+IDENTITY *+BORROWING_AMOUNT *+ACCOUNT_TERMS J+REPAYMENT_STATUS H-MonthlySummary.balance J+MonthlySummary.loanCount',
    });
  });

  async function ask(query: string, variables: object = {}): Promise<string> {
    const { text } = await sendAs(world.gateway.http, CALLERS.bankA, query, { input: inputOf(), ...variables });
    return normalised(text);
  }
  async function newestEntry(): Promise<object> {
    const [row] = await world.rows('SELECT body FROM ledger_entry ORDER BY idx DESC LIMIT 1');
    const { released, refused, empty, rows, months } = JSON.parse((row?.['body'] as Buffer).toString()) as Record<
      string,
      unknown
    >;
    return { released, refused, empty, rows, months };
  }
  async function expectSame(query: string, variables: object = {}): Promise<void> {
    const written = await ask(query, variables);
    const entry = await newestEntry();
    const executed = await ask(query.replace(/\}(?=[^}]*$)/, 'viewer { role } }'), variables);
    expect(executed.replace(',"viewer":{"role":"BANK"}', '')).toBe(written);
    expect(executed).not.toBe(written);
    expect(written).toContain('"data":{');
    expect(await newestEntry()).toEqual(entry);
  }

  it.each([
    ['every field', EVERYTHING],
    ['aliases', 'c: completeness a: identity { n: fullName m: fullName } accounts { x: monthlySummaries(months: 3) { y: month z: loanCount } }'],
    ['a field twice', 'identity { fullName } identity { birthYear fullName } accounts { product } accounts { product status }'],
    ['names of types', '__typename identity { __typename fullName } accounts { t: __typename monthlySummaries { __typename balance } }'],
    ['prototypes', 'identity { __proto__: fullName constructor: mobile toString: idType }'],
    ['inline fragments', '... on CreditReport { identity { ... on Identity { fullName } } ... { accounts { product } } }'],
    ['constant conditions', 'identity @include(if: true) { fullName @skip(if: true) idType } summary @include(if: false) { utilisation } reportId'],
    ['arguments', 'accounts(product: JIEBEI) { product monthlySummaries(months: 2) { loanCount repaymentStatus } }'],
    ['two lists of months', 'accounts { a: monthlySummaries(months: 2) { loanCount } b: monthlySummaries(months: 5) { borrowedAmount } }'],
    ['lists of objects', 'accounts { fundingShares { institution shareBp } specialEvents { type occurredOn amount } }'],
    ['lists in lists', 'accounts { product loans(first: 2) { loanRef drawnOn repayments { dueOn daysPastDue } } disputes { targetField } } inquiries { reason } statements { text }'],
    ['two lists of loans', 'accounts { a: loans(first: 1) { principal } b: loans { drawnMonth } }'],
    ['nothing released', 'identity { mobile } accounts { monthlySummaries { daysPastDueMonthEnd } }'],
  ])('is the same to the byte with %s', async (_what, select) => {
    await expectSame(REPORT(select));
  }); // prettier-ignore

  it('is the same to the byte under an alias, with fragments and with variables inside', async () => {
    await expectSame(
      'query ($input: CreditReportInput!) { "x" }'.replace('"x"', 'other: creditReport(input: $input) { reportId }'),
    );
    await expectSame(
      `fragment who on Identity { fullName idType } fragment all on CreditReport { identity { ...who } accounts { product } }
       query ($input: CreditReportInput!) { creditReport(input: $input) { ...all identity { birthYear } } }`,
    );
    for (const variables of [{}, { months: 4, yes: false, product: 'HUABEI' }, { months: 1, yes: true, product: 'JIEBEI' }])
      await expectSame(
        `query ($input: CreditReportInput!, $months: Int! = 2, $yes: Boolean! = true, $product: Product) {
           creditReport(input: $input) { identity @include(if: $yes) { fullName } accounts(product: $product) {
             monthlySummaries(months: $months) { loanCount } } } }`,
        variables,
      );
  });

  it('depends on the variables of each time, however often the document was asked', async () => {
    const query = `query ($input: CreditReportInput!, $more: Boolean!) { creditReport(input: $input) { identity { fullName } }
      creditReport(input: $input) @include(if: $more) { identity { idType } } }`;
    for (const more of [false, true, false])
      expect((await ask(query, { more })).includes('"idType":"RESIDENT_ID_CARD"')).toBe(more);
  });

  it('takes the default of a variable that is not given', async () => {
    const query = `query ($input: CreditReportInput!, $whole: Boolean! = true) {
      viewer { role } creditReport(input: $input) @include(if: $whole) { identity { fullName } } }`;
    expect(await ask(query)).toContain('"fullName":"Name li"');
  });

  it.each([
    ['a number of months out of range', { months: 61 }],
    ['a variable of another type', { months: 'many' }],
    ['no input', { input: null }],
    ['a purpose that is none', { input: { ...inputOf(), purpose: 'CURIOSITY' } }],
    ['a request id that is none', { input: inputOf({ requestId: '' }) }],
    ['a purpose for which the bank is not registered', { input: inputOf({ purpose: 'CREDIT_REPORTING' }) }],
  ])('is refused in the same words for %s', async (_what, variables) => {
    const query = `query ($input: CreditReportInput!, $months: Int) { creditReport(input: $input) {
      accounts { monthlySummaries(months: $months) { loanCount } } } }`;
    const refusals: unknown[] = [];
    for (const text of [query, query.replace(/\}$/, 'viewer { role } }')]) {
      const { status, data, errors } = await sendAs(world.gateway.http, CALLERS.bankA, text, { input: inputOf(), ...variables });
      refusals.push({
        status,
        data,
        errors: errors?.map((error) => ({ ...error, extensions: { ...error.extensions, traceId: '' } })),
      });
    }
    expect(refusals[1]).toEqual(refusals[0]);
    expect(refusals[0]).toMatchObject({ data: undefined });
  });
});
