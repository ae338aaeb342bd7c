import type { EpochDay } from '../core/credit/calendar';
import type { AccountClass, Product } from '../core/credit/codes';
import type { FundingShare } from '../core/credit/furnished-fields';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

/** A loan offer: how many instalments over how many days. */
export interface Offer {
  readonly instalments: number;
  readonly days: number;
}
const one = (days: number): Offer => ({ instalments: 1, days });
const monthly = (instalments: number): Offer => ({ instalments, days: 30 * instalments });

type Weighted<T> = readonly [readonly [T, number], ...(readonly [T, number])[]];

/** What a product lends on; amounts in yuan, about log-normal. A line has a limit; an instalment loan is the account itself. */
interface ProductTerms {
  readonly product: Product;
  readonly accountClass: Extract<AccountClass, 'R1' | 'D1'>;
  readonly businessType: Weighted<string>;
  readonly furnishers: Weighted<readonly [name: string, type: string]>;
  readonly limit: { readonly median: number; readonly sigma: number };
  readonly loan: { readonly median: number; readonly sigma: number; readonly step: number };
  readonly offers: Weighted<Offer>;
  readonly annualRateBp: readonly [number, number];
  readonly sharedBp: number;
}
const CONSUMER_FINANCE = ['示例消费金融有限公司', '24'] as const;
const MICROLENDER = ['示例小额贷款有限公司', '51'] as const;
const NO_LIMIT = { median: 0, sigma: 0 } as const;

const HUABEI_LINE: ProductTerms = {
  product: 'HUABEI', accountClass: 'R1', businessType: [['91', 1]], furnishers: [[CONSUMER_FINANCE, 1]],
  limit: { median: 6_000, sigma: 0.8 }, loan: { median: 130, sigma: 1, step: 1 },
  offers: [[one(30), 70], [monthly(3), 15], [monthly(6), 9], [monthly(12), 6]], annualRateBp: [1_300, 1_600], sharedBp: 3_000,
}; // prettier-ignore
const JIEBEI_LINE: ProductTerms = {
  product: 'JIEBEI', accountClass: 'R1', businessType: [['91', 1]], furnishers: [[CONSUMER_FINANCE, 3], [MICROLENDER, 1]],
  limit: { median: 20_000, sigma: 0.9 }, loan: { median: 1_500, sigma: 0.8, step: 100 },
  offers: [[one(30), 8], [one(90), 4], [monthly(3), 18], [monthly(6), 25], [monthly(9), 5], [monthly(12), 40]], annualRateBp: [730, 2_190], sharedBp: 5_000,
}; // prettier-ignore
const JIEBEI_LOAN: ProductTerms = {
  ...JIEBEI_LINE, accountClass: 'D1', limit: NO_LIMIT, loan: { median: 12_000, sigma: 0.8, step: 100 },
  offers: [[monthly(6), 3], [monthly(9), 1], [monthly(12), 6]],
}; // prettier-ignore
const OTHER_LINE: ProductTerms = {
  product: 'OTHER', accountClass: 'R1', businessType: [['91', 4], ['41', 1]],
  furnishers: [[['示例银行股份有限公司', '11'], 4], [['样本消费金融有限公司', '24'], 3], [['样本小额贷款有限公司', '51'], 1]],
  limit: { median: 30_000, sigma: 0.8 }, loan: { median: 3_000, sigma: 0.8, step: 100 },
  offers: [[one(60), 5], [one(180), 10], [one(360), 10], [monthly(6), 30], [monthly(12), 45]], annualRateBp: [400, 2_400], sharedBp: 500,
}; // prettier-ignore
const OTHER_LOAN: ProductTerms = {
  ...OTHER_LINE, accountClass: 'D1', businessType: [['91', 5], ['21', 2], ['99', 1]], limit: NO_LIMIT,
  loan: { median: 30_000, sigma: 0.7, step: 100 }, offers: [[monthly(6), 2], [monthly(12), 8]],
}; // prettier-ignore

const MIX: Weighted<ProductTerms> = [
  [HUABEI_LINE, 50], [JIEBEI_LINE, 24], [OTHER_LINE, 10], [JIEBEI_LOAN, 9], [OTHER_LOAN, 7],
]; // prettier-ignore
const LINES: Weighted<ProductTerms> = [[HUABEI_LINE, 60], [JIEBEI_LINE, 30], [OTHER_LINE, 10]]; // prettier-ignore
const ACCOUNT_COUNTS: Weighted<number> = [[1, 50], [2, 30], [3, 14], [4, 6]]; // prettier-ignore
const PARTNERS = ['合作示例银行', '合作样本银行', '合作虚拟银行'] as const;
const YUAN_MINOR = 100;
const LIMIT_STEP_YUAN = 100;

