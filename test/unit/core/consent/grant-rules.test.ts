import type { ConsentTerms, Evidence } from '../../../../src/core/consent/consent';
import { assertGrantable, legalBasisOf } from '../../../../src/core/consent/grant-rules';
import { PURPOSE_LIMITS, PURPOSES, purposesOpenTo } from '../../../../src/core/consent/purpose';
import { DAY_MS } from '../../../../src/core/credit/calendar';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { aConsent, AS_OF, aScope, at, NOW_MS } from '../../../support/builders';

const EVIDENCE: Evidence = {
  approvalHash: 'ab', noticeId: 'n', noticeVersion: '1', noticeHash: 'cd', locale: 'zh-CN', approvedAtMs: NOW_MS, channel: 'APP',
  bundledWithService: false, identityCheck: null,
}; // prettier-ignore
const evidence = (approvedAtMs: number): Partial<ConsentTerms> => ({ evidence: { ...EVIDENCE, approvedAtMs } });
const FROM = at('2026-04-15T00:00:00.000');
const days = (count: number): Partial<ConsentTerms> => ({ validFromMs: FROM, validUntilMs: FROM + count * DAY_MS });
const grant = (terms: Partial<ConsentTerms>): void => assertGrantable(aConsent(terms), FIELD_CATALOGUE, NOW_MS, AS_OF);

describe('assertGrantable', () => {
  // prettier-ignore
  it.each<[string, Partial<ConsentTerms>]>([
    ['the matrix\'s consent',                        {}                                                            ],
    ['a period that ends a millisecond from now',    { validUntilMs: NOW_MS + 1 }                                  ],
    ['a period of the purpose\'s last day',          days(180)                                                     ],
    ['data of one day',                              { dataFrom: '2025-06-15', dataUntil: '2025-06-16' }           ],
    ['data with one bound only',                     { dataUntil: '2000-01-01' }                                   ],
    ['data from the purpose\'s first day on',        { dataFrom: '2021-04-01' }                                    ],
    ['one use',                                      { accessMode: 'ONE_TIME' }                                    ],
    ['one use a month',                              { frequency: { count: 1, per: 'MONTH' } }                     ],
    ['a thousand uses a day',                        { frequency: { count: 1_000, per: 'DAY' } }                   ],
    ['EXPLICIT',                                     { absencePolicy: 'EXPLICIT' }                                 ],
    ['a data life of the purpose\'s last day',       { dataLifeDays: 365 }                                         ],
    ['no data life',                                 { dataLifeDays: null }                                        ],
    ['evidence of this instant',                     evidence(NOW_MS)                                              ],
    ['evidence of exactly 24 hours ago',             evidence(NOW_MS - DAY_MS)                                     ],
    ['evidence of exactly 15 minutes ahead',         evidence(NOW_MS + 15 * 60_000)                                ],
    ['a DENY alone',                                 { scopes: [aScope({ effect: 'DENY' })] }                      ],
  ])('allows %s', (_name, terms) => {
    expect(() => grant(terms)).not.toThrow();
  });

  // prettier-ignore
  it.each<[string, Partial<ConsentTerms>, string, string]>([
    ['a period that ends where it starts',       { validFromMs: NOW_MS + 1, validUntilMs: NOW_MS + 1 },      'INVALID_PERIOD',  'input.validUntil'          ],
    ['a period that ends before it starts',      { validFromMs: NOW_MS + 2, validUntilMs: NOW_MS + 1 },      'INVALID_PERIOD',  'input.validUntil'          ],
    ['a period that ends now',                   { validUntilMs: NOW_MS },                                   'INVALID_PERIOD',  'input.validUntil'          ],
    ['a period a millisecond too long',          { validFromMs: FROM, validUntilMs: FROM + 180 * DAY_MS + 1 }, 'EXCEEDS_PURPOSE', 'input.validUntil'        ],
    ['data that end where they start',           { dataFrom: '2025-06-15', dataUntil: '2025-06-15' },        'INVALID_PERIOD',  'input.dataUntil'           ],
    ['data that end before they start',          { dataFrom: '2025-06-15', dataUntil: '2025-06-14' },        'INVALID_PERIOD',  'input.dataUntil'           ],
    ['data from a day before the purpose reaches', { dataFrom: '2021-03-31' },                              'EXCEEDS_PURPOSE', 'input.dataFrom'            ],
    ['no use a day',                             { frequency: { count: 0, per: 'DAY' } },                    'BAD_USER_INPUT',  'input.frequency.count'     ],
    ['a thousand and one uses a day',            { frequency: { count: 1_001, per: 'DAY' } },                'BAD_USER_INPUT',  'input.frequency.count'     ],
    ['one use and a frequency',                  { accessMode: 'ONE_TIME', frequency: { count: 1, per: 'DAY' } }, 'BAD_USER_INPUT', 'input.frequency'       ],
    ['a data life a day too long',               { dataLifeDays: 366 },                                      'EXCEEDS_PURPOSE', 'input.dataLifeDays'        ],
    ['no scope',                                 { scopes: [] },                                             'EMPTY_SCOPES',    'input.scopes'              ],
    ['a field of a closed cluster',              { scopes: [aScope(), aScope({ field: 'mobile' })] },        'EXCEEDS_PURPOSE', 'input.scopes'              ],
    ['a DENY of a closed cluster',               { scopes: [aScope({ field: 'mobile', effect: 'DENY' })] },  'EXCEEDS_PURPOSE', 'input.scopes'              ],
    ['evidence a millisecond too old',           evidence(NOW_MS - DAY_MS - 1),                              'EVIDENCE_STALE',  'input.evidence.approvedAt' ],
    ['evidence a millisecond too far ahead',     evidence(NOW_MS + 15 * 60_000 + 1),                         'EVIDENCE_STALE',  'input.evidence.approvedAt' ],
  ])('refuses %s', (_name, terms, code, input) => {
    expect(() => grant(terms)).toThrow(expect.objectContaining({ code, facts: { input } }));
  });

  it.each(PURPOSES)('allows for %s as many days as the purpose does, and no more', (purpose) => {
    const { validityDays } = PURPOSE_LIMITS[purpose];
    expect(() => grant({ purpose, scopes: [aScope({ field: 'fullName' })], ...days(validityDays) })).not.toThrow();
    expect(() => grant({ purpose, scopes: [aScope({ field: 'fullName' })], ...days(validityDays + 1) })).toThrow(
      expect.objectContaining({ code: 'EXCEEDS_PURPOSE' }),
    );
  });

  it('bounds no data life where the law of the recipient does', () => {
    expect(() => grant({ purpose: 'CREDIT_REPORTING', dataLifeDays: 100_000 })).not.toThrow();
  });
});

describe('purposes', () => {
  it('are open to banks or to the credit reference centre, never to both', () => {
    expect(purposesOpenTo('CREDIT_REFERENCE_CENTRE')).toEqual(['CREDIT_REPORTING']);
    expect(purposesOpenTo('BANK')).toEqual(PURPOSES.filter((purpose) => purpose !== 'CREDIT_REPORTING'));
    expect([purposesOpenTo('PLATFORM'), purposesOpenTo('AUDITOR')]).toEqual([[], []]);
  });

  it('rest on the law of furnishing for the centre, and of queries for everybody else', () => {
    expect(PURPOSES.map(legalBasisOf)).toEqual(
      PURPOSES.map((purpose) => (purpose === 'CREDIT_REPORTING' ? 'WRITTEN_CONSENT_FURNISH' : 'WRITTEN_CONSENT_QUERY')),
    );
  });
});
