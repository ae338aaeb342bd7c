import { loadConfig, redacted } from '../../../src/config/config';
import { ConfigError } from '../../../src/config/config-error';
import { loadDatabaseConfig } from '../../../src/config/database-config';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'mysql://gateway:s3cret@db.example:3306/gateway',
  AUTH_ISSUER: 'https://id.example/',
  AUTH_AUDIENCE: 'https://gateway.example/',
  AUTH_JWKS_URL: 'https://id.example/jwks',
  GATEWAY_KEY_FILE: '/run/secrets/root.key',
};

/** Names of the variables at fault, in the order reported. */
function faultsOf(variables: NodeJS.ProcessEnv, load: (variables: NodeJS.ProcessEnv) => unknown = loadConfig): string[] {
  try {
    load(variables);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ variable }) => variable);
  }
}

describe('loadConfig', () => {
  it('serves loopback with the embedded database and the development issuer when nothing is set', () => {
    expect(loadConfig({})).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 4000,
      logLevel: 'info',
      shutdownSeconds: 25,
      keyFile: '.data/root.key',
      kekFolder: '.data/kek',
      database: { kind: 'sqlite', file: '.data/gateway.sqlite' },
      anchor: null,
      auth: {
        kind: 'development',
        issuer: 'http://localhost/dev',
        audience: 'credit-gateway',
        keyFile: '.data/development-issuer.jwk',
      },
    });
  });

  it('takes blank variables as unset', () => {
    expect(loadConfig({ PORT: '', HOST: ' ', DATABASE_URL: '', AUTH_JWKS_URL: '' })).toEqual(loadConfig({}));
  });

  it('reads every variable in production', () => {
    const config = loadConfig({
      ...PRODUCTION,
      HOST: '0.0.0.0',
      PORT: '0',
      LOG_LEVEL: 'warn',
      SHUTDOWN_SECONDS: '5',
      GATEWAY_KEK_FOLDER: '/keys/kek',
    });
    expect(config).toEqual({
      production: true,
      host: '0.0.0.0',
      port: 0,
      logLevel: 'warn',
      shutdownSeconds: 5,
      keyFile: PRODUCTION.GATEWAY_KEY_FILE,
      kekFolder: '/keys/kek',
      database: { kind: 'mariadb', url: PRODUCTION.DATABASE_URL },
      anchor: null,
      auth: {
        kind: 'jwks',
        issuer: PRODUCTION.AUTH_ISSUER,
        audience: PRODUCTION.AUTH_AUDIENCE,
        jwksUrl: PRODUCTION.AUTH_JWKS_URL,
      },
    });
  });

  it('keeps checkpoints besides where it is told, and shows no password of there', () => {
    const config = loadConfig({ LEDGER_ANCHOR_URL: 'mysql://keeper:s3cret@other.example/anchor' });
    expect(config.anchor).toEqual({ kind: 'mariadb', url: 'mysql://keeper:s3cret@other.example/anchor' });
    expect(redacted(config).anchor).toEqual({ kind: 'mariadb', url: 'mysql://keeper:***@other.example/anchor' });
    expect(redacted(loadConfig({ LEDGER_ANCHOR_URL: 'sqlite:/mnt/other/a.sqlite' })).anchor).toEqual({
      kind: 'sqlite',
      file: '/mnt/other/a.sqlite',
    });
  });

  it('is frozen in all its parts', () => {
    const config = loadConfig({});
    expect([config, config.database, config.auth].map((part) => Object.isFrozen(part))).toEqual([true, true, true]);
  });

  it('reports all faults together, each with its variable and what to do', () => {
    const load = () =>
      loadConfig({
        HOST: '0.0.0.0',
        PORT: '70000',
        LOG_LEVEL: 'loud',
        SHUTDOWN_SECONDS: '0',
        DATABASE_URL: 'postgres://u:s3cret@h/d',
      });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(
      [
        'The configuration has faults:',
        '- PORT: Set it to a whole number from 0 to 65535.',
        '- LOG_LEVEL: Set it to one of fatal, error, warn, info, debug, trace, silent.',
        '- SHUTDOWN_SECONDS: Set it to a whole number from 1 to 3600.',
        '- DATABASE_URL: Set it to sqlite:<path>, mysql://user:password@host/database or mariadb://user:password@host/database.',
        '- AUTH_JWKS_URL: The development issuer serves loopback only; set this variable, or HOST to 127.0.0.1.',
      ].join('\n'),
    );
  });

  it('never quotes a value at fault', () => {
    expect(() => loadConfig({ DATABASE_URL: 'postgres://u:s3cret@h/d' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cret') }),
    );
  });

  it.each(Object.keys(PRODUCTION).filter((variable) => variable !== 'NODE_ENV'))('requires %s in production', (variable) => {
    expect(faultsOf({ ...PRODUCTION, [variable]: undefined })).toEqual([variable]);
  });

  it('names all that is missing in production at once', () => {
    expect(faultsOf({ NODE_ENV: 'production' }).sort()).toEqual(
      Object.keys(PRODUCTION)
        .filter((name) => name !== 'NODE_ENV')
        .sort(),
    );
  });

  it.each([
    ['a development issuer in production', { ...PRODUCTION, AUTH_ISSUER: 'https://id.example/dev' }, ['AUTH_ISSUER']],
    ['a key set over plain HTTP in production', { ...PRODUCTION, AUTH_JWKS_URL: 'http://id.example/jwks' }, ['AUTH_JWKS_URL']],
    ['a key set that is no URL', { ...PRODUCTION, AUTH_JWKS_URL: 'id.example' }, ['AUTH_JWKS_URL']],
    ['a key set in a file', { ...PRODUCTION, NODE_ENV: 'test', AUTH_JWKS_URL: 'file:///jwks' }, ['AUTH_JWKS_URL']],
    ['a key set without issuer and audience', { AUTH_JWKS_URL: 'http://localhost/jwks' }, ['AUTH_ISSUER', 'AUTH_AUDIENCE']],
    ['a development issuer under a real name', { AUTH_ISSUER: 'https://id.example/' }, ['AUTH_ISSUER']],
    ['a misspelt production', { NODE_ENV: 'Production' }, ['NODE_ENV']],
    ['a host with a port', { HOST: '127.0.0.1:80' }, ['HOST', 'AUTH_JWKS_URL']],
    ['a port in hexadecimal', { PORT: '0x10' }, ['PORT']],
    ['a negative port', { PORT: '-1' }, ['PORT']],
    ['a port with a fraction', { PORT: '80.5' }, ['PORT']],
    ['an anchor that is no database', { LEDGER_ANCHOR_URL: 'https://example.com/' }, ['LEDGER_ANCHOR_URL']],
    ['an anchor in memory', { LEDGER_ANCHOR_URL: 'sqlite::memory:' }, ['LEDGER_ANCHOR_URL']],
    ['an anchor in the database itself', { LEDGER_ANCHOR_URL: 'sqlite:.data/gateway.sqlite' }, ['LEDGER_ANCHOR_URL']],
  ])('refuses %s', (_name, variables, faults) => {
    expect(faultsOf(variables)).toEqual(faults);
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost', 'LOCALHOST'])('lets the development issuer serve %s', (HOST) => {
    expect(loadConfig({ HOST }).auth.kind).toBe('development');
  });

  it.each(['0.0.0.0', '::', '128.0.0.1', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', 'example.com'])(
    'does not let the development issuer serve %s',
    (HOST) => {
      expect(faultsOf({ HOST })).toEqual(['AUTH_JWKS_URL']);
      const jwks = { AUTH_JWKS_URL: 'http://localhost/jwks', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' };
      expect(loadConfig({ ...jwks, HOST }).auth.kind).toBe('jwks');
    },
  );
});

describe('loadDatabaseConfig', () => {
  it.each([
    ['sqlite:/var/lib/gateway.sqlite', { kind: 'sqlite', file: '/var/lib/gateway.sqlite' }],
    ['mysql://u:p@h/d', { kind: 'mariadb', url: 'mysql://u:p@h/d' }],
    ['mariadb://u@h:3307/d', { kind: 'mariadb', url: 'mariadb://u@h:3307/d' }],
  ])('takes %s as loadConfig does', (DATABASE_URL, database) => {
    expect(loadDatabaseConfig({ DATABASE_URL })).toEqual(database);
    expect(loadConfig({ DATABASE_URL }).database).toEqual(database);
  });

  it.each([
    'sqlite:',
    'sqlite://data/gateway.sqlite',
    'sqlite::memory:',
    'gateway.sqlite',
    'MYSQL://u:p@h/d',
    'mysql:h/d',
    'mysql://h',
    'mysql://h/',
    'mysql:///d',
    'mysql://u:p#x@h/d',
    ' mysql://h/d',
    'postgres://h/d',
  ])('refuses %p', (DATABASE_URL) => {
    expect(faultsOf({ DATABASE_URL }, loadDatabaseConfig)).toEqual(['DATABASE_URL']);
  });

  it('requires DATABASE_URL in production and looks at nothing else', () => {
    expect(faultsOf({ NODE_ENV: 'production' }, loadDatabaseConfig)).toEqual(['DATABASE_URL']);
    expect(loadDatabaseConfig({ PORT: 'x' })).toEqual({ kind: 'sqlite', file: '.data/gateway.sqlite' });
  });
});

describe('redacted', () => {
  it('shows the configuration without any password or parameter', () => {
    const config = loadConfig({
      ...PRODUCTION,
      DATABASE_URL: 'mysql://gateway:s3cret@db.example/gateway?password=s3cret',
      AUTH_JWKS_URL: 'https://reader:s3cret@id.example/jwks?key=s3cret',
    });
    const shown = redacted(config);
    expect(JSON.stringify(shown)).not.toContain('s3cret');
    expect(shown.database).toEqual({ kind: 'mariadb', url: 'mysql://gateway:***@db.example/gateway' });
    expect(shown.auth).toMatchObject({ jwksUrl: 'https://reader:***@id.example/jwks', issuer: PRODUCTION.AUTH_ISSUER });
    expect(JSON.stringify(config)).toContain('s3cret');
  });

  it('leaves a configuration without passwords as it is', () => {
    expect(redacted(loadConfig({}))).toEqual(loadConfig({}));
  });
});
