import { CreateFoundation1764000000000 } from '../../migrations/1764000000000-create-foundation';
import { CreateConsentLifeCycle1764100000000 } from '../../migrations/1764100000000-create-consent-life-cycle';
import { CreateCreditRecords1764200000000 } from '../../migrations/1764200000000-create-credit-records';
import { PublishLedger1764300000000 } from '../../migrations/1764300000000-publish-ledger';
import { IndexDisclosures1764400000000 } from '../../migrations/1764400000000-index-disclosures';
import { VersionKeyEncryption1764520000000 } from '../../migrations/1764520000000-version-key-encryption';
import { EraseBorrowers1764530000000 } from '../../migrations/1764530000000-erase-borrowers';
import { RotateDataKeys1764540000000 } from '../../migrations/1764540000000-rotate-data-keys';

/** Every migration, in order; a new one is added here and nowhere else. */
export const MIGRATIONS = [
  CreateFoundation1764000000000,
  CreateConsentLifeCycle1764100000000,
  CreateCreditRecords1764200000000,
  PublishLedger1764300000000,
  IndexDisclosures1764400000000,
  VersionKeyEncryption1764520000000,
  EraseBorrowers1764530000000,
  RotateDataKeys1764540000000,
] as const;
