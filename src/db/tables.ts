import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaOptions } from 'typeorm';
import type { Dialect } from './dialect';

type Column = EntitySchemaColumnOptions;
type Columns = Readonly<Record<string, Column>>;
const key = (columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, { ...column, primary: true }]));
const optional = (columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, { ...column, nullable: true }]));

/**
 * The schema as TypeORM knows it: what the drift check compares the migrated database with. Every statement that serves
 * data is written out by hand, so these tables carry no behaviour.
 */
export function tablesFor(dialect: Dialect): EntitySchema[] {
  const embedded = dialect === 'sqlite';
  const columns =
    (make: (length: number) => Column) =>
    (length: number, ...names: string[]): Columns =>
      Object.fromEntries(names.map((name) => [name, make(length)]));
  const plain =
    (type: 'integer' | 'bigint' | 'date') =>
    (...names: string[]): Columns =>
      Object.fromEntries(names.map((name) => [name, { type }]));
  const bytes = columns((length) => (embedded ? { type: 'blob' } : { type: 'binary', length }));
  const sealed = columns((length) => (embedded ? { type: 'blob' } : { type: 'varbinary', length }));
  const code = columns((length) => ({ type: 'varchar', length, ...(embedded ? {} : { collation: 'utf8mb4_bin' }) }));
  const text = (...names: string[]): Columns =>
    Object.fromEntries(names.map((name) => [name, { type: 'text', ...(embedded ? {} : { collation: 'utf8mb4_bin' }) }]));
  const longText = (...names: string[]): Columns =>
    Object.fromEntries(
      names.map((name) => [name, embedded ? { type: 'text' } : { type: 'mediumtext', collation: 'utf8mb4_bin' }]),
    );
  const [integer, big, date] = [plain('integer'), plain('bigint'), plain('date')];
  const table = (name: string, of: Columns, indices: EntitySchemaOptions<object>['indices'] = []): EntitySchema =>
    new EntitySchema({ name, tableName: name, columns: of, indices });

  return [
    table('institution', {
      ...key(code(64, 'institution_id')), ...code(32, 'kind'), ...code(200, 'legal_name'), ...optional(code(200, 'contact')),
      ...code(255, 'purposes'), ...integer('historical'), ...code(16, 'status'), ...big('status_since_ms', 'ver'),
    }),
    table('platform_progress', { ...key(code(64, 'platform_id')), ...integer('newest_month') }),
    table('borrower_key', { ...key(bytes(16, 'borrower_ref')), ...sealed(255, 'wrapped_key'), ...big('created_at_ms') }),
    table('key_encryption_key', { ...key(integer('version')), ...integer('walked'), ...optional(big('retired_at_ms')) }),
    table('data_key_rotation', {
      ...key(integer('version')), ...optional(bytes(16, 'cursor_ref')), ...big('started_at_ms'), ...optional(big('completed_at_ms')),
    }),
    table('identity_lookup', { ...key(bytes(32, 'lookup')), ...bytes(16, 'borrower_ref') }),
    table('customer', {
      ...key({ ...bytes(16, 'borrower_ref'), ...code(64, 'platform_id', 'customer_id') }),
      ...optional({
        ...sealed(300, 'id_type', 'id_number_masked', 'birth_year', 'date_of_birth', 'identity_updated_on', 'mobile_masked'),
        ...sealed(300, 'guardian_customer_id'),
        ...sealed(900, 'full_name', 'id_number', 'mobile', 'residence_city'), ...sealed(2100, 'residence_address'),
      }),
      ...date('as_of'), ...integer('revision'),
    }),
    table('account_directory', { ...key(code(64, 'platform_id', 'account_no')), ...bytes(16, 'borrower_ref') }),
    table('credit_account', {
      ...key({ ...bytes(16, 'borrower_ref'), ...bytes(8, 'account_id') }),
      ...code(64, 'platform_id', 'customer_id', 'account_no'), ...code(16, 'product'), ...code(3, 'currency'), ...code(2, 'account_class'),
      ...integer('joint'),
      ...optional({
        ...code(16, 'portfolio_type', 'liability_role', 'five_tier_class'),
        ...code(4, 'business_type', 'furnisher_type', 'repayment_method', 'repayment_frequency', 'guarantee_type', 'raw_status'),
        ...code(200, 'furnisher_name'), ...code(2, 'credit_limit_band'), ...code(32, 'status'),
        ...integer('opened_year', 'liability_share_bp', 'over_limit_allowed'), ...date('opened_on', 'maturity_on', 'closed_on'),
        ...big('credit_limit_minor', 'original_amount_minor'), ...text('co_borrowers', 'funding_shares', 'special_events'),
        ...date('adverse_ended_on'), ...code(40, 'flags'),
      }),
      ...date('as_of'), ...integer('revision'),
    }),
    table('monthly_summary', {
      ...key({ ...bytes(16, 'borrower_ref'), ...bytes(8, 'account_id'), ...integer('month') }),
      ...optional({
        ...code(2, 'borrowed_amount_band'), ...code(8, 'loan_count_band'), ...code(1, 'repayment_status'),
        ...big(
          'borrowed_amount_minor', 'balance_minor', 'used_limit_minor', 'max_used_limit_minor', 'credit_limit_minor',
          'scheduled_due_minor', 'actual_paid_minor', 'principal_repaid_minor', 'adjustment_minor', 'past_due_amount_minor',
          'past_due_principal_31_to_60_minor', 'past_due_principal_61_to_90_minor', 'past_due_principal_91_to_180_minor',
          'past_due_principal_over_180_minor', 'adverse_notice_sent_at_ms',
        ),
        ...integer('past_due_periods', 'days_past_due_month_end', 'loan_count', 'loan_days', 'remaining_instalments'),
        ...date('adverse_ended_on'), ...big('furnished_borrowed_amount_minor'),
        ...integer('furnished_loan_count', 'furnished_loan_days'), ...code(40, 'flags'),
      }),
      ...integer('adverse'), ...date('as_of'), ...integer('revision'),
    }),
    table('record_directory', {
      ...key(code(64, 'platform_id')), ...key(code(16, 'entity')), ...key(code(64, 'record_no')), ...bytes(16, 'borrower_ref'),
      ...optional(bytes(8, 'account_id')),
    }),
    table('loan', {
      ...key({ ...bytes(16, 'borrower_ref'), ...bytes(8, 'account_id', 'loan_id') }), ...code(64, 'loan_no'), ...integer('drawn_month'),
      ...date('drawn_on'), ...big('principal_minor'),
      ...optional({
        ...code(2, 'principal_band'), ...integer('annual_rate_bp', 'term_days', 'instalment_count', 'cancelled'),
        ...code(16, 'loan_purpose'), ...big('outstanding_principal_minor'), ...code(4, 'raw_status'), ...code(32, 'loan_status'),
        ...date('settled_on', 'adverse_ended_on'), ...code(40, 'flags'),
      }),
      ...integer('adverse'), ...date('as_of'), ...integer('revision'),
    }),
    table('repayment', {
      ...key({ ...bytes(16, 'borrower_ref'), ...bytes(8, 'account_id', 'loan_id'), ...integer('instalment_no') }), ...date('due_on'),
      ...big('due_amount_minor'),
      ...optional({
        ...date('paid_on', 'last_paid_on', 'adverse_ended_on'), ...big('paid_amount_minor'), ...code(16, 'kind'), ...code(40, 'flags'),
      }),
      ...integer('adverse'), ...date('as_of'), ...integer('revision'),
    }),
    table('inquiry', {
      ...key({ ...bytes(16, 'borrower_ref'), ...code(64, 'platform_id'), ...bytes(8, 'inquiry_id') }),
      ...code(64, 'inquiry_no'), ...optional(code(64, 'customer_id')), ...date('inquired_on'), ...code(200, 'institution_name'),
      ...code(4, 'reason'), ...optional(code(4, 'institution_type', 'business_type')), ...integer('is_hard'), ...date('as_of'), ...integer('revision'),
    }),
    table('statement', {
      ...key({ ...bytes(16, 'borrower_ref'), ...code(64, 'platform_id'), ...bytes(8, 'statement_id') }),
      ...code(64, 'statement_no', 'customer_id'), ...code(16, 'author'), ...text('text'), ...date('made_on'),
      ...optional({
        ...code(16, 'target_entity'), ...code(140, 'target_key'), ...bytes(8, 'account_id', 'loan_id'),
        ...integer('month', 'instalment_no'),
      }),
      ...date('as_of'), ...integer('revision'),
    }),
    table('dispute', {
      ...key({ ...bytes(16, 'borrower_ref'), ...code(64, 'platform_id'), ...bytes(8, 'dispute_id') }),
      ...code(64, 'dispute_no', 'customer_id'), ...code(16, 'target_entity'), ...code(140, 'target_key'), ...code(64, 'target_field'),
      ...date('received_on', 'answer_due_on'), ...code(24, 'outcome'),
      ...optional({ ...date('answered_on'), ...bytes(8, 'account_id', 'loan_id'), ...integer('month', 'instalment_no') }),
      ...date('as_of'), ...integer('revision'),
    }),
    table('record_revision', {
      ...key({ ...bytes(16, 'borrower_ref'), ...code(16, 'entity'), ...code(140, 'record_key'), ...integer('revision') }),
      ...date('as_of'), ...big('superseded_at_ms'), content: { type: embedded ? 'blob' : 'mediumblob' },
    }),
    table('import_run', {
      ...key({ ...code(64, 'platform_id'), ...code(32, 'format'), ...bytes(32, 'file_hash') }), ...code(16, 'state'),
      ...big('lines_done', 'accepted', 'unchanged', 'rejected', 'rejects_bytes', 'started_at_ms', 'updated_at_ms'),
    }),
    table('consent_head', { ...key(bytes(16, 'borrower_ref')), ...big('ver') }),
    table(
      'arrangement',
      {
        ...key(bytes(16, 'borrower_ref', 'arrangement_id')), ...code(64, 'platform_id', 'customer_id', 'recipient_id'),
        ...code(32, 'purpose'), ...integer('ver'), ...code(16, 'status'),
        ...optional({ ...code(32, 'status_reason'), ...text('status_note') }), ...big('status_at_ms', 'created_at_ms'),
        ...optional({ ...big('changed_at_ms'), ...bytes(16, 'consent_request_id', 'previous_arrangement_id') }),
      },
      [
        { name: 'ix_arrangement_id', columns: ['arrangement_id'] },
        { name: 'ix_arrangement_platform', columns: ['platform_id', 'created_at_ms', 'arrangement_id'] },
        { name: 'ix_arrangement_recipient', columns: ['recipient_id', 'arrangement_id'] },
        { name: 'ix_arrangement_recipient_created', columns: ['recipient_id', 'created_at_ms', 'arrangement_id'] },
        { name: 'ix_arrangement_created', columns: ['created_at_ms', 'arrangement_id'] },
      ],
    ),
    table('consent', {
      ...key({ ...bytes(16, 'borrower_ref', 'arrangement_id'), ...integer('ver') }), ...big('starts_at_ms', 'expires_at_ms'),
      ...text('document'), ...bytes(32, 'hash'),
    }),
    table('evidence_use', {
      ...key({ ...code(64, 'platform_id'), ...bytes(32, 'approval_hash') }), ...bytes(16, 'borrower_ref', 'arrangement_id'),
      ...big('used_at_ms'),
    }),
    table('idempotency', {
      ...key({ ...bytes(16, 'borrower_ref'), ...code(140, 'client_id'), ...code(64, 'idem_key') }), ...bytes(32, 'request_hash'),
      ...text('response'), ...big('created_at_ms'),
    }),
    table('ledger_sequence', {
      ...key(integer('ledger_id')), ...code(200, 'origin'), ...big('next', 'epoch'), ...sealed(2048, 'frontier'), ...bytes(32, 'root'),
    }),
    table(
      'ledger_entry',
      { ...key({ ...integer('ledger_id'), ...big('idx') }), ...bytes(32, 'leaf', 'subject'), ...sealed(32_768, 'body') },
      [{ name: 'ix_ledger_entry_subject', columns: ['ledger_id', 'subject', 'idx'] }],
    ),
    table('ledger_published', {
      ...key(integer('ledger_id')), ...big('size', 'published_at_ms'), ...bytes(32, 'root'), ...sealed(4096, 'note'),
    }),
    table('ledger_node', { ...key({ ...integer('ledger_id', 'tile_level'), ...big('idx') }), ...bytes(32, 'hash') }),
    table('consent_event', {
      ...key({ ...bytes(16, 'borrower_ref', 'arrangement_id'), ...big('set_ver') }), ...code(16, 'action', 'status'), ...integer('ver'),
      ...optional(code(32, 'status_reason')), ...big('at_ms', 'ledger_idx'),
    }),
    table('consent_receipt', {
      ...key(bytes(16, 'borrower_ref', 'receipt_id')),
      ...optional({ ...bytes(16, 'arrangement_id', 'consent_request_id'), ...integer('ver') }), ...code(16, 'kind'),
      ...big('issued_at_ms', 'ledger_idx'), ...longText('document'), ...code(255, 'signature'),
    }),
    table('consent_use', {
      ...key(bytes(16, 'borrower_ref', 'arrangement_id')), ...integer('last_day', 'day_uses', 'week_uses', 'month_uses'),
      ...optional(big('once_used_at_ms')), ...integer('retry_closed'),
    }),
    table(
      'consent_charge',
      {
        ...key({ ...bytes(16, 'borrower_ref', 'arrangement_id'), ...big('idx') }), ...code(64, 'request_id'),
        ...bytes(32, 'request_hash'), ...big('charged_at_ms'), ...integer('once'),
      },
      [{ name: 'ix_consent_charge_request', columns: ['borrower_ref', 'arrangement_id', 'request_id'] }],
    ),
    table(
      'consent_request',
      {
        ...key(bytes(16, 'borrower_ref', 'consent_request_id')), ...code(64, 'recipient_id'), ...code(32, 'purpose'),
        ...text('document'), ...code(16, 'status'), ...big('created_at_ms', 'lapses_at_ms'),
        ...optional({
          ...big('decided_at_ms'), ...code(32, 'decided_role'), ...code(64, 'decided_party', 'reference'), ...text('status_note'),
          ...bytes(16, 'arrangement_id'),
        }),
      },
      [
        { name: 'ix_consent_request_id', columns: ['consent_request_id'] },
        { name: 'ix_consent_request_recipient', columns: ['recipient_id', 'created_at_ms', 'consent_request_id'] },
        { name: 'ix_consent_request_reference', columns: ['recipient_id', 'reference'] },
      ],
    ),
    table(
      'consent_request_slot',
      {
        ...key({ ...code(64, 'recipient_id'), ...code(32, 'purpose'), ...bytes(32, 'lookup') }),
        ...bytes(16, 'borrower_ref', 'consent_request_id'),
      },
      [{ name: 'ix_consent_request_slot_borrower', columns: ['borrower_ref'] }],
    ),
    table('consent_request_inbox', {
      ...key({ ...code(64, 'platform_id'), ...big('created_at_ms'), ...bytes(16, 'consent_request_id') }), ...bytes(16, 'borrower_ref'),
      ...code(64, 'customer_id'),
    }),
    table('borrower_erasure', { ...key(bytes(16, 'borrower_ref')), ...big('erased_at_ms') }),
    table('borrower_status', { ...key(bytes(16, 'borrower_ref')), ...big('deceased_at_ms') }),
    table(
      'disclosure',
      {
        ...key({ ...code(64, 'recipient_id', 'request_id'), ...big('idx') }), ...integer('ledger_id'),
        ...bytes(32, 'request_hash', 'answer_mark'), ...bytes(16, 'report_id'), ...optional(bytes(16, 'borrower_ref')),
        ...big('consent_set', 'decided_at_ms'), ...optional(big('erase_by_ms')),
      },
      [
        { name: 'ix_disclosure_report', columns: ['report_id'] },
        { name: 'ix_disclosure_index', columns: ['idx', 'ledger_id'] },
        { name: 'ix_disclosure_recipient', columns: ['recipient_id', 'idx'] },
        { name: 'ix_disclosure_decided', columns: ['decided_at_ms', 'idx'] },
      ],
    ),
  ]; // prettier-ignore
}
