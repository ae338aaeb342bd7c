import { FURNISHED_FIELDS, type FurnishedEntity } from '../../src/core/credit/furnished-fields';
import type { FurnishedRecord, RecordOf } from '../../src/core/credit/furnished-record';
import { AS_OF, type BenchAccount, type BenchPerson } from './people';

/** A person's records as a platform furnishes them, parsed. */
export function benchRecords(person: BenchPerson): readonly FurnishedRecord[] {
  const { customerId, fullName, idNumber, dateOfBirth } = person;
  return [
    record('borrower', { customerId, idType: 'RESIDENT_ID_CARD', idNumber, fullName, dateOfBirth, mobile: '13800000000' }),
    ...person.accounts.flatMap((account) => accountRecords(customerId, account)),
  ];
}

function accountRecords(
  customerId: string,
  { accountNo, product, openedOn, creditLimit, months }: BenchAccount,
): FurnishedRecord[] {
  return [
    record('account', {
      accountNo, customerId, product, accountClass: 'R1', currency: 'CNY', businessType: '91', furnisherName: '基准消费金融有限公司',
      furnisherType: '24', openedOn, creditLimitMinor: creditLimit, repaymentMethod: '23', repaymentFrequency: '03', guaranteeType: '4',
      liabilityRole: 'INDIVIDUAL', rawStatus: '1', fiveTierClass: 'NORMAL',
    }),
    ...months.map(({ month, borrowedAmount, usedLimit, repaymentStatus, loanCount }) =>
      record('monthlySummary', {
        accountNo, month, borrowedAmountMinor: borrowedAmount, balanceMinor: usedLimit, usedLimitMinor: usedLimit,
        creditLimitMinor: creditLimit, scheduledDueMinor: 60_000, actualPaidMinor: repaymentStatus === 'N' ? 60_000 : 0,
        pastDueAmountMinor: repaymentStatus === 'N' ? 0 : 60_000, repaymentStatus,
        daysPastDueMonthEnd: repaymentStatus === 'N' ? 0 : 12, loanCount, loanDays: Math.min(loanCount, 5),
      }),
    ),
  ]; // prettier-ignore
}

/** A record with null for everything that is not given. */
function record<E extends FurnishedEntity>(entity: E, given: Partial<RecordOf<E>['values']>): FurnishedRecord {
  const none = Object.fromEntries(Object.keys(FURNISHED_FIELDS[entity]).map((name) => [name, null]));
  return { entity, asOf: AS_OF, values: { ...none, ...given } } as unknown as FurnishedRecord; // the required fields are given above
}
