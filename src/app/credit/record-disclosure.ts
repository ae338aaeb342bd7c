import { hasBudget, isRetry } from '../../core/consent/budget';
import type { Arrangement } from '../../core/consent/consent';
import type { Citation } from '../../core/consent/decision';
import { PURPOSE_LIMITS } from '../../core/consent/purpose';
import { dayOf, toInstant, toLocalDate } from '../../core/credit/calendar';
import { commitmentOf } from '../../core/ledger/commitment';
import { canonicalJson } from '../../core/ledger/canonical-json';
import { ENTRY_VERSION, type FieldsByProduct } from '../../core/ledger/entry';
import type { AppendOutcome, BudgetCharge, DisclosureDraft, NewInquiry, PlatformState, RandomBytes } from '../ports';
import type { OpenRelease } from './release-report';
import { arrangementAt, type ReleaseShape } from './release-shape';
import type { ReleasedReport } from './released-report';

/** The executed answer, as it would leave. */
export interface AnswerSeen {
  /** The serialised `data`. */
  readonly dataText: string;
  /** Records listed, months included, and months alone. */
  readonly rows: number;
  readonly months: number;
}
/** The answer with its ids, ready to send. */
export interface RecordedAnswer {
  /** The whole response body. */
  readonly text: string;
  readonly reportId: string;
}
export interface Prepared {
  readonly draft: DisclosureDraft;
  readonly text: (outcome: Extract<AppendOutcome, { kind: 'appended' }>) => RecordedAnswer;
}

/** Writes down what leaves: from the tallies of the values seen leaving, never from what was asked. */
export function toDraft(
  { randomBytes, gateway, schemaHash, origin }: { randomBytes: RandomBytes; gateway: string; schemaHash: string; origin: string },
  release: OpenRelease,
  seen: AnswerSeen,
): Prepared {
  const { question, actor, recipientId, state, report, mark } = release;
  const nonce = randomBytes(16).toString('base64url');
  const { released, refused, empty, citations } = sortFields(release);
  const cited = citations.map((positionalId) => arrangementAt(state, positionalId));
  const consents = cited.map(({ arrangementId, version }) => `${arrangementId}:${String(version)}`).sort();
  const content = {
    v: ENTRY_VERSION,
    gateway,
    nonce,
    report: report.reportId,
    actor: actor.partyId,
    jti: actor.tokenHash,
    subject: release.subject.toString('base64url'),
    purpose: question.purpose,
    op: question.operationHash,
    schema: schemaHash,
    set: state.consentSet,
    asof: Object.fromEntries(release.asOf),
    consents,
    released,
    refused,
    empty,
    rows: seen.rows,
    months: seen.months,
    commit: commitmentOf(release.key.mark(`commitment ${nonce}`), seen.dataText),
  } as const;
  const marked = [
    withoutMarks(seen.dataText, release),
    released,
    cited.map(({ arrangementId }) => arrangementId).sort(),
    ...(report.eraseBy === null || cited.length === 0 ? [] : [report.eraseBy - report.decidedAt]),
  ];
  const draft: DisclosureDraft = {
    entry: mark ? { ...content, type: 'D' } : { ...content, ...previewPart(release) },
    borrowerRef: release.borrowerRef,
    consentSet: state.consentSet,
    recipientId,
    institutions: [
      [recipientId, state.recipient?.version ?? 0],
      ...[...state.platforms].filter(([id]) => cited.some(({ platformId }) => platformId === id)).map(toVersion),
    ],
    decidedAtMs: report.decidedAt,
    holdsUntilMs: cited.length > 0 ? Math.min(...cited.map(({ terms }) => terms.validUntilMs)) : null,
    retry: mark && {
      ...mark,
      answerMark: release.key.mark(canonicalJson(marked)),
      reportId: Buffer.from(report.reportId, 'base64url'),
      eraseByMs: report.eraseBy,
    },
    inquiries: mark ? toInquiries(release, cited) : [],
    charges: mark ? cited.filter((one) => hasBudget(one.terms) && !isRetry(one, state.atMs)).map(toCharge) : [],
  };
  return { draft, text: answerer(report, mark !== null, seen.dataText, origin) };
}

function previewPart({ question: { viewer }, actor, recipientId }: OpenRelease) {
  const hypothetical = viewer.kind === 'preview' && viewer.suppose ? { hypothetical: viewer.suppose.hash } : {};
  return { type: 'P', role: actor.role, recipient: recipientId, ...hypothetical } as const;
}

