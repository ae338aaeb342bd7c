import { randomBytes } from 'node:crypto';
import { columnsOf, FIELD_CATALOGUE, type FieldEntry, type RecordKind } from '../../src/core/credit/field-catalogue';
import type { SqlValue, Statement } from '../../src/db/database';
import { inquiryNoOf, loanNoOf } from './credit-history';
import {
  ALL_MONTHS, type Built, disputesOf, FIELDS, IN_PROGRESS, INQUIRIES, loansOf, PRODUCTS, REACH, statementsOf,
} from './world-fuzz'; // prettier-ignore
import type { World } from './world';
import type { Oracle } from './world-oracle';

interface Place {
  readonly world: World;
  readonly oracle: Oracle;
  readonly customerId: string;
  readonly ref: Buffer;
  readonly asNull: boolean;
}
interface Field extends FieldEntry {
  readonly columns: readonly string[];
}
/** One row by its key. */
interface Where {
  readonly table: string;
  readonly key: Readonly<Record<string, SqlValue>>;
}
interface Changes {
  readonly statements: readonly Statement[];
  readonly count: number;
}

/**
 * Changes of everything that is withheld of a person of the fuzz: other values, NULL, rows gone, rows more. What decides
 * whether a row is read at all stays where a released indicator reads it.
 *
 * @returns how many cells and rows were changed.
 */
export async function changeWithheld(world: World, { customerId, oracle }: Built, asNull: boolean): Promise<number> {
  const [person] = await world.rows('SELECT borrower_ref FROM customer WHERE customer_id = ?', [customerId]);
  const place: Place = { world, oracle, customerId, ref: person?.['borrower_ref'] as Buffer, asNull };
  const all = [
    ofIdentity(place),
    ...PRODUCTS.flatMap((product) => [ofAccount(place, product), ofLoans(place, product)]),
    ofInquiries(place),
    ofStatements(place),
    ofDisputes(place),
  ];
  await world.db.database.write(function* () {
    for (const { statements } of all) yield* statements;
  });
  return all.reduce((sum, { count }) => sum + count, 0);
}

// ------------------------------------------------------------------ statements

function fieldsOf(record: RecordKind): readonly Field[] {
  return FIELD_CATALOGUE.entries.flatMap((entry) => {
    const { source } = entry;
    return source.kind !== 'indicator' && source.record === record ? [{ ...entry, columns: columnsOf(source) }] : [];
  });
}

/** Every column of these fields but those that are open. */
function hiddenColumns(fields: readonly Field[], open: ReadonlySet<string>): readonly string[] {
  return [...new Set(fields.flatMap(({ columns }) => columns))].filter((column) => !open.has(column));
}

function collect(...parts: readonly (Changes | null)[]): Changes {
  const made = parts.filter((part) => part !== null);
  return { statements: made.flatMap(({ statements }) => statements), count: made.reduce((sum, { count }) => sum + count, 0) };
}

function update({ table, key }: Where, columns: readonly string[], value: (column: string) => SqlValue): Changes | null {
  if (columns.length === 0) return null;
  const [sets, where] = [columns, Object.keys(key)].map((names) => names.map((name) => `${name} = ?`));
  const sql = `UPDATE ${table} SET ${sets?.join(', ') ?? ''} WHERE ${where?.join(' AND ') ?? ''}`;
  return { statements: [{ sql, params: [...columns.map(value), ...Object.values(key)] }], count: columns.length };
}

function remove({ table, key }: Where): Changes {
  const where = Object.keys(key).map((name) => `${name} = ?`);
  return { statements: [{ sql: `DELETE FROM ${table} WHERE ${where.join(' AND ')}`, params: Object.values(key) }], count: 1 };
}

function insert(table: string, row: Readonly<Record<string, SqlValue>>): Changes {
  const whole = { ...row, as_of: '2026-04-15', revision: 1 };
  const marks = Object.keys(whole).map(() => '?');
  const sql = `INSERT INTO ${table} (${Object.keys(whole).join(', ')}) VALUES (${marks.join(', ')})`;
  return { statements: [{ sql, params: Object.values(whole) }], count: 1 };
}

