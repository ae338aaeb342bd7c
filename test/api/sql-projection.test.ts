import { PURPOSE_LIMITS } from '../../src/core/consent/purpose';
import { columnsOf, FIELD_CATALOGUE, type FieldEntry } from '../../src/core/credit/field-catalogue';
import type { Values } from '../support/clients';
import { someLoans } from '../support/credit-history';
import { forEachDatabase } from '../support/databases';
import { type Executed, statementsOf } from '../support/sql-spy';
import { CUSTOMER, EVERYTHING, openWorld, recordsOf, type World } from '../support/world';

const KEYS = new Set([
  'grp', 'borrower_ref', 'account_id', 'month', 'customer_id', 'as_of', 'currency', 'loan_id', 'instalment_no', 'inquiry_id', 'statement_id',
  'target_entity',
]); // prettier-ignore
/** What travels with a disputed item, whatever else is released. */
const OF_DISPUTE = new Set(['dispute_id', 'target_field', 'received_on', 'answer_due_on', 'answered_on', 'outcome']);
const RECORDS = /FROM (customer|credit_account|inquiry|statement)\b/;
/** One for each kind of record: person, account, month, loan, repayment, inquiry, statement, dispute. */
const KINDS = 8;
const DATE = "'\\d{4}-\\d{2}-\\d{2}'";
const DAY = '[lri]\\.(?:drawn_on|due_on|inquired_on)';
/** Conditions of a column: they may look at a day, at a month or at the end of an adverse fact, and select none of them. */
const CONDITIONS = [
  /CASE WHEN (m\.month BETWEEN [?\d]+ AND [?\d]+( OR )?)+ THEN/g,
  new RegExp(`CASE( WHEN ${DAY} < ${DATE} THEN \\d+)+ ELSE \\d+ END`, 'g'),
  new RegExp(`CASE WHEN (${DAY} >= ${DATE} AND ${DAY} < ${DATE}( OR )?)+ THEN`, 'g'),
  new RegExp(`CASE WHEN a\\.adverse_ended_on IS NULL OR a\\.adverse_ended_on > ${DATE} THEN`, 'g'),
];

forEachDatabase('the columns that are selected', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    await world.furnish(recordsOf({ customerId: 'sql', months: ['2026-03', '2026-02'], loans: someLoans }));
  });

  async function executedFor(scopes: string, select = EVERYTHING, more: Values = {}): Promise<readonly Executed[]> {
    const borrower = CUSTOMER('sql');
    const id = await world.grant({ borrower, scopes, more });
    const { executed } = await world.spy.during(() => world.ask({ borrower, select }));
    await world.revoke(id);
    return executed;
  }
  const columnsFor = async (scopes: string, select?: string): Promise<Set<string>> =>
    selectedColumns(await executedFor(scopes, select));

  it.each(
    FIELD_CATALOGUE.entries
      .filter(({ cluster }) => PURPOSE_LIMITS.MORTGAGE_ORIGINATION.clusters.has(cluster))
      .map((entry) => [entry.coordinate, entry] as const),
  )('are keys and what %s needs, when nothing else is granted', async (coordinate, entry) => {
    const columns = await columnsFor(withLists(entry).map((field) => `J+${field.coordinate}`).join(' ')); // prettier-ignore
    expect([coordinate, [...columns].sort()]).toEqual([coordinate, [...neededBy(entry)].sort()]);
  });

  it('are the same on other days, which stand in conditions alone, when a list is released for some days', async () => {
    const later = 'J+CreditAccount.loans J+Loan.repayments J+Loan.principalBand J+Repayment.dueAmount *+CreditReport.inquiries *+Inquiry.reason';
    const lists = ['CreditAccount.loans', 'Loan.repayments', 'Loan.principalBand', 'Repayment.dueAmount', 'Inquiry.reason'];
    const needed = new Set(lists.flatMap((coordinate) => [...neededBy(FIELD_CATALOGUE.load(coordinate))]));
    const first = await world.grant({ borrower: CUSTOMER('sql'), scopes: 'J+CreditAccount.loans J+Loan.annualRateBp', more: { dataUntil: '2026-01-15' } });
    const executed = await executedFor(later, EVERYTHING, { dataFrom: '2025-11-11' });
    await world.revoke(first);
    expect([...selectedColumns(executed)].sort()).toEqual([...needed, 'annual_rate_bp'].sort());
    const texts = executed.map(({ sql }) => sql).join('\n');
    for (const day of ['2025-11-11', '2026-01-15']) expect(texts).toContain(`l.drawn_on < '${day}'`);
  }); // prettier-ignore

  it('of disputes are read only where they are about a released field', async () => {
    for (const [scopes, fields] of [
      ['J+MonthlySummary.balance J+CreditSummary.openAccountCount', ['MonthlySummary.balance']],
      ['J+CreditAccount.loans J+Loan.annualRateBp', ['Loan.annualRateBp', 'MonthlySummary.loanCount', 'MonthlySummary.loanCountBand']],
      ['J+CreditSummary.openAccountCount', ['']],
    ] as const) {
      const executed = await executedFor(scopes);
      const disputes = executed.filter(({ sql }) => sql.includes('FROM credit_account AS a JOIN dispute'));
      const about = disputes.flatMap(({ params }) => params.filter((param) => param === '' || /^[A-Z]\w+\.\w+$/.test(String(param))));
      expect([scopes, [...about].sort()]).toEqual([scopes, [...fields]]);
    }
  }); // prettier-ignore

  it('are those of one product only: the other product’s arm holds NULL', async () => {
    people += 1;
    const borrower = CUSTOMER(`sql-${String(people)}`);
    await world.furnish(recordsOf({ customerId: borrower.idNumber, months: ['2026-03'] }));
    await world.grant({ borrower, scopes: 'H+MonthlySummary.balance J+MonthlySummary.loanDays J+MonthlySummary.loanCount' });
    const { executed } = await world.spy.during(() => world.ask({ borrower, select: EVERYTHING }));
    const arms = executed.filter(({ sql }) => sql.includes('monthly_summary')).flatMap(({ sql }) => sql.split('UNION ALL'));
    const selected = arms.map((arm) => [...selectedColumns([{ kind: 'read', sql: arm, params: [] }])].sort());
    expect(selected.sort()).toEqual([['balance_minor'], ['loan_count', 'loan_count_band', 'loan_days']].sort());
  });

  it('are not more when a field is granted and not asked for', async () => {
    expect(
      [
        ...(await columnsFor('*+IDENTITY *+BORROWING_AMOUNT *+ACCOUNT_TERMS', 'identity { birthYear } accounts { openedYear }')),
      ].sort(),
    ).toEqual(['birth_year', 'opened_year']);
  });

  it('are none, under the same statements and a key that is stored nowhere, when nothing may be read', async () => {
    await world.furnish(recordsOf({ customerId: 'sql-none', months: ['2026-03'] }));
    const stored = new Set((await world.rows('SELECT borrower_ref FROM borrower_key')).map((row) => hex(row['borrower_ref'])));
    expect(stored.size).toBeGreaterThan(0);
    const texts: (readonly string[])[] = [];
    for (const borrower of [CUSTOMER('sql-none'), CUSTOMER('sql-unknown')]) {
      const { executed } = await world.spy.during(() => world.ask({ borrower, select: EVERYTHING }));
      const reads = executed.filter(({ sql }) => RECORDS.test(sql));
      expect(reads).toHaveLength(KINDS);
      for (const { sql, params } of reads) {
        expect([...selectedColumns([{ kind: 'read', sql, params }])]).toEqual([]);
        const keys = params.filter((param) => Buffer.isBuffer(param) && param.length === 16).map(hex);
        expect(keys).toHaveLength(1);
        expect(stored.has(keys[0] ?? '')).toBe(false);
      }
      texts.push(statementsOf(executed));
    }
    expect(texts[1]).toEqual(texts[0]);
  });

  it('hold no text of a client', async () => {
    const { executed } = await world.spy.during(() =>
      world.ask({
        borrower: { idType: 'RESIDENT_ID_CARD', idNumber: "x' OR 1=1 --", fullName: 'zz); DROP' },
        select: 'evil: identity { injected: fullName }',
      }),
    );
    expect(executed.length).toBeGreaterThan(3);
    for (const { sql } of executed) expect(sql).not.toMatch(/OR 1=1|DROP|evil|injected/);
  });
});

