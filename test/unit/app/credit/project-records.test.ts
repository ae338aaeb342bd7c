import { projectInquiries, projectStatements } from '../../../../src/app/credit/project-history';
import { projectAccounts, projectIdentity } from '../../../../src/app/credit/project-records';
import type { BorrowerKey, RecordRow } from '../../../../src/app/ports';
import { OTHER_PLATFORM } from '../../../support/builders';
import { ACCOUNT, anId, aRelease, aRow, rowsOf, toolsFor } from './projected-world';

describe('identity', () => {
  const KEY = {
    open: ({ row }: { row: string }, sealed: Buffer) => `${sealed.toString()} of ${row}`,
  } as unknown as BorrowerKey; // projection asks for nothing else
  const drafts = [{ scopes: '+fullName' }, { scopes: '+fullName', platformId: OTHER_PLATFORM }];
  const customer = (customerId: string, asOf: string, group = 0): RecordRow =>
    aRow({ customerId, asOf }, { full_name: Buffer.from('name') }, group);
  const nameIn = (rows: readonly RecordRow[]): unknown =>
    projectIdentity(rows, aRelease(drafts, 'fullName').persons, KEY)['fullName'];

  it('is what was furnished last', () => {
    expect(nameIn([customer('b', '2026-04-02', 1), customer('a', '2026-04-01')])).toBe(`name of ${OTHER_PLATFORM}/b`);
  });

  it.each([
    ['of one platform', [customer('b', '2026-04-01'), customer('a', '2026-04-01')], 'a'],
    ['of two platforms', [customer('a', '2026-04-01', 1), customer('b', '2026-04-01')], 'b'],
  ])('is the same in whatever order records of one day %s were read', (_name, rows, customerId) => {
    const [there, back] = [nameIn(rows), nameIn([...rows].reverse())];
    expect(there).toBe(back);
    expect(there).toMatch(new RegExp(`/${customerId}$`));
  });
});

describe('a row that nothing was released for', () => {
  const { products, persons, reads } = aRelease(
    [{ scopes: '+fullName +loans +CreditAccount.status +inquiries +statements +text' }],
    'loans CreditAccount.status inquiries statements text',
  );
  const read = { accounts: reads.account, loans: reads.loan, repayments: reads.repayment };
  const accountsOf = (below: Parameters<typeof rowsOf>[0]): unknown => projectAccounts(rowsOf(below), products, read, toolsFor());
  const loan = { accountId: ACCOUNT, loanId: anId('loan'), segment: 0 };

  it('is projected while it was released', () => {
    expect(accountsOf({ loans: [aRow(loan)] })).toHaveLength(1);
  });

  // prettier-ignore
  it.each<[string, () => unknown, string]>([
    ['an account of no group',      () => accountsOf({ accounts: [aRow({ accountId: ACCOUNT, currency: 'CNY' }, {}, 9)] }), 'its group'   ],
    ['an account without an id',    () => accountsOf({ accounts: [aRow({ currency: 'CNY' })] }),                            'its account' ],
    ['an account without currency', () => accountsOf({ accounts: [aRow({ accountId: ACCOUNT })] }),                         'its currency'],
    ['a month of no account',       () => accountsOf({ months: [aRow({ month: 202_603 })] }),                               'its account' ],
    ['a month without its name',    () => accountsOf({ months: [aRow({ accountId: ACCOUNT })] }),                           'its month'   ],
    ['a loan of no group',          () => accountsOf({ loans: [aRow(loan, {}, 9)] }),                                       'its group'   ],
    ['a loan of days not read',     () => accountsOf({ loans: [aRow({ ...loan, segment: 9 })] }),                           'its segment' ],
    ['a loan without an id',        () => accountsOf({ loans: [aRow({ ...loan, loanId: null })] }),                         'its loan'    ],
    ['a repayment of no loan',      () => accountsOf({ repayments: [aRow({ accountId: ACCOUNT, segment: 0 })] }),           'its loan'    ],
    ['an inquiry of no group',      () => projectInquiries([aRow({ recordId: anId('r') }, {}, 9)], [], persons, reads.inquiry, toolsFor()), 'its group'],
    ['an inquiry of days not read', () => projectInquiries([aRow({ recordId: anId('r'), segment: 9 })], [], persons, reads.inquiry, toolsFor()), 'its segment'],
    ['an inquiry without an id',    () => projectInquiries([aRow({ segment: 0 })], [], persons, reads.inquiry, toolsFor()), 'its name'    ],
    ['a statement of no group',     () => projectStatements([aRow({ recordId: anId('r') }, {}, 9)], persons, [], new Set(), toolsFor()), 'its group'],
    ['a statement without an id',   () => projectStatements([aRow({}, { target_entity: null })], persons, [], new Set(), toolsFor()), 'its name'],
  ])('is a fault and no absence: %s', (_name, project, what) => {
    expect(project).toThrow(`A row was read without ${what}`);
  });
});
