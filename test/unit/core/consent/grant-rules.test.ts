import type { ConsentTerms, Evidence } from '../../../../src/core/consent/consent';
import type { ConsentRequest, RequestedBounds } from '../../../../src/core/consent/consent-request';
import {
  assertAnswers,
  assertBounds,
  assertEvidenceFresh,
  assertGrantable,
  assertOpen,
  assertRequestable,
  assertTermsFit,
  assertWithinReach,
  legalBasisOf,
} from '../../../../src/core/consent/grant-rules';
import { PURPOSE_LIMITS, PURPOSES, purposesOpenTo } from '../../../../src/core/consent/purpose';
import { DAY_MS } from '../../../../src/core/credit/calendar';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { aConsent, AS_OF, aScope, at, BANK_B, NOW_MS, scopesOf } from '../../../support/builders';

const EVIDENCE: Evidence = {
  approvalHash: 'ab', noticeId: 'n', noticeVersion: '1', noticeHash: 'cd', locale: 'zh-CN', approvedAtMs: NOW_MS, channel: 'APP',
  bundledWithService: false, identityCheck: null,
}; // prettier-ignore
const evidence = (approvedAtMs: number): Partial<ConsentTerms> => ({ evidence: { ...EVIDENCE, approvedAtMs } });
const FROM = at('2026-04-15T00:00:00.000');
const days = (count: number): Partial<ConsentTerms> => ({ validFromMs: FROM, validUntilMs: FROM + count * DAY_MS });
const refusal = (code: string, input: string) => expect.objectContaining({ code, facts: { input } });
const illegal = (status: string) => expect.objectContaining({ code: 'ILLEGAL_TRANSITION', facts: { status } });
const grant = (terms: Partial<ConsentTerms>): void => assertGrantable(aConsent(terms), FIELD_CATALOGUE, NOW_MS, AS_OF);

