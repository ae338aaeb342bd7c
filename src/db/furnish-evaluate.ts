import type { LineVerdict } from '../app/ports';
import { accountStatusOf } from '../core/credit/codes';
import { type Change, LineDraft } from './furnish-draft';
import { monthKey, OutdatedPlan, repaymentKey, type World } from './furnish-world';
import { judgeRemark } from './judge-remark';
import {
  hex,
  type Plan,
  type PlannedAccount,
  type PlannedBorrower,
  type PlannedLoan,
  type PlannedMonth,
  type PlannedRecord,
  type PlannedRepayment,
} from './planned-record';
import { accountRungs, loanClassOf, loanRungs, monthRungs, repaymentRungs } from './record-rungs';

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
    const draft = new LineDraft(world);
    for (const planned of records) judge(plan, draft, planned);
    const verdict = draft.settle();
    if (verdict.kind === 'accepted' || verdict.kind === 'unchanged') changes.push(...draft.changes);
    return verdict;
  });
  return { verdicts, changes };
}

function judge(plan: Plan, draft: LineDraft, planned: PlannedRecord): void {
  switch (planned.entity) {
    case 'borrower':
      return judgeBorrower(plan, draft, planned);
    case 'account':
      return judgeAccount(draft, planned);
    case 'monthlySummary':
      return judgeMonth(draft, planned);
    case 'loan':
      return judgeLoan(draft, planned);
    case 'repayment':
      return judgeRepayment(draft, planned);
    case 'inquiry':
    case 'dispute':
    case 'statement':
      return judgeRemark(draft, planned);
  }
}

function judgeBorrower({ wrappedKeys }: Plan, draft: LineDraft, planned: PlannedBorrower): void {
  const { customerId, borrowerRef, lookup, documentLookup } = planned;
  const named = draft.find('borrowers', hex(lookup)) ?? (documentLookup ? draft.find('borrowers', hex(documentLookup)) : undefined);
  if (named ? !named.equals(borrowerRef) : !wrappedKeys.has(hex(borrowerRef))) throw new OutdatedPlan();
  // A document that names another stored borrower keeps naming that one: two stored borrowers are never merged.
  if (documentLookup && !draft.find('borrowers', hex(documentLookup))) draft.put('borrowers', hex(documentLookup), borrowerRef);
  draft.put('borrowers', hex(lookup), borrowerRef);
  const previous = draft.find('customers', customerId) ?? null;
  const revised = draft.revise(planned, previous);
  if (!revised) return;
  draft.changes.push({ planned, borrowerRef, accountId: null, previous, revision: revised.revision, rungs: [] });
  draft.put('customers', customerId, revised);
} // prettier-ignore

function judgeAccount(draft: LineDraft, planned: PlannedAccount): void {
  const { accountNo, accountId, record } = planned;
  const borrowerRef = draft.find('borrowers', hex(planned.customerLookup));
  if (!borrowerRef) return draft.miss('account', 'customerId', 'The customer of this account was not furnished.');
  const stored = draft.find('accounts', accountNo);
  const { currency, accountClass } = record.values;
  if (stored && !stored.borrowerRef.equals(borrowerRef))
    return draft.refuse('INCONSISTENT', 'customerId', 'The account belongs to another borrower and cannot change hands.');
  if (stored && stored.currency !== currency) return draft.refuse('INCONSISTENT', 'currency', 'An account keeps its currency.');
  if (stored && loanClassOf(stored.accountClass) !== loanClassOf(accountClass))
    return draft.refuse('INCONSISTENT', 'accountClass', 'An account stays a line, an instalment loan or a collection.');
  const revised = draft.revise(planned, stored ?? null);
  if (!revised) return;
  const rungs = accountRungs(record);
  draft.changes.push({ planned, borrowerRef, accountId, previous: stored ?? null, revision: revised.revision, rungs });
  draft.put('accounts', accountNo, { ...revised, borrowerRef, accountId, currency, accountClass });
}

function judgeMonth(draft: LineDraft, planned: PlannedMonth): void {
  const { accountNo, accountId, month, record } = planned;
  const account = draft.find('accounts', accountNo);
  if (!account) return draft.miss('monthlySummary', 'accountNo', 'The account of this month was not furnished.');
  const previous = draft.find('months', monthKey(accountNo, month)) ?? null;
  const revised = draft.revise(planned, previous);
  if (!revised) return;
  const { borrowerRef } = account;
  draft.changes.push({ planned, borrowerRef, accountId, previous, revision: revised.revision, rungs: monthRungs(record) });
  draft.put('months', monthKey(accountNo, month), revised);
}

function judgeLoan(draft: LineDraft, planned: PlannedLoan): void {
  const { loanNo, accountNo, record } = planned;
  const { drawnOn, rawStatus } = record.values;
  const account = draft.find('accounts', accountNo);
  if (!account) return draft.miss('loan', 'accountNo', 'The account of this loan was not furnished.');
  const { borrowerRef, accountId, accountClass } = account;
  const previous = draft.find('loans', loanNo) ?? null;
  if (previous && !previous.accountId.equals(accountId))
    return draft.refuse('INCONSISTENT', 'accountNo', 'The loan belongs to another account and cannot change it.');
  const loanClass = loanClassOf(accountClass);
  if (rawStatus !== null && (loanClass === null || accountStatusOf(loanClass, rawStatus) === null))
    return draft.refuse('BAD_CODE', 'rawStatus', 'A loan of this account class has no such status.');
  const revised = draft.revise(planned, previous);
  if (!revised) return;
  const rungs = loanRungs(record, account);
  draft.changes.push({ planned, borrowerRef, accountId, previous, revision: revised.revision, rungs });
  draft.put('loans', loanNo, { ...revised, borrowerRef, accountId, drawnOn });
}

function judgeRepayment(draft: LineDraft, planned: PlannedRepayment): void {
  const { loanNo, instalmentNo, record } = planned;
  const loan = draft.find('loans', loanNo);
  if (!loan) return draft.miss('repayment', 'loanNo', 'The loan of this repayment was not furnished.');
  const { borrowerRef, accountId, drawnOn } = loan;
  for (const field of ['dueOn', 'paidOn', 'lastPaidOn'] as const)
    if ((record.values[field] ?? drawnOn) < drawnOn) draft.refuse('INCONSISTENT', field, 'The date lies before the loan was drawn.');
  const previous = draft.find('repayments', repaymentKey(loanNo, instalmentNo)) ?? null;
  const revised = draft.revise(planned, previous);
  if (!revised) return;
  draft.changes.push({ planned, borrowerRef, accountId, previous, revision: revised.revision, rungs: repaymentRungs(record) });
  draft.put('repayments', repaymentKey(loanNo, instalmentNo), revised);
} // prettier-ignore
