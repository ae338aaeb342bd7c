import type { Purpose } from '../../src/core/consent/purpose';
import type { Product } from '../../src/core/credit/codes';
import { CATALOGUE_VERSION, createCatalogue, FIELD_CATALOGUE, type FieldCatalogue } from '../../src/core/credit/field-catalogue';
import { aField, anIndicator, type ArrangementDraft, at, BANK_A, BANK_B, CENTRE } from './builders';

/*
 * The consent matrix (consent.md, section 7) as data: test/unit/core/consent runs it through the decision, test/api
 * through the whole stack. Defaults are those of the document, which the builders have too. Of M28 the document says RELEASE,
 * and ledger.md, section 6, step 5 the contrary; the stricter one holds.
 */

/** What differs from the matrix's defaults. Instants are in Shanghai. */
export interface ConsentDraft extends Omit<ArrangementDraft, 'id' | 'scopes' | 'use' | 'chargedAtMs'> {
  /** Scopes of version 1; the draft's own are then those of version 2. */
  readonly v1?: string;
  /** Instants of earlier disclosures that were charged to it, ascending. */
  readonly uses?: readonly string[];
  /** The requestId of the latest of them. */
  readonly usedBy?: string;
  /** A revoke that was asked when the one use had ended the consent already. */
  readonly revokeAsked?: string;
  /** Scopes of an amendment that was refused, since it widens and came without evidence. */
  readonly refusedWidening?: string;
}
/** One arrangement: its scopes in the notation of `scopesOf`, and its draft. The first is a, then b, then c. */
export type Draft = readonly [scopes: string, draft?: ConsentDraft];

/** What holds besides the consents. The decision sees none of it; what it does to the answer is the API's to show. */
export type Given =
  | 'NO_JIEBEI_ACCOUNT' // Li has Huabei alone
  | 'RECIPIENT_SUSPENDED'
  | 'REVOKE_BEFORE_APPEND' // a is revoked between the decision and the append
  | 'REVOKE_AFTER_APPEND' // the append is entry n, the revoke n + 1, and the bytes leave after it
  | 'ENDS_BEFORE_APPEND' // validUntil of a lies between the decision and the append
  | 'REFUSED_BEFORE' // an earlier request got nothing
  | 'THREE_ALIASES' // the field stands under three aliases in one operation
  | 'TWO_AT_ONCE' // two requests race
  | 'NOTICE_MISSING' // the month asked is adverse
  | 'NOTICE_SENT' // of the adverse month asked, on 2026-04-01
  | 'JOINT_ACCOUNT' // what Li has of Jiebei is owed jointly, and the other person has not consented
  | 'ADVERSE_ENDED' // the month asked is adverse, and its event ended on 2021-04-14
  | 'DATABASE_FAILS'; // in mid-read

export interface Request {
  readonly atMs?: number;
  /** BANK_A otherwise. */
  readonly recipientId?: string;
  readonly role?: 'AUDITOR';
  /** null: the request names none. */
  readonly purpose?: Purpose | null;
  readonly borrowerKnown?: boolean;
  readonly requestId?: string;
  /** JIEBEI otherwise. */
  readonly product?: Product;
  /** The month asked; 2026-03 otherwise. */
  readonly month?: string;
  /** The day of the loan asked; none in particular otherwise. */
  readonly drawnOn?: string;
  readonly catalogue?: FieldCatalogue;
  /** A preview under these scopes. */
  readonly hypothetical?: string;
  readonly given?: Given;
}

export interface Remarks {
  /** Which runners can express the row; both otherwise. */
  readonly runs?: 'pure' | 'api';
  /** Arrangements cited; `a` for a release and none otherwise. */
  readonly cites?: string;
  /** Fields that decided, by their last part. */
  readonly because?: string;
  /** Products and months of the computed indicator's basis. */
  readonly basis?: string;
  /** Status of arrangement a, with its reason, when the request is decided. */
  readonly state?: string;
  /** Fields of the row's product that the bank is told were withheld; null, the default: it is told nothing. */
  readonly withheldFields?: string | null;
  /** Reason for the other of two requests. */
  readonly other?: string;
}
export type Verdict = 'RELEASE' | 'WITHHOLD' | 'REFUSE' | 'FAULT';
export type Row = readonly [
  number: string,
  consents: readonly Draft[],
  asked: string,
  request: Request,
  verdict: Verdict,
  reason: string,
  remarks?: Remarks,
];

