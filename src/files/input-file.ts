import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FurnishedFile } from '../app/ports';
import type { FurnishedLine, ParseContext } from '../core/credit/furnished-record';
import { badInput, GatewayError } from '../core/errors';

const CHUNK_BYTES = 256 * 1024;

/** Lines of a format out of the file's bytes, unpacked. */
export type LineReader = (bytes: AsyncIterable<Buffer>, context: Omit<ParseContext, 'notation'>) => AsyncIterable<FurnishedLine>;

/**
 * A file on disk behind the reader of its format; gzip is recognised by its first bytes.
 *
 * @throws GatewayError BAD_USER_INPUT if the file cannot be opened.
 */
export function openInputFile(path: string, reader: LineReader): FurnishedFile {
  const { sizeBytes, packed } = inspect(path);
  let consumed = 0;
  return {
    path,
    sizeBytes,
    sha256: () => hashOf(path),
    lines: (context) => {
      const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
      consumed = 0;
      source.on('data', (chunk) => (consumed += chunk.length));
      return reader(packed ? unpack(path, source) : source, context);
    },
    bytesRead: () => consumed,
  };
}

function inspect(path: string): { sizeBytes: number; packed: boolean } {
  try {
    const handle = openSync(path, 'r');
    try {
      const magic = Buffer.alloc(2);
      readSync(handle, magic, 0, 2, 0);
      return { sizeBytes: fstatSync(handle).size, packed: magic.equals(Buffer.of(0x1f, 0x8b)) };
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw new GatewayError('BAD_USER_INPUT', `The file ${path} cannot be read; check its name and permissions.`, {}, { cause });
  }
}

async function* unpack(path: string, source: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  pipeline(source, gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (cause) {
    const code = (cause as Partial<NodeJS.ErrnoException> | null)?.code ?? ''; // whatever was thrown
    throw code.startsWith('Z_') ? badInput(path, `The file ${path} is cut short or damaged; it cannot be unpacked.`) : cause;
  }
}

async function hashOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk as Buffer);
  return hash.digest();
}
