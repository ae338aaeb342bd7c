import type { EpochMs, LocalDate } from './calendar';

/** One revision of a record, by field names and as its columns held it. */
export interface ServedRevision {
  /** From 1. */
  readonly revision: number;
  readonly asOf: LocalDate;
  /** It was served on [from, until). null: since it was first furnished, an instant that nobody keeps. */
  readonly fromMs: EpochMs | null;
  /** null: it is served still. */
  readonly untilMs: EpochMs | null;
  readonly values: Readonly<Record<string, string | number | null>>;
}

/** The revision that was served at an instant; null: none is known. @param revisions - Of one record. */
export function servedAt(revisions: readonly ServedRevision[], atMs: EpochMs): ServedRevision | null {
  return servedDuring(revisions, atMs, atMs + 1)[0] ?? null;
}

/** The revisions that were served at any instant on [from, until); null: without that end. */
export function servedDuring(
  revisions: readonly ServedRevision[],
  fromMs: EpochMs | null,
  untilMs: EpochMs | null,
): readonly ServedRevision[] {
  return revisions.filter(
    (one) => (one.fromMs ?? -Infinity) < (untilMs ?? Infinity) && (fromMs ?? -Infinity) < (one.untilMs ?? Infinity),
  );
}

/** Fields in which two revisions differ, in the order of the alphabet. */
export function changedFields(before: ServedRevision, after: ServedRevision): readonly string[] {
  const names = new Set([...Object.keys(before.values), ...Object.keys(after.values)]);
  return [...names].filter((name) => (before.values[name] ?? null) !== (after.values[name] ?? null)).sort();
}

/**
 * What a revision of a month says of borrowing beside what was furnished, where its loans come to something else: names of
 * fields, and of the columns that serve them.
 */
export const SERVED_BY_LOANS = {
  servedBorrowedAmountMinor: { furnished: 'borrowedAmountMinor', column: 'borrowed_amount_minor' },
  servedLoanCount: { furnished: 'loanCount', column: 'loan_count' },
  servedLoanDays: { furnished: 'loanDays', column: 'loan_days' },
} as const;
/** In place of a figure of theirs that no column can state. */
export const NOT_STATED = 'NOT_STATED';
