// Why:  the keys that borrowers' values are sealed with are replaced while the gateway serves: a stored key holds the old and the new one.
// Cost: one small table; borrower_key.wrapped_key grows to 255 bytes in place, without a row being written.
// Back: down() undoes both; fails once a key was replaced, which the older program could not read.
import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Of a wrapping with the borrower's secret alone. */
const FIRST_BYTES = 61;

export class RotateDataKeys1764540000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const embedded = queryRunner.dataSource.options.type === 'better-sqlite3';
    const ref = embedded ? { type: 'blob' } : { type: 'binary', length: '16' };
    await queryRunner.createTable(
      new Table({
        name: 'data_key_rotation',
        columns: [
          { name: 'version', type: 'integer', isPrimary: true },
          { name: 'cursor_ref', ...ref, isNullable: true },
          { name: 'started_at_ms', type: 'bigint' },
          { name: 'completed_at_ms', type: 'bigint', isNullable: true },
        ],
      }),
    );
    if (!embedded) await queryRunner.query('ALTER TABLE borrower_key MODIFY wrapped_key VARBINARY(255) NOT NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const newer = (await queryRunner.query(
      `SELECT 1 AS one FROM borrower_key WHERE LENGTH(wrapped_key) <> ${String(FIRST_BYTES)} LIMIT 1`,
    )) as unknown[];
    if (newer.length > 0) throw new Error("A borrower's key was replaced, and an older program cannot read the new one.");
    await queryRunner.dropTable('data_key_rotation');
    if (queryRunner.dataSource.options.type !== 'better-sqlite3')
      await queryRunner.query('ALTER TABLE borrower_key MODIFY wrapped_key VARBINARY(96) NOT NULL');
  }
}
