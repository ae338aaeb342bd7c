import { dayOf, lastCompletedMonth, toLocalDate, toYearMonth } from '../../src/core/credit/calendar';
import { MONTHS } from './settings';

export interface BenchMonth {
  readonly month: number;
  readonly borrowedAmount: number;
  readonly usedLimit: number;
  readonly repaymentStatus: 'N' | '1';
  readonly loanCount: number;
}
export interface BenchAccount {
  readonly accountNo: string;
  readonly product: 'HUABEI' | 'JIEBEI';
  readonly openedOn: string;
  readonly creditLimit: number;
  /** The newest first. */
  readonly months: readonly BenchMonth[];
}
export interface BenchPerson {
  readonly customerId: string;
  readonly fullName: string;
  readonly idNumber: string;
  readonly dateOfBirth: string;
  readonly accounts: readonly BenchAccount[];
}

export const TODAY = dayOf(Date.now());
export const AS_OF = toLocalDate(TODAY);
const NEWEST = lastCompletedMonth(TODAY);
const FAMILY_NAMES = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄'];

/** Borrower number n, the same in every run but for the names of the months, which are the last twelve completed. */
export function makePerson(index: number): BenchPerson {
  const draw = makeDraw(index + 1);
  const year = 1_960 + draw(45);
  const dateOfBirth = `${String(year)}-${two(1 + draw(12))}-${two(1 + draw(28))}`;
  const customerId = `c${String(index).padStart(6, '0')}`;
  const products = index % 2 === 0 ? (['HUABEI', 'JIEBEI'] as const) : (['HUABEI'] as const);
  return {
    customerId,
    fullName: `${FAMILY_NAMES[draw(FAMILY_NAMES.length)] ?? ''}测试${String(index)}`,
    idNumber: `000000${dateOfBirth.replaceAll('-', '')}${String(index % 10_000).padStart(4, '0')}`,
    dateOfBirth,
    accounts: products.map((product) => makeAccount(`${customerId}-${product}`, product, draw)),
  };
}

function makeAccount(accountNo: string, product: BenchAccount['product'], draw: (below: number) => number): BenchAccount {
  const creditLimit = (1 + draw(50)) * 100_000;
  return {
    accountNo,
    product,
    openedOn: `20${String(15 + draw(6))}-${two(1 + draw(12))}-${two(1 + draw(28))}`,
    creditLimit,
    months: Array.from({ length: MONTHS }, (_, at): BenchMonth => {
      const loanCount = draw(12);
      return {
        month: NEWEST - at,
        borrowedAmount: loanCount * (1_000 + draw(20_000)),
        usedLimit: draw(creditLimit),
        repaymentStatus: draw(25) === 0 ? '1' : 'N',
        loanCount,
      };
    }),
  };
}

/** What the report must say of a person, field by field, the accounts by their references. */
export function expectedReport(person: BenchPerson, refOf: (account: BenchAccount) => string): Readonly<Record<string, unknown>> {
  const accounts = person.accounts.map((account) => ({
    accountRef: refOf(account),
    currency: 'CNY',
    reportedOn: AS_OF,
    product: account.product,
    accountClass: 'R1',
    openedOn: account.openedOn,
    creditLimit: account.creditLimit,
    status: 'NORMAL',
    monthlySummaries: account.months.map(({ month, borrowedAmount, repaymentStatus, loanCount }) => ({
      month: toYearMonth(month),
      borrowedAmount,
      repaymentStatus,
      loanCount,
    })),
  }));
  return {
    purpose: 'MORTGAGE_ORIGINATION',
    completeness: 'NOT_ASSERTED',
    identity: {
      fullName: person.fullName,
      idType: 'RESIDENT_ID_CARD',
      idNumber: person.idNumber,
      birthYear: Number(person.dateOfBirth.slice(0, 4)),
    },
    summary: expectedSummary(person),
    accounts: accounts.sort((a, b) => (a.accountRef < b.accountRef ? -1 : 1)),
  };
}

function expectedSummary({ accounts }: BenchPerson): Readonly<Record<string, unknown>> {
  const months = accounts.flatMap((account) => account.months);
  const late = new Set(months.filter(({ repaymentStatus }) => repaymentStatus === '1').map(({ month }) => month));
  const newest = months.filter(({ month }) => month === NEWEST);
  const used = newest.reduce((total, { usedLimit }) => total + usedLimit, 0);
  const limit = accounts.reduce((total, { creditLimit }) => total + creditLimit, 0);
  return {
    borrowedAmount12m: months.reduce((total, { borrowedAmount }) => total + borrowedAmount, 0),
    loanCount12m: months.reduce((total, { loanCount }) => total + loanCount, 0),
    alwaysOnTime24m: late.size === 0,
    delinquentMonths24m: late.size,
    overdueNow: late.has(NEWEST),
    utilisation: Math.floor((used * 10_000) / limit + 0.5),
  };
}

/** Whole numbers below a bound, the same for the same seed (mulberry32). */
export function makeDraw(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e37_79b9) >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
