import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { type DevelopmentIssuer, loadDevelopmentIssuer, type TokenRequest } from '../../../src/auth/development-issuer';
import { localTokenKeys } from '../../../src/auth/token-keys';
import { createTokenVerifier } from '../../../src/auth/verify-token';

const ISSUER = 'http://localhost/dev';
const AUDIENCE = 'credit-gateway';
const A_REQUEST: TokenRequest = { role: 'bank', party: 'bank-a', ttlSeconds: 60 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'issuer-'));
  file = join(folder, 'issuer.jwk');
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (keyFile = file) => loadDevelopmentIssuer(keyFile, ISSUER, AUDIENCE, { production: false });

const verifierOf = ({ publicJwks }: DevelopmentIssuer) =>
  createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, maxTokenAgeSeconds: Infinity, keys: localTokenKeys(publicJwks) });

describe('the development issuer', () => {
  it.each([
    [
      { role: 'bank', party: 'bank-a', ttlSeconds: 1 },
      { role: 'BANK', partyId: 'bank-a' },
    ],
    [
      { role: 'auditor', party: 'a', ttlSeconds: 86_400 },
      { role: 'AUDITOR', partyId: 'a' },
    ],
    [
      { role: 'borrower', party: 'huabei', borrower: 'c-1', ttlSeconds: 60 },
      { role: 'BORROWER', partyId: 'huabei', customerId: 'c-1' },
    ],
  ] satisfies [TokenRequest, object][])('issues tokens that the verifier accepts: %j', async (request, actor) => {
    const issuer = await load();
    await expect(verifierOf(issuer).verify(`Bearer ${await issuer.issue(request)}`)).resolves.toMatchObject(actor);
  });

  it('issues tokens for as long as asked, each with its own jti', async () => {
    const issuer = await load();
    const one = decodeJwt(await issuer.issue({ ...A_REQUEST, ttlSeconds: 123 }));
    expect((one.exp ?? 0) - (one.iat ?? 0)).toBe(123);
    expect(decodeJwt(await issuer.issue(A_REQUEST)).jti).not.toBe(one.jti);
  });

  it('keeps its key across starts, in a file for its owner alone', async () => {
    const [one, two] = await Promise.all([load(), load()]);
    expect(one.publicJwks).toEqual(two.publicJwks);
    await expect(verifierOf(await load()).verify(`Bearer ${await one.issue(A_REQUEST)}`)).resolves.toMatchObject({
      role: 'BANK',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['issuer.jwk']);
  });

  it('publishes no private part', async () => {
    const { publicJwks } = await load();
    expect(publicJwks.keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']]);
    const { d } = JSON.parse(readFileSync(file, 'utf8')) as { d: string }; // written by the issuer above
    expect(JSON.stringify(publicJwks)).not.toContain(d);
  });

  it('is another issuer in another file', async () => {
    const token = await (await load(join(folder, 'other.jwk'))).issue(A_REQUEST);
    await expect(verifierOf(await load()).verify(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('refuses production and makes no key there', async () => {
    await expect(loadDevelopmentIssuer(file, ISSUER, AUDIENCE, { production: true })).rejects.toThrow(
      'The development issuer does not serve production; obtain tokens from AUTH_ISSUER.',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['ttlSeconds', { ttlSeconds: 0 }],
    ['ttlSeconds', { ttlSeconds: 86_401 }],
    ['ttlSeconds', { ttlSeconds: 1.5 }],
    ['ttlSeconds', { ttlSeconds: NaN }],
    ['party', { party: 'bank a' }],
    ['borrower', { borrower: 'c-1' }],
    ['borrower', { role: 'borrower' as const }],
    ['roles', { role: 'admin' as 'bank' }], // as a command line may hand it over
  ])('refuses a wrong %s: %j', async (input, changes) => {
    const issuer = await load();
    await expect(issuer.issue({ ...A_REQUEST, ...changes })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', facts: { input } });
  });

  it.each(['', 'not JSON', 'null', '{"kty":"EC"}', '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}'])(
    'says what to do with a key file that holds %p',
    async (text) => {
      writeFileSync(file, text);
      await expect(load()).rejects.toThrow(/issuer\.jwk is not a private ES256 JWK; delete it, and a new one is made\.$/);
    },
  );
});
