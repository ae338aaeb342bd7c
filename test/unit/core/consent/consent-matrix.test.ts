import type { Arrangement } from '../../../../src/core/consent/consent';
import { decide } from '../../../../src/core/consent/decide';
import { type ConsentSnapshot, permits } from '../../../../src/core/consent/decision';
import { daysOf, toMonthIndex, toYearMonth } from '../../../../src/core/credit/calendar';
import { type Product, PRODUCTS } from '../../../../src/core/credit/codes';
import type { AccountFigures } from '../../../../src/core/credit/credit-record';
import {
  createCatalogue,
  FIELD_CATALOGUE,
  type FieldCatalogue,
  type FieldEntry,
} from '../../../../src/core/credit/field-catalogue';
import { computeIndicator } from '../../../../src/core/credit/indicators';
import {
  aField,
  type ArrangementDraft,
  anArrangement,
  anIndicator,
  AS_OF,
  aSnapshot,
  at,
  BANK_B,
  CENTRE,
  clusterScopes,
  fieldsOf,
  PLATFORM,
} from '../../../support/builders';

/** One arrangement: its scopes in the matrix's notation, and what differs from the matrix's defaults. */
type Draft = readonly [scopes: string, draft?: ArrangementDraft];
interface Request extends Partial<Pick<ConsentSnapshot, 'atMs' | 'recipientId' | 'purpose' | 'borrowerKnown'>> {
  readonly product?: Product;
  /** The month asked; 2026-03 otherwise. */
  readonly month?: string;
  readonly catalogue?: FieldCatalogue;
}
interface Remarks {
  /** Arrangements cited; `a` for a release and none otherwise. */
  readonly cites?: string;
  /** Fields that decided, by their last part. */
  readonly because?: string;
  /** Products and months of the computed indicator's basis. */
  readonly basis?: string;
}
type Row = readonly [
  number: string,
  consents: readonly Draft[],
  asked: string,
  request: Request,
  verdict: string,
  reason: string,
  remarks?: Remarks,
];

const paused: ArrangementDraft = { status: 'PAUSED' };
const revoked: ArrangementDraft = { status: 'REVOKED', statusAtMs: at('2026-04-10T12:00:00.000') };
const card: ArrangementDraft = { purpose: 'CARD_APPROVAL' };
const forCentre: ArrangementDraft = { recipientId: CENTRE, purpose: 'CREDIT_REPORTING' };
const frequency: ArrangementDraft = { scopes: clusterScopes('BORROWING_FREQUENCY') };
const byCentre: Request = { recipientId: CENTRE, purpose: 'CREDIT_REPORTING' };
const time = (text: string): Request => ({ atMs: at(text) });

/** `loans` is not in the public catalogue yet; rows M79 and M81 are about a catalogue that has it. */
const WITH_LOANS = createCatalogue(2, [
  aField(1, 'CreditAccount.loans', { cluster: 'LOAN_DETAIL', container: true, coarser: ['MonthlySummary.x'] }),
  aField(2, 'MonthlySummary.x', { since: 2 }),
]);
const WITH_INDICATOR = createCatalogue(2, [
  aField(1, 'MonthlySummary.repaymentStatus', { cluster: 'REPAYMENT_STATUS' }),
  anIndicator(2, 'CreditSummary.x', 24, ['MonthlySummary.repaymentStatus'], { since: 2, cluster: 'REPAYMENT_STATUS' }),
]);
const WITH_FINER = createCatalogue(2, [
  aField(1, 'MonthlySummary.loanCount'),
  aField(2, 'CreditAccount.x', { since: 2, coarser: ['MonthlySummary.loanCount'] }),
]);
const second: ArrangementDraft = { catalogueVersion: 2 };

