import { decide } from '../../../../src/core/consent/decide';
import type { CellVerdict, ConsentSnapshot, Decision } from '../../../../src/core/consent/decision';
import { revealWarnings } from '../../../../src/core/consent/reveal-warnings';
import { toEpochDay } from '../../../../src/core/credit/calendar';
import {
  CATALOGUE_VERSION,
  createCatalogue,
  FIELD_CATALOGUE,
  type FieldCatalogue,
} from '../../../../src/core/credit/field-catalogue';
import {
  aField,
  anArrangement,
  anIndicator,
  type ArrangementDraft,
  aSnapshot,
  fieldOf,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
} from '../../../support/builders';

/** Warnings in one line each: `withheld < source source`. */
function warningsOn(decision: Decision, catalogue: FieldCatalogue = FIELD_CATALOGUE): string[] {
  const nameOf = (coordinate: string): string => coordinate.replace(/^\w+\./, '');
  return revealWarnings(decision, catalogue).map(
    ({ entry, computableFrom }) =>
      `${nameOf(entry.coordinate)} < ${computableFrom.map(({ coordinate }) => nameOf(coordinate)).join(' ')}`,
  );
}

/** What a preview decides: every field of the catalogue. */
function preview(
  drafts: readonly ArrangementDraft[],
  about: Partial<ConsentSnapshot> = {},
  catalogue: FieldCatalogue = FIELD_CATALOGUE,
): Decision {
  const arrangements = drafts.map((draft, i) =>
    anArrangement({ id: `a${String(i)}`, catalogue, catalogueVersion: CATALOGUE_VERSION, ...draft }),
  );
  return decide(aSnapshot(arrangements, about), catalogue, catalogue.entries);
}

/** A decision made by hand, cell by cell; days as `from/until`, of JIEBEI unless told otherwise. */
type HandMade = readonly [field: string, verdict: 'RELEASE' | 'WITHHOLD', days?: string, more?: Partial<CellVerdict>];
function decisionOf(cells: readonly HandMade[], catalogue: FieldCatalogue = FIELD_CATALOGUE): Decision {
  const made: Decision['cells'] & Map<unknown, CellVerdict[]> = new Map();
  for (const [field, verdict, days = '', more] of cells) {
    const entry = fieldOf(field, catalogue);
    const spans = days.split(' ').filter((span) => span !== '');
    const cell: CellVerdict = {
      platformId: PLATFORM,
      product: entry.perProduct ? 'JIEBEI' : null,
      verdict,
      reason: verdict === 'RELEASE' ? 'PERMITTED' : 'DENIED',
      because: [],
      days: spans.map((span) => {
        const [from = '', until = ''] = span.split('/');
        return { from: toEpochDay(from), until: toEpochDay(until) };
      }),
      citations: [],
      ...more,
    };
    made.set(entry, [...(made.get(entry) ?? []), cell]);
  }
  return { atMs: NOW_MS, withheld: null, monthInProgress: new Set(), cells: made };
}

const ALL = '2021-04-01/9999-12-31';

