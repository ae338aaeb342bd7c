import type { Arrangement } from '../../../../src/core/consent/consent';
import { DATA_CLUSTERS } from '../../../../src/core/consent/data-cluster';
import { decide, NO_PLATFORM } from '../../../../src/core/consent/decide';
import { permits, releasedCells } from '../../../../src/core/consent/decision';
import { PURPOSE_LIMITS, PURPOSES } from '../../../../src/core/consent/purpose';
import { DAY_MS, daysOf, toEpochDay, toLocalDate, toMonthIndex } from '../../../../src/core/credit/calendar';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import { CATALOGUE_VERSION, createCatalogue, FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import {
  aField,
  type ArrangementDraft,
  anArrangement,
  anIndicator,
  aScope,
  aSnapshot,
  at,
  BANK_B,
  fieldOf,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
  useOf,
  verdictOn,
} from '../../../support/builders';

const ENDED = at('2026-04-10T12:00:00.000');
const revoked: ArrangementDraft = { status: 'REVOKED', statusAtMs: ENDED };
const AFTER = at('2026-04-12T09:00:00.000');
const oneTime: ArrangementDraft = { accessMode: 'ONE_TIME' };
const daily: ArrangementDraft = { frequency: { count: 1, per: 'DAY' } };
const overDaily: ArrangementDraft = { ...daily, use: useOf([NOW_MS - 60_000]) };
/** Used up, so many milliseconds ago. */
const usedOnce = (agoMs: number): ArrangementDraft => ({ ...oneTime, use: useOf([NOW_MS - agoMs], NOW_MS - agoMs) });

/** Arrangements a, b, c of Li's from drafts whose scopes are in the notation of the matrix. */
function arrangements(...drafts: readonly ArrangementDraft[]): Arrangement[] {
  return drafts.map((draft, i) => anArrangement({ id: 'abcdef'.charAt(i), ...draft }));
}

/** Reason of the first arrangement set's verdict on a field of JIEBEI. */
function reasonOf(drafts: readonly ArrangementDraft[], asked: string): string {
  return verdictOn(aSnapshot(arrangements(...drafts)), fieldOf(asked)).reason;
}

/** Released days as text; open ends as dots. */
function daysText(drafts: readonly ArrangementDraft[], asked: string): string[] {
  const { days } = verdictOn(aSnapshot(arrangements(...drafts)), fieldOf(asked));
  const text = (day: number): string => (Math.abs(day) > 1_000_000 ? '...' : toLocalDate(day));
  return days.map(({ from, until }) => `${text(from)} ${text(until)}`);
}

describe('decide on ladders', () => {
  // a PERMIT reaches down to coarser rungs, a DENY up to finer ones
  // prettier-ignore
  it.each([
    ['+idNumber',                         'idNumberMasked',      'IMPLIED'       ],
    ['+idNumberMasked',                   'idNumber',            'NOT_GRANTED'   ],
    ['-idNumberMasked +idNumber',         'idNumber',            'DENIED_COARSER'],
    ['-idNumber +idNumberMasked',         'idNumberMasked',      'PERMITTED'     ],
    ['-idNumber +idNumber',               'idNumberMasked',      'IMPLIED'       ],
    ['+dateOfBirth',                      'birthYear',           'IMPLIED'       ],
    ['+birthYear',                        'dateOfBirth',         'NOT_GRANTED'   ],
    ['+creditLimit',                      'creditLimitBand',     'IMPLIED'       ],
    ['+creditLimitBand',                  'creditLimit',         'NOT_GRANTED'   ],
    ['+creditLimit -creditLimitBand',     'creditLimit',         'DENIED_COARSER'],
    ['+borrowedAmount',                   'borrowedAmountBand',  'IMPLIED'       ],
    ['+borrowedAmountBand',               'borrowedAmount',      'NOT_GRANTED'   ],
    ['+daysPastDueMonthEnd',              'repaymentStatus',     'IMPLIED'       ],
    ['+repaymentStatus',                  'daysPastDueMonthEnd', 'NOT_GRANTED'   ],
    ['+daysPastDueMonthEnd -alwaysOnTime24m', 'daysPastDueMonthEnd', 'DENIED_COARSER'],
    ['+daysPastDueMonthEnd -alwaysOnTime24m', 'repaymentStatus', 'DENIED_COARSER'],
    ['+repaymentStatus -alwaysOnTime24m', 'onTimeMonthRate24m',  'DENIED_COARSER'],
    ['+repaymentStatus -alwaysOnTime24m', 'worstStatus60m',      'NOT_GRANTED'   ],
    ['+onTimeMonthRate24m',               'alwaysOnTime24m',     'IMPLIED'       ],
    ['+alwaysOnTime24m',                  'onTimeMonthRate24m',  'NOT_GRANTED'   ],
    ['+onTimeMonthRate24m',               'worstStatus24m',      'NOT_GRANTED'   ],
    ['+loanCount12m',                     'loanCountBand12m',    'IMPLIED'       ],
    ['+loanCountBand12m',                 'loanCount12m',        'NOT_GRANTED'   ],
    ['+loanCount',                        'loanCount12m',        'INPUTS'        ],
    ['+loanCount -loanCount12m',          'loanCount',           'DENIED_COARSER'],
    ['+loanCount -loanCount12m',          'loanCountBand',       'IMPLIED'       ],
    ['+loanCountBand -loanCount',         'loanCountBand',       'PERMITTED'     ],
    ['+openedOn -monthsOnBook',           'openedOn',            'DENIED_COARSER'],
    ['+monthsOnBook +openedYear',         'openedOn',            'NOT_GRANTED'   ],
  ])('%s makes %s %s', (scopes, asked, reason) => {
    expect(reasonOf([{ scopes }], asked)).toBe(reason);
  });

  it('follows a ladder of three rungs both ways', () => {
    const catalogue = createCatalogue(1, [
      aField(1, 'A.fine', { coarser: ['A.middle'] }),
      aField(2, 'A.middle', { coarser: ['A.coarse'] }),
      aField(3, 'A.coarse'),
    ]);
    const reasons = (scopes: string): string[] =>
      ['fine', 'middle', 'coarse'].map(
        (name) =>
          verdictOn(aSnapshot([anArrangement({ scopes, catalogue })]), fieldOf(name, catalogue), 'JIEBEI', catalogue).reason,
      );
    expect(reasons('+fine')).toEqual(['PERMITTED', 'IMPLIED', 'IMPLIED']);
    expect(reasons('+fine -middle')).toEqual(['DENIED_COARSER', 'DENIED', 'IMPLIED']);
    expect(reasons('+fine -coarse')).toEqual(['DENIED_COARSER', 'DENIED_COARSER', 'DENIED']);
    expect(reasons('+fine -fine')).toEqual(['DENIED', 'IMPLIED', 'IMPLIED']);
    expect(reasons('+coarse')).toEqual(['NOT_GRANTED', 'NOT_GRANTED', 'PERMITTED']);
  });

  it('names every coarser field that carries a DENY, and the finer ones that implied', () => {
    const denied = verdictOn(
      aSnapshot(arrangements({ scopes: '+loanCount -peakLoansInMonth12m -loanCountBand' })),
      fieldOf('loanCount'),
    );
    expect(denied.because).toEqual(['CreditSummary.peakLoansInMonth12m', 'MonthlySummary.loanCountBand']);
    const implied = verdictOn(
      aSnapshot(arrangements({ scopes: '+onTimeMonthRate24m +worstStatus24m' })),
      fieldOf('alwaysOnTime24m'),
    );
    expect(implied.because).toEqual(['CreditSummary.onTimeMonthRate24m', 'CreditSummary.worstStatus24m']);
  });

  it('calls a field permitted, not implied, as soon as one consent names it', () => {
    const cell = verdictOn(
      aSnapshot(arrangements({ scopes: '+loanCount' }, { scopes: '+loanCountBand' })),
      fieldOf('loanCountBand'),
    );
    expect(cell).toMatchObject({ reason: 'PERMITTED', because: [] });
  });

  it('implies a windowed rung from a finer indicator of the same window only', () => {
    const catalogue = createCatalogue(1, [
      aField(1, 'A.input'),
      anIndicator(2, 'S.coarse24', 24, ['A.input']),
      anIndicator(3, 'S.fine24', 24, ['A.input'], { coarser: ['S.coarse24'] }),
      anIndicator(4, 'S.fine12', 12, ['A.input'], { coarser: ['S.coarse24'] }),
    ]);
    const reason = (scopes: string): string =>
      verdictOn(aSnapshot([anArrangement({ scopes, catalogue })]), fieldOf('coarse24', catalogue), 'JIEBEI', catalogue).reason;
    expect(reason('+fine24')).toBe('IMPLIED');
    expect(reason('+fine12')).toBe('NOT_GRANTED');
  });
});

describe('decide on a DENY', () => {
  const deny: ArrangementDraft = { scopes: '-loanCount', ...revoked };
  const denyUsed: ArrangementDraft = { scopes: '-loanCount', accessMode: 'ONE_TIME', use: useOf([ENDED], ENDED) };
  const lift: ArrangementDraft = { scopes: '+loanCount', grantedAtMs: AFTER, validFromMs: AFTER };

  // a DENY is lifted by a later consent of same recipient, purpose and platform, once its own consent has ended
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string]>([
    ['a grant after the end lifts it',                      [deny, lift],                                                        'PERMITTED'  ],
    ['a grant a millisecond after the end lifts it',        [deny, { ...lift, grantedAtMs: ENDED + 1 }],                         'PERMITTED'  ],
    ['a grant in the very millisecond of the end does not', [deny, { ...lift, grantedAtMs: ENDED }],                             'DENIED'     ],
    ['a DENY that was tampered with is never lifted',       [{ ...deny, tampered: true }, lift],                                 'DENIED'     ],
    ['a grant a millisecond before the end does not',       [deny, { ...lift, grantedAtMs: ENDED - 1 }],                         'DENIED'     ],
    ['a grant before it was denied does not',               [deny, { ...lift, grantedAtMs: at('2026-01-01T00:00:00.000') }],     'DENIED'     ],
    ['nothing lifts it while its consent is active',        [{ scopes: '-loanCount' }, lift],                                    'DENIED'     ],
    ['nothing lifts it while its consent is paused',        [{ ...deny, status: 'PAUSED' }, lift],                               'DENIED'     ],
    ['a grant after expiry lifts it',                       [{ ...deny, status: 'ACTIVE', validUntilMs: AFTER - 1 }, lift],      'PERMITTED'  ],
    ['a grant at the instant of expiry lifts it',           [{ ...deny, status: 'ACTIVE', validUntilMs: AFTER }, lift],          'PERMITTED'  ],
    ['a grant a millisecond before expiry does not',        [{ ...deny, status: 'ACTIVE', validUntilMs: AFTER + 1 }, lift],      'DENIED'     ],
    ['a paused consent that expired can be lifted',         [{ ...deny, status: 'PAUSED', validUntilMs: AFTER - 1 }, lift],      'PERMITTED'  ],
    ['a grant dated after an end still to come does not',   [{ scopes: '-loanCount' }, { ...lift, grantedAtMs: at('2026-07-01T00:00:00.000') }], 'DENIED'],
    ['a grant of another platform does not',                [{ scopes: '+loanCount' }, deny, { ...lift, platformId: OTHER_PLATFORM }], 'DENIED'],
    ['a grant to another recipient does not',               [{ scopes: '+loanCount' }, deny, { ...lift, recipientId: BANK_B }],  'DENIED'     ],
    ['a grant for another purpose does not',                [{ scopes: '+loanCount' }, deny, { ...lift, purpose: 'CARD_APPROVAL' }], 'DENIED' ],
    ['a grant of another product does not',                 [deny, { ...lift, scopes: 'H+loanCount' }],                          'DENIED'     ],
    ['a grant of every product lifts that of one',          [deny, { ...lift, scopes: '*+loanCount' }],                          'PERMITTED'  ],
    ['a grant of one product lifts that of all, for it',    [{ ...deny, scopes: '*-loanCount' }, lift],                          'PERMITTED'  ],
    ['a tampered grant does not',                           [{ scopes: '+loanCount' }, deny, { ...lift, tampered: true }],       'DENIED'     ],
    ['a grant of another field does not',                   [{ scopes: '+loanCount' }, deny, { ...lift, scopes: '+borrowedAmount' }], 'DENIED'],
    ['a grant of a coarser field does not',                 [{ scopes: '+loanCount' }, deny, { ...lift, scopes: '+loanCountBand' }], 'DENIED' ],
    ['a later grant that denies again does not',            [deny, { ...lift, scopes: '+loanCount -loanCount' }],                'DENIED'     ],
    ['one lift does not lift the DENY of another consent',  [deny, { scopes: '-loanCount' }, lift],                              'DENIED'     ],
    ['a grant without any scope does not',                  [{ scopes: '+loanCount' }, deny, { ...lift, scopes: [] }],           'DENIED'     ],
    ['a later version of an older consent does not',        [deny, { ...lift, version: 2, createdAtMs: ENDED - 1 }],             'DENIED'     ],
    ['a later version of one as old as the end does not',   [deny, { ...lift, version: 2, createdAtMs: ENDED }],                 'DENIED'     ],
    ['a later version of a consent made after the end does', [deny, { ...lift, version: 2, createdAtMs: ENDED + 1 }],            'PERMITTED'  ],
    ['a later version of one older than expiry does not',   [{ ...deny, status: 'ACTIVE', validUntilMs: AFTER }, { ...lift, version: 2, createdAtMs: AFTER - 1 }], 'DENIED'],
    ['a consent made after the one use lifts it',           [denyUsed, { ...lift, grantedAtMs: ENDED + 1 }],                     'PERMITTED'  ],
    ['one made in the very millisecond of the use does not', [denyUsed, { ...lift, grantedAtMs: ENDED }],                        'DENIED'     ],
    ['a later version of one made before the use does not', [denyUsed, { ...lift, version: 2, createdAtMs: ENDED - 1 }],         'DENIED'     ],
    ['nothing lifts it before the one use',                 [{ ...denyUsed, use: null }, lift],                                  'DENIED'     ],
    ['nothing lifts it while a budget is merely used up',   [{ scopes: '-loanCount', ...overDaily }, lift],                      'DENIED'     ],
    ['a use before the end of validity is the end',         [{ ...denyUsed, validUntilMs: AFTER + 1 }, lift],                    'PERMITTED'  ],
    ['a lift that itself ended has lifted',                 [{ scopes: '+loanCount' }, deny, { ...lift, status: 'REVOKED', statusAtMs: AFTER + 1 }], 'PERMITTED'],
    ['a lift that starts later has lifted already',         [{ scopes: '+loanCount' }, deny, { ...lift, validFromMs: NOW_MS + 1 }], 'PERMITTED'],
  ])('%s', (_name, drafts, reason) => {
    expect(reasonOf(drafts, 'loanCount')).toBe(reason);
  });

  it('withholds everything of a platform whose as-of date is not known, whatever else is granted', () => {
    const snapshot = aSnapshot(arrangements({ scopes: '*+loanCount *+openedYear *+alwaysOnTime24m' }), {
      asOfByPlatform: new Map(),
    });
    for (const name of ['loanCount', 'openedYear', 'alwaysOnTime24m'])
      expect(verdictOn(snapshot, fieldOf(name)).verdict).toBe('WITHHOLD');
  });

  it('cites every consent that an indicator without a window rests on', () => {
    const closed = anArrangement({ id: 'a', scopes: '+closedOn', dataUntil: '2025-01-01' });
    const named = anArrangement({ id: 'b', scopes: '+furnisherName', dataFrom: '2025-01-01' });
    const { reason, citations } = verdictOn(aSnapshot([closed, named]), fieldOf('lenderCount'));
    expect([reason, citations.length]).toEqual(['INPUTS', 2]);
  });

  it('ignores arrangements with other recipients and for other purposes, even if they were loaded', () => {
    const strange = [{ recipientId: BANK_B }, { purpose: 'CARD_APPROVAL' as const }].map((part) =>
      anArrangement({ scopes: '+loanCount', ...part }),
    );
    const snapshot = { ...aSnapshot([]), arrangements: strange };
    expect(verdictOn(snapshot, fieldOf('loanCount'))).toMatchObject({ verdict: 'WITHHOLD', reason: 'NO_CONSENT' });
  });

  it('is lifted for the product that the later grant names and for no other', () => {
    const snapshot = aSnapshot(arrangements({ scopes: '*+loanCount' }, { ...deny, scopes: '*-loanCount' }, lift));
    expect(PRODUCTS.map((product) => verdictOn(snapshot, fieldOf('loanCount'), product).reason)).toEqual([
      'DENIED',
      'PERMITTED',
      'DENIED',
    ]);
  });

  it('on a coarser field is lifted by a later grant of the finer one', () => {
    const drafts = [{ scopes: '-loanCountBand', ...revoked }, lift];
    expect([reasonOf(drafts, 'loanCountBand'), reasonOf(drafts, 'loanCount')]).toEqual(['IMPLIED', 'PERMITTED']);
  });

  it('on a finer field stays when only the coarser one was granted later', () => {
    const drafts = [{ scopes: '+loanCount' }, deny, { ...lift, scopes: '+loanCountBand' }];
    expect([reasonOf(drafts, 'loanCount'), reasonOf(drafts, 'loanCountBand')]).toEqual(['DENIED', 'PERMITTED']);
  });

  // prettier-ignore
  it.each<[string, ArrangementDraft, string]>([
    ['paused',             { status: 'PAUSED' },                                         'DENIED'],
    ['revoked',            revoked,                                                      'DENIED'],
    ['expired',            { validUntilMs: NOW_MS },                                     'DENIED'],
    ['not started',        { validFromMs: NOW_MS + 1 },                                  'DENIED'],
    ['tampered with',      { tampered: true },                                           'DENIED'],
    ['used up',            usedOnce(DAY_MS),                                             'DENIED'],
    ['over its frequency', overDaily,                                                    'DENIED'],
    ['limited in its data', { dataFrom: '2026-03-01', dataUntil: '2026-03-02' },         'DENIED'],
  ])('holds for all dates while the consent that carries it is %s', (_state, state, reason) => {
    expect(reasonOf([{ scopes: '+loanCount' }, { scopes: '-loanCount', ...state }], 'loanCount')).toBe(reason);
  });

  // prettier-ignore
  it.each([
    ['-loanCount',            'JIEBEI', 'DENIED'   ],
    ['-loanCount',            'HUABEI', 'PERMITTED'],
    ['H-loanCount',           'JIEBEI', 'PERMITTED'],
    ['*-loanCount',           'HUABEI', 'DENIED'   ],
    ['*-loanCount',           'OTHER',  'DENIED'   ],
  ] as const)('%s against a PERMIT of every product makes %s %s', (scopes, product, reason) => {
    const snapshot = aSnapshot(arrangements({ scopes: '*+loanCount' }, { scopes }));
    expect(verdictOn(snapshot, fieldOf('loanCount'), product).reason).toBe(reason);
  });

  it('on an input leaves an indicator that was permitted itself, unless that requires the input', () => {
    expect(reasonOf([{ scopes: '+onTimeMonthRate24m -daysPastDueMonthEnd' }], 'onTimeMonthRate24m')).toBe('INDICATOR');
    expect(reasonOf([{ scopes: '+onTimeMonthRate24m -repaymentStatus' }], 'onTimeMonthRate24m')).toBe('INDICATOR');
    expect(reasonOf([{ scopes: '+utilisation +creditLimit +usedLimit -usedLimit' }], 'utilisation')).toBe('REQUIRES');
  });

  it('on an input withholds an indicator that rests on its inputs', () => {
    expect(reasonOf([{ scopes: '+repaymentStatus -repaymentStatus' }], 'onTimeMonthRate24m')).toBe('NOT_GRANTED');
  });
});

