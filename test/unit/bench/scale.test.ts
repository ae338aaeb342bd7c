import { firstDayOf, toLocalDate, toYearMonth } from '../../../src/core/credit/calendar';
import { GENERATE } from '../../bench/scale-book';
import { pickIndices } from '../../bench/scale-look-ups';
import { cpuSecondsOf } from '../../bench/scale-machine';
import { expectedOf, generatePerson } from '../../bench/scale-people';
import { describeBook, secondsUntil, sentencesOf } from '../../bench/scale-report';
import { type Column, fromLine, toLine } from '../../bench/scale-rows';
import { readScaleOptions } from '../../bench/scale-settings';

describe('readScaleOptions', () => {
  it('takes a million borrowers, or few for a try', () => {
    expect(readScaleOptions([], {}).sizes).toMatchObject({ mode: 'default', borrowers: 1_000_000, loanBorrowers: 50_000, grants: 100_000 });
    expect(readScaleOptions(['--quick'], {}).sizes).toMatchObject({ mode: 'quick', borrowers: 20_000, loanBorrowers: 1_000 });
  }); // prettier-ignore

  it('takes other sizes, of which no part is larger than the whole', () => {
    const { sizes } = readScaleOptions(['--borrowers=5000', '--loan-borrowers', '7'], {});
    expect(sizes).toMatchObject({ borrowers: 5_000, copies: 0, fewBorrowers: 5_000, loanBorrowers: 7, grants: 5_000 });
    expect(readScaleOptions(['--copies=2'], {}).sizes.copies).toBe(2);
  });

  it('refuses what is no number and what it does not know', () => {
    expect(() => readScaleOptions(['--borrowers=0'], {})).toThrow('--borrowers takes a whole number');
    expect(() => readScaleOptions(['--loan-borrowers=1e3'], {})).toThrow('--loan-borrowers takes a whole number');
    expect(() => readScaleOptions(['--copies=256'], {})).toThrow('--copies takes a whole number from 1 to 255');
    expect(() => readScaleOptions(['--months=3'], {})).toThrow("Unknown option '--months'");
  });
});

describe('rows of a dump', () => {
  const columns: readonly Column[] = [
    { name: 'ref', kind: 'bytes' },
    { name: 'count', kind: 'number' },
    { name: 'text', kind: 'text' },
  ];

  it('come back as they were', () => {
    const line = toLine(['00FF', -3, 'a\tb\\c\nd\r\\N 王']);
    expect(line.endsWith('\n') && !line.slice(0, -1).includes('\n')).toBe(true);
    expect(fromLine(line.slice(0, -1), columns)).toEqual([Buffer.of(0, 255), -3, 'a\tb\\c\nd\r\\N 王']);
    expect(fromLine(toLine([null, null, null]).trimEnd(), columns)).toEqual([null, null, null]);
  });

  it('are written as LOAD DATA reads them', () => {
    expect(toLine(['0A', 1, 'tab\there'])).toBe('0A\t1\ttab\\there\n');
    expect(toLine(['0A', null, '\\N'])).toBe('0A\t\\N\t\\\\N\n');
  });
});

describe('figures of an import', () => {
  const samples = [
    { seconds: 1, lines: 100 },
    { seconds: 3, lines: 200 },
  ];
  const last = { seconds: 10, lines: 900 };

  it('tell when the first rows were stored', () => {
    expect(secondsUntil(samples, 50, last)).toBe(0.5);
    expect(secondsUntil(samples, 100, last)).toBe(1);
    expect(secondsUntil(samples, 150, last)).toBe(2);
    expect(secondsUntil(samples, 900, last)).toBe(10);
    expect(secondsUntil([], 450, last)).toBe(5);
  });

  it('set an import beside plain copies of the same rows', () => {
    const one = { cpuSeconds: 4, rssMegabytesMax: 300, serverCpuSeconds: 2, samples: [] };
    const book = describeBook(
      {
        name: 'many', borrowers: 100, generatedSeconds: 1,
        imported: [
          { ...one, entity: 'borrower', rows: 100, seconds: 1 },
          { ...one, entity: 'monthlySummary', rows: 900, seconds: 9, rssMegabytesMax: 200 },
        ],
      },
      { monthlySummary: 'monthly_summary' },
      [{ table: 'monthly_summary', rows: 450, loadData: { seconds: 0.45, cpuSeconds: 0.1 }, multiRow: { seconds: 0.9, cpuSeconds: 0.2 } }],
      { dataMegabytes: 1 },
    ); // prettier-ignore
    expect(book).toMatchObject({ rows: 1_000, seconds: 10, rowsPerSecond: 100, cpuMicrosPerRow: 8_000, serverCpuMicrosPerRow: 4_000, rssMegabytesMax: 300 });
    expect(book.entities.map(({ copy }) => copy)).toEqual([
      null,
      expect.objectContaining({
        rows: 450, importRowsPerSecond: 100, loadDataRowsPerSecond: 1_000, multiRowRowsPerSecond: 500, importOverLoadData: 0.1, importOverMultiRow: 0.2,
      }),
    ]);
    expect(sentencesOf(book)[1]).toContain('the first 450 of monthlySummary, rows/s: import 100, LOAD DATA 1,000 (0.1), INSERT of 500 rows 500 (0.2)');
  }); // prettier-ignore
});

describe('cpuSecondsOf', () => {
  it('reads the ticks behind a name with spaces and brackets', () => {
    expect(cpuSecondsOf('12 (maria (db) d) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0')).toBe(3);
  });
});

describe('pickIndices', () => {
  it('picks different ones, spread over all', () => {
    const picked = pickIndices(10_000, 1_000);
    expect(new Set(picked).size).toBe(1_000);
    expect(picked.filter((index) => index < 5_000).length).toBeGreaterThan(400);
    expect(picked.filter((index) => index >= 5_000).length).toBeGreaterThan(400);
    expect(pickIndices(5, 5)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the report that is expected of a generated borrower', () => {
  it('shows the newest twelve of 24 months, and is dated by the newest', () => {
    const person = generatePerson(3);
    expect(person.months).toHaveLength(24);
    const { accounts, summary } = expectedOf(person, 'ref') as {
      readonly accounts: readonly { readonly reportedOn: string; readonly monthlySummaries: readonly { readonly month: string; readonly loanCount: number }[] }[];
      readonly summary: { readonly loanCount12m: number };
    }; // prettier-ignore
    const months = accounts[0]?.monthlySummaries ?? [];
    expect(months.map(({ month }) => month)).toEqual(Array.from({ length: 12 }, (_, at) => toYearMonth(GENERATE.until - at)));
    expect(accounts[0]?.reportedOn).toBe(toLocalDate(firstDayOf(GENERATE.until + 1)));
    expect(summary.loanCount12m).toBe(months.reduce((sum, { loanCount }) => sum + loanCount, 0));
  });
});
