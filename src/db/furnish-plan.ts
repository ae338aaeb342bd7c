import type { BorrowerKey, Keys, SealedPlace } from '../app/ports';
import { toStoredMonth } from '../core/credit/calendar';
import { FURNISHED_ENTITIES } from '../core/credit/furnished-fields';
import type { FurnishedRecord, RecordOf } from '../core/credit/furnished-record';
import { parseTarget, type TargetEntity } from '../core/credit/record-target';
import type { BorrowerIdentity } from '../core/identity/borrower-identity';
import type { Database, Row } from './database';
import { inList } from './dialect';
import { OutdatedPlan } from './furnish-world';
import {
  hex,
  type Plan,
  type PlannedBorrower,
  type PlannedRecord,
  type PlannedTarget,
  type RemarkEntity,
} from './planned-record';
import { RECORD_COLUMNS, toContent } from './record-columns';
import { borrowerRungs, drawnMonthOf } from './record-rungs';

export interface PlanTools {
  readonly keys: Keys;
  /** Sixteen random bytes: the internal name of a new borrower. */
  readonly newBorrowerRef: () => Buffer;
}

/** Parents before children, within a line. */
const rankOf = ({ entity }: FurnishedRecord): number => FURNISHED_ENTITIES.indexOf(entity);

/** Names of rows by the platform's own numbers, each computed once for a batch. */
interface RowNames {
  readonly lookupOf: (customerId: string) => Buffer;
  readonly accountIdOf: (accountNo: string) => Buffer;
  readonly recordIdOf: Readonly<Record<'loan' | RemarkEntity, (recordNo: string) => Buffer>>;
}

/** Looks up who the customers are, draws names for new borrowers, and seals what is to be stored of them. @throws OutdatedPlan. */
export async function planBatch(
  database: Database,
  tools: PlanTools,
  platformId: string,
  lines: readonly (readonly FurnishedRecord[])[],
): Promise<Plan> {
  const { keys } = tools;
  const idsOf = (entity: 'loan' | RemarkEntity) => remembering((recordNo) => keys.recordIdOf(platformId, entity, recordNo));
  const names: RowNames = {
    lookupOf: remembering((customerId) => keys.lookupOf({ idType: 'PLATFORM_CUSTOMER_ID', platformId, customerId })),
    accountIdOf: remembering((accountNo) => keys.accountIdOf(platformId, accountNo)),
    recordIdOf: { loan: idsOf('loan'), inquiry: idsOf('inquiry'), dispute: idsOf('dispute'), statement: idsOf('statement') },
  };
  const borrowers = lines.flat().filter((record) => record.entity === 'borrower');
  const persons = borrowers.map(({ values }) => ({
    customerId: values.customerId,
    lookup: names.lookupOf(values.customerId),
    document: documentLookup(keys, values.idType, values.idNumber, values.fullName),
  }));
  const { refOf, fresh } = await presumeBorrowers(database, tools, persons);
  const { borrowerKeys, wrappedKeys } = await loadKeys(database, keys, [...refOf.values()], fresh);
  const personOf = new Map<FurnishedRecord, Person | undefined>(borrowers.map((record, index) => [record, persons[index]]));
  const plan = (record: FurnishedRecord): PlannedRecord => {
    if (record.entity !== 'borrower') return planRecord(names, record);
    const person = personOf.get(record);
    const borrowerRef = refOf.get(record.values.customerId);
    const key = borrowerRef && borrowerKeys.get(hex(borrowerRef));
    if (!person || !key) throw new OutdatedPlan(); // erased since the look-up
    return planBorrower(platformId, record, person, borrowerRef, key);
  };
  const planned = lines.map((records) => [...records].sort((a, b) => rankOf(a) - rankOf(b)).map(plan));
  return { platformId, lines: planned, borrowerKeys, wrappedKeys };
}

function planBorrower(
  platformId: string,
  record: RecordOf<'borrower'>,
  { customerId, lookup, document }: Person,
  borrowerRef: Buffer,
  key: BorrowerKey,
): PlannedBorrower {
  const content = toContent(record);
  const { sealVersion } = key;
  const sealed = sealBorrower(key, platformId, { record, customerId, content });
  return { entity: 'borrower', record, customerId, lookup, documentLookup: document, borrowerRef, content, sealed, sealVersion };
}

function planRecord(names: RowNames, record: Exclude<FurnishedRecord, { entity: 'borrower' }>): PlannedRecord {
  const content = toContent(record);
  switch (record.entity) {
    case 'account': {
      const { accountNo, customerId } = record.values;
      const accountId = names.accountIdOf(accountNo);
      return { entity: 'account', record, content, accountNo, accountId, customerLookup: names.lookupOf(customerId) };
    }
    case 'monthlySummary': {
      const { accountNo, month } = record.values;
      const accountId = names.accountIdOf(accountNo);
      return { entity: 'monthlySummary', record, content, accountNo, accountId, month: toStoredMonth(month) };
    }
    case 'loan': {
      const { loanNo, accountNo, drawnOn } = record.values;
      const loanId = names.recordIdOf.loan(loanNo);
      return { entity: 'loan', record, content, loanNo, loanId, accountNo, drawnMonth: drawnMonthOf(drawnOn) };
    }
    case 'repayment': {
      const { loanNo, instalmentNo } = record.values;
      return { entity: 'repayment', record, content, loanNo, loanId: names.recordIdOf.loan(loanNo), instalmentNo };
    }
    case 'inquiry':
      return {
        entity: 'inquiry',
        record,
        content,
        target: null,
        ...numberedBy(names, 'inquiry', record.values.inquiryNo, record.values.customerId),
      };
    case 'dispute': {
      const { disputeNo, customerId, targetEntity, targetKey } = record.values;
      const target = planTarget(names, targetEntity, targetKey);
      return { entity: 'dispute', record, content, target, ...numberedBy(names, 'dispute', disputeNo, customerId) };
    }
    case 'statement': {
      const { statementNo, customerId, targetEntity, targetKey } = record.values;
      const target = targetEntity === null || targetKey === null ? null : planTarget(names, targetEntity, targetKey);
      return { entity: 'statement', record, content, target, ...numberedBy(names, 'statement', statementNo, customerId) };
    }
  }
}

function numberedBy(names: RowNames, entity: RemarkEntity, recordNo: string, customerId: string) {
  return { recordNo, recordId: names.recordIdOf[entity](recordNo), customerId, customerLookup: names.lookupOf(customerId) };
}

function planTarget(names: RowNames, entity: TargetEntity, key: string): PlannedTarget | null {
  const target = parseTarget(entity, key);
  switch (target?.entity) {
    case undefined:
      return null;
    case 'borrower':
      return { entity: 'borrower', lookup: names.lookupOf(target.customerId) };
    case 'account':
      return target;
    case 'monthlySummary':
      return { ...target, month: toStoredMonth(target.month) };
    case 'loan':
    case 'repayment':
      return { ...target, loanId: names.recordIdOf.loan(target.loanNo) };
    case 'inquiry':
      return { entity: 'inquiry', recordNo: target.inquiryNo, recordId: names.recordIdOf.inquiry(target.inquiryNo) };
  }
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
  if (fresh.length > 0) keys.refresh();
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

/** Sealed values of RECORD_COLUMNS. */
export function sealBorrower(
  key: BorrowerKey,
  platformId: string,
  { record, customerId, content }: Pick<PlannedBorrower, 'record' | 'customerId' | 'content'>,
): (Buffer | null)[] {
  const values = [...content, ...borrowerRungs(record)];
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
