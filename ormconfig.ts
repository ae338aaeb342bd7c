import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { CreateFoundation1764000000000 } from './migrations/1764000000000-create-foundation';
import { loadDatabaseConfig } from './src/config/database-config';
import { toDataSourceOptions } from './src/db/data-source-options';

/** For TypeORM's command line and for the migrations that the gateway runs itself. */
export const dataSource = new DataSource(toDataSourceOptions(loadDatabaseConfig(process.env), [CreateFoundation1764000000000]));
