import type { CheckedBorrower, CheckPage, CheckReader, DisputePage, DisputePosition } from '../app/record-ports';
import { fromStoredMonth } from '../core/credit/calendar';
import type { FundingShare } from '../core/credit/furnished-fields';
import type { CheckedAccount, CheckedLoan, CheckedMonth, CheckedRepayment } from '../core/credit/invariants';
import type { Database, Row, SqlValue } from './database';
import { inList } from './dialect';

const PAGE_BORROWERS = 100;
const PAGE_DISPUTES = 500;

/** One arm of the statement that reads a page: a kind of record, and the columns that its invariants compare. */
interface Arm {
  readonly table: string;
  readonly columns: readonly string[];
}
const ARMS = {
  account: {
    table: 'credit_account',
    columns: [
      'platform_id', 'account_no', 'customer_id', 'product', 'currency', 'account_class', 'raw_status', 'opened_on', 'closed_on',
      'credit_limit_minor', 'over_limit_allowed', 'funding_shares', 'as_of',
    ],
  },
  month: {
    table: 'monthly_summary',
    columns: [
      'month', 'furnished_borrowed_amount_minor', 'furnished_loan_count', 'furnished_loan_days', 'borrowed_amount_minor',
      'loan_count', 'loan_days', 'balance_minor', 'principal_repaid_minor', 'adjustment_minor', 'used_limit_minor',
      'credit_limit_minor', 'past_due_amount_minor', 'past_due_principal_31_to_60_minor', 'past_due_principal_61_to_90_minor',
      'past_due_principal_91_to_180_minor', 'past_due_principal_over_180_minor', 'repayment_status', 'days_past_due_month_end',
    ],
  },
  loan: { table: 'loan', columns: ['loan_id', 'loan_no', 'drawn_on', 'principal_minor', 'settled_on', 'cancelled'] },
  repayment: {
    table: 'repayment',
    columns: ['loan_id', 'instalment_no', 'due_on', 'due_amount_minor', 'paid_amount_minor', 'kind'],
  },
} as const satisfies Record<string, Arm>; // prettier-ignore
type Kind = keyof typeof ARMS;
const KINDS = Object.keys(ARMS) as readonly Kind[]; // the keys of the table above
const COLUMNS = [...new Set(KINDS.flatMap((kind): readonly string[] => ARMS[kind].columns))];

/**
 * Pages of whole borrowers. A page is one statement over all kinds of records, so that both databases read it as of one
 * instant; between pages records may change.
 */
export function createCheckReader(
  database: Database,
  { pageBorrowers = PAGE_BORROWERS, pageDisputes = PAGE_DISPUTES } = {},
): CheckReader {
  return {
    newestMonths: async () => {
      const rows = await database.read('SELECT platform_id, newest_month FROM platform_progress', []);
      return new Map(rows.map((row) => [row['platform_id'] as string, fromStoredMonth(Number(row['newest_month']))]));
    },
    page: (platformId, after) => readPage(database, platformId, after, pageBorrowers),
    openDisputes: (platformId, dueBy, after) => readDisputes(database, platformId, dueBy, after, pageDisputes),
  };
}

async function readPage(database: Database, platformId: string | null, after: Buffer | null, size: number): Promise<CheckPage> {
  const ofPlatform = platformId === null ? '' : ' AND a.platform_id = ?';
  const platform: readonly SqlValue[] = platformId === null ? [] : [platformId];
  const found = await database.read(
    `SELECT DISTINCT a.borrower_ref FROM credit_account AS a WHERE ${after ? 'a.borrower_ref > ?' : '1 = 1'}${ofPlatform}
     ORDER BY a.borrower_ref LIMIT ${String(size)}`,
    [...(after ? [after] : []), ...platform],
  );
  const refs = found.map((row) => row['borrower_ref'] as Buffer);
  const last = refs.at(-1);
  if (!last) return { borrowers: [], next: null };
  const arms = KINDS.map((kind, index) => {
    const columns: readonly string[] = ARMS[kind].columns;
    const selected = COLUMNS.map((name) => (columns.includes(name) ? `r.${name}` : `NULL AS ${name}`)).join(', ');
    return `SELECT ${String(index)} AS kind_no, r.borrower_ref, r.account_id, ${selected} FROM credit_account AS a
      JOIN ${ARMS[kind].table} AS r ON r.borrower_ref = a.borrower_ref AND r.account_id = a.account_id
      WHERE ${inList('a.borrower_ref', refs)}${ofPlatform}`;
  });
  const rows = await database.read(
    arms.join('\nUNION ALL\n'),
    arms.flatMap(() => [...refs, ...platform]),
  );
  return { borrowers: toBorrowers(rows), next: refs.length < size ? null : last };
}

/** Rows in any order become borrowers, accounts and loans in the order of their keys, months oldest first. */
function toBorrowers(rows: readonly Row[]): readonly CheckedBorrower[] {
  const byKind = (kind: Kind): readonly Row[] => rows.filter((row) => Number(row['kind_no']) === KINDS.indexOf(kind));
  const months = grouped(byKind('month'), accountKey, toMonth);
  const repayments = grouped(byKind('repayment'), loanKey, toRepayment);
  const loans = grouped(inKeyOrder(byKind('loan'), loanKey), accountKey, (row) =>
    toLoan(
      row,
      (repayments.get(loanKey(row)) ?? []).sort((a, b) => a.instalmentNo - b.instalmentNo),
    ),
  );
  const accounts = grouped(
    inKeyOrder(byKind('account'), accountKey),
    (row) => `${hex(row, 'borrower_ref')} ${row['platform_id'] as string}`,
    (row) => ({
      account: toAccount(row),
      months: (months.get(accountKey(row)) ?? []).sort((a, b) => a.month - b.month),
      loans: loans.get(accountKey(row)) ?? [],
      platformId: row['platform_id'] as string,
    }),
  );
  return [...accounts.values()].map((of) => ({ platformId: of[0]?.platformId ?? '', accounts: of }));
}

