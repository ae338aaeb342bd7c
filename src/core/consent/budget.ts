import { dayOf, type EpochDay, type EpochMs, mondayOf, monthOf } from '../credit/calendar';
import type { Arrangement, ConsentTerms, ConsentUse, FrequencyUnit } from './consent';

/** So long a request may be repeated under its requestId without a second charge (consent.md, section 6, step 7). */
export const RETRY_WINDOW_MS = 10 * 60_000;

/** Is a disclosure under these terms charged: once and for all, or once in a calendar window? */
export function hasBudget({ accessMode, frequency }: Pick<ConsentTerms, 'accessMode' | 'frequency'>): boolean {
  return accessMode === 'ONE_TIME' || frequency !== null;
}

/** Was the budget charged to this very request, so lately that its retry is the same use? */
export function isRetry({ chargedAtMs }: Pick<Arrangement, 'chargedAtMs'>, atMs: EpochMs): boolean {
  return chargedAtMs !== null && atMs - chargedAtMs < RETRY_WINDOW_MS;
}

/** Which budget stands in the way of one more disclosure at this instant; null: none does. */
export function exhausted(
  { accessMode, frequency }: Pick<ConsentTerms, 'accessMode' | 'frequency'>,
  use: ConsentUse | null,
  atMs: EpochMs,
): 'ONE_TIME_USED' | 'OVER_FREQUENCY' | null {
  if (use === null) return null;
  if (accessMode === 'ONE_TIME' && use.onceUsedAtMs !== null) return 'ONE_TIME_USED';
  return frequency !== null && usesIn(use, frequency.per, atMs) >= frequency.count ? 'OVER_FREQUENCY' : null;
}

/**
 * Was something of a later day recorded since this decision? Then its own day is closed, and it is decided again: else more
 * than were allowed could be decided on one day.
 */
export function isLate({ frequency }: Pick<ConsentTerms, 'frequency'>, use: ConsentUse | null, atMs: EpochMs): boolean {
  return frequency !== null && use !== null && dayOf(atMs) < use.lastDay;
}

/**
 * Would these terms leave uses out of account that the present window holds? Then an amendment that is tighter by its figures
 * lets more be seen than the consent as it was. Every day lies within one week and one month, so that from DAY all are kept.
 */
export function reopens(
  before: Pick<ConsentTerms, 'accessMode' | 'frequency'>,
  after: Pick<ConsentTerms, 'accessMode' | 'frequency'>,
  use: ConsentUse | null,
  atMs: EpochMs,
): boolean {
  if (use === null || before.frequency === null || usesIn(use, before.frequency.per, atMs) === 0) return false;
  if (after.accessMode !== before.accessMode) return true;
  return before.frequency.per !== 'DAY' && after.frequency?.per !== before.frequency.per;
}

/** The uses after one more disclosure, decided at this instant. */
export function charge({ accessMode }: Pick<ConsentTerms, 'accessMode'>, use: ConsentUse | null, atMs: EpochMs): ConsentUse {
  const before = (per: FrequencyUnit): number => (use === null ? 0 : usesIn(use, per, atMs));
  return {
    lastDay: latestDay(use, atMs),
    dayUses: before('DAY') + 1,
    weekUses: before('WEEK') + 1,
    monthUses: before('MONTH') + 1,
    onceUsedAtMs: accessMode === 'ONE_TIME' ? atMs : (use?.onceUsedAtMs ?? null),
  };
}

/** Uses in the calendar window that holds the instant. */
function usesIn(use: ConsentUse, per: FrequencyUnit, atMs: EpochMs): number {
  const day = latestDay(use, atMs);
  switch (per) {
    case 'DAY':
      return day === use.lastDay ? use.dayUses : 0;
    case 'WEEK':
      return mondayOf(day) === mondayOf(use.lastDay) ? use.weekUses : 0;
    case 'MONTH':
      return monthOf(day) === monthOf(use.lastDay) ? use.monthUses : 0;
  }
}

/** A decision that is recorded after one of a later day counts in the later window, never in one that is closed. */
function latestDay(use: ConsentUse | null, atMs: EpochMs): EpochDay {
  return Math.max(dayOf(atMs), use?.lastDay ?? -Infinity);
}
