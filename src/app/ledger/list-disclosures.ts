import type { Purpose } from '../../core/consent/purpose';
import type { EpochMs } from '../../core/credit/calendar';
import { badInput, GatewayError } from '../../core/errors';
import { type Actor, isRecipientRole } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { EVERYBODY, findWhose, type Whose } from '../consent/list-consents';
import { type ConsentParts, pseudonymOf } from '../consent/consent-parts';
import { openPage, type Page, type PageInput } from '../consent/paginate';
import type { DisclosureRange, DisclosureRecord } from '../consent-ports';
import type { PagePosition } from '../ports';
import { cellsOf, isVisibleTo } from './explain-disclosure';

/** What is null does not restrict. */
export interface DisclosureFilter {
  readonly purpose: Purpose | null;
  /** On [from, until). */
  readonly decidedFromMs: EpochMs | null;
  readonly decidedUntilMs: EpochMs | null;
  readonly requestId: string | null;
  readonly recipientId: string | null;
  /** Whether anything left; with a field: anything of that field. */
  readonly outcome: 'RELEASED' | 'REFUSED' | null;
  /** `Type.field` that was asked for. */
  readonly field: string | null;
  /** A platform's customer. */
  readonly borrower: BorrowerIdentity | null;
  readonly borrowerPseudonym: string | null;
}

/** Entries that one page looks at, where they must be looked at to be told apart. */
const LOOKED_AT_MAX = 500;

/**
 * The disclosures that this actor may see, newest first by their place in the ledger. A filter that no index answers is tried
 * on a bounded number of entries: such a page may be short, or empty, and still go on at its end cursor.
 *
 * @throws GatewayError BAD_USER_INPUT for a page size out of range, a cursor that is not of this list, or an unknown field;
 *   FORBIDDEN for a filter that is not for this role.
 */
export async function listDisclosures(
  parts: ConsentParts,
  actor: Actor,
  filter: DisclosureFilter,
  page: PageInput,
): Promise<Page<DisclosureRecord>> {
  const { first, after, seal } = openPage(parts, actor, ['disclosures', filter], page);
  assertMayAsk(parts, actor, filter);
  const nothing = { items: [], hasNextPage: false, hasPreviousPage: after !== null, endCursor: null };
  const isRecipient = isRecipientRole(actor.role);
  const whose = isRecipient ? EVERYBODY : await findWhose(parts, actor, filter.borrower);
  const range = whose && rangeOf(parts, actor, whose, filter);
  if (!whose || !range) return nothing;
  const { records, next } = await parts.decisions.scanDisclosures({
    range,
    beforeIndex: after && indexOf(after),
    decidedFromMs: filter.decidedFromMs,
    decidedUntilMs: filter.decidedUntilMs,
    limit: isServed(actor, range, filter) ? first : LOOKED_AT_MAX,
  });
  const found = records.filter((record) => isVisibleTo(actor, whose.borrower, record) && fits(parts, actor, record, filter));
  const shown = found.slice(0, first);
  const items = shown.map((item) => ({ cursor: seal(positionAt(item.ledgerIndex)), item }));
  const isMore = found.length > first;
  const goesOnAt = isMore || next === shown.at(-1)?.ledgerIndex ? null : next;
  return {
    items,
    hasNextPage: isMore || next !== null,
    hasPreviousPage: after !== null,
    endCursor: goesOnAt === null ? (items.at(-1)?.cursor ?? null) : seal(positionAt(goesOnAt)),
  };
}

/** The place in the ledger is all of a position. */
function positionAt(ledgerIndex: number): PagePosition {
  return { createdAtMs: 0, id: ledgerIndex.toString(16).padStart(32, '0') };
}
function indexOf({ id }: PagePosition): number {
  return Number.parseInt(id, 16);
}

/** The auditor's schema shows every filter, and is refused those that would name a person or a recipient's own file. */
function assertMayAsk({ catalogue }: ConsentParts, actor: Actor, { requestId, field }: DisclosureFilter): void {
  if (requestId !== null && !isRecipientRole(actor.role))
    throw new GatewayError('FORBIDDEN', 'only a recipient knows its questions', { input: 'filter.requestId' });
  if (field !== null && !catalogue.find(field)) throw badInput('filter.field', 'no such coordinate');
}

/** The narrowest index range that holds all of the list. @returns null where nothing can be in it. */
function rangeOf(
  { keys }: ConsentParts,
  actor: Actor,
  { borrower }: Whose,
  { requestId, recipientId, borrowerPseudonym }: DisclosureFilter,
): DisclosureRange | null {
  if (isRecipientRole(actor.role))
    return requestId === null
      ? { kind: 'recipient', recipientId: actor.partyId }
      : { kind: 'request', recipientId: actor.partyId, requestId };
  if (borrower) return { kind: 'subject', subject: pseudonymOf(keys, borrower) };
  if (borrowerPseudonym !== null) {
    const subject = Buffer.from(borrowerPseudonym, 'base64url');
    return subject.toString('base64url') === borrowerPseudonym ? { kind: 'subject', subject } : null;
  }
  return recipientId === null ? { kind: 'all' } : { kind: 'recipient', recipientId };
}

/** Is every entry of the range in the list? Then no more are read than are shown. */
function isServed(actor: Actor, range: DisclosureRange, filter: DisclosureFilter): boolean {
  const { purpose, decidedFromMs, decidedUntilMs, outcome, field } = filter;
  const isFree = [purpose, decidedFromMs, decidedUntilMs, outcome, field].every((value) => value === null);
  return isFree && range.kind !== 'subject' && actor.role !== 'PLATFORM';
}

function fits(
  { catalogue }: ConsentParts,
  actor: Actor,
  { entry, recipientId, decidedAtMs }: DisclosureRecord,
  filter: DisclosureFilter,
): boolean {
  const has = (side: DisclosureRecord['entry']['released']): boolean =>
    cellsOf(side, actor, catalogue).some((cell) => filter.field === null || cell.field === filter.field);
  const outcome = has(entry.released) ? 'RELEASED' : 'REFUSED';
  return (
    (filter.purpose === null || entry.purpose === filter.purpose) &&
    (filter.decidedFromMs === null || decidedAtMs >= filter.decidedFromMs) &&
    (filter.decidedUntilMs === null || decidedAtMs < filter.decidedUntilMs) &&
    (filter.recipientId === null || recipientId === filter.recipientId) &&
    (filter.field === null || [entry.released, entry.refused, entry.empty].some(has)) &&
    (filter.outcome === null || outcome === filter.outcome)
  );
}
