import { type EpochMs, toInstant } from '../credit/calendar';
import type { FieldCatalogue, LocalText } from '../credit/field-catalogue';
import type { ActorRole } from '../identity/actor';
import { canonicalJson } from '../ledger/canonical-json';
import { scopeDifference } from './compare-terms';
import type { ConsentStatusReason, ConsentTerms, Evidence, Scope, ScopeEffect } from './consent';
import type { RequestedBounds } from './consent-request';
import type { Purpose } from './purpose';

export const RECEIPT_KINDS = ['GRANT', 'AMENDMENT', 'PAUSE', 'RESUME', 'REJECTION', 'REVOCATION', 'EXPIRY'] as const;
export type ReceiptKind = (typeof RECEIPT_KINDS)[number];

export interface ReceiptParty {
  readonly id: string;
  readonly legalName: string;
  readonly contact: string | null;
}

/** What a receipt tells; exactly one of `consent` and `request` is there. */
export interface ReceiptFacts {
  /** Hexadecimal, like every identifier here that does not say otherwise. */
  readonly receiptId: string;
  readonly kind: ReceiptKind;
  /** Instant of the transition, which issues its receipt in the same transaction. */
  readonly issuedAtMs: EpochMs;
  readonly ledgerOrigin: string;
  readonly ledgerIndex: number;
  /** Ledger pseudonym of the borrower, base64url. */
  readonly subject: string;
  readonly platform: ReceiptParty;
  readonly recipient: ReceiptParty;
  readonly purpose: Purpose;
  /** partyId null: a borrower, who came through a platform that the reader need not know of. */
  readonly actor: { readonly role: ActorRole; readonly partyId: string | null };
  /** The version that stands after the transition; null for a rejected request. */
  readonly consent: {
    readonly id: string;
    readonly version: number;
    readonly hash: string;
    readonly terms: ConsentTerms;
    /** The version before an amendment; null for every other kind. */
    readonly previous: ConsentTerms | null;
  } | null;
  /** A rejected request and what it asked for; null for a consent. */
  readonly request: { readonly id: string; readonly bounds: RequestedBounds } | null;
  /** Evidence that the act used up without making a version, as a resume may; else the version's own counts. */
  readonly actEvidence?: Evidence | null;
  /** Reason code of the transition. A grant or an amendment has none: there it would tell the status. */
  readonly reason: ConsentStatusReason | null;
}
/** What a consent and a request have in common. */
type CommonBounds = Omit<RequestedBounds, 'validForDays'>;

/** Names the shape of the document; another shape needs another name. */
export const RECEIPT_SCHEMA_VERSION = 'credit-gateway/consent-receipt/1';

const PURPOSE_WORDS: Readonly<Record<Purpose, LocalText>> = {
  MORTGAGE_ORIGINATION: { en: 'Deciding on a mortgage', zh: '住房贷款审批' },
  CONSUMER_LOAN_ORIGINATION: { en: 'Deciding on a consumer loan', zh: '消费贷款审批' },
  CARD_APPROVAL: { en: 'Deciding on a credit card', zh: '信用卡审批' },
  GUARANTEE_REVIEW: { en: 'Checking a guarantor', zh: '担保资格审查' },
  POST_LOAN_MANAGEMENT: { en: 'Managing a loan that was paid out', zh: '贷后管理' },
  CREDIT_REPORTING: { en: 'Passing records to the credit reference centre', zh: '向征信机构报送信用信息' },
};

/** Personal Information Protection Law 15: withdrawal is convenient, and not retroactive. */
const WITHDRAWAL: LocalText = {
  en: 'You may revoke this consent at any time through the platform. It takes effect at once and does not undo what was disclosed before.',
  zh: '您可以随时通过平台撤回本同意。撤回即时生效，不影响撤回前已完成的信息提供。',
};

/**
 * The text of a receipt, canonical JSON, the same for the same facts (consent.md, section 5).
 *
 * What ISO/IEC TS 27560:2023 names stands under its name and nowhere else; what it does not name stands in `gateway`. Its
 * `event_state` is left out: a receipt never tells the current status, nor whom the pseudonym stands for. Validity and data
 * dates are half-open, instants UTC.
 */
export function toReceiptDocument(facts: ReceiptFacts, catalogue: FieldCatalogue): string {
  const { kind, consent, actor } = facts;
  const { id, bounds, validity } = subjectMatter(facts);
  const evidence = evidenceOf(facts);
  return canonicalJson({
    schema_version: RECEIPT_SCHEMA_VERSION,
    receipt_id: facts.receiptId,
    record_id: id,
    pii_principal_id: facts.subject,
    jurisdiction: 'CN',
    language: evidence?.locale ?? null,
    privacy_notice: evidence && toNotice(evidence),
    pii_controllers: [toParty(facts.platform, 'PLATFORM'), toParty(facts.recipient, 'RECIPIENT')],
    purposes: [
      {
        purpose: PURPOSE_WORDS[facts.purpose],
        purpose_type: facts.purpose,
        lawful_basis: consent?.terms.legalBasis ?? null,
        pii_information: toPlainWords(bounds.scopes, catalogue),
        retention_period: bounds.dataLifeDays === null ? null : `P${String(bounds.dataLifeDays)}D`,
      },
    ],
    withdrawal_method: isEnd(kind) || !consent ? null : WITHDRAWAL,
    event: {
      event_type: kind,
      event_time: toInstant(facts.issuedAtMs),
      entity_id: actor.role === 'BORROWER' ? facts.subject : actor.partyId,
      validity_duration: validity,
    },
    gateway: toGatewayGroup(facts, bounds, catalogue),
  });
}

