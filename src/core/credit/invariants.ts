import { type LocalDate, monthOf, toEpochDay, toYearMonth } from './calendar';
import { accountStatusOf, type AccountClass, type AccountStatus, isAdverse, type RepaymentStatusCode } from './codes';
import {
  type AccountRecord,
  bucketsRule,
  daysRule,
  dueRule,
  type Figures,
  type Invariant,
  judge,
  limitRule,
  type LoanTerms,
  type MonthRecord,
  type MonthTerms,
  type Outcome,
  openingRule,
  pastDueRule,
  paymentsRule,
  type RepaymentTerms,
  settlementRule,
  sharesRule,
} from './record-rules';

type Borrowing = Pick<MonthRecord, 'borrowedAmountMinor' | 'loanCount' | 'loanDays'>;
/** What a month says of borrowing as it was furnished, and as it is served: by its loans where there are any. */
export type CheckedMonth = MonthTerms &
  Borrowing &
  Pick<MonthRecord, 'month' | 'balanceMinor' | 'principalRepaidMinor' | 'adjustmentMinor'> & { readonly served: Borrowing };
export type CheckedAccount = Pick<
  AccountRecord,
  | 'accountNo' | 'customerId' | 'product' | 'currency' | 'accountClass' | 'rawStatus' | 'openedOn' | 'closedOn'
  | 'creditLimitMinor' | 'overLimitAllowed' | 'fundingShares'
> & { readonly asOf: LocalDate }; // prettier-ignore
export interface CheckedRepayment extends RepaymentTerms {
  readonly instalmentNo: number;
}
export interface CheckedLoan extends LoanTerms {
  readonly loanNo: string;
  readonly principalMinor: number;
  readonly cancelled: boolean | null;
  readonly repayments: readonly CheckedRepayment[];
}
/** Everything furnished of one account. */
export interface AccountHistory {
  readonly account: CheckedAccount;
  /** Oldest first, one for each month. */
  readonly months: readonly CheckedMonth[];
  readonly loans: readonly CheckedLoan[];
}

export type CheckedEntity = 'borrower' | 'account' | 'monthlySummary' | 'loan' | 'repayment';
/** A record by the platform's own key, such as `accountNo/2026-01`. */
export interface CheckedRecord {
  readonly entity: CheckedEntity;
  readonly key: string;
}
/** What one invariant says of one record. */
export interface Verdict {
  readonly invariant: Invariant;
  readonly record: CheckedRecord;
  readonly outcome: Outcome;
}

/**
 * Every invariant that one account's history decides: all but V8, which needs its borrower's other accounts. Each verdict is
 * about one record: the account for V5, V7 and V12, a month for V1 to V4, V6 and V11, a loan for V10, each of them for V9.
 */
export function* checkAccount(history: AccountHistory): Generator<Verdict> {
  const { account, months, loans } = history;
  const ofAccount = { entity: 'account', key: account.accountNo } as const;
  yield { invariant: 'V5', record: ofAccount, outcome: statusRule(history) };
  yield { invariant: 'V7', record: ofAccount, outcome: sharesRule(account) };
  yield { invariant: 'V9', record: ofAccount, outcome: firstMonthRule(history) };
  yield { invariant: 'V12', record: ofAccount, outcome: gapRule(months) };
  const drawn = byMonth(loans);
  for (const [index, month] of months.entries()) {
    const record = { entity: 'monthlySummary', key: `${account.accountNo}/${toYearMonth(month.month)}` } as const;
    yield { invariant: 'V1', record, outcome: borrowingRule(month, drawn) };
    yield { invariant: 'V2', record, outcome: balanceRule(month, months[index - 1]) };
    yield { invariant: 'V3', record, outcome: pastDueRule(month) };
    yield { invariant: 'V4', record, outcome: daysRule(month) };
    yield {
      invariant: 'V6',
      record,
      outcome: limitRule(month.usedLimitMinor, limitOf(month, account), account.overLimitAllowed),
    };
    yield { invariant: 'V9', record, outcome: closedMonthRule(month, account.closedOn) };
    yield { invariant: 'V11', record, outcome: bucketsRule(month) };
  }
  for (const loan of loans) {
    const record = { entity: 'loan', key: loan.loanNo } as const;
    yield { invariant: 'V9', record, outcome: both(settlementRule(loan), closedLoanRule(loan, account.closedOn)) };
    yield { invariant: 'V10', record, outcome: paymentsRule(loan.repayments) };
    for (const repayment of loan.repayments) {
      const key = `${loan.loanNo}/${String(repayment.instalmentNo)}`;
      yield { invariant: 'V9', record: { entity: 'repayment', key }, outcome: dueRule(repayment, loan.drawnOn) };
    }
  }
}

