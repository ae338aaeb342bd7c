import type { Arrangement } from '../../../../src/core/consent/consent';
import type { ConsentSnapshot } from '../../../../src/core/consent/decision';
import type { Product } from '../../../../src/core/credit/codes';
import type { FieldCatalogue, FieldEntry } from '../../../../src/core/credit/field-catalogue';
import { calendarWindowOf } from './calendar-window';

/** One disclosure that was charged to an arrangement. */
export interface Use {
  readonly atMs: number;
  /** The consent was ONE_TIME when it was charged. */
  readonly once: boolean;
  /** By an earlier try of the request that is decided now. */
  readonly mine: boolean;
}
/** How an arrangement was used. The oracle knows this alone, never the counters of the snapshot. */
export interface History {
  readonly uses: readonly Use[];
  /** Was a revoke asked after the last of them? */
  readonly revokeAsked: boolean;
}

/**
 * The decision written a second time from consent.md, section 6, day by day and without intervals or reasons. It
 * shares no code with src/core; of the catalogue it reads the entries as data. Slow, and meant to be read beside the text.
 */
export interface Oracle {
  /** Days, of those that matter, on which a field of a product of a platform is released; null: withheld. */
  releasedOn(entry: FieldEntry, platformId: string, product: Product | null): ReadonlySet<number> | null;
  /** The cells that the recipient is told were withheld, as `coordinate product`; null: it is told nothing. */
  withheld(asked: readonly FieldEntry[]): readonly string[] | null;
  /** Step 7: does this arrangement permit anything now? */
  isUsable(arrangement: Arrangement): boolean;
  /** Days on both sides of every bound, so that what holds on them holds on all days. */
  readonly days: readonly number[];
}

/** Section 12 of credit-record.md: months that the purpose reaches back, and the clusters closed to it. */
const REACH: Readonly<Record<string, number>> = { MORTGAGE_ORIGINATION: 60, CARD_APPROVAL: 24, POST_LOAN_MANAGEMENT: 24 };
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  MORTGAGE_ORIGINATION: ['CONTACT'],
  CARD_APPROVAL: ['CONTACT', 'LOAN_DETAIL', 'REPAYMENT_DETAIL'],
  POST_LOAN_MANAGEMENT: ['BORROWING_FREQUENCY', 'LOAN_DETAIL', 'REPAYMENT_DETAIL', 'INQUIRY_HISTORY'],
};

/** Step 7: so long a request may be repeated; the last instant is the one before, as of every interval. */
const RETRY_MINUTES = 10;

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

/** First day of the month that lies `back` months before the month of a date written YYYY-MM-DD. */
function monthStart(date: string, back: number): number {
  const [year = NaN, month = NaN] = date.split('-').map(Number);
  return Date.UTC(year, month - 1 - back, 1) / 86_400_000;
}

interface Ladders {
  coarserThan(entry: FieldEntry): readonly FieldEntry[];
  finerThan(entry: FieldEntry): readonly FieldEntry[];
}
const ladders = new Map<FieldCatalogue, Ladders>();

/** Every coarser and every finer rung of each field, walked once per catalogue. */
function laddersOf(catalogue: FieldCatalogue): Ladders {
  const walk = (entry: FieldEntry): FieldEntry[] =>
    catalogue.entries.filter(({ coordinate }) => entry.coarser.includes(coordinate)).flatMap((rung) => [rung, ...walk(rung)]);
  let made = ladders.get(catalogue);
  if (!made) {
    const coarser = new Map(catalogue.entries.map((entry) => [entry, walk(entry)]));
    const finer = new Map(
      catalogue.entries.map((entry) => [entry, catalogue.entries.filter((other) => coarser.get(other)?.includes(entry))]),
    );
    made = { coarserThan: (entry) => coarser.get(entry) ?? [], finerThan: (entry) => finer.get(entry) ?? [] };
    ladders.set(catalogue, made);
  }
  return made;
}

