import type { ConsentStatusReason, Evidence, FrequencyUnit } from '../../../../src/core/consent/consent';
import {
  type Amendment,
  amend,
  CONSENT_LIMITS,
  type ConsentChange,
  pause,
  resume,
  revoke,
  type Standing,
} from '../../../../src/core/consent/transitions';
import { DAY_MS } from '../../../../src/core/credit/calendar';
import { createCatalogue, FIELD_CATALOGUE, type FieldCatalogue } from '../../../../src/core/credit/field-catalogue';
import { GatewayError } from '../../../../src/core/errors';
import type { Role } from '../../../../src/core/identity/actor';
import {
  anArrangement,
  type ArrangementDraft,
  AS_OF,
  aScope,
  at,
  fieldOf,
  NOW_MS,
  PLATFORM,
  scopesOf,
  useOf,
} from '../../../support/builders';

const BORROWER = { role: 'BORROWER', partyId: PLATFORM } as const;
const EVIDENCE: Evidence = {
  approvalHash: 'ab', noticeId: 'n', noticeVersion: '1', noticeHash: 'cd', locale: 'zh-CN', approvedAtMs: NOW_MS, channel: 'APP',
  bundledWithService: false, identityCheck: null,
}; // prettier-ignore
const STALE = { ...EVIDENCE, approvedAtMs: NOW_MS - DAY_MS - 1 };
const END = at('2026-06-01T00:00:00.000');

const AN_ACTIVE: ArrangementDraft = {};
const A_PAUSED: ArrangementDraft = { status: 'PAUSED', statusReason: 'BORROWER', statusAtMs: NOW_MS - 5 };
const A_REVOKED: ArrangementDraft = { status: 'REVOKED', statusReason: 'BORROWER_WITHDREW', statusAtMs: NOW_MS - 5 };
const AN_EXPIRED: ArrangementDraft = { validUntilMs: NOW_MS };
const A_PAUSED_AND_EXPIRED: ArrangementDraft = { ...A_PAUSED, ...AN_EXPIRED };
const A_USED: ArrangementDraft = { accessMode: 'ONE_TIME', use: useOf([NOW_MS - 9], NOW_MS - 9) };

const standing = (draft: ArrangementDraft, more: Partial<Standing> = {}): Standing => ({
  arrangement: anArrangement(draft),
  documentHash: 'h1',
  endRecorded: false,
  asOfDay: AS_OF,
  atMs: NOW_MS,
  ...more,
});
const NOTHING: Amendment = {
  scopes: null, validUntilMs: null, accessMode: null, frequency: null, dataFrom: null, dataUntil: null, dataLifeDays: null,
  absencePolicy: null, lift: [], evidence: null,
}; // prettier-ignore

type Change = Partial<Omit<Amendment, 'scopes'>> & { readonly scopes?: string };
function amended(draft: ArrangementDraft, { scopes, ...change }: Change, catalogue: FieldCatalogue = FIELD_CATALOGUE) {
  const amendment = { ...NOTHING, ...change, scopes: scopes === undefined ? null : scopesOf(scopes, catalogue) };
  return amend(standing(draft), amendment, BORROWER, catalogue);
}
const paused = (of: Standing, reason: ConsentStatusReason = 'BORROWER') => pause(of, reason, 'why', FIELD_CATALOGUE);
const resumed = (of: Standing, by: Role = 'BORROWER', evidence: Evidence | null = null) => resume(of, by, evidence, 'why');
const revoked = (of: Standing, reason: ConsentStatusReason = 'BORROWER_WITHDREW') => revoke(of, reason, 'why', FIELD_CATALOGUE);
const refusal = (code: string, facts: object = {}) => expect.objectContaining({ code, facts });
const namesOf = (change: ConsentChange | null): string[] =>
  (change?.withdrawn ?? []).map(({ entry, product }) => `${product ?? '*'} ${entry.coordinate}`);

