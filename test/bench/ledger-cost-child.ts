import { openContender } from './ledger-cost-writer';
import type { WriterKind } from './ledger-cost-settings';

/** What the parent starts a writer with, and asks of it. */
export interface WriterJob {
  readonly kind: WriterKind;
  readonly url: string;
  readonly delayMs: number;
  readonly clients: number;
}
export type WriterOrder = { readonly ms: number };
export interface Written {
  readonly appended: number;
  readonly seconds: number;
  readonly cpuMicros: number;
  readonly transactions: number;
  /** Of one append, in milliseconds. */
  readonly p50Ms: number;
}
export type WriterWord = { readonly kind: 'ready' } | { readonly kind: 'written'; readonly written: Written };

const say = (word: WriterWord): void => void process.send?.(word);

async function run({ kind, url, delayMs, clients }: WriterJob): Promise<void> {
  const contender = await openContender(kind, url, delayMs);
  let ordinal = process.pid * 7;
  const write = async ({ ms }: WriterOrder): Promise<void> => {
    const [startedMs, cpu, before] = [performance.now(), process.cpuUsage(), contender.transactions()];
    const latencies: number[] = [];
    const client = async (): Promise<void> => {
      while (performance.now() - startedMs < ms) {
        const sentMs = performance.now();
        await contender.append((ordinal += 1));
        latencies.push(performance.now() - sentMs);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    const { user, system } = process.cpuUsage(cpu);
    say({
      kind: 'written',
      written: {
        appended: latencies.length, seconds: (performance.now() - startedMs) / 1_000, cpuMicros: user + system,
        transactions: contender.transactions() - before, p50Ms: latencies.sort((a, b) => a - b)[latencies.length >> 1] ?? NaN,
      },
    }); // prettier-ignore
  };
  process.on('message', (order: WriterOrder) => void write(order).catch(giveUp));
  process.on('disconnect', () => void contender.close().finally(() => process.exit()));
  say({ kind: 'ready' });
}

function giveUp(cause: unknown): void {
  console.error(String(cause instanceof Error ? (cause.cause ?? cause) : cause));
  process.exit(1);
}

process.on('SIGINT', () => undefined); // the parent ends us by hanging up
run(JSON.parse(process.argv[3] ?? '{}') as WriterJob).catch(giveUp);
