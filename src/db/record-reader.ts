import type { ColumnRead, RecordGroup, RecordKey, RecordReader, RecordRow } from '../app/ports';
import type { Database, Row, SqlValue } from './database';

/** One arm of a UNION ALL: the records of one group, and of those only the columns released for it. */
interface Arm {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}
type MakeArm = (group: number, selected: Arm, borrowerRef: Buffer, of: RecordGroup) => Arm;

const NOBODY: RecordGroup = {
  platformId: '', product: null, columns: [], months: { first: 0, last: 0 }, retentionEndedOn: '0001-01-01', noticeBeforeMs: null,
}; // prettier-ignore

/**
 * Reads released columns only. Each group is an arm of its own, so a column that is released for one product and not for
 * another is NULL in the other's arm, and the product itself is never selected to tell them apart. Column names come from
 * the field catalogue; nothing of a client's reaches the text of a statement.
 */
export function createRecordReader(database: Database): RecordReader {
  const read = async (groups: readonly RecordGroup[], borrowerRef: Buffer, makeArm: MakeArm, toKey: (row: Row) => RecordKey) => {
    const names = [...new Set(groups.flatMap(({ columns }) => columns.map(({ column }) => column)))];
    const arms = (groups.length > 0 ? groups : [NOBODY]).map((group, index) =>
      makeArm(index, toColumns(names, group.columns), borrowerRef, group),
    );
    const rows = await database.read(
      arms.map(({ sql }) => sql).join('\nUNION ALL\n'),
      arms.flatMap(({ params }) => params),
    );
    return rows.map((row): RecordRow => ({ group: Number(row['grp']), key: toKey(row), values: row }));
  };
  return {
    customers: (borrowerRef, groups) => read(groups, borrowerRef, customerArm, toCustomerKey),
    accounts: (borrowerRef, groups) => read(groups, borrowerRef, accountArm, toAccountKey),
    months: (borrowerRef, groups) => read(groups, borrowerRef, monthArm, toMonthKey),
  };
}

const customerArm: MakeArm = (group, selected, borrowerRef, { platformId }) => ({
  sql: `SELECT ${String(group)} AS grp, customer_id, as_of${selected.sql} FROM customer WHERE borrower_ref = ? AND platform_id = ?`,
  params: [...selected.params, borrowerRef, platformId],
});

/** A joint account is nobody's alone: without the other person's consent it is not listed (consent.md, case 17). */
const accountArm: MakeArm = (group, selected, borrowerRef, { platformId, product }) => ({
  sql: `SELECT ${String(group)} AS grp, account_id, currency${selected.sql} FROM credit_account
  WHERE borrower_ref = ? AND platform_id = ? AND product = ? AND joint = 0`,
  params: [...selected.params, borrowerRef, platformId, product],
});

const monthArm: MakeArm = (group, selected, borrowerRef, of) => {
  const notice = of.noticeBeforeMs === null ? '' : ' AND (m.adverse = 0 OR m.adverse_notice_sent_at_ms < ?)';
  return {
    sql: `SELECT ${String(group)} AS grp, m.account_id, m.month${selected.sql}
  FROM credit_account AS a JOIN monthly_summary AS m ON m.borrower_ref = a.borrower_ref AND m.account_id = a.account_id
  WHERE a.borrower_ref = ? AND a.platform_id = ? AND a.product = ? AND a.joint = 0 AND m.month BETWEEN ? AND ?
  AND (m.adverse_ended_on IS NULL OR m.adverse_ended_on > ?)${notice}`,
    params: [
      ...selected.params, borrowerRef, of.platformId, of.product, of.months?.first ?? 0, of.months?.last ?? 0, of.retentionEndedOn,
      ...(of.noticeBeforeMs === null ? [] : [of.noticeBeforeMs]),
    ],
  }; // prettier-ignore
};

function toColumns(names: readonly string[], released: readonly ColumnRead[]): Arm {
  const params: SqlValue[] = [];
  const texts = names.map((name) => {
    const column = released.find((one) => one.column === name);
    if (!column) return `, NULL AS ${name}`;
    if (!column.months) return `, ${name}`;
    const ranges = column.months.map(({ first, last }) => {
      params.push(first, last);
      return 'm.month BETWEEN ? AND ?';
    });
    return `, CASE WHEN ${ranges.join(' OR ')} THEN ${name} END AS ${name}`;
  });
  return { sql: texts.join(''), params };
}

const toCustomerKey = (row: Row): RecordKey => ({ customerId: row['customer_id'] as string, asOf: row['as_of'] as string });
const toAccountKey = (row: Row): RecordKey => ({ accountId: row['account_id'] as Buffer, currency: row['currency'] as string });
const toMonthKey = (row: Row): RecordKey => ({ accountId: row['account_id'] as Buffer, month: Number(row['month']) });
