import type { DataSourceOptions, MigrationInterface } from 'typeorm';
import { tablesFor } from './tables';

/** Where the data lies; by shape the database part of the configuration. */
export type DatabaseLocation =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'mariadb'; readonly url: string };
type MigrationClass = new () => MigrationInterface;

/** What TypeORM needs to migrate this database and to compare it with the tables. It is never asked for data. */
export function toDataSourceOptions(database: DatabaseLocation, migrations: readonly MigrationClass[]): DataSourceOptions {
  const common = { entities: tablesFor(database.kind), migrations: [...migrations], synchronize: false, logging: false as const };
  return database.kind === 'sqlite'
    ? { type: 'better-sqlite3', database: database.file, enableWAL: true, ...common }
    : { type: 'mariadb', url: database.url, charset: 'utf8mb4', timezone: 'Z', dateStrings: ['DATE'], poolSize: 2, ...common };
}
