// Why:  an erasure that was interrupted is gone on with, although nothing names the person any more; and questions are found by person.
// Cost: one small table; an index over consent_request_slot.
// Back: down() drops both; fails while an erasure is not finished, of which nobody would know then.
import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const INDEX = 'ix_consent_request_slot_borrower';

export class EraseBorrowers1764530000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const embedded = queryRunner.dataSource.options.type === 'better-sqlite3';
    const ref = embedded ? { type: 'blob' } : { type: 'binary', length: '16' };
    await queryRunner.createTable(
      new Table({
        name: 'borrower_erasure',
        columns: [
          { name: 'borrower_ref', ...ref, isPrimary: true },
          { name: 'erased_at_ms', type: 'bigint' },
        ],
      }),
    );
    await queryRunner.createIndex('consent_request_slot', new TableIndex({ name: INDEX, columnNames: ['borrower_ref'] }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const unfinished = (await queryRunner.query('SELECT 1 AS one FROM borrower_erasure LIMIT 1')) as unknown[];
    if (unfinished.length > 0) throw new Error('An erasure was interrupted; finish it first with "borrower erase".');
    await queryRunner.dropIndex('consent_request_slot', INDEX);
    await queryRunner.dropTable('borrower_erasure');
  }
}
