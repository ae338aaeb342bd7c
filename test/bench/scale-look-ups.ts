import type { RowDataPacket } from 'mysql2/promise';
import { composeGateway, openDevelopmentIssuer, openKeys, openStores, openTokenVerifier } from '../../src/compose';
import { readCounts } from './database';
import { grantTo } from './grants';
import { HttpConnection } from './http-client';
import { type Exchange, runLoad } from './load';
import { makeDraw } from './people';
import type { Book } from './scale-book';
import { readServerCpu, readStorage } from './scale-machine';
import { createScaleExchange, generatePerson } from './scale-people';
import { REQUESTS_BEFORE_ROUNDS, type ScaleSizes, SEED } from './scale-settings';
import { type ServerProcess, startServerProcess } from './server-process';
import { CONNECTIONS } from './settings';
import { type Measured, pairedRatio, rounded, type Spread, spreadOf, summarise, toMeasured } from './statistics';

const TOKEN_SECONDS = 86_400;

/** A book with consents, and a gateway that serves it. */
interface Side {
  readonly book: Book;
  readonly consents: number;
  readonly exchange: Exchange;
  readonly server: ServerProcess;
  readonly connections: readonly HttpConnection[];
}
interface Round extends Measured {
  /** CPU of the whole database server, whoever used it; NaN: it runs elsewhere. */
  readonly serverCpuMicrosPerRequest: number;
  /** Pages of the buffer pool that had to be read from the disk, whoever needed them. */
  readonly pagesReadPerRequest: number;
}

export interface LookUpCost {
  readonly sides: readonly Awaited<ReturnType<typeof describeSide>>[];
  /** Of the large book in those of the small one. */
  readonly cpuRatio: Spread;
  readonly statementRatio: number;
}

/** Serves a small and a large book by two gateways, and asks them in turns. */
export async function compareLookUps(
  books: readonly [few: Book, many: Book],
  sizes: ScaleSizes,
  say: (text: string) => void,
  isStopped: () => boolean,
): Promise<LookUpCost> {
  const sides: Side[] = [];
  try {
    const grants = [books[0].borrowers, sizes.grants] as const;
    const granted = [await grantIn(books[0], grants[0], say), await grantIn(books[1], grants[1], say)] as const;
    sides.push(await openSide(books[0], granted[0]), await openSide(books[1], granted[1]));
    const [few = [], many = []] = await measure(sides, sizes, say, isStopped);
    const statements = (rounds: readonly Round[]): number => Math.min(...rounds.map((round) => round.questionsPerRequest));
    return {
      sides: await Promise.all(sides.map((side, at) => describeSide(side, at === 0 ? few : many))),
      cpuRatio: pairedRatio('cpuMicrosPerRequest', many, few),
      statementRatio: rounded(statements(many) / statements(few)),
    };
  } finally {
    for (const { server, connections } of sides) {
      for (const connection of connections) connection.close();
      server.stop();
    }
  }
}

