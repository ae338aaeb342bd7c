import { MONTHS, PURPOSE } from './settings';
import type { BenchPerson } from './people';

/** The one operation of the bench. */
export const QUERY = `query ($input: CreditReportInput!) {
  creditReport(input: $input) {
    reportId decidedAt purpose completeness eraseBy
    identity { fullName idType idNumber birthYear }
    summary { borrowedAmount12m loanCount12m alwaysOnTime24m delinquentMonths24m overdueNow utilisation }
    accounts {
      accountRef currency reportedOn product accountClass openedOn creditLimit status
      monthlySummaries(months: ${String(MONTHS)}) { month borrowedAmount repaymentStatus loanCount }
    }
  }
}`;

/** The body of one request; `requestId` must be new each time. */
export function requestBody({ idNumber, fullName }: Pick<BenchPerson, 'idNumber' | 'fullName'>, requestId: string): string {
  const borrower = { idType: 'RESIDENT_ID_CARD', idNumber, fullName };
  return JSON.stringify({ query: QUERY, variables: { input: { borrower, purpose: PURPOSE, requestId } } });
}

/** How many scalars an answer holds. */
export function countLeaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((total: number, member) => total + countLeaves(member), 0);
}
