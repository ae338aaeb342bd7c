import { toMonthIndex } from '../../../../src/core/credit/calendar';
import {
  checkAccount,
  type CheckedAccount,
  type CheckedLoan,
  type CheckedMonth,
  type CheckedRepayment,
  type Verdict,
} from '../../../../src/core/credit/invariants';
import { INVARIANT_RULES, INVARIANTS, type Invariant, type Outcome } from '../../../../src/core/credit/record-rules';

const NOTHING = { borrowedAmountMinor: null, loanCount: null, loanDays: null } as const;

function account(more: Partial<CheckedAccount> = {}): CheckedAccount {
  return {
    accountNo: 'a1', customerId: 'c1', product: 'HUABEI', currency: 'CNY', accountClass: 'R1', rawStatus: null, openedOn: null,
    closedOn: null, creditLimitMinor: null, overLimitAllowed: null, fundingShares: null, asOf: '2026-01-31', ...more,
  }; // prettier-ignore
}
/** A month that furnishes nothing but what is told; borrowing is served as furnished unless told otherwise. */
function month(yearMonth: string, more: Partial<CheckedMonth> = {}): CheckedMonth {
  const { borrowedAmountMinor = null, loanCount = null, loanDays = null } = more;
  return {
    month: toMonthIndex(yearMonth), ...NOTHING, served: { borrowedAmountMinor, loanCount, loanDays }, balanceMinor: null,
    principalRepaidMinor: null, adjustmentMinor: null, usedLimitMinor: null, creditLimitMinor: null, pastDueAmountMinor: null,
    pastDuePrincipal31To60Minor: null, pastDuePrincipal61To90Minor: null, pastDuePrincipal91To180Minor: null,
    pastDuePrincipalOver180Minor: null, repaymentStatus: null, daysPastDueMonthEnd: null, ...more,
  }; // prettier-ignore
}
function loan(drawnOn: string, more: Partial<CheckedLoan> = {}): CheckedLoan {
  return { loanNo: `l-${drawnOn}`, drawnOn, principalMinor: 100, settledOn: null, cancelled: null, repayments: [], ...more };
}
function repayment(instalmentNo: number, more: Partial<CheckedRepayment> = {}): CheckedRepayment {
  return { instalmentNo, dueOn: '2026-02-01', dueAmountMinor: 50, paidAmountMinor: 50, kind: null, ...more };
}

interface Furnished {
  readonly account?: Partial<CheckedAccount>;
  readonly months?: readonly CheckedMonth[];
  readonly loans?: readonly CheckedLoan[];
}
function verdicts(invariant: Invariant, { account: terms, months = [], loans = [] }: Furnished): readonly Verdict[] {
  return [...checkAccount({ account: account(terms), months, loans })].filter((verdict) => verdict.invariant === invariant);
}
/** Key of each record with what the invariant says of it. */
function outcomes(invariant: Invariant, furnished: Furnished): Record<string, Outcome> {
  return Object.fromEntries(verdicts(invariant, furnished).map(({ record, outcome }) => [record.key, outcome]));
}
const inMonth = (more: Partial<CheckedMonth>): Furnished => ({ months: [month('2026-01', more)] });
type Row = readonly [title: string, furnished: Furnished, outcome: Outcome];
/** One row a case: what is furnished, and what the invariant says of the record under that key. */
function cases(invariant: Invariant, key: string, rows: readonly Row[]): void {
  it.each(rows)(`${invariant}: %s`, (_title, furnished, outcome) => {
    expect(outcomes(invariant, furnished)[key]).toEqual(outcome);
  });
}

it('states each invariant in words', () => {
  expect(Object.keys(INVARIANT_RULES)).toEqual([...INVARIANTS]);
});

