import type { ConsentStatus } from '../../core/consent/consent';
import type { ConsentRequestStatus } from '../../core/consent/consent-request';
import type { Purpose } from '../../core/consent/purpose';
import type { EpochMs } from '../../core/credit/calendar';
import { GatewayError } from '../../core/errors';
import { type Actor, isRecipientRole } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import type { ConsentView, RequestView } from '../consent-ports';
import type { PagePosition, StoredBorrower } from '../ports';
import { findSelf } from './consent-parties';
import type { ConsentParts } from './consent-parts';
import { openPage, type Page, type PageInput, paginate } from './paginate';

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
  return paginate(openPage(parts, actor, ['consents', filter], page), positionOfConsent, async (request) => {
    const whose = await findWhose(parts, actor, borrower);
    return whose ? parts.book.listConsents({ ...restrictions, ...toScope(whose), ...request }) : [];
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
  const isRecipient = isRecipientRole(actor.role);
  return paginate(openPage(parts, actor, ['requests', filter], page), positionOfRequest, async (request) => {
    const whose = isRecipient ? EVERYBODY : await findWhose(parts, actor, borrower);
    const asRecipient = isRecipient ? actor.partyId : null;
    return whose ? parts.book.listRequests({ ...restrictions, ...toScope(whose), ...request, asRecipient }) : [];
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

/** Whose items a list is of: a platform's, a person's, or both together; null does not restrict. */
export interface Whose {
  readonly platformId: string | null;
  readonly borrower: StoredBorrower | null;
}
export const EVERYBODY: Whose = { platformId: null, borrower: null };
const toScope = ({ platformId, borrower }: Whose): { platformId: string | null; borrowerRef: Buffer | null } => ({
  platformId,
  borrowerRef: borrower?.borrowerRef ?? null,
});

/**
 * Whose list it is that a platform, a borrower or an auditor reads.
 *
 * @param named - A platform's customer.
 * @returns null where there is nobody whose list it could be.
 * @throws GatewayError FORBIDDEN for naming a customer without being their platform.
 */
export async function findWhose(
  { keys, book }: Pick<ConsentParts, 'keys' | 'book'>,
  actor: Actor,
  named: BorrowerIdentity | null,
): Promise<Whose | null> {
  if (named && actor.role !== 'PLATFORM')
    throw new GatewayError('FORBIDDEN', 'only a platform names its customers', { input: 'filter.borrower' });
  if (actor.role === 'AUDITOR') return EVERYBODY;
  if (actor.role === 'BORROWER') {
    const borrower = await findSelf({ keys, book }, actor);
    return borrower && { platformId: null, borrower };
  }
  if (!named) return { platformId: actor.partyId, borrower: null };
  if (named.idType === 'PLATFORM_CUSTOMER_ID' && named.platformId !== actor.partyId) return null;
  const borrower = await book.findCustomer(keys.lookupOf(named), actor.partyId);
  return borrower && { platformId: actor.partyId, borrower };
}
