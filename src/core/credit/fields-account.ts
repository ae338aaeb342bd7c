import type { DataCluster } from '../consent/data-cluster';
import type { FieldEntry } from './field-catalogue';

type Words = readonly [labelEn: string, labelZh: string, explanationEn: string, explanationZh: string];
type Marks = Partial<Pick<FieldEntry, 'coarser' | 'requires' | 'adverse' | 'container' | 'source' | 'since'>>;

function accountField(
  id: number,
  name: string,
  cluster: DataCluster,
  column: string,
  [labelEn, labelZh, explanationEn, explanationZh]: Words,
  marks: Marks = {},
): FieldEntry {
  return {
    id,
    coordinate: `CreditAccount.${name}`,
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
    source: { kind: 'column', record: 'account', column, sealed: false },
    label: { en: labelEn, zh: labelZh },
    explanation: { en: explanationEn, zh: explanationZh },
    ...marks,
  };
}

/** Terms and state of one account; ids 100 to 199. */
export const ACCOUNT_FIELDS: readonly FieldEntry[] = [
  accountField(100, 'product', 'ACCOUNT_TERMS', 'product', [
    'Product', '产品', 'Which product the account belongs to, such as Huabei or Jiebei.', '账户所属的产品，例如花呗或借呗。',
  ]),
  accountField(101, 'accountClass', 'ACCOUNT_TERMS', 'account_class', [
    'Account class', '账户类型', 'How the credit report classes the account.', '征信报告中的账户类型。',
  ]),
  accountField(102, 'portfolioType', 'ACCOUNT_TERMS', 'portfolio_type', [
    'Portfolio type', '组合类型', 'Whether the account is a revolving card, a line or an instalment loan.', '账户是循环、授信额度还是分期。',
  ]),
  accountField(103, 'businessType', 'ACCOUNT_TERMS', 'business_type', [
    'Kind of business', '业务种类', 'What kind of credit it is.', '信贷业务的种类。',
  ]),
  accountField(104, 'furnisherName', 'ACCOUNT_TERMS', 'furnisher_name', [
    'Managing institution', '业务管理机构', 'The institution that keeps the account.', '管理该账户的机构。',
  ]),
  accountField(105, 'furnisherType', 'ACCOUNT_TERMS', 'furnisher_type', [
    'Kind of managing institution', '业务管理机构类型', 'What kind of institution keeps the account.', '管理该账户的机构类型。',
  ]),
  accountField(106, 'openedYear', 'ACCOUNT_TERMS', 'opened_year', [
    'Year opened', '开户年份', 'The year in which the account was opened.', '账户开立的年份。',
  ]),
  accountField(107, 'openedOn', 'ACCOUNT_TERMS', 'opened_on', [
    'Opened on', '开户日期', 'The day on which the account was opened.', '账户开立的日期。',
  ], { coarser: ['CreditAccount.openedYear', 'CreditSummary.monthsOnBook'] }),
  accountField(108, 'maturityOn', 'ACCOUNT_TERMS', 'maturity_on', [
    'Matures on', '到期日期', 'The day on which the credit ends; revolving lines have none.', '信贷到期的日期；循环额度没有到期日。',
  ]),
  accountField(109, 'closedOn', 'ACCOUNT_TERMS', 'closed_on', [
    'Closed on', '关闭日期', 'The day on which the account was closed.', '账户关闭的日期。',
  ]),
  accountField(110, 'creditLimitBand', 'ACCOUNT_TERMS', 'credit_limit_band', [
    'Credit limit, band', '授信额度区间', 'Roughly how much you may borrow.', '您可借额度的大致区间。',
  ]),
  accountField(111, 'creditLimit', 'ACCOUNT_TERMS', 'credit_limit_minor', [
    'Credit limit', '授信额度', 'Exactly how much you may borrow.', '您可借的确切额度。',
  ], { coarser: ['CreditAccount.creditLimitBand'] }),
  accountField(112, 'originalAmount', 'BORROWING_AMOUNT', 'original_amount_minor', [
    'Original amount', '借款金额', 'The amount of an instalment loan when it was paid out.', '分期贷款发放时的金额。',
  ]),
  accountField(113, 'repaymentMethod', 'ACCOUNT_TERMS', 'repayment_method', [
    'Repayment method', '还款方式', 'How the credit is repaid, such as in equal instalments.', '还款方式，例如等额本息。',
  ]),
  accountField(114, 'repaymentFrequency', 'ACCOUNT_TERMS', 'repayment_frequency', [
    'Repayment frequency', '还款频率', 'How often a repayment is due.', '多久还款一次。',
  ]),
  accountField(115, 'guaranteeType', 'ACCOUNT_TERMS', 'guarantee_type', [
    'Kind of guarantee', '担保方式', 'How the credit is secured, if at all.', '信贷是否担保及担保方式。',
  ]),
  accountField(116, 'liabilityRole', 'ACCOUNT_TERMS', 'liability_role', [
    'Your part in the debt', '共同借款标志', 'Whether you owe alone, jointly or as a guarantor.', '您是单独借款、共同借款还是担保人。',
  ]),
  accountField(117, 'fundingShares', 'LOAN_DETAIL', 'funding_shares', [
    'Funding shares', '联合出资比例', 'Which institutions funded the credit, and in what shares.', '各出资机构及其出资比例。',
  ], { container: true }),
  accountField(118, 'status', 'REPAYMENT_STATUS', 'status', [
    'Account status', '账户状态', 'Whether the account is in order, overdue, settled or closed.', '账户正常、逾期、结清或关闭等状态。',
  ], { adverse: true }),
  accountField(119, 'fiveTierClass', 'REPAYMENT_STATUS', 'five_tier_class', [
    'Five-tier class', '五级分类', 'How the lender grades the risk of the debt.', '贷款机构对债务风险的五级分类。',
  ], { adverse: true }),
  accountField(120, 'specialEvents', 'REPAYMENT_STATUS', 'special_events', [
    'Special transactions', '特殊交易', 'Extensions, early settlements, payments by a guarantor and the like.', '展期、提前结清、担保人代还等特殊交易。',
  ], { adverse: true, container: true }),
  accountField(121, 'loans', 'LOAN_DETAIL', '', [
    'List of loans', '借款明细', 'That each single loan stands in a list of its own, and so how many there are.', '逐笔列出您的借款，因而也显示借款笔数。',
  ], { container: true, since: 2, coarser: ['MonthlySummary.loanCount'], source: { kind: 'list', record: 'loan' } }),
]; // prettier-ignore
