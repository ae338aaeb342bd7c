import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { DataSource } from 'typeorm';
import type { ConsentParts } from './app/consent/consent-parts';
import { createReportDoor } from './app/credit/release-report';
import { admitActor } from './app/identity/admit-actor';
import type { OperatorParts } from './app/identity/operator-events';
import type { DisclosureLedger, FurnishStore, InstitutionRegister, Keys } from './app/ports';
import { type DevelopmentIssuer, loadDevelopmentIssuer } from './auth/development-issuer';
import { localTokenKeys, remoteTokenKeys } from './auth/token-keys';
import { createTokenVerifier, type TokenVerifier } from './auth/verify-token';
import type { Config } from './config/config';
import { FIELD_CATALOGUE } from './core/credit/field-catalogue';
import type { Role } from './core/identity/actor';
import { digestOf } from './core/ledger/commitment';
import { createConsentBook } from './db/consent-book';
import { createConsentReader } from './db/consent-reader';
import { createConsentStore } from './db/consent-store';
import { toDataSourceOptions } from './db/data-source-options';
import type { ProcessClock } from './db/database';
import { createDecisionBook } from './db/decision-book';
import { createFurnishStore } from './db/furnish-store';
import { createInstitutionStore } from './db/institution-store';
import { createOperatorStore } from './db/operator-store';
import { createSequencer, openLedger } from './db/ledger-sequencer';
import { migrate, pendingMigrations, revertLast } from './db/migrate';
import { MIGRATIONS } from './db/migrations';
import { openDatabase, type OpenDatabase } from './db/open-database';
import { createRecordReader } from './db/record-reader';
import { lockForServing } from './db/serving-lock';
import { openFurnishedFile } from './files/open-furnished-file';
import { openRejectsFile } from './files/rejects-file';
import { buildRoleSchemas, buildWholeSchema, toSdl } from './graphql/build-schema';
import { createGraphqlHandler } from './graphql/handle-request';
import type { GatewayApp } from './graphql/request-context';
import { type RoleServers, startRoleServers } from './graphql/role-servers';
import { createHttpServer, causeForLog } from './http/http-server';
import { createMetrics } from './http/metrics';
import { createKeyring } from './keys/keyring';
import { loadRootSecret } from './keys/root-secret';

/** Name and version of this program, as every ledger entry carries it. */
const GATEWAY = 'credit-gateway/0.1.0';
const TOKEN_AGE_SECONDS_MAX = 600;
const QUEUE_LOAD_READY_MAX = 0.8;

function migrationSource({ database }: Pick<Config, 'database'>): DataSource {
  return new DataSource(toDataSourceOptions(database, MIGRATIONS));
}

/** @returns the names of the migrations that ran. */
export function migrateDatabase(config: Pick<Config, 'database'>): Promise<readonly string[]> {
  return migrate(migrationSource(config));
}

export function revertDatabase(config: Pick<Config, 'database'>): Promise<void> {
  return revertLast(migrationSource(config));
}

/** @throws Error if another process serves this database file. @returns what lets the next one serve. */
export function lockDatabase({ database }: Pick<Config, 'database'>): () => void {
  return lockForServing(database);
}

export function openKeys({ keyFile, production }: Pick<Config, 'keyFile' | 'production'>): Keys {
  return createKeyring(loadRootSecret(keyFile, { create: !production, strictMode: production }));
}

/** What the command line and the server have in common. */
export interface Stores extends OpenDatabase {
  readonly institutions: InstitutionRegister;
  readonly furnishStore: FurnishStore;
}

/** @param clock - Only for tests: instants of the database are then this clock's. */
export function openStores({ database: location }: Pick<Config, 'database'>, keys: Keys, clock?: ProcessClock): Stores {
  const opened = openDatabase(location, clock);
  return {
    ...opened,
    institutions: createInstitutionStore(opened.database),
    furnishStore: createFurnishStore(opened.database, { keys, newBorrowerRef: () => randomBytes(16) }),
  };
}

/** What an operator records at the command line, beside a serving gateway or without one. */
export async function openOperator({ database, writer }: Stores, keys: Keys): Promise<OperatorParts> {
  await openLedger(writer);
  const parts = { writer, catalogue: FIELD_CATALOGUE, signer: keys.receipts };
  return {
    operator: createOperatorStore(database, parts),
    consents: createConsentStore(parts),
    book: createConsentBook(database),
    keys,
    catalogue: FIELD_CATALOGUE,
    randomBytes,
    gateway: GATEWAY,
  };
}

/** Readers and writers of the files that records are furnished with. */
export const furnishingFiles = { openFile: openFurnishedFile, openRejects: openRejectsFile } as const;

/** @throws Error in production, where tokens come from a real issuer. */
export async function openDevelopmentIssuer({
  auth,
  production,
}: Pick<Config, 'auth' | 'production'>): Promise<DevelopmentIssuer> {
  if (auth.kind !== 'development') throw new Error('Tokens come from the issuer behind AUTH_JWKS_URL; this command makes none.');
  return loadDevelopmentIssuer(auth.keyFile, auth.issuer, auth.audience, { production });
}