const paused: ConsentDraft = { status: 'PAUSED', statusReason: 'BORROWER', statusAtMs: at('2026-04-10T12:00:00.000') };
const revoked: ConsentDraft = { status: 'REVOKED', statusReason: 'BORROWER_WITHDREW', statusAtMs: at('2026-04-10T12:00:00.000') };
const revokedNow: ConsentDraft = { ...revoked, statusAtMs: at('2026-04-15T10:00:00.000') };
const deceased: ConsentDraft = { ...revoked, statusReason: 'BORROWER_DECEASED' };
const card: ConsentDraft = { purpose: 'CARD_APPROVAL' };
const toCentre: ConsentDraft = { recipientId: CENTRE, purpose: 'CREDIT_REPORTING' };
const from12: ConsentDraft = { grantedAtMs: at('2026-04-12T09:00:00.000'), validFromMs: at('2026-04-12T09:00:00.000') };
const tampered: ConsentDraft = { tampered: true };
const since250401: ConsentDraft = { dataFrom: '2025-04-01' };
const since250615: ConsentDraft = { dataFrom: '2025-06-15' };
const until2507: ConsentDraft = { dataUntil: '2025-07-01' };
const since2507: ConsentDraft = { dataFrom: '2025-07-01' };
const oneTime: ConsentDraft = { accessMode: 'ONE_TIME' };
const used14: ConsentDraft = { ...oneTime, uses: ['2026-04-14T12:00:00.000'] };
const usedByR1: ConsentDraft = { ...oneTime, uses: ['2026-04-15T09:55:00.000'], usedBy: 'r1' };
const thenRevoked: ConsentDraft = { ...usedByR1, revokeAsked: '2026-04-15T09:57:00.000' };
const daily: ConsentDraft = { frequency: { count: 1, per: 'DAY' } };
const usedYesterday: ConsentDraft = { ...daily, uses: ['2026-04-14T23:59:59.000'] };
const usedToday: ConsentDraft = { ...daily, uses: ['2026-04-15T09:00:00.000'] };
/** Granted after the use of M58, which would have been b's otherwise. */
const from0930: ConsentDraft = { grantedAtMs: at('2026-04-15T09:30:00.000') };
const explicit: ConsentDraft = { absencePolicy: 'EXPLICIT' };
const explicitPaused: ConsentDraft = { ...explicit, ...paused };

const time = (text: string): Request => ({ atMs: at(`2026-${text}`) });
const huabei: Request = { product: 'HUABEI' };
const byCentre: Request = { recipientId: CENTRE, purpose: 'CREDIT_REPORTING' };
const r1: Request = { requestId: 'r1' };
const given = (circumstance: Given, more: Request = {}): Request => ({ ...more, given: circumstance });
const api: Remarks = { runs: 'api' };
const pure: Remarks = { runs: 'pure' };
const months24: Remarks = { basis: 'JIEBEI 2024-04 2026-03' };
const months12: Remarks = { basis: 'JIEBEI 2025-04 2026-03' };

/** The matrix says catalogue 1, of the version that had `loans` first: version 2 of the public one. */
const current: ConsentDraft = { catalogueVersion: CATALOGUE_VERSION };
/** The version after the public one, with a rung below `loans` that appeared in it. */
const loans = {
  catalogue: createCatalogue(CATALOGUE_VERSION + 1, [
    ...FIELD_CATALOGUE.entries.map((entry) =>
      entry.coordinate === 'CreditAccount.loans' ? { ...entry, coarser: [...entry.coarser, 'MonthlySummary.x'] } : entry,
    ),
    aField(Math.max(...FIELD_CATALOGUE.entries.map(({ id }) => id)) + 1, 'MonthlySummary.x', { since: CATALOGUE_VERSION + 1 }),
  ]),
};
const indicator = {
  catalogue: createCatalogue(2, [
    aField(1, 'MonthlySummary.repaymentStatus', { cluster: 'REPAYMENT_STATUS' }),
    anIndicator(2, 'CreditSummary.x', 24, ['MonthlySummary.repaymentStatus'], { since: 2, cluster: 'REPAYMENT_STATUS' }),
  ]),
};
const finer = {
  catalogue: createCatalogue(2, [
    aField(1, 'MonthlySummary.loanCount'),
    aField(2, 'CreditAccount.x', { since: 2, coarser: ['MonthlySummary.loanCount'] }),
  ]),
};
const finer2: ConsentDraft = { ...finer, catalogueVersion: 2 };

