import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * What a bank must be told of a client of the UCI file, worked out from the file's own cells and the text of
 * credit-record.md (sections 3, 5, 7 and 15) alone: nothing of src is used here, so that both cannot be wrong together.
 * All arithmetic is on whole numbers without bounds; amounts are New Taiwan dollars until they become cells.
 */
export interface UciClient {
  readonly id: string;
  readonly limit: bigint;
  /** September 2005 first, April last, like the two lists below. */
  readonly delays: readonly bigint[];
  readonly bills: readonly bigint[];
  readonly paid: readonly bigint[];
}
export type Cell = string | number | boolean | null;
/**
 * Values by place: `summary.NAME`, `basis.NAME.MEMBER`, `account.NAME`, `YYYY-MM.NAME`; beside them the number of `accounts` and
 * the `months` in their order. What is not named must be null.
 */
export type Cells = Readonly<Record<string, Cell>>;

/** Newest first, as the file's numbered columns run. */
export const UCI_MONTHS = ['2005-09', '2005-08', '2005-07', '2005-06', '2005-05', '2005-04'] as const;
/** There is no PAY_1. */
const DELAY_COLUMNS = ['PAY_0', 'PAY_2', 'PAY_3', 'PAY_4', 'PAY_5', 'PAY_6'];
const NUMBERS = [1, 2, 3, 4, 5, 6];

/** Indicators of which the file says nothing: it has no loans, no inquiries, no days past due, no opening dates. Never 0. */
export const UCI_UNKNOWN = [
  'borrowedAmount12m', 'loanCountBand12m', 'loanCount12m', 'loansPerMonth12m', 'peakLoansInMonth12m', 'activeBorrowingMonths12m',
  'averageLoanAmount12m', 'monthsSinceLastLoan', 'delinquent30Months24m', 'delinquent60Months24m', 'delinquent90Months24m',
  'monthsOnBook', 'maxConcurrentLoans12m', 'daysSinceLastLoan', 'medianDaysBetweenLoans12m', 'onTimeRate24m', 'maxDaysPastDue24m',
  'hardInquiries1m', 'hardInquiries3m', 'hardInquiries6m', 'hardInquiries24m',
] as const; // prettier-ignore

/** @throws Error for a cell that is no whole number, a row of another width, an id that occurs twice. */
export function readUciFile(file: string): readonly UciClient[] {
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split(/\r?\n/);
  const names = header.replaceAll('"', '').split(',');
  const clients = lines.map((line, at): UciClient => {
    const texts = line.split(',');
    if (texts.length !== names.length) throw new Error(`line ${String(at + 2)} has ${String(texts.length)} cells`);
    const read = (name: string): bigint => wholeNumber(texts[names.indexOf(name)] ?? '', name);
    return {
      id: texts[names.indexOf('ID')] ?? '',
      limit: read('LIMIT_BAL'),
      delays: DELAY_COLUMNS.map(read),
      bills: NUMBERS.map((n) => read(`BILL_AMT${String(n)}`)),
      paid: NUMBERS.map((n) => read(`PAY_AMT${String(n)}`)),
    };
  });
  if (new Set(clients.map(({ id }) => id)).size !== clients.length) throw new Error('an id occurs twice');
  return clients;
}

/** Round amounts are written `1e+05`; no float is made of them. */
function wholeNumber(text: string, name: string): bigint {
  const [, digits, exponent = '0'] = /^(-?\d+)(?:e\+?(\d{1,2}))?$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`${name} is no whole number: ${text}`);
  return BigInt(digits) * 10n ** BigInt(exponent);
}

/** Every value that a bank with every permission must be told of this client. */
export function expectedCells(client: UciClient): Cells {
  return { ...summaryCells(client), ...accountCells(client), ...monthCells(client) };
}

/** How many months of all these clients have each code. */
export function codeTotals(clients: readonly UciClient[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const client of clients)
    for (const at of UCI_MONTHS.keys()) totals[codeOf(client, at)] = (totals[codeOf(client, at)] ?? 0) + 1;
  return totals;
}

