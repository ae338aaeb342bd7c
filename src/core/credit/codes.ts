/** Closed lists of the credit record (credit-record.md, sections 3, 4 and 7). */
export const PRODUCTS = ['HUABEI', 'JIEBEI', 'OTHER'] as const;
export type Product = (typeof PRODUCTS)[number];

export const ACCOUNT_CLASSES = ['D1', 'R1', 'R2', 'R3', 'R4', 'C1'] as const;
export type AccountClass = (typeof ACCOUNT_CLASSES)[number];

export const PORTFOLIO_TYPES = ['REVOLVING', 'INSTALMENT', 'LINE_OF_CREDIT'] as const;
export type PortfolioType = (typeof PORTFOLIO_TYPES)[number];

export const LIABILITY_ROLES = ['INDIVIDUAL', 'JOINT', 'GUARANTOR'] as const;
export const FIVE_TIER_CLASSES = [
  'NORMAL', 'SPECIAL_MENTION', 'SUBSTANDARD', 'DOUBTFUL', 'LOSS', 'DEFAULT', 'UNCLASSIFIED',
] as const; // prettier-ignore
export const ACCOUNT_STATUSES = [
  'NORMAL', 'OVERDUE', 'SETTLED', 'BAD_DEBT', 'MOVED_OUT', 'COLLATERAL_SHORT', 'FORCED_CLOSE', 'JUDICIAL_RECOVERY',
  'STOPPED_BY_BANK', 'FROZEN', 'STOPPED', 'CLOSED', 'NOT_ACTIVATED', 'IN_COLLECTION', 'COLLECTION_ENDED',
] as const; // prettier-ignore
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export const AMOUNT_BANDS = ['A0', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6'] as const;
export type AmountBand = (typeof AMOUNT_BANDS)[number];
export const COUNT_BANDS = ['C0', 'C1_2', 'C3_5', 'C6_9', 'C10_PLUS'] as const;
export type CountBand = (typeof COUNT_BANDS)[number];
export const COUNT_BANDS_12M = ['Y0', 'Y1_3', 'Y4_12', 'Y13_36', 'Y37_120', 'Y121_PLUS'] as const;
export type CountBand12m = (typeof COUNT_BANDS_12M)[number];
export const UTILISATION_BANDS = ['U0', 'U1', 'U2', 'U3', 'U4', 'U5', 'U6'] as const;
export type UtilisationBand = (typeof UTILISATION_BANDS)[number];
export const PAYER_TYPES = ['TRANSACTOR', 'REVOLVER', 'INACTIVE'] as const;
export type PayerType = (typeof PAYER_TYPES)[number];

/** One character of the payment grid. */
export const REPAYMENT_STATUS_CODES = [
  'N', 'M', '*', 'A', '/', '#', '1', '2', '3', '4', '5', '6', '7', 'C', 'D', 'Z', 'B', 'G',
] as const; // prettier-ignore
export type RepaymentStatusCode = (typeof REPAYMENT_STATUS_CODES)[number];

/** What a loan was taken for; never a merchant, never illness. */
export const LOAN_PURPOSES = ['CONSUMPTION', 'EDUCATION', 'RENOVATION', 'TRAVEL', 'OTHER'] as const;
export const REPAYMENT_KINDS = ['SCHEDULED', 'PARTIAL', 'EARLY', 'EARLY_FULL', 'GUARANTOR', 'ASSET'] as const;
export type RepaymentKind = (typeof REPAYMENT_KINDS)[number];
export const STATEMENT_AUTHORS = ['BORROWER', 'FURNISHER', 'BUREAU'] as const;
export const DISPUTE_OUTCOMES = ['OPEN', 'CORRECTED', 'FLAG_REMOVED', 'UNVERIFIABLE_NOTED'] as const;
export type DisputeOutcome = (typeof DISPUTE_OUTCOMES)[number];

/** Codes of the personal credit report, by the field that carries them. */
export const REPORT_CODES = {
  businessType: [
    '11',
    '12',
    '13',
    '21',
    '31',
    '32',
    '33',
    '41',
    '51',
    '52',
    '53',
    '71',
    '81',
    '82',
    '91',
    '92',
    '99',
    'A1',
    'B1',
  ],
  furnisherType: ['11', '24', '25', '51', '53'],
  repaymentMethod: ['11', '12', '13', '21', '23', '31', '32'],
  repaymentFrequency: ['01', '02', '03', '04', '07', '08'],
  guaranteeType: ['1', '2', '3', '4', '5', '6', '7', '9'],
  inquiryReason: ['01', '02', '03', '08', '09', '16', '18', '19', '20', '21', '22', '23', '24', '25', '26'],
} as const;

/** Was the report asked for a decision on credit? Such a look-up is hard (credit-record.md, section 12). */
export function isHardReason(reason: string): boolean {
  return ['02', '03', '08', '20', '24', '26'].includes(reason);
}

/** Does this status of an account or a loan count against the borrower? */
export function isAdverseStatus(status: AccountStatus): boolean {
  return ADVERSE_STATUSES.has(status);
}
const ADVERSE_STATUSES: ReadonlySet<AccountStatus> = new Set([
  'OVERDUE', 'BAD_DEBT', 'COLLATERAL_SHORT', 'FORCED_CLOSE', 'JUDICIAL_RECOVERY', 'STOPPED_BY_BANK', 'FROZEN', 'STOPPED',
  'IN_COLLECTION', 'COLLECTION_ENDED',
]); // prettier-ignore

/** Does a special transaction of this type count against the borrower? All but early repayments and settlements. */
export function isAdverseEvent(type: string): boolean {
  return type !== '4' && type !== '5';
}

/** Does this month's code count against the borrower? */
export function isAdverse(code: RepaymentStatusCode): boolean {
  return '1234567DZBG'.includes(code);
}

/** How the account of this class is repaid; C1 is a debt in collection and has none. */
export function portfolioTypeOf(accountClass: AccountClass): PortfolioType | null {
  switch (accountClass) {
    case 'D1':
      return 'INSTALMENT';
    case 'R1':
    case 'R4':
      return 'LINE_OF_CREDIT';
    case 'R2':
    case 'R3':
      return 'REVOLVING';
    case 'C1':
      return null;
  }
}

const STATUS_BY_CLASS: Readonly<Record<AccountClass, Readonly<Record<string, AccountStatus>>>> = {
  D1: {
    1: 'NORMAL', 2: 'OVERDUE', 3: 'SETTLED', 4: 'BAD_DEBT', 5: 'MOVED_OUT', 6: 'COLLATERAL_SHORT', 7: 'FORCED_CLOSE',
    8: 'JUDICIAL_RECOVERY',
  },
  R4: { 1: 'NORMAL', 2: 'OVERDUE', 3: 'SETTLED', 4: 'BAD_DEBT', 6: 'COLLATERAL_SHORT', 8: 'JUDICIAL_RECOVERY' },
  R1: {
    1: 'NORMAL', 2: 'OVERDUE', 3: 'SETTLED', 4: 'BAD_DEBT', 5: 'STOPPED_BY_BANK', 6: 'COLLATERAL_SHORT', 8: 'JUDICIAL_RECOVERY',
  },
  R2: {
    1: 'NORMAL', 2: 'FROZEN', 3: 'STOPPED', 4: 'CLOSED', 5: 'BAD_DEBT', 6: 'NOT_ACTIVATED', 8: 'JUDICIAL_RECOVERY',
    31: 'STOPPED_BY_BANK',
  },
  R3: {
    1: 'NORMAL', 2: 'FROZEN', 3: 'STOPPED', 4: 'CLOSED', 5: 'BAD_DEBT', 6: 'NOT_ACTIVATED', 8: 'JUDICIAL_RECOVERY',
    31: 'STOPPED_BY_BANK',
  },
  C1: { 1: 'IN_COLLECTION', 2: 'COLLECTION_ENDED' },
}; // prettier-ignore

/** The status behind a furnisher's raw number, which means different things per class; null for an unknown number. */
export function accountStatusOf(accountClass: AccountClass, rawStatus: string): AccountStatus | null {
  return STATUS_BY_CLASS[accountClass][rawStatus] ?? null;
}
