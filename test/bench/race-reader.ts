import { randomUUID } from 'node:crypto';
import type { Answer, HttpConnection } from './http-client';
import type { LookUp } from './race-history';
import type { Borrower } from './race-seats';
import { PURPOSE } from './settings';

const LOOK_UP = `query ($input: CreditReportInput!) { creditReport(input: $input) { identity { fullName } } }`;

export interface SeenLookUp extends LookUp {
  /** A grant or a revocation of the same borrower was under way. */
  readonly raced: boolean;
}

/** @param headers - Of the bank. @returns null for a 503. @throws Error for any other answer than the name or its absence. */
export async function lookUp(borrower: Borrower, connection: HttpConnection, headers: string): Promise<SeenLookUp | null> {
  const { idNumber, fullName } = borrower.person;
  const input = {
    borrower: { idType: 'RESIDENT_ID_CARD', idNumber, fullName },
    purpose: PURPOSE,
    requestId: randomUUID(),
  };
  const body = JSON.stringify({ query: LOOK_UP, variables: { input } });
  const overBefore = borrower.changesOver;
  const beginMs = performance.now();
  const answer = await connection.post('/graphql', headers, body);
  const endMs = performance.now();
  if (answer.status === 503) return null;
  const raced = borrower.changesBegun > overBefore;
  return { borrower: borrower.index, beginMs, endMs, raced, ...toReport(answer, fullName) };
}

interface ReportBody {
  readonly data?: { readonly creditReport?: { readonly identity: { readonly fullName: string | null } } | null };
  readonly errors?: unknown;
  readonly extensions?: { readonly disclosure?: { readonly reportId: string; readonly ledgerIndex: number } };
}

function toReport({ status, body }: Answer, fullName: string): Pick<LookUp, 'shown' | 'reportId' | 'ledgerIndex'> {
  const { data, errors, extensions } = JSON.parse(body) as ReportBody;
  const disclosure = extensions?.disclosure;
  const value = data?.creditReport?.identity.fullName;
  if (status !== 200 || errors !== undefined || !disclosure || (value !== null && value !== fullName))
    throw new Error(`A look-up was answered ${String(status)} ${body.slice(0, 2_000)}`);
  return { shown: value !== null, reportId: disclosure.reportId, ledgerIndex: disclosure.ledgerIndex };
}
