import { DAY_MS, type EpochDay, type EpochMs, firstDayOf, monthOf, toEpochDay } from '../credit/calendar';
import type { FieldCatalogue } from '../credit/field-catalogue';
import { badInput, GatewayError } from '../errors';
import { widenings } from './compare-terms';
import type { ConsentBounds, ConsentTerms, Evidence, LegalBasis } from './consent';
import { boundsOf, type ConsentRequest, requestStatusAt, type RequestedBounds } from './consent-request';
import { type Purpose, PURPOSE_LIMITS } from './purpose';

const EVIDENCE_AGE_MAX_MS = DAY_MS;
const EVIDENCE_AHEAD_MAX_MS = 15 * 60_000;
/** Far more than anybody asks; it keeps a mistyped figure from becoming a licence. */
export const FREQUENCY_COUNT_MAX = 1_000;

/**
 * What the first version of a consent must satisfy at the instant of granting (consent.md, sections 4 and 5).
 *
 * @throws GatewayError EMPTY_SCOPES, INVALID_PERIOD, EXCEEDS_PURPOSE, EVIDENCE_STALE or BAD_USER_INPUT, naming the input.
 */
export function assertGrantable(terms: ConsentTerms, catalogue: FieldCatalogue, atMs: EpochMs, asOfDay: EpochDay): void {
  assertNotEmpty(terms);
  assertTermsFit(terms, catalogue, atMs);
  const { validityDays } = PURPOSE_LIMITS[terms.purpose];
  if (terms.validFromMs - atMs > validityDays * DAY_MS)
    throw exceeds('input.validFrom', `at most ${String(validityDays)} days ahead for this purpose`);
  assertWithinReach(terms, asOfDay);
  if (terms.evidence) assertEvidenceFresh(terms.evidence, atMs);
}

/** What every version must satisfy: a period that lies ahead, within the purpose's bounds. */
export function assertTermsFit(terms: ConsentTerms, catalogue: FieldCatalogue, atMs: EpochMs): void {
  const limits = PURPOSE_LIMITS[terms.purpose];
  if (terms.validUntilMs <= terms.validFromMs || terms.validUntilMs <= atMs)
    throw new GatewayError('INVALID_PERIOD', 'validUntil must lie after validFrom and ahead', { input: 'input.validUntil' });
  if (terms.validUntilMs - terms.validFromMs > limits.validityDays * DAY_MS)
    throw exceeds('input.validUntil', `at most ${String(limits.validityDays)} days for this purpose`);
  assertBounds(terms, terms.purpose, catalogue);
}

/**
 * A data range that is given anew stays within the purpose's reach; one that was given before is cut to it at each decision.
 *
 * @param asOfDay - As-of date of the platform, from which the purpose reaches back.
 */
export function assertWithinReach({ dataFrom, purpose }: Pick<ConsentTerms, 'dataFrom' | 'purpose'>, asOfDay: EpochDay): void {
  const { reachMonths } = PURPOSE_LIMITS[purpose];
  if (dataFrom !== null && toEpochDay(dataFrom) < firstDayOf(monthOf(asOfDay) - reachMonths))
    throw exceeds('input.dataFrom', `at most ${String(reachMonths)} months back for this purpose`);
}

/**
 * What a request may ask for: nothing beyond its purpose.
 *
 * @throws GatewayError EMPTY_SCOPES, INVALID_PERIOD, EXCEEDS_PURPOSE or BAD_USER_INPUT, naming the input.
 */
export function assertRequestable(bounds: RequestedBounds, purpose: Purpose, catalogue: FieldCatalogue): void {
  const { validityDays } = PURPOSE_LIMITS[purpose];
  assertNotEmpty(bounds);
  if (bounds.validForDays > validityDays)
    throw exceeds('input.validForDays', `at most ${String(validityDays)} days for this purpose`);
  assertBounds(bounds, purpose, catalogue);
}

/**
 * A grant under a request stays within what was asked, and answers it while it is open.
 *
 * @throws GatewayError ILLEGAL_TRANSITION, EXCEEDS_REQUEST or BAD_USER_INPUT.
 */
