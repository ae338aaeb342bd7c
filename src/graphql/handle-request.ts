import { HeaderMap } from '@apollo/server';
import { ERROR_POLICY, GatewayError } from '../core/errors';
import type { Actor } from '../core/identity/actor';
import { toFormatted } from './format-error';
import { createGate, type GatewayApp, type RequestContext } from './request-context';
import type { RoleServers } from './role-servers';

export interface GraphqlRequest {
  readonly actor: Actor;
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
  readonly logFault: (cause: unknown) => void;
}
export interface GraphqlResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

/**
 * The one function that turns a GraphQL result into bytes. Once a report was opened, it sends the bytes that the recorder
 * approved or an error, and nothing that any plugin made of them.
 */
export function createGraphqlHandler(
  servers: RoleServers,
  app: GatewayApp,
): (request: GraphqlRequest) => Promise<GraphqlResponse> {
  return async ({ actor, traceId, headers, body, logFault }) => {
    const gate = createGate();
    const context: RequestContext = { actor, traceId, app, gate, shown: { rows: 0, indices: [] }, parties: new Map(), logFault };
    const {
      body: made,
      headers: madeHeaders,
      status,
    } = await servers[actor.role].executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: toHeaderMap(headers), search: '', body },
      context: () => Promise.resolve(context),
    });
    if (made.kind !== 'complete') throw new Error('Only whole answers are sent');
    const contentType = madeHeaders.get('content-type') ?? 'application/json; charset=utf-8';
    if (gate.approved !== null && !gate.fault) return { status: 200, contentType, body: gate.approved };
    if ((gate.release || gate.closing) && !gate.fault)
      return faultResponse(new GatewayError('SERVICE_ERROR'), traceId, logFault, contentType);
    const unavailable = status === ERROR_POLICY.SERVICE_UNAVAILABLE.httpStatus;
    return { status: status ?? 200, contentType, body: made.string, ...(unavailable ? { retryAfterSeconds: 1 } : {}) };
  };
}

function faultResponse(
  error: GatewayError,
  traceId: string,
  logFault: (cause: unknown) => void,
  contentType: string,
): GraphqlResponse {
  logFault(error);
  const formatted = toFormatted(error);
  const body = JSON.stringify({ errors: [{ ...formatted, extensions: { ...formatted.extensions, traceId } }] });
  return { status: ERROR_POLICY[error.code].httpStatus, contentType, body };
}

function toHeaderMap(headers: GraphqlRequest['headers']): HeaderMap {
  const map = new HeaderMap();
  for (const name of ['content-type', 'accept']) {
    const value = headers[name];
    if (typeof value === 'string') map.set(name, value);
  }
  return map;
}