describe('borrowing and balance', () => {
  const two = [loan('2026-01-03'), loan('2026-01-03', { loanNo: 'l2', principalMinor: 50 })];
  const said = { borrowedAmountMinor: 150, loanCount: 2, loanDays: 1 };
  const served = (more: Partial<CheckedMonth['served']>): Partial<CheckedMonth> => ({ served: { ...said, ...more } });
  cases('V1', 'a1/2026-01', [
    ['holds by amount, number and days', { ...inMonth(said), loans: two }, 'HOLDS'],
    ['holds for what is furnished of the three', { ...inMonth({ borrowedAmountMinor: 150 }), loans: two }, 'HOLDS'],
    ['is skipped without loans', inMonth(said), 'SKIPPED'],
    ['is skipped before the first loan', { ...inMonth(said), loans: [loan('2026-02-01')] }, 'SKIPPED'],
    ['is skipped where the month says nothing', { ...inMonth({}), loans: two }, 'SKIPPED'],
    ['leaves cancelled loans out', { ...inMonth(said), loans: [...two, loan('2026-01-04', { loanNo: 'l3', cancelled: true })] }, 'HOLDS'],
    ['counts the last day of the month', { ...inMonth({ loanCount: 1 }), loans: [loan('2026-01-31')] }, 'HOLDS'],
    ['a month after the first loan has none', { ...inMonth({ loanCount: 1 }), loans: [loan('2025-12-31')] }, { 'furnished.loanCount': 1, 'served.loanCount': 1, 'loans.loanCount': 0 }],
    ['another amount', { ...inMonth({ ...said, borrowedAmountMinor: 151, ...served({}) }), loans: two }, { 'furnished.borrowedAmountMinor': 151, 'loans.borrowedAmountMinor': 150 }],
    ['another number', { ...inMonth({ ...said, loanCount: 3, ...served({}) }), loans: two }, { 'furnished.loanCount': 3, 'loans.loanCount': 2 }],
    ['other days', { ...inMonth({ ...said, loanDays: 2, ...served({}) }), loans: two }, { 'furnished.loanDays': 2, 'loans.loanDays': 1 }],
    ['the gateway serves another number', { ...inMonth({ ...said, ...served({ loanCount: 1 }) }), loans: two }, { 'served.loanCount': 1, 'loans.loanCount': 2 }],
  ]); // prettier-ignore

  const after = (before: Partial<CheckedMonth>, now: Partial<CheckedMonth>, first = '2025-12'): Furnished => ({
    months: [month(first, before), month('2026-01', now)],
  });
  const moved = { balanceMinor: 130, borrowedAmountMinor: 50, principalRepaidMinor: 20 };
  cases('V2', 'a1/2026-01', [
    ['holds without an adjustment', after({ balanceMinor: 100 }, moved), 'HOLDS'],
    ['holds with one', after({ balanceMinor: 100 }, { ...moved, balanceMinor: 125, adjustmentMinor: -5 }), 'HOLDS'],
    ['holds for negative balances', after({ balanceMinor: -20 }, { ...moved, balanceMinor: 10 }), 'HOLDS'],
    ['takes the amount that is served', after({ balanceMinor: 100 }, { ...moved, balanceMinor: 90, served: { ...NOTHING, borrowedAmountMinor: 10 } }), 'HOLDS'],
    ['is one off', after({ balanceMinor: 100 }, { ...moved, balanceMinor: 131 }), { balanceMinor: 131, expectedMinor: 130 }],
    ['is skipped across a gap', after({ balanceMinor: 100 }, moved, '2025-11'), 'SKIPPED'],
    ['is skipped in the first month', inMonth(moved), 'SKIPPED'],
    ['is skipped without the balance before', after({}, moved), 'SKIPPED'],
    ['is skipped without the balance', after({ balanceMinor: 100 }, { ...moved, balanceMinor: null }), 'SKIPPED'],
    ['is skipped without the amount borrowed', after({ balanceMinor: 100 }, { ...moved, borrowedAmountMinor: null }), 'SKIPPED'],
    ['is skipped without the principal repaid', after({ balanceMinor: 100 }, { ...moved, principalRepaidMinor: null }), 'SKIPPED'],
  ]); // prettier-ignore
});

