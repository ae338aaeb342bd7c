import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { furnishRecords, type FurnishRequest, type FurnishResult, type ImportFormat } from '../../src/app/credit/furnish-records';
import type { FurnishInput } from '../../src/app/credit/furnish-file';
import type { FurnishStore, InstitutionRegister, Keys } from '../../src/app/ports';
import { toEpochDay } from '../../src/core/credit/calendar';
import type { Database, Row, SqlValue } from '../../src/db/database';
import { createFurnishStore } from '../../src/db/furnish-store';
import { createInstitutionStore } from '../../src/db/institution-store';
import { openFurnishedFile } from '../../src/files/open-furnished-file';
import { openRejectsFile } from '../../src/files/rejects-file';
import { createKeyring } from '../../src/keys/keyring';
import type { TestDatabase } from './databases';

export const TODAY = '2026-02-10';
export const ROOT_SECRET = '42'.repeat(32);

export type RawRecord = Readonly<Record<string, unknown>>;
export const aBorrower = (customerId: string, more: RawRecord = {}): RawRecord => ({
  entity: 'borrower',
  customerId,
  asOf: '2026-01-31',
  ...more,
});
export const anAccount = (accountNo: string, customerId: string, more: RawRecord = {}): RawRecord => ({
  entity: 'account', accountNo, customerId, product: 'HUABEI', accountClass: 'R1', currency: 'CNY', asOf: '2026-01-31', ...more,
}); // prettier-ignore
export const aMonth = (accountNo: string, month: string, more: RawRecord = {}): RawRecord => ({
  entity: 'monthlySummary', accountNo, month, asOf: '2026-01-31', ...more,
}); // prettier-ignore
/** Drawn on 2025-03-04: CNY 1,000. */
export const aLoan = (loanNo: string, accountNo: string, more: RawRecord = {}): RawRecord => ({
  entity: 'loan', loanNo, accountNo, drawnOn: '2025-03-04', principalMinor: 100_000, asOf: '2026-01-31', ...more,
}); // prettier-ignore
export const aRepayment = (loanNo: string, instalmentNo: number, more: RawRecord = {}): RawRecord => ({
  entity: 'repayment', loanNo, instalmentNo, dueOn: '2025-04-04', dueAmountMinor: 100_500, asOf: '2026-01-31', ...more,
}); // prettier-ignore
export const anInquiry = (inquiryNo: string, customerId: string, more: RawRecord = {}): RawRecord => ({
  entity: 'inquiry', inquiryNo, customerId, inquiredOn: '2025-12-01', institutionName: 'Bank B', reason: '02', asOf: '2026-01-31',
  ...more,
}); // prettier-ignore
export const aDispute = (disputeNo: string, customerId: string, more: RawRecord = {}): RawRecord => ({
  entity: 'dispute', disputeNo, customerId, targetEntity: 'account', targetKey: 'a1', targetField: 'CreditAccount.status',
  receivedOn: '2026-01-15', asOf: '2026-01-31', ...more,
}); // prettier-ignore
export const aStatement = (statementNo: string, customerId: string, more: RawRecord = {}): RawRecord => ({
  entity: 'statement', statementNo, customerId, author: 'BORROWER', text: '我已按时还款。', madeOn: '2026-01-20', asOf: '2026-01-31',
  ...more,
}); // prettier-ignore

export interface Reject {
  readonly line: number;
  readonly entity: string | null;
  readonly key: string | null;
  readonly code: string;
  readonly field: string | null;
}

/** A gateway's furnishing side over a test database, with a folder for files. */
export interface Furnishing {
  readonly database: Database;
  readonly keys: Keys;
  readonly store: FurnishStore;
  readonly institutions: InstitutionRegister;
  readonly folder: string;
  write(name: string, records: readonly RawRecord[]): string;
  /** The same as CSV, without its column `entity`: records of one entity with the same fields. */
  writeCsv(name: string, records: readonly RawRecord[]): string;
  /** Opened files with rejects in this folder. */
  inputs(files: readonly string[], format: ImportFormat): readonly FurnishInput[];
  /** Furnishes files, as the command does. */
  run(files: readonly string[], more?: Partial<FurnishRequest>): Promise<readonly FurnishResult[]>;
  /** Furnishes records as one NDJSON file and tells the counts. */
  furnish(records: readonly RawRecord[], more?: Partial<FurnishRequest>): Promise<FurnishResult>;
  rejects(result: FurnishResult): readonly Reject[];
  rows(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  count(table: string): Promise<number>;
  remove(): void;
}

export async function aFurnishing({ database }: TestDatabase, platforms: readonly string[] = ['ant']): Promise<Furnishing> {
  const keys = createKeyring(Buffer.from(ROOT_SECRET, 'hex'));
  const store = createFurnishStore(database, { keys, newBorrowerRef: () => randomBytes(16) });
  const institutions = createInstitutionStore(database);
  const folder = mkdtempSync(path.join(tmpdir(), 'furnishing-'));
  for (const institutionId of platforms)
    await institutions.add({
      institutionId,
      kind: 'PLATFORM',
      legalName: institutionId,
      contact: null,
      purposes: [],
      historical: false,
    });
  const write = (name: string, records: readonly RawRecord[]): string => {
    const file = path.join(folder, name);
    writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return file;
  };
  const writeCsv = (name: string, records: readonly RawRecord[]): string => {
    const file = path.join(folder, name);
    const columns = Object.keys(records[0] ?? {}).filter((column) => column !== 'entity');
    const lines = [
      columns,
      ...records.map((record) => columns.map((column) => `"${String(record[column] ?? '').replaceAll('"', '""')}"`)),
    ];
    writeFileSync(file, lines.map((cells) => `${cells.join(',')}\r\n`).join(''));
    return file;
  };
  const inputs = (files: readonly string[], format: ImportFormat): readonly FurnishInput[] =>
    files.map((file) => ({
      file: openFurnishedFile(file, format),
      rejects: openRejectsFile(path.join(folder, `${path.basename(file)}.rejects`)),
    }));
  const run = (files: readonly string[], more: Partial<FurnishRequest> = {}): Promise<readonly FurnishResult[]> => {
    const format: ImportFormat = more.format ?? 'canonical-ndjson';
    const request = {
      platformId: 'ant',
      inputs: inputs(files, format),
      production: false,
      todayDay: toEpochDay(TODAY),
      batchLines: 500,
      ...more,
      format,
    };
    return furnishRecords({ institutions, store }, request);
  };
  const rows = (sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> => database.read(sql, params);
  let files = 0;
  return {
    database, keys, store, institutions, folder, write, writeCsv, inputs, run, rows,
    async furnish(records, more) {
      const [result] = await run([write(`furnished-${(files += 1)}.ndjson`, records)], more);
      if (!result) throw new Error('nothing was furnished');
      return result;
    },
    rejects: ({ rejectsFile }) =>
      rejectsFile === null || !existsSync(rejectsFile)
        ? []
        : readFileSync(rejectsFile, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Reject),
    count: async (table) => Number((await rows(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n']),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }; // prettier-ignore
}
