import { Field, ID, Int, ObjectType } from 'type-graphql';
import { FIELD_CATALOGUE } from '../core/credit/field-catalogue';
import * as enums from './enums';
import * as scalars from './scalars';

/** Declares the consentable fields of a type: nullable, in the catalogue's own words. Directives follow in build-schema. */
const consentableOf =
  (typeName: string) =>
  (type: () => unknown): PropertyDecorator =>
  (target, name) => {
    const { explanation } = FIELD_CATALOGUE.load(`${typeName}.${String(name)}`);
    Field(type as () => StringConstructor, { nullable: true, description: explanation.en })(target, name);
  };
const text = (): StringConstructor => String;
const int = (): typeof Int => Int;
const date = () => scalars.LocalDateScalar;
const money = () => scalars.MinorUnitsScalar;
const code = () => scalars.ReportCodeScalar;

@ObjectType('Dispute', {
  simpleResolvers: true,
  description: 'A dispute of the borrower about a value that is shown here.',
})
export class DisputeType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The field in dispute.' }) targetField: string;
  @Field(() => scalars.YearMonthScalar, { nullable: true, description: 'Set where the target is one month.' }) month?: string;
  @Field(() => ID, { nullable: true, description: 'Set where the target is one loan or its repayment.' }) loanRef?: string;
  @Field(date, { description: 'When it was received.' }) receivedOn: string;
  @Field(date, { description: 'By when it is to be answered: 20 days after it was received.' }) answerDueOn: string;
  @Field(date, { nullable: true, description: 'When it was answered.' }) answeredOn?: string;
  @Field(() => enums.DisputeOutcomeEnum, { description: 'What became of it.' }) outcome: string;
}

const identity = consentableOf('Identity');
@ObjectType('Identity', { simpleResolvers: true, description: 'Who the borrower is and how to reach them.' })
export class IdentityType {
  @identity(text) fullName?: string;
  @identity(() => enums.IdTypeEnum) idType?: string;
  @identity(text) idNumberMasked?: string;
  @identity(text) idNumber?: string;
  @identity(int) birthYear?: number;
  @identity(date) dateOfBirth?: string;
  @identity(date) identityUpdatedOn?: string;
  @identity(text) mobileMasked?: string;
  @identity(text) mobile?: string;
  @identity(text) residenceCity?: string;
  @identity(text) residenceAddress?: string;
  @Field(() => [DisputeType], { nullable: true, description: 'Only disputes about values shown here.' })
  disputes?: DisputeType[];
}

@ObjectType('IndicatorBasis', {
  simpleResolvers: true,
  description: 'What an indicator was computed from. Months, never days: a day would tell when a loan was taken.',
})
export class IndicatorBasisType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The indicator.' }) field: string;
  @Field(() => [enums.ProductEnum], { description: 'Products that contributed a record.' }) products: string[];
  @Field(() => scalars.YearMonthScalar, { description: 'First month that contributed.' }) firstMonth: string;
  @Field(() => scalars.YearMonthScalar, { description: 'Last month that contributed.' }) lastMonth: string;
  @Field(() => String, { nullable: true, description: 'ISO 4217 currency of an amount.' }) currency?: string;
  @Field(() => Boolean, { description: 'Was a part of it estimated, as its formula says?' }) estimated: boolean;
  @Field(() => Int, { description: 'Version of the formula.' }) formulaVersion: number;
}

const summary = consentableOf('CreditSummary');
@ObjectType('CreditSummary', {
  simpleResolvers: true,
  description: 'Indicators over the permitted products and months only, which basis names. Rates and ratios in basis points.',
})
export class CreditSummaryType {
  @summary(money) borrowedAmount12m?: number;
  @summary(() => enums.CountBand12mEnum) loanCountBand12m?: string;
  @summary(int) loanCount12m?: number;
  @summary(() => scalars.DecimalScalar) loansPerMonth12m?: string;
  @summary(int) peakLoansInMonth12m?: number;
  @summary(int) activeBorrowingMonths12m?: number;
  @summary(money) averageLoanAmount12m?: number;
  @summary(int) maxConcurrentLoans12m?: number;
  @summary(int) monthsSinceLastLoan?: number;
  @summary(int) daysSinceLastLoan?: number;
  @summary(int) medianDaysBetweenLoans12m?: number;
  @summary(() => Boolean) alwaysOnTime24m?: boolean;
  @summary(int) onTimeMonthRate24m?: number;
  @summary(int) onTimeRate24m?: number;
  @summary(() => scalars.RepaymentStatusCodeScalar) worstStatus24m?: string;
  @summary(() => scalars.RepaymentStatusCodeScalar) worstStatus60m?: string;
  @summary(int) delinquentMonths24m?: number;
  @summary(int) maxConsecutiveDelinquentMonths24m?: number;
  @summary(int) delinquent30Months24m?: number;
  @summary(int) delinquent60Months24m?: number;
  @summary(int) delinquent90Months24m?: number;
  @summary(int) maxDaysPastDue24m?: number;
  @summary(int) monthsSinceLastDelinquency?: number;
  @summary(() => Boolean) overdueNow?: boolean;
  @summary(() => enums.UtilisationBandEnum) utilisationBand?: string;
  @summary(int) utilisation?: number;
  @summary(int) utilisation6m?: number;
  @summary(money) monthlyDebtService?: number;
  @summary(() => enums.PayerTypeEnum) payerType12m?: string;
  @summary(int) monthsOnBook?: number;
  @summary(int) openAccountCount?: number;
  @summary(int) lenderCount?: number;
  @summary(int) hardInquiries1m?: number;
  @summary(int) hardInquiries3m?: number;
  @summary(int) hardInquiries6m?: number;
  @summary(int) hardInquiries24m?: number;
  @Field(() => [IndicatorBasisType], { nullable: true, description: 'One row per indicator asked for that has a value.' })
  basis?: IndicatorBasisType[];
}

