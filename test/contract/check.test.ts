import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { checkRecords, type CheckCounts, type Violation } from '../../src/app/credit/check-records';
import { addCheckCommand } from '../../src/cli/check';
import { toEpochDay } from '../../src/core/credit/calendar';
import { INVARIANTS } from '../../src/core/credit/record-rules';
import { createCheckReader } from '../../src/db/check-reader';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { aBorrower, aFurnishing, aMonth, anAccount, type Furnishing, type RawRecord, TODAY } from '../support/furnishing';
import { createSqlSpy } from '../support/sql-spy';
import { storedRecords, type StoredRecords } from '../support/stored-records';

forEachDatabase('reconciliation of the stored records', (open) => {
  let world: Furnishing;
  let stored: StoredRecords;
  const said = heardFromCommands();
  beforeEach(async () => {
    world = await aFurnishing(await open(), ['ant', 'jd']);
    stored = storedRecords(world.database, world.keys);
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse(`${TODAY}T12:00:00+08:00`));
  });
  afterEach(() => {
    world.remove();
  });

  async function command(...words: string[]): Promise<number> {
    const program = new Command().exitOverride();
    const adapters = {
      institutions: world.institutions,
      checks: createCheckReader(world.database, { pageDisputes: 1 }),
      close: () => Promise.resolve(),
    };
    addCheckCommand(program, () => Promise.resolve(adapters));
    said.length = 0;
    await program.parseAsync(['check', ...words], { from: 'user' });
    return Number(process.exitCode ?? 0);
  }
  async function check(pageBorrowers = 100, platformId: string | null = null) {
    const violations: Violation[] = [];
    const shares: number[] = [];
    const counts = await checkRecords(
      { institutions: world.institutions, checks: createCheckReader(world.database, { pageBorrowers }) },
      {
        platformId,
        todayDay: toEpochDay(TODAY),
        onViolation: (violation) => violations.push(violation),
        onProgress: (share) => shares.push(share),
      },
    );
    return { counts, violations, shares };
  }
  const numbers = (counts: CheckCounts): string =>
    INVARIANTS.map((name) => `${name}:${Object.values(counts[name]).join('/')}`).join(' ');

  /** An account with three months and every field that the invariants read, all in order. */
  const SOUND: readonly RawRecord[] = [
    aBorrower('c1'),
    anAccount('a1', 'c1', {
      rawStatus: '1', openedOn: '2025-11-10', creditLimitMinor: 1_000, overLimitAllowed: false,
      fundingShares: [{ institution: 'one', shareBp: 4_000 }, { institution: 'two', shareBp: 6_000 }],
    }),
    ...['2025-11', '2025-12', '2026-01'].map((month, index) =>
      aMonth('a1', month, {
        borrowedAmountMinor: 100, loanCount: 1, loanDays: 1, balanceMinor: 100 + index * 60, principalRepaidMinor: 40, usedLimitMinor: 100 + index * 60,
        pastDueAmountMinor: 0, pastDuePrincipal31To60Minor: 0, pastDuePrincipal61To90Minor: 0, pastDuePrincipal91To180Minor: 0,
        pastDuePrincipalOver180Minor: 0, repaymentStatus: 'N', daysPastDueMonthEnd: 0,
      })),
  ]; // prettier-ignore

  it('finds nothing in a sound history, and counts what it could check', async () => {
    await world.furnish(SOUND);
    for (const [index, day] of ['2025-11-10', '2025-12-01', '2026-01-31'].entries()) {
      const loanNo = `l${String(index)}`;
      await stored.loan('a1', loanNo, { drawn_on: day, drawn_month: Number(day.slice(0, 7).replace('-', '')), settled_on: day });
      await stored.repayment('a1', loanNo, 1, { due_on: day, paid_amount_minor: 50 });
    }
    const { counts, violations, shares } = await check();
    expect(violations).toEqual([]);
    expect(numbers(counts)).toBe(
      'V1:3/0/0 V2:2/1/0 V3:3/0/0 V4:3/0/0 V5:1/0/0 V6:1/2/0 V7:1/0/0 V8:1/0/0 V9:7/3/0 V10:3/0/0 V11:3/0/0 V12:1/0/0',
    );
    expect(shares).toEqual([1]);
    expect(await command()).toBe(0);
    expect(said).toHaveLength(1);
  });

  const BROKEN: readonly RawRecord[] = [
    aBorrower('c1'),
    anAccount('a 1', 'c1', { rawStatus: '2', openedOn: '2025-11-10', creditLimitMinor: 10, overLimitAllowed: false }),
    aMonth('a 1', '2025-10', { repaymentStatus: '1', pastDueAmountMinor: 0, daysPastDueMonthEnd: 31 }),
    aMonth('a 1', '2025-12', { balanceMinor: 1, repaymentStatus: 'N' }),
    aMonth('a 1', '2026-01', {
      borrowedAmountMinor: 150, loanCount: 2, balanceMinor: 2, principalRepaidMinor: 0, usedLimitMinor: 11, pastDueAmountMinor: 1,
      repaymentStatus: 'N', pastDuePrincipal31To60Minor: 2, pastDuePrincipal61To90Minor: 0, pastDuePrincipal91To180Minor: 0,
      pastDuePrincipalOver180Minor: 0,
    }),
  ]; // prettier-ignore

  it('prints each violation with its record and figures, then the disputes that wait, then the counts; exit code 1', async () => {
    await world.furnish(BROKEN);
    await stored.loan('a 1', 'l1', { settled_on: '2026-01-04' });
    await stored.repayment('a 1', 'l1', 1, { due_on: '2026-01-04', paid_amount_minor: 51 });
    await world.database.write(function* () {
      yield { sql: 'UPDATE credit_account SET funding_shares = ?', params: ['[{"institution":"one","shareBp":9999}]'] };
    });
    for (const [disputeNo, due] of [
      ['d1', '2026-02-09'],
      ['d2', '2026-02-10'],
      ['d3', '2026-02-15'],
      ['d4', '2026-02-16'],
    ])
      await stored.dispute('a 1', disputeNo ?? '', { answer_due_on: due ?? '' });
    await stored.dispute('a 1', 'd5', { answered_on: '2026-01-21' });
    expect(await command('--platform', 'ant')).toBe(1);
    const lines = said.flatMap((one) => one.replace(/^log: /, '').split('\n'));
    expect(lines.filter((line) => !line.startsWith('Warning'))).toEqual([
      'V5 account ant "a 1" status=OVERDUE repaymentStatus=N',
      'V7 account ant "a 1" shareBpSum=9999',
      'V9 account ant "a 1" openedOn=2025-11-10 firstMonth=2025-10',
      'V12 account ant "a 1" missingMonths=2025-11',
      'V3 monthlySummary ant "a 1/2025-10" pastDueAmountMinor=0 repaymentStatus=1',
      'V4 monthlySummary ant "a 1/2025-10" repaymentStatus=1 daysPastDueMonthEnd=31',
      'V1 monthlySummary ant "a 1/2026-01" furnished.borrowedAmountMinor=150 served.borrowedAmountMinor=150 loans.borrowedAmountMinor=100 furnished.loanCount=2 served.loanCount=2 loans.loanCount=1',
      'V2 monthlySummary ant "a 1/2026-01" balanceMinor=2 expectedMinor=151',
      'V3 monthlySummary ant "a 1/2026-01" pastDueAmountMinor=1 repaymentStatus=N',
      'V6 monthlySummary ant "a 1/2026-01" usedLimitMinor=11 creditLimitMinor=10',
      'V11 monthlySummary ant "a 1/2026-01" pastDuePrincipalMinor=2 pastDueAmountMinor=1',
      'V9 loan ant l1 drawnOn=2026-01-05 settledOn=2026-01-04',
      'V10 loan ant l1 paidAmountMinor=51 dueAmountMinor=50',
      'V9 repayment ant l1/1 drawnOn=2026-01-05 dueOn=2026-01-04',
      'invariant     checked     skipped    violated  rule',
      "V1                  1           2           1  a month's amount, number and days of loans are those of its single loans",
      'V2                  1           2           1  balance = balance of the month before + borrowed - principal repaid + adjustments',
      'V3                  2           1           2  an amount is past due exactly when the status is 1 to 7 or B',
      'V4                  1           2           1  status and days past due agree: 1 is 1 to 30 days, ... 7 more than 180',
      "V5                  1           0           1  the account's status agrees with its newest month",
      'V6                  1           2           1  more than the limit is used only where the account allows it',
      'V7                  1           0           1  the funding shares sum to 10,000 basis points',
      "V8                  1           0           0  a borrower's totals are the sums over accounts and months",
      'V9                  3           3           3  dates follow each other: opened, drawn, due, settled, closed',
      'V10                 1           0           1  no more is paid on a loan than was due, unless early',
      'V11                 1           2           1  the principal past due is part of the amount past due',
      'V12                 1           0           1  no month is missing between the first and the last',
    ]);
    const target = 'on monthlySummary "a 1/2026-01" MonthlySummary.repaymentStatus: answer due';
    expect(lines.filter((line) => line.startsWith('Warning')).sort()).toEqual([
      `Warning: dispute ant d1 ${target} 2026-02-09, overdue by 1 day`,
      `Warning: dispute ant d2 ${target} 2026-02-10, today`,
      `Warning: dispute ant d3 ${target} 2026-02-15, in 5 days`,
    ]);
  });

  it("tells a month's furnished figures from those of its loans, which are served", async () => {
    const drawn = (loanNo: string, drawnOn: string) => ({
      entity: 'loan', asOf: '2026-01-31', accountNo: 'a1', loanNo, drawnOn, principalMinor: 100,
    }); // prettier-ignore
    await world.furnish([
      aBorrower('c1'), anAccount('a1', 'c1'), drawn('l1', '2026-01-05'), drawn('l2', '2026-01-05'),
      aMonth('a1', '2025-12', { borrowedAmountMinor: 900, loanCount: 9, loanDays: 9 }),
      aMonth('a1', '2026-01', { borrowedAmountMinor: 200, loanCount: 3, loanDays: 2 }),
    ]); // prettier-ignore
    const { counts, violations } = await check();
    expect(counts.V1).toEqual({ checked: 1, skipped: 1, violated: 1 });
    expect(violations).toEqual([
      {
        invariant: 'V1',
        platformId: 'ant',
        record: { entity: 'monthlySummary', key: 'a1/2026-01' },
        figures: { 'furnished.loanCount': 3, 'loans.loanCount': 2, 'furnished.loanDays': 2, 'loans.loanDays': 1 },
      },
    ]);
    expect(counts.V8).toEqual({ checked: 1, skipped: 0, violated: 0 });
  });

  it('reads one platform alone, refuses one that is not registered, and warns without failing', async () => {
    await world.furnish(BROKEN);
    await world.furnish([aBorrower('c1'), anAccount('j1', 'c1')], { platformId: 'jd' });
    await stored.dispute('a 1', 'd1');
    expect(await command('--platform', 'jd')).toBe(0);
    expect(said).toHaveLength(1);
    expect((await check(1, 'ant')).counts.V12).toEqual({ checked: 1, skipped: 0, violated: 1 });
    expect((await check(1)).counts.V12).toEqual({ checked: 1, skipped: 1, violated: 1 });
    expect(await command('--platform', 'nobody')).toBe(2);
    expect(said).toEqual(['error: No platform nobody is registered.']);
  });

  it('holds nobody to a rule of which a term is missing: months of delay say nothing of days', async () => {
    const header =
      'ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,BILL_AMT5,' +
      'BILL_AMT6,PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month';
    const file = path.join(world.folder, 'uci.csv');
    writeFileSync(
      file,
      `${header}\n1,20000,2,2,1,24,2,2,-1,-1,-2,-2,3913,3102,689,0,0,0,0,689,0,0,0,0,1\n2,1e+05,2,2,2,26,-1,2,0,0,0,8,100001,-5,2682,3272,3455,3261,0,1000,1000,1000,0,2e+03,1\n`,
    );
    await world.run([file], { format: 'uci-credit-card' });
    const { counts, violations } = await check();
    expect(violations).toEqual([]);
    expect(numbers(counts)).toBe(
      'V1:0/12/0 V2:0/12/0 V3:0/12/0 V4:0/12/0 V5:0/2/0 V6:1/11/0 V7:0/2/0 V8:0/2/0 V9:0/14/0 V10:0/0/0 V11:0/12/0 V12:2/0/0',
    );
  });

  it('reads pages of whole borrowers by key, each as of one instant, however many there are', async () => {
    const count = 25;
    await world.furnish(
      Array.from({ length: count }, (_, index) => [
        aBorrower(`c${String(index)}`),
        ...['a', 'b'].flatMap((name) => [
          anAccount(`${name}${String(index)}`, `c${String(index)}`),
          aMonth(`${name}${String(index)}`, '2025-11'),
          aMonth(`${name}${String(index)}`, '2026-01'),
        ]),
      ]).flat(),
    );
    const spy = createSqlSpy();
    const reader = createCheckReader(spy.database(world.database), { pageBorrowers: 4 });
    const held: number[] = [];
    const seen = new Set<string>();
    for (let after: Buffer | null = null, more = true; more;) {
      const page = await reader.page(null, after);
      held.push(page.borrowers.length);
      for (const { accounts } of page.borrowers)
        for (const { account, months } of accounts) seen.add(`${account.accountNo} ${String(months.length)}`);
      [after, more] = [page.next, page.next !== null];
    }
    expect(held).toEqual([4, 4, 4, 4, 4, 4, 1]);
    expect(spy.executed).toHaveLength(2 * held.length);
    expect([...seen].filter((one) => one.endsWith(' 2'))).toHaveLength(2 * count);
    const { counts, violations, shares } = await check(4);
    expect(counts.V12).toEqual({ checked: 50, skipped: 0, violated: 50 });
    expect(new Set(violations.map(({ record }) => record.key)).size).toBe(50);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });
});