function toVersion([id, { version }]: readonly [string, PlatformState]): readonly [string, number] {
  return [id, version];
}

function toCharge({ arrangementId, terms: { accessMode, frequency } }: Arrangement): BudgetCharge {
  return { arrangementId, accessMode, frequency };
}

/** A look-up that showed something is an inquiry to the borrower: one for each platform whose records left. */
function toInquiries({ question, state, report }: OpenRelease, cited: readonly Arrangement[]): readonly NewInquiry[] {
  const { inquiry } = PURPOSE_LIMITS[question.purpose];
  const { recipient } = state;
  if (!inquiry || !recipient) return [];
  return [...new Set(cited.map(({ platformId }) => platformId))].map((platformId) => ({
    platformId,
    inquiredOn: toLocalDate(dayOf(report.decidedAt)),
    institutionName: recipient.legalName,
    institutionType: recipient.kind === 'BANK' ? COMMERCIAL_BANK : null,
    ...inquiry,
  }));
}
const COMMERCIAL_BANK = '11';

/** Keeps no more of a report than its answer needs. */
function answerer(
  { reportId: ownId, decidedAt, eraseBy }: ReleasedReport,
  isDisclosure: boolean,
  dataText: string,
  origin: string,
): Prepared['text'] {
  return ({ ledgerIndex, earlier }) => {
    const reportId = earlier ? earlier.reportId.toString('base64url') : ownId;
    let data = dataText;
    if (earlier) {
      data = data.replaceAll(ownId, reportId).replaceAll(toInstant(decidedAt), toInstant(earlier.decidedAtMs));
      if (eraseBy !== null) data = data.replaceAll(toInstant(eraseBy), toInstant(eraseBy - decidedAt + earlier.decidedAtMs));
    }
    if (!isDisclosure) return { text: `{"data":${data}}`, reportId };
    const disclosure = JSON.stringify({ reportId, ledgerOrigin: origin, ledgerIndex });
    return { text: `{"data":${data},"extensions":{"disclosure":${disclosure}}}`, reportId };
  };
}

/** The answer without what differs between a question and its retry; the life of the data is marked by its length. */
function withoutMarks(dataText: string, { report }: OpenRelease): string {
  const text = dataText.replaceAll(report.reportId, '').replaceAll(toInstant(report.decidedAt), '');
  return report.eraseBy === null ? text : text.replaceAll(toInstant(report.eraseBy), '');
}

/** What of an entry's field lists follows from the shape alone. */
interface Layout {
  readonly refused: FieldsByProduct;
  /** The permitted cells of each place, by ascending id. */
  readonly permitted: readonly { readonly place: string; readonly group: number; readonly cells: readonly PermittedCell[] }[];
}
interface PermittedCell {
  readonly id: number;
  readonly citations: readonly Citation[];
}

const layouts = new WeakMap<ReleaseShape, Layout>();
function layoutOf(shape: ReleaseShape): Layout {
  const kept = layouts.get(shape);
  if (kept) return kept;
  const byId = [...shape.cells].sort((a, b) => a.entry.id - b.entry.id);
  const refused: Record<string, number[]> = {};
  for (const { entry, place, group } of byId) if (group === null) (refused[place] ??= []).push(entry.id);
  const permitted = shape.groups.flatMap(({ cells }, group) => {
    const of = byId.filter((cell) => cell.group === group);
    const place = of[0]?.place;
    const listed = of.map(({ entry }) => ({ id: entry.id, citations: cells.get(entry)?.citations ?? [] }));
    return place === undefined ? [] : [{ place, group, cells: listed }];
  });
  const made = { refused, permitted };
  layouts.set(shape, made);
  return made;
}

interface Sorted extends Readonly<Record<'released' | 'refused' | 'empty', FieldsByProduct>> {
  /** Positional ids of the arrangements behind the values that left. */
  readonly citations: readonly string[];
}

/** Every asked cell falls on exactly one side: left, withheld, or permitted without a value. */
function sortFields({ shape, groups }: OpenRelease): Sorted {
  const { refused, permitted } = layoutOf(shape);
  const released: Record<string, number[]> = {};
  const empty: Record<string, number[]> = {};
  const cited = new Set<string>();
  for (const { place, group, cells } of permitted)
    for (const { id, citations } of cells) {
      const left = (groups[group]?.tally[id] ?? 0) > 0;
      ((left ? released : empty)[place] ??= []).push(id);
      if (left) for (const { arrangementId } of citations) cited.add(arrangementId);
    }
  return { released, refused, empty, citations: [...cited] };
}
