import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import {
  type KeyEncryptionParts,
  type OnShare,
  retireKeyEncryption,
  rotateKeyEncryption,
} from '../app/identity/rotate-key-encryption';
import { rotateDataKeys } from '../app/identity/rotate-data-keys';
import type { DataKeyStore } from '../app/key-ports';
import { badInput } from '../core/errors';
import { runCommand } from './command';

/** What the command needs of the composed program. */
export interface KeysAdapters {
  readonly keyEncryption: KeyEncryptionParts;
  readonly dataKeys: DataKeyStore;
  readonly close: () => Promise<void>;
}

/** Rotation of keys beside serving gateways: exit code 0, or 2 if it was refused or interrupted; then run it again. */
export function addKeysCommand(program: Command, open: () => Promise<KeysAdapters>): void {
  const group = program.command('keys').description('replace keys while the gateway serves');
  const run = (act: (adapters: KeysAdapters, onShare: OnShare) => Promise<string>): Promise<void> =>
    runCommand(async () => {
      const adapters = await open();
      try {
        console.log(await withBar((onShare) => act(adapters, onShare)));
      } finally {
        await adapters.close();
      }
    });
  group
    .command('rotate-kek')
    .description("wrap every borrower's key with a new key-encryption key; run it again if it was interrupted")
    .option('--prepare', 'only make the new key, to copy it to servers that do not share its folder')
    .action(({ prepare }: { prepare?: true }) =>
      run(async ({ keyEncryption }, onShare) => {
        const { version, rewrapped } = await rotateKeyEncryption(keyEncryption, { prepareOnly: prepare ?? false, onShare });
        if (prepare) return `Version ${String(version)} of the key-encryption key is made and not used yet.`;
        return `Every key is wrapped with version ${String(version)}: ${rewrapped.toLocaleString('en')} were wrapped anew.`;
      }),
    );
  group
    .command('retire-kek <version>')
    .description('destroy a key-encryption key once nothing is wrapped with it')
    .action((version: string) =>
      run(async ({ keyEncryption }, onShare) => {
        await retireKeyEncryption(keyEncryption, toVersion(version), onShare);
        return `Version ${version} of the key-encryption key is retired.`;
      }),
    );
  group
    .command('rotate-data')
    .description('seal all identity and contact values with new keys; run it again if it was interrupted')
    .action(() =>
      run(async ({ dataKeys }, onShare) => {
        const { version, resealed } = await rotateDataKeys(dataKeys, onShare);
        return `Every value is sealed with version ${String(version)}: ${resealed.toLocaleString('en')} were sealed anew.`;
      }),
    );
}

function toVersion(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw badInput('version', 'Name a version by its number, such as 1.');
  return Number(text);
}

async function withBar<T>(action: (onShare: OnShare) => Promise<T>): Promise<T> {
  const bar = process.stderr.isTTY ? new SingleBar({ stream: process.stderr, format: '{bar} {percentage}%' }) : null;
  bar?.start(100, 0);
  try {
    return await action((share) => bar?.update(Math.round(share * 100)));
  } finally {
    bar?.stop();
  }
}
