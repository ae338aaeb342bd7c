import { createHash, createHmac } from 'node:crypto';
import { commitmentOf, digestOf } from '../../../../src/core/ledger/commitment';

describe('commitmentOf', () => {
  const salt = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

  it('is HMAC-SHA-256 under the salt, of the UTF-8 text, as unpadded base64url', () => {
    // RFC 4231, test case 2
    expect(Buffer.from(commitmentOf(Buffer.from('Jefe'), 'what do ya want for nothing?'), 'base64url').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(commitmentOf(salt, '{"name":"李"}')).toBe(
      createHmac('sha256', salt).update(Buffer.from('{"name":"李"}', 'utf8')).digest('base64url'),
    );
    expect(commitmentOf(salt, '{}')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('differs for another salt and for another text', () => {
    const commitments = [commitmentOf(salt, 'a'), commitmentOf(salt, 'b'), commitmentOf(Buffer.alloc(16), 'a')];
    expect(new Set(commitments).size).toBe(3);
  });
});

describe('digestOf', () => {
  const hex = (...texts: string[]): string => digestOf(...texts).toString('hex');

  it('is SHA-256 over each text after its length in bytes', () => {
    expect(hex('ab', '李')).toBe(createHash('sha256').update('2:ab3:李', 'utf8').digest('hex'));
    expect(hex()).toBe(createHash('sha256').digest('hex'));
    expect(digestOf('a').length).toBe(32);
  });

  // prettier-ignore
  it.each<[string, string[], string[]]>([
    ['moved across the bound',        ['ab', 'c'],     ['a', 'bc']   ],
    ['joined',                        ['ab', 'c'],     ['abc']       ],
    ['with an empty text more',       ['a'],           ['a', '']     ],
    ['an empty text and none',        [''],            []            ],
    ['written like a length',         ['1:a'],         ['', 'a']     ],
    ['holding another with length',   ['a1:b'],        ['a', 'b']    ],
    ['in another order',              ['a', 'b'],      ['b', 'a']    ],
    ['digits that look like a length', ['1', '1:1'],   ['1', '1', '1']],
  ])('keeps texts apart that are %s', (_name, one, other) => {
    expect(hex(...one)).not.toBe(hex(...other));
  });
});