/** Columns that a row cannot be without. */
const NEEDED = new Set([
  'drawn_month', 'drawn_on', 'principal_minor', 'due_on', 'due_amount_minor', 'inquired_on', 'institution_name', 'reason', 'is_hard', 'author',
  'text', 'made_on', 'received_on', 'answer_due_on', 'outcome',
]); // prettier-ignore
const other =
  (asNull: boolean) =>
  (column: string): SqlValue =>
    asNull && !NEEDED.has(column) ? null : strangeValue(column);

function strangeValue(column: string): string | number {
  if (/_on$/.test(column)) return '1999-09-09';
  if (/_minor$|_year$|_periods$|_end$|_count$|_days$|_instalments$|_month$|_bp$|^is_hard$/.test(column)) return 1_987;
  if (column === 'funding_shares' || column === 'special_events') return 'not even JSON';
  return column === 'repayment_status' ? '7' : 'ZZ';
}

// ------------------------------------------------------------------ identity, accounts, months

function ofIdentity({ oracle, ref, asNull }: Place): Changes {
  const sealed = fieldsOf('customer').filter(({ coordinate }) => !oracle.shows(coordinate, 'JIEBEI', null));
  const columns = hiddenColumns(sealed, new Set());
  return collect(update({ table: 'customer', key: { borrower_ref: ref } }, columns, () => (asNull ? null : randomBytes(40))));
}

/** Indicators of a product that are shown, and the months that they are worked out over. */
function indicatorsOf(oracle: Oracle, product: string): readonly { inputs: readonly string[]; months: readonly string[] }[] {
  return FIELDS.filter(({ windowMonths }) => windowMonths !== null).flatMap(({ coordinate, inputs }) => {
    const months = oracle.windowOf(coordinate, product);
    return months === null ? [] : [{ inputs, months }];
  });
}

function ofAccount({ world, oracle, customerId, ref, asNull }: Place, product: string): Changes {
  const accountId = world.keys.accountIdOf('platform-1', `${customerId}-${product}`);
  const indicators = indicatorsOf(oracle, product);
  const isInput = (coordinate: string, month: string | null): boolean =>
    indicators.some(({ inputs, months }) => inputs.includes(coordinate) && (month === null || months.includes(month)));
  const accounts = fieldsOf('account');
  const open = new Set(
    accounts
      .filter(({ coordinate }) => oracle.shows(coordinate, product, null) || isInput(coordinate, null))
      .flatMap(({ columns }) => columns),
  );
  const hidden = hiddenColumns(accounts, open).filter((column) => !['product', 'account_class'].includes(column));
  const made = [update({ table: 'credit_account', key: { borrower_ref: ref, account_id: accountId } }, hidden, other(asNull))];
  const fields = fieldsOf('month');
  const backwards = [IN_PROGRESS, ...REACH];
  let anything = open.size > 0 || indicators.length > 0;
  for (const month of ALL_MONTHS) {
    const at = backwards.indexOf(month);
    const openHere = new Set(
      fields
        .filter(({ coordinate, source }) =>
          source.kind === 'rolling'
            ? backwards.slice(Math.max(0, at - 5), at + 1).some((later) => oracle.shows(coordinate, product, later))
            : oracle.shows(coordinate, product, month) || isInput(coordinate, month),
        )
        .flatMap(({ columns }) => columns),
    );
    anything ||= openHere.size > 0;
    const row: Where = {
      table: 'monthly_summary',
      key: { borrower_ref: ref, account_id: accountId, month: Number(month.replace('-', '')) },
    };
    made.push(openHere.size === 0 && asNull ? remove(row) : update(row, hiddenColumns(fields, openHere), other(asNull)));
  }
  anything ||= oracle.shows('CreditAccount.loans', product, null);
  return collect(
    ...made,
    anotherMonth(ref, accountId, 201_901),
    anotherAccount(ref, 'platform-2', product),
    anything ? null : anotherAccount(ref, 'platform-1', product),
  );
}

