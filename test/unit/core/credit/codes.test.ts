import {
  ACCOUNT_CLASSES,
  ACCOUNT_STATUSES,
  accountStatusOf,
  isAdverse,
  portfolioTypeOf,
  REPAYMENT_STATUS_CODES,
  REPORT_CODES,
} from '../../../../src/core/credit/codes';

// credit-record.md, section 4: what a raw number means per class; a dot has no meaning
const NUMBERS = ['1', '2', '3', '4', '5', '6', '7', '8', '31'];
// prettier-ignore
const STATUSES = {
  D1: 'NORMAL OVERDUE SETTLED BAD_DEBT MOVED_OUT COLLATERAL_SHORT FORCED_CLOSE JUDICIAL_RECOVERY .',
  R4: 'NORMAL OVERDUE SETTLED BAD_DEBT . COLLATERAL_SHORT . JUDICIAL_RECOVERY .',
  R1: 'NORMAL OVERDUE SETTLED BAD_DEBT STOPPED_BY_BANK COLLATERAL_SHORT . JUDICIAL_RECOVERY .',
  R2: 'NORMAL FROZEN STOPPED CLOSED BAD_DEBT NOT_ACTIVATED . JUDICIAL_RECOVERY STOPPED_BY_BANK',
  R3: 'NORMAL FROZEN STOPPED CLOSED BAD_DEBT NOT_ACTIVATED . JUDICIAL_RECOVERY STOPPED_BY_BANK',
  C1: 'IN_COLLECTION COLLECTION_ENDED . . . . . . .',
} as const;

describe('accountStatusOf', () => {
  it.each(ACCOUNT_CLASSES)('reads the numbers of class %s as the document says', (accountClass) => {
    const expected = STATUSES[accountClass].split(' ').map((status) => (status === '.' ? null : status));
    expect(NUMBERS.map((number) => accountStatusOf(accountClass, number))).toEqual(expected);
  });

  it.each(ACCOUNT_CLASSES)('knows no other number of class %s', (accountClass) => {
    expect(['0', '9', '01', '32', '99', '', ' 1', '１'].map((number) => accountStatusOf(accountClass, number))).toEqual(
      new Array(8).fill(null),
    );
  });

  it('reaches every status of the public list', () => {
    const reached = new Set(
      ACCOUNT_CLASSES.flatMap((accountClass) => NUMBERS.map((number) => accountStatusOf(accountClass, number))),
    );
    expect(ACCOUNT_STATUSES.filter((status) => !reached.has(status))).toEqual([]);
  });
});

describe('portfolioTypeOf', () => {
  // prettier-ignore
  it.each([
    ['D1', 'INSTALMENT'], ['R1', 'LINE_OF_CREDIT'], ['R2', 'REVOLVING'], ['R3', 'REVOLVING'], ['R4', 'LINE_OF_CREDIT'], ['C1', null],
  ] as const)('of class %s is %s', (accountClass, type) => {
    expect(portfolioTypeOf(accountClass)).toBe(type);
  });
});

describe('codes of the report', () => {
  it('count against the borrower exactly where the document says so', () => {
    expect(REPAYMENT_STATUS_CODES.filter(isAdverse).join('')).toBe('1234567DZBG');
    expect(REPAYMENT_STATUS_CODES.filter((code) => !isAdverse(code)).join('')).toBe('NM*A/#C');
  });

  // prettier-ignore
  it.each([
    ['businessType',       '11 12 13 21 31 32 33 41 51 52 53 71 81 82 91 92 99 A1 B1'],
    ['furnisherType',      '11 24 25 51 53'],
    ['repaymentMethod',    '11 12 13 21 23 31 32'],
    ['repaymentFrequency', '01 02 03 04 07 08'],
  ] as const)('of %s are %s', (field, codes) => {
    expect(REPORT_CODES[field].join(' ')).toBe(codes);
  });

  it('say that 4 is unsecured', () => {
    expect(REPORT_CODES.guaranteeType).toContain('4');
  });
});
