import { createCatalogue, FIELD_CATALOGUE, type FieldEntry } from '../../../../src/core/credit/field-catalogue';
import { aField, anIndicator } from '../../../support/builders';

/** Marks of a field that the document's tables state: class N P F S, cluster, `!` adverse, `[]` a list. */
type Facts = readonly [field: string, sensitivity: string, cluster: string, ladder: string, marks?: string];

// credit-record.md, section 3, without what is always there and what waits for loans, inquiries and statements
// prettier-ignore
const IDENTITY: readonly Facts[] = [
  ['fullName',          'P', 'IDENTITY', ''              ],
  ['idType',            'P', 'IDENTITY', ''              ],
  ['idNumberMasked',    'P', 'IDENTITY', ''              ],
  ['idNumber',          'S', 'IDENTITY', 'idNumberMasked'],
  ['birthYear',         'P', 'IDENTITY', ''              ],
  ['dateOfBirth',       'P', 'IDENTITY', 'birthYear'     ],
  ['identityUpdatedOn', 'N', 'IDENTITY', ''              ],
  ['mobileMasked',      'P', 'CONTACT',  ''              ],
  ['mobile',            'S', 'CONTACT',  'mobileMasked'  ],
  ['residenceCity',     'P', 'CONTACT',  ''              ],
  ['residenceAddress',  'S', 'CONTACT',  'residenceCity' ],
];
// prettier-ignore
const ACCOUNT: readonly Facts[] = [
  ['product',            'F', 'ACCOUNT_TERMS',    ''                       ],
  ['accountClass',       'F', 'ACCOUNT_TERMS',    ''                       ],
  ['portfolioType',      'F', 'ACCOUNT_TERMS',    ''                       ],
  ['businessType',       'F', 'ACCOUNT_TERMS',    ''                       ],
  ['furnisherName',      'F', 'ACCOUNT_TERMS',    ''                       ],
  ['furnisherType',      'F', 'ACCOUNT_TERMS',    ''                       ],
  ['openedYear',         'F', 'ACCOUNT_TERMS',    ''                       ],
  ['openedOn',           'F', 'ACCOUNT_TERMS',    'openedYear monthsOnBook'],
  ['maturityOn',         'F', 'ACCOUNT_TERMS',    ''                       ],
  ['closedOn',           'F', 'ACCOUNT_TERMS',    ''                       ],
  ['creditLimitBand',    'F', 'ACCOUNT_TERMS',    ''                       ],
  ['creditLimit',        'F', 'ACCOUNT_TERMS',    'creditLimitBand'        ],
  ['originalAmount',     'F', 'BORROWING_AMOUNT', ''                       ],
  ['repaymentMethod',    'F', 'ACCOUNT_TERMS',    ''                       ],
  ['repaymentFrequency', 'F', 'ACCOUNT_TERMS',    ''                       ],
  ['guaranteeType',      'F', 'ACCOUNT_TERMS',    ''                       ],
  ['liabilityRole',      'F', 'ACCOUNT_TERMS',    ''                       ],
  ['fundingShares',      'F', 'LOAN_DETAIL',      '',                 '[]' ],
  ['status',             'F', 'REPAYMENT_STATUS', '',                 '!'  ],
  ['fiveTierClass',      'F', 'REPAYMENT_STATUS', '',                 '!'  ],
  ['specialEvents',      'F', 'REPAYMENT_STATUS', '',                 '![]'],
];
// prettier-ignore
const MONTH: readonly Facts[] = [
  ['borrowedAmountBand',      'F', 'BORROWING_AMOUNT',    ''                                    ],
  ['borrowedAmount',          'F', 'BORROWING_AMOUNT',    'borrowedAmountBand borrowedAmount12m'],
  ['balance',                 'F', 'BORROWING_AMOUNT',    ''                                    ],
  ['usedLimit',               'F', 'BORROWING_AMOUNT',    ''                                    ],
  ['averageUsedLimit6m',      'F', 'BORROWING_AMOUNT',    ''                                    ],
  ['maxUsedLimit',            'F', 'BORROWING_AMOUNT',    ''                                    ],
  ['scheduledDue',            'F', 'BORROWING_AMOUNT',    'monthlyDebtService'                  ],
  ['actualPaid',              'F', 'REPAYMENT_STATUS',    ''                                    ],
  ['pastDueAmount',           'F', 'REPAYMENT_STATUS',    '',                               '!' ],
  ['pastDuePrincipal31To60',  'F', 'REPAYMENT_STATUS',    '',                               '!' ],
  ['pastDuePrincipal61To90',  'F', 'REPAYMENT_STATUS',    '',                               '!' ],
  ['pastDuePrincipal91To180', 'F', 'REPAYMENT_STATUS',    '',                               '!' ],
  ['pastDuePrincipalOver180', 'F', 'REPAYMENT_STATUS',    '',                               '!' ],
  ['pastDuePeriods',          'F', 'REPAYMENT_STATUS',    '',                               '!' ],
  ['repaymentStatus',         'F', 'REPAYMENT_STATUS',    'onTimeMonthRate24m worstStatus24m worstStatus60m delinquentMonths24m maxConsecutiveDelinquentMonths24m monthsSinceLastDelinquency overdueNow', '!'],
  ['daysPastDueMonthEnd',     'F', 'REPAYMENT_STATUS',    'repaymentStatus delinquent30Months24m delinquent60Months24m delinquent90Months24m', '!'],
  ['loanCountBand',           'F', 'BORROWING_FREQUENCY', 'activeBorrowingMonths12m monthsSinceLastLoan'],
  ['loanCount',               'F', 'BORROWING_FREQUENCY', 'loanCountBand loanCount12m peakLoansInMonth12m'],
  ['loanDays',                'F', 'BORROWING_FREQUENCY', ''                                    ],
  ['remainingInstalments',    'F', 'ACCOUNT_TERMS',       ''                                    ],
];

