import {
  coversDays,
  daysOf,
  type DayInterval,
  FIRST_DAY,
  firstDayOf,
  intersectDays,
  joinDays,
  LAST_DAY,
  lastCompletedMonth,
  toEpochDay,
  type EpochDay,
  type EpochMs,
} from '../credit/calendar';
import type { Product } from '../credit/codes';
import type { FieldCatalogue, FieldEntry, RecordKind } from '../credit/field-catalogue';
import { exhausted, hasBudget, isRetry } from './budget';
import { type Arrangement, type ConsentTerms, isEnded, stateAt } from './consent';
import { type CellVerdict, type Citation, type ConsentSnapshot, LOANS, type VerdictReason } from './decision';
import { PURPOSE_LIMITS } from './purpose';

export type DecideCell = (entry: FieldEntry, product: Product | null) => CellVerdict;

/** An arrangement with what the clock and its integrity say of it, and the days it may reach. */
interface Candidate {
  readonly arrangement: Arrangement;
  /** null: usable now; else the first test that failed (step 7, or 5). */
  readonly unusable: VerdictReason | null;
  readonly days: readonly DayInterval[];
}
/** Where a platform has no as-of date, since it is not active, nothing is permitted. */
const NO_DAYS: DayInterval = { from: 0, until: 0 };

interface Grant {
  readonly days: readonly DayInterval[];
  readonly candidates: readonly Candidate[];
  /** The finer field whose PERMIT implied it; empty if it was permitted itself. */
  readonly impliedBy: readonly string[];
}

/**
 * The decision on the cells of one platform. Verdicts are kept, since an indicator asks for its inputs again and again;
 * the deciders of two platforms share nothing.
 */
