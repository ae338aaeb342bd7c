import { createConnection } from 'mysql2/promise';

const DEFAULT_SERVER = 'mysql://root@127.0.0.1:3306';

/** Tells the suites, by GATEWAY_TEST_MARIADB, which server they may create databases on. REQUIRE_MARIADB=1: it must be there. */
async function findMariadb(): Promise<void> {
  const url = (process.env['TEST_DATABASE_URL'] ?? DEFAULT_SERVER).replace(/^mariadb:/, 'mysql:');
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
    await connection.end();
    process.env['GATEWAY_TEST_MARIADB'] = url;
  } catch (cause) {
    delete process.env['GATEWAY_TEST_MARIADB'];
    if (process.env['REQUIRE_MARIADB'] === '1') throw new Error('REQUIRE_MARIADB is set, but no MariaDB answers.', { cause });
    process.stderr.write('No MariaDB answers at TEST_DATABASE_URL or its default: the MariaDB suites are left out.\n');
  }
}

/** Jest takes the module itself for the function. */
export = findMariadb;
