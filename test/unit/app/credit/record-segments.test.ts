import {
  groupReleased,
  type ReleasedGroup,
  spansOf,
  toDisputeGroups,
  toRecordGroups,
} from '../../../../src/app/credit/record-groups';
import type { PlatformState, RecordGroup } from '../../../../src/app/ports';
import { decide } from '../../../../src/core/consent/decide';
import type { ConsentSnapshot } from '../../../../src/core/consent/decision';
import { lastCompletedMonth, toEpochDay, toYearMonth } from '../../../../src/core/credit/calendar';
import { CATALOGUE_VERSION, FIELD_CATALOGUE, type RecordKind } from '../../../../src/core/credit/field-catalogue';
import {
  anArrangement,
  type ArrangementDraft,
  AS_OF,
  aSnapshot,
  CENTRE,
  fieldsOf,
  NOW_MS,
  PLATFORM,
} from '../../../support/builders';

const TALLY_SIZE = Math.max(...FIELD_CATALOGUE.entries.map(({ id }) => id)) + 1;

interface Asked extends Partial<ConsentSnapshot> {
  readonly historical?: boolean;
  readonly monthsBack?: number;
}

function released(drafts: readonly ArrangementDraft[], asked: string, { historical = false, ...about }: Asked = {}) {
  const arrangements = drafts.map((draft, i) =>
    anArrangement({ id: 'abc'.charAt(i), catalogueVersion: CATALOGUE_VERSION, ...draft }),
  );
  const snapshot = aSnapshot(arrangements, about);
  const entries = fieldsOf(asked);
  const platform: PlatformState = { newestMonth: null, historical, status: 'ACTIVE', version: 1 };
  const frame = { asOf: snapshot.asOfByPlatform, platforms: new Map([[PLATFORM, platform]]), tallySize: TALLY_SIZE };
  return groupReleased(decide(snapshot, FIELD_CATALOGUE, entries), entries, frame);
}

function questionOf({ purpose = 'MORTGAGE_ORIGINATION', atMs = NOW_MS, monthsBack = 24 }: Asked) {
  return { purpose, atMs, monthsBack, catalogue: FIELD_CATALOGUE } as const;
}

/** The only group that is read. */
function groupOf(kind: RecordKind, drafts: readonly ArrangementDraft[], asked: string, about: Asked = {}): RecordGroup {
  const { monthsBack: _monthsBack, ...snapshot } = about;
  const [group, ...others] = toRecordGroups(kind, released(drafts, asked, snapshot), questionOf(about));
  if (!group || others.length > 0) throw new Error('one group');
  return group;
}

/** The group's segments, then each column with the places of those in which it is read; `all` where it is in every one. */
function readOf(kind: RecordKind, drafts: readonly ArrangementDraft[], asked: string, about: Asked = {}): string[] {
  const { segments, columns } = groupOf(kind, drafts, asked, about);
  return [
    segments.map(({ from, until }) => `${from}/${until}`).join(' '),
    ...columns.map(({ column, segments: places }) => `${column} ${places?.join(' ') ?? 'all'}`),
  ];
}

const REACH = '2021-04-01';
/** Days without an end, as a date that no record has. */
const [EVER] = groupOf('loan', [{ scopes: '+loans' }], 'loans').segments.map(({ until }) => until) as [string];
const since2025: ArrangementDraft = { dataFrom: '2025-01-01' };
const year2025: ArrangementDraft = { ...since2025, dataUntil: '2026-01-01' };

