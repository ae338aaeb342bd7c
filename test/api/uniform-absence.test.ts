import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { NOW_MS } from '../support/builders';
import type { SqlValue, Statement } from '../../src/db/database';
import { type Answer, CALLERS, type Values } from '../support/clients';
import { act, asking } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import {
  aFuzzWorld,
  aQuery,
  build,
  type Built,
  FIELDS,
  FURNISHED_MONTHS,
  PRODUCTS,
  REACH,
  valuesOf,
} from '../support/world-fuzz';
import {
  CUSTOMER,
  DAY,
  EVERYTHING,
  normalised,
  openWorld,
  recordsOf,
  type Report,
  type ReportDraft,
  reportOf,
  stableHeaders,
  type World,
} from '../support/world';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const PAIRS = 150;
const ORACLE_WORLDS = 200;
const GONE = 30;

forEachDatabase('uniform absence', (open, dialect) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });

  describe('of a person', () => {
    const cases: Record<string, ReportDraft> = {};
    beforeAll(async () => {
      const everything = '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL';
      const aPerson = async (name: string): Promise<Values> => {
        await world.furnish(recordsOf({ customerId: name, months: FURNISHED_MONTHS }));
        return CUSTOMER(name);
      };
      cases['nobody'] = { borrower: CUSTOMER('nobody') };
      cases['without consent'] = { borrower: await aPerson('none') };
      cases['revoked'] = { borrower: await aPerson('revoked') };
      await world.revoke(await world.grant({ borrower: CUSTOMER('revoked'), scopes: everything }));
      cases['not yet'] = { borrower: await aPerson('future') };
      await world.grant({ borrower: CUSTOMER('future'), scopes: everything, validFrom: NOW_MS + 1 });
      cases['paused'] = { borrower: await aPerson('paused') };
      const paused = await world.grant({ borrower: CUSTOMER('paused'), scopes: everything });
      await world.change("UPDATE arrangement SET status = 'PAUSED' WHERE arrangement_id = ?", [Buffer.from(paused, 'hex')]);
      const consented = async (name: string, more: Values = {}): Promise<string> => {
        cases[name] = { borrower: await aPerson(name) };
        return world.grant({ borrower: CUSTOMER(name), scopes: everything, more });
      };
      const asked = async (name: string, borrower: Values): Promise<string> => {
        cases[name] = { borrower };
        const scopes = [{ cluster: 'ACCOUNT_TERMS', everyProduct: true, effect: 'PERMIT' }];
        return (await act(world, CALLERS.bankA, 'requestConsent', asking(borrower, { scopes }))).consentRequest.id;
      };
      await act(world, CALLERS.platform, 'pauseConsent', { consentId: await consented('paused by the API') });
      await act(world, CALLERS.platform, 'pauseConsent', {
        consentId: await consented('EXPLICIT but paused', { absencePolicy: 'EXPLICIT' }),
      });
      await act(world, CALLERS.bankA, 'revokeConsent', { consentId: await consented('given up by the bank') });
      await consented('used up', { accessMode: 'ONE_TIME' });
      await consented('over frequency', { frequency: { count: 1, per: 'WEEK' } });
      for (const name of ['used up', 'over frequency'])
        expect((await world.report({ borrower: CUSTOMER(name), select: EVERYTHING })).accounts).not.toBeNull();
      await asked('request pending', await aPerson('request pending'));
      await asked('request to nobody', CUSTOMER('nobody-asked'));
      const consentRequestId = await asked('request rejected', await aPerson('request rejected'));
      await act(world, CALLERS.platform, 'rejectConsentRequest', { consentRequestId });
      cases['other purpose'] = { borrower: await aPerson('purpose') };
      await world.grant({ borrower: CUSTOMER('purpose'), scopes: '*+IDENTITY *+ACCOUNT_TERMS', purpose: 'CARD_APPROVAL' });
      cases['other bank'] = { borrower: await aPerson('bank') };
      await world.grant({ borrower: CUSTOMER('bank'), scopes: everything, recipientId: 'bank-b' });
      cases['denied'] = { borrower: await aPerson('denied') };
      await world.grant({ borrower: CUSTOMER('denied'), scopes: `${everything} ${everything.replaceAll('+', '-')}` });
      cases['tampered'] = { borrower: await aPerson('tampered') };
      const tampered = await world.grant({ borrower: CUSTOMER('tampered'), scopes: everything });
      await world.change('UPDATE consent SET hash = ? WHERE arrangement_id = ?', [randomBytes(32), Buffer.from(tampered, 'hex')]);
      cases['wrong name'] = { borrower: { idType: 'RESIDENT_ID_CARD', idNumber: 'ID-bank', fullName: 'Wrong' } };
      cases['expired'] = { borrower: await aPerson('expired') };
      world.clock.nowMs = NOW_MS - 2 * DAY;
      await world.grant({ borrower: CUSTOMER('expired'), scopes: everything, validUntil: NOW_MS });
      world.clock.nowMs = NOW_MS;
    });

    it('gives the same bytes, headers and statements in every case, and one ledger entry each', async () => {
      const seen: { name: string; bytes: string; status: number; headers: unknown; sql: unknown; entries: number }[] = [];
      for (const [name, draft] of Object.entries(cases)) {
        const before = await entries(world);
        const { result, executed } = await world.spy.during(() => world.ask({ ...draft, select: EVERYTHING }));
        const { status, text } = result;
        const sql = executed.map((statement) => [statement.kind, statement.sql, statement.params.length]);
        seen.push({
          name,
          status,
          bytes: normalised(text),
          headers: stableHeaders(result),
          sql,
          entries: (await entries(world)) - before,
        });
      }
      expect(seen).toHaveLength(19);
      const [first] = seen;
      expect({ status: first?.status, entries: first?.entries }).toEqual({ status: 200, entries: 1 });
      for (const one of seen) expect(one).toEqual({ ...first, name: one.name });
    });

    it('is null in every field of the schema', async () => {
      const report = await world.report({ ...cases['without consent'], select: EVERYTHING });
      const { identity, summary, accounts } = report;
      expect(accounts).toBeNull();
      expect(Object.keys(identity)).toHaveLength(FIELDS.filter(({ coordinate }) => coordinate.startsWith('Identity.')).length);
      expect(Object.keys(summary)).toHaveLength(
        FIELDS.filter(({ coordinate }) => coordinate.startsWith('CreditSummary.')).length + 1,
      );
      expect([...Object.values(identity), ...Object.values(summary)].filter((value) => value !== null)).toEqual([]);
    });

    it('is null in each field by itself, whatever else is permitted', async () => {
      await world.furnish(recordsOf({ customerId: 'each', months: ['2026-03'] }));
      for (const { coordinate } of FIELDS) {
        const [type = '', name = ''] = coordinate.split('.');
        const others = ['Identity.idType', 'CreditAccount.guaranteeType'].filter((other) => other !== coordinate);
        const id = await world.grant({ borrower: CUSTOMER('each'), scopes: others.map((other) => `*+${other}`).join(' ') });
        const report = await world.report({ borrower: CUSTOMER('each'), select: selectOne(type, name) });
        expect({ coordinate, found: leavesOf(report, name) }).toEqual({ coordinate, found: [] });
        await world.revoke(id);
      }
    }, 60_000);

    it('does not tell a consented person without records from one without consent', async () => {
      await world.furnish(recordsOf({ customerId: 'empty', products: [] }));
      await world.grant({
        borrower: CUSTOMER('empty'),
        scopes: '*+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY',
      });
      const ask = async (borrower: Values): Promise<Answer> => world.ask({ borrower, select: EVERYTHING });
      const [empty, none] = [await ask(CUSTOMER('empty')), await ask(CUSTOMER('nobody'))];
      expect(normalised(empty.text)).toBe(normalised(none.text));
      expect(stableHeaders(empty)).toEqual(stableHeaders(none));
      expect(reportOf(empty)['eraseBy']).toBe(reportOf(none)['eraseBy']);
    });
  });

  it('changes no byte when only withheld cells change', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(aFuzzWorld, aQuery, fc.integer({ min: 0, max: 1 }), async (drawn, select, asNull) => {
        const built = await build(world, drawn);
        const ask = () => world.spy.during(() => world.ask({ borrower: built.borrower, select }));
        const before = await ask();
        changed += await changeWithheld(world, built, asNull === 1);
        const after = await ask();
        expect(normalised(after.result.text)).toBe(normalised(before.result.text));
        expect(after.result.status).toBe(200);
        expect(stableHeaders(after.result)).toEqual(stableHeaders(before.result));
        expect(after.executed.map(({ sql }) => sql)).toEqual(before.executed.map(({ sql }) => sql));
      }),
      { numRuns: PAIRS, seed: SEED, endOnFailure: true },
    );
    process.stdout.write(
      `differential fuzz on ${dialect}: ${String(PAIRS)} pairs, seed ${String(SEED)}, ${String(changed)} withheld cells changed\n`,
    );
    expect(changed).toBeGreaterThan(PAIRS * 10);
  }, 120_000);

  it('changes nothing for the recipient when a person of whom nothing is permitted is gone altogether', async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        aFuzzWorld,
        fc.infiniteStream(fc.nat({ max: 9 })),
        fc.integer({ min: 1, max: 60 }),
        async (drawn, dice, months) => {
          const built = await build(world, drawn);
          const fields = withheldFrom(built).filter(() => Number(dice.next().value) < 4);
          if (fields.length === 0) return;
          asked += fields.length;
          const select = selectSome(fields, months, fields.includes('CreditAccount.product') ? '(product: JIEBEI)' : '');
          const ask = (borrower: Values) => world.spy.during(() => world.ask({ borrower, select }));
          const seen = [await ask(built.borrower), await ask(CUSTOMER(`nobody-like-${built.customerId}`))];
          await world.change(
            'DELETE FROM identity_lookup WHERE borrower_ref IN (SELECT borrower_ref FROM customer WHERE customer_id = ?)',
            [built.customerId],
          );
          seen.push(await ask(built.borrower));
          const [first, ...others] = seen.map(({ result, executed }) => ({
            status: result.status,
            bytes: normalised(result.text),
            headers: stableHeaders(result),
            sql: executed.map(({ kind, sql, params }) => [kind, sql, params.length]),
          }));
          for (const other of others) expect(other).toEqual(first);
        },
      ),
      { numRuns: GONE, seed: SEED, endOnFailure: true },
    );
    process.stdout.write(
      `gone on ${dialect}: ${String(GONE)} people, seed ${String(SEED)}, ${String(asked)} withheld fields asked\n`,
    );
    expect(asked).toBeGreaterThan(GONE * 5);
  }, 60_000);

  if (dialect === 'sqlite')
    it('releases what the independent oracle allows, no more and no less', async () => {
      let [shown, hidden] = [0, 0];
      await fc.assert(
        fc.asyncProperty(aFuzzWorld, async (drawn) => {
          const built = await build(world, drawn);
          const report = await world.report({ borrower: built.borrower, select: EVERYTHING });
          const expected = expectedCells(world, built, drawn.salt);
          const actual = actualCells(report, expected);
          expect(actual).toEqual(expected.cells);
          for (const value of Object.values(actual)) value === null ? (hidden += 1) : (shown += 1);
          expect(leakedIndicators(report, built)).toEqual([]);
        }),
        { numRuns: ORACLE_WORLDS, seed: SEED, endOnFailure: true },
      );
      process.stdout.write(
        `oracle: ${String(ORACLE_WORLDS)} worlds, seed ${String(SEED)}, ${String(shown)} cells shown, ${String(hidden)} withheld or empty, 0 leaks, 0 over-denials\n`,
      );
      expect(Math.min(shown, hidden)).toBeGreaterThan(ORACLE_WORLDS * 10);
    }, 120_000);
});

