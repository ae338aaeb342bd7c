import { parseTilePath, widthOf } from '../../core/ledger/tiles';
import type { LedgerArchive } from '../ledger-ports';

/** A tile or a bundle of entries by its path; null where the path is spelled otherwise or reaches beyond what was signed. */
export async function readLedgerFile({ newest, reader }: LedgerArchive, path: string): Promise<Buffer | null> {
  const place = parseTilePath(path);
  if (!place) return null;
  const { level, index, width } = place;
  const { size } = await newest();
  if (widthOf(place, size) < width) return null;
  return level === null ? reader.entries(index, width) : reader.tile(level, index, width);
}