// number, arrangements a b c, asked, request, verdict, reason, remarks
// prettier-ignore
const ROWS: readonly Row[] = [
  ['M01', [],                                                        'loanCount',                {},                                 'WITHHOLD', 'NO_CONSENT'],
  ['M02', [['+loanCount']],                                          'loanCount',                {},                                 'RELEASE',  'PERMITTED'],
  ['M03', [['+loanCount']],                                          'borrowedAmount',           {},                                 'WITHHOLD', 'NOT_GRANTED'],
  ['M04', [['+loanCount']],                                          'loanCount',                { product: 'HUABEI' },              'WITHHOLD', 'NOT_GRANTED'],
  ['M05', [['*+loanCount']],                                         'loanCount',                { product: 'HUABEI' },              'RELEASE',  'PERMITTED'],
  ['M06', [['', frequency]],                                         'loanCount',                {},                                 'RELEASE',  'PERMITTED'],
  ['M07', [['+loanCount']],                                          'loanCount',                { recipientId: BANK_B },            'WITHHOLD', 'NO_CONSENT'],
  ['M08', [['+loanCount']],                                          'loanCount',                { purpose: 'CARD_APPROVAL' },       'WITHHOLD', 'NO_CONSENT'],
  ['M11', [['+loanCount', forCentre]],                               'loanCount',                byCentre,                           'RELEASE',  'PERMITTED'],
  ['M12', [['+loanCount']],                                          'loanCount',                { borrowerKnown: false },           'WITHHOLD', 'UNKNOWN_BORROWER'],
  ['M15', [['+loanCount', { tampered: true }]],                      'loanCount',                {},                                 'WITHHOLD', 'TAMPERED'],
  ['M17', [['+loanCount']],                                          'loanCount',                time('2026-03-01T00:00:00.000'),    'RELEASE',  'PERMITTED'],
  ['M18', [['+loanCount']],                                          'loanCount',                time('2026-02-28T23:59:59.999'),    'WITHHOLD', 'NOT_STARTED'],
  ['M19', [['+loanCount']],                                          'loanCount',                time('2026-05-31T23:59:59.999'),    'RELEASE',  'PERMITTED'],
  ['M20', [['+loanCount']],                                          'loanCount',                time('2026-06-01T00:00:00.000'),    'WITHHOLD', 'EXPIRED'],
  ['M21', [['+loanCount']],                                          'loanCount',                time('2026-05-31T16:00:00.000Z'),   'WITHHOLD', 'EXPIRED'],
  ['M22', [['+loanCount', paused]],                                  'loanCount',                {},                                 'WITHHOLD', 'PAUSED'],
  ['M23', [['+loanCount', paused]],                                  'loanCount',                time('2026-06-01T00:00:00.000'),    'WITHHOLD', 'EXPIRED'],
  ['M24', [['+loanCount', revoked]],                                 'loanCount',                {},                                 'WITHHOLD', 'REVOKED'],
  ['M25', [['+loanCount', { ...revoked, statusAtMs: at('2026-04-15T10:00:00.000') }]],
                                                                     'loanCount',                time('2026-04-15T10:00:00.001'),    'WITHHOLD', 'REVOKED'],
  ['M29', [['+borrowedAmount', { version: 2 }]],                     'loanCount',                {},                                 'WITHHOLD', 'NOT_GRANTED'],
  ['M31', [['+loanCount']],                                          'loanCountBand',            {},                                 'RELEASE',  'IMPLIED',            { because: 'loanCount' }],
  ['M32', [['+loanCountBand']],                                      'loanCount',                {},                                 'WITHHOLD', 'NOT_GRANTED'],
  ['M38', [['+openedOn']],                                           'openedYear',               {},                                 'RELEASE',  'IMPLIED',            { because: 'openedOn' }],
  ['M41', [['+loanCount'], ['+borrowedAmount']],                     'loanCount borrowedAmount', {},                                 'RELEASE',  'PERMITTED',          { cites: 'a b' }],
  ['M42', [['+loanCount'], ['-loanCount']],                          'loanCount',                {},                                 'WITHHOLD', 'DENIED'],
  ['M43', [['+loanCount'], ['-loanCount', paused]],                  'loanCount',                {},                                 'WITHHOLD', 'DENIED'],
  ['M44', [['+loanCount'], ['-loanCount', revoked]],                 'loanCount',                {},                                 'WITHHOLD', 'DENIED'],
  ['M45', [['+loanCount'], ['-loanCount', revoked], ['+loanCount', { grantedAtMs: at('2026-04-12T09:00:00.000'), validFromMs: at('2026-04-12T09:00:00.000') }]],
                                                                     'loanCount',                {},                                 'RELEASE',  'PERMITTED'],
  ['M46', [['+loanCount'], ['-loanCount', card]],                    'loanCount',                {},                                 'RELEASE',  'PERMITTED'],
  ['M47', [['+loanCount'], ['+loanCount', revoked]],                 'loanCount',                {},                                 'RELEASE',  'PERMITTED'],
  ['M48', [['+borrowedAmount'], ['+loanCount', card]],               'averageLoanAmount12m',     {},                                 'WITHHOLD', 'NOT_GRANTED'],
  ['M60', [['+loanCount', { dataFrom: '2025-06-15' }]],              'loanCount',                { month: '2025-06' },               'WITHHOLD', 'OUT_OF_RANGE'],
  ['M61', [['+loanCount', { dataFrom: '2025-06-15' }]],              'loanCount',                { month: '2025-07' },               'RELEASE',  'PERMITTED'],
  ['M63', [['+repaymentStatus', { dataUntil: '2025-07-01' }], ['+repaymentStatus', { dataFrom: '2025-07-01' }]],
                                                                     'onTimeMonthRate24m',       {},                                 'RELEASE',  'INPUTS',             { cites: 'a b', basis: 'JIEBEI 2024-04 2026-03' }],
  ['M64', [['+onTimeMonthRate24m -loanCount']],                      'onTimeMonthRate24m',       {},                                 'RELEASE',  'INDICATOR',          { basis: 'JIEBEI 2024-04 2026-03' }],
  ['M65', [['+onTimeMonthRate24m']],                                 'alwaysOnTime24m',          {},                                 'RELEASE',  'IMPLIED',            { because: 'onTimeMonthRate24m', basis: 'JIEBEI 2024-04 2026-03' }],
  ['M66', [['+repaymentStatus']],                                    'onTimeMonthRate24m',       {},                                 'RELEASE',  'INPUTS',             { basis: 'JIEBEI 2024-04 2026-03' }],
  ['M67', [['+repaymentStatus', { dataFrom: '2025-04-01' }]],        'onTimeMonthRate24m',       {},                                 'WITHHOLD', 'WINDOW_NOT_COVERED'],
  ['M68', [['+onTimeMonthRate24m', { dataFrom: '2025-04-01' }]],     'onTimeMonthRate24m',       {},                                 'RELEASE',  'INDICATOR',          { basis: 'JIEBEI 2025-04 2026-03' }],
  ['M69', [['+repaymentStatus -onTimeMonthRate24m']],                'onTimeMonthRate24m',       {},                                 'WITHHOLD', 'DENIED'],
  ['M70', [['+repaymentStatus -onTimeMonthRate24m']],                'repaymentStatus',          {},                                 'WITHHOLD', 'DENIED_COARSER',     { because: 'onTimeMonthRate24m' }],
  ['M71', [['+averageLoanAmount12m']],                               'averageLoanAmount12m',     {},                                 'WITHHOLD', 'REQUIRES',           { because: 'borrowedAmount12m loanCount12m' }],
  ['M72', [['+averageLoanAmount12m +loanCount12m +borrowedAmount12m']],
                                                                     'averageLoanAmount12m',     {},                                 'RELEASE',  'INDICATOR',          { basis: 'JIEBEI 2025-04 2026-03' }],
  ['M73', [['+borrowedAmount +loanCount']],                          'averageLoanAmount12m',     {},                                 'RELEASE',  'INPUTS',             { basis: 'JIEBEI 2025-04 2026-03' }],
  ['M75', [['+utilisation']],                                        'utilisation',              {},                                 'WITHHOLD', 'REQUIRES',           { because: 'creditLimit usedLimit' }],
  ['M76', [['+utilisation']],                                        'utilisationBand',          {},                                 'RELEASE',  'IMPLIED',            { because: 'utilisation', basis: 'JIEBEI 2026-03 2026-03' }],
  ['M77', [['H+repaymentStatus']],                                   'onTimeMonthRate24m',       { product: 'HUABEI' },              'RELEASE',  'INPUTS',             { basis: 'HUABEI 2024-04 2026-03' }],
  ['M78', [['*+repaymentStatus']],                                   'onTimeMonthRate24m',       {},                                 'RELEASE',  'INPUTS',             { basis: 'HUABEI 2024-04 2026-03' }],
  ['M79', [['+loans', { catalogue: WITH_LOANS }]],                   'x',                        { catalogue: WITH_LOANS },          'WITHHOLD', 'NEWER_FIELD'],
  ['M80', [['+repaymentStatus', { catalogue: WITH_INDICATOR }]],     'x',                        { catalogue: WITH_INDICATOR },      'WITHHOLD', 'NEWER_FIELD'],
  ['M81', [['-loanCount', { catalogue: WITH_FINER }], ['+x', { catalogue: WITH_FINER, ...second }]],
                                                                     'x',                        { catalogue: WITH_FINER },          'WITHHOLD', 'DENIED_COARSER',     { because: 'loanCount' }],
];

