// Why:  single loans and repayments, inquiries, statements, disputes; a month's borrowing worked out from its loans.
// Cost: rewrites monthly_summary and credit_account once (added columns); the figures furnished so far are copied.
// Back: down() refuses once loans, repayments, inquiries, statements or disputes are stored, since it would lose them.
import { type MigrationInterface, type QueryRunner, Table, TableColumn, type TableColumnOptions } from 'typeorm';

type Column = TableColumnOptions;
const key = (column: Column): Column => ({ ...column, isPrimary: true });
const optional = (column: Column): Column => ({ ...column, isNullable: true });
const integer = (name: string): Column => ({ name, type: 'integer' });
const big = (name: string): Column => ({ name, type: 'bigint' });
const date = (name: string): Column => ({ name, type: 'date' });

/** Figures of a month that its loans, where they are furnished, take the place of. */
const BY_LOANS = ['borrowed_amount_minor', 'loan_count', 'loan_days'] as const;
/** What counts against the borrower, of an account that is closed: its adverse time ended with it. */
const ADVERSE_STATUSES = [
  'OVERDUE', 'BAD_DEBT', 'COLLATERAL_SHORT', 'FORCED_CLOSE', 'JUDICIAL_RECOVERY', 'STOPPED_BY_BANK', 'FROZEN', 'STOPPED',
  'IN_COLLECTION', 'COLLECTION_ENDED',
] as const; // prettier-ignore
const ADVERSE_TIERS = ['SPECIAL_MENTION', 'SUBSTANDARD', 'DOUBTFUL', 'LOSS', 'DEFAULT'] as const;
const oneOf = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');
const TABLES = ['dispute', 'statement', 'inquiry', 'repayment', 'loan', 'record_directory'] as const;

export class CreateCreditRecords1764200000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const embedded = queryRunner.dataSource.options.type === 'better-sqlite3';
    const collated = embedded ? {} : { collation: 'utf8mb4_bin' };
    const bytes = (name: string, length: number): Column =>
      embedded ? { name, type: 'blob' } : { name, type: 'binary', length: String(length) };
    const code = (name: string, length: number): Column => ({ name, type: 'varchar', length: String(length), ...collated });
    const text = (name: string): Column => ({ name, type: 'text', ...collated });
    const flags = optional(code('flags', 40));
    const tail = [date('as_of'), integer('revision')];
    const create = (name: string, columns: Column[]): Promise<void> =>
      queryRunner.createTable(new Table({ name, columns: [...columns, ...(name === 'record_directory' ? [] : tail)] }));

    await create('record_directory', [
      key(code('platform_id', 64)), key(code('entity', 16)), key(code('record_no', 64)), bytes('borrower_ref', 16),
      optional(bytes('account_id', 8)),
    ]);
    await create('loan', [
      key(bytes('borrower_ref', 16)), key(bytes('account_id', 8)), key(bytes('loan_id', 8)), code('loan_no', 64),
      integer('drawn_month'), date('drawn_on'), optional(code('principal_band', 2)), big('principal_minor'),
      optional(integer('annual_rate_bp')), optional(integer('term_days')), optional(integer('instalment_count')),
      optional(code('loan_purpose', 16)), optional(big('outstanding_principal_minor')), optional(code('raw_status', 4)),
      optional(code('loan_status', 32)), optional(date('settled_on')), optional(integer('cancelled')), integer('adverse'),
      optional(date('adverse_ended_on')), flags,
    ]);
    await create('repayment', [
      key(bytes('borrower_ref', 16)), key(bytes('account_id', 8)), key(bytes('loan_id', 8)), key(integer('instalment_no')),
      date('due_on'), big('due_amount_minor'), optional(date('paid_on')), optional(date('last_paid_on')),
      optional(big('paid_amount_minor')), optional(code('kind', 16)), integer('adverse'), optional(date('adverse_ended_on')), flags,
    ]);
    await create('inquiry', [
      key(bytes('borrower_ref', 16)), key(code('platform_id', 64)), key(bytes('inquiry_id', 8)), code('inquiry_no', 64),
      optional(code('customer_id', 64)), date('inquired_on'), code('institution_name', 200), optional(code('institution_type', 4)),
      code('reason', 4), optional(code('business_type', 4)), integer('is_hard'),
    ]);
    await create('statement', [
      key(bytes('borrower_ref', 16)), key(code('platform_id', 64)), key(bytes('statement_id', 8)), code('statement_no', 64),
      code('customer_id', 64), code('author', 16), text('text'), date('made_on'), optional(code('target_entity', 16)),
      optional(code('target_key', 140)), optional(bytes('account_id', 8)), optional(integer('month')), optional(bytes('loan_id', 8)),
      optional(integer('instalment_no')),
    ]);
    await create('dispute', [
      key(bytes('borrower_ref', 16)), key(code('platform_id', 64)), key(bytes('dispute_id', 8)), code('dispute_no', 64),
      code('customer_id', 64), code('target_entity', 16), code('target_key', 140), code('target_field', 64), date('received_on'),
      optional(date('answered_on')), code('outcome', 24), date('answer_due_on'), optional(bytes('account_id', 8)),
      optional(integer('month')), optional(bytes('loan_id', 8)), optional(integer('instalment_no')),
    ]);
    await queryRunner.addColumns('monthly_summary', [
      new TableColumn(optional(big('furnished_borrowed_amount_minor'))),
      new TableColumn(optional(integer('furnished_loan_count'))),
      new TableColumn(optional(integer('furnished_loan_days'))),
      new TableColumn(flags),
    ]);
    await queryRunner.addColumns('credit_account', [new TableColumn(optional(date('adverse_ended_on'))), new TableColumn(flags)]);
    await queryRunner.query(`UPDATE monthly_summary SET ${BY_LOANS.map((name) => `furnished_${name} = ${name}`).join(', ')}`);
    await queryRunner.query(
      `UPDATE credit_account SET adverse_ended_on = closed_on WHERE closed_on IS NOT NULL
       AND (status IN (${oneOf(ADVERSE_STATUSES)}) OR five_tier_class IN (${oneOf(ADVERSE_TIERS)}))`,
    );
  } // prettier-ignore

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      const found = (await queryRunner.query(`SELECT 1 AS found FROM ${table} LIMIT 1`)) as readonly unknown[];
      if (found.length > 0) throw new Error(`${table} holds records that the older schema has no place for; nothing was undone.`);
    }
    for (const table of TABLES) await queryRunner.dropTable(table);
    await queryRunner.dropColumns('monthly_summary', [...BY_LOANS.map((name) => `furnished_${name}`), 'flags']);
    await queryRunner.dropColumns('credit_account', ['adverse_ended_on', 'flags']);
  }
}