describe('status', () => {
  it('V3: holds an amount past due exactly under the codes 1 to 7 and B', () => {
    for (const repaymentStatus of ['N', 'M', '*', 'A', '/', '#', 'C', 'D', 'Z', 'G'] as const) {
      expect(outcomes('V3', inMonth({ repaymentStatus, pastDueAmountMinor: 0 }))['a1/2026-01']).toBe('HOLDS');
      expect(outcomes('V3', inMonth({ repaymentStatus, pastDueAmountMinor: 1 }))['a1/2026-01']).toEqual({ repaymentStatus, pastDueAmountMinor: 1 });
    }
    for (const repaymentStatus of ['1', '2', '3', '4', '5', '6', '7', 'B'] as const) {
      expect(outcomes('V3', inMonth({ repaymentStatus, pastDueAmountMinor: 1 }))['a1/2026-01']).toBe('HOLDS');
      expect(outcomes('V3', inMonth({ repaymentStatus, pastDueAmountMinor: 0 }))['a1/2026-01']).toEqual({ repaymentStatus, pastDueAmountMinor: 0 });
    }
  }); // prettier-ignore
  cases('V3', 'a1/2026-01', [
    ['is skipped without the amount', inMonth({ repaymentStatus: '1' }), 'SKIPPED'],
    ['is skipped without the status', inMonth({ pastDueAmountMinor: 1 }), 'SKIPPED'],
  ]);

  it('V4: gives each code its thirty days, to the day', () => {
    const bounds = [['1', 1, 30], ['2', 31, 60], ['3', 61, 90], ['4', 91, 120], ['5', 121, 150], ['6', 151, 180], ['7', 181, 9_999]] as const; // prettier-ignore
    const agrees = (repaymentStatus: CheckedMonth['repaymentStatus'], daysPastDueMonthEnd: number): boolean =>
      outcomes('V4', inMonth({ repaymentStatus, daysPastDueMonthEnd }))['a1/2026-01'] === 'HOLDS';
    for (const [code, first, last] of bounds)
      expect([first - 1, first, last, last + 1].map((days) => agrees(code, days))).toEqual([false, true, true, code === '7']);
    for (const code of ['N', 'M', '*', 'A', '/', 'C'] as const)
      expect([0, 1].map((days) => agrees(code, days))).toEqual([true, false]);
  });
  cases('V4', 'a1/2026-01', [
    ['names what differs', inMonth({ repaymentStatus: '1', daysPastDueMonthEnd: 31 }), { repaymentStatus: '1', daysPastDueMonthEnd: 31 }],
    ['is skipped without days, as where codes are months of delay', inMonth({ repaymentStatus: '2' }), 'SKIPPED'],
    ['is skipped without the status', inMonth({ daysPastDueMonthEnd: 2 }), 'SKIPPED'],
    ...(['D', 'Z', 'B', 'G', '#'] as const).map((repaymentStatus): Row => [`${repaymentStatus} says nothing of days`, inMonth({ repaymentStatus, daysPastDueMonthEnd: 400 }), 'SKIPPED']),
  ]); // prettier-ignore

  const newest = (accountClass: CheckedAccount['accountClass'], rawStatus: string | null, ...codes: (CheckedMonth['repaymentStatus'])[]): Furnished => ({
    account: { accountClass, rawStatus },
    months: codes.map((repaymentStatus, index) => month(`2026-0${String(index + 1)}`, { repaymentStatus })),
  }); // prettier-ignore
  cases('V5', 'a1', [
    ['in order and on time', newest('R1', '1', 'N'), 'HOLDS'],
    ['in order and overdue', newest('R1', '1', '1'), { status: 'NORMAL', repaymentStatus: '1' }],
    ['a card in order may be overdue', newest('R2', '1', '1'), 'HOLDS'],
    ['a card in order is no bad debt', newest('R3', '1', 'B'), { status: 'NORMAL', repaymentStatus: 'B' }],
    ['overdue and overdue', newest('D1', '2', '7'), 'HOLDS'],
    ['overdue and on time', newest('D1', '2', 'N'), { status: 'OVERDUE', repaymentStatus: 'N' }],
    ['bad debt', newest('D1', '4', 'B'), 'HOLDS'],
    ['bad debt and overdue', newest('D1', '4', '7'), { status: 'BAD_DEBT', repaymentStatus: '7' }],
    ['settled and settled', newest('D1', '3', 'C'), 'HOLDS'],
    ['settled by a guarantor', newest('D1', '3', 'D'), 'HOLDS'],
    ['settled and overdue', newest('D1', '3', '1'), { status: 'SETTLED', repaymentStatus: '1' }],
    ['closed and nothing due', newest('R2', '4', '*'), 'HOLDS'],
    ['not activated and not opened', newest('R2', '6', '/'), 'HOLDS'],
    ['not activated and on time', newest('R2', '6', 'N'), { status: 'NOT_ACTIVATED', repaymentStatus: 'N' }],
    ['looks at the newest month only', newest('R1', '1', '7', 'N'), 'HOLDS'],
    ['is skipped without a status', newest('R1', null, '1'), 'SKIPPED'],
    ['is skipped without a month', newest('R1', '1'), 'SKIPPED'],
    ['is skipped where the newest month has no code', newest('R1', '1', '7', null), 'SKIPPED'],
    ['is skipped for an unknown month', newest('R1', '2', '#'), 'SKIPPED'],
    ['is skipped for a status that says nothing of a month', newest('R2', '2', '1'), 'SKIPPED'],
    ['is skipped for a raw status that the class does not have', newest('C1', '8', '1'), 'SKIPPED'],
  ]); // prettier-ignore
});

