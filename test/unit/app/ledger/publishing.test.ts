import { publishAll, startPublishing } from '../../../../src/app/ledger/publishing';
import type { PublishOutcome } from '../../../../src/app/ledger-ports';

describe('publishAll', () => {
  it('goes on while there is more to hash, and no further', async () => {
    const outcomes: PublishOutcome[] = ['behind', 'behind', 'published', 'behind'];
    await publishAll(() => Promise.resolve(outcomes.shift() ?? 'idle'));
    expect(outcomes).toEqual(['behind']);
  });
});

describe('startPublishing', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
  /** Steps that end as they are told, one after the other. */
  function publishingOf(...outcomes: (PublishOutcome | Error)[]) {
    const [steps, faults] = [[] as number[], [] as unknown[]];
    const step = (): Promise<PublishOutcome> => {
      steps.push(Date.now());
      const next = outcomes.shift() ?? 'idle';
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    };
    const startedMs = Date.now();
    const publishing = startPublishing(step, { everyMs: 1_000, onFault: (cause) => faults.push(cause) });
    return { publishing, faults, stepsMs: () => steps.map((at) => at - startedMs) };
  }

  it('signs about once a second, and at once while it is behind', async () => {
    const { publishing, stepsMs } = publishingOf('published', 'behind', 'behind', 'published', 'idle');
    await jest.advanceTimersByTimeAsync(3_500);
    expect(stepsMs()).toEqual([1_000, 2_000, 2_001, 2_002, 3_002]);
    await publishing.stop();
  });

  it('tells how long nothing was known to be signed, whether it fails or does not keep up', async () => {
    const fault = new Error('altered');
    const { publishing, faults } = publishingOf('published', fault, fault, 'idle');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(publishing.lagMs()).toBe(0);
    await jest.advanceTimersByTimeAsync(2_500);
    expect([faults, publishing.lagMs()]).toEqual([[fault, fault], 2_500]);
    await jest.advanceTimersByTimeAsync(500);
    expect(publishing.lagMs()).toBe(0);
    await publishing.stop();
  });

  it('ends with the step that is under way', async () => {
    let end: (outcome: PublishOutcome) => void = () => undefined;
    let steps = 0;
    const publishing = startPublishing(
      () => {
        steps += 1;
        return new Promise<PublishOutcome>((resolve) => (end = resolve));
      },
      { everyMs: 1_000, onFault: () => undefined },
    );
    await jest.advanceTimersByTimeAsync(1_000);
    let stopped = false;
    const stopping = publishing.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(5_000);
    expect([stopped, steps]).toEqual([false, 1]);
    end('published');
    await stopping;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(steps).toBe(1);
  });
});
