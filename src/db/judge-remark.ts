import type { LineDraft } from './furnish-draft';
import { monthKey, remarkKey, repaymentKey } from './furnish-world';
import { hex, type PlannedRemark, type PlannedTarget } from './planned-record';
import { disputeRungs, inquiryRungs, type Rungs, statementRungs, type TargetPlace } from './record-rungs';

/** An inquiry, dispute or statement stays with its customer; what it is about must be stored and be of the same borrower. */
export function judgeRemark(draft: LineDraft, planned: PlannedRemark): void {
  const { entity, recordNo, customerId, target } = planned;
  const borrowerRef = draft.find('borrowers', hex(planned.customerLookup));
  if (!borrowerRef) return draft.miss(entity, 'customerId', `The customer of this ${entity} was not furnished.`);
  const previous = draft.find('remarks', remarkKey(entity, recordNo)) ?? null;
  if (previous && previous.customerId !== customerId)
    return draft.refuse('INCONSISTENT', 'customerId', `This ${entity} belongs to another customer and cannot change hands.`);
  const found = target && findTarget(draft, target);
  if (target && !found) return draft.miss(entity, 'targetKey', `The record that this ${entity} is about was not furnished.`);
  if (found && !found.borrowerRef.equals(borrowerRef))
    return draft.refuse('INCONSISTENT', 'targetKey', `The record that this ${entity} is about is of another borrower.`);
  const revised = draft.revise(planned, previous);
  if (!revised) return;
  const rungs = rungsOf(planned, found?.place ?? NOWHERE);
  draft.changes.push({ planned, borrowerRef, accountId: null, previous, revision: revised.revision, rungs });
  draft.put('remarks', remarkKey(entity, recordNo), { ...revised, borrowerRef, customerId });
}

function rungsOf(planned: PlannedRemark, place: TargetPlace): Rungs {
  switch (planned.entity) {
    case 'inquiry':
      return inquiryRungs(planned.record);
    case 'dispute':
      return disputeRungs(planned.record, place);
    case 'statement':
      return statementRungs(place);
  }
}

interface FoundTarget {
  readonly borrowerRef: Buffer;
  readonly place: TargetPlace;
}
const NOWHERE: TargetPlace = { account_id: null, month: null, loan_id: null, instalment_no: null };

/** @returns null if the target is not stored. */
function findTarget(draft: LineDraft, target: PlannedTarget): FoundTarget | null {
  switch (target.entity) {
    case 'borrower': {
      const borrowerRef = draft.find('borrowers', hex(target.lookup));
      return borrowerRef ? { borrowerRef, place: NOWHERE } : null;
    }
    case 'account':
      return placed(draft.find('accounts', target.accountNo), {});
    case 'monthlySummary': {
      const { accountNo, month } = target;
      return draft.find('months', monthKey(accountNo, month)) ? placed(draft.find('accounts', accountNo), { month }) : null;
    }
    case 'loan':
      return placed(draft.find('loans', target.loanNo), { loan_id: target.loanId });
    case 'repayment': {
      const { loanNo, loanId, instalmentNo } = target;
      const isThere = draft.find('repayments', repaymentKey(loanNo, instalmentNo)) !== undefined;
      return isThere ? placed(draft.find('loans', loanNo), { loan_id: loanId, instalment_no: instalmentNo }) : null;
    }
    case 'inquiry': {
      const inquiry = draft.find('remarks', remarkKey('inquiry', target.recordNo));
      return inquiry ? { borrowerRef: inquiry.borrowerRef, place: NOWHERE } : null;
    }
  }
}

function placed(
  holder: { readonly borrowerRef: Buffer; readonly accountId: Buffer } | undefined,
  within: Partial<TargetPlace>,
): FoundTarget | null {
  return holder ? { borrowerRef: holder.borrowerRef, place: { ...NOWHERE, account_id: holder.accountId, ...within } } : null;
}
