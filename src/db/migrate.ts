import { type DataSource, MigrationExecutor } from 'typeorm';

/** Brings the database to the newest schema. @returns the names of the migrations that ran. */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  return withConnection(dataSource, async () => {
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    return ran.map(({ name }) => name);
  });
}

/** Undoes the newest migration. */
export async function revertLast(dataSource: DataSource): Promise<void> {
  await withConnection(dataSource, () => dataSource.undoLastMigration({ transaction: 'each' }));
}

/** Names of migrations that have not run. */
export async function pendingMigrations(dataSource: DataSource): Promise<readonly string[]> {
  return withConnection(dataSource, async () =>
    (await new MigrationExecutor(dataSource).getPendingMigrations()).map(({ name }) => name),
  );
}

/** Statements that would bring the migrated schema to the tables; none when nothing has drifted. */
export async function driftOf(dataSource: DataSource): Promise<readonly string[]> {
  return withConnection(dataSource, async () =>
    (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query),
  );
}

async function withConnection<T>(dataSource: DataSource, action: () => Promise<T>): Promise<T> {
  await dataSource.initialize();
  try {
    return await action();
  } finally {
    await dataSource.destroy();
  }
}
