import { DataSource } from 'typeorm';
import { toDataSourceOptions } from '../../src/db/data-source-options';
import { driftOf, migrate, pendingMigrations, revertLast } from '../../src/db/migrate';
import { MIGRATIONS } from '../../src/db/migrations';
import { forEachDatabase, type TestDatabase } from '../support/databases';
import {
  aBorrower,
  aDispute,
  aFurnishing,
  aLoan,
  aMonth,
  anAccount,
  anInquiry,
  aStatement,
  type Furnishing,
} from '../support/furnishing';

const CREDIT_RECORDS = 'CreateCreditRecords1764200000000';
const sourceOf = ({ location }: TestDatabase): DataSource => new DataSource(toDataSourceOptions(location, MIGRATIONS));

/** Undoes migrations until that of the credit records is undone too. */
async function revertCreditRecords(db: TestDatabase): Promise<void> {
  while (!(await pendingMigrations(sourceOf(db))).includes(CREDIT_RECORDS)) await revertLast(sourceOf(db));
}

forEachDatabase('the migration to single loans', (open) => {
  let db: TestDatabase;
  let world: Furnishing;
  beforeEach(async () => {
    db = await open();
    world = await aFurnishing(db);
  });
  afterEach(() => world.remove());
  const RECORDS = [
    aBorrower('c1'),
    anAccount('a1', 'c1'),
    anAccount('a2', 'c1', { rawStatus: '4', closedOn: '2025-05-05' }),
    anAccount('a3', 'c1', { rawStatus: '3', fiveTierClass: 'DOUBTFUL', closedOn: '2025-06-06' }),
    anAccount('a4', 'c1', { rawStatus: '3', fiveTierClass: 'NORMAL', closedOn: '2025-07-07' }),
    aMonth('a1', '2025-03', { borrowedAmountMinor: 5, loanCount: 2, loanDays: 1 }),
    aMonth('a1', '2025-04'),
  ];
  const months = () =>
    world.rows('SELECT furnished_borrowed_amount_minor, furnished_loan_count, furnished_loan_days, borrowed_amount_minor, loan_count, loan_days FROM monthly_summary ORDER BY month'); // prettier-ignore
  const ended = async () =>
    (await world.rows('SELECT adverse_ended_on FROM credit_account ORDER BY account_no')).map((row) => row['adverse_ended_on']);

  it('keeps what was furnished as such, so that the same records are found unchanged', async () => {
    await world.furnish(RECORDS);
    const before = [await months(), await ended()];
    await revertCreditRecords(db);
    expect(await world.rows('SELECT borrowed_amount_minor, loan_count, loan_days FROM monthly_summary ORDER BY month')).toEqual([
      { borrowed_amount_minor: 5, loan_count: 2, loan_days: 1 },
      { borrowed_amount_minor: null, loan_count: null, loan_days: null },
    ]);
    expect((await migrate(sourceOf(db)))[0]).toBe(CREDIT_RECORDS);
    expect(await driftOf(sourceOf(db))).toEqual([]);
    expect([await months(), await ended()]).toEqual(before);
    expect(before[1]).toEqual([null, '2025-05-05', '2025-06-06', null]);
    const { accepted, unchanged } = await world.furnish(RECORDS);
    expect([accepted, unchanged]).toEqual([0, RECORDS.length]);
  });

  it.each([
    ['loan', aLoan('l1', 'a1')],
    ['inquiry', anInquiry('i1', 'c1')],
    ['dispute', aDispute('d1', 'c1')],
    ['statement', aStatement('s1', 'c1')],
  ] as const)('is not undone once there is a %s', async (table, record) => {
    await world.furnish([...RECORDS, record]);
    await expect(revertCreditRecords(db)).rejects.toThrow(`${table} holds records`);
    expect([await world.count(table), (await pendingMigrations(sourceOf(db))).includes(CREDIT_RECORDS)]).toEqual([1, false]);
  });
});
