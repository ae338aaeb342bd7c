import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import {
  composeGateway,
  migrateDatabase,
  openDevelopmentIssuer,
  openKeys,
  openStores,
  openTokenVerifier,
} from '../../src/compose';
import { type Config, loadConfig } from '../../src/config/config';
import { type BenchDatabase, createBenchDatabase, readCounts, readVersion } from './database';
import { createExchange } from './exchange';
import { fill } from './fill';
import { HttpConnection } from './http-client';
import { type Exchange, runLoad } from './load';
import { type BenchPerson, expectedReport, makePerson } from './people';
import { countLeaves, QUERY } from './query';
import { type ServerProcess, startServerProcess } from './server-process';
import {
  type BenchOptions,
  CONNECTIONS,
  MONTHS,
  PREHEAT_REQUESTS,
  readOptions,
  VARIANT_NAMES,
  type Variant,
  VARIANTS,
} from './settings';
import { type Measured, type MeasuredByVariant, ratiosOf, summarise, toMeasured, toTable } from './statistics';

let stopped = false;
const isStopped = (): boolean => stopped;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

interface Contender {
  readonly variant: Variant;
  readonly server: ServerProcess;
  readonly exchange: Exchange;
  readonly connections: readonly HttpConnection[];
}

/** Generates, serves, measures and prints; whatever happens, the schema and the key files are gone afterwards. */
async function run(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-bench-'));
  const database = await createBenchDatabase(options.server);
  const contenders: Contender[] = [];
  try {
    const people = Array.from({ length: options.sizes.borrowers }, (_, index) => makePerson(index));
    const keyFile = path.join(folder, 'root.key');
    const config = loadConfig({ DATABASE_URL: database.url, GATEWAY_KEY_FILE: keyFile, LOG_LEVEL: 'warn' });
    const filling = await prepare(config, database, people);
    const issuer = await openDevelopmentIssuer(config);
    const token = await issuer.issue({ role: 'bank', party: 'bench-bank', ttlSeconds: 3_600 });
    for (const variant of VARIANTS) {
      if (stopped) return;
      const server = await startServerProcess(variant, { databaseUrl: database.url, keyFile, logLevel: 'warn' });
      const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpConnection.open(server.port)));
      const exchange = createExchange(variant, people, openKeys(config), token);
      contenders.push({ variant, server, connections, exchange });
      await runLoad(connections, exchange, { ms: Infinity, requests: PREHEAT_REQUESTS }, isStopped); // at once: a connection without a request is closed
    }
    const measured = await measure(options, database, contenders);
    if (stopped) return;
    process.stdout.write(`${JSON.stringify(await toDocument(options, database, people, filling, measured), null, 2)}\n`);
    say(`\n${toTable(measured)}`);
    const { cpuOfGatewayOverApollo: cpu, throughputOfApolloOverGateway: rate } = ratiosOf(measured);
    say(`\nCPU per request (e)/(b): ${String(cpu.median)} (${String(cpu.min)} to ${String(cpu.max)}), the target is 1.5 or less`);
    say(`throughput (b)/(e): ${String(rate.median)} (${String(rate.min)} to ${String(rate.max)})`);
  } finally {
    for (const { server, connections } of contenders) {
      for (const connection of connections) connection.close();
      server.stop();
    }
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(config: Config, database: BenchDatabase, people: readonly BenchPerson[]) {
  await migrateDatabase(config);
  const keys = openKeys(config);
  const stores = openStores(config, keys);
  const verifier = openTokenVerifier(config, await openDevelopmentIssuer(config));
  const gateway = await composeGateway({ config, stores, keys, verifier });
  try {
    say(`filling the database: ${String(people.length)} borrowers, ${String(MONTHS)} months`);
    const times = await fill({ stores, keys, parts: gateway.consents, database, isStopped }, people);
    say(`furnished in ${(times.furnishMs / 1_000).toFixed(1)} s, granted in ${(times.grantMs / 1_000).toFixed(1)} s`);
    return times;
  } finally {
    await gateway.stop();
    await stores.close();
  }
}

async function measure(
  { sizes, profileFolder }: BenchOptions,
  database: BenchDatabase,
  contenders: readonly Contender[],
): Promise<MeasuredByVariant> {
  const measured: Record<Variant, Measured[]> = { a: [], b: [], e: [] };
  if (profileFolder !== null) mkdirSync(profileFolder, { recursive: true });
  for (let round = 1; round <= sizes.rounds; round += 1) {
    const turn = round % contenders.length; // nobody is always the first
    for (const { variant, server, connections, exchange } of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      await runLoad(connections, exchange, { ms: sizes.warmUpMs, requests: Infinity }, isStopped);
      const before = await readCounts(database);
      await server.begin();
      const slice = await runLoad(connections, exchange, { ms: sizes.measureMs, requests: Infinity }, isStopped);
      const profile = profileFolder === null ? null : path.resolve(profileFolder, `${variant}-${String(round)}.cpuprofile`);
      const used = await server.end(profile);
      if (stopped) return measured;
      measured[variant].push(toMeasured(round, slice, used, before, await readCounts(database)));
    }
    const last = VARIANTS.map((variant) => `(${variant}) ${String(measured[variant].at(-1)?.cpuMicrosPerRequest)} µs`);
    say(`round ${String(round)} of ${String(sizes.rounds)}, CPU per request: ${last.join(', ')}`);
  }
  return measured;
}

async function toDocument(
  { sizes }: BenchOptions,
  database: BenchDatabase,
  people: readonly BenchPerson[],
  filling: { readonly furnishMs: number; readonly grantMs: number },
  measured: MeasuredByVariant,
) {
  const leaves = people.map((person) => countLeaves(expectedReport(person, ({ accountNo }) => accountNo)) + 3); // reportId and two instants
  const version = (name: string): string =>
    (
      JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'node_modules', name, 'package.json'), 'utf8')) as {
        version: string;
      }
    ).version; // a package has one
  return {
    date: new Date().toISOString(),
    sizes: { ...sizes, months: MONTHS, connections: CONNECTIONS },
    query: {
      text: QUERY.replace(/\s+/g, ' '),
      leaves: {
        mean: leaves.reduce((a, b) => a + b, 0) / leaves.length,
        min: Math.min(...new Set(leaves)),
        max: Math.max(...new Set(leaves)),
      },
    },
    hardware: { cpu: cpus()[0]?.model, count: cpus().length, memoryGigabytes: Math.round(totalmem() / 1e9) },
    versions: {
      node: process.version,
      mariadb: await readVersion(database.url),
      ...Object.fromEntries(
        ['fastify', 'mysql2', 'graphql', '@apollo/server', 'type-graphql', 'graphql-shield'].map((name) => [name, version(name)]),
      ),
    },
    filling: { furnishSeconds: filling.furnishMs / 1_000, grantSeconds: filling.grantMs / 1_000 },
    servers: Object.fromEntries(
      VARIANTS.map((variant) => [
        variant,
        { name: VARIANT_NAMES[variant], ...summarise(measured[variant]), rounds: measured[variant] },
      ]),
    ),
    ratios: ratiosOf(measured),
  };
}

process.on('SIGINT', () => {
  stopped = true;
  process.exitCode = 130;
});
process.on('SIGTERM', () => {
  stopped = true;
  process.exitCode = 143;
});

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(3), process.env);
  if (options.profileFolder !== null) process.env['BENCH_PROFILE'] = '1';
  await run(options);
}

void main().catch((cause: unknown) => {
  console.error(cause);
  process.exitCode = 1;
});