// ------------------------------------------------------------------ account and months

function accountCells({ limit }: UciClient): Cells {
  return {
    'accounts': 1,
    'account.product': 'HUABEI',
    'account.accountClass': 'R2',
    'account.portfolioType': 'REVOLVING',
    'account.businessType': '81',
    'account.currency': 'TWD',
    'account.reportedOn': '2005-10-01', // the first day after the newest month furnished
    'account.creditLimit': minor(limit),
    'account.creditLimitBand': amountBand(limit),
  }; // prettier-ignore
}

/** Bands of Taiwan dollars, by the row of the table whose condition holds. */
function amountBand(dollars: bigint): string {
  if (dollars >= 1_000_000n) return 'A6';
  if (dollars >= 250_000n) return 'A5';
  if (dollars >= 100_000n) return 'A4';
  if (dollars >= 25_000n) return 'A3';
  if (dollars >= 5_000n) return 'A2';
  return dollars > 0n ? 'A1' : 'A0';
}

function monthCells(client: UciClient): Cells {
  const cells: Record<string, Cell> = { months: UCI_MONTHS.join(' ') };
  for (const [at, month] of UCI_MONTHS.entries()) {
    const due = scheduledDue(client, at);
    cells[`${month}.balance`] = minor(client.bills[at] ?? 0n);
    cells[`${month}.usedLimit`] = minor(used(client, at));
    cells[`${month}.scheduledDue`] = due === null ? null : minor(due);
    cells[`${month}.actualPaid`] = minor(client.paid[at] ?? 0n);
    cells[`${month}.repaymentStatus`] = codeOf(client, at);
  }
  cells[`${UCI_MONTHS[0]}.averageUsedLimit6m`] = Number(halfUp(100n * total(allUsed(client)), 6n)); // no other has five before it
  return cells;
}

function used({ bills }: UciClient, at: number): bigint {
  const bill = bills[at] ?? 0n;
  return bill > 0n ? bill : 0n;
}

function allUsed(client: UciClient): readonly bigint[] {
  return UCI_MONTHS.map((_, at) => used(client, at));
}

/** The bill of the month before is what is due in this one; before April there is none. */
function scheduledDue(client: UciClient, at: number): bigint | null {
  return at === 5 ? null : used(client, at + 1);
}

function codeOf({ delays }: UciClient, at: number): string {
  const delay = delays[at] ?? 0n;
  if (delay === -2n) return '*';
  if (delay === -1n || delay === 0n) return 'N';
  return delay > 7n ? '7' : delay.toString();
}

// ------------------------------------------------------------------ indicators

const SEPTEMBER = ['2005-09', '2005-09'] as const;
const ALL_SIX = ['2005-04', '2005-09'] as const;
const SINCE_MAY = ['2005-05', '2005-09'] as const;
type Months = readonly [first: string, last: string];

/** An indicator with its row of the basis: first and last month that contributed, and the currency of its amounts. */
type Told = readonly [name: string, value: Cell, months: Months, currency: 'TWD' | null];

function summaryCells(client: UciClient): Cells {
  const cells: Record<string, Cell> = Object.fromEntries(UCI_UNKNOWN.map((name) => [`summary.${name}`, null]));
  const all = [...statusIndicators(client), ...amountIndicators(client), ...accountIndicators()];
  for (const [name, value, [first, last], currency] of all) {
    cells[`summary.${name}`] = value;
    if (value === null) continue; // a row for each indicator that has a value, and no other
    cells[`basis.${name}.products`] = 'HUABEI';
    cells[`basis.${name}.firstMonth`] = first;
    cells[`basis.${name}.lastMonth`] = last;
    cells[`basis.${name}.currency`] = currency;
    cells[`basis.${name}.estimated`] = false; // every September has a bill before it, be it of 0
    cells[`basis.${name}.formulaVersion`] = 1;
  }
  return cells;
}

