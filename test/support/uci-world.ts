import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { furnishRecords } from '../../src/app/credit/furnish-records';
import type { ReportQuestion } from '../../src/app/credit/release-report';
import { hashOfDocument } from '../../src/core/consent/consent-document';
import { dayOf } from '../../src/core/credit/calendar';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import type { Actor } from '../../src/core/identity/actor';
import type { Row, Script, SqlValue } from '../../src/db/database';
import { insertSql } from '../../src/db/dialect';
import { openFurnishedFile } from '../../src/files/open-furnished-file';
import { openRejectsFile } from '../../src/files/rejects-file';
import { BANK_A, PLATFORM } from './builders';
import type { OpenTestDatabase } from './databases';
import type { Cell, Cells } from './uci-oracle';
import { CUSTOMER, EVERYTHING, openWorld, type Report, type World } from './world';

/** Every cluster that the purpose admits and that has fields, for every product. */
const EVERY_PERMISSION = '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL';
const BANK: Actor = { role: 'BANK', partyId: BANK_A, tokenHash: '0'.repeat(64) };
const BATCH = 250;
const MONTHS_BACK = 60;

/**
 * A gateway whose only platform has furnished a file in the layout of the UCI data set.
 *
 * @param file - A path, or the file's text.
 * @throws Error if not all of `clients` were accepted.
 */
export async function openUciWorld(
  open: OpenTestDatabase,
  file: { readonly path: string } | { readonly text: string },
  clients: number,
): Promise<World> {
  const world = await openWorld(open, { furnished: false });
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-uci-'));
  try {
    const furnished = 'path' in file ? file.path : path.join(folder, 'clients.csv');
    if ('text' in file) writeFileSync(furnished, file.text);
    const rejects = openRejectsFile(path.join(folder, 'rejects.ndjson'));
    const [result] = await furnishRecords(
      { institutions: world.stores.institutions, store: world.stores.furnishStore },
      {
        platformId: PLATFORM,
        format: 'uci-credit-card',
        inputs: [{ file: openFurnishedFile(furnished, 'uci-credit-card'), rejects }],
        production: false,
        todayDay: dayOf(world.clock.nowMs),
      },
    );
    if (result?.accepted !== clients) throw new Error(`the file was not accepted: ${JSON.stringify(result)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    world.spy.executed.length = 0;
  }
  return world;
}

/** Grants the bank everything through the API, for each of these clients. */
export async function grantEverything(world: World, ids: readonly string[]): Promise<void> {
  for (const id of ids) await world.grant({ borrower: CUSTOMER(id), scopes: EVERY_PERMISSION });
}

/**
 * Copies one client's consent to everybody who has none, with ids and hashes of their own: what so many grants would have
 * left behind, but for ledger entries and receipts, in a fraction of the time.
 */
export async function copyConsent(world: World, fromId: string): Promise<void> {
  const one = async (sql: string, params: readonly SqlValue[]): Promise<Row> => {
    const [row] = await world.rows(sql, params);
    if (!row) throw new Error(`no row: ${sql}`);
    return row;
  };
  const arrangement = await one('SELECT * FROM arrangement WHERE customer_id = ?', [fromId]);
  const from = [arrangement['borrower_ref'] as Buffer];
  const consent = await one('SELECT * FROM consent WHERE borrower_ref = ?', from);
  const head = await one('SELECT * FROM consent_head WHERE borrower_ref = ?', from);
  const others = await world.rows(
    'SELECT borrower_ref, customer_id FROM customer WHERE borrower_ref NOT IN (SELECT borrower_ref FROM arrangement)',
  );
  const oldId = (arrangement['arrangement_id'] as Buffer).toString('hex');
  for (let start = 0; start < others.length; start += BATCH) {
    const copies = others.slice(start, start + BATCH).map((person) => {
      const arrangement_id = randomBytes(16);
      const document = (consent['document'] as string).replaceAll(oldId, arrangement_id.toString('hex'));
      const hash = Buffer.from(hashOfDocument(document), 'hex');
      return {
        arrangement: { ...arrangement, ...person, arrangement_id },
        consent: { ...consent, borrower_ref: person['borrower_ref'] ?? null, arrangement_id, document, hash },
        consent_head: { ...head, borrower_ref: person['borrower_ref'] ?? null },
      };
    });
    await world.db.database.write(function* () {
      for (const table of ['arrangement', 'consent', 'consent_head'] as const)
        yield* insertRows(table, copies.map((copy) => copy[table])); // prettier-ignore
    });
  }
}

function* insertRows(table: string, rows: readonly Row[]): Script<void> {
  const names = Object.keys(rows[0] ?? {});
  const params = rows.flatMap((row) => names.map((name) => (row[name] ?? null) as SqlValue)); // what a SELECT gave
  yield { sql: insertSql(table, names, rows.length), params };
}

/** One client's report by the whole way: token, GraphQL, guard, ledger. */
export function askGraphql(world: World, id: string): Promise<Report> {
  return world.report({ borrower: CUSTOMER(id), select: EVERYTHING });
}

/** The same report as the door opens it: decided, read, computed and projected, but neither guarded nor recorded. */
export async function askDoor(world: World, id: string): Promise<Report> {
  const question: ReportQuestion = {
    identity: { idType: 'PLATFORM_CUSTOMER_ID', platformId: PLATFORM, customerId: id },
    purpose: 'MORTGAGE_ORIGINATION',
    viewer: { kind: 'recipient', requestId: `uci-${id}` },
    asked: FIELD_CATALOGUE.entries,
    listsDisputes: false,
    loansFirst: 0,
    product: null,
    monthsBack: MONTHS_BACK,
    operationHash: 'uci',
  };
  const { report } = await world.gateway.app.door.open(BANK, question);
  const accounts = report.accounts.map(({ months, asOf, knownProduct, items, ...account }) => ({
    ...account,
    monthlySummaries: months,
  }));
  const { identity, summary, inquiries, statements } = report;
  return { identity, summary, accounts, inquiries, statements };
}

/**
 * The report in the oracle's notation; nothing of it is left out but the random reference of the account.
 *
 * @throws Error if a row of the basis or a month stands there twice.
 */
export function cellsOf({ identity, summary, accounts }: Report): Cells {
  const cells: Record<string, Cell> = { accounts: accounts?.length ?? 0 };
  const put = (prefix: string, record: object): void => {
    for (const [name, value] of Object.entries(record) as [string, Cell][]) {
      if (`${prefix}.${name}` in cells) throw new Error(`${prefix}.${name} is told twice`);
      cells[`${prefix}.${name}`] = value;
    }
  };
  const { basis, ...indicators } = summary;
  put('identity', identity);
  put('summary', indicators);
  for (const { field, products, ...row } of (basis ?? []) as readonly BasisRow[])
    put(`basis.${field.replace('CreditSummary.', '')}`, { products: products.join(' '), ...row });
  for (const { accountRef, monthlySummaries, ...account } of accounts ?? []) {
    put('account', account);
    cells['months'] = (monthlySummaries ?? []).map(({ month }) => month).join(' ');
    for (const { month, ...values } of monthlySummaries ?? []) put(String(month), values);
  }
  return cells;
}
/** A row of the schema's IndicatorBasis. */
interface BasisRow {
  readonly field: string;
  readonly products: readonly string[];
}
