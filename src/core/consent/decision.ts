import type { DayInterval, EpochDay, EpochMs } from '../credit/calendar';
import { coversDays } from '../credit/calendar';
import type { Product } from '../credit/codes';
import type { FieldCoordinate, FieldEntry } from '../credit/field-catalogue';
import type { Arrangement } from './consent';
import type { Purpose } from './purpose';

/** Everything about consents that a decision may look at, loaded at one instant. */
export interface ConsentSnapshot {
  readonly atMs: EpochMs;
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly borrowerKnown: boolean;
  /** Every arrangement of borrower × recipient × purpose, whatever its status. */
  readonly arrangements: readonly Arrangement[];
  /** How many completed months back the operation lists; left out: as far as the purpose reaches. */
  readonly monthsBack?: number;
  /** As-of date of each platform that has an arrangement here and is active; the records of another are not shown. */
  readonly asOfByPlatform: ReadonlyMap<string, EpochDay>;
}

export const VERDICT_REASONS = [
  'PERMITTED', 'IMPLIED', 'INDICATOR', 'INPUTS', 'UNKNOWN_BORROWER', 'NO_CONSENT', 'NOT_GRANTED', 'NEWER_FIELD', 'OUTSIDE_PURPOSE',
  'DENIED', 'DENIED_COARSER', 'NOT_STARTED', 'EXPIRED', 'REVOKED', 'PAUSED', 'ONE_TIME_USED', 'OVER_FREQUENCY', 'TAMPERED',
  'WINDOW_NOT_COVERED', 'REQUIRES', 'CONTAINER_WITHHELD',
] as const; // prettier-ignore
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** Names a version of an arrangement that a release rests on. */
export interface Citation {
  readonly arrangementId: string;
  readonly version: number;
}

/** One cell: a field of one product of one platform. product null: the field is not per product. */
export interface CellVerdict {
  readonly platformId: string;
  readonly product: Product | null;
  readonly verdict: 'RELEASE' | 'WITHHOLD';
  readonly reason: VerdictReason;
  /** With REQUIRES, CONTAINER_WITHHELD, DENIED_COARSER and IMPLIED: the fields that decided. */
  readonly because: readonly FieldCoordinate[];
  /** Released days: sorted, disjoint; empty when withheld. For an indicator what it may be computed over. */
  readonly days: readonly DayInterval[];
  readonly citations: readonly Citation[];
}

/** A cell as a recipient may be told of it: of no platform in particular. */
export interface Cell {
  readonly entry: FieldEntry;
  /** null: the field is not per product. */
  readonly product: Product | null;
}

/** What of a plan is permitted; made once, then only asked. */
export interface Decision {
  readonly atMs: EpochMs;
  /** What was asked and not permitted, where every usable arrangement is EXPLICIT; null otherwise (consent.md, section 9). */
  readonly withheld: readonly Cell[] | null;
  /** Verdicts of every asked field, per platform that has an arrangement and per product. */
  readonly cells: ReadonlyMap<FieldEntry, readonly CellVerdict[]>;
  /**
   * `platform/PRODUCT` where the month in progress is shown, since each loan of it is: everywhere else figures move once a
   * month, so that nobody polls a running total (credit-record.md, section 9, L9).
   */
  readonly monthInProgress: ReadonlySet<string>;
}

/** The list of single loans, in whatever catalogue has it. */
export const LOANS: FieldCoordinate = 'CreditAccount.loans';

/** Where a value stands: which platform's product, and the days its record covers; null for a record without a date. */
export interface Origin {
  readonly platformId: string;
  readonly product: Product | null;
  readonly days: DayInterval | null;
}

/** Is this field released for a record of this origin? A month must lie wholly inside the released days. */
export function permits(decision: Decision, entry: FieldEntry, origin: Origin): boolean {
  const cells = decision.cells.get(entry);
  if (!cells) return false;
  for (const cell of cells)
    if (cell.verdict === 'RELEASE' && cell.platformId === origin.platformId && cell.product === origin.product)
      return origin.days === null || coversDays(cell.days, origin.days);
  return false;
}

/** The released cells of a field. */
export function releasedCells(decision: Decision, entry: FieldEntry): readonly CellVerdict[] {
  return decision.cells.get(entry)?.filter((cell) => cell.verdict === 'RELEASE') ?? [];
}
