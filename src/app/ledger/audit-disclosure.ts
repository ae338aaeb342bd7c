import type { CellVerdict } from '../../core/consent/decision';
import { NO_PLATFORM } from '../../core/consent/decide';
import type { DisclosureRecord } from '../consent-ports';
import { type ExplainedCell, explainDisclosure, type ExplainingParts, platformOf } from './explain-disclosure';

const RECORDED_SIDES = ['released', 'refused', 'empty'] as const;
type RecordedSide = (typeof RECORDED_SIDES)[number];

/** One cell of an answer: what was recorded of it beside what is decided again. */
export interface AuditedCell {
  /** `Type.field`, or the number of a field that this catalogue does not know. */
  readonly field: string;
  /** `platform/PRODUCT`, `platform/-` or `-/-`. */
  readonly place: string;
  /** null: the entry says nothing of a cell that was decided. */
  readonly recorded: RecordedSide | null;
  /** null: nothing is left to decide it from. */
  readonly decided: Pick<CellVerdict, 'verdict' | 'reason' | 'because'> | null;
  /** Consents that were looked at, as `id:version`. */
  readonly consents: readonly string[];
  readonly finding: AuditFinding;
}
export type AuditFinding = 'agrees' | 'disagrees' | 'untold';

export interface DisclosureAudit {
  readonly disclosure: DisclosureRecord;
  readonly cells: readonly AuditedCell[];
  /** What disagrees, or cannot be told, of the entry as a whole. */
  readonly remarks: readonly { readonly finding: Exclude<AuditFinding, 'agrees'>; readonly text: string }[];
  /** `disagrees` if anything does; else `untold` if anything cannot be told. */
  readonly finding: AuditFinding;
}

/**
 * Decides a recorded answer again from the consents of then and compares: what left, or was empty, must be permitted; what was
 * refused must be withheld; what left must rest on the consents that the entry cites. No value is read. Which fields were asked
 * for is known from the entry alone: one that is gone from it altogether is not missed here.
 *
 * @returns null for an unknown report.
 */
export async function auditDisclosure(parts: ExplainingParts, reportId: string): Promise<DisclosureAudit | null> {
  const isId = Buffer.from(reportId, 'base64url').toString('base64url') === reportId;
  const disclosure = isId ? await parts.decisions.findDisclosure(reportId) : null;
  if (!disclosure) return null;
  const explained = await explainDisclosure(parts, disclosure);
  const gone = await goneCitations(parts, disclosure);
  const cells = compareCells(parts, disclosure, explained, gone.length > 0);
  const isErased = disclosure.borrower === null && explained.length === 0 && cells.length > 0;
  const remarks = [
    ...remarksOnEntry(disclosure),
    ...(isErased ? [untold('The key of the person was destroyed.')] : remarksOnCitations(disclosure, explained, gone)),
  ];
  return { disclosure, cells, remarks, finding: worstOf([...cells, ...remarks].map(({ finding }) => finding)) };
}

function worstOf(findings: readonly AuditFinding[]): AuditFinding {
  if (findings.includes('disagrees')) return 'disagrees';
  return findings.includes('untold') ? 'untold' : 'agrees';
}

function compareCells(
  { catalogue }: ExplainingParts,
  { entry }: DisclosureRecord,
  explained: readonly ExplainedCell[],
  isCitedGone: boolean,
): readonly AuditedCell[] {
  const left = new Map(explained.map((one) => [keyOf(placeOf(one.cell), one.entry.id), one]));
  const platforms = new Set(explained.map(({ cell }) => cell.platformId));
  const recorded = RECORDED_SIDES.flatMap((side) =>
    Object.entries(entry[side]).flatMap(([place, ids]) => ids.map((id) => ({ side, place, id }))),
  );
  const compared = recorded.map(({ side, place, id }): AuditedCell => {
    const found = left.get(keyOf(place, id));
    left.delete(keyOf(place, id));
    const field = catalogue.byId(id)?.coordinate ?? String(id);
    if (found) return { ...toCell(found), recorded: side, finding: findingOn(side, found.cell, isCitedGone) };
    const isGone = catalogue.byId(id) === undefined || !platforms.has(platformOf(place));
    return { field, place, recorded: side, decided: null, consents: [], finding: isGone ? 'untold' : 'disagrees' };
  });
  const isNobody = (place: string): boolean => platformOf(place) === NO_PLATFORM;
  const missing = [...left.values()].map((one): AuditedCell => {
    const isGone = isNobody(placeOf(one.cell)) && compared.some(({ place, finding }) => finding === 'untold' && !isNobody(place));
    return { ...toCell(one), recorded: null, finding: isGone ? 'untold' : 'disagrees' };
  });
  return [...compared, ...missing].sort((a, b) => (`${a.field} ${a.place}` < `${b.field} ${b.place}` ? -1 : 1));
}

