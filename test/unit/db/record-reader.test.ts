import type { RecordGroup, RecordReader } from '../../../src/app/ports';
import type { Database, Row, SqlValue } from '../../../src/db/database';
import { createRecordReader } from '../../../src/db/record-reader';
import { NOW_MS, OTHER_PLATFORM, PLATFORM } from '../../support/builders';

type Kind = keyof RecordReader;
const BORROWER = Buffer.alloc(16, 1);
const RETENTION_ENDED_ON = '2021-04-15';
const SEGMENTED = ['loans', 'repayments', 'inquiries'] as const satisfies readonly Kind[];
/** Where the day of each kind of record of a day is stored. */
const DAY = { loans: 'l.drawn_on', repayments: 'r.due_on', inquiries: 'i.inquired_on' } as const;

function aGroup(group: Partial<RecordGroup> = {}): RecordGroup {
  return {
    platformId: PLATFORM, product: 'JIEBEI', columns: [], months: null, segments: [{ from: '2025-01-01', until: '2026-01-01' }],
    asOf: '2026-04-15', retentionEndedOn: RETENTION_ENDED_ON, noticeBeforeMs: null, ...group,
  }; // prettier-ignore
}
const aColumn = (column: string, segments: readonly number[] | null = null) => ({
  column,
  months: null,
  segments,
  adverse: false,
});
const THREE = [
  { from: '2024-01-01', until: '2024-07-01' },
  { from: '2024-07-01', until: '2025-01-01' },
  { from: '2025-06-01', until: '2026-01-01' },
];

interface Arm {
  /** What is selected after the group's number and the record's keys, by name. */
  readonly selected: Readonly<Record<string, string>>;
  readonly where: string;
  readonly text: string;
}

/** The statement that a reading runs, arm by arm. */
async function statementOf(
  kind: Kind,
  groups: readonly RecordGroup[],
  rows: readonly Row[] = [],
): Promise<{ arms: readonly Arm[]; params: readonly SqlValue[]; found: Awaited<ReturnType<RecordReader[Kind]>>; count: number }> {
  const read: { sql: string; params: readonly SqlValue[] }[] = [];
  const database: Pick<Database, 'read'> = {
    read: (sql, params) => {
      read.push({ sql, params: params ?? [] });
      return Promise.resolve(rows.map((row) => ({ borrower_ref: BORROWER, ...row })));
    },
  };
  const found = await createRecordReader(database as Database)[kind](BORROWER, groups); // reads and nothing else
  const [{ sql, params } = { sql: '', params: [] }] = read;
  return { arms: sql.split('\nUNION ALL\n').map(armOf), params, found, count: read.length };
}

function armOf(text: string): Arm {
  const flat = text.replace(/\s+/g, ' ');
  const [, list = '', where = ''] = /^SELECT (.*?) FROM .*? WHERE (.*)$/.exec(flat) ?? [];
  const selected = list.split(/, (?![^(]*\))/).map((item) => {
    const [expression = '', name = ''] = item.split(/ AS (?!.* AS )/);
    return [name === '' ? expression : name, expression];
  });
  return { selected: Object.fromEntries(selected), where, text: flat };
}
async function onlyArm(kind: Kind, group: RecordGroup): Promise<Arm> {
  const { arms } = await statementOf(kind, [group]);
  const [arm, ...others] = arms;
  if (!arm || others.length > 0) throw new Error('one arm');
  return arm;
}

