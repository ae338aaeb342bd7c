import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import { remoteTokenKeys } from '../../../src/auth/token-keys';
import { createTokenVerifier, type TokenVerifier } from '../../../src/auth/verify-token';
import { aHeader, aPayload, AUDIENCE, ISSUER, makeSigner, NOW_MS, signed, type Signer } from './signing';

interface Answer {
  status: number;
  body: string;
}

let first: Signer;
let second: Signer;
let server: Server;
let answer: Answer;
let fetches: number;
let clockMs: number;
let verifier: TokenVerifier;

const keySet = (...keys: JWK[]): Answer => ({ status: 200, body: JSON.stringify({ keys }) });

beforeAll(async () => {
  first = await makeSigner('key-1');
  second = await makeSigner('key-2');
});

beforeEach(async () => {
  fetches = 0;
  answer = keySet(first.publicJwk);
  server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json', connection: 'close' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  clockMs = NOW_MS;
  jest.spyOn(Date, 'now').mockImplementation(() => clockMs);
  const keys = remoteTokenKeys(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`); // listens on TCP
  verifier = createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, maxTokenAgeSeconds: 600, keys });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await closeServer();
});

async function closeServer(): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** A verification of a fresh token, so that no cached one answers. */
async function verifyFresh({ privateKey, publicJwk }: Signer): Promise<string> {
  const iat = Math.floor(clockMs / 1000);
  const payload = aPayload({ jti: `token-${Math.random()}`, iat, exp: iat + 300 });
  const token = await signed(privateKey, payload, aHeader({ kid: publicJwk.kid }));
  return verifier.verify(`Bearer ${token}`).then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );
}

describe('remote keys', () => {
  it('are fetched once for many tokens', async () => {
    expect([await verifyFresh(first), await verifyFresh(first)]).toEqual(['OK', 'OK']);
    expect(fetches).toBe(1);
  });

  it('are fetched again for an unknown kid once the cool-down of 30 s is over', async () => {
    await verifyFresh(first);
    answer = keySet(first.publicJwk, second.publicJwk);
    clockMs += 29_999;
    expect(await verifyFresh(second)).toBe('UNAUTHENTICATED');
    expect(fetches).toBe(1);
    clockMs += 1;
    expect(await verifyFresh(second)).toBe('OK');
    expect(fetches).toBe(2);
  });

  it('are fetched at most once in 30 s however many unknown kids arrive', async () => {
    await verifyFresh(first);
    clockMs += 30_000;
    expect([await verifyFresh(second), await verifyFresh(second), await verifyFresh(second)]).toEqual(
      Array(3).fill('UNAUTHENTICATED'),
    );
    expect(fetches).toBe(2);
  });

  it('no longer accept a key that the issuer withdrew ten minutes ago', async () => {
    await verifyFresh(first);
    answer = keySet(second.publicJwk);
    clockMs += 599_999;
    expect(await verifyFresh(first)).toBe('OK');
    clockMs += 1;
    expect(await verifyFresh(first)).toBe('UNAUTHENTICATED');
  });

  it('serve from memory for ten minutes of outage, then the gateway is unavailable', async () => {
    await verifyFresh(first);
    await closeServer();
    clockMs += 599_999;
    expect(await verifyFresh(first)).toBe('OK');
    clockMs += 1;
    expect(await verifyFresh(first)).toBe('SERVICE_UNAVAILABLE');
  });

  it('make the gateway unavailable, not the token wrong, when nobody listens', async () => {
    await closeServer();
    expect(await verifyFresh(first)).toBe('SERVICE_UNAVAILABLE');
  });

  it.each([
    ['an error', { status: 500, body: '{}' }],
    ['a redirection', { status: 302, body: '' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['no key set', { status: 200, body: '{"keys":7}' }],
  ])('make the gateway unavailable when the answer is %s, and recover', async (_name, wrong) => {
    answer = wrong;
    expect(await verifyFresh(first)).toBe('SERVICE_UNAVAILABLE');
    answer = keySet(first.publicJwk);
    expect(await verifyFresh(first)).toBe('OK');
  });
});
