export const DATA_CLUSTERS = [
  'IDENTITY', 'CONTACT', 'ACCOUNT_TERMS', 'BORROWING_AMOUNT', 'REPAYMENT_STATUS', 'BORROWING_FREQUENCY', 'LOAN_DETAIL',
  'REPAYMENT_DETAIL', 'INQUIRY_HISTORY', 'STATEMENTS',
] as const; // prettier-ignore
/** What a borrower recognises as one thing; expands to fields when granted. */
export type DataCluster = (typeof DATA_CLUSTERS)[number];
