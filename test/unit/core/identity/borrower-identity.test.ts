import { type BorrowerIdentity, toLookupText } from '../../../../src/core/identity/borrower-identity';

const card = (idNumber: string, fullName: string): BorrowerIdentity => ({ idType: 'RESIDENT_ID_CARD', idNumber, fullName });
const passport = (idNumber: string, fullName: string): BorrowerIdentity => ({ idType: 'PASSPORT', idNumber, fullName });
const customer = (platformId: string, customerId: string): BorrowerIdentity => ({
  idType: 'PLATFORM_CUSTOMER_ID',
  platformId,
  customerId,
});

const LI = card('11010519900307291X', '李小明');

describe('toLookupText', () => {
  // prettier-ignore
  it.each<[string, BorrowerIdentity, BorrowerIdentity]>([
    ['a small check letter',         LI,                              card('11010519900307291x', '李小明')            ],
    ['digits of full width',         LI,                              card('１１０１０５１９９００３０７２９１Ｘ', '李小明') ],
    ['white space in the number',    LI,                              card(' 110105 19900307\t291X\n', '李小明')      ],
    ['white space in the name',      LI,                              card('11010519900307291X', ' 李 小明\u3000')     ],
    ['letters of a passport',        passport('E12345678', 'LI Xiaoming'), passport('e1234 5678', 'li xiao ming')    ],
    ['composed and decomposed',      passport('E1', 'José'),          passport('E1', 'Jose\u0301')                    ],
    ['letters of full width',        passport('E1', 'Li'),            passport('Ｅ１', 'Ｌｉ')                          ],
    ['a no-break space',             passport('E1', 'Li Xiao'),       passport('E1', 'Li\u00a0Xiao')                  ],
  ])('is the same for %s', (_name, one, other) => {
    expect(toLookupText(other)).toBe(toLookupText(one));
  });

  // prettier-ignore
  it.each<[string, BorrowerIdentity, BorrowerIdentity]>([
    ['another number',                      LI,                             card('110105199003072911', '李小明')   ],
    ['another name',                        LI,                             card('11010519900307291X', '李晓明')   ],
    ['no name',                             LI,                             card('11010519900307291X', '')        ],
    ['another document of the same number', card('E1', 'Li'),               passport('E1', 'Li')                  ],
    ['a bound that moved',                  card('E1', '2Li'),              card('E12', 'Li')                     ],
    ['a quote in the number',               card('E1","L', 'i'),            card('E1', 'L","i')                   ],
    ['an accent',                           passport('E1', 'Jose'),         passport('E1', 'José')                ],
    ['a customer of another platform',      customer('one', '7'),           customer('two', '7')                  ],
    ['another customer',                    customer('one', '7'),           customer('one', '8')                  ],
    ['a customer id in another case',       customer('one', 'ab'),          customer('one', 'AB')                 ],
    ['a customer id with a space',          customer('one', 'a b'),         customer('one', 'ab')                 ],
    ['a customer id with a leading zero',   customer('one', '07'),          customer('one', '7')                  ],
    ['a customer id of full width',         customer('one', '７'),           customer('one', '7')                  ],
    ['a bound of platform and customer',    customer('one', '17'),          customer('one1', '7')                 ],
    ['a customer id like a document',       customer('RESIDENT_ID_CARD', 'E1'), card('E1', '')                    ],
  ])('differs for %s', (_name, one, other) => {
    expect(toLookupText(other)).not.toBe(toLookupText(one));
  });

  it('names its kind and version, so that a later rule never meets an older hash', () => {
    expect(toLookupText(LI)).toBe('["document","v1","RESIDENT_ID_CARD","11010519900307291X","李小明"]');
    expect(toLookupText(customer('one', 'a b'))).toBe('["customer","v1","one","a b"]');
  });
});
