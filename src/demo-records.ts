import {
  type EpochDay,
  firstDayOf,
  lastCompletedMonth,
  type MonthIndex,
  monthOf,
  toLocalDate,
  toYearMonth,
} from './core/credit/calendar';

const MONTHS = 24;

interface DemoBorrower {
  readonly customerId: string;
  readonly fullName: string;
  readonly idNumber: string;
  readonly dateOfBirth: string;
  /** Loans in a busy month, and how often what falls due in a month is paid late: every n-th; 0: never. */
  readonly loansPerMonth: number;
  readonly overdueEvery: number;
}
/** Invented people; the numbers are of no issued document. */
const BORROWERS: readonly DemoBorrower[] = [
  {
    customerId: 'demo-li',
    fullName: '李示例',
    idNumber: '000000199001010011',
    dateOfBirth: '1990-01-01',
    loansPerMonth: 7,
    overdueEvery: 0,
  },
  {
    customerId: 'demo-wang',
    fullName: '王示例',
    idNumber: '000000198502020022',
    dateOfBirth: '1985-02-02',
    loansPerMonth: 1,
    overdueEvery: 9,
  },
  {
    customerId: 'demo-zhang',
    fullName: '张示例',
    idNumber: '000000199503030033',
    dateOfBirth: '1995-03-03',
    loansPerMonth: 0,
    overdueEvery: 0,
  },
  {
    customerId: 'demo-liu',
    fullName: '刘示例',
    idNumber: '000000197804040044',
    dateOfBirth: '1978-04-04',
    loansPerMonth: 3,
    overdueEvery: 5,
  },
];