export function createPlatformDecider(snapshot: ConsentSnapshot, catalogue: FieldCatalogue, platformId: string): DecideCell {
  const ours = snapshot.arrangements.filter((arrangement) => arrangement.platformId === platformId);
  const limits = PURPOSE_LIMITS[snapshot.purpose];
  const asOf = snapshot.asOfByPlatform.get(platformId);
  const monthInProgress = asOf === undefined ? null : lastCompletedMonth(asOf) + 1;
  const reach = monthInProgress === null ? NO_DAYS : { from: firstDayOf(monthInProgress - limits.reachMonths), until: LAST_DAY };
  const candidates = ours.map((arrangement): Candidate => {
    const { dataFrom, dataUntil } = arrangement.terms;
    const range = { from: dataFrom ? toEpochDay(dataFrom) : FIRST_DAY, until: dataUntil ? toEpochDay(dataUntil) : LAST_DAY };
    return { arrangement, unusable: unusableIn(snapshot, arrangement), days: intersectDays([range], [reach]) };
  });
  const usable = candidates.filter((candidate) => candidate.unusable === null);
  const known = new Map<FieldEntry, Map<Product | null, CellVerdict>>();

  function decideCell(entry: FieldEntry, product: Product | null): CellVerdict {
    const kept = known.get(entry)?.get(product);
    if (kept) return kept;
    const verdict = decideAfresh(entry, entry.perProduct ? product : null);
    known.set(entry, (known.get(entry) ?? new Map<Product | null, CellVerdict>()).set(product, verdict));
    return verdict;
  }

  function decideAfresh(entry: FieldEntry, product: Product | null): CellVerdict {
    const withhold = (reason: VerdictReason, because: readonly string[] = []): CellVerdict => ({
      platformId, product, verdict: 'WITHHOLD', reason, because, days: [], citations: [],
    }); // prettier-ignore
    if (!limits.clusters.has(entry.cluster)) return withhold('OUTSIDE_PURPOSE');
    if (isDenied(entry, product)) return withhold('DENIED');
    const deniedCoarser = catalogue.coarserOf(entry).filter((rung) => isDenied(rung, product));
    if (deniedCoarser.length > 0) return withhold('DENIED_COARSER', coordinates(deniedCoarser));
    const found = entry.source.kind === 'indicator' ? decideIndicator(entry, product) : decideRecordField(entry, product);
    if (typeof found === 'string') return withhold(found);
    const missing: FieldEntry[] = [];
    let { days } = found;
    for (const required of entry.requires.map((name) => catalogue.load(name))) {
      const left = daysWith(required, product, entry, days);
      if (left.length > 0) days = left;
      else missing.push(required);
    }
    if (missing.length > 0) return withhold('REQUIRES', coordinates(missing));
    if (found.reason === 'INPUTS' && sizeOf(days) < sizeOf(found.days)) return withhold('REQUIRES', [...entry.requires].sort());
    if (entry.within !== null) days = daysWith(catalogue.load(entry.within), product, entry, days);
    if (days.length === 0) return withhold('CONTAINER_WITHHELD', entry.within === null ? [] : [entry.within]);
    const { reason, because = [], grants } = found;
    const needed = neededOf(entry, product, days);
    const citations = uniqueCitations(grants.flatMap((grant) => cite(grant, needed, snapshot.atMs)));
    return { platformId, product, verdict: 'RELEASE', reason, because, days, citations };
  }

  type Release = Pick<CellVerdict, 'reason' | 'days'> & {
    readonly because?: readonly string[];
    /** What it rests on; cited over the days that are left in the end, so that nothing else is used up. */
    readonly grants: readonly Grant[];
  };

  function decideRecordField(entry: FieldEntry, product: Product | null): Release | VerdictReason {
    const grant = grantOf(entry, catalogue.finerOf(entry), product);
    if (grant.days.length === 0) return whyNot(entry, product);
    return { ...reasonOf(grant, 'PERMITTED'), days: grant.days, grants: [grant] };
  }

  function decideIndicator(entry: FieldEntry, product: Product | null): Release | VerdictReason {
    const window = windowOf(entry);
    const grant = grantOf(
      entry,
      catalogue.finerOf(entry).filter((finer) => isSameWindow(finer, entry)),
      product,
    );
    const days = window ? intersectDays(grant.days, [window]) : grant.days;
    if (days.length > 0) return { ...reasonOf(grant, 'INDICATOR'), days, grants: [grant] };
    return decideByInputs(entry, product, window);
  }

  /** All inputs on every day of the window, by consents of a catalogue that had the indicator already (decision 2). */
  function decideByInputs(entry: FieldEntry, product: Product | null, window: DayInterval | null): Release | VerdictReason {
    const inputs = entry.inputs.map((name) => catalogue.load(name));
    if (inputs.some((input) => decideCell(input, product).verdict === 'WITHHOLD')) return whyNot(entry, product);
    const grants = inputs.map((input) => grantOf(input, catalogue.finerOf(input), product, entry.since));
    if (grants.some((grant) => grant.days.length === 0)) return 'NEWER_FIELD';
    const common = [...grants, ...inputs.filter((input) => !isUndated(input)).map((input) => decideCell(input, product))].reduce<
      readonly DayInterval[]
    >((days, of) => intersectDays(days, of.days), [{ from: FIRST_DAY, until: LAST_DAY }]);
    if (window && !coversDays(common, window)) return 'WINDOW_NOT_COVERED';
    const days = window ? [window] : joinDays(grants.flatMap((grant) => grant.days));
    return { reason: 'INPUTS', days, grants };
  }

  /** Days covered by usable consents with a PERMIT for the field, or for a finer one that its own catalogue had (step 8). */
  function grantOf(entry: FieldEntry, finer: readonly FieldEntry[], product: Product | null, since = 0): Grant {
    const granting: Candidate[] = [];
    const impliedBy = new Set<string>();
    let explicit = false;
    for (const candidate of usable) {
      if (!reaches(candidate.arrangement.terms, entry, since)) continue;
      const itself = hasPermit(candidate.arrangement.terms, entry, product);
      const by = itself
        ? []
        : finer.filter(
            (one) =>
              one.since <= candidate.arrangement.terms.catalogueVersion && hasPermit(candidate.arrangement.terms, one, product),
          );
      if (!itself && by.length === 0) continue;
      granting.push(candidate);
      explicit ||= itself;
      for (const one of by) impliedBy.add(one.coordinate);
    }
    return {
      days: joinDays(granting.flatMap(({ days }) => days)),
      candidates: granting,
      impliedBy: explicit ? [] : [...impliedBy].sort(),
    };
  }

  /** Step 9 (e): what stood in the way of the latest granted arrangement that would permit the field. */
  function whyNot(entry: FieldEntry, product: Product | null): VerdictReason {
    const ladder = [entry, ...catalogue.finerOf(entry)];
    const inputs = entry.inputs.map((name) => catalogue.load(name));
    const permitted = (terms: ConsentTerms, fields: readonly FieldEntry[]): boolean =>
      fields.some((field) => hasPermit(terms, field, product));
    const would = candidates.filter(
      ({ arrangement: { terms } }) =>
        permitted(terms, ladder) ||
        (inputs.length > 0 && inputs.every((input) => permitted(terms, [input, ...catalogue.finerOf(input)]))),
    );
    if (would.some(({ arrangement: { terms }, unusable }) => unusable === null && !reaches(terms, entry, 0)))
      return 'NEWER_FIELD';
    const latest = would
      .filter(({ unusable }) => unusable !== null)
      .sort(
        (a, b) =>
          b.arrangement.terms.grantedAtMs - a.arrangement.terms.grantedAtMs ||
          (a.arrangement.arrangementId < b.arrangement.arrangementId ? -1 : 1),
      )[0];
    return latest?.unusable ?? 'NOT_GRANTED';
  }

  function isDenied(entry: FieldEntry, product: Product | null): boolean {
    const deniers = candidates.filter(({ arrangement: { terms } }) => hasEffect(terms, entry, product, 'DENY'));
    return deniers.some((denier) => !isLifted(denier.arrangement, entry, product));
  }

  /**
   * An ended arrangement's DENY is lifted by one that was granted after its end and explicitly permits the field or a finer
   * one. A later version of an earlier arrangement does not: it may be a narrowing, and no narrowing ever widens.
   */
  function isLifted(denier: Arrangement, entry: FieldEntry, product: Product | null): boolean {
    const { status, reason, sinceMs } = stateAt(denier, snapshot.atMs);
    if (denier.tampered || !isEnded(status)) return false;
    const isLater = ({ createdAtMs }: Arrangement): boolean =>
      reason === 'VALIDITY_ENDED' ? createdAtMs >= sinceMs : createdAtMs > sinceMs;
    return ours.some(
      (later) =>
        !later.tampered &&
        later !== denier &&
        isLater(later) &&
        [entry, ...catalogue.finerOf(entry)].some((field) => hasPermit(later.terms, field, product)),
    );
  }

  /**
   * The days on which what is required is released too. Day by day and not all or nothing: else a consent for more days
   * could withhold what one for fewer days shows, and pausing it would widen (decision 11).
   */
  function daysWith(
    required: FieldEntry,
    product: Product | null,
    of: FieldEntry,
    days: readonly DayInterval[],
  ): readonly DayInterval[] {
    const { verdict, days: released } = decideCell(required, required.perProduct ? product : null);
    if (verdict === 'WITHHOLD') return [];
    return isUndated(of) || isUndated(required) ? days : intersectDays(days, released);
  }

  /**
   * The days that must be covered for what the operation lists, so that no consent is used for days that are not shown; null
   * for a field without dates, which any one consent carries.
   */
  function neededOf(entry: FieldEntry, product: Product | null, days: readonly DayInterval[]): readonly DayInterval[] | null {
    const { source } = entry;
    if (isUndated(entry) || hasNoDays(entry)) return null;
    if (source.kind === 'indicator' || source.record !== 'month' || snapshot.monthsBack === undefined) return days;
    if (monthInProgress === null) return [];
    const back = snapshot.monthsBack + (source.kind === 'rolling' ? source.months - 1 : 0);
    return intersectDays(days, [
      { from: firstDayOf(monthInProgress - back), until: firstDayOf(monthInProgress + inProgress(product)) },
    ]);
  }

  /** 1 where the month in progress is listed too, since each of its loans is; else 0. */
  function inProgress(product: Product | null): 0 | 1 {
    const loans = catalogue.find(LOANS);
    return loans && showsMonthInProgress(decideCell(loans, product), snapshot) ? 1 : 0;
  }

  /** The completed months of an indicator's window as days; null for one that has no window. */
  function windowOf(entry: FieldEntry): DayInterval | null {
    if (entry.source.kind !== 'indicator' || entry.source.windowMonths === 0) return null;
    if (monthInProgress === null) return NO_DAYS;
    return { from: firstDayOf(monthInProgress - entry.source.windowMonths), until: firstDayOf(monthInProgress) };
  }

  return decideCell;
}