export function openTokenVerifier(config: Pick<Config, 'auth'>, issuer: DevelopmentIssuer | null): TokenVerifier {
  const { auth } = config;
  if (auth.kind === 'jwks')
    return createTokenVerifier({ ...auth, maxTokenAgeSeconds: TOKEN_AGE_SECONDS_MAX, keys: remoteTokenKeys(auth.jwksUrl) });
  if (!issuer) throw new Error('The development issuer has not been opened');
  return createTokenVerifier({ ...auth, maxTokenAgeSeconds: Infinity, keys: localTokenKeys(issuer.publicJwks) });
}

/** SDL of everything, or of what one role sees. */
export function schemaText(role: Role | null): string {
  return role === null ? toSdl(buildWholeSchema(FIELD_CATALOGUE)) : buildRoleSchemas(FIELD_CATALOGUE)[role].sdl;
}

/** The gateway without its network: use cases, and what serves and stops them. */
export interface Gateway {
  readonly app: GatewayApp;
  readonly consents: ConsentParts;
  readonly http: FastifyInstance;
  /** After `http` was closed: waits for the ledger; the stores are closed by who opened them. */
  stop(): Promise<void>;
}
export interface GatewayOptions {
  readonly config: Pick<Config, 'logLevel'>;
  readonly stores: Stores;
  readonly keys: Keys;
  readonly verifier: TokenVerifier;
  readonly logStream?: { write(line: string): void };
  /** Plugins and the like that tests put in the way. */
  readonly plugins?: Parameters<typeof startRoleServers>[2];
  /** Only for tests that take the ledger's re-validation away, to see that they would notice. */
  readonly wrapLedger?: (ledger: DisclosureLedger) => DisclosureLedger;
}

/** @throws Error naming every fault of schema, catalogue and rules, or migrations that have not run. */
export async function composeGateway({
  config,
  stores,
  keys,
  verifier,
  logStream,
  plugins,
  wrapLedger = (ledger) => ledger,
}: GatewayOptions): Promise<Gateway> {
  const { database, writer, institutions } = stores;
  const catalogue = FIELD_CATALOGUE;
  const sequencer = createSequencer(writer, await openLedger(writer));
  const schemas = buildRoleSchemas(catalogue);
  const parts = { keys, catalogue, randomBytes, gateway: GATEWAY };
  const consents: ConsentParts = {
    ...parts,
    institutions,
    consents: createConsentStore({ writer, catalogue, signer: keys.receipts }),
    book: createConsentBook(database),
    decisions: createDecisionBook(database),
  };
  const schemaHash = digestOf(toSdl(buildWholeSchema(catalogue)), JSON.stringify(catalogue.entries)).toString('base64url');
  const metrics = createMetrics(() => sequencer.load());
  const logging: { fault?: (cause: unknown) => void; alarm?: (arrangementId: string) => void } = {};
  const alarms = {
    tamperedConsent: (arrangementId: string): void => {
      metrics.tamperedConsent();
      logging.alarm?.(arrangementId);
    },
  };
  const door = createReportDoor({
    ...parts, alarms, consents: createConsentReader(database), records: createRecordReader(database), schemaHash,
    ledger: wrapLedger(sequencer),
  }); // prettier-ignore
  const app: GatewayApp = { door, consents, institutions, catalogue };
  const servers: RoleServers = await startRoleServers(schemas, (cause) => logging.fault?.(cause), plugins);
  const graphql = createGraphqlHandler(servers, app);
  const http = createHttpServer({
    logLevel: config.logLevel,
    ...(logStream ? { logStream } : {}),
    metrics,
    handlers: {
      authenticate: async (authorization) => {
        const actor = await verifier.verify(authorization);
        await admitActor(institutions, actor);
        return actor;
      },
      graphql,
      schemaFor: ({ role }) => schemas[role].sdl,
      receiptKeys: () => keys.receipts.publicKeys,
      ready: async () => {
        await database.read('SELECT next FROM ledger_sequence', []);
        return sequencer.load() < QUEUE_LOAD_READY_MAX;
      },
    },
  });
  logging.fault = (cause) => http.log.error({ cause: causeForLog(cause) }, 'fault');
  logging.alarm = (arrangementId) => http.log.error({ arrangementId }, 'alarm: a stored consent does not match its hash');
  return {
    app,
    consents,
    http,
    stop: async () => {
      await sequencer.drained();
      await Promise.all(Object.values(servers).map((server) => server.stop()));
    },
  };
}

/** @throws Error that says to migrate first. */
export async function assertMigrated(config: Pick<Config, 'database'>): Promise<void> {
  const pending = await pendingMigrations(migrationSource(config));
  if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}; run: npm run gateway -- migrate`);
}
