import { localTokenKeys } from '../../../src/auth/token-keys';
import { createTokenVerifier, type TokenVerifierOptions } from '../../../src/auth/verify-token';
import { aPayload, AUDIENCE, ISSUER, makeSigner, NOW_MS, NOW_SECONDS, signed, type Signer } from './signing';

let signer: Signer;
beforeAll(async () => {
  signer = await makeSigner('key-1');
});

describe('the cache', () => {
  /** How often keys are asked for tells how often a token is verified. */
  async function askedAt(
    instantsMs: number[],
    changes: Record<string, unknown> = {},
  ): Promise<{ asked: number; codes: unknown[] }> {
    const find = localTokenKeys({ keys: [signer.publicJwk] });
    let asked = 0;
    let now = NOW_MS;
    const keys: TokenVerifierOptions['keys'] = (header, token) => {
      asked += 1;
      return find(header, token);
    };
    const nowMs = () => now;
    const verifier = createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, maxTokenAgeSeconds: 600, nowMs, keys });
    const token = await signed(signer.privateKey, aPayload(changes));
    const codes: unknown[] = [];
    for (now of instantsMs)
      codes.push(
        await verifier.verify(`Bearer ${token}`).then(
          () => 'OK',
          (error: { code: string }) => error.code,
        ),
      );
    return { asked, codes };
  }

  it('spares verification for a minute and not longer', async () => {
    expect(await askedAt([NOW_MS, NOW_MS + 59_999])).toEqual({ asked: 1, codes: ['OK', 'OK'] });
    expect(await askedAt([NOW_MS, NOW_MS + 60_000])).toEqual({ asked: 2, codes: ['OK', 'OK'] });
  });

  it('never outlives the token', async () => {
    const exp = NOW_SECONDS + 20;
    expect(await askedAt([NOW_MS, NOW_MS + 19_999], { exp })).toEqual({ asked: 1, codes: ['OK', 'OK'] });
    expect(await askedAt([NOW_MS, NOW_MS + 20_000], { exp })).toEqual({ asked: 2, codes: ['OK', 'OK'] });
    expect(await askedAt([NOW_MS, NOW_MS + 30_000], { exp })).toEqual({ asked: 2, codes: ['OK', 'UNAUTHENTICATED'] });
  });

  it('never outlives the maximal age', async () => {
    const changes = { iat: NOW_SECONDS - 580 };
    expect(await askedAt([NOW_MS, NOW_MS + 31_000], changes)).toEqual({ asked: 2, codes: ['OK', 'UNAUTHENTICATED'] });
  });

  it('does not remember refusals', async () => {
    const changes = { nbf: NOW_SECONDS + 20 };
    expect(await askedAt([NOW_MS, NOW_MS + 20_000], changes)).toEqual({ asked: 2, codes: ['UNAUTHENTICATED', 'OK'] });
  });
});
