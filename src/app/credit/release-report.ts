import type { Decision } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import type { EpochDay } from '../../core/credit/calendar';
import type { FieldCatalogue, FieldEntry, RecordKind } from '../../core/credit/field-catalogue';
import { GatewayError } from '../../core/errors';
import { type Actor, KIND_OF_ROLE } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { digestOf } from '../../core/ledger/commitment';
import type {
  BorrowerKey,
  ConsentReader,
  ConsentState,
  DisclosureLedger,
  Keys,
  RandomBytes,
  RecordReader,
  RecordRow,
  RequestMark,
} from '../ports';
import { eraseByMs } from './erase-by';
import { projectAccounts, projectIdentity } from './project-records';
import { projectSummary } from './project-summary';
import { type AnswerSeen, type RecordedAnswer, toDraft } from './record-disclosure';
import type { ReleasedGroup } from './record-groups';
import { asOfDays, createShapes, type ReleaseShape, type ShapeOf } from './release-shape';
import type { ReleasedReport } from './released-report';

/** For whom a report is made: a recipient who asks, or somebody who wants to see what a recipient would get. */
export type ReportViewer =
  | { readonly kind: 'recipient'; readonly requestId: string }
  | {
      readonly kind: 'preview';
      readonly recipientId: string;
      /** Makes of today's state what is only supposed; null: today's consents. */
      readonly suppose: Supposition | null;
      /** Nothing of another platform's records; null: all that the recipient would get. */
      readonly platformId: string | null;
    };
export interface Supposition {
  /** @throws GatewayError for what could not be granted. */
  readonly apply: (state: ConsentState) => ConsentState;
  /** SHA-256 of what is supposed, hexadecimal. */
  readonly hash: string;
}

/** What one operation asks about one person. */
export interface ReportQuestion {
  readonly identity: BorrowerIdentity;
  readonly purpose: Purpose;
  readonly viewer: ReportViewer;
  /** Every consentable field of the operation, those that arguments read included; no field twice. */
  readonly asked: readonly FieldEntry[];
  /** How many completed months back the operation lists at most; 0 if it lists none. */
  readonly monthsBack: number;
  /** SHA-256 of the operation with its arguments but without the person, base64url. */
  readonly operationHash: string;
}

/** A decided and projected report that has not left: only what `close` returns may. */
export interface OpenRelease {
  readonly question: ReportQuestion;
  readonly actor: Actor;
  readonly recipientId: string;
  /** Tells the question from others of its recipient; null for a preview. */
  readonly mark: RequestMark | null;
  readonly state: ConsentState;
  readonly asOf: ReadonlyMap<string, EpochDay>;
  readonly shape: ReleaseShape;
  readonly decision: Decision;
  readonly groups: readonly ReleasedGroup[];
  readonly report: ReleasedReport;
  /** The key of the person found, or of the stranger that the identity names. */
  readonly key: BorrowerKey;
  /** Ledger pseudonym of the person, stored or not. */
  readonly subject: Buffer;
  readonly borrowerRef: Buffer;
}
export type CloseOutcome = ({ readonly kind: 'recorded' } & RecordedAnswer) | { readonly kind: 'moved' };

/** The one door through which borrower data leaves: open, execute under guard, close, send the bytes that `close` gave. */
export interface ReportDoor {
  /** Decides once and reads what was released. @throws GatewayError FORBIDDEN for a recipient that may not ask at all. */
  open(actor: Actor, question: ReportQuestion): Promise<OpenRelease>;
  /**
   * Records durably what left. `moved`: the consents changed meanwhile, nothing was recorded, open again.
   *
   * @throws GatewayError SERVICE_UNAVAILABLE, IDEMPOTENCY_MISMATCH; nothing may leave then.
   */
  close(release: OpenRelease, seen: AnswerSeen): Promise<CloseOutcome>;
}
export interface ReportDoorParts {
  readonly consents: ConsentReader;
  readonly records: RecordReader;
  readonly keys: Keys;
  readonly ledger: DisclosureLedger;
  readonly catalogue: FieldCatalogue;
  readonly randomBytes: RandomBytes;
  /** Name and version of this program, and the hash of schema and catalogue, as they stand in every entry. */
  readonly gateway: string;
  readonly schemaHash: string;
  readonly alarms: Alarms;
}
/** What somebody must look at, although the answer is given. */
export interface Alarms {
  /** A stored consent does not match its hash: it permits nothing, and somebody changed it outside the gateway. */
  tamperedConsent(arrangementId: string): void;
}

export function createReportDoor(parts: ReportDoorParts): ReportDoor {
  const { ledger } = parts;
  const shapeOf = createShapes(parts.catalogue);
  return {
    open: (actor, question) => openRelease(parts, shapeOf, actor, question),
    close: async (release, seen) => {
      const { draft, text } = toDraft({ ...parts, origin: ledger.origin }, release, seen);
      const outcome = await ledger.append(draft);
      switch (outcome.kind) {
        case 'appended':
          return { kind: 'recorded', ...text(outcome) };
        case 'moved':
          return { kind: 'moved' };
        case 'mismatch':
          throw new GatewayError('IDEMPOTENCY_MISMATCH', 'requestId was used for another question', { input: 'input.requestId' });
      }
    },
  };
}

