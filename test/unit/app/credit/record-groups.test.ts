import {
  groupReleased,
  type ReleasedGroup,
  retentionEndedOn,
  spansOf,
  toRecordGroups,
} from '../../../../src/app/credit/record-groups';
import type { PlatformState, RecordGroup } from '../../../../src/app/ports';
import { decide } from '../../../../src/core/consent/decide';
import type { ConsentSnapshot } from '../../../../src/core/consent/decision';
import {
  addYears,
  type DayInterval,
  FIRST_DAY,
  LAST_DAY,
  lastCompletedMonth,
  toEpochDay,
  toLocalDate,
  toMonthIndex,
  toYearMonth,
} from '../../../../src/core/credit/calendar';
import { FIELD_CATALOGUE, type RecordKind } from '../../../../src/core/credit/field-catalogue';
import {
  anArrangement,
  type ArrangementDraft,
  AS_OF,
  aSnapshot,
  CENTRE,
  fieldsOf,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
} from '../../../support/builders';

const TALLY_SIZE = 400;

interface Asked extends Partial<ConsentSnapshot> {
  readonly monthsBack?: number;
  readonly historical?: boolean;
}

/** What was released of `asked` under these arrangements. */
function groupsOf(
  drafts: readonly ArrangementDraft[],
  asked: string,
  { historical = false, ...about }: Asked = {},
): readonly ReleasedGroup[] {
  const arrangements = drafts.map((draft, i) => anArrangement({ id: 'abc'.charAt(i), ...draft }));
  const snapshot = aSnapshot(arrangements, about);
  const entries = fieldsOf(asked);
  const platform: PlatformState = { newestMonth: null, historical, status: 'ACTIVE', version: 1 };
  const platforms = new Map([PLATFORM, OTHER_PLATFORM].map((platformId) => [platformId, platform]));
  const frame = { asOf: snapshot.asOfByPlatform, platforms, tallySize: TALLY_SIZE };
  return groupReleased(decide(snapshot, FIELD_CATALOGUE, entries), entries, frame);
}

function recordGroups(
  kind: RecordKind,
  drafts: readonly ArrangementDraft[],
  asked: string,
  { monthsBack = 24, ...about }: Asked = {},
): readonly RecordGroup[] {
  const question = {
    purpose: about.purpose ?? 'MORTGAGE_ORIGINATION',
    atMs: about.atMs ?? NOW_MS,
    monthsBack,
    catalogue: FIELD_CATALOGUE,
  } as const;
  return toRecordGroups(kind, groupsOf(drafts, asked, about), question);
}

/** Columns of the only group, each with its own months where they are fewer than the group's, after the group's months. */
function columnsOf(kind: RecordKind, drafts: readonly ArrangementDraft[], asked: string, about: Asked = {}): string[] {
  const [group] = recordGroups(kind, drafts, asked, about);
  const text = (months: readonly { first: number; last: number }[]): string =>
    months.map(({ first, last }) => ` ${String(first)}-${String(last)}`).join('');
  const whole = kind === 'month' && group?.months ? [text([group.months]).trim()] : [];
  return [...whole, ...(group?.columns ?? []).map(({ column, months }) => `${column}${text(months ?? [])}`)];
}

