import { parseExactInteger } from '../core/credit/exact-integer';
import {
  type FaultCode,
  type FurnishedLine,
  type FurnishedRecord,
  type ParseContext,
  parseFurnishedRecord,
  type RecordFault,
} from '../core/credit/furnished-record';
import { GatewayError } from '../core/errors';
import { readCsvRows } from './csv-rows';

const AS_OF = '2005-09-30';
const MINOR_PER_DOLLAR = 100;
/** Newest first, as the numbered columns run. There is no PAY_1. */
const MONTHS = ['2005-09', '2005-08', '2005-07', '2005-06', '2005-05', '2005-04'] as const;
const STATUS_COLUMNS = ['PAY_0', 'PAY_2', 'PAY_3', 'PAY_4', 'PAY_5', 'PAY_6'] as const;
const BILL_COLUMNS = MONTHS.map((_, index) => `BILL_AMT${index + 1}`);
const PAID_COLUMNS = MONTHS.map((_, index) => `PAY_AMT${index + 1}`);
const REQUIRED = ['ID', 'LIMIT_BAL', ...STATUS_COLUMNS, ...BILL_COLUMNS, ...PAID_COLUMNS];
const WORST_CODE = 7;

/**
 * UCI "Default of Credit Card Clients" (credit-record.md, section 15): each client is a borrower with one account and six
 * months. Sex, education, marriage, age and the later default are not credit records and are not read.
 */
export async function* readUciCreditCard(
  bytes: AsyncIterable<Buffer>,
  context: Omit<ParseContext, 'notation'>,
): AsyncGenerator<FurnishedLine> {
  for await (const { line, cells } of readCsvRows(bytes, checkHeader)) {
    const faults: RecordFault[] = [];
    const key = cells && /^\d{1,20}$/.test(cells['ID'] ?? '') ? (cells['ID'] ?? null) : null;
    if (!cells) faults.push({ code: 'MALFORMED_LINE', field: null, message: 'The row has not as many cells as the header.' });
    else if (key === null) faults.push({ code: 'BAD_TYPE', field: 'ID', message: 'The ID must be a number.' });
    const records = cells && key !== null ? toRecords(key, cells, context, faults) : [];
    yield faults.length > 0 ? { line, entity: null, key, faults } : { line, entity: null, key, records };
  }
}

function checkHeader(names: readonly string[]): void {
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new GatewayError('BAD_USER_INPUT', `This is not the UCI file: it lacks the columns ${missing.join(', ')}.`);
}

type Cells = Readonly<Record<string, string | null>>;

function toRecords(id: string, cells: Cells, context: Omit<ParseContext, 'notation'>, faults: RecordFault[]): FurnishedRecord[] {
  const read = (column: string): number => readInteger(cells, column, faults);
  const limit = read('LIMIT_BAL') * MINOR_PER_DOLLAR;
  const bills = BILL_COLUMNS.map((column) => read(column) * MINOR_PER_DOLLAR);
  const paid = PAID_COLUMNS.map((column) => read(column) * MINOR_PER_DOLLAR);
  const statuses = STATUS_COLUMNS.map((column) => toStatus(read(column), column, faults));
  if (faults.length > 0) return [];
  const account = {
    asOf: AS_OF, accountNo: id, customerId: id, product: 'HUABEI', accountClass: 'R2', businessType: '81', currency: 'TWD',
    creditLimitMinor: limit, overLimitAllowed: bills.some((bill) => bill > limit) ? true : null,
  }; // prettier-ignore
  const months = MONTHS.map((month, index) => ({
    asOf: AS_OF,
    accountNo: id,
    month,
    balanceMinor: bills[index],
    usedLimitMinor: Math.max(0, bills[index] ?? 0),
    scheduledDueMinor: index + 1 < MONTHS.length ? Math.max(0, bills[index + 1] ?? 0) : null,
    actualPaidMinor: paid[index],
    repaymentStatus: statuses[index],
  }));
  const raw: [string, Readonly<Record<string, unknown>>][] = [
    ['borrower', { asOf: AS_OF, customerId: id }],
    ['account', account],
    ...months.map((month): [string, Readonly<Record<string, unknown>>] => ['monthlySummary', month]),
  ];
  return raw.flatMap(([entity, record]) => {
    const parsed = parseFurnishedRecord(entity, record, { ...context, notation: 'JSON' });
    if ('record' in parsed) return [parsed.record];
    faults.push(...parsed.faults);
    return [];
  });
}

/** Round amounts are written as `1e+05`. @returns 0 beside a fault. */
function readInteger(cells: Cells, column: string, faults: RecordFault[]): number {
  const fail = (code: FaultCode, message: string): number => {
    faults.push({ code, field: column, message });
    return 0;
  };
  const text = cells[column] ?? null;
  if (text === null) return fail('MISSING_FIELD', 'This column is required.');
  const value = parseExactInteger(text);
  return typeof value === 'number'
    ? value
    : fail(value === 'TOO_LARGE' ? 'OUT_OF_RANGE' : 'BAD_TYPE', 'The cell must be a whole number.');
}

/** Months of delay: −2 nothing was due, −1 and 0 the minimum was paid, k from 1 up is taken for code k, an approximation. */
function toStatus(delay: number, column: string, faults: RecordFault[]): string {
  if (delay < -2) faults.push({ code: 'BAD_CODE', field: column, message: 'The code must be −2 or more.' });
  if (delay === -2) return '*';
  return delay <= 0 ? 'N' : String(Math.min(delay, WORST_CODE));
}
