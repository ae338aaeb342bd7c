import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { KeyEncryptionKeyHolder, KeyEncryptionKeys } from '../app/key-ports';
import { deriveKey } from './borrower-cipher';
import { isErrno, syncFolder } from './create-once';
import { loadRootSecret, type RootSecretOptions } from './root-secret';

/** A wrapping holds its version in one byte. */
const VERSION_MAX = 255;
/** Derived from the root secret, hence without a file. */
const DERIVED = 1;

/** The one key that there is before any rotation. */
export function derivedKeyEncryptionKey(rootSecret: Buffer): KeyEncryptionKeys {
  const key = deriveKey(rootSecret, 'borrower-key-wrap/v1');
  return { newest: () => DERIVED, find: (version) => (version === DERIVED ? key : null), refresh: () => undefined };
}

/**
 * Keys in a folder, each in a file that is named by its version and written like a root secret; version 1 is derived.
 *
 * One file a version, because a file appears whole or not at all and is never written again: nobody who adds a version can
 * lose another's.
 */
export function openKeyEncryptionKeys(
  folder: string,
  rootSecret: Buffer,
  { strictMode = false }: Pick<RootSecretOptions, 'strictMode'> = {},
): KeyEncryptionKeyHolder {
  const derived = derivedKeyEncryptionKey(rootSecret).find(DERIVED) ?? Buffer.alloc(0);
  const known = new Map([[DERIVED, derived]]);
  const fileOf = (version: number): string => path.join(folder, String(version));
  const load = (version: number, create: boolean): void => {
    known.set(version, loadRootSecret(fileOf(version), { create, strictMode }));
  };
  const refresh = (): void => {
    for (const version of listVersions(folder)) if (!known.has(version)) load(version, false);
  };
  const newest = (): number => Math.max(...known.keys());
  refresh();
  return {
    newest,
    refresh,
    find: (version) => {
      if (!known.has(version)) refresh();
      return known.get(version) ?? null;
    },
    add: () => {
      refresh();
      const version = newest() + 1;
      if (version > VERSION_MAX) throw new Error('The last version of the key-encryption key is in use.');
      load(version, true);
      return version;
    },
    destroy: (version) => {
      rmSync(fileOf(version), { force: true });
      if (version !== DERIVED) syncFolder(folder);
    },
  };
}

function listVersions(folder: string): readonly number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[1-9]\d{0,2}$/.test(name))
      .map(Number)
      .filter((version) => version > DERIVED && version <= VERSION_MAX);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
