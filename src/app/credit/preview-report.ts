import type { AbsencePolicy, Arrangement, ConsentTerms } from '../../core/consent/consent';
import { hashOfDocument, toConsentDocument } from '../../core/consent/consent-document';
import { assertBounds, assertWithinReach, legalBasisOf } from '../../core/consent/grant-rules';
import { type Purpose, PURPOSE_LIMITS } from '../../core/consent/purpose';
import { asOfDay, DAY_MS, dayOf, type LocalDate } from '../../core/credit/calendar';
import { GatewayError } from '../../core/errors';
import type { Actor } from '../../core/identity/actor';
import type { BorrowerIdentity } from '../../core/identity/borrower-identity';
import { identityOf, loadCustomer, loadOwnConsent } from '../consent/consent-parties';
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
  await loadCustomer(parts, actor, input.borrower);
  return {
    identity: identityOf(actor, input.borrower),
    purpose,
    viewer: {
      kind: 'preview',
      recipientId,
      suppose: hypothetical && (await supposition(parts, actor, input, hypothetical)),
      platformId: actor.role === 'PLATFORM' ? actor.partyId : null,
    },
  };
}

async function supposition(
  parts: ConsentParts,
  actor: Actor,
  { recipientId, purpose }: PreviewInput,
  hypothetical: HypotheticalInput,
): Promise<Supposition> {
  const { consentId, dataFrom, dataUntil, absencePolicy } = hypothetical;
  const { catalogue } = parts;
  const scopes = expandScopes(hypothetical.scopes, catalogue, 'MAY_BE_EMPTY');
  const stood = consentId === null ? null : (await loadOwnConsent(parts, actor, consentId)).arrangement;
  if (stood && (stood.recipientId !== recipientId || stood.purpose !== purpose))
    throw new GatewayError('NOT_FOUND', 'the consent is to another recipient or for another purpose', {
      input: 'input.hypothetical.consentId',
    });
  const bounds = {
    scopes, dataFrom, dataUntil, absencePolicy, catalogueVersion: catalogue.version, accessMode: 'RECURRING', frequency: null,
    dataLifeDays: PURPOSE_LIMITS[purpose].dataLifeDays,
  } as const; // prettier-ignore
  assertBounds(bounds, purpose, catalogue);
  const terms: Supposed = {
    ...bounds,
    arrangementId: stood?.arrangementId ?? parts.randomBytes(16).toString('hex'),
    version: (stood?.version ?? 0) + 1,
    platformId: stood?.platformId ?? actor.partyId,
    recipientId,
    purpose,
    legalBasis: legalBasisOf(purpose),
    evidence: null,
    grantedBy: { role: actor.role, partyId: actor.partyId },
    previousHash: null,
  };
  const platform = await parts.book.loadPlatform(terms.platformId);
  return { apply: (state) => suppose(state, terms, platform), hash: hashOfDocument(toConsentDocument({ ...terms, ...NO_TIME })) };
}

type Supposed = Omit<ConsentTerms, 'validFromMs' | 'validUntilMs' | 'grantedAtMs'>;
/** The hash names what is supposed, whenever it is. */
const NO_TIME = { validFromMs: 0, validUntilMs: 0, grantedAtMs: 0 };

/** The state with the supposed consent in force since just now. */
function suppose(state: ConsentState, supposed: Supposed, platform: PlatformState): ConsentState {
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
    createdAtMs: atMs,
    terms: { ...supposed, validFromMs: atMs, validUntilMs: atMs + DAY_MS, grantedAtMs: atMs },
    tampered: false,
    use: null,
    chargedAtMs: null,
  };
  const others = state.arrangements.filter(({ arrangementId }) => arrangementId !== arrangement.arrangementId);
  const platforms = new Map([...state.platforms, [supposed.platformId, platform]]);
  return { ...state, arrangements: [...others, arrangement], platforms };
}
