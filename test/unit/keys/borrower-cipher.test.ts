import { hkdfSync } from 'node:crypto';
import type { KeyEncryptionKeys } from '../../../src/app/key-ports';
import { deriveKey, rewrapDataKey, toBorrowerKey, unwrapDataKey, wrapNewDataKey } from '../../../src/keys/borrower-cipher';

/** Versions 1, 2, … of a key-encryption key. */
const keksOf = (...keys: readonly Buffer[]): KeyEncryptionKeys => ({
  newest: () => keys.length,
  find: (version) => keys[version - 1] ?? null,
  refresh: () => undefined,
});
const [FIRST, SECOND] = [Buffer.alloc(32, 1), Buffer.alloc(32, 5)];
const KEKS = keksOf(FIRST);
const DATA_KEY = Buffer.alloc(32, 2);
const BORROWER = Buffer.alloc(16, 3);
const OTHER_BORROWER = Buffer.alloc(16, 4);
const PLACE = { table: 'borrower_identity', column: 'full_name', row: 'huabei/c-1' };
const TEXT = 'Wáng Fāng 王芳 🙂';

const key = toBorrowerKey(BORROWER, DATA_KEY);

/** Each copy of the bytes with one bit of one byte flipped. */
function everyFlip(bytes: Buffer): { at: number; flipped: Buffer }[] {
  return [...bytes.keys()].flatMap((at) =>
    [0x01, 0x80].map((bit) => {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(bytes.readUInt8(at) ^ bit, at);
      return { at, flipped };
    }),
  );
}

/** Positions whose alteration the reader did not notice. */
function unnoticed(bytes: Buffer, read: (altered: Buffer) => unknown): number[] {
  return everyFlip(bytes)
    .filter(({ flipped }) => {
      try {
        read(flipped);
        return true;
      } catch {
        return false;
      }
    })
    .map(({ at }) => at);
}