/**
 * V1: what the month says of borrowing is what its loans say, cancelled ones left out; then loanCount ≥ loanDays ≥ 1 follows.
 * Checked from the month of the account's first furnished loan on: a platform may have begun to furnish single loans then.
 */
function borrowingRule(month: CheckedMonth, { first, loansIn }: DrawnLoans): Outcome {
  const yearMonth = toYearMonth(month.month);
  if (first === null || yearMonth < first) return 'SKIPPED';
  const drawn = (loansIn.get(yearMonth) ?? []).filter(({ cancelled }) => cancelled !== true);
  const byLoans = {
    borrowedAmountMinor: drawn.reduce((sum, { principalMinor }) => sum + principalMinor, 0),
    loanCount: drawn.length,
    loanDays: new Set(drawn.map(({ drawnOn }) => drawnOn)).size,
  };
  const figures: Record<string, number> = {};
  let isChecked = false;
  for (const name of ['borrowedAmountMinor', 'loanCount', 'loanDays'] as const) {
    const said = { [`furnished.${name}`]: month[name], [`served.${name}`]: month.served[name] };
    const broken = Object.entries(said).filter(([, value]) => value !== null && value !== byLoans[name]);
    isChecked ||= Object.values(said).some((value) => value !== null);
    if (broken.length > 0) Object.assign(figures, Object.fromEntries(broken), { [`loans.${name}`]: byLoans[name] });
  }
  return isChecked ? judge(Object.keys(figures).length === 0, figures) : 'SKIPPED';
}

/** Loans by the month in which they were drawn, YYYY-MM, and the first such month; null without loans. */
interface DrawnLoans {
  readonly first: string | null;
  readonly loansIn: ReadonlyMap<string, readonly CheckedLoan[]>;
}

function byMonth(loans: readonly CheckedLoan[]): DrawnLoans {
  const loansIn = new Map<string, CheckedLoan[]>();
  for (const loan of loans) {
    const yearMonth = loan.drawnOn.slice(0, 7);
    const drawn = loansIn.get(yearMonth);
    if (drawn) drawn.push(loan);
    else loansIn.set(yearMonth, [loan]);
  }
  return { first: [...loansIn.keys()].sort()[0] ?? null, loansIn };
}

/** V2: the balance follows from that of the calendar month before. Adjustments count where they are furnished; none is none. */
function balanceRule(month: CheckedMonth, before: CheckedMonth | undefined): Outcome {
  const { balanceMinor, principalRepaidMinor, adjustmentMinor, served } = month;
  if (before?.month !== month.month - 1 || before.balanceMinor === null) return 'SKIPPED';
  if (balanceMinor === null || principalRepaidMinor === null || served.borrowedAmountMinor === null) return 'SKIPPED';
  const expectedMinor = before.balanceMinor + served.borrowedAmountMinor - principalRepaidMinor + (adjustmentMinor ?? 0);
  return judge(balanceMinor === expectedMinor, { balanceMinor, expectedMinor });
}

