import type { EpochMs, LocalDate, MonthIndex } from './calendar';
import { ID_TYPES } from '../identity/borrower-identity';
import {
  ACCOUNT_CLASSES,
  DISPUTE_OUTCOMES,
  FIVE_TIER_CLASSES,
  LIABILITY_ROLES,
  LOAN_PURPOSES,
  PRODUCTS,
  REPAYMENT_KINDS,
  REPAYMENT_STATUS_CODES,
  REPORT_CODES,
  STATEMENT_AUTHORS,
} from './codes';
import { TARGET_ENTITIES } from './record-target';

/** Kinds of special transactions and events (credit-record.md, section 4). */
export const SPECIAL_EVENT_TYPES = [
  '1', '2', '3', '4', '5', '6', '7', '8', '9', '11', '12', '13', '14', '16', '17', '21',
] as const; // prettier-ignore

export interface FundingShare {
  readonly institution: string;
  readonly shareBp: number;
}
export interface SpecialEvent {
  readonly type: (typeof SPECIAL_EVENT_TYPES)[number];
  readonly occurredOn: LocalDate;
  readonly amountMinor: number | null;
  readonly monthsChanged: number | null;
}

/** What a value of each kind is after parsing. */
export interface KindValues {
  /** A platform's own id, compared bytewise: 1 to 64 characters without white space at its ends. */
  readonly id: string;
  readonly text: string;
  readonly code: string;
  readonly date: LocalDate;
  readonly month: MonthIndex;
  /** Minor units, 0 or more. */
  readonly money: number;
  readonly signedMoney: number;
  readonly count: number;
  readonly basisPoints: number;
  readonly boolean: boolean;
  readonly instant: EpochMs;
  readonly idList: readonly string[];
  readonly fundingShares: readonly FundingShare[];
  readonly specialEvents: readonly SpecialEvent[];
}
export type FieldKind = keyof KindValues;

/** How one field is furnished and where it is stored: the single source for parsing, columns and comparison. */
export interface FurnishedField {
  readonly kind: FieldKind;
  readonly column: string;
  readonly required?: true;
  /** With kind `code`: the closed list. */
  readonly codes?: readonly string[];
  /** With kind `text`, in characters. */
  readonly maxLength?: number;
  /** With kind `count`: the least that is taken; 0 without it. */
  readonly least?: number;
  /** With kind `date`: a day after today is refused. */
  readonly past?: true;
}
export type FieldSpecification = Readonly<Record<string, FurnishedField>>;

/** credit-record.md, section 14; every value is stored sealed. */
export const BORROWER_FIELDS = {
  customerId: { kind: 'id', column: 'customer_id', required: true },
  idType: { kind: 'code', column: 'id_type', codes: ID_TYPES },
  idNumber: { kind: 'text', column: 'id_number', maxLength: 64 },
  fullName: { kind: 'text', column: 'full_name', maxLength: 200 },
  dateOfBirth: { kind: 'date', column: 'date_of_birth', past: true },
  mobile: { kind: 'text', column: 'mobile', maxLength: 64 },
  residenceCity: { kind: 'text', column: 'residence_city', maxLength: 200 },
  residenceAddress: { kind: 'text', column: 'residence_address', maxLength: 500 },
  guardianCustomerId: { kind: 'id', column: 'guardian_customer_id' },
  identityUpdatedOn: { kind: 'date', column: 'identity_updated_on', past: true },
} as const satisfies FieldSpecification;

export const ACCOUNT_RECORD_FIELDS = {
  accountNo: { kind: 'id', column: 'account_no', required: true },
  customerId: { kind: 'id', column: 'customer_id', required: true },
  product: { kind: 'code', column: 'product', codes: PRODUCTS, required: true },
  accountClass: { kind: 'code', column: 'account_class', codes: ACCOUNT_CLASSES, required: true },
  currency: { kind: 'text', column: 'currency', maxLength: 3, required: true },
  businessType: { kind: 'code', column: 'business_type', codes: REPORT_CODES.businessType },
  furnisherName: { kind: 'text', column: 'furnisher_name', maxLength: 200 },
  furnisherType: { kind: 'code', column: 'furnisher_type', codes: REPORT_CODES.furnisherType },
  openedOn: { kind: 'date', column: 'opened_on', past: true },
  maturityOn: { kind: 'date', column: 'maturity_on' },
  closedOn: { kind: 'date', column: 'closed_on', past: true },
  creditLimitMinor: { kind: 'money', column: 'credit_limit_minor' },
  originalAmountMinor: { kind: 'money', column: 'original_amount_minor' },
  repaymentMethod: { kind: 'code', column: 'repayment_method', codes: REPORT_CODES.repaymentMethod },
  repaymentFrequency: { kind: 'code', column: 'repayment_frequency', codes: REPORT_CODES.repaymentFrequency },
  guaranteeType: { kind: 'code', column: 'guarantee_type', codes: REPORT_CODES.guaranteeType },
  liabilityRole: { kind: 'code', column: 'liability_role', codes: LIABILITY_ROLES },
  liabilityShareBp: { kind: 'basisPoints', column: 'liability_share_bp' },
  coBorrowerCustomerIds: { kind: 'idList', column: 'co_borrowers' },
  fundingShares: { kind: 'fundingShares', column: 'funding_shares' },
  rawStatus: { kind: 'text', column: 'raw_status', maxLength: 4 },
  fiveTierClass: { kind: 'code', column: 'five_tier_class', codes: FIVE_TIER_CLASSES },
  overLimitAllowed: { kind: 'boolean', column: 'over_limit_allowed' },
  specialEvents: { kind: 'specialEvents', column: 'special_events' },
} as const satisfies FieldSpecification;

