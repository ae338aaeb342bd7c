import { randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const ENTRY_BYTES = 1 + KEY_BYTES;
/** The version that follows from the secret, until there is another. */
const DERIVED = 1;

/** What is wrapped of one borrower: a secret for the life of the person, and the keys that values are sealed with, by version. */
export interface DataKeys {
  readonly secret: Buffer;
  /** null: the one that is derived from the secret. */
  readonly sealing: ReadonlyMap<number, Buffer> | null;
}

/** @throws Error on bytes that `encodeDataKeys` does not write. */
export function parseDataKeys(bytes: Buffer): DataKeys {
  const count = (bytes.length - KEY_BYTES) / ENTRY_BYTES;
  if (count < 0 || !Number.isInteger(count)) throw new Error('A data key is of an unknown form');
  const secret = bytes.subarray(0, KEY_BYTES);
  if (count === 0) return { secret, sealing: null };
  const entries = Array.from({ length: count }, (_, at): [number, Buffer] => {
    const from = KEY_BYTES + at * ENTRY_BYTES;
    return [bytes.readUInt8(from), bytes.subarray(from + 1, from + ENTRY_BYTES)];
  });
  return { secret, sealing: new Map(entries) };
}

export function encodeDataKeys({ secret, sealing }: DataKeys): Buffer {
  return Buffer.concat([secret, ...[...(sealing ?? [])].flatMap(([version, key]) => [Buffer.of(version), key])]);
}

/** Version that new values are sealed with. */
export function newestOf({ sealing }: DataKeys): number {
  return sealing ? Math.max(...sealing.keys()) : DERIVED;
}

/** The same with a new random key. @param derived - The key that follows from the secret, where there is no other. */
export function withNewKey(keys: DataKeys, version: number, derived: Buffer): DataKeys {
  if (version <= newestOf(keys) || version > 255) throw new Error(`A data key cannot become version ${String(version)}`);
  return { ...keys, sealing: new Map([...(keys.sealing ?? [[DERIVED, derived]]), [version, randomBytes(KEY_BYTES)]]) };
}

/** The same without any key but the newest. */
export function withNewestAlone(keys: DataKeys): DataKeys {
  const newest = newestOf(keys);
  return { ...keys, sealing: keys.sealing && new Map([...keys.sealing].filter(([version]) => version === newest)) };
}
