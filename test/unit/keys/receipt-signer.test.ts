import {
  calculateJwkThumbprint,
  compactVerify,
  createLocalJWKSet,
  decodeProtectedHeader,
  flattenedVerify,
  importJWK,
  type JWK,
} from 'jose';
import { deriveKey } from '../../../src/keys/borrower-cipher';
import { createReceiptSigner } from '../../../src/keys/receipt-signer';

const ROOT = Buffer.alloc(32, 7);
const DOCUMENT = '{"event":{"event_type":"GRANT"},"zh":"王芳 🙂"}';

const signer = createReceiptSigner(ROOT);
const other = createReceiptSigner(Buffer.alloc(32, 8));
/** The key set as a stranger has it: parsed from its text. */
const publishedBy = ({ publicKeys }: typeof signer) =>
  JSON.parse(JSON.stringify(publicKeys)) as { keys: [JWK & { readonly x: string }] };
const keySetOf = (of: typeof signer) => createLocalJWKSet(publishedBy(of));
const {
  keys: [key],
} = publishedBy(signer);
const {
  keys: [otherKey],
} = publishedBy(other);

const toPayload = (document: string): string => Buffer.from(document, 'utf8').toString('base64url');
/** RFC 7515, appendix F: the verifier puts the payload back between the two dots. */
const restored = (jws: string, document: string): string => jws.replace('..', `.${toPayload(document)}.`);
const partsOf = (jws: string): [string, string] => {
  const [header = '', payload, signature = ''] = jws.split('.');
  expect(payload).toBe('');
  return [header, signature];
};

describe('a signed receipt', () => {
  const jws = signer.sign(DOCUMENT);

  it('is verified by another implementation with the published keys alone', async () => {
    const { payload, protectedHeader } = await compactVerify(restored(jws, DOCUMENT), keySetOf(signer), {
      algorithms: ['EdDSA'],
    });
    expect(Buffer.from(payload).toString('utf8')).toBe(DOCUMENT);
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: key.kid, typ: 'consent-receipt+jws' });
  });

  it('is verified in the flattened form as well', async () => {
    const [header, signature] = partsOf(jws);
    const flattened = { protected: header, payload: toPayload(DOCUMENT), signature };
    const { payload } = await flattenedVerify(flattened, await importJWK(key, 'EdDSA'));
    expect(Buffer.from(payload).toString('utf8')).toBe(DOCUMENT);
  });

  it('does not repeat the document', () => {
    const [header, signature] = partsOf(jws);
    expect(Buffer.from(header, 'base64url').toString('utf8')).toBe(
      `{"alg":"EdDSA","kid":"${key.kid}","typ":"consent-receipt+jws"}`,
    );
    expect(Buffer.from(signature, 'base64url')).toHaveLength(64);
  });

  it('is the same for the same root secret and text', () => {
    expect(signer.sign(DOCUMENT)).toBe(jws);
    expect(createReceiptSigner(Buffer.from(ROOT)).sign(DOCUMENT)).toBe(jws);
    expect(signer.sign(`${DOCUMENT} `)).not.toBe(jws);
  });

  it('fails with any byte of the document altered', async () => {
    const bytes = Buffer.from(DOCUMENT, 'utf8');
    for (const at of bytes.keys()) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const [header, signature] = partsOf(jws);
      const forged = `${header}.${altered.toString('base64url')}.${signature}`;
      await expect(compactVerify(forged, keySetOf(signer))).rejects.toMatchObject({
        code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      });
    }
  });

  it.each([
    ['another typ', { typ: 'consent-receipt+jwt' }],
    ['one member more', { iss: 'gateway' }],
  ])('fails with the header altered: %s', async (_name, change) => {
    const [header, signature] = partsOf(jws);
    const forged = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(`${header}..`), ...change })).toString('base64url');
    await expect(compactVerify(`${forged}.${toPayload(DOCUMENT)}.${signature}`, keySetOf(signer))).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  it('fails with the signature of another text', async () => {
    const [header] = partsOf(jws);
    const [, signature] = partsOf(signer.sign('{}'));
    await expect(compactVerify(`${header}.${toPayload(DOCUMENT)}.${signature}`, keySetOf(signer))).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  it('fails with the keys of another root secret, by name and by signature', async () => {
    await expect(compactVerify(restored(jws, DOCUMENT), keySetOf(other))).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    });
    const foreign = await importJWK(otherKey, 'EdDSA');
    await expect(compactVerify(restored(jws, DOCUMENT), foreign)).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });
});

describe('the published keys', () => {
  it('hold one public key, named by its thumbprint, and nothing secret', async () => {
    expect(signer.publicKeys).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: key.x, kid: key.kid, use: 'sig', alg: 'EdDSA' }],
    });
    expect(key.kid).toBe(await calculateJwkThumbprint(key, 'sha256'));
    expect(Buffer.from(key.x, 'base64url')).toHaveLength(32);
    const seed = deriveKey(ROOT, 'receipt-signing/v1');
    for (const secret of [ROOT, seed])
      for (const form of ['hex', 'base64url'] as const)
        expect(JSON.stringify(signer.publicKeys)).not.toContain(secret.toString(form));
  });

  it('are those under which earlier receipts were signed', () => {
    expect(key.x).toBe('AoN1x2RkvfvQqnn5NKZ-bTIXWB7i4-dVmHHXG7pl8MM'); // root secret 07 07 …; another key orphans every receipt
  });
});

describe('createReceiptSigner', () => {
  it.each([0, 31, 33])('refuses a root secret of %d bytes', (length) => {
    expect(() => createReceiptSigner(Buffer.alloc(length))).toThrow('The root secret must have 32 bytes.');
  });
});
