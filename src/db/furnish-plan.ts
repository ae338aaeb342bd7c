import type { BorrowerKey, Keys, SealedPlace } from '../app/ports';
import { toStoredMonth } from '../core/credit/calendar';
import type { FurnishedRecord, RecordOf } from '../core/credit/furnished-record';
import { GatewayError } from '../core/errors';
import type { BorrowerIdentity } from '../core/identity/borrower-identity';
import type { Database, Row, SqlValue } from './database';
import { borrowerRungs, type Content, RECORD_COLUMNS, toContent } from './record-columns';

/** A record with everything that can be computed before the transaction: keys of rows, columns, ciphertext. */
export type PlannedRecord = PlannedBorrower | PlannedAccount | PlannedMonth;
export interface PlannedBorrower {
  readonly entity: 'borrower';
  readonly record: RecordOf<'borrower'>;
  readonly customerId: string;
  readonly lookup: Buffer;
  /** null: not findable by document. */
  readonly documentLookup: Buffer | null;
  /** Whom the customer is presumed to be; the transaction checks it. */
  readonly borrowerRef: Buffer;
  readonly content: Content;
  /** Values of RECORD_COLUMNS. */
  readonly sealed: readonly (Buffer | null)[];
}
export interface PlannedAccount {
  readonly entity: 'account';
  readonly record: RecordOf<'account'>;
  readonly accountNo: string;
  readonly accountId: Buffer;
  readonly customerLookup: Buffer;
  readonly content: Content;
}
export interface PlannedMonth {
  readonly entity: 'monthlySummary';
  readonly record: RecordOf<'monthlySummary'>;
  readonly accountNo: string;
  readonly accountId: Buffer;
  readonly month: number;
  readonly content: Content;
}

/** The records of one batch, ready for the transaction. */
export interface Plan {
  readonly platformId: string;
  readonly lines: readonly (readonly PlannedRecord[])[];
  /** Unwrapped keys by borrower, hexadecimal. */
  readonly borrowerKeys: ReadonlyMap<string, BorrowerKey>;
  /** Wrapped keys of borrowers made for this batch, by borrower. */
  readonly wrappedKeys: ReadonlyMap<string, Buffer>;
}

export interface PlanTools {
  readonly keys: Keys;
  /** Sixteen random bytes: the internal name of a new borrower. */
  readonly newBorrowerRef: () => Buffer;
}

/** Parents before children, within a line. */
const RANK = { borrower: 0, account: 1, monthlySummary: 2 } as const;

/** Looks up who the customers are, draws names for new borrowers, and seals what is to be stored of them. */
export async function planBatch(
  database: Database,
  tools: PlanTools,
  platformId: string,
  lines: readonly (readonly FurnishedRecord[])[],
): Promise<Plan> {
  const { keys } = tools;
  const lookupOf = remembering((customerId) => keys.lookupOf({ idType: 'PLATFORM_CUSTOMER_ID', platformId, customerId }));
  const accountIdOf = remembering((accountNo) => keys.accountIdOf(platformId, accountNo));
  const borrowers = lines.flat().filter((record) => record.entity === 'borrower');
  const persons = borrowers.map(({ values }) => ({
    customerId: values.customerId,
    lookup: lookupOf(values.customerId),
    document: documentLookup(keys, values.idType, values.idNumber, values.fullName),
  }));
  const { refOf, fresh } = await presumeBorrowers(database, tools, persons);
  const { borrowerKeys, wrappedKeys } = await loadKeys(database, keys, [...refOf.values()], fresh);
  const plan = (record: FurnishedRecord): PlannedRecord => {
    const content = toContent(record);
    if (record.entity === 'borrower') {
      const { customerId, idType, idNumber, fullName } = record.values;
      const borrowerRef = refOf.get(customerId) ?? Buffer.alloc(0);
      const key = borrowerKeys.get(borrowerRef.toString('hex'));
      if (!key) throw new GatewayError('SERVICE_ERROR', 'The data key of a stored borrower is missing.');
      const sealed = sealColumns(key, platformId, customerId, [...content, ...borrowerRungs(record)]);
      const document = documentLookup(keys, idType, idNumber, fullName);
      return {
        entity: 'borrower',
        record,
        customerId,
        lookup: lookupOf(customerId),
        documentLookup: document,
        borrowerRef,
        content,
        sealed,
      };
    }
    const { accountNo } = record.values;
    const accountId = accountIdOf(accountNo);
    return record.entity === 'account'
      ? { entity: 'account', record, accountNo, accountId, customerLookup: lookupOf(record.values.customerId), content }
      : { entity: 'monthlySummary', record, accountNo, accountId, month: toStoredMonth(record.values.month), content };
  };
  const planned = lines.map((records) => [...records].sort((a, b) => RANK[a.entity] - RANK[b.entity]).map(plan));
  return { platformId, lines: planned, borrowerKeys, wrappedKeys };
}