function anotherAccount(ref: Buffer, platformId: string, product: string): Changes {
  const id = randomBytes(8);
  const account = insert('credit_account', {
    borrower_ref: ref, account_id: id, platform_id: platformId, customer_id: 'extra', account_no: id.toString('hex'), product, currency: 'CNY',
    account_class: 'D1', joint: 0,
  }); // prettier-ignore
  return collect(account, anotherMonth(ref, id, 202_603), anotherLoan(ref, id, '2026-03-03'));
}

function anotherMonth(ref: Buffer, accountId: Buffer, month: number): Changes {
  return insert('monthly_summary', {
    borrower_ref: ref, account_id: accountId, month, loan_count: 77, borrowed_amount_minor: 777_777, adverse: 0,
  }); // prettier-ignore
}

// ------------------------------------------------------------------ loans and repayments

/** Days of loans that may be more than there are, on both sides of the dates that consents begin and end their data at. */
const MORE_DAYS = [
  '2025-09-10',
  '2025-11-14',
  '2025-11-15',
  '2025-12-31',
  '2026-01-15',
  '2026-02-28',
  '2026-03-02',
  '2026-04-09',
];

function anotherLoan(ref: Buffer, accountId: Buffer, drawnOn: string, more: { cancelled?: 1; dueOn?: null } = {}): Changes {
  const id = randomBytes(8);
  const key = { borrower_ref: ref, account_id: accountId, loan_id: id };
  const loan = insert('loan', {
    ...key, loan_no: id.toString('hex'), drawn_month: Number(drawnOn.slice(0, 7).replace('-', '')), drawn_on: drawnOn, principal_minor: 98_765,
    cancelled: more.cancelled ?? 0, adverse: 0,
  }); // prettier-ignore
  if (more.dueOn === null) return loan;
  return collect(loan, insert('repayment', { ...key, instalment_no: 1, due_on: drawnOn, due_amount_minor: 9_876, adverse: 0 }));
}

function ofLoans({ world, oracle, customerId, ref, asNull }: Place, product: string): Changes {
  const accountId = world.keys.accountIdOf('platform-1', `${customerId}-${product}`);
  const inputs = indicatorsOf(oracle, product).flatMap((indicator) => indicator.inputs);
  const reads = { loans: inputs.some((name) => name.startsWith('Loan.')), instalments: inputs.some((name) => name.startsWith('Repayment.')) };
  const made: (Changes | null)[] = [];
  for (const [at, { drawnOn, repayments = [] }] of loansOf(0, product).entries()) {
    const loanId = world.keys.recordIdOf('platform-1', 'loan', loanNoOf(customerId, product, at));
    const key = { borrower_ref: ref, account_id: accountId, loan_id: loanId };
    const isListed = oracle.showsOn('CreditAccount.loans', product, drawnOn);
    const fields = fieldsOf('loan');
    const shown = fields.filter(({ coordinate }) => oracle.showsOn(coordinate, product, drawnOn)).flatMap(({ columns }) => columns);
    const open = new Set([...shown, ...(isListed || reads.loans ? ['drawn_on'] : []), ...(reads.loans ? ['settled_on'] : [])]);
    const isGone = asNull && !isListed && !reads.loans && !reads.instalments;
    made.push(isGone ? remove({ table: 'loan', key }) : update({ table: 'loan', key }, hiddenColumns(fields, open), other(asNull)));
    for (const [index, { dueOn }] of repayments.entries()) {
      const row: Where = { table: 'repayment', key: { ...key, instalment_no: index + 1 } };
      const isBelow = [drawnOn, String(dueOn)].every((day) => oracle.showsOn('Loan.repayments', product, day));
      const ofInstalment = fieldsOf('repayment');
      const visible = isBelow
        ? ofInstalment.filter(({ coordinate }) => oracle.showsOn(coordinate, product, String(dueOn))).flatMap(({ columns }) => columns)
        : [];
      const needed = [...(isBelow || reads.instalments ? ['due_on'] : []), ...(reads.instalments ? ['paid_on'] : [])];
      const hidden = hiddenColumns(ofInstalment, new Set([...visible, ...needed]));
      made.push(asNull && !isBelow && !reads.instalments ? remove(row) : update(row, hidden, other(asNull)));
    }
  }
  for (const day of MORE_DAYS) {
    made.push(anotherLoan(ref, accountId, day, { cancelled: 1 }));
    if (!oracle.showsOn('CreditAccount.loans', product, day) && !reads.loans)
      made.push(anotherLoan(ref, accountId, day, reads.instalments ? { dueOn: null } : {}));
  }
  return collect(...made, anotherLoan(ref, accountId, '2019-01-05'));
} // prettier-ignore