/** Rows that the decision cannot express yet, with what each waits for. */
const WAITING: Readonly<Record<string, string>> = {
  M09: 'the request: a missing purpose is a validation error',
  M10: 'the request: purposes registered for the recipient',
  M13: 'processors',
  M14: 'the request: the recipient must be ACTIVE',
  M16: 'the request: roles',
  M26: 'the append: the consent set moved between decision and append',
  M27: 'the append: order of entries in the ledger',
  M28: 'the append: validity is judged at the instant of the decision',
  M30: 'amendConsent: a refused widening',
  M33: 'CreditAccount.loans',
  M34: 'CreditAccount.loans',
  M35: 'CreditAccount.loans',
  M36: 'CreditAccount.loans',
  M37: 'CreditAccount.loans',
  M39: 'Loan.principal',
  M40: 'Loan.principal',
  M49: 'budgets: ONE_TIME',
  M50: 'budgets: ONE_TIME',
  M51: 'budgets: ONE_TIME and a retry',
  M52: 'budgets: ONE_TIME and a retry',
  M53: 'budgets: ONE_TIME',
  M54: 'budgets: frequency',
  M55: 'budgets: frequency',
  M56: 'budgets: frequency',
  M57: 'budgets: frequency',
  M58: 'budgets: frequency',
  M59: 'budgets: frequency',
  M62: 'CreditAccount.loans',
  M74: 'CreditSummary.onTimeRate24m, which needs repayments',
  M82: 'records: the notice of an adverse month',
  M83: 'records: the notice of an adverse month',
  M84: 'records: retention',
  M85: 'guardians',
  M86: 'recorded events: death',
  M87: 'records: joint accounts',
  M88: 'EXPLICIT',
  M89: 'EXPLICIT',
  M90: 'EXPLICIT',
  M91: 'EXPLICIT',
  M92: 'the request: a fault in mid-read',
  M93: 'preview',
};

