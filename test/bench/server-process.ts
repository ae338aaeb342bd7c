import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { LogLevel } from '../../src/config/config';
import type { Variant } from './settings';

/** What the bench compares, and the gateway that records without re-validating, which the race must find out. */
export type ServerKind = Variant | 'unchecked';
const ENTRY: Readonly<Record<ServerKind, string>> = {
  a: 'server-raw.ts',
  b: 'server-apollo.ts',
  e: 'server-gateway.ts',
  unchecked: 'race-server.ts',
};

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
  begin(): Promise<void>;
  end(profile: string | null): Promise<{ readonly cpuMicros: number; readonly rssBytes: number }>;
  stop(): void;
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
  const child = fork(runner, [path.join(__dirname, ENTRY[variant])], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      GATEWAY_KEY_FILE: keyFile,
      LOG_LEVEL: logLevel,
      PORT: '0',
    },
    execArgv: [],
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
  const { port } = await hear(child, 'listening', variant);
  return {
    port,
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
