import type { BorrowerKey, Keys } from '../app/ports';
import type { CorrectedBorrower, CorrectedPage, RecordHistory, RevisedRecord, RevisionReader } from '../app/record-ports';
import { type EpochMs, fromStoredMonth } from '../core/credit/calendar';
import type { Product } from '../core/credit/codes';
import { isFurnishedEntity } from '../core/credit/furnished-record';
import type { ServedRevision } from '../core/credit/served-revision';
import { unavailable } from '../core/errors';
import type { Database, Row } from './database';
import { withFreshKeys } from './fresh-keys';
import { inList } from './dialect';
import { readDisclosed } from './disclosed-reports';
import { customerPlace } from './furnish-plan';
import { revisionPlace } from './furnish-revisions';
import { contentOfRow, RECORD_COLUMNS, servedOfRow, toRevisionText } from './record-columns';
import { hex } from './planned-record';
import { placeOf, readServed, recordKeyOf, text } from './record-places';

const PAGE_BORROWERS = 20;
/** A record may be corrected between the statements that read it; then all of them are read again. */
const ATTEMPTS = 5;

/** Superseded records are sealed by their borrower's key: without it nobody reads them, and nobody finds whom they concern. */
export function createRevisionReader(database: Database, keys: Keys, { pageBorrowers = PAGE_BORROWERS } = {}): RevisionReader {
  return {
    findHistory: async (record) => {
      const [borrower] = await readBorrowers(database, keys, [record.borrowerRef], { record });
      return borrower?.histories[0] ?? null;
    },
    corrected: (platformId, sinceMs, after) => readPage(database, keys, { platformId, sinceMs, after, size: pageBorrowers }),
    disclosedOf: (subject) => readDisclosed(database, subject),
  };
}

interface PageQuestion {
  readonly platformId: string;
  readonly sinceMs: EpochMs;
  readonly after: Buffer | null;
  readonly size: number;
}

async function readPage(
  database: Database,
  keys: Keys,
  { platformId, sinceMs, after, size }: PageQuestion,
): Promise<CorrectedPage> {
  const found = await database.read(
    `SELECT DISTINCT borrower_ref FROM record_revision WHERE superseded_at_ms >= ?${after ? ' AND borrower_ref > ?' : ''}
     ORDER BY borrower_ref LIMIT ${String(size)}`,
    [sinceMs, ...(after ? [after] : [])],
  );
  const refs = found.map((row) => row['borrower_ref'] as Buffer);
  const borrowers = refs.length === 0 ? [] : await readBorrowers(database, keys, refs, { platformId });
  return { borrowers, next: refs.length < size ? null : (refs.at(-1) ?? null) };
}

/** One record, or whatever a platform has corrected. */
type Wanted = { readonly record: RevisedRecord } | { readonly platformId: string };

/** Borrowers of whom anything wanted is stored. */
async function readBorrowers(
  database: Database,
  keys: Keys,
  refs: readonly Buffer[],
  wanted: Wanted,
): Promise<readonly CorrectedBorrower[]> {
  for (let left = ATTEMPTS; left > 0; left -= 1) {
    const borrowers = await withFreshKeys(() => readOnce(database, keys, refs, wanted));
    if (borrowers.every(({ histories }) => histories.every(isWhole))) return borrowers;
  }
  throw unavailable('Records are being corrected while they are read');
}

/** Do the revisions follow each other up to the one that is served? */
function isWhole({ revisions }: RecordHistory): boolean {
  return revisions.every(({ revision }, index) => revision === (revisions[0]?.revision ?? 0) + index);
}

async function readOnce(
  database: Database,
  keys: Keys,
  refs: readonly Buffer[],
  wanted: Wanted,
): Promise<readonly CorrectedBorrower[]> {
  const superseded = await readSuperseded(database, refs);
  const borrowerKeys = await readKeys(database, keys, refs);
  const entities =
    'record' in wanted
      ? [wanted.record.entity]
      : new Set([...superseded.values()].flatMap(([row]) => (row ? text(row, 'entity') : [])));
  const borrowers = new Map<string, { subject: Buffer | null; histories: RecordHistory[] }>();
  for (const entity of entities)
    for (const row of await readServed(database, entity, refs, 'record' in wanted ? null : wanted.platformId)) {
      const record = { borrowerRef: row['borrower_ref'] as Buffer, entity, recordKey: recordKeyOf(entity, row) };
      const revisions = superseded.get(nameOf(record));
      if ('record' in wanted ? record.recordKey !== wanted.record.recordKey : !revisions) continue;
      const ref = hex(record.borrowerRef);
      const key = borrowerKeys.get(ref);
      const borrower = borrowers.get(ref) ?? { subject: key?.pseudonym() ?? null, histories: [] };
      if (key) borrower.histories.push(toHistory(key, record, revisions ?? [], row));
      borrowers.set(ref, borrower);
    }
  return [...borrowers.values()];
}

