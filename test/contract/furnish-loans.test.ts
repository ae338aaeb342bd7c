import type { FurnishResult } from '../../src/app/credit/furnish-records';
import { forEachDatabase } from '../support/databases';
import {
  aBorrower,
  aFurnishing,
  aLoan,
  aMonth,
  anAccount,
  aRepayment,
  type Furnishing,
  type RawRecord,
} from '../support/furnishing';

const counts = ({ accepted, unchanged, rejected }: FurnishResult): number[] => [accepted, unchanged, rejected];

forEachDatabase('furnishing loans and repayments', (open) => {
  let world: Furnishing;
  beforeEach(async () => {
    world = await aFurnishing(await open(), ['ant', 'jd']);
    await world.furnish([aBorrower('c1'), anAccount('a1', 'c1'), anAccount('d1', 'c1', { accountClass: 'D1', currency: 'TWD' })]);
  });
  afterEach(() => world.remove());
  const codes = (result: FurnishResult): string[] =>
    world.rejects(result).map(({ line, key, code, field }) => `${line} ${key ?? '-'} ${code} ${field ?? '-'}`);
  const codesOf = async (...records: RawRecord[]): Promise<string[]> => codes(await world.furnish(records));

  const LOANS = [
    aLoan('l1', 'a1', { rawStatus: '2', termDays: 90, instalmentCount: 3, loanPurpose: 'TRAVEL', annualRateBp: 1_450, cancelled: false, settledOn: null }),
    aLoan('l2', 'd1', { rawStatus: '7', settledOn: '2025-06-01', principalMinor: 5_000 }),
  ]; // prettier-ignore
  const REPAYMENTS = [
    aRepayment('l1', 1, { paidOn: '2025-04-05', lastPaidOn: '2025-04-05', paidAmountMinor: 100_500, kind: 'SCHEDULED' }),
    aRepayment('l1', 2, { dueOn: '2025-05-04', paidOn: '2025-05-01', kind: 'ASSET' }),
    aRepayment('l1', 3, { dueOn: '2026-05-04' }),
  ];

  it('stores them with their rungs, and finds them unchanged the second time', async () => {
    const records = [...LOANS, ...REPAYMENTS];
    expect(counts(await world.furnish(records))).toEqual([5, 0, 0]);
    expect(counts(await world.furnish(records))).toEqual([0, 5, 0]);
    expect(await world.rows('SELECT loan_no, drawn_month, principal_band, loan_status, adverse, adverse_ended_on, cancelled, revision FROM loan ORDER BY loan_no')).toEqual([
      { loan_no: 'l1', drawn_month: 202503, principal_band: 'A2', loan_status: 'OVERDUE', adverse: 1, adverse_ended_on: null, cancelled: 0, revision: 1 },
      { loan_no: 'l2', drawn_month: 202503, principal_band: 'A1', loan_status: 'FORCED_CLOSE', adverse: 1, adverse_ended_on: '2025-06-01', cancelled: null, revision: 1 },
    ]);
    expect(await world.rows('SELECT instalment_no, adverse, adverse_ended_on FROM repayment ORDER BY instalment_no')).toEqual([
      { instalment_no: 1, adverse: 1, adverse_ended_on: '2025-04-05' },
      { instalment_no: 2, adverse: 1, adverse_ended_on: '2025-05-01' },
      { instalment_no: 3, adverse: 0, adverse_ended_on: null },
    ]);
    expect([await world.count('record_directory'), await world.count('record_revision')]).toEqual([2, 0]);
  }); // prettier-ignore

  it('reads both from CSV, one file for each, and finds them unchanged in the other format', async () => {
    const same = LOANS.map((loan) => ({ ...LOANS[0], ...Object.fromEntries(Object.keys(LOANS[0] ?? {}).map((name) => [name, null])), ...loan }));
    const files = [world.writeCsv('loans.csv', same), world.writeCsv('repayments.csv', REPAYMENTS.slice(0, 1))];
    expect((await world.run(files, { format: 'canonical-csv' })).map(counts)).toEqual([[2, 0, 0], [1, 0, 0]]);
    expect((await world.run(files, { format: 'canonical-csv' })).map(counts)).toEqual([[0, 2, 0], [0, 1, 0]]);
    expect(counts(await world.furnish([...LOANS, ...REPAYMENTS]))).toEqual([2, 3, 0]);
  }); // prettier-ignore

  it('keeps superseded versions as sealed revisions and refuses older ones', async () => {
    await world.furnish([...LOANS, ...REPAYMENTS]);
    const newer = [aLoan('l1', 'a1', { principalMinor: 1, asOf: '2026-02-01' }), aRepayment('l1', 3, { paidOn: '2026-02-01', asOf: '2026-02-01' })];
    expect(counts(await world.furnish(newer))).toEqual([2, 0, 0]);
    expect(await codesOf(...LOANS.slice(0, 1), ...REPAYMENTS.slice(2))).toEqual(['1 l1 STALE asOf', '2 l1/3 STALE asOf']);
    const [key] = await world.rows('SELECT borrower_ref, wrapped_key FROM borrower_key');
    const borrowerKey = world.keys.borrowerKey(key?.['borrower_ref'] as Buffer, key?.['wrapped_key'] as Buffer);
    const opened = (await world.rows('SELECT * FROM record_revision ORDER BY entity')).map((row) => {
      const place = { table: 'record_revision', column: 'content', row: `${String(row['entity'])}/${String(row['record_key'])}/1` };
      return JSON.parse(borrowerKey.open(place, row['content'] as Buffer)) as unknown;
    });
    expect(opened).toEqual([
      expect.objectContaining({ principalMinor: 100_000, loanPurpose: 'TRAVEL', cancelled: 0, asOf: '2026-01-31' }),
      expect.objectContaining({ dueOn: '2026-05-04', paidOn: null, asOf: '2026-01-31' }),
    ]);
  }); // prettier-ignore

  it('rejects what contradicts itself, its loan or its account', async () => {
    await world.furnish([...LOANS, anAccount('x1', 'c1', { accountClass: 'C1' })]);
    expect(
      await codesOf(
        aLoan('l1', 'd1'), aLoan('l3', 'a1', { rawStatus: '7' }), aLoan('l4', 'x1', { rawStatus: '1' }), aLoan('l5', 'a9'),
        aRepayment('l1', 1, { dueOn: '2025-03-03' }), aRepayment('l1', 2, { paidOn: '2025-03-03', lastPaidOn: '2025-03-03' }),
        aRepayment('l9', 1), aLoan('l6', 'a1'), aLoan('l6', 'a1'), aRepayment('l1', 3), aRepayment('l1', 3),
        aLoan('l7', 'a1', { drawnOn: '2020-01-01', rawStatus: '2', settledOn: '2021-02-10' }),
        aRepayment('l1', 4, { dueOn: '2021-01-01', paidOn: '2021-02-10' }), aLoan('l8', 'a1', { diagnosis: 'x' }),
      ),
    ).toEqual([
      '1 l1 INCONSISTENT accountNo', '2 l3 BAD_CODE rawStatus', '3 l4 BAD_CODE rawStatus', '5 l1/1 INCONSISTENT dueOn',
      '6 l1/2 INCONSISTENT paidOn', '6 l1/2 INCONSISTENT lastPaidOn', '9 l6 DUPLICATE_IN_FILE loanNo', '11 l1/3 DUPLICATE_IN_FILE loanNo',
      '12 l7 RETENTION_ENDED settledOn', '13 l1/4 RETENTION_ENDED paidOn', '14 l8 FORBIDDEN_FIELD diagnosis',
      '4 l5 PARENT_MISSING accountNo', '7 l9/1 PARENT_MISSING loanNo',
    ]);
    expect(await codesOf(anAccount('a1', 'c1', { accountClass: 'D1' }))).toEqual(['1 a1 INCONSISTENT accountClass']);
    expect(counts(await world.furnish([anAccount('a1', 'c1', { accountClass: 'R2' })]))).toEqual([1, 0, 0]);
  }); // prettier-ignore

  it('keeps loans of two platforms apart that have the same number', async () => {
    await world.furnish([aBorrower('c1'), anAccount('a1', 'c1')], { platformId: 'jd' });
    expect(counts(await world.furnish([aLoan('l1', 'a1')]))).toEqual([1, 0, 0]);
    expect(counts(await world.furnish([aLoan('l1', 'a1'), aLoan('L1', 'a1')], { platformId: 'jd' }))).toEqual([2, 0, 0]);
    const ids = await world.rows('SELECT loan_id FROM loan');
    expect(new Set(ids.map((row) => (row['loan_id'] as Buffer).toString('hex'))).size).toBe(3);
  });

  it('tells when an adverse account ended', async () => {
    const closed = { closedOn: '2025-05-05' };
    await world.furnish([
      anAccount('b1', 'c1', { ...closed, rawStatus: '4' }), anAccount('b2', 'c1', { ...closed, fiveTierClass: 'LOSS' }),
      anAccount('b3', 'c1', { ...closed, rawStatus: '3', fiveTierClass: 'NORMAL' }), anAccount('b4', 'c1', { rawStatus: '4' }),
    ]);
    const rows = await world.rows("SELECT adverse_ended_on FROM credit_account WHERE account_no LIKE 'b%' ORDER BY account_no");
    expect(rows.map((row) => row['adverse_ended_on'])).toEqual(['2025-05-05', '2025-05-05', null, null]);
  }); // prettier-ignore
});