@ObjectType('FundingShare', { simpleResolvers: true, description: 'One funder of a credit.' })
export class FundingShareType {
  @Field(() => String, { description: 'Name of the institution.' }) institution: string;
  @Field(() => Int, { description: 'Its share in basis points.' }) shareBp: number;
}
@ObjectType('SpecialEvent', { simpleResolvers: true, description: 'A special transaction or event of an account.' })
export class SpecialEventType {
  @Field(code, { description: 'Kind of the event.' }) type: string;
  @Field(date, { nullable: true, description: 'When it occurred.' }) occurredOn?: string;
  @Field(money, { nullable: true, description: 'The amount concerned.' }) amount?: number;
  @Field(int, { nullable: true, description: 'By how many months a due date moved.' }) monthsChanged?: number;
}

const month = consentableOf('MonthlySummary');
@ObjectType('MonthlySummary', {
  simpleResolvers: true,
  description: 'One account in one month; listed only if a field asked for and released in it has a value.',
})
export class MonthlySummaryType {
  @Field(() => scalars.YearMonthScalar, { description: 'The month.' }) month: string;
  @month(() => enums.AmountBandEnum) borrowedAmountBand?: string;
  @month(money) borrowedAmount?: number;
  @month(money) balance?: number;
  @month(money) usedLimit?: number;
  @month(money) averageUsedLimit6m?: number;
  @month(money) maxUsedLimit?: number;
  @month(money) scheduledDue?: number;
  @month(money) actualPaid?: number;
  @month(money) pastDueAmount?: number;
  @month(money) pastDuePrincipal31To60?: number;
  @month(money) pastDuePrincipal61To90?: number;
  @month(money) pastDuePrincipal91To180?: number;
  @month(money) pastDuePrincipalOver180?: number;
  @month(int) pastDuePeriods?: number;
  @month(() => scalars.RepaymentStatusCodeScalar) repaymentStatus?: string;
  @month(int) daysPastDueMonthEnd?: number;
  @month(() => enums.CountBandEnum) loanCountBand?: string;
  @month(int) loanCount?: number;
  @month(int) loanDays?: number;
  @month(int) remainingInstalments?: number;
}

const repayment = consentableOf('Repayment');
@ObjectType('Repayment', { simpleResolvers: true, description: 'One instalment of a loan.' })
export class RepaymentType {
  @repayment(date) dueOn?: string;
  @repayment(money) dueAmount?: number;
  @repayment(date) paidOn?: string;
  @repayment(date) lastPaidOn?: string;
  @repayment(money) paidAmount?: number;
  @repayment(int) daysPastDue?: number;
  @repayment(() => enums.RepaymentKindEnum) kind?: string;
}

const loan = consentableOf('Loan');
@ObjectType('Loan', { simpleResolvers: true, description: 'One loan, or one draw under a line.' })
export class LoanType {
  @Field(() => ID, { description: 'Random, the same for this recipient and purpose at every call.' }) loanRef: string;
  @loan(() => scalars.YearMonthScalar) drawnMonth?: string;
  @loan(date) drawnOn?: string;
  @loan(() => enums.AmountBandEnum) principalBand?: string;
  @loan(money) principal?: number;
  @loan(int) annualRateBp?: number;
  @loan(int) termDays?: number;
  @loan(int) instalmentCount?: number;
  @loan(() => enums.LoanPurposeEnum) loanPurpose?: string;
  @loan(money) outstandingPrincipal?: number;
  @loan(() => enums.AccountStatusEnum) loanStatus?: string;
  @loan(date) settledOn?: string;
  @loan(() => [RepaymentType]) repayments?: RepaymentType[];
}

