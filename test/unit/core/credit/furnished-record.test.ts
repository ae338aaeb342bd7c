import { toEpochDay, toMonthIndex } from '../../../../src/core/credit/calendar';
import { isForbiddenField } from '../../../../src/core/credit/forbidden-fields';
import {
  entityOfFields,
  naturalKeyOf,
  type ParseContext,
  parseFurnishedRecord,
  safeFieldName,
} from '../../../../src/core/credit/furnished-record';

const TODAY = '2026-02-10';
const CONTEXT: ParseContext = { todayDay: toEpochDay(TODAY), retention: 'FROM_TODAY', notation: 'JSON' };
const TEXT: ParseContext = { ...CONTEXT, notation: 'TEXT' };
const BORROWER = { customerId: 'c1', asOf: '2026-01-31' };
const ACCOUNT = { accountNo: 'a1', customerId: 'c1', product: 'HUABEI', accountClass: 'R1', currency: 'CNY', asOf: '2026-01-31' };
const MONTH = { accountNo: 'a1', month: '2026-01', asOf: '2026-01-31' };
const LOAN = { loanNo: 'l1', accountNo: 'a1', drawnOn: '2025-03-04', principalMinor: 100_000, asOf: '2026-01-31' };
const REPAYMENT = { loanNo: 'l1', instalmentNo: 1, dueOn: '2025-04-04', dueAmountMinor: 100_500, asOf: '2026-01-31' };
const INQUIRY = {
  inquiryNo: 'i1', customerId: 'c1', inquiredOn: '2025-12-01', institutionName: 'Bank B', reason: '02', asOf: '2026-01-31',
}; // prettier-ignore
const DISPUTE = {
  disputeNo: 'd1', customerId: 'c1', targetEntity: 'repayment', targetKey: 'l1/3', targetField: 'Repayment.paidOn',
  receivedOn: '2026-01-05', asOf: '2026-01-31',
}; // prettier-ignore
const STATEMENT = {
  statementNo: 's1', customerId: 'c1', author: 'BORROWER', text: '我已还清。', madeOn: '2026-01-05', asOf: '2026-01-31',
}; // prettier-ignore
const SAMPLES = {
  borrower: BORROWER, account: ACCOUNT, monthlySummary: MONTH, loan: LOAN, repayment: REPAYMENT, inquiry: INQUIRY, dispute: DISPUTE,
  statement: STATEMENT,
} as const; // prettier-ignore
type Entity = keyof typeof SAMPLES;

function valueOf(entity: Entity, name: string, raw: unknown, context: ParseContext = CONTEXT): unknown {
  const parsed = parseFurnishedRecord(entity, { ...SAMPLES[entity], [name]: raw }, context);
  if ('faults' in parsed) return parsed.faults;
  return (parsed.record.values as Readonly<Record<string, unknown>>)[name];
}
function codesOf(entity: string, raw: Readonly<Record<string, unknown>>, context: ParseContext = CONTEXT): string[] {
  const parsed = parseFurnishedRecord(entity, raw, context);
  return 'faults' in parsed ? parsed.faults.map(({ code, field }) => `${code} ${field ?? ''}`) : [];
}

