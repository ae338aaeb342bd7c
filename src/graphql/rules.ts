import type { GraphQLSchema } from 'graphql';
import { provenanceOf } from '../app/credit/released-report';
import { permits } from '../core/consent/decision';
import type { FieldCatalogue, FieldEntry } from '../core/credit/field-catalogue';
import type { Role } from '../core/identity/actor';
import { fieldsOf, guard, type Guard, type GuardListener, type GuardTree } from './guard-schema';
import type { RequestContext } from './request-context';

/** Fields inside a report that carry no data of their own, or travel with an item that is listed. */
const INSIDE_A_REPORT: Readonly<Record<string, readonly string[]>> = {
  CreditReport: [
    'reportId',
    'decidedAt',
    'purpose',
    'completeness',
    'eraseBy',
    'identity',
    'summary',
    'accounts',
    'withheldFields',
  ],
  CreditReportPreview: ['report', 'verdicts', 'warnings'],
  RevealWarning: ['field', 'computableFrom'],
  CreditSummary: ['basis'],
  IndicatorBasis: ['field', 'products', 'firstMonth', 'lastMonth', 'currency', 'estimated', 'formulaVersion'],
  CreditAccount: ['accountRef', 'currency', 'reportedOn', 'monthlySummaries', 'disputes'],
  Identity: ['disputes'],
  Inquiry: ['disputes'],
  Loan: ['loanRef'],
  Dispute: ['targetField', 'month', 'loanRef', 'receivedOn', 'answerDueOn', 'answeredOn', 'outcome'],
  MonthlySummary: ['month'],
  FundingShare: ['institution', 'shareBp'],
  SpecialEvent: ['type', 'occurredOn', 'amount', 'monthsChanged'],
};

/** Fields that hold no borrower data, or only the caller's own: open to the roles that their @access names. */
const BY_ROLE: Readonly<Record<string, readonly string[]>> = {
  Query: [
    'creditReport', 'previewCreditReport', 'whoCanSee', 'consent', 'consents', 'consentRequest', 'consentRequests', 'disclosure',
    'disclosures', 'disclosureProof', 'ledger', 'fieldPolicies', 'viewer', 'recipients',
  ],
  Mutation: [
    'requestConsent', 'rejectConsentRequest', 'grantConsent', 'amendConsent', 'pauseConsent', 'resumeConsent', 'revokeConsent',
  ],
  RequestConsentPayload: ['consentRequest'],
  RejectConsentRequestPayload: ['consentRequest', 'receipt'],
  GrantConsentPayload: ['consent', 'consentRequest', 'receipt'],
  AmendConsentPayload: ['consent', 'receipt', 'stillDisclosedBy'],
  PauseConsentPayload: ['consent', 'receipt', 'stillDisclosedBy'],
  ResumeConsentPayload: ['consent', 'receipt'],
  RevokeConsentPayload: ['consentId', 'consent', 'receipt', 'stillDisclosedBy'],
  Consent: [
    'id', 'platform', 'recipient', 'purpose', 'version', 'status', 'statusReason', 'statusAt', 'sharesNothing', 'current', 'versions',
    'consentRequest', 'previousConsentId', 'receipts', 'customerId', 'borrowerPseudonym',
  ],
  ConsentVersion: [
    'version', 'scopes', 'catalogueVersion', 'validFrom', 'validUntil', 'accessMode', 'frequency', 'dataFrom', 'dataUntil',
    'dataLifeDays', 'absencePolicy', 'legalBasis', 'evidence', 'grantedBy', 'grantedAt', 'previousHash', 'hash',
  ],
  Frequency: ['count', 'per'],
  Receipt: ['id', 'kind', 'consentId', 'consentRequestId', 'version', 'issuedAt', 'ledgerIndex', 'document', 'signature'],
  ConsentRequest: [
    'id', 'recipient', 'purpose', 'status', 'scopes', 'validForDays', 'accessMode', 'frequency', 'dataFrom', 'dataUntil', 'dataLifeDays',
    'createdAt', 'lapsesAt', 'consentId', 'reference', 'consent', 'approvals', 'decidedAt', 'receipts', 'customerId',
  ],
  Approval: ['by', 'at', 'evidence'],
  ConsentConnection: ['edges', 'pageInfo'],
  ConsentEdge: ['cursor', 'node'],
  ConsentRequestConnection: ['edges', 'pageInfo'],
  ConsentRequestEdge: ['cursor', 'node'],
  PageInfo: ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
  Cell: ['field', 'product'],
  CellVerdict: ['field', 'product', 'verdict', 'reason', 'because', 'consents'],
  Citation: ['consent', 'version'],
  FieldVisibility: ['recipient', 'purpose', 'product', 'consent', 'version', 'reason', 'impliedBy', 'visibleUntil'],
  Disclosure: [
    'reportId', 'decidedAt', 'recipient', 'purpose', 'legalChannel', 'operationHash', 'ledgerIndex', 'eraseBy', 'requestId', 'outcome',
    'legalBasis', 'released', 'refused', 'empty', 'citations', 'verdicts', 'customerId', 'borrowerPseudonym', 'commitment',
  ],
  DisclosureProof: ['reportId', 'ledgerOrigin', 'ledgerIndex', 'leafHash', 'proof', 'entry'],
  Ledger: ['origin', 'size', 'rootHash', 'checkpoint', 'publicKey', 'publishedAt'],
  DisclosureConnection: ['edges', 'pageInfo'],
  DisclosureEdge: ['cursor', 'node'],
  ConsentScope: ['field', 'product', 'effect', 'cluster'],
  ConsentEvidence: [
    'approvalHash', 'noticeId', 'noticeVersion', 'noticeHash', 'locale', 'approvedAt', 'channel', 'bundledWithService', 'identityCheck',
  ],
  Institution: ['id', 'legalName', 'kind', 'contact', 'purposes'],
  FieldPolicy: [
    'field', 'label', 'explanation', 'cluster', 'sensitivity', 'adverse', 'perProduct', 'container', 'within', 'coarser', 'requires',
    'inputs', 'formula', 'formulaVersion', 'openTo', 'roles', 'legalBases', 'rule', 'since',
  ],
  LocalText: ['en', 'zh'],
  Viewer: ['role', 'institution', 'customerId'],
}; // prettier-ignore

