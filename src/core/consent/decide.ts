import { PRODUCTS, type Product } from '../credit/codes';
import type { FieldCatalogue, FieldEntry } from '../credit/field-catalogue';
import { type Cell, type CellVerdict, type ConsentSnapshot, type Decision, LOANS } from './decision';
import { createPlatformDecider, showsMonthInProgress, unusableIn } from './decide-cell';

/** Stands for the platform in the cells of a person about whom no arrangement exists. */
export const NO_PLATFORM = '-';

/**
 * Decides every asked field, for each platform that has an arrangement with this recipient for this purpose and each
 * product of it (consent.md, section 6, steps 2 to 9).
 *
 * Pure and total: to withhold is an answer, so nothing is thrown; without any consent every cell is withheld.
 *
 * @param asked - Fields of the operation; an indicator's inputs and requirements are decided on the way and not listed.
 */
export function decide(loaded: ConsentSnapshot, catalogue: FieldCatalogue, asked: readonly FieldEntry[]): Decision {
  const { recipientId, purpose } = loaded;
  const arrangements = loaded.arrangements.filter((one) => one.recipientId === recipientId && one.purpose === purpose);
  const snapshot = { ...loaded, arrangements };
  const platforms = [...new Set(snapshot.arrangements.map(({ platformId }) => platformId))].sort();
  if (platforms.length === 0) {
    const reason = snapshot.borrowerKnown ? 'NO_CONSENT' : 'UNKNOWN_BORROWER';
    const nothing: CellVerdict = {
      platformId: NO_PLATFORM, product: null, verdict: 'WITHHOLD', reason, because: [], days: [], citations: [],
    }; // prettier-ignore
    return {
      atMs: snapshot.atMs,
      withheld: null,
      cells: new Map(asked.map((entry) => [entry, [nothing]])),
      monthInProgress: NOWHERE,
    };
  }
  const deciders = platforms.map((platformId) => createPlatformDecider(snapshot, catalogue, platformId));
  const cells = asked.map((entry): [FieldEntry, CellVerdict[]] => [
    entry,
    deciders.flatMap((decideCell) => productsOf(entry).map((product) => decideCell(entry, product))),
  ]);
  const loans = catalogue.find(LOANS);
  const monthInProgress = deciders.flatMap((decideCell) =>
    PRODUCTS.flatMap((product) => {
      const cell = loans && decideCell(loans, product);
      return cell && showsMonthInProgress(cell, snapshot) ? [`${cell.platformId}/${product}`] : [];
    }),
  );
  return {
    atMs: snapshot.atMs,
    withheld: isExplicit(snapshot) ? withheldOf(cells) : null,
    cells: new Map(cells),
    monthInProgress: new Set(monthInProgress),
  };
}
const NOWHERE: ReadonlySet<string> = new Set();

/** Does the borrower want the recipient told? Only if nothing that is usable says otherwise: UNIFORM wins. */
function isExplicit(snapshot: ConsentSnapshot): boolean {
  const usable = snapshot.arrangements.filter((one) => unusableIn(snapshot, one) === null);
  return usable.length > 0 && usable.every(({ terms }) => terms.absencePolicy === 'EXPLICIT');
}

/** From the consents alone, so that it says nothing of what there is. */
function withheldOf(cells: readonly (readonly [FieldEntry, readonly CellVerdict[]])[]): readonly Cell[] {
  return cells.flatMap(([entry, verdicts]) =>
    productsOf(entry)
      .filter((product) => verdicts.every((cell) => cell.product !== product || cell.verdict === 'WITHHOLD'))
      .map((product): Cell => ({ entry, product })),
  );
}

function productsOf(entry: FieldEntry): readonly (Product | null)[] {
  return entry.perProduct ? PRODUCTS : [null];
}