/** @throws Error unless the facts are of a consent or of a request. */
function subjectMatter({ consent, request }: ReceiptFacts): {
  id: string;
  bounds: CommonBounds;
  validity: string;
} {
  if (consent) {
    const { validFromMs, validUntilMs } = consent.terms;
    return { id: consent.id, bounds: consent.terms, validity: `${toInstant(validFromMs)}/${toInstant(validUntilMs)}` };
  }
  if (!request) throw new Error('A receipt is of a consent or of a request');
  return { id: request.id, bounds: request.bounds, validity: `P${String(request.bounds.validForDays)}D` };
}

function evidenceOf({ actEvidence, consent }: ReceiptFacts): Evidence | null {
  return actEvidence ?? consent?.terms.evidence ?? null;
}

function isEnd(kind: ReceiptKind): boolean {
  return kind === 'REVOCATION' || kind === 'EXPIRY';
}

/** No narrowing act widens: the DENYs of a version outlive its pause and its end (consent.md, decision 11). */
function toGatewayGroup(facts: ReceiptFacts, bounds: CommonBounds, catalogue: FieldCatalogue) {
  const { kind, consent, actor } = facts;
  const leavesDenies = kind === 'PAUSE' || isEnd(kind);
  const denies = bounds.scopes.filter(({ effect }) => effect === 'DENY');
  return {
    version: consent?.version ?? null,
    hash: consent?.hash ?? null,
    previousHash: consent?.terms.previousHash ?? null,
    evidenceHash: evidenceOf(facts)?.approvalHash ?? null,
    catalogueVersion: bounds.catalogueVersion,
    accessMode: bounds.accessMode,
    frequency: bounds.frequency,
    dataFrom: bounds.dataFrom,
    dataUntil: bounds.dataUntil,
    absencePolicy: consent?.terms.absencePolicy ?? null,
    actor: { role: actor.role, partyId: actor.partyId },
    reason: kind === 'GRANT' || kind === 'AMENDMENT' ? null : facts.reason,
    difference: consent?.previous ? toDifference(consent.previous, consent.terms, catalogue) : null,
    deniesInForce: leavesDenies ? toCells(denies, catalogue).map(({ field, deny }) => ({ field, deny })) : null,
    ledger: { origin: facts.ledgerOrigin, index: facts.ledgerIndex },
  };
}

/** What an amendment changed: scopes by coordinate × product × effect, and every other bound with its old and new value. */
function toDifference(before: ConsentTerms, after: ConsentTerms, catalogue: FieldCatalogue) {
  const { added, removed } = scopeDifference(inEffect(before.scopes, catalogue), inEffect(after.scopes, catalogue));
  const old = comparedBounds(before);
  const changed = Object.entries(comparedBounds(after))
    .map(([name, value]) => [name, { old: old[name] ?? null, new: value }] as const)
    .filter(([, pair]) => canonicalJson(pair.old) !== canonicalJson(pair.new));
  return {
    added: toCells(added, catalogue),
    removed: toCells(removed, catalogue),
    bounds: Object.fromEntries(changed),
  };
}

function comparedBounds(terms: ConsentTerms): Readonly<Record<string, unknown>> {
  const { catalogueVersion, accessMode, frequency, dataFrom, dataUntil, dataLifeDays, absencePolicy } = terms;
  const validFrom = toInstant(terms.validFromMs);
  const validUntil = toInstant(terms.validUntilMs);
  return { catalogueVersion, validFrom, validUntil, accessMode, frequency, dataFrom, dataUntil, dataLifeDays, absencePolicy };
}

function toPlainWords(scopes: readonly Scope[], catalogue: FieldCatalogue) {
  return toCells(scopes, catalogue).map(({ field, permit, deny }) => {
    const entry = catalogue.find(field);
    const { en, zh } = entry?.label ?? { en: 'A field that is no longer offered', zh: '已不再提供的字段' };
    return { pii_attribute_id: field, pii_type: entry?.cluster ?? null, en, zh, permit, deny };
  });
}

/**
 * One line for each field, in the catalogue's order, with the products permitted and denied; `*` is every product. A field
 * that is no longer in the catalogue goes by its number: it must not keep anybody from revoking.
 */
function toCells(scopes: readonly Scope[], catalogue: FieldCatalogue) {
  const lines = inEffect(scopes, catalogue);
  const fieldIds = [...new Set(lines.map(({ fieldId }) => fieldId))].sort((a, b) => a - b);
  return fieldIds.map((fieldId) => {
    const productsUnder = (effect: ScopeEffect): string[] => {
      const ours = lines.filter((line) => line.fieldId === fieldId && line.effect === effect);
      return [...new Set(ours.map(({ product }) => product ?? '*'))].sort();
    };
    const field = catalogue.byId(fieldId)?.coordinate ?? `#${String(fieldId)}`;
    return { field, permit: productsUnder('PERMIT'), deny: productsUnder('DENY') };
  });
}

/** The product of a scope has no effect for a field that counts per platform (consent.md, section 3). */
function inEffect(scopes: readonly Scope[], catalogue: FieldCatalogue): readonly Scope[] {
  return scopes.map((scope) => (catalogue.byId(scope.fieldId)?.perProduct === false ? { ...scope, product: null } : scope));
}

function toNotice({ noticeId, noticeVersion, noticeHash }: Evidence) {
  return { id: noticeId, version: noticeVersion, hash: noticeHash };
}

function toParty({ id, legalName, contact }: ReceiptParty, role: 'PLATFORM' | 'RECIPIENT') {
  return { party_id: id, party_name: legalName, party_contact: contact, party_role: role };
}