/** Windows of 24 and 60 months hold all six; oldest first, since runs are counted in time. */
function statusIndicators(client: UciClient): readonly Told[] {
  const grid = [5, 4, 3, 2, 1, 0].map((at) => codeOf(client, at)).join('');
  const late = grid.replace(/[^1-7]/g, '');
  const onTime = grid.replace(/[^N]/g, '').length;
  const rate = onTime + late.length === 0 ? null : Number(halfUp(BigInt(onTime) * 10_000n, BigInt(onTime + late.length)));
  const worst = late === '' ? 'N' : ([...late].sort().at(-1) ?? 'N'); // * and N share the lowest rank, which is told as N
  const runs = grid.split(/[^1-7]+/).map((run) => run.length);
  const sinceLast = late === '' ? null : 6 - Math.max(...[...'1234567'].map((code) => grid.lastIndexOf(code))); // September is 1 month before the as-of month
  return [
    ['alwaysOnTime24m', rate === null ? null : late === '', ALL_SIX, null],
    ['onTimeMonthRate24m', rate, ALL_SIX, null],
    ['worstStatus24m', worst, ALL_SIX, null],
    ['worstStatus60m', worst, ALL_SIX, null],
    ['delinquentMonths24m', late.length, ALL_SIX, null],
    ['maxConsecutiveDelinquentMonths24m', Math.max(...runs), ALL_SIX, null],
    ['monthsSinceLastDelinquency', sinceLast, ALL_SIX, null],
    ['overdueNow', /[1-7]$/.test(grid), SEPTEMBER, null],
  ];
}

function amountIndicators(client: UciClient): readonly Told[] {
  const { limit } = client;
  const utilisation = limit === 0n ? null : halfUp(10_000n * used(client, 0), limit);
  const mean = limit === 0n ? null : halfUp(10_000n * total(allUsed(client)), 6n * limit); // one limit, so the mean of ratios is one fraction
  return [
    ['utilisationBand', utilisation === null ? null : utilisationBand(utilisation), SEPTEMBER, 'TWD'],
    ['utilisation', utilisation === null ? null : Number(utilisation), SEPTEMBER, 'TWD'],
    ['utilisation6m', mean === null ? null : Number(mean), ALL_SIX, 'TWD'],
    ['monthlyDebtService', minor(scheduledDue(client, 0) ?? 0n), SEPTEMBER, 'TWD'],
    ['payerType12m', payerType(client), SINCE_MAY, 'TWD'],
  ];
}

function accountIndicators(): readonly Told[] {
  return [
    ['openAccountCount', 1, SEPTEMBER, null], // an account without a closing date is open
    ['lenderCount', null, SEPTEMBER, null], // the file names no furnisher, and 0 is stated only by a record
  ];
}

function utilisationBand(bp: bigint): string {
  if (bp > 10_000n) return 'U6';
  if (bp >= 9_000n) return 'U5';
  if (bp >= 7_000n) return 'U4';
  if (bp >= 5_000n) return 'U3';
  if (bp >= 3_000n) return 'U2';
  return bp >= 1n ? 'U1' : 'U0';
}

function payerType(client: UciClient): string {
  let kind = 'INACTIVE';
  for (const at of [4, 3, 2, 1, 0]) {
    const due = scheduledDue(client, at) ?? 0n;
    if (due === 0n) continue;
    if ((client.paid[at] ?? 0n) < due) return 'REVOLVER';
    kind = 'TRANSACTOR';
  }
  return kind;
}

// ------------------------------------------------------------------ arithmetic

function minor(dollars: bigint): number {
  return Number(dollars * 100n);
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

/** @param dividend - 0 or more. @param divisor - Above 0. */
function halfUp(dividend: bigint, divisor: bigint): bigint {
  const rest = dividend % divisor;
  return dividend / divisor + (rest + rest >= divisor ? 1n : 0n);
}
