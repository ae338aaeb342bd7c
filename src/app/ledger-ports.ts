import type { AccessEntry } from '../core/ledger/entry';
import type { Checkpoint } from '../core/ledger/signed-note';
import type { LedgerReader } from '../core/ledger/tiles';
import type { EpochMs } from '../core/credit/calendar';

/** Signs checkpoints: an Ed25519 key (RFC 8032). */
export interface CheckpointKey {
  /** 32 bytes. */
  readonly publicKey: Buffer;
  sign(text: Buffer): Buffer;
}

/** The newest checkpoint that was signed. */
export interface PublishedLedger extends Checkpoint {
  /** The signed note. */
  readonly note: string;
  readonly publishedAtMs: EpochMs;
}

/** The ledger as far as it was published: what proofs and tiles are made of. */
export interface LedgerArchive {
  readonly reader: LedgerReader;
  /** What the signer is verified with: `name+id+key`. */
  readonly verifierKey: string;
  /** @throws GatewayError SERVICE_UNAVAILABLE as long as nothing was signed. */
  newest(): Promise<PublishedLedger>;
  /** The canonical text of one entry; null: there is none. */
  entry(index: number): Promise<Buffer | null>;
}

/** Keeps the newest checkpoint where nothing that befalls the ledger's database reaches, a restored backup above all. */
export interface CheckpointAnchor {
  /** null: nothing was kept yet. */
  kept(): Promise<Checkpoint | null>;
  /** Compare-and-set. @returns false where `before` is not what is kept: another was quicker. */
  replace(before: Checkpoint | null, next: Checkpoint): Promise<boolean>;
}

/** Appends what is neither a disclosure nor about a consent. */
export interface AccessLog {
  /** Resolves once it is durable. @throws GatewayError SERVICE_UNAVAILABLE. */
  append(entry: Omit<AccessEntry, 'at' | 'ledger'>): Promise<void>;
}

/** What came of an attempt to publish; `behind`: try at once again, as there is more to hash, or another was quicker. */
export type PublishOutcome = 'published' | 'idle' | 'behind';

/** Where a published ledger is copied to; a path is one of C2SP tlog-tiles. */
export interface LedgerTarget {
  has(path: string): Promise<boolean>;
  /** Whole or not at all. */
  write(path: string, bytes: Buffer): Promise<void>;
}