describe('decide on products', () => {
  // prettier-ignore
  it.each([
    ['+loanCount',   ['NOT_GRANTED', 'PERMITTED',   'NOT_GRANTED']],
    ['H+loanCount',  ['PERMITTED',   'NOT_GRANTED', 'NOT_GRANTED']],
    ['O+loanCount',  ['NOT_GRANTED', 'NOT_GRANTED', 'PERMITTED'  ]],
    ['*+loanCount',  ['PERMITTED',   'PERMITTED',   'PERMITTED'  ]],
    ['*+loanCount H-loanCount', ['DENIED', 'PERMITTED', 'PERMITTED']],
  ])('%s decides HUABEI, JIEBEI and OTHER apart', (scopes, reasons) => {
    const snapshot = aSnapshot(arrangements({ scopes }));
    expect(PRODUCTS.map((product) => verdictOn(snapshot, fieldOf('loanCount'), product).reason)).toEqual(reasons);
  });

  it.each(['+fullName', 'H+fullName', 'O+fullName', '*+fullName'])('%s permits the name once, whatever the product', (scopes) => {
    const entry = fieldOf('fullName');
    const cells = decide(aSnapshot(arrangements({ scopes })), FIELD_CATALOGUE, [entry]).cells.get(entry);
    expect(cells).toMatchObject([{ platformId: PLATFORM, product: null, verdict: 'RELEASE', reason: 'PERMITTED' }]);
  });

  it('denies the name for every product by a DENY of one', () => {
    expect(reasonOf([{ scopes: '*+fullName H-fullName' }], 'fullName')).toBe('DENIED');
  });

  it('does not join the inputs of one product with those of another', () => {
    expect(reasonOf([{ scopes: '+borrowedAmount H+loanCount' }], 'averageLoanAmount12m')).toBe('NOT_GRANTED');
  });

  it('does not take what is required from another product', () => {
    expect(reasonOf([{ scopes: '+loanDays H+loanCount' }], 'loanDays')).toBe('REQUIRES');
  });
});