describe('assertGrantable', () => {
  // prettier-ignore
  it.each<[string, Partial<ConsentTerms>]>([
    ['the matrix\'s consent',                        {}                                                            ],
    ['a period that ends a millisecond from now',    { validUntilMs: NOW_MS + 1 }                                  ],
    ['a period of the purpose\'s last day',          days(180)                                                     ],
    ['a start as far ahead as the purpose lasts',    { validFromMs: NOW_MS + 180 * DAY_MS, validUntilMs: NOW_MS + 360 * DAY_MS } ],
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
    ['a start a millisecond further ahead',      { validFromMs: NOW_MS + 180 * DAY_MS + 1, validUntilMs: NOW_MS + 360 * DAY_MS }, 'EXCEEDS_PURPOSE', 'input.validFrom'],
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
    expect(() => grant(terms)).toThrow(refusal(code, input));
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

describe('assertTermsFit', () => {
  it('judges every version, one that shares nothing too, but neither its evidence nor a start of the data given before', () => {
    const terms = aConsent({ scopes: [], dataFrom: '2000-01-01', ...evidence(NOW_MS - 9 * DAY_MS) });
    expect(() => assertTermsFit(terms, FIELD_CATALOGUE, NOW_MS)).not.toThrow();
    expect(() => assertTermsFit({ ...terms, validUntilMs: NOW_MS }, FIELD_CATALOGUE, NOW_MS)).toThrow(refusal('INVALID_PERIOD', 'input.validUntil'));
  }); // prettier-ignore
});

describe('assertWithinReach', () => {
  it.each(PURPOSES)('reaches for %s as many whole months back from the month of the as-of date as the purpose does', (purpose) => {
    const { reachMonths } = PURPOSE_LIMITS[purpose];
    const first = new Date(Date.UTC(2026, 3 - reachMonths, 1));
    const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
    const day = dayOf(first);
    const dayBefore = dayOf(new Date(first.getTime() - DAY_MS));
    expect(() => assertWithinReach({ purpose, dataFrom: day }, AS_OF)).not.toThrow();
    expect(() => assertWithinReach({ purpose, dataFrom: null }, AS_OF)).not.toThrow();
    expect(() => assertWithinReach({ purpose, dataFrom: dayBefore }, AS_OF)).toThrow(refusal('EXCEEDS_PURPOSE', 'input.dataFrom'));
  }); // prettier-ignore
});

describe('assertEvidenceFresh', () => {
  it('takes evidence from 24 hours ago until 15 minutes ahead, ends included', () => {
    const judge = (ms: number) => (): void => assertEvidenceFresh({ ...EVIDENCE, approvedAtMs: NOW_MS + ms }, NOW_MS);
    for (const ms of [-DAY_MS, 0, 900_000]) expect(judge(ms)).not.toThrow();
    for (const ms of [-DAY_MS - 1, 900_001]) expect(judge(ms)).toThrow(refusal('EVIDENCE_STALE', 'input.evidence.approvedAt'));
  });
});

const ASKED: RequestedBounds = {
  scopes: scopesOf('+loanCount'), catalogueVersion: 1, validForDays: 30, accessMode: 'RECURRING', frequency: { count: 2, per: 'DAY' },
  dataFrom: '2025-06-15', dataUntil: '2026-01-01', dataLifeDays: 90,
}; // prettier-ignore

describe('assertRequestable', () => {
  const ask = (bounds: Partial<RequestedBounds>): void =>
    assertRequestable({ ...ASKED, ...bounds }, 'MORTGAGE_ORIGINATION', FIELD_CATALOGUE);

  // prettier-ignore
  it.each<[string, Partial<RequestedBounds>]>([
    ['within every bound',        {}                                                                       ],
    ['up to the purpose\'s days', { validForDays: 180, dataLifeDays: 365 }                                 ],
    ['without optional bounds',   { frequency: null, dataFrom: null, dataUntil: null, dataLifeDays: null } ],
    ['for one use',               { accessMode: 'ONE_TIME', frequency: null }                              ],
    ['for data of any age, which the grant bounds', { dataFrom: '2000-01-01' }                             ],
  ])('allows what is asked %s', (_name, bounds) => {
    expect(() => ask(bounds)).not.toThrow();
  });

  // prettier-ignore
  it.each<[string, Partial<RequestedBounds>, string, string]>([
    ['no scope',                        { scopes: [] },                                   'EMPTY_SCOPES',    'input.scopes'         ],
    ['a day more than the purpose\'s',  { validForDays: 181 },                            'EXCEEDS_PURPOSE', 'input.validForDays'   ],
    ['a longer life of the data',       { dataLifeDays: 366 },                            'EXCEEDS_PURPOSE', 'input.dataLifeDays'   ],
    ['a closed cluster',                { scopes: scopesOf('+loanCount +mobile') },       'EXCEEDS_PURPOSE', 'input.scopes'         ],
    ['data that end where they start',  { dataUntil: '2025-06-15' },                      'INVALID_PERIOD',  'input.dataUntil'      ],
    ['no use a day',                    { frequency: { count: 0, per: 'DAY' } },          'BAD_USER_INPUT',  'input.frequency.count'],
    ['one use and a frequency',         { accessMode: 'ONE_TIME' },                       'BAD_USER_INPUT',  'input.frequency'      ],
  ])('refuses %s', (_name, bounds, code, input) => {
    expect(() => ask(bounds)).toThrow(refusal(code, input));
  });
});

describe('assertBounds', () => {
  it('names as beyond the purpose the first closed cluster, and takes a scope that the catalogue no longer has', () => {
    const bounds = { ...ASKED, scopes: [{ ...aScope(), fieldId: 9_999 }] };
    expect(() => assertBounds(bounds, 'POST_LOAN_MANAGEMENT', FIELD_CATALOGUE)).not.toThrow();
    expect(() => assertBounds(ASKED, 'POST_LOAN_MANAGEMENT', FIELD_CATALOGUE)).toThrow(
      expect.objectContaining({ message: 'BORROWING_FREQUENCY is not open to POST_LOAN_MANAGEMENT' }),
    );
  });
});

describe('assertAnswers', () => {
  const REQUEST: ConsentRequest = {
    consentRequestId: 'r', recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION', bounds: ASKED, status: 'PENDING', createdAtMs: NOW_MS,
    lapsesAtMs: NOW_MS + 7 * DAY_MS, decidedAtMs: null, decidedBy: null, arrangementId: null, reference: null,
  }; // prettier-ignore
  const { validForDays: _days, ...bounds } = ASKED;
  const answer = (terms: Partial<ConsentTerms>, request: Partial<ConsentRequest> = {}, atMs = NOW_MS): void =>
    assertAnswers(aConsent({ ...bounds, ...days(30), ...terms }), { ...REQUEST, ...request }, FIELD_CATALOGUE, atMs);

  // prettier-ignore
  it.each<[string, Partial<ConsentTerms>]>([
    ['exactly what was asked',            {}                                            ],
    ['under either absence policy',       { absencePolicy: 'EXPLICIT' }                 ],
    ['for one use',                       { accessMode: 'ONE_TIME', frequency: null }   ],
    ['a coarser field',                   { scopes: scopesOf('+loanCountBand') }        ],
    ['a DENY alone',                      { scopes: scopesOf('-balance') }              ],
    ['less often, of less, for less long', { frequency: { count: 1, per: 'DAY' }, dataFrom: '2025-07-01', dataUntil: '2025-12-31', dataLifeDays: 1, ...days(1) }],
  ])('allows %s', (_name, terms) => {
    expect(() => answer(terms)).not.toThrow();
  });

  // prettier-ignore
  it.each<[string, Partial<ConsentTerms>, string]>([
    ['a field more',              { scopes: scopesOf('+loanCount +balance') },                'scopes'      ],
    ['a product more',            { scopes: scopesOf('*+loanCount') },                        'scopes'      ],
    ['a finer indicator',         { scopes: scopesOf('+loanCount12m') },                      'scopes'      ],
    ['a millisecond longer',      { validFromMs: FROM, validUntilMs: FROM + 30 * DAY_MS + 1 }, 'validUntil' ],
    ['more often',                { frequency: { count: 3, per: 'DAY' } },                    'frequency'   ],
    ['as often as asked',         { frequency: null },                                        'frequency'   ],
    ['a day earlier',             { dataFrom: '2025-06-14' },                                 'dataFrom'    ],
    ['all that lies before',      { dataFrom: null },                                         'dataFrom'    ],
    ['a day later',               { dataUntil: '2026-01-02' },                                'dataUntil'   ],
    ['all that comes',            { dataUntil: null },                                        'dataUntil'   ],
    ['a day longer kept',         { dataLifeDays: 91 },                                       'dataLifeDays'],
    ['kept without limit',        { dataLifeDays: null },                                     'dataLifeDays'],
  ])('refuses %s, naming the input', (_name, terms, input) => {
    expect(() => answer(terms)).toThrow(refusal('EXCEEDS_REQUEST', `input.${input}`));
  });

  it('refuses more than one use where one was asked for', () => {
    const once = { bounds: { ...ASKED, accessMode: 'ONE_TIME', frequency: null } } as const;
    expect(() => answer({}, once)).toThrow(refusal('EXCEEDS_REQUEST', 'input.accessMode'));
    expect(() => answer({ accessMode: 'ONE_TIME', frequency: null }, once)).not.toThrow();
  });

  it('refuses another recipient or purpose before anything else', () => {
    const gone = { status: 'REJECTED' } as const;
    expect(() => answer({ recipientId: BANK_B }, gone)).toThrow(refusal('BAD_USER_INPUT', 'input.recipientId'));
    expect(() => answer({ purpose: 'CARD_APPROVAL' }, gone)).toThrow(refusal('BAD_USER_INPUT', 'input.purpose'));
  });

  it('refuses what is no longer open before it looks at the bounds, naming the state', () => {
    const wide = { scopes: scopesOf('*+IDENTITY') };
    for (const status of ['APPROVED', 'REJECTED'] as const) expect(() => answer(wide, { status })).toThrow(illegal(status));
    expect(() => answer({}, {}, REQUEST.lapsesAtMs - 1)).not.toThrow();
    expect(() => answer({}, {}, REQUEST.lapsesAtMs)).toThrow(illegal('LAPSED'));
    expect(() => assertOpen(REQUEST, REQUEST.lapsesAtMs - 1)).not.toThrow();
    expect(() => assertOpen({ ...REQUEST, status: 'REJECTED' }, REQUEST.lapsesAtMs)).toThrow(illegal('REJECTED'));
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
