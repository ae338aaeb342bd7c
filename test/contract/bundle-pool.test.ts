import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeEntry } from '../../src/core/ledger/entry';
import { LedgerFault } from '../../src/core/ledger/ledger-fault';
import { checkHere, type VerifiedLedger, verifyLedger } from '../../src/core/ledger/verify-ledger';
import { bundleCheckers, type WorkerProgram } from '../../src/threads/bundle-pool';
import { aLedger, entriesOf, publish, type PublishedLedger, readerOf, VERIFIER_KEY } from '../support/published-ledger';
import { SOURCE_WORKER } from '../support/source-worker';

const THREADS = bundleCheckers(3, SOURCE_WORKER);
const LEDGER = aLedger(6_000, true);
const verified = (
  { files }: PublishedLedger,
  openChecker = THREADS,
  onProgress?: (entries: number) => void,
): Promise<VerifiedLedger> =>
  verifyLedger({ reader: readerOf(files), verifierKey: VERIFIER_KEY, openChecker, ...(onProgress && { onProgress }) });

/** Entries with other sets at these places. */
const forged = (...places: readonly number[]): PublishedLedger =>
  publish(
    entriesOf(6_000, true).map((entry, at) =>
      encodeEntry(places.includes(at) && 'set' in entry ? { ...entry, set: 9_999 } : entry),
    ),
  );

describe('a ledger that several threads check', () => {
  it('is found to be what one thread finds it to be, bundle by bundle in order', async () => {
    const seen: number[] = [];
    expect(await verified(LEDGER, THREADS, (entries) => seen.push(entries))).toEqual(await verified(LEDGER, checkHere));
    expect(seen).toEqual([...Array.from({ length: 23 }, (_, at) => (at + 1) * 256), 6_000]);
  });

  it('is refused at the first wrong entry, although a later bundle is found out sooner', async () => {
    const late = publish(forged(5_000).bodies.map((body, at) => (at === 2_601 ? Buffer.from('{}') : body)));
    const early = publish(forged(2_600).bodies.map((body, at) => (at === 2_601 || at === 2_900 ? Buffer.from('{}') : body)));
    await expect(verified(late)).rejects.toMatchObject({ name: 'LedgerFault', index: 2_601 });
    await expect(verified(early)).rejects.toMatchObject({ name: 'LedgerFault', index: 2_600 });
  });

  it('is never read further ahead than the threads hold', async () => {
    let [begun, done, most] = [0, 0, 0];
    const files = readerOf(LEDGER.files);
    const reader = {
      ...files,
      entries: (...place: Parameters<typeof files.entries>) => (
        (most = Math.max(most, (begun += 1) - done)),
        files.entries(...place)
      ),
    };
    const onProgress = (): void => void (done += 1);
    await verifyLedger({ reader, verifierKey: VERIFIER_KEY, openChecker: THREADS, onProgress });
    expect([begun, done, most]).toEqual([24, 24, 6]);
  });

  it('is refused with what a reader rejects with', async () => {
    const cause = new Error('the disk is gone');
    const files = readerOf(LEDGER.files);
    const reader = {
      ...files,
      entries: (index: number, width: number) => (index === 7 ? Promise.reject(cause) : files.entries(index, width)),
    };
    await expect(verifyLedger({ reader, verifierKey: VERIFIER_KEY, openChecker: THREADS })).rejects.toBe(cause);
  });
});

describe('a thread that dies', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bundle-pool-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = (name: string, text: string): WorkerProgram => {
    writeFileSync(path.join(folder, name), `const { parentPort } = require('node:worker_threads');\n${text}`);
    return { file: path.join(folder, name) };
  };
  const onMessage = (text: string): string => `parentPort.on('message', (task) => { ${text} });`;

  it.each([
    ['as it begins', 'throw new Error("out of order");', 'broke down'],
    ['before it is asked, without a fault', 'process.exit(0);', 'ended with code 0'],
    ['as it is asked, without a fault', onMessage('process.exit(0);'), 'ended with code 0'],
    ['as it is asked', onMessage('throw new Error("out of memory");'), 'broke down'],
  ])('leaves the ledger unverified: %s', async (name, text, reason) => {
    const verification = verified(LEDGER, bundleCheckers(2, program(`${name}.js`, text)));
    const fault = await verification.then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(fault).toMatchObject({ message: expect.stringContaining(reason) });
    expect(fault).not.toBeInstanceOf(LedgerFault);
  });

  it('leaves it unverified where the program is missing', async () => {
    await expect(verified(LEDGER, bundleCheckers(2, { file: path.join(folder, 'none.js') }))).rejects.toThrow('broke down');
  });

  it('is not started for a small ledger, or where one thread is asked for', async () => {
    const none = { file: path.join(folder, 'none.js') };
    expect((await verified(LEDGER, bundleCheckers(null, none))).checkpoint.size).toBe(6_000);
    const large = aLedger(9_000, true);
    expect((await verified(large, bundleCheckers(1, none))).checkpoint.size).toBe(9_000);
    await expect(verified(large, bundleCheckers(null, none))).rejects.toThrow('broke down');
  });
});
