import { furnishRecords, type ImportFormat } from '../../src/app/credit/furnish-records';
import type { DatabaseLocation } from '../../src/db/data-source-options';
import { createFurnishStore } from '../../src/db/furnish-store';
import { createInstitutionStore } from '../../src/db/institution-store';
import { openMariadb } from '../../src/db/mariadb-database';
import { openSqlite } from '../../src/db/sqlite-database';
import { openFurnishedFile } from '../../src/files/open-furnished-file';
import { openRejectsFile } from '../../src/files/rejects-file';
import { createKeyring } from '../../src/keys/keyring';
import { randomBytes } from 'node:crypto';

/** What a test hands to the child, as JSON in its one argument. */
export interface ImportJob {
  readonly location: DatabaseLocation;
  readonly rootSecret: string;
  readonly platformId: string;
  readonly format: ImportFormat;
  readonly file: string;
  readonly rejects: string;
  readonly todayDay: number;
}

async function run({ location, rootSecret, platformId, format, file, rejects, todayDay }: ImportJob): Promise<void> {
  const database = location.kind === 'sqlite' ? openSqlite(location.file) : openMariadb(location.url);
  const tools = { keys: createKeyring(Buffer.from(rootSecret, 'hex')), newBorrowerRef: () => randomBytes(16) };
  const [result] = await furnishRecords(
    { institutions: createInstitutionStore(database), store: createFurnishStore(database, tools) },
    {
      platformId,
      format,
      inputs: [{ file: openFurnishedFile(file, format), rejects: openRejectsFile(rejects) }],
      production: false,
      todayDay,
      batchLines: 500,
      onProgress: ({ counts }) => process.send?.({ linesDone: counts.linesDone }),
    },
  );
  process.send?.({ result });
  await database.close();
}

run(JSON.parse(process.argv[3] ?? '{}') as ImportJob).then(
  () => process.disconnect(),
  (error: unknown) => {
    process.send?.({ error: error instanceof Error ? error.message : 'failed' });
    process.disconnect();
  },
);
