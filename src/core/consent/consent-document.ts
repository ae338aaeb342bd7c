import type { Product } from '../credit/codes';
import { canonicalJson, sha256Hex } from '../ledger/canonical-json';
import type { ConsentTerms, Scope, ScopeEffect } from './consent';
import type { DataCluster } from './data-cluster';

/** Scopes of equal effect, product and origin, with the catalogue ids ascending. */
export interface ScopeGroup {
  readonly effect: ScopeEffect;
  readonly product: Product | null;
  readonly via: DataCluster | null;
  readonly fields: readonly number[];
}

type StoredTerms = Omit<ConsentTerms, 'scopes' | 'frequency'> & {
  readonly scopes: readonly ScopeGroup[];
  readonly frequency?: ConsentTerms['frequency'];
};

/**
 * The stored text of a version: JSON with sorted keys and grouped scopes, so that equal terms are equal bytes
 * (RFC 8785 for the values that occur here: strings, integers, booleans, null).
 */
export function toConsentDocument(terms: ConsentTerms): string {
  return canonicalJson({ ...terms, scopes: toStoredScopes(terms.scopes) });
}

/** SHA-256 of the stored text, hexadecimal. */
export function hashOfDocument(document: string): string {
  return sha256Hex(document);
}

const SCOPE_LISTS_MAX = 1_000;
const scopeLists = new Map<string, readonly Scope[]>();

/**
 * Reads a stored version back; versions from before there were frequencies have none. The text must be ours, which its hash
 * shows; it is not validated again. Equal scopes of different people are one and the same list, since most people grant what
 * the form proposes.
 */
export function parseConsentDocument(document: string): ConsentTerms {
  const stored = JSON.parse(document) as StoredTerms;
  return { ...stored, frequency: stored.frequency ?? null, scopes: parseScopes(stored.scopes) };
}

/** Reads grouped scopes back; equal ones become one and the same list. */
export function parseScopes(groups: readonly ScopeGroup[]): readonly Scope[] {
  const text = JSON.stringify(groups);
  const kept = scopeLists.get(text);
  if (kept) return kept;
  const made = groups.flatMap(({ effect, product, via, fields }) =>
    fields.map((fieldId): Scope => ({ fieldId, product, effect, via })),
  );
  if (scopeLists.size >= SCOPE_LISTS_MAX) scopeLists.clear();
  scopeLists.set(text, made);
  return made;
}

/** Scopes grouped and sorted, as they are stored. */
export function toStoredScopes(scopes: readonly Scope[]): ScopeGroup[] {
  const groups = new Map<
    string,
    { effect: ScopeEffect; product: Product | null; via: DataCluster | null; fields: Set<number> }
  >();
  for (const { effect, product, via, fieldId } of scopes) {
    const key = `${effect} ${product ?? ''} ${via ?? ''}`;
    const group = groups.get(key) ?? { effect, product, via, fields: new Set() };
    group.fields.add(fieldId);
    groups.set(key, group);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ ...group, fields: [...group.fields].sort((a, b) => a - b) }));
}
