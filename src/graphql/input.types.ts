import { ArrayMaxSize, IsInt, Length, Matches, Max, MaxLength, Min, ValidateIf, ValidateNested } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { FREQUENCY_COUNT_MAX } from '../core/consent/grant-rules';
import { Access } from './directives';
import * as enums from './enums';
import * as scalars from './scalars';

/** 1 to 64 of A-Z a-z 0-9 _ -, private to the caller. */
export const KEY = /^[A-Za-z0-9_-]{1,64}$/;
export const keyMessage = { message: 'must be 1 to 64 of A-Z a-z 0-9 _ -' };
const ID_PATTERN = /^[0-9a-f]{32}$/;
const consentIdMessage = { message: 'must be a consent id' };
const requestIdMessage = { message: 'must be a consent request id' };
const DAYS_MAX = 36_500;
export const given = <T>(name: keyof T) => ValidateIf((input: T) => input[name] !== null && input[name] !== undefined);

@InputType({ description: 'A person as the caller knows them. A wrong name is answered like an unknown person.' })
export class BorrowerLookupInput {
  @Field(() => enums.IdTypeEnum, { description: 'What identifies the person.' })
  idType: keyof typeof enums.IdTypeEnum;

  @Length(1, 64)
  @Field(() => String, { description: 'Number of the document, or id at the platform.' })
  idNumber: string;

  @given<BorrowerLookupInput>('fullName')
  @Length(1, 200)
  @Field(() => String, { nullable: true, description: 'Required for RESIDENT_ID_CARD and PASSPORT.' })
  fullName?: string | null;

  @given<BorrowerLookupInput>('platformId')
  @Length(1, 64)
  @Field(() => ID, {
    nullable: true,
    description: 'Which platform issued a PLATFORM_CUSTOMER_ID; a platform may leave it out for itself.',
  })
  platformId?: string | null;
}

@InputType({ description: 'A question about one person.' })
export class CreditReportInput {
  @ValidateNested()
  @Field(() => BorrowerLookupInput, { description: 'Whose report.' })
  borrower: BorrowerLookupInput;

  @Field(() => enums.PurposeEnum, { description: 'Must be registered for the institution, or the call is FORBIDDEN.' })
  purpose: keyof typeof enums.PurposeEnum;

  @Matches(KEY, keyMessage)
  @Field(() => ID, {
    description:
      'New for each question, the same for its retries. A retry runs the whole door again; an unchanged answer is the same disclosure, neither counted nor recorded twice.',
  })
  requestId: string;
}

@InputType({ description: 'One line of a consent as its author writes it.' })
export class ConsentScopeInput {
  @Field(() => scalars.FieldCoordinateScalar, { nullable: true, description: 'Exactly one of field and cluster.' })
  field?: string | null;

  @Field(() => enums.DataClusterEnum, { nullable: true, description: 'Expanded to its fields at the moment of granting.' })
  cluster?: keyof typeof enums.DataClusterEnum | null;

  @Field(() => enums.ProductEnum, { nullable: true, description: 'Exactly one of product and everyProduct.' })
  product?: keyof typeof enums.ProductEnum | null;

  @Field(() => Boolean, { defaultValue: false, description: "This platform's products, later ones too." })
  everyProduct: boolean;

  @Field(() => enums.ScopeEffectEnum, { description: 'Permit or deny.' })
  effect: keyof typeof enums.ScopeEffectEnum;
}

@InputType({ description: 'So many disclosures in each calendar window in Asia/Shanghai, weeks from Monday.' })
export class FrequencyInput {
  @IsInt()
  @Min(1)
  @Max(FREQUENCY_COUNT_MAX)
  @Field(() => Int, { description: 'How many: 1 to 1,000.' })
  count: number;

  @Field(() => enums.FrequencyUnitEnum, { description: 'In which window.' })
  per: keyof typeof enums.FrequencyUnitEnum;
}

@InputType({ description: 'Proof that the borrower approved; the gateway keeps the hash, the caller the document.' })
export class ConsentEvidenceInput {
  @Field(() => scalars.Sha256Scalar, {
    description: 'Of what the borrower signed: recipient, purpose, scopes, dates, policy. Serves once.',
  })
  approvalHash: string;

  @Length(1, 64)
  @Field(() => String, { description: 'Which notice was shown.' })
  noticeId: string;

  @Length(1, 64)
  @Field(() => String, { description: 'Which version of it.' })
  noticeVersion: string;