/** Canonical NDJSON of a few borrowers with two accounts each over the 24 completed months before today. */
export function demoRecords(todayDay: EpochDay): string {
  const asOf = toLocalDate(todayDay);
  return BORROWERS.flatMap((borrower, index) => [
    {
      entity: 'borrower',
      asOf,
      customerId: borrower.customerId,
      idType: 'RESIDENT_ID_CARD',
      idNumber: borrower.idNumber,
      fullName: borrower.fullName,
      dateOfBirth: borrower.dateOfBirth,
      mobile: `1380000000${String(index)}`,
      residenceCity: '杭州',
      residenceAddress: `示例路${String(index + 1)}号`,
      identityUpdatedOn: asOf,
    },
    ...(['HUABEI', 'JIEBEI'] as const).flatMap((product) => accountRecords(borrower, product, todayDay)),
    ...remarkRecords(borrower, todayDay),
  ]) // prettier-ignore
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

const accountNoOf = ({ customerId }: DemoBorrower, product: string): string => `${customerId}-${product.toLowerCase()}`;

function accountRecords(borrower: DemoBorrower, product: 'HUABEI' | 'JIEBEI', todayDay: EpochDay): readonly object[] {
  const asOf = toLocalDate(todayDay);
  const accountNo = accountNoOf(borrower, product);
  const limitMinor = product === 'HUABEI' ? 2_000_000 : 5_000_000;
  const newest = lastCompletedMonth(todayDay);
  const loans = Array.from({ length: MONTHS }, (_, at) => loansOf(borrower, product, newest - at, at, todayDay)).flat();
  const months = Array.from({ length: MONTHS }, (_, at) => monthRecord(accountNo, newest - at, loans, limitMinor, asOf));
  return [
    {
      entity: 'account', asOf, accountNo, customerId: borrower.customerId, product, accountClass: 'R1', currency: 'CNY',
      businessType: '91', furnisherName: '示例消费金融有限公司', furnisherType: '24', openedOn: '2019-05-06', creditLimitMinor: limitMinor,
      repaymentMethod: '21', repaymentFrequency: '07', guaranteeType: '4', liabilityRole: 'INDIVIDUAL', rawStatus: '1', fiveTierClass: 'NORMAL',
    },
    ...months,
    ...loans.flatMap((loan) => loanRecords(accountNo, loan, asOf)),
  ]; // prettier-ignore
}

/** One loan, repaid at once with its interest in the month after it was drawn. */
interface DemoLoan {
  readonly loanNo: string;
  readonly drawnDay: EpochDay;
  readonly principalMinor: number;
  readonly dueDay: EpochDay;
  readonly dueAmountMinor: number;
  /** null: not yet. */
  readonly paidDay: EpochDay | null;
}

const LOAN_DAYS = 5;
/** Between the day on which a loan is due and the end of that month. */
const DAYS_LEFT = 12;

/** @param at - Months before the newest one. */
function loansOf(borrower: DemoBorrower, product: 'HUABEI' | 'JIEBEI', month: MonthIndex, at: number, todayDay: EpochDay): DemoLoan[] {
  const { loansPerMonth, overdueEvery } = borrower;
  const count = (loansPerMonth + at) % (loansPerMonth + 1 || 1);
  const principalMinor = product === 'HUABEI' ? 12_300 : 80_000;
  const dueDay = firstDayOf(month + 2) - 1 - DAYS_LEFT;
  const isLate = overdueEvery > 0 && at % overdueEvery === overdueEvery - 1;
  const paidDay = isLate ? firstDayOf(month + 2) + 4 : dueDay;
  return Array.from({ length: count }, (_, index) => ({
    loanNo: `${accountNoOf(borrower, product)}-${toYearMonth(month)}-${String(index + 1)}`,
    drawnDay: firstDayOf(month) + 2 + 3 * (index % LOAN_DAYS),
    principalMinor,
    dueDay,
    dueAmountMinor: principalMinor + principalMinor / 100,
    paidDay: paidDay <= todayDay ? paidDay : null,
  }));
} // prettier-ignore

function loanRecords(accountNo: string, loan: DemoLoan, asOf: string): readonly object[] {
  const { loanNo, principalMinor, dueAmountMinor, drawnDay, dueDay } = loan;
  const paidOn = loan.paidDay === null ? null : toLocalDate(loan.paidDay);
  return [
    {
      entity: 'loan', asOf, loanNo, accountNo, drawnOn: toLocalDate(drawnDay), principalMinor, annualRateBp: 1_460,
      termDays: dueDay - drawnDay, instalmentCount: 1, loanPurpose: 'CONSUMPTION', outstandingPrincipalMinor: paidOn === null ? principalMinor : 0,
      rawStatus: paidOn === null ? '1' : '3', settledOn: paidOn,
    },
    {
      entity: 'repayment', asOf, loanNo, instalmentNo: 1, dueOn: toLocalDate(dueDay), dueAmountMinor, paidOn, lastPaidOn: paidOn,
      paidAmountMinor: paidOn === null ? 0 : dueAmountMinor, kind: 'SCHEDULED',
    },
  ]; // prettier-ignore
}

/** What the loans of an account come to in one month, so that the figures reconcile. */
function monthRecord(accountNo: string, month: MonthIndex, loans: readonly DemoLoan[], limitMinor: number, asOf: string): object {
  const end = firstDayOf(month + 1);
  const sum = (of: readonly DemoLoan[], field: 'principalMinor' | 'dueAmountMinor'): number =>
    of.reduce((total, loan) => total + loan[field], 0);
  const drawn = loans.filter(({ drawnDay }) => monthOf(drawnDay) === month);
  const due = loans.filter(({ dueDay }) => monthOf(dueDay) === month);
  const paid = loans.filter(({ paidDay }) => paidDay !== null && monthOf(paidDay) === month);
  const owed = loans.filter(({ drawnDay, paidDay }) => drawnDay < end && (paidDay ?? end) >= end);
  const late = owed.filter(({ dueDay }) => dueDay < end);
  const balanceMinor = sum(owed, 'principalMinor');
  const isLate = late.length > 0;
  return {
    entity: 'monthlySummary', asOf, accountNo, month: toYearMonth(month), borrowedAmountMinor: sum(drawn, 'principalMinor'), balanceMinor,
    usedLimitMinor: balanceMinor, maxUsedLimitMinor: limitMinor / 2, creditLimitMinor: limitMinor, scheduledDueMinor: sum(due, 'dueAmountMinor'),
    actualPaidMinor: sum(paid, 'dueAmountMinor'), principalRepaidMinor: sum(paid, 'principalMinor'), pastDueAmountMinor: sum(late, 'dueAmountMinor'),
    pastDuePeriods: isLate ? 1 : 0, repaymentStatus: isLate ? '1' : due.length > 0 ? 'N' : '*', daysPastDueMonthEnd: isLate ? DAYS_LEFT : 0,
    loanCount: drawn.length, loanDays: new Set(drawn.map(({ drawnDay }) => drawnDay)).size, remainingInstalments: owed.length,
  }; // prettier-ignore
}

/** Somebody who asked; and of those who borrow, a dispute about a month and words of their own. */
function remarkRecords(borrower: DemoBorrower, todayDay: EpochDay): readonly object[] {
  const { customerId, overdueEvery, loansPerMonth } = borrower;
  const asOf = toLocalDate(todayDay);
  const inquiry = {
    entity: 'inquiry', asOf, inquiryNo: `${customerId}-inquiry`, customerId, inquiredOn: toLocalDate(todayDay - 75),
    institutionName: '示例银行', institutionType: '11', reason: '02', businessType: '91',
  }; // prettier-ignore
  if (loansPerMonth === 0) return [inquiry];
  const monthsAgo = overdueEvery > 0 ? overdueEvery - 2 : 1; // when what was borrowed a month before was paid late
  const month = toYearMonth(lastCompletedMonth(todayDay) - monthsAgo);
  const target = { targetEntity: 'monthlySummary', targetKey: `${accountNoOf(borrower, 'JIEBEI')}/${month}` };
  const targetField = overdueEvery > 0 ? 'MonthlySummary.repaymentStatus' : 'MonthlySummary.borrowedAmount';
  return [
    inquiry,
    { entity: 'dispute', asOf, disputeNo: `${customerId}-dispute`, customerId, ...target, targetField, receivedOn: toLocalDate(todayDay - 5) },
    {
      entity: 'statement', asOf, statementNo: `${customerId}-statement`, customerId, author: 'BORROWER', madeOn: toLocalDate(todayDay - 5),
      text: '该月记录与本人情况不符，已提出异议。', ...target,
    },
  ]; // prettier-ignore
}