describe('the record reader on records of days', () => {
  it.each(SEGMENTED)('selects of %s only what is released, and the day itself only where it is', async (kind) => {
    const [, day = ''] = DAY[kind].split('.');
    const withheld = await onlyArm(kind, aGroup({ columns: [aColumn('a_column')] }));
    expect(Object.keys(withheld.selected)).not.toContain(day);
    expect(withheld.selected).toMatchObject({ segment: '0', a_column: `${DAY[kind].charAt(0)}.a_column` });
    const shown = await onlyArm(kind, aGroup({ columns: [aColumn(day)] }));
    expect(shown.selected).toMatchObject({ [day]: DAY[kind] });
  });

  it.each(SEGMENTED)('tells of %s in which segment the day lies, never the day', async (kind) => {
    const { selected, text } = await onlyArm(kind, aGroup({ segments: THREE, columns: [aColumn('a_column')] }));
    const day = DAY[kind];
    expect(selected['segment']).toBe(`CASE WHEN ${day} < '2024-07-01' THEN 0 WHEN ${day} < '2025-06-01' THEN 1 ELSE 2 END`);
    const [list = ''] = text.split(' FROM ');
    expect(list.replace(/WHEN \S+ < '\S+'/g, 'WHEN')).not.toContain(day);
  });

  it.each(SEGMENTED)('reads a column of %s in its own segments alone', async (kind) => {
    const columns = [aColumn('everywhere'), aColumn('somewhere', [0, 2])];
    const { selected } = await onlyArm(kind, aGroup({ segments: THREE, columns }));
    const [alias, day] = [DAY[kind].charAt(0), DAY[kind]];
    expect(selected).toMatchObject({
      everywhere: `${alias}.everywhere`,
      somewhere: `CASE WHEN ${day} >= '2024-01-01' AND ${day} < '2024-07-01' OR ${day} >= '2025-06-01' AND ${day} < '2026-01-01' THEN ${alias}.somewhere END`,
    });
  });

  it.each(SEGMENTED)('finds %s of the segments and of no gap between them', async (kind) => {
    const day = DAY[kind];
    const gapped = await onlyArm(kind, aGroup({ segments: THREE }));
    expect(gapped.where).toContain(
      `(${THREE.map(({ from, until }) => `${day} >= '${from}' AND ${day} < '${until}'`).join(' OR ')})`,
    );
    const touching = await onlyArm(kind, aGroup({ segments: THREE.slice(0, 2) }));
    expect(touching.where).toContain(`${day} >= '2024-01-01' AND ${day} < '2025-01-01'`);
  });

  it.each(SEGMENTED)('finds no %s where no day is released', async (kind) => {
    const { where } = await onlyArm(kind, aGroup({ segments: [] }));
    expect(where).toContain(`${DAY[kind]} >= '0001-01-01' AND ${DAY[kind]} < '0001-01-01'`);
  });

  it('refuses a day that is not written as one', async () => {
    const segments = [{ from: "2025-01-01' OR '1", until: '2026-01-01' }];
    await expect(statementOf('loans', [aGroup({ segments })])).rejects.toThrow('A day is written YYYY-MM-DD');
  });

  it('gives every arm the same columns, NULL where the group released it not', async () => {
    const groups = [
      aGroup({ columns: [aColumn('principal_minor')] }),
      aGroup({ product: 'HUABEI', platformId: OTHER_PLATFORM, columns: [aColumn('term_days')] }),
    ];
    const { arms, params } = await statementOf('loans', groups);
    expect(arms.map(({ selected }) => selected)).toMatchObject([
      { grp: '0', principal_minor: 'l.principal_minor', term_days: 'NULL' },
      { grp: '1', principal_minor: 'NULL', term_days: 'l.term_days' },
    ]);
    expect(params).toEqual([
      BORROWER, PLATFORM, 'JIEBEI', RETENTION_ENDED_ON,
      BORROWER, OTHER_PLATFORM, 'HUABEI', RETENTION_ENDED_ON,
    ]); // prettier-ignore
  });
});

