import {
  type DayInterval,
  dayOf,
  type EpochMs,
  FIRST_DAY,
  firstDayOf,
  intersectDays,
  joinDays,
  LAST_DAY,
  monthOf,
} from '../credit/calendar';
import type { FieldCatalogue, FieldCoordinate, FieldEntry, RecordKind } from '../credit/field-catalogue';
import type { CellVerdict, Decision } from './decision';

/** A withheld field that a recipient can compute, exactly or closely, from fields released to it. */
export interface RevealWarning {
  readonly entry: FieldEntry;
  readonly computableFrom: readonly FieldEntry[];
}

/** A field follows from all of these together, released for so many months on end; 0: for whatever they are released. */
interface Identity {
  readonly of: FieldCoordinate;
  readonly from: readonly FieldCoordinate[];
  readonly months: number;
}

const month = (name: string): FieldCoordinate => `MonthlySummary.${name}`;
const summary = (name: string): FieldCoordinate => `CreditSummary.${name}`;
const repayment = (name: string): FieldCoordinate => `Repayment.${name}`;
const inquiry = (name: string): FieldCoordinate => `Inquiry.${name}`;

/**
 * What neither lineage nor a ladder says; V: credit-record.md, section 10, L: section 9. Left out, since they give no value
 * and no close bound: pastDueAmount from the pastDuePrincipal buckets (V11 bounds it from below only, and the first 30 days of
 * arrears stand in no bucket), maxUsedLimit from usedLimit (it may lie before the months listed).
 */
const IDENTITIES: readonly Identity[] = [
  // V2: the balance moves by what was borrowed less the principal repaid, which is most of what was paid; two months, one move
  { of: month('borrowedAmount'), from: [month('balance'), month('actualPaid')], months: 2 },
  { of: month('borrowedAmount'), from: [month('usedLimit'), month('actualPaid')], months: 2 },
  // usedLimit = max(0, balance) of a revolving line: equal whenever something is owed
  { of: month('usedLimit'), from: [month('balance')], months: 1 },
  { of: month('balance'), from: [month('usedLimit')], months: 1 },
  // L14: where the count is 1 the month's total is the loan's principal
  { of: 'Loan.principal', from: [month('loanCount'), month('borrowedAmount')], months: 1 },
  { of: 'Loan.principalBand', from: [month('loanCount'), month('borrowedAmount')], months: 1 },
  // an instalment's days give its delay, and every delay what is worked out of delays
  { of: 'Repayment.daysPastDue', from: [repayment('dueOn'), repayment('paidOn')], months: 0 },
  { of: summary('maxDaysPastDue24m'), from: [repayment('dueOn'), repayment('paidOn')], months: 24 },
  { of: summary('onTimeRate24m'), from: [repayment('daysPastDue')], months: 24 },
  { of: summary('overdueNow'), from: [repayment('dueOn'), repayment('paidOn')], months: 1 },
  // where loans are furnished, what is due and paid of them is what is due and paid
  { of: month('scheduledDue'), from: [repayment('dueOn'), repayment('dueAmount')], months: 1 },
  { of: summary('monthlyDebtService'), from: [repayment('dueOn'), repayment('dueAmount')], months: 1 },
  { of: month('actualPaid'), from: [repayment('lastPaidOn'), repayment('paidAmount')], months: 1 },
  { of: month('balance'), from: ['Loan.outstandingPrincipal'], months: 0 },
  { of: month('usedLimit'), from: ['Loan.outstandingPrincipal'], months: 0 },
  { of: 'Loan.outstandingPrincipal', from: ['Loan.principal', repayment('paidAmount')], months: 0 },
  { of: 'Loan.settledOn', from: [repayment('paidOn')], months: 0 },
  { of: 'Loan.instalmentCount', from: ['Loan.repayments'], months: 0 },
  // the reason fixes whether an inquiry is hard
  { of: 'Inquiry.isHard', from: [inquiry('reason')], months: 0 },
  ...[1, 3, 6, 24].map((months) => ({
    of: summary(`hardInquiries${String(months)}m`),
    from: [inquiry('inquiredOn'), inquiry('institutionName'), inquiry('reason')],
    months,
  })),
  // V1: the band is A0 exactly in the months without a loan
  { of: summary('activeBorrowingMonths12m'), from: [month('borrowedAmountBand')], months: 12 },
  { of: summary('monthsSinceLastLoan'), from: [month('borrowedAmountBand')], months: 12 },
  // V3: an amount is past due exactly in the months that ended overdue (codes D, Z and G, which are rare, apart)
  { of: summary('overdueNow'), from: [month('pastDueAmount')], months: 1 },
  { of: summary('alwaysOnTime24m'), from: [month('pastDueAmount')], months: 24 },
  { of: summary('delinquentMonths24m'), from: [month('pastDueAmount')], months: 24 },
  { of: summary('maxConsecutiveDelinquentMonths24m'), from: [month('pastDueAmount')], months: 24 },
  { of: summary('monthsSinceLastDelinquency'), from: [month('pastDueAmount')], months: 60 },
  // the formula with its other input left out, which serves only where no bill was furnished
  { of: summary('monthlyDebtService'), from: [month('scheduledDue')], months: 1 },
  // L4: the formula itself, whose terms are indicators of their own
  { of: summary('averageLoanAmount12m'), from: [summary('borrowedAmount12m'), summary('loanCount12m')], months: 0 },
  { of: summary('loansPerMonth12m'), from: [summary('loanCount12m'), summary('monthsOnBook')], months: 0 },
  // the type is read off the class
  { of: 'CreditAccount.portfolioType', from: ['CreditAccount.accountClass'], months: 0 },
];

