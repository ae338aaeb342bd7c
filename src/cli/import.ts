import path from 'node:path';
import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import { furnishRecords, type FurnishResult, IMPORT_FORMATS, type ImportFormat } from '../app/credit/furnish-records';
import type { FurnishedFile, FurnishStore, InstitutionRegister, RejectsFile } from '../app/ports';
import { badInput } from '../core/errors';
import { dayOf } from '../core/credit/calendar';

/** What the command needs of the composed program. */
export interface ImportAdapters {
  readonly production: boolean;
  readonly institutions: InstitutionRegister;
  readonly furnishStore: FurnishStore;
  readonly openFile: (path: string, format: ImportFormat) => FurnishedFile;
  readonly openRejects: (path: string) => RejectsFile;
  readonly close: () => Promise<void>;
}
interface ImportOptions {
  readonly platform: string;
  readonly format: ImportFormat;
  readonly rejects?: string;
}

/** Exit code 0: nothing was rejected; 1: some lines were; 2: the import failed or was stopped. */
export function addImportCommand(program: Command, open: () => Promise<ImportAdapters>): void {
  program
    .command('import')
    .description('furnish the records of files; running it again resumes or changes nothing')
    .argument('<files...>', 'files of the format, plain or gzip')
    .requiredOption('--platform <id>', 'the platform that furnishes')
    .addOption(new Option('--format <format>', 'layout of the files').choices(IMPORT_FORMATS).makeOptionMandatory())
    .option('--rejects <path>', 'where rejected lines go; default FILE.rejects.ndjson in the current directory')
    .action(async (files: string[], options: ImportOptions) => {
      process.exitCode = await runImport(files, options, open);
    });
}

async function runImport(files: readonly string[], options: ImportOptions, open: () => Promise<ImportAdapters>): Promise<number> {
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  process.once('SIGINT', stop);
  try {
    const rejectsPaths = toRejectsPaths(files, options.rejects);
    const adapters = await open();
    try {
      const results = await importFiles(adapters, files, rejectsPaths, options, () => stopped);
      for (const result of results) console.log(toSentence(result));
      if (stopped) console.error('Stopped; run the same command again to go on.');
      return stopped ? 2 : results.some(({ rejected }) => rejected > 0) ? 1 : 0;
    } finally {
      await adapters.close();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The import failed.');
    return 2;
  } finally {
    process.removeListener('SIGINT', stop);
  }
}

async function importFiles(
  { production, institutions, furnishStore, openFile, openRejects }: ImportAdapters,
  files: readonly string[],
  rejectsPaths: readonly string[],
  { platform, format }: ImportOptions,
  isStopped: () => boolean,
): Promise<readonly FurnishResult[]> {
  const inputs = files.map((file, index) => ({ file: openFile(file, format), rejects: openRejects(rejectsPaths[index] ?? '') }));
  const bar = process.stderr.isTTY
    ? new SingleBar({ stream: process.stderr, format: '{bar} {percentage}% {file} {lines} lines' })
    : null;
  const totalBytes = inputs.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const bytesBefore = (path: string): number =>
    inputs.slice(0, files.indexOf(path)).reduce((sum, { file }) => sum + file.sizeBytes, 0);
  bar?.start(totalBytes, 0, { file: '', lines: 0 });
  try {
    return await furnishRecords(
      { institutions, store: furnishStore },
      {
        platformId: platform,
        format,
        inputs,
        production,
        todayDay: dayOf(Date.now()),
        isStopped,
        onProgress: ({ path: file, bytesRead, counts }) =>
          bar?.update(bytesBefore(file) + bytesRead, { file: path.basename(file), lines: counts.linesDone }),
      },
    );
  } finally {
    bar?.stop();
  }
}

function toRejectsPaths(files: readonly string[], given: string | undefined): readonly string[] {
  if (given !== undefined && files.length > 1)
    throw badInput('rejects', 'Give --rejects with one file only; each file has rejects of its own.');
  const paths = files.map((file) => given ?? `${path.basename(file)}.rejects.ndjson`);
  const taken = [...paths, ...files].map((one) => path.resolve(one));
  if (new Set(taken).size < taken.length)
    throw badInput('rejects', 'Files and rejects files need different names; import them one by one.');
  return paths;
}

function toSentence({ path: file, accepted, unchanged, rejected, resumedFromLine, rejectsFile }: FurnishResult): string {
  const count = (number: number): string => number.toLocaleString('en');
  const resumed = resumedFromLine === null ? '' : `; resumed from line ${count(resumedFromLine)}`;
  const rejects = rejectsFile === null ? '' : `; see ${rejectsFile}`;
  return `${file}: ${count(accepted)} accepted, ${count(unchanged)} unchanged, ${count(rejected)} rejected${resumed}${rejects}`;
}