describe('toRecordGroups for records of days', () => {
  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string[]]>([
    ['one segment where all is released alike',          [{ scopes: '+loans +drawnOn' }],                                       'loans drawnOn',           [`${REACH}/${EVER}`, 'drawn_on all']],
    ['no column for the list itself',                    [{ scopes: '+loans' }],                                                'loans',                   [`${REACH}/${EVER}`]],
    ['the rung and not the finer column',                [{ scopes: '+loans +drawnOn' }],                                       'loans drawnMonth',        [`${REACH}/${EVER}`, 'drawn_month all']],
    ['a cut where a column begins',                      [{ scopes: '+loans' }, { scopes: '+loans +principal', ...since2025 }], 'loans principal',         [`${REACH}/2025-01-01 2025-01-01/${EVER}`, 'principal_minor 1']],
    ['a cut where a column begins and where it ends',    [{ scopes: '+loans' }, { scopes: '+loans +principal', ...year2025 }],  'loans principal',         [`${REACH}/2025-01-01 2025-01-01/2026-01-01 2026-01-01/${EVER}`, 'principal_minor 1']],
    ['columns each in segments of their own',            [{ scopes: '+loans +termDays' , dataUntil: '2025-06-01' }, { scopes: '+loans +principal', ...since2025 }], 'termDays principal',
      [`${REACH}/2025-01-01 2025-01-01/2025-06-01 2025-06-01/${EVER}`, 'term_days 0 1', 'principal_minor 1 2']],
    ['no segment in a gap',                              [{ scopes: '+loans', dataUntil: '2024-01-01' }, { scopes: '+loans', ...since2025 }], 'loans',     [`${REACH}/2024-01-01 2025-01-01/${EVER}`]],
    ['a cut at a bound inside what is released anyway',  [{ scopes: '+loans +drawnOn +daysSinceLastLoan' }],                    'loans daysSinceLastLoan', [`${REACH}/2025-04-01 2025-04-01/2026-04-01 2026-04-01/${EVER}`, 'drawn_on 1']],
    ['for an indicator its inputs alone, in its window', [{ scopes: '+loans +drawnOn' }],                                       'daysSinceLastLoan',       ['2025-04-01/2026-04-01', 'drawn_on all']],
    ['nothing of what was not released',                 [{ scopes: '+loans' }],                                                'loans principal drawnOn', [`${REACH}/${EVER}`]],
  ])('has of loans %s', (_name, drafts, asked, expected) => {
    expect(readOf('loan', drafts, asked)).toEqual(expected);
  });

  // prettier-ignore
  it.each<[string, ArrangementDraft[], string, string[]]>([
    ['both days that lateness lies between',      [{ scopes: '+loans +repayments +daysPastDue' }],         'daysPastDue',                [`${REACH}/${EVER}`, 'due_on all', 'paid_on all']],
    ['the inputs of an indicator, lists or not',  [{ scopes: '+onTimeRate24m +loanCount' }],               'onTimeRate24m',              ['2024-04-01/2026-04-01', 'due_on all', 'paid_on all']],
    ['the days behind an input that is lateness', [{ scopes: '+maxDaysPastDue24m' }],                      'maxDaysPastDue24m',          ['2024-04-01/2026-04-01', 'due_on all', 'paid_on all']],
    ['nothing of the loan that it belongs to',    [{ scopes: '+loans +repayments +dueAmount +principal' }], 'principal dueAmount',       [`${REACH}/${EVER}`, 'due_amount_minor all']],
  ])('has of repayments %s', (_name, drafts, asked, expected) => {
    expect(readOf('repayment', drafts, asked)).toEqual(expected);
  });

  it('has no segment and no column where nothing of a kind is released', () => {
    for (const kind of ['loan', 'repayment', 'inquiry'] as const)
      expect(readOf(kind, [{ scopes: '+loanCount' }], 'loanCount')).toEqual(['']);
  });

  it('gives records of days no months and other records no segments', () => {
    expect(groupOf('loan', [{ scopes: '+loans' }], 'loans').months).toBeNull();
    for (const kind of ['account', 'month', 'customer', 'statement'] as const)
      expect(groupOf(kind, [{ scopes: '+loans +loanCount' }], 'loans loanCount').segments).toEqual([]);
  });

  it('does not limit loans to the months that the operation lists', () => {
    expect(readOf('loan', [{ scopes: '+loans' }], 'loans', { monthsBack: 1 })).toEqual([`${REACH}/${EVER}`]);
  });
});

describe('toRecordGroups for inquiries', () => {
  const all: ArrangementDraft = { scopes: '+inquiries +inquiredOn +isHard' };

  // today is 2026-04-15, the as-of date too: 24 months back, today itself excluded
  // prettier-ignore
  it.each<[string, ArrangementDraft, Asked, string]>([
    ['the 24 months before today',                        all,                                      {},                                                        '2024-04-16/2026-04-15'],
    ['the permitted part of them',                        { ...all, ...since2025 },                 {},                                                        '2025-01-01/2026-04-15'],
    ['none after the permitted days',                     { ...all, dataUntil: '2026-01-01' },      {},                                                        '2024-04-16/2026-01-01'],
    ['none where the permitted days are older',           { ...all, dataUntil: '2024-04-15' },      {},                                                        ''                     ],
    ['those before today of a platform that is behind',   all,                                      { asOfByPlatform: new Map([[PLATFORM, toEpochDay('2026-02-01')]]) }, '2024-04-16/2026-04-15'],
    ['those before the as-of date of a data set',         all,                                      { asOfByPlatform: new Map([[PLATFORM, toEpochDay('2005-10-01')]]), historical: true }, '2003-10-02/2005-10-01'],
  ])('has %s', (_name, draft, about, days) => {
    expect(readOf('inquiry', [draft], 'inquiries', about)[0]).toBe(days);
  });

  it('takes today from the clock of Shanghai', () => {
    const midnight = Date.parse('2026-04-15T16:00:00Z');
    const untilAt = (atMs: number) => groupOf('inquiry', [all], 'inquiries', { atMs }).segments.at(-1)?.until;
    expect([untilAt(midnight - 1), untilAt(midnight)]).toEqual(['2026-04-15', '2026-04-16']);
  });

  it('reads of an indicator its inputs in its window', () => {
    const drafts = [{ scopes: '+inquiries +inquiredOn +institutionName +isHard' }];
    expect(readOf('inquiry', drafts, 'hardInquiries1m')).toEqual([
      '2026-03-01/2026-04-01',
      'inquired_on all',
      'institution_name all',
      'is_hard all',
    ]);
  });
});

