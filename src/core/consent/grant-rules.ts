import { DAY_MS, type EpochMs, toEpochDay } from '../credit/calendar';
import type { FieldCatalogue } from '../credit/field-catalogue';
import { GatewayError } from '../errors';
import type { ConsentTerms, LegalBasis } from './consent';
import { type Purpose, PURPOSE_LIMITS } from './purpose';

const EVIDENCE_AGE_MAX_MS = DAY_MS;
const EVIDENCE_AHEAD_MAX_MS = 15 * 60_000;

/**
 * What a new version must satisfy at the instant of granting (consent.md, sections 4 and 5): a period that lies ahead,
 * within the purpose's bounds, and evidence at most 24 hours old and at most 15 minutes ahead.
 *
 * @throws GatewayError INVALID_PERIOD, EXCEEDS_PURPOSE or EVIDENCE_STALE, naming the input.
 */
export function assertGrantable(terms: ConsentTerms, catalogue: FieldCatalogue, atMs: EpochMs): void {
  const limits = PURPOSE_LIMITS[terms.purpose];
  if (terms.validUntilMs <= terms.validFromMs || terms.validUntilMs <= atMs)
    throw new GatewayError('INVALID_PERIOD', 'validUntil must lie after validFrom and ahead', { input: 'input.validUntil' });
  if (terms.validUntilMs - terms.validFromMs > limits.validityDays * DAY_MS)
    throw new GatewayError('EXCEEDS_PURPOSE', `at most ${String(limits.validityDays)} days for this purpose`, {
      input: 'input.validUntil',
    });
  if (terms.dataFrom !== null && terms.dataUntil !== null && toEpochDay(terms.dataUntil) <= toEpochDay(terms.dataFrom))
    throw new GatewayError('INVALID_PERIOD', 'dataUntil must lie after dataFrom', { input: 'input.dataUntil' });
  if (terms.dataLifeDays !== null && limits.dataLifeDays !== null && terms.dataLifeDays > limits.dataLifeDays)
    throw new GatewayError('EXCEEDS_PURPOSE', `at most ${String(limits.dataLifeDays)} days for this purpose`, {
      input: 'input.dataLifeDays',
    });
  assertScopesFit(terms, catalogue);
  const { evidence } = terms;
  if (evidence && (atMs - evidence.approvedAtMs > EVIDENCE_AGE_MAX_MS || evidence.approvedAtMs - atMs > EVIDENCE_AHEAD_MAX_MS))
    throw new GatewayError('EVIDENCE_STALE', 'approvedAt is not within 24 hours before and 15 minutes after now', {
      input: 'input.evidence.approvedAt',
    });
}

function assertScopesFit({ scopes, purpose }: ConsentTerms, catalogue: FieldCatalogue): void {
  if (scopes.length === 0) throw new GatewayError('EMPTY_SCOPES', 'a grant without any scope', { input: 'input.scopes' });
  const open = PURPOSE_LIMITS[purpose].clusters;
  const beyond = scopes.map(({ fieldId }) => catalogue.byId(fieldId)).find((entry) => entry && !open.has(entry.cluster));
  if (beyond) throw new GatewayError('EXCEEDS_PURPOSE', `${beyond.cluster} is not open to ${purpose}`, { input: 'input.scopes' });
}

/** The law that a recipient's look-up rests on: Regulation 18 for a query, 29 for passing records to the centre. */
export function legalBasisOf(purpose: Purpose): LegalBasis {
  return purpose === 'CREDIT_REPORTING' ? 'WRITTEN_CONSENT_FURNISH' : 'WRITTEN_CONSENT_QUERY';
}
