import type { DataCluster } from '../consent/data-cluster';
import type { FieldEntry } from './field-catalogue';

type Words = readonly [labelEn: string, labelZh: string, explanationEn: string, explanationZh: string];
type Marks = Partial<Pick<FieldEntry, 'coarser' | 'requires' | 'adverse' | 'source'>>;
const summary = (...names: string[]): string[] => names.map((name) => `CreditSummary.${name}`);

function monthField(
  id: number,
  name: string,
  cluster: DataCluster,
  column: string,
  [labelEn, labelZh, explanationEn, explanationZh]: Words,
  marks: Marks = {},
): FieldEntry {
  return {
    id,
    coordinate: `MonthlySummary.${name}`,
    since: 1,
    cluster,
    sensitivity: 'FINANCIAL',
    adverse: false,
    perProduct: true,
    container: false,
    within: null,
    coarser: [],
    requires: [],
    inputs: [],
    source: { kind: 'column', record: 'month', column, sealed: false },
    label: { en: labelEn, zh: labelZh },
    explanation: { en: explanationEn, zh: explanationZh },
    ...marks,
  };
}

/** One account in one calendar month; ids 200 to 299. */
export const MONTH_FIELDS: readonly FieldEntry[] = [
  monthField(200, 'borrowedAmountBand', 'BORROWING_AMOUNT', 'borrowed_amount_band', [
    'Borrowed in the month, band', '当月借款金额区间', 'Roughly how much you borrowed in the month.', '您当月借款的大致区间。',
  ]),
  monthField(201, 'borrowedAmount', 'BORROWING_AMOUNT', 'borrowed_amount_minor', [
    'Borrowed in the month', '当月借款金额', 'How much you borrowed in the month, all loans together.', '您当月全部借款的合计金额。',
  ], { coarser: ['MonthlySummary.borrowedAmountBand', ...summary('borrowedAmount12m')] }),
  monthField(202, 'balance', 'BORROWING_AMOUNT', 'balance_minor', [
    'Balance', '余额', 'What you owed at the end of the month; negative if you had paid too much.', '月末欠款余额；多还时为负数。',
  ]),
  monthField(203, 'usedLimit', 'BORROWING_AMOUNT', 'used_limit_minor', [
    'Limit used', '已用额度', 'How much of your limit was used at the end of the month.', '月末已使用的额度。',
  ]),
  monthField(204, 'averageUsedLimit6m', 'BORROWING_AMOUNT', 'used_limit_minor', [
    'Limit used, mean of six months', '最近6个月平均使用额度',
    'The mean of the limit used in this and the five months before, rounded half up.', '本月及前五个月已用额度的平均值，四舍五入。',
  ], { source: { kind: 'rolling', record: 'month', column: 'used_limit_minor', months: 6 } }),
  monthField(205, 'maxUsedLimit', 'BORROWING_AMOUNT', 'max_used_limit_minor', [
    'Most of the limit used', '最大使用额度', 'The most you ever used of your limit, as furnished.', '历史最大使用额度，以平台报送为准。',
  ]),
  monthField(206, 'scheduledDue', 'BORROWING_AMOUNT', 'scheduled_due_minor', [
    'Due in the month', '本月应还款', 'What you had to repay in the month.', '您当月应还的金额。',
  ], { coarser: summary('monthlyDebtService') }),
  monthField(207, 'actualPaid', 'REPAYMENT_STATUS', 'actual_paid_minor', [
    'Paid in the month', '本月实还款', 'What you repaid in the month.', '您当月实际还款的金额。',
  ]),
  monthField(208, 'pastDueAmount', 'REPAYMENT_STATUS', 'past_due_amount_minor', [
    'Amount past due', '当前逾期总额', 'What was overdue at the end of the month.', '月末逾期的总金额。',
  ], { adverse: true }),
  monthField(209, 'pastDuePrincipal31To60', 'REPAYMENT_STATUS', 'past_due_principal_31_to_60_minor', [
    'Principal past due 31 to 60 days', '逾期31-60天未还本金', 'Principal overdue for 31 to 60 days.', '逾期31至60天未归还的本金。',
  ], { adverse: true }),
  monthField(210, 'pastDuePrincipal61To90', 'REPAYMENT_STATUS', 'past_due_principal_61_to_90_minor', [
    'Principal past due 61 to 90 days', '逾期61-90天未还本金', 'Principal overdue for 61 to 90 days.', '逾期61至90天未归还的本金。',
  ], { adverse: true }),
  monthField(211, 'pastDuePrincipal91To180', 'REPAYMENT_STATUS', 'past_due_principal_91_to_180_minor', [
    'Principal past due 91 to 180 days', '逾期91-180天未还本金', 'Principal overdue for 91 to 180 days.', '逾期91至180天未归还的本金。',
  ], { adverse: true }),
  monthField(212, 'pastDuePrincipalOver180', 'REPAYMENT_STATUS', 'past_due_principal_over_180_minor', [
    'Principal past due over 180 days', '逾期180天以上未还本金', 'Principal overdue for more than 180 days.', '逾期180天以上未归还的本金。',
  ], { adverse: true }),
  monthField(213, 'pastDuePeriods', 'REPAYMENT_STATUS', 'past_due_periods', [
    'Periods past due', '当前逾期期数', 'How many instalments were overdue at the end of the month.', '月末逾期的期数。',
  ], { adverse: true }),
  monthField(214, 'repaymentStatus', 'REPAYMENT_STATUS', 'repayment_status', [
    'Repayment status', '还款状态', 'Whether you repaid on time in the month, and how late if not.', '您当月是否按时还款；如未按时，逾期多久。',
  ], {
    adverse: true,
    coarser: summary(
      'onTimeMonthRate24m', 'worstStatus24m', 'worstStatus60m', 'delinquentMonths24m', 'maxConsecutiveDelinquentMonths24m',
      'monthsSinceLastDelinquency', 'overdueNow',
    ),
  }),
  monthField(215, 'daysPastDueMonthEnd', 'REPAYMENT_STATUS', 'days_past_due_month_end', [
    'Days past due at the end of the month', '月末逾期天数', 'How many days the oldest debt was overdue.', '月末最早一笔欠款逾期的天数。',
  ], {
    adverse: true,
    coarser: [
      'MonthlySummary.repaymentStatus', ...summary('delinquent30Months24m', 'delinquent60Months24m', 'delinquent90Months24m'),
    ],
  }),
  monthField(216, 'loanCountBand', 'BORROWING_FREQUENCY', 'loan_count_band', [
    'Number of loans in the month, band', '当月借款次数区间', 'Roughly how often you borrowed in the month.', '您当月借款次数的大致区间。',
  ], { coarser: summary('activeBorrowingMonths12m', 'monthsSinceLastLoan') }),
  monthField(217, 'loanCount', 'BORROWING_FREQUENCY', 'loan_count', [
    'Number of loans in the month', '当月借款次数', 'How often you borrowed in the month.', '您当月借款的次数。',
  ], { coarser: ['MonthlySummary.loanCountBand', ...summary('loanCount12m', 'peakLoansInMonth12m')] }),
  monthField(218, 'loanDays', 'BORROWING_FREQUENCY', 'loan_days', [
    'Days with a loan in the month', '当月借款天数', 'On how many days of the month you borrowed.', '您当月有借款的天数。',
  ], { requires: ['MonthlySummary.loanCount'] }),
  monthField(219, 'remainingInstalments', 'ACCOUNT_TERMS', 'remaining_instalments', [
    'Instalments left', '剩余还款期数', 'How many instalments are still to be paid.', '剩余未还的期数。',
  ]),
]; // prettier-ignore
