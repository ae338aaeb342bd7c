import { FIRST_DAY, intersectDays, LAST_DAY, toEpochDay } from '../credit/calendar';
import type { Product } from '../credit/codes';
import type { FieldCatalogue, FieldEntry } from '../credit/field-catalogue';
import type { TermsCell } from './compare-terms';
import type { Arrangement, ConsentTerms } from './consent';
import { decide } from './decide';
import { hasEffect, hasPermit, isSameWindow, unusableIn } from './decide-cell';
import type { CellVerdict, ConsentSnapshot } from './decision';

/** One consent under which a field is visible now. */
export interface Permission {
  readonly arrangement: Arrangement;
  readonly cell: CellVerdict;
  /** The finer field whose PERMIT implies this one; null: it is permitted itself, or by its inputs. */
  readonly impliedBy: FieldEntry | null;
}

/** Every usable consent that makes a field visible, for each platform and product where it is (consent.md, section 10). */
export function permissionsOn(snapshot: ConsentSnapshot, catalogue: FieldCatalogue, entry: FieldEntry): readonly Permission[] {
  const cells = decide(snapshot, catalogue, [entry]).cells.get(entry) ?? [];
  const usable = snapshot.arrangements.filter((one) => unusableIn(snapshot, one) === null);
  return cells
    .filter(({ verdict }) => verdict === 'RELEASE')
    .flatMap((cell) =>
      usable
        .filter(({ platformId }) => platformId === cell.platformId)
        .flatMap((arrangement) => permissionUnder(arrangement, cell, entry, catalogue) ?? []),
    );
}

function permissionUnder(
  arrangement: Arrangement,
  cell: CellVerdict,
  entry: FieldEntry,
  catalogue: FieldCatalogue,
): Permission | null {
  if (!reachesInto(arrangement.terms, cell)) return null;
  const permits = (field: FieldEntry): boolean => hasPermit(arrangement.terms, field, cell.product);
  if (permits(entry)) return { arrangement, cell, impliedBy: null };
  const byInputs = cell.reason === 'INPUTS';
  const ladder = byInputs
    ? entry.inputs.map((name) => catalogue.load(name)).flatMap((input) => [input, ...catalogue.finerOf(input)])
    : catalogue.finerOf(entry).filter((finer) => entry.source.kind !== 'indicator' || isSameWindow(finer, entry));
  const found = ladder.find(permits);
  return found ? { arrangement, cell, impliedBy: byInputs ? null : found } : null;
}

/** Does the consent's own range of days hold any of those that are shown? */
function reachesInto({ dataFrom, dataUntil }: ConsentTerms, { days }: CellVerdict): boolean {
  const range = { from: dataFrom ? toEpochDay(dataFrom) : FIRST_DAY, until: dataUntil ? toEpochDay(dataUntil) : LAST_DAY };
  return intersectDays([range], days).length > 0;
}

/**
 * The other arrangements under which the recipient still sees, for the purpose, a field that one arrangement just withdrew;
 * those too whose uses of this window are made, since the next one shows it again without anybody's act.
 *
 * @param snapshot - As it stands after the withdrawal.
 */
export function stillDisclosedBy(
  snapshot: ConsentSnapshot,
  catalogue: FieldCatalogue,
  withdrawn: readonly TermsCell[],
  by: Pick<Arrangement, 'arrangementId' | 'platformId'>,
): readonly string[] {
  const coming = { ...snapshot, arrangements: snapshot.arrangements.map(inNextWindow) };
  const products = new Map<FieldEntry, (Product | null)[]>();
  for (const { entry, product } of withdrawn) products.set(entry, [...(products.get(entry) ?? []), product]);
  const still = [...products].flatMap(([entry, of]) =>
    permissionsOn(coming, catalogue, entry).filter(
      ({ arrangement, cell }) => arrangement.platformId !== by.platformId || of.includes(cell.product),
    ),
  );
  const ids = still.map(({ arrangement }) => arrangement.arrangementId).filter((id) => id !== by.arrangementId);
  return [...new Set(ids)].sort();
}

function inNextWindow(one: Arrangement): Arrangement {
  return one.terms.accessMode === 'ONE_TIME' ? one : { ...one, use: null };
}

/** The consents that a verdict on a cell looked at: those that name the field, a rung of its ladder, or an input of it. */
export function consultedFor(
  cell: CellVerdict,
  entry: FieldEntry,
  snapshot: ConsentSnapshot,
  catalogue: FieldCatalogue,
): readonly Arrangement[] {
  const around = (field: FieldEntry): readonly FieldEntry[] => [
    field,
    ...catalogue.coarserOf(field),
    ...catalogue.finerOf(field),
  ];
  const related = [entry, ...entry.inputs.map((name) => catalogue.load(name))].flatMap(around);
  return snapshot.arrangements.filter(
    ({ platformId, terms }) =>
      platformId === cell.platformId &&
      related.some((field) => hasEffect(terms, field, cell.product, 'PERMIT') || hasEffect(terms, field, cell.product, 'DENY')),
  );
}