/** Draws a permutation by a seeded generator (mulberry32), so that a failure can be run again. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const left = [...items];
  return items.map(() => left.splice(Math.floor(next() * left.length), 1)[0] as T); // there is one for each
}

forEachDatabase('what is served of a month', (open) => {
  let world: Furnishing;
  beforeEach(async () => {
    world = await aFurnishing(await open());
    await world.furnish([aBorrower('c1'), anAccount('a1', 'c1')]);
  });
  afterEach(() => world.remove());
  const served = async (): Promise<unknown[]> =>
    (await world.rows('SELECT month, borrowed_amount_minor, borrowed_amount_band, loan_count, loan_count_band, loan_days FROM monthly_summary ORDER BY month')).map(Object.values); // prettier-ignore
  const revisions = async (): Promise<unknown[]> =>
    (await world.rows('SELECT month, revision FROM monthly_summary ORDER BY month')).map(Object.values);
  const FURNISHED = { borrowedAmountMinor: 7_000_000, loanCount: 11, loanDays: 9 };
  const march = aMonth('a1', '2025-03', FURNISHED);

  it('follows the loans, whichever come first, and the furnished figures where there are none', async () => {
    await world.furnish([march, aMonth('a1', '2025-04', FURNISHED)]);
    expect(await served()).toEqual([[202503, 7_000_000, 'A5', 11, 'C10_PLUS', 9], [202504, 7_000_000, 'A5', 11, 'C10_PLUS', 9]]);
    await world.furnish([aLoan('l1', 'a1'), aLoan('l2', 'a1'), aLoan('l3', 'a1', { drawnOn: '2025-03-31', principalMinor: 1 })]);
    expect((await served())[0]).toEqual([202503, 200_001, 'A2', 3, 'C3_5', 2]);
    await world.furnish([aMonth('a1', '2025-05', FURNISHED), aLoan('l4', 'a1', { drawnOn: '2025-05-01', principalMinor: 0 })]);
    await world.furnish([aLoan('l5', 'a1', { drawnOn: '2025-06-01' })]);
    await world.furnish([aMonth('a1', '2025-06', {})]);
    expect((await served()).slice(2)).toEqual([[202505, 0, 'A0', 1, 'C1_2', 1], [202506, 100_000, 'A2', 1, 'C1_2', 1]]);
    expect(counts(await world.furnish([march, aMonth('a1', '2025-06', {})]))).toEqual([0, 2, 0]);
    expect(await revisions()).toEqual([[202503, 2], [202504, 1], [202505, 1], [202506, 1]]);
  }); // prettier-ignore

  it('follows a loan that is moved to another month, cancelled, and restored', async () => {
    await world.furnish([march, aMonth('a1', '2025-04', { loanCount: 0 }), aLoan('l1', 'a1')]);
    await world.furnish([aLoan('l1', 'a1', { drawnOn: '2025-04-02' })]);
    expect(await served()).toEqual([[202503, 7_000_000, 'A5', 11, 'C10_PLUS', 9], [202504, 100_000, 'A2', 1, 'C1_2', 1]]);
    await world.furnish([aLoan('l1', 'a1', { drawnOn: '2025-04-02', cancelled: true })]);
    expect((await served())[1]).toEqual([202504, null, null, 0, 'C0', null]);
    await world.furnish([aLoan('l1', 'a1')]);
    expect((await served())[0]).toEqual([202503, 100_000, 'A2', 1, 'C1_2', 1]);
    // April had one, had it cancelled, and says the same without it
    expect(await revisions()).toEqual([[202503, 3], [202504, 3]]);
    expect(await world.rows('SELECT DISTINCT adverse FROM monthly_summary')).toEqual([{ adverse: 0 }]);
  }); // prettier-ignore

  it('keeps what a month said before as a revision of it, once for each batch that moves it', async () => {
    await world.furnish([march]);
    const loan = aLoan('l1', 'a1', { principalMinor: 5 });
    await world.furnish([loan, aLoan('l2', 'a1', { principalMinor: 6 })]);
    await world.furnish([{ ...march, asOf: '2026-02-10' }, aLoan('l3', 'a1', { principalMinor: 7 })]); // confirmed beside it
    await world.furnish([{ ...march, loanDays: 4, asOf: '2026-02-11' }, aLoan('l3', 'a1', { principalMinor: 8 })]); // and corrected
    await world.furnish([{ ...loan, asOf: '2026-02-12' }]);
    const [key] = await world.rows('SELECT borrower_ref, wrapped_key FROM borrower_key');
    const borrowerKey = world.keys.borrowerKey(key?.['borrower_ref'] as Buffer, key?.['wrapped_key'] as Buffer);
    const kept = (await world.rows("SELECT * FROM record_revision WHERE entity = 'monthlySummary' ORDER BY revision")).map((row) => {
      const place = { table: 'record_revision', column: 'content', row: `monthlySummary/${String(row['record_key'])}/${String(row['revision'])}` };
      return JSON.parse(borrowerKey.open(place, row['content'] as Buffer)) as Record<string, unknown>;
    });
    const spoken = ['asOf', 'loanDays', 'servedBorrowedAmountMinor', 'servedLoanCount', 'servedLoanDays'] as const;
    expect(kept.map((one) => spoken.map((name) => one[name]))).toEqual([
      ['2026-01-31', 9, undefined, undefined, undefined],
      ['2026-01-31', 9, 11, 2, 1],
      ['2026-02-10', 9, 18, 3, 1],
    ]);
    expect(await revisions()).toEqual([[202503, 4]]);
  }); // prettier-ignore

  it('leaves everything else of a month as it is', async () => {
    await world.furnish([aMonth('a1', '2025-03', { ...FURNISHED, repaymentStatus: '2', balanceMinor: -5, adverseEndedOn: '2025-05-01' })]);
    const before = await world.rows('SELECT * FROM monthly_summary');
    await world.furnish([aLoan('l1', 'a1')]);
    const changed = { borrowed_amount_minor: 100_000, loan_count: 1, loan_days: 1, borrowed_amount_band: 'A2', loan_count_band: 'C1_2', revision: 2 };
    expect(await world.rows('SELECT * FROM monthly_summary')).toEqual([{ ...before[0], ...changed }]);
  }); // prettier-ignore

  it('states no amount that it does not know to the last unit', async () => {
    const most = { principalMinor: Number.MAX_SAFE_INTEGER };
    await world.furnish([march, aLoan('l1', 'a1', most), aLoan('l2', 'a1', most)]);
    expect(await served()).toEqual([[202503, null, null, 2, 'C1_2', 1]]);
  });

  const HISTORY: readonly RawRecord[] = [
    ...['2025-03', '2025-04', '2025-05'].map((month) => aMonth('a1', month, FURNISHED)),
    aMonth('a1', '2025-04', { ...FURNISHED, loanCount: 12, asOf: '2026-02-01' }),
    aLoan('l1', 'a1'), aLoan('l1', 'a1', { drawnOn: '2025-05-06', asOf: '2026-02-01' }), aLoan('l2', 'a1'),
    aLoan('l2', 'a1', { cancelled: true, asOf: '2026-02-02' }), aLoan('l3', 'a1', { drawnOn: '2025-03-09', principalMinor: 3 }),
    aLoan('l4', 'a1', { drawnOn: '2025-05-09', principalMinor: 4 }), aLoan('l5', 'a1', { drawnOn: '2025-07-09' }),
  ]; // prettier-ignore
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('does not depend on the order of delivery: %i', async (seed) => {
    const order = shuffled(HISTORY, seed);
    const files = seed % 2 ? order.map((record) => [record]) : [order.slice(0, 4), order.slice(4)].flatMap(withoutRepeats);
    for (const records of files) await world.furnish(records);
    expect(await served()).toEqual([
      [202503, 3, 'A1', 1, 'C1_2', 1],
      [202504, 7_000_000, 'A5', 12, 'C10_PLUS', 9],
      [202505, 100_004, 'A2', 2, 'C1_2', 2],
    ]);
  });
});

/** Puts the second delivery of a record into a file of its own. */
function withoutRepeats(records: readonly RawRecord[]): RawRecord[][] {
  const key = ({ entity, loanNo, month }: RawRecord): string => JSON.stringify([entity, loanNo, month]);
  const first = records.filter((record, index) => records.findIndex((other) => key(other) === key(record)) === index);
  return [first, records.filter((record) => !first.includes(record))];
}
