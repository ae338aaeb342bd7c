import type { ColumnRead, MonthRange, RecordGroup, RecordKey, RecordReader, RecordRow } from '../app/ports';
import type { Database, Row, SqlValue } from './database';

/** One arm of a UNION ALL: the records of one group, and of those only the columns released for it. */
interface Arm {
  readonly sql: string;
  /** What follows the borrower, who is the first parameter of every arm. */
  readonly params: readonly SqlValue[];
}
type MakeArm = (group: number, selected: string, of: RecordGroup) => Arm;
/** A question that is asked of one person after the other. */
interface Prepared {
  readonly sql: string;
  readonly arms: readonly Arm[];
}

const NOBODY: RecordGroup = {
  platformId: '', product: null, columns: [], months: { first: 0, last: 0 }, retentionEndedOn: '0001-01-01', noticeBeforeMs: null,
}; // prettier-ignore

/**
 * Reads released columns only. Each group is an arm of its own, so a column that is released for one product and not for
 * another is NULL in the other's arm, and the product itself is never selected to tell them apart. Column names come from
 * the field catalogue and months are numbers; nothing of a client's reaches the text of a statement.
 */
export function createRecordReader(database: Database): RecordReader {
  const reading = (makeArm: MakeArm, toKey: (row: Row) => RecordKey) => {
    const prepared = new WeakMap<readonly RecordGroup[], Prepared>();
    return async (borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]> => {
      const { sql, arms } = prepared.get(groups) ?? prepare(groups, makeArm);
      prepared.set(groups, { sql, arms });
      const rows = await database.read(
        sql,
        arms.flatMap(({ params }) => [borrowerRef, ...params]),
      );
      return rows.map((row): RecordRow => ({ group: Number(row['grp']), key: toKey(row), values: row }));
    };
  };
  return {
    customers: reading(customerArm, toCustomerKey),
    accounts: reading(accountArm, toAccountKey),
    months: reading(monthArm, toMonthKey),
  };
}

function prepare(groups: readonly RecordGroup[], makeArm: MakeArm): Prepared {
  const names = [...new Set(groups.flatMap(({ columns }) => columns.map(({ column }) => column)))];
  const arms = (groups.length > 0 ? groups : [NOBODY]).map((of, group) => makeArm(group, toColumns(names, of.columns), of));
  return { sql: arms.map(({ sql }) => sql).join('\nUNION ALL\n'), arms };
}

const customerArm: MakeArm = (group, selected, { platformId }) => ({
  sql: `SELECT ${String(group)} AS grp, customer_id, as_of${selected} FROM customer WHERE borrower_ref = ? AND platform_id = ?`,
  params: [platformId],
});

/** A joint account is nobody's alone: without the other person's consent it is not listed (consent.md, case 17). */
const accountArm: MakeArm = (group, selected, { platformId, product }) => ({
  sql: `SELECT ${String(group)} AS grp, account_id, currency${selected} FROM credit_account
  WHERE borrower_ref = ? AND platform_id = ? AND product = ? AND joint = 0`,
  params: [platformId, product],
});

const monthArm: MakeArm = (group, selected, of) => {
  const notice = of.noticeBeforeMs === null ? '' : ' AND (m.adverse = 0 OR m.adverse_notice_sent_at_ms < ?)';
  return {
    sql: `SELECT ${String(group)} AS grp, m.account_id, m.month${selected}
  FROM credit_account AS a JOIN monthly_summary AS m ON m.borrower_ref = a.borrower_ref AND m.account_id = a.account_id
  WHERE a.borrower_ref = ? AND a.platform_id = ? AND a.product = ? AND a.joint = 0 AND ${within(of.months ?? NO_MONTHS)}
  AND (m.adverse_ended_on IS NULL OR m.adverse_ended_on > ?)${notice}`,
    params: [of.platformId, of.product, of.retentionEndedOn, ...(of.noticeBeforeMs === null ? [] : [of.noticeBeforeMs])],
  };
};
const NO_MONTHS: MonthRange = { first: 0, last: 0 };

function within({ first, last }: MonthRange): string {
  if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error('A month is a number');
  return `m.month BETWEEN ${String(first)} AND ${String(last)}`;
}

function toColumns(names: readonly string[], released: readonly ColumnRead[]): string {
  const texts = names.map((name) => {
    const column = released.find((one) => one.column === name);
    if (!column) return `, NULL AS ${name}`;
    return column.months ? `, CASE WHEN ${column.months.map(within).join(' OR ')} THEN ${name} END AS ${name}` : `, ${name}`;
  });
  return texts.join('');
}

const toCustomerKey = (row: Row): RecordKey => ({ customerId: row['customer_id'] as string, asOf: row['as_of'] as string });
const toAccountKey = (row: Row): RecordKey => ({ accountId: row['account_id'] as Buffer, currency: row['currency'] as string });
const toMonthKey = (row: Row): RecordKey => ({ accountId: row['account_id'] as Buffer, month: Number(row['month']) });
