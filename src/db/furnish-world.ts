import type { FurnishedEntity } from '../core/credit/furnished-fields';
import { GatewayError } from '../core/errors';
import { type Row, rowsOf, type Script, type SqlValue } from './database';
import { type Dialect, forUpdate } from './dialect';
import {
  customerPlace,
  hex,
  inList,
  type Plan,
  type PlannedAccount,
  type PlannedBorrower,
  type PlannedMonth,
  toLookupMap,
} from './furnish-plan';
import { type Content, contentOfRow, RECORD_COLUMNS } from './record-columns';

/** What is stored of the things that a batch touches; grows with every line accepted. */
export interface World {
  /** Borrowers by lookup, hexadecimal. */
  readonly borrowers: Map<string, Buffer>;
  /** By customer id. */
  readonly customers: Map<string, StoredRecord>;
  readonly accounts: Map<string, StoredAccount>;
  /** By account number and month. */
  readonly months: Map<string, StoredRecord>;
}
export interface StoredRecord {
  readonly asOf: string;
  readonly revision: number;
  readonly content: Content;
}
export interface StoredAccount extends StoredRecord {
  readonly borrowerRef: Buffer;
  readonly accountId: Buffer;
  readonly currency: string;
}
/** What was looked up before the transaction holds no more; the batch must be planned anew. */
export class OutdatedPlan extends GatewayError {
  constructor() {
    super('CONFLICT', 'Another platform furnishes the same person at the same time; run the import again.');
  }
}

/** Pairs of account and range of months in one statement; SQLite nests expressions up to 1,000 deep. */
const PAIRS_MAX = 200;

export const monthKey = (accountNo: string, month: number): string => `${month} ${accountNo}`;

/** Serialises everything that one platform furnishes. @throws GatewayError FORBIDDEN if it is not active. */
export function* lockPlatform(dialect: Dialect, platformId: string): Script<void> {
  const [row] = yield* rowsOf(`SELECT status FROM institution WHERE institution_id = ?${forUpdate(dialect)}`, [platformId]);
  if (row?.['status'] !== 'ACTIVE') throw new GatewayError('FORBIDDEN', `The platform ${platformId} is not active.`);
}

/** Reads it under the platform's lock, so that nothing but another platform's document lookups can move until the commit. */
export function* loadWorld(dialect: Dialect, plan: Plan): Script<World> {
  const records = plan.lines.flat();
  const borrowers = records.filter((record) => record.entity === 'borrower');
  const accounts = records.filter((record) => record.entity === 'account');
  const months = records.filter((record) => record.entity === 'monthlySummary');
  const known = yield* loadBorrowers(dialect, borrowers, accounts);
  const stored = yield* loadAccounts(plan.platformId, [...accounts, ...months]);
  return {
    borrowers: known,
    customers: yield* loadCustomers(plan, borrowers, known),
    accounts: stored,
    months: yield* loadMonths(months, stored),
  };
}

function* loadBorrowers(
  dialect: Dialect,
  borrowers: readonly PlannedBorrower[],
  accounts: readonly PlannedAccount[],
): Script<Map<string, Buffer>> {
  const lookups = unique([
    ...borrowers.flatMap(({ lookup, documentLookup }) => (documentLookup ? [lookup, documentLookup] : [lookup])),
    ...accounts.map(({ customerLookup }) => customerLookup),
  ]);
  if (lookups.length === 0) return new Map();
  const sql = `SELECT lookup, borrower_ref FROM identity_lookup WHERE ${inList('lookup', lookups)}${forUpdate(dialect)}`;
  return toLookupMap(yield* rowsOf(sql, lookups));
}

