import type { EpochDay } from '../core/credit/calendar';
import type { RepaymentStatusCode } from '../core/credit/codes';
import { type AccountTerms, roundTo } from './account-terms';
import { type Behaviour, inventLateSpells, NEVER, spellOn } from './behaviour';
import { inventLoan, type Loan, type Payer } from './loan';
import { addLoan, MonthTally } from './month-tally';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

const YUAN_MINOR = 100;
const SMALLEST_LOAN_YUAN = 10;
/** How much more than its limit an account with that allowance may use, in basis points. */
const OVER_LIMIT_BP = 1_000;
/** Overdue so long, nothing more is lent. */
const SUSPENDED_DAYS = 10;
/** Draws of a burst lie so many days around its middle. */
const BURST_DAYS = 4;

export interface MonthOfAccount {
  /** Month of the window. */
  readonly month: number;
  readonly tally: MonthTally;
  /** Unpaid principal at the month's end: the balance, and what a line has in use. */
  readonly outstandingMinor: number;
  readonly maxOutstandingMinor: number;
  readonly unpaidInstalments: number;
  readonly status: RepaymentStatusCode;
}
export interface AccountHistory {
  readonly terms: AccountTerms;
  readonly loans: readonly Loan[];
  /** From the first month with a record to the last of the window, or to that in which the account closed. */
  readonly months: readonly [MonthOfAccount, ...MonthOfAccount[]];
  readonly closedOn: EpochDay | null;
}

/**
 * Lives one account through the window, month by month: draws loans as its person does, pays them, and adds the months up from
 * them. Whatever was drawn before the window is settled, so that every balance is the unpaid principal of furnished loans.
 */
export function inventHistory(random: Random, terms: AccountTerms, behaviour: Behaviour, window: RecordWindow): AccountHistory {
  const { temperament } = behaviour;
  const tallies = Array.from({ length: window.months }, () => new MonthTally());
  const spells = inventLateSpells(random, behaviour, Math.max(terms.openedOn, window.firstDay), window);
  const payer = { forgetsBp: temperament.forgetsBp, forgetsDaysMax: temperament.forgetsDaysMax, spells };
  const loans: Loan[] = [];
  const draw = (drawnOn: EpochDay, yuan: number): void => {
    const offer = random.weigh(terms.offers);
    const isFree = terms.product === 'HUABEI' && offer.instalments === 1; // paid with the next bill
    const annualRateBp = isFree ? 0 : terms.annualRateBp;
    const loan = inventLoan(random, { drawnOn, principalMinor: yuan * YUAN_MINOR, annualRateBp, offer }, payer, window);
    loans.push(loan);
    addLoan(tallies, loan, window);
  };
  if (terms.accountClass === 'D1') draw(terms.openedOn, loanYuan(random, terms));
  else drawFromLine(random, terms, behaviour, payer, tallies, draw, window);
  const closedOn = closingDay(terms, loans, window);
  return { terms, loans, closedOn, months: toMonths(terms, loans, tallies, closedOn, window) };
}

function drawFromLine(
  random: Random,
  terms: AccountTerms,
  behaviour: Behaviour,
  { spells }: Payer,
  tallies: readonly MonthTally[],
  draw: (drawnOn: EpochDay, yuan: number) => void,
  window: RecordWindow,
): void {
  let usedMinor = 0;
  for (let month = terms.firstMonth; month < window.months; month += 1) {
    const tally = tallies[month];
    if (!tally) return;
    const mayUseMinor = terms.limitMinor(month) * (terms.overLimitAllowed ? 1 + OVER_LIMIT_BP / 10_000 : 1);
    for (const day of drawDays(random, terms, behaviour, month, window)) {
      const spell = spellOn(spells, day);
      if (spell && spell.until - spell.from > SUSPENDED_DAYS) continue;
      const leftYuan =
        Math.floor((mayUseMinor - usedMinor - tally.borrowedMinor) / YUAN_MINOR / terms.loan.step) * terms.loan.step;
      const yuan = Math.min(loanYuan(random, terms), leftYuan);
      if (yuan >= SMALLEST_LOAN_YUAN) draw(day, yuan);
    }
    usedMinor += tally.borrowedMinor - tally.principalRepaidMinor;
  }
}