describe('limits, shares and buckets', () => {
  const used = (usedLimitMinor: number | null, more: Partial<CheckedMonth>, terms: Partial<CheckedAccount>): Furnished => ({
    account: { overLimitAllowed: false, ...terms },
    months: [month('2025-12', { usedLimitMinor, ...more }), month('2026-01')],
  });
  const own = { creditLimitMinor: 100 };
  cases('V6', 'a1/2025-12', [
    ['holds at the limit', used(100, own, {}), 'HOLDS'],
    ['above the limit', used(101, own, {}), { usedLimitMinor: 101, creditLimitMinor: 100 }],
    ['above the limit where it is allowed', used(101, own, { overLimitAllowed: true }), 'HOLDS'],
    ['is skipped where nobody says whether it is allowed', used(101, own, { overLimitAllowed: null }), 'SKIPPED'],
    ['is skipped without the use', used(null, own, {}), 'SKIPPED'],
    ['is skipped without a limit', used(1, {}, {}), 'SKIPPED'],
    ["the account's limit says nothing of earlier months", used(101, {}, { ...own, asOf: '2026-01-01' }), 'SKIPPED'],
    ["the account's limit counts from its own month on", used(101, {}, { ...own, asOf: '2025-12-31' }), { usedLimitMinor: 101, creditLimitMinor: 100 }],
    ["the month's own limit goes first", used(101, { creditLimitMinor: 101 }, { ...own, asOf: '2025-12-31' }), 'HOLDS'],
  ]); // prettier-ignore

  const shares = (...shareBp: number[]): Furnished => ({
    account: { fundingShares: shareBp.map((of) => ({ institution: 'b', shareBp: of })) },
  });
  cases('V7', 'a1', [
    ['holds at 10,000', shares(7_000, 3_000), 'HOLDS'],
    ['one short', shares(7_000, 2_999), { shareBpSum: 9_999 }],
    ['nothing', shares(), { shareBpSum: 0 }],
    ['is skipped without shares', {}, 'SKIPPED'],
  ]);

  const buckets = (over180: number | null, pastDueAmountMinor: number | null): Furnished =>
    inMonth({
      pastDuePrincipal31To60Minor: 1, pastDuePrincipal61To90Minor: 2, pastDuePrincipal91To180Minor: 3,
      pastDuePrincipalOver180Minor: over180, pastDueAmountMinor,
    }); // prettier-ignore
  cases('V11', 'a1/2026-01', [
    ['holds at equality', buckets(4, 10), 'HOLDS'],
    ['one above', buckets(5, 10), { pastDuePrincipalMinor: 11, pastDueAmountMinor: 10 }],
    ['is skipped without one bucket', buckets(null, 0), 'SKIPPED'],
    ['is skipped without the amount', buckets(4, null), 'SKIPPED'],
  ]);
});

