import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import type { BenchDatabase } from './database';

const TICKS_PER_SECOND = 100;

/** CPU seconds that the whole server has used so far, for whomever; null unless its process is on this machine. */
export async function readServerCpu({ connection }: BenchDatabase): Promise<number | null> {
  const [[row]] = await connection.query<RowDataPacket[]>('SELECT @@pid_file AS pid_file, @@datadir AS datadir');
  try {
    const pid = readFileSync(path.resolve(String(row?.['datadir']), String(row?.['pid_file'])), 'utf8').trim();
    return cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** @param stat - The text of /proc/PID/stat; a name in it may hold spaces and brackets. */
export function cpuSecondsOf(stat: string): number {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = [Number(afterName[11]), Number(afterName[12])];
  return (userTicks + systemTicks) / TICKS_PER_SECOND;
}

/** Mean number of processes that wanted a core in the last minute. */
export function readLoad(): number {
  return Math.round((loadavg()[0] ?? NaN) * 10) / 10;
}

/** Bytes of the schema's tables and indices, as the server estimates them, and of its buffer pool. */
export async function readStorage({ connection }: BenchDatabase) {
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT @@innodb_buffer_pool_size AS pool, @@innodb_flush_log_at_trx_commit AS flush,
     (SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE()) AS data`,
  );
  const megabytes = (name: string): number => Math.round(Number(row?.[name]) / 1_048_576);
  return { bufferPoolMegabytes: megabytes('pool'), dataMegabytes: megabytes('data'), flushLogAtCommit: Number(row?.['flush']) };
}
