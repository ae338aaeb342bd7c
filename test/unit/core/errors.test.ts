import { badInput, ERROR_POLICY, GatewayError, type GatewayErrorCode, unavailable } from '../../../src/core/errors';

/** Statuses by code (enforcement.md, section 11; consent.md, section 4). */
// prettier-ignore
const STATUSES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401, FORBIDDEN: 403, BAD_REQUEST: 400, GRAPHQL_PARSE_FAILED: 400, GRAPHQL_VALIDATION_FAILED: 400, BAD_USER_INPUT: 400,
  OPERATION_TOO_COSTLY: 400, SERVICE_UNAVAILABLE: 503, SERVICE_ERROR: 500, IDEMPOTENCY_MISMATCH: 422, NOT_FOUND: 404, CONFLICT: 409,
  RECIPIENT_NOT_ACTIVE: 422, EVIDENCE_STALE: 422, EVIDENCE_REUSED: 422, UNKNOWN_FIELD: 422, EMPTY_SCOPES: 422, INVALID_PERIOD: 422,
  EXCEEDS_PURPOSE: 422,
};
const CODES = Object.keys(ERROR_POLICY) as GatewayErrorCode[];

describe('ERROR_POLICY', () => {
  it('answers each code with the status of the document', () => {
    const known = Object.fromEntries(
      CODES.filter((code) => code in STATUSES).map((code) => [code, ERROR_POLICY[code].httpStatus]),
    );
    expect(known).toEqual(STATUSES);
  });

  it.each(CODES)('tells the caller of %s in complete sentences, under a status of an error', (code) => {
    const { message, httpStatus } = ERROR_POLICY[code];
    expect(message).toMatch(/^[A-Z][^"{}$<>]*[^\s.]\.$/);
    expect(message.split(' ').length).toBeGreaterThanOrEqual(3);
    expect([400, 401, 403, 404, 409, 422, 429, 500, 503]).toContain(httpStatus);
  });

  it('gives no two codes the same words', () => {
    expect(new Set(CODES.map((code) => ERROR_POLICY[code].message)).size).toBe(CODES.length);
  });

  it('says of faults of the gateway nothing but what to do', () => {
    expect([ERROR_POLICY.SERVICE_UNAVAILABLE.message, ERROR_POLICY.SERVICE_ERROR.message]).toEqual([
      'Try again later.', 'The gateway failed; report the trace id.',
    ]); // prettier-ignore
  });
});

describe('GatewayError', () => {
  it('carries its code, facts and cause, and the words of the table unless told otherwise', () => {
    const cause = new Error('disk full');
    const error = new GatewayError('CONFLICT', undefined, { version: 3 }, { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'GatewayError',
      code: 'CONFLICT',
      message: ERROR_POLICY.CONFLICT.message,
      facts: { version: 3 },
      cause,
    });
    expect(new GatewayError('CONFLICT', 'for the log')).toMatchObject({ message: 'for the log', facts: {} });
  });

  it('says when a service that is down may be asked again', () => {
    const cause = new Error('down');
    expect(unavailable('the store is down', cause)).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      facts: { retryAfterSeconds: 1 },
      cause,
    });
  });

  it('names the input that is at fault', () => {
    expect(badInput('input.scopes.2.field', 'no such field')).toMatchObject({
      code: 'BAD_USER_INPUT',
      facts: { input: 'input.scopes.2.field' },
    });
  });
});