describe('dates', () => {
  const opened = (openedOn: string | null, codes: (CheckedMonth['repaymentStatus'])[], closedOn: string | null = null): Furnished => ({
    account: { openedOn, closedOn },
    months: codes.map((repaymentStatus, index) => month(`2026-0${String(index + 1)}`, { repaymentStatus })),
  }); // prettier-ignore
  cases('V9', 'a1', [
    ['opened within the first month', opened('2026-01-31', ['N']), 'HOLDS'],
    ['opened after it', opened('2026-02-01', ['N']), { openedOn: '2026-02-01', firstMonth: '2026-01' }],
    ['months that were not opened yet do not count', opened('2026-02-01', ['/', 'N']), 'HOLDS'],
    ['is skipped without the day', opened(null, ['N']), 'SKIPPED'],
    ['is skipped without months', opened('2026-02-01', []), 'SKIPPED'],
    ['closed on the day it was opened', opened('2026-01-31', [], '2026-01-31'), 'HOLDS'],
    ['closed the day before', opened('2026-01-31', ['N'], '2026-01-30'), { openedOn: '2026-01-31', closedOn: '2026-01-30' }],
  ]); // prettier-ignore
  cases('V9', 'a1/2026-02', [
    ['on time in the month of closing', opened(null, ['N', 'N'], '2026-02-01'), 'HOLDS'],
    ['on time after it', opened(null, ['N', 'N'], '2026-01-31'), { closedOn: '2026-01-31', repaymentStatus: 'N' }],
    ['closed after it', opened(null, ['N', 'C'], '2026-01-31'), 'HOLDS'],
    ['nothing due after it', opened(null, ['N', '*'], '2026-01-31'), 'HOLDS'],
    ['adverse after it', opened(null, ['N', 'B'], '2026-01-31'), 'HOLDS'],
    ['unknown after it', opened(null, ['N', '#'], '2026-01-31'), { closedOn: '2026-01-31', repaymentStatus: '#' }],
    ['is skipped for an open account', opened(null, ['N', 'N']), 'SKIPPED'],
    ['is skipped without a code', opened(null, ['N', null], '2026-01-31'), 'SKIPPED'],
  ]);
  const drawn = (more: Partial<CheckedLoan>, terms: Partial<CheckedAccount> = {}): Furnished => ({
    account: terms,
    loans: [loan('2026-01-10', { loanNo: 'l1', ...more })],
  });
  cases('V9', 'l1', [
    ['settled on the day it was drawn', drawn({ settledOn: '2026-01-10' }), 'HOLDS'],
    ['settled the day before', drawn({ settledOn: '2026-01-09' }), { drawnOn: '2026-01-10', settledOn: '2026-01-09' }],
    ['is skipped while it is open', drawn({}), 'SKIPPED'],
    ['drawn on the day of closing', drawn({}, { closedOn: '2026-01-10' }), 'HOLDS'],
    ['drawn after closing', drawn({}, { closedOn: '2026-01-09' }), { drawnOn: '2026-01-10', closedOn: '2026-01-09' }],
    ['both wrong', drawn({ settledOn: '2026-01-08' }, { closedOn: '2026-01-09' }), { drawnOn: '2026-01-10', settledOn: '2026-01-08', closedOn: '2026-01-09' }],
    ['one wrong', drawn({ settledOn: '2026-01-10' }, { closedOn: '2026-01-09' }), { drawnOn: '2026-01-10', closedOn: '2026-01-09' }],
  ]); // prettier-ignore
  cases('V9', 'l1/1', [
    ['due on the day the loan was drawn', drawn({ repayments: [repayment(1, { dueOn: '2026-01-10' })] }), 'HOLDS'],
    ['due before', drawn({ repayments: [repayment(1, { dueOn: '2026-01-09' })] }), { drawnOn: '2026-01-10', dueOn: '2026-01-09' }],
  ]); // prettier-ignore

  const paid = (...repayments: Partial<CheckedRepayment>[]): Furnished =>
    drawn({ repayments: repayments.map((more, index) => repayment(index + 1, more)) });
  cases('V10', 'l1', [
    ['paid what was due', paid({}, {}), 'HOLDS'],
    ['one instalment makes up for the other', paid({ paidAmountMinor: 51 }, { paidAmountMinor: 49 }), 'HOLDS'],
    ['paid one more', paid({ paidAmountMinor: 51 }, {}), { paidAmountMinor: 101, dueAmountMinor: 100 }],
    ['paid more, early', paid({ paidAmountMinor: 60, kind: 'EARLY' }, {}), 'HOLDS'],
    ['paid more, early and in full', paid({ paidAmountMinor: 60, kind: 'EARLY_FULL' }, {}), 'HOLDS'],
    ['paid more by a guarantor', paid({ paidAmountMinor: 60, kind: 'GUARANTOR' }, {}), { paidAmountMinor: 110, dueAmountMinor: 100 }],
    ['is skipped where one payment is unknown', paid({ paidAmountMinor: 200 }, { paidAmountMinor: null }), 'SKIPPED'],
    ['is skipped without instalments', drawn({}), 'SKIPPED'],
  ]); // prettier-ignore

  const listed = (...months: string[]): Furnished => ({ months: months.map((one) => month(one)) });
  cases('V12', 'a1', [
    ['one month', listed('2026-01'), 'HOLDS'],
    ['across a year', listed('2025-12', '2026-01'), 'HOLDS'],
    ['a month and more are missing', listed('2025-01', '2025-03', '2025-12', '2026-01'), { missingMonths: '2025-02,2025-04..2025-11' }],
    ['is skipped without months', {}, 'SKIPPED'],
  ]); // prettier-ignore
});

it('gives one verdict for each invariant and record', () => {
  const full: Furnished = { months: [month('2026-01')], loans: [loan('2026-01-01', { repayments: [repayment(1)] })] };
  const said = INVARIANTS.map((name) => verdicts(name, full).map(({ record }) => record.entity).join(' ')); // prettier-ignore
  expect(said).toEqual([
    'monthlySummary', 'monthlySummary', 'monthlySummary', 'monthlySummary', 'account', 'monthlySummary', 'account', '',
    'account monthlySummary loan repayment', 'loan', 'monthlySummary', 'account',
  ]); // prettier-ignore
});