const hex = (row: Row, column: string): string => (row[column] as Buffer).toString('hex');
const accountKey = (row: Row): string => hex(row, 'borrower_ref') + hex(row, 'account_id');
const loanKey = (row: Row): string => accountKey(row) + hex(row, 'loan_id');

function inKeyOrder(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  return [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function grouped<T>(rows: readonly Row[], keyOf: (row: Row) => string, make: (row: Row) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(make(row));
    else groups.set(keyOf(row), [make(row)]);
  }
  return groups;
}

const numberOf = (row: Row, column: string): number | null => (row[column] === null ? null : Number(row[column]));
const flagOf = (row: Row, column: string): boolean | null => (row[column] === null ? null : Number(row[column]) === 1);

/** Codes are of their closed lists: the importer admits no others. */
function toAccount(row: Row): CheckedAccount {
  const shares = row['funding_shares'] as string | null;
  return {
    accountNo: row['account_no'] as string,
    customerId: row['customer_id'] as string,
    product: row['product'] as CheckedAccount['product'],
    currency: row['currency'] as string,
    accountClass: row['account_class'] as CheckedAccount['accountClass'],
    rawStatus: row['raw_status'] as string | null,
    openedOn: row['opened_on'] as string | null,
    closedOn: row['closed_on'] as string | null,
    creditLimitMinor: numberOf(row, 'credit_limit_minor'),
    overLimitAllowed: flagOf(row, 'over_limit_allowed'),
    fundingShares: shares === null ? null : (JSON.parse(shares) as readonly FundingShare[]),
    asOf: row['as_of'] as string,
  };
}

function toMonth(row: Row): CheckedMonth {
  return {
    month: fromStoredMonth(Number(row['month'])),
    borrowedAmountMinor: numberOf(row, 'furnished_borrowed_amount_minor'),
    loanCount: numberOf(row, 'furnished_loan_count'),
    loanDays: numberOf(row, 'furnished_loan_days'),
    served: {
      borrowedAmountMinor: numberOf(row, 'borrowed_amount_minor'),
      loanCount: numberOf(row, 'loan_count'),
      loanDays: numberOf(row, 'loan_days'),
    },
    balanceMinor: numberOf(row, 'balance_minor'),
    principalRepaidMinor: numberOf(row, 'principal_repaid_minor'),
    adjustmentMinor: numberOf(row, 'adjustment_minor'),
    usedLimitMinor: numberOf(row, 'used_limit_minor'),
    creditLimitMinor: numberOf(row, 'credit_limit_minor'),
    pastDueAmountMinor: numberOf(row, 'past_due_amount_minor'),
    pastDuePrincipal31To60Minor: numberOf(row, 'past_due_principal_31_to_60_minor'),
    pastDuePrincipal61To90Minor: numberOf(row, 'past_due_principal_61_to_90_minor'),
    pastDuePrincipal91To180Minor: numberOf(row, 'past_due_principal_91_to_180_minor'),
    pastDuePrincipalOver180Minor: numberOf(row, 'past_due_principal_over_180_minor'),
    repaymentStatus: row['repayment_status'] as CheckedMonth['repaymentStatus'],
    daysPastDueMonthEnd: numberOf(row, 'days_past_due_month_end'),
  };
}

function toLoan(row: Row, repayments: readonly CheckedRepayment[]): CheckedLoan {
  return {
    loanNo: row['loan_no'] as string,
    drawnOn: row['drawn_on'] as string,
    principalMinor: Number(row['principal_minor']),
    settledOn: row['settled_on'] as string | null,
    cancelled: flagOf(row, 'cancelled'),
    repayments,
  };
}

function toRepayment(row: Row): CheckedRepayment {
  return {
    instalmentNo: Number(row['instalment_no']),
    dueOn: row['due_on'] as string,
    dueAmountMinor: Number(row['due_amount_minor']),
    paidAmountMinor: numberOf(row, 'paid_amount_minor'),
    kind: row['kind'] as CheckedRepayment['kind'],
  };
}

async function readDisputes(
  database: Database,
  platformId: string | null,
  dueBy: string,
  after: DisputePosition | null,
  size: number,
): Promise<DisputePage> {
  const rows = await database.read(
    `SELECT borrower_ref, platform_id, dispute_id, dispute_no, target_entity, target_key, target_field, answer_due_on FROM dispute
     WHERE answered_on IS NULL AND answer_due_on <= ?${platformId === null ? '' : ' AND platform_id = ?'}
       ${after ? 'AND (borrower_ref, platform_id, dispute_id) > (?, ?, ?)' : ''}
     ORDER BY borrower_ref, platform_id, dispute_id LIMIT ${String(size)}`,
    [
      dueBy,
      ...(platformId === null ? [] : [platformId]),
      ...(after ? [after.borrowerRef, after.platformId, after.disputeId] : []),
    ],
  );
  const last = rows.length < size ? undefined : rows.at(-1);
  return {
    disputes: rows.map((row) => ({
      platformId: row['platform_id'] as string,
      disputeNo: row['dispute_no'] as string,
      targetEntity: row['target_entity'] as string,
      targetKey: row['target_key'] as string,
      targetField: row['target_field'] as string,
      answerDueOn: row['answer_due_on'] as string,
    })),
    next: last
      ? {
          borrowerRef: last['borrower_ref'] as Buffer,
          platformId: last['platform_id'] as string,
          disputeId: last['dispute_id'] as Buffer,
        }
      : null,
  };
}