/** The lookup of a document; null unless number and full name are both known and the document is one that names a person. */
export function documentLookup(keys: Keys, idType: unknown, idNumber: unknown, fullName: unknown): Buffer | null {
  if (idType !== 'RESIDENT_ID_CARD' && idType !== 'PASSPORT') return null;
  if (typeof idNumber !== 'string' || typeof fullName !== 'string') return null;
  return keys.lookupOf({ idType, idNumber, fullName } satisfies BorrowerIdentity);
}

/** Where a column of a customer is sealed. */
export function customerPlace(platformId: string, customerId: string, column: string): SealedPlace {
  return { table: 'customer', column, row: `${platformId}/${customerId}` };
}

/** `column IN (?, …)` and its parameters. */
export function inList(column: string, values: readonly SqlValue[]): string {
  return `${column} IN (${values.map(() => '?').join(', ')})`;
}

interface Person {
  readonly customerId: string;
  readonly lookup: Buffer;
  readonly document: Buffer | null;
}

/**
 * A known customer stays the borrower it is; a new one joins the borrower whom its document names, on whatever platform; else
 * it is a new borrower. Two stored borrowers are never merged.
 */
async function presumeBorrowers(
  database: Database,
  { newBorrowerRef }: PlanTools,
  persons: readonly Person[],
): Promise<{ refOf: ReadonlyMap<string, Buffer>; fresh: readonly Buffer[] }> {
  const wanted = [
    ...new Map(
      persons.flatMap(({ lookup, document }) => [lookup, ...(document ? [document] : [])]).map((l) => [hex(l), l]),
    ).values(),
  ];
  const rows =
    wanted.length === 0
      ? []
      : await database.read(`SELECT lookup, borrower_ref FROM identity_lookup WHERE ${inList('lookup', wanted)}`, wanted);
  const known = toLookupMap(rows);
  const refOf = new Map<string, Buffer>();
  const fresh: Buffer[] = [];
  for (const { customerId, lookup, document } of persons) {
    let ref = known.get(hex(lookup)) ?? (document ? known.get(hex(document)) : undefined);
    if (!ref) fresh.push((ref = newBorrowerRef()));
    known.set(hex(lookup), ref);
    if (document && !known.has(hex(document))) known.set(hex(document), ref);
    refOf.set(customerId, ref);
  }
  return { refOf, fresh };
}

export function toLookupMap(rows: readonly Row[]): Map<string, Buffer> {
  return new Map(rows.map((row) => [hex(row['lookup'] as Buffer), row['borrower_ref'] as Buffer]));
}

async function loadKeys(
  database: Database,
  keys: Keys,
  refs: readonly Buffer[],
  fresh: readonly Buffer[],
): Promise<Pick<Plan, 'borrowerKeys' | 'wrappedKeys'>> {
  const wrappedKeys = new Map(fresh.map((ref) => [hex(ref), keys.newBorrowerKey(ref)]));
  const stored = refs.filter((ref) => !wrappedKeys.has(hex(ref)));
  const sql = `SELECT borrower_ref, wrapped_key FROM borrower_key WHERE ${inList('borrower_ref', stored)}`;
  const rows = stored.length === 0 ? [] : await database.read(sql, stored);
  const borrowerKeys = new Map(
    fresh.map((ref) => [hex(ref), keys.borrowerKey(ref, wrappedKeys.get(hex(ref)) ?? Buffer.alloc(0))]),
  );
  for (const row of rows) {
    const ref = row['borrower_ref'] as Buffer;
    borrowerKeys.set(hex(ref), keys.borrowerKey(ref, row['wrapped_key'] as Buffer));
  }
  return { borrowerKeys, wrappedKeys };
}

/** @param values - Those of RECORD_COLUMNS. */
function sealColumns(key: BorrowerKey, platformId: string, customerId: string, values: Content): (Buffer | null)[] {
  return RECORD_COLUMNS.borrower.map((column, index) => {
    const value = values[index] ?? null;
    return value === null ? null : key.seal(customerPlace(platformId, customerId, column), String(value));
  });
}

function remembering(compute: (id: string) => Buffer): (id: string) => Buffer {
  const known = new Map<string, Buffer>();
  return (id) => {
    const found = known.get(id) ?? compute(id);
    known.set(id, found);
    return found;
  };
}

export function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}