describe('revealWarnings over decided consents', () => {
  // prettier-ignore
  it.each<[string, string, string[]]>([
    ['nothing where nothing is granted',             '',                                                []                                                        ],
    ['nothing where a ladder implies the indicators', '+repaymentStatus +loanCount +openedOn',          []                                                        ],
    ['nothing of what is not asked alone',           '+actualPaid +pastDuePrincipal31To60 +maxUsedLimit', []                                                      ],
    ['a denied indicator whose inputs are permitted', '+closedOn +furnisherName -lenderCount',          ['lenderCount < furnisherName closedOn']                  ],
    ['a denied indicator with one input alone: not', '+furnisherName -lenderCount',                     []                                                        ],
    ['a denied indicator over a window',             '+scheduledDue +actualPaid +usedLimit -payerType12m',
      ['borrowedAmount < usedLimit actualPaid', 'balance < usedLimit', 'averageUsedLimit6m < usedLimit', 'payerType12m < scheduledDue actualPaid']               ],
    ['the mean of a figure that is permitted',       '+usedLimit',                                      ['balance < usedLimit', 'averageUsedLimit6m < usedLimit'] ],
    ['no figure of which the mean is permitted',     '+averageUsedLimit6m',                             []                                                        ],
    ['borrowing by the movements of a balance',      '+balance +actualPaid',                            ['borrowedAmount < balance actualPaid', 'usedLimit < balance']],
    ['no borrowing by the balance alone',            '+balance',                                        ['usedLimit < balance']                                   ],
    ['no arrears by their parts',                    '+pastDuePrincipal31To60 +pastDuePrincipal61To90 +pastDuePrincipal91To180 +pastDuePrincipalOver180', []       ],
    ['how many months had a loan, by the amounts',   '+borrowedAmount',
      ['activeBorrowingMonths12m < borrowedAmountBand', 'monthsSinceLastLoan < borrowedAmountBand']                                                            ],
    ['none of it where it is permitted',             '+borrowedAmount +activeBorrowingMonths12m +monthsSinceLastLoan +loanCountBand', []                          ],
    ['an average by its terms',                      '+borrowedAmount12m +loanCount12m',                ['averageLoanAmount12m < borrowedAmount12m loanCount12m'] ],
    ['no average by its sum',                        '+borrowedAmount12m',                              []                                                        ],
    ['loans a month by their terms',                 '+loanCount12m +openedYear +monthsOnBook',         ['loansPerMonth12m < loanCount12m monthsOnBook']          ],
    ['what is due each month, by the bills',         '+scheduledDue',                                   ['monthlyDebtService < scheduledDue']                     ],
    ['lateness by the amount past due',              '+pastDueAmount', [
      'alwaysOnTime24m < pastDueAmount', 'delinquentMonths24m < pastDueAmount', 'maxConsecutiveDelinquentMonths24m < pastDueAmount',
      'monthsSinceLastDelinquency < pastDueAmount', 'overdueNow < pastDueAmount',
    ]],
    ['the most loans at once, by their days',        '+loans +drawnOn +settledOn +repaymentStatus -maxConcurrentLoans12m', ['maxConcurrentLoans12m < drawnOn settledOn']],
    ['what the days due and paid give',              '+loans +repayments +dueOn +paidOn -onTimeRate24m', [
      'instalmentCount < repayments', 'settledOn < paidOn', 'daysPastDue < dueOn paidOn', 'overdueNow < dueOn paidOn',
      'onTimeRate24m < dueOn paidOn', 'maxDaysPastDue24m < dueOn paidOn',
    ]],
    ['what the amounts of instalments give',         '+loans +repayments +principal +dueOn +dueAmount +lastPaidOn +paidAmount', [
      'scheduledDue < dueOn dueAmount', 'actualPaid < lastPaidOn paidAmount', 'instalmentCount < repayments',
      'outstandingPrincipal < principal paidAmount', 'monthlyDebtService < dueOn dueAmount',
    ]],
    ['what is owed, by the loans',                   '+loans +outstandingPrincipal', ['balance < outstandingPrincipal', 'usedLimit < outstandingPrincipal']],
    ['hard inquiries, by their reason',              '+inquiries +inquiredOn +institutionName +reason', [
      'isHard < reason', 'hardInquiries1m < inquiredOn institutionName reason', 'hardInquiries3m < inquiredOn institutionName reason',
      'hardInquiries6m < inquiredOn institutionName reason', 'hardInquiries24m < inquiredOn institutionName reason',
    ]],
    ['nothing of a list that is withheld',           '+drawnOn +settledOn +dueOn +paidOn -onTimeRate24m', []                                                      ],
    ['no rung that the loans imply',                 '+loans +drawnOn +principal',                      []                                                        ],
    ['the kind of account by its class',             '+accountClass',                                   ['portfolioType < accountClass']                          ],
  ])('names %s', (_name, scopes, expected) => {
    expect(warningsOn(preview([{ scopes }]))).toEqual(expected);
  });

  it('counts what the purpose closes as withheld', () => {
    const scopes = '+borrowedAmount +borrowedAmount12m';
    const decision = preview([{ scopes, purpose: 'POST_LOAN_MANAGEMENT' }], { purpose: 'POST_LOAN_MANAGEMENT' });
    expect(decision.cells.get(fieldOf('activeBorrowingMonths12m'))?.map(({ reason }) => reason)).toContain('OUTSIDE_PURPOSE');
    expect(warningsOn(decision)).toEqual([
      'activeBorrowingMonths12m < borrowedAmountBand',
      'monthsSinceLastLoan < borrowedAmountBand',
    ]);
  });

  it('counts what the purpose does not reach as withheld from computing too', () => {
    const decision = preview([{ scopes: '+pastDueAmount', purpose: 'CARD_APPROVAL' }], { purpose: 'CARD_APPROVAL' });
    expect(warningsOn(decision)).not.toContain('monthsSinceLastDelinquency < pastDueAmount');
  });

  it.each([
    ['gives it by days of two consents together', '2025-04-01', '2025-04-01', ['payerType12m < scheduledDue actualPaid']],
    ['does not give it where a month is missing between them', '2025-08-01', '2025-09-01', []],
  ])('%s', (_name, until, from, expected) => {
    const decision = preview([
      { scopes: '+scheduledDue +actualPaid -payerType12m', dataFrom: '2024-10-01', dataUntil: until },
      { scopes: '+scheduledDue +actualPaid', dataFrom: from },
    ]);
    expect(warningsOn(decision).filter((line) => line.startsWith('payerType12m'))).toEqual(expected);
  });

  it('names an indicator of an earlier window too, since a decision does not carry the as-of date', () => {
    const decision = preview([{ scopes: '+scheduledDue +actualPaid -payerType12m', dataUntil: '2025-04-01' }]);
    expect(warningsOn(decision)).toContain('payerType12m < scheduledDue actualPaid');
  });

  it('does not name an indicator that the consent gives for no whole window', () => {
    const decision = preview([{ scopes: '+repaymentStatus', dataFrom: '2025-04-01' }]);
    expect(warningsOn(decision)).toEqual([]);
  });

  it('does not name one of an earlier window where the decision found the present one not covered', () => {
    const decision = preview([{ scopes: '+repaymentStatus', dataUntil: '2026-03-01' }]);
    expect(decision.cells.get(fieldOf('onTimeMonthRate24m'))?.map(({ reason }) => reason)).toContain('WINDOW_NOT_COVERED');
    expect(warningsOn(decision)).toEqual([]);
  });

  it('names an indicator newer than the consent whose inputs it permits', () => {
    const catalogue = createCatalogue(
      2,
      FIELD_CATALOGUE.entries.map((entry) => (entry.coordinate.endsWith('.lenderCount') ? { ...entry, since: 2 } : entry)),
    );
    const decision = preview([{ scopes: '+closedOn +furnisherName', catalogueVersion: 1 }], {}, catalogue);
    expect(warningsOn(decision, catalogue)).toEqual(['lenderCount < furnisherName closedOn']);
  });

  it('has nothing to say of a person about whom no consent exists', () => {
    expect(warningsOn(preview([]))).toEqual([]);
  });
});

