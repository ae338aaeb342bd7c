import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { forEachDatabase, type OpenTestDatabase } from '../support/databases';
import { aBorrower, aFurnishing, type Furnishing } from '../support/furnishing';

const REAL_FILE = path.join(__dirname, '../../../shared/data/uci_credit_card.csv.gz');
const HEADER =
  'ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,BILL_AMT5,BILL_AMT6,' +
  'PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month';
const SAMPLE = `${HEADER}
1,20000,2,2,1,24,2,2,-1,-1,-2,-2,3913,3102,689,0,0,0,0,689,0,0,0,0,1
2,1e+05,2,2,2,26,-1,2,0,0,0,8,100001,-5,2682,3272,3455,3261,0,1000,1000,1000,0,2e+03,1
3,oops,2,2,2,34,0,0,0,0,0,0,29239,14027,13559,14331,14948,15549,1518,1500,1000,1000,1000,5000,0
`;

async function statusTotals(world: Furnishing): Promise<Record<string, number>> {
  const rows = await world.rows('SELECT repayment_status, COUNT(*) AS n FROM monthly_summary GROUP BY repayment_status');
  return Object.fromEntries(rows.map((row) => [String(row['repayment_status']), Number(row['n'])]));
}

forEachDatabase('a file in the layout of the UCI data set', (open) => {
  it('makes an empty platform a data set and is found unchanged the second time', async () => {
    const world = await aFurnishing(await open());
    const file = path.join(world.folder, 'sample.csv');
    writeFileSync(file, SAMPLE);
    const run = () => world.run([file], { format: 'uci-credit-card' });
    expect(await run()).toMatchObject([{ accepted: 2, unchanged: 0, rejected: 1 }]);
    expect(await run()).toMatchObject([{ accepted: 0, unchanged: 2, rejected: 1 }]);
    expect(await world.institutions.find('ant')).toMatchObject({ historical: true, version: 2 });
    expect(await statusTotals(world)).toEqual({ '*': 2, N: 6, 2: 3, 7: 1 });
    expect(await world.rows('SELECT newest_month FROM platform_progress')).toEqual([{ newest_month: 200509 }]);
    expect(await world.rows('SELECT credit_limit_minor, over_limit_allowed FROM credit_account ORDER BY account_no')).toEqual([
      { credit_limit_minor: 2_000_000, over_limit_allowed: null },
      { credit_limit_minor: 10_000_000, over_limit_allowed: 1 },
    ]);
    world.remove();
  });

  it('is refused by a platform of living people, and a wrong file changes nothing', async () => {
    const world = await aFurnishing(await open(), ['ant', 'jd']);
    const file = path.join(world.folder, 'sample.csv');
    writeFileSync(file, SAMPLE);
    await world.furnish([aBorrower('c1')]);
    await expect(world.run([file], { format: 'uci-credit-card' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const wrong = world.write('wrong.csv', [aBorrower('c1')]);
    await expect(world.run([wrong], { format: 'uci-credit-card', platformId: 'jd' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(await world.institutions.find('jd')).toMatchObject({ historical: false, version: 1 });
    world.remove();
  });
});

function realFileSuite(open: OpenTestDatabase): void {
  it('agrees with the check numbers, and a second run finds every client unchanged', async () => {
    const world = await aFurnishing(await open());
    const run = () => world.run([REAL_FILE], { format: 'uci-credit-card' });
    expect(await run()).toMatchObject([{ accepted: 30_000, unchanged: 0, rejected: 0, rejectsFile: null }]);
    expect(await statusTotals(world)).toEqual({
      N: 130_559,
      '*': 24_415,
      1: 3_722,
      2: 18_964,
      3: 1_430,
      4: 453,
      5: 137,
      6: 74,
      7: 246,
    });
    expect([await world.count('customer'), await world.count('credit_account'), await world.count('monthly_summary')]).toEqual([
      30_000, 30_000, 180_000,
    ]);
    const [sum] = await world.rows('SELECT SUM(credit_limit_minor) AS total FROM credit_account');
    expect(Number(sum?.['total'])).toBe(502_452_968_000);
    const [september] = await world.rows(
      "SELECT COUNT(*) AS n FROM monthly_summary WHERE month = 200509 AND repayment_status = '1'",
    );
    expect(Number(september?.['n'])).toBe(3_688);
    const [unknown] = await world.rows(
      'SELECT COUNT(loan_count) + COUNT(borrowed_amount_minor) + COUNT(days_past_due_month_end) + COUNT(past_due_amount_minor) AS n FROM monthly_summary',
    );
    expect(Number(unknown?.['n'])).toBe(0);
    expect(await run()).toMatchObject([{ accepted: 0, unchanged: 30_000, rejected: 0 }]);
    world.remove();
  });
}
if (existsSync(REAL_FILE)) forEachDatabase('the UCI data set', realFileSuite);
