import type { AmendInput } from '../app/consent/amend-consent';
import type { ScopeInput } from '../app/consent/expand-scopes';
import type { EvidenceInput } from '../app/consent/evidence';
import type { GrantInput } from '../app/consent/grant-consent';
import type { ConsentFilter as ConsentRestriction, RequestFilter as RequestRestriction } from '../app/consent/list-consents';
import type { PauseInput, ResumeInput } from '../app/consent/pause-consent';
import type { RequestInput } from '../app/consent/request-consent';
import type { HypotheticalInput } from '../app/credit/preview-report';
import type { DisclosureFilter as DisclosureRestriction } from '../app/ledger/list-disclosures';
import type { Actor } from '../core/identity/actor';
import type { DisclosureFilter } from './disclosure.types';
import type {
  AmendConsentInput,
  ConsentEvidenceInput,
  ConsentFilter,
  ConsentRequestFilter,
  ConsentScopeInput,
  GrantConsentInput,
  HypotheticalConsentInput,
  RequestConsentInput,
  ResumeConsentInput,
} from './input.types';
import { toIdentity } from './lookup';

/** What callers send, in the words of the use cases: null and left out mean the same. */
export function toGrant(input: GrantConsentInput, actor: Actor): GrantInput {
  return {
    borrower: input.borrower ? toIdentity(input.borrower, actor, 'input.borrower') : null,
    recipientId: input.recipientId,
    purpose: input.purpose,
    scopes: toScopes(input.scopes),
    validFromMs: input.validFrom ?? null,
    validUntilMs: input.validUntil,
    ...toBounds(input),
    accessMode: input.accessMode,
    absencePolicy: input.absencePolicy,
    consentRequestId: input.consentRequestId ?? null,
    evidence: toEvidenceInput(input.evidence),
    idempotencyKey: input.idempotencyKey,
  };
}

export function toRequestInput(input: RequestConsentInput, actor: Actor): RequestInput {
  return {
    borrower: toIdentity(input.borrower, actor, 'input.borrower'),
    purpose: input.purpose,
    scopes: toScopes(input.scopes),
    validForDays: input.validForDays,
    ...toBounds(input),
    accessMode: input.accessMode,
    reference: input.reference ?? null,
    idempotencyKey: input.idempotencyKey,
  };
}

export function toAmendment(input: AmendConsentInput): AmendInput {
  return {
    consentId: input.consentId,
    expectedVersion: input.expectedVersion,
    scopes: input.scopes ? toScopes(input.scopes) : null,
    validUntilMs: input.validUntil ?? null,
    accessMode: input.accessMode ?? null,
    ...toBounds(input),
    absencePolicy: input.absencePolicy ?? null,
    lift: input.lift ?? [],
    evidence: input.evidence ? toEvidenceInput(input.evidence) : null,
    idempotencyKey: input.idempotencyKey,
  };
}

interface StateInput {
  readonly consentId: string;
  readonly expectedVersion?: number | null;
  readonly reason?: string | null;
  readonly idempotencyKey: string;
}
export function toPause({ consentId, expectedVersion, reason, idempotencyKey }: StateInput): PauseInput {
  return { consentId, expectedVersion: expectedVersion ?? null, reason: reason ?? null, idempotencyKey };
}

export function toResume(input: ResumeConsentInput): ResumeInput {
  return { ...toPause(input), evidence: input.evidence ? toEvidenceInput(input.evidence) : null };
}

export function toHypothetical(input: HypotheticalConsentInput): HypotheticalInput {
  return {
    consentId: input.consentId ?? null,
    scopes: toScopes(input.scopes),
    dataFrom: input.dataFrom ?? null,
    dataUntil: input.dataUntil ?? null,
    absencePolicy: input.absencePolicy,
  };
}

export function toConsentFilter(filter: ConsentFilter | null | undefined, actor: Actor): ConsentRestriction {
  return {
    status: filter?.status ?? [],
    recipientId: filter?.recipientId ?? null,
    purpose: filter?.purpose ?? null,
    validUntilBeforeMs: filter?.validUntilBefore ?? null,
    changedFromMs: filter?.changedFrom ?? null,
    borrower: filter?.borrower ? toIdentity(filter.borrower, actor, 'filter.borrower') : null,
  };
}

export function toRequestFilter(filter: ConsentRequestFilter | null | undefined, actor: Actor): RequestRestriction {
  return {
    status: filter?.status ?? [],
    recipientId: filter?.recipientId ?? null,
    purpose: filter?.purpose ?? null,
    createdFromMs: filter?.createdFrom ?? null,
    createdUntilMs: filter?.createdUntil ?? null,
    reference: filter?.reference ?? null,
    borrower: filter?.borrower ? toIdentity(filter.borrower, actor, 'filter.borrower') : null,
  };
}

export function toDisclosureFilter(filter: DisclosureFilter | null | undefined, actor: Actor): DisclosureRestriction {
  return {
    purpose: filter?.purpose ?? null,
    decidedFromMs: filter?.decidedFrom ?? null,
    decidedUntilMs: filter?.decidedUntil ?? null,
    requestId: filter?.requestId ?? null,
    recipientId: filter?.recipientId ?? null,
    outcome: filter?.outcome ?? null,
    field: filter?.field ?? null,
    borrower: filter?.borrower ? toIdentity(filter.borrower, actor, 'filter.borrower') : null,
    borrowerPseudonym: filter?.borrowerPseudonym ?? null,
  };
}

interface BoundsInput {
  readonly frequency?: { readonly count: number; readonly per: 'DAY' | 'WEEK' | 'MONTH' } | null;
  readonly dataFrom?: string | null;
  readonly dataUntil?: string | null;
  readonly dataLifeDays?: number | null;
}
function toBounds({ frequency, dataFrom, dataUntil, dataLifeDays }: BoundsInput) {
  return {
    frequency: frequency ? { count: frequency.count, per: frequency.per } : null,
    dataFrom: dataFrom ?? null,
    dataUntil: dataUntil ?? null,
    dataLifeDays: dataLifeDays ?? null,
  };
}

function toScopes(scopes: readonly ConsentScopeInput[]): readonly ScopeInput[] {
  return scopes.map(({ field, cluster, product, everyProduct, effect }) => ({
    field: field ?? null,
    cluster: cluster ?? null,
    product: product ?? null,
    everyProduct,
    effect,
  }));
}

function toEvidenceInput(evidence: ConsentEvidenceInput): EvidenceInput {
  return {
    approvalHash: evidence.approvalHash,
    noticeId: evidence.noticeId,
    noticeVersion: evidence.noticeVersion,
    locale: evidence.locale,
    approvedAtMs: evidence.approvedAt,
    channel: evidence.channel,
    bundledWithService: evidence.bundledWithService,
    identityCheck: evidence.identityCheck ?? null,
  };
}