function* loadCustomers(
  { platformId, borrowerKeys }: Plan,
  borrowers: readonly PlannedBorrower[],
  known: ReadonlyMap<string, Buffer>,
): Script<Map<string, StoredRecord>> {
  const wanted = new Set(borrowers.map(({ customerId }) => customerId));
  const refs = unique(borrowers.flatMap(({ lookup }) => known.get(hex(lookup)) ?? []));
  if (refs.length === 0) return new Map();
  const rows = yield* rowsOf(`SELECT * FROM customer WHERE ${inList('borrower_ref', refs)} AND platform_id = ?`, [
    ...refs,
    platformId,
  ]);
  const stored = new Map<string, StoredRecord>();
  for (const row of rows) {
    const customerId = row['customer_id'] as string;
    const key = borrowerKeys.get(hex(row['borrower_ref'] as Buffer));
    if (!wanted.has(customerId)) continue;
    if (!key) throw new OutdatedPlan();
    const open = (column: string): string | null => {
      const sealed = row[column] as Buffer | null;
      return sealed && key.open(customerPlace(platformId, customerId, column), sealed);
    };
    const opened = Object.fromEntries(RECORD_COLUMNS.borrower.map((column) => [column, open(column)]));
    stored.set(customerId, toStoredRecord('borrower', { ...row, ...opened }));
  }
  return stored;
}

function toStoredRecord(entity: FurnishedEntity, row: Row): StoredRecord {
  return { asOf: row['as_of'] as string, revision: Number(row['revision']), content: contentOfRow(entity, row) };
}

function* loadAccounts(
  platformId: string,
  records: readonly (PlannedAccount | PlannedMonth)[],
): Script<Map<string, StoredAccount>> {
  const stored = new Map<string, StoredAccount>();
  const ids = new Map(records.map(({ accountNo, accountId }) => [accountNo, accountId]));
  if (ids.size === 0) return stored;
  const numbers = [...ids.keys()];
  const directory = yield* rowsOf(
    `SELECT account_no, borrower_ref FROM account_directory WHERE platform_id = ? AND ${inList('account_no', numbers)}`,
    [platformId, ...numbers],
  );
  for (const found of chunks(directory, PAIRS_MAX)) {
    const params = found.flatMap((row): SqlValue[] => [
      row['borrower_ref'] as Buffer,
      ids.get(row['account_no'] as string) ?? null,
    ]);
    const pairs = found.map(() => '(borrower_ref = ? AND account_id = ?)').join(' OR ');
    for (const row of yield* rowsOf(`SELECT * FROM credit_account WHERE ${pairs}`, params))
      stored.set(row['account_no'] as string, {
        ...toStoredRecord('account', row),
        borrowerRef: row['borrower_ref'] as Buffer,
        accountId: row['account_id'] as Buffer,
        currency: row['currency'] as string,
      });
  }
  return stored;
}

function* loadMonths(
  months: readonly PlannedMonth[],
  accounts: ReadonlyMap<string, StoredAccount>,
): Script<Map<string, StoredRecord>> {
  const ranges = new Map<string, { account: StoredAccount; first: number; last: number }>();
  const numberOf = new Map<string, string>();
  for (const { accountNo, accountId, month } of months) {
    const account = accounts.get(accountNo);
    if (!account) continue;
    numberOf.set(hex(accountId), accountNo);
    const { first, last } = ranges.get(accountNo) ?? { first: month, last: month };
    ranges.set(accountNo, { account, first: Math.min(first, month), last: Math.max(last, month) });
  }
  const stored = new Map<string, StoredRecord>();
  for (const found of chunks([...ranges.values()], PAIRS_MAX)) {
    const params = found.flatMap(({ account, first, last }): SqlValue[] => [
      account.borrowerRef, account.accountId, first, last,
    ]); // prettier-ignore
    const pairs = found.map(() => '(borrower_ref = ? AND account_id = ? AND month BETWEEN ? AND ?)').join(' OR ');
    for (const row of yield* rowsOf(`SELECT * FROM monthly_summary WHERE ${pairs}`, params))
      stored.set(
        monthKey(numberOf.get(hex(row['account_id'] as Buffer)) ?? '', Number(row['month'])),
        toStoredRecord('monthlySummary', row),
      );
  }
  return stored;
}

/** Pieces of at most `size` items, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function unique(values: readonly Buffer[]): Buffer[] {
  return [...new Map(values.map((value) => [hex(value), value])).values()];
}