const inquiry = consentableOf('Inquiry');
@ObjectType('Inquiry', { simpleResolvers: true, description: "One look-up of the borrower's report." })
export class InquiryType {
  @inquiry(date) inquiredOn?: string;
  @inquiry(text) institutionName?: string;
  @inquiry(code) institutionType?: string;
  @inquiry(code) reason?: string;
  @inquiry(code) businessType?: string;
  @inquiry(() => Boolean) isHard?: boolean;
  @Field(() => [DisputeType], { nullable: true, description: 'Only disputes about values shown here.' })
  disputes?: DisputeType[];
}

const statement = consentableOf('Statement');
@ObjectType('Statement', { simpleResolvers: true, description: 'What the borrower or another party states.' })
export class StatementType {
  @statement(() => enums.StatementAuthorEnum) author?: string;
  @statement(text) text?: string;
  @statement(date) madeOn?: string;
}

const account = consentableOf('CreditAccount');
@ObjectType('CreditAccount', {
  simpleResolvers: true,
  description:
    'Listed only if a field asked for and released, in it or below it, has a value: an empty shell would tell that withheld records exist.',
})
export class CreditAccountType {
  @Field(() => ID, { description: 'Random, the same for this recipient and purpose at every call.' }) accountRef: string;
  @Field(() => String, { description: 'ISO 4217.' }) currency: string;
  @Field(date, { description: "The platform's as-of date, the same for all its borrowers." }) reportedOn: string;
  @account(() => enums.ProductEnum) product?: string;
  @account(() => enums.AccountClassEnum) accountClass?: string;
  @account(() => enums.PortfolioTypeEnum) portfolioType?: string;
  @account(code) businessType?: string;
  @account(text) furnisherName?: string;
  @account(code) furnisherType?: string;
  @account(int) openedYear?: number;
  @account(date) openedOn?: string;
  @account(date) maturityOn?: string;
  @account(date) closedOn?: string;
  @account(() => enums.AmountBandEnum) creditLimitBand?: string;
  @account(money) creditLimit?: number;
  @account(money) originalAmount?: number;
  @account(code) repaymentMethod?: string;
  @account(code) repaymentFrequency?: string;
  @account(code) guaranteeType?: string;
  @account(() => enums.LiabilityRoleEnum) liabilityRole?: string;
  @account(() => [FundingShareType]) fundingShares?: FundingShareType[];
  @account(() => enums.AccountStatusEnum) status?: string;
  @account(() => enums.FiveTierClassEnum) fiveTierClass?: string;
  @account(() => [SpecialEventType]) specialEvents?: SpecialEventType[];
  @Field(() => [DisputeType], { nullable: true, description: 'Only disputes about fields and items released here.' })
  disputes?: DisputeType[];
}

@ObjectType('Cell', { simpleResolvers: true, description: 'One field of one product.' })
export class CellType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The field.' }) field: string;
  @Field(() => enums.ProductEnum, { nullable: true, description: 'null: a field that is not counted per product.' })
  product: string | null;
}

const report = consentableOf('CreditReport');
@ObjectType('CreditReport', {
  simpleResolvers: true,
  description: 'What one recipient sees of one person for one purpose at one instant.',
})
export class CreditReportType {
  @Field(() => ID, { description: 'Also the id of the disclosure in the ledger.' }) reportId: string;
  @Field(() => scalars.DateTimeScalar, { description: 'The instant at which consent was judged.' }) decidedAt: number;
  @Field(() => enums.PurposeEnum, { description: 'Why it was asked.' }) purpose: string;
  @Field(() => enums.CompletenessEnum, { description: 'Absence of a value proves nothing.' }) completeness: string;
  @Field(() => scalars.DateTimeScalar, {
    nullable: true,
    description:
      "Delete by then: the earliest limit among the consents behind the values present; without any value, or any limit, the purpose's own limit.",
  })
  eraseBy?: number;
  @Field(() => IdentityType, { description: 'Who the person is; a container without data of its own.' }) identity: IdentityType;
  @Field(() => CreditSummaryType, { description: 'Indicators; a container without data of its own.' }) summary: CreditSummaryType;
  @report(() => [InquiryType]) inquiries?: InquiryType[];
  @report(() => [StatementType]) statements?: StatementType[];
  @Field(() => [CellType], {
    nullable: true,
    description: 'Under absence policy EXPLICIT: what was asked and not permitted, [] if nothing. Otherwise null.',
  })
  withheldFields?: CellType[];
}
