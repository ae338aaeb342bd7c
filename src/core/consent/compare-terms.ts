import { PRODUCTS, type Product } from '../credit/codes';
import type { FieldCatalogue, FieldEntry } from '../credit/field-catalogue';
import type { ConsentBounds, FrequencyUnit, Scope, ScopeEffect } from './consent';
import { PURPOSE_LIMITS } from './purpose';

const BOUND_NAMES = [
  'scopes', 'validUntil', 'accessMode', 'frequency', 'dataFrom', 'dataUntil', 'dataLifeDays', 'absencePolicy',
] as const; // prettier-ignore
export type BoundName = (typeof BOUND_NAMES)[number];

/**
 * The bounds in which `after` allows more than `before` (consent.md, section 5); empty: it narrows or is neutral. Then one
 * arrangement under `after` releases no cell and no day that it did not under `before`, whatever the purpose and the as-of
 * date; uses made already are not looked at.
 */
export function widenings(before: ConsentBounds, after: ConsentBounds, catalogue: FieldCatalogue): readonly BoundName[] {
  const isWider: Readonly<Record<BoundName, boolean>> = {
    scopes: hasWiderScopes(before, after, catalogue),
    validUntil: after.validUntilMs > before.validUntilMs,
    accessMode: before.accessMode === 'ONE_TIME' && after.accessMode === 'RECURRING',
    frequency: isMoreOften(before, after),
    dataFrom: before.dataFrom !== null && (after.dataFrom === null || after.dataFrom < before.dataFrom),
    dataUntil: before.dataUntil !== null && (after.dataUntil === null || after.dataUntil > before.dataUntil),
    dataLifeDays: before.dataLifeDays !== null && (after.dataLifeDays === null || after.dataLifeDays > before.dataLifeDays),
    absencePolicy: before.absencePolicy === 'UNIFORM' && after.absencePolicy === 'EXPLICIT',
  };
  return BOUND_NAMES.filter((name) => isWider[name]);
}

/** A field of one product as the terms of a consent name it. */
export interface TermsCell {
  readonly entry: FieldEntry;
  /** null: the field is not per product. */
  readonly product: Product | null;
}

/**
 * The cells that `before` let be seen and `after` does not (null: nothing any more), in catalogue order: permitted and not
 * denied by the arrangement itself. Dates, frequency and whatever else limits the arrangement as a whole do not count.
 */
export function withdrawnCells(
  before: ConsentBounds,
  after: ConsentBounds | null,
  catalogue: FieldCatalogue,
): readonly TermsCell[] {
  const shownBefore = closureOf(before, catalogue);
  const shownAfter = after && closureOf(after, catalogue);
  return catalogue.entries.flatMap((entry) =>
    (entry.perProduct ? PRODUCTS : [null])
      .filter((product) => shownBefore.shows(entry, product) && !shownAfter?.shows(entry, product))
      .map((product): TermsCell => ({ entry, product })),
  );
}

/** Scopes of one side that the other lacks, as written (no closure), for a receipt's difference; `via` makes none. */
export function scopeDifference(
  before: readonly Scope[],
  after: readonly Scope[],
): { readonly added: readonly Scope[]; readonly removed: readonly Scope[] } {
  const written = (scopes: readonly Scope[]): ReadonlyMap<string, Scope> =>
    new Map(scopes.map((scope) => [`${scope.effect} ${String(scope.fieldId)} ${scope.product ?? '*'}`, scope]));
  const [old, now] = [written(before), written(after)];
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, scope]) => scope),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, scope]) => scope),
  };
}

/**
 * The largest number of calendar windows of the inner unit that touch one window of the outer one: a month of 31 days that
 * begins at a weekend, or of 30 on a Sunday, has days of six weeks.
 */
const WINDOWS_TOUCHED_MAX: Readonly<Record<FrequencyUnit, Readonly<Record<FrequencyUnit, number>>>> = {
  DAY: { DAY: 1, WEEK: 1, MONTH: 1 },
  WEEK: { DAY: 7, WEEK: 1, MONTH: 2 },
  MONTH: { DAY: 31, WEEK: 6, MONTH: 1 },
};

/** Does some pattern of use keep within the frequency after and not within the one before? One use in all never does. */
function isMoreOften(before: ConsentBounds, after: ConsentBounds): boolean {
  if (before.accessMode === 'ONE_TIME' || after.accessMode === 'ONE_TIME' || before.frequency === null) return false;
  if (after.frequency === null) return true;
  return after.frequency.count * WINDOWS_TOUCHED_MAX[before.frequency.per][after.frequency.per] > before.frequency.count;
}

type CellTest = (entry: FieldEntry, product: Product | null) => boolean;