export interface AccountTerms extends Pick<ProductTerms, 'product' | 'accountClass' | 'loan' | 'offers'> {
  readonly accountNo: string;
  readonly businessType: string;
  readonly furnisherName: string;
  readonly furnisherType: string;
  readonly openedOn: EpochDay;
  /** First month of the window with a record. */
  readonly firstMonth: number;
  /** By month of the window; it is raised at most once. 0 for an instalment loan. */
  readonly limitMinor: (month: number) => number;
  readonly overLimitAllowed: boolean;
  readonly annualRateBp: number;
  readonly fundingShares: readonly FundingShare[] | null;
  /** No loan is drawn from this day on, and the account closes once all are paid; null: it stays. */
  readonly leavesOn: EpochDay | null;
}

/** Which products a person has: one to four different ones, mostly one. */
export function inventProducts(random: Random): readonly ProductTerms[] {
  const count = random.weigh(ACCOUNT_COUNTS);
  const chosen = new Set<ProductTerms>();
  while (chosen.size < count) chosen.add(random.weigh(MIX));
  return [...chosen];
}

/** The one line of a person in a plain run. */
export function inventLine(random: Random): ProductTerms {
  return random.weigh(LINES);
}

/**
 * Terms of one account. An instalment loan opens within the window, since its history is that of its one loan.
 *
 * @param openedBefore - WINDOW: it is open during the whole window and stays; ANY: at most 60 months ago.
 */
export function inventTerms(
  random: Random,
  accountNo: string,
  terms: ProductTerms,
  window: RecordWindow,
  openedBefore: 'WINDOW' | 'ANY',
): AccountTerms {
  const { product, accountClass, loan, offers } = terms;
  const [furnisherName, furnisherType] = random.weigh(terms.furnishers);
  const openedOn = openingDay(random, accountClass, window, openedBefore);
  const firstMonth = openedOn < window.firstDay ? 0 : window.monthAt(openedOn);
  const limitYuan = Math.max(LIMIT_STEP_YUAN, roundTo(LIMIT_STEP_YUAN, random.logNormal(terms.limit.median, terms.limit.sigma)));
  const raisedIn = random.chance(2_000) ? random.between(firstMonth, window.months - 1) : -1;
  const beforeYuan = Math.max(LIMIT_STEP_YUAN, roundTo(LIMIT_STEP_YUAN, limitYuan * 0.7));
  const leaves = openedBefore === 'ANY' && accountClass === 'R1' && random.chance(700);
  return {
    accountNo, product, accountClass, loan, offers, furnisherName, furnisherType, openedOn, firstMonth,
    businessType: random.weigh(terms.businessType),
    limitMinor: (month) => (accountClass === 'D1' ? 0 : month < raisedIn ? beforeYuan : limitYuan) * YUAN_MINOR,
    overLimitAllowed: accountClass === 'R1' && random.chance(300),
    annualRateBp: random.between(...terms.annualRateBp),
    fundingShares: random.chance(terms.sharedBp) ? inventShares(random, furnisherName) : null,
    leavesOn: leaves ? random.between(Math.max(openedOn, window.firstDay), window.asOfDay) : null,
  }; // prettier-ignore
}

function openingDay(random: Random, accountClass: string, window: RecordWindow, openedBefore: 'WINDOW' | 'ANY'): EpochDay {
  if (openedBefore === 'WINDOW') return window.firstDay - random.between(1, 36 * 30);
  const oldest = window.asOfDay - 60 * 30;
  return random.between(accountClass === 'D1' ? window.firstDay : Math.min(oldest, window.firstDay), window.asOfDay - 1);
}

/** Shares of partners in whole percents; the furnisher has the rest, so that they sum to 10,000. */
function inventShares(random: Random, furnisherName: string): readonly FundingShare[] {
  const partners = random.chance(8_000) ? [random.pick(PARTNERS)] : [PARTNERS[0], PARTNERS[1]];
  const shares = partners.map((institution) => ({ institution, shareBp: random.between(10, 45) * 100 }));
  const ownBp = 10_000 - shares.reduce((sum, { shareBp }) => sum + shareBp, 0);
  return [{ institution: furnisherName, shareBp: ownBp }, ...shares];
}

/** @returns the nearest multiple of `step`, half up. */
export function roundTo(step: number, value: number): number {
  return Math.floor(value / step + 0.5) * step;
}
