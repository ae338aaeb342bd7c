/**
 * Rewrites test/golden/ledger, a ledger of 300 entries under a fixed key as it is published, with the proofs that can be asked
 * of it: `npm run golden`. Any tool that reads C2SP tlog-tiles and tlog-proof can be tried on it:
 *
 *   node dist/src/verifier/ledger-verifier.js test/golden/ledger "$(cat test/golden/ledger/key)" \
 *     --from test/golden/ledger/earlier --proof test/golden/ledger/inclusion --entry test/golden/ledger/entry
 *
 * `consistency` holds the sizes of the earlier and of the newest checkpoint and the hashes of RFC 9162, section 2.1.4, a line
 * each.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { consistencyPath, inclusionPath, tlogProof } from '../../src/core/ledger/proofs';
import { aLedger, noteOf, publish, readerOf, VERIFIER_KEY } from '../support/published-ledger';

/** A full tile, a partial one, and one hash above them. */
export const SIZE = 300;
export const EARLIER = 123;
export const PROVEN = 45;

/** The files by their paths under test/golden/ledger. */
export async function makeLedgerFiles(): Promise<ReadonlyMap<string, Buffer>> {
  const ledger = aLedger(SIZE);
  const reader = readerOf(ledger.files);
  const inclusion = tlogProof(PROVEN, await inclusionPath(reader, PROVEN, SIZE), noteOf(ledger));
  const consistency = (await consistencyPath(reader, EARLIER, SIZE)).map((hash) => hash.toString('base64'));
  const lines = (...texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\n`).join(''));
  return new Map([
    ...ledger.files,
    ['key', lines(VERIFIER_KEY)],
    ['earlier', Buffer.from(noteOf(publish(ledger.bodies.slice(0, EARLIER))))],
    ['entry', ledger.bodies[PROVEN] ?? Buffer.alloc(0)],
    ['inclusion', Buffer.from(inclusion)],
    ['consistency', lines(String(EARLIER), String(SIZE), ...consistency)],
  ]);
}

async function write(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, bytes] of await makeLedgerFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

if (require.main === module) void write(join(process.cwd(), 'test/golden/ledger'));