describe('decide on purposes', () => {
  // credit-record.md, section 12: clusters open to a purpose, and how far it reaches back from the as-of month
  // prettier-ignore
  const SECTION_12 = [
    ['MORTGAGE_ORIGINATION',      'CONTACT',                                                                    180,  60, 365 ],
    ['CONSUMER_LOAN_ORIGINATION', 'CONTACT REPAYMENT_DETAIL',                                                   90,   24, 180 ],
    ['CARD_APPROVAL',             'CONTACT LOAN_DETAIL REPAYMENT_DETAIL',                                       90,   24, 180 ],
    ['GUARANTEE_REVIEW',          'CONTACT LOAN_DETAIL REPAYMENT_DETAIL',                                       90,   24, 180 ],
    ['POST_LOAN_MANAGEMENT',      'BORROWING_FREQUENCY LOAN_DETAIL REPAYMENT_DETAIL INQUIRY_HISTORY',           365,  24, 365 ],
    ['CREDIT_REPORTING',          'CONTACT',                                                                    1825, 60, null],
  ] as const;

  it.each(SECTION_12)('%s is limited as the document says', (purpose, closed, validityDays, reachMonths, dataLifeDays) => {
    const limits = PURPOSE_LIMITS[purpose];
    expect(DATA_CLUSTERS.filter((cluster) => !limits.clusters.has(cluster)).join(' ')).toBe(closed);
    expect(limits).toMatchObject({ validityDays, reachMonths, dataLifeDays });
  });

  it.each(SECTION_12)(
    '%s releases no field of a closed cluster, and every other one, under a consent for all',
    (purpose, closed) => {
      const scopes = FIELD_CATALOGUE.entries.map(({ coordinate }) => aScope({ field: coordinate }));
      const snapshot = aSnapshot([anArrangement({ scopes, purpose, catalogueVersion: CATALOGUE_VERSION })], { purpose });
      const isClosed = (name: string): boolean => closed.split(' ').includes(FIELD_CATALOGUE.load(name).cluster);
      for (const entry of FIELD_CATALOGUE.entries) {
        const { verdict, reason, because } = verdictOn(snapshot, entry);
        const listClosed = entry.within !== null && isClosed(entry.within);
        const expected = isClosed(entry.coordinate)
          ? 'OUTSIDE_PURPOSE'
          : entry.requires.some(isClosed)
            ? 'REQUIRES'
            : listClosed
              ? 'CONTAINER_WITHHELD'
              : null;
        expect([entry.coordinate, verdict, expected === null ? null : reason]).toEqual([
          entry.coordinate,
          expected === null ? 'RELEASE' : 'WITHHOLD',
          expected,
        ]);
        expect(because.length > 0).toBe(expected === 'REQUIRES' || expected === 'CONTAINER_WITHHELD');
      }
    },
  );

  it('says OUTSIDE_PURPOSE before DENIED', () => {
    expect(reasonOf([{ scopes: '+mobile -mobile' }], 'mobile')).toBe('OUTSIDE_PURPOSE');
  });

  it.each(PURPOSES)('%s reaches back its whole calendar months from the month of the as-of date, and no day more', (purpose) => {
    const snapshot = aSnapshot([anArrangement({ scopes: '+repaymentStatus', purpose })], { purpose });
    const oldest = toMonthIndex('2026-04') - PURPOSE_LIMITS[purpose].reachMonths;
    const entry = fieldOf('repaymentStatus');
    const decision = decide(snapshot, FIELD_CATALOGUE, [entry]);
    const shows = (month: number): boolean =>
      permits(decision, entry, { platformId: PLATFORM, product: 'JIEBEI', days: daysOf(month) });
    expect([shows(oldest - 1), shows(oldest), shows(oldest + 1)]).toEqual([false, true, true]);
  });

  it('does not release by inputs an indicator whose window is longer than the purpose reaches', () => {
    const snapshot = aSnapshot([anArrangement({ scopes: '+repaymentStatus', purpose: 'CARD_APPROVAL' })], {
      purpose: 'CARD_APPROVAL',
    });
    expect(verdictOn(snapshot, fieldOf('worstStatus60m')).reason).toBe('WINDOW_NOT_COVERED');
    expect(verdictOn(snapshot, fieldOf('worstStatus24m')).reason).toBe('INPUTS');
  });
});

