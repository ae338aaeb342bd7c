import type { Actor } from '../../core/identity/actor';
import { ENTRY_VERSION } from '../../core/ledger/entry';
import type { AccessLog } from '../ledger-ports';
import type { RandomBytes } from '../ports';

export interface AccessParts {
  readonly accesses: AccessLog;
  readonly randomBytes: RandomBytes;
  readonly gateway: string;
}

/** What one operation of an auditor is about to show. */
export interface Access {
  /** SHA-256 of the operation and its variables, base64url. */
  readonly operationHash: string;
  /** Names of what was asked. */
  readonly fields: readonly string[];
  /** Consents, requests and disclosures. */
  readonly rows: number;
  /** Places in the ledger of the disclosures among them. */
  readonly indices: readonly number[];
}

/** Writes down what an auditor reads, before it leaves. @throws GatewayError SERVICE_UNAVAILABLE: then it must not. */
export async function recordAccess(
  { accesses, randomBytes, gateway }: AccessParts,
  { partyId, tokenHash }: Pick<Actor, 'partyId' | 'tokenHash'>,
  { operationHash, fields, rows, indices }: Access,
): Promise<void> {
  await accesses.append({
    v: ENTRY_VERSION,
    type: 'A',
    gateway,
    nonce: randomBytes(16).toString('base64url'),
    actor: partyId,
    jti: tokenHash,
    op: operationHash,
    fields: [...new Set(fields)].sort(),
    rows,
    ...(indices.length > 0 ? { first: Math.min(...indices), last: Math.max(...indices) } : {}),
  });
}