// ------------------------------------------------------------------ inquiries, statements, disputes

function anotherInquiry(ref: Buffer, inquiredOn: string, platformId = 'platform-1'): Changes {
  const id = randomBytes(8);
  return insert('inquiry', {
    borrower_ref: ref, platform_id: platformId, inquiry_id: id, inquiry_no: id.toString('hex'), inquired_on: inquiredOn, institution_name: 'More',
    reason: '02', is_hard: 1,
  }); // prettier-ignore
}

function ofInquiries({ world, oracle, customerId, ref, asNull }: Place): Changes {
  const counts = indicatorsOf(oracle, 'JIEBEI').some(({ inputs }) => inputs.includes('Inquiry.isHard'));
  const isListedOn = (day: string): boolean => oracle.showsOn('CreditReport.inquiries', 'JIEBEI', day);
  const rows = INQUIRIES.map(({ inquiredOn }, at) => {
    const inquiryId = world.keys.recordIdOf('platform-1', 'inquiry', inquiryNoOf(customerId, at));
    const row: Where = { table: 'inquiry', key: { borrower_ref: ref, platform_id: 'platform-1', inquiry_id: inquiryId } };
    if (asNull && !counts && !isListedOn(inquiredOn)) return remove(row);
    const fields = fieldsOf('inquiry');
    const shown = fields.filter(({ coordinate }) => oracle.showsOn(coordinate, 'JIEBEI', inquiredOn));
    const open = [
      ...shown.flatMap(({ columns }) => columns),
      ...(counts || isListedOn(inquiredOn) ? ['inquired_on'] : []),
      ...(counts ? ['institution_name', 'is_hard'] : []),
    ];
    return update(row, hiddenColumns(fields, new Set(open)), other(asNull));
  });
  const more = MORE_DAYS.filter((day) => !counts && !isListedOn(day)).map((day) => anotherInquiry(ref, day));
  const never = [anotherInquiry(ref, '2026-04-15'), anotherInquiry(ref, '2024-04-14')];
  return collect(...rows, ...more, ...never, anotherInquiry(ref, '2026-03-03', 'platform-2'));
}

/** Is nothing shown of the record that somebody states something about? */
function isTargetHidden(oracle: Oracle, entity: string, key: string): boolean {
  const product = PRODUCTS.find((one) => key.includes(one)) ?? '';
  const [, at = '', instalmentNo = ''] = /-L(\d+)(?:\/(\d+))?$/.exec(key) ?? [];
  const loan = loansOf(0, product)[Number(at)];
  switch (entity) {
    case 'account':
      return fieldsOf('account').every(({ coordinate }) => !oracle.shows(coordinate, product, null));
    case 'monthlySummary':
      return fieldsOf('month').every(({ coordinate }) => !oracle.shows(coordinate, product, key.slice(-7)));
    case 'loan':
      return !oracle.showsOn('CreditAccount.loans', product, loan?.drawnOn ?? '');
    default: {
      const days = [loan?.drawnOn ?? '', String(loan?.repayments?.[Number(instalmentNo) - 1]?.['dueOn'])];
      return days.some((day) => !oracle.showsOn('Loan.repayments', product, day));
    }
  }
}

