import type { AccountClass } from '../core/credit/codes';
import type { FurnishedEntity } from '../core/credit/furnished-fields';
import { type Row, rowsOf, type Script, type SqlValue } from './database';
import { chunks, inList } from './dialect';
import {
  monthKey,
  remarkKey,
  repaymentKey,
  type StoredAccount,
  type StoredLoan,
  type StoredRecord,
  type StoredRemark,
  type World,
} from './furnish-world';
import { hex, plannedOf, type PlannedRecord, type PlannedTarget, type RemarkEntity } from './planned-record';
import { CONTENT_COLUMNS, contentOfRow, SERVED_COLUMNS, servedOfRow } from './record-columns';
import { drawnMonthOf } from './record-rungs';

/** Alternatives in one statement; SQLite nests expressions up to 1,000 deep. */
const ALTERNATIVES_MAX = 200;

type Credit = Omit<World, 'borrowers' | 'customers'>;

/**
 * What is stored of the accounts, months, loans, repayments and remarks that a batch furnishes or points to. What is left of a
 * person who was erased is not there.
 */
export function* loadCredit(platformId: string, records: readonly PlannedRecord[]): Script<Credit> {
  const wanted = toWanted(records);
  const accounts = yield* loadAccounts(platformId, wanted);
  const directory = yield* loadDirectory(platformId, wanted);
  const loans = yield* loadLoans(directory, wanted);
  return {
    accounts,
    loans,
    months: yield* loadMonths(accounts, loans, wanted),
    repayments: yield* loadRepayments(loans, wanted),
    remarks: yield* loadRemarks(platformId, directory, wanted),
  };
}

/** Keys of what is furnished, of its parents, and of what remarks are about. */
interface Wanted {
  readonly records: readonly PlannedRecord[];
  readonly accountNos: ReadonlySet<string>;
  readonly months: readonly { readonly accountNo: string; readonly month: number }[];
  /** Ids by number. */
  readonly loans: ReadonlyMap<string, Buffer>;
  readonly repayments: readonly { readonly loanNo: string; readonly instalmentNo: number }[];
  readonly remarks: Readonly<Record<RemarkEntity, ReadonlyMap<string, Buffer>>>;
}

function toWanted(records: readonly PlannedRecord[]): Wanted {
  const targets = plannedOf(records, 'dispute', 'statement').flatMap(({ target }) => (target ? [target] : []));
  const aimed = <E extends PlannedTarget['entity']>(entity: E) =>
    targets.filter((target): target is Extract<PlannedTarget, { entity: E }> => target.entity === entity);
  const monthly = [...plannedOf(records, 'monthlySummary'), ...aimed('monthlySummary')];
  const loans = plannedOf(records, 'loan');
  const repayments = [...plannedOf(records, 'repayment'), ...aimed('repayment')];
  const numbered = (items: readonly { readonly recordNo: string; readonly recordId: Buffer }[]) =>
    new Map(items.map(({ recordNo, recordId }) => [recordNo, recordId]));
  return {
    records,
    accountNos: new Set(
      [...plannedOf(records, 'account'), ...monthly, ...loans, ...aimed('account')].map(({ accountNo }) => accountNo),
    ),
    months: [...monthly, ...loans.map(({ accountNo, drawnMonth }) => ({ accountNo, month: drawnMonth }))],
    loans: new Map([...loans, ...repayments, ...aimed('loan')].map(({ loanNo, loanId }) => [loanNo, loanId])),
    repayments,
    remarks: {
      inquiry: numbered([...plannedOf(records, 'inquiry'), ...aimed('inquiry')]),
      dispute: numbered(plannedOf(records, 'dispute')),
      statement: numbered(plannedOf(records, 'statement')),
    },
  };
}

export function toStoredRecord(entity: FurnishedEntity, row: Row): StoredRecord {
  return { asOf: row['as_of'] as string, revision: Number(row['revision']), content: contentOfRow(entity, row) };
}

