import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

/** The bench's own schema on the server, and a connection for what no server under test does. */
export interface BenchDatabase {
  readonly url: string;
  readonly connection: Connection;
  /** Removes the schema and closes; again it does nothing. */
  drop(): Promise<void>;
}

/** @param suffix - Tells the schemas of one run apart, where it makes several. */
export async function createBenchDatabase(server: string, suffix = ''): Promise<BenchDatabase> {
  const name = `gw_bench_${String(process.pid)}${suffix}`;
  const connection = await createConnection({ uri: server });
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await connection.query(`USE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  let dropped: Promise<void> | undefined;
  const drop = async (): Promise<void> => {
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
    await connection.end();
  };
  return { url: url.href, connection, drop: () => (dropped ??= drop()) };
}

/** Statements that the whole server has served; others that use it at the same time are in it, too. */
export interface StatementCounts {
  readonly questions: number;
  readonly selects: number;
  readonly commits: number;
}

export async function readCounts({ connection }: BenchDatabase): Promise<StatementCounts> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Com_select', 'Com_commit')",
  );
  const counts = new Map(rows.map((row) => [row['Variable_name'] as string, Number(row['Value'])]));
  return {
    questions: counts.get('Questions') ?? NaN,
    selects: counts.get('Com_select') ?? NaN,
    commits: counts.get('Com_commit') ?? NaN,
  };
}

export async function readVersion(server: string): Promise<string> {
  const connection = await createConnection({ uri: server });
  const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
  await connection.end();
  return String(rows[0]?.['version']);
}