/** What the scopes of one side come to, cell by cell; product null of a field per product stands for products to come. */
interface Closure {
  /** By a PERMIT for the field or a finer one, both of which its catalogue had. */
  readonly permits: CellTest;
  /** As `permits`, but an indicator by itself or a finer one of its window only: it is then released for a part of it too. */
  readonly grants: CellTest;
  /** An indicator that its catalogue had, with all inputs permitted: released if they are on every day of its window. */
  readonly computes: CellTest;
  /** Computes it over its whole window wherever `grants` would release any of it, for all purposes and as-of dates. */
  readonly surelyComputes: CellTest;
  /** By a DENY for the field or a coarser one, under the catalogue of today. */
  readonly denies: CellTest;
  readonly shows: CellTest;
}

/**
 * A PERMIT more, a DENY less, a product more or a finer field, over the closure of both sides. Two refinements follow the
 * decision (consent.md, section 6, step 9 d): an indicator by its own permit is more than by a record field's, unless that
 * one surely gives it in full; and a newer catalogue adds the indicators that came with it to their inputs (decision 2).
 */
function hasWiderScopes(before: ConsentBounds, after: ConsentBounds, catalogue: FieldCatalogue): boolean {
  const [less, more] = [closureOf(before, catalogue), closureOf(after, catalogue)];
  const isWider: CellTest = (...cell) =>
    (more.permits(...cell) && !less.permits(...cell)) ||
    (less.denies(...cell) && !more.denies(...cell)) ||
    (more.grants(...cell) && !less.grants(...cell) && !less.surelyComputes(...cell)) ||
    (more.computes(...cell) && !less.computes(...cell) && !less.grants(...cell));
  return catalogue.entries.some((entry) => cellsOf(entry).some((product) => isWider(entry, product)));
}

function cellsOf(entry: FieldEntry): readonly (Product | null)[] {
  return entry.perProduct ? [...PRODUCTS, null] : [null];
}

function closureOf(bounds: ConsentBounds, catalogue: FieldCatalogue): Closure {
  const { catalogueVersion, dataFrom, dataUntil } = bounds;
  const states = statedBy(bounds.scopes);
  const isKnown = ({ since }: FieldEntry): boolean => since <= catalogueVersion;
  const permitsBy = (entry: FieldEntry, finer: readonly FieldEntry[], product: Product | null): boolean =>
    isKnown(entry) && [entry, ...finer].some((one) => isKnown(one) && states('PERMIT', one, product));
  const inputsOf = (entry: FieldEntry): readonly FieldEntry[] => entry.inputs.map((name) => catalogue.load(name));

  const permits: CellTest = (entry, product) => permitsBy(entry, catalogue.finerOf(entry), product);
  const grants: CellTest = (entry, product) => {
    const months = windowOf(entry);
    const finer = catalogue.finerOf(entry).filter((one) => months === null || windowOf(one) === months);
    return permitsBy(entry, finer, product);
  };
  const denies: CellTest = (entry, product) => [entry, ...catalogue.coarserOf(entry)].some((one) => states('DENY', one, product));
  const shows: CellTest = (...cell) => permits(...cell) && !denies(...cell);
  const computes: CellTest = (entry, product) =>
    windowOf(entry) !== null && isKnown(entry) && inputsOf(entry).every((input) => permits(input, product));
  const surelyComputes: CellTest = (entry, product) => {
    const months = windowOf(entry);
    if (months === null || !computes(entry, product)) return false;
    if (!inputsOf(entry).every((input) => isPlainInputOf(entry, input) && shows(input, product))) return false;
    return months === 0 || (dataFrom === null && dataUntil === null && spansWindow(entry, months, catalogue));
  };
  return { permits, grants, computes, surelyComputes, denies, shows };
}

/** A scope without a product holds for every product, and any scope for a field that is not per product. */
function statedBy(scopes: readonly Scope[]): (effect: ScopeEffect, entry: FieldEntry, product: Product | null) => boolean {
  const byField = new Map<number, Scope[]>();
  for (const scope of scopes) byField.set(scope.fieldId, [...(byField.get(scope.fieldId) ?? []), scope]);
  return (effect, entry, product) =>
    (byField.get(entry.id) ?? []).some(
      (scope) => scope.effect === effect && (!entry.perProduct || scope.product === null || scope.product === product),
    );
}

/** Completed months of an indicator's window; null: it is not an indicator. */
function windowOf({ source }: FieldEntry): number | null {
  return source.kind === 'indicator' ? source.windowMonths : null;
}

/** Released wherever it is permitted and the indicator's cluster is open: of that cluster, a record's own, requiring nothing. */
function isPlainInputOf(entry: FieldEntry, input: FieldEntry): boolean {
  return input.cluster === entry.cluster && windowOf(input) === null && input.requires.length === 0;
}

/** The shortest reach back: data without bounds fill such a window for every purpose. */
const REACH_MONTHS = Math.min(...Object.values(PURPOSE_LIMITS).map(({ reachMonths }) => reachMonths));

/** Does nothing cut the window short: neither a purpose's reach nor what the field requires? */
function spansWindow(entry: FieldEntry, months: number, catalogue: FieldCatalogue): boolean {
  const own = windowOf(entry);
  if (own === 0) return true;
  if (months > REACH_MONTHS || (own !== null && own < months)) return false;
  return entry.requires.every((name) => spansWindow(catalogue.load(name), months, catalogue));
}
