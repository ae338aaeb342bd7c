import { type FileRun, startFileRun } from '../../../../src/app/credit/furnish-file';
import type { FurnishStore, ImportProgress } from '../../../../src/app/ports';
import type { FurnishedLine } from '../../../../src/core/credit/furnished-record';

const NONE: ImportProgress = { linesDone: 0, accepted: 0, unchanged: 0, rejected: 0, rejectsBytes: 0 };
const KEY = { platformId: 'ant', format: 'canonical-ndjson', fileHash: Buffer.alloc(32) };
const unused = (): never => {
  throw new Error('not of this test');
};
const lineOf = (line: number): FurnishedLine => ({ line, entity: null, key: null, records: [] });

/** A run of lines by twos, over a store that takes each batch only when it is let. */
async function aRun(lines: () => AsyncIterable<FurnishedLine>, isStopped: () => boolean = () => false) {
  const waiting: { readonly take: () => void; readonly fail: (fault: Error) => void }[] = [];
  const taken: number[] = [];
  const store: FurnishStore = {
    beginRun: () => Promise.resolve(NONE),
    restartRun: unused,
    completeRun: unused,
    makeHistorical: unused,
    openSeenKeys: () => ({ add: () => true, close: () => undefined }),
    furnish: (_key, _from, batch, settle) =>
      new Promise((resolve, reject) => {
        const take = (): void => {
          taken.push(batch.length);
          resolve(settle(batch.map(() => ({ kind: 'accepted' }))));
        };
        waiting.push({ take, fail: reject });
      }),
  };
  const file = { path: 'file', sizeBytes: 0, sha256: unused, bytesRead: () => 0, lines };
  const rejects = { path: 'rejects', holds: () => true, write: () => 0, deferred: unused, finish: unused };
  const context = { todayDay: 20_000, retention: 'FROM_TODAY' } as const;
  const run: FileRun = await startFileRun({ store, context, batchLines: 2, onProgress: () => undefined, isStopped }, KEY, { file, rejects });
  return { run, waiting, taken };
} // prettier-ignore

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a run of a file', () => {
  it('reads the next batch while the store works on the last one, and no more', async () => {
    const read: number[] = [];
    const { run, waiting, taken } = await aRun(async function* () {
      for (let line = 1; line <= 7; line += 1) {
        read.push(line);
        yield await Promise.resolve(lineOf(line));
      }
    });
    const done = run.furnishLines();
    await settled();
    expect([read, waiting.length]).toEqual([[1, 2, 3, 4], 1]);
    waiting[0]?.take();
    await settled();
    expect([read, waiting.length]).toEqual([[1, 2, 3, 4, 5, 6], 2]);
    for (const at of [1, 2, 3]) {
      waiting[at]?.take();
      await settled();
    }
    await done;
    expect([taken, run.progress.linesDone]).toEqual([[2, 2, 2, 1], 7]);
  });

  it('stops after the batch in hand and leaves what it has read beyond', async () => {
    let stopped = false;
    const { run, waiting, taken } = await aRun(
      async function* () {
        for (let line = 1; line <= 6; line += 1) yield await Promise.resolve(lineOf(line));
      },
      () => stopped,
    );
    const done = run.furnishLines();
    await settled();
    stopped = true;
    waiting[0]?.take();
    await done;
    expect([taken, run.progress.linesDone]).toEqual([[2], 2]);
  });

  it('fails with the fault of the store, though it was reading then', async () => {
    const { run, waiting } = await aRun(async function* () {
      for (let line = 1; line <= 3; line += 1) yield await Promise.resolve(lineOf(line));
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield lineOf(4);
    });
    const done = run.furnishLines();
    await settled();
    waiting[0]?.fail(new Error('the store is gone'));
    await expect(done).rejects.toThrow('the store is gone');
    expect(waiting).toHaveLength(1);
  });

  it('fails with the fault of the file only when the batch in hand is done', async () => {
    const { run, waiting } = await aRun(async function* () {
      for (let line = 1; line <= 3; line += 1) yield await Promise.resolve(lineOf(line));
      throw new Error('the file is damaged');
    });
    const outcomes: unknown[] = [];
    const done = run.furnishLines().catch((fault: unknown) => outcomes.push(fault));
    await settled();
    expect(outcomes).toEqual([]);
    waiting[0]?.take();
    await done;
    expect(outcomes).toEqual([new Error('the file is damaged')]);
    expect(run.progress.linesDone).toBe(2);
  });
});
