import { hasBudget, isRetry } from '../../core/consent/budget';
import type { Arrangement } from '../../core/consent/consent';
import type { EpochMs } from '../../core/credit/calendar';
import type { FieldEntry } from '../../core/credit/field-catalogue';
import { commitmentOf } from '../../core/ledger/commitment';
import { canonicalJson } from '../../core/ledger/canonical-json';
import { ENTRY_VERSION, type FieldsByProduct } from '../../core/ledger/entry';
import type { AppendOutcome, BudgetCharge, DisclosureDraft, PlatformState, RandomBytes } from '../ports';
import type { OpenRelease } from './release-report';
import { arrangementAt } from './release-shape';

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
interface Prepared {
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
  const cited = citedArrangements(release);
  const consents = cited.map(({ arrangementId, version }) => `${arrangementId}:${String(version)}`).sort();
  const fields = sortFields(release);
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
    released: toIds(fields.released),
    refused: toIds(fields.refused),
    empty: toIds(fields.empty),
    rows: seen.rows,
    months: seen.months,
    commit: commitmentOf(release.key.mark(`commitment ${nonce}`), seen.dataText),
  } as const;
  const marked = [
    withoutMarks(seen.dataText, release),
    toIds(fields.released),
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
    retry: mark && {
      ...mark,
      answerMark: release.key.mark(canonicalJson(marked)),
      reportId: Buffer.from(report.reportId, 'base64url'),
      eraseByMs: report.eraseBy,
    },
    charges: mark ? cited.filter((one) => hasBudget(one.terms) && !isRetry(one, state.atMs)).map(toCharge) : [],
  };
  return { draft, text: (outcome) => toAnswer(release, seen, origin, outcome) };
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

function toAnswer(
  { report, mark }: OpenRelease,
  { dataText }: AnswerSeen,
  origin: string,
  { ledgerIndex, earlier }: Extract<AppendOutcome, { kind: 'appended' }>,
): RecordedAnswer {
  const reportId = earlier ? earlier.reportId.toString('base64url') : report.reportId;
  let data = dataText;
  if (earlier) {
    data = data.replaceAll(report.reportId, reportId).replaceAll(instantText(report.decidedAt), instantText(earlier.decidedAtMs));
    if (report.eraseBy !== null)
      data = data.replaceAll(instantText(report.eraseBy), instantText(report.eraseBy - report.decidedAt + earlier.decidedAtMs));
  }
  if (!mark) return { text: `{"data":${data}}`, reportId };
  const disclosure = JSON.stringify({ reportId, ledgerOrigin: origin, ledgerIndex });
  return { text: `{"data":${data},"extensions":{"disclosure":${disclosure}}}`, reportId };
}

/** The answer without what differs between a question and its retry; the life of the data is marked by its length. */
function withoutMarks(dataText: string, { report }: OpenRelease): string {
  const text = dataText.replaceAll(report.reportId, '').replaceAll(instantText(report.decidedAt), '');
  return report.eraseBy === null ? text : text.replaceAll(instantText(report.eraseBy), '');
}

function instantText(atMs: EpochMs): string {
  return new Date(atMs).toISOString();
}

type Sorted = Record<'released' | 'refused' | 'empty', Map<string, FieldEntry[]>>;

/** Every asked cell falls on exactly one side: left, withheld, or permitted without a value. */
function sortFields({ shape, groups }: OpenRelease): Sorted {
  const sorted: Sorted = { released: new Map(), refused: new Map(), empty: new Map() };
  for (const { entry, place, group } of shape.cells) {
    const left = group !== null && (groups[group]?.tally[entry.id] ?? 0) > 0;
    const side = group === null ? sorted.refused : left ? sorted.released : sorted.empty;
    const entries = side.get(place);
    if (entries) entries.push(entry);
    else side.set(place, [entry]);
  }
  return sorted;
}

function toIds(fields: ReadonlyMap<string, readonly FieldEntry[]>): FieldsByProduct {
  return Object.fromEntries([...fields].map(([place, entries]) => [place, entries.map(({ id }) => id).sort((a, b) => a - b)]));
}

/** The arrangements behind the values that left. */
function citedArrangements({ shape, groups, state }: OpenRelease): readonly Arrangement[] {
  const cited = new Set<string>();
  for (const { entry, group } of shape.cells) {
    const of = group === null ? undefined : groups[group];
    if (of && (of.tally[entry.id] ?? 0) > 0)
      for (const { arrangementId } of of.cells.get(entry)?.citations ?? []) cited.add(arrangementId);
  }
  return [...cited].map((positionalId) => arrangementAt(state, positionalId));
}
