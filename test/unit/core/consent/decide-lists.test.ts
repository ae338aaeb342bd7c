import { decide } from '../../../../src/core/consent/decide';
import { permits } from '../../../../src/core/consent/decision';
import { daysOf, toEpochDay, toLocalDate, toMonthIndex } from '../../../../src/core/credit/calendar';
import { CATALOGUE_VERSION, createCatalogue, FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import {
  aField,
  anArrangement,
  type ArrangementDraft,
  aSnapshot,
  fieldOf,
  fieldsOf,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
  useOf,
  verdictOn,
} from '../../../support/builders';

/** Arrangements a, b, c under the catalogue that has the lists. */
const arrangements = (drafts: readonly ArrangementDraft[]) =>
  drafts.map((draft, i) => anArrangement({ id: 'abc'.charAt(i), catalogueVersion: CATALOGUE_VERSION, ...draft }));
const verdict = (drafts: readonly ArrangementDraft[], asked: string) =>
  verdictOn(aSnapshot(arrangements(drafts)), fieldOf(asked));
/** The reason, and the released days with open ends as dots, or the fields that decided. */
function outcome(drafts: readonly ArrangementDraft[], asked: string): string {
  const { reason, days, because } = verdict(drafts, asked);
  const text = (day: number): string => (Math.abs(day) > 1_000_000 ? '...' : toLocalDate(day));
  const spans = days.map(({ from, until }) => `${text(from)} ${text(until)}`);
  return [reason, ...(spans.length > 0 ? spans : because)].join(' ');
}

const since2025: ArrangementDraft = { dataFrom: '2025-01-01' };
const until2025: ArrangementDraft = { dataUntil: '2025-01-01' };

describe('decide on a field of a list', () => {
  // without the list nothing in it is shown, and where the list is shown on fewer days so is what stands in it
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string]>([
    ['the list not granted',                  [{ scopes: '+drawnMonth' }],                                                         'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the list granted',                      [{ scopes: '+loans +drawnMonth' }],                                                  'drawnMonth', 'PERMITTED 2021-04-01 ...'],
    ['the list granted alone',                [{ scopes: '+loans' }],                                                              'drawnMonth', 'NOT_GRANTED'],
    ['the list of another product',           [{ scopes: 'H+loans +drawnMonth' }],                                                 'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the list of every product',             [{ scopes: '*+loans +drawnMonth' }],                                                 'drawnMonth', 'PERMITTED 2021-04-01 ...'],
    ['the list by another consent',           [{ scopes: '+drawnMonth' }, { scopes: '+loans' }],                                   'drawnMonth', 'PERMITTED 2021-04-01 ...'],
    ['the list of another platform',          [{ scopes: '+drawnMonth' }, { scopes: '+loans', platformId: OTHER_PLATFORM }],       'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the list on fewer days',                [{ scopes: '+drawnMonth' }, { scopes: '+loans', ...since2025 }],                     'drawnMonth', 'PERMITTED 2025-01-01 ...'],
    ['the list on other days',                [{ scopes: '+drawnMonth', ...until2025 }, { scopes: '+loans', ...since2025 }],       'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the list denied',                       [{ scopes: '+loans +drawnMonth -loans' }],                                           'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the list denied by what it tells',      [{ scopes: '+loans +drawnMonth -loanCount' }],                                       'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the list denied by a coarser rung',     [{ scopes: '+loans +drawnMonth -monthsSinceLastLoan' }],                             'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['a denied list beside an ended consent', [{ scopes: '+loans +drawnMonth' }, { scopes: '-loans', validUntilMs: NOW_MS }],      'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['a paused consent for the list',         [{ scopes: '+drawnMonth' }, { scopes: '+loans', status: 'PAUSED' }],                 'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['a field implied by a finer one',        [{ scopes: '+drawnOn' }, { scopes: '+loans', ...since2025 }],                        'drawnMonth', 'IMPLIED 2025-01-01 ...'],
    ['a field implied by a finer one alone',  [{ scopes: '+drawnOn' }],                                                            'drawnMonth', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['a list within a list',                  [{ scopes: '+loans +repayments +dueOn' }],                                           'dueOn',      'PERMITTED 2021-04-01 ...'],
    ['the inner list not granted',            [{ scopes: '+loans +dueOn' }],                                                       'dueOn',      'CONTAINER_WITHHELD Loan.repayments'],
    ['the outer list not granted',            [{ scopes: '+repayments +dueOn' }],                                                  'dueOn',      'CONTAINER_WITHHELD Loan.repayments'],
    ['the inner list without the outer',      [{ scopes: '+repayments' }],                                                         'repayments', 'CONTAINER_WITHHELD CreditAccount.loans'],
    ['the outer list denied',                 [{ scopes: '+loans +repayments +dueOn -loans' }],                                    'dueOn',      'CONTAINER_WITHHELD Loan.repayments'],
    ['the outer list on fewer days',          [{ scopes: '+repayments +dueOn' }, { scopes: '+loans', ...since2025 }],              'dueOn',      'PERMITTED 2025-01-01 ...'],
    ['a list of no product',                  [{ scopes: 'H+inquiries O+inquiredOn' }],                                            'inquiredOn', 'PERMITTED 2021-04-01 ...'],
    ['a list of no product not granted',      [{ scopes: '+inquiredOn' }],                                                         'inquiredOn', 'CONTAINER_WITHHELD CreditReport.inquiries'],
    ['statements without their list',         [{ scopes: '+text' }],                                                               'text',       'CONTAINER_WITHHELD CreditReport.statements'],
  ])('%s', (_name, drafts, asked, expected) => {
    expect(outcome(drafts, asked)).toBe(expected);
  });

  it('lets a list stand alone, whatever of its fields is denied', () => {
    expect(outcome([{ scopes: '+loans -drawnMonth -principalBand' }], 'loans')).toBe('PERMITTED 2021-04-01 ...');
  });

  it('shows the day of a loan at the list’s first day and not on the day before', () => {
    const entries = fieldsOf('loans drawnMonth');
    const decision = decide(
      aSnapshot(arrangements([{ scopes: '+drawnMonth' }, { scopes: '+loans', dataFrom: '2025-06-15' }])),
      FIELD_CATALOGUE,
      entries,
    );
    const shownOn = (date: string): boolean[] =>
      entries.map((entry) => {
        const from = toEpochDay(date);
        return permits(decision, entry, { platformId: PLATFORM, product: 'JIEBEI', days: { from, until: from + 1 } });
      });
    expect([shownOn('2025-06-14'), shownOn('2025-06-15')]).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string]>([
    ['both on all days',                    [{ scopes: '+loans +settledOn +repaymentStatus' }],                                                              'settledOn',  'PERMITTED 2021-04-01 ...'],
    ['the required field not granted',      [{ scopes: '+loans +settledOn' }],                                                                               'settledOn',  'REQUIRES MonthlySummary.repaymentStatus'],
    ['the required field before the list',  [{ scopes: '+settledOn' }],                                                                                      'settledOn',  'REQUIRES MonthlySummary.repaymentStatus'],
    ['the list not granted',                [{ scopes: '+settledOn +repaymentStatus' }],                                                                     'settledOn',  'CONTAINER_WITHHELD CreditAccount.loans'],
    ['each on days of its own',             [{ scopes: '+loanStatus' }, { scopes: '+repaymentStatus', ...since2025 }, { scopes: '+loans', dataUntil: '2025-03-01' }], 'loanStatus', 'PERMITTED 2025-01-01 2025-03-01'],
    ['days that do not meet',               [{ scopes: '+loanStatus' }, { scopes: '+repaymentStatus', ...since2025 }, { scopes: '+loans', ...until2025 }],   'loanStatus', 'CONTAINER_WITHHELD CreditAccount.loans'],
  ])('that requires another: %s', (_name, drafts, asked, expected) => {
    expect(outcome(drafts, asked)).toBe(expected);
  });

  it('withholds by a requirement that itself stands in a withheld list', () => {
    expect(outcome([{ scopes: '+daysSinceLastLoan +drawnOn' }], 'daysSinceLastLoan')).toBe('REQUIRES Loan.drawnOn');
    expect(outcome([{ scopes: '+daysSinceLastLoan +drawnOn +loans' }], 'daysSinceLastLoan')).toBe(
      'INDICATOR 2025-04-01 2026-04-01',
    );
  });

  it('says that the purpose is not open before it looks for a list', () => {
    const snapshot = aSnapshot(arrangements([{ scopes: '+drawnMonth', purpose: 'CARD_APPROVAL' }]), { purpose: 'CARD_APPROVAL' });
    expect(verdictOn(snapshot, fieldOf('drawnMonth')).reason).toBe('OUTSIDE_PURPOSE');
  });

  it('withholds a field of an open cluster in a list of a closed one', () => {
    const catalogue = createCatalogue(1, [
      aField(1, 'A.list', { cluster: 'LOAN_DETAIL', container: true, source: { kind: 'list', record: 'loan' } }),
      aField(2, 'L.field', { within: 'A.list' }),
    ]);
    const snapshot = aSnapshot([anArrangement({ scopes: '+list +field', catalogue, purpose: 'CARD_APPROVAL' })], {
      purpose: 'CARD_APPROVAL',
    });
    expect(verdictOn(snapshot, fieldOf('field', catalogue), 'JIEBEI', catalogue)).toMatchObject({
      reason: 'CONTAINER_WITHHELD', because: ['A.list'],
    }); // prettier-ignore
  });

  it('keeps a list that a later catalogue added out of an older consent, and with it what stands in it', () => {
    const old: ArrangementDraft = { scopes: '+loans +drawnMonth', catalogueVersion: CATALOGUE_VERSION - 1 };
    expect([outcome([old], 'loans'), outcome([old], 'drawnMonth')]).toEqual(['NEWER_FIELD', 'NEWER_FIELD']);
  });
});

describe('decide on an indicator over a list', () => {
  // as of 2026-04-15 the 12 months are 2025-04-01 to 2026-04-01, the 24 months begin 2024-04-01
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string]>([
    ['by its input and the list',                     [{ scopes: '+loans +drawnOn' }],                                                                     'daysSinceLastLoan',     'INPUTS 2025-04-01 2026-04-01'],
    ['whose input lacks its list',                    [{ scopes: '+drawnOn' }],                                                                            'daysSinceLastLoan',     'NOT_GRANTED'],
    ['whose list begins with the window',             [{ scopes: '+drawnOn' }, { scopes: '+loans', dataFrom: '2025-04-01' }],                              'daysSinceLastLoan',     'INPUTS 2025-04-01 2026-04-01'],
    ['whose list begins a day late',                  [{ scopes: '+drawnOn' }, { scopes: '+loans', dataFrom: '2025-04-02' }],                              'daysSinceLastLoan',     'WINDOW_NOT_COVERED'],
    ['whose list ends a day early',                   [{ scopes: '+drawnOn' }, { scopes: '+loans', dataUntil: '2026-03-31' }],                             'daysSinceLastLoan',     'WINDOW_NOT_COVERED'],
    ['whose inner list begins a day late',            [{ scopes: '+loans +daysPastDue' }, { scopes: '+repayments', dataFrom: '2024-04-02' }],              'maxDaysPastDue24m',     'WINDOW_NOT_COVERED'],
    ['whose outer list begins a day late',            [{ scopes: '+repayments +daysPastDue' }, { scopes: '+loans', dataFrom: '2024-04-02' }],              'maxDaysPastDue24m',     'WINDOW_NOT_COVERED'],
    ['by both lists over the whole window',           [{ scopes: '+loans +repayments +daysPastDue' }],                                                     'maxDaysPastDue24m',     'INPUTS 2024-04-01 2026-04-01'],
    ['one input of which requires what is withheld',  [{ scopes: '+loans +drawnOn +settledOn' }],                                                          'maxConcurrentLoans12m', 'NOT_GRANTED'],
    ['by inputs with all they require',               [{ scopes: '+loans +drawnOn +settledOn +repaymentStatus' }],                                         'maxConcurrentLoans12m', 'INPUTS 2025-04-01 2026-04-01'],
    ['an input of which is shown on fewer days',      [{ scopes: '+loans +drawnOn +settledOn' }, { scopes: '+repaymentStatus', dataFrom: '2025-06-01' }],  'maxConcurrentLoans12m', 'WINDOW_NOT_COVERED'],
    ['permitted itself, without any list',            [{ scopes: '+maxDaysPastDue24m' }],                                                                  'maxDaysPastDue24m',     'INDICATOR 2024-04-01 2026-04-01'],
    ['permitted itself, though the list is denied',   [{ scopes: '+maxDaysPastDue24m -repayments' }],                                                      'maxDaysPastDue24m',     'INDICATOR 2024-04-01 2026-04-01'],
    ['that requires a count, which the list implies', [{ scopes: '+loans +repayments +dueOn +paidOn' }],                                                   'onTimeRate24m',         'INPUTS 2024-04-01 2026-04-01'],
    ['over inquiries by the fields of the list',      [{ scopes: '+inquiries +inquiredOn +institutionName +isHard' }],                                     'hardInquiries6m',       'INPUTS 2025-10-01 2026-04-01'],
    ['over inquiries without their list',             [{ scopes: '+inquiredOn +institutionName +isHard' }],                                                'hardInquiries6m',       'NOT_GRANTED'],
  ])('%s', (_name, drafts, asked, expected) => {
    expect(outcome(drafts, asked)).toBe(expected);
  });
});

describe('decide on the month in progress', () => {
  const inProgress = (drafts: readonly ArrangementDraft[], asked = 'loanCount'): string[] => [
    ...decide(aSnapshot(arrangements(drafts)), FIELD_CATALOGUE, fieldsOf(asked)).monthInProgress,
  ];
  const here = `${PLATFORM}/JIEBEI`;

  // prettier-ignore
  it.each<[string, ArrangementDraft[], string[]]>([
    ['is not shown beside a count',                [{ scopes: '*+loanCount' }],                                       []                                      ],
    ['is shown beside single loans',               [{ scopes: '+loans' }],                                            [here]                                  ],
    ['is shown for the product of the loans',      [{ scopes: 'H+loans *+loanCount' }],                               [`${PLATFORM}/HUABEI`]                  ],
    ['is shown for every product of the loans',    [{ scopes: '*+loans' }],                                           ['HUABEI', 'JIEBEI', 'OTHER'].map((product) => `${PLATFORM}/${product}`)],
    ['is shown for the platform of the loans',     [{ scopes: '+loanCount' }, { scopes: '+loans', platformId: OTHER_PLATFORM }], [`${OTHER_PLATFORM}/JIEBEI`] ],
    ['is not shown where the loans are denied',    [{ scopes: '+loans -loans +loanCount' }],                          []                                      ],
    ['is not shown where the count is denied',     [{ scopes: '+loans -loanCount' }],                                 []                                      ],
    ['is not shown beside the fields of loans',    [{ scopes: '+principal +drawnOn' }],                               []                                      ],
    ['is not shown under a paused consent',        [{ scopes: '+loans', status: 'PAUSED' }, { scopes: '+loanCount' }], []                                     ],
    ['is not shown where their list ends before',  [{ scopes: '+loans', dataUntil: '2025-06-01' }, { scopes: '+loanCount' }],  []                                      ],
    ['is not shown to nobody',                     [],                                                                []                                      ],
  ])('%s', (_name, drafts, expected) => {
    expect(inProgress(drafts)).toEqual(expected);
  });

  it('does not depend on whether the operation asks for the loans', () => {
    expect(inProgress([{ scopes: '+loans' }], 'loans loanCount')).toEqual(inProgress([{ scopes: '+loans' }], 'loanCount'));
  });
});

describe('decide on what a list rests on', () => {
  const cited = (drafts: readonly ArrangementDraft[], asked: string, monthsBack?: number): string =>
    verdictOn(aSnapshot(arrangements(drafts), monthsBack === undefined ? {} : { monthsBack }), fieldOf(asked))
      .citations.map(({ arrangementId }) => arrangementId)
      .sort()
      .join('');

  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string]>([
    ['every consent that the days of loans need',      [{ scopes: '+loans', ...until2025 }, { scopes: '+loans', ...since2025 }],                          'loans',      'ab'],
    ['none that adds no day',                          [{ scopes: '+loans' }, { scopes: '+loans', ...since2025 }],                                        'loans',      'a' ],
    ['of a field only what gives days that are shown', [{ scopes: '+loans +drawnMonth', ...since2025 }, { scopes: '+drawnMonth', ...until2025 }],         'drawnMonth', 'a' ],
    ['no budget for days that the list does not show', [{ scopes: '+drawnMonth', frequency: { count: 1, per: 'DAY' }, ...until2025 }, { scopes: '+loans +drawnMonth', ...since2025 }], 'drawnMonth', 'b'],
    ['a budget for the days that it alone covers',     [{ scopes: '+loans', frequency: { count: 1, per: 'DAY' }, ...until2025 }, { scopes: '+loans', ...since2025 }], 'loans', 'ab'],
    ['one consent for statements, which have no date',  [{ scopes: '+statements', ...until2025 }, { scopes: '+statements', accessMode: 'ONE_TIME', ...since2025 }], 'statements', 'a'],
    ['inquiries alike',                                [{ scopes: '+inquiries', ...until2025 }, { scopes: '+inquiries', ...since2025 }],                  'inquiries',  'ab'],
  ])('cites %s', (_name, drafts, asked, expected) => {
    expect(cited(drafts, asked)).toBe(expected);
  });

  it('does not limit loans to the months that the operation lists', () => {
    const drafts = [
      { scopes: '+loans +loanCount', ...until2025 },
      { scopes: '+loans +loanCount', ...since2025 },
    ];
    expect([cited(drafts, 'loans', 1), cited(drafts, 'loanCount', 1)]).toEqual(['ab', 'b']);
  });

  it('cites for the month in progress, where it is listed, the consent that covers it', () => {
    const months: ArrangementDraft[] = [
      { scopes: '+loanCount', dataUntil: '2026-04-01' },
      { scopes: '+loanCount', dataFrom: '2026-04-01' },
    ];
    expect(cited(months, 'loanCount', 1)).toBe('a');
    expect(cited([...months, { scopes: '+loans' }], 'loanCount', 1)).toBe('ab');
  });

  it('withholds a list whose one use is over', () => {
    const used: ArrangementDraft = { accessMode: 'ONE_TIME', use: useOf([NOW_MS - 3_600_000], NOW_MS - 3_600_000) };
    expect(outcome([{ scopes: '+drawnMonth' }, { scopes: '+loans', ...used }], 'drawnMonth')).toBe(
      'CONTAINER_WITHHELD CreditAccount.loans',
    );
  });
});

describe('decide on a month listed beside loans', () => {
  it('permits the month in progress by its days like any other', () => {
    const entry = fieldOf('loanCount');
    const decision = decide(aSnapshot(arrangements([{ scopes: '+loans' }])), FIELD_CATALOGUE, [entry]);
    const days = daysOf(toMonthIndex('2026-04'));
    expect(permits(decision, entry, { platformId: PLATFORM, product: 'JIEBEI', days })).toBe(true);
  });
});