describe('decide on dates', () => {
  // the first day counts, the last one does not; joined days do not touch
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string[]]>([
    ['no dates: as far as the purpose reaches',  [{}],                                                                                    ['2021-04-01 ...']],
    ['from a day on',                            [{ dataFrom: '2025-06-15' }],                                                            ['2025-06-15 ...']],
    ['until a day',                              [{ dataUntil: '2025-06-15' }],                                                           ['2021-04-01 2025-06-15']],
    ['between two days',                         [{ dataFrom: '2025-06-15', dataUntil: '2025-06-16' }],                                   ['2025-06-15 2025-06-16']],
    ['before the reach: cut off',                [{ dataFrom: '1999-01-01' }],                                                            ['2021-04-01 ...']],
    ['wholly before the reach: nothing',         [{ dataUntil: '2021-04-01' }],                                                           []],
    ['two that touch are one',                   [{ dataUntil: '2025-07-01' }, { dataFrom: '2025-07-01' }],                               ['2021-04-01 ...']],
    ['two that overlap are one',                 [{ dataUntil: '2025-08-01' }, { dataFrom: '2025-07-01' }],                               ['2021-04-01 ...']],
    ['a day between two stays out',              [{ dataUntil: '2025-06-30' }, { dataFrom: '2025-07-01' }],                               ['2021-04-01 2025-06-30', '2025-07-01 ...']],
    ['an ended one adds nothing',                [{ dataUntil: '2025-06-30' }, { dataFrom: '2025-06-30', ...revoked }],                   ['2021-04-01 2025-06-30']],
    ['another product adds nothing',             [{ dataUntil: '2025-06-30' }, { dataFrom: '2025-06-30', scopes: 'H+loanCount' }],        ['2021-04-01 2025-06-30']],
    ['a finer field adds its days',              [{ dataUntil: '2025-06-30' }, { dataFrom: '2025-06-30', scopes: '+loanCount' }],         ['2021-04-01 ...']],
  ])('%s', (_name, drafts, days) => {
    expect(daysText(drafts.map((draft) => ({ scopes: '+loanCountBand', ...draft })), 'loanCountBand')).toEqual(days);
  });

  // a month is shown only if it lies wholly inside
  // prettier-ignore
  it.each<[ArrangementDraft, string, boolean]>([
    [{ dataFrom: '2025-06-01' },                             '2025-06', true ],
    [{ dataFrom: '2025-06-02' },                             '2025-06', false],
    [{ dataFrom: '2025-06-30' },                             '2025-06', false],
    [{ dataFrom: '2025-07-01' },                             '2025-06', false],
    [{ dataUntil: '2025-07-01' },                            '2025-06', true ],
    [{ dataUntil: '2025-06-30' },                            '2025-06', false],
    [{ dataUntil: '2025-06-01' },                            '2025-06', false],
    [{ dataFrom: '2024-02-01', dataUntil: '2024-03-01' },    '2024-02', true ],
    [{ dataFrom: '2024-02-01', dataUntil: '2024-02-29' },    '2024-02', false],
    [{ dataFrom: '2025-02-01', dataUntil: '2025-03-01' },    '2025-02', true ],
    [{ dataFrom: '2025-02-01', dataUntil: '2025-02-28' },    '2025-02', false],
  ])('under %j month %s is shown: %s', (draft, month, shown) => {
    const entry = fieldOf('loanCount');
    const decision = decide(aSnapshot(arrangements(draft)), FIELD_CATALOGUE, [entry]);
    expect(permits(decision, entry, { platformId: PLATFORM, product: 'JIEBEI', days: daysOf(toMonthIndex(month)) })).toBe(shown);
  });

  it('joins a month from two consents that meet in its middle, and cites both', () => {
    const drafts = arrangements({ dataUntil: '2025-06-15' }, { dataFrom: '2025-06-15' });
    const decision = decide(aSnapshot(drafts), FIELD_CATALOGUE, [fieldOf('loanCount')]);
    expect(
      permits(decision, fieldOf('loanCount'), { platformId: PLATFORM, product: 'JIEBEI', days: daysOf(toMonthIndex('2025-06')) }),
    ).toBe(true);
    expect(verdictOn(aSnapshot(drafts), fieldOf('loanCount')).citations).toEqual([
      { arrangementId: 'a', version: 1 },
      { arrangementId: 'b', version: 1 },
    ]);
  });

  // the window of 24 months before 2026-04 is [2024-04-01, 2026-04-01)
  // prettier-ignore
  it.each<[ArrangementDraft[], string, string]>([
    [[{ dataFrom: '2024-04-01' }],                                   'onTimeMonthRate24m',         'INPUTS'            ],
    [[{ dataFrom: '2024-04-02' }],                                   'onTimeMonthRate24m',         'WINDOW_NOT_COVERED'],
    [[{ dataUntil: '2026-04-01' }],                                  'onTimeMonthRate24m',         'INPUTS'            ],
    [[{ dataUntil: '2026-03-31' }],                                  'onTimeMonthRate24m',         'WINDOW_NOT_COVERED'],
    [[{ dataUntil: '2025-01-01' }, { dataFrom: '2025-01-02' }],      'onTimeMonthRate24m',         'WINDOW_NOT_COVERED'],
    [[{ dataUntil: '2025-01-01' }, { dataFrom: '2025-01-01' }],      'onTimeMonthRate24m',         'INPUTS'            ],
    [[{ dataFrom: '2021-04-01' }],                                   'monthsSinceLastDelinquency', 'INPUTS'            ],
    [[{ dataFrom: '2021-04-02' }],                                   'monthsSinceLastDelinquency', 'WINDOW_NOT_COVERED'],
    [[{ dataFrom: '2026-03-01' }],                                   'overdueNow',                 'INPUTS'            ],
    [[{ dataFrom: '2026-03-02' }],                                   'overdueNow',                 'WINDOW_NOT_COVERED'],
    [[{ dataFrom: '2026-04-01' }],                                   'overdueNow',                 'WINDOW_NOT_COVERED'],
  ])('repaymentStatus under %j makes %s %s', (drafts, asked, reason) => {
    expect(reasonOf(drafts.map((draft) => ({ scopes: '+repaymentStatus', ...draft })), asked)).toBe(reason);
  });

  it('computes an indicator that is permitted itself over the permitted part of its window', () => {
    expect(daysText([{ scopes: '+worstStatus24m', dataFrom: '2025-06-15', dataUntil: '2026-03-10' }], 'worstStatus24m')).toEqual([
      '2025-06-15 2026-03-10',
    ]);
    expect(daysText([{ scopes: '+worstStatus24m' }], 'worstStatus24m')).toEqual(['2024-04-01 2026-04-01']);
    expect(daysText([{ scopes: '+worstStatus24m', dataUntil: '2024-04-01' }], 'worstStatus24m')).toEqual([]);
  });

  it('takes the as-of date of the platform, so that an older delivery moves the window back', () => {
    const asOfByPlatform = new Map([[PLATFORM, toEpochDay('2026-02-01')]]);
    const { days } = verdictOn(
      aSnapshot(arrangements({ scopes: '+worstStatus24m' }), { asOfByPlatform }),
      fieldOf('worstStatus24m'),
    );
    expect(days).toEqual([{ from: toEpochDay('2024-02-01'), until: toEpochDay('2026-02-01') }]);
  });
});

