import type { FurnishedFile } from '../app/ports';
import { type LineReader, openInputFile } from './input-file';
import { readCsv } from './read-csv';
import { readNdjson } from './read-ndjson';
import { readUciCreditCard } from './read-uci-credit-card';

const READERS = {
  'canonical-ndjson': readNdjson,
  'canonical-csv': readCsv,
  'uci-credit-card': readUciCreditCard,
} as const satisfies Record<string, LineReader>;

/** @throws GatewayError BAD_USER_INPUT if the file cannot be opened. */
export function openFurnishedFile(path: string, format: keyof typeof READERS): FurnishedFile {
  return openInputFile(path, READERS[format]);
}
