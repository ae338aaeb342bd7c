import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { CommitFault, TcpProxy } from '../support/tcp-proxy';
import type { TortureLoad } from './torture-load';
import type { PrivateMariadb } from './torture-mariadb';
import type { TortureWorld } from './torture-world';

/** What a fault needs to strike. */
export interface Tools {
  readonly world: TortureWorld;
  readonly load: TortureLoad;
  readonly mariadb: PrivateMariadb;
  readonly proxy: TcpProxy;
}

/** Something that happens to a gateway under load. */
export interface Fault {
  readonly name: string;
  /** What the gateway stores in. */
  readonly place: 'mariadb' | 'sqlite';
  /** Does readiness tell of it? A process that is not there tells nothing. */
  readonly isSeen: boolean;
  /** Before the first round. */
  prepare?(tools: Tools): Promise<void>;
  begin(tools: Tools): Promise<void>;
  /** From here on the gateway must serve again by itself. */
  end(tools: Tools): Promise<void>;
}

/** So many look-ups meet a fault before it ends. */
export const REFUSALS = 12;

export function serverKilled(place: Fault['place']): Fault {
  return {
    name: `kill -9 of the server, on ${place === 'sqlite' ? 'SQLite' : 'MariaDB'}`,
    place,
    isSeen: false,
    begin: ({ world }) => world.killServer(),
    end: ({ world }) => world.startServer(),
  };
}

export const mariadbKilled: Fault = {
  name: 'kill -9 of MariaDB',
  place: 'mariadb',
  isSeen: false,
  begin: ({ mariadb }) => mariadb.kill(),
  end: ({ mariadb }) => mariadb.start(),
};

/** The same, of a server that was told to sync its log about once a second. */
export const unsyncedMariadbKilled: Fault = {
  ...mariadbKilled,
  name: 'kill -9 of MariaDB that does not sync',
  prepare: ({ mariadb }) => neverSync(mariadb),
  end: async ({ mariadb }) => {
    await mariadb.start();
    await neverSync(mariadb);
  },
};

async function neverSync({ url }: PrivateMariadb): Promise<void> {
  await onServer(url, 'SET GLOBAL innodb_flush_log_at_trx_commit = 0');
}

const BALLAST_LEDGER = 7;
const BALLAST_ROWS = 100;
/** Makes the table of entries the largest file by far. */
const BALLAST_BATCHES = 60;

export const diskFull: Fault = {
  name: 'full disk of MariaDB',
  place: 'mariadb',
  isSeen: true,
  prepare: async (tools) => {
    for (let batch = 0; batch < BALLAST_BATCHES; batch += 1) await addBallast(tools);
  },
  begin: async (tools) => {
    const { mariadb, world } = tools;
    mariadb.fillDisk(schemaOf(world), 'ledger_entry');
    for (let isFull = false; !isFull;)
      isFull = await addBallast(tools).then(
        () => false,
        (cause: unknown) => isTableFull(cause),
      );
  },
  end: ({ mariadb }) => Promise.resolve(mariadb.freeDisk()),
};

/** Entries of a ledger that nobody reads. @throws the server's error when there is no room. */
async function addBallast({ mariadb, world }: Tools): Promise<void> {
  const table = `${schemaOf(world)}.ledger_entry`;
  await onServer(
    mariadb.url,
    `INSERT INTO ${table} (ledger_id, idx, leaf, subject, body)
     SELECT ?, COALESCE(MAX(e.idx), 0) + s.seq, REPEAT('l', 32), REPEAT('s', 32), REPEAT('b', 4000)
     FROM seq_1_to_${String(BALLAST_ROWS)} AS s LEFT JOIN ${table} AS e ON e.ledger_id = ? GROUP BY s.seq`,
    [BALLAST_LEDGER, BALLAST_LEDGER],
    schemaOf(world),
  );
}

function isTableFull(cause: unknown): boolean {
  if ((cause as { readonly code?: unknown }).code !== 'ER_RECORD_FILE_FULL') throw cause;
  return true;
}

const SQLITE_FILE_BYTES = 4_096;
/** The write-ahead log is longer than that already. */
export const sqliteDiskFull: Fault = {
  name: 'full disk of SQLite',
  place: 'sqlite',
  isSeen: true,
  begin: ({ world }) => limitServer(world, String(SQLITE_FILE_BYTES)),
  end: ({ world }) => limitServer(world, 'unlimited'),
};

async function limitServer(world: TortureWorld, bytes: string): Promise<void> {
  execFileSync('prlimit', [`--pid=${String(await world.pid())}`, `--fsize=${bytes}:`]);
}

export function lockHeld(): Fault {
  let release: () => Promise<void> = () => Promise.resolve();
  return {
    name: 'lock of the ledger held by another',
    place: 'mariadb',
    isSeen: true,
    begin: async ({ mariadb, world }) => {
      const holder = await createConnection({ uri: mariadb.url, database: schemaOf(world) });
      await holder.query('START TRANSACTION');
      await holder.query<RowDataPacket[]>('SELECT next FROM ledger_sequence FOR UPDATE');
      release = () => holder.end();
    },
    end: () => release(),
  };
}

export const connectionsCut: Fault = {
  name: 'connections cut, and refused',
  place: 'mariadb',
  isSeen: true,
  begin: ({ proxy }) => Promise.resolve(proxy.cut(true)),
  end: ({ proxy }) => Promise.resolve(proxy.heal()),
};

export const connectionsStalled: Fault = {
  name: 'connections stalled, then moving again',
  place: 'mariadb',
  isSeen: true,
  begin: ({ proxy }) => Promise.resolve(proxy.stall()),
  end: ({ proxy }) => Promise.resolve(proxy.heal()),
};

/** Locks of a transaction that was under way stay behind until the database notices. */
export const connectionsHalfOpen: Fault = {
  name: 'connections half open for good',
  place: 'mariadb',
  isSeen: false,
  begin: ({ proxy }) => Promise.resolve(proxy.freeze()),
  end: () => Promise.resolve(),
};

const COMMITS_LOST = 3;
export function commitsLost(fault: CommitFault): Fault {
  return {
    name: fault === 'lost' ? 'COMMIT lost' : 'answer to COMMIT lost',
    place: 'mariadb',
    isSeen: true,
    begin: async ({ proxy }) => {
      const enough = proxy.commitsLost + COMMITS_LOST;
      proxy.loseCommits(fault);
      while (proxy.commitsLost < enough) await sleep(5);
    },
    end: ({ proxy }) => Promise.resolve(proxy.heal()),
  };
}

/** For red controls that need no fault: consents move anyway. */
export const nothing: Fault = {
  name: 'consents moving',
  place: 'mariadb',
  isSeen: false,
  begin: () => sleep(1_000),
  end: () => Promise.resolve(),
};

function schemaOf({ schema }: TortureWorld): string {
  if (schema === null) throw new Error('This fault strikes MariaDB alone');
  return schema;
}

async function onServer(url: string, sql: string, params: readonly unknown[] = [], database = 'mysql'): Promise<void> {
  const connection = await createConnection({ uri: url, database });
  try {
    await connection.query(sql, [...params]);
  } finally {
    await connection.end();
  }
}
