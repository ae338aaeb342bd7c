import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LogLevel } from '../../src/config/config';
import type { Variant } from './settings';

/** The gateway with a promise broken, each in its own way: what race and torture must find out. */
export const SABOTAGES = ['unchecked', 'stale', 'sends first', 'swallows faults', 'assumes commits'] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** What the bench compares, and the red controls. */
export type ServerKind = Variant | Sabotage;
const ENTRY: Readonly<Record<ServerKind, string>> = {
  a: 'server-raw.ts',
  b: 'server-apollo.ts',
  e: 'server-gateway.ts',
  unchecked: 'server-sabotaged.ts',
  stale: 'server-sabotaged.ts',
  'sends first': 'server-sabotaged.ts',
  'swallows faults': 'server-sabotaged.ts',
  'assumes commits': 'server-sabotaged.ts',
};

/** Every server with the young generation that `npm start` gives the gateway. */
const NURSERY = '--max-semi-space-size=64';

/** What the parent tells a server, and what it hears from it. */
export type Order = { readonly kind: 'begin' } | { readonly kind: 'end'; readonly profile: string | null };
export type Word =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'begun' }
  /** CPU time of the process since `begin`, all its threads. */
  | { readonly kind: 'ended'; readonly cpuMicros: number; readonly rssBytes: number };

/** One server under test in its own process. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  begin(): Promise<void>;
  end(profile: string | null): Promise<{ readonly cpuMicros: number; readonly rssBytes: number }>;
  stop(): void;
  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/** What a server process is started with, in its environment. */
export interface ServerSettings {
  readonly databaseUrl: string;
  readonly keyFile: string;
  readonly logLevel: LogLevel;
}

export async function startServerProcess(
  variant: ServerKind,
  { databaseUrl, keyFile, logLevel }: ServerSettings,
): Promise<ServerProcess> {
  const runner = path.join(__dirname, '..', 'support', 'run-typescript.js');
  const child = fork(runner, [path.join(__dirname, ENTRY[variant]), variant], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      GATEWAY_KEY_FILE: keyFile,
      LOG_LEVEL: logLevel,
      PORT: '0',
    },
    execArgv: [NURSERY],
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
  const { port } = await hear(child, 'listening', variant);
  return {
    port,
    pid: child.pid ?? NaN,
    begin: async () => {
      const heard = hear(child, 'begun', variant);
      tell(child, { kind: 'begin' });
      await heard;
    },
    end: (profile) => {
      const heard = hear(child, 'ended', variant);
      tell(child, { kind: 'end', profile });
      return heard;
    },
    stop: () => child.connected && child.disconnect(),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function tell(child: ChildProcess, order: Order): void {
  child.send(order);
}

function hear<K extends Word['kind']>(child: ChildProcess, kind: K, variant: ServerKind): Promise<Extract<Word, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`Server (${variant}) exited with ${String(code)}`));
    const onWord = (word: Word): void => {
      if (word.kind !== kind) return;
      child.off('message', onWord);
      child.off('exit', onExit);
      resolve(word as Extract<Word, { kind: K }>); // the kind was compared
    };
    child.on('message', onWord);
    child.once('exit', onExit);
  });
}
