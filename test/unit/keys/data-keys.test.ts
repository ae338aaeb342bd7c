import { dropOldDataKeys, addDataKey, toBorrowerKey } from '../../../src/keys/borrower-cipher';
import { encodeDataKeys, newestOf, parseDataKeys } from '../../../src/keys/data-keys';
import { UnknownKeyVersion } from '../../../src/core/identity/key-version';

const BORROWER = Buffer.alloc(16, 3);
const PLACE = { table: 'customer', column: 'full_name', row: 'huabei/c-1' };
const FIRST = Buffer.alloc(32, 2);
const BOTH = addDataKey(FIRST, 2);
const SECOND = dropOldDataKeys(BOTH);
const [first, both, second] = [FIRST, BOTH, SECOND].map((keys) => toBorrowerKey(BORROWER, keys)) as [BorrowerKey, BorrowerKey, BorrowerKey]; // prettier-ignore
type BorrowerKey = ReturnType<typeof toBorrowerKey>;

describe("a borrower's keys", () => {
  it('begin with one that follows from the secret, gain a random one, and lose the older one', () => {
    expect([FIRST, BOTH, SECOND].map((keys) => [newestOf(parseDataKeys(keys)), keys.length])).toEqual([[1, 32], [2, 98], [2, 65]]);
    expect(addDataKey(FIRST, 2)).not.toEqual(BOTH);
    for (const keys of [FIRST, BOTH, SECOND]) expect(encodeDataKeys(parseDataKeys(keys))).toEqual(keys);
    expect(dropOldDataKeys(FIRST)).toEqual(FIRST);
  }); // prettier-ignore

  it('keep pseudonym and marks, whatever seals', () => {
    for (const key of [both, second]) {
      expect(key.pseudonym()).toEqual(first.pseudonym());
      expect(key.mark('salt')).toEqual(first.mark('salt'));
    }
  });

  it('seal with the newest and open what any of them sealed', () => {
    const [old, young] = [first.seal(PLACE, 'old'), both.seal(PLACE, 'young')];
    expect([old[0], young[0], first.sealVersion, both.sealVersion, second.sealVersion]).toEqual([1, 2, 1, 2, 2]);
    expect([both.isCurrent(old), both.isCurrent(young), first.isCurrent(old)]).toEqual([false, true, true]);
    expect([both.open(PLACE, old), both.open(PLACE, young), second.open(PLACE, young)]).toEqual(['old', 'young', 'young']);
  });

  it('tell a value of a version that they have not from one that was altered', () => {
    expect(() => first.open(PLACE, both.seal(PLACE, 'young'))).toThrow(UnknownKeyVersion);
    expect(() => second.open(PLACE, first.seal(PLACE, 'old'))).toThrow(UnknownKeyVersion);
    expect(() => second.open(PLACE, Buffer.alloc(28, 2))).toThrow('is cut short');
  });

  it('refuse a value that was moved to another version, row, column or borrower', () => {
    const sealed = both.seal(PLACE, 'young');
    const moved = Buffer.concat([Buffer.of(1), sealed.subarray(1)]);
    const sameKey = encodeDataKeys({ ...parseDataKeys(BOTH), sealing: new Map([1, 2].map((version) => [version, Buffer.alloc(32, 9)])) });
    const twice = toBorrowerKey(BORROWER, sameKey);
    const other = toBorrowerKey(Buffer.alloc(16, 4), sameKey);
    const ofTwice = twice.seal(PLACE, 'young');
    for (const [key, place, value] of [
      [both, PLACE, moved],
      [twice, PLACE, Buffer.concat([Buffer.of(1), ofTwice.subarray(1)])],
      [twice, { ...PLACE, row: 'huabei/c-2' }, ofTwice],
      [twice, { ...PLACE, column: 'mobile' }, ofTwice],
      [other, PLACE, ofTwice],
    ] as const)
      expect(() => key.open(place, value)).toThrow(/was altered, moved, or made under another key/);
  }); // prettier-ignore

  it('become no version that they had or that no byte holds', () => {
    for (const version of [0, 1, 2, 256]) expect(() => addDataKey(BOTH, version)).toThrow('A data key cannot become version');
    expect(newestOf(parseDataKeys(addDataKey(SECOND, 255)))).toBe(255);
    for (const length of [0, 31, 33, 64, 66]) expect(() => parseDataKeys(Buffer.alloc(length))).toThrow('of an unknown form');
  });
});