describe('a sealed value', () => {
  it.each([TEXT, '', 'x'.repeat(10_000)])('opens to the text that was sealed', (text) => {
    expect(key.open(PLACE, key.seal(PLACE, text))).toBe(text);
    expect(toBorrowerKey(BORROWER, DATA_KEY).open(PLACE, key.seal(PLACE, text))).toBe(text);
  });

  it('holds version, nonce, ciphertext and tag, and no plain text', () => {
    const sealed = key.seal(PLACE, 'plain text');
    expect(sealed).toHaveLength(1 + 12 + 'plain text'.length + 16);
    expect(sealed[0]).toBe(1);
    expect(sealed.includes('plain')).toBe(false);
  });

  it('differs at each sealing', () => {
    expect(key.seal(PLACE, TEXT)).not.toEqual(key.seal(PLACE, TEXT));
  });

  it('never has the nonce of another', () => {
    const nonces = Array.from({ length: 2_000 }, () => key.seal(PLACE, TEXT).toString('hex', 1, 13));
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('is refused if any byte was altered', () => {
    const sealed = key.seal(PLACE, TEXT);
    expect(unnoticed(sealed, (altered) => key.open(PLACE, altered))).toEqual([]);
    expect(key.open(PLACE, sealed)).toBe(TEXT);
  });

  it('is refused if cut short anywhere or longer by a byte', () => {
    const sealed = key.seal(PLACE, TEXT);
    for (let length = 0; length < sealed.length; length++)
      expect(() => key.open(PLACE, sealed.subarray(0, length))).toThrow(/cut short|was altered/);
    expect(() => key.open(PLACE, Buffer.concat([sealed, Buffer.of(0)]))).toThrow(/was altered/);
  });

  it.each([
    ['table', { ...PLACE, table: 'borrower_contact' }],
    ['column', { ...PLACE, column: 'id_number' }],
    ['row', { ...PLACE, row: 'huabei/c-2' }],
    ['border of column and row', { ...PLACE, column: 'full_namehuabei', row: '/c-1' }],
  ])('is refused at another place: %s', (_name, place) => {
    const sealed = key.seal(PLACE, TEXT);
    expect(() => key.open(place, sealed)).toThrow(/was altered, moved, or made under another key/);
  });

  it('is refused for another borrower, even under the same data key', () => {
    expect(() => toBorrowerKey(OTHER_BORROWER, DATA_KEY).open(PLACE, key.seal(PLACE, TEXT))).toThrow(/moved/);
  });

  it('is refused under another data key', () => {
    expect(() => toBorrowerKey(BORROWER, Buffer.alloc(32, 9)).open(PLACE, key.seal(PLACE, TEXT))).toThrow(/another key/);
  });

  it('is not a wrapped key, nor the other way round', () => {
    expect(() => key.open(PLACE, wrapNewDataKey(keksOf(DATA_KEY), BORROWER))).toThrow(/another key/);
  });
});

describe('a derived key', () => {
  it.each(['seal/v1', '', 'ledger-pseudonym/v1', 'a label of more than one block of the hash, which is sixty-four bytes long'])(
    'is that of HKDF-SHA-256 without salt for "%s"',
    (label) => {
      for (const parent of [DATA_KEY, Buffer.alloc(32), Buffer.alloc(32, 0xff)])
        expect(deriveKey(parent, label)).toEqual(Buffer.from(hkdfSync('sha256', parent, '', label, 32)));
    },
  );
});

describe('a pseudonym', () => {
  it('is stable for a data key, different for another one, and the one that ledgers hold', () => {
    const pseudonym = key.pseudonym();
    expect(pseudonym).toHaveLength(32);
    expect(toBorrowerKey(BORROWER, DATA_KEY).pseudonym()).toEqual(pseudonym);
    expect(toBorrowerKey(BORROWER, Buffer.alloc(32, 9)).pseudonym()).not.toEqual(pseudonym);
    expect(pseudonym.toString('hex')).toBe('11f4cbe3d27a1d4736a71bf830d2233e10762030d7e497752ec508aa3b0114f8');
  });

  it('is not changed by a caller who writes into the answer', () => {
    const before = key.pseudonym().toString('hex');
    key.pseudonym().fill(0);
    expect(key.pseudonym().toString('hex')).toBe(before);
  });
});

describe('a wrapped data key', () => {
  it('unwraps to 32 bytes, new at each wrapping', () => {
    const one = unwrapDataKey(KEKS, BORROWER, wrapNewDataKey(KEKS, BORROWER));
    const two = unwrapDataKey(KEKS, BORROWER, wrapNewDataKey(KEKS, BORROWER));
    expect(one).toHaveLength(32);
    expect(one).not.toEqual(two);
  });

  it('is refused if any byte was altered', () => {
    const wrapped = wrapNewDataKey(KEKS, BORROWER);
    expect(unnoticed(wrapped, (altered) => unwrapDataKey(KEKS, BORROWER, altered))).toEqual([]);
  });

  it('is refused for another borrower and under another wrapping key', () => {
    const wrapped = wrapNewDataKey(KEKS, BORROWER);
    expect(() => unwrapDataKey(KEKS, OTHER_BORROWER, wrapped)).toThrow(/was altered, moved/);
    expect(() => unwrapDataKey(keksOf(DATA_KEY), BORROWER, wrapped)).toThrow(/made under another key/);
  });

  it('is the same key under a newer wrapping key, and as it is under the newest', () => {
    const [before, both] = [wrapNewDataKey(KEKS, BORROWER), keksOf(FIRST, SECOND)];
    const after = rewrapDataKey(both, BORROWER, before);
    expect([before[0], after[0]]).toEqual([1, 2]);
    expect(unwrapDataKey(both, BORROWER, after)).toEqual(unwrapDataKey(both, BORROWER, before));
    expect(rewrapDataKey(both, BORROWER, after)).toBe(after);
    expect(wrapNewDataKey(both, BORROWER)[0]).toBe(2);
  });

  it('is refused under another version, be the key the same, and where its version is not known', () => {
    const wrapped = wrapNewDataKey(KEKS, BORROWER);
    const moved = Buffer.concat([Buffer.of(2), wrapped.subarray(1)]);
    expect(() => unwrapDataKey(keksOf(FIRST, FIRST), BORROWER, moved)).toThrow(/was altered, moved/);
    expect(() => unwrapDataKey(KEKS, BORROWER, moved)).toThrow('No key-encryption key of version 2 is here; restore its file');
  });
});
