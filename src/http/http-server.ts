import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { ERROR_POLICY, GatewayError, type GatewayErrorCode, unavailable } from '../core/errors';
import type { Actor } from '../core/identity/actor';
import { LedgerFault } from '../core/ledger/ledger-fault';
import type { Metrics } from './metrics';

const BODY_BYTES_MAX = 64 * 1_024;
const HEADER_BYTES_MAX = 8 * 1_024;
const REQUEST_TIMEOUT_MS = 10_000;
/** Waits for database and ledger have limits of their own; together they may not take longer. */
const ANSWER_TIMEOUT_MS = 10_000;

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
  readonly ledger: LedgerFiles;
}
/** The published ledger as static files (C2SP tlog-tiles). */
export interface LedgerFiles {
  checkpoint(): Promise<string>;
  /** @returns null for a path that names nothing that was published. */
  file(path: string): Promise<Buffer | null>;
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
/** A tile never changes; it is the auditors' alone. */
const TILE_CACHE = 'private, max-age=31536000, immutable';

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
    childLoggerFactory: (logger) => logger, // every line names its request itself
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
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST' && request.routeOptions.url === '/graphql') return;
    actors.set(request, await inTime(reply, handlers.authenticate(soleAuthorization(request))));
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      throw Object.assign(new GatewayError('BAD_REQUEST', 'compressed body'), { statusCode: 415 });
  });
  app.post('/graphql', async (request, reply) => {
    const answering = handlers.graphql({
      actor: actorOf(request),
      traceId: request.id,
      headers: request.headers,
      body: request.body,
      logFault: (cause) => request.log.error({ traceId: request.id, cause: causeForLog(cause) }, 'fault'),
    });
    const { status, contentType, body, retryAfterSeconds } = await inTime(reply, answering);
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    return reply.code(status).type(contentType).send(body);
  });
  app.route({
    method: ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'],
    url: '/graphql',
    handler: (request, reply) => sendError(request, reply.header('allow', 'POST'), new GatewayError('BAD_REQUEST'), 405),
  });
  app.get('/ledger/checkpoint', async (request, reply) => {
    assertAuditor(request);
    return reply.type('text/plain; charset=utf-8').send(await handlers.ledger.checkpoint());
  });
  app.get('/ledger/tile/*', async (request, reply) => {
    assertAuditor(request);
    const file = await handlers.ledger.file(new URL(request.url, 'http://gateway').pathname.slice('/ledger/'.length));
    if (!file) return sendError(request, reply, new GatewayError('BAD_REQUEST'), 404);
    return reply.header('cache-control', TILE_CACHE).type('application/octet-stream').send(file);
  });
  app.get('/schema', (request, reply) => reply.type('text/plain; charset=utf-8').send(handlers.schemaFor(actorOf(request))));
}

/**
 * What comes too late is not sent: its disclosure may stand in the ledger, its change may have been made, and the same sent
 * again finds them. @throws GatewayError SERVICE_UNAVAILABLE.
 */
async function inTime<T>(reply: FastifyReply, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    const leftMs = ANSWER_TIMEOUT_MS - reply.elapsedTime;
    timer = setTimeout(() => reject(unavailable('The request was not answered in time')), leftMs);
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

function assertAuditor(request: FastifyRequest): void {
  if (actorOf(request).role !== 'AUDITOR') throw new GatewayError('FORBIDDEN', 'the ledger is for auditors');
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
  const words = cause instanceof GatewayError || cause instanceof LedgerFault ? message : undefined;
  return { name, code, words, place, ...(deeper ? { cause: causeForLog(deeper) } : {}) };
}