/** What is borrowed is kept as furnished here; what is served stands in columns of its own, by the loans where there are any. */
export const MONTHLY_SUMMARY_FIELDS = {
  accountNo: { kind: 'id', column: 'account_no', required: true },
  month: { kind: 'month', column: 'month', required: true },
  borrowedAmountMinor: { kind: 'money', column: 'furnished_borrowed_amount_minor' },
  balanceMinor: { kind: 'signedMoney', column: 'balance_minor' },
  usedLimitMinor: { kind: 'money', column: 'used_limit_minor' },
  maxUsedLimitMinor: { kind: 'money', column: 'max_used_limit_minor' },
  creditLimitMinor: { kind: 'money', column: 'credit_limit_minor' },
  scheduledDueMinor: { kind: 'money', column: 'scheduled_due_minor' },
  actualPaidMinor: { kind: 'money', column: 'actual_paid_minor' },
  principalRepaidMinor: { kind: 'money', column: 'principal_repaid_minor' },
  adjustmentMinor: { kind: 'signedMoney', column: 'adjustment_minor' },
  pastDueAmountMinor: { kind: 'money', column: 'past_due_amount_minor' },
  pastDuePrincipal31To60Minor: { kind: 'money', column: 'past_due_principal_31_to_60_minor' },
  pastDuePrincipal61To90Minor: { kind: 'money', column: 'past_due_principal_61_to_90_minor' },
  pastDuePrincipal91To180Minor: { kind: 'money', column: 'past_due_principal_91_to_180_minor' },
  pastDuePrincipalOver180Minor: { kind: 'money', column: 'past_due_principal_over_180_minor' },
  pastDuePeriods: { kind: 'count', column: 'past_due_periods' },
  repaymentStatus: { kind: 'code', column: 'repayment_status', codes: REPAYMENT_STATUS_CODES },
  daysPastDueMonthEnd: { kind: 'count', column: 'days_past_due_month_end' },
  loanCount: { kind: 'count', column: 'furnished_loan_count' },
  loanDays: { kind: 'count', column: 'furnished_loan_days' },
  remainingInstalments: { kind: 'count', column: 'remaining_instalments' },
  adverseNoticeSentAt: { kind: 'instant', column: 'adverse_notice_sent_at_ms' },
  adverseEndedOn: { kind: 'date', column: 'adverse_ended_on', past: true },
} as const satisfies FieldSpecification;

export const LOAN_RECORD_FIELDS = {
  loanNo: { kind: 'id', column: 'loan_no', required: true },
  accountNo: { kind: 'id', column: 'account_no', required: true },
  drawnOn: { kind: 'date', column: 'drawn_on', required: true, past: true },
  principalMinor: { kind: 'money', column: 'principal_minor', required: true },
  annualRateBp: { kind: 'count', column: 'annual_rate_bp' },
  termDays: { kind: 'count', column: 'term_days', least: 1 },
  instalmentCount: { kind: 'count', column: 'instalment_count', least: 1 },
  loanPurpose: { kind: 'code', column: 'loan_purpose', codes: LOAN_PURPOSES },
  outstandingPrincipalMinor: { kind: 'money', column: 'outstanding_principal_minor' },
  rawStatus: { kind: 'text', column: 'raw_status', maxLength: 4 },
  settledOn: { kind: 'date', column: 'settled_on', past: true },
  cancelled: { kind: 'boolean', column: 'cancelled' },
} as const satisfies FieldSpecification;

export const REPAYMENT_RECORD_FIELDS = {
  loanNo: { kind: 'id', column: 'loan_no', required: true },
  instalmentNo: { kind: 'count', column: 'instalment_no', required: true, least: 1 },
  dueOn: { kind: 'date', column: 'due_on', required: true },
  dueAmountMinor: { kind: 'money', column: 'due_amount_minor', required: true },
  paidOn: { kind: 'date', column: 'paid_on', past: true },
  lastPaidOn: { kind: 'date', column: 'last_paid_on', past: true },
  paidAmountMinor: { kind: 'money', column: 'paid_amount_minor' },
  kind: { kind: 'code', column: 'kind', codes: REPAYMENT_KINDS },
} as const satisfies FieldSpecification;