describe('decide on what a field would reveal', () => {
  // prettier-ignore
  it.each([
    ['+loanDays',                                                        'loanDays',                 'REQUIRES',    'MonthlySummary.loanCount'],
    ['+loanDays +loanCount',                                             'loanDays',                 'PERMITTED',   ''],
    ['+loanDays +loanCount -loanCountBand',                              'loanDays',                 'REQUIRES',    'MonthlySummary.loanCount'],
    ['+peakLoansInMonth12m',                                             'peakLoansInMonth12m',      'REQUIRES',    'CreditSummary.loanCount12m'],
    ['+peakLoansInMonth12m +loanCount12m',                               'peakLoansInMonth12m',      'INDICATOR',   ''],
    ['+loansPerMonth12m +loanCount12m',                                  'loansPerMonth12m',         'REQUIRES',    'CreditSummary.monthsOnBook'],
    ['+loansPerMonth12m +loanCount12m +monthsOnBook',                    'loansPerMonth12m',         'REQUIRES',    'CreditSummary.monthsOnBook'],
    ['+loansPerMonth12m +loanCount12m +monthsOnBook +openedYear',        'loansPerMonth12m',         'INDICATOR',   ''],
    ['+monthsOnBook',                                                    'monthsOnBook',             'REQUIRES',    'CreditAccount.openedYear'],
    ['+openedOn',                                                        'monthsOnBook',             'INPUTS',      ''],
    ['+activeBorrowingMonths12m',                                        'activeBorrowingMonths12m', 'REQUIRES',    'MonthlySummary.loanCountBand'],
    ['+activeBorrowingMonths12m +loanCountBand',                         'activeBorrowingMonths12m', 'INDICATOR',   ''],
    ['+loanCount',                                                       'activeBorrowingMonths12m', 'INPUTS',      ''],
    ['+averageLoanAmount12m +loanCount12m',                              'averageLoanAmount12m',     'REQUIRES',    'CreditSummary.borrowedAmount12m'],
    ['+averageLoanAmount12m +borrowedAmount12m',                         'averageLoanAmount12m',     'REQUIRES',    'CreditSummary.loanCount12m'],
    ['+borrowedAmount +loanCount -loanCountBand12m',                     'averageLoanAmount12m',     'NOT_GRANTED', ''],
    ['+utilisation +usedLimit +creditLimit',                             'utilisation',              'INDICATOR',   ''],
    ['+utilisation +usedLimit +creditLimitBand',                         'utilisation',              'REQUIRES',    'CreditAccount.creditLimit'],
    ['+utilisationBand',                                                 'utilisationBand',          'INDICATOR',   ''],
  ])('%s makes %s %s %s', (scopes, asked, reason, because) => {
    expect(verdictOn(aSnapshot(arrangements({ scopes })), fieldOf(asked))).toMatchObject({ reason, because: because === '' ? [] : [because] });
  });

  it('follows a chain of requirements to its end', () => {
    const catalogue = createCatalogue(1, [
      aField(1, 'A.first', { requires: ['A.second'] }),
      aField(2, 'A.second', { requires: ['A.third'] }),
      aField(3, 'A.third'),
    ]);
    const verdict = (scopes: string): unknown =>
      verdictOn(aSnapshot([anArrangement({ scopes, catalogue })]), fieldOf('first', catalogue), 'JIEBEI', catalogue);
    expect(verdict('+first +second')).toMatchObject({ verdict: 'WITHHOLD', reason: 'REQUIRES', because: ['A.second'] });
    expect(verdict('+first +second +third')).toMatchObject({ verdict: 'RELEASE', reason: 'PERMITTED' });
    expect(verdict('+first +third')).toMatchObject({ verdict: 'WITHHOLD', reason: 'REQUIRES', because: ['A.second'] });
  });

  it('shows a field on the days on which what it requires is shown, and on no other', () => {
    const part = { scopes: '+loanCount', dataFrom: '2025-01-01' };
    const daysOfLoanDays = (drafts: ArrangementDraft[]) =>
      verdictOn(aSnapshot(arrangements(...drafts)), fieldOf('loanDays')).days;
    expect(daysOfLoanDays([{ scopes: '+loanDays' }, part])).toEqual(
      daysOfLoanDays([{ scopes: '+loanDays', dataFrom: '2025-01-01' }, part]),
    );
    expect(reasonOf([{ scopes: '+loanDays' }, part], 'loanDays')).toBe('PERMITTED');
    expect(reasonOf([{ scopes: '+loanDays', dataUntil: '2025-01-01' }, part], 'loanDays')).toBe('REQUIRES');
  });

  it('cuts an indicator to the days of the indicator that it requires', () => {
    const own = { scopes: '+peakLoansInMonth12m' };
    const cut = verdictOn(
      aSnapshot(arrangements(own, { scopes: '+loanCount12m', dataFrom: '2025-05-01' })),
      fieldOf('peakLoansInMonth12m'),
    );
    expect([cut.reason, cut.days.map(({ from }) => toLocalDate(from))]).toEqual(['INDICATOR', ['2025-05-01']]);
    expect(reasonOf([own, { scopes: '+loanCount12m', dataFrom: '2025-04-01' }], 'peakLoansInMonth12m')).toBe('INDICATOR');
  });

  it('shows no more after a pause: a consent for more days does not withhold what one for fewer shows', () => {
    const wide = { scopes: '+averageLoanAmount12m' };
    const narrow = { scopes: '+averageLoanAmount12m +loanCount12m +borrowedAmount12m', dataUntil: '2026-03-01' };
    const shown = (drafts: ArrangementDraft[]) =>
      verdictOn(aSnapshot(arrangements(...drafts)), fieldOf('averageLoanAmount12m')).days;
    expect(shown([wide, narrow])).toEqual(shown([{ ...wide, status: 'PAUSED' }, narrow]));
    expect(shown([wide, narrow])).not.toEqual([]);
  });

  it('takes what is required from another consent of the same platform', () => {
    expect(reasonOf([{ scopes: '+loanDays' }, { scopes: '+loanCount' }], 'loanDays')).toBe('PERMITTED');
    expect(reasonOf([{ scopes: '+loanDays' }, { scopes: '+loanCount', platformId: OTHER_PLATFORM }], 'loanDays')).toBe(
      'REQUIRES',
    );
  });
});