function* loadAccounts(platformId: string, { accountNos }: Wanted): Script<Map<string, StoredAccount>> {
  const numbers = [...accountNos];
  if (numbers.length === 0) return new Map();
  const columns = ['borrower_ref', 'account_id', 'account_no', 'as_of', 'revision', ...CONTENT_COLUMNS.account];
  const rows = yield* rowsOf(
    `SELECT ${columns.map((name) => `a.${name}`).join(', ')} FROM account_directory d JOIN credit_account a
     ON a.borrower_ref = d.borrower_ref AND a.platform_id = d.platform_id AND a.account_no = d.account_no
     JOIN borrower_key k ON k.borrower_ref = d.borrower_ref
     WHERE d.platform_id = ? AND ${inList('d.account_no', numbers)}`,
    [platformId, ...numbers],
  );
  return new Map(
    rows.map((row) => [
      row['account_no'] as string,
      {
        ...toStoredRecord('account', row),
        borrowerRef: row['borrower_ref'] as Buffer,
        accountId: row['account_id'] as Buffer,
        currency: row['currency'] as string,
        accountClass: row['account_class'] as AccountClass, // a code that was checked when it was furnished
      },
    ]),
  );
}

/** Where records with numbers of their own are stored, by entity and number. */
type Directory = ReadonlyMap<string, { readonly borrowerRef: Buffer; readonly accountId: Buffer | null }>;
const directoryKey = (entity: string, recordNo: string): string => `${entity} ${recordNo}`;

function* loadDirectory(platformId: string, { loans, remarks }: Wanted): Script<Directory> {
  const numbers = Object.entries({ loan: loans, ...remarks })
    .map(([entity, ids]) => ({ entity, recordNos: [...ids.keys()] }))
    .filter(({ recordNos }) => recordNos.length > 0);
  if (numbers.length === 0) return new Map();
  const alternatives = numbers.map(({ recordNos }) => `(entity = ? AND ${inList('record_no', recordNos)})`).join(' OR ');
  const rows = yield* rowsOf(
    `SELECT d.entity, d.record_no, d.borrower_ref, d.account_id FROM record_directory d
     JOIN borrower_key k ON k.borrower_ref = d.borrower_ref WHERE d.platform_id = ? AND (${alternatives})`,
    [platformId, ...numbers.flatMap(({ entity, recordNos }) => [entity, ...recordNos])],
  );
  return new Map(
    rows.map((row) => [
      directoryKey(row['entity'] as string, row['record_no'] as string),
      { borrowerRef: row['borrower_ref'] as Buffer, accountId: row['account_id'] as Buffer | null },
    ]),
  );
}

function* loadLoans(directory: Directory, { loans }: Wanted): Script<Map<string, StoredLoan>> {
  const keys = [...loans].flatMap(([loanNo, loanId]) => {
    const place = directory.get(directoryKey('loan', loanNo));
    return place ? [[place.borrowerRef, place.accountId, loanId]] : [];
  });
  const stored = new Map<string, StoredLoan>();
  const columns = ['borrower_ref', 'account_id', 'loan_no', 'as_of', 'revision', ...CONTENT_COLUMNS.loan];
  for (const row of yield* rowsByKey('loan', ['borrower_ref', 'account_id', 'loan_id'], columns, keys))
    stored.set(row['loan_no'] as string, {
      ...toStoredRecord('loan', row),
      borrowerRef: row['borrower_ref'] as Buffer,
      accountId: row['account_id'] as Buffer,
      drawnOn: row['drawn_on'] as string,
    });
  return stored;
}

/** Months furnished and pointed to, and those whose loans are furnished, wherever these stood before. */
function* loadMonths(
  accounts: ReadonlyMap<string, StoredAccount>,
  loans: ReadonlyMap<string, StoredLoan>,
  wanted: Wanted,
): Script<Map<string, StoredRecord>> {
  const ranges = new Map<string, { account: StoredAccount; first: number; last: number }>();
  const numberOf = new Map<string, string>();
  const left = plannedOf(wanted.records, 'loan').flatMap(({ accountNo, loanNo }) => {
    const loan = loans.get(loanNo);
    return loan ? [{ accountNo, month: drawnMonthOf(loan.drawnOn) }] : [];
  });
  for (const { accountNo, month } of [...wanted.months, ...left]) {
    const account = accounts.get(accountNo);
    if (!account) continue;
    numberOf.set(hex(account.accountId), accountNo);
    const { first, last } = ranges.get(accountNo) ?? { first: month, last: month };
    ranges.set(accountNo, { account, first: Math.min(first, month), last: Math.max(last, month) });
  }
  const stored = new Map<string, StoredRecord>();
  const columns = ['account_id', 'month', 'as_of', 'revision', ...CONTENT_COLUMNS.monthlySummary, ...SERVED_COLUMNS].join(', ');
  for (const some of chunks([...ranges.values()], ALTERNATIVES_MAX)) {
    const params = some.flatMap(({ account, first, last }): SqlValue[] => [account.borrowerRef, account.accountId, first, last]);
    const alternatives = some.map(() => '(borrower_ref = ? AND account_id = ? AND month BETWEEN ? AND ?)').join(' OR ');
    for (const row of yield* rowsOf(`SELECT ${columns} FROM monthly_summary WHERE ${alternatives}`, params))
      stored.set(monthKey(numberOf.get(hex(row['account_id'] as Buffer)) ?? '', Number(row['month'])), {
        ...toStoredRecord('monthlySummary', row),
        served: servedOfRow(row),
      });
  }
  return stored;
}

