import type { FurnishedEntity } from '../core/credit/furnished-fields';
import { type Script, type SqlValue } from './database';
import { type Dialect, upsertSql } from './dialect';
import type { Change } from './furnish-draft';
import { sealBorrower } from './furnish-plan';
import type { HeldKeys } from './held-keys';
import { insertRows } from './insert-rows';
import type { PlannedBorrower, PlannedRecord } from './planned-record';
import { CONTENT_COLUMNS, RUNG_COLUMNS } from './record-columns';

/** Columns at the end of every record. */
export const TAIL_COLUMNS = ['as_of', 'revision'] as const;

interface Target {
  readonly table: string;
  readonly keys: readonly string[];
  /** Columns between the key and the content that tell the platform's own numbers. */
  readonly names: readonly string[];
}
/** Months are written by `writeMonths`, after the loans that they sum up. */
type WrittenEntity = Exclude<FurnishedEntity, 'monthlySummary'>;
const remark = (entity: 'inquiry' | 'dispute' | 'statement'): Target => ({
  table: entity, keys: ['borrower_ref', 'platform_id', `${entity}_id`], names: [`${entity}_no`],
}); // prettier-ignore
const TARGETS: Readonly<Record<WrittenEntity, Target>> = {
  borrower: { table: 'customer', keys: ['borrower_ref', 'platform_id', 'customer_id'], names: [] },
  account: { table: 'credit_account', keys: ['borrower_ref', 'account_id'], names: ['platform_id', 'account_no'] },
  loan: { table: 'loan', keys: ['borrower_ref', 'account_id', 'loan_id'], names: ['loan_no'] },
  inquiry: remark('inquiry'),
  repayment: { table: 'repayment', keys: ['borrower_ref', 'account_id', 'loan_id', 'instalment_no'], names: [] },
  dispute: remark('dispute'),
  statement: remark('statement'),
};

interface WriteContext {
  readonly dialect: Dialect;
  readonly plan: { readonly platformId: string };
  readonly held: HeldKeys;
}

/** Stores every changed record but months, and where it is found again. */
export function* writeRecords({ dialect, plan, held }: WriteContext, changes: readonly Change[]): Script<void> {
  const { platformId } = plan;
  const rows: Record<WrittenEntity, SqlValue[][]> = {
    borrower: [], account: [], loan: [], inquiry: [], repayment: [], dispute: [], statement: [],
  }; // prettier-ignore
  const accounts: SqlValue[][] = [];
  const others: SqlValue[][] = [];
  for (const { planned, borrowerRef, accountId, revision, previous, rungs } of changes) {
    if (planned.entity === 'monthlySummary') continue;
    const own = planned.entity === 'borrower' ? sealedOf(planned, platformId, held) : [...planned.content, ...rungs];
    rows[planned.entity].push([...keyOf(platformId, planned, borrowerRef, accountId), ...own, planned.record.asOf, revision]);
    if (previous) continue;
    const recordNo = recordNoOf(planned);
    if (planned.entity === 'account') accounts.push([platformId, planned.accountNo, borrowerRef]);
    else if (recordNo !== null) others.push([platformId, planned.entity, recordNo, borrowerRef, accountId]);
  }
  // what takes the number of an erased person's record takes its place, too
  const directed = (table: string, keys: readonly string[], columns: readonly string[]) => (count: number) =>
    upsertSql(dialect, table, ['platform_id', ...keys], ['borrower_ref', ...columns], count);
  yield* insertRows(directed('account_directory', ['account_no'], []), accounts);
  yield* insertRows(directed('record_directory', ['entity', 'record_no'], ['account_id']), others);
  for (const [entity, { table, keys, names }] of Object.entries(TARGETS) as [WrittenEntity, Target][]) { // as the literal says
    const columns = [...names, ...CONTENT_COLUMNS[entity], ...RUNG_COLUMNS[entity], ...TAIL_COLUMNS];
    yield* insertRows((count) => upsertSql(dialect, table, keys, columns, count), rows[entity]);
  }
} // prettier-ignore

/** As planned, unless the key was replaced since: under the lock it cannot be again. */
function sealedOf(planned: PlannedBorrower, platformId: string, held: HeldKeys): readonly (Buffer | null)[] {
  const key = held.of(planned.borrowerRef);
  return key.sealVersion === planned.sealVersion ? planned.sealed : sealBorrower(key, platformId, planned);
}

/** Values of the key columns and names of a record's table. */
function keyOf(
  platformId: string,
  planned: Extract<PlannedRecord, { entity: WrittenEntity }>,
  borrowerRef: Buffer,
  accountId: Buffer | null,
): SqlValue[] {
  switch (planned.entity) {
    case 'borrower':
      return [borrowerRef, platformId, planned.customerId];
    case 'account':
      return [borrowerRef, accountId, platformId, planned.accountNo];
    case 'loan':
      return [borrowerRef, accountId, planned.loanId, planned.loanNo];
    case 'repayment':
      return [borrowerRef, accountId, planned.loanId, planned.instalmentNo];
    case 'inquiry':
    case 'dispute':
    case 'statement':
      return [borrowerRef, platformId, planned.recordId, planned.recordNo];
  }
}

/** The number under which the directory of records finds it again; null: it is found by another. */
function recordNoOf(planned: PlannedRecord): string | null {
  if (planned.entity === 'loan') return planned.loanNo;
  return 'recordNo' in planned ? planned.recordNo : null;
}
