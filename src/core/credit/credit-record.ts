import type { DayInterval, EpochDay, MonthIndex } from './calendar';
import type { Product, RepaymentStatusCode, CountBand } from './codes';

/** Values of one month that indicators are computed from; left out where not permitted or not furnished. */
export interface MonthFigures {
  readonly month: MonthIndex;
  readonly borrowedAmount?: number | null;
  readonly usedLimit?: number | null;
  readonly scheduledDue?: number | null;
  readonly actualPaid?: number | null;
  readonly repaymentStatus?: RepaymentStatusCode | null;
  readonly daysPastDueMonthEnd?: number | null;
  readonly loanCountBand?: CountBand | null;
  readonly loanCount?: number | null;
}

/** Dates of one loan that indicators are computed from; left out where not permitted or not furnished. */
export interface LoanFigures {
  readonly drawnOn?: EpochDay | null;
  readonly settledOn?: EpochDay | null;
}
/** Dates of one instalment of a loan. */
export interface InstalmentFigures {
  readonly dueOn?: EpochDay | null;
  /** The day on which it was paid in full; null: not yet. */
  readonly paidOn?: EpochDay | null;
}
/** One look-up of a borrower's report. */
export interface InquiryFigures {
  readonly inquiredOn: EpochDay;
  readonly institutionName: string;
  readonly isHard: boolean;
}

/** Inquiries that one platform furnished about a borrower. */
export interface PlatformInquiries {
  /** As-of date of the platform. */
  readonly asOf: EpochDay;
  /** Days over which an indicator may be computed: sorted, disjoint, not touching. */
  readonly releasedDays: readonly DayInterval[];
  readonly inquiries: readonly InquiryFigures[];
}

/** Values of one account that indicators are computed from; money in minor units of `currency`. */
export interface AccountFigures {
  readonly platformId: string;
  readonly product: Product;
  readonly currency: string;
  /** As-of date of the platform. */
  readonly asOf: EpochDay;
  readonly openedOn?: EpochDay | null;
  readonly closedOn?: EpochDay | null;
  readonly creditLimit?: number | null;
  readonly furnisherName?: string | null;
  readonly months: readonly MonthFigures[];
  /** Those not cancelled; which of them count is decided by the days released for the indicator. */
  readonly loans?: readonly LoanFigures[];
  /** Of those loans; which of them count is decided by the days released for the indicator. */
  readonly instalments?: readonly InstalmentFigures[];
}

/** A computed indicator and the months that contributed a record to it; `products` is empty for one of no product. */
export interface Indicator {
  readonly value: number | string | boolean;
  readonly firstMonth: MonthIndex;
  readonly lastMonth: MonthIndex;
  readonly products: readonly Product[];
  readonly currency: string | null;
  readonly estimated: boolean;
}
