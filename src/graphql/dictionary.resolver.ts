import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { legalBasesOf, purposesOf, rolesOf, ruleOf } from '../core/consent/field-rule';
import type { FieldCatalogue, FieldEntry } from '../core/credit/field-catalogue';
import { InstitutionType } from './consent.types';
import { FieldPolicyType, ViewerType } from './dictionary.types';
import { Access } from './directives';
import { PurposeEnum } from './enums';
import type { RequestContext } from './request-context';
import { toInstitutionType } from './to-consent-types';

@Resolver()
export class DictionaryResolver {
  @Query(() => [FieldPolicyType], { description: 'The dictionary: no borrower data, open to every role.' })
  fieldPolicies(@Ctx() { app }: RequestContext): FieldPolicyType[] {
    return app.catalogue.entries.map((entry) => toPolicy(entry, app.catalogue));
  }

  @Query(() => ViewerType, { description: 'Who the caller is.' })
  async viewer(@Ctx() { app, actor }: RequestContext): Promise<ViewerType> {
    const institution = await app.institutions.find(actor.partyId);
    return { role: actor.role, institution: institution && toInstitutionType(institution), customerId: actor.customerId ?? null };
  }

  @Access('PLATFORM', 'BORROWER')
  @Query(() => [InstitutionType], { description: 'Active recipients that a consent can name.' })
  async recipients(
    @Arg('purpose', () => PurposeEnum, { nullable: true, description: 'Only those registered for this purpose.' })
    purpose: keyof typeof PurposeEnum | null | undefined,
    @Ctx() { app }: RequestContext,
  ): Promise<InstitutionType[]> {
    const all = await app.institutions.listRecipients();
    return all
      .filter(({ status, purposes }) => status === 'ACTIVE' && (!purpose || purposes.includes(purpose)))
      .map(toInstitutionType);
  }
}

function toPolicy(entry: FieldEntry, catalogue: FieldCatalogue): FieldPolicyType {
  const { source } = entry;
  return {
    field: entry.coordinate,
    label: entry.label,
    explanation: entry.explanation,
    cluster: entry.cluster,
    sensitivity: entry.sensitivity,
    adverse: entry.adverse,
    perProduct: entry.perProduct,
    container: entry.container,
    within: entry.within,
    coarser: entry.coarser,
    requires: entry.requires,
    inputs: entry.inputs,
    formula: source.kind === 'indicator' ? source.formula : null,
    formulaVersion: source.kind === 'indicator' ? source.formulaVersion : null,
    openTo: purposesOf(entry),
    roles: rolesOf(entry),
    legalBases: legalBasesOf(entry),
    rule: ruleOf(entry, catalogue),
    since: entry.since,
  };
}