// credit-record.md, section 5: window, inputs, requires, ladder
// prettier-ignore
const INDICATORS: readonly (readonly [field: string, months: number, inputs: string, requires: string, ladder: string])[] = [
  ['borrowedAmount12m',                 12, 'borrowedAmount',            '',                                ''                ],
  ['loanCountBand12m',                  12, 'loanCount',                 '',                                ''                ],
  ['loanCount12m',                      12, 'loanCount',                 '',                                'loanCountBand12m'],
  ['loansPerMonth12m',                  12, 'loanCount openedOn',        'loanCount12m monthsOnBook',       ''                ],
  ['peakLoansInMonth12m',               12, 'loanCount',                 'loanCount12m',                    ''                ],
  ['activeBorrowingMonths12m',          12, 'loanCountBand',             'loanCountBand',                   ''                ],
  ['averageLoanAmount12m',              12, 'borrowedAmount loanCount',  'borrowedAmount12m loanCount12m',  ''                ],
  ['monthsSinceLastLoan',               12, 'loanCountBand',             'loanCountBand',                   ''                ],
  ['alwaysOnTime24m',                   24, 'repaymentStatus',           '',                                ''                ],
  ['onTimeMonthRate24m',                24, 'repaymentStatus',           '',                                'alwaysOnTime24m' ],
  ['worstStatus24m',                    24, 'repaymentStatus',           '',                                'alwaysOnTime24m' ],
  ['worstStatus60m',                    60, 'repaymentStatus',           '',                                ''                ],
  ['delinquentMonths24m',               24, 'repaymentStatus',           '',                                'alwaysOnTime24m' ],
  ['maxConsecutiveDelinquentMonths24m', 24, 'repaymentStatus',           '',                                'alwaysOnTime24m' ],
  ['delinquent30Months24m',             24, 'daysPastDueMonthEnd',       '',                                ''                ],
  ['delinquent60Months24m',             24, 'daysPastDueMonthEnd',       '',                                ''                ],
  ['delinquent90Months24m',             24, 'daysPastDueMonthEnd',       '',                                ''                ],
  ['monthsSinceLastDelinquency',        60, 'repaymentStatus',           '',                                ''                ],
  ['overdueNow',                        1,  'repaymentStatus',           '',                                ''                ],
  ['utilisationBand',                   1,  'usedLimit creditLimit',     '',                                ''                ],
  ['utilisation',                       1,  'usedLimit creditLimit',     'usedLimit creditLimit',           'utilisationBand' ],
  ['utilisation6m',                     6,  'usedLimit creditLimit',     'usedLimit creditLimit',           ''                ],
  ['monthlyDebtService',                1,  'scheduledDue usedLimit',    '',                                ''                ],
  ['payerType12m',                      12, 'scheduledDue actualPaid',   '',                                ''                ],
  ['monthsOnBook',                      0,  'openedOn',                  'openedYear',                      ''                ],
  ['openAccountCount',                  0,  'closedOn',                  '',                                ''                ],
  ['lenderCount',                       0,  'closedOn furnisherName',    '',                                ''                ],
];