async function entries(world: World): Promise<number> {
  const [row] = await world.rows('SELECT COUNT(*) AS n FROM ledger_entry');
  return Number(row?.['n']);
}

function selectOne(type: string, name: string): string {
  const below: Readonly<Record<string, string>> = { fundingShares: ' { institution }', specialEvents: ' { type }' };
  const field = `${name}${below[name] ?? ''}`;
  switch (type) {
    case 'Identity':
      return `identity { ${field} }`;
    case 'CreditSummary':
      return `summary { ${field} }`;
    case 'CreditAccount':
      return `accounts { ${field} currency }`;
    default:
      return `accounts { monthlySummaries { ${field} month } }`;
  }
}

/** Fields of which the oracle shows nothing: of no product, of no month, of no window. */
function withheldFrom({ oracle }: Built): readonly string[] {
  return FIELDS.filter(({ coordinate, windowMonths }) =>
    PRODUCTS.every((product) =>
      windowMonths === null
        ? [null, ...REACH].every((month) => !oracle.shows(coordinate, product, month))
        : oracle.windowOf(coordinate, product) === null,
    ),
  ).map(({ coordinate }) => coordinate);
}

/** A query for these fields and no others. */
function selectSome(fields: readonly string[], months: number, product: string): string {
  const below: Readonly<Record<string, string>> = { fundingShares: ' { shareBp }', specialEvents: ' { type occurredOn }' };
  const of = (type: string): string =>
    fields
      .filter((field) => field.startsWith(`${type}.`))
      .map((field) => field.slice(type.length + 1))
      .map((name) => `${name}${below[name] ?? ''}`)
      .join(' ');
  return `reportId decidedAt eraseBy withheldFields { field } identity { __typename ${of('Identity')} }
    summary { basis { field products } ${of('CreditSummary')} }
    accounts${product} { accountRef currency ${of('CreditAccount')} monthlySummaries(months: ${String(months)}) { month ${of('MonthlySummary')} } }`;
}

