import { gathering } from '../../../src/db/gather';

/** A read that ends when it is told to. */
function heldReads() {
  const reads: { readonly questions: readonly number[]; readonly end: (answers?: readonly number[]) => void; fail(): void }[] =
    [];
  const ask = gathering(
    (questions: readonly number[]) =>
      new Promise<readonly number[]>((resolve, reject) => {
        reads.push({
          questions,
          end: (answers = questions.map((one) => one * 10)) => resolve(answers),
          fail: () => reject(new Error('lost')),
        });
      }),
  );
  return { reads, ask };
}
/** One turn of the event loop, in which no time passes. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** As long as a read waits for company. */
const moment = (): Promise<void> => jest.advanceTimersByTimeAsync(4);

describe('gathering', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  it('reads together what is asked in one turn, and gives each its own answer', async () => {
    const { reads, ask } = heldReads();
    const answers = Promise.all([ask(1), ask(2), ask(2), ask(3)]);
    await turn();
    expect(reads.map(({ questions }) => questions)).toEqual([[1, 2, 2, 3]]);
    reads[0]?.end();
    expect(await answers).toEqual([10, 20, 20, 30]);
  });

  it('never answers by a read that began before the question', async () => {
    const { reads, ask } = heldReads();
    void ask(1);
    await turn();
    const later = ask(1);
    reads[0]?.end([10]);
    await moment();
    expect(reads.map(({ questions }) => questions)).toEqual([[1], [1]]);
    reads[1]?.end([11]);
    expect(await later).toBe(11);
  });

  it('waits for nobody while one client asks, one question after the other', async () => {
    const { reads, ask } = heldReads();
    for (const question of [1, 2, 3]) {
      const answer = ask(question);
      await turn();
      reads.at(-1)?.end();
      expect(await answer).toBe(question * 10);
      await jest.advanceTimersByTimeAsync(2);
    }
  });

  it.each([
    ['right after another read', [1]],
    ['after a read of several questions, however long ago', [1, 2]],
  ])('waits a moment for company %s', async (_name, first) => {
    const { reads, ask } = heldReads();
    const before = Promise.all(first.map(ask));
    await turn();
    reads[0]?.end();
    await before;
    if (first.length > 1) await jest.advanceTimersByTimeAsync(60_000);
    void ask(3);
    await turn();
    void ask(4);
    await jest.advanceTimersByTimeAsync(1);
    expect(reads).toHaveLength(1);
    await moment();
    expect(reads.map(({ questions }) => questions)).toEqual([first, [3, 4]]);
  });

  it('reads all that waited next', async () => {
    const { reads, ask } = heldReads();
    const asked = [1, 2, 3].map(async (question) => {
      if (question > 1) await moment();
      return ask(question);
    });
    await moment();
    await moment();
    expect(reads.map(({ questions }) => questions)).toEqual([[1]]);
    reads[0]?.end();
    await moment();
    expect(reads.map(({ questions }) => questions)).toEqual([[1], [2, 3]]);
    reads[1]?.end();
    expect(await Promise.all(asked)).toEqual([10, 20, 30]);
  });

  it('lets one other read begin beside one that takes long, and leaves the rest to it', async () => {
    const { reads, ask } = heldReads();
    const askAfterAMoment = async (question: number) => {
      const answer = ask(question);
      await moment();
      return { answer };
    };
    const first = await askAfterAMoment(1);
    const second = await askAfterAMoment(2);
    expect(reads.map(({ questions }) => questions)).toEqual([[1]]);
    await jest.advanceTimersByTimeAsync(50);
    expect(reads.map(({ questions }) => questions)).toEqual([[1], [2]]);
    await jest.advanceTimersByTimeAsync(48);
    const third = await askAfterAMoment(3);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(reads).toHaveLength(2); // both take long now, and there is no third
    reads[1]?.end();
    await moment();
    expect(reads.map(({ questions }) => questions)).toEqual([[1], [2], [3]]);
    reads[0]?.end();
    const fourth = await askAfterAMoment(4);
    expect(reads).toHaveLength(3); // what waits is for the read under way
    reads[2]?.end();
    await moment();
    reads[3]?.end();
    expect(await Promise.all([first, second, third, fourth].map(({ answer }) => answer))).toEqual([10, 20, 30, 40]);
    expect(reads.map(({ questions }) => questions)).toEqual([[1], [2], [3], [4]]);
  });

  it('fails the questions of a read that failed, and no others', async () => {
    const { reads, ask } = heldReads();
    const lost = Promise.allSettled([ask(1), ask(2)]);
    await moment();
    const later = ask(3);
    await moment();
    reads[0]?.fail();
    await moment();
    reads[1]?.end();
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await later).toBe(30);
  });

  it('fails rather than give an answer to another question', async () => {
    const { reads, ask } = heldReads();
    const asked = Promise.allSettled([ask(1), ask(2)]);
    await moment();
    reads[0]?.end([20]);
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('puts at most 64 questions in a read, and refuses the 4,097th that waits', async () => {
    const { reads, ask } = heldReads();
    const asked = Array.from({ length: 4_096 }, (_, at) => ask(at));
    await expect(ask(4_096)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    for (let at = 0; at < 64; at += 1) {
      await moment();
      reads[at]?.end();
    }
    expect(await Promise.all(asked)).toEqual(asked.map((_, at) => at * 10));
    expect(new Set(reads.map(({ questions }) => questions.length))).toEqual(new Set([64]));
  });

  it('does not ask any more what has waited for 2 s behind reads that hang', async () => {
    const { reads, ask } = heldReads();
    const asked = [ask(1)];
    await moment();
    asked.push(ask(2));
    await jest.advanceTimersByTimeAsync(60);
    const late = expect(ask(3)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await jest.advanceTimersByTimeAsync(2_000);
    asked.push(ask(4));
    reads[0]?.end();
    await late;
    expect(reads.map(({ questions }) => questions)).toEqual([[1], [2], [4]]);
    for (const { end } of reads) end();
    expect(await Promise.all(asked)).toEqual([10, 20, 40]);
  });
});
