import { decide } from '../../core/consent/decide';
import { unusableBecause } from '../../core/consent/decide-cell';
import type { ConsentSnapshot, Decision } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import { asOfDay, dayOf, type EpochDay } from '../../core/credit/calendar';
import type { FieldCatalogue, FieldEntry, RecordKind } from '../../core/credit/field-catalogue';
import type { ConsentState, RecordGroup } from '../ports';
import type { ReportQuestion } from './release-report';
import { groupReleased, type ReleasedGroup, toDisputeGroups, toRecordGroups } from './record-groups';

/** One asked cell and the ledger's name for where it stands. */
export interface AskedCell {
  readonly entry: FieldEntry;
  /** `platform/PRODUCT`, `platform/-` or `-/-`. */
  readonly place: string;
  /** Place of its group in `groups`; null: withheld. */
  readonly group: number | null;
}

/**
 * What of a release follows from the question and from what the consents say, and from no person: equal consents of any
 * number of borrowers have one shape. Its citations name arrangements by their place in the snapshot.
 */
export interface ReleaseShape {
  readonly decision: Decision;
  /** Released groups, those of persons first; their tallies stay at 0. */
  readonly groups: readonly ReleasedGroup[];
  readonly cells: readonly AskedCell[];
  /** What to read of each kind of record. */
  readonly reads: Readonly<Record<RecordKind | 'dispute' | 'personDispute', readonly RecordGroup[]>>;
}
export type ShapeOf = (state: ConsentState, question: ReportQuestion, asOf: ReadonlyMap<string, EpochDay>) => ReleaseShape;

/** As-of date of each active platform that has an arrangement in a state. */
export function asOfDays({ atMs, platforms }: Pick<ConsentState, 'atMs' | 'platforms'>): ReadonlyMap<string, EpochDay> {
  const today = dayOf(atMs);
  return new Map(
    [...platforms].flatMap(([id, { newestMonth, status }]) =>
      status === 'ACTIVE' ? [[id, asOfDay(today, newestMonth)] as const] : [],
    ),
  );
}

/** What a decision reads of a loaded state; its arrangements are of one recipient and purpose. */
export function snapshotOf(state: ConsentState, purpose: Purpose, asOf = asOfDays(state)): ConsentSnapshot {
  const { atMs, arrangements, borrower } = state;
  const recipientId = arrangements[0]?.recipientId ?? '';
  return { atMs, recipientId, purpose, borrowerKnown: borrower !== null, arrangements, asOfByPlatform: asOf };
}

const SHAPES_MAX = 1_000;

/**
 * Decides, and remembers the shape of the usual case: no arrangement, or one. The memory is keyed by everything that the
 * decision reads, the clock's verdict on the consent included, so that it can be forgotten but never be stale; the consent
 * set is loaded for every request and re-validated when the answer is recorded.
 */
export function createShapes(catalogue: FieldCatalogue): ShapeOf {
  const byQuestion = new WeakMap<readonly FieldEntry[], Map<string, ReleaseShape>>();
  const tallySize = Math.max(...catalogue.entries.map(({ id }) => id)) + 1;
  return (state, question, asOf) => {
    const key = keyOf(state, question, asOf);
    if (key === null) return makeShape(catalogue, tallySize, state, question, asOf);
    const known = byQuestion.get(question.asked) ?? new Map<string, ReleaseShape>();
    byQuestion.set(question.asked, known);
    const kept = known.get(key);
    if (kept) return kept;
    const made = makeShape(catalogue, tallySize, state, question, asOf);
    if (known.size >= SHAPES_MAX) known.clear();
    known.set(key, made);
    return made;
  };
}

/** Citations by place: the arrangement that a positional id names. */
export function arrangementAt(state: ConsentState, positionalId: string): ConsentState['arrangements'][number] {
  const found = inOrder(state)[Number(positionalId)];
  if (!found) throw new Error('A decision cites an arrangement that was not loaded');
  return found;
}

/** The decision settles ties by the smaller id, so places follow the ids. */
function inOrder({ arrangements }: ConsentState): ConsentState['arrangements'] {
  if (arrangements.length < 2) return arrangements;
  return [...arrangements].sort((a, b) => (a.arrangementId < b.arrangementId ? -1 : 1));
}

const scopeLists = new WeakMap<object, number>();
let scopeListCount = 0;
function scopeListId(scopes: object): number {
  const kept = scopeLists.get(scopes);
  if (kept !== undefined) return kept;
  scopeLists.set(scopes, (scopeListCount += 1));
  return scopeListCount;
}

/** @returns null where a decision weighs consents against each other, or an instant of the request itself is read. */
function keyOf(
  { arrangements, borrower, atMs, platforms }: ConsentState,
  question: ReportQuestion,
  asOf: ReadonlyMap<string, EpochDay>,
): string | null {
  const { purpose, monthsBack } = question;
  if (arrangements.length > 1 || purpose === 'CREDIT_REPORTING') return null;
  const [only] = arrangements;
  if (!only) return [purpose, monthsBack, borrower !== null].join('|');
  const { terms, platformId } = only;
  return [
    purpose, monthsBack, platformId, asOf.get(platformId), platforms.get(platformId)?.historical, dayOf(atMs),
    unusableBecause(only, atMs), scopeListId(terms.scopes), terms.catalogueVersion, terms.dataFrom, terms.dataUntil,
    terms.absencePolicy,
  ].join('|'); // prettier-ignore
}

function makeShape(
  catalogue: FieldCatalogue,
  tallySize: number,
  state: ConsentState,
  { purpose, asked, monthsBack }: ReportQuestion,
  asOf: ReadonlyMap<string, EpochDay>,
): ReleaseShape {
  const { atMs, platforms } = state;
  const arrangements = inOrder(state).map((one, place) => ({ ...one, arrangementId: String(place).padStart(6, '0') }));
  const decision = decide({ ...snapshotOf({ ...state, arrangements }, purpose, asOf), monthsBack }, catalogue, asked);
  const released = groupReleased(decision, asked, { asOf, platforms, tallySize });
  const groups = [...released.filter(({ product }) => product === null), ...released.filter(({ product }) => product !== null)];
  const persons = groups.filter(({ product }) => product === null);
  const products = groups.filter(({ product }) => product !== null);
  const context = { purpose, atMs, monthsBack, catalogue };
  return {
    decision,
    groups,
    cells: askedCells(decision, asked, groups),
    reads: {
      customer: toRecordGroups('customer', persons, context),
      inquiry: toRecordGroups('inquiry', persons, context),
      statement: toRecordGroups('statement', persons, context),
      account: toRecordGroups('account', products, context),
      month: toRecordGroups('month', products, context),
      loan: toRecordGroups('loan', products, context),
      repayment: toRecordGroups('repayment', products, context),
      dispute: toDisputeGroups(products, context),
      personDispute: toDisputeGroups(persons, context),
    },
  };
}

function askedCells(decision: Decision, asked: readonly FieldEntry[], groups: readonly ReleasedGroup[]): readonly AskedCell[] {
  const places = groups.map(({ platformId, product }) => `${platformId}/${product ?? '-'}`);
  return asked.flatMap((entry) =>
    (decision.cells.get(entry) ?? []).map(({ platformId, product, verdict }) => {
      const place = `${platformId}/${product ?? '-'}`;
      return { entry, place, group: verdict === 'RELEASE' ? places.indexOf(place) : null };
    }),
  );
}
