import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { GraphQLObjectType } from 'graphql';
import { forEachDatabase, type OpenTestDatabase } from '../support/databases';
import { type Cells, codeTotals, expectedCells, readUciFile, UCI_UNKNOWN, type UciClient } from '../support/uci-oracle';
import { askDoor, askGraphql, cellsOf, copyConsent, grantEverything, openUciWorld } from '../support/uci-world';
import { BANK_SCHEMA, type Report, type World } from '../support/world';

const REAL_FILE = path.join(__dirname, '../../../shared/data/uci_credit_card.csv.gz');
const ORACLE_FILE = path.join(__dirname, '../support/uci-oracle.ts');
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
/** The whole way through GraphQL takes some 9 ms a client, so that all of them are asked at the door below it. */
const SAMPLE = { sqlite: 500, mariadb: 300 } as const;
const FAULTS_SHOWN = 20;

/** What was compared, and every difference. */
interface Comparison {
  readonly clients: number;
  readonly values: number;
  /** Those among them that are not null. */
  readonly present: number;
  readonly faults: readonly string[];
  /** How many clients were told a value of each indicator. */
  readonly told: Readonly<Record<string, number>>;
  /** How many were told each value of an indicator that has few, as `NAME VALUE`. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Asks for each client and compares every value of the answer, absent ones included, with the oracle's. */
async function compare(clients: readonly UciClient[], ask: (id: string) => Promise<Report>): Promise<Comparison> {
  const [faults, told, kinds] = [[] as string[], {} as Record<string, number>, {} as Record<string, number>];
  let [values, present] = [0, 0];
  for (const client of clients) {
    const [actual, expected] = [cellsOf(await ask(client.id)), expectedCells(client)];
    for (const place of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const [is, must] = [actual[place] ?? null, expected[place] ?? null];
      values += 1;
      present += is === null ? 0 : 1;
      if (is !== must) faults.push(`client ${client.id}, ${place}: ${JSON.stringify(is)} instead of ${JSON.stringify(must)}`);
    }
    countIndicators(actual, told, kinds);
  }
  return { clients: clients.length, values, present, faults, told, kinds };
}

function countIndicators(actual: Cells, told: Record<string, number>, kinds: Record<string, number>): void {
  for (const [place, value] of Object.entries(actual)) {
    if (!place.startsWith('summary.') || value === null) continue;
    const name = place.slice('summary.'.length);
    told[name] = (told[name] ?? 0) + 1;
    if (typeof value === 'number') continue;
    kinds[`${name} ${String(value)}`] = (kinds[`${name} ${String(value)}`] ?? 0) + 1;
  }
}

function print(title: string, { clients, values, present, faults, told }: Comparison, startedMs: number): void {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stdout.write(
    `uci ${title}: ${String(clients)} clients, ${String(values)} values compared, ${String(present)} not null, ${String(faults.length)} differ, ` +
      `seed ${String(SEED)}, ${seconds} s; told: ${Object.entries(told).map(([name, n]) => `${name} ${String(n)}`).join(', ')}\n`,
  ); // prettier-ignore
}

const ALL_TOLD = [
  'worstStatus24m', 'worstStatus60m', 'delinquentMonths24m', 'maxConsecutiveDelinquentMonths24m', 'overdueNow', 'utilisation',
  'utilisationBand', 'utilisation6m', 'monthlyDebtService', 'payerType12m', 'openAccountCount',
]; // prettier-ignore

/** The comparison would also succeed over nothing: most of what the file can tell must have been told. */
function expectSubstance({ clients, faults, told }: Comparison): void {
  expect(faults.slice(0, FAULTS_SHOWN)).toEqual([]);
  expect(ALL_TOLD.filter((name) => told[name] !== clients)).toEqual([]);
  expect(told['alwaysOnTime24m']).toBeGreaterThan(clients * 0.85);
  expect(told['onTimeMonthRate24m']).toBe(told['alwaysOnTime24m']);
  expect(told['monthsSinceLastDelinquency']).toBeGreaterThan(clients * 0.2);
  expect(UCI_UNKNOWN.filter((name) => name in told)).toEqual([]);
}

describe('the oracle of the UCI data set', () => {
  it('knows every indicator of the schema, and shares no code with the program', () => {
    const fields = Object.keys((BANK_SCHEMA.getType('CreditSummary') as GraphQLObjectType).getFields()); // it is one
    const client = { id: '1', limit: 1n, delays: [0n, 0n, 0n, 0n, 0n, 0n], bills: [], paid: [] };
    const known = Object.keys(expectedCells(client)).filter((place) => place.startsWith('summary.'));
    expect(known.sort()).toEqual(fields.filter((name) => name !== 'basis').map((name) => `summary.${name}`).sort()); // prettier-ignore
    const imports = [...readFileSync(ORACLE_FILE, 'utf8').matchAll(/(?:from|import|require)\s*\(?'([^']+)'/g)];
    expect(imports.map(([, name]) => name)).toEqual(['node:fs', 'node:zlib']);
  });

  it('agrees with one client worked out by hand', () => {
    const client: UciClient = {
      id: '1',
      limit: 3_000n,
      delays: [8n, -2n, 3n, 1n, 0n, -1n],
      bills: [3_301n, -50n, 100n, 0n, 250n, 30n],
      paid: [0n, 99n, 0n, 250n, 31n, 7n],
    };
    expect(expectedCells(client)).toMatchObject({
      '2005-09.repaymentStatus': '7', '2005-08.repaymentStatus': '*', '2005-05.repaymentStatus': 'N', '2005-08.balance': -5_000,
      '2005-08.usedLimit': 0, '2005-09.scheduledDue': 0, '2005-08.scheduledDue': 10_000, '2005-04.scheduledDue': null,
      '2005-09.averageUsedLimit6m': 61_350, 'account.creditLimit': 300_000, 'account.creditLimitBand': 'A1',
      'summary.onTimeMonthRate24m': 4_000, 'summary.alwaysOnTime24m': false, 'summary.worstStatus24m': '7', 'summary.delinquentMonths24m': 3,
      'summary.maxConsecutiveDelinquentMonths24m': 2, 'summary.monthsSinceLastDelinquency': 1, 'summary.overdueNow': true,
      'summary.utilisation': 11_003, 'summary.utilisationBand': 'U6', 'summary.utilisation6m': 2_045, 'summary.monthlyDebtService': 0,
      'summary.payerType12m': 'REVOLVER', 'basis.payerType12m.firstMonth': '2005-05', 'summary.loanCount12m': null,
    }); // prettier-ignore
    const careful = { ...client, delays: client.delays.map(() => -2n), paid: [0n, 100n, 0n, 250n, 30n, 0n] };
    expect(expectedCells(careful)).toMatchObject({
      'summary.onTimeMonthRate24m': null, 'summary.alwaysOnTime24m': null, 'summary.worstStatus24m': 'N', 'summary.overdueNow': false,
      'summary.monthsSinceLastDelinquency': null, 'summary.delinquentMonths24m': 0, 'summary.payerType12m': 'TRANSACTOR',
    }); // prettier-ignore
  });
});

/** The file with its header and the lines of these clients, as they stand in it. */
function linesOf(clients: readonly UciClient[]): string {
  const wanted = new Set(clients.map(({ id }) => id));
  const [header = '', ...lines] = gunzipSync(readFileSync(REAL_FILE)).toString('utf8').split('\n');
  return [header, ...lines.filter((line) => wanted.has(line.slice(0, line.indexOf(','))))].join('\n');
}

function realFileSuite(open: OpenTestDatabase, dialect: 'sqlite' | 'mariadb'): void {
  const everybody = readUciFile(REAL_FILE);
  const size = SAMPLE[dialect];
  const [sample = []] = fc.sample(fc.shuffledSubarray([...everybody], { minLength: size, maxLength: size }), {
    seed: SEED,
    numRuns: 1,
  });
  let world: World;
  beforeAll(async () => {
    world =
      dialect === 'sqlite'
        ? await openUciWorld(open, { path: REAL_FILE }, everybody.length)
        : await openUciWorld(open, { text: linesOf(sample) }, sample.length);
    await grantEverything(world, sample.map(({ id }) => id)); // prettier-ignore
  });

  it('is told to a bank through GraphQL as the file says, for clients chosen at random', async () => {
    const startedMs = performance.now();
    const found = await compare(sample, (id) => askGraphql(world, id));
    print(`through GraphQL on ${dialect}`, found, startedMs);
    expect(sample).toHaveLength(size);
    expectSubstance(found);
  });

  it('tells no number of lenders where no furnisher is named', async () => {
    const { summary } = await askGraphql(world, sample[0]?.id ?? '');
    expect(summary['lenderCount']).toBeNull();
  });

  if (dialect === 'sqlite') everybodySuite(() => ({ world, everybody, grantedId: sample[0]?.id ?? '' }));
}

function everybodySuite(of: () => { world: World; everybody: readonly UciClient[]; grantedId: string }): void {
  it('is computed as the file says for every one of its clients', async () => {
    const { world, everybody, grantedId } = of();
    await copyConsent(world, grantedId);
    const startedMs = performance.now();
    const found = await compare(everybody, (id) => askDoor(world, id));
    print('at the door on sqlite', found, startedMs);
    expectSubstance(found);
    expect(found.told).toMatchObject({ alwaysOnTime24m: 27_891, monthsSinceLastDelinquency: 10_069, utilisation6m: 30_000 });
    expect(found.kinds).toMatchObject({
      'payerType12m REVOLVER': 23_255, 'payerType12m TRANSACTOR': 5_339, 'payerType12m INACTIVE': 1_406,
      'utilisationBand U0': 2_604, 'utilisationBand U1': 12_187, 'utilisationBand U2': 2_834, 'utilisationBand U3': 2_852,
      'utilisationBand U4': 3_471, 'utilisationBand U5': 3_939, 'utilisationBand U6': 2_113,
      'worstStatus24m N': 19_931, 'worstStatus24m 1': 1_689, 'worstStatus24m 2': 7_187, 'worstStatus24m 3': 789,
      'worstStatus24m 4': 218, 'worstStatus24m 5': 69, 'worstStatus24m 6': 25, 'worstStatus24m 7': 92,
    }); // prettier-ignore
  }, 900_000);
}

/** credit-record.md, section 15. */
function checkNumbers(): void {
  it('reads the check numbers', () => {
    const everybody = readUciFile(REAL_FILE);
    expect(everybody).toHaveLength(30_000);
    expect(everybody.reduce((sum, { limit }) => sum + limit, 0n)).toBe(5_024_529_680n);
    const september: Record<string, number> = {};
    for (const { delays } of everybody) september[String(delays[0])] = (september[String(delays[0])] ?? 0) + 1;
    expect(september).toEqual({
      '-2': 2_759, '-1': 5_686, 0: 14_737, 1: 3_688, 2: 2_667, 3: 322, 4: 76, 5: 26, 6: 11, 7: 9, 8: 19,
    }); // prettier-ignore
    expect(codeTotals(everybody)).toEqual({
      N: 130_559, '*': 24_415, 1: 3_722, 2: 18_964, 3: 1_430, 4: 453, 5: 137, 6: 74, 7: 246,
    }); // prettier-ignore
  });
}

if (existsSync(REAL_FILE)) {
  describe('the UCI data set as the oracle reads it', checkNumbers);
  forEachDatabase('what the UCI data set says of a client', realFileSuite);
}
