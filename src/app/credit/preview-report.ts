import type { AbsencePolicy, Arrangement, ConsentTerms } from '../../core/consent/consent';
import { hashOfDocument, toConsentDocument } from '../../core/consent/consent-document';
import { assertBounds, assertWithinReach, legalBasisOf } from '../../core/consent/grant-rules';
import { type Purpose, PURPOSE_LIMITS } from '../../core/consent/purpose';
import { versionFor } from '../../core/consent/transitions';
import { asOfDay, DAY_MS, dayOf, type LocalDate } from '../../core/credit/calendar';
import { GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { findOwnConsent, identityOf, loadCustomer } from '../consent/consent-parties';
import type { ConsentParts } from '../consent/consent-parts';
import { expandScopes, type ScopeInput } from '../consent/expand-scopes';
import type { ConsentState, PlatformState } from '../ports';
import type { ReportQuestion, Supposition } from './release-report';

export interface PreviewInput {
  /** null: the borrower who acts in person. */
  readonly borrower: BorrowerIdentity | null;
  readonly recipientId: string;
  readonly purpose: Purpose;
  /** null: today's consents. */
  readonly hypothetical: HypotheticalInput | null;
}
export interface HypotheticalInput {
  /** Stands in for this consent; null: beside the present ones. */
  readonly consentId: string | null;
  readonly scopes: readonly ScopeInput[];
  readonly dataFrom: LocalDate | null;
  readonly dataUntil: LocalDate | null;
  readonly absencePolicy: AbsencePolicy;
}

/**
 * What to ask the door so that it shows what a recipient would see; the door decides, reads, guards and records as it does
 * for the recipient, charges no budget, and makes no disclosure of it.
 *
 * @throws GatewayError NOT_FOUND, UNKNOWN_FIELD, INVALID_PERIOD, EXCEEDS_PURPOSE, BAD_USER_INPUT.
 */
export async function previewQuestion(
  parts: ConsentParts,
  actor: Actor,
  input: PreviewInput,
): Promise<Pick<ReportQuestion, 'identity' | 'purpose' | 'viewer'>> {
  const { recipientId, purpose, hypothetical } = input;
  const { borrowerRef } = await loadCustomer(parts, actor, input.borrower);
  return {
    identity: identityOf(actor, input.borrower),
    purpose,
    viewer: {
      kind: 'preview',
      recipientId,
      suppose: hypothetical && (await supposition(parts, actor, input, hypothetical, borrowerRef)),
      platformId: actor.role === 'PLATFORM' ? actor.partyId : null,
    },
  };
}

async function supposition(
  parts: ConsentParts,
  actor: Actor,
  { recipientId, purpose }: PreviewInput,
  hypothetical: HypotheticalInput,
  borrowerRef: Buffer,
): Promise<Supposition> {
  const { dataFrom, dataUntil, absencePolicy } = hypothetical;
  const { catalogue } = parts;
  const scopes = expandScopes(hypothetical.scopes, catalogue, 'MAY_BE_EMPTY', 'input.hypothetical.scopes');
  const stood = await loadStandIn(parts, actor, hypothetical.consentId, { recipientId, purpose, borrowerRef });
  const terms: Supposed = {
    ...(stood?.terms ?? newTerms(parts, actor, recipientId, purpose)),
    scopes,
    dataFrom,
    dataUntil,
    absencePolicy,
    catalogueVersion: stood ? versionFor(stood.terms, scopes, catalogue) : catalogue.version,
  };
  within(() => assertBounds(terms, purpose, catalogue));
  const platform = await parts.book.loadPlatform(terms.platformId);
  return {
    apply: (state) => within(() => suppose(state, terms, platform, stood)),
    hash: hashOfDocument(toConsentDocument({ ...terms, ...NO_TIME })),
  };
}

interface Whose {
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly borrowerRef: Buffer;
}

/** @throws GatewayError NOT_FOUND for a consent of another party or person, to another recipient, or for another purpose. */
async function loadStandIn(
  parts: ConsentParts,
  actor: Actor,
  consentId: string | null,
  { recipientId, purpose, borrowerRef }: Whose,
): Promise<Arrangement | null> {
  if (consentId === null) return null;
  const view = await findOwnConsent(parts, actor, consentId);
  if (
    !view?.borrower.borrowerRef.equals(borrowerRef) ||
    view.arrangement.recipientId !== recipientId ||
    view.arrangement.purpose !== purpose
  )
    throw new GatewayError('NOT_FOUND', 'no such consent of this person', { input: 'input.hypothetical.consentId' });
  return view.arrangement;
}

function newTerms({ randomBytes, catalogue }: ConsentParts, actor: Actor, recipientId: string, purpose: Purpose) {
  return {
    arrangementId: randomBytes(16).toString('hex'),
    version: 1,
    platformId: actor.partyId,
    recipientId,
    purpose,
    catalogueVersion: catalogue.version,
    accessMode: 'RECURRING',
    frequency: null,
    dataLifeDays: PURPOSE_LIMITS[purpose].dataLifeDays,
    legalBasis: legalBasisOf(purpose),
    evidence: null,
    grantedBy: { role: actor.role, partyId: actor.partyId },
    previousHash: null,
  } as const;
}

/** A fault of what is supposed lies further in than the same fault of a grant. */
function within<T>(judge: () => T): T {
  try {
    return judge();
  } catch (cause) {
    if (!(cause instanceof GatewayError) || cause.facts.input === undefined) throw cause;
    const input = cause.facts.input.replace(/^input\./, 'input.hypothetical.');
    throw new GatewayError(cause.code, cause.message, { ...cause.facts, input }, { cause });
  }
}

type Supposed = Omit<ConsentTerms, 'validFromMs' | 'validUntilMs' | 'grantedAtMs'>;
/** The hash names what is supposed, whenever it is. */
const NO_TIME = { validFromMs: 0, validUntilMs: 0, grantedAtMs: 0 };

/** The state with the supposed consent in force and unused; one that stands in for another was created with it. */
function suppose(state: ConsentState, supposed: Supposed, platform: PlatformState, stood: Arrangement | null): ConsentState {
  const { atMs } = state;
  assertWithinReach(supposed, asOfDay(dayOf(atMs), platform.newestMonth));
  const arrangement: Arrangement = {
    arrangementId: supposed.arrangementId,
    platformId: supposed.platformId,
    recipientId: supposed.recipientId,
    purpose: supposed.purpose,
    version: supposed.version,
    status: 'ACTIVE',
    statusReason: null,
    statusAtMs: atMs,
    createdAtMs: stood?.createdAtMs ?? atMs,
    terms: { ...supposed, validFromMs: atMs, validUntilMs: atMs + DAY_MS, grantedAtMs: atMs },
    tampered: false,
    use: null,
    chargedAtMs: null,
  };
  const others = state.arrangements.filter(({ arrangementId }) => arrangementId !== arrangement.arrangementId);
  const platforms = new Map([...state.platforms, [supposed.platformId, platform]]);
  return { ...state, arrangements: [...others, arrangement], platforms };
}
