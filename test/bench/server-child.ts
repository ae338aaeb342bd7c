import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import type { Order, Word } from './server-process';

function say(word: Word): void {
  process.send?.(word);
}

let session: Session | null = null;
async function startProfile(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
}

async function endProfile(file: string): Promise<void> {
  if (!session) return;
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  session = null;
  writeFileSync(file, JSON.stringify(profile));
}

/** Makes this process a server under test, with the parent at its IPC channel. @param listen - Returns the port. */
export function serve(listen: () => Promise<number>): void {
  const profiling = process.env['BENCH_PROFILE'] === '1';
  let since = process.cpuUsage();
  const obey = async (order: Order): Promise<void> => {
    if (order.kind === 'begin') {
      if (profiling) await startProfile();
      since = process.cpuUsage();
      return say({ kind: 'begun' });
    }
    const { user, system } = process.cpuUsage(since);
    if (order.profile !== null) await endProfile(order.profile);
    say({ kind: 'ended', cpuMicros: user + system, rssBytes: process.memoryUsage.rss() });
  };
  process.on('message', (order: Order) => void obey(order).catch(giveUp));
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined); // the parent ends us by hanging up
  listen().then((port) => say({ kind: 'listening', port }), giveUp);
}

function giveUp(cause: unknown): void {
  console.error(cause);
  process.exit(1);
}