function* loadRepayments(loans: ReadonlyMap<string, StoredLoan>, wanted: Wanted): Script<Map<string, StoredRecord>> {
  const numberOf = new Map<string, string>();
  const keys = wanted.repayments.flatMap(({ loanNo, instalmentNo }) => {
    const [loan, loanId] = [loans.get(loanNo), wanted.loans.get(loanNo)];
    if (!loan || !loanId) return [];
    numberOf.set(hex(loanId), loanNo);
    return [[loan.borrowerRef, loan.accountId, loanId, instalmentNo]];
  });
  const stored = new Map<string, StoredRecord>();
  const columns = ['loan_id', 'instalment_no', 'as_of', 'revision', ...CONTENT_COLUMNS.repayment];
  const keyColumns = ['borrower_ref', 'account_id', 'loan_id', 'instalment_no'];
  for (const row of yield* rowsByKey('repayment', keyColumns, columns, keys))
    stored.set(
      repaymentKey(numberOf.get(hex(row['loan_id'] as Buffer)) ?? '', Number(row['instalment_no'])),
      toStoredRecord('repayment', row),
    );
  return stored;
}

function* loadRemarks(platformId: string, directory: Directory, { remarks }: Wanted): Script<Map<string, StoredRemark>> {
  const stored = new Map<string, StoredRemark>();
  for (const entity of ['inquiry', 'dispute', 'statement'] as const) {
    const keys = [...remarks[entity]].flatMap(([recordNo, recordId]) => {
      const place = directory.get(directoryKey(entity, recordNo));
      return place ? [[place.borrowerRef, platformId, recordId]] : [];
    });
    const columns = [`${entity}_no`, 'borrower_ref', 'as_of', 'revision', ...CONTENT_COLUMNS[entity]];
    for (const row of yield* rowsByKey(entity, ['borrower_ref', 'platform_id', `${entity}_id`], columns, keys))
      stored.set(remarkKey(entity, row[`${entity}_no`] as string), {
        ...toStoredRecord(entity, row),
        borrowerRef: row['borrower_ref'] as Buffer,
        customerId: row['customer_id'] as string,
      });
  }
  return stored;
}

/** Rows by their primary keys. Keys that differ in their last column only are read together, as one range of the index. */
function* rowsByKey(
  table: string,
  keyColumns: readonly string[],
  columns: readonly string[],
  keys: readonly (readonly SqlValue[])[],
): Script<readonly Row[]> {
  const groups = new Map<string, { place: readonly SqlValue[]; last: SqlValue[] }>();
  for (const key of keys) {
    const place = key.slice(0, -1);
    const name = place.map((value) => (Buffer.isBuffer(value) ? hex(value) : String(value))).join(' ');
    const group = groups.get(name) ?? { place, last: [] };
    group.last.push(key.at(-1) ?? null);
    groups.set(name, group);
  }
  const rows: Row[] = [];
  const same = keyColumns.slice(0, -1).map((column) => `${column} = ?`).join(' AND '); // prettier-ignore
  for (const some of chunks([...groups.values()], ALTERNATIVES_MAX)) {
    const alternatives = some.map(({ last }) => `(${same} AND ${inList(keyColumns.at(-1) ?? '', last)})`).join(' OR ');
    const params = some.flatMap(({ place, last }) => [...place, ...last]);
    rows.push(...(yield* rowsOf(`SELECT ${columns.join(', ')} FROM ${table} WHERE ${alternatives}`, params)));
  }
  return rows;
}
