import { createCursorSealer } from '../../../src/keys/cursor-sealer';

const POSITION = { createdAtMs: 1_790_000_000_123, id: '00112233445566778899aabbccddeeff' };
const LIST = '["consents","platform-1"]';
const sealer = createCursorSealer(Buffer.alloc(32, 7));

describe('a cursor', () => {
  it.each([POSITION, { createdAtMs: 0, id: '0'.repeat(32) }, { createdAtMs: Number.MAX_SAFE_INTEGER, id: 'f'.repeat(32) }])(
    'opens to the position %j, at every replica',
    (position) => {
      const cursor = sealer.seal(LIST, position);
      expect(createCursorSealer(Buffer.alloc(32, 7)).open(LIST, cursor)).toEqual(position);
    },
  );

  it('has one length, and never the same text', () => {
    const cursors = [sealer.seal(LIST, POSITION), sealer.seal(LIST, POSITION), sealer.seal('', { ...POSITION, createdAtMs: 0 })];
    expect(new Set(cursors.map(({ length }) => length)).size).toBe(1);
    expect(new Set(cursors).size).toBe(3);
  });

  it('does not open for another list, nor under another secret', () => {
    const cursor = sealer.seal(LIST, POSITION);
    expect(sealer.open('["consents","platform-2"]', cursor)).toBeNull();
    expect(createCursorSealer(Buffer.alloc(32, 8)).open(LIST, cursor)).toBeNull();
  });

  it('does not open after any change', () => {
    const cursor = sealer.seal(LIST, POSITION);
    const sealed = Buffer.from(cursor, 'base64url');
    for (let at = 0; at < sealed.length; at += 1) {
      const forged = Buffer.from(sealed);
      forged.writeUInt8(forged.readUInt8(at) ^ 1, at);
      expect([at, sealer.open(LIST, forged.toString('base64url'))]).toEqual([at, null]);
    }
    for (const text of ['', 'x', `${cursor}A`, `${cursor}=`, ` ${cursor}`, cursor.slice(0, -1), 'ä'.repeat(cursor.length)])
      expect([text, sealer.open(LIST, text)]).toEqual([text, null]);
  });
});
