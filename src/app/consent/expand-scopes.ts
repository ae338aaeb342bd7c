import type { Scope, ScopeEffect } from '../../core/consent/consent';
import type { DataCluster } from '../../core/consent/data-cluster';
import type { Product } from '../../core/credit/codes';
import type { FieldCatalogue } from '../../core/credit/field-catalogue';
import { badInput, GatewayError } from '../../core/errors';

/** One scope as a caller writes it: a field or a cluster, of one product or of every product. */
export interface ScopeInput {
  readonly field?: string | null | undefined;
  readonly cluster?: DataCluster | null | undefined;
  readonly product?: Product | null | undefined;
  readonly everyProduct: boolean;
  readonly effect: ScopeEffect;
}

/**
 * The explicit fields behind the scopes: a cluster becomes what it holds in this catalogue and nothing that joins it later
 * (consent.md, decision 2).
 *
 * @throws GatewayError EMPTY_SCOPES, BAD_USER_INPUT, UNKNOWN_FIELD or CONTAINER_NOT_GRANTED, naming the scope.
 */
export function expandScopes(
  scopes: readonly ScopeInput[],
  catalogue: FieldCatalogue,
  emptiness: 'MAY_BE_EMPTY' | 'NOT_EMPTY' = 'NOT_EMPTY',
  path = 'input.scopes',
): readonly Scope[] {
  if (scopes.length === 0 && emptiness === 'NOT_EMPTY')
    throw new GatewayError('EMPTY_SCOPES', 'a grant without any scope', { input: path });
  const expanded = scopes.map((scope, at) => {
    const input = `${path}.${String(at)}`;
    if (!scope.field === !scope.cluster) throw badInput(input, 'give exactly one of field and cluster');
    if (Boolean(scope.product) === scope.everyProduct) throw badInput(input, 'give exactly one of product and everyProduct');
    const { effect, product = null, cluster: via = null } = scope;
    return fieldIds(scope, catalogue, input).map((fieldId): Scope => ({ fieldId, product, effect, via }));
  });
  const all = expanded.flat();
  expanded.forEach((of, at) => {
    for (const scope of of) assertListGranted(scope, all, catalogue, `${path}.${String(at)}`);
  });
  const keyOf = ({ fieldId, product, effect }: Scope): string => `${String(fieldId)} ${product ?? ''} ${effect}`;
  return [...new Map(all.map((scope) => [keyOf(scope), scope])).values()];
}

/** What stands in a list is shown only with the list: a permit without it would show nothing, which nobody means. */
function assertListGranted(scope: Scope, all: readonly Scope[], catalogue: FieldCatalogue, input: string): void {
  const entry = catalogue.byId(scope.fieldId);
  if (scope.effect === 'DENY' || !entry?.within) return;
  const list = catalogue.load(entry.within);
  const granted = all.some(
    ({ fieldId, product, effect }) =>
      effect === 'PERMIT' && fieldId === list.id && (!list.perProduct || product === null || product === scope.product),
  );
  if (!granted)
    throw new GatewayError('CONTAINER_NOT_GRANTED', `${entry.coordinate} stands in ${list.coordinate}`, {
      input,
      container: list.coordinate,
    });
}

function fieldIds({ field, cluster }: ScopeInput, catalogue: FieldCatalogue, input: string): readonly number[] {
  if (cluster) {
    const ids = catalogue.fieldsOf(cluster).map(({ id }) => id);
    if (ids.length === 0) throw badInput(`${input}.cluster`, `${cluster} has no fields yet`);
    return ids;
  }
  const entry = catalogue.find(field ?? '');
  if (!entry) throw new GatewayError('UNKNOWN_FIELD', 'no such coordinate', { input: `${input}.field` });
  return [entry.id];
}
