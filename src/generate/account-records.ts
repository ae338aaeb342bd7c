import { toYearMonth, type EpochDay } from '../core/credit/calendar';
import { isAdverse } from '../core/credit/codes';
import type { SpecialEvent } from '../core/credit/furnished-fields';
import type { AccountHistory, MonthOfAccount } from './account-history';
import type { Emit } from './generated-entities';
import type { Loan } from './loan';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

/** How often in 10,000 the notice of an adverse month was sent. */
const NOTICE_SENT_BP = 9_300;
const EVENTS_MAX = 20;
/** Earlier payments of less are no special event of a line. */
const EVENT_FROM_MINOR = 100_000;
/** A furnisher's numbers of statuses (credit-record.md, section 4); D1 and R1, and R4 for a loan, agree on these. */
const RAW_STATUS = { NORMAL: '1', OVERDUE: '2', SETTLED: '3', BAD_DEBT: '4' } as const;

const isOverdue = (status: string): boolean => '1234567'.includes(status);

/** The account and its months. */
export function emitAccount(random: Random, customerId: string, history: AccountHistory, emit: Emit, window: RecordWindow): void {
  const { terms, months, loans, closedOn } = history;
  const newest = months.at(-1) ?? months[0];
  const first = loans[0];
  const isLine = terms.accountClass === 'R1';
  emit('account', {
    accountNo: terms.accountNo,
    customerId,
    product: terms.product,
    accountClass: terms.accountClass,
    currency: 'CNY',
    businessType: terms.businessType,
    furnisherName: terms.furnisherName,
    furnisherType: terms.furnisherType,
    openedOn: window.text(terms.openedOn),
    ...(!isLine && first
      ? { maturityOn: window.text(first.drawnOn + first.termDays), originalAmountMinor: first.principalMinor }
      : {}),
    ...(closedOn === null ? {} : { closedOn: window.text(closedOn) }),
    ...(isLine ? { creditLimitMinor: terms.limitMinor(newest.month), overLimitAllowed: terms.overLimitAllowed } : {}),
    repaymentMethod: isLine ? '23' : '12',
    repaymentFrequency: '03',
    guaranteeType: '4',
    liabilityRole: 'INDIVIDUAL',
    ...(terms.fundingShares ? { fundingShares: terms.fundingShares } : {}),
    rawStatus: toRawStatus(newest),
    fiveTierClass: toFiveTiers(newest),
    ...withEvents(loans, isLine ? EVENT_FROM_MINOR : 0, window),
  });
  for (const month of months) emitMonth(random, history, month, emit, window);
}

function emitMonth(random: Random, { terms }: AccountHistory, ofAccount: MonthOfAccount, emit: Emit, window: RecordWindow): void {
  const { month, tally, outstandingMinor, status } = ofAccount;
  const { pastDuePrincipal: late } = tally;
  const lastDay = window.lastDayAt(month);
  emit('monthlySummary', {
    accountNo: terms.accountNo,
    month: toYearMonth(window.firstMonth + month),
    borrowedAmountMinor: tally.borrowedMinor,
    balanceMinor: outstandingMinor,
    ...(terms.accountClass === 'R1'
      ? {
          usedLimitMinor: outstandingMinor,
          maxUsedLimitMinor: ofAccount.maxOutstandingMinor,
          creditLimitMinor: terms.limitMinor(month),
        }
      : {}),
    scheduledDueMinor: tally.scheduledMinor,
    actualPaidMinor: tally.paidMinor,
    principalRepaidMinor: tally.principalRepaidMinor,
    adjustmentMinor: 0,
    pastDueAmountMinor: tally.pastDueMinor,
    pastDuePrincipal31To60Minor: late.days31To60,
    pastDuePrincipal61To90Minor: late.days61To90,
    pastDuePrincipal91To180Minor: late.days91To180,
    pastDuePrincipalOver180Minor: late.over180,
    pastDuePeriods: tally.overdueMonths.size,
    repaymentStatus: status,
    daysPastDueMonthEnd: tally.daysPastDue,
    loanCount: tally.loanCount,
    loanDays: countBits(tally.drawDays),
    remainingInstalments: ofAccount.unpaidInstalments,
    ...(isAdverse(status) ? adverseFields(random, lastDay, tally.overdueUntil, window) : {}),
  });
}

/** The notice is dated on the month's last day; the event ended when the last overdue instalment was paid, if that is known yet. */
function adverseFields(
  random: Random,
  lastDay: EpochDay,
  overdueUntil: EpochDay,
  window: RecordWindow,
): Readonly<Record<string, string>> {
  const minute = String(random.between(0, 59)).padStart(2, '0');
  return {
    ...(random.chance(NOTICE_SENT_BP) ? { adverseNoticeSentAt: `${window.text(lastDay)}T10:${minute}:00+08:00` } : {}),
    ...(overdueUntil <= window.asOfDay ? { adverseEndedOn: window.text(overdueUntil) } : {}),
  };
}