/** One way to compute a field. */
interface Way {
  readonly sources: readonly FieldEntry[];
  readonly months: number;
  /** From the inputs of an indicator, as the decision itself may have tried. */
  readonly byInputs: boolean;
}

/**
 * Withheld fields that the released ones let a recipient compute (consent.md, section 10; credit-record.md, section 9, L4,
 * L14, L15): one warning per field, in catalogue order as are its sources. A field counts as withheld whatever the reason;
 * what it follows from must be released for the same platform and product. What is computed is no source itself.
 *
 * @param decision - Over all fields of the catalogue: one that was not decided is neither warned of nor a source.
 */
export function revealWarnings(decision: Decision, catalogue: FieldCatalogue): readonly RevealWarning[] {
  return catalogue.entries.flatMap((entry) => {
    const withheld = (decision.cells.get(entry) ?? []).filter(({ verdict }) => verdict === 'WITHHOLD');
    const open = waysTo(entry, catalogue).filter((way) => withheld.some((cell) => isOpen(way, cell, decision)));
    const sources = new Set(open.flatMap((way) => way.sources));
    return sources.size === 0 ? [] : [{ entry, computableFrom: catalogue.entries.filter((one) => sources.has(one)) }];
  });
}

/** By lineage, by the column that a rolling figure is made of, and by every identity whose fields the catalogue has. */
function waysTo({ coordinate, source, inputs }: FieldEntry, catalogue: FieldCatalogue): readonly Way[] {
  const ways: Way[] = [];
  if (source.kind === 'indicator')
    ways.push({ sources: inputs.map((name) => catalogue.load(name)), months: source.windowMonths, byInputs: true });
  if (source.kind === 'rolling') {
    const isOwn = ({ source: own }: FieldEntry): boolean =>
      own.kind === 'column' && own.record === source.record && own.column === source.column;
    for (const own of catalogue.entries.filter(isOwn)) ways.push({ sources: [own], months: source.months, byInputs: false });
  }
  for (const { of, from, months } of IDENTITIES) {
    const sources = from.flatMap((name) => catalogue.find(name) ?? []);
    if (of === coordinate && sources.length === from.length) ways.push({ sources, months, byInputs: false });
  }
  return ways;
}

/**
 * Are all sources released beside the withheld cell, for the months that the way needs? A decision does not carry the as-of
 * date at which a window ends, so that any run of as many completed months will do; but where the decision itself found the
 * window not covered, the inputs do not give it.
 */
function isOpen({ sources, months, byInputs }: Way, withheld: CellVerdict, { cells, atMs }: Decision): boolean {
  if (byInputs && withheld.reason === 'WINDOW_NOT_COVERED') return false;
  let common: readonly DayInterval[] = [{ from: FIRST_DAY, until: LAST_DAY }];
  for (const source of sources) {
    const released = (cells.get(source) ?? []).filter((cell) => cell.verdict === 'RELEASE' && isBeside(cell, withheld));
    if (released.length === 0) return false;
    if (isDated(source)) common = intersectDays(common, joinDays(released.flatMap(({ days }) => days)));
  }
  return months === 0 || common.some((days) => completedMonthsIn(days, atMs) >= months);
}

/** Of the same platform and product; a field that is not per product stands beside every product. */
function isBeside(cell: CellVerdict, withheld: CellVerdict): boolean {
  if (cell.platformId !== withheld.platformId) return false;
  return cell.product === null || withheld.product === null || cell.product === withheld.product;
}

const DATED_RECORDS: ReadonlySet<RecordKind> = new Set(['month', 'loan', 'repayment', 'inquiry']);

/** Accounts, people and statements have no date: what is released of them is, on whatever days. */
function isDated({ source }: FieldEntry): boolean {
  return source.kind === 'indicator' ? source.windowMonths > 0 : DATED_RECORDS.has(source.record);
}

/** Whole calendar months inside an interval that were over at an instant; below 1: none. */
function completedMonthsIn({ from, until }: DayInterval, atMs: EpochMs): number {
  const first = monthOf(from) + (firstDayOf(monthOf(from)) < from ? 1 : 0);
  return Math.min(monthOf(until), monthOf(dayOf(atMs))) - first;
}