async function openRelease(
  parts: ReportDoorParts,
  shapeOf: ShapeOf,
  actor: Actor,
  question: ReportQuestion,
): Promise<OpenRelease> {
  const { keys, catalogue } = parts;
  const { purpose, asked, monthsBack } = question;
  const reportId = parts.randomBytes(16).toString('base64url');
  const lookup = keys.lookupOf(question.identity);
  const { recipientId, mark, state } = await loadState(parts, actor, question, lookup);
  for (const { tampered, arrangementId } of state.arrangements) if (tampered) parts.alarms.tamperedConsent(arrangementId);
  const asOf = asOfDays(state);
  const shape = shapeOf(state, question, asOf);
  const groups = shape.groups.map((group) => ({ ...group, tally: new Uint32Array(group.tally.length) }));
  const key = state.borrower ? keys.borrowerKey(state.borrower.borrowerRef, state.borrower.wrappedKey) : keys.strangerKey(lookup);
  const borrowerRef = state.borrower?.borrowerRef ?? keys.absentRef(lookup);
  const read = await readReleased(parts, question, shape, groups, groups.length > 0 ? borrowerRef : keys.absentRef(lookup));
  const identity = projectIdentity(read.customers, read.persons, key);
  const accounts = projectAccounts(read.accounts, read.months, read.products, { recipientId, purpose, monthsBack, keys });
  const summary = projectSummary(asked, read.accounts, read.months, read.products, catalogue);
  const eraseBy = eraseByMs(state, purpose, groups, { identity, summary, accounts });
  const withheldFields = shape.decision.withheld?.map(({ entry, product }) => ({ field: entry.coordinate, product })) ?? null;
  return {
    question, actor, recipientId, mark, state, asOf, shape, decision: shape.decision, groups, borrowerRef, key,
    subject: key.pseudonym(),
    report: {
      reportId, decidedAt: state.atMs, purpose, completeness: 'NOT_ASSERTED', eraseBy, identity, summary, accounts, withheldFields,
    },
  }; // prettier-ignore
}

interface Loaded {
  readonly recipientId: string;
  readonly mark: RequestMark | null;
  readonly state: ConsentState;
}

/** The consents to decide on: a recipient's own, or in a preview those of the recipient that is looked through. */
async function loadState(
  { consents }: ReportDoorParts,
  actor: Actor,
  { viewer, purpose, operationHash }: ReportQuestion,
  lookup: Buffer,
): Promise<Loaded> {
  if (viewer.kind === 'recipient') {
    const requestHash = digestOf(operationHash, purpose, lookup.toString('base64url'));
    const mark = { requestId: viewer.requestId, requestHash };
    const state = await consents.load(lookup, actor.partyId, purpose, mark);
    assertRecipient(actor, purpose, state);
    return { recipientId: actor.partyId, mark, state };
  }
  const { recipientId, suppose, platformId } = viewer;
  const state = await consents.load(lookup, recipientId, purpose, null);
  const { recipient } = state;
  if (recipient?.status !== 'ACTIVE' || !recipient.purposes.includes(purpose))
    throw new GatewayError('NOT_FOUND', 'no active recipient for this purpose', { input: 'input.recipientId' });
  const supposed = suppose ? suppose.apply(state) : state;
  return { recipientId, mark: null, state: platformId === null ? supposed : ownPart(supposed, platformId) };
}

/** What one platform's records alone would give. */
export function ownPart(state: ConsentState, platformId: string): ConsentState {
  return { ...state, arrangements: state.arrangements.filter((one) => one.platformId === platformId) };
}

/** The same refusal for every person: it depends on the recipient and the purpose alone (consent.md, section 6, step 0). */
function assertRecipient(actor: Actor, purpose: Purpose, { recipient }: ConsentState): void {
  if (recipient?.status !== 'ACTIVE' || recipient.kind !== KIND_OF_ROLE[actor.role])
    throw new GatewayError('FORBIDDEN', 'the recipient is not an active institution of its role');
  if (!recipient.purposes.includes(purpose))
    throw new GatewayError('FORBIDDEN', `the recipient is not registered for ${purpose}`, { input: 'input.purpose' });
}

interface ReleasedRows {
  readonly customers: readonly RecordRow[];
  readonly accounts: readonly RecordRow[];
  readonly months: readonly RecordRow[];
  /** What the rows' group numbers count through. */
  readonly persons: readonly ReleasedGroup[];
  readonly products: readonly ReleasedGroup[];
}

/** Which statements run depends on the operation alone; what they may return, on the decision. */
async function readReleased(
  { records, catalogue }: ReportDoorParts,
  { asked }: ReportQuestion,
  { reads }: ReleaseShape,
  groups: readonly ReleasedGroup[],
  borrowerRef: Buffer,
): Promise<ReleasedRows> {
  const kinds = kindsAsked(asked, catalogue);
  const [customers, accounts, months] = await Promise.all([
    kinds.customer ? records.customers(borrowerRef, reads.customer) : [],
    kinds.account ? records.accounts(borrowerRef, reads.account) : [],
    kinds.month ? records.months(borrowerRef, reads.month) : [],
  ]);
  const isPerson = ({ product }: ReleasedGroup): boolean => product === null;
  return { customers, accounts, months, persons: groups.filter(isPerson), products: groups.filter((group) => !isPerson(group)) };
}

const kindsByQuestion = new WeakMap<readonly FieldEntry[], Readonly<Record<RecordKind, boolean>>>();
function kindsAsked(asked: readonly FieldEntry[], catalogue: FieldCatalogue): Readonly<Record<RecordKind, boolean>> {
  const kept = kindsByQuestion.get(asked);
  if (kept) return kept;
  const sources = asked.flatMap(({ source, inputs }) =>
    source.kind === 'indicator' ? inputs.map((name) => catalogue.load(name).source) : [source],
  );
  const records = new Set(sources.map((source) => (source.kind === 'indicator' ? null : source.record)));
  const made = {
    customer: records.has('customer'),
    account: records.has('account') || records.has('month'),
    month: records.has('month'),
  };
  kindsByQuestion.set(asked, made);
  return made;
}