/**
 * One guard for every field of a schema: consentable fields ask the decision, all others have a rule of their own above.
 * A field without either gets no guard here, and guardSchema names it and refuses to start.
 */
export function guardTreeFor(schema: GraphQLSchema, catalogue: FieldCatalogue): GuardTree {
  const tree: Record<string, Record<string, Guard>> = {};
  for (const [type, field] of fieldsOf(schema)) {
    const coordinate = `${type}.${field.name}` as const;
    const found = guardFor(type, field.name, coordinate, catalogue, rolesOf(field.extensions));
    if (found) (tree[type] ??= {})[field.name] = found;
  }
  return tree;
}

function guardFor(
  type: string,
  name: string,
  coordinate: `${string}.${string}`,
  catalogue: FieldCatalogue,
  roles: readonly Role[] | null,
): Guard | null {
  const entry = catalogue.find(coordinate);
  if (entry) return guard(coordinate, (parent, context) => isPermitted(parent, entry, context));
  if (INSIDE_A_REPORT[type]?.includes(name)) return guard(coordinate, (_parent, { gate }) => gate.release !== null);
  if (BY_ROLE[type]?.includes(name))
    return guard(coordinate, (_parent, { actor }) => roles === null || roles.includes(actor.role));
  return null;
}

/** Every origin of the value must be released; an object that did not come through the projection has none. */
function isPermitted(parent: unknown, entry: FieldEntry, { gate }: RequestContext): boolean {
  const origins = provenanceOf(parent)?.(entry) ?? [];
  const decision = gate.release?.decision;
  if (!decision || origins.length === 0) return false;
  for (const origin of origins) if (!permits(decision, entry, origin)) return false;
  return true;
}

/** Counts each consentable value on its way out, under the product it belongs to. */
export function tallying(catalogue: FieldCatalogue): GuardListener {
  const entries = new Map(catalogue.entries.map((entry) => [entry.coordinate, entry]));
  return {
    isReady: (coordinate) => entries.has(coordinate) || isInReport(coordinate),
    counting: (coordinate) => {
      const entry = entries.get(coordinate);
      if (!entry) return null;
      const { id } = entry;
      return (parent, { gate: { seen } }) => {
        seen[id] = (seen[id] ?? 0) + 1;
        for (const { tally } of provenanceOf(parent)?.(entry) ?? []) tally[id] = (tally[id] ?? 0) + 1;
      };
    },
  };
}

/** A preview fetches what it says about its report; the report itself is projected before its first field is asked for. */
function isInReport(coordinate: string): boolean {
  const [type = '', name = ''] = coordinate.split('.');
  return type !== 'CreditReportPreview' && (INSIDE_A_REPORT[type]?.includes(name) ?? false);
}

/** The roles that a field's @access names; null: every role. */
export function rolesOf(extensions: Readonly<Record<string, unknown>>): readonly Role[] | null {
  return (extensions['access'] as { roles: readonly Role[] } | undefined)?.roles ?? null;
}
