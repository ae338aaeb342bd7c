import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import fc from 'fast-check';
import { LedgerFault } from '../../../../src/core/ledger/ledger-fault';
import {
  checkpointText,
  type NoteSigner,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifierKeyOf,
} from '../../../../src/core/ledger/signed-note';
import { aSigner, ORIGIN, SIGNER, VERIFIER_KEY } from '../../../support/published-ledger';

const CHECKPOINT = { origin: ORIGIN, size: 70_000, root: Buffer.from('00'.repeat(31) + 'ff', 'hex') };
const NOTE = signCheckpoint(CHECKPOINT, SIGNER);
const TEXT = checkpointText(CHECKPOINT);
const [SIGNATURE = ''] = NOTE.split('\n').slice(-2);
const WITNESS = signCheckpoint(CHECKPOINT, aSigner('witness.example.org', 9)).split('\n').at(-2) ?? '';

/** A text signed as it stands, by the true key. */
function signedAs(text: string): string {
  return NOTE.replace(TEXT, text).replace(SIGNATURE, signatureOf(text));
}
function signatureOf(text: string): string {
  const id = Buffer.from(VERIFIER_KEY.split('+')[1] ?? '', 'hex');
  return `\u2014 ${ORIGIN} ${Buffer.concat([id, SIGNER.sign(Buffer.from(text))]).toString('base64')}`;
}

describe('a signed checkpoint', () => {
  it('has these bytes, of a seed of 32 sevens', () => {
    expect(NOTE).toBe(
      [
        'log.example.org/disclosures/0',
        '70000',
        'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8=',
        '',
        '\u2014 log.example.org/disclosures/0 y69dbYP6J0cuOF+zFrB4+dyRTe8QPfsibbP9UvNi21y7AEeZh3fqppJLSkp45KcYDm61wcjCj+abAtGA0h4Qukc2HwQ=',
        '',
      ].join('\n'),
    );
    expect(VERIFIER_KEY).toBe('log.example.org/disclosures/0+cbaf5d6d+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs');
  });

  it('opens to what was signed', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 0, max: 255 }),
        fc.stringMatching(/^[a-z0-9./-]{1,60}$/),
        (size, bytes, seed, name) => {
          const signer = aSigner(name, seed);
          const checkpoint = { origin: name, size, root: Buffer.from(bytes) };
          expect(openCheckpoint(signCheckpoint(checkpoint, signer), verifierKeyOf(signer))).toEqual(checkpoint);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('opens whatever lines of others stand about its own, and whatever lines the text has more', () => {
    for (const lines of [
      [SIGNATURE, WITNESS],
      [WITNESS, SIGNATURE],
      [WITNESS, WITNESS, SIGNATURE, WITNESS],
    ])
      expect(openCheckpoint(`${TEXT}\n${lines.join('\n')}\n`, VERIFIER_KEY)).toEqual(CHECKPOINT);
    const stranger = `\u2014 ${ORIGIN} ${Buffer.from('other key and type of signature').toString('base64')}`;
    expect(openCheckpoint(`${TEXT}\n${stranger}\n${SIGNATURE}\n`, VERIFIER_KEY)).toEqual(CHECKPOINT);
    expect(openCheckpoint(signedAs(`${TEXT}more\nand more\n`), VERIFIER_KEY)).toEqual(CHECKPOINT);
  });

  const thief = aSigner(ORIGIN, 8);
  // prettier-ignore
  it.each<[string, string, string]>([
    ['the key of another under its name',  signCheckpoint(CHECKPOINT, thief),                              'is not signed once'       ],
    ['the true key under another name',    signCheckpoint(CHECKPOINT, { ...SIGNER, name: 'other' }),       'is not signed once'       ],
    ['a witness alone',                    `${TEXT}\n${WITNESS}\n`,                                        'is not signed once'       ],
    ['two lines of its own',               `${TEXT}\n${SIGNATURE}\n${SIGNATURE}\n`,                        'is not signed once'       ],
    ['another origin than the key',        signedAs(TEXT.replace(ORIGIN, 'other')),                        'is of other, not of'      ],
    ['a size changed since',               NOTE.replace('70000', '70001'),                                 'that does not hold'       ],
    ['a line more since',                  NOTE.replace('\n\n', '\nmore\n\n'),                             'that does not hold'       ],
    ['a signature of 63 bytes',            NOTE.replace(SIGNATURE, cut(SIGNATURE)),                        'that does not hold'       ],
    ['an id of another key',               NOTE.replace(SIGNATURE, withId(SIGNATURE, 1)),                  'is not signed once'       ],
    ['no signature',                       TEXT,                                                           'is no signed note'        ],
    ['an empty signature',                 `${TEXT}\n\n`,                                                  'is no signature'          ],
    ['no empty line',                      `${TEXT}${SIGNATURE}\n`,                                        'is no signed note'        ],
    ['no last line end',                   NOTE.slice(0, -1),                                              'is no signed note'        ],
    ['an empty line behind',               `${NOTE}\n`,                                                    'is no signature'          ],
    ['words behind',                       `${NOTE}words\n`,                                               'is no signature'          ],
    ['a hyphen for the dash',              NOTE.replace('\u2014', '-'),                                    'is no signature'          ],
    ['two spaces',                         NOTE.replace('\u2014 ', '\u2014  '),                            'is no signature'          ],
    ['a space at the end',                 NOTE.replace(/\n$/, ' \n'),                                     'is no signature'          ],
    ['a name with a plus',                 `${TEXT}\n${WITNESS.replace('witness', 'wit+ness')}\n${SIGNATURE}\n`, 'is no signature'    ],
    ['a signature of four bytes',          `${TEXT}\n\u2014 witness AAAAAA==\n${SIGNATURE}\n`,             'is no signature'          ],
    ['base64 without padding',             NOTE.replace(/=+\n$/, '\n'),                                    'is no signature'          ],
    ['base64url',                          NOTE.replace(SIGNATURE, url(SIGNATURE)),                        'is no signature'          ],
    ['a carriage return',                  NOTE.replaceAll('\n', '\r\n'),                                  'is no signed note'        ],
    ['a control character in the text',    signedAs(`${TEXT}\u0001\n`),                                    'is no signed note'        ],
    ['a tab in a name',                    `${TEXT}\n${WITNESS.replace('witness', 'wit\u0007ness')}\n${SIGNATURE}\n`, 'is no signed note'],
    ['more than 16 KiB',                   `${TEXT}\n${`${WITNESS}\n`.repeat(150)}${SIGNATURE}\n`,          'is no signed note'       ],
    ['nothing at all',                     '',                                                             'is no signed note'        ],
  ])('with %s is refused', (_name, note, reason) => {
    expect(note).not.toBe(NOTE);
    const open = (): unknown => openCheckpoint(note, VERIFIER_KEY);
    expect(open).toThrow(LedgerFault);
    expect(open).toThrow(reason);
  });

  it('is refused after the change of any bit', () => {
    const bytes = Buffer.from(NOTE);
    const passed: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        openCheckpoint(flipped.toString('utf8'), VERIFIER_KEY);
        passed.push(bit);
      } catch (fault) {
        expect(fault).toBeInstanceOf(LedgerFault);
      }
    }
    expect([bytes.length, passed]).toEqual([209, []]);
  });
});