function ofStatements({ world, oracle, customerId, ref, asNull }: Place): Changes {
  const isListed = oracle.shows('CreditReport.statements', 'JIEBEI', null);
  const fields = fieldsOf('statement');
  const shown = fields.filter(({ coordinate }) => oracle.shows(coordinate, 'JIEBEI', null));
  const order = isListed ? ['made_on'] : [];
  const rows = statementsOf(customerId).map(({ targetEntity, targetKey }, at) => {
    const statementId = world.keys.recordIdOf('platform-1', 'statement', `${customerId}-S${String(at)}`);
    const row: Where = { table: 'statement', key: { borrower_ref: ref, platform_id: 'platform-1', statement_id: statementId } };
    const isHidden = !isListed || (targetEntity !== undefined && isTargetHidden(oracle, String(targetEntity), String(targetKey)));
    if (isHidden && asNull) return remove(row);
    const open = isHidden ? [] : [...order, ...shown.flatMap(({ columns }) => columns)];
    return update(row, hiddenColumns(fields, new Set(open)), other(asNull));
  });
  const more = (platformId: string): Changes => {
    const id = randomBytes(8);
    return insert('statement', {
      borrower_ref: ref, platform_id: platformId, statement_id: id, statement_no: id.toString('hex'), customer_id: customerId, author: 'BUREAU',
      text: 'One more.', made_on: '2026-04-01',
    }); // prettier-ignore
  };
  return collect(...rows, more('platform-2'), isListed ? null : more('platform-1'));
}

function ofDisputes({ world, oracle, customerId, ref, asNull }: Place): Changes {
  const rows = disputesOf(customerId).map(({ targetEntity, targetKey, targetField }, at) => {
    const [product = '', key] = [PRODUCTS.find((one) => String(targetKey).includes(one)), String(targetKey)];
    const [, no = '', instalmentNo = ''] = /-L(\d+)(?:\/(\d+))?$/.exec(key) ?? [];
    const loan = loansOf(0, product)[Number(no)];
    const dueOn = String(loan?.repayments?.[Number(instalmentNo) - 1]?.['dueOn']);
    const isHidden = {
      account: () => !oracle.shows(targetField, product, null),
      monthlySummary: () => !oracle.shows(targetField, product, key.slice(-7)),
      loan: () => !oracle.showsOn(targetField, product, loan?.drawnOn ?? ''),
      repayment: () => ![loan?.drawnOn ?? '', dueOn].every((day) => oracle.showsOn('Loan.repayments', product, day)) || !oracle.showsOn(targetField, product, dueOn),
    }[String(targetEntity)];
    if (!isHidden?.()) return null;
    const disputeId = world.keys.recordIdOf('platform-1', 'dispute', `${customerId}-D${String(at)}`);
    const row: Where = { table: 'dispute', key: { borrower_ref: ref, platform_id: 'platform-1', dispute_id: disputeId } };
    return asNull ? remove(row) : update(row, ['received_on', 'answer_due_on', 'outcome'], other(false));
  });
  const withheld = PRODUCTS.flatMap((product) =>
    fieldsOf('month').filter(({ coordinate }) => !oracle.shows(coordinate, product, '2026-03')).map(({ coordinate }): Changes => {
      const id = randomBytes(8);
      return insert('dispute', {
        borrower_ref: ref, platform_id: 'platform-1', dispute_id: id, dispute_no: id.toString('hex'), customer_id: customerId, target_entity: 'monthlySummary',
        target_key: 'more', target_field: coordinate, received_on: '2026-04-06', answer_due_on: '2026-04-26', outcome: 'OPEN', month: 202_603,
        account_id: world.keys.accountIdOf('platform-1', `${customerId}-${product}`),
      });
    }),
  );
  return collect(...rows, ...withheld);
} // prettier-ignore