/** Days of one month on which the person borrows, in order; a day may occur more than once. */
function drawDays(
  random: Random,
  terms: AccountTerms,
  { appetite, bursts }: Behaviour,
  month: number,
  window: RecordWindow,
): EpochDay[] {
  const from = Math.max(window.firstDayAt(month), terms.openedOn);
  const until = Math.min(window.lastDayAt(month), (terms.leavesOn ?? NEVER) - 1);
  if (from > until) return [];
  const burst = bursts[month] === true;
  const count = burst ? random.between(...appetite.burstLoans) : random.chance(appetite.loanBp) ? 1 : 0;
  const middle = random.between(from, until);
  const days = Array.from({ length: count }, () => {
    const day = burst ? middle + random.between(-BURST_DAYS, BURST_DAYS) : middle;
    return Math.min(Math.max(day, from), until);
  });
  return days.sort((a, b) => a - b);
}

function loanYuan(random: Random, { loan }: AccountTerms): number {
  return Math.max(roundTo(loan.step, random.logNormal(loan.median, loan.sigma)), loan.step, SMALLEST_LOAN_YUAN);
}

/** An instalment loan closes when it is paid; a line when its person has left and all is paid. */
function closingDay(
  { accountClass, leavesOn }: AccountTerms,
  loans: readonly Loan[],
  { asOfDay }: RecordWindow,
): EpochDay | null {
  if (accountClass === 'R1' && leavesOn === null) return null;
  const settledOn = loans.reduce((day, { instalments }) => Math.max(day, instalments.at(-1)?.paidOn ?? NEVER), leavesOn ?? 0);
  return settledOn <= asOfDay ? settledOn : null;
}

function toMonths(
  terms: AccountTerms,
  loans: readonly Loan[],
  tallies: readonly MonthTally[],
  closedOn: EpochDay | null,
  window: RecordWindow,
): AccountHistory['months'] {
  const peaks = peaksByMonth(loans, window);
  let outstandingMinor = 0;
  let unpaidInstalments = 0;
  const closedIn = closedOn === null ? window.months : window.monthAt(closedOn);
  const toMonth = (month: number): MonthOfAccount => {
    const tally = tallies[month] ?? new MonthTally();
    outstandingMinor += tally.borrowedMinor - tally.principalRepaidMinor;
    unpaidInstalments += tally.instalmentChange;
    const status = tally.status(tally.overdueUntil < NEVER, month === closedIn);
    return { month, tally, outstandingMinor, maxOutstandingMinor: peaks[month] ?? 0, unpaidInstalments, status };
  };
  const months: [MonthOfAccount, ...MonthOfAccount[]] = [toMonth(terms.firstMonth)];
  for (let month = terms.firstMonth + 1; month < window.months && month <= closedIn; month += 1) months.push(toMonth(month));
  return months;
}

/** The highest unpaid principal of any day, by month; on one day draws come before payments. */
function peaksByMonth(loans: readonly Loan[], window: RecordWindow): Float64Array {
  const days = window.asOfDay - window.firstDay + 1;
  const drawn = new Float64Array(days);
  const repaid = new Float64Array(days);
  const add = (amounts: Float64Array, day: EpochDay, minor: number): void => {
    if (day <= window.asOfDay) amounts[day - window.firstDay] = (amounts[day - window.firstDay] ?? 0) + minor;
  };
  for (const { drawnOn, principalMinor, instalments, part } of loans) {
    add(drawn, drawnOn, principalMinor);
    for (const instalment of instalments) add(repaid, instalment.paidOn, instalment.principalMinor);
    if (part) add(repaid, part.paidOn, part.principalMinor);
  }
  const peaks = new Float64Array(window.months);
  let used = 0;
  for (let month = 0, day = 0; month < window.months; month += 1)
    for (const end = window.lastDayAt(month) - window.firstDay; day <= end; day += 1) {
      used += drawn[day] ?? 0;
      peaks[month] = Math.max(peaks[month] ?? 0, used);
      used -= repaid[day] ?? 0;
    }
  return peaks;
}