/** Values under a name anywhere below, the two granted fields left aside. */
function leavesOf(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    key === name && below !== null && !['idType', 'guaranteeType'].includes(name) ? [below] : leavesOf(below, name),
  );
}

// ------------------------------------------------------------------ the differential

/** Columns of each product and month that no released cell or indicator needs. */
async function changeWithheld(world: World, { customerId, oracle }: Built, asNull: boolean): Promise<number> {
  const { keys } = world;
  const [person] = await world.rows('SELECT borrower_ref FROM customer WHERE customer_id = ?', [customerId]);
  const ref = person?.['borrower_ref'] as Buffer;
  const entriesOf = (record: string) =>
    FIELD_CATALOGUE.entries.flatMap((entry) =>
      entry.source.kind !== 'indicator' && entry.source.record === record
        ? [{ ...entry, column: entry.source.column, rolling: entry.source.kind === 'rolling' }]
        : [],
    );
  let changed = 0;
  const statements: Statement[] = [];
  const set = (
    table: string,
    columns: readonly string[],
    where: string,
    params: readonly SqlValue[],
    value: (column: string) => SqlValue,
  ): void => {
    if (columns.length === 0) return;
    statements.push({
      sql: `UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE ${where}`,
      params: [...columns.map(value), ...params],
    });
    changed += columns.length;
  };
  const sealed = entriesOf('customer')
    .filter(({ coordinate }) => !PRODUCTS.some((product) => oracle.shows(coordinate, product, null)))
    .map(({ column }) => column);
  set('customer', sealed, 'borrower_ref = ?', [ref], () => (asNull ? null : randomBytes(40)));
  for (const product of PRODUCTS) {
    const accountId = keys.accountIdOf('platform-1', `${customerId}-${product}`);
    const indicators = FIELDS.filter(
      ({ windowMonths, coordinate }) => windowMonths !== null && oracle.windowOf(coordinate, product) !== null,
    );
    const needed = (coordinate: string, month: string | null): boolean =>
      indicators.some(
        (one) =>
          one.inputs.includes(coordinate) && (month === null || (oracle.windowOf(one.coordinate, product) ?? []).includes(month)),
      );
    const accounts = entriesOf('account');
    const openColumns = new Set(
      accounts
        .filter(({ coordinate }) => oracle.shows(coordinate, product, null) || needed(coordinate, null))
        .map(({ column }) => column),
    );
    const hidden = [...new Set(accounts.map(({ column }) => column))].filter(
      (column) => !openColumns.has(column) && !['product', 'account_class'].includes(column),
    );
    set('credit_account', hidden, 'borrower_ref = ? AND account_id = ?', [ref, accountId], (column) =>
      asNull ? null : strangeValue(column),
    );
    const months = entriesOf('month');
    let anything = openColumns.size > 0 || indicators.length > 0;
    for (const month of FURNISHED_MONTHS) {
      const at = REACH.indexOf(month);
      const open = new Set(
        months
          .filter(({ coordinate, rolling }) =>
            rolling
              ? REACH.slice(Math.max(0, at - 5), at + 1).some((later) => oracle.shows(coordinate, product, later))
              : oracle.shows(coordinate, product, month) || needed(coordinate, month),
          )
          .map(({ column }) => column),
      );
      anything ||= open.size > 0;
      const stored = Number(month.replace('-', ''));
      if (open.size === 0 && asNull) {
        statements.push({
          sql: 'DELETE FROM monthly_summary WHERE borrower_ref = ? AND account_id = ? AND month = ?',
          params: [ref, accountId, stored],
        });
        changed += 1;
        continue;
      }
      const columns = [...new Set(months.map(({ column }) => column))].filter((column) => !open.has(column));
      set('monthly_summary', columns, 'borrower_ref = ? AND account_id = ? AND month = ?', [ref, accountId, stored], (column) =>
        asNull ? null : strangeValue(column),
      );
    }
    statements.push(anotherMonth(ref, accountId, 201_901), ...anotherAccount(ref, 'platform-2', product));
    if (!anything) statements.push(...anotherAccount(ref, 'platform-1', product));
    changed += 2;
  }
  await world.db.database.write(function* () {
    yield* statements;
  });
  return changed;
}

