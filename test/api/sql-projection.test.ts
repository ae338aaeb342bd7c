import { PURPOSE_LIMITS } from '../../src/core/consent/purpose';
import { FIELD_CATALOGUE, type FieldEntry } from '../../src/core/credit/field-catalogue';
import { forEachDatabase } from '../support/databases';
import type { Executed } from '../support/sql-spy';
import { CUSTOMER, EVERYTHING, openWorld, recordsOf, type World } from '../support/world';

const KEYS = new Set(['grp', 'borrower_ref', 'account_id', 'month', 'customer_id', 'as_of', 'currency']);
const RECORDS = /FROM (customer|credit_account)/;

forEachDatabase('the columns that are selected', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    await world.furnish(recordsOf({ customerId: 'sql', months: ['2026-03', '2026-02'] }));
  });

  async function columnsFor(scopes: string, select = EVERYTHING): Promise<Set<string>> {
    const borrower = CUSTOMER('sql');
    const id = await world.grant({ borrower, scopes });
    const { executed } = await world.spy.during(() => world.ask({ borrower, select }));
    await world.revoke(id);
    return selectedColumns(executed);
  }

  it.each(
    FIELD_CATALOGUE.entries
      .filter(({ cluster }) => PURPOSE_LIMITS.MORTGAGE_ORIGINATION.clusters.has(cluster))
      .map((entry) => [entry.coordinate, entry] as const),
  )('are keys and what %s needs, when nothing else is granted', async (coordinate, entry) => {
    const columns = await columnsFor(`J+${coordinate}`);
    expect([...columns].sort()).toEqual([...neededBy(entry)].sort());
  });

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
      expect(reads).toHaveLength(3);
      for (const { sql, params } of reads) {
        expect([...selectedColumns([{ kind: 'read', sql, params }])]).toEqual([]);
        const keys = params.filter((param) => Buffer.isBuffer(param) && param.length === 16).map(hex);
        expect(keys).toHaveLength(1);
        expect(stored.has(keys[0] ?? '')).toBe(false);
      }
      texts.push(executed.map(({ sql }) => sql));
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
      const expressions = list
        .replace(/NULL AS \w+/g, '')
        .replace(/ AS \w+/g, '')
        .replace(/CASE WHEN (m\.month BETWEEN \? AND \?( OR )?)+ THEN/g, '');
      for (const word of expressions.match(/[A-Za-z_*][\w.*]*/g) ?? []) {
        const name = word.replace(/^[am]\./, '');
        if (name !== 'END' && !KEYS.has(name)) found.add(name);
      }
    }
  return found;
}

/** Columns that may be read when this field alone is granted: its own, those it implies, and the inputs of a released indicator. */
function neededBy(entry: FieldEntry): Set<string> {
  const granted = [entry, ...FIELD_CATALOGUE.coarserOf(entry).filter((rung) => isImplied(entry, rung))];
  const complete = granted.filter((field) =>
    field.requires.every((other) => granted.some(({ coordinate }) => coordinate === other)),
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
  return new Set(sources.flatMap(({ source }) => (source.kind === 'indicator' ? [] : [source.column])));
}

/** A finer indicator implies a coarser one of its own window only. */
function isImplied(finer: FieldEntry, coarser: FieldEntry): boolean {
  if (coarser.source.kind !== 'indicator') return true;
  return finer.source.kind === 'indicator' && finer.source.windowMonths === coarser.source.windowMonths;
}

function hex(value: unknown): string {
  return (value as Buffer).toString('hex');
}
