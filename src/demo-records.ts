import { type EpochDay, lastCompletedMonth, toLocalDate, toYearMonth } from './core/credit/calendar';

const MONTHS = 24;

interface DemoBorrower {
  readonly customerId: string;
  readonly fullName: string;
  readonly idNumber: string;
  readonly dateOfBirth: string;
  /** Loans in a usual month, and how often a month ends overdue: every n-th; 0: never. */
  readonly loansPerMonth: number;
  readonly overdueEvery: number;
}
/** Invented people; the numbers are of no issued document. */
const BORROWERS: readonly DemoBorrower[] = [
  {
    customerId: 'demo-li',
    fullName: '李示例',
    idNumber: '000000199001010011',
    dateOfBirth: '1990-01-01',
    loansPerMonth: 7,
    overdueEvery: 0,
  },
  {
    customerId: 'demo-wang',
    fullName: '王示例',
    idNumber: '000000198502020022',
    dateOfBirth: '1985-02-02',
    loansPerMonth: 1,
    overdueEvery: 9,
  },
  {
    customerId: 'demo-zhang',
    fullName: '张示例',
    idNumber: '000000199503030033',
    dateOfBirth: '1995-03-03',
    loansPerMonth: 0,
    overdueEvery: 0,
  },
  {
    customerId: 'demo-liu',
    fullName: '刘示例',
    idNumber: '000000197804040044',
    dateOfBirth: '1978-04-04',
    loansPerMonth: 3,
    overdueEvery: 5,
  },
];

/** Canonical NDJSON of a few borrowers with two accounts each over the 24 completed months before today. */
export function demoRecords(todayDay: EpochDay): string {
  const asOf = toLocalDate(todayDay);
  return BORROWERS.flatMap((borrower, index) => [
    {
      entity: 'borrower',
      asOf,
      customerId: borrower.customerId,
      idType: 'RESIDENT_ID_CARD',
      idNumber: borrower.idNumber,
      fullName: borrower.fullName,
      dateOfBirth: borrower.dateOfBirth,
      mobile: `1380000000${String(index)}`,
      residenceCity: '杭州',
      residenceAddress: `示例路${String(index + 1)}号`,
      identityUpdatedOn: asOf,
    },
    ...(['HUABEI', 'JIEBEI'] as const).flatMap((product) => accountRecords(borrower, product, todayDay, asOf)),
  ]) // prettier-ignore
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

function accountRecords(
  borrower: DemoBorrower,
  product: 'HUABEI' | 'JIEBEI',
  todayDay: EpochDay,
  asOf: string,
): readonly object[] {
  const accountNo = `${borrower.customerId}-${product.toLowerCase()}`;
  const newest = lastCompletedMonth(todayDay);
  const limitMinor = product === 'HUABEI' ? 2_000_000 : 5_000_000;
  const months = Array.from({ length: MONTHS }, (_, at) => {
    const loanCount = (borrower.loansPerMonth + at) % (borrower.loansPerMonth + 1 || 1);
    const borrowedAmountMinor = loanCount * (product === 'HUABEI' ? 12_300 : 80_000);
    const overdue = borrower.overdueEvery > 0 && at % borrower.overdueEvery === borrower.overdueEvery - 1;
    const usedLimitMinor = Math.min(limitMinor, 150_000 + borrowedAmountMinor);
    return {
      entity: 'monthlySummary', asOf, accountNo, month: toYearMonth(newest - at), borrowedAmountMinor, balanceMinor: usedLimitMinor,
      usedLimitMinor, maxUsedLimitMinor: limitMinor / 2, creditLimitMinor: limitMinor, scheduledDueMinor: 60_000,
      actualPaidMinor: overdue ? 0 : 60_000, pastDueAmountMinor: overdue ? 60_000 : 0, pastDuePeriods: overdue ? 1 : 0,
      repaymentStatus: overdue ? '1' : 'N', daysPastDueMonthEnd: overdue ? 12 : 0, loanCount, loanDays: Math.min(loanCount, 5),
    }; // prettier-ignore
  });
  return [
    {
      entity: 'account', asOf, accountNo, customerId: borrower.customerId, product, accountClass: 'R1', currency: 'CNY',
      businessType: '91', furnisherName: '示例消费金融有限公司', furnisherType: '24', openedOn: '2019-05-06', creditLimitMinor: limitMinor,
      repaymentMethod: '23', repaymentFrequency: '03', guaranteeType: '4', liabilityRole: 'INDIVIDUAL', rawStatus: '1', fiveTierClass: 'NORMAL',
    },
    ...months,
  ]; // prettier-ignore
}
