import type { Decision } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import type { EpochDay } from '../../core/credit/calendar';
import type { Product } from '../../core/credit/codes';
import type { FieldCatalogue, FieldEntry } from '../../core/credit/field-catalogue';
import { GatewayError } from '../../core/errors';
import { type Actor, KIND_OF_ROLE } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { UnknownKeyVersion } from '../../core/identity/key-version';
import { digestOf } from '../../core/ledger/commitment';
import type {
  AppendOutcome,
  BorrowerKey,
  ConsentReader,
  ConsentState,
  DisclosureLedger,
  Keys,
  RandomBytes,
  RecordReader,
  RequestMark,
} from '../ports';
import { eraseByMs } from './erase-by';
import { disputesOfIdentity } from './project-disputes';
import { projectInquiries, projectStatements, type ReportList } from './project-history';
import { projectAccounts, projectIdentity } from './project-records';
import { projectSummary } from './project-summary';
import { type AnswerSeen, type Prepared, type RecordedAnswer, toDraft } from './record-disclosure';
import { readReleased } from './read-released';
import type { ReleasedGroup } from './record-groups';
import { asOfDays, createShapes, type ReleaseShape, type ShapeOf } from './release-shape';
import { type Provenance, type ReleasedReport, withProvenance } from './released-report';

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
  /** Does the operation list disputes? They travel with the items that they are about. */
  readonly listsDisputes: boolean;
  /** How many loans of an account it lists at most; 0 if it lists none. */
  readonly loansFirst: number;
  /** Only accounts of this product are listed; null: of every one. */
  readonly product: Product | null;
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
    open: (actor, question) => {
      const openOnce = (): Promise<OpenRelease> => openRelease(parts, shapeOf, actor, question);
      return openOnce().catch((cause: unknown) => {
        if (cause instanceof UnknownKeyVersion) return openOnce(); // replaced between the reading of keys and of records
        throw cause;
      });
    },
    close: async (release, seen) => {
      const { draft, text } = toDraft({ ...parts, origin: ledger.origin }, release, seen);
      return settled(ledger.append(draft), text);
    },
  };
}

/** Awaited apart from `close`, so that a report is not kept in memory while its entry waits for the commit. */
async function settled(appending: Promise<AppendOutcome>, text: Prepared['text']): Promise<CloseOutcome> {
  const outcome = await appending;
  switch (outcome.kind) {
    case 'appended':
      return { kind: 'recorded', ...text(outcome) };
    case 'moved':
      return { kind: 'moved' };
    case 'mismatch':
      throw new GatewayError('IDEMPOTENCY_MISMATCH', 'requestId was used for another question', { input: 'input.requestId' });
  }
}

async function openRelease(
  parts: ReportDoorParts,
  shapeOf: ShapeOf,
  actor: Actor,
  question: ReportQuestion,
): Promise<OpenRelease> {
  const { keys, catalogue } = parts;
  const { purpose, asked, monthsBack, loansFirst, product } = question;
  const reportId = parts.randomBytes(16).toString('base64url');
  const lookup = keys.lookupOf(question.identity);
  const { recipientId, mark, state } = await loadState(parts, actor, question, lookup);
  for (const { tampered, arrangementId } of state.arrangements) if (tampered) parts.alarms.tamperedConsent(arrangementId);
  const asOf = asOfDays(state);
  const shape = shapeOf(state, question, asOf);
  const groups = withTallies(shape.groups);
  const key = state.borrower ? keys.borrowerKey(state.borrower.borrowerRef, state.borrower.wrappedKey) : keys.strangerKey(lookup);
  const borrowerRef = state.borrower?.borrowerRef ?? keys.absentRef(lookup);
  const read = await readReleased(parts, question, shape, groups, groups.length > 0 ? borrowerRef : keys.absentRef(lookup));
  const { persons, products } = read;
  const tools = { recipientId, purpose, keys, catalogue, monthsBack, loansFirst, product };
  const { account, loan, repayment, inquiry } = shape.reads;
  const shownIdentity = projectIdentity(read.customers, persons, key);
  const disputes = disputesOfIdentity(read.personDisputes, shownIdentity, persons, catalogue);
  const identity = { ...shownIdentity, disputes };
  const accounts = projectAccounts(read, products, { accounts: account, loans: loan, repayments: repayment }, tools);
  const summary = projectSummary(asked, read, { persons, products }, catalogue);
  const inquiries = projectInquiries(read.inquiries, read.personDisputes, persons, inquiry, tools);
  const statements = projectStatements(read.statements, persons, accounts, inquiries.ids, tools);
  const projection = { identity, summary, accounts, inquiries, statements };
  const eraseBy = eraseByMs(state, purpose, groups, projection);
  const withheldFields = shape.decision.withheld?.map(({ entry, product }) => ({ field: entry.coordinate, product })) ?? null;
  return {
    question, actor, recipientId, mark, state, asOf, shape, decision: shape.decision, groups, borrowerRef, key,
    subject: key.pseudonym(),
    report: withProvenance(
      {
        reportId, decidedAt: state.atMs, purpose, completeness: 'NOT_ASSERTED', eraseBy, identity, summary, accounts,
        inquiries: inquiries.items, statements: statements.items, withheldFields,
      },
      listOriginsOf(catalogue, inquiries, statements),
    ),
  }; // prettier-ignore
}

/** The report's own lists: each is released where a record of it is. */
function listOriginsOf(catalogue: FieldCatalogue, inquiries: ReportList, statements: ReportList): Provenance {
  const lists = new Map([
    [catalogue.find('CreditReport.inquiries'), inquiries.origins],
    [catalogue.find('CreditReport.statements'), statements.origins],
  ]);
  return (entry) => lists.get(entry) ?? [];
}

/** One buffer for the tallies of all groups. */
function withTallies(groups: readonly ReleasedGroup[]): readonly ReleasedGroup[] {
  const size = groups[0]?.tally.length ?? 0;
  const counts = new Uint32Array(groups.length * size);
  return groups.map((group, at) => ({ ...group, tally: counts.subarray(at * size, (at + 1) * size) }));
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
