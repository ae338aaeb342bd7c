import type { EpochDay, MonthIndex } from './calendar';
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
}

/** A computed indicator and the months that contributed a record to it. */
export interface Indicator {
  readonly value: number | string | boolean;
  readonly firstMonth: MonthIndex;
  readonly lastMonth: MonthIndex;
  readonly products: readonly Product[];
  readonly currency: string | null;
  readonly estimated: boolean;
}
