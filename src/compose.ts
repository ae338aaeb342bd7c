import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { DataSource } from 'typeorm';
import type { ConsentParts } from './app/consent/consent-parts';
import { createReportDoor } from './app/credit/release-report';
import { admitActor } from './app/identity/admit-actor';
import type { OperatorParts } from './app/identity/operator-events';
import type { KeyEncryptionParts } from './app/identity/rotate-key-encryption';
import type { ExplainingParts } from './app/ledger/explain-disclosure';
import type { AccessParts } from './app/ledger/record-access';
import { readLedgerFile } from './app/ledger/read-ledger-file';
import type { DataKeyStore } from './app/key-ports';
import type { CheckpointAnchor, LedgerArchive } from './app/ledger-ports';
import type { DisclosureLedger, FurnishStore, InstitutionRegister, Keys } from './app/ports';
import type { CheckReader, RevisionReader } from './app/record-ports';
import { type DevelopmentIssuer, loadDevelopmentIssuer } from './auth/development-issuer';
import { localTokenKeys, remoteTokenKeys } from './auth/token-keys';
import { createTokenVerifier, type TokenVerifier } from './auth/verify-token';
import { openServedLedger } from './compose-ledger';
import type { Config } from './config/config';
import { FIELD_CATALOGUE } from './core/credit/field-catalogue';
import { badInput } from './core/errors';
import type { Role } from './core/identity/actor';
import { digestOf } from './core/ledger/commitment';
import { createAccessLog } from './db/access-log';
import { createCheckReader } from './db/check-reader';
import { createConsentBook } from './db/consent-book';
import { createConsentReader } from './db/consent-reader';
import { createConsentStore } from './db/consent-store';
import { toDataSourceOptions } from './db/data-source-options';
import type { ProcessClock } from './db/database';
import { createDecisionBook } from './db/decision-book';
import { createFurnishStore } from './db/furnish-store';
import { type Account, ACCOUNTS, grantsFor } from './db/grants';
import { createInstitutionStore } from './db/institution-store';
import { createOperatorStore } from './db/operator-store';
import { createDataKeyStore } from './db/data-key-store';
import { createKeyEncryptionStore } from './db/key-encryption-store';
import { LEDGER_ID, openLedger } from './db/ledger-sequencer';
import { openArchive, readOrigin } from './db/ledger-tiles';
import { migrate, pendingMigrations, revertLast } from './db/migrate';
import { MIGRATIONS } from './db/migrations';
import { openDatabase, type OpenDatabase } from './db/open-database';
import { createRecordReader } from './db/record-reader';
import { createRevisionReader } from './db/revision-reader';
import { lockForServing } from './db/serving-lock';
import { openFurnishedFile } from './files/open-furnished-file';
import { openLedgerAddress, openLedgerFolder } from './files/published-ledger';
import { openRejectsFile } from './files/rejects-file';
import { buildRoleSchemas, buildWholeSchema, toSdl } from './graphql/build-schema';
import { createGraphqlHandler } from './graphql/handle-request';
import type { GatewayApp } from './graphql/request-context';
import { type RoleServers, startRoleServers } from './graphql/role-servers';
import { createHttpServer, causeForLog } from './http/http-server';
import { createMetrics } from './http/metrics';
import { openKeyEncryptionKeys } from './keys/key-encryption-keys';
import { createKeyring } from './keys/keyring';
import { createRandomPool } from './keys/random-pool';
import { loadRootSecret } from './keys/root-secret';
import { bundleCheckers } from './threads/bundle-pool';

/** Name and version of this program, as every ledger entry carries it. */
const GATEWAY = 'credit-gateway/0.1.0';
const TOKEN_AGE_SECONDS_MAX = 600;

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

export { type Account, ACCOUNTS };
/** @throws GatewayError BAD_USER_INPUT for an embedded database, which has no accounts. */
export function databaseGrants({ database }: Pick<Config, 'database'>, what: Account, account: string): readonly string[] {
  if (database.kind !== 'mariadb')
    throw badInput('DATABASE_URL', 'SQLite has no accounts: guard its file by the operating system.');
  return grantsFor(what, new URL(database.url).pathname.slice(1), account);
}

/** @throws Error if another process serves this database file. @returns what lets the next one serve. */
export function lockDatabase({ database }: Pick<Config, 'database'>): () => void {
  return lockForServing(database);
}

type KeyConfig = Pick<Config, 'keyFile' | 'kekFolder' | 'production'>;

export function openKeys(config: KeyConfig): Keys {
  return openKeyHolder(config).keys;
}

