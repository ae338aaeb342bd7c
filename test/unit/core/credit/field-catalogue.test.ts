import {
  CATALOGUE_VERSION,
  createCatalogue,
  FIELD_CATALOGUE,
  type FieldEntry,
} from '../../../../src/core/credit/field-catalogue';
import { aField, anIndicator } from '../../../support/builders';

/** Marks of a field that the document's tables state: class N P F S, cluster, `!` adverse, `[]` a list. */
type Facts = readonly [field: string, sensitivity: string, cluster: string, ladder: string, marks?: string];

// credit-record.md, section 3, without what is always there and what travels with an item
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
  ['loans',              'F', 'LOAN_DETAIL',      'loanCount',        '[]' ],
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
// prettier-ignore
const LOAN: readonly Facts[] = [
  ['drawnMonth',           'F', 'LOAN_DETAIL',      ''                                                                ],
  ['drawnOn',              'F', 'LOAN_DETAIL',      'drawnMonth loanDays daysSinceLastLoan medianDaysBetweenLoans12m' ],
  ['principalBand',        'F', 'LOAN_DETAIL',      ''                                                                ],
  ['principal',            'F', 'LOAN_DETAIL',      'principalBand borrowedAmount'                                    ],
  ['annualRateBp',         'F', 'LOAN_DETAIL',      ''                                                                ],
  ['termDays',             'F', 'LOAN_DETAIL',      ''                                                                ],
  ['instalmentCount',      'F', 'LOAN_DETAIL',      ''                                                                ],
  ['loanPurpose',          'F', 'LOAN_DETAIL',      ''                                                                ],
  ['outstandingPrincipal', 'F', 'LOAN_DETAIL',      ''                                                                ],
  ['loanStatus',           'F', 'LOAN_DETAIL',      '',                                                          '!'  ],
  ['settledOn',            'F', 'LOAN_DETAIL',      ''                                                                ],
  ['repayments',           'F', 'REPAYMENT_DETAIL', '',                                                          '![]'],
];
// prettier-ignore
const REPAYMENT: readonly Facts[] = [
  ['dueOn',       'F', 'REPAYMENT_DETAIL', ''                       ],
  ['dueAmount',   'F', 'REPAYMENT_DETAIL', ''                       ],
  ['paidOn',      'F', 'REPAYMENT_DETAIL', ''                       ],
  ['lastPaidOn',  'F', 'REPAYMENT_DETAIL', ''                       ],
  ['paidAmount',  'F', 'REPAYMENT_DETAIL', ''                       ],
  ['daysPastDue', 'F', 'REPAYMENT_DETAIL', 'maxDaysPastDue24m', '!' ],
  ['kind',        'F', 'REPAYMENT_DETAIL', '',                  '!' ],
];
// prettier-ignore
const REPORT: readonly Facts[] = [
  ['inquiries',  'F', 'INQUIRY_HISTORY', 'hardInquiries1m hardInquiries3m hardInquiries6m hardInquiries24m', '[]'],
  ['statements', 'P', 'STATEMENTS',      '',                                                                 '[]'],
];
// prettier-ignore
const INQUIRY: readonly Facts[] = [
  ['inquiredOn',      'F', 'INQUIRY_HISTORY', ''],
  ['institutionName', 'F', 'INQUIRY_HISTORY', ''],
  ['institutionType', 'F', 'INQUIRY_HISTORY', ''],
  ['reason',          'F', 'INQUIRY_HISTORY', ''],
  ['businessType',    'F', 'INQUIRY_HISTORY', ''],
  ['isHard',          'F', 'INQUIRY_HISTORY', ''],
];
// prettier-ignore
const STATEMENT: readonly Facts[] = [
  ['author', 'P', 'STATEMENTS', ''],
  ['text',   'P', 'STATEMENTS', ''],
  ['madeOn', 'P', 'STATEMENTS', ''],
];