describe('decide on catalogue versions', () => {
  const catalogue = createCatalogue(2, [
    aField(1, 'A.old', { coarser: ['A.newCoarser'] }),
    aField(2, 'A.newCoarser', { since: 2 }),
    aField(3, 'A.newFiner', { since: 2, coarser: ['A.old'] }),
    anIndicator(4, 'S.newIndicator', 12, ['A.old'], { since: 2 }),
  ]);
  const reason = (asked: string, ...drafts: ArrangementDraft[]): string =>
    verdictOn(
      aSnapshot(arrangements(...drafts.map((draft) => ({ catalogue, ...draft })))),
      fieldOf(asked, catalogue),
      'JIEBEI',
      catalogue,
    ).reason;

  // a field added later never joins an older consent
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string]>([
    ['newCoarser',   [{ scopes: '+old' }],                                                                          'NEWER_FIELD'   ],
    ['newCoarser',   [{ scopes: '+old', catalogueVersion: 2 }],                                                     'IMPLIED'       ],
    ['newCoarser',   [{ scopes: '+old', ...revoked }],                                                              'REVOKED'       ],
    ['newCoarser',   [{ scopes: '+old' }, { scopes: '+old', catalogueVersion: 2, ...revoked }],                     'NEWER_FIELD'   ],
    ['newCoarser',   [{ scopes: '+newCoarser', catalogueVersion: 2 }],                                              'PERMITTED'     ],
    ['newCoarser',   [{ scopes: '+newCoarser' }],                                                                   'NEWER_FIELD'   ],
    ['newIndicator', [{ scopes: '+old' }],                                                                          'NEWER_FIELD'   ],
    ['newIndicator', [{ scopes: '+old', catalogueVersion: 2 }],                                                     'INPUTS'        ],
    ['newIndicator', [{ scopes: '+old' }, { scopes: '+old', catalogueVersion: 2, dataFrom: '2025-05-01' }],         'WINDOW_NOT_COVERED'],
    ['newIndicator', [{ scopes: '+newIndicator', catalogueVersion: 2 }],                                            'INDICATOR'     ],
    ['newFiner',     [{ scopes: '+old', catalogueVersion: 2 }],                                                     'NOT_GRANTED'   ],
    ['newFiner',     [{ scopes: '+newFiner', catalogueVersion: 2 }],                                                'PERMITTED'     ],
    ['newFiner',     [{ scopes: '+newFiner', catalogueVersion: 2 }, { scopes: '-old' }],                            'DENIED_COARSER'],
    ['old',          [{ scopes: '+newFiner' }],                                                                     'NOT_GRANTED'   ],
    ['old',          [{ scopes: '+newFiner', catalogueVersion: 2 }],                                                'IMPLIED'       ],
  ])('%s under %j is %s', (asked, drafts, expected) => {
    expect(reason(asked, ...drafts)).toBe(expected);
  });
});

describe('decide on budgets', () => {
  const charged = (agoMs: number): ArrangementDraft => ({ chargedAtMs: NOW_MS - agoMs });
  const [five, short, past] = [300_000, 599_999, 600_001];

  // a budget charged to this very request within ten minutes is free; nothing else is forgiven
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string]>([
    ['one use left',                                  [oneTime],                                                             'PERMITTED'     ],
    ['its one use made',                              [usedOnce(DAY_MS)],                                                    'ONE_TIME_USED' ],
    ['its one use made this very millisecond',        [usedOnce(0)],                                                         'ONE_TIME_USED' ],
    ['a retry of its one use',                        [{ ...usedOnce(five), ...charged(five) }],                             'PERMITTED'     ],
    ['a retry a millisecond short of ten minutes',    [{ ...usedOnce(short), ...charged(short) }],                           'PERMITTED'     ],
    ['a retry a millisecond past ten minutes',        [{ ...usedOnce(past), ...charged(past) }],                             'ONE_TIME_USED' ],
    ['a retry that a revoke closed',                  [{ ...usedOnce(five), chargedAtMs: null }],                            'ONE_TIME_USED' ],
    ['a retry after the end of validity',             [{ ...usedOnce(five), ...charged(five), validUntilMs: NOW_MS }],       'EXPIRED'       ],
    ['a retry of what was tampered with',             [{ ...usedOnce(five), ...charged(five), tampered: true }],             'TAMPERED'      ],
    ['a day with a use left',                         [{ ...daily, use: useOf([NOW_MS - DAY_MS]) }],                         'PERMITTED'     ],
    ['two a day, one used',                           [{ ...overDaily, frequency: { count: 2, per: 'DAY' } }],               'PERMITTED'     ],
    ['a day used up',                                 [overDaily],                                                           'OVER_FREQUENCY'],
    ['a retry on a day used up',                      [{ ...overDaily, ...charged(five) }],                                  'PERMITTED'     ],
    ['a late retry on a day used up',                 [{ ...overDaily, ...charged(past) }],                                  'OVER_FREQUENCY'],
    ['a retry of what was paused meanwhile',          [{ ...overDaily, ...charged(five), status: 'PAUSED' }],                'PAUSED'        ],
    ['a retry of what was revoked meanwhile',         [{ ...overDaily, ...charged(five), ...revoked }],                      'REVOKED'       ],
    ['a retry of what is denied meanwhile',           [{ ...overDaily, ...charged(five) }, { scopes: '-loanCount' }],        'DENIED'        ],
    ['a budget removed by an amendment',              [{ use: useOf([NOW_MS]) }],                                            'PERMITTED'     ],
    ['one used up beside one that is not',            [usedOnce(DAY_MS), daily],                                             'PERMITTED'     ],
    ['two used up',                                   [usedOnce(DAY_MS), overDaily],                                         'ONE_TIME_USED' ],
  ])('with %s', (_name, drafts, reason) => {
    expect(reasonOf(drafts, 'loanCount')).toBe(reason);
  });

  it('takes the days of a consent that is used up out of the union', () => {
    const rest: ArrangementDraft = { dataFrom: '2025-01-01' };
    expect(daysText([{ dataUntil: '2025-01-01' }, { ...rest, ...daily }], 'loanCount')).toEqual(['2021-04-01 ...']);
    expect(daysText([{ dataUntil: '2025-01-01' }, { ...rest, ...overDaily }], 'loanCount')).toEqual(['2021-04-01 2025-01-01']);
  });

  it('withholds an indicator by inputs as soon as one input is used up', () => {
    const drafts = (use: ArrangementDraft): ArrangementDraft[] => [
      { scopes: '+borrowedAmount' },
      { scopes: '+loanCount', ...use },
    ];
    expect(reasonOf(drafts(daily), 'averageLoanAmount12m')).toBe('INPUTS');
    expect(reasonOf(drafts(overDaily), 'averageLoanAmount12m')).toBe('NOT_GRANTED');
  });
});