function openKeyHolder({ keyFile, kekFolder, production }: KeyConfig): Pick<KeyEncryptionParts, 'holder' | 'keys'> {
  const rootSecret = loadRootSecret(keyFile, { create: !production, strictMode: production });
  const holder = openKeyEncryptionKeys(kekFolder, rootSecret, { strictMode: production });
  return { holder, keys: createKeyring(rootSecret, holder) };
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

/** What reconciles the stored records and lists their corrections: nothing here serves a report. */
export interface RecordAudit {
  readonly checks: CheckReader;
  readonly revisions: RevisionReader;
}

export function openRecordAudit({ database }: Pick<Stores, 'database'>, keys: Keys): RecordAudit {
  return { checks: createCheckReader(database), revisions: createRevisionReader(database, keys) };
}

/** What decides recorded answers again, for an auditor at the command line. */
export function openDecisionAudit({ database, writer }: Pick<Stores, 'database' | 'writer'>): ExplainingParts & AccessParts {
  return {
    decisions: createDecisionBook(database),
    book: createConsentBook(database),
    catalogue: FIELD_CATALOGUE,
    accesses: createAccessLog(writer),
    randomBytes,
    gateway: GATEWAY,
  };
}

/** What an operator records at the command line, beside a serving gateway or without one. */
export async function openOperator({ database, writer }: Stores, keys: Keys): Promise<OperatorParts> {
  await openLedger(writer);
  const parts = { writer, catalogue: FIELD_CATALOGUE, signer: keys.receipts };
  return {
    operator: createOperatorStore(database, { ...parts, keys }),
    consents: createConsentStore(parts),
    book: createConsentBook(database),
    keys,
    catalogue: FIELD_CATALOGUE,
    randomBytes,
    gateway: GATEWAY,
  };
}

/** What replaces keys, beside a serving gateway or without one. */
export function openKeyRotation(
  config: KeyConfig,
  { database }: Pick<Stores, 'database'>,
): { readonly keyEncryption: KeyEncryptionParts; readonly dataKeys: DataKeyStore } {
  const { holder, keys } = openKeyHolder(config);
  return {
    keyEncryption: { holder, keys, store: createKeyEncryptionStore(database) },
    dataKeys: createDataKeyStore(database, keys),
  };
}

/** The ledger as it was published, for who checks or copies it beside a serving gateway or without one: nothing is signed. */
export async function openLedgerArchive({ database }: Pick<Stores, 'database'>, { checkpoints }: Keys): Promise<LedgerArchive> {
  return openArchive(database, LEDGER_ID, await readOrigin(database, LEDGER_ID), checkpoints);
}
/** Where a published ledger is read from or copied to, and what checks it. */
export const ledgerFiles = {
  openFolder: openLedgerFolder,
  openAddress: openLedgerAddress,
  openCheckers: bundleCheckers,
} as const;

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
  /** Signs the ledger as it stands. @throws LedgerFault if it does not continue what was signed. */
  publish(): Promise<void>;
  /** Signs it from now on about once a second, until `stop`. */
  startPublishing(): void;
  /** After `http` was closed: waits for the ledger; the stores are closed by who opened them. */
  stop(): Promise<void>;
}
export interface GatewayOptions {
  readonly config: Pick<Config, 'logLevel'>;
  readonly stores: Stores;
  readonly keys: Keys;
  readonly verifier: TokenVerifier;
  /** Where the newest checkpoint is kept besides; absent: nowhere. */
  readonly anchor?: CheckpointAnchor | null;
  readonly logStream?: { write(line: string): void };
  /** Plugins and the like that tests put in the way. */
  readonly plugins?: Parameters<typeof startRoleServers>[2];
  /** Only for tests that take the ledger's re-validation away, to see that they would notice. */
  readonly wrapLedger?: (ledger: DisclosureLedger) => DisclosureLedger;
}

/** @throws Error naming every fault of schema, catalogue and rules, migrations that have not run, or what the ledger lost. */
export async function composeGateway({
  config,
  stores,
  keys,
  verifier,
  anchor = null,
  logStream,
  plugins,
  wrapLedger = (ledger) => ledger,
}: GatewayOptions): Promise<Gateway> {
  const { database, writer, institutions } = stores;
  const catalogue = FIELD_CATALOGUE;
  const onUnsigned = (cause: unknown): void => http.log.error({ cause: causeForLog(cause) }, 'alarm: the ledger was not signed');
  const ledger = await openServedLedger({ stores, keys, anchor, onUnsigned });
  const { archive } = ledger;
  const schemas = buildRoleSchemas(catalogue);
  const parts = { keys, catalogue, randomBytes: createRandomPool(), gateway: GATEWAY };
  const consents: ConsentParts = {
    ...parts,
    institutions,
    consents: createConsentStore({ writer, catalogue, signer: keys.receipts }),
    book: createConsentBook(database),
    decisions: createDecisionBook(database),
  };
  const schemaHash = digestOf(toSdl(buildWholeSchema(catalogue)), JSON.stringify(catalogue.entries)).toString('base64url');
  const metrics = createMetrics(ledger.load);
  const logging: { fault?: (cause: unknown) => void; alarm?: (arrangementId: string) => void } = {};
  const alarms = {
    tamperedConsent: (arrangementId: string): void => {
      metrics.tamperedConsent();
      logging.alarm?.(arrangementId);
    },
  };
  const door = createReportDoor({
    ...parts, alarms, consents: createConsentReader(database), records: createRecordReader(database), schemaHash,
    ledger: wrapLedger(ledger.disclosures),
  }); // prettier-ignore
  const accesses = { ...parts, accesses: createAccessLog(writer) };
  const app: GatewayApp = { door, consents, archive, institutions, catalogue, accesses };
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
        return ledger.isReady();
      },
      ledger: { checkpoint: async () => (await archive.newest()).note, file: (path) => readLedgerFile(archive, path) },
    },
  });
  logging.fault = (cause) => http.log.error({ cause: causeForLog(cause) }, 'fault');
  logging.alarm = (arrangementId) => http.log.error({ arrangementId }, 'alarm: a stored consent does not match its hash');
  return {
    app,
    consents,
    http,
    publish: ledger.publish,
    startPublishing: ledger.startPublishing,
    stop: async () => {
      await ledger.stop();
      await Promise.all(Object.values(servers).map((server) => server.stop()));
    },
  };
}

/** @throws Error that says to migrate first. */
export async function assertMigrated(config: Pick<Config, 'database'>): Promise<void> {
  const pending = await pendingMigrations(migrationSource(config));
  if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}; run: npm run gateway -- migrate`);
}
