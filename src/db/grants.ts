/** What an account does: serve requests, furnish records, act for the operator at the command line, or also erase persons and replace keys. */
export const ACCOUNTS = ['serve', 'furnish', 'operate', 'erase'] as const;
export type Account = (typeof ACCOUNTS)[number];

/** Rights on a table beside SELECT, which every account has: I inserts, U updates, D deletes. A row that is locked needs U. */
type Rights = '' | 'I' | 'U' | 'D' | 'IU' | 'ID' | 'UD' | 'IUD';
type RightsByAccount = readonly [serve: Rights, furnish: Rights, operate: Rights, erase: Rights];

const RECORDS = ['', 'IU', '', 'D'] as const;
const CONSENT_HISTORY = ['I', '', 'I', 'I'] as const;

/**
 * The least that each account needs (ledger.md, section 5). Nobody changes or deletes an entry of the ledger, a disclosure, a
 * version of a consent, an event, a receipt or a charge; DDL is for the account that migrates.
 */
export const RIGHTS = {
  migrations: ['', '', '', ''],
  institution: ['', 'U', 'IU', 'U'],
  platform_progress: ['', 'IU', '', ''],
  borrower_key: ['', 'IU', '', 'UD'],
  borrower_erasure: ['', '', '', 'ID'],
  key_encryption_key: ['', '', '', 'IU'],
  data_key_rotation: ['', '', '', 'IU'],
  identity_lookup: ['', 'IUD', '', 'UD'],
  customer: ['', 'IU', '', 'UD'],
  account_directory: ['', 'IU', '', 'D'],
  credit_account: RECORDS,
  monthly_summary: RECORDS,
  record_directory: ['', 'IU', '', 'D'],
  loan: RECORDS,
  repayment: RECORDS,
  inquiry: ['I', 'IU', '', 'D'],
  statement: RECORDS,
  dispute: RECORDS,
  record_revision: ['', 'I', '', 'UD'],
  import_run: ['', 'IU', '', ''],
  consent_head: ['IU', '', 'IU', 'IU'],
  arrangement: ['IU', '', 'U', 'U'],
  consent: CONSENT_HISTORY,
  evidence_use: CONSENT_HISTORY,
  idempotency: ['I', '', 'I', 'ID'],
  ledger_sequence: ['IU', '', 'IU', 'IU'],
  ledger_entry: ['I', '', 'I', 'I'],
  ledger_published: ['IU', '', '', ''],
  ledger_node: ['I', '', '', ''],
  consent_event: CONSENT_HISTORY,
  consent_receipt: CONSENT_HISTORY,
  consent_use: ['IU', '', 'IU', 'IU'],
  consent_charge: ['I', '', '', ''],
  consent_request: ['IU', '', '', 'U'],
  consent_request_slot: ['IU', '', '', 'UD'],
  consent_request_inbox: ['I', 'I', '', 'D'],
  borrower_status: ['', '', 'I', 'ID'],
  disclosure: ['I', '', '', ''],
} as const satisfies Record<string, RightsByAccount>;

const WORDS = { I: 'INSERT', U: 'UPDATE', D: 'DELETE' } as const;

/**
 * Statements that give a MariaDB account these rights and no others.
 *
 * @param account - As MariaDB writes it, such as `'gateway'@'10.0.0.%'`.
 */
export function grantsFor(what: Account, schema: string, account: string): readonly string[] {
  return Object.entries(RIGHTS).map(([table, rights]) => {
    const letters = [...rights[ACCOUNTS.indexOf(what)]!] as (keyof typeof WORDS)[]; // each has one for each account
    return `GRANT ${['SELECT', ...letters.map((letter) => WORDS[letter])].join(', ')} ON \`${schema}\`.\`${table}\` TO ${account};`;
  });
}