  @Matches(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, { message: 'must be a BCP 47 tag such as zh-CN' })
  @MaxLength(35)
  @Field(() => String, { description: 'BCP 47, such as zh-CN.' })
  locale: string;

  @Field(() => scalars.DateTimeScalar, { description: 'At most 24 hours old, at most 15 minutes ahead.' })
  approvedAt: number;

  @Field(() => enums.EvidenceChannelEnum, { description: 'Where the borrower approved.' })
  channel: keyof typeof enums.EvidenceChannelEnum;

  @Field(() => Boolean, { description: 'Was the service made conditional on this consent?' })
  bundledWithService: boolean;

  @given<ConsentEvidenceInput>('identityCheck')
  @Length(1, 200)
  @Field(() => String, { nullable: true, description: 'How the person was recognised.' })
  identityCheck?: string | null;
}

@InputType({ description: 'A consent to be granted.' })
export class GrantConsentInput {
  @given<GrantConsentInput>('borrower')
  @ValidateNested()
  @Field(() => BorrowerLookupInput, {
    nullable: true,
    description: 'Left out by borrowers for themselves; a platform must name its customer.',
  })
  borrower?: BorrowerLookupInput | null;

  @Length(1, 64)
  @Field(() => ID, { description: 'Who may look.' })
  recipientId: string;

  @Field(() => enums.PurposeEnum, { description: 'For what.' })
  purpose: keyof typeof enums.PurposeEnum;

  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Field(() => [ConsentScopeInput], { description: 'What may be seen.' })
  scopes: ConsentScopeInput[];

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'Left out: now.' })
  validFrom?: number | null;

  @Field(() => scalars.DateTimeScalar, { description: 'The first instant at which it no longer holds.' })
  validUntil: number;

  @Field(() => enums.AccessModeEnum, { description: 'How often it may be used.' })
  accessMode: keyof typeof enums.AccessModeEnum;

  @given<GrantConsentInput>('frequency')
  @ValidateNested()
  @Field(() => FrequencyInput, { nullable: true, description: 'Left out: as often as asked.' })
  frequency?: FrequencyInput | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may be seen.' })
  dataFrom?: string | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may no longer be seen.' })
  dataUntil?: string | null;

  @given<GrantConsentInput>('dataLifeDays')
  @IsInt()
  @Min(1)
  @Max(DAYS_MAX)
  @Field(() => Int, {
    nullable: true,
    description: "How long the recipient may keep what it saw. Left out: the purpose's limit.",
  })
  dataLifeDays?: number | null;

  @Field(() => enums.AbsencePolicyEnum, {
    defaultValue: 'UNIFORM',
    description: 'What the recipient learns of what it does not see.',
  })
  absencePolicy: keyof typeof enums.AbsencePolicyEnum;

  @given<GrantConsentInput>('consentRequestId')
  @Matches(ID_PATTERN, requestIdMessage)
  @Field(() => ID, { nullable: true, description: 'Its recipient and purpose must be those given here.' })
  consentRequestId?: string | null;

  @ValidateNested()
  @Field(() => ConsentEvidenceInput, { description: "The borrower's approval." })
  evidence: ConsentEvidenceInput;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A consent to be ended.' })
export class RevokeConsentInput {
  @Matches(ID_PATTERN, consentIdMessage)
  @Field(() => ID, { description: 'Which consent.' })
  consentId: string;

  @Access('PLATFORM', 'BORROWER')
  @Field(() => Int, { nullable: true, description: 'Left out: whatever the version.' })
  expectedVersion?: number | null;

  @given<RevokeConsentInput>('reason')
  @Length(1, 500)
  @Field(() => String, { nullable: true, description: 'In words, for the record.' })
  reason?: string | null;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A question to a borrower. All bounds: a grant under the request may not exceed them.' })
export class RequestConsentInput {
  @ValidateNested()
  @Field(() => BorrowerLookupInput, { description: 'Who is asked; a person who does not exist is one who never answers.' })
  borrower: BorrowerLookupInput;

  @Field(() => enums.PurposeEnum, { description: 'Must be registered for the institution, or the call is FORBIDDEN.' })
  purpose: keyof typeof enums.PurposeEnum;

  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Field(() => [ConsentScopeInput], { description: 'What is asked for.' })
  scopes: ConsentScopeInput[];

  @IsInt()
  @Min(1)
  @Max(DAYS_MAX)
  @Field(() => Int, { description: 'For how many days of 24 hours.' })
  validForDays: number;

