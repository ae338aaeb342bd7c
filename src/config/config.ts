import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { type DatabaseConfig, readAnchorConfig, readDatabaseConfig, redactUrl } from './database-config';
import { Environment } from './environment';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Who signs access tokens: the built-in development issuer, whose key lies in `keyFile`, or an issuer with a JWKS. */
export type AuthConfig =
  | { readonly kind: 'development'; readonly issuer: string; readonly audience: string; readonly keyFile: string }
  | { readonly kind: 'jwks'; readonly issuer: string; readonly audience: string; readonly jwksUrl: string };

export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** How long a stopping server waits for requests in flight. */
  readonly shutdownSeconds: number;
  /** File of the root secret; outside production the gateway creates it where it is missing. */
  readonly keyFile: string;
  /** Folder of the key-encryption keys after the first, which is derived from the root secret. */
  readonly kekFolder: string;
  readonly database: DatabaseConfig;
  /** Where the newest checkpoint is kept besides; null: nowhere. */
  readonly anchor: DatabaseConfig | null;
  readonly auth: AuthConfig;
}

/**
 * The whole configuration, frozen, from the environment.
 *
 * @throws ConfigError that lists every fault at once.
 */
export function loadConfig(variables: NodeJS.ProcessEnv): Config {
  const environment = new Environment(variables);
  const host = readHost(environment);
  const keyFile = environment.findOrDefault('GATEWAY_KEY_FILE', '.data/root.key', 'Name the file of the root secret.');
  const config: Config = {
    production: environment.production,
    host,
    port: environment.wholeNumber('PORT', 4000, 0, 65_535),
    logLevel: readLogLevel(environment),
    shutdownSeconds: environment.wholeNumber('SHUTDOWN_SECONDS', 25, 1, 3600),
    keyFile,
    kekFolder: environment.find('GATEWAY_KEK_FOLDER') ?? join(dirname(keyFile), 'kek'),
    database: readDatabaseConfig(environment),
    anchor: readAnchorConfig(environment),
    auth: Object.freeze(readAuth(environment, host, keyFile)),
  };
  environment.assertFaultless();
  return Object.freeze(config);
}

/** The same configuration without a password, fit for the log; names of files stay. */
export function redacted(config: Config): Config {
  const { database, anchor, auth } = config;
  return {
    ...config,
    database: withoutPassword(database),
    anchor: anchor && withoutPassword(anchor),
    auth: auth.kind === 'jwks' ? { ...auth, jwksUrl: redactUrl(auth.jwksUrl) } : auth,
  };
}

function withoutPassword(database: DatabaseConfig): DatabaseConfig {
  return database.kind === 'mariadb' ? { ...database, url: redactUrl(database.url) } : database;
}

function readHost(environment: Environment): string {
  const host = environment.find('HOST') ?? '127.0.0.1';
  if (isIP(host) === 0 && !/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(host))
    environment.fault('HOST', 'Set it to an IP address without brackets, or to a host name.');
  return host;
}

function readLogLevel(environment: Environment): LogLevel {
  const name = environment.find('LOG_LEVEL') ?? 'info';
  const level = LOG_LEVELS.find((candidate) => candidate === name);
  if (level === undefined) environment.fault('LOG_LEVEL', `Set it to one of ${LOG_LEVELS.join(', ')}.`);
  return level ?? 'info';
}

function readAuth(environment: Environment, host: string, keyFile: string): AuthConfig {
  const jwksUrl = environment.find('AUTH_JWKS_URL');
  if (jwksUrl !== undefined || environment.production) return readJwksAuth(environment, jwksUrl);
  if (!isLoopback(host))
    environment.fault('AUTH_JWKS_URL', 'The development issuer serves loopback only; set this variable, or HOST to 127.0.0.1.');
  const issuer = environment.find('AUTH_ISSUER') ?? 'http://localhost/dev';
  if (!issuer.endsWith('/dev'))
    environment.fault('AUTH_ISSUER', 'The development issuer needs a name that ends in /dev; rename it, or set AUTH_JWKS_URL.');
  const audience = environment.find('AUTH_AUDIENCE') ?? 'credit-gateway';
  return { kind: 'development', issuer, audience, keyFile: join(dirname(keyFile), 'development-issuer.jwk') };
}

function readJwksAuth(environment: Environment, jwksUrl: string | undefined): AuthConfig {
  const issuer = requireAuth(environment, 'AUTH_ISSUER', 'the exact "iss" of access tokens');
  const audience = requireAuth(environment, 'AUTH_AUDIENCE', 'the exact "aud" of access tokens');
  if (environment.production && issuer.endsWith('/dev'))
    environment.fault('AUTH_ISSUER', 'A development issuer (its name ends in /dev) may not serve production; name the real one.');
  const url = requireAuth(environment, 'AUTH_JWKS_URL', "the URL of the issuer's key set");
  if (jwksUrl !== undefined) checkJwksUrl(environment, jwksUrl);
  return { kind: 'jwks', issuer, audience, jwksUrl: url };
}

function requireAuth(environment: Environment, variable: string, what: string): string {
  const value = environment.find(variable);
  if (value === undefined)
    environment.fault(variable, `It is required in production and beside AUTH_JWKS_URL. Set it to ${what}.`);
  return value ?? '';
}

function checkJwksUrl(environment: Environment, jwksUrl: string): void {
  const schemes = environment.production ? ['https:'] : ['https:', 'http:'];
  if (URL.canParse(jwksUrl) && schemes.includes(new URL(jwksUrl).protocol)) return;
  environment.fault(
    'AUTH_JWKS_URL',
    `Set it to a URL that starts with ${environment.production ? 'https://' : 'https:// or http://'}.`,
  );
}

function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
