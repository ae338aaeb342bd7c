import { type BundleTask, checkBundle, type CheckedBundle, toBuffer } from './check-bundle';
import { createEntryOrder } from './entry-order';
import { LedgerFault } from './ledger-fault';
import { appendLeaf, appendSubtree, EMPTY_FRONTIER, type Frontier, rootOf } from './merkle-tree';
import { consistencyPath, isConsistent } from './proofs';
import { type Checkpoint, openCheckpoint } from './signed-note';
import { hashesOf, type LedgerReader, TILE_WIDTH, widthOf } from './tiles';
import { createUpperTiles } from './upper-tiles';

/** What checks bundles by themselves: this thread, or several others. */
export interface BundleChecker {
  /** How many bundles it may hold at once. */
  readonly ahead: number;
  /** Rejects where the check itself broke down. */
  check(task: BundleTask): Promise<CheckedBundle>;
  close(): Promise<void>;
}
/** @param entries - In the ledger that is to be checked. */
export type OpenChecker = (entries: number) => BundleChecker;

/** Checks each bundle when it was read, in the thread that asks. */
export const checkHere: OpenChecker = () => ({
  ahead: 1,
  check: (task) => Promise.resolve(checkBundle(task)),
  close: () => Promise.resolve(),
});

export interface VerifyQuestion {
  readonly reader: LedgerReader;
  /** Of the ledger's signer, as `name+id+key`. */
  readonly verifierKey: string;
  /** An earlier checkpoint, whose tree this ledger must begin with. */
  readonly from?: string;
  readonly onProgress?: (entries: number) => void;
  readonly openChecker?: OpenChecker;
}
export interface VerifiedLedger {
  readonly checkpoint: Checkpoint;
  /** Entries by type. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Checks a ledger by what it publishes alone (ledger.md, section 9): the signature, every entry and its form, every tile,
 * the root, the order of instants, of consents and of institutions, that no disclosure rests on what was not in force at its
 * place, and that it continues an earlier checkpoint.
 *
 * @throws LedgerFault naming the first entry that is wrong, where it is one, whoever checks the bundles.
 */
export async function verifyLedger(question: VerifyQuestion): Promise<VerifiedLedger> {
  const { reader, verifierKey, from, openChecker = checkHere } = question;
  const checkpoint = openCheckpoint(await reader.checkpoint(), verifierKey);
  const checker = openChecker(checkpoint.size);
  try {
    const counts = await verifyEntries(question, checkpoint, checker);
    if (from !== undefined) await verifyContinuation(reader, openCheckpoint(from, verifierKey), checkpoint);
    return { checkpoint, counts };
  } finally {
    await checker.close();
  }
}

async function verifyEntries(
  { reader, onProgress }: Pick<VerifyQuestion, 'reader' | 'onProgress'>,
  checkpoint: Checkpoint,
  checker: BundleChecker,
): Promise<VerifiedLedger['counts']> {
  const order = createEntryOrder();
  const upper = createUpperTiles(reader);
  let frontier = EMPTY_FRONTIER;
  for await (const bundle of checkedInOrder(reader, checkpoint, checker)) {
    const { facts, root, fault } = bundle.checked;
    for (const [at, one] of facts.entries()) order.check(frontier.size + at, one);
    if (fault) throw new LedgerFault(fault.index, fault.reason);
    frontier = root ? appendSubtree(frontier, toBuffer(root), TILE_WIDTH) : appendLeaves(frontier, bundle);
    if (root) await upper.add(toBuffer(root));
    onProgress?.(frontier.size);
  }
  if (!rootOf(frontier).equals(checkpoint.root)) throw new LedgerFault(null, 'The entries do not come to the signed root');
  await upper.end();
  return order.counts;
}

interface Bundle {
  readonly task: BundleTask;
  readonly checked: CheckedBundle;
}

function appendLeaves(frontier: Frontier, { task: { index, width, tile } }: Bundle): Frontier {
  return hashesOf(toBuffer(tile), { level: 0, index, width }).reduce(appendLeaf, frontier);
}

/** Reads and has checked as many bundles ahead as the checker holds; whatever fails is told in its turn. */
async function* checkedInOrder(
  reader: LedgerReader,
  { origin, size }: Checkpoint,
  checker: BundleChecker,
): AsyncGenerator<Bundle> {
  const readAndCheck = async (index: number): Promise<Bundle> => {
    const width = widthOf({ level: null, index }, size);
    const [bundle, tile] = await Promise.all([reader.entries(index, width), reader.tile(0, index, width)]);
    const task = { origin, index, width, bundle, tile };
    return { task, checked: await checker.check(task) };
  };
  const bundles = Math.ceil(size / TILE_WIDTH);
  const ahead: Promise<Bundle>[] = [];
  for (let next = 0; next < bundles || ahead.length > 0;) {
    for (; next < bundles && ahead.length < checker.ahead; next += 1) {
      const bundle = readAndCheck(next);
      bundle.catch(() => undefined); // awaited below, unless an earlier one fails
      ahead.push(bundle);
    }
    const first = ahead.shift();
    if (first) yield await first;
  }
}

async function verifyContinuation(reader: LedgerReader, old: Checkpoint, now: Checkpoint): Promise<void> {
  if (old.size > now.size)
    throw new LedgerFault(null, `The ledger is shorter than it was: ${String(now.size)} of ${String(old.size)}`);
  const continues =
    old.size === 0
      ? old.root.equals(rootOf(EMPTY_FRONTIER))
      : isConsistent(old, now, await consistencyPath(reader, old.size, now.size));
  if (!continues) throw new LedgerFault(null, 'The ledger does not continue the earlier checkpoint');
}
