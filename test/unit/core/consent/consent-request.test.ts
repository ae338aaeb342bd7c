import {
  boundsOf,
  CONSENT_REQUEST_STATUSES,
  type ConsentRequestStatus,
  parseRequestDocument,
  REQUEST_LAPSES_AFTER_MS,
  type RequestedBounds,
  requestStatusAt,
  statusToRecipient,
  type StoredRequestStatus,
  toRequestDocument,
} from '../../../../src/core/consent/consent-request';
import { widenings } from '../../../../src/core/consent/compare-terms';
import { DAY_MS } from '../../../../src/core/credit/calendar';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { aConsent, clusterScopes, NOW_MS, scopesOf } from '../../../support/builders';

const BOUNDS: RequestedBounds = {
  scopes: scopesOf('+loanCount -balance H+loanCount'), catalogueVersion: 1, validForDays: 30, accessMode: 'RECURRING',
  frequency: { count: 3, per: 'WEEK' }, dataFrom: '2025-06-15', dataUntil: '2026-01-01', dataLifeDays: 90,
}; // prettier-ignore

describe('the status of a consent request', () => {
  const lapsesAtMs = NOW_MS + REQUEST_LAPSES_AFTER_MS;
  // the last millisecond before it lapses, and the instant at which it does
  // prettier-ignore
  it.each<[StoredRequestStatus, number, ConsentRequestStatus, ConsentRequestStatus]>([
    ['PENDING',  -1, 'PENDING',  'PENDING' ],
    ['PENDING',   0, 'LAPSED',   'LAPSED'  ],
    ['REJECTED', -1, 'REJECTED', 'PENDING' ],
    ['REJECTED',  0, 'REJECTED', 'LAPSED'  ],
    ['APPROVED', -1, 'APPROVED', 'APPROVED'],
    ['APPROVED',  0, 'APPROVED', 'APPROVED'],
  ])('that is stored as %s is at %i ms from its lapse %s, and to its recipient %s', (status, fromLapse, asItIs, toRecipient) => {
    expect(requestStatusAt({ status, lapsesAtMs }, lapsesAtMs + fromLapse)).toBe(asItIs);
    expect(statusToRecipient({ status, lapsesAtMs }, lapsesAtMs + fromLapse)).toBe(toRecipient);
  });

  it('is never REJECTED to its recipient, and never other for a rejection than for silence', () => {
    for (const atMs of [NOW_MS, -1, lapsesAtMs, lapsesAtMs + DAY_MS]) {
      const seen = (status: StoredRequestStatus): ConsentRequestStatus => statusToRecipient({ status, lapsesAtMs }, atMs);
      expect(seen('REJECTED')).toBe(seen('PENDING'));
    }
    expect(CONSENT_REQUEST_STATUSES).toContain('REJECTED');
  });

  it('lapses after seven days of 24 hours', () => {
    expect(REQUEST_LAPSES_AFTER_MS).toBe(7 * 24 * 60 * 60 * 1_000);
  });
});

describe('the bounds of a consent request', () => {
  it('are those of a consent that begins at an instant, whatever it does about absence', () => {
    const { validForDays, ...rest } = BOUNDS;
    expect(boundsOf(BOUNDS, NOW_MS)).toEqual({
      ...rest,
      validUntilMs: NOW_MS + validForDays * DAY_MS,
      absencePolicy: 'EXPLICIT',
    });
    const granted = aConsent({ ...boundsOf(BOUNDS, NOW_MS) });
    for (const absencePolicy of ['UNIFORM', 'EXPLICIT'] as const)
      expect(widenings(boundsOf(BOUNDS, NOW_MS), { ...granted, absencePolicy }, FIELD_CATALOGUE)).toEqual([]);
  });

  it.each<[string, RequestedBounds]>([
    ['all of them', BOUNDS],
    ['none of the optional ones', { ...BOUNDS, frequency: null, dataFrom: null, dataUntil: null, dataLifeDays: null }],
    ['a cluster for every product', { ...BOUNDS, accessMode: 'ONE_TIME', scopes: clusterScopes('IDENTITY', null) }],
  ])('read back to the same: %s', (_name, bounds) => {
    const read = parseRequestDocument(toRequestDocument(bounds));
    const key = (scope: object): string => JSON.stringify(scope);
    expect({ ...read, scopes: read.scopes.map(key).sort() }).toEqual({ ...bounds, scopes: bounds.scopes.map(key).sort() });
  });

  it('are the same bytes for the same scopes in any order, and other bytes for every other bound', () => {
    const document = toRequestDocument(BOUNDS);
    expect(toRequestDocument({ ...BOUNDS, scopes: [...BOUNDS.scopes].reverse() })).toBe(document);
    const others: Partial<RequestedBounds>[] = [
      { scopes: [] }, { catalogueVersion: 2 }, { validForDays: 31 }, { accessMode: 'ONE_TIME' }, { frequency: null },
      { frequency: { count: 3, per: 'DAY' } }, { dataFrom: null }, { dataUntil: '2026-01-02' }, { dataLifeDays: null },
    ]; // prettier-ignore
    const documents = others.map((other) => toRequestDocument({ ...BOUNDS, ...other }));
    expect(new Set([document, ...documents]).size).toBe(others.length + 1);
  });
});
