import { toEpochDay } from '../../../src/core/credit/calendar';
import { isFurnishedEntity, parseFurnishedRecord, type ParseContext } from '../../../src/core/credit/furnished-record';
import { AS_OF, generated, groupBy, ofEntity, type Raw } from './generated';
import { violations } from './invariants';
import { shapeFaults } from './shapes';

const CONTEXT: ParseContext = { todayDay: toEpochDay('2026-02-10'), retention: 'FROM_TODAY', notation: 'JSON' };
const SEEDS = [1, 2, 42, 2 ** 53 - 1];
const BORROWERS = 300;

function faultsOf(raw: Raw): readonly string[] {
  const { entity, ...fields } = raw;
  if (!isFurnishedEntity(entity)) return shapeFaults(raw);
  const parsed = parseFurnishedRecord(entity, fields, CONTEXT);
  return 'faults' in parsed ? parsed.faults.map(({ code, field }) => `${entity}.${String(field)}: ${code}`) : [];
}

describe.each(SEEDS)('borrowers of seed %s', (seed) => {
  const records = generated(BORROWERS, { seed });

  it('are furnished by records that an import accepts', () => {
    expect(records.flatMap(faultsOf)).toEqual([]);
    expect(ofEntity(records, 'borrower')).toHaveLength(BORROWERS);
  });

  it('obey every invariant of the credit record', () => {
    expect(violations(records)).toEqual([]);
  });

  it('have keys of their own, and parents that were furnished before', () => {
    const keys = { borrower: 'customerId', account: 'accountNo', loan: 'loanNo', inquiry: 'inquiryNo', dispute: 'disputeNo', statement: 'statementNo' };
    const seen = new Set<string>();
    const faults: string[] = [];
    for (const raw of records) {
      const name = (keys as Readonly<Record<string, string>>)[raw.entity];
      const key = name ? String(raw[name]) : `${String(raw['accountNo'] ?? raw['loanNo'])}/${String(raw['month'] ?? raw['instalmentNo'])}`;
      if (seen.has(`${raw.entity} ${key}`)) faults.push(`twice: ${raw.entity} ${key}`);
      seen.add(`${raw.entity} ${key}`);
      const parent = { account: `borrower ${String(raw['customerId'])}`, repayment: `loan ${String(raw['loanNo'])}` }[raw.entity];
      const needed = parent ?? (raw['accountNo'] === undefined ? `borrower ${String(raw['customerId'])}` : `account ${String(raw['accountNo'])}`);
      if (raw.entity !== 'borrower' && !seen.has(needed)) faults.push(`no parent: ${raw.entity} ${key}`);
      if (raw['targetKey'] !== undefined && !seen.has(`${String(raw['targetEntity'])} ${String(raw['targetKey'])}`)) faults.push(`no target: ${key}`);
    }
    expect(faults).toEqual([]);
  }); // prettier-ignore

  it('borrow and pay as people do: most little and on time, some much, some late, a few never', () => {
    const months = ofEntity(records, 'monthlySummary');
    const loans = groupBy(ofEntity(records, 'loan'), 'accountNo');
    const shareOf = (codes: string): number =>
      months.filter((month) => codes.includes(String(month['repaymentStatus']))).length / months.length;
    const borrowing = new Set([...loans.keys()].map((accountNo) => accountNo.replace(/-a\d$/, ''))).size;
    expect(borrowing).toBeGreaterThan(0.7 * BORROWERS);
    expect(borrowing).toBeLessThan(0.95 * BORROWERS);
    expect(Math.max(...months.map((month) => Number(month['loanCount'])))).toBeGreaterThanOrEqual(10);
    expect(shareOf('N*')).toBeGreaterThan(0.85);
    expect(shareOf('M')).toBeGreaterThan(0.01);
    expect(shareOf('1234567B')).toBeGreaterThan(0.005);
    expect(shareOf('1234567B')).toBeLessThan(0.06);
    const perBorrower = [...groupBy(ofEntity(records, 'account'), 'customerId').values()].map((accounts) => accounts.length);
    expect([Math.min(...perBorrower), Math.max(...perBorrower)]).toEqual([1, 4]);
  });
});

