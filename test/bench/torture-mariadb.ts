import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';

const START_MS_MAX = 60_000;
/** Larger than every file of the instance but the one that is made to grow: a limit on file sizes then meets that one alone. */
const FILE_BYTES_MAX_OF_OTHERS = 16 * 1_024 * 1_024;

/** A MariaDB server of this run's own, which may be killed. */
export interface PrivateMariadb {
  readonly port: number;
  /** Without a schema. */
  readonly url: string;
  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Resolves when the server answers. */
  start(): Promise<void>;
  /** Lets no file of the server grow beyond the size that this table's has now. @throws Error if others are larger. */
  fillDisk(schema: string, table: string): void;
  freeDisk(): void;
  /** Kills it and removes everything of it; again it does nothing. */
  close(): Promise<void>;
}

/** @throws Error if no MariaDB server is installed. */
export async function openPrivateMariadb(): Promise<PrivateMariadb> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-torture-db-'));
  const data = path.join(folder, 'data');
  const temporary = path.join(folder, 'tmp');
  mkdirSync(temporary);
  const owner = serverAccount();
  if (owner) for (const made of [folder, temporary]) chownSync(made, owner.uid, owner.gid);
  let server: ChildProcess | null = null;
  const removeAll = (): void => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', removeAll);
  const kill = async (): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  const limitFiles = (bytes: string): void => {
    execFileSync('prlimit', [`--pid=${String(server?.pid)}`, `--fsize=${bytes}:`], { ...owner, stdio: 'inherit' });
  };
  try {
    const install = [
      '--no-defaults',
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ];
    execFileSync('mariadb-install-db', install, { ...owner, stdio: 'ignore' });
    const port = await findFreePort();
    const url = `mysql://root@127.0.0.1:${String(port)}`;
    const start = async (): Promise<void> => {
      server = spawn('sh', ['-c', IGNORING_FILE_LIMITS, 'mariadbd', ...flagsOf(folder, data, port)], {
        ...owner,
        stdio: 'ignore',
        detached: true, // Ctrl-C at the terminal is for the run to answer
      });
      await untilAnswering(url, server);
    };
    await start();
    return {
      port,
      url,
      kill,
      start,
      fillDisk: (schema, table) => {
        const { size } = statSync(path.join(data, schema, `${table}.ibd`));
        if (size < FILE_BYTES_MAX_OF_OTHERS) throw new Error(`The file of ${table} is too small to be limited alone`);
        limitFiles(String(size));
      },
      freeDisk: () => limitFiles('unlimited'),
      close: async () => {
        await kill();
        process.off('exit', removeAll);
        removeAll();
      },
    };
  } catch (cause) {
    removeAll();
    throw cause;
  }
}

/** A write beyond the limit is then an error of that write, as on a full disk, and no signal. */
const IGNORING_FILE_LIMITS = `trap '' XFSZ; exec mariadbd "$@"`;

/** A server that starts removes what other servers keep in the folder for temporary tables: it must have one of its own. */
function flagsOf(folder: string, data: string, port: number): readonly string[] {
  return [
    '--no-defaults', `--datadir=${data}`, `--port=${String(port)}`, '--bind-address=127.0.0.1',
    `--socket=${path.join(folder, 'm.sock')}`, `--pid-file=${path.join(folder, 'm.pid')}`,
    `--tmpdir=${path.join(folder, 'tmp')}`, `--log-error=${path.join(folder, 'error.log')}`, '--skip-name-resolve', '--performance-schema=OFF',
    '--innodb-flush-log-at-trx-commit=1', '--innodb-log-file-size=12M', '--innodb-buffer-pool-size=256M',
  ]; // prettier-ignore
}

/** MariaDB does not serve as root: there it runs under the account that its package made. */
function serverAccount(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function findFreePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo; // a TCP listener has one
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

async function untilAnswering(url: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
      return await connection.end();
    } catch (cause) {
      if (server.exitCode !== null) throw new Error(`mariadbd ended with ${String(server.exitCode)}`, { cause });
      if (performance.now() > deadline) throw cause;
      await sleep(20);
    }
  }
}
