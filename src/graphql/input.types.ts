import { ArrayMaxSize, IsInt, Length, Matches, Max, MaxLength, Min, ValidateIf, ValidateNested } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import * as enums from './enums';
import * as scalars from './scalars';

/** 1 to 64 of A-Z a-z 0-9 _ -, private to the caller. */
const KEY = /^[A-Za-z0-9_-]{1,64}$/;
const keyMessage = { message: 'must be 1 to 64 of A-Z a-z 0-9 _ -' };
const given = <T>(name: keyof T) => ValidateIf((input: T) => input[name] !== null && input[name] !== undefined);

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

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may be seen.' })
  dataFrom?: string | null;

  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may no longer be seen.' })
  dataUntil?: string | null;

  @given<GrantConsentInput>('dataLifeDays')
  @IsInt()
  @Min(1)
  @Max(36_500)
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

  @ValidateNested()
  @Field(() => ConsentEvidenceInput, { description: "The borrower's approval." })
  evidence: ConsentEvidenceInput;

  @Matches(KEY, keyMessage)
  @Field(() => ID, { description: 'The same key and input give the first result again.' })
  idempotencyKey: string;
}

@InputType({ description: 'A consent to be ended.' })
export class RevokeConsentInput {
  @Matches(/^[0-9a-f]{32}$/, { message: 'must be a consent id' })
  @Field(() => ID, { description: 'Which consent.' })
  consentId: string;

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
