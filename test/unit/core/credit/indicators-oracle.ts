import type { AccountFigures, MonthFigures, PlatformInquiries } from '../../../../src/core/credit/credit-record';

/**
 * Indicators a second time, by the words of credit-record.md, section 5, and by counting on fingers: dates are text, windows
 * lists of months, lateness and released days are walked day by day. It shares no code with what it judges; it stays in one
 * file because it is read beside one table of one document.
 */
export interface Told {
  readonly value: number | string | boolean;
  readonly first: string;
  readonly last: string;
  readonly products: string;
  readonly currency: string | null;
  readonly estimated: boolean;
}
interface Days {
  readonly from: number;
  readonly until: number;
}
interface Noted {
  readonly of: AccountFigures;
  readonly month: string;
}
interface Month extends Noted {
  readonly figures: MonthFigures;
}
type Value = Told['value'] | bigint | null;

const dates = new Map<number, string>();
function textOf(day: number): string {
  const text = dates.get(day) ?? new Date(day * 86_400_000).toISOString().slice(0, 10);
  dates.set(day, text);
  return text;
}
const monthText = (index: number): string => `${String(Math.trunc(index / 12))}-${String((index % 12) + 1).padStart(2, '0')}`;
const holds = (days: readonly Days[], day: number): boolean => days.some(({ from, until }) => day >= from && day < until);

/** The last completed months before the month of a date, the newest first; each date and length once. */
function windowOf(asOf: number, count: number): readonly string[] {
  const known = windows.get(`${String(asOf)} ${String(count)}`);
  if (known) return known;
  let [year, month] = textOf(asOf).split('-').map(Number) as [number, number];
  const made = Array.from({ length: count }, () => {
    [year, month] = month === 1 ? [year - 1, 12] : [year, month - 1];
    return `${String(year)}-${String(month).padStart(2, '0')}`;
  });
  windows.set(`${String(asOf)} ${String(count)}`, made);
  return made;
}
const windows = new Map<string, readonly string[]>();

/** Is each day of the month released? */
function isWhole(month: string, days: readonly Days[]): boolean {
  let day = Date.parse(`${month}-01T00:00:00Z`) / 86_400_000;
  for (; textOf(day).startsWith(month); day++) if (!holds(days, day)) return false;
  return true;
}

/** Half up by remainder. */
function round(dividend: bigint, divisor: bigint): bigint {
  const rest = ((dividend % divisor) + divisor) % divisor;
  return (dividend - rest) / divisor + (rest * 2n >= divisor ? 1n : 0n);
}

const given = (value: unknown): boolean => typeof value !== 'undefined' && value !== null;
const total = (
  months: readonly Month[],
  name: 'borrowedAmount' | 'loanCount' | 'scheduledDue' | 'actualPaid' | 'usedLimit',
): bigint => {
  let all = 0n;
  for (const { figures } of months) all += BigInt(figures[name] ?? 0);
  return all;
};
const texts = (months: readonly Noted[]): string[] => [...new Set(months.map(({ month }) => month))].sort();
const perMonth = (months: readonly Month[]): Month[][] =>
  texts(months).map((text) => months.filter(({ month }) => month === text));
const agoOf = ({ of, month }: Noted): number => windowOf(of.asOf, 70).indexOf(month);
const least = (numbers: readonly number[]): number | null => [...numbers].sort((a, b) => a - b)[0] ?? null;
const statusesOf = (months: readonly Month[]): string => months.map(({ figures }) => figures.repaymentStatus ?? '').join('');
const BAD = '1234567DZBG';
const isBad = (codes: string): boolean => [...codes].some((code) => BAD.includes(code));
const isGood = (codes: string): boolean => !isBad(codes) && /[NM]/.test(codes);

function rateOf(months: readonly Month[]): number | null {
  const codes = perMonth(months).map(statusesOf);
  const [good, bad] = [codes.filter(isGood).length, codes.filter(isBad).length];
  return good + bad === 0 ? null : Math.floor((good * 10_000) / (good + bad) + 0.5);
}

