import type { FurnishedLine, FurnishedRecord, ParseContext, RecordFault } from '../../core/credit/furnished-record';
import { KEY_FIELDS } from '../../core/credit/furnished-fields';
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

type MissingParent = 'DEFER' | 'REJECT';

/** Begins or resumes; a run whose rejects file is gone starts over, which changes nothing that is stored. */
export async function startFileRun(tools: FurnishTools, key: ImportKey, input: FurnishInput): Promise<FileRun> {
  const found = await tools.store.beginRun(key);
  if (input.rejects.holds(found.rejectsBytes, deferredCount(found))) return new FileRun(tools, key, input, found);
  await tools.store.restartRun(key, found);
  return new FileRun(tools, key, input, await tools.store.beginRun(key));
}

/** The furnishing of one file, from wherever an earlier run of it stopped. */
export class FileRun {
  private readonly resumed: boolean;
  private firstLine: number | null = null;
  /** Lines of the file, once it has been read to its end. */
  private lineCount = 0;
  /** Deferred lines passed so far, of every stage. */
  private places = 0;

  constructor(
    private readonly tools: FurnishTools,
    private readonly key: ImportKey,
    readonly input: FurnishInput,
    private done: ImportProgress,
  ) {
    this.resumed = done.linesDone > 0;
  }

  get progress(): ImportProgress {
    return this.done;
  }

  /** Number in the file of the first line of this run; null unless it went on where another stopped. */
  get resumedFromLine(): number | null {
    return this.resumed ? this.firstLine : null;
  }

  /** Every line once, in order; lines whose parent is missing are deferred. */
  async furnishLines(): Promise<void> {
    const seen = this.tools.store.openSeenKeys();
    try {
      await this.furnishAll(this.linesToDo(seen), 'DEFER');
    } finally {
      seen.close();
    }
  }

  /** The deferred lines of one stage; what still has no parent is rejected. */
  async retryDeferred(stage: RetryStage): Promise<void> {
    await this.furnishAll(this.deferredToDo(stage), 'REJECT');
  }

  async complete(): Promise<void> {
    await this.tools.store.completeRun(this.key, this.done);
    this.input.rejects.finish(this.done.rejectsBytes);
  }

  private async *linesToDo(seen: SeenKeys): AsyncGenerator<PlacedLine> {
    const { linesDone } = this.done;
    for await (const line of this.input.file.lines(this.tools.context)) {
      this.lineCount += 1;
      const checked = withoutDuplicates(line, seen);
      if (this.lineCount > linesDone) yield { ordinal: this.lineCount, line: checked };
    }
  }

  /** Retried lines count as done once more, beyond the lines of the file: so a stopped retry is resumed too. */
  private async *deferredToDo(stage: RetryStage): AsyncGenerator<PlacedLine> {
    const retried = this.done.linesDone - this.lineCount;
    const wanted = this.input.rejects.deferred(stage, deferredCount(this.done))[Symbol.iterator]();
    let next = wanted.next();
    let ordinal = 0;
    if (next.done) return;
    for await (const line of this.input.file.lines(this.tools.context)) {
      ordinal += 1;
      if (ordinal !== next.value) continue;
      this.places += 1;
      if (this.places > retried) yield { ordinal, line };
      next = wanted.next();
      if (next.done) return;
    }
  }

  /** Reads on while the store works on the last batch; what was read beyond a stop is read again by the next run. */
  private async furnishAll(lines: AsyncIterable<PlacedLine>, missingParent: MissingParent): Promise<void> {
    let working: Promise<void> = Promise.resolve();
    let batch: PlacedLine[] = [];
    try {
      for await (const placed of lines) {
        batch.push(placed);
        if (batch.length < this.tools.batchLines) continue;
        await working;
        if (this.tools.isStopped()) return;
        working = this.furnish(batch, missingParent);
        working.catch(() => undefined); // it is awaited below, maybe long after it failed
        batch = [];
      }
      await working;
      if (!this.tools.isStopped()) await this.furnish(batch, missingParent);
    } finally {
      await working.catch(() => undefined); // after a fault of the file: nothing may still be at work
    }
  }

  private async furnish(batch: readonly PlacedLine[], missingParent: MissingParent): Promise<void> {
    if (batch.length === 0) return;
    const from = this.done;
    this.firstLine ??= batch[0]?.line.line ?? null;
    const records = batch.flatMap(({ line }) => ('records' in line ? [line.records] : []));
    this.done = await this.tools.store.furnish(this.key, from, records, (verdicts) =>
      settle(this.input.rejects, from, batch, verdicts, missingParent),
    );
    this.tools.onProgress(this.input, this.done);
  }
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
  missingParent: MissingParent,
): ImportProgress {
  const counts = { accepted: from.accepted, unchanged: from.unchanged, rejected: from.rejected };
  const refused: RejectedRecord[] = [];
  const deferred: DeferredLine[] = [];
  const remaining = verdicts[Symbol.iterator]();
  for (const { ordinal, line } of batch) {
    const verdict: LineVerdict = 'faults' in line ? { kind: 'rejected', faults: line.faults } : nextOf(remaining);
    if (verdict.kind === 'parentMissing' && missingParent === 'DEFER') {
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
  const twice = line.records.filter((record) => !seen.add(...seenKeyOf(record)));
  if (twice.length === 0) return line;
  const faults = twice.map(({ entity }): RecordFault => ({
    code: 'DUPLICATE_IN_FILE',
    field: KEY_FIELDS[entity][0],
    message: `An earlier line of this file has the same ${KEY_FIELDS[entity].join(' and ')}.`,
  }));
  return { line: line.line, entity: line.entity, key: line.key, faults };
}

/** Entity and number, and the place of what lies within them. */
function seenKeyOf({ entity, values }: FurnishedRecord): readonly [name: string, place: number] {
  const [number, place] = KEY_FIELDS[entity] as readonly [string, string?];
  const valueOf = (name: string): unknown => (values as Readonly<Record<string, unknown>>)[name];
  return [`${entity} ${String(valueOf(number))}`, place === undefined ? 0 : Number(valueOf(place))];
}