describe('the table of states and acts', () => {
  const ACTS: Readonly<Record<string, (of: Standing) => ConsentChange | null>> = {
    amend: (of) => amend(of, { ...NOTHING, scopes: [] }, BORROWER, FIELD_CATALOGUE),
    pause: (of) => paused(of),
    resume: (of) => resumed(of),
    revoke: (of) => revoked(of),
  };
  const STATES: Readonly<Record<string, ArrangementDraft>> = {
    ACTIVE: AN_ACTIVE, PAUSED: A_PAUSED, REVOKED: A_REVOKED, EXPIRED: AN_EXPIRED, 'PAUSED, EXPIRED': A_PAUSED_AND_EXPIRED, USED: A_USED,
  }; // prettier-ignore

  // what is stored afterwards and the kind of receipt; a code with the state that stands in the way; –: nothing changes
  // prettier-ignore
  it.each([
    ['ACTIVE',          'amend',  'ACTIVE',  'AMENDMENT',  null               ],
    ['PAUSED',          'amend',  'PAUSED',  'AMENDMENT',  'BORROWER'         ],
    ['ACTIVE',          'pause',  'PAUSED',  'PAUSE',      'BORROWER'         ],
    ['PAUSED',          'resume', 'ACTIVE',  'RESUME',     null               ],
    ['ACTIVE',          'revoke', 'REVOKED', 'REVOCATION', 'BORROWER_WITHDREW'],
    ['PAUSED',          'revoke', 'REVOKED', 'REVOCATION', 'BORROWER_WITHDREW'],
  ])('takes %s by %s to %s, with a receipt of kind %s', (state, act, status, kind, reason) => {
    expect(ACTS[act]?.(standing(STATES[state] ?? {}))).toMatchObject({ status, kind, reason, closesRetry: false });
  });

  it.each([
    ['PAUSED', 'pause'],
    ['ACTIVE', 'resume'],
    ['REVOKED', 'revoke'],
  ])('leaves %s by %s as it is', (state, act) => {
    expect(ACTS[act]?.(standing(STATES[state] ?? {}, { endRecorded: state === 'REVOKED' }))).toBeNull();
  });

  it.each(
    ['amend', 'pause', 'resume'].flatMap((act) => [
      ['REVOKED', act, 'REVOKED'],
      ['EXPIRED', act, 'EXPIRED'],
      ['PAUSED, EXPIRED', act, 'EXPIRED'],
      ['USED', act, 'EXPIRED'],
    ]),
  )('refuses on %s to %s, naming %s', (state, act, status) => {
    expect(() => ACTS[act]?.(standing(STATES[state] ?? {}))).toThrow(refusal('ILLEGAL_TRANSITION', { status }));
  });

  it('lets an act happen a millisecond before the end, and not at it', () => {
    const nearlyOver = standing({ validUntilMs: NOW_MS + 1 });
    expect(paused(nearlyOver)).toMatchObject({ status: 'PAUSED' });
    expect(() => paused({ ...nearlyOver, atMs: NOW_MS + 1 })).toThrow(refusal('ILLEGAL_TRANSITION', { status: 'EXPIRED' }));
  });

  it.each(['amend', 'resume'])('fails on a tampered consent to %s, as a fault and no refusal', (act) => {
    const tampered = standing({ ...A_PAUSED, tampered: true });
    expect(() => ACTS[act]?.(tampered)).toThrow('The stored text of consent a does not match its hash');
    expect(() => ACTS[act]?.(tampered)).not.toThrow(GatewayError);
  });

  it('pauses and revokes a tampered consent all the same', () => {
    expect(paused(standing({ tampered: true }))).toMatchObject({ status: 'PAUSED', kind: 'PAUSE' });
    expect(revoked(standing({ tampered: true }))).toMatchObject({ status: 'REVOKED', kind: 'REVOCATION' });
  });
});

