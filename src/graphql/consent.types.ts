import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Access } from './directives';
import * as enums from './enums';
import * as scalars from './scalars';

@ObjectType('Institution', { simpleResolvers: true, description: 'A registered institution.' })
export class InstitutionType {
  @Field(() => ID, { description: 'Its id.' }) id: string;
  @Field(() => String, { description: 'Its name in law.' }) legalName: string;
  @Field(() => enums.InstitutionKindEnum, { description: 'What it is.' }) kind: string;
  @Field(() => String, { nullable: true, description: 'How a borrower reaches it.' }) contact: string | null;
  @Field(() => [enums.PurposeEnum], { description: 'Purposes that it may ask for.' }) purposes: readonly string[];
}

@ObjectType('ConsentScope', {
  simpleResolvers: true,
  description: 'One line of a consent: field × product, permitted or denied.',
})
export class ConsentScopeType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The field.' }) field: string;
  @Field(() => enums.ProductEnum, { nullable: true, description: 'null: every product of the platform, later ones too.' })
  product: string | null;
  @Field(() => enums.ScopeEffectEnum, { description: 'Permitted or denied.' }) effect: string;
  @Field(() => enums.DataClusterEnum, { nullable: true, description: 'The cluster it was expanded from.' }) cluster:
    string | null;
}

@ObjectType('ConsentEvidence', { simpleResolvers: true, description: 'Proof that the borrower approved.' })
export class ConsentEvidenceType {
  @Field(() => scalars.Sha256Scalar, { description: 'Hash of what the borrower signed.' }) approvalHash: string;
  @Field(() => String, { description: 'Which notice was shown.' }) noticeId: string;
  @Field(() => String, { description: 'Which version of it.' }) noticeVersion: string;
  @Field(() => scalars.Sha256Scalar, { description: 'Hash over notice, version and locale.' }) noticeHash: string;
  @Field(() => String, { description: 'Language of the notice.' }) locale: string;
  @Field(() => scalars.DateTimeScalar, { description: 'When the borrower approved.' }) approvedAt: number;
  @Field(() => enums.EvidenceChannelEnum, { description: 'Where the borrower approved.' }) channel: string;
  @Field(() => Boolean, { description: 'Was the service conditional on it?' }) bundledWithService: boolean;
  @Field(() => String, { nullable: true, description: 'How the person was recognised.' }) identityCheck: string | null;
}

@ObjectType('ConsentVersion', { simpleResolvers: true, description: 'One immutable version of a consent.' })
export class ConsentVersionType {
  @Field(() => Int, { description: 'Counts from 1.' }) version: number;
  @Field(() => [ConsentScopeType], { description: 'What it permits and denies.' }) scopes: ConsentScopeType[];
  @Field(() => Int, { description: 'The field catalogue it was granted under; later fields never join it.' })
  catalogueVersion: number;
  @Field(() => scalars.DateTimeScalar, { description: 'The first instant at which it holds.' }) validFrom: number;
  @Field(() => scalars.DateTimeScalar, { description: 'The first instant at which it no longer holds.' }) validUntil: number;
  @Field(() => enums.AccessModeEnum, { description: 'How often it may be used.' }) accessMode: string;
  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may be seen.' }) dataFrom:
    string | null;
  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records that may not.' }) dataUntil:
    string | null;
  @Field(() => Int, { nullable: true, description: 'How many days the recipient may keep what it saw.' }) dataLifeDays:
    number | null;
  @Field(() => enums.AbsencePolicyEnum, { description: 'What the recipient learns of what it does not see.' })
  absencePolicy: string;
  @Field(() => enums.LegalBasisEnum, { description: 'The law it rests on.' }) legalBasis: string;
  @Field(() => ConsentEvidenceType, { nullable: true, description: 'null: a narrowing that needed none.' })
  evidence: ConsentEvidenceType | null;
  @Field(() => enums.RoleEnum, { description: 'Who granted it.' }) grantedBy: string;
  @Field(() => scalars.DateTimeScalar, { description: 'When it was granted.' }) grantedAt: number;
  @Field(() => scalars.Sha256Scalar, { nullable: true, description: 'Hash of the version before.' }) previousHash: string | null;
  @Field(() => scalars.Sha256Scalar, { description: 'Hash of this version.' }) hash: string;
}

@ObjectType('Consent', {
  simpleResolvers: true,
  description:
    'The consent of one borrower, for the records of one platform, to one recipient for one purpose. No recipient sees it.',
})
export class ConsentType {
  @Field(() => ID, { description: 'Its id, the same over all versions.' }) id: string;
  @Field(() => InstitutionType, { description: 'Whose records it covers.' }) platform: InstitutionType;
  @Field(() => InstitutionType, { description: 'Who may look.' }) recipient: InstitutionType;
  @Field(() => enums.PurposeEnum, { description: 'For what.' }) purpose: string;
  @Field(() => Int, { description: 'The version in force.' }) version: number;
  @Field(() => enums.ConsentStatusEnum, { description: 'Its state now.' }) status: string;
  @Field(() => enums.ConsentStatusReasonEnum, { nullable: true, description: 'Why it has that state.' }) statusReason:
    string | null;
  @Field(() => scalars.DateTimeScalar, { description: 'Since when.' }) statusAt: number;
  @Field(() => Boolean, { description: 'No PERMIT is left: offer to revoke.' }) sharesNothing: boolean;
  @Field(() => ConsentVersionType, { description: 'The version in force.' }) current: ConsentVersionType;
  @Access('PLATFORM')
  @Field(() => ID, { nullable: true, description: "The platform's own id of the borrower." })
  customerId: string | null;
}

@ObjectType('GrantConsentPayload', { simpleResolvers: true, description: 'What granting led to.' })
export class GrantConsentPayload {
  @Field(() => ConsentType, { nullable: true, description: 'The new consent.' }) consent: ConsentType;
}
@ObjectType('RevokeConsentPayload', { simpleResolvers: true, description: 'What revoking led to.' })
export class RevokeConsentPayload {
  @Field(() => ID, { description: 'The consent that has ended.' }) consentId: string;
  @Field(() => ConsentType, { description: 'Its last state.' }) consent: ConsentType;
}
