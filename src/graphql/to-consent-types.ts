import type { ConsentView, ReceiptView, RequestView, VersionView } from '../app/consent-ports';
import { pseudonymOf } from '../app/consent/consent-parts';
import type { Page } from '../app/consent/paginate';
import type { Institution } from '../app/ports';
import { type Evidence, type Scope, stateAt } from '../core/consent/consent';
import { requestStatusAt, statusToRecipient } from '../core/consent/consent-request';
import { isRecipientRole } from '../core/identity/actor';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import type { Role } from '../core/identity/actor';
import type {
  ConsentEvidenceType,
  ConsentScopeType,
  ConsentType,
  ConsentVersionType,
  InstitutionType,
  PageInfoType,
  ReceiptType,
} from './consent.types';
import type { RequestContext } from './request-context';
import type { ConsentRequestType } from './request.types';

/** What use cases return, in the public schema's words and as this caller may see it. */
export async function toConsent(view: ConsentView, context: RequestContext): Promise<ConsentType> {
  const { arrangement, atMs } = view;
  context.shown.rows += 1;
  const { terms } = arrangement;
  const { status, reason, sinceMs } = stateAt(arrangement, atMs);
  const [platform, recipient] = await Promise.all([
    toParty(arrangement.platformId, context),
    toParty(arrangement.recipientId, context),
  ]);
  const { role } = context.actor;
  return {
    id: arrangement.arrangementId,
    platform,
    recipient,
    purpose: arrangement.purpose,
    version: arrangement.version,
    status,
    statusReason: reason,
    statusAt: sinceMs,
    sharesNothing: terms.scopes.every(({ effect }) => effect === 'DENY'),
    current: toVersion({ terms, documentHash: view.documentHash }, context),
    previousConsentId: view.previousConsentId,
    customerId: role === 'PLATFORM' ? view.customerId : null,
    borrowerPseudonym: role === 'AUDITOR' ? pseudonymOf(context.app.consents.keys, view.borrower).toString('base64url') : null,
    view,
  };
}

export function toVersion({ terms, documentHash }: VersionView, { app, actor }: RequestContext): ConsentVersionType {
  return {
    version: terms.version,
    scopes: toScopes(terms.scopes, app.catalogue),
    catalogueVersion: terms.catalogueVersion,
    validFrom: terms.validFromMs,
    validUntil: terms.validUntilMs,
    accessMode: terms.accessMode,
    frequency: terms.frequency && { ...terms.frequency },
    dataFrom: terms.dataFrom,
    dataUntil: terms.dataUntil,
    dataLifeDays: terms.dataLifeDays,
    absencePolicy: terms.absencePolicy,
    legalBasis: terms.legalBasis,
    evidence: terms.evidence && toEvidence(terms.evidence, actor.role),
    grantedBy: terms.grantedBy.role,
    grantedAt: terms.grantedAtMs,
    previousHash: terms.previousHash,
    hash: documentHash,
  };
}

/** How a person was recognised is told in free words, which could name them: not to an auditor. */
export function toEvidence({ approvedAtMs, identityCheck, ...evidence }: Evidence, role: Role): ConsentEvidenceType {
  return { ...evidence, approvedAt: approvedAtMs, identityCheck: role === 'AUDITOR' ? null : identityCheck };
}

function toScopes(scopes: readonly Scope[], catalogue: FieldCatalogue): ConsentScopeType[] {
  return scopes.flatMap(({ fieldId, product, effect, via }) => {
    const entry = catalogue.byId(fieldId);
    return entry ? [{ field: entry.coordinate, product, effect, cluster: via }] : [];
  });
}

export async function toRequest(view: RequestView, context: RequestContext): Promise<ConsentRequestType> {
  const { request, atMs, customerId } = view;
  context.shown.rows += 1;
  const { bounds } = request;
  const isRecipient = isRecipientRole(context.actor.role);
  return {
    id: request.consentRequestId,
    recipient: await toParty(request.recipientId, context),
    purpose: request.purpose,
    status: (isRecipient ? statusToRecipient : requestStatusAt)(request, atMs),
    scopes: toScopes(bounds.scopes, context.app.catalogue),
    validForDays: bounds.validForDays,
    accessMode: bounds.accessMode,
    frequency: bounds.frequency && { ...bounds.frequency },
    dataFrom: bounds.dataFrom,
    dataUntil: bounds.dataUntil,
    dataLifeDays: bounds.dataLifeDays,
    createdAt: request.createdAtMs,
    lapsesAt: request.lapsesAtMs,
    consentId: isOwnAnswer(view, context) ? request.arrangementId : null,
    reference: isRecipient ? request.reference : null,
    decidedAt: isRecipient || !isOwnAnswer(view, context) ? null : request.decidedAtMs,
    customerId,
    view,
  };
}

/** A platform is told when and by which consent it answered itself, and of no other platform's answer. */
export function isOwnAnswer({ request }: RequestView, { actor }: RequestContext): boolean {
  return actor.role !== 'PLATFORM' || request.decidedBy?.partyId === actor.partyId;
}

export function toReceipt(view: ReceiptView): ReceiptType {
  return {
    id: view.receiptId,
    kind: view.kind,
    consentId: view.arrangementId,
    consentRequestId: view.consentRequestId,
    version: view.version,
    issuedAt: view.issuedAtMs,
    ledgerIndex: view.ledgerIndex,
    document: view.document,
    signature: view.signature,
  };
}

export function toPageInfo({ items, hasNextPage, hasPreviousPage, endCursor }: Page<unknown>): PageInfoType {
  return { hasNextPage, hasPreviousPage, startCursor: items[0]?.cursor ?? null, endCursor };
}

/** @throws Error for an id that no longer names a registered institution. */
export async function toParty(institutionId: string, { app, parties }: RequestContext): Promise<InstitutionType> {
  const found =
    parties.get(institutionId) ??
    app.institutions.find(institutionId).then((institution) => {
      if (!institution) throw new Error('A consent names an institution that is not registered');
      return institution;
    });
  parties.set(institutionId, found);
  return toInstitutionType(await found);
}

export function toInstitutionType({ institutionId, legalName, kind, contact, purposes }: Institution): InstitutionType {
  return { id: institutionId, legalName, kind, contact, purposes };
}