// credit-record.md, section 5: window, inputs, requires, ladder; `inquiries` as the fields of the list that the formula reads
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
  ['maxConcurrentLoans12m',             12, 'drawnOn settledOn',         'loanCount12m',                    ''                ],
  ['daysSinceLastLoan',                 12, 'drawnOn',                   'drawnOn',                         'monthsSinceLastLoan'],
  ['medianDaysBetweenLoans12m',         12, 'drawnOn',                   'drawnOn loanCount12m',            ''                ],
  ['onTimeRate24m',                     24, 'dueOn paidOn',              'loanCount',                       ''                ],
  ['maxDaysPastDue24m',                 24, 'daysPastDue',               '',                                ''                ],
  ['hardInquiries1m',                   1,  'inquiredOn institutionName isHard', '',                        ''                ],
  ['hardInquiries3m',                   3,  'inquiredOn institutionName isHard', '',                        ''                ],
  ['hardInquiries6m',                   6,  'inquiredOn institutionName isHard', '',                        ''                ],
  ['hardInquiries24m',                  24, 'inquiredOn institutionName isHard', '',                        ''                ],
];
/** What version 2 added besides whole types. */
const ADDED_IN_2 = [
  'CreditAccount.loans',
  ...INDICATORS.slice(INDICATORS.findIndex(([field]) => field === 'maxConcurrentLoans12m')).map(
    ([field]) => `CreditSummary.${field}`,
  ),
];
const TYPES_OF_2 = ['Loan', 'Repayment', 'CreditReport', 'Inquiry', 'Statement'];
/** Lists with an entry of their own, and the type of what stands in each. */
const LISTS = {
  Loan: 'CreditAccount.loans',
  Repayment: 'Loan.repayments',
  Inquiry: 'CreditReport.inquiries',
  Statement: 'CreditReport.statements',
} as const;

const lastParts = (coordinates: readonly string[]): string =>
  coordinates.map((coordinate) => coordinate.slice(coordinate.indexOf('.') + 1)).join(' ');
const entriesOf = (type: string): FieldEntry[] =>
  FIELD_CATALOGUE.entries.filter(({ coordinate }) => coordinate.startsWith(`${type}.`));