describe('amend', () => {
  it('makes the next version on top of the one before, by who did it and when, and keeps what it does not say', () => {
    const draft: ArrangementDraft = {
      version: 4, scopes: '+loanCount -balance', frequency: { count: 2, per: 'WEEK' }, dataFrom: '2025-06-15', dataUntil: '2026-01-01',
      dataLifeDays: 30, absencePolicy: 'EXPLICIT', evidence: EVIDENCE,
    }; // prettier-ignore
    const before = anArrangement(draft).terms;
    expect(amended(draft, {})).toEqual({
      action: 'amend', kind: 'AMENDMENT', status: 'ACTIVE', reason: null, receiptReason: null, widens: false, evidence: null, note: null, closesRetry: false, withdrawn: [],
      terms: { ...before, version: 5, evidence: null, grantedBy: BORROWER, grantedAtMs: NOW_MS, previousHash: 'h1' },
    }); // prettier-ignore
  });

  it('replaces the scopes and merges nothing', () => {
    const { terms, withdrawn } = amended({ scopes: '+loanCount +balance' }, { scopes: '+balance' });
    expect(terms?.scopes).toEqual(scopesOf('+balance'));
    expect(withdrawn.map(({ entry }) => entry.coordinate)).toContain(fieldOf('loanCount').coordinate);
  });

  it('may leave nothing to be seen', () => {
    const change = amended({ scopes: '+openedYear' }, { scopes: '' });
    expect(change.terms?.scopes).toEqual([]);
    expect(namesOf(change)).toEqual(['JIEBEI CreditAccount.openedYear']);
  });

  const LIMITED: ArrangementDraft = {
    scopes: '+loanCount', frequency: { count: 2, per: 'DAY' }, dataFrom: '2025-06-15', dataUntil: '2026-01-01', dataLifeDays: 30,
  }; // prettier-ignore
  // prettier-ignore
  const NARROWING: [string, ArrangementDraft, Change][] = [
    ['nothing',                   LIMITED, {}                                          ],
    ['a scope less',              LIMITED, { scopes: '' }                              ],
    ['a coarser field',           LIMITED, { scopes: '+loanCountBand' }                ],
    ['a DENY more',               LIMITED, { scopes: '+loanCount -loanCount' }         ],
    ['an earlier end',            LIMITED, { validUntilMs: END - 1 }                   ],
    ['one use',                   LIMITED, { accessMode: 'ONE_TIME' }                  ],
    ['a lower frequency',         LIMITED, { frequency: { count: 1, per: 'DAY' } }     ],
    ['a first frequency',         {},      { frequency: { count: 1_000, per: 'DAY' } } ],
    ['a later start of the data', LIMITED, { dataFrom: '2025-06-16' }                  ],
    ['a first start of the data', {},      { dataFrom: '2025-06-16' }                  ],
    ['an earlier end of the data', LIMITED, { dataUntil: '2025-12-31' }                ],
    ['a shorter life of the data', LIMITED, { dataLifeDays: 29 }                       ],
    ['UNIFORM',                   { absencePolicy: 'EXPLICIT' }, { absencePolicy: 'UNIFORM' }],
  ];
  it.each(NARROWING)('takes %s without evidence', (_name, draft, change) => {
    expect(amended(draft, change)).toMatchObject({ kind: 'AMENDMENT', evidence: null, terms: { evidence: null } });
  });

  // prettier-ignore
  const WIDENING: [string, ArrangementDraft, Change][] = [
    ['a scope more',               LIMITED, { scopes: '+loanCount +balance' }           ],
    ['a DENY less',                { scopes: '+loanCount -balance' }, { scopes: '+loanCount' }],
    ['another product',            LIMITED, { scopes: 'H+loanCount' }                   ],
    ['a finer field',              { scopes: '+loanCountBand' }, { scopes: '+loanCount' }],
    ['a later end',                LIMITED, { validUntilMs: END + 1 }                   ],
    ['more than one use',          { accessMode: 'ONE_TIME' }, { accessMode: 'RECURRING' }],
    ['a higher frequency',         LIMITED, { frequency: { count: 3, per: 'DAY' } }     ],
    ['an earlier start of the data', LIMITED, { dataFrom: '2025-06-14' }                ],
    ['a later end of the data',    LIMITED, { dataUntil: '2026-01-02' }                 ],
    ['a longer life of the data',  LIMITED, { dataLifeDays: 31 }                        ],
    ['EXPLICIT',                   LIMITED, { absencePolicy: 'EXPLICIT' }               ],
    ['more here and less there',   LIMITED, { scopes: '', validUntilMs: END + 1 }       ],
    ...CONSENT_LIMITS.map((limit): [string, ArrangementDraft, Change] => [`no ${limit}`, LIMITED, { lift: [limit] }]),
  ];
  it.each(WIDENING)('takes %s with fresh evidence alone, which it uses up', (_name, draft, change) => {
    expect(() => amended(draft, change)).toThrow(refusal('EVIDENCE_REQUIRED', { input: 'input.evidence' }));
    expect(() => amended(draft, { ...change, evidence: STALE })).toThrow(
      refusal('EVIDENCE_STALE', { input: 'input.evidence.approvedAt' }),
    );
    const taken = amended(draft, { ...change, evidence: EVIDENCE });
    expect([taken.evidence, taken.terms?.evidence]).toEqual([EVIDENCE, EVIDENCE]);
  });

  // every day lies within one week and one month, but a week in two months: a window is left out of account
  // prettier-ignore
  it.each<[string, FrequencyUnit, Change, number, boolean]>([
    ['a lower frequency of the same unit', 'WEEK', { frequency: { count: 1, per: 'WEEK' } },  NOW_MS - 1,      false],
    ['the month for the day',              'DAY',  { frequency: { count: 1, per: 'MONTH' } }, NOW_MS - 1,      false],
    ['the month for the week',             'WEEK', { frequency: { count: 1, per: 'MONTH' } }, NOW_MS - 1,      true ],
    ['one use for a few a day',            'DAY',  { accessMode: 'ONE_TIME' },                NOW_MS - 1,      true ],
    ['one use for a few a day, a day on',  'DAY',  { accessMode: 'ONE_TIME' },                NOW_MS - DAY_MS, false],
  ])('takes %s, once there was a use, for a widening where that is not counted', (_name, per, change, usedAtMs, isWider) => {
    const used: ArrangementDraft = { frequency: { count: 5, per }, use: useOf([usedAtMs]) };
    if (isWider) expect(() => amended(used, change)).toThrow(refusal('EVIDENCE_REQUIRED', { input: 'input.evidence' }));
    else expect(amended(used, change).kind).toBe('AMENDMENT');
    expect(amended(used, { ...change, evidence: EVIDENCE }).kind).toBe('AMENDMENT');
  });

  it('keeps a scope whose field is no longer in the catalogue', () => {
    const scopes = [...scopesOf('+loanCount'), { ...aScope(), fieldId: 9_999 }];
    expect(amended({ scopes }, { validUntilMs: END - 1 }).terms).toMatchObject({ scopes, catalogueVersion: 1 });
  });

  it('judges evidence that a narrowing did not need', () => {
    expect(() => amended({}, { scopes: '', evidence: STALE })).toThrow(refusal('EVIDENCE_STALE', expect.anything() as object));
    expect(amended({}, { scopes: '', evidence: EVIDENCE }).evidence).toBe(EVIDENCE);
  });

  it('lifts each limit and only that', () => {
    const lifted = (...lift: Amendment['lift']) => {
      const { frequency, dataFrom, dataUntil, dataLifeDays } = amended(LIMITED, { lift, evidence: EVIDENCE }).terms ?? LIMITED;
      return { frequency, dataFrom, dataUntil, dataLifeDays };
    };
    const { frequency, dataFrom, dataUntil, dataLifeDays } = LIMITED;
    const limits = { frequency, dataFrom, dataUntil, dataLifeDays };
    expect(lifted('FREQUENCY')).toEqual({ ...limits, frequency: null });
    expect(lifted('DATA_FROM')).toEqual({ ...limits, dataFrom: null });
    expect(lifted('DATA_UNTIL')).toEqual({ ...limits, dataUntil: null });
    expect(lifted('DATA_LIFE_DAYS')).toEqual({ ...limits, dataLifeDays: 365 });
    expect(lifted(...CONSENT_LIMITS)).toEqual({ frequency: null, dataFrom: null, dataUntil: null, dataLifeDays: 365 });
  });

  it('lifts the life of the data altogether where the purpose sets no limit', () => {
    const centre: ArrangementDraft = { purpose: 'CREDIT_REPORTING', dataLifeDays: 30 };
    expect(amended(centre, { lift: ['DATA_LIFE_DAYS'], evidence: EVIDENCE }).terms?.dataLifeDays).toBeNull();
  });

  // prettier-ignore
  it.each<[string, ArrangementDraft, Change, string, string]>([
    ['a limit set and lifted at once',     LIMITED, { lift: ['DATA_FROM'], dataFrom: '2025-07-01' },   'BAD_USER_INPUT',  'input.lift'           ],
    ['a frequency for one use',            LIMITED, { accessMode: 'ONE_TIME', frequency: { count: 1, per: 'DAY' } }, 'BAD_USER_INPUT', 'input.frequency'],
    ['a frequency where one use is left',  { accessMode: 'ONE_TIME' }, { frequency: { count: 1, per: 'DAY' } }, 'BAD_USER_INPUT', 'input.frequency'],
    ['an end that has come',               LIMITED, { validUntilMs: NOW_MS },                          'INVALID_PERIOD',  'input.validUntil'     ],
    ['an end before the start',            { validFromMs: NOW_MS + 9 }, { validUntilMs: NOW_MS + 9 },  'INVALID_PERIOD',  'input.validUntil'     ],
    ['data that end where they start',     LIMITED, { dataUntil: '2025-06-15' },                       'INVALID_PERIOD',  'input.dataUntil'      ],
    ['a longer period than the purpose\'s', LIMITED, { validUntilMs: at('2026-03-01T00:00:00.000') + 180 * DAY_MS + 1, evidence: EVIDENCE }, 'EXCEEDS_PURPOSE', 'input.validUntil'],
    ['a longer life of the data',          LIMITED, { dataLifeDays: 366, evidence: EVIDENCE },         'EXCEEDS_PURPOSE', 'input.dataLifeDays'   ],
    ['data from before the purpose reaches', LIMITED, { dataFrom: '2021-03-31', evidence: EVIDENCE },  'EXCEEDS_PURPOSE', 'input.dataFrom'       ],
    ['a closed cluster',                   LIMITED, { scopes: '+mobile', evidence: EVIDENCE },         'EXCEEDS_PURPOSE', 'input.scopes'         ],
  ])('refuses %s', (_name, draft, change, code, input) => {
    expect(() => amended(draft, change)).toThrow(refusal(code, { input }));
  });

  it('does not judge again a start of the data that was given before and that the purpose no longer reaches', () => {
    const old: ArrangementDraft = { scopes: '+loanCount', dataFrom: '2021-03-31' };
    expect(amended(old, { scopes: '' }).terms?.dataFrom).toBe('2021-03-31');
  });

  it('drops the frequency of a consent that becomes one for one use', () => {
    expect(amended(LIMITED, { accessMode: 'ONE_TIME' }).terms).toMatchObject({ accessMode: 'ONE_TIME', frequency: null });
  });

  describe('in a later catalogue', () => {
    const later = createCatalogue(
      2,
      FIELD_CATALOGUE.entries.map((entry) => (entry.coordinate.endsWith('.loanCountBand') ? { ...entry, since: 2 } : entry)),
    );
    const versionAfter = (draft: ArrangementDraft, change: Change): number | undefined =>
      amended(draft, { ...change, evidence: EVIDENCE }, later).terms?.catalogueVersion;

    it('stays with the catalogue that the borrower saw while no scope names a newer field', () => {
      expect(versionAfter({}, {})).toBe(1);
      expect(versionAfter({}, { scopes: '+loanCount +balance' })).toBe(1);
      expect(versionAfter({}, { scopes: '' })).toBe(1);
    });

    it('moves to the catalogue of today with the first scope that names a newer field, be it a DENY, and stays there', () => {
      expect(versionAfter({}, { scopes: '+loanCount +loanCountBand' })).toBe(2);
      expect(versionAfter({}, { scopes: '+loanCount -loanCountBand' })).toBe(2);
      expect(versionAfter({ catalogueVersion: 2 }, { scopes: '+loanCount' })).toBe(2);
    });

    it('takes a newer field, which no older scope implied, as a widening', () => {
      expect(() => amended({}, { scopes: '+loanCount +loanCountBand' }, later)).toThrow(
        refusal('EVIDENCE_REQUIRED', { input: 'input.evidence' }),
      );
    });
  });
});

