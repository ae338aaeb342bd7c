import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { createOnce, isErrno } from './create-once';

export interface RootSecretOptions {
  /** Make a new random secret where there is none; a file that exists is never replaced. */
  readonly create: boolean;
  /** Refuse a file that group or others may read; for production. */
  readonly strictMode?: boolean;
}

/**
 * The root secret, 32 bytes, from a file of 64 hexadecimal digits and a newline.
 *
 * @throws Error that names the file and what to do, if it is missing, malformed or, in strict mode, readable by others.
 */
export function loadRootSecret(path: string, options: RootSecretOptions): Buffer {
  if (options.create && !existsSync(path)) createOnce(path, `${randomBytes(32).toString('hex')}\n`);
  const handle = openSecret(path);
  try {
    if (options.strictMode && (fstatSync(handle).mode & 0o077) !== 0)
      throw new Error(`The root secret ${path} is open to group or others; run "chmod 600" on it and consider a new secret.`);
    return parseSecret(path, readFileSync(handle, 'latin1'));
  } finally {
    closeSync(handle);
  }
}

function openSecret(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const fault = isErrno(error, 'ENOENT')
      ? 'does not exist; restore it from its backup, or for a new installation write 64 hexadecimal digits with "openssl rand -hex 32"'
      : 'cannot be opened; let the account of the gateway read it';
    throw new Error(`The root secret ${path} ${fault}.`, { cause: error });
  }
}

function parseSecret(path: string, text: string): Buffer {
  const digits = /^([0-9a-f]{64})\r?\n?$/i.exec(text)?.[1];
  if (digits === undefined)
    throw new Error(`The root secret ${path} must hold 64 hexadecimal digits and a newline; restore it from its backup.`);
  return Buffer.from(digits, 'hex');
}
