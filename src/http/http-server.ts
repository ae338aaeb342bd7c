import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { ERROR_POLICY, GatewayError, type GatewayErrorCode, unavailable } from '../core/errors';
import type { Actor } from '../core/identity/actor';
import type { Metrics } from './metrics';

const BODY_BYTES_MAX = 64 * 1_024;
const HEADER_BYTES_MAX = 8 * 1_024;
const REQUEST_TIMEOUT_MS = 10_000;

/** What the routes call; made by compose. */
export interface HttpHandlers {
  /** @throws GatewayError UNAUTHENTICATED, FORBIDDEN. */
  authenticate(authorization: string | undefined): Promise<Actor>;
  graphql(request: {
    actor: Actor;
    traceId: string;
    headers: FastifyRequest['headers'];
    body: unknown;
    logFault: (cause: unknown) => void;
  }): Promise<{ status: number; contentType: string; body: string; retryAfterSeconds?: number }>;
  schemaFor(actor: Actor): string;
  /** JSON Web Key Set that receipts are verified with. */
  receiptKeys(): unknown;
  ready(): Promise<boolean>;
}
export interface HttpOptions {
  readonly handlers: HttpHandlers;
  readonly metrics: Metrics;
  readonly logLevel: string;
  /** Where log lines go; left out: standard output. */
  readonly logStream?: { write(line: string): void };
}

const NO_STORE = {
  'cache-control': 'private, no-store',
  vary: 'Authorization, DPoP',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};
/** Public keys are no secret, and the same for everybody. */
const PUBLIC_KEYS_CACHE = 'public, max-age=300';

/** The routes of the gateway. Not listening yet; `close()` drains: new requests get 503, those under way are finished. */
export function createHttpServer({ handlers, metrics, logLevel, logStream }: HttpOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void sendError(request, reply.headers(NO_STORE), error),
    clientErrorHandler: refuseGarbage,
    genReqId: () => randomUUID(),
    logger: { level: logLevel, ...(logStream ? { stream: logStream } : {}), redact: ['req.headers'] },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'ignore'));
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  app.setNotFoundHandler((request, reply) => sendError(request, reply, new GatewayError('BAD_REQUEST'), 404));
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(NO_STORE);
    done();
  });
  closeConnectionsWhenDraining(app);
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const seconds = reply.elapsedTime / 1_000;
    metrics.answered(route, reply.statusCode, seconds);
    request.log.info({ traceId: request.id, route, method: request.method, status: reply.statusCode, seconds }, 'answered');
    done();
  });
  addPublicRoutes(app, handlers, metrics);
  void app.register((protectedRoutes, _options, done) => {
    addProtectedRoutes(protectedRoutes, handlers);
    done();
  });
  return app;
}

/** A client that keeps its connection would keep the server from ending: the last answer on each says so. */
function closeConnectionsWhenDraining(app: FastifyInstance): void {
  let draining = false;
  app.addHook('preClose', (done) => {
    draining = true;
    done();
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    done(draining ? unavailable('The server is stopping') : undefined);
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining) reply.header('connection', 'close');
    done(null, payload);
  });
}

function addPublicRoutes(app: FastifyInstance, handlers: HttpHandlers, metrics: Metrics): void {
  app.get('/healthz', (_request, reply) => reply.send({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await handlers.ready().catch(() => false);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (request, reply) => {
    if (!isLoopback(request.ip)) return sendError(request, reply, new GatewayError('BAD_REQUEST'), 404);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  app.get('/.well-known/receipt-keys.json', (_request, reply) => {
    const keys = JSON.stringify(handlers.receiptKeys());
    return reply.header('cache-control', PUBLIC_KEYS_CACHE).type('application/jwk-set+json').send(keys);
  });
}

/** What is not HTTP at all gets the same body and headers as every refusal, and the connection ends. */
function refuseGarbage(_error: Error, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify({
    errors: [{ message: ERROR_POLICY.BAD_REQUEST.message, extensions: { code: 'BAD_REQUEST', traceId: randomUUID() } }],
  });
  const headers = {
    ...NO_STORE,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('')}\r\n${body}`);
}

const actors = new WeakMap<FastifyRequest, Actor>();

/** Routes behind the access token, which is judged before a body is read. */
function addProtectedRoutes(app: FastifyInstance, handlers: HttpHandlers): void {
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'POST' && request.routeOptions.url === '/graphql') return;
    actors.set(request, await handlers.authenticate(soleAuthorization(request)));
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      throw Object.assign(new GatewayError('BAD_REQUEST', 'compressed body'), { statusCode: 415 });
  });
  app.post('/graphql', async (request, reply) => {
    const { status, contentType, body, retryAfterSeconds } = await handlers.graphql({
      actor: actorOf(request),
      traceId: request.id,
      headers: request.headers,
      body: request.body,
      logFault: (cause) => request.log.error({ traceId: request.id, cause: causeForLog(cause) }, 'fault'),
    });
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    return reply.code(status).type(contentType).send(body);
  });
  app.route({
    method: ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'],
    url: '/graphql',
    handler: (request, reply) => sendError(request, reply.header('allow', 'POST'), new GatewayError('BAD_REQUEST'), 405),
  });
  app.get('/schema', (request, reply) => reply.type('text/plain; charset=utf-8').send(handlers.schemaFor(actorOf(request))));
}

function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request);
  if (!actor) throw new GatewayError('UNAUTHENTICATED', 'no actor');
  return actor;
}

/** Node keeps the first of several Authorization headers in silence; a request that carries two is refused. */
function soleAuthorization(request: FastifyRequest): string | undefined {
  const names = request.raw.rawHeaders.filter((_, at) => at % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'authorization').length > 1)
    throw new GatewayError('UNAUTHENTICATED', 'several Authorization headers');
  return request.headers.authorization;
}

function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown, status?: number): FastifyReply {
  const code = codeOf(error);
  const known = error instanceof GatewayError ? error : new GatewayError(code);
  const httpStatus = status ?? transportStatus(error) ?? ERROR_POLICY[code].httpStatus;
  if (httpStatus >= 500) request.log.error({ traceId: request.id, cause: causeForLog(error) }, 'fault');
  if (code === 'UNAUTHENTICATED') request.log.info({ traceId: request.id, reason: known.message }, 'token refused');
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  if (known.facts.retryAfterSeconds !== undefined) reply.header('retry-after', known.facts.retryAfterSeconds);
  const message = ERROR_POLICY[code].message;
  return reply
    .code(httpStatus)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [{ message, extensions: { code, traceId: request.id } }] }));
}

function codeOf(error: unknown): GatewayErrorCode {
  if (error instanceof GatewayError) return error.code;
  return (transportStatus(error) ?? 500) < 500 ? 'BAD_REQUEST' : 'SERVICE_ERROR';
}

/** Fastify says of a request that it could not read what was wrong by its status alone. */
function transportStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** Names and places of an error and its causes; never the parameters of a statement, which could be personal. */
export function causeForLog(cause: unknown): unknown {
  if (typeof cause !== 'object' || cause === null) return typeof cause;
  const { name, message, code, stack, cause: deeper } = cause as Record<string, unknown>;
  const place = typeof stack === 'string' ? stack.split('\n').slice(1, 6) : undefined;
  const words = cause instanceof GatewayError ? message : undefined;
  return { name, code, words, place, ...(deeper ? { cause: causeForLog(deeper) } : {}) };
}
