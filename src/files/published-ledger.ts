import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LedgerTarget } from '../app/ledger-ports';
import { badInput } from '../core/errors';
import { LedgerFault } from '../core/ledger/ledger-fault';
import { type LedgerReader, tilePath } from '../core/ledger/tiles';

const FETCH_TIMEOUT_MS = 30_000;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A published ledger in a folder. */
export function openLedgerFolder(folder: string): LedgerReader & LedgerTarget {
  const placed = (file: string): string => path.join(folder, ...file.split('/'));
  return {
    ...readerOf((file) => readFile(placed(file))),
    has: (file) =>
      access(placed(file)).then(
        () => true,
        () => false,
      ),
    write: async (file, bytes) => {
      await mkdir(path.dirname(placed(file)), { recursive: true });
      await writeFile(`${placed(file)}.part`, bytes);
      await rename(`${placed(file)}.part`, placed(file));
    },
  };
}

/**
 * A published ledger behind an HTTP address.
 *
 * @param token - An auditor's, where the address asks for one.
 * @throws GatewayError BAD_USER_INPUT where a token would go over a network unencrypted.
 */
export function openLedgerAddress(address: string, token: string | null): LedgerReader {
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  if (token !== null && base.protocol !== 'https:' && !LOOPBACK.has(base.hostname))
    throw badInput('token', 'A token is sent by https only, or to this machine.');
  return readerOf(async (file) => {
    const response = await fetch(new URL(file, base), {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`it answers ${String(response.status)}`);
    return Buffer.from(await response.arrayBuffer());
  });
}

/** @returns readers that throw LedgerFault for whatever cannot be read. */
function readerOf(read: (file: string) => Promise<Buffer>): LedgerReader {
  const readOrFail = async (file: string): Promise<Buffer> => {
    try {
      return await read(file);
    } catch (cause) {
      throw new LedgerFault(null, `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  };
  return {
    checkpoint: async () => (await readOrFail('checkpoint')).toString('utf8'),
    tile: (level, index, width) => readOrFail(tilePath({ level, index, width })),
    entries: (index, width) => readOrFail(tilePath({ level: null, index, width })),
  };
}
