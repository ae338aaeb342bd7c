import { encodeEntry, type LedgerEntry } from '../../src/core/ledger/entry';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import { verifierKeyOf } from '../../src/core/ledger/signed-note';
import { verify } from '../../src/verifier/ledger-verifier';
import { aSigner, publish, readerOf, readFrom } from './published-ledger';
import type { World } from './world';

/**
 * Expects both verifiers to pass the ledger that a suite has made, but for its instants: a test sets the clock back. No rule
 * may be one that a true ledger breaks.
 */
export async function expectTrueLedger(world: Pick<World, 'rows'>): Promise<void> {
  const entries = (await world.rows('SELECT body FROM ledger_entry ORDER BY idx')).map(
    (row, index) => ({ ...(JSON.parse((row['body'] as Buffer).toString('latin1')) as LedgerEntry), at: index }), // the gateway's own encoding
  );
  const signer = aSigner(entries[0]?.ledger ?? '');
  const { files } = publish(entries.map(encodeEntry), signer);
  const read = readFrom(files);
  const key = verifierKeyOf(signer);
  const { checkpoint } = await verifyLedger({ reader: readerOf(files), verifierKey: key });
  const { size } = await verify(async (file) => read(file), key);
  expect([checkpoint.size, size]).toEqual([entries.length, entries.length]);
  expect(entries.length).toBeGreaterThan(0);
}
