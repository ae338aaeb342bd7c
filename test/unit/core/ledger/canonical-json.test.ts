import { canonicalJson, sha256Hex } from '../../../../src/core/ledger/canonical-json';

describe('canonicalJson', () => {
  // prettier-ignore
  it.each<[string, unknown, string]>([
    ['sorts keys at every depth',       { b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] },  '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}'],
    ['sorts by code units',             { a: 1, B: 2, '1': 3, é: 4, '': 5 },         '{"":5,"1":3,"B":2,"a":1,"é":4}'         ],
    ['keeps the order of lists',        [3, 1, 2],                                   '[3,1,2]'                                ],
    ['leaves out what is undefined',    { a: undefined, b: null },                   '{"b":null}'                             ],
    ['writes what has no members',      [{}, [], '', 0, false],                      '[{},[],"",0,false]'                     ],
    ['escapes like RFC 8785',           'a"\\\n\u0007李',                            '"a\\"\\\\\\n\\u0007李"'                 ],
    ['writes -0 as 0',                  -0,                                          '0'                                      ],
  ])('%s', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});

describe('sha256Hex', () => {
  it('hashes UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('李')).toBe(sha256Hex('\u674e'));
    expect(sha256Hex('李')).not.toBe(sha256Hex('?'));
  });
});
