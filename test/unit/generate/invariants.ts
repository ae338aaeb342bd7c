import { groupBy, ofEntity, type Raw } from './generated';

const num = (raw: Raw, field: string): number => Number(raw[field] ?? 0);
const str = (raw: Raw, field: string): string => String(raw[field] ?? '');
const sum = (records: readonly Raw[], field: string): number => records.reduce((total, raw) => total + num(raw, field), 0);
const following = (month: string): string => {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return number === 12 ? `${String(year + 1)}-01` : `${String(year)}-${String(number + 1).padStart(2, '0')}`;
};
/** The code of so many days overdue; V4. */
const LATE = [[30, '1'], [60, '2'], [90, '3'], [120, '4'], [150, '5'], [180, '6'], [Infinity, '7']] as const; // prettier-ignore
const OVERDUE = new Set([...'1234567B']);
const BUCKETS = ['31To60', '61To90', '91To180', 'Over180'].map((days) => `pastDuePrincipal${days}Minor`);

/** Every violation of V1 to V12 (credit-record.md, section 10) as `Vn key`, by a reading of its own. */
export function violations(records: readonly Raw[]): readonly string[] {
  const found: string[] = [];
  const must = (holds: boolean, rule: string, key: string): void => void (holds || found.push(`${rule} ${key}`));
  const monthsOf = groupBy(ofEntity(records, 'monthlySummary'), 'accountNo');
  const loansOf = groupBy(ofEntity(records, 'loan'), 'accountNo');
  const repaymentsOf = groupBy(ofEntity(records, 'repayment'), 'loanNo');
  const hasLoans = loansOf.size > 0;
  for (const account of ofEntity(records, 'account')) {
    const accountNo = str(account, 'accountNo');
    const months = monthsOf.get(accountNo) ?? [];
    const loans = loansOf.get(accountNo) ?? [];
    must(months.length > 0, 'V12', accountNo);
    checkAccount(must, account, months);
    for (const [at, month] of months.entries()) {
      const key = `${accountNo}/${str(month, 'month')}`;
      checkMonth(must, key, account, month, months[at - 1]);
      if (!hasLoans) continue;
      checkLoansOfMonth(must, key, month, loans);
      checkLateness(must, key, month, loans.flatMap((loan) => repaymentsOf.get(str(loan, 'loanNo')) ?? [])); // prettier-ignore
    }
    for (const loan of loans) checkLoan(must, account, loan, repaymentsOf.get(str(loan, 'loanNo')) ?? []);
    // V8: what the account owes is the sum over its loans, and they all lie in its months.
    const newest = months.at(-1);
    if (hasLoans && newest) must(num(newest, 'balanceMinor') === sum(loans, 'outstandingPrincipalMinor'), 'V8', accountNo);
    if (hasLoans) must(sum(months, 'loanCount') === loans.length, 'V8', accountNo);
  }
  return found;
}

type Must = (holds: boolean, rule: string, key: string) => void;

function checkAccount(must: Must, account: Raw, months: readonly Raw[]): void {
  const accountNo = str(account, 'accountNo');
  const [first, newest] = [months[0], months.at(-1)];
  const status = newest ? str(newest, 'repaymentStatus') : '';
  const expected = status === 'B' ? '4' : status === 'C' ? '3' : OVERDUE.has(status) ? '2' : '1';
  must(str(account, 'rawStatus') === expected, 'V5', accountNo);
  const shares = account['fundingShares'] as readonly { shareBp: number }[] | undefined; // as furnished
  must(!shares || shares.reduce((total, { shareBp }) => total + shareBp, 0) === 10_000, 'V7', accountNo);
  must(!!first && str(account, 'openedOn').slice(0, 7) <= str(first, 'month'), 'V9', accountNo);
  const closedOn = str(account, 'closedOn');
  must(closedOn === '' || (!!newest && str(newest, 'month') === closedOn.slice(0, 7) && status === 'C'), 'V9', accountNo);
  must(closedOn !== '' || (!!newest && str(newest, 'month') === str(account, 'asOf').slice(0, 7)), 'V12', accountNo);
}

