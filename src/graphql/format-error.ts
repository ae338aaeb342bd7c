import { ApolloServerValidationErrorCode, unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import type { ValidationError } from 'class-validator';
import { ERROR_POLICY, GatewayError, type GatewayErrorCode } from '../core/errors';

/** Codes whose detail speaks of the caller's own input, so that it may be told what to mend. */
const OWN_INPUT: ReadonlySet<GatewayErrorCode> = new Set([
  'BAD_USER_INPUT', 'UNKNOWN_FIELD', 'CONTAINER_NOT_GRANTED', 'EMPTY_SCOPES', 'INVALID_PERIOD', 'EXCEEDS_REQUEST', 'EXCEEDS_PURPOSE', 'EVIDENCE_REQUIRED',
  'IDEMPOTENCY_MISMATCH', 'ILLEGAL_TRANSITION',
]); // prettier-ignore
/** Apollo's own codes that pass with the words of the GraphQL library, which repeat the document only. */
const OF_DOCUMENT: ReadonlySet<string> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
const INTROSPECTION: string = ApolloServerValidationErrorCode.INTROSPECTION_DISABLED;
const ABOUT_SCHEMA = 'Introspection is for auditors; GET /schema gives the schema of your role.';

/**
 * The allow-list of what a caller may learn of an error: our codes with our words. Everything else is SERVICE_ERROR, and
 * its cause goes to the log.
 */
export function createFormatError(logFault: (cause: unknown) => void) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = unwrapResolverError(error);
    if (cause instanceof GatewayError) {
      if (ERROR_POLICY[cause.code].httpStatus >= 500) logFault(cause);
      return toFormatted(cause);
    }
    if (cause instanceof ArgumentValidationError) return toFormatted(toBadInput(cause));
    const code = String(formatted.extensions?.['code'] ?? '');
    if (OF_DOCUMENT.has(code))
      return {
        message: formatted.extensions?.['validationErrorCode'] === INTROSPECTION ? ABOUT_SCHEMA : formatted.message,
        ...(formatted.locations ? { locations: formatted.locations } : {}),
        extensions: { code },
      };
    if (code === 'OPERATION_TOO_COSTLY' || code === 'FORBIDDEN' || code === 'BAD_REQUEST')
      return toFormatted(new GatewayError(code));
    if (code === 'BAD_USER_INPUT')
      return toFormatted(new GatewayError('BAD_USER_INPUT', undefined, inputNamed(formatted.message)));
    logFault(cause);
    return toFormatted(new GatewayError('SERVICE_ERROR'));
  };
}

export function toFormatted(error: GatewayError): GraphQLFormattedError {
  const { code, facts } = error;
  const { message } = ERROR_POLICY[code];
  const detail = OWN_INPUT.has(code) && error.message !== message ? ` (${facts.input ?? 'input'}: ${error.message})` : '';
  return { message: `${message}${detail}`, extensions: { code, ...facts } };
}

/** The place in the input that the GraphQL library names; the value it quotes beside it is not repeated. */
function inputNamed(message: string): { input?: string } {
  const found = /at "([A-Za-z0-9_.[\]]+)"/.exec(message)?.[1];
  return found ? { input: found.replace(/\[(\d+)\]/g, '.$1') } : {};
}

function toBadInput(error: ArgumentValidationError): GatewayError {
  const [first] = error.extensions.validationErrors as ValidationError[];
  const { path, words } = describe(first, ['input']);
  return new GatewayError('BAD_USER_INPUT', words, { input: path.join('.') });
}

function describe(error: ValidationError | undefined, above: readonly string[]): { path: readonly string[]; words: string } {
  const path = error ? [...above, error.property] : above;
  const [child] = error?.children ?? [];
  if (child) return describe(child, path);
  return { path, words: Object.values(error?.constraints ?? {}).join(', ') || 'not accepted' };
}
