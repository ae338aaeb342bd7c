import type { Database, Row } from '../../src/db/database';
import { NOW_MS } from '../support/builders';
import { aBorrower, type Caller, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import type { Executed } from '../support/sql-spy';
import { CUSTOMER, DAY, EVERYTHING, openWorld, recordsOf, type World } from '../support/world';

/** Enough for a planner to prefer an index to a scan: 400 accounts, 10,400 months. */
const PEOPLE = 200;
const CLUSTERS =
  '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL *+REPAYMENT_DETAIL ' +
  '*+INQUIRY_HISTORY *+STATEMENTS';
/** A row for each institution: fewer than an index is worth. */
const SMALL = new Set(['institution', 'r', 's', 'platform_progress', 'p', 'o']);

const at = (days: number): string => new Date(NOW_MS + days * DAY).toISOString();

/** How a database goes about a statement, a table or step a line. */
interface Step {
  readonly table: string;
  readonly detail: string;
  readonly isScan: boolean;
  readonly isSort: boolean;
}

async function planOf(database: Database, { sql, params }: Executed): Promise<readonly Step[]> {
  const sqlite = database.dialect === 'sqlite';
  const rows = await database.read(`EXPLAIN ${sqlite ? 'QUERY PLAN ' : ''}${sql}`, params);
  return rows.map(sqlite ? toSqliteStep : toMariadbStep);
}

function toMariadbStep(row: Row): Step {
  const [table, type, extra] = [row['table'], row['type'], row['Extra']].map((value) => String(value ?? ''));
  const isDerived = table?.startsWith('<') ?? false;
  return {
    table: table ?? '',
    detail: [table, type, String(row['key']), extra].join(' '),
    isScan: !isDerived && (type === 'ALL' || type === 'index'),
    isSort: (extra ?? '').includes('filesort'),
  };
}

function toSqliteStep(row: Row): Step {
  const detail = String(row['detail']);
  const [, table = ''] = /^(?:SCAN|SEARCH) (\S+)/.exec(detail) ?? [];
  return {
    table,
    detail,
    isScan: detail.startsWith('SCAN') && !/CONSTANT ROW|SUBQUERY|^SCAN \(/.test(detail),
    isSort: detail.includes('TEMP B-TREE'),
  };
}

forEachDatabase('the plan of every statement on the hot paths', (open, dialect) => {
  let world: World;
  const people = Array.from({ length: PEOPLE }, (_, at) => `plan-${String(at)}`);
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    await world.furnish(people.flatMap((customerId) => recordsOf({ customerId })));
    for (const customerId of people.slice(0, 60)) {
      await world.grant({ borrower: CUSTOMER(customerId), scopes: CLUSTERS, more: { frequency: { count: 9, per: 'DAY' } } });
      await world.ask({ borrower: CUSTOMER(customerId) });
    }
    const tables = await world.rows(dialect === 'sqlite' ? "SELECT name FROM sqlite_master WHERE type = 'table'" : 'SHOW TABLES');
    for (const row of tables)
      await world.change(`ANALYZE ${dialect === 'sqlite' ? '' : 'TABLE '}${String(Object.values(row)[0])}`);
  });

  async function badSteps(executed: readonly Executed[]): Promise<readonly string[]> {
    const distinct = new Map(executed.filter(({ sql }) => /^\s*(SELECT|UPDATE|DELETE)/.test(sql)).map((one) => [one.sql, one]));
    expect(distinct.size).toBeGreaterThan(0);
    const plans = await Promise.all(
      [...distinct.values()].map(async (one) => ({ one, steps: await planOf(world.db.database, one) })),
    );
    return plans.flatMap(({ one, steps }) =>
      steps
        .filter(({ table, isScan, isSort }) => (isScan && !SMALL.has(table)) || isSort)
        .map(({ detail }) => `${detail} in ${one.sql.replace(/\s+/g, ' ')}`),
    );
  }

  it.each<[string, () => Promise<unknown>]>([
    ['a look-up of everything', () => world.ask({ borrower: CUSTOMER('plan-7'), select: EVERYTHING })],
    ['a look-up of nobody', () => world.ask({ borrower: CUSTOMER('nobody'), select: EVERYTHING })],
    ['a look-up without consent', () => world.ask({ borrower: CUSTOMER('plan-199'), select: EVERYTHING })],
    ['a preview', () => sendAs(world.gateway.http, CALLERS.platform, PREVIEW, { input: { borrower: CUSTOMER('plan-8'), recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION' } })],
    ['a grant and its end', async () => world.revoke(await world.grant({ borrower: CUSTOMER('plan-9'), scopes: CLUSTERS }))],
    ['a platform’s list of consents', () => sendAs(world.gateway.http, CALLERS.platform, CONSENTS, {})],
    ['every list of disclosures', listDisclosures],
    ['an explained disclosure', async () => {
      const answer = await world.ask({ borrower: CUSTOMER('plan-10') });
      return sendAs(world.gateway.http, CALLERS.auditor, DISCLOSURE, { id: answer.extensions?.disclosure?.reportId });
    }],
    ['a delivery of known and of new records', () => world.furnish([...recordsOf({ customerId: 'plan-11', asOf: '2026-04-15', identity: { residenceCity: 'Ningbo' }, month: () => ({ balanceMinor: 1 }) }), ...recordsOf({ customerId: `plan-new-${newKey()}` })])],
  ])('needs neither a scan nor a sort for %s', async (_name, act) => {
    const { result, executed } = await world.spy.during(act);
    expect(JSON.stringify(result ?? {})).not.toContain('"errors":[');
    expect(await badSteps(executed)).toEqual([]);
  }); // prettier-ignore

  /** Two pages of every list, with filters that an index answers and others. */
  async function listDisclosures(): Promise<readonly string[]> {
    const filters = [{ decidedFrom: at(-1), decidedUntil: at(1) }, { purpose: 'MORTGAGE_ORIGINATION' }, null];
    const found = await sendAs(world.gateway.http, CALLERS.auditor, DISCLOSURES, {});
    const borrowerPseudonym = /"borrowerPseudonym":"([\w-]+)"/.exec(found.text)?.[1];
    const lists: readonly (readonly [Caller, Values | null])[] = [
      ...[CALLERS.bankA, CALLERS.auditor, CALLERS.platform, aBorrower('plan-3')].flatMap((as) => filters.map((filter) => [as, filter] as const)),
      [CALLERS.bankA, { requestId: newKey() }], [CALLERS.auditor, { recipientId: 'bank-a' }], [CALLERS.auditor, { borrowerPseudonym }],
      [CALLERS.platform, { borrower: CUSTOMER('plan-4') }],
    ]; // prettier-ignore
    const answers: string[] = [];
    for (const [as, filter] of lists) {
      const query = as === CALLERS.auditor ? DISCLOSURES : DISCLOSURES.replace('borrowerPseudonym', '');
      const first = await sendAs(world.gateway.http, as, query, { filter });
      const after = (first.data?.['disclosures'] as { pageInfo: { endCursor: string | null } } | undefined)?.pageInfo.endCursor;
      answers.push(first.text, (await sendAs(world.gateway.http, as, query, { filter, after })).text);
    }
    return answers;
  }

  it('reads every list of disclosures from its cursor on by the index of that list, whatever else there is', async () => {
    const { executed } = await world.spy.during(listDisclosures);
    const lists = new Map(executed.filter(({ sql }) => /\b[de]\.idx < \?/.test(sql)).map((one) => [one.sql.replace(/LIMIT \d+/, ''), one])); // prettier-ignore
    const first = await Promise.all([...lists.values()].map(async (one) => (await planOf(world.db.database, one))[0]?.detail));
    const [of, end] = dialect === 'sqlite' ? ['SEARCH $ USING INDEX', 'idx>? AND idx<?)'] : ['$ range', 'Using where'];
    const primary = dialect === 'sqlite' ? 'sqlite_autoindex_disclosure_1' : 'PRIMARY';
    for (const [table, index] of [['d', 'ix_disclosure_index'], ['d', 'ix_disclosure_recipient'], ['d', primary], ['e', 'ix_ledger_entry_subject']] as const)
      expect(first.filter((detail) => detail?.startsWith(`${of.replace('$', table)} ${index}`) && detail.endsWith(end))).toHaveLength(1);
    expect(first).toHaveLength(4);
  }); // prettier-ignore

  it('would tell of a scan and of a sort', async () => {
    const scan = {
      kind: 'read',
      sql: 'SELECT * FROM monthly_summary WHERE balance_minor = 5 ORDER BY actual_paid_minor',
      params: [],
    } as const;
    expect((await badSteps([scan])).length).toBeGreaterThan(0);
  });
});

const PREVIEW = `query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { report { ${EVERYTHING} } } }`;
const CONSENTS = '{ consents(first: 20) { edges { node { id } } pageInfo { hasNextPage } } }';
const DISCLOSURE = 'query ($id: ID!) { disclosure(reportId: $id) { reportId citations { version } verdicts { reason } } }';
const DISCLOSURES = `query ($filter: DisclosureFilter, $after: String) { disclosures(filter: $filter, first: 20, after: $after) {
  edges { node { reportId borrowerPseudonym } } pageInfo { endCursor } } }`;
