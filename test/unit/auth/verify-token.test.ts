import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { exportSPKI } from 'jose';
import { localTokenKeys } from '../../../src/auth/token-keys';
import { createTokenVerifier, type TokenVerifierOptions } from '../../../src/auth/verify-token';
import { aHeader, aPayload, AUDIENCE, ISSUER, makeSigner, NOW_MS, NOW_SECONDS, signed, type Signer, toPart } from './signing';

let signer: Signer;
let stranger: Signer;
beforeAll(async () => {
  signer = await makeSigner('key-1');
  stranger = await makeSigner('key-1');
});

function aVerifier(changes: Partial<TokenVerifierOptions> = {}) {
  const keys = localTokenKeys({ keys: [signer.publicJwk] });
  return createTokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    maxTokenAgeSeconds: 600,
    nowMs: () => NOW_MS,
    keys,
    ...changes,
  });
}

const verify = (header: string | undefined) => aVerifier().verify(header);

/** The refusal with its reason, which goes to the log; the caller is told the code alone. */
const refusal = (message: string | RegExp) => ({
  code: 'UNAUTHENTICATED',
  message: typeof message === 'string' ? message : (expect.stringMatching(message) as string), // a matcher stands for the text
});

describe('a good token', () => {
  it('names the actor and its own hash', async () => {
    await expect(verify(`Bearer ${await signed(signer.privateKey)}`)).resolves.toEqual({
      role: 'BANK',
      partyId: 'bank-a',
      tokenHash: createHash('sha256').update('token-1').digest('hex'),
    });
  });

  it.each([
    ['crc', 'CREDIT_REFERENCE_CENTRE'],
    ['platform', 'PLATFORM'],
    ['auditor', 'AUDITOR'],
  ])('carries the role %s', async (name, role) => {
    const token = await signed(signer.privateKey, aPayload({ roles: [name], party: 'P.1_a-b' }));
    await expect(verify(`Bearer ${token}`)).resolves.toMatchObject({ role, partyId: 'P.1_a-b' });
  });

  it('names a borrower with the platform and the customer id there', async () => {
    const token = await signed(signer.privateKey, aPayload({ roles: ['borrower'], party: 'huabei', borrower: 'c/1' }));
    await expect(verify(`Bearer ${token}`)).resolves.toMatchObject({ role: 'BORROWER', partyId: 'huabei', customerId: 'c/1' });
  });

  it.each(['bearer', 'BEARER', 'Bearer '])('is accepted after the scheme spelt %p', async (scheme) => {
    await expect(verify(`${scheme} ${await signed(signer.privateKey)}`)).resolves.toMatchObject({ role: 'BANK' });
  });

  it.each(['PS256', 'ES256', 'EdDSA'])('may be signed with %s', async (alg) => {
    const { privateKey, publicJwk } = await makeSigner('key-1', alg);
    const token = await signed(privateKey, aPayload(), aHeader({ alg }));
    const verifier = aVerifier({ keys: localTokenKeys({ keys: [publicJwk] }) });
    await expect(verifier.verify(`Bearer ${token}`)).resolves.toMatchObject({ role: 'BANK' });
  });

  it.each([
    ['iat 10 s ahead', { iat: NOW_SECONDS + 10 }],
    ['exp 9 s ago', { iat: NOW_SECONDS - 60, exp: NOW_SECONDS - 9 }],
    ['issued 610 s ago', { iat: NOW_SECONDS - 610 }],
  ])('enjoys ten seconds of leeway: %s', async (_name, times) => {
    await expect(verify(`Bearer ${await signed(signer.privateKey, aPayload(times))}`)).resolves.toMatchObject({ role: 'BANK' });
  });
});