export const INQUIRY_RECORD_FIELDS = {
  inquiryNo: { kind: 'id', column: 'inquiry_no', required: true },
  customerId: { kind: 'id', column: 'customer_id', required: true },
  inquiredOn: { kind: 'date', column: 'inquired_on', required: true, past: true },
  institutionName: { kind: 'text', column: 'institution_name', maxLength: 200, required: true },
  reason: { kind: 'code', column: 'reason', codes: REPORT_CODES.inquiryReason, required: true },
  institutionType: { kind: 'code', column: 'institution_type', codes: REPORT_CODES.furnisherType },
  businessType: { kind: 'code', column: 'business_type', codes: REPORT_CODES.businessType },
} as const satisfies FieldSpecification;

export const DISPUTE_RECORD_FIELDS = {
  disputeNo: { kind: 'id', column: 'dispute_no', required: true },
  customerId: { kind: 'id', column: 'customer_id', required: true },
  targetEntity: { kind: 'code', column: 'target_entity', codes: TARGET_ENTITIES, required: true },
  targetKey: { kind: 'text', column: 'target_key', maxLength: 140, required: true },
  targetField: { kind: 'text', column: 'target_field', maxLength: 64, required: true },
  receivedOn: { kind: 'date', column: 'received_on', required: true, past: true },
  answeredOn: { kind: 'date', column: 'answered_on', past: true },
  outcome: { kind: 'code', column: 'outcome', codes: DISPUTE_OUTCOMES },
} as const satisfies FieldSpecification;

export const STATEMENT_RECORD_FIELDS = {
  statementNo: { kind: 'id', column: 'statement_no', required: true },
  customerId: { kind: 'id', column: 'customer_id', required: true },
  author: { kind: 'code', column: 'author', codes: STATEMENT_AUTHORS, required: true },
  text: { kind: 'text', column: 'text', maxLength: 2_000, required: true },
  madeOn: { kind: 'date', column: 'made_on', required: true, past: true },
  targetEntity: { kind: 'code', column: 'target_entity', codes: TARGET_ENTITIES },
  targetKey: { kind: 'text', column: 'target_key', maxLength: 140 },
} as const satisfies FieldSpecification;

/** In the order in which records depend on each other: parents before children. */
export const FURNISHED_FIELDS = {
  borrower: BORROWER_FIELDS,
  account: ACCOUNT_RECORD_FIELDS,
  monthlySummary: MONTHLY_SUMMARY_FIELDS,
  loan: LOAN_RECORD_FIELDS,
  inquiry: INQUIRY_RECORD_FIELDS,
  repayment: REPAYMENT_RECORD_FIELDS,
  dispute: DISPUTE_RECORD_FIELDS,
  statement: STATEMENT_RECORD_FIELDS,
} as const satisfies Record<string, FieldSpecification>;
export type FurnishedEntity = keyof typeof FURNISHED_FIELDS;
// Object.keys of a literal gives its own keys.
export const FURNISHED_ENTITIES = Object.keys(FURNISHED_FIELDS) as readonly FurnishedEntity[];

/** One value for each entity, in the order of dependence. */
export function byEntity<T>(make: (entity: FurnishedEntity) => T): Readonly<Record<FurnishedEntity, T>> {
  return Object.fromEntries(FURNISHED_ENTITIES.map((entity) => [entity, make(entity)])) as Record<FurnishedEntity, T>; // all of them
}

/** The fields of an entity with their names. */
export function listFields(entity: FurnishedEntity): readonly (readonly [string, FurnishedField])[] {
  const specification: FieldSpecification = FURNISHED_FIELDS[entity];
  return Object.entries(specification);
}

/** Natural keys beside the platform: fields that name a record and are no part of its content, its number first. */
export const KEY_FIELDS = {
  borrower: ['customerId'],
  account: ['accountNo'],
  monthlySummary: ['accountNo', 'month'],
  loan: ['loanNo'],
  inquiry: ['inquiryNo'],
  repayment: ['loanNo', 'instalmentNo'],
  dispute: ['disputeNo'],
  statement: ['statementNo'],
} as const satisfies { readonly [E in FurnishedEntity]: readonly (keyof (typeof FURNISHED_FIELDS)[E])[] };

type ValueOf<F extends FurnishedField> = F extends { readonly codes: readonly (infer Code)[] } ? Code : KindValues[F['kind']];
/** The parsed values of a specification; what was not furnished is null. */
export type ValuesOf<S extends FieldSpecification> = {
  readonly [Name in keyof S]: S[Name] extends { readonly required: true } ? ValueOf<S[Name]> : ValueOf<S[Name]> | null;
};