describe('revealWarnings over decisions made by hand', () => {
  const other = { product: 'HUABEI' } as const;
  const elsewhere = { platformId: OTHER_PLATFORM };
  // prettier-ignore
  it.each<[string, HandMade[], string[]]>([
    ['sources of the same product',         [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', ALL]],                                            ['usedLimit < balance']],
    ['not of another product',              [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', ALL, other]],                                     []                     ],
    ['not of another platform',             [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', ALL, elsewhere]],                                 []                     ],
    ['of one product of two',               [['usedLimit', 'RELEASE', ALL], ['usedLimit', 'WITHHOLD', '', other], ['balance', 'RELEASE', ALL, other]], ['usedLimit < balance']],
    ['not where it is withheld elsewhere',  [['usedLimit', 'RELEASE', ALL], ['usedLimit', 'WITHHOLD', '', other], ['balance', 'RELEASE', ALL]],  []                     ],
    ['not where both are withheld',         [['usedLimit', 'WITHHOLD'], ['balance', 'WITHHOLD']],                                                []                     ],
    ['not where both are released',         [['usedLimit', 'RELEASE', ALL], ['balance', 'RELEASE', ALL]],                                        []                     ],
    ['not where the source was not decided', [['usedLimit', 'WITHHOLD']],                                                                        []                     ],
    ['not what was not decided',            [['balance', 'RELEASE', ALL]],                                                                       []                     ],
    ['one whole month',                     [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', '2026-03-01/2026-04-01']],                        ['usedLimit < balance']],
    ['not a month but for its first day',   [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', '2026-03-02/2026-04-01']],                        []                     ],
    ['not a month but for its last day',    [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', '2026-03-01/2026-03-31']],                        []                     ],
    ['not the month in progress',           [['usedLimit', 'WITHHOLD'], ['balance', 'RELEASE', '2026-04-01/9999-12-31']],                        []                     ],
    ['months of two sources in common',     [['borrowedAmount', 'WITHHOLD'], ['balance', 'RELEASE', '2025-01-01/2025-03-01'], ['actualPaid', 'RELEASE', ALL]],
      ['borrowedAmount < balance actualPaid']                                                                                                                         ],
    ['not one month where two make a move', [['borrowedAmount', 'WITHHOLD'], ['balance', 'RELEASE', '2025-01-01/2025-02-28'], ['actualPaid', 'RELEASE', ALL]], []       ],
    ['not months that have a gap',          [['borrowedAmount', 'WITHHOLD'], ['balance', 'RELEASE', '2025-01-01/2025-02-01 2025-03-01/2025-04-01'], ['actualPaid', 'RELEASE', ALL]], []],
    ['every way there is, once each',       [['borrowedAmount', 'WITHHOLD'], ['actualPaid', 'RELEASE', ALL], ['usedLimit', 'RELEASE', ALL], ['balance', 'RELEASE', ALL]],
      ['borrowedAmount < balance usedLimit actualPaid']                                                                                                               ],
    ['six months for a mean of six',        [['averageUsedLimit6m', 'WITHHOLD'], ['usedLimit', 'RELEASE', '2025-01-01/2025-07-01']],             ['averageUsedLimit6m < usedLimit']],
    ['not five months for a mean of six',   [['averageUsedLimit6m', 'WITHHOLD'], ['usedLimit', 'RELEASE', '2025-01-02/2025-07-01']],             []                     ],
    ['accounts on whatever days',           [['utilisation', 'WITHHOLD'], ['usedLimit', 'RELEASE', ALL], ['creditLimit', 'RELEASE', '2026-04-15/2026-04-16']],
      ['utilisation < creditLimit usedLimit']                                                                                                                         ],
    ['not by inputs whose window the decision missed', [['overdueNow', 'WITHHOLD', '', { reason: 'WINDOW_NOT_COVERED' }], ['repaymentStatus', 'RELEASE', ALL]], []        ],
    ['by other fields all the same',        [['overdueNow', 'WITHHOLD', '', { reason: 'WINDOW_NOT_COVERED' }], ['pastDueAmount', 'RELEASE', ALL]], ['overdueNow < pastDueAmount']],
  ])('takes %s', (_name, cells, expected) => {
    expect(warningsOn(decisionOf(cells))).toEqual(expected);
  });

  it('lists warnings and sources in the order of the catalogue, whatever that of the decision', () => {
    const cells: HandMade[] = [
      ['lenderCount', 'WITHHOLD'], ['usedLimit', 'WITHHOLD'], ['furnisherName', 'RELEASE', ALL], ['closedOn', 'RELEASE', ALL], ['balance', 'RELEASE', ALL],
    ]; // prettier-ignore
    expect(warningsOn(decisionOf(cells))).toEqual(['usedLimit < balance', 'lenderCount < furnisherName closedOn']);
    expect(warningsOn(decisionOf([...cells].reverse()))).toEqual(warningsOn(decisionOf(cells)));
  });

  const SMALL = createCatalogue(1, [
    aField(1, 'MonthlySummary.loanCount'),
    aField(2, 'MonthlySummary.borrowedAmount'),
    aField(3, 'Loan.principal'),
    aField(4, 'Identity.birthYear', {
      perProduct: false,
      source: { kind: 'column', record: 'customer', column: 'b', sealed: true },
    }),
    anIndicator(5, 'CreditSummary.age', 0, ['Identity.birthYear'], { perProduct: false }),
    anIndicator(6, 'CreditSummary.loansByAge', 12, ['Identity.birthYear', 'MonthlySummary.loanCount']),
    anIndicator(7, 'CreditSummary.loansOfThePerson', 12, ['MonthlySummary.loanCount'], { perProduct: false }),
    aField(8, 'MonthlySummary.usedLimit'),
  ]);

  // prettier-ignore
  it.each<[string, HandMade[], string[]]>([
    ['a single loan by count and total',      [['principal', 'WITHHOLD'], ['loanCount', 'RELEASE', ALL], ['borrowedAmount', 'RELEASE', ALL]], ['principal < loanCount borrowedAmount']],
    ['a person\'s indicator by the person',   [['age', 'WITHHOLD'], ['birthYear', 'RELEASE', '2026-04-15/2026-04-16']],                       ['age < birthYear']           ],
    ['an indicator by person and product',    [['loansByAge', 'WITHHOLD'], ['birthYear', 'RELEASE', ALL], ['loanCount', 'RELEASE', ALL]],     ['loansByAge < loanCount birthYear']],
    ['a person\'s indicator by any products', [['loansOfThePerson', 'WITHHOLD'], ['loanCount', 'RELEASE', '2025-01-01/2025-07-01'],
      ['loanCount', 'RELEASE', '2025-07-01/2026-01-01', { product: 'OTHER' }]],                                                               ['loansOfThePerson < loanCount']],
    ['nothing by fields that are not there',  [['usedLimit', 'WITHHOLD'], ['loanCount', 'RELEASE', ALL]],                                     []                            ],
  ])('knows in a small catalogue %s', (_name, cells, expected) => {
    expect(warningsOn(decisionOf(cells, SMALL), SMALL)).toEqual(expected);
  });
});
