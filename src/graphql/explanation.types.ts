import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DisclosureRecord } from '../app/consent-ports';
import { ConsentType, InstitutionType } from './consent.types';
import { Access } from './directives';
import * as enums from './enums';
import { CellType, CreditReportType } from './report.types';
import * as scalars from './scalars';

@ObjectType('Citation', { simpleResolvers: true, description: 'One version of a consent.' })
export class CitationType {
  @Field(() => ConsentType, { description: 'The consent as it stands now.' }) consent: ConsentType;
  @Field(() => Int, { description: 'The version that counted.' }) version: number;
}
@ObjectType('CellVerdict', { simpleResolvers: true, description: 'What was decided on one cell, and by which rule.' })
export class CellVerdictType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The field.' }) field: string;
  @Field(() => enums.ProductEnum, { nullable: true, description: 'null: not counted per product.' }) product: string | null;
  @Field(() => enums.VerdictEnum, { description: 'Whether it is released.' }) verdict: string;
  @Field(() => enums.VerdictReasonEnum, { description: 'The rule.' }) reason: string;
  @Field(() => [scalars.FieldCoordinateScalar], {
    description: 'With REQUIRES, DENIED_COARSER, IMPLIED: the fields that decided.',
  })
  because: readonly string[];
  @Field(() => [CitationType], { description: 'The consents that were looked at.' }) consents: CitationType[];
}
@ObjectType('RevealWarning', {
  simpleResolvers: true,
  description: 'A withheld field that the permitted ones let a recipient compute.',
})
export class RevealWarningType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The withheld field.' }) field: string;
  @Field(() => [scalars.FieldCoordinateScalar], { description: 'What it follows from.' }) computableFrom: readonly string[];
}
@ObjectType('CreditReportPreview', { simpleResolvers: true, description: 'What a recipient would see, by the real executor.' })
export class CreditReportPreviewType {
  @Field(() => CreditReportType, {
    description: 'What the recipient would get; a platform sees only what it furnished. reportId is that of the preview entry.',
  })
  report: CreditReportType;
}
@ObjectType('FieldVisibility', { simpleResolvers: true, description: 'One consent under which one recipient sees a field now.' })
export class FieldVisibilityType {
  @Field(() => InstitutionType, { description: 'Who sees it.' }) recipient: InstitutionType;
  @Field(() => enums.PurposeEnum, { description: 'For what.' }) purpose: string;
  @Field(() => enums.ProductEnum, { nullable: true, description: 'Of which product.' }) product: string | null;
  @Field(() => ConsentType, { description: 'The consent that makes it so.' }) consent: ConsentType;
  @Field(() => Int, { description: 'Its version.' }) version: number;
  @Field(() => enums.VerdictReasonEnum, { description: 'The rule.' }) reason: string;
  @Field(() => scalars.FieldCoordinateScalar, { nullable: true, description: 'The finer field whose PERMIT implies this one.' })
  impliedBy: string | null;
  @Field(() => scalars.DateTimeScalar, { description: 'The first instant at which the consent no longer holds.' })
  visibleUntil: number;
}

@ObjectType('Disclosure', { simpleResolvers: true, description: 'The record of one release or refusal.' })
export class DisclosureType {
  @Field(() => ID, { description: "The report's id." }) reportId: string;
  @Field(() => scalars.DateTimeScalar, { description: 'The instant at which consent was judged.' }) decidedAt: number;
  @Field(() => InstitutionType, { description: 'Who asked.' }) recipient: InstitutionType;
  @Field(() => enums.PurposeEnum, { description: 'For what.' }) purpose: string;
  @Field(() => enums.LegalChannelEnum, { description: 'The way that the law provides.' }) legalChannel: string;
  @Field(() => scalars.Sha256Scalar, { description: 'Hash of the operation, without the person.' }) operationHash: string;
  @Field(() => scalars.LedgerIndexScalar, { description: 'Its place in the ledger.' }) ledgerIndex: number;
  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'As in the report.' }) eraseBy: number | null;
  @Access('BANK', 'CREDIT_REFERENCE_CENTRE')
  @Field(() => ID, { nullable: true, description: "The recipient's own id of the question." })
  requestId: string | null;
  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => enums.DisclosureOutcomeEnum, { description: 'Whether anything left.' })
  outcome: string;
  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => enums.LegalBasisEnum, { nullable: true, description: 'null: nothing was released.' })
  legalBasis: string | null;
  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => [CellType], { description: 'What left.' })
  released: CellType[];
  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => [CellType], { description: 'What was withheld.' })
  refused: CellType[];
  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => [CellType], { description: 'Permitted, but there was no record.' })
  empty: CellType[];
  @Access('AUDITOR')
  @Field(() => String, { description: "The ledger's name for the borrower." })
  borrowerPseudonym: string;
  @Access('AUDITOR')
  @Field(() => String, { description: 'HMAC over the data sent, hexadecimal.' })
  commitment: string;
  /** As read; what the other fields are resolved from. */
  readonly record: DisclosureRecord;
}