interface Outcome {
  readonly verdict: string;
  readonly reason: string;
  readonly cites: string;
  readonly because: string;
}

/** The decision on a row's cell, and where it is released whether the month asked lies inside the released days. */
function outcomeOf([, consents, asked, request]: Row): Outcome {
  const { product = 'JIEBEI', month = '2026-03', catalogue = FIELD_CATALOGUE } = request;
  const entries = fieldsOf(asked, catalogue);
  const decision = decide(snapshotOf(consents, request), catalogue, entries);
  const cells = entries.map((entry) =>
    decision.cells.get(entry)?.find((cell) => cell.product === product || cell.product === null),
  );
  const [first] = cells;
  if (!first || !cells.every((cell) => cell?.verdict === first.verdict && cell.reason === first.reason))
    throw new Error('the cells of a row agree');
  const isRecord = entries.every(({ source }) => source.kind === 'column' && source.record === 'month');
  const days = isRecord ? daysOf(toMonthIndex(month)) : null;
  const inRange = entries.every((entry) => permits(decision, entry, { platformId: PLATFORM, product, days }));
  const shown =
    first.verdict === 'WITHHOLD' || inRange ? first : { ...first, verdict: 'WITHHOLD', reason: 'OUT_OF_RANGE', citations: [] };
  return {
    verdict: shown.verdict,
    reason: shown.reason,
    cites:
      shown === first ? namesOf(cells.flatMap((cell) => cell?.citations ?? []).map(({ arrangementId }) => arrangementId)) : '',
    because: namesOf(first.because.map((coordinate) => coordinate.slice(coordinate.indexOf('.') + 1))),
  };
}