describe('toRecordGroups for accounts and statements', () => {
  it('marks the columns that tell of adverse items, and no other', () => {
    const { columns } = groupOf('account', [{ scopes: '+status +fiveTierClass +openedYear' }], 'status openedYear fiveTierClass');
    expect(columns.map(({ column, adverse }) => [column, adverse])).toEqual([
      ['status', true],
      ['opened_year', false],
      ['five_tier_class', true],
    ]);
  });

  it('reads no adverse column for the credit reference centre, since accounts carry no notice', () => {
    const forCentre = { recipientId: CENTRE, purpose: 'CREDIT_REPORTING' } as const;
    const { columns } = groupOf('account', [{ scopes: '+status +openedYear', ...forCentre }], 'status openedYear', forCentre);
    expect(columns.map(({ column }) => column)).toEqual(['opened_year']);
  });

  it('reads of statements the released columns, whenever they were made', () => {
    const drafts = [{ scopes: '+statements +text', dataFrom: '2026-01-01' }];
    expect(groupOf('statement', drafts, 'statements text madeOn').columns).toEqual([
      { column: 'text', months: null, segments: null, adverse: false },
    ]);
  });

  it('tells every kind the as-of date of the platform', () => {
    const asOfByPlatform = new Map([[PLATFORM, toEpochDay('2026-02-01')]]);
    for (const kind of ['account', 'month', 'loan', 'repayment'] as const)
      expect(groupOf(kind, [{ scopes: '+loans' }], 'loans', { asOfByPlatform }).asOf).toBe('2026-02-01');
  });
});

describe('toDisputeGroups', () => {
  const fieldsRead = (drafts: readonly ArrangementDraft[], asked: string): string[] =>
    toDisputeGroups(released(drafts, asked), questionOf({})).flatMap(({ columns }) => columns.map(({ column }) => column));

  it('reads disputes about released record fields, and about no list, no indicator and nothing withheld', () => {
    const drafts = [{ scopes: '+loans +principal +repaymentStatus' }];
    expect(fieldsRead(drafts, 'loans principal repaymentStatus drawnOn overdueNow status')).toEqual([
      'Loan.principal',
      'MonthlySummary.repaymentStatus',
    ]);
  });

  it('reads none that was not asked about', () => {
    expect(fieldsRead([{ scopes: '+loanCount +borrowedAmount' }], 'loanCount')).toEqual(['MonthlySummary.loanCount']);
    expect(fieldsRead([{ scopes: '+loanCount' }], 'borrowedAmount')).toEqual([]);
  });
});

describe('the month in progress', () => {
  const completed = '2026-03';
  const newestOf = (drafts: readonly ArrangementDraft[], asked: string): string[] =>
    released(drafts, asked).map(({ product, newestMonth }) => `${String(product)} ${toYearMonth(newestMonth)}`);

  it('is the newest month of the group of a product whose loans are released', () => {
    expect(newestOf([{ scopes: '+loans *+loanCount' }], 'loanCount')).toEqual([
      `HUABEI ${completed}`,
      'JIEBEI 2026-04',
      `OTHER ${completed}`,
    ]);
  });

  it('is listed by spansOf where it is the newest month, and counted beside those asked', () => {
    const days = [{ from: toEpochDay('2020-01-01'), until: toEpochDay('2030-01-01') }];
    const spans = (group: Pick<ReleasedGroup, 'asOf' | 'newestMonth'>, back: number): string[] =>
      spansOf(days, group, back).map(({ first, last }) => `${toYearMonth(first)} ${toYearMonth(last)}`);
    const progressing = { asOf: AS_OF, newestMonth: lastCompletedMonth(AS_OF) + 1 };
    expect(spans(progressing, 1)).toEqual(['2026-03 2026-04']);
    expect(spans(progressing, 0)).toEqual(['2026-04 2026-04']);
  });

  it('is left out by spansOf where the days end before it does', () => {
    const progressing = { asOf: AS_OF, newestMonth: lastCompletedMonth(AS_OF) + 1 };
    const days = [{ from: toEpochDay('2020-01-01'), until: toEpochDay('2026-04-30') }];
    expect(spansOf(days, progressing, 1).map(({ last }) => toYearMonth(last))).toEqual([completed]);
  });

  it('is read beside single loans alone', () => {
    expect(groupOf('month', [{ scopes: '+loans' }], 'loanCount').months?.last).toBe(202_604);
    expect(groupOf('month', [{ scopes: '+loanCount' }], 'loanCount').months?.last).toBe(202_603);
  });

  it('is no part of an indicator’s window', () => {
    expect(groupOf('month', [{ scopes: '+loans +loanCount' }], 'loanCount12m').months).toEqual({ first: 202_504, last: 202_603 });
  });
});
