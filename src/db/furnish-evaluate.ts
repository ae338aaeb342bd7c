import type { LineVerdict } from '../app/ports';
import type { FurnishedEntity } from '../core/credit/furnished-fields';
import type { RecordFault } from '../core/credit/furnished-record';
import { hex, type Plan, type PlannedAccount, type PlannedBorrower, type PlannedMonth, type PlannedRecord } from './furnish-plan';
import { monthKey, OutdatedPlan, type StoredRecord, type World } from './furnish-world';
import { accountRungs, type Content, isSameContent, monthRungs } from './record-columns';

/** One record that is new, has changed, or was confirmed by a newer delivery. */
export interface Change<P extends PlannedRecord = PlannedRecord> {
  readonly planned: P;
  readonly borrowerRef: Buffer;
  /** The stored record; null for a new one. */
  readonly previous: StoredRecord | null;
  readonly revision: number;
  /** Computed from the content and stored beside it; those of a borrower are sealed with it already. */
  readonly rungs: Content;
}

/** Is the stored record superseded? Else its as-of date alone moves, and no revision is made. */
export function supersedes({ previous, revision }: Pick<Change, 'previous' | 'revision'>): boolean {
  return previous !== null && revision > previous.revision;
}

/** What one line would do; becomes part of the world only if all of it may be done. */
interface LineDraft {
  readonly world: World;
  readonly changes: Change[];
  readonly faults: RecordFault[];
}

/**
 * Judges the lines of a plan one after the other and applies those that are accepted to the world.
 *
 * Equal content is unchanged; under a newer as-of date it confirms the record, whose date then moves. Other content needs
 * an as-of date that is not older, and becomes a new revision (credit-record.md, section 14).
 *
 * @throws OutdatedPlan if a customer is not whom the plan presumed.
 */
export function evaluate(plan: Plan, world: World): { verdicts: LineVerdict[]; changes: Change[] } {
  const changes: Change[] = [];
  const verdicts = plan.lines.map((records): LineVerdict => {
    const draft: LineDraft = { world: emptyWorld(), changes: [], faults: [] };
    for (const planned of records) judge(plan, world, draft, planned);
    if (draft.faults.length > 0) return toRefusal(draft.faults);
    for (const part of ['borrowers', 'customers', 'accounts', 'months'] as const)
      for (const [key, value] of draft.world[part]) (world[part] as Map<string, unknown>).set(key, value); // the same part of both
    changes.push(...draft.changes);
    return { kind: draft.changes.some((change) => change.previous === null || supersedes(change)) ? 'accepted' : 'unchanged' };
  });
  return { verdicts, changes };
}

function judge(plan: Plan, world: World, draft: LineDraft, planned: PlannedRecord): void {
  switch (planned.entity) {
    case 'borrower':
      return judgeBorrower(plan, world, draft, planned);
    case 'account':
      return judgeAccount(world, draft, planned);
    case 'monthlySummary':
      return judgeMonth(world, draft, planned);
  }
}

function judgeBorrower(plan: Plan, world: World, draft: LineDraft, planned: PlannedBorrower): void {
  const { customerId, borrowerRef, lookup, documentLookup } = planned;
  const documentKey = documentLookup ? hex(documentLookup) : null;
  const named = world.borrowers.get(hex(lookup)) ?? (documentKey === null ? undefined : world.borrowers.get(documentKey));
  if (named ? !named.equals(borrowerRef) : !plan.wrappedKeys.has(hex(borrowerRef))) throw new OutdatedPlan();
  draft.world.borrowers.set(hex(lookup), borrowerRef);
  // A document that names another stored borrower keeps naming that one: two stored borrowers are never merged.
  if (documentKey !== null && !world.borrowers.has(documentKey)) draft.world.borrowers.set(documentKey, borrowerRef);
  const previous = world.customers.get(customerId) ?? null;
  const revised = revise(draft, planned, previous);
  if (!revised) return;
  draft.changes.push({ planned, borrowerRef, previous, revision: revised.revision, rungs: [] });
  draft.world.customers.set(customerId, revised);
}

function judgeAccount(world: World, draft: LineDraft, planned: PlannedAccount): void {
  const customer = hex(planned.customerLookup);
  const borrowerRef = draft.world.borrowers.get(customer) ?? world.borrowers.get(customer);
  if (!borrowerRef) return refuse(draft, 'PARENT_MISSING', 'customerId', 'The customer of this account was not furnished.');
  const stored = world.accounts.get(planned.accountNo);
  if (stored && !stored.borrowerRef.equals(borrowerRef))
    return refuse(draft, 'INCONSISTENT', 'customerId', 'The account belongs to another borrower and cannot change hands.');
  const { currency } = planned.record.values;
  if (stored && stored.currency !== currency) return refuse(draft, 'INCONSISTENT', 'currency', 'An account keeps its currency.');
  const revised = revise(draft, planned, stored ?? null);
  if (!revised) return;
  const rungs = accountRungs(planned.record);
  draft.changes.push({ planned, borrowerRef, previous: stored ?? null, revision: revised.revision, rungs });
  draft.world.accounts.set(planned.accountNo, { ...revised, borrowerRef, accountId: planned.accountId, currency });
}

function judgeMonth(world: World, draft: LineDraft, planned: PlannedMonth): void {
  const { accountNo, month } = planned;
  const account = draft.world.accounts.get(accountNo) ?? world.accounts.get(accountNo);
  if (!account) return refuse(draft, 'PARENT_MISSING', 'accountNo', 'The account of this month was not furnished.');
  const { borrowerRef, currency } = account;
  const previous = world.months.get(monthKey(accountNo, month)) ?? null;
  const revised = revise(draft, planned, previous);
  if (!revised) return;
  draft.changes.push({ planned, borrowerRef, previous, revision: revised.revision, rungs: monthRungs(planned.record, currency) });
  draft.world.months.set(monthKey(accountNo, month), revised);
}

/** The record as it will be stored; null if it changes nothing or is too old, which is then a fault. */
function revise(
  draft: LineDraft,
  { entity, record, content }: PlannedRecord,
  previous: StoredRecord | null,
): StoredRecord | null {
  const { asOf } = record;
  if (!previous) return { asOf, revision: 1, content };
  if (isSameContent(content, previous.content)) return asOf > previous.asOf ? { ...previous, asOf } : null;
  if (asOf >= previous.asOf) return { asOf, revision: previous.revision + 1, content };
  refuse(draft, 'STALE', 'asOf', `A newer record of this ${WORDS[entity]} is stored already.`);
  return null;
}
const WORDS = { borrower: 'customer', account: 'account', monthlySummary: 'month' } as const satisfies Record<
  FurnishedEntity,
  string
>;

const emptyWorld = (): World => ({ borrowers: new Map(), customers: new Map(), accounts: new Map(), months: new Map() });

function refuse(draft: LineDraft, code: RecordFault['code'], field: string, message: string): void {
  draft.faults.push({ code, field, message });
}

/** A parent may still come, unless the line is bad anyhow. */
function toRefusal(faults: readonly RecordFault[]): LineVerdict {
  if (faults.some(({ code }) => code !== 'PARENT_MISSING')) return { kind: 'rejected', faults };
  const stage = faults.some(({ field }) => field === 'customerId') ? 'account' : 'monthlySummary';
  return { kind: 'parentMissing', stage, faults };
}
