import type { Values } from './clients';

/** A loan as it is furnished, and its instalments in their order. */
export interface LoanDraft extends Values {
  readonly drawnOn: string;
  readonly principalMinor: number;
  readonly cancelled?: boolean;
  readonly repayments?: readonly Values[];
}
/** Records beside accounts and months; numbers are made up where a draft has none. */
export interface HistoryDraft {
  readonly loans?: (product: string) => readonly LoanDraft[];
  readonly inquiries?: readonly Values[];
  readonly statements?: readonly Values[];
  readonly disputes?: readonly Values[];
}

export const accountNoOf = (customerId: string, product: string): string => `${customerId}-${product}`;
/** Number of the loan at a place of its account's list. */
export const loanNoOf = (customerId: string, product: string, at: number): string =>
  `${accountNoOf(customerId, product)}-L${String(at)}`;
export const inquiryNoOf = (customerId: string, at: number): string => `${customerId}-Q${String(at)}`;

/** What the loans of one month come to; null where none was drawn. */
export function borrowedIn(loans: readonly LoanDraft[], month: string): Values | null {
  const drawn = loans.filter(({ drawnOn, cancelled }) => drawnOn.startsWith(month) && cancelled !== true);
  if (drawn.length === 0) return null;
  return {
    borrowedAmountMinor: drawn.reduce((sum, { principalMinor }) => sum + principalMinor, 0),
    loanCount: drawn.length,
    loanDays: new Set(drawn.map(({ drawnOn }) => drawnOn)).size,
  };
}

/** Canonical records of a draft for a person who has an account of each of the products. */
export function historyOf(customerId: string, asOf: string, products: readonly string[], draft: HistoryDraft): object[] {
  const { loans = () => [], inquiries = [], statements = [], disputes = [] } = draft;
  return [
    ...products.flatMap((product) =>
      loans(product).flatMap(({ repayments = [], ...loan }, at) => {
        const loanNo = loanNoOf(customerId, product, at);
        return [
          { entity: 'loan', asOf, loanNo, accountNo: accountNoOf(customerId, product), ...loan },
          ...repayments.map((one, index) => ({ entity: 'repayment', asOf, loanNo, instalmentNo: index + 1, ...one })),
        ];
      }),
    ),
    ...inquiries.map((one, at) => ({ entity: 'inquiry', asOf, inquiryNo: inquiryNoOf(customerId, at), customerId, ...one })),
    ...statements.map((one, at) => ({ entity: 'statement', asOf, statementNo: `${customerId}-S${String(at)}`, customerId, ...one })),
    ...disputes.map((one, at) => ({ entity: 'dispute', asOf, disputeNo: `${customerId}-D${String(at)}`, customerId, ...one })),
  ]; // prettier-ignore
}

/**
 * The usual loans, as of 15 April 2026: one that runs, one that was settled early, one in arrears, two of one day that are
 * over, one that was cancelled and one of the month in progress.
 */
export function someLoans(): readonly LoanDraft[] {
  return [
    {
      drawnOn: '2026-03-20', principalMinor: 150_000, annualRateBp: 1_440, termDays: 90, instalmentCount: 3, loanPurpose: 'CONSUMPTION',
      outstandingPrincipalMinor: 100_000, rawStatus: '1',
      repayments: [
        { dueOn: '2026-04-10', dueAmountMinor: 51_000, paidOn: '2026-04-10', lastPaidOn: '2026-04-10', paidAmountMinor: 51_000, kind: 'SCHEDULED' },
        { dueOn: '2026-05-10', dueAmountMinor: 51_001 },
        { dueOn: '2026-06-10', dueAmountMinor: 51_002 },
      ],
    },
    {
      drawnOn: '2026-03-05', principalMinor: 60_000, annualRateBp: 1_800, termDays: 30, instalmentCount: 1, loanPurpose: 'TRAVEL',
      outstandingPrincipalMinor: 0, rawStatus: '3', settledOn: '2026-03-25',
      repayments: [
        { dueOn: '2026-03-31', dueAmountMinor: 60_900, paidOn: '2026-03-25', lastPaidOn: '2026-03-25', paidAmountMinor: 61_000, kind: 'EARLY_FULL' },
      ],
    },
    {
      drawnOn: '2026-01-10', principalMinor: 300_000, annualRateBp: 2_400, termDays: 60, instalmentCount: 2, loanPurpose: 'EDUCATION',
      outstandingPrincipalMinor: 130_000, rawStatus: '2',
      repayments: [
        { dueOn: '2026-02-10', dueAmountMinor: 153_000, paidOn: '2026-02-13', lastPaidOn: '2026-02-13', paidAmountMinor: 153_000, kind: 'SCHEDULED' },
        { dueOn: '2026-03-10', dueAmountMinor: 153_001, lastPaidOn: '2026-03-15', paidAmountMinor: 20_000, kind: 'PARTIAL' },
      ],
    },
    { drawnOn: '2025-06-01', principalMinor: 40_000, rawStatus: '3', settledOn: '2025-09-01' },
    { drawnOn: '2025-06-01', principalMinor: 70_000, rawStatus: '3', settledOn: '2025-08-01' },
    { drawnOn: '2026-02-14', principalMinor: 999_999, cancelled: true, repayments: [{ dueOn: '2026-03-14', dueAmountMinor: 999_999 }] },
    { drawnOn: '2026-04-02', principalMinor: 45_000, loanPurpose: 'OTHER', rawStatus: '1' },
  ]; // prettier-ignore
}
