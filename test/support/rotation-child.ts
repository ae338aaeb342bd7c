import { rotateDataKeys } from '../../src/app/identity/rotate-data-keys';
import { rotateKeyEncryption } from '../../src/app/identity/rotate-key-encryption';
import { createDataKeyStore } from '../../src/db/data-key-store';
import { createKeyEncryptionStore } from '../../src/db/key-encryption-store';
import { openMariadb } from '../../src/db/mariadb-database';
import { openSqlite } from '../../src/db/sqlite-database';
import { openKeyEncryptionKeys } from '../../src/keys/key-encryption-keys';
import { createKeyring } from '../../src/keys/keyring';
import { PAGE, type RotationJob, STEP } from './rotation';

async function run({ location, rootSecret, folder, rotate }: RotationJob): Promise<void> {
  const database = location.kind === 'sqlite' ? openSqlite(location.file) : openMariadb(location.url);
  const secret = Buffer.from(rootSecret, 'hex');
  const holder = openKeyEncryptionKeys(folder, secret);
  const keys = createKeyring(secret, holder);
  const onShare = (share: number): void => void process.send?.({ share });
  if (rotate === 'data') await rotateDataKeys(createDataKeyStore(database, keys, STEP), onShare);
  else
    await rotateKeyEncryption({ holder, keys, store: createKeyEncryptionStore(database, PAGE) }, { prepareOnly: false, onShare });
  await database.close();
}

run(JSON.parse(process.argv[3] ?? '{}') as RotationJob).then(
  () => process.disconnect(),
  (error: unknown) => {
    process.send?.({ error: error instanceof Error ? error.message : 'failed' });
    process.disconnect();
  },
);
