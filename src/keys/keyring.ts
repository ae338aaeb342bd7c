import { createHmac, sign } from 'node:crypto';
import type { KeyEncryptionKeys } from '../app/key-ports';
import type { Keys } from '../app/ports';
import { toLookupText } from '../core/identity/borrower-identity';
import {
  addDataKey,
  deriveKey,
  dropOldDataKeys,
  rewrapDataKey,
  toBorrowerKey,
  unwrapDataKey,
  versionOf,
  wrapDataKeys,
  wrapNewDataKey,
} from './borrower-cipher';
import { createCursorSealer } from './cursor-sealer';
import { ed25519Of } from './ed25519';
import { derivedKeyEncryptionKey } from './key-encryption-keys';
import { createReceiptSigner } from './receipt-signer';

const ROOT_BYTES = 32;
const REF_BYTES = 16;
const RECORD_ID_BYTES = 8;

/**
 * Every key of the gateway from the root secret of 32 bytes: one HKDF label for each use, so that none stands for another.
 *
 * @param given - What borrowers' keys are wrapped with; without it the one key that is derived.
 * @throws Error, if the root secret has another length.
 */
export function createKeyring(rootSecret: Buffer, given?: KeyEncryptionKeys): Keys {
  if (rootSecret.length !== ROOT_BYTES) throw new Error(`The root secret must have ${ROOT_BYTES} bytes.`);
  const identityLookup = deriveKey(rootSecret, 'identity-lookup/v1');
  const absent = deriveKey(rootSecret, 'absent/v1');
  const accountId = deriveKey(rootSecret, 'account-id/v1');
  const recordId = deriveKey(rootSecret, 'record-id/v1');
  const keks = given ?? derivedKeyEncryptionKey(rootSecret);
  const stranger = deriveKey(rootSecret, 'stranger/v1');
  const pairwise = deriveKey(rootSecret, 'pairwise/v1');
  const checkpointKey = ed25519Of(deriveKey(rootSecret, 'checkpoint-signing/v1'));
  return {
    lookupOf: (identity) => hmac(identityLookup, toLookupText(identity)),
    absentRef: (lookup) => hmac(absent, lookup).subarray(0, REF_BYTES),
    accountIdOf: (platformId, accountNo) => hmac(accountId, JSON.stringify([platformId, accountNo])).subarray(0, RECORD_ID_BYTES),
    recordIdOf: (platformId, entity, recordNo) =>
      hmac(recordId, JSON.stringify([platformId, entity, recordNo])).subarray(0, RECORD_ID_BYTES),
    newBorrowerKey: (borrowerRef) => wrapNewDataKey(keks, borrowerRef),
    borrowerKey: (borrowerRef, wrapped) => toBorrowerKey(borrowerRef, unwrapDataKey(keks, borrowerRef, wrapped)),
    rewrapped: (borrowerRef, wrapped) => rewrapDataKey(keks, borrowerRef, wrapped),
    wrappingVersion: versionOf,
    newestWrappingVersion: () => keks.newest(),
    refresh: () => keks.refresh(),
    withNewDataKey: (borrowerRef, wrapped, version) =>
      wrapDataKeys(keks, borrowerRef, addDataKey(unwrapDataKey(keks, borrowerRef, wrapped), version)),
    withNewestDataKey: (borrowerRef, wrapped) =>
      wrapDataKeys(keks, borrowerRef, dropOldDataKeys(unwrapDataKey(keks, borrowerRef, wrapped))),
    strangerKey: (lookup) => toBorrowerKey(hmac(absent, lookup).subarray(0, REF_BYTES), hmac(stranger, lookup)),
    pairwiseRef: (recipientId, purpose, internalId) =>
      hmac(pairwise, JSON.stringify([recipientId, purpose, internalId.toString('hex')]))
        .subarray(0, REF_BYTES)
        .toString('base64url'),
    receipts: createReceiptSigner(rootSecret),
    cursors: createCursorSealer(rootSecret),
    checkpoints: { publicKey: checkpointKey.publicKey, sign: (text) => sign(null, text, checkpointKey.privateKey) },
  };
}

function hmac(key: Buffer, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