/** Does the released list of loans reach over the whole month in progress? */
export function showsMonthInProgress({ platformId, days }: CellVerdict, { asOfByPlatform }: ConsentSnapshot): boolean {
  const asOf = asOfByPlatform.get(platformId);
  return asOf !== undefined && coversDays(days, daysOf(lastCompletedMonth(asOf) + 1));
}

/** As `unusableBecause`, and hidden like a paused one while its platform is not active. */
export function unusableIn({ atMs, asOfByPlatform }: ConsentSnapshot, arrangement: Arrangement): VerdictReason | null {
  return unusableBecause(arrangement, atMs) ?? (asOfByPlatform.has(arrangement.platformId) ? null : 'PAUSED');
}

/**
 * The first test that an arrangement fails at this instant (steps 5 and 7); null: it is usable. Whatever its budget, the
 * retry of a request that it was charged to is the same use.
 */
export function unusableBecause(arrangement: Arrangement, atMs: EpochMs): VerdictReason | null {
  const { terms, use, tampered } = arrangement;
  if (tampered) return 'TAMPERED';
  const retry = isRetry(arrangement, atMs);
  const { status, reason } = stateAt(arrangement, atMs);
  if (status === 'REVOKED') return 'REVOKED';
  if (reason === 'ONE_TIME_USED' && !retry) return 'ONE_TIME_USED';
  if (atMs >= terms.validUntilMs) return 'EXPIRED';
  if (atMs < terms.validFromMs) return 'NOT_STARTED';
  if (arrangement.status === 'PAUSED') return 'PAUSED';
  return retry ? null : exhausted(terms, use, atMs);
}

