import { Command } from 'commander';
import { addImportCommand } from '../../src/cli/import';
import { furnishingFiles, openKeys, openStores } from '../../src/compose';
import { loadConfig } from '../../src/config/config';

/** What one import took: its process alone, without the start of the program. */
export interface ImportUsage {
  readonly exitCode: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMegabytesMax: number;
}

/** The command `import` as the gateway has it, in a process of its own. */
async function run(args: readonly string[]): Promise<ImportUsage> {
  const config = loadConfig(process.env);
  const program = new Command();
  addImportCommand(program, () =>
    Promise.resolve({ ...openStores(config, openKeys(config)), production: config.production, ...furnishingFiles }),
  );
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await program.parseAsync(['import', ...args], { from: 'user' });
  const { user, system } = process.cpuUsage(before);
  return {
    exitCode: Number(process.exitCode ?? 0),
    seconds: (performance.now() - startedMs) / 1_000,
    cpuSeconds: (user + system) / 1e6,
    rssMegabytesMax: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}

if (require.main === module)
  void run(process.argv.slice(3)).then((usage) => {
    process.send?.(usage);
    process.disconnect();
  });