function strangeValue(column: string): string | number {
  if (column.endsWith('_on')) return '1999-09-09';
  if (/_minor$|_year$|_periods$|_end$|_count$|_days$|_instalments$/.test(column)) return 1_987;
  if (column === 'funding_shares' || column === 'special_events') return 'not even JSON';
  return column === 'repayment_status' ? '7' : 'ZZ';
}

function anotherAccount(ref: Buffer, platformId: string, product: string): readonly Statement[] {
  const id = randomBytes(8);
  const account = {
    sql: `INSERT INTO credit_account (borrower_ref, account_id, platform_id, customer_id, account_no, product, currency, account_class, joint, as_of, revision)
      VALUES (?, ?, ?, 'extra', ?, ?, 'CNY', 'D1', 0, '2026-04-15', 1)`,
    params: [ref, id, platformId, id.toString('hex'), product],
  };
  return [account, anotherMonth(ref, id, 202_603)];
}

function anotherMonth(ref: Buffer, accountId: Buffer, month: number): Statement {
  return {
    sql: `INSERT INTO monthly_summary (borrower_ref, account_id, month, loan_count, borrowed_amount_minor, adverse, as_of, revision)
      VALUES (?, ?, ?, 77, 777777, 0, '2026-04-15', 1)`,
    params: [ref, accountId, month],
  };
}

