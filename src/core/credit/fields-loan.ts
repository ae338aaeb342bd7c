import type { DataCluster } from '../consent/data-cluster';
import type { FieldEntry, FieldSource } from './field-catalogue';

type Words = readonly [labelEn: string, labelZh: string, explanationEn: string, explanationZh: string];
type Marks = Partial<Pick<FieldEntry, 'coarser' | 'requires' | 'adverse' | 'container'>>;

const LISTS = { Loan: 'CreditAccount.loans', Repayment: 'Loan.repayments' } as const;

function listedField(
  id: number,
  type: keyof typeof LISTS,
  name: string,
  source: FieldSource,
  [labelEn, labelZh, explanationEn, explanationZh]: Words,
  marks: Marks = {},
): FieldEntry {
  const cluster: DataCluster = type === 'Repayment' || name === 'repayments' ? 'REPAYMENT_DETAIL' : 'LOAN_DETAIL';
  return {
    id,
    coordinate: `${type}.${name}`,
    since: 2,
    cluster,
    sensitivity: 'FINANCIAL',
    adverse: false,
    perProduct: true,
    container: false,
    within: LISTS[type],
    coarser: [],
    requires: [],
    inputs: [],
    source,
    label: { en: labelEn, zh: labelZh },
    explanation: { en: explanationEn, zh: explanationZh },
    ...marks,
  };
}

const loan = (column: string): FieldSource => ({ kind: 'column', record: 'loan', column, sealed: false });
const repayment = (column: string): FieldSource => ({ kind: 'column', record: 'repayment', column, sealed: false });
const summary = (...names: string[]): string[] => names.map((name) => `CreditSummary.${name}`);
const STATUS = ['MonthlySummary.repaymentStatus'];

/** Single loans, ids 400 to 449, and their instalments, ids 450 to 499. */
export const LOAN_FIELDS: readonly FieldEntry[] = [
  listedField(400, 'Loan', 'drawnMonth', loan('drawn_month'), [
    'Month of the loan', '借款月份', 'The month in which you took the loan.', '您借款的月份。',
  ]),
  listedField(401, 'Loan', 'drawnOn', loan('drawn_on'), [
    'Day of the loan', '借款日期', 'The day on which you took the loan.', '您借款的日期。',
  ], {
    coarser: ['Loan.drawnMonth', 'MonthlySummary.loanDays', ...summary('daysSinceLastLoan', 'medianDaysBetweenLoans12m')],
  }),
  listedField(402, 'Loan', 'principalBand', loan('principal_band'), [
    'Principal, band', '借款本金区间', 'Roughly how much the loan was.', '这笔借款本金的大致区间。',
  ]),
  listedField(403, 'Loan', 'principal', loan('principal_minor'), [
    'Principal', '借款本金', 'Exactly how much the loan was.', '这笔借款的确切本金。',
  ], { coarser: ['Loan.principalBand', 'MonthlySummary.borrowedAmount'] }),
  listedField(404, 'Loan', 'annualRateBp', loan('annual_rate_bp'), [
    'Yearly interest rate', '年化利率', 'What the loan costs a year, in hundredths of a per cent.', '这笔借款的年化利率（万分之一）。',
  ]),
  listedField(405, 'Loan', 'termDays', loan('term_days'), [
    'Term in days', '期限（天）', 'For how many days the loan was taken.', '这笔借款的期限天数。',
  ]),
  listedField(406, 'Loan', 'instalmentCount', loan('instalment_count'), [
    'Instalments', '还款期数', 'In how many instalments the loan is repaid.', '这笔借款分几期还款。',
  ]),
  listedField(407, 'Loan', 'loanPurpose', loan('loan_purpose'), [
    'Purpose of the loan', '借款用途', 'What the loan was taken for, in broad words; never the merchant.', '借款用途的大类，从不显示商户。',
  ]),
  listedField(408, 'Loan', 'outstandingPrincipal', loan('outstanding_principal_minor'), [
    'Principal not yet repaid', '未还本金', 'How much of the loan is still to be repaid.', '这笔借款尚未归还的本金。',
  ]),
  listedField(409, 'Loan', 'loanStatus', loan('loan_status'), [
    'Status of the loan', '借款状态', 'Whether the loan is in order, overdue or settled.', '这笔借款正常、逾期或结清等状态。',
  ], { adverse: true, requires: STATUS }),
  listedField(410, 'Loan', 'settledOn', loan('settled_on'), [
    'Settled on', '结清日期', 'The day on which the loan was fully repaid.', '这笔借款还清的日期。',
  ], { requires: STATUS }),
  listedField(411, 'Loan', 'repayments', { kind: 'list', record: 'repayment' }, [
    'List of repayments', '还款明细', 'That each single instalment stands in a list of its own.', '逐期列出您的还款。',
  ], { adverse: true, container: true }),

  listedField(450, 'Repayment', 'dueOn', repayment('due_on'), [
    'Due on', '应还日期', 'The day by which the instalment was to be paid.', '这一期应还款的日期。',
  ]),
  listedField(451, 'Repayment', 'dueAmount', repayment('due_amount_minor'), [
    'Amount due', '应还金额', 'How much the instalment was.', '这一期应还的金额。',
  ]),
  listedField(452, 'Repayment', 'paidOn', repayment('paid_on'), [
    'Paid in full on', '还清日期', 'The day on which the instalment was fully paid.', '这一期还清的日期。',
  ]),
  listedField(453, 'Repayment', 'lastPaidOn', repayment('last_paid_on'), [
    'Last payment on', '最近还款日期', 'The day of the latest payment towards the instalment.', '这一期最近一次还款的日期。',
  ]),
  listedField(454, 'Repayment', 'paidAmount', repayment('paid_amount_minor'), [
    'Amount paid', '已还金额', 'How much of the instalment has been paid so far.', '这一期累计已还的金额。',
  ]),
  listedField(455, 'Repayment', 'daysPastDue', { kind: 'lateness', record: 'repayment', from: 'due_on', until: 'paid_on' }, [
    'Days late', '逾期天数', 'By how many days the instalment was paid late, or has been late so far.', '这一期逾期还款的天数。',
  ], { adverse: true, coarser: summary('maxDaysPastDue24m') }),
  listedField(456, 'Repayment', 'kind', repayment('kind'), [
    'Kind of repayment', '还款类型', 'Whether it was paid as agreed, early, in part, or by somebody else.', '按期、提前、部分还款或由他人代还等。',
  ], { adverse: true }),
]; // prettier-ignore
