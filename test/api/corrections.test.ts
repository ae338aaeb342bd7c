import { listCorrections, type CorrectionCounts, type ShownCorrection } from '../../src/app/credit/list-corrections';
import { openRecordAudit } from '../../src/compose';
import { servedAt } from '../../src/core/credit/served-revision';
import { NOW_MS } from '../support/builders';
import { type Answer, CALLERS, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import { DAY, openWorld, recordsOf, type World } from '../support/world';

const SELECT = 'accounts { product monthlySummaries { month repaymentStatus balance } } summary { worstStatus24m loanCount12m }';
const SCOPES = '*+MonthlySummary.repaymentStatus *+MonthlySummary.balance *+CreditSummary.worstStatus24m *+CreditAccount.product';

/** Credit-record.md, section 13, 6: through the one door, then out of the ledger. */
forEachDatabase('a correction notice', (open) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(open, { furnished: false });
    await world.furnish(
      recordsOf({ months: ['2026-03', '2026-02'], products: ['HUABEI'], month: () => ({ repaymentStatus: '1' }) }),
    );
    for (const recipientId of ['bank-a', 'bank-b']) await world.grant({ recipientId, scopes: SCOPES });
  });
  async function worklist(sinceMs = 0): Promise<CorrectionCounts & { readonly shown: readonly ShownCorrection[] }> {
    const shown: ShownCorrection[] = [];
    const { institutions } = world.stores;
    const { revisions } = openRecordAudit({ database: world.db.database }, world.keys);
    const counts = await listCorrections(
      { institutions, revisions },
      { platformId: 'platform-1', sinceMs, onShown: (one) => shown.push(one) },
    );
    return { ...counts, shown };
  }
  const correct = (month: string, more: Values): Promise<void> =>
    world.furnish(recordsOf({ months: [month], products: ['HUABEI'], month: () => more }).filter((one) => 'month' in one));
  const idOf = ({ extensions }: Answer): string => extensions?.disclosure?.reportId ?? '';

  it('goes to the bank that was shown the old value, and not to the one that asked afterwards', async () => {
    const before = await world.ask({ select: SELECT });
    await world.ask({ select: 'accounts { monthlySummaries { balance } }', as: CALLERS.bankB });
    world.clock.nowMs += DAY;
    await correct('2026-03', { repaymentStatus: 'N' });
    const correctedMs = world.clock.nowMs;
    world.clock.nowMs += DAY;
    const after = await world.ask({ select: SELECT, as: CALLERS.bankB });
    const { shown, ...counts } = await worklist();
    expect(shown).toEqual([
      {
        correction: {
          entity: 'monthlySummary', naturalKey: 'li-HUABEI/2026-03', revision: 1, correctedAtMs: correctedMs,
          asOf: ['2026-04-15', '2026-04-15'], fields: ['repaymentStatus'],
        },
        disclosure: expect.objectContaining({ reportId: idOf(before), recipientId: 'bank-a', decidedAtMs: NOW_MS }),
        shown: ['CreditSummary.worstStatus24m', 'MonthlySummary.repaymentStatus'],
      },
    ]); // prettier-ignore
    expect(counts).toEqual({ corrections: 1, disclosed: 1, byRecipient: new Map([['bank-a', 1]]), erased: 0 });
    expect((await worklist(correctedMs + 1)).shown).toEqual([]);
    expect(JSON.stringify(after.data)).toContain('"repaymentStatus":"N"');
  });

  it('finds in the revisions what the bank was shown', async () => {
    const asked: { readonly atMs: number; readonly status: unknown }[] = [];
    for (const status of ['2', '3', 'N']) {
      const answer = await world.report({ select: SELECT });
      const months = answer.accounts?.[0]?.monthlySummaries;
      asked.push({ atMs: world.clock.nowMs, status: months?.find((one) => one['month'] === '2026-03')?.['repaymentStatus'] });
      world.clock.nowMs += DAY;
      await correct('2026-03', { repaymentStatus: status });
      world.clock.nowMs += DAY;
    }
    const [row] = await world.rows('SELECT borrower_ref, account_id FROM credit_account');
    const recordKey = `${(row?.['account_id'] as Buffer).toString('hex')}/202603`;
    const { revisions } = openRecordAudit({ database: world.db.database }, world.keys);
    const history = await revisions.findHistory({
      borrowerRef: row?.['borrower_ref'] as Buffer,
      entity: 'monthlySummary',
      recordKey,
    });
    expect(asked.map(({ status }) => status)).toEqual(['1', '2', '3']);
    for (const { atMs, status } of asked)
      expect(servedAt(history?.revisions ?? [], atMs)?.values['repaymentStatus']).toBe(status);
    expect((await worklist()).shown.map(({ correction }) => correction.revision)).toEqual([1, 2, 3]);
  });
});
