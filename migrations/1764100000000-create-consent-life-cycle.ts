// Why:  consents with a life: requests, events, receipts, budgets; disclosures that can be found by their report.
// Cost: reads the ledger once for the history of existing consents; copies disclosure_request, which is then dropped.
// Back: down() drops requests, receipts and budgets with their contents, and keeps the newest disclosure of each request.
import { type MigrationInterface, type QueryRunner, Table, TableColumn, type TableColumnOptions, TableIndex } from 'typeorm';

type Column = TableColumnOptions;
const key = (column: Column): Column => ({ ...column, isPrimary: true });
const optional = (column: Column): Column => ({ ...column, isNullable: true });
const integer = (name: string): Column => ({ name, type: 'integer' });
const big = (name: string): Column => ({ name, type: 'bigint' });

/** Column types of one dialect; a migration is history and shares nothing with the next. */
function columnsOf(queryRunner: QueryRunner) {
  const embedded = queryRunner.dataSource.options.type === 'better-sqlite3';
  const collated = embedded ? {} : { collation: 'utf8mb4_bin' };
  return {
    embedded,
    bytes: (name: string, length: number): Column =>
      embedded ? { name, type: 'blob' } : { name, type: 'binary', length: String(length) },
    code: (name: string, length: number): Column => ({ name, type: 'varchar', length: String(length), ...collated }),
    text: (name: string): Column => ({ name, type: 'text', ...collated }),
    longText: (name: string): Column => ({ name, type: embedded ? 'text' : 'mediumtext', ...collated }),
  };
}

const ARRANGEMENT_INDICES: readonly (readonly [string, string[]])[] = [
  ['ix_arrangement_platform', ['platform_id', 'created_at_ms', 'arrangement_id']],
  ['ix_arrangement_recipient', ['recipient_id', 'arrangement_id']],
  ['ix_arrangement_created', ['created_at_ms', 'arrangement_id']],
];
const ADDED_COLUMNS = ['changed_at_ms', 'consent_request_id', 'previous_arrangement_id'] as const;
const PAGE = 1_000;

