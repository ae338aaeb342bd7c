import { Length, Matches, ValidateNested } from 'class-validator';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { PageInfoType } from './consent.types';
import { Access } from './directives';
import * as enums from './enums';
import { DisclosureType } from './explanation.types';
import { BorrowerLookupInput, given, KEY, keyMessage } from './input.types';
import * as scalars from './scalars';

@InputType({ description: 'Which disclosures; what is left out does not restrict.' })
export class DisclosureFilter {
  @Field(() => enums.PurposeEnum, { nullable: true, description: 'For this purpose.' })
  purpose?: keyof typeof enums.PurposeEnum | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'Decided at or after.' })
  decidedFrom?: number | null;

  @Field(() => scalars.DateTimeScalar, { nullable: true, description: 'Decided before.' })
  decidedUntil?: number | null;

  @Access('BANK', 'CREDIT_REFERENCE_CENTRE')
  @given<DisclosureFilter>('requestId')
  @Matches(KEY, keyMessage)
  @Field(() => ID, { nullable: true, description: "The recipient's own id of the question." })
  requestId?: string | null;

  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @given<DisclosureFilter>('recipientId')
  @Length(1, 64)
  @Field(() => ID, { nullable: true, description: 'To this recipient.' })
  recipientId?: string | null;

  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => enums.DisclosureOutcomeEnum, {
    nullable: true,
    description: 'Whether anything left; together with field: whether anything of that field left.',
  })
  outcome?: keyof typeof enums.DisclosureOutcomeEnum | null;

  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Field(() => scalars.FieldCoordinateScalar, {
    nullable: true,
    description: 'That asked for this field; to a platform of its own records.',
  })
  field?: string | null;

  @Access('PLATFORM')
  @given<DisclosureFilter>('borrower')
  @ValidateNested()
  @Field(() => BorrowerLookupInput, { nullable: true, description: 'About this customer.' })
  borrower?: BorrowerLookupInput | null;

  @Access('AUDITOR')
  @given<DisclosureFilter>('borrowerPseudonym')
  @Length(1, 64)
  @Field(() => String, { nullable: true, description: 'About the person of this name in the ledger, known or not.' })
  borrowerPseudonym?: string | null;
}

@ObjectType('DisclosureEdge', { simpleResolvers: true, description: 'A disclosure in its list.' })
export class DisclosureEdgeType {
  @Field(() => String, { description: 'Opaque; good for this caller and this list.' }) cursor: string;
  @Field(() => DisclosureType, { description: 'The disclosure.' }) node: DisclosureType;
}
@ObjectType('DisclosureConnection', { simpleResolvers: true, description: 'A page of disclosures, newest first.' })
export class DisclosureConnectionType {
  @Field(() => [DisclosureEdgeType], { description: 'Its items.' }) edges: DisclosureEdgeType[];
  @Field(() => PageInfoType, { description: 'Where it lies.' }) pageInfo: PageInfoType;
}
