import { createPublicKey, verify } from 'node:crypto';
import type { BorrowerIdentity } from '../../../src/core/identity/borrower-identity';
import { createKeyring } from '../../../src/keys/keyring';

const keys = createKeyring(Buffer.alloc(32, 7));
const otherKeys = createKeyring(Buffer.alloc(32, 8));
const LOOKUP = Buffer.alloc(32, 1);
const BORROWER = Buffer.alloc(16, 2);

const resident = (idNumber: string, fullName: string): BorrowerIdentity => ({ idType: 'RESIDENT_ID_CARD', idNumber, fullName });
const passport = (idNumber: string, fullName: string): BorrowerIdentity => ({ idType: 'PASSPORT', idNumber, fullName });
const customer = (platformId: string, customerId: string): BorrowerIdentity => ({
  idType: 'PLATFORM_CUSTOMER_ID',
  platformId,
  customerId,
});

/** Root secret 07 07 …; a change of any of these orphans what is stored. */
const KNOWN = {
  lookup: '8a19ffe60455c663df17f7893699fbc93ffdf067fde65eb9b73561a0d5a73e01',
  absent: 'f42368f9d8490b632b418dc77904a141',
  account: 'cb65d466b7ede7a9',
  unknown: '5e7a9cad729ef1c172ec84665d4eb49866baa5aeab30620175082a655fe037ce',
  pairwise: 'KGOJAkylIcbfY0kpIgLXsA',
};

