import { flagsOf, type FlaggedRecord, type MonthTerms } from '../../../../src/core/credit/record-rules';

const MONTH: MonthTerms = {
  pastDueAmountMinor: null, repaymentStatus: null, daysPastDueMonthEnd: null, usedLimitMinor: null, creditLimitMinor: null,
  pastDuePrincipal31To60Minor: null, pastDuePrincipal61To90Minor: null, pastDuePrincipal91To180Minor: null,
  pastDuePrincipalOver180Minor: null,
}; // prettier-ignore
const ACCOUNT = { openedOn: null, closedOn: null, fundingShares: null } as const;
const REPAYMENT = { dueOn: '2026-02-01', dueAmountMinor: 50, paidAmountMinor: 50, kind: null } as const;
const month = (more: Partial<MonthTerms>, overLimitAllowed?: boolean | null): FlaggedRecord => ({
  entity: 'monthlySummary',
  values: { ...MONTH, ...more },
  ...(overLimitAllowed === undefined ? {} : { overLimitAllowed }),
});
const EVERY_FAULT: Partial<MonthTerms> = {
  pastDueAmountMinor: 1, repaymentStatus: 'N', daysPastDueMonthEnd: 3, usedLimitMinor: 2, creditLimitMinor: 1,
  pastDuePrincipal31To60Minor: 2, pastDuePrincipal61To90Minor: 0, pastDuePrincipal91To180Minor: 0, pastDuePrincipalOver180Minor: 0,
}; // prettier-ignore

describe('flags of a record', () => {
  it.each<[string, FlaggedRecord, string | null]>([
    ['a borrower, of whom no invariant speaks', { entity: 'borrower' }, null],
    ['an account without fault', { entity: 'account', values: { ...ACCOUNT, fundingShares: [{ institution: 'b', shareBp: 10_000 }] } }, null],
    ['shares that are not the whole', { entity: 'account', values: { ...ACCOUNT, fundingShares: [{ institution: 'b', shareBp: 1 }] } }, 'V7'],
    ['an account that closes before it opens', { entity: 'account', values: { ...ACCOUNT, openedOn: '2026-01-02', closedOn: '2026-01-01' } }, 'V9'],
    ['a month that says nothing', month({}), null],
    ['every fault of a month, in their order', month(EVERY_FAULT, false), 'V3,V4,V6,V11'],
    ['the limit is left alone where the account is silent', month(EVERY_FAULT, null), 'V3,V4,V11'],
    ['and where nobody asked it', month(EVERY_FAULT), 'V3,V4,V11'],
    ['and where it allows more', month({ usedLimitMinor: 2, creditLimitMinor: 1 }, true), null],
    ['a loan that is open', { entity: 'loan', values: { drawnOn: '2026-01-02', settledOn: null } }, null],
    ['a loan settled before it was drawn', { entity: 'loan', values: { drawnOn: '2026-01-02', settledOn: '2026-01-01' } }, 'V9'],
    ['an instalment as agreed', { entity: 'repayment', values: REPAYMENT, drawnOn: '2026-02-01' }, null],
    ['an instalment due before the loan, and overpaid', { entity: 'repayment', values: { ...REPAYMENT, paidAmountMinor: 51 }, drawnOn: '2026-02-02' }, 'V9,V10'],
    ['an instalment without its loan', { entity: 'repayment', values: { ...REPAYMENT, paidAmountMinor: null } }, null],
    ['an instalment paid early with fees', { entity: 'repayment', values: { ...REPAYMENT, paidAmountMinor: 51, kind: 'EARLY_FULL' } }, null],
  ])('%s', (_title, record, flags) => {
    expect(flagsOf(record)).toBe(flags);
  }); // prettier-ignore
});
