import type { EpochDay } from '../core/credit/calendar';
import type { RepaymentStatusCode } from '../core/credit/codes';
import type { Instalment, Loan, PartPayment } from './loan';
import type { RecordWindow } from './record-window';

/** Days past due from which an unpaid account of a person who never pays again is written off. */
const WRITTEN_OFF_DAYS = 240;

/** What one month of one account adds up to; amounts in minor units. */
export class MonthTally {
  borrowedMinor = 0;
  loanCount = 0;
  /** Bit n: something was drawn on the n-th day after the month's first. */
  drawDays = 0;
  scheduledMinor = 0;
  paidMinor = 0;
  principalRepaidMinor = 0;
  paidLate = false;
  /** Change of the number of unpaid instalments. */
  instalmentChange = 0;
  /** At the month's end, over what is overdue: amounts, days of the oldest, and when the last will be paid. */
  pastDueMinor = 0;
  readonly pastDuePrincipal = { days31To60: 0, days61To90: 0, days91To180: 0, over180: 0 };
  readonly overdueMonths = new Set<number>();
  daysPastDue = 0;
  overdueUntil: EpochDay = 0;

  /** @param paidOn - When the overdue instalment will be paid. */
  addOverdue(days: number, dueMonth: number, paidOn: EpochDay, pastDueMinor: number, principalMinor: number): void {
    this.pastDueMinor += pastDueMinor;
    this.overdueMonths.add(dueMonth);
    this.daysPastDue = Math.max(this.daysPastDue, days);
    this.overdueUntil = Math.max(this.overdueUntil, paidOn);
    if (days > 180) this.pastDuePrincipal.over180 += principalMinor;
    else if (days > 90) this.pastDuePrincipal.days91To180 += principalMinor;
    else if (days > 60) this.pastDuePrincipal.days61To90 += principalMinor;
    else if (days > 30) this.pastDuePrincipal.days31To60 += principalMinor;
  }

  /**
   * The month's code (credit-record.md, section 4).
   *
   * @param everPaid - Is what is overdue here ever paid? B is for what is not.
   */
  status(everPaid: boolean, closed: boolean): RepaymentStatusCode {
    if (this.daysPastDue > WRITTEN_OFF_DAYS && !everPaid) return 'B';
    if (this.daysPastDue > 180) return '7';
    if (this.daysPastDue > 0) return LATE_CODES[Math.ceil(this.daysPastDue / 30) - 1] ?? '7';
    if (closed) return 'C';
    if (this.paidLate) return 'M';
    return this.scheduledMinor > 0 ? 'N' : '*';
  }
}
const LATE_CODES = ['1', '2', '3', '4', '5', '6'] as const;

/** Adds a loan and its payments to the months that they fall in; what lies after the window is left out. */
export function addLoan(tallies: readonly MonthTally[], loan: Loan, window: RecordWindow): void {
  const { drawnOn, principalMinor, instalments, part } = loan;
  const drawnIn = window.monthAt(drawnOn);
  const tally = tallies[drawnIn];
  if (!tally) return;
  tally.borrowedMinor += principalMinor;
  tally.loanCount += 1;
  tally.drawDays |= 1 << (drawnOn - window.firstDayAt(drawnIn));
  tally.instalmentChange += instalments.length;
  const partPaid = part ? instalments.find(({ paidOn }) => paidOn > window.asOfDay) : undefined;
  for (const instalment of instalments) addInstalment(tallies, instalment, instalment === partPaid ? part : null, window);
}

function addInstalment(
  tallies: readonly MonthTally[],
  instalment: Instalment,
  part: PartPayment | null,
  window: RecordWindow,
): void {
  const { dueOn, paidOn, principalMinor, interestMinor } = instalment;
  const dueMinor = principalMinor + interestMinor;
  const [dueIn, paidIn] = [window.monthAt(dueOn), window.monthAt(paidOn)];
  const due = tallies[dueIn];
  if (due && (paidOn >= dueOn || paidIn === dueIn)) due.scheduledMinor += dueMinor;
  const paid = tallies[paidIn];
  if (paid) {
    paid.paidMinor += dueMinor;
    paid.principalRepaidMinor += principalMinor;
    paid.instalmentChange -= 1;
    if (paidOn > dueOn) paid.paidLate = true;
  }
  const partial = part ? tallies[window.monthAt(part.paidOn)] : undefined;
  if (part && partial) {
    partial.paidMinor += part.amountMinor;
    partial.principalRepaidMinor += part.principalMinor;
  }
  if (dueIn < 0 || paidOn <= dueOn) return;
  for (let month = dueIn; month < tallies.length && window.lastDayAt(month) < paidOn; month += 1) {
    const end = window.lastDayAt(month);
    const paidBefore = part && part.paidOn <= end ? part : NOTHING;
    const [amountMinor, openMinor] = [dueMinor - paidBefore.amountMinor, principalMinor - paidBefore.principalMinor];
    tallies[month]?.addOverdue(end - dueOn, dueIn, paidOn, amountMinor, openMinor);
  }
}
const NOTHING = { amountMinor: 0, principalMinor: 0 } as const;