describe('parseFurnishedRecord', () => {
  it('keeps every field, and null for what was not furnished', () => {
    expect(parseFurnishedRecord('borrower', { ...BORROWER, entity: 'borrower', fullName: '王小明' }, CONTEXT)).toEqual({
      record: {
        entity: 'borrower',
        asOf: '2026-01-31',
        values: {
          customerId: 'c1', fullName: '王小明', idType: null, idNumber: null, dateOfBirth: null, mobile: null, residenceCity: null,
          residenceAddress: null, guardianCustomerId: null, identityUpdatedOn: null,
        },
      },
    }); // prettier-ignore
  });

  it.each<[Entity, string, unknown, unknown]>([
    ['borrower', 'customerId', '客户😀', '客户😀'],
    ['borrower', 'idType', 'PASSPORT', 'PASSPORT'],
    ['borrower', 'dateOfBirth', '2000-02-29', '2000-02-29'],
    ['account', 'creditLimitMinor', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['account', 'rawStatus', '1', '1'],
    ['account', 'maturityOn', '2030-01-01', '2030-01-01'],
    ['account', 'overLimitAllowed', false, false],
    ['account', 'coBorrowerCustomerIds', ['c2', 'c3'], ['c2', 'c3']],
    ['account', 'fundingShares', [{ institution: 'B', shareBp: 10_000 }], [{ institution: 'B', shareBp: 10_000 }]],
    ['account', 'specialEvents', [{ type: '4', occurredOn: '2026-01-02', amountMinor: -5 }],
      [{ type: '4', occurredOn: '2026-01-02', amountMinor: -5, monthsChanged: null }]],
    ['monthlySummary', 'month', '2026-01', toMonthIndex('2026-01')],
    ['monthlySummary', 'balanceMinor', Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    ['monthlySummary', 'usedLimitMinor', 0, 0],
    ['monthlySummary', 'repaymentStatus', '*', '*'],
    ['monthlySummary', 'adverseNoticeSentAt', '2026-01-01T08:00:00+08:00', Date.UTC(2026, 0, 1)],
    ['monthlySummary', 'loanCount', null, null],
    ['loan', 'cancelled', true, true],
    ['loan', 'loanPurpose', 'TRAVEL', 'TRAVEL'],
    ['loan', 'annualRateBp', 24_000, 24_000],
    ['loan', 'settledOn', '2025-03-04', '2025-03-04'],
    ['repayment', 'instalmentNo', 2 ** 31 - 1, 2 ** 31 - 1],
    ['repayment', 'dueOn', '2030-01-01', '2030-01-01'],
    ['repayment', 'lastPaidOn', '2026-02-10', '2026-02-10'],
    ['inquiry', 'institutionType', '24', '24'],
    ['inquiry', 'businessType', '11', '11'],
    ['dispute', 'outcome', null, 'OPEN'],
    ['statement', 'text', '字'.repeat(2_000), '字'.repeat(2_000)],
    ['statement', 'targetKey', null, null],
  ])('reads %s.%s', (entity, name, raw, value) => {
    expect(valueOf(entity, name, raw)).toEqual(value);
  }); // prettier-ignore

  it.each<[Entity, string, string, unknown]>([
    ['account', 'creditLimitMinor', '1e+05', 100_000],
    ['monthlySummary', 'balanceMinor', '-9007199254740991', -9007199254740991],
    ['account', 'overLimitAllowed', 'true', true],
    ['account', 'coBorrowerCustomerIds', '["c2"]', ['c2']],
    ['account', 'businessType', '11', '11'],
    ['loan', 'cancelled', 'false', false],
    ['loan', 'principalMinor', '1e+05', 100_000],
  ])('reads %s.%s from the text of a cell', (entity, name, raw, value) => {
    expect(valueOf(entity, name, raw, TEXT)).toEqual(value);
  });

  it.each<[string, Entity, string, unknown]>([
    ['BAD_TYPE', 'borrower', 'customerId', 7],
    ['BAD_TYPE', 'borrower', 'customerId', ' c1'],
    ['BAD_TYPE', 'borrower', 'customerId', 'c1 '],
    ['BAD_TYPE', 'borrower', 'fullName', 'a\u0000b'],
    ['BAD_TYPE', 'borrower', 'fullName', '\ud800'],
    ['OUT_OF_RANGE', 'borrower', 'customerId', ''],
    ['OUT_OF_RANGE', 'borrower', 'customerId', '😀'.repeat(65)],
    ['OUT_OF_RANGE', 'borrower', 'residenceAddress', 'x'.repeat(501)],
    ['BAD_CODE', 'borrower', 'idType', 'passport'],
    ['BAD_DATE', 'borrower', 'dateOfBirth', '1999-02-29'],
    ['BAD_DATE', 'borrower', 'dateOfBirth', '29.02.2000'],
    ['BAD_TYPE', 'borrower', 'dateOfBirth', 20000101],
    ['OUT_OF_RANGE', 'borrower', 'dateOfBirth', '1899-12-31'],
    ['OUT_OF_RANGE', 'borrower', 'dateOfBirth', '2026-02-11'],
    ['OUT_OF_RANGE', 'borrower', 'asOf', '2026-02-11'],
    ['BAD_DATE', 'borrower', 'asOf', 'today'],
    ['MISSING_FIELD', 'borrower', 'asOf', null],
    ['MISSING_FIELD', 'account', 'product', undefined],
    ['BAD_CODE', 'account', 'product', 'huabei'],
    ['BAD_CODE', 'account', 'currency', 'cny'],
    ['OUT_OF_RANGE', 'account', 'currency', 'YUAN'],
    ['BAD_CODE', 'account', 'rawStatus', '31'],
    ['BAD_CODE', 'account', 'rawStatus', 'name'],
    ['BAD_CODE', 'account', 'fiveTierClass', '1'],
    ['INCONSISTENT', 'account', 'accountClass', 'R4'],
    ['OUT_OF_RANGE', 'account', 'creditLimitMinor', -1],
    ['OUT_OF_RANGE', 'account', 'creditLimitMinor', 2 ** 53],
    ['BAD_TYPE', 'account', 'creditLimitMinor', 1.5],
    ['BAD_TYPE', 'account', 'creditLimitMinor', '5'],
    ['BAD_TYPE', 'account', 'overLimitAllowed', 'true'],
    ['OUT_OF_RANGE', 'account', 'liabilityShareBp', 10_001],
    ['OUT_OF_RANGE', 'account', 'openedOn', '2026-02-11'],
    ['BAD_TYPE', 'account', 'coBorrowerCustomerIds', 'c2'],
    ['BAD_TYPE', 'account', 'coBorrowerCustomerIds', [2]],
    ['OUT_OF_RANGE', 'account', 'coBorrowerCustomerIds', Array.from({ length: 101 }, () => 'c')],
    ['INCONSISTENT', 'account', 'fundingShares', [{ institution: 'B', shareBp: 9_999 }]],
    ['BAD_TYPE', 'account', 'fundingShares', [{ institution: 'B' }]],
    ['BAD_TYPE', 'account', 'fundingShares', [{ institution: 'B', shareBp: 10_000, more: 1 }]],
    ['BAD_TYPE', 'account', 'fundingShares', ['B']],
    ['BAD_CODE', 'account', 'specialEvents', [{ type: '10', occurredOn: '2026-01-01' }]],
    ['OUT_OF_RANGE', 'account', 'specialEvents', [{ type: '1', occurredOn: '2026-03-01' }]],
    ['OUT_OF_RANGE', 'monthlySummary', 'month', '2026-03'],
    ['INCONSISTENT', 'monthlySummary', 'month', '2026-02'],
    ['BAD_DATE', 'monthlySummary', 'month', '2026-13'],
    ['OUT_OF_RANGE', 'monthlySummary', 'month', '1899-12'],
    ['BAD_TYPE', 'monthlySummary', 'month', 202601],
    ['BAD_CODE', 'monthlySummary', 'repaymentStatus', '8'],
    ['OUT_OF_RANGE', 'monthlySummary', 'loanCount', 2 ** 31],
    ['BAD_DATE', 'monthlySummary', 'adverseNoticeSentAt', '2026-01-01'],
    ['BAD_DATE', 'monthlySummary', 'adverseNoticeSentAt', '2026-02-30T00:00:00Z'],
    ['BAD_TYPE', 'monthlySummary', 'adverseNoticeSentAt', 0],
    ['MISSING_FIELD', 'loan', 'accountNo', null],
    ['OUT_OF_RANGE', 'loan', 'drawnOn', '2026-02-11'],
    ['OUT_OF_RANGE', 'loan', 'termDays', 0],
    ['OUT_OF_RANGE', 'loan', 'instalmentCount', 0],
    ['OUT_OF_RANGE', 'loan', 'principalMinor', -1],
    ['BAD_CODE', 'loan', 'loanPurpose', 'HOSPITAL'],
    ['BAD_CODE', 'loan', 'rawStatus', '9'],
    ['BAD_CODE', 'loan', 'rawStatus', 'late'],
    ['BAD_TYPE', 'loan', 'cancelled', 1],
    ['INCONSISTENT', 'loan', 'settledOn', '2025-03-03'],
    ['OUT_OF_RANGE', 'repayment', 'instalmentNo', 0],
    ['OUT_OF_RANGE', 'repayment', 'paidOn', '2026-02-11'],
    ['BAD_CODE', 'repayment', 'kind', 'LATE'],
    ['INCONSISTENT', 'repayment', 'paidAmountMinor', 100_501],
    ['MISSING_FIELD', 'inquiry', 'institutionName', null],
    ['BAD_CODE', 'inquiry', 'reason', '99'],
    ['BAD_CODE', 'inquiry', 'institutionType', '12'],
    ['OUT_OF_RANGE', 'inquiry', 'inquiredOn', '2026-02-11'],
    ['BAD_CODE', 'dispute', 'targetEntity', 'statement'],
    ['BAD_TYPE', 'dispute', 'targetKey', 'l1'],
    ['BAD_TYPE', 'dispute', 'targetKey', 'l1/0'],
    ['BAD_TYPE', 'dispute', 'targetKey', '/3'],
    ['BAD_TYPE', 'dispute', 'targetKey', 'l1/2147483648'],
    ['BAD_CODE', 'dispute', 'targetField', 'Loan.principal'],
    ['BAD_CODE', 'dispute', 'targetField', 'Repayment.nonsense'],
    ['BAD_CODE', 'dispute', 'outcome', 'WON'],
    ['INCONSISTENT', 'dispute', 'outcome', 'CORRECTED'],
    ['OUT_OF_RANGE', 'statement', 'text', '字'.repeat(2_001)],
    ['BAD_TYPE', 'statement', 'text', 'two\nlines'],
    ['BAD_CODE', 'statement', 'author', 'BANK'],
  ])('refuses with %s: %s.%s', (code, entity, name, raw) => {
    expect(valueOf(entity, name, raw)).toEqual([expect.objectContaining({ code, field: name })]);
  });

  it.each<[string, string, unknown]>([
    ['BAD_TYPE', 'overLimitAllowed', '1'],
    ['BAD_TYPE', 'coBorrowerCustomerIds', '[c2'],
    ['BAD_TYPE', 'creditLimitMinor', '1.5'],
    ['OUT_OF_RANGE', 'creditLimitMinor', '1e20'],
  ])('refuses the text of a cell with %s: account.%s', (code, name, raw) => {
    expect(valueOf('account', name, raw, TEXT)).toEqual([expect.objectContaining({ code, field: name })]);
  });

  it('refuses dates and counts that contradict each other', () => {
    expect(codesOf('account', { ...ACCOUNT, openedOn: '2025-01-02', maturityOn: '2025-01-01', closedOn: '2025-01-01' })).toEqual([
      'INCONSISTENT maturityOn',
      'INCONSISTENT closedOn',
    ]);
    expect(codesOf('monthlySummary', { ...MONTH, loanCount: 1, loanDays: 2 })).toEqual(['INCONSISTENT loanDays']);
  });

  it('names every fault of a record, not only the first', () => {
    expect(codesOf('account', { accountNo: 'a1', product: 'X', income: 1, nonsense: 1 })).toEqual([
      'FORBIDDEN_FIELD income', 'UNKNOWN_FIELD nonsense', 'MISSING_FIELD customerId', 'BAD_CODE product',
      'MISSING_FIELD accountClass', 'MISSING_FIELD currency', 'MISSING_FIELD asOf',
    ]); // prettier-ignore
  });

  it('takes no member of Object.prototype for a field', () => {
    expect(codesOf('borrower', JSON.parse('{"customerId":"c1","asOf":"2026-01-31","__proto__":1,"constructor":2}') as object as Record<string, unknown>)).toEqual([
      'UNKNOWN_FIELD ', 'UNKNOWN_FIELD constructor',
    ]); // prettier-ignore
    expect(codesOf('toString', {})).toEqual(['UNKNOWN_ENTITY entity']);
  });

  it('names the entities that there are', () => {
    expect(parseFurnishedRecord('lease', {}, CONTEXT)).toEqual({
      faults: [
        {
          code: 'UNKNOWN_ENTITY',
          field: 'entity',
          message: 'The entity must be one of borrower, account, monthlySummary, loan, inquiry, repayment, dispute, statement.',
        },
      ],
    });
  });

  it.each<[string, Entity, object, string[]]>([
    ['a last payment after all was paid', 'repayment', { paidOn: '2025-04-03', lastPaidOn: '2025-04-04' }, ['INCONSISTENT lastPaidOn']],
    ['more paid than due, early', 'repayment', { paidAmountMinor: 100_501, kind: 'EARLY' }, []],
    ['more paid than due, all early', 'repayment', { paidAmountMinor: 100_501, kind: 'EARLY_FULL' }, []],
    ['more paid than due, as scheduled', 'repayment', { paidAmountMinor: 100_501, kind: 'SCHEDULED' }, ['INCONSISTENT paidAmountMinor']],
    ['an answer before the question', 'dispute', { answeredOn: '2026-01-04', outcome: 'CORRECTED' }, ['INCONSISTENT answeredOn']],
    ['an answer without outcome', 'dispute', { answeredOn: '2026-01-05' }, ['INCONSISTENT outcome']],
    ['an answer that leaves it open', 'dispute', { answeredOn: '2026-01-05', outcome: 'OPEN' }, ['INCONSISTENT outcome']],
    ['an answer', 'dispute', { answeredOn: '2026-01-05', outcome: 'FLAG_REMOVED' }, []],
    ['a list as target', 'dispute', { targetEntity: 'account', targetKey: 'a1', targetField: 'CreditAccount.loans' }, ['BAD_CODE targetField']],
    ['an indicator as target', 'dispute', { targetField: 'CreditSummary.loanCount12m' }, ['BAD_CODE targetField']],
    ['a month as target', 'dispute', { targetEntity: 'monthlySummary', targetKey: 'a/1/2026-01', targetField: 'MonthlySummary.balance' }, []],
    ['a bad month as target', 'dispute', { targetEntity: 'monthlySummary', targetKey: 'a1/2026-13', targetField: 'MonthlySummary.balance' }, ['BAD_TYPE targetKey']],
    ['a customer as target', 'dispute', { targetEntity: 'borrower', targetKey: 'c1', targetField: 'Identity.fullName' }, []],
    ['an inquiry as target', 'dispute', { targetEntity: 'inquiry', targetKey: 'i1', targetField: 'Inquiry.reason' }, []],
    ['an account as target', 'dispute', { targetEntity: 'account', targetKey: 'a1', targetField: 'CreditAccount.status' }, []],
    ['a loan as target', 'statement', { targetEntity: 'loan', targetKey: 'l1' }, []],
    ['a target without its key', 'statement', { targetEntity: 'loan' }, ['INCONSISTENT targetKey']],
    ['a target without its entity', 'statement', { targetKey: 'l1' }, ['INCONSISTENT targetEntity']],
    ['a bad target of a statement', 'statement', { targetEntity: 'loan', targetKey: ' l1' }, ['BAD_TYPE targetKey']],
  ])('judges %s', (_title, entity, more, codes) => {
    expect(codesOf(entity, { ...SAMPLES[entity], ...more })).toEqual(codes);
  }); // prettier-ignore

  it.each<[Entity, object, string | null]>([
    ['loan', { drawnOn: '2019-01-01', rawStatus: '2', settledOn: '2021-02-10' }, 'settledOn'],
    ['loan', { drawnOn: '2019-01-01', rawStatus: '2', settledOn: '2021-02-11' }, null],
    ['loan', { drawnOn: '2019-01-01', rawStatus: '3', settledOn: '2020-01-01' }, null],
    ['loan', { drawnOn: '2019-01-01', rawStatus: '4' }, null],
    ['repayment', { dueOn: '2021-02-09', paidOn: '2021-02-10' }, 'paidOn'],
    ['repayment', { dueOn: '2021-02-10', paidOn: '2021-02-10' }, null],
    ['repayment', { dueOn: '2021-02-09', paidOn: '2021-02-11' }, null],
    ['repayment', { dueOn: '2021-02-10', paidOn: '2021-02-10', kind: 'GUARANTOR' }, 'paidOn'],
    ['repayment', { dueOn: '2019-01-01' }, null],
    ['inquiry', { inquiredOn: '2024-02-10' }, 'inquiredOn'],
    ['inquiry', { inquiredOn: '2024-02-11' }, null],
  ])('judges retention of %s %o', (entity, more, field) => {
    const raw = { ...SAMPLES[entity], ...more };
    expect(codesOf(entity, raw)).toEqual(field === null ? [] : [`RETENTION_ENDED ${field}`]);
    expect(codesOf(entity, raw, { ...CONTEXT, retention: 'HISTORICAL' })).toEqual([]);
  }); // prettier-ignore

  it.each([
    ['5 years and a day ago',   '2021-02-09', '2', 'FROM_TODAY', ['RETENTION_ENDED adverseEndedOn']],
    ['5 years ago',             '2021-02-10', '2', 'FROM_TODAY', ['RETENTION_ENDED adverseEndedOn']],
    ['one day less',            '2021-02-11', '2', 'FROM_TODAY', []],
    ['long ago, not adverse',   '2001-01-01', 'N', 'FROM_TODAY', []],
    ['long ago in a data set',  '2001-01-01', '2', 'HISTORICAL', []],
  ] as const)('judges retention of what ended %s', (_title, adverseEndedOn, repaymentStatus, retention, codes) => {
    expect(codesOf('monthlySummary', { ...MONTH, repaymentStatus, adverseEndedOn }, { ...CONTEXT, retention })).toEqual(codes);
  }); // prettier-ignore

  it('never repeats a furnished value in a message', () => {
    const secret = 'SECRET-VALUE';
    const raw = Object.fromEntries(
      ['idType', 'dateOfBirth', 'identityUpdatedOn', 'asOf', 'income'].map((name) => [name, secret]),
    );
    const parsed = parseFurnishedRecord('borrower', { ...raw, customerId: ` ${secret}`, [`name of ${secret}`]: 1 }, CONTEXT);
    expect(JSON.stringify(parsed)).not.toContain(secret);
    expect('faults' in parsed && parsed.faults.length).toBe(7);
  });
});

describe('names in furnished records', () => {
  it.each([
    'religion',
    'RELIGION',
    'genes',
    'fingerprint',
    'bloodType',
    'blood_type',
    'illness',
    'medicalHistory',
    'disease',
    'monthlyIncomeMinor',
    'deposits',
    'securities',
    'insurance',
    'realEstate',
    'taxPaid',
  ])('forbids %s', (name) => {
    expect(isForbiddenField(name)).toBe(true);
  });

  it.each(['gender', 'general', 'nickname'])('does not forbid %s', (name) => {
    expect(isForbiddenField(name)).toBe(false);
  });

  it('tells the entity by its fields', () => {
    expect(entityOfFields(new Set(['customerId', 'fullName']))).toBe('borrower');
    expect(entityOfFields(new Set(['accountNo', 'customerId']))).toBe('account');
    expect(entityOfFields(new Set(['accountNo', 'month']))).toBe('monthlySummary');
    expect(entityOfFields(new Set(['fullName']))).toBeNull();
    for (const entity of ['loan', 'repayment', 'inquiry', 'dispute', 'statement'] as const)
      expect(entityOfFields(new Set(Object.keys(SAMPLES[entity])))).toBe(entity);
  });

  it('gives as key only what is well-formed', () => {
    expect(naturalKeyOf('monthlySummary', { accountNo: 'a1', month: '2026-01' })).toBe('a1/2026-01');
    expect(naturalKeyOf('monthlySummary', { accountNo: 'a1', month: 'soon' })).toBe('a1');
    expect(naturalKeyOf('account', { accountNo: 'x'.repeat(65) })).toBeNull();
    expect(naturalKeyOf('repayment', { loanNo: 'l1', instalmentNo: 3 })).toBe('l1/3');
    expect(naturalKeyOf('repayment', { loanNo: 'l1', instalmentNo: '12' })).toBe('l1/12');
    expect(naturalKeyOf('repayment', { loanNo: 'l1', instalmentNo: 'the third' })).toBe('l1');
    expect(
      ['inquiry', 'dispute', 'statement'].map((entity) => naturalKeyOf(entity, { [`${entity}No`]: 'n1', customerId: 'c1' })),
    ).toEqual(['n1', 'n1', 'n1']);
    expect(naturalKeyOf('lease', { customerId: 'c1' })).toBeNull();
    expect(naturalKeyOf('borrower', { idNumber: '1234' })).toBeNull();
    expect(safeFieldName('王小明')).toBeNull();
  });
});
