import { registerEnumType } from 'type-graphql';
import {
  ABSENCE_POLICIES,
  ACCESS_MODES,
  CONSENT_STATUS_REASONS,
  CONSENT_STATUSES,
  EVIDENCE_CHANNELS,
  FREQUENCY_UNITS,
  LEGAL_BASES,
} from '../core/consent/consent';
import { CONSENT_REQUEST_STATUSES } from '../core/consent/consent-request';
import { DATA_CLUSTERS } from '../core/consent/data-cluster';
import { VERDICT_REASONS } from '../core/consent/decision';
import { PURPOSES } from '../core/consent/purpose';
import { RECEIPT_KINDS } from '../core/consent/receipt';
import { CONSENT_LIMITS } from '../core/consent/transitions';
import * as codes from '../core/credit/codes';
import { INSTITUTION_KINDS, ROLES } from '../core/identity/actor';
import { ID_TYPES } from '../core/identity/borrower-identity';

type EnumObject<V extends string> = { readonly [K in V]: K };

/** Registers a closed list of core as a GraphQL enum, with a word on each of its values. */
function enumOf<V extends string>(
  name: string,
  description: string,
  values: readonly V[],
  words: Readonly<Record<V, string>>,
): EnumObject<V> {
  const made = Object.fromEntries(values.map((value) => [value, value])) as EnumObject<V>;
  const valuesConfig = Object.fromEntries(values.map((value) => [value, { description: words[value] }])) as Record<
    V,
    { description: string }
  >;
  registerEnumType(made, { name, description, valuesConfig });
  return made;
}