  @Field(() => enums.AccessModeEnum, { description: 'How often it would be used.' })
  accessMode: keyof typeof enums.AccessModeEnum;

  @given<RequestConsentInput>('frequency')
  @ValidateNested()
  @Field(() => FrequencyInput, { nullable: true, description: 'Left out: as often as asked.' })
  frequency?: FrequencyInput | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records asked for.' })
  dataFrom?: string | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records not asked for.' })
  dataUntil?: string | null;

  @given<RequestConsentInput>('dataLifeDays')
  @IsInt()
  @Min(1)
  @Max(DAYS_MAX)
  @Field(() => Int, { nullable: true, description: "How long it would be kept. Left out: the purpose's limit." })
  dataLifeDays?: number | null;

  @given<RequestConsentInput>('reference')
  @Length(1, 64)
  @Field(() => String, { nullable: true, description: "The recipient's own file number, shown to nobody else." })
  reference?: string | null;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A request to be refused.' })
export class RejectConsentRequestInput {
  @Matches(ID_PATTERN, requestIdMessage)
  @Field(() => ID, { description: 'Which request.' })
  consentRequestId: string;

  @given<RejectConsentRequestInput>('reason')
  @Length(1, 500)
  @Field(() => String, { nullable: true, description: 'In words, for the record.' })
  reason?: string | null;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A change of a consent. What is left out stays as it is.' })
export class AmendConsentInput {
  @Matches(ID_PATTERN, consentIdMessage)
  @Field(() => ID, { description: 'Which consent.' })
  consentId: string;

  @Field(() => Int, { description: 'The version that it changes.' })
  expectedVersion: number;

  @given<AmendConsentInput>('scopes')
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Field(() => [ConsentScopeInput], { nullable: true, description: 'Replaces the whole list; [] shares nothing.' })
  scopes?: ConsentScopeInput[] | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'The first instant at which it no longer holds.' })
  validUntil?: number | null;

  @Field(() => enums.AccessModeEnum, { nullable: true, description: 'How often it may be used.' })
  accessMode?: keyof typeof enums.AccessModeEnum | null;

  @given<AmendConsentInput>('frequency')
  @ValidateNested()
  @Field(() => FrequencyInput, { nullable: true, description: 'How often in each calendar window.' })
  frequency?: FrequencyInput | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may be seen.' })
  dataFrom?: string | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may no longer be seen.' })
  dataUntil?: string | null;

  @given<AmendConsentInput>('dataLifeDays')
  @IsInt()
  @Min(1)
  @Max(DAYS_MAX)
  @Field(() => Int, { nullable: true, description: 'How long the recipient may keep what it saw.' })
  dataLifeDays?: number | null;

  @Field(() => enums.AbsencePolicyEnum, { nullable: true, description: 'What the recipient learns of what it does not see.' })
  absencePolicy?: keyof typeof enums.AbsencePolicyEnum | null;

  @given<AmendConsentInput>('lift')
  @ArrayMaxSize(4)
  @Field(() => [enums.ConsentLimitEnum], {
    nullable: true,
    description: 'Limits to take away, which a null does not do. Always a widening.',
  })
  lift?: (keyof typeof enums.ConsentLimitEnum)[] | null;

  @given<AmendConsentInput>('evidence')
  @ValidateNested()
  @Field(() => ConsentEvidenceInput, { nullable: true, description: 'Needed whenever the change widens anything.' })
  evidence?: ConsentEvidenceInput | null;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A consent to be paused.' })
export class PauseConsentInput {
  @Matches(ID_PATTERN, consentIdMessage)
  @Field(() => ID, { description: 'Which consent.' })
  consentId: string;

  @Field(() => Int, { nullable: true, description: 'Left out: whatever the version.' })
  expectedVersion?: number | null;

  @given<PauseConsentInput>('reason')
  @Length(1, 500)
  @Field(() => String, { nullable: true, description: 'In words, for the record.' })
  reason?: string | null;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A consent to be resumed.' })
export class ResumeConsentInput {
  @Matches(ID_PATTERN, consentIdMessage)
  @Field(() => ID, { description: 'Which consent.' })
  consentId: string;

  @Field(() => Int, { description: 'The version that comes back.' })
  expectedVersion: number;

  @given<ResumeConsentInput>('evidence')
  @ValidateNested()
  @Field(() => ConsentEvidenceInput, { nullable: true, description: 'Needed when a platform lifts a pause that it did not set.' })
  evidence?: ConsentEvidenceInput | null;