/** Codes of the newest month with which a status agrees; statuses that are not listed say nothing of a month. */
const CODES_OF_STATUS: Partial<Record<AccountStatus, string>> = {
  NORMAL: 'NM*A/',
  OVERDUE: '1234567',
  BAD_DEBT: 'B',
  SETTLED: 'C*DZG',
  CLOSED: 'C*DZG',
  NOT_ACTIVATED: '/*',
};
/** A card has no status for arrears: it stays in order until it is stopped. */
const CARD_CLASSES: readonly AccountClass[] = ['R2', 'R3'];

/** V5: the account's status agrees with the newest month's code; # says nothing. */
function statusRule({ account, months }: AccountHistory): Outcome {
  const code: RepaymentStatusCode | null = months.at(-1)?.repaymentStatus ?? null;
  const status = account.rawStatus === null ? null : accountStatusOf(account.accountClass, account.rawStatus);
  const codes = status === null ? undefined : CODES_OF_STATUS[status];
  if (code === null || code === '#' || status === null || codes === undefined) return 'SKIPPED';
  const inArrears = status === 'NORMAL' && CARD_CLASSES.includes(account.accountClass) && '1234567'.includes(code);
  return judge(codes.includes(code) || inArrears, { status, repaymentStatus: code });
}

/** The month's own limit; else the account's, from the month that its record describes on. */
function limitOf({ month, creditLimitMinor }: CheckedMonth, account: CheckedAccount): number | null {
  return creditLimitMinor ?? (month >= monthOf(toEpochDay(account.asOf)) ? account.creditLimitMinor : null);
}

/** V9, of an account: it was opened by the first month that does not say "not opened yet", and closes after it opens. */
function firstMonthRule({ account, months }: AccountHistory): Outcome {
  const { openedOn } = account;
  const first = months.find(({ repaymentStatus }) => repaymentStatus !== '/');
  if (openedOn === null || first === undefined) return openingRule(account);
  const opened = judge(monthOf(toEpochDay(openedOn)) <= first.month, { openedOn, firstMonth: toYearMonth(first.month) });
  return both(opened, openingRule(account));
}

/** V9, of a month: after the account was closed it says closed, nothing due, or something adverse. */
function closedMonthRule({ month, repaymentStatus }: CheckedMonth, closedOn: LocalDate | null): Outcome {
  if (closedOn === null || repaymentStatus === null) return 'SKIPPED';
  const isOpen = month <= monthOf(toEpochDay(closedOn));
  return judge(isOpen || 'C*'.includes(repaymentStatus) || isAdverse(repaymentStatus), { closedOn, repaymentStatus });
}

/** V9, of a loan: none is drawn after the account was closed. */
function closedLoanRule({ drawnOn }: CheckedLoan, closedOn: LocalDate | null): Outcome {
  return closedOn === null ? 'SKIPPED' : judge(drawnOn <= closedOn, { drawnOn, closedOn });
}

/** V12: no month is missing between the first and the last. */
function gapRule(months: readonly CheckedMonth[]): Outcome {
  if (months.length === 0) return 'SKIPPED';
  const gaps = months.flatMap(({ month }, index) => {
    const before = months[index - 1]?.month ?? month - 1;
    if (before === month - 1) return [];
    const [first, last] = [toYearMonth(before + 1), toYearMonth(month - 1)];
    return [first === last ? first : `${first}..${last}`];
  });
  return judge(gaps.length === 0, { missingMonths: gaps.join(',') });
}

/** Two parts of one invariant about one record: checked if either is, with the figures of whatever is broken. */
function both(a: Outcome, b: Outcome): Outcome {
  if (typeof a === 'object' || typeof b === 'object') return { ...figuresOf(a), ...figuresOf(b) };
  return a === 'SKIPPED' ? b : a;
}

function figuresOf(outcome: Outcome): Figures {
  return typeof outcome === 'object' ? outcome : {};
}
