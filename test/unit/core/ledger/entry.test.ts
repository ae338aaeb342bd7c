import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeEntry, ENTRY_BYTES_MAX, ENTRY_VERSION, type LedgerEntry } from '../../../../src/core/ledger/entry';
import { LEDGER_ENTRIES, makeLedgerEntries } from '../../../golden/make-ledger-entries';

const CONTROL: LedgerEntry = {
  v: 1, type: 'K', ledger: 'l', gateway: 'g', at: 1, nonce: 'n', action: 'institution-restored', institution: 'b', version: 3,
}; // prettier-ignore
/** An entry with a member that its type would refuse; what stands in a store is not bound by types. */
const withMember = (name: string, value: unknown): LedgerEntry => ({ ...CONTROL, [name]: value });

describe('encodeEntry', () => {
  it('writes the bytes of the golden vectors', () => {
    expect(makeLedgerEntries()).toBe(readFileSync(join(__dirname, '../../../golden/ledger-entries.json'), 'utf8'));
  });

  it('sorts keys and writes no white space', () => {
    expect(encodeEntry(CONTROL).toString('latin1')).toBe(
      '{"action":"institution-restored","at":1,"gateway":"g","institution":"b","ledger":"l","nonce":"n","type":"K","v":1,"version":3}',
    );
  });

  it('sorts the keys of what is nested, and keeps lists as they stand', () => {
    const entry = withMember('released', { 'p/JIEBEI': [1, 2], 'p/-': [3], 'p/HUABEI': [] });
    expect(encodeEntry(entry).toString('latin1')).toContain('"released":{"p/-":[3],"p/HUABEI":[],"p/JIEBEI":[1,2]}');
  });

  it.each(Object.entries(LEDGER_ENTRIES))(
    'writes of the %s entry what reads back and encodes to the same bytes',
    (_name, entry) => {
      const bytes = encodeEntry(entry);
      const reversed = Object.fromEntries(Object.entries(entry).reverse()) as unknown as LedgerEntry;
      expect(JSON.parse(bytes.toString('latin1'))).toEqual(entry);
      expect(encodeEntry(reversed)).toEqual(bytes);
      expect(entry.v).toBe(ENTRY_VERSION);
    },
  );

  it('differs for every member that differs', () => {
    const texts = Object.keys(CONTROL).map((name) => encodeEntry(withMember(name, 'other')).toString('latin1'));
    expect(new Set([...texts, encodeEntry(CONTROL).toString('latin1')]).size).toBe(Object.keys(CONTROL).length + 1);
  });

  // prettier-ignore
  it.each<[string, unknown]>([
    ['a letter beyond ASCII',       'Bänk'                     ],
    ['a Chinese name',              '李'                        ],
    ['a space',                     'bank a'                   ],
    ['a quote',                     'bank"a'                   ],
    ['a backslash',                 'bank\\a'                  ],
    ['a line end',                  'bank\n'                   ],
    ['a NUL',                       'bank\0'                   ],
    ['padding of base64',           'AAA='                     ],
    ['plain base64',                'A+B'                      ],
    ['a fraction',                  0.5                        ],
    ['an unsafe integer',           2 ** 53                    ],
    ['a negative unsafe integer',   -(2 ** 53)                 ],
    ['not a number',                NaN                        ],
    ['infinity',                    Infinity                   ],
    ['null',                        null                       ],
    ['undefined',                   undefined                  ],
    ['a boolean',                   true                       ],
    ['a big integer',               1n                         ],
    ['such a text in a list',       ['a', 'ä']                 ],
    ['such a number in a list',     [1, 1.5]                   ],
    ['such a text below a key',     { 'p/-': ['ä'] }           ],
    ['such a text as a key',        { 'p -': [1] }             ],
    ['null in a list',              [1, null]                  ],
  ])('refuses %s', (_name, value) => {
    expect(() => encodeEntry(withMember('institution', value))).toThrow('only plain text and safe integers');
  });

  it('takes the alphabet of ids, hexadecimal and base64url, the empty text, and the largest safe integer', () => {
    const plain = 'ABCXYZabcxyz0189._:/-';
    expect(encodeEntry(withMember('institution', plain)).toString('latin1')).toContain(`"institution":"${plain}"`);
    expect(encodeEntry(withMember('institution', '')).toString('latin1')).toContain('"institution":""');
    expect(encodeEntry(withMember('version', Number.MAX_SAFE_INTEGER)).toString('latin1')).toContain(
      '"version":9007199254740991',
    );
  });

  it('takes 32,768 bytes and not one more', () => {
    const rest = encodeEntry(withMember('institution', '')).length;
    const filled = (length: number): LedgerEntry => withMember('institution', 'x'.repeat(length - rest));
    expect(encodeEntry(filled(ENTRY_BYTES_MAX)).length).toBe(32_768);
    expect(() => encodeEntry(filled(32_769))).toThrow('A ledger entry of 32769 bytes is too long');
  });
});