const lastParts = (coordinates: readonly string[]): string =>
  coordinates.map((coordinate) => coordinate.slice(coordinate.indexOf('.') + 1)).join(' ');
const entriesOf = (type: string): FieldEntry[] =>
  FIELD_CATALOGUE.entries.filter(({ coordinate }) => coordinate.startsWith(`${type}.`));

describe('FIELD_CATALOGUE', () => {
  it.each([
    ['Identity', IDENTITY],
    ['CreditAccount', ACCOUNT],
    ['MonthlySummary', MONTH],
  ] as const)('holds for %s the fields, classes, clusters and ladders of the document', (type, facts) => {
    const found = entriesOf(type).map(({ coordinate, sensitivity, cluster, coarser, adverse, container }) => {
      const marks = `${adverse ? '!' : ''}${container ? '[]' : ''}`;
      return [lastParts([coordinate]), sensitivity.charAt(0), cluster, lastParts(coarser), marks];
    });
    expect(found).toEqual(
      facts.map(([field, sensitivity, cluster, ladder, marks = '']) => [field, sensitivity, cluster, ladder, marks]),
    );
  });

  it('holds for CreditSummary the windows, inputs, requirements and ladders of the document', () => {
    const found = entriesOf('CreditSummary').map(({ coordinate, source, inputs, requires, coarser }) => [
      lastParts([coordinate]), source.kind === 'indicator' ? source.windowMonths : null, lastParts(inputs), lastParts(requires), lastParts(coarser),
    ]); // prettier-ignore
    expect(found).toEqual(INDICATORS);
  });

  it('lets of record fields only loanDays require another', () => {
    const requiring = FIELD_CATALOGUE.entries.filter(
      ({ source, requires }) => source.kind !== 'indicator' && requires.length > 0,
    );
    expect(requiring.map(({ coordinate, requires }) => [coordinate, requires])).toEqual([
      ['MonthlySummary.loanDays', ['MonthlySummary.loanCount']],
    ]);
  });

  // section 7: the closure of each ladder
  // prettier-ignore
  it.each([
    ['MonthlySummary.loanCount',           'activeBorrowingMonths12m loanCount12m loanCountBand loanCountBand12m monthsSinceLastLoan peakLoansInMonth12m'],
    ['MonthlySummary.loanCountBand',       'activeBorrowingMonths12m monthsSinceLastLoan'],
    ['MonthlySummary.borrowedAmount',      'borrowedAmount12m borrowedAmountBand'],
    ['MonthlySummary.scheduledDue',        'monthlyDebtService'],
    ['MonthlySummary.repaymentStatus',     'alwaysOnTime24m delinquentMonths24m maxConsecutiveDelinquentMonths24m monthsSinceLastDelinquency onTimeMonthRate24m overdueNow worstStatus24m worstStatus60m'],
    ['CreditSummary.onTimeMonthRate24m',   'alwaysOnTime24m'],
    ['CreditSummary.loanCount12m',         'loanCountBand12m'],
    ['CreditSummary.utilisation',          'utilisationBand'],
    ['CreditAccount.openedOn',             'monthsOnBook openedYear'],
    ['CreditAccount.creditLimit',          'creditLimitBand'],
    ['Identity.dateOfBirth',               'birthYear'],
  ])('%s is finer than %s and nothing else', (field, coarser) => {
    const entry = FIELD_CATALOGUE.load(field);
    expect(lastParts(FIELD_CATALOGUE.coarserOf(entry).map(({ coordinate }) => coordinate)).split(' ').sort().join(' ')).toBe(coarser);
    for (const rung of FIELD_CATALOGUE.coarserOf(entry)) expect(FIELD_CATALOGUE.finerOf(rung)).toContain(entry);
  });

  it('gives daysPastDueMonthEnd everything that repaymentStatus is finer than', () => {
    const [days, status] = ['daysPastDueMonthEnd', 'repaymentStatus'].map((name) =>
      FIELD_CATALOGUE.load(`MonthlySummary.${name}`),
    ) as [FieldEntry, FieldEntry];
    expect(FIELD_CATALOGUE.coarserOf(days)).toEqual(expect.arrayContaining([status, ...FIELD_CATALOGUE.coarserOf(status)]));
  });

  it('keeps what is per product apart from the customer record', () => {
    expect(FIELD_CATALOGUE.entries.filter(({ perProduct }) => !perProduct)).toEqual(entriesOf('Identity'));
    expect(entriesOf('Identity').every(({ source }) => source.kind === 'column' && source.sealed)).toBe(true);
  });

  it('has ids and coordinates that are unique, of the ranges of their types, and of the first version', () => {
    const { entries } = FIELD_CATALOGUE;
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    expect(new Set(entries.map(({ coordinate }) => coordinate)).size).toBe(entries.length);
    const hundreds = { Identity: 0, CreditAccount: 1, MonthlySummary: 2, CreditSummary: 3 };
    for (const [type, hundred] of Object.entries(hundreds))
      expect(new Set(entriesOf(type).map(({ id }) => Math.floor(id / 100)))).toEqual(new Set([hundred]));
    expect(entries.every(({ since }) => since === 1)).toBe(true);
  });

  it('reads a rung of a ladder from a column of its own', () => {
    const columns = FIELD_CATALOGUE.entries.flatMap(({ source }) =>
      source.kind === 'column' ? [`${source.record}.${source.column}`] : [],
    );
    expect(new Set(columns).size).toBe(columns.length);
  });

  it('finds entries by coordinate, id and cluster', () => {
    const entry = FIELD_CATALOGUE.load('MonthlySummary.loanCount');
    expect(FIELD_CATALOGUE.find('MonthlySummary.loanCount')).toBe(entry);
    expect(FIELD_CATALOGUE.byId(entry.id)).toBe(entry);
    expect([FIELD_CATALOGUE.find('loanCount'), FIELD_CATALOGUE.byId(9_999)]).toEqual([undefined, undefined]);
    expect(FIELD_CATALOGUE.fieldsOf('LOAN_DETAIL').map(({ coordinate }) => coordinate)).toEqual(['CreditAccount.fundingShares']);
    expect(() => FIELD_CATALOGUE.load('loanCount')).toThrow('loanCount is not in the field catalogue');
  });

  it('knows no rungs of an entry that is not its own', () => {
    const stranger = aField(1, 'A.stranger');
    expect([FIELD_CATALOGUE.coarserOf(stranger), FIELD_CATALOGUE.finerOf(stranger)]).toEqual([[], []]);
  });
});