describe('groupReleased', () => {
  it('has a group for each product of each platform of which something was released, with what was released of it', () => {
    const drafts = [{ scopes: '+loanCount H+loanCountBand +fullName' }, { scopes: 'O+loanCount', platformId: OTHER_PLATFORM }];
    const groups = groupsOf(drafts, 'loanCount loanCountBand fullName borrowedAmount');
    const found = groups.map(({ platformId, product, cells }) => [
      platformId,
      product,
      [...cells.keys()].map(({ coordinate }) => coordinate),
    ]);
    expect(found.sort()).toEqual([
      [PLATFORM, 'HUABEI', ['MonthlySummary.loanCountBand']],
      [PLATFORM, 'JIEBEI', ['MonthlySummary.loanCount', 'MonthlySummary.loanCountBand']],
      [PLATFORM, null, ['Identity.fullName']],
      [OTHER_PLATFORM, 'OTHER', ['MonthlySummary.loanCount', 'MonthlySummary.loanCountBand']],
    ].sort()); // prettier-ignore
  });

  it('counts nothing yet, in a tally of its own', () => {
    const groups = groupsOf([{ scopes: '*+loanCount' }], 'loanCount');
    expect(groups.map(({ asOf, tally }) => [asOf, tally.length, tally.some((count) => count > 0)])).toEqual(
      new Array(3).fill([AS_OF, TALLY_SIZE, false]),
    );
    expect(new Set(groups.map(({ tally }) => tally)).size).toBe(3);
  });

  it('has no group where nothing was released', () => {
    expect(groupsOf([{ scopes: '+loanCount -loanCount' }], 'loanCount')).toEqual([]);
    expect(groupsOf([], 'loanCount fullName')).toEqual([]);
  });
});

describe('spansOf', () => {
  /** Where the month in progress is not shown. */
  const framed = (asOf: number) => ({ asOf, newestMonth: lastCompletedMonth(asOf) });
  const span = (from: string, until: string): DayInterval => ({ from: toEpochDay(from), until: toEpochDay(until) });
  // as-of 2026-04-15, 24 months back: 2024-04 to 2026-03
  // prettier-ignore
  it.each<[string, DayInterval[], string[]]>([
    ['whole months',                      [span('2025-06-01', '2025-08-01')],                                     ['2025-06 2025-07']],
    ['without the month begun late',      [span('2025-06-02', '2025-08-01')],                                     ['2025-07 2025-07']],
    ['without the month ended early',     [span('2025-06-01', '2025-07-31')],                                     ['2025-06 2025-06']],
    ['none from parts of two',            [span('2025-06-02', '2025-07-31')],                                     []                 ],
    ['none from a single day',            [span('2025-06-01', '2025-06-02')],                                     []                 ],
    ['no older month than asked',         [span('2020-01-01', '2024-06-01')],                                     ['2024-04 2024-05']],
    ['no month in progress',              [span('2026-02-01', '2026-05-01')],                                     ['2026-02 2026-03']],
    ['none of the month in progress',     [span('2026-04-01', '2026-05-01')],                                     []                 ],
    ['nothing that is too old',           [span('2020-01-01', '2024-04-01')],                                     []                 ],
    ['several spans',                     [span('2025-01-01', '2025-02-01'), span('2025-03-15', '2025-05-01')],   ['2025-01 2025-01', '2025-04 2025-04']],
    ['February of a leap year',           [span('2025-02-01', '2025-03-01')],                                     ['2025-02 2025-02']],
    ['every month of days without end',   [{ from: toEpochDay('2025-01-01'), until: LAST_DAY }],                  ['2025-01 2026-03']],
    ['every month of all days',           [{ from: FIRST_DAY, until: LAST_DAY }],                                 ['2024-04 2026-03']],
    ['nothing',                           [],                                                                     []                 ],
  ])('gives %s', (_name, days, spans) => {
    expect(spansOf(days, framed(AS_OF), 24).map(({ first, last }) => `${toYearMonth(first)} ${toYearMonth(last)}`)).toEqual(spans);
  });

  it('counts back from the month of the as-of date', () => {
    const days = [span('2020-01-01', '2030-01-01')];
    const months = (asOf: string, back: number): string[] =>
      spansOf(days, framed(toEpochDay(asOf)), back).map(({ first, last }) => `${toYearMonth(first)} ${toYearMonth(last)}`);
    expect(months('2026-04-01', 1)).toEqual(['2026-03 2026-03']);
    expect(months('2026-03-31', 1)).toEqual(['2026-02 2026-02']);
    expect(months('2026-01-15', 3)).toEqual(['2025-10 2025-12']);
    expect(months('2026-04-15', 0)).toEqual([]);
  });
});

