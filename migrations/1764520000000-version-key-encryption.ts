// Why:  key-encryption keys are replaced while the gateway serves: which versions there are, and which must not be used again.
// Cost: one small table; no row that is stored is touched.
// Back: down() drops it; fails once a borrower's key is wrapped with another version than the first, which the older program knows.
import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

export class VersionKeyEncryption1764520000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'key_encryption_key',
        columns: [
          { name: 'version', type: 'integer', isPrimary: true },
          { name: 'walked', type: 'integer' },
          { name: 'retired_at_ms', type: 'bigint', isNullable: true },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const newer = (await queryRunner.query(
      "SELECT 1 AS one FROM borrower_key WHERE HEX(SUBSTR(wrapped_key, 1, 1)) <> '01' LIMIT 1",
    )) as unknown[];
    if (newer.length > 0) throw new Error('A key is wrapped with a newer key-encryption key, which an older program has not.');
    await queryRunner.dropTable('key_encryption_key');
  }
}