describe('createCatalogue', () => {
  const sound = [
    aField(1, 'A.fine', { coarser: ['A.coarse'] }),
    aField(2, 'A.coarse'),
    anIndicator(3, 'S.indicator', 12, ['A.fine'], { requires: ['A.coarse'] }),
  ];
  const [fine, coarse, indicator] = sound as [FieldEntry, FieldEntry, FieldEntry];
  const words = (en: string, zh: string): { en: string; zh: string } => ({ en, zh });

  it('accepts a sound one', () => {
    expect(createCatalogue(7, sound)).toMatchObject({ version: 7, entries: sound });
  });

  // prettier-ignore
  it.each<[string, FieldEntry[], string]>([
    ['an id that stands twice',              [fine, { ...coarse, id: 1 }, indicator],                                'an id stands twice'],
    ['a coordinate that stands twice',       [...sound, aField(4, 'A.coarse')],                                      'a coordinate stands twice'],
    ['a coarser field that is not there',    [{ ...fine, coarser: ['A.gone'] }, coarse, indicator],                  'A.fine: refers to A.gone'],
    ['an input that is not there',           [fine, coarse, { ...indicator, inputs: ['A.gone'] }],                   'S.indicator: refers to A.gone'],
    ['a requirement that is not there',      [fine, { ...coarse, requires: ['A.gone'] }, indicator],                 'A.coarse: refers to A.gone'],
    ['a ladder that leads back',             [fine, { ...coarse, coarser: ['A.fine'] }, indicator],                  'A.fine: its ladder is a cycle'],
    ['a field that is coarser than itself',  [fine, { ...coarse, coarser: ['A.coarse'] }, indicator],                'A.coarse: its ladder is a cycle'],
    ['inputs that lead back',                [fine, coarse, { ...indicator, inputs: ['S.indicator'] }],              'S.indicator: its lineage is a cycle'],
    ['requirements that lead back',          [{ ...fine, requires: ['S.indicator'] }, coarse, indicator],            'A.fine: its lineage is a cycle'],
    ['a label without English',              [{ ...fine, label: words(' ', '名称') }, coarse, indicator],             'A.fine: label and explanation need words'],
    ['a label without Chinese',              [{ ...fine, label: words('Label', '') }, coarse, indicator],            'A.fine: label and explanation need words'],
    ['an explanation without English',       [{ ...fine, explanation: words('', '说明') }, coarse, indicator],        'A.fine: label and explanation need words'],
    ['an explanation without Chinese',       [{ ...fine, explanation: words('Why', '\t') }, coarse, indicator],      'A.fine: label and explanation need words'],
    ['an indicator without inputs',          [fine, coarse, { ...indicator, inputs: [] }],                           'S.indicator: an indicator without inputs'],
    ['an indicator without a formula',       [fine, coarse, { ...indicator, source: { kind: 'indicator', formula: ' ', formulaVersion: 1, windowMonths: 1 } }],
                                                                                                                     'S.indicator: an indicator without a formula'],
    ['a record field with inputs',           [{ ...fine, inputs: ['A.coarse'] }, coarse, indicator],                 'A.fine: a record field has no lineage'],
    ['a record field without a column',      [{ ...fine, source: { kind: 'column', record: 'month', column: '', sealed: false } }, coarse, indicator],
                                                                                                                     'A.fine: no column'],
  ])('refuses %s', (_name, entries, fault) => {
    expect(() => createCatalogue(1, entries)).toThrow(fault);
  });

  it('names every fault at once', () => {
    const broken = [
      { ...fine, coarser: ['A.gone'] },
      { ...coarse, id: 1, label: words('', '') },
    ];
    expect(() => createCatalogue(1, broken)).toThrow(/A\.gone[^]*A\.coarse: label[^]*an id stands twice/);
  });
});
