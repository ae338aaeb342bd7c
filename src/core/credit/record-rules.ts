import type { LocalDate } from './calendar';
import { type RepaymentKind, type RepaymentStatusCode } from './codes';
import type { ACCOUNT_RECORD_FIELDS, MONTHLY_SUMMARY_FIELDS, ValuesOf } from './furnished-fields';

/** The invariants of credit-record.md, section 10, in its order. */
export const INVARIANTS = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V8', 'V9', 'V10', 'V11', 'V12'] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** Each invariant in words, for those who read what was violated. */
export const INVARIANT_RULES: Readonly<Record<Invariant, string>> = {
  V1: "a month's amount, number and days of loans are those of its single loans",
  V2: 'balance = balance of the month before + borrowed - principal repaid + adjustments',
  V3: 'an amount is past due exactly when the status is 1 to 7 or B',
  V4: 'status and days past due agree: 1 is 1 to 30 days, ... 7 more than 180',
  V5: "the account's status agrees with its newest month",
  V6: 'more than the limit is used only where the account allows it',
  V7: 'the funding shares sum to 10,000 basis points',
  V8: "a borrower's totals are the sums over accounts and months",
  V9: 'dates follow each other: opened, drawn, due, settled, closed',
  V10: 'no more is paid on a loan than was due, unless early',
  V11: 'the principal past due is part of the amount past due',
  V12: 'no month is missing between the first and the last',
};

/** What an invariant compares, by name: money in minor units, counts, codes, dates and months. */
export type Figures = Readonly<Record<string, string | number>>;
/** SKIPPED: a term was not furnished. Figures: the rule is broken by them. */
export type Outcome = 'HOLDS' | 'SKIPPED' | Figures;

export type AccountRecord = ValuesOf<typeof ACCOUNT_RECORD_FIELDS>;
export type MonthRecord = ValuesOf<typeof MONTHLY_SUMMARY_FIELDS>;
export type AccountTerms = Pick<AccountRecord, 'openedOn' | 'closedOn' | 'fundingShares'>;
export type MonthTerms = Pick<
  MonthRecord,
  | 'pastDueAmountMinor' | 'repaymentStatus' | 'daysPastDueMonthEnd' | 'usedLimitMinor' | 'creditLimitMinor'
  | 'pastDuePrincipal31To60Minor' | 'pastDuePrincipal61To90Minor' | 'pastDuePrincipal91To180Minor' | 'pastDuePrincipalOver180Minor'
>; // prettier-ignore
export interface LoanTerms {
  readonly drawnOn: LocalDate;
  readonly settledOn: LocalDate | null;
}
/** One instalment; `paidAmountMinor` is cumulative. */
export interface RepaymentTerms {
  readonly dueOn: LocalDate;
  readonly dueAmountMinor: number;
  readonly paidAmountMinor: number | null;
  readonly kind: RepaymentKind | null;
}

/** A record with what its parent must say for a rule that needs it; without that the rule is skipped. */
export type FlaggedRecord =
  | { readonly entity: 'account'; readonly values: AccountTerms }
  | { readonly entity: 'monthlySummary'; readonly values: MonthTerms; readonly overLimitAllowed?: boolean | null }
  | { readonly entity: 'loan'; readonly values: LoanTerms }
  | { readonly entity: 'repayment'; readonly values: RepaymentTerms; readonly drawnOn?: LocalDate | null }
  | { readonly entity: 'borrower' | 'inquiry' | 'dispute' | 'statement' };

/**
 * The invariants that a record violates by itself, as its `flags` say them: names in the order of section 10, such as
 * `V3,V11`; null for a record without fault. An instalment that is paid beyond its own due amount is flagged V10, though
 * others of its loan may make up for it.
 */
export function flagsOf(record: FlaggedRecord): string | null {
  const outcomes = ownOutcomes(record);
  const broken = INVARIANTS.filter((name) => outcomes.some(([of, outcome]) => of === name && typeof outcome === 'object'));
  return broken.length > 0 ? broken.join(',') : null;
}

function ownOutcomes(record: FlaggedRecord): readonly (readonly [Invariant, Outcome])[] {
  switch (record.entity) {
    case 'borrower':
    case 'inquiry':
    case 'dispute':
    case 'statement':
      return [];
    case 'account':
      return [['V7', sharesRule(record.values)], ['V9', openingRule(record.values)]]; // prettier-ignore
    case 'monthlySummary': {
      const { values, overLimitAllowed = null } = record;
      return [
        ['V3', pastDueRule(values)], ['V4', daysRule(values)],
        ['V6', limitRule(values.usedLimitMinor, values.creditLimitMinor, overLimitAllowed)], ['V11', bucketsRule(values)],
      ]; // prettier-ignore
    }
    case 'loan':
      return [['V9', settlementRule(record.values)]];
    case 'repayment': {
      const { values, drawnOn = null } = record;
      return [['V9', drawnOn === null ? 'SKIPPED' : dueRule(values, drawnOn)], ['V10', paymentsRule([values])]]; // prettier-ignore
    }
  }
}

