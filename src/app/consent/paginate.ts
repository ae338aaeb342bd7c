import { badInput } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import { canonicalJson } from '../../core/ledger/canonical-json';
import type { PageRequest } from '../consent-ports';
import type { PagePosition } from '../ports';
import { clientIdOf, type ConsentParts } from './consent-parts';

const PAGE_MAX = 100;

export interface PageInput {
  /** 1 to 100. */
  readonly first: number;
  readonly after: string | null;
}
export interface Page<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Where the next page goes on; null: nothing was looked at. */
  readonly endCursor: string | null;
}
/** A page that may be read, with what makes the cursors of its list. */
export interface OpenPage extends PageRequest {
  readonly seal: (position: PagePosition) => string;
}

/**
 * Cursors are bound to the caller, the list and its filter.
 *
 * @param list - Name and filter.
 * @throws GatewayError BAD_USER_INPUT for a page size out of range or a cursor that is not of this list.
 */
export function openPage(
  { keys: { cursors } }: Pick<ConsentParts, 'keys'>,
  actor: Actor,
  list: readonly unknown[],
  { first, after }: PageInput,
): OpenPage {
  if (!Number.isInteger(first) || first < 1 || first > PAGE_MAX) throw badInput('first', `1 to ${String(PAGE_MAX)}`);
  const binding = canonicalJson([clientIdOf(actor), ...list]);
  const position = after === null ? null : cursors.open(binding, after);
  if (after !== null && !position) throw badInput('after', 'not a cursor of this list');
  return { first, after: position, seal: (at) => cursors.seal(binding, at) };
}

/** A page of a list whose store finds exactly what belongs to it. */
export async function paginate<T>(
  { first, after, seal }: OpenPage,
  positionOf: (item: T) => PagePosition,
  read: (page: PageRequest) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const found = await read({ first: first + 1, after });
  const items = found.slice(0, first).map((item) => ({ cursor: seal(positionOf(item)), item }));
  const endCursor = items.at(-1)?.cursor ?? null;
  return { items, hasNextPage: found.length > first, hasPreviousPage: after !== null, endCursor };
}
