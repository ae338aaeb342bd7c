import { UnknownKeyVersion } from '../core/identity/key-version';

const ATTEMPTS = 5;

/** Runs what reads keys and sealed values one after the other, and again where a key was replaced between them. */
export async function withFreshKeys<T>(action: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await action();
    } catch (cause) {
      if (!(cause instanceof UnknownKeyVersion) || left === 0) throw cause;
    }
  }
}