describe('pause', () => {
  it.each<ConsentStatusReason>(['BORROWER', 'PLATFORM', 'FRAUD_SUSPECTED'])(
    'names %s, and hides all that was to be seen',
    (why) => {
      const change = paused(standing({ scopes: '+openedYear -openedYear *+fullName' }), why);
      expect(change).toMatchObject({ action: 'pause', kind: 'PAUSE', status: 'PAUSED', reason: why, note: 'why', terms: null });
      expect(namesOf(change)).toEqual(['* Identity.fullName']);
    },
  );
});

describe('resume', () => {
  // prettier-ignore
  it.each<[ConsentStatusReason, Role, boolean]>([
    ['BORROWER',        'BORROWER', false],
    ['PLATFORM',        'BORROWER', false],
    ['FRAUD_SUSPECTED', 'BORROWER', false],
    ['PLATFORM',        'PLATFORM', false],
    ['BORROWER',        'PLATFORM', true ],
    ['FRAUD_SUSPECTED', 'PLATFORM', true ],
  ])('of a pause by %s, sent by a %s, needs fresh evidence: %s', (reason, by, needed) => {
    const of = standing({ status: 'PAUSED', statusReason: reason });
    const back = { action: 'resume', kind: 'RESUME', status: 'ACTIVE', reason: null, note: 'why', terms: null, withdrawn: [] };
    if (needed) expect(() => resumed(of, by)).toThrow(refusal('EVIDENCE_REQUIRED', { input: 'input.evidence' }));
    else expect(resumed(of, by)).toMatchObject({ ...back, evidence: null });
    expect(resumed(of, by, EVIDENCE)).toMatchObject({ ...back, evidence: EVIDENCE });
    expect(() => resumed(of, by, STALE)).toThrow(refusal('EVIDENCE_STALE', { input: 'input.evidence.approvedAt' }));
  });
});