/** @returns the numbers of those who have granted. */
async function grantIn(
  { name, borrowers, config, database }: Book,
  grants: number,
  say: (text: string) => void,
): Promise<readonly number[]> {
  const keys = openKeys(config);
  const indices = pickIndices(borrowers, grants);
  const stores = openStores(config, keys);
  const gateway = await composeGateway({
    config,
    stores,
    keys,
    verifier: openTokenVerifier(config, await openDevelopmentIssuer(config)),
  });
  const [first = 0] = indices;
  try {
    const wanted = new Set(indices.map((index) => generatePerson(index).customerId));
    const startedMs = performance.now();
    const granted = await grantTo(gateway.consents, database, generatePerson(first), (customerId) => wanted.has(customerId));
    if (granted !== grants) throw new Error(`${String(granted)} of ${String(grants)} consents were granted`);
    say(`${name}: granted ${String(granted)} consents in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  } finally {
    await gateway.stop();
    await stores.close();
  }
  await database.connection.query(
    'ANALYZE TABLE identity_lookup, customer, credit_account, monthly_summary, arrangement, consent',
  );
  return indices;
}

async function openSide(book: Book, indices: readonly number[]): Promise<Side> {
  const { config, keyFile, database } = book;
  const issuer = await openDevelopmentIssuer(config);
  const server = await startServerProcess('e', { databaseUrl: database.url, keyFile, logLevel: 'warn' });
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpConnection.open(server.port)));
  const token = await issuer.issue({ role: 'bank', party: 'bench-bank', ttlSeconds: TOKEN_SECONDS });
  return {
    book,
    consents: indices.length,
    server,
    connections,
    exchange: createScaleExchange(indices, openKeys(config), token, SEED),
  };
}

/** Different borrowers, spread evenly at random; all of them where there are no more. */
export function pickIndices(borrowers: number, wanted: number): readonly number[] {
  const draw = makeDraw(SEED);
  const picked: number[] = [];
  for (let index = 0; index < borrowers; index += 1) if (draw(borrowers - index) < wanted - picked.length) picked.push(index);
  return picked;
}

async function measure(
  sides: readonly Side[],
  { rounds, warmUpMs, measureMs }: ScaleSizes,
  say: (text: string) => void,
  isStopped: () => boolean,
): Promise<readonly (readonly Round[])[]> {
  const measured: Round[][] = sides.map(() => []);
  for (const { connections, exchange } of sides)
    await runLoad(connections, exchange, { ms: Infinity, requests: REQUESTS_BEFORE_ROUNDS }, isStopped);
  for (let round = 1; round <= rounds && !isStopped(); round += 1) {
    const order = sides.map((_, at) => (at + round) % sides.length); // nobody is always the first
    for (const at of order) {
      const side = sides[at];
      if (side) measured[at]?.push(await measureSide(side, round, { warmUpMs, measureMs }, isStopped));
    }
    const cpu = measured.map((of, at) => `${sides[at]?.book.name ?? ''} ${String(of.at(-1)?.cpuMicrosPerRequest)} µs`);
    say(`round ${String(round)} of ${String(rounds)}, CPU per request: ${cpu.join(', ')}`);
  }
  return measured;
}

async function measureSide(
  { book: { database }, server, connections, exchange }: Side,
  round: number,
  { warmUpMs, measureMs }: Pick<ScaleSizes, 'warmUpMs' | 'measureMs'>,
  isStopped: () => boolean,
): Promise<Round> {
  await runLoad(connections, exchange, { ms: warmUpMs, requests: Infinity }, isStopped);
  const readPages = async (): Promise<number> => {
    const [[row]] = await database.connection.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_reads'");
    return Number(row?.['Value']);
  };
  const [cpuBefore, pagesBefore, before] = [await readServerCpu(database), await readPages(), await readCounts(database)];
  await server.begin();
  const slice = await runLoad(connections, exchange, { ms: measureMs, requests: Infinity }, isStopped);
  const used = await server.end(null);
  const [after, pagesAfter, cpuAfter] = [await readCounts(database), await readPages(), await readServerCpu(database)];
  const serverCpu = cpuBefore === null || cpuAfter === null ? NaN : (cpuAfter - cpuBefore) * 1e6;
  return {
    ...toMeasured(round, slice, used, before, after),
    serverCpuMicrosPerRequest: rounded(serverCpu / slice.requests),
    pagesReadPerRequest: rounded((pagesAfter - pagesBefore) / slice.requests),
  };
}

async function describeSide({ book: { name, database }, consents }: Side, rounds: readonly Round[]) {
  const [[row]] = await database.connection.query<RowDataPacket[]>('SELECT COUNT(*) AS borrowers FROM borrower_key');
  return {
    name,
    borrowers: Number(row?.['borrowers']),
    consents,
    storage: await readStorage(database),
    ...summarise(rounds),
    serverCpuMicrosPerRequest: spreadOf(rounds.map((round) => round.serverCpuMicrosPerRequest)),
    pagesReadPerRequest: spreadOf(rounds.map((round) => round.pagesReadPerRequest)),
    rounds,
  };
}