// ------------------------------------------------------------------ what the oracle expects

type Cells = Readonly<Record<string, unknown>>;
interface Expected {
  readonly cells: Cells;
  /** Product of each account by the reference that the recipient sees. */
  readonly keys: ReadonlyMap<string, string>;
}

const bandOf = (amount: number): string =>
  amount === 0
    ? 'A0'
    : `A${String(1 + [100_000, 500_000, 2_000_000, 5_000_000, 20_000_000].filter((bound) => amount >= bound).length)}`;
const countBandOf = (count: number): string =>
  count === 0 ? 'C0' : count < 3 ? 'C1_2' : count < 6 ? 'C3_5' : count < 10 ? 'C6_9' : 'C10_PLUS';

function expectedCells(world: World, { customerId, oracle }: Built, salt: number): Expected {
  const cells: Record<string, unknown> = {};
  const keys = new Map<string, string>();
  const identity: Values = {
    fullName: `Name ${customerId}`, idType: 'RESIDENT_ID_CARD', idNumberMasked: `****${`ID-${customerId}`.slice(-4)}`, idNumber: `ID-${customerId}`,
    birthYear: 1990, dateOfBirth: '1990-01-02', identityUpdatedOn: '2026-01-05', mobileMasked: '****1234', mobile: '13800001234',
    residenceCity: 'Hangzhou', residenceAddress: 'Street 1',
  }; // prettier-ignore
  for (const [name, value] of Object.entries(identity))
    cells[`Identity.${name}`] = oracle.shows(`Identity.${name}`, 'JIEBEI', null) ? value : null;
  for (const [index, product] of PRODUCTS.entries()) {
    keys.set(
      world.keys.pairwiseRef('bank-a', 'MORTGAGE_ORIGINATION', world.keys.accountIdOf('platform-1', `${customerId}-${product}`)),
      product,
    );
    const account: Values = {
      product, accountClass: 'D1', portfolioType: 'INSTALMENT', businessType: '91', furnisherName: `Lender ${product}`, furnisherType: '24',
      openedYear: 2019, openedOn: `2019-05-0${String(index + 1)}`, maturityOn: '2030-01-01', closedOn: null, creditLimitBand: bandOf(1_000_000 * (index + 1)),
      creditLimit: 1_000_000 * (index + 1), originalAmount: 5_000_001 + index, repaymentMethod: '11', repaymentFrequency: '03', guaranteeType: '4',
      liabilityRole: 'INDIVIDUAL', status: 'NORMAL', fiveTierClass: 'NORMAL', fundingShares: true,
    }; // prettier-ignore
    for (const [name, value] of Object.entries(account))
      cells[`${product} CreditAccount.${name}`] = oracle.shows(`CreditAccount.${name}`, product, null) ? value : null;
    cells[`${product} CreditAccount.specialEvents`] = oracle.shows('CreditAccount.specialEvents', product, '2025-11')
      ? true
      : null;
    if (partOfNovember(oracle, product)) delete cells[`${product} CreditAccount.specialEvents`];
    for (const [at, month] of FURNISHED_MONTHS.entries()) Object.assign(cells, monthCells(oracle, salt, product, month, at));
  }
  return { cells: { ...cells, ...indicatorCells(oracle, salt) }, keys };
}

