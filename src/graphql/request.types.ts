import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { RequestView } from '../app/consent-ports';
import {
  ConsentEvidenceType,
  ConsentScopeType,
  ConsentType,
  FrequencyType,
  InstitutionType,
  PageInfoType,
  ReceiptType,
} from './consent.types';
import { Access } from './directives';
import * as enums from './enums';
import * as scalars from './scalars';

@ObjectType('Approval', { simpleResolvers: true, description: 'An approval of a request.' })
export class ApprovalType {
  @Field(() => enums.RoleEnum, { description: 'Who sent it.' }) by: string;
  @Field(() => scalars.DateTimeScalar, { description: 'When.' }) at: number;
  @Field(() => ConsentEvidenceType, { description: 'Proof that the borrower approved.' }) evidence: ConsentEvidenceType;
}

@ObjectType('ConsentRequest', {
  simpleResolvers: true,
  description: "A recipient's question to a borrower; all bounds of a grant under it.",
})
export class ConsentRequestType {
  @Field(() => ID, { description: 'Its id.' }) id: string;
  @Field(() => InstitutionType, { description: 'Who asks.' }) recipient: InstitutionType;
  @Field(() => enums.PurposeEnum, { description: 'For what.' }) purpose: string;
  @Field(() => enums.ConsentRequestStatusEnum, { description: 'Its state now, as the caller may see it.' }) status: string;
  @Field(() => [ConsentScopeType], { description: 'What is asked for.' }) scopes: ConsentScopeType[];
  @Field(() => Int, { description: 'For how many days of 24 hours.' }) validForDays: number;
  @Field(() => enums.AccessModeEnum, { description: 'How often it would be used.' }) accessMode: string;
  @Field(() => FrequencyType, { nullable: true, description: 'null: as often as asked.' }) frequency: FrequencyType | null;
  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records asked for.' }) dataFrom:
    string | null;
  @Field(() => scalars.LocalDateScalar, { nullable: true, description: 'First day of the records not asked for.' }) dataUntil:
    string | null;
  @Field(() => Int, { nullable: true, description: 'How many days the recipient would keep what it sees.' }) dataLifeDays:
    number | null;
  @Field(() => scalars.DateTimeScalar, { description: 'When it was asked.' }) createdAt: number;
  @Field(() => scalars.DateTimeScalar, { description: 'The first instant at which it can no longer be answered.' })
  lapsesAt: number;
  @Field(() => ID, {
    nullable: true,
    description: 'Once APPROVED, whatever becomes of the consent; all that a recipient needs to give it up.',
  })
  consentId: string | null;
  @Access('BANK', 'CREDIT_REFERENCE_CENTRE')
  @Field(() => String, { nullable: true, description: "The recipient's own file number." })
  reference: string | null;
  @Access('PLATFORM', 'BORROWER')
  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'When it was approved or rejected.' })
  decidedAt: number | null;
  @Access('PLATFORM')
  @Field(() => ID, { nullable: true, description: "The platform's own id of the borrower." })
  customerId: string | null;
  /** As read; what the other fields are resolved from. */
  readonly view: RequestView;
}
@ObjectType('ConsentRequestEdge', { simpleResolvers: true, description: 'A request in its list.' })
export class ConsentRequestEdgeType {
  @Field(() => String, { description: 'Opaque; good for this caller and this list.' }) cursor: string;
  @Field(() => ConsentRequestType, { description: 'The request.' }) node: ConsentRequestType;
}
@ObjectType('ConsentRequestConnection', { simpleResolvers: true, description: 'A page of requests, newest first.' })
export class ConsentRequestConnectionType {
  @Field(() => [ConsentRequestEdgeType], { description: 'Its items.' }) edges: ConsentRequestEdgeType[];
  @Field(() => PageInfoType, { description: 'Where it lies.' }) pageInfo: PageInfoType;
}

@ObjectType('RequestConsentPayload', { simpleResolvers: true, description: 'What asking led to.' })
export class RequestConsentPayload {
  @Field(() => ConsentRequestType, { description: 'The open request.' }) consentRequest: ConsentRequestType;
}
@ObjectType('RejectConsentRequestPayload', { simpleResolvers: true, description: 'What rejecting led to.' })
export class RejectConsentRequestPayload {
  @Field(() => ConsentRequestType, { description: 'The rejected request.' }) consentRequest: ConsentRequestType;
  @Field(() => ReceiptType, { description: 'Proof of the rejection.' }) receipt: ReceiptType;
}
@ObjectType('GrantConsentPayload', { simpleResolvers: true, description: 'What granting led to.' })
export class GrantConsentPayload {
  @Field(() => ConsentType, { nullable: true, description: 'The new consent.' }) consent: ConsentType;
  @Field(() => ConsentRequestType, { nullable: true, description: 'The request that it answers.' })
  consentRequest: ConsentRequestType | null;
  /** null only where a key from before there were receipts is repeated: asking for it is a fault then. */
  @Field(() => ReceiptType, { description: 'Proof of the grant.' }) receipt: ReceiptType | null;
}
@ObjectType('AmendConsentPayload', { simpleResolvers: true, description: 'What amending led to.' })
export class AmendConsentPayload {
  @Field(() => ConsentType, { description: 'The consent with its new version.' }) consent: ConsentType;
  @Field(() => ReceiptType, { description: 'Proof of the amendment.' }) receipt: ReceiptType | null;
  @Field(() => [ConsentType], { description: 'Under which the recipient still sees a field just withdrawn.' })
  stillDisclosedBy: ConsentType[];
}
@ObjectType('PauseConsentPayload', { simpleResolvers: true, description: 'What pausing led to.' })
export class PauseConsentPayload {
  @Field(() => ConsentType, { description: 'The paused consent.' }) consent: ConsentType;
  @Field(() => ReceiptType, { nullable: true, description: 'null: nothing changed.' }) receipt: ReceiptType | null;
  @Field(() => [ConsentType], { description: 'Under which the recipient still sees a field just withdrawn.' })
  stillDisclosedBy: ConsentType[];
}
@ObjectType('ResumeConsentPayload', { simpleResolvers: true, description: 'What resuming led to.' })
export class ResumeConsentPayload {
  @Field(() => ConsentType, { description: 'The consent in force again.' }) consent: ConsentType;
  @Field(() => ReceiptType, { nullable: true, description: 'null: nothing changed.' }) receipt: ReceiptType | null;
}
@ObjectType('RevokeConsentPayload', {
  simpleResolvers: true,
  description: 'A recipient gets the id alone, the same answer and one ledger entry whatever the state was.',
})
export class RevokeConsentPayload {
  @Field(() => ID, { description: 'The consent that has ended.' }) consentId: string;
  @Access('PLATFORM', 'BORROWER')
  @Field(() => ConsentType, { description: 'Its last state.' })
  consent: ConsentType | null;
  @Access('PLATFORM', 'BORROWER')
  @Field(() => ReceiptType, { description: 'The first receipt again if it had ended already.' })
  receipt: ReceiptType | null;
  @Access('PLATFORM', 'BORROWER')
  @Field(() => [ConsentType], {
    description:
      'Consents under which the same recipient still sees, for that purpose, a field just withdrawn; to a platform only its own.',
  })
  stillDisclosedBy: ConsentType[] | null;
}
