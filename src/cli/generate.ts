import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { dayOf, lastCompletedMonth, type MonthIndex, toMonthIndex, toYearMonth } from '../core/credit/calendar';
import { badInput } from '../core/errors';
import { GENERATED_FILES, type GeneratedEntity } from '../generate/generated-entities';
import { type RecordCounts, writeFiles } from '../generate/write-files';
import { runCommand, toWholeNumber } from './command';

interface GenerateOptions {
  readonly borrowers: string;
  readonly seed: string;
  readonly out: string;
  readonly months: string;
  readonly until?: string;
  readonly plain?: true;
}
const BORROWERS_MAX = 10_000_000;
const MONTHS_MAX = 60;

/** Exit code 0, or 2 if nothing was written. The same numbers with the same --until give the same bytes anywhere. */
export function addGenerateCommand(program: Command): void {
  program
    .command('generate')
    .description('write files of invented borrowers for import; to get the same files another month, name --until')
    .requiredOption('--borrowers <count>', `how many, 1 to ${String(BORROWERS_MAX)}; fewer are the first ones of more`)
    .requiredOption('--seed <number>', 'a whole number; another one gives other borrowers')
    .requiredOption('--out <folder>', 'where the files go; made where missing')
    .option('--months <count>', `how many months, 1 to ${String(MONTHS_MAX)}`, '24')
    .option('--until <month>', 'the newest month, YYYY-MM; default the last completed one')
    .option('--plain', 'one account a borrower and no loans, for runs on scale')
    .action((options: GenerateOptions) => runCommand(() => runGenerate(options)));
}

async function runGenerate(options: GenerateOptions): Promise<void> {
  const borrowers = toWholeNumber('borrowers', options.borrowers, 1, BORROWERS_MAX);
  const settings = {
    seed: toWholeNumber('seed', options.seed, 0, Number.MAX_SAFE_INTEGER),
    months: toWholeNumber('months', options.months, 1, MONTHS_MAX),
    until: toCompletedMonth(options.until),
    detail: options.plain ? 'PLAIN' : 'FULL',
  } as const;
  const bar = process.stderr.isTTY
    ? new SingleBar({ stream: process.stderr, format: '{bar} {percentage}% {value} of {total} borrowers, {eta} s left' })
    : null;
  bar?.start(borrowers, 0);
  const startedMs = performance.now();
  try {
    const counts = await writeFiles(settings, borrowers, options.out, (done) => bar?.update(done));
    bar?.stop();
    for (const line of toLines(counts, performance.now() - startedMs)) console.log(line);
  } finally {
    bar?.stop();
  }
}

function toLines(counts: RecordCounts, elapsedMs: number): readonly string[] {
  const lines = (Object.keys(counts) as GeneratedEntity[]).map( // its own keys
    (entity) => `${GENERATED_FILES[entity]}: ${(counts[entity] ?? 0).toLocaleString('en')} records`,
  ); // prettier-ignore
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const perSecond = Math.round((total * 1_000) / Math.max(1, elapsedMs));
  return [
    ...lines,
    `${total.toLocaleString('en')} records in ${(elapsedMs / 1_000).toFixed(1)} s, ${perSecond.toLocaleString('en')} a second`,
  ];
}

/** A month that is not over would hold an as-of date after today, which no import takes. */
function toCompletedMonth(text: string | undefined): MonthIndex {
  const newest = lastCompletedMonth(dayOf(Date.now()));
  if (text === undefined) return newest;
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? toMonthIndex(text) : NaN;
  if (month >= toMonthIndex('1970-01') && month <= newest) return month;
  throw badInput('until', `--until must be a completed month, written YYYY-MM, from 1970-01 to ${toYearMonth(newest)}.`);
}