export class CreateConsentLifeCycle1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const { bytes, code, text, longText } = columnsOf(queryRunner);
    const create = (name: string, columns: Column[], indices: readonly (readonly [string, string[]])[] = []): Promise<void> =>
      queryRunner.createTable(
        new Table({ name, columns, indices: indices.map(([index, columnNames]) => ({ name: index, columnNames })) }),
      );
    await queryRunner.addColumns('arrangement', [
      new TableColumn(optional(big('changed_at_ms'))),
      new TableColumn(optional(bytes('consent_request_id', 16))),
      new TableColumn(optional(bytes('previous_arrangement_id', 16))),
    ]);
    for (const [name, columnNames] of ARRANGEMENT_INDICES)
      await queryRunner.createIndex('arrangement', new TableIndex({ name, columnNames }));
    await create('consent_event', [
      key(bytes('borrower_ref', 16)), key(bytes('arrangement_id', 16)), key(big('set_ver')), code('action', 16), integer('ver'),
      code('status', 16), optional(code('status_reason', 32)), big('at_ms'), big('ledger_idx'),
    ]);
    await create('consent_receipt', [
      key(bytes('borrower_ref', 16)), key(bytes('receipt_id', 16)), optional(bytes('arrangement_id', 16)),
      optional(bytes('consent_request_id', 16)), optional(integer('ver')), code('kind', 16), big('issued_at_ms'), big('ledger_idx'),
      longText('document'), code('signature', 255),
    ]);
    await create('consent_use', [
      key(bytes('borrower_ref', 16)), key(bytes('arrangement_id', 16)), integer('last_day'), integer('day_uses'), integer('week_uses'),
      integer('month_uses'), optional(big('once_used_at_ms')), integer('retry_closed'),
    ]);
    await create(
      'consent_charge',
      [
        key(bytes('borrower_ref', 16)), key(bytes('arrangement_id', 16)), key(big('idx')), code('request_id', 64),
        bytes('request_hash', 32), big('charged_at_ms'),
      ],
      [['ix_consent_charge_request', ['borrower_ref', 'arrangement_id', 'request_id']]],
    );
    await create(
      'consent_request',
      [
        key(bytes('borrower_ref', 16)), key(bytes('consent_request_id', 16)), code('recipient_id', 64), code('purpose', 32),
        integer('known'), text('document'), code('status', 16), big('created_at_ms'), big('lapses_at_ms'),
        optional(big('decided_at_ms')), optional(code('decided_role', 32)), optional(code('decided_party', 64)),
        optional(text('status_note')), optional(bytes('arrangement_id', 16)), optional(code('reference', 64)),
      ],
      [
        ['ix_consent_request_id', ['consent_request_id']],
        ['ix_consent_request_recipient', ['recipient_id', 'created_at_ms', 'consent_request_id']],
      ],
    );
    await create('consent_request_slot', [
      key(code('recipient_id', 64)), key(code('purpose', 32)), key(bytes('lookup', 32)), bytes('borrower_ref', 16),
      bytes('consent_request_id', 16),
    ]);
    await create('consent_request_inbox', [
      key(code('platform_id', 64)), key(big('created_at_ms')), key(bytes('consent_request_id', 16)), bytes('borrower_ref', 16),
      code('customer_id', 64),
    ]);
    await create('borrower_status', [key(bytes('borrower_ref', 16)), big('deceased_at_ms')]);
    await create(
      'disclosure',
      [
        key(code('recipient_id', 64)), key(code('request_id', 64)), key(big('idx')), integer('ledger_id'), bytes('request_hash', 32),
        big('consent_set'), bytes('answer_mark', 32), bytes('report_id', 16), optional(bytes('borrower_ref', 16)),
        big('decided_at_ms'), optional(big('erase_by_ms')),
      ],
      [['ix_disclosure_report', ['report_id']]],
    );
    await queryRunner.query(`INSERT INTO disclosure (recipient_id, request_id, idx, ledger_id, request_hash, consent_set,
      answer_mark, report_id, decided_at_ms) SELECT recipient_id, request_id, idx, ledger_id, request_hash, consent_set,
      answer_mark, report_id, decided_at_ms FROM disclosure_request`);
    await queryRunner.dropTable('disclosure_request');
    await copyHistory(queryRunner);
  } // prettier-ignore

  async down(queryRunner: QueryRunner): Promise<void> {
    const { bytes, code } = columnsOf(queryRunner);
    await queryRunner.createTable(
      new Table({
        name: 'disclosure_request',
        columns: [
          key(code('recipient_id', 64)), key(code('request_id', 64)), bytes('request_hash', 32), big('consent_set'),
          bytes('answer_mark', 32), bytes('report_id', 16), big('decided_at_ms'), integer('ledger_id'), big('idx'),
        ],
      }),
    ); // prettier-ignore
    await queryRunner.query(`INSERT INTO disclosure_request (recipient_id, request_id, request_hash, consent_set, answer_mark,
      report_id, decided_at_ms, ledger_id, idx) SELECT recipient_id, request_id, request_hash, consent_set, answer_mark,
      report_id, decided_at_ms, ledger_id, idx FROM disclosure AS d WHERE idx = (SELECT MAX(n.idx) FROM disclosure AS n
      WHERE n.recipient_id = d.recipient_id AND n.request_id = d.request_id)`);
    const tables = [
      'disclosure', 'borrower_status', 'consent_request_inbox', 'consent_request_slot', 'consent_request', 'consent_charge',
      'consent_use', 'consent_receipt', 'consent_event',
    ]; // prettier-ignore
    for (const table of tables) await queryRunner.dropTable(table);
    for (const [name] of ARRANGEMENT_INDICES) await queryRunner.dropIndex('arrangement', name);
    await queryRunner.dropColumns('arrangement', [...ADDED_COLUMNS]);
  }
}

interface Transition {
  readonly type: string;
  readonly action: string;
  readonly consent: string;
  readonly to: number;
  readonly set: number;
  readonly at: number;
}

/** Every transition of a consent stands in the ledger, in order; the arrangement knows whose it is and why it ended. */
async function copyHistory(queryRunner: QueryRunner): Promise<void> {
  for (let after = -1; ;) {
    const rows = (await queryRunner.query(
      `SELECT idx, body FROM ledger_entry WHERE ledger_id = 0 AND idx > ? ORDER BY idx LIMIT ${String(PAGE)}`,
      [after],
    )) as { idx: number | string; body: Buffer }[]; // as the foundation's table holds them
    for (const { idx, body } of rows) {
      const entry = JSON.parse(body.toString('ascii')) as Transition;
      if (entry.type !== 'C') continue;
      const ended = entry.action === 'revoke';
      await queryRunner.query(
        `INSERT INTO consent_event (borrower_ref, arrangement_id, set_ver, action, ver, status, status_reason, at_ms, ledger_idx)
         SELECT borrower_ref, arrangement_id, ?, ?, ?, ?, ${ended ? 'status_reason' : 'NULL'}, ?, ? FROM arrangement WHERE arrangement_id = ?`,
        [
          entry.set,
          entry.action,
          entry.to,
          ended ? 'REVOKED' : 'ACTIVE',
          entry.at,
          Number(idx),
          Buffer.from(entry.consent, 'hex'),
        ],
      );
    }
    const last = rows.at(-1);
    if (!last) return;
    after = Number(last.idx);
  }
}