/** V3: an amount is past due exactly when the status is 1 to 7 or B. */
export function pastDueRule({ pastDueAmountMinor, repaymentStatus }: MonthTerms): Outcome {
  if (pastDueAmountMinor === null || repaymentStatus === null) return 'SKIPPED';
  const overdue = '1234567B'.includes(repaymentStatus);
  return judge(pastDueAmountMinor > 0 === overdue, { pastDueAmountMinor, repaymentStatus });
}

/** V4: status and days past due agree: 1 is 1 to 30 days, … 7 more than 180. D, Z, B, G and # say nothing of days. */
export function daysRule({ repaymentStatus, daysPastDueMonthEnd }: MonthTerms): Outcome {
  if (repaymentStatus === null || daysPastDueMonthEnd === null || 'DZBG#'.includes(repaymentStatus)) return 'SKIPPED';
  const agreed = repaymentStatus === bandOfDays(daysPastDueMonthEnd) || (daysPastDueMonthEnd === 0 && isTimely(repaymentStatus));
  return judge(agreed, { repaymentStatus, daysPastDueMonthEnd });
}

/** Thirty days a code; null for no delay. */
function bandOfDays(days: number): string | null {
  return days === 0 ? null : String(Math.min(7, Math.ceil(days / 30)));
}

function isTimely(code: RepaymentStatusCode): boolean {
  return 'NM*A/C'.includes(code);
}

/** V6: more than the limit is used only where the account allows it. */
export function limitRule(
  usedLimitMinor: number | null,
  creditLimitMinor: number | null,
  overLimitAllowed: boolean | null,
): Outcome {
  if (usedLimitMinor === null || creditLimitMinor === null || overLimitAllowed === null) return 'SKIPPED';
  return judge(overLimitAllowed || usedLimitMinor <= creditLimitMinor, { usedLimitMinor, creditLimitMinor });
}

/** V7: the funding shares are the whole, in basis points. */
export function sharesRule({ fundingShares }: AccountTerms): Outcome {
  if (fundingShares === null) return 'SKIPPED';
  const shareBpSum = fundingShares.reduce((sum, { shareBp }) => sum + shareBp, 0);
  return judge(shareBpSum === 10_000, { shareBpSum });
}

/** V9, of an account: it closes on the day it was opened or later. */
export function openingRule({ openedOn, closedOn }: AccountTerms): Outcome {
  if (openedOn === null || closedOn === null) return 'SKIPPED';
  return judge(openedOn <= closedOn, { openedOn, closedOn });
}

/** V9, of a loan: it is settled on the day it was drawn or later. */
export function settlementRule({ drawnOn, settledOn }: LoanTerms): Outcome {
  if (settledOn === null) return 'SKIPPED';
  return judge(drawnOn <= settledOn, { drawnOn, settledOn });
}

/** V9, of an instalment: it is due on the day its loan was drawn or later. */
export function dueRule({ dueOn }: RepaymentTerms, drawnOn: LocalDate): Outcome {
  return judge(drawnOn <= dueOn, { drawnOn, dueOn });
}

/** V10: no more is paid than was due, unless an instalment was paid early, which may cost fees. */
export function paymentsRule(instalments: readonly RepaymentTerms[]): Outcome {
  let [paidAmountMinor, dueAmountMinor] = [0, 0];
  for (const one of instalments) {
    if (one.paidAmountMinor === null) return 'SKIPPED';
    paidAmountMinor += one.paidAmountMinor;
    dueAmountMinor += one.dueAmountMinor;
  }
  if (instalments.length === 0) return 'SKIPPED';
  const early = instalments.some(({ kind }) => kind === 'EARLY' || kind === 'EARLY_FULL');
  return judge(early || paidAmountMinor <= dueAmountMinor, { paidAmountMinor, dueAmountMinor });
}

/** V11: the principal past due, all buckets together, is part of the amount past due. */
export function bucketsRule(month: MonthTerms): Outcome {
  const { pastDueAmountMinor } = month;
  const buckets = [
    month.pastDuePrincipal31To60Minor, month.pastDuePrincipal61To90Minor, month.pastDuePrincipal91To180Minor,
    month.pastDuePrincipalOver180Minor,
  ]; // prettier-ignore
  let pastDuePrincipalMinor = 0;
  for (const bucket of buckets) {
    if (bucket === null) return 'SKIPPED';
    pastDuePrincipalMinor += bucket;
  }
  if (pastDueAmountMinor === null) return 'SKIPPED';
  return judge(pastDuePrincipalMinor <= pastDueAmountMinor, { pastDuePrincipalMinor, pastDueAmountMinor });
}

export function judge(isMet: boolean, figures: Figures): Outcome {
  return isMet ? 'HOLDS' : figures;
}