describe('parseCheckpoint', () => {
  const ROOT = CHECKPOINT.root.toString('base64');

  it('reads what checkpointText writes, and passes over further lines', () => {
    expect(parseCheckpoint(TEXT)).toEqual(CHECKPOINT);
    expect(parseCheckpoint(`${TEXT}more\n`)).toEqual(CHECKPOINT);
    expect(parseCheckpoint(`o\n0\n${ROOT}\n`).size).toBe(0);
    expect(parseCheckpoint(`o\n9007199254740991\n${ROOT}\n`).size).toBe(Number.MAX_SAFE_INTEGER);
  });

  // prettier-ignore
  it.each([
    ['nothing',                    ''                                    ],
    ['two lines',                  'o\n1\n'                              ],
    ['no last line end',           `o\n1\n${ROOT}`                       ],
    ['no origin',                  `\n1\n${ROOT}\n`                      ],
    ['an empty line more',         `o\n1\n${ROOT}\n\n`                   ],
    ['no size',                    `o\n\n${ROOT}\n`                      ],
    ['a size with a zero',         `o\n01\n${ROOT}\n`                    ],
    ['a size with a sign',         `o\n+1\n${ROOT}\n`                    ],
    ['a negative size',            `o\n-1\n${ROOT}\n`                    ],
    ['a fraction',                 `o\n1.0\n${ROOT}\n`                   ],
    ['an exponent',                `o\n1e3\n${ROOT}\n`                   ],
    ['hexadecimal',                `o\n0x1\n${ROOT}\n`                   ],
    ['a size with a space',        `o\n1 \n${ROOT}\n`                    ],
    ['an unsafe size',             `o\n9007199254740992\n${ROOT}\n`      ],
    ['a root of 31 bytes',         `o\n1\n${'A'.repeat(40)}AA==\n`       ],
    ['a root of 33 bytes',         `o\n1\n${'A'.repeat(44)}\n`           ],
    ['a root without padding',     `o\n1\n${ROOT.slice(0, -1)}\n`        ],
    ['a root spelled otherwise',   `o\n1\n${ROOT.replace('P8=', 'P9=')}\n`],
    ['a root in hexadecimal',      `o\n1\n${'0'.repeat(64)}\n`           ],
  ])('refuses %s', (_name, text) => {
    expect(() => parseCheckpoint(text)).toThrow('The checkpoint does not state origin, size and root');
  });
});

