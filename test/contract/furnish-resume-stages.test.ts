import { existsSync } from 'node:fs';
import type { FurnishResult } from '../../src/app/credit/furnish-records';
import { forEachDatabase } from '../support/databases';
import {
  aBorrower,
  aDispute,
  aFurnishing,
  aLoan,
  aMonth,
  anAccount,
  aRepayment,
  type Furnishing,
  type RawRecord,
} from '../support/furnishing';

const counts = ({ accepted, unchanged, rejected }: FurnishResult): number[] => [accepted, unchanged, rejected];
const PEOPLE = 300;
const LOST = 30;
const LINES = PEOPLE * 6;
/** Children before parents throughout; every tenth repayment is of a loan that nobody furnishes, and disputed. */
const REVERSED: readonly RawRecord[] = Array.from({ length: PEOPLE }, (_, n) => {
  const loanNo = n % 10 === 0 ? `lost${n}` : `l${n}`;
  return [
    aDispute(`d${n}`, `c${n}`, { targetEntity: 'repayment', targetKey: `${loanNo}/1`, targetField: 'Repayment.paidOn' }),
    aRepayment(loanNo, 1),
    aLoan(`l${n}`, `a${n}`),
    aMonth(`a${n}`, '2025-03'),
    anAccount(`a${n}`, `c${n}`),
    aBorrower(`c${n}`),
  ];
}).flat();

forEachDatabase('a run of many stages that stopped', (open) => {
  let world: Furnishing;
  let file: string;
  beforeEach(async () => {
    world = await aFurnishing(await open());
    file = world.write('reversed.ndjson', REVERSED);
  });
  afterEach(() => world.remove());

  /** Breaks as soon as so many batches are durable. */
  const crashAfter = async (batches: number): Promise<void> => {
    let done = 0;
    const onProgress = (): void => {
      if ((done += 1) >= batches) throw new Error('crash');
    };
    await expect(world.run([file], { onProgress })).rejects.toThrow('crash');
  };
  const assertComplete = async (result: FurnishResult | undefined): Promise<void> => {
    if (!result) throw new Error('no result');
    expect([counts(result), result.completed]).toEqual([[LINES - 2 * LOST, 0, 2 * LOST], true]);
    const rejects = world.rejects(result);
    expect([rejects.length, new Set(rejects.map(({ line }) => line)).size]).toEqual([2 * LOST, 2 * LOST]);
    const tables = ['customer', 'credit_account', 'monthly_summary', 'loan', 'repayment', 'dispute', 'record_directory'];
    expect(await Promise.all(tables.map((table) => world.count(table)))).toEqual(
      [PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE - LOST, PEOPLE - LOST, 2 * PEOPLE - LOST], // loans and disputes are in the directory
    );
    expect([await world.count('record_revision'), existsSync(`${file}.rejects.deferred`)]).toEqual([0, false]);
    expect(await world.rows('SELECT loan_count, COUNT(*) AS n FROM monthly_summary GROUP BY loan_count')).toEqual([{ loan_count: 1, n: PEOPLE }]);
  }; // prettier-ignore

  it.each([
    ['among the lines', [1]],
    ['between lines and accounts', [4]],
    ['after every stage', [5, 1, 1, 1]],
    ['within loans, before repayments', [6]],
    ['before disputes, then before the end', [8, 1]],
  ])('goes on exactly after it crashed %s', async (_title, crashes) => {
    for (const batches of crashes) await crashAfter(batches);
    await assertComplete((await world.run([file]))[0]);
    expect((await world.run([file])).map(counts)).toEqual([[0, LINES - 2 * LOST, 2 * LOST]]);
  });
});