function snapshotOf(consents: readonly Draft[], request: Request): ConsentSnapshot {
  const { product: _product, month: _month, catalogue: _catalogue, ...asked } = request;
  const arrangements = consents.map(([scopes, draft], i): Arrangement =>
    anArrangement({ id: 'abc'.charAt(i), scopes, ...draft }),
  );
  return aSnapshot(arrangements, asked);
}

function namesOf(names: readonly string[]): string {
  return [...new Set(names)].sort().join(' ');
}

/** Li's records of one product: every month from 2024-03 on, always on time. */
function accountOf(product: Product): AccountFigures {
  const months = Array.from({ length: 25 }, (_, i) => toMonthIndex('2024-03') + i);
  return {
    platformId: PLATFORM,
    product,
    currency: 'CNY',
    asOf: AS_OF,
    creditLimit: 100_00,
    months: months.map((month) => ({ month, repaymentStatus: 'N', borrowedAmount: 300, loanCount: 1, usedLimit: 50_00 })),
  };
}

/** What leaves for an indicator, computed over every product that the decision released. */
function indicatorOf([number, consents, asked, request]: Row): ReturnType<typeof computeIndicator> {
  const [entry] = fieldsOf(asked) as [FieldEntry];
  const cells = decide(snapshotOf(consents, request), FIELD_CATALOGUE, [entry]).cells.get(entry) ?? [];
  const owned =
    number === 'M78' ? PRODUCTS.filter((product) => product === 'HUABEI') : PRODUCTS.filter((product) => product !== 'OTHER');
  const daysOfProduct = new Map(cells.filter(({ verdict }) => verdict === 'RELEASE').map(({ product, days }) => [product, days]));
  const accounts = owned.filter((product) => daysOfProduct.has(product)).map(accountOf);
  return computeIndicator(entry, accounts, ({ product }) => daysOfProduct.get(product) ?? []);
}

describe('the consent matrix (consent.md, section 7)', () => {
  it.each(ROWS.map((row) => [row[0], row] as const))('%s decides as the matrix says', (_number, row) => {
    const [, , , , verdict, reason, { cites = verdict === 'RELEASE' ? 'a' : '', because = '' } = {}] = row;
    expect(outcomeOf(row)).toEqual({ verdict, reason, cites, because });
  });

  it.each(ROWS.filter((row) => row[6]?.basis !== undefined).map((row) => [row[0], row] as const))(
    '%s names in its basis the products and months that contributed',
    (_number, row) => {
      const found = indicatorOf(row);
      expect(found && `${found.products.join(',')} ${toYearMonth(found.firstMonth)} ${toYearMonth(found.lastMonth)}`).toBe(
        row[6]?.basis,
      );
    },
  );

  it('gives for M78 the bytes of M77, so that a product withheld looks like one that does not exist', () => {
    const [shared, absent] = ['M77', 'M78'].map((number) => ROWS.find((row) => row[0] === number)) as [Row, Row];
    expect(JSON.stringify(indicatorOf(absent))).toBe(JSON.stringify(indicatorOf(shared)));
  });

  it('has every row M01 to M93 exactly once, run or waiting', () => {
    const all = Array.from({ length: 93 }, (_, i) => `M${String(i + 1).padStart(2, '0')}`);
    expect([...ROWS.map(([number]) => number), ...Object.keys(WAITING)].sort()).toEqual(all);
  });

  it('withholds in more of its rows than it releases', () => {
    const released = ROWS.filter(([, , , , verdict]) => verdict === 'RELEASE').length;
    expect(ROWS.length - released).toBeGreaterThan(released);
  });

  it('waits for no field that the catalogue has', () => {
    const fields = Object.values(WAITING).flatMap((reason) => reason.match(/\b[A-Z]\w+\.\w+/) ?? []);
    expect(fields.filter((coordinate) => FIELD_CATALOGUE.find(coordinate))).toEqual([]);
  });
});
