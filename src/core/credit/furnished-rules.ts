import { addYears, toEpochDay, toYearMonth, type LocalDate } from './calendar';
import { accountStatusOf, isAdverse, isAdverseStatus } from './codes';
import type { FaultCode, FurnishedRecord, ParseContext, RecordFault, RecordOf } from './furnished-record';
import { isFieldOf, parseTarget } from './record-target';

/** Years after which an ended adverse item is gone (China; credit-record.md, section 13). */
export const ADVERSE_RETENTION_YEARS = 5;
/** Inquiries are shown for 24 months (credit-record.md, section 13). */
export const INQUIRY_RETENTION_YEARS = 2;

type Broken = (code: FaultCode, field: string, message: string) => void;

/** What stands for a field that was left out and has a meaning then. */
export function withDefaults(record: FurnishedRecord): FurnishedRecord {
  if (record.entity !== 'dispute' || record.values.outcome !== null || record.values.answeredOn !== null) return record;
  return { ...record, values: { ...record.values, outcome: 'OPEN' } };
}

/** Rules that one record breaks by itself (credit-record.md, sections 13 and 14). */
export function brokenRules(record: FurnishedRecord, context: ParseContext): RecordFault[] {
  const faults: RecordFault[] = [];
  const broken: Broken = (code, field, message) => void faults.push({ code, field, message });
  switch (record.entity) {
    case 'borrower':
      break;
    case 'account':
      judgeAccount(record, broken);
      break;
    case 'monthlySummary':
      judgeMonth(record, context, broken);
      break;
    case 'loan':
      judgeLoan(record, context, broken);
      break;
    case 'repayment':
      judgeRepayment(record, context, broken);
      break;
    case 'inquiry':
      judgeInquiry(record, context, broken);
      break;
    case 'dispute':
      judgeDispute(record, broken);
      break;
    case 'statement':
      judgeStatement(record, broken);
      break;
  }
  return faults;
}

function judgeAccount({ values }: RecordOf<'account'>, broken: Broken): void {
  const { accountClass, rawStatus, fundingShares, openedOn, maturityOn, closedOn } = values;
  if (accountClass === 'R4') broken('INCONSISTENT', 'accountClass', 'A draw under a line is a loan, never an account.');
  if (!/^[A-Z]{3}$/.test(values.currency))
    broken('BAD_CODE', 'currency', 'The currency must be three capital letters (ISO 4217).');
  if (rawStatus !== null && (!/^\d{1,2}$/.test(rawStatus) || accountStatusOf(accountClass, rawStatus) === null))
    broken('BAD_CODE', 'rawStatus', 'This account class has no such status.');
  if (fundingShares && fundingShares.reduce((sum, { shareBp }) => sum + shareBp, 0) !== 10_000)
    broken('INCONSISTENT', 'fundingShares', 'The shares must sum to 10,000 basis points.');
  if (openedOn && maturityOn && maturityOn < openedOn)
    broken('INCONSISTENT', 'maturityOn', 'The account matures before it opens.');
  if (openedOn && closedOn && closedOn < openedOn) broken('INCONSISTENT', 'closedOn', 'The account closes before it opens.');
}

function judgeMonth({ values, asOf }: RecordOf<'monthlySummary'>, context: ParseContext, broken: Broken): void {
  const { month, repaymentStatus, adverseEndedOn, loanCount, loanDays } = values;
  if (toYearMonth(month) > asOf.slice(0, 7)) broken('INCONSISTENT', 'month', 'The month lies after the as-of date.');
  if (loanCount !== null && loanDays !== null && loanDays > loanCount)
    broken('INCONSISTENT', 'loanDays', 'There are more days with a loan than loans.');
  if (repaymentStatus && isAdverse(repaymentStatus)) judgeRetention('adverseEndedOn', adverseEndedOn, context, broken);
}

