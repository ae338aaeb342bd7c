import type { PublishOutcome } from '../ledger-ports';

export interface Publishing {
  /** Milliseconds since everything recorded was last known to be signed. */
  lagMs(): number;
  /** Resolves when the step under way has ended. */
  stop(): Promise<void>;
}

/** Signs what is there. @throws whatever a step throws. */
export async function publishAll(step: () => Promise<PublishOutcome>): Promise<void> {
  while ((await step()) === 'behind');
}

/**
 * Signs in turn, `everyMs` after the last attempt ended, until it is stopped. A step that fails is told and tried again: a
 * ledger that no longer continues what was signed stays unsigned, and the lag tells of it.
 */
export function startPublishing(
  step: () => Promise<PublishOutcome>,
  { everyMs, onFault }: { readonly everyMs: number; readonly onFault: (cause: unknown) => void },
): Publishing {
  let [stopped, lastMs] = [false, performance.now()];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    let behind = false;
    try {
      behind = (await step()) === 'behind';
      if (!behind) lastMs = performance.now();
    } catch (cause) {
      onFault(cause);
    }
    if (!stopped) schedule(behind ? 0 : everyMs);
  };
  const schedule = (afterMs: number): void => {
    timer = setTimeout(() => {
      running = run();
    }, afterMs);
  };
  schedule(everyMs);
  return {
    lagMs: () => performance.now() - lastMs,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