function worstOf(months: readonly Month[]): string | null {
  const codes = statusesOf(months);
  for (const code of [...BAD].reverse()) if (codes.includes(code)) return code;
  return /[NM*AC]/.test(codes) ? 'N' : null;
}

/** Each pair of overdue months with nothing between them that ends a run; the most overdue months between such a pair. */
function runOf(months: readonly Month[]): number {
  const codes = new Map(perMonth(months).map((group) => [group[0]?.month ?? '', statusesOf(group)]));
  const line = [...windowOf(Math.max(...months.map(({ of }) => of.asOf)), 90)].reverse();
  const kinds = line.map((month) => {
    const of = codes.get(month);
    if (of === undefined) return ' ';
    if (isBad(of)) return 'x';
    if (/[NMC*]/.test(of)) return ' ';
    return of.includes('A') || !of.includes('/') ? '-' : ' ';
  });
  const runs = kinds
    .join('')
    .split(' ')
    .map((run) => run.replaceAll('-', '').length);
  return Math.max(...runs);
}

function onBook(accounts: readonly AccountFigures[]): number | null {
  const ages = accounts.flatMap(({ openedOn, asOf }) => {
    if (openedOn === null || openedOn === undefined) return [];
    // counts months whose day has come: the same day of a later month, or that month's last day if it has no such day
    const [opened, until] = [textOf(openedOn), textOf(asOf)];
    let months = 0;
    for (let [year, month] = opened.split('-').map(Number) as [number, number]; ; months++) {
      [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
      const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
      const day = Math.min(Number(opened.slice(8)), last);
      if (`${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}` > until) return [months];
    }
  });
  return ages.length === 0 ? null : Math.max(...ages);
}

function ratioOf(months: readonly Month[]): { up: bigint; down: bigint } {
  let down = 0n;
  for (const { of } of months) down += BigInt(of.creditLimit ?? 0);
  return { up: total(months, 'usedLimit'), down };
}

function meanUse(months: readonly Month[]): bigint | null {
  const groups = [0, 1, 2, 3, 4, 5].map((ago) => months.filter((month) => agoOf(month) === ago));
  let [up, down] = [0n, 1n];
  for (const group of groups) {
    const ratio = ratioOf(group);
    if (group.length === 0 || ratio.down <= 0n) return null;
    [up, down] = [up * ratio.down + ratio.up * down, down * ratio.down];
  }
  return round(up * 10_000n, down * 6n);
}

function payerOf(months: readonly Month[]): string | null {
  let [isBilled, isOpen] = [false, false];
  for (const group of perMonth(months)) {
    if (total(group, 'scheduledDue') <= 0n) continue;
    isBilled = true;
    const unknown = group.filter(({ figures }) => Number(figures.scheduledDue) > 0 && !given(figures.actualPaid)).length;
    if (unknown > 0) isOpen = true;
    else if (total(group, 'actualPaid') < total(group, 'scheduledDue')) return 'REVOLVER';
  }
  if (!isBilled) return 'INACTIVE';
  return isOpen ? null : 'TRANSACTOR';
}

function bandOf(count: bigint): string {
  const found = ([['Y0', 0], ['Y1_3', 3], ['Y4_12', 12], ['Y13_36', 36], ['Y37_120', 120]] as const).find(([, most]) => count <= BigInt(most)); // prettier-ignore
  return found?.[0] ?? 'Y121_PLUS';
}

function useBandOf(ratio: bigint): string | null {
  if (ratio < 0n) return null;
  if (ratio === 0n) return 'U0';
  if (ratio > 10_000n) return 'U6';
  return ['U1', 'U1', 'U1', 'U2', 'U2', 'U3', 'U3', 'U4', 'U4', 'U5', 'U5'][Number(ratio) / 1_000 | 0] ?? null; // prettier-ignore
}

/** Loans as dates; -1: still open. */
interface Loan extends Noted {
  readonly drawn: number;
  readonly settled: number;
}

/** Day by day: those open from days before and after, and those of the day, which come after its closings. */
function concurrent(loans: readonly Loan[]): number {
  let most = 0;
  for (const day of new Set(loans.map(({ drawn }) => drawn))) {
    const lasting = loans.filter(({ drawn, settled }) => drawn <= day && (settled === -1 || settled > day));
    const older = lasting.filter(({ drawn }) => drawn < day);
    const passing = loans.some(({ drawn, settled }) => drawn === day && settled === day);
    most = Math.max(most, lasting.length, passing ? older.length + 1 : 0);
  }
  return most;
}

function median(loans: readonly Loan[]): number | null {
  const days = loans.map(({ drawn }) => drawn).sort((a, b) => a - b);
  let gaps: number[] = [];
  days.forEach((day, i) => (i === 0 ? [] : gaps.push(day - Number(days[i - 1]))));
  gaps.sort((a, b) => a - b);
  while (gaps.length > 2) gaps = gaps.slice(1, -1);
  if (gaps.length === 0) return null;
  return Math.floor(((gaps[0] ?? 0) + (gaps[1] ?? gaps[0] ?? 0)) / 2 + 0.5);
}

type Rule =
  | { readonly of: 'accounts'; readonly who?: (account: AccountFigures) => boolean; readonly value: (accounts: readonly AccountFigures[]) => Value } // prettier-ignore
  | {
      readonly of: 'months';
      readonly window: number;
      readonly read: (figures: MonthFigures) => boolean;
      readonly who?: (account: AccountFigures) => boolean;
      readonly also?: (account: AccountFigures) => boolean;
      readonly money?: 'amount' | 'other';
      readonly isEstimated?: (months: readonly Month[]) => boolean;
      readonly value: (months: readonly Month[], accounts: readonly AccountFigures[]) => Value;
    }
  | { readonly of: 'loans' | 'instalments'; readonly window: number; readonly value: (records: readonly Loan[]) => Value };

const reading = (...names: (keyof MonthFigures)[]) => (figures: MonthFigures): boolean => names.some((name) => given(figures[name])); // prettier-ignore
const status = (window: number, value: (months: readonly Month[]) => Value): Rule => ({ of: 'months', window, read: reading('repaymentStatus'), value }); // prettier-ignore
const known = (value: (months: readonly Month[]) => Value) => (months: readonly Month[]): Value => (/[^#]/.test(statusesOf(months)) ? value(months) : null); // prettier-ignore
const borrowing = (months: readonly Month[]): Month[] => months.filter(({ figures }) => figures.loanCountBand !== 'C0');
const late = (days: number): Rule => ({
  of: 'months', window: 24, read: reading('daysPastDueMonthEnd'),
  value: (months) => texts(months.filter(({ figures }) => Number(figures.daysPastDueMonthEnd) >= days)).length,
}); // prettier-ignore
const use = (window: number, value: (months: readonly Month[]) => Value): Rule => ({
  of: 'months', window, read: reading('usedLimit'), who: ({ creditLimit }) => given(creditLimit), money: 'other', value,
}); // prettier-ignore
const counting = (value: (months: readonly Month[]) => Value): Rule => ({ of: 'months', window: 12, read: reading('loanCount'), value }); // prettier-ignore
const isOpened = ({ openedOn }: AccountFigures): boolean => given(openedOn);
const notClosed = (accounts: readonly AccountFigures[]): AccountFigures[] =>
  accounts.filter(({ closedOn, asOf }) => !given(closedOn) || Number(closedOn) > asOf);
const newestRatio = (months: readonly Month[]): bigint | null => {
  const { up, down } = ratioOf(months);
  return down <= 0n ? null : round(up * 10_000n, down);
};

const RULES: Readonly<Record<string, Rule>> = {
  borrowedAmount12m: { of: 'months', window: 12, read: reading('borrowedAmount'), money: 'amount', value: (m) => total(m, 'borrowedAmount') },
  loanCountBand12m: counting((m) => bandOf(total(m, 'loanCount'))),
  loanCount12m: counting((m) => total(m, 'loanCount')),
  loansPerMonth12m: {
    of: 'months', window: 12, read: reading('loanCount'), also: isOpened,
    value: (m, accounts) => {
      const months = Math.min(12, onBook(accounts) ?? 0);
      if (months === 0) return null;
      const digits = String(round(total(m, 'loanCount') * 100n, BigInt(months))).padStart(3, '0');
      return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
    },
  },
  peakLoansInMonth12m: counting((m) => perMonth(m).map((group) => total(group, 'loanCount')).sort((a, b) => (a < b ? 1 : -1))[0] ?? null),
  activeBorrowingMonths12m: { of: 'months', window: 12, read: reading('loanCountBand'), value: (m) => texts(borrowing(m)).length },
  averageLoanAmount12m: {
    of: 'months', window: 12, read: reading('borrowedAmount', 'loanCount'), money: 'amount',
    value: (m) => {
      const [amount, count] = [total(m, 'borrowedAmount'), total(m, 'loanCount')];
      const isPartial = m.some(({ figures }) => !given(figures.borrowedAmount) || !given(figures.loanCount));
      return isPartial || count === 0n || amount > 2n ** 53n - 1n || amount < 1n - 2n ** 53n ? null : round(amount, count);
    },
  },
  monthsSinceLastLoan: { of: 'months', window: 12, read: reading('loanCountBand'), value: (m) => least(borrowing(m).map(agoOf)) },
  maxConcurrentLoans12m: { of: 'loans', window: 12, value: concurrent },
  daysSinceLastLoan: { of: 'loans', window: 12, value: (loans) => least(loans.map(({ of, drawn }) => of.asOf - drawn)) },
  medianDaysBetweenLoans12m: { of: 'loans', window: 12, value: median },
  alwaysOnTime24m: status(24, (m) => {
    const codes = perMonth(m).map(statusesOf);
    return codes.some(isBad) ? false : codes.some(isGood) || null;
  }),
  onTimeMonthRate24m: status(24, rateOf),
  worstStatus24m: status(24, worstOf),
  worstStatus60m: status(60, worstOf),
  delinquentMonths24m: status(24, known((m) => perMonth(m).filter((group) => isBad(statusesOf(group))).length)),
  maxConsecutiveDelinquentMonths24m: status(24, known(runOf)),
  delinquent30Months24m: late(30),
  delinquent60Months24m: late(60),
  delinquent90Months24m: late(90),
  monthsSinceLastDelinquency: status(60, (m) => least(m.filter((one) => isBad(statusesOf([one]))).map((one) => agoOf(one) + 1))),
  overdueNow: status(1, known((m) => /[1-7B]/.test(statusesOf(m)))),
  onTimeRate24m: {
    of: 'instalments', window: 24,
    value: (i) => Math.floor((i.filter(({ drawn, settled }) => settled !== -1 && settled <= drawn).length * 10_000) / i.length + 0.5),
  },
  maxDaysPastDue24m: {
    of: 'instalments', window: 24,
    value: (i) => Math.max(...i.map(({ of, drawn, settled }) => Math.max(0, (settled === -1 ? of.asOf : settled) - drawn))),
  },
  utilisationBand: use(1, (m) => {
    const ratio = newestRatio(m);
    return ratio === null ? null : useBandOf(ratio);
  }),
  utilisation: use(1, newestRatio),
  utilisation6m: use(6, meanUse),
  monthlyDebtService: {
    of: 'months', window: 1, read: reading('scheduledDue', 'usedLimit'), money: 'amount',
    isEstimated: (m) => m.some(({ figures }) => !given(figures.scheduledDue)),
    value: (m) => {
      let all = 0n;
      for (const { figures } of m) all += given(figures.scheduledDue) ? BigInt(figures.scheduledDue ?? 0) : round(BigInt(figures.usedLimit ?? 0), 10n);
      return all;
    },
  },
  payerType12m: { of: 'months', window: 12, read: reading('scheduledDue'), money: 'other', value: payerOf },
  monthsOnBook: { of: 'accounts', who: isOpened, value: onBook },
  openAccountCount: { of: 'accounts', value: (accounts) => notClosed(accounts).length },
  lenderCount: {
    of: 'accounts',
    value: (accounts) => {
      const names = notClosed(accounts).map(({ furnisherName }) => furnisherName ?? null);
      return names.length > 0 && names.every((name) => name === null) ? null : new Set(names.filter((name) => name !== null)).size;
    },
  },
}; // prettier-ignore

function recordsOf(rule: Rule, account: AccountFigures, days: readonly Days[]): (Month | Loan)[] {
  if (rule.of === 'accounts') return [];
  const window = windowOf(account.asOf, rule.window);
  if (rule.of === 'months')
    return account.months
      .map((figures) => ({ of: account, figures, month: monthText(figures.month) }))
      .filter(({ month, figures }) => window.includes(month) && rule.read(figures) && isWhole(month, days));
  const dates =
    rule.of === 'loans'
      ? (account.loans ?? []).map(({ drawnOn, settledOn }) => ({ start: drawnOn, end: settledOn }))
      : (account.instalments ?? []).map(({ dueOn, paidOn }) => ({ start: dueOn, end: paidOn }));
  return dates.flatMap(({ start, end }) => {
    if (start === null || start === undefined || !holds(days, start) || !window.includes(textOf(start).slice(0, 7))) return [];
    return [{ of: account, month: textOf(start).slice(0, 7), drawn: start, settled: end ?? -1 }];
  });
}

/** What an indicator of products says; null: nothing. */
export function tell(
  name: string,
  all: readonly AccountFigures[],
  daysOf: (account: AccountFigures) => readonly Days[],
): Told | null {
  const rule = RULES[name];
  if (!rule) throw new Error(`the oracle does not know ${name}`);
  const accounts = all.filter((account) => !('who' in rule) || !rule.who || rule.who(account));
  const records = accounts.flatMap((account) => recordsOf(rule, account, daysOf(account)));
  const isAlso = (account: AccountFigures): boolean => rule.of === 'months' && rule.also?.(account) === true;
  const telling =
    rule.of === 'accounts' ? accounts : accounts.filter((account) => records.some(({ of }) => of === account) || isAlso(account));
  if (telling.length === 0 || (rule.of !== 'accounts' && records.length === 0)) return null;
  const money = rule.of === 'months' ? rule.money : undefined;
  if (money && telling.some(({ currency }) => currency !== telling[0]?.currency)) return null;
  let value: Value;
  if (rule.of === 'accounts') value = rule.value(telling);
  else if (rule.of === 'months')
    value = rule.value(records as Month[], telling); // its own records
  else value = rule.value(records as Loan[]); // its own records
  if (typeof value === 'bigint') value = Number.isSafeInteger(Number(value)) ? Number(value) : null;
  if (value === null || (typeof value === 'number' && money !== 'amount' && Math.abs(value) > 2_147_483_647)) return null;
  const named = rule.of === 'accounts' ? telling.flatMap(({ asOf }) => windowOf(asOf, 1)) : texts(records);
  named.sort();
  return {
    value,
    first: named[0] ?? '',
    last: named.at(-1) ?? '',
    products: ['HUABEI', 'JIEBEI', 'OTHER'].filter((one) => telling.some(({ product }) => product === one)).join(),
    currency: money ? (telling[0]?.currency ?? null) : null,
    estimated: rule.of === 'months' && rule.isEstimated?.(records as Month[]) === true, // its own records
  };
}

/** What a count of inquiries over so many months says; null: nothing. */
export function tellInquiries(window: number, platforms: readonly PlatformInquiries[]): Told | null {
  const hard: { month: string; by: string }[] = [];
  for (const { asOf, releasedDays, inquiries } of platforms)
    for (const { inquiredOn, institutionName, isHard } of inquiries) {
      const month = textOf(inquiredOn).slice(0, 7);
      if (isHard && holds(releasedDays, inquiredOn) && windowOf(asOf, window).includes(month))
        hard.push({ month, by: institutionName });
    }
  if (hard.length === 0) return null;
  const named = hard.map(({ month }) => month).sort();
  const distinct = hard.filter((one, i) => hard.findIndex((other) => other.month === one.month && other.by === one.by) === i);
  return {
    value: distinct.length,
    first: named[0] ?? '',
    last: named.at(-1) ?? '',
    products: '',
    currency: null,
    estimated: false,
  };
}