/** What left may have been permitted by a cited consent that is no longer stored. */
function findingOn(side: RecordedSide, { verdict }: CellVerdict, isCitedGone: boolean): AuditFinding {
  if ((side === 'refused') === (verdict === 'WITHHOLD')) return 'agrees';
  return side !== 'refused' && isCitedGone ? 'untold' : 'disagrees';
}

function toCell({ entry, cell, consulted }: ExplainedCell): Omit<AuditedCell, 'recorded' | 'finding'> {
  const { verdict, reason, because } = cell;
  const consents = consulted.map(({ consent, version }) => citationText(consent.arrangement.arrangementId, version)).sort();
  return { field: entry.coordinate, place: placeOf(cell), decided: { verdict, reason, because }, consents };
}

function placeOf({ platformId, product }: CellVerdict): string {
  return `${platformId}/${product ?? '-'}`;
}
function keyOf(place: string, id: number): string {
  return `${place} ${String(id)}`;
}
function citationText(arrangementId: string, version: number): string {
  return `${arrangementId}:${String(version)}`;
}

type Remark = DisclosureAudit['remarks'][number];
const disagrees = (text: string): Remark => ({ finding: 'disagrees', text });
const untold = (text: string): Remark => ({ finding: 'untold', text });

function remarksOnEntry({ reportId, recipientId, entry }: DisclosureRecord): readonly Remark[] {
  return [
    ...(entry.report === reportId ? [] : [disagrees(`The entry is of another report, ${entry.report}.`)]),
    ...(entry.actor === recipientId ? [] : [disagrees(`The entry is of another recipient, ${entry.actor}.`)]),
  ];
}

/** Cited versions that are not stored, as `id:version`. */
async function goneCitations({ book }: ExplainingParts, { entry }: DisclosureRecord): Promise<readonly string[]> {
  const found = await Promise.all(
    entry.consents.map(async (text) => {
      const [id = '', version] = text.split(':');
      const view = await book.findConsent(id);
      const versions = view ? await book.listVersions(view.borrower.borrowerRef, id) : [];
      return versions.some(({ terms }) => terms.version === Number(version));
    }),
  );
  return entry.consents.filter((_text, at) => found[at] !== true);
}

/** The entry cites what left rests on: none of it may be missing, and nothing beside it may be cited. */
function remarksOnCitations(
  { entry }: DisclosureRecord,
  explained: readonly ExplainedCell[],
  gone: readonly string[],
): readonly Remark[] {
  const released = explained.filter(({ entry: { id }, cell }) => entry.released[placeOf(cell)]?.includes(id));
  const isBehind = (cell: CellVerdict, text: string): boolean =>
    cell.citations.some(({ arrangementId, version }) => citationText(arrangementId, version) === text);
  const needless = entry.consents.filter((text) => !gone.includes(text) && !released.some(({ cell }) => isBehind(cell, text)));
  const baseless = released.filter(
    ({ cell }) => cell.verdict === 'RELEASE' && !entry.consents.some((text) => isBehind(cell, text)),
  );
  return [
    ...gone.map((text) => untold(`The cited consent ${text} is not stored.`)),
    ...needless.map((text) => disagrees(`Nothing that left rests on the cited consent ${text}.`)),
    ...baseless.map((one) =>
      disagrees(`${one.entry.coordinate} ${placeOf(one.cell)} left without a cited consent that permits it.`),
    ),
  ];
}
