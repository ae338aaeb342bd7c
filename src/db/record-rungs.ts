import { amountBandOf, countBandOf } from '../core/credit/bands';
import { toEpochDay, toLocalDate } from '../core/credit/calendar';
import {
  type AccountClass,
  accountStatusOf,
  isAdverse,
  isAdverseStatus,
  isHardReason,
  portfolioTypeOf,
} from '../core/credit/codes';
import type { FurnishedEntity } from '../core/credit/furnished-fields';
import type { RecordOf } from '../core/credit/furnished-record';
import { isAdverseRepayment } from '../core/credit/furnished-rules';
import type { SqlValue } from './database';
import { flagsOf } from '../core/credit/record-rules';
import { type Content, contentValue, RUNG_COLUMNS, SERVED_COLUMNS, type StoredValue } from './record-columns';

/** Values of RUNG_COLUMNS. */
export type Rungs = readonly SqlValue[];

/** Days in which a dispute must be answered (credit-record.md, section 13). */
const ANSWER_DAYS = 20;
/** Classes of assets that are not in order. */
const ADVERSE_TIERS: ReadonlySet<string | null> = new Set(['SPECIAL_MENTION', 'SUBSTANDARD', 'DOUBTFUL', 'LOSS', 'DEFAULT']);

/** Identity rungs as text, to be sealed like the rest of the record. */
export function borrowerRungs({ values }: RecordOf<'borrower'>): Content {
  return [
    values.idNumber === null ? null : lastFourOf(values.idNumber),
    values.mobile === null ? null : lastFourOf(values.mobile),
    values.dateOfBirth?.slice(0, 4) ?? null,
  ];
}

/** The mask does not tell the length; a value of four characters or fewer is masked whole. */
function lastFourOf(text: string): string {
  const characters = [...text];
  return characters.length > 4 ? `****${characters.slice(-4).join('')}` : '****';
}

export function accountRungs(record: RecordOf<'account'>): Rungs {
  const { values } = record;
  const status = values.rawStatus === null ? null : accountStatusOf(values.accountClass, values.rawStatus);
  const isBad = (status !== null && isAdverseStatus(status)) || ADVERSE_TIERS.has(values.fiveTierClass);
  return inOrder('account', {
    opened_year: values.openedOn === null ? null : Number(values.openedOn.slice(0, 4)),
    portfolio_type: portfolioTypeOf(values.accountClass),
    credit_limit_band: values.creditLimitMinor === null ? null : amountBandOf(values.creditLimitMinor, values.currency),
    status,
    joint: values.liabilityRole === 'JOINT' || (values.coBorrowerCustomerIds ?? []).length > 0 ? 1 : 0,
    adverse_ended_on: isBad ? values.closedOn : null,
    flags: flagsOf(record),
  });
}

export function monthRungs(record: RecordOf<'monthlySummary'>): Rungs {
  const { repaymentStatus } = record.values;
  return inOrder('monthlySummary', {
    adverse: repaymentStatus !== null && isAdverse(repaymentStatus) ? 1 : 0,
    flags: flagsOf(record),
  });
}

/** What the loans of one account that were drawn in one month come to; `amountMinor` null: beyond what is exact. */
export interface MonthLoans {
  readonly amountMinor: number | null;
  readonly count: number;
  readonly days: number;
}

/**
 * Values of SERVED_COLUMNS: by the month's loans if there are any, else as furnished.
 *
 * @param currency - That of the month's account.
 */
export function servedFigures(content: Content, loans: MonthLoans | null, currency: string): Content {
  const furnished = (field: string): number | null => contentValue('monthlySummary', content, field) as number | null;
  const amountMinor = loans ? loans.amountMinor : furnished('borrowedAmountMinor');
  const count = loans ? loans.count : furnished('loanCount');
  const served = {
    borrowed_amount_minor: amountMinor,
    loan_count: count,
    loan_days: loans ? loans.days : furnished('loanDays'),
    borrowed_amount_band: amountMinor === null ? null : amountBandOf(amountMinor, currency),
    loan_count_band: count === null ? null : countBandOf(count),
  } as const satisfies Record<(typeof SERVED_COLUMNS)[number], StoredValue>;
  return SERVED_COLUMNS.map((name) => served[name]);
}

/** The class whose status numbers a loan has: a draw under a revolving line is R4; a debt in collection has no loans. */
export function loanClassOf(accountClass: AccountClass): 'R4' | 'D1' | null {
  if (accountClass === 'C1') return null;
  return accountClass === 'D1' ? 'D1' : 'R4';
}

/** @param account - The loan's account, of which it has its currency and the meaning of its status. */
export function loanRungs(
  record: RecordOf<'loan'>,
  account: { readonly currency: string; readonly accountClass: AccountClass },
): Rungs {
  const { drawnOn, principalMinor, rawStatus, settledOn } = record.values;
  const loanClass = loanClassOf(account.accountClass);
  const status = rawStatus === null || loanClass === null ? null : accountStatusOf(loanClass, rawStatus);
  const isBad = status !== null && isAdverseStatus(status);
  return inOrder('loan', {
    drawn_month: drawnMonthOf(drawnOn),
    principal_band: amountBandOf(principalMinor, account.currency),
    loan_status: status,
    adverse: isBad ? 1 : 0,
    adverse_ended_on: isBad ? settledOn : null,
    flags: flagsOf(record),
  });
}

/** The month of a date as it is stored: YYYYMM. */
export function drawnMonthOf(drawnOn: string): number {
  return Number(drawnOn.slice(0, 4)) * 100 + Number(drawnOn.slice(5, 7));
}

export function repaymentRungs(record: RecordOf<'repayment'>): Rungs {
  const isBad = isAdverseRepayment(record.values);
  return inOrder('repayment', {
    adverse: isBad ? 1 : 0,
    adverse_ended_on: isBad ? record.values.paidOn : null,
    flags: flagsOf(record),
  });
}

export function inquiryRungs({ values }: RecordOf<'inquiry'>): Rungs {
  return inOrder('inquiry', { is_hard: isHardReason(values.reason) ? 1 : 0 });
}

export function disputeRungs({ values }: RecordOf<'dispute'>, place: TargetPlace): Rungs {
  return inOrder('dispute', { answer_due_on: toLocalDate(toEpochDay(values.receivedOn) + ANSWER_DAYS), ...place });
}

export function statementRungs(place: TargetPlace): Rungs {
  return inOrder('statement', place);
}

/** Columns that say where a target is stored; null: the target has no such place. */
export interface TargetPlace {
  readonly account_id: Buffer | null;
  readonly month: number | null;
  readonly loan_id: Buffer | null;
  readonly instalment_no: number | null;
}

function inOrder<E extends FurnishedEntity>(
  entity: E,
  rungs: Readonly<Record<(typeof RUNG_COLUMNS)[E][number], SqlValue>>,
): Rungs {
  const columns: readonly (keyof typeof rungs)[] = RUNG_COLUMNS[entity];
  return columns.map((name) => rungs[name]);
}
