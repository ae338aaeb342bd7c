import type { IdempotencyMark } from '../app/consent-ports';
import { GatewayError } from '../core/errors';
import { changedBy, rowsOf, type Script } from './database';
import { insertSql } from './dialect';

/**
 * The answer that this key led to before, within the transaction of the change itself (ledger.md, section 14).
 *
 * @returns null for a new key. @throws GatewayError IDEMPOTENCY_MISMATCH if the key was used with another input.
 */
export function* findAnswer(borrowerRef: Buffer, mark: IdempotencyMark): Script<string | null> {
  const { clientId, key, requestHash } = mark;
  const [row] = yield* rowsOf(
    'SELECT request_hash, response FROM idempotency WHERE borrower_ref = ? AND client_id = ? AND idem_key = ?',
    [shardOf(borrowerRef, mark), clientId, key],
  );
  if (!row) return null;
  if ((row['request_hash'] as Buffer).toString('hex') !== requestHash)
    throw new GatewayError('IDEMPOTENCY_MISMATCH', undefined, { input: 'input.idempotencyKey' });
  return row['response'] as string;
}

export function* rememberAnswer(borrowerRef: Buffer, mark: IdempotencyMark, response: string, atMs: number): Script<void> {
  yield* changedBy(
    insertSql('idempotency', ['borrower_ref', 'client_id', 'idem_key', 'request_hash', 'response', 'created_at_ms'], 1),
    [shardOf(borrowerRef, mark), mark.clientId, mark.key, Buffer.from(mark.requestHash, 'hex'), response, atMs],
  );
}

/** Keys that are not per borrower lie under the zero value (ledger.md, section 14). */
function shardOf(borrowerRef: Buffer, { isPerBorrower }: IdempotencyMark): Buffer {
  return isPerBorrower ? borrowerRef : NO_BORROWER;
}
const NO_BORROWER = Buffer.alloc(16);
