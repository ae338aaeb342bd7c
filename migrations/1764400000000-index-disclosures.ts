// Why:  disclosures are listed newest first: all of them, those to one recipient, those decided in a stretch of time.
// Cost: three indexes over disclosure; each look-up's append writes one more row in each, at its end or its recipient's.
// Back: down() drops them; the older program never asks for them.
import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const INDICES: readonly (readonly [string, string[]])[] = [
  ['ix_disclosure_index', ['idx', 'ledger_id']],
  ['ix_disclosure_recipient', ['recipient_id', 'idx']],
  ['ix_disclosure_decided', ['decided_at_ms', 'idx']],
];

export class IndexDisclosures1764400000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, columnNames] of INDICES) await queryRunner.createIndex('disclosure', new TableIndex({ name, columnNames }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [name] of INDICES) await queryRunner.dropIndex('disclosure', name);
  }
}