export const RoleEnum = enumOf('Role', 'What a party is to the gateway.', ROLES, {
  BANK: 'A bank: asks for credit reports.',
  CREDIT_REFERENCE_CENTRE: 'The credit reference centre: a recipient with a purpose of its own.',
  PLATFORM: 'A lending platform: furnishes records and changes consents for its customers.',
  BORROWER: 'The person whose data it is.',
  AUDITOR: 'Inspects schema and ledger, sees no borrower data.',
});
export const InstitutionKindEnum = enumOf('InstitutionKind', 'Kind of a registered institution.', INSTITUTION_KINDS, {
  BANK: 'A bank.',
  PLATFORM: 'A lending platform.',
  CREDIT_REFERENCE_CENTRE: 'A credit reference centre.',
  AUDITOR: 'An auditor.',
});
export const ProductEnum = enumOf('Product', 'Product of a platform.', codes.PRODUCTS, {
  HUABEI: 'A revolving line, like a credit card.',
  JIEBEI: 'Small unsecured loans.',
  OTHER: 'Any other product.',
});
export const PurposeEnum = enumOf('Purpose', 'Why a recipient asks.', PURPOSES, {
  MORTGAGE_ORIGINATION: 'Deciding on a mortgage.',
  CONSUMER_LOAN_ORIGINATION: 'Deciding on a consumer loan.',
  CARD_APPROVAL: 'Deciding on a credit card.',
  GUARANTEE_REVIEW: 'Checking a guarantor.',
  POST_LOAN_MANAGEMENT: 'Managing a loan that was paid out.',
  CREDIT_REPORTING: 'Passing records to the credit reference centre.',
});
export const DataClusterEnum = enumOf('DataCluster', 'What a borrower recognises as one thing.', DATA_CLUSTERS, {
  IDENTITY: 'Who you are.',
  CONTACT: 'How to reach you.',
  ACCOUNT_TERMS: 'Which credit lines you have and on what terms.',
  BORROWING_AMOUNT: 'How much you borrow and owe each month.',
  REPAYMENT_STATUS: 'Whether you repay on time.',
  BORROWING_FREQUENCY: 'How often you borrow.',
  LOAN_DETAIL: 'Each single loan.',
  REPAYMENT_DETAIL: 'Each single repayment.',
  INQUIRY_HISTORY: 'Who asked about you.',
  STATEMENTS: 'Your own statements.',
});
export const SENSITIVITIES = ['NONE', 'PERSONAL', 'FINANCIAL', 'SENSITIVE'] as const;
export const SensitivityEnum = enumOf('Sensitivity', 'How the law protects a field.', SENSITIVITIES, {
  NONE: 'Not personal, or pseudonymous.',
  PERSONAL: 'Personal.',
  FINANCIAL: 'Financial.',
  SENSITIVE: 'Sensitive personal information: separate consent (PIPL 28).',
});
export const ScopeEffectEnum = enumOf('ScopeEffect', 'Effect of a scope; DENY overrides PERMIT.', ['PERMIT', 'DENY'] as const, {
  PERMIT: 'The field may be seen.',
  DENY: 'The field may not be seen, whatever else permits it.',
});
export const AccessModeEnum = enumOf('AccessMode', 'How often a consent may be used.', ACCESS_MODES, {
  ONE_TIME: 'For one disclosure; a retry under the same requestId within 10 minutes is the same one.',
  RECURRING: 'Any number of times while it is valid, within its frequency.',
});
export const FrequencyUnitEnum = enumOf('FrequencyUnit', 'A calendar window in Asia/Shanghai.', FREQUENCY_UNITS, {
  DAY: 'A day.',
  WEEK: 'A week, from Monday.',
  MONTH: 'A calendar month.',
});
export const AbsencePolicyEnum = enumOf('AbsencePolicy', 'What a recipient learns of what it does not see.', ABSENCE_POLICIES, {
  UNIFORM: 'Nothing: withheld, nothing there and no such person look the same.',
  EXPLICIT: 'Which fields were asked for and not permitted. In practice read as a reason to decline.',
});
export const ConsentLimitEnum = enumOf('ConsentLimit', 'A limit that an amendment can take away.', CONSENT_LIMITS, {
  FREQUENCY: 'How often it may be used.',
  DATA_FROM: 'The first day of the records that may be seen.',
  DATA_UNTIL: 'The first day of the records that may no longer be seen.',
  DATA_LIFE_DAYS: "How long the recipient may keep what it saw; the purpose's own limit comes back.",
});
export const ConsentRequestStatusEnum = enumOf(
  'ConsentRequestStatus',
  'State of a consent request. A recipient never gets REJECTED: a rejected request is PENDING to it until lapsesAt, then LAPSED.',
  CONSENT_REQUEST_STATUSES,
  {
    PENDING: 'Not answered yet.',
    APPROVED: 'A consent was granted under it.',
    REJECTED: 'Refused.',
    LAPSED: 'No longer open to an answer.',
  },
);
export const ReceiptKindEnum = enumOf('ReceiptKind', 'The transition that a receipt is for.', RECEIPT_KINDS, {
  GRANT: 'A consent was granted.',
  AMENDMENT: 'A new version was made.',
  PAUSE: 'It was paused.',
  RESUME: 'It was resumed.',
  REJECTION: 'A request was rejected.',
  REVOCATION: 'It was revoked.',
  EXPIRY: 'Its end by the clock was recorded.',
});
export const VerdictEnum = enumOf('Verdict', 'Whether a cell is released.', ['RELEASE', 'WITHHOLD'] as const, {
  RELEASE: 'Released where there is a record.',
  WITHHOLD: 'Not released.',
});
export const VerdictReasonEnum = enumOf('VerdictReason', 'The rule that decided a cell.', VERDICT_REASONS, {
  PERMITTED: 'Permitted itself.',
  IMPLIED: 'A finer field is permitted.',
  INDICATOR: 'The indicator is permitted itself.',
  INPUTS: 'All inputs are permitted over the whole window.',
  UNKNOWN_BORROWER: 'No such person is stored.',
  NO_CONSENT: 'No consent to this recipient for this purpose.',
  NOT_GRANTED: 'No consent permits it.',
  NEWER_FIELD: 'It joined the catalogue after the consent was granted.',
  OUTSIDE_PURPOSE: 'Its cluster is not open to the purpose.',
  DENIED: 'Denied.',
  DENIED_COARSER: 'A coarser field is denied.',
  NOT_STARTED: 'The consent is not valid yet.',
  EXPIRED: 'The consent is no longer valid.',
  REVOKED: 'The consent was revoked.',
  PAUSED: 'The consent is paused.',
  ONE_TIME_USED: 'The consent was for one disclosure, which was made.',
  OVER_FREQUENCY: 'As often as allowed in this window already.',
  TAMPERED: 'The stored consent does not match its hash.',
  WINDOW_NOT_COVERED: 'The inputs are not permitted over the whole window.',
  CONTAINER_WITHHELD: 'The list that it stands in is withheld.',
  REQUIRES: 'It would reveal a field that is not released.',
});
export const DisclosureOutcomeEnum = enumOf(
  'DisclosureOutcome',
  'Whether a look-up released anything.',
  ['RELEASED', 'REFUSED'] as const,
  {
    RELEASED: 'At least one value left.',
    REFUSED: 'Nothing left.',
  },
);
export const LegalChannelEnum = enumOf(
  'LegalChannel',
  'The way that the law provides.',
  ['LICENSED_AGENCY', 'PBOC_DATABASE'] as const,
  {
    LICENSED_AGENCY: 'Through a licensed credit agency.',
    PBOC_DATABASE: 'Into the central database.',
  },
);
export const CompletenessEnum = enumOf('Completeness', 'Whether a report claims to be all there is.', ['NOT_ASSERTED'] as const, {
  NOT_ASSERTED: 'It does not: absence of a value proves nothing.',
});
export const IdTypeEnum = enumOf('IdType', 'What identifies a person.', ID_TYPES, {
  RESIDENT_ID_CARD: 'Resident identity card.',
  PASSPORT: 'Passport.',
  PLATFORM_CUSTOMER_ID: 'The id that a platform knows its customer by.',
});
export const ConsentStatusEnum = enumOf('ConsentStatus', 'State of a consent.', CONSENT_STATUSES, {
  ACTIVE: 'In force, within its dates.',
  PAUSED: 'Shows nothing until resumed; its validity runs on.',
  REVOKED: 'Ended for good.',
  EXPIRED: 'Its validity is over.',
});
export const ConsentStatusReasonEnum = enumOf('ConsentStatusReason', 'Why a consent has its state.', CONSENT_STATUS_REASONS, {
  BORROWER: 'The borrower paused it.',
  PLATFORM: 'The platform paused it.',
  FRAUD_SUSPECTED: 'Paused because somebody may act in the name of the borrower.',
  BORROWER_WITHDREW: 'The borrower revoked it.',
  PLATFORM_ON_BEHALF: 'The platform revoked it for the borrower.',
  RECIPIENT_GAVE_UP: 'The recipient gave it up.',
  RECIPIENT_CLOSED: 'The recipient no longer exists.',
  PLATFORM_CLOSED: 'The platform whose records it covers no longer exists.',
  BORROWER_DECEASED: 'The borrower has died.',
  BORROWER_ERASED: 'The borrower was erased.',
  FRAUD: 'It was not the borrower who granted it.',
  VALIDITY_ENDED: 'Its last day is over.',
  ONE_TIME_USED: 'It was for one disclosure, which was made.',
});
export const EvidenceChannelEnum = enumOf('EvidenceChannel', 'Where the borrower approved.', EVIDENCE_CHANNELS, {
  APP: 'In an app.',
  WEB: 'On a web page.',
  BRANCH: 'In a branch.',
  PHONE: 'By telephone.',
  OTHER: 'Elsewhere.',
});
export const LegalBasisEnum = enumOf('LegalBasis', 'The law a disclosure rests on.', LEGAL_BASES, {
  SEPARATE_CONSENT: 'Separate consent (PIPL 23, 29).',
  WRITTEN_CONSENT_QUERY: 'Written consent to a query (Regulation 18).',
  WRITTEN_CONSENT_FURNISH: 'Written consent to furnishing (Regulation 29).',
});
export const AccountClassEnum = enumOf('AccountClass', 'Class of an account in the credit report.', codes.ACCOUNT_CLASSES, {
  D1: 'Instalment loan.',
  R1: 'Revolving loan.',
  R2: 'Credit card.',
  R3: 'Quasi-credit card.',
  R4: 'Draw under a line.',
  C1: 'Collection.',
});
export const PortfolioTypeEnum = enumOf('PortfolioType', 'How an account is repaid.', codes.PORTFOLIO_TYPES, {
  REVOLVING: 'A card that revolves.',
  INSTALMENT: 'In instalments.',
  LINE_OF_CREDIT: 'A line that is drawn upon.',
});
export const LiabilityRoleEnum = enumOf('LiabilityRole', 'The part a person has in a debt.', codes.LIABILITY_ROLES, {
  INDIVIDUAL: 'Owes alone.',
  JOINT: 'Owes together with others.',
  GUARANTOR: 'Guarantees the debt of another.',
});
export const AccountStatusEnum = enumOf(
  'AccountStatus',
  'State of an account, the same words for every class.',
  codes.ACCOUNT_STATUSES,
  {
    NORMAL: 'In order.',
    OVERDUE: 'Overdue.',
    SETTLED: 'Settled.',
    BAD_DEBT: 'Written off.',
    MOVED_OUT: 'Moved to another lender.',
    COLLATERAL_SHORT: 'Its security no longer covers it.',
    FORCED_CLOSE: 'Closed by force.',
    JUDICIAL_RECOVERY: 'Recovered by a court.',
    STOPPED_BY_BANK: 'Stopped by the lender.',
    FROZEN: 'Frozen.',
    STOPPED: 'Stopped.',
    CLOSED: 'Closed.',
    NOT_ACTIVATED: 'Not activated.',
    IN_COLLECTION: 'In collection.',
    COLLECTION_ENDED: 'Collection ended.',
  },
);
export const FiveTierClassEnum = enumOf('FiveTierClass', "The lender's grade of a debt.", codes.FIVE_TIER_CLASSES, {
  NORMAL: 'Normal.',
  SPECIAL_MENTION: 'Special mention.',
  SUBSTANDARD: 'Substandard.',
  DOUBTFUL: 'Doubtful.',
  LOSS: 'Loss.',
  DEFAULT: 'Default.',
  UNCLASSIFIED: 'Not classified.',
});
export const AmountBandEnum = enumOf(
  'AmountBand',
  'Band of an amount; bounds in yuan, five times as many in New Taiwan dollars.',
  codes.AMOUNT_BANDS,
  {
    A0: 'Nothing.',
    A1: 'Above 0, below 1,000.',
    A2: 'From 1,000, below 5,000.',
    A3: 'From 5,000, below 20,000.',
    A4: 'From 20,000, below 50,000.',
    A5: 'From 50,000, below 200,000.',
    A6: '200,000 or more.',
  },
);
export const CountBandEnum = enumOf('CountBand', 'Band of the number of loans in a month.', codes.COUNT_BANDS, {
  C0: 'None.',
  C1_2: '1 or 2.',
  C3_5: '3 to 5.',
  C6_9: '6 to 9.',
  C10_PLUS: '10 or more.',
});
export const CountBand12mEnum = enumOf('CountBand12m', 'Band of the number of loans in 12 months.', codes.COUNT_BANDS_12M, {
  Y0: 'None.',
  Y1_3: '1 to 3.',
  Y4_12: '4 to 12.',
  Y13_36: '13 to 36.',
  Y37_120: '37 to 120.',
  Y121_PLUS: '121 or more.',
});
export const UtilisationBandEnum = enumOf('UtilisationBand', 'Band of the used share of a limit.', codes.UTILISATION_BANDS, {
  U0: 'Nothing used.',
  U1: 'Below 30 %.',
  U2: '30 % to below 50 %.',
  U3: '50 % to below 70 %.',
  U4: '70 % to below 90 %.',
  U5: '90 % to 100 %.',
  U6: 'Above the limit.',
});
export const PayerTypeEnum = enumOf('PayerType', 'How bills are paid.', codes.PAYER_TYPES, {
  TRANSACTOR: 'Every bill in full.',
  REVOLVER: 'Some bills not in full.',
  INACTIVE: 'No bill.',
});
export const LoanPurposeEnum = enumOf(
  'LoanPurpose',
  'What a loan was taken for; never a merchant, never illness.',
  codes.LOAN_PURPOSES,
  {
    CONSUMPTION: 'Everyday spending.',
    EDUCATION: 'Education.',
    RENOVATION: 'Furnishing or renovating a home.',
    TRAVEL: 'Travel.',
    OTHER: 'Anything else.',
  },
);
export const RepaymentKindEnum = enumOf('RepaymentKind', 'How an instalment was paid.', codes.REPAYMENT_KINDS, {
  SCHEDULED: 'As agreed.',
  PARTIAL: 'In part so far.',
  EARLY: 'Before it was due.',
  EARLY_FULL: 'With the whole loan, before it was due.',
  GUARANTOR: 'By a guarantor.',
  ASSET: 'By handing over assets.',
});
export const StatementAuthorEnum = enumOf('StatementAuthor', 'Who made a statement.', codes.STATEMENT_AUTHORS, {
  BORROWER: 'The borrower.',
  FURNISHER: 'The institution that furnished the record.',
  BUREAU: 'The credit reference centre.',
});
export const DisputeOutcomeEnum = enumOf('DisputeOutcome', 'What became of a dispute.', codes.DISPUTE_OUTCOMES, {
  OPEN: 'Not answered yet; the item is not to be read as settled.',
  CORRECTED: 'The record was corrected.',
  FLAG_REMOVED: 'The record was found right.',
  UNVERIFIABLE_NOTED: 'It could not be verified; the record is kept with a note.',
});