/** Sums and counts by schoolbook arithmetic over what the oracle leaves of each product. */
function indicatorCells(oracle: Built['oracle'], salt: number): Cells {
  const months = (name: string, product: string): readonly number[] =>
    (oracle.windowOf(`CreditSummary.${name}`, product) ?? [])
      .map((month) => FURNISHED_MONTHS.indexOf(month))
      .filter((at) => at >= 0);
  const total = (name: string, furnished: string): number | null => {
    const values = PRODUCTS.flatMap((product) =>
      months(name, product).map((at) => Number(valuesOf(salt, product, at)[furnished])),
    );
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  };
  const accounts = (name: string): number | null =>
    PRODUCTS.filter((product) => oracle.windowOf(`CreditSummary.${name}`, product) !== null).length || null;
  return {
    'CreditSummary.loanCount12m': total('loanCount12m', 'loanCount'),
    'CreditSummary.borrowedAmount12m': total('borrowedAmount12m', 'borrowedAmountMinor'),
    'CreditSummary.openAccountCount': accounts('openAccountCount'),
    'CreditSummary.lenderCount': accounts('lenderCount'),
  };
}

/** The special event lies on a day; whether that day is inside is judged by the month only where the month is whole or out. */
function partOfNovember(oracle: Built['oracle'], product: string): boolean {
  return !oracle.shows('CreditAccount.specialEvents', product, '2025-11');
}

