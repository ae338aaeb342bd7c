import fc from 'fast-check';
import { newestFirst, placesIn, projectedOf, shownValues, toDays } from '../../../../src/app/credit/projected-fields';
import type { ArrangementDraft } from '../../../support/builders';
import { aRelease, aRow } from './projected-world';

/** The shown values of one row of a kind of record. */
function shown(
  record: 'loan' | 'repayment' | 'inquiry',
  drafts: readonly ArrangementDraft[],
  asked: string,
  values: Readonly<Record<string, unknown>>,
  segment = 0,
): unknown {
  const { persons, products, reads } = aRelease(drafts, asked);
  const [group] = record === 'inquiry' ? persons : products;
  if (!group) throw new Error('something is released');
  return shownValues(projectedOf(group, record, 0, reads[record][0]?.segments), aRow({ segment }, values), group);
}

describe('shownValues', () => {
  const lists = '+loans +repayments';

  it('shows the released fields of a record’s segment, under their public names, null where nothing is furnished', () => {
    const drafts = [{ scopes: '+loans +termDays' }, { scopes: '+loans +principal', dataFrom: '2025-01-01' }];
    const values = { principal_minor: 900, term_days: 30, annual_rate_bp: 1_200 };
    expect(shown('loan', drafts, 'loans principal termDays annualRateBp', values, 0)).toEqual({ termDays: 30 });
    expect(shown('loan', drafts, 'loans principal termDays annualRateBp', values, 1)).toEqual({ principal: 900, termDays: 30 });
    expect(shown('loan', drafts, 'loans principal termDays', {}, 1)).toEqual({ principal: null, termDays: null });
  });

  // as of 2026-04-15; a day late for each day after the one due
  // prettier-ignore
  it.each<[string, string | null, string | null, number | null]>([
    ['paid on the day',             '2026-03-10', '2026-03-10', 0   ],
    ['paid early',                  '2026-03-10', '2026-02-01', 0   ],
    ['paid a day late',             '2026-03-10', '2026-03-11', 1   ],
    ['paid late over a month’s end', '2026-02-27', '2026-03-02', 3  ],
    ['unpaid: late until the as-of date', '2026-04-05', null,   10  ],
    ['unpaid and due on the as-of date',  '2026-04-15', null,   0   ],
    ['unpaid and not due yet',      '2026-05-10', null,         0   ],
    ['no day due',                  null,         '2026-03-11', null],
  ])('counts days late: %s', (_name, due, paid, days) => {
    const values = { due_on: due, paid_on: paid };
    expect(shown('repayment', [{ scopes: `${lists} +daysPastDue` }], 'repayments daysPastDue', values)).toEqual({ daysPastDue: days });
  });

  it('shows by lateness neither of the days that it lies between', () => {
    const values = { due_on: '2026-03-10', paid_on: '2026-03-12' };
    expect(shown('repayment', [{ scopes: `${lists} +daysPastDue` }], 'repayments daysPastDue dueOn paidOn', values)).toEqual({
      daysPastDue: 2,
    });
  });

  it('writes a month as the public schema does, and an answer of yes or no as one', () => {
    expect(shown('loan', [{ scopes: '+loans +drawnOn' }], 'loans drawnMonth', { drawn_month: 202_512 })).toEqual({
      drawnMonth: '2025-12',
    });
    for (const [stored, hard] of [
      [1, true],
      [0, false],
      [null, null],
    ])
      // prettier-ignore
      expect(shown('inquiry', [{ scopes: '+inquiries +isHard' }], 'inquiries isHard', { is_hard: stored })).toEqual({ isHard: hard });
  });
});

describe('placesIn', () => {
  it('has a segment only where it lies wholly inside the days', () => {
    const segments = [['2025-01-01', '2025-02-01'], ['2025-02-01', '2025-03-01'], ['2025-03-01', '2025-04-01']].map(
      ([from = '', until = '']) => toDays({ from, until }),
    ); // prettier-ignore
    expect([...placesIn(segments, [toDays({ from: '2025-01-31', until: '2025-04-01' })])]).toEqual([1, 2]);
    expect([...placesIn(segments, [])]).toEqual([]);
  });
});

describe('newestFirst', () => {
  const record = fc.record({
    name: fc.string({ minLength: 4, maxLength: 6 }),
    shownDay: fc.constantFrom('2025-01-01', '2025-06-30', '2026-01-15', null),
    withheldDay: fc.integer({ min: 0, max: 1_000 }),
  });
  const people = fc.uniqueArray(record, { selector: ({ name }) => name, maxLength: 12 });
  const order = (records: readonly { name: string; day?: string | null }[], days = ['day']): string[] =>
    newestFirst(records, days, ({ name }) => name).map(({ name }) => name);

  it('puts the newest shown day first, and what shows none last by its name', () => {
    const records = [{ name: 'c' }, { name: 'b', day: '2025-01-01' }, { name: 'a', day: null }, { name: 'd', day: '2025-06-30' }];
    expect(order(records)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('takes of several days the first that is shown', () => {
    const records = [
      { name: 'a', on: '2025-03-02', month: '2025-03' },
      { name: 'b', month: '2025-04' },
      { name: 'c', on: '2025-03-09', month: '2025-03' },
    ];
    expect(order(records, ['on', 'month'])).toEqual(['b', 'c', 'a']);
  });

  it('orders alike however the records arrive, so that a withheld day decides nothing', () => {
    fc.assert(
      fc.property(people, fc.infiniteStream(fc.nat()), (records, keys) => {
        const byWithheld = (factor: number) =>
          [...records]
            .sort((a, b) => factor * (a.withheldDay - b.withheldDay))
            .map(({ name, shownDay }) => ({ name, day: shownDay }));
        const shuffled = byWithheld(1).map((one) => ({ one, at: keys.next().value ?? 0 })).sort((a, b) => a.at - b.at); // prettier-ignore
        expect(order(byWithheld(-1))).toEqual(order(byWithheld(1)));
        expect(order(shuffled.map(({ one }) => one))).toEqual(order(byWithheld(1)));
      }),
    );
  });
});
