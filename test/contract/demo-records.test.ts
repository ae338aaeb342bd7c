import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { toEpochDay } from '../../src/core/credit/calendar';
import { demoRecords } from '../../src/demo-records';
import { forEachDatabase } from '../support/databases';
import { aFurnishing } from '../support/furnishing';

forEachDatabase('the demo records', (open) => {
  it.each(['2026-02-10', '2024-03-01', '2025-12-31'])(
    'are taken on %s, and what they say of a month is what its loans come to',
    async (today) => {
      const world = await aFurnishing(await open());
      const todayDay = toEpochDay(today);
      const file = path.join(world.folder, 'demo.ndjson');
      writeFileSync(file, demoRecords(todayDay));
      expect(await world.run([file], { todayDay })).toMatchObject([{ rejected: 0, unchanged: 0 }]);
      const others =
        await world.rows(`SELECT account_id, month FROM monthly_summary WHERE borrowed_amount_minor <> furnished_borrowed_amount_minor
        OR loan_count <> furnished_loan_count OR loan_days <> furnished_loan_days OR loan_count IS NULL`);
      expect(others).toEqual([]);
      const [disputed] = await world.rows(
        "SELECT m.repayment_status FROM dispute d JOIN monthly_summary m ON m.borrower_ref = d.borrower_ref AND m.account_id = d.account_id AND m.month = d.month WHERE d.dispute_no = 'demo-liu-dispute'",
      );
      expect(disputed).toEqual({ repayment_status: '1' });
      expect([await world.count('inquiry'), await world.count('dispute'), await world.count('statement')]).toEqual([4, 3, 3]);
      const [balances] = await world.rows(`SELECT COUNT(*) AS n FROM monthly_summary m JOIN monthly_summary b
        ON b.borrower_ref = m.borrower_ref AND b.account_id = m.account_id AND b.month = m.month - 1
        WHERE m.balance_minor <> b.balance_minor + m.borrowed_amount_minor - m.principal_repaid_minor`);
      expect(Number(balances?.['n'])).toBe(0);
      world.remove();
    },
  );
});