function monthCells(oracle: Built['oracle'], salt: number, product: string, month: string, at: number): Cells {
  const values = valuesOf(salt, product, at);
  const used = (back: number): number => Number(valuesOf(salt, product, at + back)['usedLimitMinor']);
  const rolling =
    FURNISHED_MONTHS.length - at >= 6 &&
    REACH.slice(at, at + 6).every((one) => oracle.shows('MonthlySummary.averageUsedLimit6m', product, one));
  const shown: Values = {
    ...Object.fromEntries(
      ['borrowedAmount', 'balance', 'usedLimit', 'maxUsedLimit', 'scheduledDue', 'actualPaid', 'pastDueAmount'].map((name) => [
        name,
        values[`${name}Minor`],
      ]),
    ),
    ...Object.fromEntries(
      ['repaymentStatus', 'loanCount', 'loanDays', 'remainingInstalments', 'pastDuePeriods', 'daysPastDueMonthEnd'].map(
        (name) => [name, values[name]],
      ),
    ),
    borrowedAmountBand: bandOf(Number(values['borrowedAmountMinor'])),
    loanCountBand: countBandOf(Number(values['loanCount'])),
  };
  const cells: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(shown))
    cells[`${product} ${month} ${name}`] = oracle.shows(`MonthlySummary.${name}`, product, month) ? value : null;
  const mean = [0, 1, 2, 3, 4, 5].reduce((sum, back) => sum + used(back), 0) / 6;
  cells[`${product} ${month} averageUsedLimit6m`] = rolling ? Math.floor(mean + 0.5) : null;
  return cells;
}

/** The answer in the same form; what was not listed is null. */
function actualCells(report: Report, { keys, cells }: { keys: Expected['keys']; cells: Cells }): Cells {
  const found: Record<string, unknown> = Object.fromEntries(Object.keys(cells).map((key) => [key, null]));
  const put = (key: string, value: unknown): void => {
    const simple = Array.isArray(value) ? true : value;
    if (simple !== null && (key in found || !key.endsWith('specialEvents'))) found[key] = simple;
  };
  for (const [name, value] of Object.entries(report.identity)) put(`Identity.${name}`, value);
  for (const [name, value] of Object.entries(report.summary))
    if (`CreditSummary.${name}` in cells) put(`CreditSummary.${name}`, value);
  for (const { accountRef, monthlySummaries, ...account } of report.accounts ?? []) {
    const product = keys.get(String(accountRef)) ?? 'UNKNOWN ACCOUNT';
    for (const [name, value] of Object.entries(account))
      if (name !== 'currency' && name !== 'reportedOn') put(`${product} CreditAccount.${name}`, value);
    for (const { month, ...values } of monthlySummaries ?? [])
      for (const [name, value] of Object.entries(values))
        if (!name.startsWith('pastDuePrincipal')) put(`${product} ${String(month)} ${name}`, value);
  }
  return found;
}

/** Indicators with a value for which no product is released, or whose basis names what is not. */
function leakedIndicators({ summary }: Report, { oracle }: Built): string[] {
  const { basis, ...values } = summary;
  const faults = Object.entries(values)
    .filter(
      ([name, value]) =>
        value !== null && !PRODUCTS.some((product) => oracle.windowOf(`CreditSummary.${name}`, product) !== null),
    )
    .map(([name]) => name);
  for (const { field, products, firstMonth } of (basis ?? []) as { field: string; products: string[]; firstMonth: string }[])
    for (const product of products) {
      const window = oracle.windowOf(field, product);
      const months = FIELDS.find(({ coordinate }) => coordinate === field)?.windowMonths ?? 0;
      const all = products.flatMap((one) => oracle.windowOf(field, one) ?? []);
      if (window === null || (months > 0 && !all.includes(firstMonth))) faults.push(`${field} ${product}`);
    }
  return faults;
}
