import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type DevelopmentIssuer, loadDevelopmentIssuer } from '../../src/auth/development-issuer';
import type { TokenRole } from '../../src/core/identity/actor';

export const ISSUER = 'http://localhost/dev';
export const AUDIENCE = 'credit-gateway';

/** Who sends: the claims of a development token. */
export interface Caller {
  readonly role: TokenRole;
  readonly party: string;
  readonly borrower?: string;
}
export const CALLERS = {
  bankA: { role: 'bank', party: 'bank-a' },
  bankB: { role: 'bank', party: 'bank-b' },
  centre: { role: 'crc', party: 'centre' },
  platform: { role: 'platform', party: 'platform-1' },
  otherPlatform: { role: 'platform', party: 'platform-2' },
  auditor: { role: 'auditor', party: 'auditor-1' },
} as const satisfies Record<string, Caller>;

export function aBorrower(customerId: string, party = 'platform-1'): Caller {
  return { role: 'borrower', party, borrower: customerId };
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}
/** Borrower data under any alias: the suites look at values, not at types. */
export type Values = Readonly<Record<string, unknown>>;
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly AnswerError[] | undefined;
  readonly extensions: { readonly disclosure?: { reportId: string; ledgerOrigin: string; ledgerIndex: number } } | undefined;
  /** Code of the only error; an empty text without one. */
  readonly code: string;
}

let issuer: Promise<DevelopmentIssuer> | undefined;
/** One development issuer for a test process. */
export function testIssuer(): Promise<DevelopmentIssuer> {
  return (issuer ??= openIssuer());
}

function openIssuer(): Promise<DevelopmentIssuer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-issuer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return loadDevelopmentIssuer(path.join(folder, 'issuer.jwk'), ISSUER, AUDIENCE, { production: false });
}

const tokens = new Map<string, Promise<string>>();
export function tokenOf(caller: Caller): Promise<string> {
  const key = JSON.stringify(caller);
  const known = tokens.get(key) ?? testIssuer().then((of) => of.issue({ ...caller, ttlSeconds: 3_600 }));
  tokens.set(key, known);
  return known;
}

/** Sends a GraphQL document as a caller. */
export async function sendAs(
  http: FastifyInstance,
  caller: Caller,
  query: string,
  variables: Values = {},
  more: Values = {},
): Promise<Answer> {
  return sendRaw(http, { authorization: `Bearer ${await tokenOf(caller)}` }, JSON.stringify({ query, variables, ...more }));
}

export async function sendRaw(
  http: FastifyInstance,
  headers: Readonly<Record<string, string>>,
  payload: string,
): Promise<Answer> {
  const response = await http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  });
  return toAnswer(response.statusCode, response.headers as Record<string, string>, response.body);
}

export function toAnswer(status: number, headers: Readonly<Record<string, string>>, text: string): Answer {
  const parsed = parse(text);
  return {
    status,
    headers,
    text,
    data: parsed.data,
    errors: parsed.errors,
    extensions: parsed.extensions,
    code: parsed.errors?.[0]?.extensions.code ?? '',
  };
}

type Parsed = Partial<Pick<Answer, 'data' | 'errors' | 'extensions'>>;
function parse(text: string): Parsed {
  try {
    return JSON.parse(text) as Parsed; // what a GraphQL server answers
  } catch {
    return {};
  }
}

export function newKey(): string {
  return randomUUID();
}