function checkMonth(must: Must, key: string, account: Raw, month: Raw, before: Raw | undefined): void {
  const [balance, status, days] = [num(month, 'balanceMinor'), str(month, 'repaymentStatus'), num(month, 'daysPastDueMonthEnd')];
  const moved = num(month, 'borrowedAmountMinor') - num(month, 'principalRepaidMinor') + num(month, 'adjustmentMinor');
  must(balance === (before ? num(before, 'balanceMinor') : 0) + moved, 'V2', key);
  must(num(month, 'pastDueAmountMinor') > 0 === OVERDUE.has(status), 'V3', key);
  const expected = days === 0 ? null : LATE.find(([until]) => days <= until)?.[1];
  must(status === 'B' ? days > 180 : expected === null ? !OVERDUE.has(status) : status === expected, 'V4', key);
  if (account['accountClass'] === 'R1' && account['overLimitAllowed'] !== true)
    for (const used of ['usedLimitMinor', 'maxUsedLimitMinor'])
      must(num(month, used) <= num(month, 'creditLimitMinor'), 'V6', key);
  if (account['accountClass'] === 'R1') must(num(month, 'usedLimitMinor') <= num(month, 'maxUsedLimitMinor'), 'V6', key);
  must(BUCKETS.reduce((total, field) => total + num(month, field), 0) <= num(month, 'pastDueAmountMinor'), 'V11', key);
  must(!before || following(str(before, 'month')) === str(month, 'month'), 'V12', key);
  must(OVERDUE.has(status) || (month['adverseNoticeSentAt'] ?? month['adverseEndedOn']) === undefined, 'V3', key);
}

function checkLoansOfMonth(must: Must, key: string, month: Raw, loans: readonly Raw[]): void {
  const drawn = loans.filter((loan) => str(loan, 'drawnOn').startsWith(str(month, 'month')));
  const [count, days] = [num(month, 'loanCount'), num(month, 'loanDays')];
  must(sum(drawn, 'principalMinor') === num(month, 'borrowedAmountMinor') && drawn.length === count, 'V1', key);
  must(new Set(drawn.map((loan) => loan['drawnOn'])).size === days && count >= days && (count === 0 || days >= 1), 'V1', key);
}

/** The days past due of a month are those of its oldest instalment that was unpaid at the end (V4, from the other side). */
function checkLateness(must: Must, key: string, month: Raw, repayments: readonly Raw[]): void {
  const [year, number] = str(month, 'month').split('-').map(Number);
  const endMs = Date.UTC(year ?? 0, number ?? 0, 0);
  const unpaid = repayments
    .filter((one) => one['paidOn'] === undefined || Date.parse(str(one, 'paidOn')) > endMs)
    .map((one) => endMs - Date.parse(str(one, 'dueOn')));
  must(Math.max(0, ...unpaid) / 86_400_000 === num(month, 'daysPastDueMonthEnd'), 'V4', key);
}

function checkLoan(must: Must, account: Raw, loan: Raw, repayments: readonly Raw[]): void {
  const loanNo = str(loan, 'loanNo');
  const drawnOn = str(loan, 'drawnOn');
  must(str(account, 'openedOn') <= drawnOn, 'V9', loanNo);
  must(loan['settledOn'] === undefined || str(loan, 'settledOn') >= drawnOn, 'V9', loanNo);
  must((loan['settledOn'] === undefined) === num(loan, 'outstandingPrincipalMinor') > 0, 'V9', loanNo);
  must(repayments.length === num(loan, 'instalmentCount'), 'V10', loanNo);
  must(sum(repayments, 'dueAmountMinor') >= num(loan, 'principalMinor'), 'V10', loanNo);
  must(sum(repayments, 'paidAmountMinor') <= sum(repayments, 'dueAmountMinor'), 'V10', loanNo);
  for (const repayment of repayments) {
    const [paid, due] = [num(repayment, 'paidAmountMinor'), num(repayment, 'dueAmountMinor')];
    must(str(repayment, 'dueOn') >= drawnOn, 'V9', loanNo);
    must(
      (repayment['paidOn'] === undefined ? paid < due : paid === due) && (paid === 0) === (repayment['lastPaidOn'] === undefined),
      'V10',
      loanNo,
    );
  }
}
