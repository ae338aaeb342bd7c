import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { type GrantInput, grantConsent } from '../app/consent/grant-consent';
import { revokeConsent } from '../app/consent/revoke-consent';
import type { ConsentView, Institution } from '../app/ports';
import { type ConsentTerms, statusAt } from '../core/consent/consent';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import type { Actor } from '../core/identity/actor';
import {
  ConsentType,
  type ConsentVersionType,
  GrantConsentPayload,
  type InstitutionType,
  RevokeConsentPayload,
} from './consent.types';
import { Access, Refuses } from './directives';
import { GrantConsentInput, RevokeConsentInput } from './input.types';
import { toIdentity } from './lookup';
import type { GatewayApp, RequestContext } from './request-context';

@Resolver()
export class ConsentResolver {
  @Access('PLATFORM', 'BORROWER')
  @Refuses(
    'IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'RECIPIENT_NOT_ACTIVE', 'EVIDENCE_STALE', 'EVIDENCE_REUSED', 'UNKNOWN_FIELD', 'EMPTY_SCOPES',
    'INVALID_PERIOD', 'EXCEEDS_PURPOSE',
  ) // prettier-ignore
  @Mutation(() => GrantConsentPayload, { nullable: true, description: 'Grants a new consent, with evidence of the approval.' })
  async grantConsent(
    @Arg('input', () => GrantConsentInput, { description: 'What, to whom, for what, how long.' }) input: GrantConsentInput,
    @Ctx() { app, actor }: RequestContext,
  ): Promise<GrantConsentPayload> {
    return { consent: await toConsent(app, await grantConsent(app.consents, actor, toGrant(input, actor))) };
  }

  @Access('PLATFORM', 'BORROWER')
  @Refuses('IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'CONFLICT')
  @Mutation(() => RevokeConsentPayload, { nullable: true, description: 'Ends a consent at once and for good.' })
  async revokeConsent(
    @Arg('input', () => RevokeConsentInput, { description: 'Which consent, and why.' }) input: RevokeConsentInput,
    @Ctx() { app, actor }: RequestContext,
  ): Promise<RevokeConsentPayload> {
    const { consentId, idempotencyKey } = input;
    const view = await revokeConsent(app.consents, actor, {
      consentId, idempotencyKey, expectedVersion: input.expectedVersion ?? null, reason: input.reason ?? null,
    }); // prettier-ignore
    return { consentId, consent: await toConsent(app, view) };
  }
}

function toGrant(input: GrantConsentInput, actor: Actor): GrantInput {
  const { evidence } = input;
  return {
    borrower: input.borrower ? toIdentity(input.borrower, actor, 'input.borrower') : null,
    recipientId: input.recipientId,
    purpose: input.purpose,
    scopes: input.scopes.map(({ field, cluster, product, everyProduct, effect }) => ({
      field,
      cluster,
      product,
      everyProduct,
      effect,
    })),
    validFromMs: input.validFrom ?? null,
    validUntilMs: input.validUntil,
    dataFrom: input.dataFrom ?? null,
    dataUntil: input.dataUntil ?? null,
    dataLifeDays: input.dataLifeDays ?? null,
    evidence: {
      approvalHash: evidence.approvalHash,
      noticeId: evidence.noticeId,
      noticeVersion: evidence.noticeVersion,
      locale: evidence.locale,
      approvedAtMs: evidence.approvedAt,
      channel: evidence.channel,
      bundledWithService: evidence.bundledWithService,
      identityCheck: evidence.identityCheck ?? null,
    },
    idempotencyKey: input.idempotencyKey,
  };
}

async function toConsent({ institutions, catalogue }: GatewayApp, view: ConsentView): Promise<ConsentType> {
  const { arrangement, atMs } = view;
  const { terms } = arrangement;
  const status = statusAt(arrangement, atMs);
  const [platform, recipient] = await Promise.all([
    institutions.find(arrangement.platformId),
    institutions.find(arrangement.recipientId),
  ]);
  if (!platform || !recipient) throw new Error('A consent names an institution that is not registered');
  return {
    id: arrangement.arrangementId,
    platform: toInstitutionType(platform),
    recipient: toInstitutionType(recipient),
    purpose: arrangement.purpose,
    version: arrangement.version,
    status,
    statusReason: status === 'EXPIRED' ? 'VALIDITY_ENDED' : view.statusReason,
    statusAt: status === 'EXPIRED' ? terms.validUntilMs : arrangement.statusAtMs,
    sharesNothing: terms.scopes.every(({ effect }) => effect === 'DENY'),
    current: toVersion(terms, view.documentHash, catalogue),
    customerId: view.customerId,
  };
}

function toVersion(terms: ConsentTerms, hash: string, catalogue: FieldCatalogue): ConsentVersionType {
  const { evidence } = terms;
  return {
    version: terms.version,
    scopes: terms.scopes.flatMap(({ fieldId, product, effect, via }) => {
      const entry = catalogue.byId(fieldId);
      return entry ? [{ field: entry.coordinate, product, effect, cluster: via }] : [];
    }),
    catalogueVersion: terms.catalogueVersion,
    validFrom: terms.validFromMs,
    validUntil: terms.validUntilMs,
    accessMode: terms.accessMode,
    dataFrom: terms.dataFrom,
    dataUntil: terms.dataUntil,
    dataLifeDays: terms.dataLifeDays,
    absencePolicy: terms.absencePolicy,
    legalBasis: terms.legalBasis,
    evidence: evidence && { ...evidence, approvedAt: evidence.approvedAtMs },
    grantedBy: terms.grantedBy.role,
    grantedAt: terms.grantedAtMs,
    previousHash: terms.previousHash,
    hash,
  };
}

export function toInstitutionType({ institutionId, legalName, kind, contact, purposes }: Institution): InstitutionType {
  return { id: institutionId, legalName, kind, contact, purposes };
}
