import { Environment } from './environment';

/** Where the gateway stores: an embedded file, or a server that speaks MySQL. `url` holds the password. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'mariadb'; readonly url: string };

const DEFAULT_URL = 'sqlite:.data/gateway.sqlite';
const ADVICE = 'Set it to sqlite:<path>, mysql://user:password@host/database or mariadb://user:password@host/database.';

/**
 * The database alone, for tools that need no other setting.
 *
 * @throws ConfigError, if DATABASE_URL (or NODE_ENV) is unusable, or DATABASE_URL missing in production.
 */
export function loadDatabaseConfig(variables: NodeJS.ProcessEnv): DatabaseConfig {
  const environment = new Environment(variables);
  const database = readDatabaseConfig(environment);
  environment.assertFaultless();
  return database;
}

/** Reads DATABASE_URL; a fault is left in `environment`, and the value returned then is of no use. */
export function readDatabaseConfig(environment: Environment): DatabaseConfig {
  return parseUrl(environment, 'DATABASE_URL', environment.findOrDefault('DATABASE_URL', DEFAULT_URL, ADVICE));
}

/** Reads LEDGER_ANCHOR_URL in the same way; null if unset. */
export function readAnchorConfig(environment: Environment): DatabaseConfig | null {
  const url = environment.find('LEDGER_ANCHOR_URL');
  if (url === undefined) return null;
  if (url === (environment.find('DATABASE_URL') ?? DEFAULT_URL))
    environment.fault('LEDGER_ANCHOR_URL', "Name another database than the gateway's: what is restored with it proves nothing.");
  return parseUrl(environment, 'LEDGER_ANCHOR_URL', url);
}

function parseUrl(environment: Environment, variable: string, url: string): DatabaseConfig {
  const file = /^sqlite:(?!\/\/)(.+)$/.exec(url)?.[1];
  if (file === ':memory:') {
    environment.fault(variable, 'Each connection would see a database of its own in memory; name a file: sqlite:<path>.');
  } else if (file === undefined && !namesServerDatabase(url)) {
    environment.fault(variable, ADVICE);
  }
  return Object.freeze(file === undefined ? { kind: 'mariadb', url } : { kind: 'sqlite', file });
}

/** The URL without password and parameters, fit for the log. */
export function redactUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  url.search = '';
  url.hash = '';
  return url.href;
}

function namesServerDatabase(text: string): boolean {
  if (!/^(mysql|mariadb):\/\//.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname } = new URL(text);
  return hostname !== '' && /^\/[^/]+$/.test(pathname);
}
