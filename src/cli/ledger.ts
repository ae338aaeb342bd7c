import { readFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { exportLedger } from '../app/ledger/export-ledger';
import type { LedgerArchive, LedgerTarget } from '../app/ledger-ports';
import { badInput } from '../core/errors';
import { LedgerFault } from '../core/ledger/ledger-fault';
import { openCheckpoint } from '../core/ledger/signed-note';
import type { LedgerReader } from '../core/ledger/tiles';
import { type OpenChecker, verifyLedger } from '../core/ledger/verify-ledger';
import { runCommand, toWholeNumber } from './command';

/** What the commands need of the composed program. */
export interface LedgerAdapters {
  /** The ledger of the configured database. */
  readonly openArchive: () => Promise<LedgerArchive & { readonly close: () => Promise<void> }>;
  readonly openFolder: (folder: string) => LedgerReader & LedgerTarget;
  readonly openAddress: (address: string, token: string | null) => LedgerReader;
  /** @param threads - null: as many as serve a ledger of its size. */
  readonly openCheckers: (threads: number | null) => OpenChecker;
}
const THREADS_MAX = 64;

interface VerifyOptions {
  readonly source?: string;
  readonly key?: string;
  readonly fromCheckpoint?: string;
  readonly token?: string;
  readonly threads?: string;
}

/** `ledger key`, `ledger export`, `ledger verify`. */
export function addLedgerCommand(program: Command, adapters: LedgerAdapters): void {
  const ledger = program.command('ledger').description('the signed ledger of what was shown to whom');
  ledger
    .command('key')
    .description('print what checkpoints are verified with: name+id+key')
    .action(() => withArchive(adapters, (archive) => Promise.resolve(console.log(archive.verifierKey))));
  ledger
    .command('export')
    .description('copy the published ledger as static files')
    .requiredOption('--out <folder>', 'folder; what an earlier copy left there stays')
    .action(({ out }: { out: string }) =>
      withArchive(adapters, async (archive) => {
        const { size, root } = await withBar((tell) => exportLedger(archive, adapters.openFolder(out), tell));
        console.log(`Copied ${size.toLocaleString('en')} entries, root ${root.toString('base64')}.`);
      }),
    );
  ledger
    .command('verify')
    .description(
      'check signature, entries, tiles, root, order of consents and institutions, and that an earlier checkpoint is continued',
    )
    .option('--source <folder or address>', 'where the ledger is published; default: the configured database')
    .option('--key <name+id+key>', 'verifier key; required with --source')
    .option('--from-checkpoint <file>', 'a checkpoint kept from earlier')
    .option('--token <token>', 'bearer token for an address')
    .option('--threads <number>', 'threads that check entries; default: one for each core, and one for a small ledger')
    .action((options: VerifyOptions) => runCommand(() => verify(adapters, options)));
}

/** Exit code 0: everything holds; 1: something does not; 2: it could not be checked. */
async function verify(adapters: LedgerAdapters, { source, key, fromCheckpoint, token, threads }: VerifyOptions): Promise<void> {
  if (source !== undefined && key === undefined)
    throw badInput('key', 'A source is checked against the key that you trust: give --key.');
  const archive = source === undefined ? await adapters.openArchive() : null;
  try {
    const reader = archive?.reader ?? openSource(adapters, source ?? '', token ?? null);
    const verifierKey = key ?? archive?.verifierKey ?? '';
    const from = fromCheckpoint === undefined ? {} : { from: await readFile(fromCheckpoint, 'utf8') };
    const openChecker = adapters.openCheckers(threads === undefined ? null : toWholeNumber('threads', threads, 1, THREADS_MAX));
    const { checkpoint, counts } = await withBar(
      (onProgress) => verifyLedger({ reader, verifierKey, ...from, onProgress, openChecker }),
      async () => openCheckpoint(await reader.checkpoint(), verifierKey).size,
    );
    const byType = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => `${type} ${count.toLocaleString('en')}`); // prettier-ignore
    console.log(`Verified: ${checkpoint.size.toLocaleString('en')} entries of ${checkpoint.origin} (${byType.join(', ') || 'none'}), root ${checkpoint.root.toString('base64')}.`); // prettier-ignore
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    console.error(`Not verified. ${cause.message}`);
    process.exitCode = 1;
  } finally {
    await archive?.close();
  }
}

function openSource({ openFolder, openAddress }: LedgerAdapters, source: string, token: string | null): LedgerReader {
  return /^https?:\/\//.test(source) ? openAddress(source, token) : openFolder(source);
}

function withArchive({ openArchive }: LedgerAdapters, action: (archive: LedgerArchive) => Promise<void>): Promise<void> {
  return runCommand(async () => {
    const archive = await openArchive();
    try {
      await action(archive);
    } finally {
      await archive.close();
    }
  });
}

/** Entries done, on a terminal. @param total - Asked for only there; absent: the entries are counted without an end. */
async function withBar<T>(
  action: (tell: (entries: number) => void) => Promise<T>,
  total: () => Promise<number> = () => Promise.resolve(0),
): Promise<T> {
  if (!process.stderr.isTTY) return action(() => undefined);
  const bar = new SingleBar({ stream: process.stderr, format: '{bar} {value} entries' });
  bar.start(await total(), 0);
  try {
    return await action((entries) => bar.update(entries));
  } finally {
    bar.stop();
  }
}