/** The status is looked up as of an instalment loan, whose numbers are those of every draw and of the same meaning. */
function judgeLoan({ values }: RecordOf<'loan'>, context: ParseContext, broken: Broken): void {
  const { drawnOn, settledOn, rawStatus } = values;
  if (settledOn && settledOn < drawnOn) broken('INCONSISTENT', 'settledOn', 'The loan is settled before it was drawn.');
  if (rawStatus === null) return;
  const status = /^\d$/.test(rawStatus) ? accountStatusOf('D1', rawStatus) : null;
  if (!status) broken('BAD_CODE', 'rawStatus', 'A loan has no such status.');
  else if (isAdverseStatus(status)) judgeRetention('settledOn', settledOn, context, broken);
}

function judgeRepayment({ values }: RecordOf<'repayment'>, context: ParseContext, broken: Broken): void {
  const { paidOn, lastPaidOn, dueAmountMinor, paidAmountMinor, kind } = values;
  if (paidOn && lastPaidOn && lastPaidOn > paidOn)
    broken('INCONSISTENT', 'lastPaidOn', 'A payment lies after the day on which all was paid.');
  if (paidAmountMinor !== null && paidAmountMinor > dueAmountMinor && kind !== 'EARLY' && kind !== 'EARLY_FULL')
    broken('INCONSISTENT', 'paidAmountMinor', 'More was paid than was due, which only an early repayment may cost.');
  if (isAdverseRepayment(values)) judgeRetention('paidOn', paidOn, context, broken);
}

/** Paid late, or by somebody or something else. What is unpaid past its day is judged when it is read. */
export function isAdverseRepayment({ dueOn, paidOn, kind }: RecordOf<'repayment'>['values']): boolean {
  return kind === 'GUARANTOR' || kind === 'ASSET' || (paidOn !== null && paidOn > dueOn);
}

function judgeInquiry({ values }: RecordOf<'inquiry'>, { retention, todayDay }: ParseContext, broken: Broken): void {
  const isOver = addYears(toEpochDay(values.inquiredOn), INQUIRY_RETENTION_YEARS) <= todayDay;
  if (retention === 'FROM_TODAY' && isOver)
    broken('RETENTION_ENDED', 'inquiredOn', 'The inquiry is past its time and may not be stored.');
}

function judgeDispute({ values }: RecordOf<'dispute'>, broken: Broken): void {
  const { targetEntity, targetKey, targetField, receivedOn, answeredOn, outcome } = values;
  if (!parseTarget(targetEntity, targetKey)) broken('BAD_TYPE', 'targetKey', 'This is no key of a record of the target entity.');
  if (!isFieldOf(targetEntity, targetField))
    broken('BAD_CODE', 'targetField', 'The target entity has no such single field in the catalogue.');
  if (answeredOn && answeredOn < receivedOn)
    broken('INCONSISTENT', 'answeredOn', 'The dispute is answered before it was received.');
  if (answeredOn === null && outcome !== 'OPEN')
    broken('INCONSISTENT', 'outcome', 'A dispute that is not answered has no outcome but OPEN.');
  if (answeredOn !== null && (outcome === null || outcome === 'OPEN'))
    broken('INCONSISTENT', 'outcome', 'An answered dispute needs an outcome other than OPEN.');
}

function judgeStatement({ values }: RecordOf<'statement'>, broken: Broken): void {
  const { targetEntity, targetKey } = values;
  if ((targetEntity === null) !== (targetKey === null))
    broken('INCONSISTENT', targetKey === null ? 'targetKey' : 'targetEntity', 'A target needs both its entity and its key.');
  else if (targetEntity && targetKey && !parseTarget(targetEntity, targetKey))
    broken('BAD_TYPE', 'targetKey', 'This is no key of a record of the target entity.');
}

/** @param endedOn - The day that the adverse item ended; null: it has not. */
function judgeRetention(field: string, endedOn: LocalDate | null, { retention, todayDay }: ParseContext, broken: Broken): void {
  if (retention === 'HISTORICAL' || endedOn === null) return;
  if (addYears(toEpochDay(endedOn), ADVERSE_RETENTION_YEARS) <= todayDay)
    broken('RETENTION_ENDED', field, 'The adverse item is past its time and may not be stored.');
}