describe('decide on what it tells of the withheld', () => {
  const explicit: ArrangementDraft = { absencePolicy: 'EXPLICIT' };
  const told = (drafts: readonly ArrangementDraft[], names: string): string | null => {
    const entries = names.split(' ').map((name) => fieldOf(name));
    const { withheld } = decide(aSnapshot(arrangements(...drafts)), FIELD_CATALOGUE, entries);
    return (
      withheld?.map(({ entry, product }) => `${product?.charAt(0) ?? ''}${entry.coordinate.replace(/.*\./, ' ')}`).join(',') ??
      null
    );
  };

  // the borrower wants it told only if every usable consent says so; a cell shown by any platform is not withheld
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string | null]>([
    ['nothing by a UNIFORM consent',                  [{}],                                                        'borrowedAmount',   null],
    ['what was not granted, per product',             [explicit],                                                  'borrowedAmount',   'H borrowedAmount,J borrowedAmount,O borrowedAmount'],
    ['nothing of what is shown',                      [{ ...explicit, scopes: '*+loanCount' }],                    'loanCount',        ''],
    ['the products that are not',                     [explicit],                                                  'loanCount',        'H loanCount,O loanCount'],
    ['a field without product once',                  [explicit],                                                  'fullName',         ' fullName'],
    ['what is denied',                                [{ ...explicit, scopes: '*+loanCount -loanCount' }],         'loanCount',        'J loanCount'],
    ['what the purpose is not open to',               [explicit],                                                  'mobile',           ' mobile'],
    ['in the order asked',                            [{ ...explicit, scopes: '*+loanCount' }],                    'mobile loanCount fullName', ' mobile, fullName'],
    ['nothing while it is paused',                    [{ ...explicit, status: 'PAUSED' }],                         'borrowedAmount',   null],
    ['nothing once it is revoked',                    [{ ...explicit, ...revoked }],                               'borrowedAmount',   null],
    ['nothing before it starts',                      [{ ...explicit, validFromMs: NOW_MS + 1 }],                  'borrowedAmount',   null],
    ['nothing once it has expired',                   [{ ...explicit, validUntilMs: NOW_MS }],                     'borrowedAmount',   null],
    ['nothing once it is used up',                    [{ ...explicit, ...usedOnce(DAY_MS) }],                      'borrowedAmount',   null],
    ['to the retry of its one use what it told then', [{ ...explicit, ...usedOnce(1), chargedAtMs: NOW_MS - 1 }],  'fullName',         ' fullName'],
    ['nothing over its frequency',                    [{ ...explicit, ...overDaily }],                             'borrowedAmount',   null],
    ['nothing where it was tampered with',            [{ ...explicit, tampered: true }],                           'borrowedAmount',   null],
    ['nothing beside a usable UNIFORM one',           [explicit, { scopes: '+openedYear' }],                       'borrowedAmount',   null],
    ['nothing beside one of another platform',        [explicit, { platformId: OTHER_PLATFORM }],                  'borrowedAmount',   null],
    ['beside a UNIFORM one that is not usable',       [explicit, { status: 'PAUSED' }],                            'fullName',         ' fullName'],
    ['beside a UNIFORM one for another purpose',      [explicit, { purpose: 'CARD_APPROVAL' }],                    'fullName',         ' fullName'],
    ['beside a UNIFORM one to another bank',          [explicit, { recipientId: BANK_B }],                         'fullName',         ' fullName'],
    ['not what another platform shows',               [{ ...explicit, scopes: '*+loanCount' }, { ...explicit, scopes: '+openedOn', platformId: OTHER_PLATFORM }], 'loanCount openedOn', 'H openedOn,O openedOn'],
  ])('%s', (_name, drafts, asked, expected) => {
    expect(told(drafts, asked)).toBe(expected);
  });

  it('nothing of a person without consents or unknown', () => {
    for (const borrowerKnown of [true, false])
      expect(decide(aSnapshot([], { borrowerKnown }), FIELD_CATALOGUE, [fieldOf('loanCount')]).withheld).toBeNull();
  });
});

describe('decide on why not', () => {
  const older = at('2026-01-10T09:00:00.000');
  // of the arrangements that would permit the field the latest granted one speaks
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string]>([
    ['tampered before revoked',             [{ tampered: true, ...revoked }],                                         'TAMPERED'   ],
    ['revoked before expired',              [{ ...revoked, validUntilMs: NOW_MS }],                                   'REVOKED'    ],
    ['expired before paused',               [{ status: 'PAUSED', validUntilMs: NOW_MS }],                             'EXPIRED'    ],
    ['not started before paused',           [{ status: 'PAUSED', validFromMs: NOW_MS + 1 }],                          'NOT_STARTED'],
    ['the latest granted one speaks',       [{ status: 'PAUSED', grantedAtMs: older }, revoked],                      'REVOKED'    ],
    ['wherever it stands in the list',      [revoked, { status: 'PAUSED', grantedAtMs: older }],                      'REVOKED'    ],
    ['at equal instants the smaller id',    [{ status: 'PAUSED' }, revoked],                                          'PAUSED'     ],
    ['used up before expired',              [{ ...usedOnce(DAY_MS), validUntilMs: NOW_MS }],                          'ONE_TIME_USED'],
    ['expired before over its frequency',   [{ ...overDaily, validUntilMs: NOW_MS }],                                 'EXPIRED'    ],
    ['not started before over it',          [{ ...overDaily, validFromMs: NOW_MS + 1 }],                              'NOT_STARTED'],
    ['paused before over its frequency',    [{ ...overDaily, status: 'PAUSED' }],                                     'PAUSED'     ],
    ['revoked before over its frequency',   [{ ...overDaily, ...revoked }],                                           'REVOKED'    ],
    ['tampered before used up',             [{ ...usedOnce(DAY_MS), tampered: true }],                                'TAMPERED'   ],
    ['over its frequency, if granted last', [revoked, { ...overDaily, grantedAtMs: AFTER }],                          'OVER_FREQUENCY'],
    ['one of another product is silent',    [{ scopes: 'H+loanCount', ...revoked }],                                  'NOT_GRANTED'],
    ['one of another field is silent',      [{ scopes: '+borrowedAmount', ...revoked }],                              'NOT_GRANTED'],
    ['one of a coarser field is silent',    [{ scopes: '+loanCountBand', ...revoked }],                               'NOT_GRANTED'],
  ])('%s', (_name, drafts, reason) => {
    expect(reasonOf(drafts, 'loanCount')).toBe(reason);
  });

  it('hears a finer field, and for an indicator all of its inputs', () => {
    expect(reasonOf([{ scopes: '+loanCount', ...revoked }], 'loanCountBand')).toBe('REVOKED');
    expect(reasonOf([{ scopes: '+repaymentStatus', status: 'PAUSED' }], 'onTimeMonthRate24m')).toBe('PAUSED');
    expect(reasonOf([{ scopes: '+borrowedAmount', status: 'PAUSED' }], 'averageLoanAmount12m')).toBe('NOT_GRANTED');
  });
});

