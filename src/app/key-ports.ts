/**
 * The keys that borrowers' keys are wrapped with, each known by its version: what the adapter of a key management service
 * implements, with what it has fetched, as nothing here waits.
 */
export interface KeyEncryptionKeys {
  /** The version that new wrappings are made with, on [1, 255]. */
  newest(): number;
  /** The key of 32 bytes; null: even after a look for newer versions there is none. One that was seen once is kept until the process ends. */
  find(version: number): Buffer | null;
  /** Looks for versions that were added elsewhere. */
  refresh(): void;
}

/** Key-encryption keys that this program may add to and take from. */
export interface KeyEncryptionKeyHolder extends KeyEncryptionKeys {
  /**
   * Makes the version after the newest one durable; two that add at once make the same.
   *
   * @returns the version. @throws Error after version 255.
   */
  add(): number;
  /** Forgets a version for good. What is derived from the root secret lives as long as that one. */
  destroy(version: number): void;
}

/** A borrower's key as it is stored. */
export interface WrappedBorrowerKey {
  readonly borrowerRef: Buffer;
  readonly wrappedKey: Buffer;
}
export interface Rewrapping extends WrappedBorrowerKey {
  /** What must still be stored for the new wrapping to take its place. */
  readonly before: Buffer;
}

/** Replaces the keys that borrowers' values are sealed with. */
export interface DataKeyStore {
  /** @returns the version that values are to be sealed with: that of a run which is not complete, else the next. */
  begin(): Promise<number>;
  /** One transaction of a run. */
  step(version: number): Promise<DataKeyStep>;
}
export interface DataKeyStep {
  /** How far the run is; null: it is complete. */
  readonly after: Buffer | null;
  /** How many values were sealed anew. */
  readonly values: number;
}

/** The state of key-encryption keys in the database, and the wrappings made with them. */
export interface KeyEncryptionStore {
  /** Makes a version known. @returns whether a walk has found every key wrapped with it or a newer one. */
  register(version: number): Promise<{ readonly isWalked: boolean }>;
  /** The newest version that was ever registered; 1 where none was. */
  newestRegistered(): Promise<number>;
  /** Wrapped keys in the order of their borrowers; an empty page is the end. */
  page(after: Buffer | null): Promise<readonly WrappedBorrowerKey[]>;
  /**
   * Puts new wrappings in the place of those they were made of, and of no others.
   *
   * @param version - What the new ones are wrapped with. @throws GatewayError CONFLICT if it has been retired.
   * @returns how many took their place.
   */
  rewrap(version: number, wrappings: readonly Rewrapping[]): Promise<number>;
  markWalked(version: number, isWalked: boolean): Promise<void>;
  /** From its return on, no transaction stores a key that is wrapped with this version. */
  retire(version: number): Promise<void>;
}
