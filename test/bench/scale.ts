import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import type { GeneratedEntity } from '../../src/generate/generated-entities';
import { readVersion } from './database';
import { type Book, type BookPlan, importBorrowers, makeBook } from './scale-book';
import { type Copied, copyRows } from './scale-copies';
import { growBook } from './scale-grow';
import { compareLookUps, type LookUpCost } from './scale-look-ups';
import { readLoad, readStorage } from './scale-machine';
import { type BookFigures, describeBook, sentencesOf } from './scale-report';
import { COST_RATIO_MAX, LATE_SEED, MONTHS, readScaleOptions, type ScaleOptions, SEED } from './scale-settings';

let stopped = false;
const isStopped = (): boolean => stopped;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Tables that are copied, under the entities whose records they hold. */
const COPIED = { monthlySummary: 'monthly_summary', loan: 'loan', repayment: 'repayment' } as const;

/** Fills three books, and measures each while it is there; whatever happens, schemas and files are gone afterwards. */
async function run({ sizes, server }: ScaleOptions): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-scale-'));
  const books: Book[] = [];
  const [date, loadBefore] = [new Date().toISOString(), readLoad()];
  const plan = (name: string, borrowers: number, detail: BookPlan['detail']): BookPlan => ({
    name, borrowers, detail, server, folder, say, isStopped,
  }); // prettier-ignore
  const make = async (...of: Parameters<typeof plan>): Promise<Book> => {
    const book = await makeBook(plan(...of));
    books.push(book);
    return book;
  };
  try {
    const few = await make('few', sizes.fewBorrowers, 'PLAIN');
    const many = await make('many', sizes.borrowers, 'PLAIN');
    if (stopped) return;
    const empty = await describe(few, folder, {});
    const plain = await describe(many, folder, COPIED);
    const late = await importLate(many, plan('late', sizes.fewBorrowers, 'PLAIN'), sizes.copies);
    const lookUps = await compareLookUps([few, many], sizes, say, isStopped);
    if (stopped) return;
    tellLookUps(lookUps);
    for (const book of [few, many]) await book.database.drop();
    const loans = await make('loans', sizes.loanBorrowers, 'FULL');
    if (stopped) return;
    const full = await describe(loans, folder, COPIED);
    const document = {
      date,
      sizes: { ...sizes, months: MONTHS, seed: SEED },
      hardware: { cpu: cpus()[0]?.model, count: cpus().length, memoryGigabytes: Math.round(totalmem() / 1e9) },
      loadAverage: { before: loadBefore, after: readLoad() },
      versions: { node: process.version, mariadb: await readVersion(loans.database.url) },
      plain,
      full,
      few: empty,
      late,
      lookUps,
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } finally {
    for (const { database } of books) await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fills the large book up to its size, then imports as many borrowers into it as the small one has. */
async function importLate(many: Book, plan: BookPlan, copies: number): Promise<BookFigures> {
  if (copies > 0) {
    const startedMs = performance.now();
    await growBook(many.database, copies);
    say(
      `${many.name}: stored everybody ${String(copies)} times more in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`,
    );
  }
  const imported = await importBorrowers(many, plan, LATE_SEED);
  return describe({ ...many, ...plan, ...imported }, plan.folder, {});
}

type Tables = Partial<Readonly<Record<GeneratedEntity, string>>>;

/** Copies what is to be copied, and says what the book came to; a run that fails later has said it. */
async function describe(book: Book, folder: string, tables: Tables): Promise<BookFigures> {
  const copies: Copied[] = [];
  for (const { entity } of book.imported) {
    const table = tables[entity];
    if (table !== undefined && !stopped) copies.push(await copyRows(book.database, table, folder));
  }
  const figures = describeBook(book, tables, copies, await readStorage(book.database));
  for (const sentence of sentencesOf(figures)) say(sentence);
  return figures;
}

function tellLookUps({ sides, cpuRatio, statementRatio }: LookUpCost): void {
  for (const side of sides) {
    const { name, borrowers, storage, cpuMicrosPerRequest: cpu, questionsPerRequest, p50Ms, p95Ms } = side;
    say(
      `look-ups, ${name}: ${borrowers.toLocaleString('en-GB')} borrowers, ${String(storage.dataMegabytes)} MB in a pool of ` +
        `${String(storage.bufferPoolMegabytes)} MB: CPU ${String(cpu.median)} µs/request (${String(cpu.min)} to ${String(cpu.max)}), ` +
        `${String(questionsPerRequest.min)} statements, p50 ${String(p50Ms.median)} ms, p95 ${String(p95Ms.median)} ms, ` +
        `server CPU ${String(side.serverCpuMicrosPerRequest.median)} µs, ${String(side.pagesReadPerRequest.median)} pages read`,
    );
  }
  say(
    `CPU per request, many/few: ${String(cpuRatio.median)} (${String(cpuRatio.min)} to ${String(cpuRatio.max)}); ` +
      `statements: ${String(statementRatio)}; the target is ${String(COST_RATIO_MAX)} or less`,
  );
}

process.on('SIGINT', () => {
  stopped = true;
  process.exitCode = 130;
});
process.on('SIGTERM', () => {
  stopped = true;
  process.exitCode = 143;
});

void (async () => run(readScaleOptions(process.argv.slice(3), process.env)))().catch((cause: unknown) => {
  console.error(cause);
  process.exitCode = 1;
});
