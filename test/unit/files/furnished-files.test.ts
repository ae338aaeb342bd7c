import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { toEpochDay } from '../../../src/core/credit/calendar';
import type { FurnishedLine } from '../../../src/core/credit/furnished-record';
import { openFurnishedFile } from '../../../src/files/open-furnished-file';
import { openRejectsFile } from '../../../src/files/rejects-file';

const CONTEXT = { todayDay: toEpochDay('2026-02-10'), retention: 'FROM_TODAY' } as const;
type Format = Parameters<typeof openFurnishedFile>[1];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'furnished-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(format: Format, content: string | Buffer): Promise<FurnishedLine[]> {
  const file = path.join(folder, 'input');
  writeFileSync(file, content);
  const lines: FurnishedLine[] = [];
  for await (const line of openFurnishedFile(file, format).lines(CONTEXT)) lines.push(line);
  return lines;
}
const brief = (line: FurnishedLine): string =>
  `${line.line} ${line.key ?? '-'} ${'faults' in line ? line.faults.map(({ code, field }) => `${code}:${field ?? ''}`).join() : 'ok'}`;
const borrower = (customerId: string): string => JSON.stringify({ entity: 'borrower', customerId, asOf: '2026-01-31' });

describe('canonical-ndjson', () => {
  it('reads lines with either end, skips a byte-order mark and blank lines', async () => {
    const lines = await read('canonical-ndjson', `\uFEFF${borrower('a')}\r\n\n${borrower('b')}\n${borrower('c')}`);
    expect(lines.map(brief)).toEqual(['1 a ok', '3 b ok', '4 c ok']);
  });

  it('reads gzip without being told', async () => {
    expect((await read('canonical-ndjson', gzipSync(borrower('a')))).map(brief)).toEqual(['1 a ok']);
  });

  it('refuses what is no record, line by line', async () => {
    const bad = ['{', '[]', 'null', '{"asOf":"2026-01-31"}', '{"entity":7}', '{"entity":"lease","loanNo":"1"}'];
    const bytes = Buffer.concat([Buffer.from(`${bad.join('\n')}\n`), Buffer.of(0xff, 0xfe, 0x0a), Buffer.from(borrower('z'))]);
    expect((await read('canonical-ndjson', bytes)).map(brief)).toEqual([
      '1 - MALFORMED_LINE:', '2 - MALFORMED_LINE:', '3 - MALFORMED_LINE:', '4 - MISSING_FIELD:entity', '5 - BAD_TYPE:entity',
      '6 - UNKNOWN_ENTITY:entity', '7 - MALFORMED_LINE:', '8 z ok',
    ]); // prettier-ignore
  });

  it('refuses a line of more than 64 KiB and goes on behind it', async () => {
    const padded = (bytes: number): string => borrower('p').replace('}', `${' '.repeat(bytes - borrower('p').length)}}`);
    const lines = await read(
      'canonical-ndjson',
      [padded(65_536), padded(65_537), 'x'.repeat(3_000_000), borrower('z')].join('\r\n'),
    );
    expect(lines.map(brief)).toEqual(['1 p ok', '2 - LINE_TOO_LONG:', '3 - LINE_TOO_LONG:', '4 z ok']);
  });

  it('reports the bytes of the file that it has consumed', async () => {
    const name = path.join(folder, 'input');
    writeFileSync(name, gzipSync(borrower('a')));
    const file = openFurnishedFile(name, 'canonical-ndjson');
    for await (const line of file.lines(CONTEXT)) expect(brief(line)).toBe('1 a ok');
    expect([file.bytesRead(), file.sizeBytes]).toEqual([statSync(name).size, statSync(name).size]);
  });

  it('refuses a damaged gzip file as a whole', async () => {
    const cut = gzipSync(Array.from({ length: 2_000 }, (_, index) => borrower(String(index))).join('\n')).subarray(0, -20);
    await expect(read('canonical-ndjson', cut)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('canonical-csv', () => {
  it('reads quoted cells, exact numbers, JSON lists and empty cells', async () => {
    const csv =
      '\uFEFFaccountNo,asOf,customerId,product,accountClass,currency,creditLimitMinor,furnisherName,coBorrowerCustomerIds\r\n' +
      'a1,2026-01-31,c1,HUABEI,R1,CNY,1e+05,"Ant, ""Inc""\n2",""\r\n' +
      'a2,2026-01-31,c1,JIEBEI,D1,CNY,,,"[""c2""]"\r\n';
    const lines = await read('canonical-csv', csv.replace('\n2', ' 2'));
    expect(lines.map(brief)).toEqual(['2 a1 ok', '3 a2 ok']);
    expect(lines.map((line) => ('records' in line ? line.records[0]?.values : null))).toEqual([
      expect.objectContaining({ creditLimitMinor: 100_000, furnisherName: 'Ant, "Inc" 2', coBorrowerCustomerIds: null }),
      expect.objectContaining({ creditLimitMinor: null, furnisherName: null, coBorrowerCustomerIds: ['c2'] }),
    ]);
  });

  it('refuses single rows and keeps the others', async () => {
    const csv = 'customerId,asOf,entity\na,2026-01-31,\nb,2026-01-31\nc,x"y,\nd,2026-01-31,borrower\ne,2026-01-31,account\n';
    expect((await read('canonical-csv', csv)).map(brief)).toEqual([
      '2 a ok', '3 - MALFORMED_LINE:', '4 - MALFORMED_LINE:', '5 d ok', '6 - INCONSISTENT:entity',
    ]); // prettier-ignore
  });

  it.each([
    ['', 'the header is missing'],
    ['customerId,asOf,nickname\n', 'The column nickname is no field of borrower'],
    ['customerId,asOf,monthlyIncome\n', 'The column monthlyIncome holds data that must never be stored'],
    ['customerId,asOf,asOf\n', 'the column asOf stands twice'],
    ['fullName,asOf\n', 'The header tells no entity'],
    ['customerId,asOf\n"a,2026-01-31\nb,2026-01-31\n', 'a quote is not closed'],
    [`customerId,asOf\n"${'a'.repeat(70_000)}`, 'more than 65,536 bytes'],
  ])('refuses a file as a whole: %#', async (csv, message) => {
    await expect(read('canonical-csv', csv)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining(message),
    });
  });
});

describe('uci-credit-card', () => {
  const HEADER = ['default.payment.next.month', 'PAY_0', 'PAY_2', 'PAY_3', 'PAY_4', 'PAY_5', 'PAY_6', 'LIMIT_BAL', 'AGE',
    ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`PAY_AMT${n}`, `BILL_AMT${n}`]), 'ID']; // prettier-ignore
  const row = (cells: Readonly<Record<string, string>>): string => HEADER.map((name) => cells[name] ?? '0').join(',');
  const recordsOf = (line: FurnishedLine | undefined) => (line && 'records' in line ? line.records : []);

  it('makes one line into a borrower, an account and six months, by column names', async () => {
    const cells = { ID: '11', LIMIT_BAL: '1e+05', AGE: '34', PAY_0: '9', PAY_2: '-2', PAY_3: '-1', PAY_4: '0', PAY_5: '1', PAY_6: '7',
      BILL_AMT1: '100001', BILL_AMT2: '-50', BILL_AMT3: '2e+05', PAY_AMT1: '7', PAY_AMT6: '1e+05' }; // prettier-ignore
    const [line] = await read('uci-credit-card', `${HEADER.join(',')}\n${row(cells)}\n`);
    const [person, account, ...months] = recordsOf(line);
    expect(line).toMatchObject({ line: 2, key: '11' });
    expect(person).toMatchObject({ entity: 'borrower', asOf: '2005-09-30', values: { customerId: '11', dateOfBirth: null } });
    expect(account?.values).toMatchObject({
      accountNo: '11', customerId: '11', product: 'HUABEI', accountClass: 'R2', businessType: '81', currency: 'TWD',
      creditLimitMinor: 10_000_000, overLimitAllowed: true, openedOn: null,
    }); // prettier-ignore
    const fields = [
      'repaymentStatus',
      'balanceMinor',
      'usedLimitMinor',
      'scheduledDueMinor',
      'actualPaidMinor',
      'loanCount',
      'borrowedAmountMinor',
    ];
    expect(months.map(({ values }) => fields.map((name) => (values as Readonly<Record<string, unknown>>)[name]))).toEqual([
      ['7', 10_000_100, 10_000_100, 0, 700, null, null],
      ['*', -5_000, 0, 20_000_000, 0, null, null],
      ['N', 20_000_000, 20_000_000, 0, 0, null, null],
      ['N', 0, 0, 0, 0, null, null],
      ['1', 0, 0, 0, 0, null, null],
      ['7', 0, 0, null, 10_000_000, null, null],
    ]);
  });

  it('refuses a bad cell by its column, and a file that lacks one', async () => {
    const lines = await read(
      'uci-credit-card',
      [HEADER.join(','), row({ ID: '1', PAY_0: '-3' }), row({ ID: '2', BILL_AMT4: '1.5' }), row({ ID: 'x' }), '1,2'].join('\n'),
    );
    expect(lines.map(brief)).toEqual(['2 1 BAD_CODE:PAY_0', '3 2 BAD_TYPE:BILL_AMT4', '4 - BAD_TYPE:ID', '5 - MALFORMED_LINE:']);
    await expect(read('uci-credit-card', 'ID,LIMIT_BAL,PAY_1\n')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('PAY_0'),
    });
  });
});

describe('openRejectsFile', () => {
  const reject = (line: number) =>
    ({ line, entity: 'account', key: 'a1', code: 'STALE', field: 'asOf', message: 'Old.' }) as const;

  it('cuts off what was written beyond the known length, and repeats a write without effect', () => {
    const file = openRejectsFile(path.join(folder, 'rejects.ndjson'));
    const first = file.write({ rejectsBytes: 0, deferredCount: 0 }, { rejects: [reject(1)], deferred: [] });
    file.write({ rejectsBytes: first, deferredCount: 0 }, { rejects: [reject(2), reject(3)], deferred: [] });
    for (const repeat of [1, 2]) {
      const length = file.write({ rejectsBytes: first, deferredCount: 0 }, { rejects: [reject(9)], deferred: [] });
      expect([repeat, length]).toEqual([repeat, statSync(file.path).size]);
    }
    expect(readFileSync(file.path, 'utf8').trim().split('\n').map((line) => JSON.parse(line))).toEqual([reject(1), reject(9)]);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
  }); // prettier-ignore

  it('keeps deferred places by stage until it is finished', () => {
    const file = openRejectsFile(path.join(folder, 'rejects.ndjson'));
    const at = { rejectsBytes: 0, deferredCount: 0 };
    const places = Array.from(
      { length: 5_000 },
      (_, index) => ({ ordinal: index + 1, stage: index % 2 ? 'account' : 'detail' }) as const,
    );
    file.write(at, { rejects: [], deferred: places });
    expect([...file.deferred('account', 4_999)].length + [...file.deferred('detail', 4_999)].length).toBe(4_999);
    expect([...file.deferred('account', 4)]).toEqual([2, 4]);
    expect([file.holds(0, 5_000), file.holds(0, 5_001), file.holds(1, 0)]).toEqual([true, false, false]);
    file.finish(0);
    expect(file.holds(0, 1)).toBe(false);
  });

  it('writes places as it always has, so that a run stopped by an older gateway goes on', () => {
    const file = openRejectsFile(path.join(folder, 'rejects.ndjson'));
    const stages = ['account', 'detail', 'repayment', 'statement'] as const;
    const deferred = stages.map((stage, index) => ({ ordinal: index + 7, stage }));
    file.write({ rejectsBytes: 0, deferredCount: 0 }, { rejects: [], deferred });
    expect(readFileSync(`${file.path}.deferred`, 'utf8')).toBe('A000000000007\nM000000000008\nR000000000009\nS000000000010\n');
    expect(stages.map((stage) => [...file.deferred(stage, 4)])).toEqual([[7], [8], [9], [10]]);
  });
});