describe('the record reader on loans and repayments', () => {
  it.each(['loans', 'repayments'] as const)(
    'leaves out %s of joint accounts, cancelled loans and what is past retention',
    async (kind) => {
      const { where } = await onlyArm(kind, aGroup());
      expect(where).toMatch(/^a\.borrower_ref IN \(\?\) AND a\.platform_id = \? AND a\.product = \? AND a\.joint = 0 AND /);
      expect(where).toContain('COALESCE(l.cancelled, 0) = 0');
      expect(where).toContain('(l.adverse_ended_on IS NULL OR l.adverse_ended_on > ?)');
      expect(where.includes('(r.adverse_ended_on IS NULL OR r.adverse_ended_on > ?)')).toBe(kind === 'repayments');
    },
  );

  it('gives a place for each mark of a statement', async () => {
    for (const kind of ['loans', 'repayments', 'inquiries', 'statements', 'disputes', 'accounts', 'months', 'customers'] as const)
      for (const noticeBeforeMs of [null, NOW_MS]) {
        const { arms, params } = await statementOf(kind, [
          aGroup({ noticeBeforeMs }),
          aGroup({ columns: [aColumn('Loan.principal')] }),
        ]);
        const marks = arms.map(({ text }) => text).join(' ').split('?').length - 1; // prettier-ignore
        expect([kind, params.length]).toEqual([kind, marks]);
      }
  });

  it('sends no adverse loan or repayment to the credit reference centre, and no unpaid one past its day', async () => {
    const forCentre = aGroup({ noticeBeforeMs: NOW_MS });
    const columns = [aColumn('a_column')];
    const [loans, repayments] = [
      await statementOf('loans', [{ ...forCentre, columns }]),
      await onlyArm('repayments', { ...forCentre, columns }),
    ];
    expect(loans.arms[0]?.selected).toMatchObject({
      unnoticed: 'CASE WHEN (l.adverse = 1) AND NOT (1 = 0) THEN 1 ELSE 0 END',
      a_column: 'CASE WHEN NOT ((l.adverse = 1) AND NOT (1 = 0)) THEN l.a_column END',
    });
    expect(loans.params.slice(0, 2)).toEqual([NOW_MS, BORROWER]);
    expect(repayments.selected['unnoticed']).toContain(
      "l.adverse = 1 OR r.adverse = 1 OR (r.paid_on IS NULL AND r.due_on < '2026-04-15')",
    );
    for (const kind of ['loans', 'repayments'] as const)
      expect((await onlyArm(kind, aGroup({ columns }))).selected['unnoticed']).toBe('0');
  });

  it('names a repayment by its loan and number, and its account', async () => {
    const row = {
      grp: 0,
      borrower_ref: BORROWER,
      account_id: Buffer.of(1),
      loan_id: Buffer.of(2),
      instalment_no: 3,
      segment: 1,
      paid_on: null,
    };
    const { found } = await statementOf('repayments', [aGroup()], [row]);
    expect(found).toEqual([
      {
        group: 0,
        key: { accountId: Buffer.of(1), loanId: Buffer.of(2), instalmentNo: 3, segment: 1, unnoticed: false },
        values: row,
      },
    ]);
    const loan = await statementOf(
      'loans',
      [aGroup()],
      [{ grp: 0, account_id: Buffer.of(1), loan_id: Buffer.of(2), segment: 0 }],
    );
    expect(loan.found[0]?.key).toEqual({
      accountId: Buffer.of(1),
      loanId: Buffer.of(2),
      instalmentNo: null,
      segment: 0,
      unnoticed: false,
    });
  });
});

describe('the record reader on accounts', () => {
  it('reads an adverse column only while it is kept, and any other always', async () => {
    const columns = [{ ...aColumn('status'), adverse: true }, aColumn('opened_year')];
    const { selected } = await onlyArm('accounts', aGroup({ columns }));
    expect(selected).toMatchObject({
      status: `CASE WHEN a.adverse_ended_on IS NULL OR a.adverse_ended_on > '${RETENTION_ENDED_ON}' THEN a.status END`,
      opened_year: 'a.opened_year',
    });
  });
});

