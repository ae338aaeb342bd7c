import type { FurnishedLine, FurnishedRecord, ParseContext, RecordFault } from '../../core/credit/furnished-record';
import type {
  DeferredLine,
  FurnishedFile,
  FurnishStore,
  ImportKey,
  ImportProgress,
  LineVerdict,
  RejectedRecord,
  RejectsFile,
  RetryStage,
  SeenKeys,
} from '../ports';

/** One file of a run and where its rejects go. */
export interface FurnishInput {
  readonly file: FurnishedFile;
  readonly rejects: RejectsFile;
}
export interface FurnishTools {
  readonly store: FurnishStore;
  readonly context: Omit<ParseContext, 'notation'>;
  readonly batchLines: number;
  /** Called after every batch. */
  readonly onProgress: (input: FurnishInput, progress: ImportProgress) => void;
  readonly isStopped: () => boolean;
}

/** A line in its place among those read; `retried` ones have been deferred before. */
interface PlacedLine {
  readonly ordinal: number;
  readonly line: FurnishedLine;
}

/** The furnishing of one file, from wherever an earlier run of it stopped. */
export interface FileRun {
  readonly input: FurnishInput;
  progress(): ImportProgress;
  /** Number in the file of the first line of this run; null unless it went on where another stopped. */
  resumedFromLine(): number | null;
  /** Every line once, in order; lines whose parent is missing are deferred. */
  furnishLines(): Promise<void>;
  /** The deferred lines of one stage, accounts before months; what still has no parent is rejected. */
  retryDeferred(stage: RetryStage): Promise<void>;
  complete(): Promise<void>;
}

/** Begins or resumes; a run whose rejects file is gone starts over, which changes nothing that is stored. */
export async function startFileRun(tools: FurnishTools, key: ImportKey, input: FurnishInput): Promise<FileRun> {
  const { store, context, batchLines } = tools;
  const { file, rejects } = input;
  let progress = await store.beginRun(key);
  if (!rejects.holds(progress.rejectsBytes, deferredCount(progress))) {
    await store.restartRun(key, progress);
    progress = await store.beginRun(key);
  }
  const resumed = progress.linesDone > 0;
  let firstLine: number | null = null;
  let lineCount = 0;
  let places = 0;

  const furnish = async (batch: readonly PlacedLine[], policy: 'DEFER' | 'REJECT'): Promise<void> => {
    if (batch.length === 0) return;
    firstLine ??= batch[0]?.line.line ?? null;
    const records = batch.flatMap(({ line }) => ('records' in line ? [line.records] : []));
    const from = progress;
    progress = await store.furnish(key, from, records, (verdicts) => settle(rejects, from, batch, verdicts, policy));
    tools.onProgress(input, progress);
  };
  const furnishAll = async (lines: AsyncIterable<PlacedLine>, policy: 'DEFER' | 'REJECT'): Promise<void> => {
    let batch: PlacedLine[] = [];
    for await (const placed of lines) {
      batch.push(placed);
      if (batch.length < batchLines) continue;
      await furnish(batch, policy);
      batch = [];
      if (tools.isStopped()) return;
    }
    await furnish(batch, policy);
  };
  async function* linesToDo(seen: SeenKeys): AsyncGenerator<PlacedLine> {
    const done = progress.linesDone;
    for await (const line of file.lines(context)) {
      lineCount += 1;
      const checked = withoutDuplicates(line, seen);
      if (lineCount > done) yield { ordinal: lineCount, line: checked };
    }
  }
  /** Retried lines count as done once more, beyond the lines of the file: so a stopped retry is resumed too. */
  async function* deferredToDo(stage: RetryStage): AsyncGenerator<PlacedLine> {
    const done = progress.linesDone - lineCount;
    const wanted = rejects.deferred(stage, deferredCount(progress))[Symbol.iterator]();
    let next = wanted.next();
    let ordinal = 0;
    if (next.done) return;
    for await (const line of file.lines(context)) {
      ordinal += 1;
      if (ordinal !== next.value) continue;
      places += 1;
      if (places > done) yield { ordinal, line };
      next = wanted.next();
      if (next.done) return;
    }
  }

  return {
    input,
    progress: () => progress,
    resumedFromLine: () => (resumed ? firstLine : null),
    async furnishLines() {
      const seen = store.openSeenKeys();
      try {
        await furnishAll(linesToDo(seen), 'DEFER');
      } finally {
        seen.close();
      }
    },
    retryDeferred: (stage) => furnishAll(deferredToDo(stage), 'REJECT'),
    async complete() {
      await store.completeRun(key, progress);
      rejects.finish(progress.rejectsBytes);
    },
  };
}

function deferredCount({ linesDone, accepted, unchanged, rejected }: ImportProgress): number {
  return linesDone - accepted - unchanged - rejected;
}

/** Writes rejected and deferred lines down and adds the batch to the progress. */
function settle(
  rejects: RejectsFile,
  from: ImportProgress,
  batch: readonly PlacedLine[],
  verdicts: readonly LineVerdict[],
  policy: 'DEFER' | 'REJECT',
): ImportProgress {
  const counts = { accepted: from.accepted, unchanged: from.unchanged, rejected: from.rejected };
  const refused: RejectedRecord[] = [];
  const deferred: DeferredLine[] = [];
  const remaining = verdicts[Symbol.iterator]();
  for (const { ordinal, line } of batch) {
    const verdict: LineVerdict = 'faults' in line ? { kind: 'rejected', faults: line.faults } : nextOf(remaining);
    if (verdict.kind === 'parentMissing' && policy === 'DEFER') {
      deferred.push({ ordinal, stage: verdict.stage });
      continue;
    }
    counts[verdict.kind === 'parentMissing' ? 'rejected' : verdict.kind] += 1;
    if ('faults' in verdict) refused.push(...verdict.faults.map((fault) => toReject(line, fault)));
  }
  const added = { rejects: refused, deferred };
  const rejectsBytes = rejects.write({ rejectsBytes: from.rejectsBytes, deferredCount: deferredCount(from) }, added);
  return { ...counts, linesDone: from.linesDone + batch.length, rejectsBytes };
}

function nextOf(verdicts: Iterator<LineVerdict>): LineVerdict {
  const next = verdicts.next();
  if (next.done) throw new Error('The store returned fewer verdicts than it was given lines.');
  return next.value;
}

function toReject({ line, entity, key }: FurnishedLine, { code, field, message }: RecordFault): RejectedRecord {
  return { line, entity, key, code, field, message };
}

/** Registers the natural keys of a line; a line that names one again is refused. */
function withoutDuplicates(line: FurnishedLine, seen: SeenKeys): FurnishedLine {
  if ('faults' in line) return line;
  const twice = line.records.filter((record) => !seen.add(seenKeyOf(record)));
  if (twice.length === 0) return line;
  const faults = twice.map(({ entity }): RecordFault => ({
    code: 'DUPLICATE_IN_FILE',
    field: entity === 'borrower' ? 'customerId' : 'accountNo',
    message: `An earlier line of this file has the same ${entity === 'monthlySummary' ? 'account and month' : entity}.`,
  }));
  return { line: line.line, entity: line.entity, key: line.key, faults };
}

function seenKeyOf(record: FurnishedRecord): string {
  switch (record.entity) {
    case 'borrower':
      return `borrower ${record.values.customerId}`;
    case 'account':
      return `account ${record.values.accountNo}`;
    case 'monthlySummary':
      return `month ${record.values.month} ${record.values.accountNo}`;
  }
}