describe('createKeyring', () => {
  it.each([0, 31, 33])('refuses a root secret of %d bytes', (length) => {
    expect(() => createKeyring(Buffer.alloc(length))).toThrow('The root secret must have 32 bytes.');
  });

  it('signs checkpoints by a key of their own', () => {
    const { publicKey, sign } = keys.checkpoints;
    const text = Buffer.from('log.example.org\n1\n');
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
    expect(verify(null, text, createPublicKey({ key: jwk, format: 'jwk' }), sign(text))).toBe(true);
    const others = [otherKeys.checkpoints.publicKey.toString('base64url'), keys.receipts.publicKeys.keys[0]?.['x']];
    expect(others).not.toContain(jwk.x);
    // another key would end every ledger that it signed
    expect(publicKey.toString('hex')).toBe('1bee7354707ac9a67380646122d51999acf1eb6a3335b7fde650ed01fead6474');
  });

  it('gives the same answers for the same root secret', () => {
    const again = createKeyring(Buffer.alloc(32, 7));
    expect(again.lookupOf(customer('p', 'c'))).toEqual(keys.lookupOf(customer('p', 'c')));
    expect(again.pairwiseRef('bank', 'MORTGAGE', BORROWER)).toBe(keys.pairwiseRef('bank', 'MORTGAGE', BORROWER));
    expect(again.borrowerKey(BORROWER, keys.newBorrowerKey(BORROWER)).pseudonym()).toHaveLength(32);
  });

  it('keeps the values by which stored rows are found', () => {
    expect({
      lookup: keys.lookupOf(customer('p', 'c')).toString('hex'),
      absent: keys.absentRef(LOOKUP).toString('hex'),
      account: keys.accountIdOf('p', 'a').toString('hex'),
      unknown: keys.strangerKey(LOOKUP).pseudonym().toString('hex'),
      pairwise: keys.pairwiseRef('bank', 'MORTGAGE', BORROWER),
    }).toEqual(KNOWN);
  });

  it('answers otherwise under another root secret', () => {
    expect(otherKeys.lookupOf(customer('p', 'c'))).not.toEqual(keys.lookupOf(customer('p', 'c')));
    expect(otherKeys.absentRef(LOOKUP)).not.toEqual(keys.absentRef(LOOKUP));
    expect(otherKeys.accountIdOf('p', 'a')).not.toEqual(keys.accountIdOf('p', 'a'));
    expect(otherKeys.strangerKey(LOOKUP).pseudonym()).not.toEqual(keys.strangerKey(LOOKUP).pseudonym());
    expect(otherKeys.pairwiseRef('b', 'X', BORROWER)).not.toBe(keys.pairwiseRef('b', 'X', BORROWER));
    expect(() => otherKeys.borrowerKey(BORROWER, keys.newBorrowerKey(BORROWER))).toThrow(/made under another key/);
  });

  it('derives another key for each label', () => {
    const prefixes = [
      keys.absentRef(LOOKUP),
      keys.strangerKey(LOOKUP).pseudonym(),
      keys.accountIdOf('p', 'a'),
      keys.lookupOf(customer('p', 'a')),
      Buffer.from(keys.pairwiseRef('p', 'a', BORROWER), 'base64url'),
    ].map((bytes) => bytes.subarray(0, 8).toString('hex'));
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  it('gives the promised lengths', () => {
    expect(keys.lookupOf(customer('p', 'c'))).toHaveLength(32);
    expect(keys.absentRef(LOOKUP)).toHaveLength(16);
    expect(keys.accountIdOf('p', 'a')).toHaveLength(8);
    expect(keys.strangerKey(LOOKUP).pseudonym()).toHaveLength(32);
    expect(keys.newBorrowerKey(BORROWER)).toHaveLength(1 + 12 + 32 + 16);
    expect(keys.pairwiseRef('bank', 'MORTGAGE', BORROWER)).toMatch(/^[\w-]{22}$/);
  });
});

describe('lookupOf', () => {
  it.each([
    ['upper and lower case', passport('e12345678', 'Li Na'), passport('E12345678', 'LI NA')],
    ['white space', resident('11010519491231002X', '王 芳'), resident(' 110105 19491231 002x ', '王芳')],
    ['full-width digits', resident('110105194912310021', '王芳'), resident('１１０１０５１９４９１２３１００２１', '王芳')],
    ['composed and decomposed accents', passport('A1', 'Zo\u00eb'), passport('A1', 'Zoe\u0308')],
  ])('finds the same person under equivalent spellings: %s', (_name, one, other) => {
    expect(keys.lookupOf(one)).toEqual(keys.lookupOf(other));
  });

  it.each([
    ['a digit off', resident('110105194912310021', '王芳'), resident('110105194912310022', '王芳')],
    ['another name', resident('110105194912310021', '王芳'), resident('110105194912310021', '王方')],
    ['another document', resident('A1', 'Li Na'), passport('A1', 'Li Na')],
    ['a border moved', passport('A1B', 'Li'), passport('A1', 'BLi')],
    ['customer ids by case', customer('huabei', 'abc'), customer('huabei', 'ABC')],
    ['customer ids by trailing space', customer('huabei', 'abc'), customer('huabei', 'abc ')],
    ['customer ids by platform', customer('huabei', 'abc'), customer('jiebei', 'abc')],
    ['customer ids by a border moved', customer('ab', 'c'), customer('a', 'bc')],
  ])('keeps nearby people apart: %s', (_name, one, other) => {
    expect(keys.lookupOf(one)).not.toEqual(keys.lookupOf(other));
  });
});

describe('pairwiseRef', () => {
  it('differs for each recipient, purpose, internal id and border between them', () => {
    const refs = [
      keys.pairwiseRef('bank-a', 'MORTGAGE', BORROWER),
      keys.pairwiseRef('bank-b', 'MORTGAGE', BORROWER),
      keys.pairwiseRef('bank-a', 'CARD', BORROWER),
      keys.pairwiseRef('bank-a', 'MORTGAGE', Buffer.alloc(16, 3)),
      keys.pairwiseRef('bank-aM', 'ORTGAGE', BORROWER),
    ];
    expect(new Set(refs).size).toBe(refs.length);
  });
});

describe('accountIdOf', () => {
  it('differs for each platform, account and border between them', () => {
    const ids = [keys.accountIdOf('p', 'a'), keys.accountIdOf('p', 'b'), keys.accountIdOf('q', 'a'), keys.accountIdOf('pa', '')];
    expect(new Set(ids.map((id) => id.toString('hex'))).size).toBe(ids.length);
  });
});
