import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import type { DeferredLine, RejectsFile, RetryStage } from '../app/ports';

/** A letter for the stage, twelve digits, a line feed: of fixed width, so that a place is found without reading the others. */
const PLACE_BYTES = 14;
const PLACES_READ = 4_096;
const LETTERS = { account: 'A', detail: 'M', repayment: 'R', statement: 'S' } as const satisfies Record<RetryStage, string>;

/** Rejects as NDJSON at `path`; deferred lines, by number only, at `path`.deferred while the run lasts. Readable by the owner alone. */
export function openRejectsFile(path: string): RejectsFile {
  const deferredPath = `${path}.deferred`;
  return {
    path,
    holds: (rejectsBytes, count) => sizeOf(path) >= rejectsBytes && sizeOf(deferredPath) >= count * PLACE_BYTES,
    write: (at, { rejects, deferred }) => {
      if (deferred.length > 0) writeAt(deferredPath, at.deferredCount * PLACE_BYTES, deferred.map(toPlace).join(''));
      if (rejects.length === 0) return at.rejectsBytes;
      return writeAt(path, at.rejectsBytes, rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
    },
    deferred: (stage, count) => readPlaces(deferredPath, LETTERS[stage], count),
    finish: (rejectsBytes) => {
      rmSync(deferredPath, { force: true });
      if (rejectsBytes === 0) rmSync(path, { force: true });
      else writeAt(path, rejectsBytes, '');
    },
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function toPlace({ ordinal, stage }: DeferredLine): string {
  return `${LETTERS[stage]}${String(ordinal).padStart(12, '0')}\n`;
}

/** Writes at an offset, ends the file there and syncs it. @returns the new length. */
function writeAt(path: string, offset: number, text: string): number {
  const handle = openSync(path, sizeOf(path) > 0 ? 'r+' : 'w+', 0o600);
  try {
    const bytes = Buffer.from(text, 'utf8');
    for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done, bytes.length - done, offset + done);
    ftruncateSync(handle, offset + bytes.length);
    fsyncSync(handle);
    return offset + bytes.length;
  } finally {
    closeSync(handle);
  }
}

function* readPlaces(path: string, letter: string, count: number): Generator<number> {
  if (count === 0) return;
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(PLACES_READ * PLACE_BYTES);
    for (let first = 0; first < count; first += PLACES_READ) {
      const wanted = Math.min(PLACES_READ, count - first) * PLACE_BYTES;
      const got = readSync(handle, buffer, 0, wanted, first * PLACE_BYTES);
      for (let at = 0; at < got; at += PLACE_BYTES) {
        const place = buffer.toString('latin1', at, at + PLACE_BYTES - 1);
        if (place.startsWith(letter)) yield Number(place.slice(1));
      }
    }
  } finally {
    closeSync(handle);
  }
}
