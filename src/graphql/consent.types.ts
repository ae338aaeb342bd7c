import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ConsentView } from '../app/consent-ports';
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

@ObjectType('Frequency', { simpleResolvers: true, description: 'So many disclosures in each calendar window in Asia/Shanghai.' })
export class FrequencyType {
  @Field(() => Int, { description: 'How many.' }) count: number;
  @Field(() => enums.FrequencyUnitEnum, { description: 'In which window.' }) per: string;
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
  @Field(() => FrequencyType, { nullable: true, description: 'null: as often as asked.' }) frequency: FrequencyType | null;
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
  @Field(() => ID, { nullable: true, description: 'The consent that it renews.' }) previousConsentId: string | null;
  @Access('PLATFORM')
  @Field(() => ID, { nullable: true, description: "The platform's own id of the borrower." })
  customerId: string | null;
  @Access('AUDITOR')
  @Field(() => String, { nullable: true, description: "The ledger's name for the borrower." })
  borrowerPseudonym: string | null;
  /** As read; what the other fields are resolved from. */
  readonly view: ConsentView;
}

@ObjectType('Receipt', {
  simpleResolvers: true,
  description: 'document is the signed text byte for byte (JSON); the other fields repeat it for display.',
})
export class ReceiptType {
  @Field(() => ID, { description: 'Its id.' }) id: string;
  @Field(() => enums.ReceiptKindEnum, { description: 'What it is for.' }) kind: string;
  @Field(() => ID, { nullable: true, description: 'The consent.' }) consentId: string | null;
  @Field(() => ID, { nullable: true, description: 'The rejected request.' }) consentRequestId: string | null;
  @Field(() => Int, { nullable: true, description: 'The version in force after the transition.' }) version: number | null;
  @Field(() => scalars.DateTimeScalar, { description: 'The instant of the transition.' }) issuedAt: number;
  @Field(() => scalars.LedgerIndexScalar, { description: "Index of the transition's entry." }) ledgerIndex: number;
  @Field(() => String, { description: 'The signed text.' }) document: string;
  @Field(() => String, { description: 'Detached JWS over document (RFC 7515, appendix F).' }) signature: string;
}

@ObjectType('PageInfo', { simpleResolvers: true, description: 'Where a page lies in its list.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Is there an older item?' }) hasNextPage: boolean;
  @Field(() => Boolean, { description: 'Was a cursor given?' }) hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first item.' }) startCursor: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last item.' }) endCursor: string | null;
}
@ObjectType('ConsentEdge', { simpleResolvers: true, description: 'A consent in its list.' })
export class ConsentEdgeType {
  @Field(() => String, { description: 'Opaque; good for this caller and this list.' }) cursor: string;
  @Field(() => ConsentType, { description: 'The consent.' }) node: ConsentType;
}
@ObjectType('ConsentConnection', { simpleResolvers: true, description: 'A page of consents, newest first.' })
export class ConsentConnectionType {
  @Field(() => [ConsentEdgeType], { description: 'Its items.' }) edges: ConsentEdgeType[];
  @Field(() => PageInfoType, { description: 'Where it lies.' }) pageInfo: PageInfoType;
}
