import type { HttpConnection } from './http-client';

/** How one request is made and its answer judged. */
export interface Exchange {
  /** @throws Error if the answer differs from the expected one. */
  send(connection: HttpConnection): Promise<void>;
}
export interface Slice {
  readonly requests: number;
  readonly seconds: number;
  /** Ascending. */
  readonly latenciesMs: Float64Array;
}

/** Keeps every connection busy until the time or the number of requests is over, and waits for the last answers. */
export async function runLoad(
  connections: readonly HttpConnection[],
  exchange: Exchange,
  until: { readonly ms: number; readonly requests: number },
  isStopped: () => boolean,
): Promise<Slice> {
  const latencies: number[] = [];
  const startedMs = performance.now();
  let begun = 0;
  let failed = false;
  const work = async (connection: HttpConnection): Promise<void> => {
    while (!failed && !isStopped() && begun < until.requests && performance.now() - startedMs < until.ms) {
      begun += 1;
      const sentMs = performance.now();
      try {
        await exchange.send(connection);
      } catch (cause) {
        failed = true;
        throw cause;
      }
      latencies.push(performance.now() - sentMs);
    }
  };
  const outcomes = await Promise.allSettled(connections.map(work));
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return { requests: latencies.length, seconds, latenciesMs: Float64Array.from(latencies).sort() };
}

/** @param share - 0 to 1; nearest rank. */
export function percentile(ascending: Float64Array, share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? NaN;
}
