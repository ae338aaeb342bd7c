import type { FurnishResult } from '../../src/app/credit/furnish-records';
import { toEpochDay } from '../../src/core/credit/calendar';
import { type FurnishedRecord, parseFurnishedRecord } from '../../src/core/credit/furnished-record';
import { forEachDatabase } from '../support/databases';
import { aBorrower, aFurnishing, aMonth, anAccount, type Furnishing, type RawRecord, TODAY } from '../support/furnishing';

const parsed = (raw: RawRecord): FurnishedRecord => {
  const context = { todayDay: toEpochDay(TODAY), retention: 'FROM_TODAY', notation: 'JSON' } as const;
  const result = parseFurnishedRecord(String(raw['entity']), raw, context);
  if ('faults' in result) throw new Error('a bad record');
  return result.record;
};
const counts = ({ accepted, unchanged, rejected }: FurnishResult): number[] => [accepted, unchanged, rejected];

forEachDatabase('furnishing records', (open) => {
  let world: Furnishing;
  beforeEach(async () => {
    world = await aFurnishing(await open(), ['ant', 'jd']);
  });
  afterEach(() => world.remove());
  const codes = (result: FurnishResult): string[] =>
    world.rejects(result).map(({ line, key, code, field }) => `${line} ${key ?? '-'} ${code} ${field ?? '-'}`);

  it('stores records with their rungs, and finds them unchanged the second time', async () => {
    const records = [
      aBorrower('c1', {
        idType: 'PASSPORT',
        idNumber: 'E12345678',
        fullName: '王小明',
        dateOfBirth: '1990-05-06',
        mobile: '13800001234',
      }),
      anAccount('a1', 'c1', { creditLimitMinor: 500_000, rawStatus: '2', openedOn: '2020-03-04', liabilityRole: 'JOINT' }),
      aMonth('a1', '2026-01', { borrowedAmountMinor: 0, loanCount: 3, loanDays: 2, repaymentStatus: '1' }),
    ];
    expect(counts(await world.furnish(records))).toEqual([3, 0, 0]);
    expect(counts(await world.furnish(records))).toEqual([0, 3, 0]);
    expect(
      await world.rows('SELECT opened_year, portfolio_type, credit_limit_band, status, joint, revision FROM credit_account'),
    ).toEqual([
      { opened_year: 2020, portfolio_type: 'LINE_OF_CREDIT', credit_limit_band: 'A3', status: 'OVERDUE', joint: 1, revision: 1 },
    ]);
    expect(await world.rows('SELECT month, borrowed_amount_band, loan_count_band, adverse FROM monthly_summary')).toEqual([
      { month: 202601, borrowed_amount_band: 'A0', loan_count_band: 'C3_5', adverse: 1 },
    ]);
    expect(await world.rows('SELECT newest_month FROM platform_progress')).toEqual([{ newest_month: 202601 }]);
    expect(await world.count('record_revision')).toBe(0);
  });

  it('keeps the superseded version as a sealed revision', async () => {
    await world.furnish([
      aBorrower('c1', { fullName: '旧名' }),
      anAccount('a1', 'c1'),
      aMonth('a1', '2025-12', { balanceMinor: 1 }),
    ]);
    const changed = [
      aBorrower('c1', { fullName: '新名' }),
      anAccount('a1', 'c1', { furnisherName: 'B' }),
      aMonth('a1', '2025-12', { balanceMinor: 2, asOf: '2026-02-01' }),
    ];
    expect(counts(await world.furnish(changed))).toEqual([3, 0, 0]);
    const [key] = await world.rows('SELECT borrower_ref, wrapped_key FROM borrower_key');
    const borrowerKey = world.keys.borrowerKey(key?.['borrower_ref'] as Buffer, key?.['wrapped_key'] as Buffer);
    const revisions = await world.rows('SELECT * FROM record_revision ORDER BY entity');
    const opened = revisions.map((row) => {
      const place = {
        table: 'record_revision',
        column: 'content',
        row: `${String(row['entity'])}/${String(row['record_key'])}/${String(row['revision'])}`,
      };
      return JSON.parse(borrowerKey.open(place, row['content'] as Buffer)) as unknown;
    });
    expect(opened).toEqual([
      expect.objectContaining({ furnisherName: null, asOf: '2026-01-31' }),
      expect.objectContaining({ fullName: '旧名' }),
      expect.objectContaining({ balanceMinor: 1, asOf: '2026-01-31' }),
    ]);
    expect(await world.rows('SELECT revision FROM monthly_summary UNION ALL SELECT revision FROM customer')).toEqual([
      { revision: 2 },
      { revision: 2 },
    ]);
    expect(await world.rows('SELECT as_of, balance_minor FROM monthly_summary')).toEqual([
      { as_of: '2026-02-01', balance_minor: 2 },
    ]);
  });

  it('judges the as-of date of other and of equal content', async () => {
    await world.furnish([aBorrower('c1'), anAccount('a1', 'c1'), aMonth('a1', '2025-12', { balanceMinor: 1 })]);
    const month = (balanceMinor: number, asOf: string) => world.furnish([aMonth('a1', '2025-12', { balanceMinor, asOf })]);
    const stale = await month(2, '2026-01-30');
    expect([counts(stale), codes(stale)]).toEqual([[0, 0, 1], ['1 a1/2025-12 STALE asOf']]);
    expect(counts(await month(1, '2026-01-30'))).toEqual([0, 1, 0]);
    expect(counts(await month(1, '2026-02-02'))).toEqual([0, 1, 0]);
    const confirmed = { as_of: '2026-02-02', revision: 1 };
    expect(await world.rows('SELECT as_of, revision FROM monthly_summary')).toEqual([confirmed]);
    expect(await world.count('record_revision')).toBe(0);
    expect(codes(await month(2, '2026-02-01'))).toEqual(['1 a1/2025-12 STALE asOf']);
    expect(counts(await month(2, '2026-02-02'))).toEqual([1, 0, 0]);
    expect(await world.rows('SELECT as_of, revision FROM monthly_summary')).toEqual([{ ...confirmed, revision: 2 }]);
  });

  it('rejects lines one by one and says why, without a personal value', async () => {
    const result = await world.furnish([
      aBorrower('c1'),
      anAccount('a1', 'nobody'),
      aMonth('a0', '2026-01'),
      anAccount('a2', 'c1', { income: 5 }),
      { entity: 'lease', loanNo: '1' },
      anAccount('a3', 'c1', { accountClass: 'R4' }),
      aBorrower('c1', { fullName: '王小明' }),
      aBorrower('c2', { idNumber: 7, fullName: '李四' }),
      anAccount('a4', 'c1', { rawStatus: '99' }),
    ]);
    expect(counts(result)).toEqual([1, 0, 8]);
    expect(codes(result).sort()).toEqual([
      '2 a1 PARENT_MISSING customerId', '3 a0/2026-01 PARENT_MISSING accountNo', '4 a2 FORBIDDEN_FIELD income',
      '5 - UNKNOWN_ENTITY entity', '6 a3 INCONSISTENT accountClass', '7 c1 DUPLICATE_IN_FILE customerId',
      '8 c2 BAD_TYPE idNumber', '9 a4 BAD_CODE rawStatus',
    ]); // prettier-ignore
    expect(JSON.stringify(world.rejects(result))).not.toMatch(/王小明|李四/);
    expect([await world.count('customer'), await world.count('credit_account')]).toEqual([1, 0]);
  });

  it('rejects what is past retention, except of a data set', async () => {
    const month = aMonth('a1', '2019-05', { repaymentStatus: '3', adverseEndedOn: '2019-06-01' });
    const result = await world.furnish([aBorrower('c1'), anAccount('a1', 'c1'), month]);
    expect(codes(result)).toEqual(['3 a1/2019-05 RETENTION_ENDED adverseEndedOn']);
    await world.institutions.add({
      institutionId: 'old',
      kind: 'PLATFORM',
      legalName: 'old',
      contact: null,
      purposes: [],
      historical: true,
    });
    expect(counts(await world.furnish([aBorrower('c1'), anAccount('a1', 'c1'), month], { platformId: 'old' }))).toEqual([
      3, 0, 0,
    ]);
  });

  it('takes files without a line for what they are, however many', async () => {
    const files = [world.write('none', []), world.write('some', [aBorrower('e1')]), world.write('none-either', [])];
    expect((await world.run(files)).map(counts)).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('finds a parent that comes later in the run, in the same file or another', async () => {
    const reversed = [aMonth('a1', '2026-01'), anAccount('a1', 'c1'), aMonth('a9', '2026-01'), aBorrower('c1')];
    const result = await world.furnish(reversed);
    expect([counts(result), codes(result)]).toEqual([[3, 0, 1], ['3 a9/2026-01 PARENT_MISSING accountNo']]);
    const files = [
      world.write('months', [aMonth('b1', '2026-01'), aMonth('b1', '2025-12')]),
      world.write('accounts', [anAccount('b1', 'd1')]),
      world.write('borrowers', [aBorrower('d1')]),
    ];
    expect((await world.run(files)).map(counts)).toEqual([[2, 0, 0], [1, 0, 0], [1, 0, 0]]);
    expect((await world.run(files)).map(counts)).toEqual([[0, 2, 0], [0, 1, 0], [0, 1, 0]]);
  }); // prettier-ignore

  it('stores a line wholly or not at all', async () => {
    const key = { platformId: 'ant', format: 'test', fileHash: Buffer.alloc(32, 1) };
    const from = await world.store.beginRun(key);
    const verdicts: string[] = [];
    await world.furnish([aBorrower('owner'), anAccount('a1', 'owner')]);
    const lines = [[aBorrower('x'), anAccount('a1', 'x')].map(parsed), [aBorrower('y'), anAccount('a2', 'y')].map(parsed)];
    await world.store.furnish(key, from, lines, (judged) => {
      verdicts.push(...judged.map(({ kind }) => kind));
      return { ...from, linesDone: 2, accepted: 1, rejected: 1 };
    });
    expect(verdicts).toEqual(['rejected', 'accepted']);
    expect(await world.rows('SELECT customer_id FROM customer ORDER BY customer_id')).toEqual([
      { customer_id: 'owner' },
      { customer_id: 'y' },
    ]);
    expect([await world.count('borrower_key'), await world.count('identity_lookup')]).toEqual([2, 2]);
  });

  it('keeps codes that differ only by case apart, and 4-byte characters whole', async () => {
    const records = ['c', 'C', 'ç', '客户😀'].flatMap((id) => [
      aBorrower(id, { residenceCity: '𠮷野家😀' }),
      anAccount(id, id, { furnisherName: `${id}𠮷😀` }),
    ]);
    expect(counts(await world.furnish(records))).toEqual([8, 0, 0]);
    expect(counts(await world.furnish(records))).toEqual([0, 8, 0]);
    const names = await world.rows('SELECT account_no, furnisher_name FROM credit_account');
    expect(new Set(names.map((row) => `${String(row['account_no'])} ${String(row['furnisher_name'])}`))).toEqual(
      new Set(['c c𠮷😀', 'C C𠮷😀', 'ç ç𠮷😀', '客户😀 客户😀𠮷😀']),
    );
  });

  it('keeps money exact to the last unit', async () => {
    const [most, least] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    await world.furnish([
      aBorrower('c1'),
      anAccount('a1', 'c1', { creditLimitMinor: most }),
      aMonth('a1', '2026-01', { balanceMinor: least, adjustmentMinor: most }),
    ]);
    expect(await world.rows('SELECT balance_minor, adjustment_minor FROM monthly_summary')).toEqual([
      { balance_minor: least, adjustment_minor: most },
    ]);
    expect(await world.rows('SELECT credit_limit_minor FROM credit_account')).toEqual([{ credit_limit_minor: most }]);
  });

  it('stores nothing of a person in plain text', async () => {
    const person = { idType: 'RESIDENT_ID_CARD', idNumber: '11010519491231002X', fullName: 'Wang Xiaoming', dateOfBirth: '1949-12-31',
      mobile: '13912345678', residenceCity: 'Hangzhou', residenceAddress: 'Wensan Road 1', guardianCustomerId: 'guardian-7' }; // prettier-ignore
    await world.furnish([aBorrower('c1', person)]);
    await world.furnish([aBorrower('c1', { ...person, mobile: '13912345679' })]);
    const stored = [...(await world.rows('SELECT * FROM customer')), ...(await world.rows('SELECT * FROM record_revision'))];
    const bytes = Buffer.concat(
      stored.flatMap((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value))))),
    );
    for (const secret of Object.values(person)) expect(bytes.includes(secret)).toBe(false);
    expect(bytes.includes('002X')).toBe(false);
  });

  it('refuses an account that changes hands or currency', async () => {
    await world.furnish([aBorrower('c1'), aBorrower('c2'), anAccount('a1', 'c1')]);
    const handed = await world.furnish([anAccount('a1', 'c2')]);
    const changed = await world.furnish([anAccount('a1', 'c1', { currency: 'TWD' })]);
    expect([...codes(handed), ...codes(changed)]).toEqual(['1 a1 INCONSISTENT customerId', '1 a1 INCONSISTENT currency']);
  });

  it.each([
    ['nobody', {}, 'NOT_FOUND'],
    ['bank', {}, 'FORBIDDEN'],
    ['ant', { format: 'uci-credit-card', production: true }, 'FORBIDDEN'],
  ] as const)('refuses %s with %o', async (platformId, more, code) => {
    await world.institutions.add({
      institutionId: 'bank',
      kind: 'BANK',
      legalName: 'b',
      contact: null,
      purposes: [],
      historical: false,
    });
    await expect(world.furnish([aBorrower('c1')], { platformId, ...more })).rejects.toMatchObject({ code });
  });
});
