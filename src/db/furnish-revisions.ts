import type { SealedPlace } from '../app/ports';
import type { FurnishedEntity } from '../core/credit/furnished-fields';
import type { Script, SqlValue } from './database';
import { insertSql } from './dialect';
import type { Change } from './furnish-draft';
import type { StoredRecord } from './furnish-world';
import { insertRows } from './insert-rows';
import type { HeldKeys } from './held-keys';
import { hex, type PlannedRecord } from './planned-record';
import { toRevisionText } from './record-columns';

/** A stored record that another takes the place of. */
export interface Superseded {
  readonly borrowerRef: Buffer;
  readonly entity: FurnishedEntity;
  /** Its name within its borrower. */
  readonly recordKey: string;
  readonly stored: StoredRecord;
}

interface RevisionContext {
  readonly held: HeldKeys;
  readonly atMs: number;
}

/** Keeps superseded records, sealed by the borrower's key whatever their columns are: they serve corrections, not reports. */
export function* writeRevisions({ held, atMs }: RevisionContext, superseded: readonly Superseded[]): Script<void> {
  if (superseded.length === 0) return;
  const rows = superseded.map(({ borrowerRef, entity, recordKey, stored }): SqlValue[] => {
    const { revision, asOf, content, served = null } = stored;
    const place = revisionPlace(entity, recordKey, revision);
    const text = toRevisionText(entity, asOf, content, served);
    return [borrowerRef, entity, recordKey, revision, asOf, atMs, held.of(borrowerRef).seal(place, text)];
  });
  const columns = ['borrower_ref', 'entity', 'record_key', 'revision', 'as_of', 'superseded_at_ms', 'content'];
  yield* insertRows((count) => insertSql('record_revision', columns, count), rows);
}

/** Where a superseded record is sealed. */
export function revisionPlace(entity: string, recordKey: string, revision: number): SealedPlace {
  return { table: 'record_revision', column: 'content', row: `${entity}/${recordKey}/${String(revision)}` };
}

/** What a change takes the place of. */
export function supersededBy({ planned, borrowerRef, previous }: Change, platformId: string): Superseded {
  if (!previous) throw new Error('Nothing is superseded by a new record');
  return { borrowerRef, entity: planned.entity, recordKey: recordKeyOf(platformId, planned), stored: previous };
}

function recordKeyOf(platformId: string, planned: PlannedRecord): string {
  switch (planned.entity) {
    case 'borrower':
      return `${platformId}/${planned.customerId}`;
    case 'account':
      return hex(planned.accountId);
    case 'monthlySummary':
      return monthRecordKey(planned.accountId, planned.month);
    case 'loan':
      return hex(planned.loanId);
    case 'repayment':
      return `${hex(planned.loanId)}/${planned.instalmentNo}`;
    case 'inquiry':
    case 'dispute':
    case 'statement':
      return hex(planned.recordId);
  }
}

/** @param month - YYYYMM. */
export function monthRecordKey(accountId: Buffer, month: number): string {
  return `${hex(accountId)}/${String(month)}`;
}