describe('the Authorization header', () => {
  it('is required', async () => {
    await expect(verify(undefined)).rejects.toMatchObject(refusal('no Authorization header'));
  });

  it.each([
    ['empty', () => ''],
    ['no token', () => 'Bearer '],
    ['another scheme', (token: string) => `DPoP ${token}`],
    ['no scheme', (token: string) => token],
    ['two values joined by a comma', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['two tokens', (token: string) => `Bearer ${token} ${token}`],
    ['a line break', (token: string) => `Bearer ${token}\n`],
    ['two parts', (token: string) => `Bearer ${token.split('.').slice(0, 2).join('.')}`],
    ['five parts', (token: string) => `Bearer ${token}.a.b`],
  ])('is refused: %s', async (_name, toHeader) => {
    const header = toHeader(await signed(signer.privateKey));
    await expect(verify(header)).rejects.toMatchObject(refusal('Authorization header is not one bearer token in compact form'));
  });

  it('is refused beyond 8 KB', async () => {
    const token = await signed(signer.privateKey, aPayload({ more: 'x'.repeat(8192) }));
    await expect(verify(`Bearer ${token}`)).rejects.toMatchObject(refusal('Authorization header too long'));
  });
});

describe('the protected header', () => {
  it.each([
    ['ID token', { typ: 'JWT' }, /unexpected "typ"/],
    ['no typ', { typ: undefined }, /unexpected "typ"/],
    ['DPoP proof', { typ: 'dpop+jwt' }, /unexpected "typ"/],
    ['kid with a path', { kid: '../../../../dev/null' }, /no applicable key found/],
    ['kid with SQL', { kid: "key-1' OR '1'='1" }, /no applicable key found/],
    ['embedded jwk', { jwk: { kty: 'EC' } }, 'header jwk is not allowed'],
    ['jku', { jku: 'https://evil.example/jwks' }, 'header jku is not allowed'],
    ['x5u', { x5u: 'https://evil.example/cert' }, 'header x5u is not allowed'],
    ['crit', { crit: ['urn:example:must'], 'urn:example:must': 1 }, 'header crit is not allowed'],
  ])('is refused: %s', async (_name, changes, reason) => {
    const token = await signed(signer.privateKey, aPayload(), aHeader(changes));
    await expect(verify(`Bearer ${token}`)).rejects.toMatchObject(refusal(reason));
  });

  it('is refused with the key inside that signed it', async () => {
    const token = await signed(stranger.privateKey, aPayload(), aHeader({ jwk: stranger.publicJwk }));
    await expect(verify(`Bearer ${token}`)).rejects.toMatchObject(refusal('header jwk is not allowed'));
  });

  it.each(['none', 'None', 'NONE'])('is refused with alg %s', async (alg) => {
    const unsigned = `${toPart(aHeader({ alg }))}.${toPart(aPayload())}.`;
    await expect(verify(`Bearer ${unsigned}`)).rejects.toMatchObject(refusal(/compact form/));
    await expect(verify(`Bearer ${unsigned}AA`)).rejects.toMatchObject(
      refusal(/"alg" \(Algorithm\) Header Parameter value not allowed/),
    );
  });

  it('is refused with HS256 keyed by the public key', async () => {
    const secrets = [await exportSPKI(signer.publicKey), JSON.stringify(signer.publicJwk)];
    for (const secret of secrets) {
      const token = await signed(Buffer.from(secret), aPayload(), aHeader({ alg: 'HS256' }));
      await expect(verify(`Bearer ${token}`)).rejects.toMatchObject(refusal(/"alg" .* not allowed/));
    }
  });

  it('is refused with an asymmetric algorithm that is not on the list', async () => {
    const { privateKey, publicJwk } = await makeSigner('key-1', 'RS256');
    const token = await signed(privateKey, aPayload(), aHeader({ alg: 'RS256' }));
    const verifier = aVerifier({ keys: localTokenKeys({ keys: [publicJwk] }) });
    await expect(verifier.verify(`Bearer ${token}`)).rejects.toMatchObject(refusal(/"alg" .* not allowed/));
    const narrow = aVerifier({ algorithms: ['EdDSA'] });
    await expect(narrow.verify(`Bearer ${await signed(signer.privateKey)}`)).rejects.toMatchObject(
      refusal(/"alg" .* not allowed/),
    );
  });

  it('is refused if it is not JSON', async () => {
    const [, payload, signature] = (await signed(signer.privateKey)).split('.');
    await expect(verify(`Bearer AAAA.${payload}.${signature}`)).rejects.toMatchObject(refusal('not a token'));
  });
});

describe('the signature', () => {
  it('is refused from a stranger with the same kid', async () => {
    await expect(verify(`Bearer ${await signed(stranger.privateKey)}`)).rejects.toMatchObject(
      refusal(/signature verification failed/),
    );
  });

  it('is refused over a tampered payload', async () => {
    const [header, , signature] = (await signed(signer.privateKey)).split('.');
    const tampered = `${header}.${toPart(aPayload({ party: 'bank-b' }))}.${signature}`;
    await expect(verify(`Bearer ${tampered}`)).rejects.toMatchObject(refusal(/signature verification failed/));
  });

  it('is refused over a tampered payload, the good token being cached', async () => {
    const verifier = aVerifier();
    const token = await signed(signer.privateKey);
    await verifier.verify(`Bearer ${token}`);
    const [header, , signature] = token.split('.');
    const tampered = `${header}.${toPart(aPayload({ roles: ['auditor'] }))}.${signature}`;
    await expect(verifier.verify(`Bearer ${tampered}`)).rejects.toMatchObject(refusal(/signature verification failed/));
  });
});

describe('the claims', () => {
  const roles = 'claim roles must be an array of exactly one known role';
  it.each([
    ['wrong aud', { aud: 'https://other.example/' }, /unexpected "aud"/],
    ['aud without its slash', { aud: AUDIENCE.slice(0, -1) }, /unexpected "aud"/],
    ['no aud', { aud: undefined }, /missing required "aud"/],
    ['wrong iss', { iss: 'https://evil.example/' }, /unexpected "iss"/],
    ['iss without its slash', { iss: ISSUER.slice(0, -1) }, /unexpected "iss"/],
    ['no iss', { iss: undefined }, /missing required "iss"/],
    ['no exp', { exp: undefined }, /missing required "exp"/],
    ['no iat', { iat: undefined }, /missing required "iat"/],
    ['no jti', { jti: undefined }, /missing required "jti"/],
    ['no sub', { sub: undefined }, /missing required "sub"/],
    ['exp as text', { exp: '9999999999' }, /"exp" claim must be a number/],
    ['jti as number', { jti: 7 }, 'jti or sub is not a text'],
    ['empty jti', { jti: '' }, 'jti or sub is not a text'],
    ['empty sub', { sub: '' }, 'jti or sub is not a text'],
    ['far-future iat', { iat: NOW_SECONDS + 86_400, exp: NOW_SECONDS + 90_000 }, 'iat lies ahead'],
    ['iat 11 s ahead', { iat: NOW_SECONDS + 11 }, 'iat lies ahead'],
    ['issued 611 s ago', { iat: NOW_SECONDS - 611 }, 'iat is too long ago'],
    ['expired 10 s ago', { exp: NOW_SECONDS - 10 }, /"exp" claim timestamp check failed/],
    ['expired 70 s ago', { exp: NOW_SECONDS - 70 }, /"exp" claim timestamp check failed/],
    ['not before 11 s ahead', { nbf: NOW_SECONDS + 11 }, /"nbf" claim timestamp check failed/],
    ['two roles', { roles: ['bank', 'auditor'] }, roles],
    ['a known and an unknown role', { roles: ['bank', 'admin'] }, roles],
    ['unknown role', { roles: ['admin'] }, roles],
    ['role in capitals', { roles: ['BANK'] }, roles],
    ['role of every object', { roles: ['constructor'] }, roles],
    ['role as text', { roles: 'bank' }, roles],
    ['no role', { roles: [] }, roles],
    ['no roles', { roles: undefined }, roles],
    ['missing party', { party: undefined }, /^claim party must be/],
    ['empty party', { party: '' }, /^claim party must be/],
    ['party of 65 characters', { party: 'a'.repeat(65) }, /^claim party must be/],
    ['party with a slash', { party: '../bank' }, /^claim party must be/],
    ['party with a line break', { party: 'bank-a\n' }, /^claim party must be/],
    ['borrower without its claim', { roles: ['borrower'] }, /^claim borrower must be/],
    ['borrower with an empty claim', { roles: ['borrower'], borrower: '' }, /^claim borrower must be/],
    ['borrower of 65 characters', { roles: ['borrower'], borrower: 'a'.repeat(65) }, /^claim borrower must be/],
    ['bank with a borrower', { borrower: 'c-1' }, 'claim borrower belongs to the role borrower alone'],
  ])('are refused: %s', async (_name, changes, reason) => {
    const token = await signed(signer.privateKey, aPayload(changes));
    await expect(verify(`Bearer ${token}`)).rejects.toMatchObject(refusal(reason));
  });

  it('reach the log in no refusal', async () => {
    const token = await signed(signer.privateKey, aPayload({ aud: 'other', sub: 'someone-secret' }));
    const error: unknown = await verify(`Bearer ${token}`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(inspect(error, { depth: 10 })).not.toContain('someone-secret');
  });

  it('may be as old as their life where no maximal age is set, yet never ahead', async () => {
    const verifier = aVerifier({ maxTokenAgeSeconds: Infinity });
    const old = await signed(signer.privateKey, aPayload({ iat: NOW_SECONDS - 80_000 }));
    await expect(verifier.verify(`Bearer ${old}`)).resolves.toMatchObject({ role: 'BANK' });
    const ahead = await signed(signer.privateKey, aPayload({ iat: NOW_SECONDS + 11 }));
    await expect(verifier.verify(`Bearer ${ahead}`)).rejects.toMatchObject(refusal('iat lies ahead'));
  });
});

describe('createTokenVerifier', () => {
  it.each([{ issuer: '' }, { audience: '' }, { algorithms: [] }, { maxTokenAgeSeconds: 0 }, { maxTokenAgeSeconds: NaN }])(
    'refuses to leave a check out: %j',
    (changes) => {
      expect(() => aVerifier(changes)).toThrow('A token verifier needs issuer, audience, algorithms and a maximal token age.');
    },
  );
});