describe('the borrowers of several seeds together', () => {
  const records = SEEDS.flatMap((seed) => generated(BORROWERS, { seed }));

  it('have months of every status that is generated', () => {
    const codes = new Set(ofEntity(records, 'monthlySummary').map((month) => month['repaymentStatus']));
    expect([...codes].sort()).toEqual(['*', '1', '2', '3', '4', '5', '6', '7', 'B', 'C', 'M', 'N']);
  });

  it('have loans in bursts: a third of the loans follow another one within two days', () => {
    const gaps = [...groupBy(ofEntity(records, 'loan'), 'accountNo').values()].flatMap((loans) =>
      loans.slice(1).map((loan, at) => toEpochDay(String(loan['drawnOn'])) - toEpochDay(String(loans[at]?.['drawnOn']))),
    );
    expect(Math.min(...gaps)).toBe(0);
    expect(gaps.filter((days) => days <= 2).length).toBeGreaterThan(gaps.length / 3);
    expect(gaps.filter((days) => days > 60).length).toBeGreaterThan(0.02 * gaps.length);
  });

  it('have disputes of every outcome, with an answer unless open, and statements beside some', () => {
    const disputes = ofEntity(records, 'dispute');
    expect(new Set(disputes.map(({ outcome }) => outcome)).size).toBe(4);
    expect(new Set(disputes.map(({ targetEntity }) => targetEntity)).size).toBe(3);
    expect(disputes.filter((one) => (one['outcome'] === 'OPEN') === (one['answeredOn'] !== undefined))).toEqual([]);
    expect(ofEntity(records, 'statement').length).toBeGreaterThan(5);
  });

  it('tell most adverse months and when each one ended, once it has', () => {
    const adverse = ofEntity(records, 'monthlySummary').filter(({ repaymentStatus }) =>
      '1234567B'.includes(String(repaymentStatus)),
    );
    const told = adverse.filter((month) => month['adverseNoticeSentAt'] !== undefined);
    expect(told.length).toBeGreaterThan(0.85 * adverse.length);
    expect(told.length).toBeLessThan(adverse.length);
    const ended = adverse.filter((month) => month['adverseEndedOn'] !== undefined);
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.filter((month) => String(month['adverseEndedOn']) <= `${String(month['month'])}-31`)).toEqual([]);
    expect(adverse.filter((month) => month['repaymentStatus'] === 'B' && month['adverseEndedOn'] !== undefined)).toEqual([]);
  });

  it('have loans of 30 to 360 days in 1 to 12 instalments, some paid early, some in part', () => {
    const loans = ofEntity(records, 'loan');
    const termsOf = (field: string): number[] => loans.map((loan) => Number(loan[field]));
    expect([Math.min(...termsOf('termDays')), Math.max(...termsOf('termDays'))]).toEqual([30, 360]);
    expect([Math.min(...termsOf('instalmentCount')), Math.max(...termsOf('instalmentCount'))]).toEqual([1, 12]);
    const kinds = new Set(ofEntity(records, 'repayment').map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['SCHEDULED', 'EARLY', 'EARLY_FULL', 'PARTIAL', undefined]));
    expect(ofEntity(records, 'account').some((account) => account['specialEvents'] !== undefined)).toBe(true);
    expect(ofEntity(records, 'account').some((account) => account['fundingShares'] !== undefined)).toBe(true);
  });
});