describe('a verifier key', () => {
  // the example of the documentation of golang.org/x/mod/sumdb/note, of which text is no checkpoint
  const SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  const PRIVATE = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
    format: 'der',
    type: 'pkcs8',
  });
  const PETER: NoteSigner = {
    name: 'PeterNeumann',
    publicKey: createPublicKey(PRIVATE).export({ format: 'der', type: 'spki' }).subarray(-32),
    sign: (text) => sign(null, text, PRIVATE),
  };
  const PETER_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const PETER_NOTE =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

  it('is that of the reference implementation in Go, whose signature holds', () => {
    expect(verifierKeyOf(PETER)).toBe(PETER_KEY);
    expect(() => openCheckpoint(PETER_NOTE, PETER_KEY)).toThrow('does not state origin, size and root'); // the signature came first
    expect(() => openCheckpoint(PETER_NOTE.replace('know', 'knew'), PETER_KEY)).toThrow('a signature that does not hold');
  });

  it('opens the tree head of the checksum database of Go, whose origin is not its name', () => {
    const note =
      'go.sum database tree\n756113\nk9nFMBuXq8uk+9SQNxs/Vadri2XDkaoo96u4uMa0qE0=\n\n' +
      '\u2014 sum.golang.org Az3grgIHxiDLRpsKUElIX5vJMlFS79SqfQDSgHQmON922lNdJ5zxF8SSPPcah3jhIkpG8LSKNaWXiy7IldOSDCt4Pwk=\n';
    const key = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
    expect(() => openCheckpoint(note, key)).toThrow('The checkpoint is of go.sum database tree, not of sum.golang.org');
    expect(() => openCheckpoint(note.replace('756113', '756114'), key)).toThrow('a signature that does not hold');
  });

  const [name = '', id = '', ...rest] = VERIFIER_KEY.split('+');
  const key = rest.join('+');
  // prettier-ignore
  it.each([
    ['nothing',                 ''                                                       ],
    ['two parts',               `${name}+${id}`                                          ],
    ['another name',            `other+${id}+${key}`                                     ],
    ['no name',                 `+${id}+${key}`                                          ],
    ['a name with a space',     `log example+${id}+${key}`                               ],
    ['another id',              `${name}+00000000+${key}`                                ],
    ['a short id',              `${name}+${id.slice(1)}+${key}`                          ],
    ['another type of key',     `${name}+${id}+${Buffer.from(key, 'base64').fill(2, 0, 1).toString('base64')}`],
    ['a key of 31 bytes',       `${name}+${id}+${Buffer.from(key, 'base64').subarray(0, 32).toString('base64')}`],
    ['padding it needs not',    `${VERIFIER_KEY}==`                                      ],
    ['a line end',              `${VERIFIER_KEY}\n`                                      ],
    ['another key',             `${name}+${id}+${Buffer.alloc(33, 1).toString('base64')}`],
  ])('of %s is refused', (_name, text) => {
    expect(() => openCheckpoint(NOTE, text)).toThrow('The verifier key is none of the form name+id+key for Ed25519');
  });
});

function recoded(line: string, change: (signed: Buffer) => Buffer): string {
  const [dash = '', name = '', encoded = ''] = line.split(' ');
  return `${dash} ${name} ${change(Buffer.from(encoded, 'base64')).toString('base64')}`;
}
function cut(line: string): string {
  return recoded(line, (signed) => signed.subarray(0, -1));
}
function withId(line: string, byte: number): string {
  return recoded(line, (signed) => Buffer.from(signed).fill(byte, 0, 4));
}
function url(line: string): string {
  const [dash = '', name = '', encoded = ''] = line.split(' ');
  return `${dash} ${name} ${Buffer.from(encoded, 'base64').toString('base64url')}`;
}
