import type { DataCluster } from '../consent/data-cluster';
import type { FieldEntry } from './field-catalogue';

type Words = readonly [labelEn: string, labelZh: string, explanationEn: string, explanationZh: string];
interface Lineage {
  readonly months: number;
  readonly inputs: readonly string[];
  readonly formula: string;
  readonly coarser?: readonly string[];
  readonly requires?: readonly string[];
  readonly since?: number;
  readonly perProduct?: boolean;
}
const month = (...names: string[]): string[] => names.map((name) => `MonthlySummary.${name}`);
const account = (...names: string[]): string[] => names.map((name) => `CreditAccount.${name}`);
const loan = (...names: string[]): string[] => names.map((name) => `Loan.${name}`);
const repayment = (...names: string[]): string[] => names.map((name) => `Repayment.${name}`);
const inquiry = (...names: string[]): string[] => names.map((name) => `Inquiry.${name}`);
const summary = (...names: string[]): string[] => names.map((name) => `CreditSummary.${name}`);

function indicator(
  id: number,
  name: string,
  cluster: DataCluster,
  { months, inputs, formula, coarser = [], requires = [], since = 1, perProduct = true }: Lineage,
  [labelEn, labelZh, explanationEn, explanationZh]: Words,
): FieldEntry {
  return {
    id,
    coordinate: `CreditSummary.${name}`,
    since,
    cluster,
    sensitivity: 'FINANCIAL',
    adverse: cluster === 'REPAYMENT_STATUS',
    perProduct,
    container: false,
    within: null,
    coarser,
    requires,
    inputs,
    source: { kind: 'indicator', formula, formulaVersion: 1, windowMonths: months },
    label: { en: labelEn, zh: labelZh },
    explanation: { en: explanationEn, zh: explanationZh },
  };
}

