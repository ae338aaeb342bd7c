import { projectInquiries, projectStatements } from '../../../../src/app/credit/project-history';
import { provenanceOf, type ReleasedAccount } from '../../../../src/app/credit/released-report';
import type { RecordRow } from '../../../../src/app/ports';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { type ArrangementDraft, BANK_B, OTHER_PLATFORM, PLATFORM } from '../../../support/builders';
import {
  ACCOUNT,
  anId,
  aRelease,
  aRow,
  asRead,
  KEYS,
  projectedAccounts,
  type ReleasedWorld,
  rowsOf,
  toolsFor,
} from './projected-world';

const loanRow = (name: string, values: Readonly<Record<string, unknown>> = {}, segment = 0): RecordRow =>
  aRow({ accountId: ACCOUNT, loanId: anId(name), instalmentNo: null, segment }, values);
const instalment = (loan: string, instalmentNo: number, values: Readonly<Record<string, unknown>> = {}, segment = 0): RecordRow =>
  aRow({ accountId: ACCOUNT, loanId: anId(loan), instalmentNo, segment }, values);
const refOf = (name: string): string => KEYS.pairwiseRef('bank-a', 'MORTGAGE_ORIGINATION', anId(name));

/** The only account of a release. */
function accountOf(world: ReleasedWorld, below: Parameters<typeof rowsOf>[0]): ReleasedAccount {
  const [account, ...others] = projectedAccounts(world, rowsOf(below));
  if (!account || others.length > 0) throw new Error('one account');
  return account;
}
/** A record without what only the gateway knows. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('single loans', () => {
  const all = [{ scopes: '+loans +drawnOn +principal' }];

  it('stand in their account, newest first, each with its released values', () => {
    const loans = [
      loanRow('older', { drawn_on: '2025-05-01', principal_minor: 1 }),
      loanRow('newer', { drawn_on: '2025-06-01', principal_minor: 2 }),
    ];
    expect(plain(accountOf(aRelease(all, 'loans drawnOn principal'), { loans }).loans)).toEqual([
      { loanRef: refOf('newer'), drawnOn: '2025-06-01', principal: 2, repayments: null },
      { loanRef: refOf('older'), drawnOn: '2025-05-01', principal: 1, repayments: null },
    ]);
  });

  it('are null where there is none', () => {
    expect(accountOf(aRelease(all, 'loans'), {}).loans).toBeNull();
  });

  it('are null where their list is withheld, though they were read for an indicator', () => {
    const world = aRelease([{ scopes: '+maxConcurrentLoans12m +loanCount12m' }], 'maxConcurrentLoans12m');
    const { loans, items } = accountOf(world, { loans: [loanRow('read', { drawn_on: '2025-06-01', settled_on: null })] });
    expect(world.reads.loan.map(({ columns }) => columns.length)).toEqual([2]);
    expect([loans, items.loans.size]).toEqual([null, 0]);
  });

  it('stand there on days of the list alone, whatever else was read of an indicator’s window', () => {
    const drafts = [{ scopes: '+loans', dataFrom: '2026-01-01' }, { scopes: '+maxConcurrentLoans12m +loanCount12m' }];
    const world = aRelease(drafts, 'loans maxConcurrentLoans12m');
    const segments = world.reads.loan[0]?.segments ?? [];
    const listed = segments.findIndex(({ from }) => from === '2026-01-01');
    const loans = segments.map((_segment, place) => loanRow(`loan ${String(place)}`, {}, place));
    expect([segments.length, listed]).toEqual([3, 1]);
    expect(
      accountOf(world, { loans })
        .loans?.map(({ loanRef }) => loanRef)
        .sort(),
    ).toEqual(['loan 1', 'loan 2'].map(refOf).sort());
  });

  it('show no value on days on which it is not released', () => {
    const drafts = [{ scopes: '+loans' }, { scopes: '+loans +principal', dataFrom: '2025-01-01' }];
    const loans = [loanRow('before', { principal_minor: 5 }, 0), loanRow('after', { principal_minor: 6 }, 1)];
    const shown = plain(accountOf(aRelease(drafts, 'loans principal'), { loans }).loans);
    expect(shown).toContainEqual({ loanRef: refOf('before'), repayments: null });
    expect(shown).toContainEqual({ loanRef: refOf('after'), principal: 6, repayments: null });
  });

  it('come in an order that a withheld day does not decide', () => {
    const world = aRelease([{ scopes: '+loans' }], 'loans');
    const orderOf = (days: readonly string[]) =>
      accountOf(world, { loans: ['x', 'y', 'z'].map((name, at) => loanRow(name, { drawn_on: days[at] })) }).loans?.map(
        ({ loanRef }) => loanRef,
      );
    const days = ['2025-01-01', '2025-02-01', '2025-03-01'];
    expect(orderOf(days)).toEqual(orderOf([...days].reverse()));
    expect(orderOf(days)).toEqual(['x', 'y', 'z'].map(refOf).sort());
  });

  it('have another name for another recipient and for another purpose', () => {
    const world = aRelease([{ scopes: '+loans' }], 'loans');
    const nameFor = (...whom: Parameters<typeof toolsFor>) =>
      projectedAccounts(world, rowsOf({ loans: [loanRow('one')] }), toolsFor(...whom))[0]?.loans?.[0]?.loanRef;
    expect(new Set([nameFor(), nameFor(BANK_B), nameFor('bank-a', 'CONSUMER_LOAN_ORIGINATION')]).size).toBe(3);
    expect(nameFor()).toBe(nameFor());
  });
});

describe('repayments', () => {
  const all: ArrangementDraft[] = [{ scopes: '+loans +repayments +dueOn +dueAmount' }];
  const asked = 'loans repayments dueOn dueAmount';

  it('stand in their loan, newest due first, without their number', () => {
    const repayments = [
      instalment('loan', 1, { due_on: '2025-02-01', due_amount_minor: 10 }),
      instalment('loan', 2, { due_on: '2025-03-01', due_amount_minor: 20 }),
      instalment('other', 1, { due_on: '2025-04-01', due_amount_minor: 30 }),
    ];
    const { loans } = accountOf(aRelease(all, asked), { loans: [loanRow('loan')], repayments });
    expect(plain(loans?.[0]?.repayments)).toEqual([
      { dueOn: '2025-03-01', dueAmount: 20 },
      { dueOn: '2025-02-01', dueAmount: 10 },
    ]);
  });

  it('come in an order that neither their number nor a withheld day decides', () => {
    const world = aRelease([{ scopes: '+loans +repayments +dueAmount' }], 'loans repayments dueAmount');
    const amounts = (days: readonly string[]) =>
      accountOf(world, {
        loans: [loanRow('loan')],
        repayments: days.map((day, at) => instalment('loan', at + 1, { due_on: day, due_amount_minor: at })),
      }).loans?.[0]?.repayments?.map(({ dueAmount }) => dueAmount);
    const days = Array.from({ length: 9 }, (_, at) => `2025-0${String(at + 1)}-01`);
    expect(amounts(days)).toEqual(amounts([...days].reverse()));
    expect(amounts(days)).not.toEqual(days.map((_day, at) => at));
    expect(amounts(days)).not.toEqual(days.map((_day, at) => days.length - 1 - at));
  });

  it('are null where their list is withheld, though they were read for an indicator', () => {
    const world = aRelease([{ scopes: '+loans +maxDaysPastDue24m' }], 'loans maxDaysPastDue24m');
    const repayments = [instalment('loan', 1, { due_on: '2025-02-01', paid_on: '2025-02-01' })];
    const { loans, items } = accountOf(world, { loans: [loanRow('loan')], repayments });
    expect(world.reads.repayment.map(({ columns }) => columns.length)).toEqual([2]);
    expect([loans?.[0]?.repayments, items.repayments.size]).toEqual([null, 0]);
  });

  it('are null of a loan whose own day their list does not cover, and leave out what is due on other days', () => {
    const drafts = [{ scopes: '+loans +dueAmount' }, { scopes: '+loans +repayments', dataFrom: '2025-01-01' }];
    const world = aRelease(drafts, 'loans repayments dueAmount');
    const loanPlace = (from: string) => world.reads.loan[0]?.segments.findIndex((segment) => segment.from === from) ?? NaN;
    expect(world.reads.repayment[0]?.segments).toHaveLength(1);
    const { loans } = accountOf(world, {
      loans: [loanRow('before', {}, loanPlace('2021-04-01')), loanRow('after', {}, loanPlace('2025-01-01'))],
      repayments: ['before', 'after'].map((loan) => instalment(loan, 1, { due_amount_minor: 10 })),
    });
    expect(loans?.find(({ loanRef }) => loanRef === refOf('before'))?.repayments).toBeNull();
    expect(plain(loans?.find(({ loanRef }) => loanRef === refOf('after'))?.repayments)).toEqual([{ dueAmount: 10 }]);
  });

  it('due on days without their list are left out, though they were read for an indicator', () => {
    const drafts = [
      { scopes: '+loans +maxDaysPastDue24m' },
      { scopes: '+loans +repayments +dueOn', dataFrom: '2025-01-01', dataUntil: '2026-01-01' },
    ];
    const world = aRelease(drafts, 'loans repayments dueOn maxDaysPastDue24m');
    const placeOf = (kind: 'loan' | 'repayment', day: string) =>
      world.reads[kind][0]?.segments.findIndex(({ from, until }) => from <= day && day < until) ?? NaN;
    const repayments = ['2025-07-01', '2026-02-01'].map((day, at) =>
      instalment('loan', at + 1, { due_on: day }, placeOf('repayment', day)),
    );
    const { loans } = accountOf(world, { loans: [loanRow('loan', {}, placeOf('loan', '2025-06-01'))], repayments });
    expect(plain(loans?.[0]?.repayments)).toEqual([{ dueOn: '2025-07-01' }]);
  });

  it('of a withheld loan stand nowhere', () => {
    const { loans, items } = accountOf(aRelease(all, asked), {
      repayments: [instalment('withheld', 1, { due_on: '2025-02-01' })],
    });
    expect([loans, items.repayments.size]).toEqual([null, 0]);
  });
});

describe('what leaves of an account', () => {
  it('holds no internal id and no number of an instalment', () => {
    const drafts = [{ scopes: '+LOAN_DETAIL +REPAYMENT_DETAIL +repaymentStatus +status' }];
    const names = 'loans drawnOn principal repayments dueOn status repaymentStatus';
    const account = accountOf(aRelease(drafts, names), {
      loans: [loanRow('secretly', { drawn_on: '2025-05-01', principal_minor: 1 })],
      repayments: [instalment('secretly', 7_777, { due_on: '2025-06-01' })],
      disputes: [
        aRow(
          { recordId: anId('disputed'), accountId: ACCOUNT, month: null, loanId: anId('secretly'), instalmentNo: null },
          { target_field: 'Loan.principal', received_on: '2026-04-01', answer_due_on: '2026-04-21', outcome: 'OPEN' },
        ),
      ],
    });
    const { items: _items, asOf: _asOf, knownProduct: _product, ...selectable } = account;
    const text = JSON.stringify(selectable);
    for (const name of ['secretly', 'account', 'disputed'].map(anId))
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const)
        expect(text).not.toContain(name.toString(encoding).replace(/=+$/, ''));
    expect(text).not.toMatch(/7777|segment|instalmentNo/);
    expect(text).toContain(refOf('secretly'));
  });
});

describe('special events of an account', () => {
  const eventsOf = (draft: ArrangementDraft, events: readonly object[]) =>
    plain(
      projectedAccounts(aRelease([draft], 'specialEvents'), {
        ...rowsOf(),
        accounts: [aRow({ accountId: ACCOUNT, currency: 'CNY' }, { special_events: JSON.stringify(events) })],
      })[0]?.['specialEvents'],
    );
  const event = (type: string, occurredOn: string) => ({ type, occurredOn, amountMinor: 5, monthsChanged: null });

  // today is 2026-04-15: an adverse event of 2021-04-15 is gone, early repayments (4) and settlements (5) are not adverse
  it('are gone five years after an adverse one, and stay where they are not adverse', () => {
    const events = ['1', '4', '5'].flatMap((type) => [event(type, '2021-04-15'), event(type, '2021-04-16')]);
    expect(eventsOf({ scopes: '+specialEvents' }, events)).toEqual([
      { type: '1', occurredOn: '2021-04-16', amount: 5, monthsChanged: null },
      ...['4', '5'].flatMap((type) =>
        ['2021-04-15', '2021-04-16'].map((occurredOn) => ({ type, occurredOn, amount: 5, monthsChanged: null })),
      ),
    ]);
  });

  it('are null where none is left', () => {
    expect(eventsOf({ scopes: '+specialEvents' }, [event('1', '2021-04-15')])).toBeNull();
  });

  it('belong to the days that they occurred in', () => {
    const events = [event('4', '2024-12-31'), event('4', '2025-01-01')];
    expect(eventsOf({ scopes: '+specialEvents', dataFrom: '2025-01-01' }, events)).toEqual([
      { type: '4', occurredOn: '2025-01-01', amount: 5, monthsChanged: null },
    ]);
  });
});

describe('disputes of an account', () => {
  const dispute = (targetField: string, about: Partial<RecordRow['key']> = {}, values: Record<string, unknown> = {}): RecordRow =>
    aRow(
      { recordId: anId(targetField), accountId: ACCOUNT, month: null, loanId: null, instalmentNo: null, ...about },
      {
        target_field: targetField,
        received_on: '2026-04-01',
        answer_due_on: '2026-04-21',
        answered_on: null,
        outcome: 'OPEN',
        ...values,
      },
    );
  const asked = 'loans principal status loanCount repayments dueAmount';
  const drafts = [{ scopes: '+LOAN_DETAIL +repayments +dueAmount +status +loanCount' }];
  const rows = {
    accounts: [aRow({ accountId: ACCOUNT, currency: 'CNY' }, { status: 'OVERDUE' })],
    loans: [loanRow('loan', { principal_minor: 5 }), loanRow('empty', { principal_minor: null })],
    repayments: [instalment('loan', 2, { due_amount_minor: 7 })],
    months: [aRow({ accountId: ACCOUNT, month: 202_603 }, { loan_count: 0 })],
  };
  const shownOf = (...disputes: readonly RecordRow[]) =>
    plain(accountOf(aRelease(drafts, asked), { ...rows, disputes })['disputes']);

  // prettier-ignore
  it.each<[string, RecordRow, object]>([
    ['an account',   dispute('CreditAccount.status'),                                                        { month: null,      loanRef: null          }],
    ['a month',      dispute('MonthlySummary.loanCount', { month: 202_603 }),                                { month: '2026-03', loanRef: null          }],
    ['a loan',       dispute('Loan.principal', { loanId: anId('loan') }),                                    { month: null,      loanRef: refOf('loan') }],
    ['a repayment',  dispute('Repayment.dueAmount', { loanId: anId('loan'), instalmentNo: 2 }),              { month: null,      loanRef: refOf('loan') }],
  ])('stand beside %s, naming what they are about by public names', (_item, row, names) => {
    expect(shownOf(row)).toEqual([
      {
        targetField: row.values['target_field'], ...names, receivedOn: '2026-04-01', answerDueOn: '2026-04-21', answeredOn: null,
        outcome: 'OPEN',
      },
    ]); // prettier-ignore
  });

  // prettier-ignore
  it.each<[string, RecordRow]>([
    ['a value that was not furnished',     dispute('Loan.principal', { loanId: anId('empty') })                          ],
    ['a loan that is not listed',          dispute('Loan.principal', { loanId: anId('withheld') })                       ],
    ['a repayment that is not listed',     dispute('Repayment.dueAmount', { loanId: anId('loan'), instalmentNo: 3 })     ],
    ['a month that is not listed',         dispute('MonthlySummary.loanCount', { month: 202_512 })                       ],
    ['a field that was not released',      dispute('CreditAccount.openedOn')                                             ],
    ['a field that is not in the catalogue', dispute('CreditAccount.unheardOf')                                          ],
    ['another account',                    dispute('CreditAccount.status', { accountId: anId('other') })                 ],
  ])('are not shown about %s', (_name, row) => {
    expect(shownOf(row)).toBeNull();
  });

  it('come newest received first, whatever the order in which they are stored', () => {
    const received = ['2026-01-01', '2026-03-01', '2026-02-01'].map((day) =>
      dispute('CreditAccount.status', {}, { received_on: day }),
    );
    for (const rows of [received, received.toReversed()])
      expect((shownOf(...rows) as { receivedOn: string }[]).map(({ receivedOn }) => receivedOn)).toEqual([
        '2026-03-01', '2026-02-01', '2026-01-01',
      ]); // prettier-ignore
  });
});

describe('inquiries', () => {
  const names = 'inquiries inquiredOn institutionName isHard';
  const row = (name: string, values: Readonly<Record<string, unknown>>, group = 0, segment = 0): RecordRow =>
    aRow({ recordId: anId(name), segment }, values, group);
  const listOf = (world: ReleasedWorld, rows: readonly RecordRow[]) =>
    projectInquiries(rows, [], world.persons, world.reads.inquiry, toolsFor());

  it('are listed newest first, without their ids', () => {
    const rows = [
      row('first', { inquired_on: '2026-01-01', institution_name: 'A', is_hard: 1 }),
      row('second', { inquired_on: '2026-02-01', institution_name: 'B', is_hard: 0 }),
    ];
    const { items, origins } = listOf(aRelease([{ scopes: '+INQUIRY_HISTORY' }], names), rows);
    expect(plain(items)).toEqual([
      { inquiredOn: '2026-02-01', institutionName: 'B', isHard: false, disputes: null },
      { inquiredOn: '2026-01-01', institutionName: 'A', isHard: true, disputes: null },
    ]);
    expect(origins.map(({ platformId, product, days }) => [platformId, product, days])).toEqual([[PLATFORM, null, null]]);
  });

  it('are null, and of no origin, where there is none', () => {
    expect(listOf(aRelease([{ scopes: '+INQUIRY_HISTORY' }], names), [])).toEqual({ ids: new Set(), items: null, origins: [] });
  });

  it('are null where their list is withheld, though they were read for an indicator', () => {
    const world = aRelease([{ scopes: '+hardInquiries6m' }], 'hardInquiries6m');
    expect(world.reads.inquiry[0]?.columns).toHaveLength(3);
    expect(listOf(world, [row('read', { inquired_on: '2026-01-01' })]).items).toBeNull();
  });

  it('stand there on days of the list alone', () => {
    const world = aRelease(
      [{ scopes: '+inquiries', dataFrom: '2026-01-01' }, { scopes: '+hardInquiries6m' }],
      'inquiries hardInquiries6m',
    );
    const segments = world.reads.inquiry[0]?.segments ?? [];
    const { items } = listOf(world, segments.map((_segment, place) => row(`no ${String(place)}`, {}, 0, place))); // prettier-ignore
    expect(items).toHaveLength(segments.filter(({ from }) => from >= '2026-01-01').length);
    expect(segments.length).toBeGreaterThan(items?.length ?? 0);
  });

  describe('of one look-up beside the records of two platforms', () => {
    const drafts: ArrangementDraft[] = [
      { scopes: '+inquiries +institutionName' },
      { scopes: '+inquiries +institutionName +isHard', platformId: OTHER_PLATFORM },
    ];
    const world = aRelease(drafts, names);
    const twice = [
      row('look-up', { institution_name: 'A', is_hard: null }, 0),
      row('look-up', { institution_name: 'A', is_hard: 1 }, 1),
    ];
    const platformsOf = (rows: readonly RecordRow[], coordinate: string): readonly string[] =>
      (provenanceOf(listOf(world, rows).items?.[0])?.(FIELD_CATALOGUE.load(coordinate)) ?? []).map(
        ({ platformId }) => platformId,
      );

    it('are one, each field by the first platform that may show it', () => {
      expect(world.persons.map(({ platformId }) => platformId)).toEqual([PLATFORM, OTHER_PLATFORM]);
      expect(plain(listOf(world, twice).items)).toEqual([{ institutionName: 'A', isHard: true, disputes: null }]);
      expect(platformsOf(twice, 'Inquiry.institutionName')).toEqual([PLATFORM]);
      expect(platformsOf(twice, 'Inquiry.isHard')).toEqual([OTHER_PLATFORM]);
      expect(platformsOf(twice, 'Inquiry.reason')).toEqual([]);
    });

    it('are two where they are different ones', () => {
      const [one] = twice as [RecordRow, RecordRow];
      expect(listOf(world, [one, row('another', { institution_name: 'A' }, 1)]).items).toHaveLength(2);
    });
  });
});

describe('statements', () => {
  const drafts = [{ scopes: '+STATEMENTS +LOAN_DETAIL +loanCount +status' }];
  const names = 'statements text madeOn loans principal loanCount status';
  const row = (text: string, entity: string | null, key: Partial<RecordRow['key']> = {}, madeOn = '2026-01-01'): RecordRow =>
    aRow(
      { recordId: anId(text), month: null, loanId: null, instalmentNo: null, ...key },
      { text, made_on: madeOn, target_entity: entity },
    );
  const below = {
    accounts: [aRow({ accountId: ACCOUNT, currency: 'CNY' }, { status: 'NORMAL' })],
    loans: [loanRow('loan', { principal_minor: 5 })],
    months: [aRow({ accountId: ACCOUNT, month: 202_603 }, { loan_count: 1 })],
  };
  function textsOf(world: ReleasedWorld, rows: readonly RecordRow[]): readonly unknown[] | null {
    const accounts = projectedAccounts(world, rowsOf(below));
    const { items } = projectStatements(asRead(rows, world.persons), world.persons, accounts, new Set(), toolsFor());
    return items?.map(({ text }) => text) ?? null;
  }

  it('about the borrower are listed newest first', () => {
    const rows = [row('older', null), row('newer', 'borrower', {}, '2026-02-01')];
    expect(textsOf(aRelease(drafts, names), rows)).toEqual(['newer', 'older']);
  });

  // prettier-ignore
  it.each<[string, RecordRow, boolean]>([
    ['an account that is shown',         row('s', 'account', { accountId: ACCOUNT }),                              true ],
    ['an account that is not',           row('s', 'account', { accountId: anId('other') }),                        false],
    ['a month that is shown',            row('s', 'monthlySummary', { accountId: ACCOUNT, month: 202_603 }),       true ],
    ['a month that is not',              row('s', 'monthlySummary', { accountId: ACCOUNT, month: 202_512 }),       false],
    ['a loan that is shown',             row('s', 'loan', { accountId: ACCOUNT, loanId: anId('loan') }),           true ],
    ['a loan that is not',               row('s', 'loan', { accountId: ACCOUNT, loanId: anId('withheld') }),       false],
    ['an item that nobody knows',        row('s', 'loan'),                                                         false],
  ])('about %s: shown %s', (_name, one, shown) => {
    expect(textsOf(aRelease(drafts, names), [one])).toEqual(shown ? ['s'] : null);
  });

  it('about a loan are not shown where the list of loans is withheld', () => {
    const world = aRelease([{ scopes: '+STATEMENTS +status' }], names);
    expect(textsOf(world, [row('s', 'loan', { accountId: ACCOUNT, loanId: anId('loan') })])).toBeNull();
  });

  it('are null where their list is withheld', () => {
    expect(textsOf(aRelease([{ scopes: '+fullName' }], `${names} fullName`), [row('s', null)])).toBeNull();
  });

  it('hold the released fields and no other', () => {
    const world = aRelease([{ scopes: '+statements +madeOn' }], names);
    const { items } = projectStatements([row('s', null)], world.persons, [], new Set(), toolsFor());
    expect(plain(items)).toEqual([{ madeOn: '2026-01-01' }]);
  });
});
