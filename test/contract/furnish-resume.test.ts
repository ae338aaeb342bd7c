import { fork } from 'node:child_process';
import { existsSync, truncateSync } from 'node:fs';
import path from 'node:path';
import type { FurnishResult } from '../../src/app/credit/furnish-records';
import { toEpochDay } from '../../src/core/credit/calendar';
import { forEachDatabase, type TestDatabase } from '../support/databases';
import { aBorrower, aFurnishing, aMonth, anAccount, type Furnishing, ROOT_SECRET, TODAY } from '../support/furnishing';
import type { ImportJob } from '../support/import-child';

const counts = ({ accepted, unchanged, rejected }: FurnishResult): number[] => [accepted, unchanged, rejected];
/** 1,200 customers with account and month; every tenth month has no account, every seventh account comes after its month. */
const MANY = Array.from({ length: 1_200 }, (_, n) => {
  const [account, month] = [
    anAccount(`a${n}`, `c${n}`),
    aMonth(n % 10 === 0 ? `lost${n}` : `a${n}`, '2026-01', { balanceMinor: n }),
  ];
  return n % 7 === 0 ? [month, account, aBorrower(`c${n}`)] : [aBorrower(`c${n}`), account, month];
}).flat();

forEachDatabase('a run that stopped', (open) => {
  let opened: TestDatabase;
  let world: Furnishing;
  let file: string;
  beforeEach(async () => {
    opened = await open();
    world = await aFurnishing(opened);
    file = world.write('many.ndjson', MANY);
  });
  afterEach(() => world.remove());

  const assertComplete = async (result: FurnishResult | undefined): Promise<void> => {
    if (!result) throw new Error('no result');
    expect([counts(result), result.completed]).toEqual([[3_480, 0, 120], true]);
    const rejects = world.rejects(result);
    expect([rejects.length, new Set(rejects.map(({ code }) => code)), new Set(rejects.map(({ line }) => line)).size]).toEqual([
      120,
      new Set(['PARENT_MISSING']),
      120,
    ]);
    expect([await world.count('customer'), await world.count('credit_account'), await world.count('monthly_summary')]).toEqual([
      1_200, 1_200, 1_080,
    ]);
    expect([await world.count('record_revision'), existsSync(`${file}.rejects.deferred`)]).toEqual([0, false]);
  };
  /** Runs until so many batches are durable, then stops or breaks. */
  const runFor = async (batches: number, end: 'STOP' | 'CRASH'): Promise<void> => {
    let done = 0;
    const isStopped = (): boolean => end === 'STOP' && done >= batches;
    const onProgress = (): void => {
      if ((done += 1) >= batches && end === 'CRASH') throw new Error('crash');
    };
    const run = world.run([file], { isStopped, onProgress });
    if (end === 'STOP') expect((await run)[0]?.completed).toBe(false);
    else await expect(run).rejects.toThrow('crash');
  };

  it.each([1, 4, 7, 8, 9])(
    'goes on after %i batches, in the lines or among the deferred, and counts exactly',
    async (batches) => {
      await runFor(batches, 'CRASH');
      await runFor(1, batches < 9 ? 'STOP' : 'CRASH').catch(() => undefined);
      await assertComplete((await world.run([file]))[0]);
      expect((await world.run([file])).map(counts)).toEqual([[0, 3_480, 120]]);
    },
  );

  it('goes on exactly after the last durable batch', async () => {
    await runFor(2, 'STOP');
    expect((await world.run([file]))[0]?.resumedFromLine).toBe(1_001);
    expect((await world.run([file]))[0]?.resumedFromLine).toBeNull();
  });

  it('knows duplicates of lines that were done before it stopped', async () => {
    const twice = world.write('twice.ndjson', [...Array.from({ length: 500 }, (_, n) => aBorrower(`c${n}`)), aBorrower('c0')]);
    await expect(world.run([twice], { onProgress: () => { throw new Error('crash'); } })).rejects.toThrow('crash'); // prettier-ignore
    const [result] = await world.run([twice]);
    expect(result && [counts(result), world.rejects(result).map(({ code }) => code)]).toEqual([
      [500, 0, 1],
      ['DUPLICATE_IN_FILE'],
    ]);
  });

  it('starts over if its rejects file is gone', async () => {
    const faulty = world.write('faulty.ndjson', [...Array.from({ length: 500 }, () => ({ entity: 'lease' })), ...MANY]);
    await expect(world.run([faulty], { onProgress: () => { throw new Error('crash'); } })).rejects.toThrow('crash'); // prettier-ignore
    truncateSync(`${faulty}.rejects`, 10);
    const [result] = await world.run([faulty]);
    expect(result && [counts(result), result.resumedFromLine, world.rejects(result).length]).toEqual([
      [3_480, 0, 620],
      null,
      620,
    ]);
  });

  it('stops the slower of two that furnish one file, and doubles nothing', async () => {
    const outcomes = await Promise.allSettled([world.run([file]), world.run([file])]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost.map(({ reason }) => (reason as { code?: string }).code)).toEqual(['CONFLICT']);
    const [result] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    await assertComplete(result);
  });

  it('survives a kill -9 in mid-import', async () => {
    const job: ImportJob = {
      location: opened.location, rootSecret: ROOT_SECRET, platformId: 'ant', format: 'canonical-ndjson', file, rejects: `${file}.rejects`,
      todayDay: toEpochDay(TODAY),
    }; // prettier-ignore
    const signals: (string | null)[] = [];
    for (const batches of [1, 2]) signals.push(await killAfter(job, batches));
    expect(signals).toEqual(['SIGKILL', 'SIGKILL']);
    const [run] = await world.rows('SELECT state, lines_done FROM import_run');
    expect(run?.['state']).toBe('RUNNING');
    expect(Number(run?.['lines_done'])).toBeGreaterThanOrEqual(1_000);
    await assertComplete((await world.run([file]))[0]);
  });
});

/** Imports in a process of its own and kills it as soon as it reports so many batches. */
function killAfter(job: ImportJob, batches: number): Promise<string | null> {
  const support = path.join(__dirname, '../support');
  return new Promise((resolve, reject) => {
    const child = fork(path.join(support, 'run-typescript.js'), [path.join(support, 'import-child.ts'), JSON.stringify(job)], {
      execArgv: [],
    });
    let reports = 0;
    child.on('message', (message: { error?: string }) => {
      if (message.error !== undefined) reject(new Error(message.error));
      if ((reports += 1) >= batches) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (_code, signal) => resolve(signal));
  });
}