export function assertAnswers(terms: ConsentTerms, request: ConsentRequest, catalogue: FieldCatalogue, atMs: EpochMs): void {
  if (request.recipientId !== terms.recipientId) throw badInput('input.recipientId', 'the request is another recipient’s');
  if (request.purpose !== terms.purpose) throw badInput('input.purpose', 'the request is for another purpose');
  assertOpen(request, atMs);
  const [wider] = widenings(boundsOf(request.bounds, terms.validFromMs), terms, catalogue);
  if (wider) throw new GatewayError('EXCEEDS_REQUEST', `more than was asked for in ${wider}`, { input: `input.${wider}` });
}

/** @throws GatewayError ILLEGAL_TRANSITION, naming the state. */
export function assertOpen(request: ConsentRequest, atMs: EpochMs): void {
  const status = requestStatusAt(request, atMs);
  if (status !== 'PENDING') throw new GatewayError('ILLEGAL_TRANSITION', `the request is ${status}`, { status });
}

/** @throws GatewayError EVIDENCE_STALE unless it is at most 24 hours old and at most 15 minutes ahead. */
export function assertEvidenceFresh(evidence: Evidence, atMs: EpochMs): void {
  if (atMs - evidence.approvedAtMs <= EVIDENCE_AGE_MAX_MS && evidence.approvedAtMs - atMs <= EVIDENCE_AHEAD_MAX_MS) return;
  throw new GatewayError('EVIDENCE_STALE', 'approvedAt is not within 24 hours before and 15 minutes after now', {
    input: 'input.evidence.approvedAt',
  });
}

type Bounds = Pick<ConsentBounds, 'scopes' | 'accessMode' | 'frequency' | 'dataFrom' | 'dataUntil' | 'dataLifeDays'>;

function assertNotEmpty({ scopes }: Pick<Bounds, 'scopes'>): void {
  if (scopes.length === 0) throw new GatewayError('EMPTY_SCOPES', 'a consent without any scope', { input: 'input.scopes' });
}

/** @throws GatewayError INVALID_PERIOD, EXCEEDS_PURPOSE, BAD_USER_INPUT. */
export function assertBounds(bounds: Bounds, purpose: Purpose, catalogue: FieldCatalogue): void {
  const limits = PURPOSE_LIMITS[purpose];
  const { scopes, accessMode, frequency, dataFrom, dataUntil, dataLifeDays } = bounds;
  if (dataFrom !== null && dataUntil !== null && toEpochDay(dataUntil) <= toEpochDay(dataFrom))
    throw new GatewayError('INVALID_PERIOD', 'dataUntil must lie after dataFrom', { input: 'input.dataUntil' });
  if (dataLifeDays !== null && limits.dataLifeDays !== null && dataLifeDays > limits.dataLifeDays)
    throw exceeds('input.dataLifeDays', `at most ${String(limits.dataLifeDays)} days for this purpose`);
  if (frequency !== null && (frequency.count < 1 || frequency.count > FREQUENCY_COUNT_MAX))
    throw badInput('input.frequency.count', `1 to ${String(FREQUENCY_COUNT_MAX)}`);
  if (frequency !== null && accessMode === 'ONE_TIME')
    throw badInput('input.frequency', 'a consent for one use has no frequency');
  const beyond = scopes
    .map(({ fieldId }) => catalogue.byId(fieldId))
    .find((entry) => entry && !limits.clusters.has(entry.cluster));
  if (beyond) throw exceeds('input.scopes', `${beyond.cluster} is not open to ${purpose}`);
}

function exceeds(input: string, detail: string): GatewayError {
  return new GatewayError('EXCEEDS_PURPOSE', detail, { input });
}

/** The law that a recipient's look-up rests on: Regulation 18 for a query, 29 for passing records to the centre. */
export function legalBasisOf(purpose: Purpose): LegalBasis {
  return purpose === 'CREDIT_REPORTING' ? 'WRITTEN_CONSENT_FURNISH' : 'WRITTEN_CONSENT_QUERY';
}
