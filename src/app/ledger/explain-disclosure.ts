import { consultedFor } from '../../core/consent/explain';
import { decide } from '../../core/consent/decide';
import type { CellVerdict, ConsentSnapshot, Decision } from '../../core/consent/decision';
import { revealWarnings, type RevealWarning } from '../../core/consent/reveal-warnings';
import { type Product, PRODUCTS } from '../../core/credit/codes';
import type { FieldCatalogue, FieldEntry } from '../../core/credit/field-catalogue';
import type { Actor } from '../../core/identity/actor';
import type { FieldsByProduct } from '../../core/ledger/entry';
import type { ConsentView, DisclosureRecord } from '../consent-ports';
import { findSelf } from '../consent/consent-parties';
import type { ConsentParts } from '../consent/consent-parts';
import type { OpenRelease } from '../credit/release-report';
import { snapshotOf } from '../credit/release-shape';
import type { StoredBorrower } from '../ports';

/** What decisions are made again from. */
export type ExplainingParts = Pick<ConsentParts, 'catalogue' | 'decisions' | 'book'>;
/** One decided cell with the rule behind it; the arrangements that it looked at, as they were then. */
export interface ExplainedCell {
  readonly entry: FieldEntry;
  readonly cell: CellVerdict;
  readonly consulted: readonly { readonly consent: ConsentView; readonly version: number }[];
}

/**
 * A disclosure that this actor may see: a recipient's own, a borrower's own, of a platform one that concerns its records; an
 * auditor sees every one, and never whose it is.
 */
export async function findDisclosure(parts: ConsentParts, actor: Actor, reportId: string): Promise<DisclosureRecord | null> {
  const isId = Buffer.from(reportId, 'base64url').toString('base64url') === reportId;
  const found = isId ? await parts.decisions.findDisclosure(reportId) : null;
  return found && (await isVisible(parts, actor, found)) ? found : null;
}

async function isVisible(parts: ConsentParts, actor: Actor, record: DisclosureRecord): Promise<boolean> {
  return isVisibleTo(actor, await findSelf(parts, actor), record);
}

/** @param self - The stored person behind a borrower; null for one who is not stored, and for every other role. */
export function isVisibleTo(
  actor: Actor,
  self: StoredBorrower | null,
  { recipientId, borrower, entry }: Pick<DisclosureRecord, 'recipientId' | 'borrower' | 'entry'>,
): boolean {
  switch (actor.role) {
    case 'BANK':
    case 'CREDIT_REFERENCE_CENTRE':
      return recipientId === actor.partyId;
    case 'BORROWER':
      return self !== null && borrower !== null && self.borrowerRef.equals(borrower.borrowerRef);
    case 'PLATFORM':
      return [entry.released, entry.refused, entry.empty].some((side) =>
        Object.keys(side).some((place) => platformOf(place) === actor.partyId),
      );
    case 'AUDITOR':
      return true;
  }
}

/** The cells of one side of an entry; to a platform only those of its own records. */
export function cellsOf(
  side: FieldsByProduct,
  actor: Actor,
  catalogue: FieldCatalogue,
): readonly { readonly field: string; readonly product: Product | null }[] {
  return Object.entries(side)
    .filter(([place]) => actor.role !== 'PLATFORM' || platformOf(place) === actor.partyId)
    .flatMap(([place, ids]) => {
      const product = PRODUCTS.find((one) => place.endsWith(`/${one}`)) ?? null;
      return ids.flatMap((id) => {
        const entry = catalogue.byId(id);
        return entry ? [{ field: entry.coordinate, product }] : [];
      });
    });
}

/** Of a place in an entry, `platform/PRODUCT`. */
export function platformOf(place: string): string {
  return place.slice(0, place.lastIndexOf('/'));
}

/**
 * Every cell of a disclosure decided again, by the same pure function from the consents of then; reasons are not stored, so
 * that no copy of the ledger tells them (consent.md, section 6).
 */
export async function explainDisclosure(parts: ExplainingParts, disclosure: DisclosureRecord): Promise<readonly ExplainedCell[]> {
  const { catalogue } = parts;
  const { entry } = disclosure;
  if (!disclosure.borrower && concernsSomebody(entry)) return [];
  const state = await parts.decisions.loadStateThen(disclosure);
  const ids = new Set([entry.released, entry.refused, entry.empty].flatMap((side) => Object.values(side).flat()));
  const asked = catalogue.entries.filter(({ id }) => ids.has(id));
  const asOf = entry.asof && new Map(Object.entries(entry.asof));
  const purpose = entry.purpose as Parameters<typeof snapshotOf>[1]; // the gateway wrote it
  const snapshot = snapshotOf(state, purpose, asOf);
  return explain(parts, decide(snapshot, catalogue, asked), snapshot);
}

/** Of a person with consents the link may be gone; without it nothing can be decided again. */
function concernsSomebody({ released, refused, empty }: DisclosureRecord['entry']): boolean {
  return [released, refused, empty].some((side) => Object.keys(side).some((place) => platformOf(place) !== '-'));
}

/** The cells of a preview, as they were decided for it. */
export function explainPreview(
  parts: ExplainingParts,
  { shape, state, question, asOf }: OpenRelease,
): Promise<readonly ExplainedCell[]> {
  const snapshot = snapshotOf(state, question.purpose, asOf);
  return explain(parts, shape.decision, snapshot);
}

/** Withheld fields, asked for or not, that what is permitted lets a recipient compute. */
export function warnOf({ catalogue }: ConsentParts, { state, question, asOf }: OpenRelease): readonly RevealWarning[] {
  return revealWarnings(decide(snapshotOf(state, question.purpose, asOf), catalogue, catalogue.entries), catalogue);
}

async function explain(parts: ExplainingParts, decision: Decision, snapshot: ConsentSnapshot): Promise<readonly ExplainedCell[]> {
  const views = new Map<string, ConsentView>();
  for (const { arrangementId } of snapshot.arrangements) {
    const view = await parts.book.findConsent(arrangementId);
    if (view) views.set(arrangementId, view);
  }
  return [...decision.cells].flatMap(([entry, cells]) =>
    cells.map((cell) => ({
      entry,
      cell,
      consulted: consultedFor(cell, entry, snapshot, parts.catalogue).flatMap(({ arrangementId, version }) => {
        const consent = views.get(arrangementId);
        return consent ? [{ consent, version }] : [];
      }),
    })),
  );
}