/** Indicators over a borrower's accounts and months (credit-record.md, section 5); ids 300 to 399. */
export const SUMMARY_FIELDS: readonly FieldEntry[] = [
  indicator(300, 'borrowedAmount12m', 'BORROWING_AMOUNT', {
    months: 12, inputs: month('borrowedAmount'), formula: 'sum of borrowedAmount over 12 months; null across currencies',
  }, ['Borrowed in 12 months', '近12个月借款金额', 'How much you borrowed in twelve months.', '您近12个月的借款合计。']),
  indicator(301, 'loanCountBand12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: month('loanCount'), formula: 'band of the sum of loanCount over 12 months',
  }, ['Number of loans in 12 months, band', '近12个月借款次数区间', 'Roughly how often you borrowed in twelve months.', '您近12个月借款次数的大致区间。']),
  indicator(302, 'loanCount12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: month('loanCount'), coarser: summary('loanCountBand12m'), formula: 'sum of loanCount over 12 months',
  }, ['Number of loans in 12 months', '近12个月借款次数', 'How often you borrowed in twelve months.', '您近12个月的借款次数。']),
  indicator(303, 'loansPerMonth12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: [...month('loanCount'), ...account('openedOn')], requires: summary('loanCount12m', 'monthsOnBook'),
    formula: 'loanCount12m / min(12, monthsOnBook), two places, half up; null if monthsOnBook is 0',
  }, ['Loans a month', '月均借款次数', 'How often you borrowed in a month on average.', '您平均每月的借款次数。']),
  indicator(304, 'peakLoansInMonth12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: month('loanCount'), requires: summary('loanCount12m'),
    formula: 'largest monthly sum of loanCount in 12 months',
  }, ['Most loans in a month', '单月最多借款次数', 'The most loans you took in one month of the last twelve.', '您近12个月中单月最多的借款次数。']),
  indicator(305, 'activeBorrowingMonths12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: month('loanCountBand'), requires: month('loanCountBand'),
    formula: 'number of months of 12 whose loanCountBand is not C0',
  }, ['Months with a loan in 12', '近12个月有借款的月数', 'In how many of twelve months you borrowed.', '您近12个月中有借款的月份数。']),
  indicator(306, 'averageLoanAmount12m', 'BORROWING_AMOUNT', {
    months: 12, inputs: month('borrowedAmount', 'loanCount'), requires: summary('borrowedAmount12m', 'loanCount12m'),
    formula: 'borrowedAmount12m / loanCount12m, half up; null if no loan, or a month states one of the two only',
  }, ['Average loan in 12 months', '近12个月笔均借款金额', 'How much one loan was on average.', '您近12个月每笔借款的平均金额。']),
  indicator(307, 'monthsSinceLastLoan', 'BORROWING_FREQUENCY', {
    months: 12, inputs: month('loanCountBand'), requires: month('loanCountBand'),
    formula: 'completed months after the newest month of 12 whose loanCountBand is not C0; null if none',
  }, ['Months since the last loan', '距最近一次借款的月数', 'How many months ago you last borrowed.', '距您最近一次借款的月数。']),
  indicator(308, 'alwaysOnTime24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('repaymentStatus'), formula: 'onTimeMonthRate24m = 10000; null if that is null',
  }, [
    'Always on time in 24 months', '近24个月是否均按时还款',
    'Whether no month of the last 24 ended overdue; a payment after its day but within the month counts as on time.',
    '您近24个月是否没有任何月末逾期；当月内补还视为按时。',
  ]),
  indicator(309, 'onTimeMonthRate24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('repaymentStatus'), coarser: summary('alwaysOnTime24m'),
    formula: 'months N or M / months N, M or adverse (1-7, D, Z, B, G), in basis points, half up; null if none',
  }, ['Share of months on time', '近24个月按时还款月份占比', 'In what share of months you repaid on time.', '您近24个月按时还款月份的占比。']),
  indicator(310, 'worstStatus24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('repaymentStatus'), coarser: summary('alwaysOnTime24m'),
    formula: 'highest rank in 24 months: N = M = * = A = C < 1 < ... < 7 < D < Z < B < G; / and # ignored; N for the lowest rank',
  }, ['Worst status in 24 months', '近24个月最差还款状态', 'Your worst month of the last 24.', '您近24个月中最差的还款状态。']),
  indicator(311, 'worstStatus60m', 'REPAYMENT_STATUS', {
    months: 60, inputs: month('repaymentStatus'), formula: 'as worstStatus24m, over 60 months',
  }, ['Worst status in 60 months', '近60个月最差还款状态', 'Your worst month of the last 60.', '您近60个月中最差的还款状态。']),
  indicator(312, 'delinquentMonths24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('repaymentStatus'), coarser: summary('alwaysOnTime24m'),
    formula: 'number of months of 24 with an adverse status (1-7, D, Z, B, G); null if no status is known',
  }, ['Overdue months in 24', '近24个月逾期月数', 'In how many of 24 months you were overdue.', '您近24个月中逾期的月份数。']),
  indicator(313, 'maxConsecutiveDelinquentMonths24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('repaymentStatus'), coarser: summary('alwaysOnTime24m'),
    formula: 'longest run of adverse months in 24; N, M, *, C, / and a month without record end it; # and A neither end nor extend it',
  }, ['Longest run of overdue months', '最长连续逾期月数', 'Your longest run of overdue months in 24.', '您近24个月中最长的连续逾期月数。']),
  indicator(314, 'delinquent30Months24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('daysPastDueMonthEnd'), formula: 'number of months of 24 with daysPastDueMonthEnd >= 30',
  }, ['Months 30 days or more past due', '逾期30天以上的月数', 'In how many of 24 months you were 30 days or more overdue.', '您近24个月中逾期30天及以上的月份数。']),
  indicator(315, 'delinquent60Months24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('daysPastDueMonthEnd'), formula: 'number of months of 24 with daysPastDueMonthEnd >= 60',
  }, ['Months 60 days or more past due', '逾期60天以上的月数', 'In how many of 24 months you were 60 days or more overdue.', '您近24个月中逾期60天及以上的月份数。']),
  indicator(316, 'delinquent90Months24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: month('daysPastDueMonthEnd'), formula: 'number of months of 24 with daysPastDueMonthEnd >= 90',
  }, ['Months 90 days or more past due', '逾期90天以上的月数', 'In how many of 24 months you were 90 days or more overdue.', '您近24个月中逾期90天及以上的月份数。']),
  indicator(317, 'monthsSinceLastDelinquency', 'REPAYMENT_STATUS', {
    months: 60, inputs: month('repaymentStatus'),
    formula: 'months from the newest adverse month of 60 to the month of the as-of date; null if none',
  }, ['Months since last overdue', '距最近一次逾期的月数', 'How many months ago you were last overdue.', '距您最近一次逾期的月数。']),
  indicator(318, 'overdueNow', 'REPAYMENT_STATUS', {
    months: 1, inputs: month('repaymentStatus'), formula: 'the newest completed month has status 1-7 or B; null if its status is unknown',
  }, ['Overdue now', '当前是否逾期', 'Whether the newest month ended overdue.', '您最近一个月末是否逾期。']),
  indicator(319, 'utilisationBand', 'BORROWING_AMOUNT', {
    months: 1, inputs: [...month('usedLimit'), ...account('creditLimit')], formula: 'band of utilisation',
  }, ['Use of limits, band', '额度使用率区间', 'Roughly how much of your limits is used.', '您额度使用率的大致区间。']),
  indicator(320, 'utilisation', 'BORROWING_AMOUNT', {
    months: 1, inputs: [...month('usedLimit'), ...account('creditLimit')], coarser: summary('utilisationBand'),
    requires: [...month('usedLimit'), ...account('creditLimit')],
    formula: 'sum of usedLimit / sum of creditLimit in the newest completed month, in basis points, half up; null if the limit is 0',
  }, ['Use of limits', '额度使用率', 'How much of your limits is used, as a share.', '您额度使用率的确切比例。']),
  indicator(321, 'utilisation6m', 'BORROWING_AMOUNT', {
    months: 6, inputs: [...month('usedLimit'), ...account('creditLimit')], requires: [...month('usedLimit'), ...account('creditLimit')],
    formula: 'mean of the six monthly utilisations, in basis points, half up; null unless all six exist',
  }, ['Use of limits, mean of six months', '近6个月平均额度使用率', 'The mean use of your limits in six months.', '您近6个月额度使用率的平均值。']),
  indicator(322, 'monthlyDebtService', 'BORROWING_AMOUNT', {
    months: 1, inputs: month('scheduledDue', 'usedLimit'),
    formula: 'sum of scheduledDue in the newest completed month; where none is furnished 10 % of usedLimit, half up, and basis.estimated is true',
  }, ['Due each month', '每月应还款额', 'What you have to repay in a month, all accounts together.', '您每月全部账户的应还金额。']),
  indicator(323, 'payerType12m', 'BORROWING_AMOUNT', {
    months: 12, inputs: month('scheduledDue', 'actualPaid'),
    formula: 'TRANSACTOR if actualPaid >= scheduledDue in every month of 12 with scheduledDue > 0; REVOLVER otherwise; INACTIVE if no such month; null if what was paid is unknown and decides',
  }, ['Kind of payer', '还款类型', 'Whether you pay each bill in full.', '您是否每期全额还款。']),
  indicator(324, 'monthsOnBook', 'ACCOUNT_TERMS', {
    months: 0, inputs: account('openedOn'), requires: account('openedYear'),
    formula: 'whole months from the oldest openedOn to the as-of date',
  }, ['Months since first account', '账龄（月）', 'How long you have had credit with the platform.', '您在平台的信贷账龄月数。']),
  indicator(325, 'openAccountCount', 'ACCOUNT_TERMS', {
    months: 0, inputs: account('closedOn'), formula: 'number of accounts without closedOn',
  }, ['Open accounts', '未结清账户数', 'How many accounts are open.', '您未关闭的账户数。']),
  indicator(326, 'lenderCount', 'ACCOUNT_TERMS', {
    months: 0, inputs: account('closedOn', 'furnisherName'), formula: 'number of distinct furnisherName among open accounts; null if they name none',
  }, ['Lenders', '贷款机构数', 'How many institutions you have open credit with.', '您有未结清信贷的机构数。']),
  indicator(327, 'maxConcurrentLoans12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: loan('drawnOn', 'settledOn'), requires: summary('loanCount12m'), since: 2,
    formula: 'largest number of loans open at once among those not cancelled and drawn in 12 months; on one day closings come first',
  }, ['Most loans at once', '同时未结清借款最多笔数', 'The most loans you had open at the same time.', '您同时未结清的借款最多笔数。']),
  indicator(328, 'daysSinceLastLoan', 'BORROWING_FREQUENCY', {
    months: 12, inputs: loan('drawnOn'), requires: loan('drawnOn'), coarser: summary('monthsSinceLastLoan'), since: 2,
    formula: 'days from the newest drawnOn in 12 months to the as-of date; null if none',
  }, ['Days since last loan', '距最近一次借款的天数', 'How many days ago you last borrowed.', '距您最近一次借款的天数。']),
  indicator(329, 'medianDaysBetweenLoans12m', 'BORROWING_FREQUENCY', {
    months: 12, inputs: loan('drawnOn'), requires: [...loan('drawnOn'), ...summary('loanCount12m')], since: 2,
    formula: 'median of the days between one drawnOn and the next in 12 months, half up; null below 2 loans',
  }, ['Usual days between loans', '借款间隔天数中位数', 'How many days usually lie between two of your loans.', '您两次借款之间间隔天数的中位数。']),
  indicator(330, 'onTimeRate24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: repayment('dueOn', 'paidOn'), requires: month('loanCount'), since: 2,
    formula: 'instalments due in 24 months and by the as-of date that were paid in full by dueOn / all of those, in basis points, half up; null if none',
  }, ['Instalments paid on time', '近24个月按期还款率', 'What share of your instalments you paid by the day they were due.', '您在到期日前还清的分期占比。']),
  indicator(331, 'maxDaysPastDue24m', 'REPAYMENT_STATUS', {
    months: 24, inputs: repayment('daysPastDue'), since: 2,
    formula: 'largest daysPastDue of the instalments due in 24 months and by the as-of date, unpaid ones included; null if none',
  }, ['Longest delay in days', '近24个月最长逾期天数', 'The most days by which an instalment was late.', '您单期还款最长逾期的天数。']),
  indicator(332, 'hardInquiries1m', 'INQUIRY_HISTORY', {
    months: 1, inputs: inquiry('inquiredOn', 'institutionName', 'isHard'), since: 2, perProduct: false,
    formula: 'number of distinct (institution, month) of 1 with a hard inquiry, null if none; the query in hand does not count',
  }, ['Credit applications, 1 month', '近1个月硬查询次数', 'For how many applications for credit your report was asked in the last 1 month.', '近1个月内因信贷申请而查询您报告的次数。']),
  indicator(333, 'hardInquiries3m', 'INQUIRY_HISTORY', {
    months: 3, inputs: inquiry('inquiredOn', 'institutionName', 'isHard'), since: 2, perProduct: false,
    formula: 'number of distinct (institution, month) of 3 with a hard inquiry, null if none; the query in hand does not count',
  }, ['Credit applications, 3 months', '近3个月硬查询次数', 'For how many applications for credit your report was asked in the last 3 months.', '近3个月内因信贷申请而查询您报告的次数。']),
  indicator(334, 'hardInquiries6m', 'INQUIRY_HISTORY', {
    months: 6, inputs: inquiry('inquiredOn', 'institutionName', 'isHard'), since: 2, perProduct: false,
    formula: 'number of distinct (institution, month) of 6 with a hard inquiry, null if none; the query in hand does not count',
  }, ['Credit applications, 6 months', '近6个月硬查询次数', 'For how many applications for credit your report was asked in the last 6 months.', '近6个月内因信贷申请而查询您报告的次数。']),
  indicator(335, 'hardInquiries24m', 'INQUIRY_HISTORY', {
    months: 24, inputs: inquiry('inquiredOn', 'institutionName', 'isHard'), since: 2, perProduct: false,
    formula: 'number of distinct (institution, month) of 24 with a hard inquiry, null if none; the query in hand does not count',
  }, ['Credit applications, 24 months', '近24个月硬查询次数', 'For how many applications for credit your report was asked in the last 24 months.', '近24个月内因信贷申请而查询您报告的次数。']),
]; // prettier-ignore
