import {
  entriesOf,
  aLedger,
  noteOf,
  publish,
  type PublishedLedger,
  readerOf,
  VERIFIER_KEY,
} from '../../../support/published-ledger';
import type { LedgerEntry } from '../../../../src/core/ledger/entry';
import { LedgerFault } from '../../../../src/core/ledger/ledger-fault';
import { type VerifiedLedger, verifyLedger } from '../../../../src/core/ledger/verify-ledger';

const verified = ({ files }: PublishedLedger, from?: string): Promise<VerifiedLedger> =>
  verifyLedger({ reader: readerOf(files), verifierKey: VERIFIER_KEY, ...(from !== undefined && { from }) });

function countsOf(entries: readonly LedgerEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of entries) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

describe('verifyLedger', () => {
  it.each([0, 1, 2, 60, 255, 256, 257, 511, 512, 513, 600])('passes %d entries and counts them by type', async (size) => {
    const ledger = aLedger(size);
    expect(await verified(ledger)).toEqual({ checkpoint: ledger.checkpoint, counts: countsOf(entriesOf(size)) });
  });

  it('passes 70,000 entries, over three levels of tiles, and says how far it is', async () => {
    const ledger = aLedger(70_000, true);
    const seen: number[] = [];
    const { checkpoint, counts } = await verifyLedger({
      reader: readerOf(ledger.files),
      verifierKey: VERIFIER_KEY,
      from: noteOf(publish(ledger.bodies.slice(0, 41_234))),
      onProgress: (entries) => seen.push(entries),
    });
    expect([checkpoint.size, counts]).toEqual([70_000, { C: 14_000, D: 35_000, P: 7_000, R: 7_000, K: 7_000 }]);
    expect([seen.length, seen[0], seen[1], seen.at(-1)]).toEqual([274, 256, 512, 70_000]);
    expect([...ledger.files.keys()].filter((path) => /^tile\/[1-9]/.test(path))).toEqual([
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
  });

  it('passes after every earlier checkpoint of the ledger, and none of a longer or another one', async () => {
    const ledger = aLedger(260);
    for (const size of [0, 1, 2, 3, 100, 128, 255, 256, 257, 259, 260])
      expect((await verified(ledger, noteOf(publish(ledger.bodies.slice(0, size))))).checkpoint.size).toBe(260);
    await expect(verified(ledger, noteOf(aLedger(261)))).rejects.toThrow('The ledger is shorter than it was: 260 of 261');
    await expect(verified(ledger, noteOf(publish(ledger.bodies.slice(1, 101))))).rejects.toThrow(
      'The ledger does not continue the earlier checkpoint',
    );
  });

  it('names the entry in its message, and hands on what a reader rejects with', async () => {
    const ledger = aLedger(10);
    const forged = publish(ledger.bodies.map((body, at) => (at === 4 ? Buffer.from('{}') : body)));
    await expect(verified(forged)).rejects.toThrow(new LedgerFault(4, 'it is of an unknown version or type'));
    await expect(verified(forged)).rejects.toMatchObject({
      name: 'LedgerFault',
      index: 4,
      message: expect.stringMatching(/^Entry 4: it is of an/),
    });
    const cause = new Error('the disk is gone');
    const reader = { ...readerOf(ledger.files), tile: () => Promise.reject(cause) };
    await expect(verifyLedger({ reader, verifierKey: VERIFIER_KEY })).rejects.toBe(cause);
  });
});
