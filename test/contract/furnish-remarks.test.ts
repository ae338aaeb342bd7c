import type { FurnishResult } from '../../src/app/credit/furnish-records';
import { forEachDatabase } from '../support/databases';
import {
  aBorrower,
  aDispute,
  aFurnishing,
  aLoan,
  aMonth,
  anAccount,
  anInquiry,
  aRepayment,
  aStatement,
  type Furnishing,
  type RawRecord,
} from '../support/furnishing';

const counts = ({ accepted, unchanged, rejected }: FurnishResult): number[] => [accepted, unchanged, rejected];
const OPEN = { outcome: 'OPEN', answered_on: null };
const about = (targetEntity: string, targetKey: string, targetField: string): RawRecord => ({
  targetEntity,
  targetKey,
  targetField,
});

forEachDatabase('furnishing inquiries, disputes and statements', (open) => {
  let world: Furnishing;
  beforeEach(async () => {
    world = await aFurnishing(await open());
    await world.furnish([
      aBorrower('c1'), aBorrower('c2'), anAccount('a1', 'c1'), anAccount('a2', 'c2'), aMonth('a1', '2025-03'), aLoan('l1', 'a1'),
      aRepayment('l1', 3), anInquiry('i1', 'c1'), anInquiry('i2', 'c2'),
    ]);
  }); // prettier-ignore
  afterEach(() => world.remove());
  const codesOf = async (...records: RawRecord[]): Promise<string[]> =>
    world
      .rejects(await world.furnish(records))
      .map(({ line, key, code, field }) => `${line} ${key ?? '-'} ${code} ${field ?? '-'}`);

  const DISPUTES = [
    aDispute('d1', 'c1'),
    aDispute('d2', 'c1', about('monthlySummary', 'a1/2025-03', 'MonthlySummary.repaymentStatus')),
    aDispute('d3', 'c1', about('loan', 'l1', 'Loan.loanStatus')),
    aDispute('d4', 'c1', { ...about('repayment', 'l1/3', 'Repayment.paidOn'), answeredOn: '2026-01-31', outcome: 'UNVERIFIABLE_NOTED' }),
    aDispute('d5', 'c1', about('borrower', 'c1', 'Identity.fullName')),
    aDispute('d6', 'c1', { ...about('inquiry', 'i1', 'Inquiry.reason'), outcome: 'OPEN' }),
  ]; // prettier-ignore

  it('stores what a dispute is about, and finds it unchanged the second time', async () => {
    expect(counts(await world.furnish(DISPUTES))).toEqual([6, 0, 0]);
    expect(counts(await world.furnish(DISPUTES.map((raw) => ({ outcome: 'OPEN', ...raw }))))).toEqual([0, 6, 0]);
    const [account] = await world.rows("SELECT account_id FROM credit_account WHERE account_no = 'a1'");
    const [loan] = await world.rows('SELECT loan_id FROM loan');
    const place = { account_id: account?.['account_id'], month: null, loan_id: null, instalment_no: null };
    const nowhere = { ...place, account_id: null };
    expect(await world.rows('SELECT dispute_no, outcome, answered_on, account_id, month, loan_id, instalment_no FROM dispute ORDER BY dispute_no')).toEqual([
      { dispute_no: 'd1', ...OPEN, ...place },
      { dispute_no: 'd2', ...OPEN, ...place, month: 202503 },
      { dispute_no: 'd3', ...OPEN, ...place, loan_id: loan?.['loan_id'] },
      { dispute_no: 'd4', outcome: 'UNVERIFIABLE_NOTED', answered_on: '2026-01-31', ...place, loan_id: loan?.['loan_id'], instalment_no: 3 },
      { dispute_no: 'd5', ...OPEN, ...nowhere },
      { dispute_no: 'd6', ...OPEN, ...nowhere },
    ]);
    expect(await world.rows("SELECT received_on, answer_due_on FROM dispute WHERE dispute_no = 'd1'")).toEqual([
      { received_on: '2026-01-15', answer_due_on: '2026-02-04' },
    ]);
  }); // prettier-ignore

  it('refuses what is about nothing stored, or about somebody else', async () => {
    expect(
      await codesOf(
        aDispute('e1', 'c2'), aDispute('e2', 'c1', about('account', 'a9', 'CreditAccount.status')),
        aDispute('e3', 'c1', about('monthlySummary', 'a1/2025-04', 'MonthlySummary.balance')),
        aDispute('e4', 'c2', about('loan', 'l1', 'Loan.principal')), aDispute('e5', 'c1', about('repayment', 'l1/4', 'Repayment.dueOn')),
        aDispute('e6', 'c1', about('borrower', 'c2', 'Identity.fullName')), aDispute('e7', 'c1', about('inquiry', 'i2', 'Inquiry.reason')),
        aDispute('e8', 'c9'), aDispute('e9', 'c1', about('account', 'a1', 'CreditAccount.fundingShares')),
        aStatement('s1', 'c2', { targetEntity: 'account', targetKey: 'a1' }), aStatement('s2', 'c9'), anInquiry('i3', 'c9'),
        anInquiry('i4', 'c1', { inquiredOn: '2024-02-10' }), anInquiry('i5', 'c1'), anInquiry('i5', 'c1'),
      ),
    ).toEqual([
      '1 e1 INCONSISTENT targetKey', '4 e4 INCONSISTENT targetKey', '6 e6 INCONSISTENT targetKey', '7 e7 INCONSISTENT targetKey',
      '9 e9 BAD_CODE targetField', '10 s1 INCONSISTENT targetKey', '13 i4 RETENTION_ENDED inquiredOn', '15 i5 DUPLICATE_IN_FILE inquiryNo',
      '12 i3 PARENT_MISSING customerId', '2 e2 PARENT_MISSING targetKey', '3 e3 PARENT_MISSING targetKey', '5 e5 PARENT_MISSING targetKey',
      '8 e8 PARENT_MISSING customerId', '11 s2 PARENT_MISSING customerId',
    ]);
  }); // prettier-ignore

  it('revises them, keeps what was before, and never hands them to another customer', async () => {
    const text = '更正：已于一月还清。';
    await world.furnish([DISPUTES[0] ?? {}, aStatement('s1', 'c1', { targetEntity: 'loan', targetKey: 'l1' })]);
    const answered = { answeredOn: '2026-02-01', outcome: 'CORRECTED', asOf: '2026-02-01' };
    const revised = [aDispute('d1', 'c1', answered), aStatement('s1', 'c1', { text, asOf: '2026-02-01' }), anInquiry('i1', 'c1', { reason: '01', asOf: '2026-02-01' })];
    expect(counts(await world.furnish(revised))).toEqual([3, 0, 0]);
    expect(await codesOf(aDispute('d1', 'c1'), aStatement('s1', 'c1'), anInquiry('i1', 'c1'))).toEqual([
      '1 d1 STALE asOf', '2 s1 STALE asOf', '3 i1 STALE asOf',
    ]);
    const foreign = { asOf: '2026-02-02' };
    expect(await codesOf(aDispute('d1', 'c2', foreign), aStatement('s1', 'c2', foreign), anInquiry('i1', 'c2', foreign))).toEqual([
      '1 d1 INCONSISTENT customerId', '2 s1 INCONSISTENT customerId', '3 i1 INCONSISTENT customerId',
    ]);
    expect(await world.rows('SELECT entity, revision FROM record_revision ORDER BY entity')).toEqual(
      ['dispute', 'inquiry', 'statement'].map((entity) => ({ entity, revision: 1 })),
    );
    expect(await world.rows('SELECT text, loan_id, revision FROM statement')).toEqual([{ text, loan_id: null, revision: 2 }]);
    expect(await world.rows("SELECT is_hard FROM inquiry WHERE inquiry_no IN ('i1', 'i2') ORDER BY inquiry_no")).toEqual([{ is_hard: 0 }, { is_hard: 1 }]);
  }); // prettier-ignore

  it('reads each of them from CSV', async () => {
    const files = [
      world.writeCsv('inquiries.csv', [anInquiry('i1', 'c1'), anInquiry('i7', 'c1')]),
      world.writeCsv('disputes.csv', DISPUTES.slice(0, 3)),
      world.writeCsv('statements.csv', [aStatement('s1', 'c1', { text: 'He said "no", twice' })]),
    ];
    const format = 'canonical-csv';
    expect((await world.run(files, { format })).map(counts)).toEqual([[1, 1, 0], [3, 0, 0], [1, 0, 0]]);
    expect((await world.run(files, { format })).map(counts)).toEqual([[0, 2, 0], [0, 3, 0], [0, 1, 0]]);
  }); // prettier-ignore

  it('writes no words of a person and no name of an institution into the rejects', async () => {
    const [words, name] = ['我的声明秘密', '秘密银行'];
    const result = await world.furnish([
      aStatement('s1', 'c9', { text: words }), aStatement('s2', 'c1', { text: `${words}\u0007` }), aStatement('s3', 'c1', { text: words, [words]: 1 }),
      anInquiry('i9', 'c9', { institutionName: name }), anInquiry('i8', 'c1', { institutionName: name, reason: name }),
      aDispute('d9', 'c1', { targetKey: words, targetField: words, outcome: words }),
    ]); // prettier-ignore
    expect(counts(result)).toEqual([0, 0, 6]);
    expect(JSON.stringify(world.rejects(result))).not.toMatch(/秘密/);
  });

  it('finds parents, grandparents and targets that come later in the run, in one file or another', async () => {
    const reversed = [
      aStatement('t1', 'z1', { targetEntity: 'inquiry', targetKey: 'zi' }),
      aDispute('z1', 'z1', about('repayment', 'z1/1', 'Repayment.paidOn')), aDispute('z2', 'z1', about('monthlySummary', 'z1/2025-03', 'MonthlySummary.balance')),
      aRepayment('z1', 1), aRepayment('z9', 1), aLoan('z1', 'z1'), aMonth('z1', '2025-03'), anInquiry('zi', 'z1'), anAccount('z1', 'z1'), aBorrower('z1'),
    ]; // prettier-ignore
    const result = await world.furnish(reversed);
    expect([counts(result), world.rejects(result).map(({ line, code }) => `${line} ${code}`)]).toEqual([[9, 0, 1], ['5 PARENT_MISSING']]);
    expect(await world.rows('SELECT loan_count FROM monthly_summary WHERE loan_count IS NOT NULL ORDER BY loan_count')).toHaveLength(2);
    const files = reversed.filter((_, index) => index !== 4).map((record, index) => world.write(`part-${index}`, [renamed(record)]));
    expect((await world.run(files)).map(counts)).toEqual(files.map(() => [1, 0, 0]));
    expect((await world.run(files)).map(counts)).toEqual(files.map(() => [0, 1, 0]));
  }); // prettier-ignore
});

/** The same records under other numbers. */
function renamed(record: RawRecord): RawRecord {
  return JSON.parse(JSON.stringify(record).replace(/"z/g, '"y').replace('"t1"', '"u1"')) as RawRecord;
}