describe('FIELD_CATALOGUE', () => {
  it.each([
    ['Identity', IDENTITY],
    ['CreditAccount', ACCOUNT],
    ['MonthlySummary', MONTH],
    ['Loan', LOAN],
    ['Repayment', REPAYMENT],
    ['CreditReport', REPORT],
    ['Inquiry', INQUIRY],
    ['Statement', STATEMENT],
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

  it('lets of record fields only loanDays and the end of a loan require another', () => {
    const requiring = FIELD_CATALOGUE.entries.filter(
      ({ source, requires }) => source.kind !== 'indicator' && requires.length > 0,
    );
    expect(requiring.map(({ coordinate, requires }) => [coordinate, requires])).toEqual([
      ['MonthlySummary.loanDays', ['MonthlySummary.loanCount']],
      ['Loan.loanStatus', ['MonthlySummary.repaymentStatus']],
      ['Loan.settledOn', ['MonthlySummary.repaymentStatus']],
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
    ['CreditAccount.loans',                'activeBorrowingMonths12m loanCount loanCount12m loanCountBand loanCountBand12m monthsSinceLastLoan peakLoansInMonth12m'],
    ['Loan.drawnOn',                       'daysSinceLastLoan drawnMonth loanDays medianDaysBetweenLoans12m monthsSinceLastLoan'],
    ['Loan.principal',                     'borrowedAmount borrowedAmount12m borrowedAmountBand principalBand'],
    ['Repayment.daysPastDue',              'maxDaysPastDue24m'],
    ['CreditSummary.daysSinceLastLoan',    'monthsSinceLastLoan'],
    ['CreditReport.inquiries',             'hardInquiries1m hardInquiries24m hardInquiries3m hardInquiries6m'],
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

  it('counts identity, inquiries and statements, and what is computed over inquiries, once per platform', () => {
    const once = FIELD_CATALOGUE.entries.filter(({ perProduct }) => !perProduct);
    const hard = INDICATORS.map(([field]) => field).filter((field) => field.startsWith('hardInquiries'));
    expect(once.map(({ coordinate }) => coordinate)).toEqual([
      ...IDENTITY.map(([field]) => `Identity.${field}`),
      ...['CreditReport.inquiries', ...INQUIRY.map(([field]) => `Inquiry.${field}`)],
      ...['CreditReport.statements', ...STATEMENT.map(([field]) => `Statement.${field}`)],
      ...hard.map((field) => `CreditSummary.${field}`),
    ]);
  });

  it('seals identity and nothing else', () => {
    const sealed = FIELD_CATALOGUE.entries.filter(({ source }) => source.kind === 'column' && source.sealed);
    expect(sealed).toEqual(entriesOf('Identity'));
  });

  it('puts the fields of a listed type in their list and no other field in any', () => {
    const typeOf = ({ coordinate }: FieldEntry): string => coordinate.slice(0, coordinate.indexOf('.'));
    for (const entry of FIELD_CATALOGUE.entries)
      expect([entry.coordinate, entry.within]).toEqual([entry.coordinate, LISTS[typeOf(entry) as keyof typeof LISTS] ?? null]);
    for (const list of Object.values(LISTS))
      expect(FIELD_CATALOGUE.load(list)).toMatchObject({ container: true, source: { kind: 'list' } });
  });

  it('works days late out of the due day and the day paid', () => {
    expect(FIELD_CATALOGUE.load('Repayment.daysPastDue').source).toEqual({
      kind: 'lateness', record: 'repayment', from: 'due_on', until: 'paid_on',
    }); // prettier-ignore
  });

  it('has ids and coordinates that are unique and ids of the ranges of their types', () => {
    const { entries } = FIELD_CATALOGUE;
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    expect(new Set(entries.map(({ coordinate }) => coordinate)).size).toBe(entries.length);
    const fifties = {
      Identity: [0, 49], CreditAccount: [100, 149], MonthlySummary: [200, 249], CreditSummary: [300, 349], Loan: [400, 449],
      Repayment: [450, 499], Inquiry: [500, 549], Statement: [550, 599], CreditReport: [500, 599],
    } as const; // prettier-ignore
    for (const [type, [first, last]] of Object.entries(fifties))
      expect([type, entriesOf(type).filter(({ id }) => id < first || id > last)]).toEqual([type, []]);
    expect(Object.keys(fifties).flatMap(entriesOf)).toHaveLength(entries.length);
  });

  it('gives the second version single loans, repayments, inquiries, statements and the indicators over them', () => {
    const added = FIELD_CATALOGUE.entries.filter(({ since }) => since !== 1);
    expect(CATALOGUE_VERSION).toBe(2);
    expect(new Set(added.map(({ since }) => since))).toEqual(new Set([2]));
    expect(added.map(({ coordinate }) => coordinate).sort()).toEqual(
      [...ADDED_IN_2, ...TYPES_OF_2.flatMap(entriesOf).map(({ coordinate }) => coordinate)].sort(),
    );
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
    expect(FIELD_CATALOGUE.fieldsOf('LOAN_DETAIL').map(({ coordinate }) => coordinate)).toEqual([
      ...['CreditAccount.fundingShares', 'CreditAccount.loans'],
      ...LOAN.filter(([field]) => field !== 'repayments').map(([field]) => `Loan.${field}`),
    ]);
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
    ['lateness without a day to count to',   [{ ...fine, source: { kind: 'lateness', record: 'repayment', from: 'due_on', until: ' ' } }, coarse, indicator],
                                                                                                                     'A.fine: no column'],
    ['a list around it that is not there',   [{ ...fine, within: 'A.gone' }, coarse, indicator],                     'A.fine: refers to A.gone'],
    ['a list around it that is none',        [{ ...fine, within: 'A.coarse' }, coarse, indicator],                   'A.fine: A.coarse is no list'],
    ['lists that stand in each other',       [{ ...fine, within: 'A.coarse', container: true }, { ...coarse, within: 'A.fine', container: true }, indicator],
                                                                                                                     'A.fine: its lineage is a cycle'],
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
