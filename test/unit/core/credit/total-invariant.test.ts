import { toEpochDay, toMonthIndex } from '../../../../src/core/credit/calendar';
import type { AccountHistory, CheckedMonth } from '../../../../src/core/credit/invariants';
import type { Outcome } from '../../../../src/core/credit/record-rules';
import { checkTotals } from '../../../../src/core/credit/total-invariant';

/** The newest completed month is 2026-03, the oldest of twelve 2025-04. */
const AS_OF = toEpochDay('2026-04-15');

function anAccount(currency: string, served: Readonly<Record<string, Partial<CheckedMonth['served']>>>): AccountHistory {
  const nothing = { borrowedAmountMinor: null, loanCount: null, loanDays: null } as const;
  return {
    account: {
      accountNo: 'a1', customerId: 'c1', product: 'HUABEI', currency, accountClass: 'R1', rawStatus: null, openedOn: null,
      closedOn: null, creditLimitMinor: null, overLimitAllowed: null, fundingShares: null, asOf: '2026-03-31',
    },
    months: Object.entries(served).map(([yearMonth, said]) => ({
      month: toMonthIndex(yearMonth), ...nothing, served: { ...nothing, ...said }, balanceMinor: null, principalRepaidMinor: null,
      adjustmentMinor: null, usedLimitMinor: null, creditLimitMinor: null, pastDueAmountMinor: null,
      pastDuePrincipal31To60Minor: null, pastDuePrincipal61To90Minor: null, pastDuePrincipal91To180Minor: null,
      pastDuePrincipalOver180Minor: null, repaymentStatus: null, daysPastDueMonthEnd: null,
    })),
    loans: [],
  }; // prettier-ignore
}
const outcomeOf = (...accounts: AccountHistory[]): Outcome | undefined => checkTotals('ant', accounts, AS_OF)?.outcome;

describe('V8', () => {
  it('holds for sums over accounts and months of the window, its ends included', () => {
    const first = anAccount('CNY', {
      '2025-03': { borrowedAmountMinor: 1_000 },
      '2025-04': { borrowedAmountMinor: 5, loanCount: 1 },
      '2026-04': { loanCount: 9 },
    });
    expect(outcomeOf(first, anAccount('CNY', { '2026-03': { borrowedAmountMinor: 7, loanCount: 0 } }))).toBe('HOLDS');
    expect(checkTotals('ant', [first], AS_OF)?.record).toEqual({ entity: 'borrower', key: 'c1' });
  });

  it('is skipped where no month of the window has a figure, and without accounts', () => {
    expect(outcomeOf(anAccount('CNY', {}))).toBe('SKIPPED');
    expect(outcomeOf(anAccount('CNY', { '2025-03': { loanCount: 1 }, '2026-04': { loanCount: 1 } }))).toBe('SKIPPED');
    expect(outcomeOf()).toBeUndefined();
  });

  it('has no total across currencies, but one of loans', () => {
    const dollars = anAccount('TWD', { '2026-03': { borrowedAmountMinor: 7 } });
    expect(outcomeOf(anAccount('CNY', { '2026-03': { borrowedAmountMinor: 7 } }), dollars)).toBe('SKIPPED');
    expect(outcomeOf(anAccount('CNY', { '2026-03': { loanCount: 7 } }), dollars)).toBe('HOLDS');
  });

  it('names a total that is not the sum of its months', () => {
    const twice = anAccount('CNY', { '2026-03': { loanCount: Number.MAX_SAFE_INTEGER }, '2026-02': { loanCount: 1 } });
    expect(outcomeOf(twice)).toEqual({ 'total.loanCount': 0, 'accounts.loanCount': 0, 'months.loanCount': 2 ** 53 });
  });
});
