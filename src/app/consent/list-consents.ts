import type { ConsentStatus } from '../../core/consent/consent';
import type { ConsentRequestStatus } from '../../core/consent/consent-request';
import type { Purpose } from '../../core/consent/purpose';
import type { EpochMs } from '../../core/credit/calendar';
import { badInput, GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { canonicalJson } from '../../core/ledger/canonical-json';
import type { ConsentView, RequestView } from '../consent-ports';
import type { PagePosition } from '../ports';
import { findSelf } from './consent-parties';
import { clientIdOf, type ConsentParts } from './consent-parts';

const PAGE_MAX = 100;

/** What is null or empty does not restrict. */
export interface ConsentFilter {
  readonly status: readonly ConsentStatus[];
  readonly recipientId: string | null;
  readonly purpose: Purpose | null;
  readonly validUntilBeforeMs: EpochMs | null;
  readonly changedFromMs: EpochMs | null;
  /** A platform's customer. */
  readonly borrower: BorrowerIdentity | null;
}
export interface RequestFilter {
  readonly status: readonly ConsentRequestStatus[];
  readonly recipientId: string | null;
  readonly purpose: Purpose | null;
  readonly createdFromMs: EpochMs | null;
  readonly createdUntilMs: EpochMs | null;
  readonly reference: string | null;
  readonly borrower: BorrowerIdentity | null;
}
export interface PageInput {
  /** 1 to 100. */
  readonly first: number;
  readonly after: string | null;
}
export interface Page<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/**
 * The actor's own consents, newest first: of a platform over its records, of a borrower over all platforms, of an auditor all.
 *
 * @throws GatewayError BAD_USER_INPUT for a page size out of range or a cursor that is not of this list; FORBIDDEN for naming a
 *   customer without being their platform.
 */
export async function listConsents(
  parts: ConsentParts,
  actor: Actor,
  filter: ConsentFilter,
  page: PageInput,
): Promise<Page<ConsentView>> {
  const { borrower, ...restrictions } = filter;
  return paginate(parts, actor, ['consents', filter], page, positionOfConsent, async (request) => {
    const whose = await scopeOf(parts, actor, borrower);
    return whose ? parts.book.listConsents({ ...restrictions, ...whose, ...request }) : [];
  });
}

/** The actor's own requests, newest first; a recipient's as it sees them. @throws as `listConsents`. */
export async function listRequests(
  parts: ConsentParts,
  actor: Actor,
  filter: RequestFilter,
  page: PageInput,
): Promise<Page<RequestView>> {
  const { borrower, ...restrictions } = filter;
  const isRecipient = actor.role === 'BANK' || actor.role === 'CREDIT_REFERENCE_CENTRE';
  return paginate(parts, actor, ['requests', filter], page, positionOfRequest, async (request) => {
    const whose = isRecipient ? { platformId: null, borrowerRef: null } : await scopeOf(parts, actor, borrower);
    const asRecipient = isRecipient ? actor.partyId : null;
    return whose ? parts.book.listRequests({ ...restrictions, ...whose, ...request, asRecipient }) : [];
  });
}

const positionOfConsent = ({ arrangement }: ConsentView): PagePosition => ({
  createdAtMs: arrangement.createdAtMs,
  id: arrangement.arrangementId,
});
const positionOfRequest = ({ request }: RequestView): PagePosition => ({
  createdAtMs: request.createdAtMs,
  id: request.consentRequestId,
});

/** @returns null where there is nobody whose list it could be. */
async function scopeOf(
  { keys, book }: ConsentParts,
  actor: Actor,
  named: BorrowerIdentity | null,
): Promise<{ platformId: string | null; borrowerRef: Buffer | null } | null> {
  if (named && actor.role !== 'PLATFORM')
    throw new GatewayError('FORBIDDEN', 'only a platform names its customers', { input: 'filter.borrower' });
  if (actor.role === 'AUDITOR') return { platformId: null, borrowerRef: null };
  if (actor.role === 'BORROWER') {
    const self = await findSelf({ keys, book }, actor);
    return self && { platformId: null, borrowerRef: self.borrowerRef };
  }
  if (!named) return { platformId: actor.partyId, borrowerRef: null };
  if (named.idType === 'PLATFORM_CUSTOMER_ID' && named.platformId !== actor.partyId) return null;
  const customer = await book.findCustomer(keys.lookupOf(named), actor.partyId);
  return customer && { platformId: actor.partyId, borrowerRef: customer.borrowerRef };
}

async function paginate<T>(
  { keys: { cursors } }: ConsentParts,
  actor: Actor,
  list: readonly unknown[],
  { first, after }: PageInput,
  positionOf: (item: T) => PagePosition,
  read: (page: { first: number; after: PagePosition | null }) => Promise<readonly T[]>,
): Promise<Page<T>> {
  if (!Number.isInteger(first) || first < 1 || first > PAGE_MAX) throw badInput('first', `1 to ${String(PAGE_MAX)}`);
  const binding = canonicalJson([clientIdOf(actor), ...list]);
  const position = after === null ? null : cursors.open(binding, after);
  if (after !== null && !position) throw badInput('after', 'not a cursor of this list');
  const found = await read({ first: first + 1, after: position });
  const items = found.slice(0, first).map((item) => ({ cursor: cursors.seal(binding, positionOf(item)), item }));
  return { items, hasNextPage: found.length > first, hasPreviousPage: after !== null };
}
