// Why:  the first schema: institutions, furnished records, consents, ledger.
// Cost: creates empty tables only.
// Back: down() drops every table with all that was furnished; never run it on a database that serves.
import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions, type TableIndexOptions } from 'typeorm';

type Column = TableColumnOptions;
const key = (column: Column): Column => ({ ...column, isPrimary: true });
const optional = (column: Column): Column => ({ ...column, isNullable: true });
const integer = (name: string): Column => ({ name, type: 'integer' });
const big = (name: string): Column => ({ name, type: 'bigint' });
const date = (name: string): Column => ({ name, type: 'date' });

export class CreateFoundation1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const embedded = queryRunner.dataSource.options.type === 'better-sqlite3';
    const bytes = (name: string, length: number): Column =>
      embedded ? { name, type: 'blob' } : { name, type: 'binary', length: String(length) };
    const sealed = (name: string, length: number): Column =>
      embedded ? { name, type: 'blob' } : { name, type: 'varbinary', length: String(length) };
    const code = (name: string, length: number): Column => ({
      name,
      type: 'varchar',
      length: String(length),
      ...(embedded ? {} : { collation: 'utf8mb4_bin' }),
    });
    const text = (name: string): Column => ({ name, type: 'text', ...(embedded ? {} : { collation: 'utf8mb4_bin' }) });
    const create = (name: string, columns: Column[], indices: TableIndexOptions[] = []): Promise<void> =>
      queryRunner.createTable(new Table({ name, columns, indices }));

    await create('institution', [
      key(code('institution_id', 64)), code('kind', 32), code('legal_name', 200), optional(code('contact', 200)),
      code('purposes', 255), integer('historical'), code('status', 16), big('status_since_ms'), big('ver'),
    ]);
    await create('platform_progress', [key(code('platform_id', 64)), integer('newest_month')]);
    await create('borrower_key', [key(bytes('borrower_ref', 16)), sealed('wrapped_key', 96), big('created_at_ms')]);
    await create('identity_lookup', [key(bytes('lookup', 32)), bytes('borrower_ref', 16)]);
    await create('customer', [
      key(bytes('borrower_ref', 16)), key(code('platform_id', 64)), key(code('customer_id', 64)),
      ...['id_type', 'id_number_masked', 'birth_year', 'date_of_birth', 'identity_updated_on', 'mobile_masked', 'guardian_customer_id']
        .map((name) => optional(sealed(name, 300))),
      ...['full_name', 'id_number', 'mobile', 'residence_city'].map((name) => optional(sealed(name, 900))),
      optional(sealed('residence_address', 2100)), date('as_of'), integer('revision'),
    ]);
    await create('account_directory', [key(code('platform_id', 64)), key(code('account_no', 64)), bytes('borrower_ref', 16)]);
    await create('credit_account', [
      key(bytes('borrower_ref', 16)), key(bytes('account_id', 8)), code('platform_id', 64), code('customer_id', 64),
      code('account_no', 64), code('product', 16), code('currency', 3), code('account_class', 2), optional(code('portfolio_type', 16)),
      optional(code('business_type', 4)), optional(code('furnisher_name', 200)), optional(code('furnisher_type', 4)),
      optional(integer('opened_year')), optional(date('opened_on')), optional(date('maturity_on')), optional(date('closed_on')),
      optional(code('credit_limit_band', 2)), optional(big('credit_limit_minor')), optional(big('original_amount_minor')),
      optional(code('repayment_method', 4)), optional(code('repayment_frequency', 4)), optional(code('guarantee_type', 4)),
      optional(code('liability_role', 16)), optional(integer('liability_share_bp')), optional(text('co_borrowers')), integer('joint'),
      optional(text('funding_shares')), optional(code('raw_status', 4)), optional(code('status', 32)),
      optional(code('five_tier_class', 16)), optional(integer('over_limit_allowed')), optional(text('special_events')),
      date('as_of'), integer('revision'),
    ]);
    await create('monthly_summary', [
      key(bytes('borrower_ref', 16)), key(bytes('account_id', 8)), key(integer('month')),
      optional(code('borrowed_amount_band', 2)), optional(big('borrowed_amount_minor')), optional(big('balance_minor')),
      optional(big('used_limit_minor')), optional(big('max_used_limit_minor')), optional(big('credit_limit_minor')),
      optional(big('scheduled_due_minor')), optional(big('actual_paid_minor')), optional(big('principal_repaid_minor')),
      optional(big('adjustment_minor')), optional(big('past_due_amount_minor')), optional(big('past_due_principal_31_to_60_minor')),
      optional(big('past_due_principal_61_to_90_minor')), optional(big('past_due_principal_91_to_180_minor')),
      optional(big('past_due_principal_over_180_minor')), optional(integer('past_due_periods')), optional(code('repayment_status', 1)),
      optional(integer('days_past_due_month_end')), optional(code('loan_count_band', 8)), optional(integer('loan_count')),
      optional(integer('loan_days')), optional(integer('remaining_instalments')), integer('adverse'),
      optional(big('adverse_notice_sent_at_ms')), optional(date('adverse_ended_on')), date('as_of'), integer('revision'),
    ]);
    await create('record_revision', [
      key(bytes('borrower_ref', 16)), key(code('entity', 16)), key(code('record_key', 140)), key(integer('revision')),
      date('as_of'), big('superseded_at_ms'), embedded ? { name: 'content', type: 'blob' } : { name: 'content', type: 'mediumblob' },
    ]);
    await create('import_run', [
      key(code('platform_id', 64)), key(code('format', 32)), key(bytes('file_hash', 32)), code('state', 16), big('lines_done'),
      big('accepted'), big('unchanged'), big('rejected'), big('rejects_bytes'), big('started_at_ms'), big('updated_at_ms'),
    ]);
    await create('consent_head', [key(bytes('borrower_ref', 16)), big('ver')]);
    await create(
      'arrangement',
      [
        key(bytes('borrower_ref', 16)), key(bytes('arrangement_id', 16)), code('platform_id', 64), code('customer_id', 64),
        code('recipient_id', 64), code('purpose', 32), integer('ver'), code('status', 16), optional(code('status_reason', 32)),
        optional(text('status_note')), big('status_at_ms'), big('created_at_ms'),
      ],
      [{ name: 'ix_arrangement_id', columnNames: ['arrangement_id'] }],
    );
    await create('consent', [
      key(bytes('borrower_ref', 16)), key(bytes('arrangement_id', 16)), key(integer('ver')), big('starts_at_ms'),
      big('expires_at_ms'), text('document'), bytes('hash', 32),
    ]);
    await create('evidence_use', [
      key(code('platform_id', 64)), key(bytes('approval_hash', 32)), bytes('borrower_ref', 16), bytes('arrangement_id', 16),
      big('used_at_ms'),
    ]);
    await create('idempotency', [
      key(bytes('borrower_ref', 16)), key(code('client_id', 140)), key(code('idem_key', 64)), bytes('request_hash', 32),
      text('response'), big('created_at_ms'),
    ]);
    await create('ledger_sequence', [
      key(integer('ledger_id')), code('origin', 200), big('next'), sealed('frontier', 2048), bytes('root', 32), big('epoch'),
    ]);
    await create(
      'ledger_entry',
      [key(integer('ledger_id')), key(big('idx')), bytes('leaf', 32), bytes('subject', 32), sealed('body', 32_768)],
      [{ name: 'ix_ledger_entry_subject', columnNames: ['ledger_id', 'subject', 'idx'] }],
    );
    await create('disclosure_request', [
      key(code('recipient_id', 64)), key(code('request_id', 64)), bytes('request_hash', 32), big('consent_set'),
      bytes('answer_mark', 32), bytes('report_id', 16), big('decided_at_ms'), integer('ledger_id'), big('idx'),
    ]);
  } // prettier-ignore

  async down(queryRunner: QueryRunner): Promise<void> {
    const tables = [
      'disclosure_request', 'ledger_entry', 'ledger_sequence', 'idempotency', 'evidence_use', 'consent', 'arrangement',
      'consent_head', 'import_run', 'record_revision', 'monthly_summary', 'credit_account', 'account_directory', 'customer',
      'identity_lookup', 'borrower_key', 'platform_progress', 'institution',
    ]; // prettier-ignore
    for (const table of tables) await queryRunner.dropTable(table);
  }
}