/** Did the field, and what asks for it, exist in the catalogue that the consent was granted under? */
function reaches(terms: ConsentTerms, entry: FieldEntry, since: number): boolean {
  return entry.since <= terms.catalogueVersion && since <= terms.catalogueVersion;
}

/** Does a version permit this field itself, for this product? */
export function hasPermit(terms: ConsentTerms, entry: FieldEntry, product: Product | null): boolean {
  return hasEffect(terms, entry, product, 'PERMIT');
}

/** Does a version permit, or deny, this field itself, for this product? */
export function hasEffect(terms: ConsentTerms, entry: FieldEntry, product: Product | null, effect: 'PERMIT' | 'DENY'): boolean {
  for (const scope of scopesByField(terms).get(entry.id) ?? [])
    if (scope.effect === effect && (!entry.perProduct || scope.product === null || scope.product === product)) return true;
  return false;
}

/** Scopes are immutable, so their index is made once, however often a list is decided on. */
const indexed = new WeakMap<ConsentTerms['scopes'], ReadonlyMap<number, ConsentTerms['scopes']>>();
function scopesByField({ scopes }: ConsentTerms): ReadonlyMap<number, ConsentTerms['scopes']> {
  const kept = indexed.get(scopes);
  if (kept) return kept;
  const made = new Map<number, ConsentTerms['scopes'][number][]>();
  for (const scope of scopes) made.set(scope.fieldId, [...(made.get(scope.fieldId) ?? []), scope]);
  indexed.set(scopes, made);
  return made;
}

/** People, accounts and statements have no date; months, loans, repayments, inquiries and events do (step 10). */
function hasNoDays({ source, container }: FieldEntry): boolean {
  if (source.kind === 'list') return source.record === 'statement';
  return source.kind === 'column' && UNDATED_RECORDS.has(source.record) && !container;
}
const UNDATED_RECORDS: ReadonlySet<RecordKind> = new Set(['customer', 'account', 'statement']);

/** An indicator without a window stands for no days. */
function isUndated({ source }: FieldEntry): boolean {
  return source.kind === 'indicator' && source.windowMonths === 0;
}

/** Are both indicators over the same months? */
export function isSameWindow(a: FieldEntry, b: FieldEntry): boolean {
  return a.source.kind === 'indicator' && b.source.kind === 'indicator' && a.source.windowMonths === b.source.windowMonths;
}

function reasonOf(grant: Grant, itself: 'PERMITTED' | 'INDICATOR'): { reason: VerdictReason; because: readonly string[] } {
  return grant.impliedBy.length > 0 ? { reason: 'IMPLIED', because: grant.impliedBy } : { reason: itself, because: [] };
}

/**
 * One without a budget first, then one that this request was charged to already, so that a retry cites what it cited before;
 * then the later validUntil, then the smaller id; as many as cover the days (step 11).
 */
function cite(grant: Grant, days: readonly DayInterval[] | null, atMs: EpochMs): readonly Citation[] {
  const cost = (one: Arrangement): number => (!hasBudget(one.terms) ? 0 : isRetry(one, atMs) ? 1 : 2);
  const ordered = [...grant.candidates].sort(
    ({ arrangement: a }, { arrangement: b }) =>
      cost(a) - cost(b) || b.terms.validUntilMs - a.terms.validUntilMs || (a.arrangementId < b.arrangementId ? -1 : 1),
  );
  const toCitation = ({ arrangement: { arrangementId, version } }: Candidate): Citation => ({ arrangementId, version });
  if (days === null) return ordered.slice(0, 1).map(toCitation);
  const cited: Citation[] = [];
  let covered: readonly DayInterval[] = [];
  for (const candidate of ordered) {
    const joined = joinDays([...covered, ...intersectDays(candidate.days, days)]);
    if (sizeOf(joined) === sizeOf(covered)) continue;
    covered = joined;
    cited.push(toCitation(candidate));
  }
  return cited;
}

function sizeOf(days: readonly DayInterval[]): EpochDay {
  return days.reduce((sum, { from, until }) => sum + until - from, 0);
}

function uniqueCitations(citations: readonly Citation[]): readonly Citation[] {
  return [...new Map(citations.map((citation) => [citation.arrangementId, citation])).values()];
}

function coordinates(entries: readonly FieldEntry[]): readonly string[] {
  return entries.map(({ coordinate }) => coordinate).sort();
}
