import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { loadDatabaseConfig } from './src/config/database-config';
import { toDataSourceOptions } from './src/db/data-source-options';
import { MIGRATIONS } from './src/db/migrations';

/** For TypeORM's own command line; the gateway migrates by itself with `gateway migrate`. */
export const dataSource = new DataSource(toDataSourceOptions(loadDatabaseConfig(process.env), MIGRATIONS));
