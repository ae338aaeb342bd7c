import { TILE_WIDTH, tilePath, widthOf } from '../../core/ledger/tiles';
import type { LedgerArchive, LedgerTarget, PublishedLedger } from '../ledger-ports';

/**
 * Copies the published ledger as static files. A tile never changes, so that those of an earlier copy stay; the checkpoint
 * comes last, and a copy that is broken off has the earlier one still.
 */
export async function exportLedger(
  { newest, reader }: LedgerArchive,
  target: LedgerTarget,
  onProgress: (entries: number) => void = () => undefined,
): Promise<PublishedLedger> {
  const published = await newest();
  const { size, note } = published;
  const copy = async (level: number | null, index: number): Promise<void> => {
    const place = { level, index, width: widthOf({ level, index }, size) };
    if (await target.has(tilePath(place))) return;
    const bytes = level === null ? await reader.entries(index, place.width) : await reader.tile(level, index, place.width);
    await target.write(tilePath(place), bytes);
  };
  for (let index = 0; index * TILE_WIDTH < size; index += 1) {
    await copy(null, index);
    await copy(0, index);
    onProgress(Math.min(size, (index + 1) * TILE_WIDTH));
  }
  for (let level = 1; widthOf({ level, index: 0 }, size) > 0; level += 1)
    for (let index = 0; widthOf({ level, index }, size) > 0; index += 1) await copy(level, index);
  await target.write('checkpoint', Buffer.from(note, 'utf8'));
  return published;
}