describe('a borrower', () => {
  it('depends on the seed and the index alone, not on how many there are', () => {
    const few = generated(5);
    expect(generated(9).slice(0, few.length)).toEqual(few);
    expect(generated(5)).toEqual(few);
    expect(generated(5, { seed: 2 })).not.toEqual(few);
  });

  it.each([1, 2, 60])('has a history over %s months', (months) => {
    const records = generated(40, { months });
    expect(violations(records)).toEqual([]);
    expect(records.flatMap(faultsOf)).toEqual([]);
  });

  it('has in a plain run one line that was open all the time, and no loans', () => {
    const records = generated(60, { detail: 'PLAIN', months: 24 });
    expect(new Set(records.map(({ entity }) => entity))).toEqual(new Set(['borrower', 'account', 'monthlySummary']));
    expect(ofEntity(records, 'account')).toHaveLength(60);
    expect(ofEntity(records, 'monthlySummary')).toHaveLength(60 * 24);
    expect(violations(records)).toEqual([]);
    expect(records.flatMap(faultsOf)).toEqual([]);
  });

  it('has an id number of no resident area with the right check character, the birth date in it, and nobody else has it', () => {
    const borrowers = SEEDS.flatMap((seed) => ofEntity(generated(BORROWERS, { seed, months: 1 }), 'borrower'));
    const numbers = borrowers.map(({ idNumber }) => String(idNumber));
    // ISO 7064 MOD 11-2, by its definition: the string is congruent to 1 modulo 11.
    const remainder = (number: string): number =>
      [...number].reduce((sum, digit, at) => (sum + (digit === 'X' ? 10 : Number(digit)) * 2 ** (17 - at)) % 11, 0);
    expect(numbers.filter((number) => !/^99\d{15}[\dX]$/.test(number) || remainder(number) !== 1)).toEqual([]);
    expect(borrowers.filter((one) => String(one['idNumber']).slice(6, 14) !== String(one['dateOfBirth']).replaceAll('-', ''))).toEqual([]);
    expect(numbers.some((number) => number.endsWith('X'))).toBe(true);
    const ofFirstSeed = numbers.slice(0, BORROWERS);
    expect(new Set(ofFirstSeed).size).toBe(BORROWERS);
    const ages = borrowers.map(({ dateOfBirth }) => Number(AS_OF.slice(0, 4)) - Number(String(dateOfBirth).slice(0, 4)));
    expect([Math.min(...ages) >= 18, Math.max(...ages) <= 65]).toEqual([true, true]);
  }); // prettier-ignore
});

describe('the checker of invariants', () => {
  const records = generated(40);
  const lie = (entity: string, field: string, forge: (value: unknown) => unknown): readonly string[] => {
    const at = records.findIndex((raw) => raw.entity === entity);
    return violations(records.map((raw, index) => (index === at ? { ...raw, [field]: forge(raw[field]) } : raw)));
  };
  const more = (value: unknown): number => Number(value ?? 0) + 1;

  it.each([
    ['V1', 'loan', 'principalMinor', more],
    ['V1', 'monthlySummary', 'loanDays', more],
    ['V2', 'monthlySummary', 'balanceMinor', more],
    ['V2', 'monthlySummary', 'principalRepaidMinor', more],
    ['V3', 'monthlySummary', 'repaymentStatus', () => '1'],
    ['V4', 'monthlySummary', 'daysPastDueMonthEnd', more],
    ['V5', 'account', 'rawStatus', () => '2'],
    ['V6', 'monthlySummary', 'usedLimitMinor', () => 10 ** 12],
    ['V7', 'account', 'fundingShares', () => [{ institution: 'x', shareBp: 9_999 }]],
    ['V8', 'loan', 'outstandingPrincipalMinor', more],
    ['V9', 'loan', 'drawnOn', () => '2031-01-01'],
    ['V10', 'repayment', 'paidAmountMinor', () => 10 ** 12],
    ['V11', 'monthlySummary', 'pastDuePrincipal31To60Minor', () => 10 ** 12],
    ['V12', 'monthlySummary', 'month', () => '2031-01'],
  ] as const)('finds a lie against %s in %s.%s', (rule, entity, field, forge) => {
    expect(lie(entity, field, forge).map((found) => found.split(' ')[0])).toContain(rule);
  });
});