/** Column names of the SELECT lists of reads of records, keys left out; `NULL AS name` reads nothing. */
function selectedColumns(executed: readonly Executed[]): Set<string> {
  const found = new Set<string>();
  for (const { sql } of executed)
    for (const arm of sql.split('UNION ALL')) {
      if (!RECORDS.test(arm)) continue;
      const list = /SELECT([\s\S]*?)\sFROM\s/.exec(arm)?.[1] ?? '*';
      const unnamed = list.replace(/NULL AS \w+/g, '').replace(/ AS \w+/g, '');
      const expressions = CONDITIONS.reduce((text, condition) => text.replace(condition, ''), unnamed);
      for (const word of expressions.match(/[A-Za-z_*][\w.*]*/g) ?? []) {
        const name = word.replace(/^[amlrids]\./, '');
        const isKey = KEYS.has(name) || (OF_DISPUTE.has(name) && arm.includes('JOIN dispute'));
        if (name !== 'END' && !isKey) found.add(name);
      }
    }
  return found;
}

/** A field and the lists that it stands in, without which it cannot be granted. */
function withLists(entry: FieldEntry): readonly FieldEntry[] {
  return entry.within === null ? [entry] : [entry, ...withLists(FIELD_CATALOGUE.load(entry.within))];
}

/** Columns that may be read when this field alone is granted: its own, those it implies, and the inputs of a released indicator. */
function neededBy(entry: FieldEntry): Set<string> {
  const granted = withLists(entry).flatMap((field) => [
    field,
    ...FIELD_CATALOGUE.coarserOf(field).filter((rung) => isImplied(field, rung)),
  ]);
  const complete = granted.filter((field) =>
    [...field.requires, ...(field.within === null ? [] : [field.within])].every((other) =>
      granted.some(({ coordinate }) => coordinate === other),
    ),
  );
  const byInputs = FIELD_CATALOGUE.entries.filter(
    (field) =>
      field.inputs.length > 0 &&
      field.inputs.every((input) => complete.some(({ coordinate }) => coordinate === input)) &&
      field.requires.every((other) => complete.some(({ coordinate }) => coordinate === other)),
  );
  const fields = new Set([...complete, ...byInputs]);
  const sources = [...fields].flatMap((field) =>
    field.source.kind === 'indicator' ? field.inputs.map((input) => FIELD_CATALOGUE.load(input)) : [field],
  );
  return new Set(sources.flatMap(({ source }) => columnsOf(source)));
}

/** A finer indicator implies a coarser one of its own window only. */
function isImplied(finer: FieldEntry, coarser: FieldEntry): boolean {
  if (coarser.source.kind !== 'indicator') return true;
  return finer.source.kind === 'indicator' && finer.source.windowMonths === coarser.source.windowMonths;
}

function hex(value: unknown): string {
  return (value as Buffer).toString('hex');
}
