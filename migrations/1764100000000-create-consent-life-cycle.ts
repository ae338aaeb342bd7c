// Why:  consents with a life: requests, events, receipts, budgets; disclosures that can be found by their report.
// Cost: reads the ledger once for the history of existing consents; copies disclosure_request, which is then dropped.
// Back: down() keeps the newest disclosure of each request; it refuses once a consent has lived a life that the older
//       program does not know, since that would widen it.
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
  ['ix_arrangement_recipient_created', ['recipient_id', 'created_at_ms', 'arrangement_id']],
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
        bytes('request_hash', 32), big('charged_at_ms'), integer('once'),
      ],
      [['ix_consent_charge_request', ['borrower_ref', 'arrangement_id', 'request_id']]],
    );
    await create(
      'consent_request',
      [
        key(bytes('borrower_ref', 16)), key(bytes('consent_request_id', 16)), code('recipient_id', 64), code('purpose', 32), text('document'), code('status', 16), big('created_at_ms'), big('lapses_at_ms'),
        optional(big('decided_at_ms')), optional(code('decided_role', 32)), optional(code('decided_party', 64)),
        optional(text('status_note')), optional(bytes('arrangement_id', 16)), optional(code('reference', 64)),
      ],
      [
        ['ix_consent_request_id', ['consent_request_id']],
        ['ix_consent_request_recipient', ['recipient_id', 'created_at_ms', 'consent_request_id']],
        ['ix_consent_request_reference', ['recipient_id', 'reference']],
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
    await assertUnused(queryRunner);
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
  /** The person's pseudonym. */
  readonly subject: string;
  readonly action: string;
  readonly consent: string;
  readonly to: number;
  readonly set: number;
  readonly at: number;
  /** Of a disclosure, 22 characters of base64url. */
  readonly report?: string;
}

/** The older program knows neither pauses nor limits: it would show what they withhold. */
async function assertUnused(queryRunner: QueryRunner): Promise<void> {
  const uses = [
    ["SELECT 1 FROM consent_event WHERE action NOT IN ('grant', 'revoke') LIMIT 1", 'changes'],
    ["SELECT 1 FROM arrangement WHERE status_reason IN ('FRAUD', 'BORROWER_DECEASED', 'RECIPIENT_CLOSED', 'PLATFORM_CLOSED') LIMIT 1", 'ends'],
    ['SELECT 1 FROM borrower_status LIMIT 1', 'deaths'],
    ['SELECT 1 FROM consent_use LIMIT 1', 'uses'],
    ['SELECT 1 FROM consent_request LIMIT 1', 'requests'],
    [`SELECT 1 FROM consent WHERE document LIKE '%"accessMode":"ONE_TIME"%' OR document LIKE '%"frequency":{%'
      OR document LIKE '%"absencePolicy":"EXPLICIT"%' LIMIT 1`, 'limits'],
  ] as const; // prettier-ignore
  for (const [sql, what] of uses)
    if (((await queryRunner.query(sql)) as unknown[]).length > 0)
      throw new Error(`The consents have ${what} that the older program would ignore; restore a backup instead.`);
}

/**
 * Every transition of a consent stands in the ledger, in order; the arrangement knows whose it is and why it ended. Through
 * them the older disclosures are linked to their borrower, by the pseudonym: also those from before the first consent.
 */
async function copyHistory(queryRunner: QueryRunner): Promise<void> {
  const borrowers = new Map<string, Buffer>();
  for await (const { idx, entry } of walkLedger(queryRunner))
    if (entry.type === 'C') await copyTransition(queryRunner, idx, entry, borrowers);
  for await (const { idx, entry } of walkLedger(queryRunner)) {
    const borrower = entry.type === 'D' ? borrowers.get(entry.subject) : undefined;
    if (borrower && entry.report !== undefined)
      await queryRunner.query('UPDATE disclosure SET borrower_ref = ? WHERE report_id = ? AND idx = ?', [
        borrower,
        Buffer.from(entry.report, 'base64url'),
        idx,
      ]);
  }
}

async function* walkLedger(queryRunner: QueryRunner): AsyncGenerator<{ readonly idx: number; readonly entry: Transition }> {
  for (let after = -1; ;) {
    const rows = (await queryRunner.query(
      `SELECT idx, body FROM ledger_entry WHERE ledger_id = 0 AND idx > ? ORDER BY idx LIMIT ${String(PAGE)}`,
      [after],
    )) as { idx: number | string; body: Buffer }[]; // as the foundation's table holds them
    for (const { idx, body } of rows) yield { idx: Number(idx), entry: JSON.parse(body.toString('ascii')) as Transition };
    const last = rows.at(-1);
    if (!last) return;
    after = Number(last.idx);
  }
}

async function copyTransition(
  queryRunner: QueryRunner,
  idx: number,
  entry: Transition,
  borrowers: Map<string, Buffer>,
): Promise<void> {
  const id = Buffer.from(entry.consent, 'hex');
  const [owner] = (await queryRunner.query('SELECT borrower_ref, status_reason FROM arrangement WHERE arrangement_id = ?', [
    id,
  ])) as {
    borrower_ref: Buffer;
    status_reason: string | null;
  }[];
  if (!owner) throw new Error(`The ledger names the consent ${entry.consent}, which is not stored.`);
  borrowers.set(entry.subject, owner.borrower_ref);
  const ended = entry.action === 'revoke';
  await queryRunner.query(
    `INSERT INTO consent_event (borrower_ref, arrangement_id, set_ver, action, ver, status, status_reason, at_ms, ledger_idx)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      owner.borrower_ref, id, entry.set, entry.action, entry.to, ended ? 'REVOKED' : 'ACTIVE', ended ? owner.status_reason : null,
      entry.at, idx,
    ],
  ); // prettier-ignore
}