describe('the record reader on inquiries, statements and disputes', () => {
  it('finds inquiries and statements beside the records of one platform, whatever the product', async () => {
    for (const kind of ['inquiries', 'statements'] as const) {
      const { arms, params } = await statementOf(kind, [aGroup({ product: null })]);
      expect(arms[0]?.where).toMatch(/borrower_ref IN \(\?\) AND ([is]\.)?platform_id = \?/);
      expect(params).toEqual([BORROWER, PLATFORM]);
    }
  });

  it('reads of a statement what it is about, and of its columns the released ones', async () => {
    const { selected } = await onlyArm('statements', aGroup({ product: null, columns: [aColumn('text')] }));
    expect(Object.keys(selected)).toEqual([
      'grp', 's.borrower_ref', 'record_id', 's.target_entity', 's.account_id', 's.month', 's.loan_id', 's.instalment_no', 'i.inquiry_id',
      'text',
    ]); // prettier-ignore
  });

  it('finds disputes about released fields of own accounts, naming the fields by parameter', async () => {
    const columns = [aColumn('Loan.principal'), aColumn('MonthlySummary.loanCount')];
    const { arms, params } = await statementOf('disputes', [aGroup({ columns })]);
    expect(arms[0]?.where).toMatch(/a\.joint = 0 AND d\.target_field IN \(\?, \?\)$/);
    expect(arms[0]?.text).not.toContain('Loan.principal');
    expect(params).toEqual([BORROWER, PLATFORM, 'JIEBEI', 'Loan.principal', 'MonthlySummary.loanCount']);
  });

  it('finds disputes about released fields of what lies in no account', async () => {
    const columns = [aColumn('Identity.fullName'), aColumn('Inquiry.reason')];
    const { arms, params } = await statementOf('personDisputes', [aGroup({ product: null, columns })]);
    expect(arms[0]?.where).toMatch(/d\.platform_id = \? AND d\.account_id IS NULL AND d\.target_field IN \(\?, \?\)$/);
    expect(params).toEqual([BORROWER, PLATFORM, 'Identity.fullName', 'Inquiry.reason']);
  });

  it('finds no dispute where no field is released', async () => {
    const [disputes, ofPersons] = [await statementOf('disputes', [aGroup()]), await statementOf('personDisputes', [aGroup()])];
    expect(disputes.params).toEqual([BORROWER, PLATFORM, 'JIEBEI', '']);
    expect(ofPersons.params).toEqual([BORROWER, PLATFORM, '']);
  });

  it('names the record, and what it is about where it is about something', async () => {
    const about = { account_id: Buffer.of(1), month: 202_603, loan_id: null, instalment_no: null };
    const { found } = await statementOf('disputes', [aGroup(), aGroup()], [{ grp: 1, record_id: Buffer.of(9), ...about }]);
    expect(found[0]).toMatchObject({
      group: 1,
      key: { recordId: Buffer.of(9), accountId: Buffer.of(1), month: 202_603, loanId: null, instalmentNo: null },
    });
    const borrower = await statementOf('statements', [aGroup()], [{ grp: 0, record_id: Buffer.of(9), account_id: null }]);
    expect(borrower.found[0]?.key).toEqual({
      recordId: Buffer.of(9), segment: 0, month: null, loanId: null, instalmentNo: null,
    }); // prettier-ignore
  });
});

describe('the record reader on nobody', () => {
  const KINDS: readonly Kind[] = [
    'customers', 'accounts', 'months', 'loans', 'repayments', 'inquiries', 'statements', 'disputes', 'personDisputes',
  ]; // prettier-ignore

  it.each(KINDS)('runs one statement for %s, of one arm that finds nothing', async (kind) => {
    const { arms, params, count } = await statementOf(kind, []);
    expect([arms.length, count]).toEqual([1, 1]);
    expect(params.slice(0, 2)).toEqual([BORROWER, '']);
  });

  it.each(KINDS)('runs for %s the statement of a group that released nothing, but for its days', async (kind) => {
    const withoutDays = (text: string | undefined) => text?.replace(/'\d{4}-\d{2}-\d{2}'/g, 'day');
    const [nobody, nothing] = [await statementOf(kind, []), await statementOf(kind, [aGroup({ segments: [] })])];
    expect(withoutDays(nobody.arms[0]?.text)).toBe(withoutDays(nothing.arms[0]?.text));
    expect(nobody.params).toHaveLength(nothing.params.length);
  });
});

describe('the record reader on many people at once', () => {
  it('joins no more arms than SQLite takes, and answers every question', async () => {
    const arms: number[] = [];
    const database: Pick<Database, 'read'> = {
      read: (sql) => {
        arms.push(sql.split('\nUNION ALL\n').length);
        return Promise.resolve([]);
      },
    };
    const reader = createRecordReader(database as Database); // reads and nothing else
    const asked = Array.from({ length: 64 }, (_, at) =>
      reader.accounts(
        Buffer.alloc(16, at),
        Array.from({ length: 9 }, () => aGroup()),
      ),
    );
    expect(await Promise.all(asked)).toEqual(asked.map(() => []));
    expect(Math.max(...arms)).toBeLessThanOrEqual(400);
    expect(arms.reduce((a, b) => a + b, 0)).toBe(64 * 9);
  });
});
