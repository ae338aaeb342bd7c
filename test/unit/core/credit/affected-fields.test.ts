import { affectedFields } from '../../../../src/core/credit/affected-fields';
import { columnsOf, FIELD_CATALOGUE, type RecordKind } from '../../../../src/core/credit/field-catalogue';

const affected = (record: RecordKind, ...columns: string[]): string[] =>
  [...affectedFields(record, columns, FIELD_CATALOGUE)].map(({ coordinate }) => coordinate).sort();
const month = (...names: string[]): string[] => names.map((name) => `MonthlySummary.${name}`);
const summary = (...names: string[]): string[] => names.map((name) => `CreditSummary.${name}`);

describe('fields that a correction may change', () => {
  it.each<[string, RecordKind, string[], string[]]>([
    ['a mask follows its number', 'customer', ['id_number'], ['Identity.idNumber', 'Identity.idNumberMasked']],
    ['a year follows its date', 'customer', ['date_of_birth'], ['Identity.birthYear', 'Identity.dateOfBirth']],
    ['a name stands alone', 'customer', ['full_name'], ['Identity.fullName']],
    ['a band follows its limit, and so do the ratios', 'account', ['credit_limit_minor'], ['CreditAccount.creditLimit', 'CreditAccount.creditLimitBand', ...summary('utilisation', 'utilisation6m', 'utilisationBand')]],
    ['a status follows its raw number', 'account', ['raw_status'], ['CreditAccount.status']],
    ['a rolling figure and the indicators follow the use of a limit', 'month', ['used_limit_minor'], [...summary('monthlyDebtService', 'utilisation', 'utilisation6m', 'utilisationBand'), ...month('averageUsedLimit6m', 'usedLimit')]],
    ['what was furnished stands for what is served', 'month', ['furnished_loan_days'], month('loanDays')],
    ['lateness follows the day of payment, and an indicator follows lateness', 'repayment', ['paid_on'], [...summary('maxDaysPastDue24m', 'onTimeRate24m'), 'Repayment.daysPastDue', 'Repayment.paidOn']],
    ['the day of settlement', 'loan', ['settled_on'], [...summary('maxConcurrentLoans12m'), 'Loan.settledOn']],
    ['hardness follows the reason', 'inquiry', ['reason'], [...summary('hardInquiries1m', 'hardInquiries24m', 'hardInquiries3m', 'hardInquiries6m'), 'Inquiry.isHard', 'Inquiry.reason']],
    ['words of a statement', 'statement', ['text'], ['Statement.text']],
    ['when a notice was sent is no field', 'month', ['adverse_notice_sent_at_ms', 'adverse_ended_on'], []],
    ['nothing', 'month', [], []],
  ])('%s', (_title, record, columns, coordinates) => {
    expect(affected(record, ...columns)).toEqual([...coordinates].sort());
  }); // prettier-ignore

  it("a month's borrowing and all over it follow the principal of a loan", () => {
    expect(affected('loan', 'principal_minor')).toEqual(
      [
        'Loan.principal', 'Loan.principalBand', ...month('borrowedAmount', 'borrowedAmountBand'),
        ...summary('averageLoanAmount12m', 'borrowedAmount12m'),
      ].sort(),
    ); // prettier-ignore
    expect(affected('loan', 'drawn_on')).toEqual(expect.arrayContaining([...month('loanCountBand', 'loanDays'), ...summary('activeBorrowingMonths12m')])); // prettier-ignore
  });

  it('everything of an account follows its product, and everything of a loan its cancellation', () => {
    const all = (...types: string[]): string[] =>
      FIELD_CATALOGUE.entries.flatMap(({ coordinate }) => (types.includes(coordinate.split('.')[0] ?? '') ? [coordinate] : []));
    expect(affected('account', 'product')).toEqual(
      expect.arrayContaining(all('CreditAccount', 'MonthlySummary', 'Loan', 'Repayment')),
    );
    expect(affected('account', 'product')).not.toContain('CreditSummary.hardInquiries1m');
    expect(affected('loan', 'cancelled')).toEqual(
      expect.arrayContaining(['CreditAccount.loans', ...all('Loan', 'Repayment'), ...month('loanCount')]),
    );
    expect(affected('loan', 'cancelled')).not.toContain('MonthlySummary.balance');
  });

  it('every column of the catalogue that a record has leads to its field', () => {
    for (const entry of FIELD_CATALOGUE.entries)
      if (entry.source.kind !== 'indicator')
        for (const column of columnsOf(entry.source).filter((name) => name !== ''))
          expect(affected(entry.source.record, column)).toContain(entry.coordinate);
  });
});
