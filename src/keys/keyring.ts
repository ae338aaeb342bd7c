import { createHmac } from 'node:crypto';
import type { Keys } from '../app/ports';
import { toLookupText } from '../core/identity/borrower-identity';
import { deriveKey, toBorrowerKey, unwrapDataKey, wrapNewDataKey } from './borrower-cipher';
import { createCursorSealer } from './cursor-sealer';
import { createReceiptSigner } from './receipt-signer';

const ROOT_BYTES = 32;
const REF_BYTES = 16;
const ACCOUNT_ID_BYTES = 8;

/**
 * Every key of the gateway from the root secret of 32 bytes: one HKDF label for each use, so that none stands for another.
 *
 * @throws Error, if the root secret has another length.
 */
export function createKeyring(rootSecret: Buffer): Keys {
  if (rootSecret.length !== ROOT_BYTES) throw new Error(`The root secret must have ${ROOT_BYTES} bytes.`);
  const identityLookup = deriveKey(rootSecret, 'identity-lookup/v1');
  const absent = deriveKey(rootSecret, 'absent/v1');
  const accountId = deriveKey(rootSecret, 'account-id/v1');
  const borrowerKeyWrap = deriveKey(rootSecret, 'borrower-key-wrap/v1');
  const stranger = deriveKey(rootSecret, 'stranger/v1');
  const pairwise = deriveKey(rootSecret, 'pairwise/v1');
  return {
    lookupOf: (identity) => hmac(identityLookup, toLookupText(identity)),
    absentRef: (lookup) => hmac(absent, lookup).subarray(0, REF_BYTES),
    accountIdOf: (platformId, accountNo) =>
      hmac(accountId, JSON.stringify([platformId, accountNo])).subarray(0, ACCOUNT_ID_BYTES),
    newBorrowerKey: (borrowerRef) => wrapNewDataKey(borrowerKeyWrap, borrowerRef),
    borrowerKey: (borrowerRef, wrapped) => toBorrowerKey(borrowerRef, unwrapDataKey(borrowerKeyWrap, borrowerRef, wrapped)),
    strangerKey: (lookup) => toBorrowerKey(hmac(absent, lookup).subarray(0, REF_BYTES), hmac(stranger, lookup)),
    pairwiseRef: (recipientId, purpose, internalId) =>
      hmac(pairwise, JSON.stringify([recipientId, purpose, internalId.toString('hex')]))
        .subarray(0, REF_BYTES)
        .toString('base64url'),
    receipts: createReceiptSigner(rootSecret),
    cursors: createCursorSealer(rootSecret),
  };
}

function hmac(key: Buffer, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
