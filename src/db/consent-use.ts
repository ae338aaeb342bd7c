import type { BudgetCharge, DisclosureDraft } from '../app/ports';
import { charge, exhausted, isLate } from '../core/consent/budget';
import type { ConsentUse } from '../core/consent/consent';
import { toUse } from './arrangement-row';
import { changedBy, rowsOf, type Script, type SqlValue } from './database';
import { type Dialect, insertSql, upsertSql } from './dialect';
import type { Placed } from './request-memory';

/** The budgets of one batch as they run down, entry by entry; under the ledger's lock nobody else can use them. */
export interface Budgets {
  /** Takes one use of each, or of none. @returns false if one has run out since the decision, or its day is over. */
  take(draft: DisclosureDraft): boolean;
  /** Writes down what was taken. */
  save(dialect: Dialect, placed: readonly Placed[]): Script<void>;
}

const keyOf = (borrowerRef: Buffer, arrangementId: string): string => `${borrowerRef.toString('hex')} ${arrangementId}`;

/** The uses of every budget that the batch would charge: no statement where it charges none. */
export function* loadBudgets(drafts: readonly DisclosureDraft[]): Script<Budgets> {
  const named = drafts.flatMap(({ borrowerRef, charges }) =>
    charges.map(({ arrangementId }) => ({ borrowerRef, arrangementId })),
  );
  const uses = new Map<string, ConsentUse | null>();
  const rows =
    named.length === 0
      ? []
      : yield* rowsOf(
          `SELECT borrower_ref, arrangement_id, last_day, day_uses, week_uses, month_uses, once_used_at_ms FROM consent_use
           WHERE ${named.map(() => '(borrower_ref = ? AND arrangement_id = ?)').join(' OR ')}`,
          named.flatMap(({ borrowerRef, arrangementId }) => [borrowerRef, Buffer.from(arrangementId, 'hex')]),
        );
  for (const row of rows)
    uses.set(keyOf(row['borrower_ref'] as Buffer, (row['arrangement_id'] as Buffer).toString('hex')), toUse(row));
  const touched = new Map<string, { borrowerRef: Buffer; arrangementId: string }>();
  return {
    take: ({ borrowerRef, charges, decidedAtMs }) => {
      const useOf = ({ arrangementId }: BudgetCharge): ConsentUse | null => uses.get(keyOf(borrowerRef, arrangementId)) ?? null;
      const isSpent = (budget: BudgetCharge): boolean =>
        exhausted(budget, useOf(budget), decidedAtMs) !== null || isLate(budget, useOf(budget), decidedAtMs);
      if (charges.some(isSpent)) return false;
      for (const budget of charges) {
        const key = keyOf(borrowerRef, budget.arrangementId);
        uses.set(key, charge(budget, useOf(budget), decidedAtMs));
        touched.set(key, { borrowerRef, arrangementId: budget.arrangementId });
      }
      return true;
    },
    save: (dialect, placed) =>
      saveUses(
        dialect,
        [...touched].map(([key, of]) => ({ ...of, use: uses.get(key) ?? null })),
        placed,
      ),
  };
}

const USE_COLUMNS = ['last_day', 'day_uses', 'week_uses', 'month_uses', 'once_used_at_ms', 'retry_closed'] as const;
const CHARGE_COLUMNS = ['borrower_ref', 'arrangement_id', 'idx', 'request_id', 'request_hash', 'charged_at_ms', 'once'] as const;

interface Used {
  readonly borrowerRef: Buffer;
  readonly arrangementId: string;
  readonly use: ConsentUse | null;
}

function* saveUses(dialect: Dialect, used: readonly Used[], placed: readonly Placed[]): Script<void> {
  if (used.length === 0) return;
  yield* changedBy(
    upsertSql(dialect, 'consent_use', ['borrower_ref', 'arrangement_id'], USE_COLUMNS, used.length),
    used.flatMap(({ borrowerRef, arrangementId, use }): SqlValue[] => {
      if (!use) throw new Error('A budget that was used has uses');
      return [
        borrowerRef, Buffer.from(arrangementId, 'hex'), use.lastDay, use.dayUses, use.weekUses, use.monthUses, use.onceUsedAtMs, 0,
      ]; // prettier-ignore
    }),
  );
  const charges = placed.flatMap(({ draft, index }) => draft.charges.map((budget) => ({ draft, index, budget })));
  yield* changedBy(
    insertSql('consent_charge', CHARGE_COLUMNS, charges.length),
    charges.flatMap(({ draft: { borrowerRef, retry, decidedAtMs }, index, budget: { arrangementId, accessMode } }) => [
      borrowerRef, Buffer.from(arrangementId, 'hex'), index, retry.requestId, retry.requestHash, decidedAtMs,
      accessMode === 'ONE_TIME' ? 1 : 0,
    ]),
  ); // prettier-ignore
}