// number, arrangements a b c, asked, request, verdict, reason, remarks
// prettier-ignore
export const ROWS: readonly Row[] = [
  ['M01', [],                                                                 'loanCount',                {},                                           'WITHHOLD', 'NO_CONSENT'],
  ['M02', [['+loanCount']],                                                   'loanCount',                {},                                           'RELEASE',  'PERMITTED'],
  ['M03', [['+loanCount']],                                                   'borrowedAmount',           {},                                           'WITHHOLD', 'NOT_GRANTED'],
  ['M04', [['+loanCount']],                                                   'loanCount',                huabei,                                       'WITHHOLD', 'NOT_GRANTED'],
  ['M05', [['*+loanCount']],                                                  'loanCount',                huabei,                                       'RELEASE',  'PERMITTED'],
  ['M06', [['+BORROWING_FREQUENCY']],                                         'loanCount',                {},                                           'RELEASE',  'PERMITTED'],
  ['M07', [['+loanCount']],                                                   'loanCount',                { recipientId: BANK_B },                      'WITHHOLD', 'NO_CONSENT'],
  ['M08', [['+loanCount']],                                                   'loanCount',                { purpose: 'CARD_APPROVAL' },                 'WITHHOLD', 'NO_CONSENT'],
  ['M09', [['+loanCount']],                                                   'loanCount',                { purpose: null },                            'REFUSE',   'NO_PURPOSE',          api],
  ['M10', [['+loanCount', toCentre]],                                         'loanCount',                { ...byCentre, recipientId: BANK_A },         'REFUSE',   'PURPOSE_NOT_ALLOWED', api],
  ['M11', [['+loanCount', toCentre]],                                         'loanCount',                byCentre,                                     'RELEASE',  'PERMITTED'],
  ['M12', [['+loanCount']],                                                   'loanCount',                { borrowerKnown: false },                     'WITHHOLD', 'UNKNOWN_BORROWER'],
  ['M14', [['+loanCount']],                                                   'loanCount',                given('RECIPIENT_SUSPENDED'),                 'REFUSE',   'RECIPIENT_SUSPENDED', api],
  ['M15', [['+loanCount', tampered]],                                         'loanCount',                {},                                           'WITHHOLD', 'TAMPERED'],
  ['M16', [['+loanCount']],                                                   'loanCount',                { role: 'AUDITOR' },                          'REFUSE',   'FORBIDDEN',           api],
  ['M17', [['+loanCount']],                                                   'loanCount',                time('03-01T00:00:00.000'),                   'RELEASE',  'PERMITTED'],
  ['M18', [['+loanCount']],                                                   'loanCount',                time('02-28T23:59:59.999'),                   'WITHHOLD', 'NOT_STARTED'],
  ['M19', [['+loanCount']],                                                   'loanCount',                time('05-31T23:59:59.999'),                   'RELEASE',  'PERMITTED',           { state: 'ACTIVE' }],
  ['M20', [['+loanCount']],                                                   'loanCount',                time('06-01T00:00:00.000'),                   'WITHHOLD', 'EXPIRED',             { state: 'EXPIRED VALIDITY_ENDED' }],
  ['M21', [['+loanCount']],                                                   'loanCount',                time('05-31T16:00:00.000Z'),                  'WITHHOLD', 'EXPIRED',             { state: 'EXPIRED VALIDITY_ENDED' }],
  ['M22', [['+loanCount', paused]],                                           'loanCount',                {},                                           'WITHHOLD', 'PAUSED',              { state: 'PAUSED BORROWER' }],
  ['M23', [['+loanCount', paused]],                                           'loanCount',                time('06-01T00:00:00.000'),                   'WITHHOLD', 'EXPIRED',             { state: 'EXPIRED VALIDITY_ENDED' }],
  ['M24', [['+loanCount', revoked]],                                          'loanCount',                {},                                           'WITHHOLD', 'REVOKED',             { state: 'REVOKED BORROWER_WITHDREW' }],
  ['M25', [['+loanCount', revokedNow]],                                       'loanCount',                time('04-15T10:00:00.001'),                   'WITHHOLD', 'REVOKED'],
  ['M26', [['+loanCount']],                                                   'loanCount',                given('REVOKE_BEFORE_APPEND'),                'WITHHOLD', 'REVOKED',             api],
  ['M27', [['+loanCount']],                                                   'loanCount',                given('REVOKE_AFTER_APPEND'),                 'RELEASE',  'PERMITTED',           api],
  ['M28', [['+loanCount']],                                                   'loanCount',                given('ENDS_BEFORE_APPEND'),                  'WITHHOLD', 'EXPIRED',             api],
  ['M29', [['+borrowedAmount', { v1: '+loanCount' }]],                        'loanCount',                {},                                           'WITHHOLD', 'NOT_GRANTED'],
  ['M30', [['+loanCount', { refusedWidening: '*+loanCount' }]],               'loanCount',                {},                                           'RELEASE',  'PERMITTED',           api],
  ['M31', [['+loanCount']],                                                   'loanCountBand',            {},                                           'RELEASE',  'IMPLIED',             { because: 'loanCount' }],
  ['M32', [['+loanCountBand']],                                               'loanCount',                {},                                           'WITHHOLD', 'NOT_GRANTED'],
  ['M33', [['+loans', current]],                                              'loanCount',                {},                                           'RELEASE',  'IMPLIED',             { because: 'loans' }],
  ['M34', [['+loans -loanCount', current]],                                   'loans',                    {},                                           'WITHHOLD', 'DENIED_COARSER',      { because: 'loanCount' }],
  ['M35', [['+loans -loanCount', current]],                                   'loanCountBand',            {},                                           'RELEASE',  'IMPLIED',             { because: 'loans' }],
  ['M36', [['+loans -loanCountBand', current]],                               'loanCount',                {},                                           'WITHHOLD', 'DENIED_COARSER',      { because: 'loanCountBand' }],
  ['M37', [['+loanCount -loans', current]],                                   'loanCount',                {},                                           'RELEASE',  'PERMITTED'],
  ['M38', [['+openedOn']],                                                    'openedYear',               {},                                           'RELEASE',  'IMPLIED',             { because: 'openedOn' }],
  ['M39', [['+loans +Loan.principal -borrowedAmount', current]],              'Loan.principal',           {},                                           'WITHHOLD', 'DENIED_COARSER',      { because: 'borrowedAmount' }],
  ['M40', [['+loans', current]],                                              'Loan.principal',           {},                                           'WITHHOLD', 'NOT_GRANTED'],
  ['M41', [['+loanCount'], ['+borrowedAmount']],                              'loanCount borrowedAmount', {},                                           'RELEASE',  'PERMITTED',           { cites: 'a b' }],
  ['M42', [['+loanCount'], ['-loanCount']],                                   'loanCount',                {},                                           'WITHHOLD', 'DENIED'],
  ['M43', [['+loanCount'], ['-loanCount', paused]],                           'loanCount',                {},                                           'WITHHOLD', 'DENIED'],
  ['M44', [['+loanCount'], ['-loanCount', revoked]],                          'loanCount',                {},                                           'WITHHOLD', 'DENIED'],
  ['M45', [['+loanCount'], ['-loanCount', revoked], ['+loanCount', from12]],  'loanCount',                {},                                           'RELEASE',  'PERMITTED'],
  ['M46', [['+loanCount'], ['-loanCount', card]],                             'loanCount',                {},                                           'RELEASE',  'PERMITTED'],
  ['M47', [['+loanCount'], ['+loanCount', revoked]],                          'loanCount',                {},                                           'RELEASE',  'PERMITTED'],
  ['M48', [['+borrowedAmount'], ['+loanCount', card]],                        'averageLoanAmount12m',     {},                                           'WITHHOLD', 'NOT_GRANTED'],
  ['M49', [['+loanCount', oneTime]],                                          'loanCount',                {},                                           'RELEASE',  'PERMITTED',           { state: 'ACTIVE' }],
  ['M50', [['+loanCount', used14]],                                           'loanCount',                {},                                           'WITHHOLD', 'ONE_TIME_USED',       { state: 'EXPIRED ONE_TIME_USED' }],
  ['M51', [['+loanCount', usedByR1]],                                         'loanCount',                r1,                                           'RELEASE',  'PERMITTED',           { state: 'EXPIRED ONE_TIME_USED' }],
  ['M52', [['+loanCount', thenRevoked]],                                      'loanCount',                r1,                                           'WITHHOLD', 'ONE_TIME_USED',       { state: 'EXPIRED ONE_TIME_USED' }],
  ['M53', [['+loanCount', oneTime]],                                          'loanCount',                given('REFUSED_BEFORE'),                      'RELEASE',  'PERMITTED'],
  ['M54', [['+loanCount', usedYesterday]],                                    'loanCount',                time('04-15T00:00:00.000'),                   'RELEASE',  'PERMITTED'],
  ['M55', [['+loanCount', usedToday]],                                        'loanCount',                {},                                           'WITHHOLD', 'OVER_FREQUENCY',      { state: 'ACTIVE' }],
  ['M56', [['+loanCount', daily]],                                            'loanCount',                given('THREE_ALIASES'),                       'RELEASE',  'PERMITTED'],
  ['M57', [['+loanCount', daily]],                                            'loanCount',                given('TWO_AT_ONCE'),                         'RELEASE',  'PERMITTED',           { ...api, other: 'OVER_FREQUENCY' }],
  ['M58', [['+loanCount', usedToday], ['+loanCount', from0930]],              'loanCount',                {},                                           'RELEASE',  'PERMITTED',           { cites: 'b' }],
  ['M59', [['+loanCount', daily], ['+loanCount']],                            'loanCount',                {},                                           'RELEASE',  'PERMITTED',           { cites: 'b' }],
  ['M60', [['+loanCount', since250615]],                                      'loanCount',                { month: '2025-06' },                         'WITHHOLD', 'OUT_OF_RANGE'],
  ['M61', [['+loanCount', since250615]],                                      'loanCount',                { month: '2025-07' },                         'RELEASE',  'PERMITTED'],
  ['M62', [['+loans', { ...current, ...since250615 }]],                       'loans',                    { drawnOn: '2025-06-14' },                    'WITHHOLD', 'OUT_OF_RANGE',        pure],
  ['M63', [['+repaymentStatus', until2507], ['+repaymentStatus', since2507]], 'onTimeMonthRate24m',       {},                                           'RELEASE',  'INPUTS',              { ...months24, cites: 'a b' }],
  ['M64', [['+onTimeMonthRate24m -loanCount']],                               'onTimeMonthRate24m',       {},                                           'RELEASE',  'INDICATOR',           months24],
  ['M65', [['+onTimeMonthRate24m']],                                          'alwaysOnTime24m',          {},                                           'RELEASE',  'IMPLIED',             { ...months24, because: 'onTimeMonthRate24m' }],
  ['M66', [['+repaymentStatus']],                                             'onTimeMonthRate24m',       {},                                           'RELEASE',  'INPUTS',              months24],
  ['M67', [['+repaymentStatus', since250401]],                                'onTimeMonthRate24m',       {},                                           'WITHHOLD', 'WINDOW_NOT_COVERED'],
  ['M68', [['+onTimeMonthRate24m', since250401]],                             'onTimeMonthRate24m',       {},                                           'RELEASE',  'INDICATOR',           months12],
  ['M69', [['+repaymentStatus -onTimeMonthRate24m']],                         'onTimeMonthRate24m',       {},                                           'WITHHOLD', 'DENIED'],
  ['M70', [['+repaymentStatus -onTimeMonthRate24m']],                         'repaymentStatus',          {},                                           'WITHHOLD', 'DENIED_COARSER',      { because: 'onTimeMonthRate24m' }],
  ['M71', [['+averageLoanAmount12m']],                                        'averageLoanAmount12m',     {},                                           'WITHHOLD', 'REQUIRES',            { because: 'borrowedAmount12m loanCount12m' }],
  ['M72', [['+averageLoanAmount12m +loanCount12m +borrowedAmount12m']],       'averageLoanAmount12m',     {},                                           'RELEASE',  'INDICATOR',           months12],
  ['M73', [['+borrowedAmount +loanCount']],                                   'averageLoanAmount12m',     {},                                           'RELEASE',  'INPUTS',              months12],
  ['M74', [['+onTimeRate24m', current]],                                      'onTimeRate24m',            {},                                           'WITHHOLD', 'REQUIRES',            { because: 'loanCount' }],
  ['M75', [['+utilisation']],                                                 'utilisation',              {},                                           'WITHHOLD', 'REQUIRES',            { because: 'creditLimit usedLimit' }],
  ['M76', [['+utilisation']],                                                 'utilisationBand',          {},                                           'RELEASE',  'IMPLIED',             { basis: 'JIEBEI 2026-03 2026-03', because: 'utilisation' }],
  ['M77', [['H+repaymentStatus']],                                            'onTimeMonthRate24m',       huabei,                                       'RELEASE',  'INPUTS',              { basis: 'HUABEI 2024-04 2026-03' }],
  ['M78', [['*+repaymentStatus']],                                            'onTimeMonthRate24m',       given('NO_JIEBEI_ACCOUNT'),                   'RELEASE',  'INPUTS',              { basis: 'HUABEI 2024-04 2026-03' }],
  ['M79', [['+loans', { ...loans, ...current }]],                             'x',                        loans,                                        'WITHHOLD', 'NEWER_FIELD',         pure],
  ['M80', [['+repaymentStatus', indicator]],                                  'x',                        indicator,                                    'WITHHOLD', 'NEWER_FIELD',         pure],
  ['M81', [['-loanCount', finer], ['+x', finer2]],                            'x',                        finer,                                        'WITHHOLD', 'DENIED_COARSER',      { ...pure, because: 'loanCount' }],
  ['M82', [['*+repaymentStatus', toCentre]],                                  'repaymentStatus',          given('NOTICE_MISSING', byCentre),            'WITHHOLD', 'NOTICE_MISSING',      api],
  ['M83', [['*+repaymentStatus', toCentre]],                                  'repaymentStatus',          given('NOTICE_SENT', byCentre),               'RELEASE',  'PERMITTED',           api],
  ['M84', [['+repaymentStatus']],                                             'repaymentStatus',          given('ADVERSE_ENDED', { month: '2021-04' }), 'WITHHOLD', 'RETENTION_ENDED',     api],
  ['M86', [['+loanCount', deceased]],                                         'loanCount',                {},                                           'WITHHOLD', 'REVOKED',             { state: 'REVOKED BORROWER_DECEASED' }],
  ['M87', [['+borrowedAmount']],                                              'borrowedAmount',           given('JOINT_ACCOUNT'),                       'WITHHOLD', 'CO_BORROWER',         api],
  ['M88', [['+loanCount', explicit]],                                         'borrowedAmount',           {},                                           'WITHHOLD', 'NOT_GRANTED',         { withheldFields: 'borrowedAmount' }],
  ['M89', [['+loanCount', explicit]],                                         'loanCount',                given('NO_JIEBEI_ACCOUNT'),                   'RELEASE',  'PERMITTED',           { withheldFields: '' }],
  ['M90', [['+loanCount', explicitPaused]],                                   'loanCount',                {},                                           'WITHHOLD', 'PAUSED',              { withheldFields: null }],
  ['M91', [['+loanCount', explicit], ['+openedYear']],                        'borrowedAmount',           {},                                           'WITHHOLD', 'NOT_GRANTED',         { withheldFields: null }],
  ['M92', [['+loanCount']],                                                   'loanCount',                given('DATABASE_FAILS'),                      'FAULT',    'SERVICE_UNAVAILABLE', api],
  ['M93', [],                                                                 'loanCount',                { hypothetical: '+loanCount' },               'RELEASE',  'PERMITTED',           api],
];

/** Rows that nothing can express yet, with what each waits for. */
export const WAITING: Readonly<Record<string, string>> = {
  M13: 'processors',
  M85: 'guardians',
};

/** Does this runner run the row? */
export function isRunBy(runner: 'pure' | 'api', [, , , , , , remarks]: Row): boolean {
  return (remarks?.runs ?? runner) === runner;
}
