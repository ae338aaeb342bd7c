import { Field, ID, Int, ObjectType } from 'type-graphql';
import { InstitutionType } from './consent.types';
import { Access } from './directives';
import * as enums from './enums';
import * as scalars from './scalars';

@ObjectType('LocalText', { simpleResolvers: true, description: 'A text in both languages.' })
export class LocalTextType {
  @Field(() => String, { description: 'English.' }) en: string;
  @Field(() => String, { description: 'Chinese.' }) zh: string;
}

@ObjectType('FieldPolicy', { simpleResolvers: true, description: 'The rule of one consentable field, in words.' })
export class FieldPolicyType {
  @Field(() => scalars.FieldCoordinateScalar, { description: 'The field.' }) field: string;
  @Field(() => LocalTextType, { description: 'Its name on the consent form.' }) label: LocalTextType;
  @Field(() => LocalTextType, { description: 'What it reveals, as the consent form says.' }) explanation: LocalTextType;
  @Field(() => enums.DataClusterEnum, { description: 'What a borrower grants it with.' }) cluster: string;
  @Field(() => enums.SensitivityEnum, { description: 'How the law protects it.' }) sensitivity: string;
  @Field(() => Boolean, { description: 'May carry negative information.' }) adverse: boolean;
  @Field(() => Boolean, { description: 'Counted per product.' }) perProduct: boolean;
  @Field(() => Boolean, { description: 'A list whose length tells something.' }) container: boolean;
  @Field(() => scalars.FieldCoordinateScalar, {
    nullable: true,
    description: 'The list that it stands in, without which it is never released; null outside lists.',
  })
  within: string | null;
  @Field(() => [scalars.FieldCoordinateScalar], { description: 'The next coarser fields of its ladder.' })
  coarser: readonly string[];
  @Field(() => [scalars.FieldCoordinateScalar], { description: 'Fields it would reveal; they must be released too.' })
  requires: readonly string[];
  @Field(() => [scalars.FieldCoordinateScalar], { description: 'What it is computed from; empty for a record field.' })
  inputs: readonly string[];
  @Field(() => String, { nullable: true, description: 'Its exact formula; null for a record field.' }) formula: string | null;
  @Field(() => Int, { nullable: true, description: 'Version of the formula.' }) formulaVersion: number | null;
  @Field(() => [enums.PurposeEnum], { description: 'Purposes it is open to.' }) openTo: readonly string[];
  @Field(() => [enums.RoleEnum], {
    description: 'Roles that may be shown a value of it: recipients by consent, the borrower and their platform in a preview.',
  })
  roles: readonly string[];
  @Field(() => [enums.LegalBasisEnum], { description: 'The laws that showing it rests on, over all of these purposes.' })
  legalBases: readonly string[];
  @Field(() => LocalTextType, { description: 'The rule that decides about it, in plain words.' }) rule: LocalTextType;
  @Field(() => Int, { description: 'Catalogue version in which it appeared.' }) since: number;
}

@ObjectType('Viewer', { simpleResolvers: true, description: 'Who the access token says the caller is.' })
export class ViewerType {
  @Field(() => enums.RoleEnum, { description: 'Their role.' }) role: string;
  @Field(() => InstitutionType, {
    nullable: true,
    description: 'Their institution; for a borrower the platform they came through.',
  })
  institution: InstitutionType | null;
  @Access('BORROWER')
  @Field(() => ID, { nullable: true, description: "The borrower's own id at that platform." })
  customerId: string | null;
}