describe('decide on citations', () => {
  const late = at('2026-07-01T00:00:00.000');
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string]>([
    ['the later validUntil goes first',        [{}, { validUntilMs: late }],                                           'b'  ],
    ['then the smaller id',                    [{}, {}],                                                               'a'  ],
    ['none that adds no day',                  [{}, { dataFrom: '2025-01-01', dataUntil: '2025-02-01' }],              'a'  ],
    ['several where the days need them',       [{ dataUntil: '2025-01-01' }, { dataFrom: '2025-01-01', validUntilMs: late }], 'ba'],
    ['only usable ones',                       [revoked, {}],                                                          'b'  ],
    ['one without a budget before all others', [{ ...daily, validUntilMs: late }, { ...oneTime, validUntilMs: late }, {}], 'c'  ],
    ['of budgets the later validUntil',        [daily, { ...oneTime, validUntilMs: late }],                            'b'  ],
    ['of equal budgets the smaller id',        [oneTime, daily],                                                       'a'  ],
    ['a budget for the days it alone covers',  [{ ...daily, validUntilMs: late }, { dataUntil: '2025-01-01' }],        'ba' ],
    ['no budget that is used up',              [{ ...overDaily, validUntilMs: late }, daily],                          'b'  ],
    ['a finer consent serves as well',         [{ scopes: '+loanCount12m' }, { scopes: '+loanCount', validUntilMs: late }],   'b' ],
  ])('%s', (_name, drafts, cited) => {
    const { citations } = verdictOn(aSnapshot(arrangements(...drafts)), fieldOf('loanCount'));
    expect(citations.map(({ arrangementId }) => arrangementId).join('')).toBe(cited);
  });

  it('names the version in force, and each consent once however many inputs it gave', () => {
    const { citations } = verdictOn(
      aSnapshot(arrangements({ scopes: '+borrowedAmount +loanCount', version: 3 })),
      fieldOf('averageLoanAmount12m'),
    );
    expect(citations).toEqual([{ arrangementId: 'a', version: 3 }]);
  });

  it('cites nothing for what is withheld', () => {
    expect(verdictOn(aSnapshot(arrangements({ scopes: '+loanCount -loanCount' })), fieldOf('loanCount'))).toMatchObject({
      citations: [],
      days: [],
    });
  });
});

describe('decide on platforms', () => {
  const entries = ['loanCount', 'fullName', 'onTimeMonthRate24m', 'averageLoanAmount12m'].map((name) => fieldOf(name));
  const here = anArrangement({ id: 'a', scopes: '+loanCount +fullName +repaymentStatus' });
  const there = anArrangement({ id: 'b', scopes: 'H+loanCount +borrowedAmount -fullName', platformId: OTHER_PLATFORM });

  it('decides each platform as if it stood alone', () => {
    const both = decide(aSnapshot([here, there]), FIELD_CATALOGUE, entries);
    for (const entry of entries) {
      const alone = [here, there].flatMap((one) => decide(aSnapshot([one]), FIELD_CATALOGUE, entries).cells.get(entry));
      expect(both.cells.get(entry)).toEqual(alone);
    }
  });

  it('gives a cell per platform and product, in the order of platforms and products', () => {
    const { cells } = decide(aSnapshot([there, here]), FIELD_CATALOGUE, entries);
    const origins = cells.get(fieldOf('loanCount'))?.map(({ platformId, product }) => `${platformId}/${String(product)}`);
    expect(origins).toEqual(
      [PLATFORM, OTHER_PLATFORM].flatMap((platform) => PRODUCTS.map((product) => `${platform}/${product}`)),
    );
    expect(cells.get(fieldOf('fullName'))?.map(({ platformId, product }) => [platformId, product])).toEqual([
      [PLATFORM, null],
      [OTHER_PLATFORM, null],
    ]);
  });

  // prettier-ignore
  it.each([
    ['a person without consents', true,  'NO_CONSENT'      ],
    ['an unknown person',         false, 'UNKNOWN_BORROWER'],
  ])('answers %s with one cell per field and no platform', (_name, borrowerKnown, reason) => {
    const decision = decide(aSnapshot([], { borrowerKnown }), FIELD_CATALOGUE, entries);
    for (const entry of entries)
      expect(decision.cells.get(entry)).toEqual([
        { platformId: NO_PLATFORM, product: null, verdict: 'WITHHOLD', reason, because: [], days: [], citations: [] },
      ]);
    expect(decision.atMs).toBe(NOW_MS);
  });
});

describe('permits and releasedCells', () => {
  const entry = fieldOf('loanCount');
  const decision = decide(
    aSnapshot(arrangements({ scopes: '+loanCount +fullName H-loanCount', dataFrom: '2025-06-01' })),
    FIELD_CATALOGUE,
    [entry, fieldOf('fullName')],
  );
  const june = daysOf(toMonthIndex('2025-06'));

  // prettier-ignore
  it.each([
    ['the released origin',            { platformId: PLATFORM,       product: 'JIEBEI', days: june },                           true ],
    ['a record without a date',        { platformId: PLATFORM,       product: 'JIEBEI', days: null },                           true ],
    ['another product',                { platformId: PLATFORM,       product: 'HUABEI', days: june },                           false],
    ['no product',                     { platformId: PLATFORM,       product: null,     days: june },                           false],
    ['another platform',               { platformId: OTHER_PLATFORM, product: 'JIEBEI', days: june },                           false],
    ['a month before the days',        { platformId: PLATFORM,       product: 'JIEBEI', days: daysOf(toMonthIndex('2025-05')) }, false],
  ] as const)('answer for %s', (_name, origin, expected) => {
    expect(permits(decision, entry, origin)).toBe(expected);
  });

  it('answer no for a field that was not asked, and before anything was decided', () => {
    const origin = { platformId: PLATFORM, product: 'JIEBEI', days: null } as const;
    expect(permits(decision, fieldOf('loanCountBand'), origin)).toBe(false);
    const nothing = { atMs: 0, withheld: null, monthInProgress: new Set<string>(), cells: new Map() };
    expect(permits(nothing, entry, origin)).toBe(false);
    expect(releasedCells(nothing, entry)).toEqual([]);
  });

  it('list the released cells and no withheld one', () => {
    expect(releasedCells(decision, entry).map(({ product }) => product)).toEqual(['JIEBEI']);
    expect(releasedCells(decision, fieldOf('fullName')).map(({ product }) => product)).toEqual([null]);
  });

  it('answer for the customer record, which has neither product nor date', () => {
    const origin = { platformId: PLATFORM, product: null, days: null };
    expect([permits(decision, fieldOf('fullName'), origin), permits(decision, entry, origin)]).toEqual([true, false]);
  });
});