/** Superseded revisions by record, oldest first. */
async function readSuperseded(database: Database, refs: readonly Buffer[]): Promise<ReadonlyMap<string, readonly Row[]>> {
  const rows = await database.read(
    `SELECT borrower_ref, entity, record_key, revision, superseded_at_ms, content FROM record_revision
     WHERE ${inList('borrower_ref', refs)} ORDER BY borrower_ref, entity, record_key, revision`,
    refs,
  );
  const records = new Map<string, Row[]>();
  for (const row of rows) {
    const name = nameOf({
      borrowerRef: row['borrower_ref'] as Buffer,
      entity: text(row, 'entity'),
      recordKey: text(row, 'record_key'),
    });
    const record = records.get(name);
    if (record) record.push(row);
    else records.set(name, [row]);
  }
  return records;
}

async function readKeys(database: Database, keys: Keys, refs: readonly Buffer[]): Promise<ReadonlyMap<string, BorrowerKey>> {
  const sql = `SELECT borrower_ref, wrapped_key FROM borrower_key WHERE ${inList('borrower_ref', refs)}`;
  const rows = await database.read(sql, refs);
  return new Map(
    rows.map((row) => {
      const ref = row['borrower_ref'] as Buffer;
      return [hex(ref), keys.borrowerKey(ref, row['wrapped_key'] as Buffer)];
    }),
  );
}

const nameOf = ({ borrowerRef, entity, recordKey }: RevisedRecord): string => `${hex(borrowerRef)} ${entity} ${recordKey}`;

function toHistory(key: BorrowerKey, record: RevisedRecord, superseded: readonly Row[], served: Row): RecordHistory {
  const { entity, recordKey } = record;
  let fromMs: EpochMs | null = null;
  const revisions = superseded.map((row): ServedRevision => {
    const revision = Number(row['revision']);
    const place = revisionPlace(entity, recordKey, revision);
    const untilMs = Number(row['superseded_at_ms']);
    const one = { revision, fromMs, untilMs, ...toValues(key.open(place, row['content'] as Buffer)) };
    fromMs = untilMs;
    return one;
  });
  const now = { revision: Number(served['revision']), fromMs, untilMs: null, ...toValues(servedText(key, entity, served)) };
  const { ofAccount, naturalKey } = placeOf(entity);
  return {
    ...record,
    platformId: text(served, 'of_platform'),
    naturalKey: naturalKey(served),
    accountKey: ofAccount ? hex(served['account_id'] as Buffer) : null,
    product: ofAccount ? (served['of_product'] as Product) : null,
    month: entity === 'monthlySummary' ? fromStoredMonth(Number(served['month'])) : null,
    revisions: [...revisions, now],
  };
}

/** The record that is served now, in the words of a revision. */
function servedText(key: BorrowerKey, entity: string, row: Row): string {
  if (!isFurnishedEntity(entity)) throw new Error(`Records of ${entity} are not furnished`);
  const opened: Record<string, string> = {};
  if (entity === 'borrower')
    for (const column of RECORD_COLUMNS.borrower) {
      const sealed = row[column] as Buffer | null;
      if (sealed) opened[column] = key.open(customerPlace(text(row, 'platform_id'), text(row, 'customer_id'), column), sealed);
    }
  const served = entity === 'monthlySummary' ? servedOfRow(row) : null;
  return toRevisionText(entity, row['as_of'] as string, contentOfRow(entity, { ...row, ...opened }), served);
}

/** What `toRevisionText` wrote. */
function toValues(revisionText: string): Pick<ServedRevision, 'asOf' | 'values'> {
  const { asOf, ...values } = JSON.parse(revisionText) as { readonly asOf: string } & ServedRevision['values'];
  return { asOf, values };
}