  @given<ResumeConsentInput>('reason')
  @Length(1, 500)
  @Field(() => String, { nullable: true, description: 'In words, for the record.' })
  reason?: string | null;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'Which consents; what is left out does not restrict.' })
export class ConsentFilter {
  @given<ConsentFilter>('status')
  @ArrayMaxSize(10)
  @Field(() => [enums.ConsentStatusEnum], { nullable: true, description: 'In one of these states now.' })
  status?: (keyof typeof enums.ConsentStatusEnum)[] | null;

  @given<ConsentFilter>('recipientId')
  @Length(1, 64)
  @Field(() => ID, { nullable: true, description: 'To this recipient.' })
  recipientId?: string | null;

  @Field(() => enums.PurposeEnum, { nullable: true, description: 'For this purpose.' })
  purpose?: keyof typeof enums.PurposeEnum | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'For renewals.' })
  validUntilBefore?: number | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'Version or status changed at or after.' })
  changedFrom?: number | null;

  @Access('PLATFORM')
  @given<ConsentFilter>('borrower')
  @ValidateNested()
  @Field(() => BorrowerLookupInput, { nullable: true, description: 'Of this customer.' })
  borrower?: BorrowerLookupInput | null;
}

@InputType({ description: 'Which requests; what is left out does not restrict.' })
export class ConsentRequestFilter {
  @given<ConsentRequestFilter>('status')
  @ArrayMaxSize(10)
  @Field(() => [enums.ConsentRequestStatusEnum], { nullable: true, description: 'For a recipient: as it sees them.' })
  status?: (keyof typeof enums.ConsentRequestStatusEnum)[] | null;

  @Field(() => enums.PurposeEnum, { nullable: true, description: 'For this purpose.' })
  purpose?: keyof typeof enums.PurposeEnum | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'Asked at or after.' })
  createdFrom?: number | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'Asked before.' })
  createdUntil?: number | null;

  @Access('BANK', 'CREDIT_REFERENCE_CENTRE')
  @given<ConsentRequestFilter>('reference')
  @Length(1, 64)
  @Field(() => String, { nullable: true, description: 'With this file number.' })
  reference?: string | null;

  @Access('PLATFORM', 'BORROWER')
  @given<ConsentRequestFilter>('recipientId')
  @Length(1, 64)
  @Field(() => ID, { nullable: true, description: 'By this recipient.' })
  recipientId?: string | null;

  @Access('PLATFORM')
  @given<ConsentRequestFilter>('borrower')
  @ValidateNested()
  @Field(() => BorrowerLookupInput, { nullable: true, description: 'To this customer.' })
  borrower?: BorrowerLookupInput | null;
}

@InputType({ description: 'A consent that is only supposed.' })
export class HypotheticalConsentInput {
  @given<HypotheticalConsentInput>('consentId')
  @Matches(ID_PATTERN, consentIdMessage)
  @Field(() => ID, { nullable: true, description: 'Stands in for this consent; left out: beside the present ones.' })
  consentId?: string | null;

  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Field(() => [ConsentScopeInput], { description: 'What it would permit and deny.' })
  scopes: ConsentScopeInput[];

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that could be seen.' })
  dataFrom?: string | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that could no longer be seen.' })
  dataUntil?: string | null;

  @Field(() => enums.AbsencePolicyEnum, { defaultValue: 'UNIFORM', description: 'What the recipient would learn of the rest.' })
  absencePolicy: keyof typeof enums.AbsencePolicyEnum;
}

@InputType({ description: 'Whose report, through whose eyes.' })
export class PreviewCreditReportInput {
  @given<PreviewCreditReportInput>('borrower')
  @ValidateNested()
  @Field(() => BorrowerLookupInput, {
    nullable: true,
    description: 'Left out by borrowers for themselves; a platform must name its customer.',
  })
  borrower?: BorrowerLookupInput | null;

  @Length(1, 64)
  @Field(() => ID, { description: 'Through whose eyes.' })
  recipientId: string;

  @Field(() => enums.PurposeEnum, { description: 'For what.' })
  purpose: keyof typeof enums.PurposeEnum;

  @given<PreviewCreditReportInput>('hypothetical')
  @ValidateNested()
  @Field(() => HypotheticalConsentInput, { nullable: true, description: "Left out: today's consents." })
  hypothetical?: HypotheticalConsentInput | null;
}
