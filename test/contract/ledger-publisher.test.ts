import type { PublishOutcome } from '../../src/app/ledger-ports';
import { inclusionPath, rootByPath } from '../../src/core/ledger/proofs';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import { appendEncoded, encodeAt, lockSequence } from '../../src/db/ledger-append';
import { publish } from '../../src/db/ledger-publisher';
import { LEDGER_ID, openLedger } from '../../src/db/ledger-sequencer';
import { openArchive } from '../../src/db/ledger-tiles';
import { createKeyring } from '../../src/keys/keyring';
import { forEachDatabase, type TestDatabase } from '../support/databases';

const keys = createKeyring(Buffer.alloc(32, 7));
/** A tile of level 2, and a few more. */
const [WHOLE, MORE] = [65_536, 300];
const BATCH = 1_024;

forEachDatabase('a ledger that was never published', (open) => {
  let test: TestDatabase;
  const append = (from: number, count: number): Promise<void> =>
    test.writer.write(function* () {
      const sequence = yield* lockSequence(test.writer.dialect, LEDGER_ID);
      const head = { v: 1, type: 'K', gateway: 'gateway-1', action: 'institution-closed', version: 2 } as const;
      const entries = Array.from({ length: count }, (_, at) =>
        encodeAt(sequence, from + at, { ...head, nonce: String(from + at), institution: `bank-${String(from + at)}` }),
      );
      yield* appendEncoded(sequence, entries);
    });
  async function publishAll(): Promise<readonly PublishOutcome[]> {
    const outcomes: PublishOutcome[] = [];
    do outcomes.push(await publish({ database: test.database, ledgerId: LEDGER_ID, key: keys.checkpoints, anchor: null }));
    while (outcomes.at(-1) === 'behind');
    return outcomes;
  }

  it('is hashed a part at a time, signed when it is whole, and then goes on from there', async () => {
    test = await open();
    const origin = await openLedger(test.writer);
    for (let from = 0; from < WHOLE; from += BATCH) await append(from, BATCH);
    await append(WHOLE, MORE);
    const archive = openArchive(test.database, LEDGER_ID, origin, keys.checkpoints);
    await expect(archive.newest()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    // 257 subtrees of level 1, 64 at a time, and one of level 2
    expect(await publishAll()).toEqual(['behind', 'behind', 'behind', 'behind', 'published']);
    const nodes = await test.database.read('SELECT tile_level, COUNT(*) AS n FROM ledger_node GROUP BY tile_level', []);
    expect(nodes.map((row) => [row['tile_level'], Number(row['n'])])).toEqual([
      [1, 257],
      [2, 1],
    ]);
    const first = await archive.newest();
    await append(WHOLE + MORE, BATCH);
    expect([await publishAll(), await publishAll()]).toEqual([['published'], ['idle']]);
    const { size, root } = await archive.newest();
    expect([first.size, size]).toEqual([WHOLE + MORE, WHOLE + MORE + BATCH]);
    const verified = await verifyLedger({ reader: archive.reader, verifierKey: archive.verifierKey, from: first.note });
    expect(verified.counts).toEqual({ K: size });
    for (const index of [0, 255, 256, 65_535, 65_536, size - 1]) {
      const [row] = await test.database.read('SELECT leaf FROM ledger_entry WHERE idx = ?', [index]);
      const path = await inclusionPath(archive.reader, index, size);
      expect(rootByPath(row?.['leaf'] as Buffer, index, size, path)?.equals(root)).toBe(true);
    }
  });
});