describe('revoke', () => {
  it.each<ConsentStatusReason>([
    'BORROWER_WITHDREW', 'PLATFORM_ON_BEHALF', 'RECIPIENT_GAVE_UP', 'RECIPIENT_CLOSED', 'BORROWER_DECEASED', 'FRAUD',
  ])('names %s, and hides all that was to be seen', (reason) => {
    const change = revoked(standing({ scopes: '+openedYear' }), reason);
    expect(change).toMatchObject({ action: 'revoke', kind: 'REVOCATION', status: 'REVOKED', reason, note: 'why', terms: null });
    expect(namesOf(change)).toEqual(['JIEBEI CreditAccount.openedYear']);
  }); // prettier-ignore

  it.each<[string, ArrangementDraft, ConsentStatusReason | null]>([
    ['an active', AN_EXPIRED, null],
    ['a paused', A_PAUSED_AND_EXPIRED, 'BORROWER'],
  ])('records the end of %s consent whose time has come, for the reason that it ended', (_name, draft, reason) => {
    expect(revoked(standing(draft))).toMatchObject({
      action: 'expire', kind: 'EXPIRY', status: draft.status ?? 'ACTIVE', reason, receiptReason: 'VALIDITY_ENDED', closesRetry: false,
    }); // prettier-ignore
  });

  it('gives an end from before there were receipts its receipt, and changes nothing else', () => {
    expect(revoked(standing(A_REVOKED), 'PLATFORM_ON_BEHALF')).toMatchObject({
      kind: 'REVOCATION', status: 'REVOKED', reason: 'BORROWER_WITHDREW', closesRetry: false,
    }); // prettier-ignore
  });

  it('is recorded after the one use, whose retry it closes, and leaves state and reason as they are', () => {
    const kept = {
      action: 'revoke', kind: 'REVOCATION', status: 'ACTIVE', reason: null, receiptReason: 'BORROWER_WITHDREW', closesRetry: true,
    }; // prettier-ignore
    expect(revoked(standing(A_USED))).toMatchObject(kept);
    expect(revoked(standing({ ...A_USED, validUntilMs: NOW_MS }))).toMatchObject(kept);
  });

  it.each([AN_EXPIRED, A_PAUSED_AND_EXPIRED, A_USED, A_REVOKED])('changes nothing where the end is recorded already', (draft) => {
    expect(revoked(standing(draft, { endRecorded: true }))).toBeNull();
  });
});
