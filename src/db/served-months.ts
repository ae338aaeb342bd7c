import { isAdverse, type RepaymentStatusCode } from '../core/credit/codes';
import { rowsOf, type Script, type SqlValue } from './database';
import { chunks, type Dialect, upsertSql } from './dialect';
import type { Change } from './furnish-draft';
import { monthKey, type World } from './furnish-world';
import { monthRecordKey, type Superseded } from './furnish-revisions';
import { TAIL_COLUMNS } from './furnish-write-records';
import { insertRows } from './insert-rows';
import { hex } from './planned-record';
import { contentValue, isSameContent, RECORD_COLUMNS, SERVED_COLUMNS } from './record-columns';
import { drawnMonthOf, type MonthLoans, servedFigures } from './record-rungs';

/** Accounts in one statement; SQLite nests expressions up to 1,000 deep. */
const ACCOUNTS_MAX = 200;
const KEYS = ['borrower_ref', 'account_id', 'month'] as const;

/** A stored month of which what is served may have moved. */
interface Affected {
  readonly accountNo: string;
  readonly borrowerRef: Buffer;
  readonly accountId: Buffer;
  readonly month: number;
  /** null: only its loans have moved. */
  readonly change: Change | null;
}

/**
 * Stores the months that changed, and works out anew what is served of every month whose loans did, wherever they stood
 * before: so the figures do not depend on which of them came first. Loans must have been written.
 *
 * @returns The months that say something else of borrowing though they were not furnished anew: what they said before.
 */
export function* writeMonths(
  context: { readonly dialect: Dialect; readonly world: World },
  changes: readonly Change[],
): Script<readonly Superseded[]> {
  const { dialect, world } = context;
  const affected = listAffected(world, changes);
  const loans = yield* sumLoans(affected);
  const whole: SqlValue[][] = [];
  const served: SqlValue[][] = [];
  const moved: Superseded[] = [];
  for (const { accountNo, borrowerRef, accountId, month, change } of affected) {
    const stored = world.months.get(monthKey(accountNo, month));
    const currency = world.accounts.get(accountNo)?.currency;
    if (!stored || currency === undefined) continue;
    const { content, asOf } = stored;
    const figures = servedFigures(content, loans.get(loansKey(accountId, month)) ?? null, currency);
    const isMoved = stored.served !== undefined && !isSameContent(figures, stored.served);
    const before = change?.previous ?? stored;
    if (isMoved) moved.push({ borrowerRef, entity: 'monthlySummary', recordKey: monthRecordKey(accountId, month), stored: before });
    const revision = isMoved ? stored.revision + 1 : stored.revision;
    const key = [borrowerRef, accountId, month];
    if (change) whole.push([...key, ...content, ...change.rungs, ...figures, asOf, revision]);
    else served.push([...key, ...figures, adverseOf(contentValue('monthlySummary', content, 'repaymentStatus')), asOf, revision]);
  }
  const upsert = (columns: readonly string[]) => (rows: number) =>
    upsertSql(dialect, 'monthly_summary', KEYS, [...columns, ...TAIL_COLUMNS], rows);
  yield* insertRows(upsert([...RECORD_COLUMNS.monthlySummary, ...SERVED_COLUMNS]), whole);
  // An upsert names every column that may not be null, though these rows are there: it leaves the others as they are.
  yield* insertRows(upsert([...SERVED_COLUMNS, 'adverse']), served);
  return moved;
} // prettier-ignore

/** Every month once: that of a changed month as it will be, those of a changed loan as they are stored. */
function listAffected(world: World, changes: readonly Change[]): readonly Affected[] {
  const affected = new Map<string, Affected>();
  for (const change of changes) {
    const { planned, borrowerRef, accountId, previous } = change;
    if (!accountId) continue;
    if (planned.entity === 'monthlySummary') {
      const { accountNo, month } = planned;
      affected.set(monthKey(accountNo, month), { accountNo, borrowerRef, accountId, month, change });
    }
    if (planned.entity !== 'loan') continue;
    const { accountNo } = planned;
    const before = previous && drawnMonthOf(String(contentValue('loan', previous.content, 'drawnOn')));
    for (const month of new Set([planned.drawnMonth, before ?? planned.drawnMonth])) {
      const key = monthKey(accountNo, month);
      if (world.months.has(key) && !affected.has(key)) affected.set(key, { accountNo, borrowerRef, accountId, month, change: null });
    }
  }
  return [...affected.values()];
} // prettier-ignore

const loansKey = (accountId: Buffer, month: number): string => `${month} ${hex(accountId)}`;

/** What the loans of the affected months come to, without cancelled ones; months without a loan are left out. */
function* sumLoans(affected: readonly Affected[]): Script<ReadonlyMap<string, MonthLoans>> {
  const sums = new Map<string, { amountMinor: number; count: number; days: Set<string> }>();
  const accounts = new Map<string, { place: Buffer[]; first: number; last: number }>();
  for (const { borrowerRef, accountId, month } of affected) {
    const { first, last } = accounts.get(hex(accountId)) ?? { first: month, last: month };
    accounts.set(hex(accountId), {
      place: [borrowerRef, accountId],
      first: Math.min(first, month),
      last: Math.max(last, month),
    });
  }
  for (const some of chunks([...accounts.values()], ACCOUNTS_MAX)) {
    const alternatives = some.map(() => '(borrower_ref = ? AND account_id = ? AND drawn_month BETWEEN ? AND ?)').join(' OR ');
    const rows = yield* rowsOf(
      `SELECT account_id, drawn_month, drawn_on, principal_minor FROM loan
       WHERE (${alternatives}) AND COALESCE(cancelled, 0) = 0`,
      some.flatMap(({ place, first, last }) => [...place, first, last]),
    );
    for (const row of rows) {
      const key = loansKey(row['account_id'] as Buffer, Number(row['drawn_month']));
      const sum = sums.get(key) ?? { amountMinor: 0, count: 0, days: new Set<string>() };
      sum.amountMinor += Number(row['principal_minor']);
      sum.count += 1;
      sum.days.add(row['drawn_on'] as string);
      sums.set(key, sum);
    }
  }
  return new Map([...sums].map(([key, { amountMinor, count, days }]) => [key, { amountMinor: exact(amountMinor), count, days: days.size }]));
} // prettier-ignore

/** A sum beyond ±(2^53 − 1) is not known to the last unit, so it is not stated. */
function exact(sumMinor: number): number | null {
  return Number.isSafeInteger(sumMinor) ? sumMinor : null;
}

function adverseOf(status: unknown): number {
  return status !== null && isAdverse(status as RepaymentStatusCode) ? 1 : 0; // a code that was checked when it was furnished
}
