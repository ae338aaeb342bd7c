// Why:  what the ledger has published: signed checkpoints, and the hashes of its complete subtrees that tiles are made of.
// Cost: two new tables; the hashes of what is stored are worked out by the first publisher, 256 entries a row.
// Back: down() drops both; checkpoints that were signed are known to whoever fetched them, and are signed anew on the way up.
import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

type Column = TableColumnOptions;
const key = (column: Column): Column => ({ ...column, isPrimary: true });
const integer = (name: string): Column => ({ name, type: 'integer' });
const big = (name: string): Column => ({ name, type: 'bigint' });
const TABLES = ['ledger_published', 'ledger_node'] as const;

export class PublishLedger1764300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const embedded = queryRunner.dataSource.options.type === 'better-sqlite3';
    const bytes = (name: string, type: 'binary' | 'varbinary', length: number): Column =>
      embedded ? { name, type: 'blob' } : { name, type, length: String(length) };
    const columns: Readonly<Record<(typeof TABLES)[number], Column[]>> = {
      ledger_published: [
        key(integer('ledger_id')), big('size'), bytes('root', 'binary', 32), bytes('note', 'varbinary', 4_096), big('published_at_ms'),
      ],
      ledger_node: [key(integer('ledger_id')), key(integer('tile_level')), key(big('idx')), bytes('hash', 'binary', 32)],
    }; // prettier-ignore
    for (const name of TABLES) await queryRunner.createTable(new Table({ name, columns: columns[name] }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.dropTable(table);
  }
}