describe('retentionEndedOn', () => {
  // ended on D, gone from D + 5 years on; 29 February is gone from 28 February on
  // prettier-ignore
  it.each([
    ['2026-04-15', '2021-04-15'],
    ['2026-01-01', '2021-01-01'],
    ['2025-02-27', '2020-02-27'],
    ['2025-02-28', '2020-02-29'],
    ['2025-03-01', '2020-03-01'],
    ['2028-02-28', '2023-02-28'],
    ['2028-02-29', '2023-02-28'],
    ['2028-03-01', '2023-03-01'],
    ['2105-02-28', '2100-02-28'],
  ])('on %s is %s', (today, ended) => {
    expect(retentionEndedOn(toEpochDay(today))).toBe(ended);
  });

  it('is the last day whose fifth anniversary has come, on every day of eight years', () => {
    const from = toEpochDay('2024-01-01');
    const wrong = Array.from({ length: 8 * 366 }, (_, i) => from + i).filter((today) => {
      const last = toEpochDay(retentionEndedOn(today));
      return addYears(last, 5) > today || addYears(last + 1, 5) <= today;
    });
    expect(wrong.map(toLocalDate)).toEqual([]);
  });
});

describe('toRecordGroups', () => {
  it('reads the columns of released fields and of no other', () => {
    expect(columnsOf('month', [{ scopes: '+loanCount' }], 'loanCount borrowedAmount repaymentStatus')).toEqual([
      '202404-202603',
      'loan_count',
    ]);
    expect(columnsOf('account', [{ scopes: '+openedOn +status' }], 'openedYear status creditLimit')).toEqual([
      'opened_year',
      'status',
    ]);
    expect(columnsOf('customer', [{ scopes: '+idNumberMasked' }], 'idNumber idNumberMasked')).toEqual(['id_number_masked']);
  });

  it('reads a rung from its own column and leaves the finer one alone', () => {
    expect(columnsOf('month', [{ scopes: '+loanCount' }], 'loanCountBand')).toEqual(['202404-202603', 'loan_count_band']);
    expect(columnsOf('account', [{ scopes: '+creditLimit' }], 'creditLimitBand')).toEqual(['credit_limit_band']);
  });

  it('reads for an indicator its inputs, of the records that hold them, over its own window', () => {
    const scopes = '+utilisation +usedLimit +creditLimit';
    expect(columnsOf('month', [{ scopes }], 'utilisation')).toEqual(['202603-202603', 'used_limit_minor']);
    expect(columnsOf('account', [{ scopes }], 'utilisation')).toEqual(['credit_limit_minor']);
    expect(columnsOf('customer', [{ scopes }], 'utilisation')).toEqual([]);
    expect(columnsOf('month', [{ scopes: '+repaymentStatus' }], 'worstStatus60m', { monthsBack: 3 })).toEqual([
      '202104-202603',
      'repayment_status',
    ]);
  });

  it('reads for an indicator that was permitted itself only the permitted part', () => {
    expect(columnsOf('month', [{ scopes: '+worstStatus24m', dataFrom: '2025-06-02' }], 'worstStatus24m')).toEqual([
      '202507-202603',
      'repayment_status',
    ]);
  });

  it('reads for a rolling figure the months before the first one shown', () => {
    expect(columnsOf('month', [{ scopes: '+averageUsedLimit6m' }], 'averageUsedLimit6m', { monthsBack: 3 })).toEqual([
      '202508-202603',
      'used_limit_minor',
    ]);
  });

  it('gives a column with fewer months its own ranges, and one with all of them none', () => {
    const drafts = [
      { scopes: '+loanCount' },
      { scopes: '+repaymentStatus', dataFrom: '2025-06-01', dataUntil: '2025-09-01' },
      { scopes: '+repaymentStatus', dataFrom: '2026-01-01' },
    ];
    expect(columnsOf('month', drafts, 'loanCount repaymentStatus')).toEqual([
      '202404-202603',
      'loan_count',
      'repayment_status 202506-202508 202601-202603',
    ]);
  });

  it('gives every column ranges where none has all the months', () => {
    const drafts = [
      { scopes: '+loanCount', dataUntil: '2025-01-01' },
      { scopes: '+repaymentStatus', dataFrom: '2025-06-01' },
    ];
    expect(columnsOf('month', drafts, 'loanCount repaymentStatus')).toEqual([
      '202404-202603',
      'loan_count 202404-202412',
      'repayment_status 202506-202603',
    ]);
  });

  it('reads a column that two released fields need over the months of both', () => {
    const asked = 'repaymentStatus worstStatus60m';
    expect(columnsOf('month', [{ scopes: '+repaymentStatus' }], asked, { monthsBack: 6 })).toEqual([
      '202104-202603',
      'repayment_status',
    ]);
  });

  it('leaves out a month column of which no whole month is released, and keeps accounts, which have no date', () => {
    const draft = { dataFrom: '2026-03-02' };
    expect(recordGroups('month', [{ scopes: '+loanCount', ...draft }], 'loanCount')).toMatchObject([
      { columns: [], months: null },
    ]);
    expect(columnsOf('account', [{ scopes: '+openedYear', ...draft }], 'openedYear')).toEqual(['opened_year']);
  });

  it('shows as many months as were asked', () => {
    expect(columnsOf('month', [{ scopes: '+loanCount' }], 'loanCount', { monthsBack: 1 })).toEqual([
      '202603-202603',
      'loan_count',
    ]);
  });

  it('keeps one place per released group for every kind of record, so that rows can be told apart', () => {
    const drafts = [{ scopes: '*+loanCount +fullName' }];
    for (const kind of ['customer', 'account', 'month'] as const) {
      const groups = recordGroups(kind, drafts, 'loanCount fullName');
      expect(groups.map(({ platformId, product }) => [platformId, product])).toEqual(
        groupsOf(drafts, 'loanCount fullName').map(({ platformId, product }) => [platformId, product]),
      );
      expect(groups.some(({ columns }) => columns.length > 0)).toBe(kind !== 'account');
    }
  });

  it('ends retention five years before today, or before the as-of date of a data set', () => {
    const asOfByPlatform = new Map([[PLATFORM, toEpochDay('2005-10-01')]]);
    const drafts = [{ scopes: '+fullName' }];
    expect(recordGroups('customer', drafts, 'fullName', { asOfByPlatform }).map((group) => group.retentionEndedOn)).toEqual([
      '2021-04-15',
    ]);
    expect(
      recordGroups('customer', drafts, 'fullName', { asOfByPlatform, historical: true }).map((group) => group.retentionEndedOn),
    ).toEqual(['2000-10-01']);
  });

  it('takes today from the clock of Shanghai', () => {
    const atMs = Date.parse('2026-04-15T16:00:00Z');
    expect(recordGroups('customer', [{ scopes: '+fullName' }], 'fullName', { atMs })[0]?.retentionEndedOn).toBe('2021-04-16');
    expect(recordGroups('customer', [{ scopes: '+fullName' }], 'fullName', { atMs: atMs - 1 })[0]?.retentionEndedOn).toBe(
      '2021-04-15',
    );
  });

  it('asks for notices sent before the decision for the credit reference centre alone', () => {
    const forCentre = { recipientId: CENTRE, purpose: 'CREDIT_REPORTING' } as const;
    expect(recordGroups('month', [{ scopes: '+loanCount', ...forCentre }], 'loanCount', forCentre)[0]?.noticeBeforeMs).toBe(
      NOW_MS,
    );
    expect(recordGroups('month', [{ scopes: '+loanCount' }], 'loanCount')[0]?.noticeBeforeMs).toBeNull();
  });

  it('reads months as YYYYMM', () => {
    expect(recordGroups('month', [{ scopes: '+loanCount' }], 'loanCount')[0]?.months).toEqual({ first: 202_404, last: 202_603 });
    expect(toMonthIndex('2026-03') - toMonthIndex('2024-04')).toBe(23);
  });
});
