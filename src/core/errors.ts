/**
 * The closed set of error codes and what a caller is told for each. Whatever is not in this table leaves the gateway as
 * SERVICE_ERROR; causes stay in the log, joined by the trace id.
 */
export type GatewayErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_REQUEST'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'BAD_USER_INPUT'
  | 'OPERATION_TOO_COSTLY'
  | 'SERVICE_UNAVAILABLE'
  | 'SERVICE_ERROR'
  | 'IDEMPOTENCY_MISMATCH'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'ILLEGAL_TRANSITION'
  | 'RECIPIENT_NOT_ACTIVE'
  | 'EVIDENCE_REQUIRED'
  | 'EVIDENCE_STALE'
  | 'EVIDENCE_REUSED'
  | 'UNKNOWN_FIELD'
  | 'CONTAINER_NOT_GRANTED'
  | 'EMPTY_SCOPES'
  | 'INVALID_PERIOD'
  | 'EXCEEDS_REQUEST'
  | 'EXCEEDS_PURPOSE';

interface ErrorPolicy {
  readonly httpStatus: number;
  /** A full sentence that tells the caller what to do next. */
  readonly message: string;
}

export const ERROR_POLICY = {
  UNAUTHENTICATED: { httpStatus: 401, message: 'The access token was not accepted; obtain a new one.' },
  FORBIDDEN: { httpStatus: 403, message: 'This party may not do this; check its registration, role and purposes.' },
  BAD_REQUEST: { httpStatus: 400, message: 'The request is not a GraphQL request over HTTP; send POST with application/json.' },
  GRAPHQL_PARSE_FAILED: { httpStatus: 400, message: 'The document is not GraphQL; correct its syntax.' },
  GRAPHQL_VALIDATION_FAILED: { httpStatus: 400, message: 'The document does not fit the schema; see GET /schema.' },
  BAD_USER_INPUT: { httpStatus: 400, message: 'An input value is missing, malformed or out of range; correct it.' },
  OPERATION_TOO_COSTLY: { httpStatus: 400, message: 'The operation asks for too much at once; split it.' },
  SERVICE_UNAVAILABLE: { httpStatus: 503, message: 'Try again later.' },
  SERVICE_ERROR: { httpStatus: 500, message: 'The gateway failed; report the trace id.' },
  IDEMPOTENCY_MISMATCH: { httpStatus: 422, message: 'This key was used with another input; choose a new key.' },
  NOT_FOUND: { httpStatus: 404, message: 'No such borrower, institution or consent is known to this party.' },
  CONFLICT: { httpStatus: 409, message: 'The consent has changed; read it again.' },
  ILLEGAL_TRANSITION: { httpStatus: 409, message: 'Its state does not allow this any more; read it again.' },
  RECIPIENT_NOT_ACTIVE: { httpStatus: 422, message: 'The recipient is not an active institution; choose another.' },
  EVIDENCE_REQUIRED: { httpStatus: 422, message: 'This needs a fresh approval; ask the borrower and send its evidence.' },
  EVIDENCE_STALE: { httpStatus: 422, message: 'The approval is older than 24 hours or ahead of time; ask the borrower again.' },
  EVIDENCE_REUSED: { httpStatus: 422, message: 'The approval has served already; ask the borrower again.' },
  UNKNOWN_FIELD: { httpStatus: 422, message: 'No such field; use full coordinates as listed by fieldPolicies.' },
  CONTAINER_NOT_GRANTED: {
    httpStatus: 422,
    message: 'A field of a list needs the list itself; permit it too, for the same product.',
  },
  EMPTY_SCOPES: { httpStatus: 422, message: 'A consent needs at least one scope.' },
  INVALID_PERIOD: { httpStatus: 422, message: 'The period must end after it starts and lie ahead.' },
  EXCEEDS_REQUEST: { httpStatus: 422, message: 'The grant goes beyond its request; narrow it, or grant without the request.' },
  EXCEEDS_PURPOSE: { httpStatus: 422, message: 'The purpose does not allow so much; shorten the period or drop the cluster.' },
} as const satisfies Record<GatewayErrorCode, ErrorPolicy>;

/** Machine-readable facts beside the code; never a personal value. */
export interface GatewayErrorFacts {
  /** Path of the offending input, such as "input.scopes.2.field". */
  readonly input?: string;
  /** Version now in force, with CONFLICT. */
  readonly version?: number;
  /** State that stands in the way, with ILLEGAL_TRANSITION. */
  readonly status?: string;
  /** The list that is missing, with CONTAINER_NOT_GRANTED. */
  readonly container?: string;
  readonly retryAfterSeconds?: number;
}

/** The one exception class of the gateway: an expected refusal or a broken promise, by code. */
export class GatewayError extends Error {
  constructor(
    readonly code: GatewayErrorCode,
    /** What happened, for the log; the caller sees the table's message unless `code` is about the caller's own input. */
    detail?: string,
    readonly facts: GatewayErrorFacts = {},
    options?: ErrorOptions,
  ) {
    super(detail ?? ERROR_POLICY[code].message, options);
    this.name = 'GatewayError';
  }
}

/** The store, the ledger or the key holder cannot serve now; the caller may try again. */
export function unavailable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('SERVICE_UNAVAILABLE', detail, { retryAfterSeconds: 1 }, { cause });
}

/** A caller's input fault at a path of its input. */
export function badInput(input: string, detail: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', detail, { input });
}