/** The loans of an account with every instalment, those due after the window included. */
export function emitLoans({ terms, loans, months }: AccountHistory, emit: Emit, window: RecordWindow): void {
  const writtenOff = months.at(-1)?.status === 'B';
  for (const [at, loan] of loans.entries()) {
    const loanNo = `${terms.accountNo}-${String(at + 1).padStart(4, '0')}`;
    const { settledOn, outstandingMinor, isLate } = standingOf(loan, window);
    const status = settledOn !== null ? 'SETTLED' : !isLate ? 'NORMAL' : writtenOff ? 'BAD_DEBT' : 'OVERDUE';
    emit('loan', {
      loanNo,
      accountNo: terms.accountNo,
      drawnOn: window.text(loan.drawnOn),
      principalMinor: loan.principalMinor,
      annualRateBp: loan.annualRateBp,
      termDays: loan.termDays,
      instalmentCount: loan.instalments.length,
      loanPurpose: loan.purpose,
      outstandingPrincipalMinor: outstandingMinor,
      rawStatus: RAW_STATUS[status],
      ...(settledOn === null ? {} : { settledOn: window.text(settledOn) }),
    });
    emitRepayments(loanNo, loan, emit, window);
  }
}

function emitRepayments(loanNo: string, { instalments, part }: Loan, emit: Emit, window: RecordWindow): void {
  let partPayment = part;
  for (const [at, { dueOn, paidOn, kind, principalMinor, interestMinor }] of instalments.entries()) {
    const dueAmountMinor = principalMinor + interestMinor;
    const paid =
      paidOn <= window.asOfDay
        ? { paidOn: window.text(paidOn), lastPaidOn: window.text(paidOn), paidAmountMinor: dueAmountMinor, kind }
        : null;
    const open = partPayment
      ? { lastPaidOn: window.text(partPayment.paidOn), paidAmountMinor: partPayment.amountMinor, kind: 'PARTIAL' }
      : { paidAmountMinor: 0 };
    emit('repayment', { loanNo, instalmentNo: at + 1, dueOn: window.text(dueOn), dueAmountMinor, ...(paid ?? open) });
    if (!paid) partPayment = null;
  }
}

/** How a loan stands on the last day of the window. */
function standingOf(
  { instalments, part }: Loan,
  { asOfDay }: RecordWindow,
): { readonly settledOn: EpochDay | null; readonly outstandingMinor: number; readonly isLate: boolean } {
  const unpaid = instalments.filter(({ paidOn }) => paidOn > asOfDay);
  const outstandingMinor = unpaid.reduce((sum, { principalMinor }) => sum + principalMinor, 0) - (part?.principalMinor ?? 0);
  const settledOn = unpaid.length > 0 ? null : instalments.reduce((day, { paidOn }) => Math.max(day, paidOn), 0);
  return { settledOn, outstandingMinor, isLate: unpaid.some(({ dueOn }) => dueOn < asOfDay) };
}

/** Early settlements (5) and instalments paid well ahead (4), the newest ones in the order of their days. */
function withEvents(
  loans: readonly Loan[],
  fromMinor: number,
  window: RecordWindow,
): { readonly specialEvents?: readonly SpecialEvent[] } {
  const events = loans.flatMap(({ instalments }) => {
    const settled = instalments.filter(({ kind }) => kind === 'EARLY_FULL');
    const principalMinor = settled.reduce((sum, instalment) => sum + instalment.principalMinor, 0);
    const ahead = instalments
      .filter(({ kind }) => kind === 'EARLY')
      .map((one) => ({
        type: '4' as const,
        day: one.paidOn,
        amountMinor: one.principalMinor + one.interestMinor,
        monthsChanged: 0,
      }));
    const first = settled[0];
    return first
      ? [...ahead, { type: '5' as const, day: first.paidOn, amountMinor: principalMinor, monthsChanged: -settled.length }]
      : ahead;
  });
  const kept = events
    .filter(({ amountMinor }) => amountMinor >= fromMinor)
    .sort((a, b) => a.day - b.day)
    .slice(-EVENTS_MAX);
  if (kept.length === 0) return {};
  return {
    specialEvents: kept.map(({ type, day, amountMinor, monthsChanged }) => ({
      type,
      occurredOn: window.text(day),
      amountMinor,
      monthsChanged,
    })),
  };
}

/** The account's status agrees with its newest month (V5). */
function toRawStatus({ status }: MonthOfAccount): string {
  if (status === 'B') return RAW_STATUS.BAD_DEBT;
  if (status === 'C') return RAW_STATUS.SETTLED;
  return isOverdue(status) ? RAW_STATUS.OVERDUE : RAW_STATUS.NORMAL;
}

function toFiveTiers({ status, tally: { daysPastDue } }: MonthOfAccount): string {
  if (status === 'B') return 'LOSS';
  if (daysPastDue > 180) return 'DOUBTFUL';
  if (daysPastDue > 90) return 'SUBSTANDARD';
  return daysPastDue > 0 ? 'SPECIAL_MENTION' : 'NORMAL';
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}