export function createOracle(
  snapshot: ConsentSnapshot,
  catalogue: FieldCatalogue,
  asOf: string,
  histories: ReadonlyMap<string, History> = new Map(),
): Oracle {
  const { atMs, purpose } = snapshot;
  const named = new Map(catalogue.entries.map((entry) => [entry.coordinate, entry]));
  const { coarserThan, finerThan } = laddersOf(catalogue);
  const reachStart = monthStart(asOf, REACH[purpose] ?? NaN);
  const windowEnd = monthStart(asOf, 0);
  const windowStart = (months: number): number => monthStart(asOf, months);

  const bounds = new Set([reachStart, windowEnd, ...[1, 6, 12, 24, 60].map(windowStart)]);
  for (const { terms } of snapshot.arrangements)
    for (const date of [terms.dataFrom, terms.dataUntil]) if (date !== null) bounds.add(dayNumber(date));
  const days = [...new Set([...bounds].flatMap((bound) => [bound - 1, bound]))].sort((a, b) => a - b);
  const inWindow = (months: number): number[] => days.filter((day) => day >= windowStart(months) && day < windowEnd);

  const speaksOf = (one: Arrangement, entry: FieldEntry, product: Product | null, effect: string): boolean =>
    one.terms.scopes.some(
      (scope) =>
        scope.effect === effect &&
        scope.fieldId === entry.id &&
        (!entry.perProduct || scope.product === null || scope.product === product),
    );
  const usesOf = (one: Arrangement): readonly Use[] => histories.get(one.arrangementId)?.uses ?? [];

  /** Section 4: the terminal state that came first. The end of validity is the first instant after it, the others the last before. */
  function endOf(one: Arrangement): { readonly atMs: number; readonly isOver: boolean } | null {
    if (one.status === 'REVOKED') return { atMs: one.statusAtMs, isOver: false };
    const oneUse = usesOf(one).find(({ once }) => once);
    if (oneUse) return { atMs: oneUse.atMs, isOver: false };
    return one.terms.validUntilMs <= atMs ? { atMs: one.terms.validUntilMs, isOver: true } : null;
  }

  // step 7
  function hasBudgetLeft(one: Arrangement): boolean {
    const uses = usesOf(one);
    const isRetry = uses.some((use) => use.mine && atMs < use.atMs + RETRY_MINUTES * 60_000);
    if (isRetry && histories.get(one.arrangementId)?.revokeAsked !== true) return true;
    if (uses.some(({ once }) => once)) return false;
    const { frequency } = one.terms;
    if (frequency === null) return true;
    const today = calendarWindowOf(atMs, frequency.per);
    return uses.filter((use) => calendarWindowOf(use.atMs, frequency.per) === today).length < frequency.count;
  }
  const isUsable = (one: Arrangement): boolean =>
    !one.tampered &&
    one.status === 'ACTIVE' &&
    atMs >= one.terms.validFromMs &&
    atMs < one.terms.validUntilMs &&
    hasBudgetLeft(one);

  // step 6
  function denied(entry: FieldEntry, platformId: string, product: Product | null): boolean {
    const ours = snapshot.arrangements.filter((one) => one.platformId === platformId);
    return [entry, ...coarserThan(entry)].some((rung) =>
      ours.some((denier) => {
        if (!speaksOf(denier, rung, product, 'DENY')) return false;
        const end = endOf(denier);
        const lifted =
          end !== null &&
          !denier.tampered &&
          ours.some(
            (later) =>
              later !== denier &&
              !later.tampered &&
              (later.createdAtMs > end.atMs || (end.isOver && later.createdAtMs === end.atMs)) &&
              [rung, ...finerThan(rung)].some((field) => speaksOf(later, field, product, 'PERMIT')),
          );
        return !lifted;
      }),
    );
  }

  // steps 5, 7 and 8; `since` is the catalogue version of the indicator that asks, if one does
  function permittedOn(
    entry: FieldEntry,
    finer: readonly FieldEntry[],
    platformId: string,
    product: Product | null,
    since: number,
  ): Set<number> {
    const usable = snapshot.arrangements.filter((one) => one.platformId === platformId && isUsable(one));
    const found = new Set<number>();
    for (const one of usable) {
      const { catalogueVersion, dataFrom, dataUntil } = one.terms;
      if (entry.since > catalogueVersion || since > catalogueVersion) continue;
      const permits =
        speaksOf(one, entry, product, 'PERMIT') ||
        finer.some((field) => field.since <= catalogueVersion && speaksOf(one, field, product, 'PERMIT'));
      if (!permits) continue;
      for (const day of days)
        if (
          day >= reachStart &&
          (dataFrom === null || day >= dayNumber(dataFrom)) &&
          (dataUntil === null || day < dayNumber(dataUntil))
        )
          found.add(day);
    }
    return found;
  }

  const answers = new Map<string, ReadonlySet<number> | null>();
  function releasedOn(entry: FieldEntry, platformId: string, product: Product | null): ReadonlySet<number> | null {
    const question = `${entry.coordinate} ${platformId} ${String(product)}`;
    const kept = answers.get(question);
    if (kept !== undefined) return kept;
    const answer = releasedAfresh(entry, platformId, product);
    answers.set(question, answer);
    return answer;
  }

  // step 9
  function releasedAfresh(entry: FieldEntry, platformId: string, product: Product | null): ReadonlySet<number> | null {
    if (CLOSED[purpose]?.includes(entry.cluster) ?? true) return null;
    if (denied(entry, platformId, product)) return null;
    const found = beforeRequirements(entry, platformId, product);
    if (!found) return null;
    const neverDated = (one: FieldEntry): boolean => one.source.kind === 'indicator' && one.source.windowMonths === 0;
    let shown = found;
    for (const name of entry.requires) {
      const required = named.get(name);
      const released = required && releasedOn(required, platformId, product);
      if (!required || !released) return null;
      if (!neverDated(entry) && !neverDated(required)) shown = new Set([...shown].filter((day) => released.has(day)));
      if (shown.size === 0) return null;
    }
    if (shown.size < found.size && isByInputs(entry, platformId, product)) return null;
    const list = entry.within === null ? null : (named.get(entry.within) ?? null);
    const listed = list && releasedOn(list, platformId, product);
    const kept = list ? new Set([...shown].filter((day) => listed?.has(day))) : shown;
    return kept.size > 0 ? kept : null;
  }

  function isByInputs(entry: FieldEntry, platformId: string, product: Product | null): boolean {
    if (entry.source.kind !== 'indicator') return false;
    const { windowMonths } = entry.source;
    const sameWindow = finerThan(entry).filter(
      ({ source }) => source.kind === 'indicator' && source.windowMonths === windowMonths,
    );
    const own = permittedOn(entry, sameWindow, platformId, product, 0);
    return ![...own].some((day) => inWindow(windowMonths).includes(day));
  }

  function beforeRequirements(entry: FieldEntry, platformId: string, product: Product | null): ReadonlySet<number> | null {
    const { source } = entry;
    if (source.kind !== 'indicator') {
      const own = permittedOn(entry, finerThan(entry), platformId, product, 0);
      return own.size > 0 ? own : null;
    }
    const window = source.windowMonths === 0 ? days : inWindow(source.windowMonths);
    const sameWindow = finerThan(entry).filter(
      (finer) => finer.source.kind === 'indicator' && finer.source.windowMonths === source.windowMonths,
    );
    const own = permittedOn(entry, sameWindow, platformId, product, 0);
    const shown = window.filter((day) => own.has(day));
    if (shown.length > 0) return new Set(shown);
    const inputs = entry.inputs.map((name) => named.get(name)).filter((input) => input !== undefined);
    if (inputs.some((input) => releasedOn(input, platformId, product) === null)) return null;
    const byInput = inputs.map((input) => permittedOn(input, finerThan(input), platformId, product, entry.since));
    if (byInput.some((permitted) => permitted.size === 0)) return null;
    const common = window.filter(
      (day) =>
        byInput.every((permitted) => permitted.has(day)) &&
        inputs.every(
          (input) =>
            (input.source.kind === 'indicator' && input.source.windowMonths === 0) ||
            releasedOn(input, platformId, product)?.has(day),
        ),
    );
    if (source.windowMonths > 0 && common.length < window.length) return null;
    return new Set(common);
  }

  // section 9, EXPLICIT
  function withheld(asked: readonly FieldEntry[]): readonly string[] | null {
    const usable = snapshot.arrangements.filter(isUsable);
    if (usable.length === 0 || usable.some(({ terms }) => terms.absencePolicy === 'UNIFORM')) return null;
    const platforms = snapshot.arrangements.map(({ platformId }) => platformId);
    return asked.flatMap((entry) =>
      (entry.perProduct ? (['HUABEI', 'JIEBEI', 'OTHER'] as const) : [null])
        .filter((product) => platforms.every((platform) => releasedOn(entry, platform, product) === null))
        .map((product) => `${entry.coordinate} ${String(product)}`),
    );
  }

  return { releasedOn, withheld, isUsable, days };
}
