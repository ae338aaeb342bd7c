import type { EpochDay } from '../../core/credit/calendar';
import { badInput, GatewayError } from '../../core/errors';
import { type FurnishStore, type ImportProgress, type Institution, type InstitutionRegister, RETRY_STAGES } from '../ports';
import { type FileRun, type FurnishInput, type FurnishTools, startFileRun } from './furnish-file';

export const IMPORT_FORMATS = ['canonical-ndjson', 'canonical-csv', 'uci-credit-card'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Lines of one transaction; a line of the UCI file is eight records. */
const BATCH_LINES: Readonly<Record<ImportFormat, number>> = {
  'canonical-ndjson': 2_000,
  'canonical-csv': 2_000,
  'uci-credit-card': 250,
};

export interface FurnishAdapters {
  readonly institutions: InstitutionRegister;
  readonly store: FurnishStore;
}
export interface FurnishRequest {
  readonly platformId: string;
  readonly format: ImportFormat;
  /** One run: a record's parent may stand in any of them. */
  readonly inputs: readonly FurnishInput[];
  readonly production: boolean;
  readonly todayDay: EpochDay;
  /** Lines of one transaction; without it, as many as suit the format. */
  readonly batchLines?: number;
  /** Stops after the batch in hand; a later run goes on from there. */
  readonly isStopped?: () => boolean;
  readonly onProgress?: (progress: FurnishProgress) => void;
}
export interface FurnishProgress {
  readonly path: string;
  readonly bytesRead: number;
  readonly sizeBytes: number;
  readonly counts: ImportProgress;
}
/** What became of one file, over all runs of it since it was last completed. */
export interface FurnishResult {
  readonly path: string;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Line where this run went on after a stopped one; null if it began anew. */
  readonly resumedFromLine: number | null;
  /** null: nothing was rejected. */
  readonly rejectsFile: string | null;
  readonly completed: boolean;
}

/**
 * Furnishes files of records for a platform: line by line, each stored wholly or rejected with its reason. Running it again
 * changes nothing; a run that was stopped or killed goes on after its last durable batch.
 *
 * @throws GatewayError NOT_FOUND or FORBIDDEN if this platform may not furnish this, BAD_USER_INPUT if a file as a whole is
 *   not of the format, CONFLICT if another process furnishes the same file.
 */
export async function furnishRecords(adapters: FurnishAdapters, request: FurnishRequest): Promise<readonly FurnishResult[]> {
  const { store } = adapters;
  const { platformId, format, inputs, isStopped = () => false } = request;
  const historical = await assertMayFurnish(adapters, request);
  const tools: FurnishTools = {
    store,
    context: contextOf(request, historical),
    batchLines: request.batchLines ?? BATCH_LINES[format],
    isStopped,
    onProgress: ({ file }, counts) =>
      request.onProgress?.({ path: file.path, bytesRead: file.bytesRead(), sizeBytes: file.sizeBytes, counts }),
  };
  const hashes = new Set<string>();
  const runs: FileRun[] = [];
  const empty: FurnishInput[] = [];
  for (const input of inputs) {
    if (isStopped()) break;
    if (format === 'canonical-ndjson' && input.file.sizeBytes === 0) {
      empty.push(input);
      continue;
    }
    const fileHash = await input.file.sha256();
    if (hashes.has(fileHash.toString('hex')))
      throw badInput('files', `${input.file.path} has the same content as an earlier file.`);
    hashes.add(fileHash.toString('hex'));
    const run = await startFileRun(tools, { platformId, format, fileHash }, input);
    runs.push(run);
    await run.furnishLines();
  }
  for (const stage of RETRY_STAGES) for (const run of runs) if (!isStopped()) await run.retryDeferred(stage);
  const completed = !isStopped();
  if (completed) for (const run of runs) await run.complete();
  return [...runs.map((run) => toResult(run, completed)), ...empty.map((input) => nothingOf(input, completed))];
}

function contextOf({ todayDay }: FurnishRequest, historical: boolean): FurnishTools['context'] {
  return { todayDay, retention: historical ? 'HISTORICAL' : 'FROM_TODAY' };
}

/** A file without a line, such as that of an entity of which there is nothing. */
function nothingOf({ file }: FurnishInput, completed: boolean): FurnishResult {
  return { path: file.path, accepted: 0, unchanged: 0, rejected: 0, resumedFromLine: null, rejectsFile: null, completed };
}

function toResult(run: FileRun, completed: boolean): FurnishResult {
  const { accepted, unchanged, rejected, rejectsBytes } = run.progress;
  const { file, rejects } = run.input;
  const rejectsFile = rejectsBytes > 0 ? rejects.path : null;
  return { path: file.path, accepted, unchanged, rejected, resumedFromLine: run.resumedFromLine, rejectsFile, completed };
}

/** @returns whether the platform is a historical data set. */
async function assertMayFurnish({ institutions, store }: FurnishAdapters, request: FurnishRequest): Promise<boolean> {
  const { platformId, format, production } = request;
  const platform = await institutions.find(platformId);
  assertActivePlatform(platformId, platform);
  if (platform.historical && production) throw new GatewayError('FORBIDDEN', 'Production holds no historical data sets.');
  if (format !== 'uci-credit-card' || platform.historical) return platform.historical;
  if (production) throw new GatewayError('FORBIDDEN', 'The UCI data set is historical; it may not be furnished in production.');
  await assertReadable(request);
  if (await store.makeHistorical(platformId)) return true;
  throw new GatewayError(
    'FORBIDDEN',
    `The platform ${platformId} holds living people; furnish the UCI data set to an empty platform.`,
  );
}

function assertActivePlatform(platformId: string, platform: Institution | null): asserts platform is Institution {
  if (!platform) throw new GatewayError('NOT_FOUND', `No institution ${platformId} is registered; add it first.`);
  if (platform.kind !== 'PLATFORM')
    throw new GatewayError('FORBIDDEN', `${platformId} is no platform; only platforms furnish records.`);
  if (platform.status !== 'ACTIVE') throw new GatewayError('FORBIDDEN', `The platform ${platformId} is not active.`);
}

/** Looks at the first line of each file, so that a wrong one changes nothing. */
async function assertReadable(request: FurnishRequest): Promise<void> {
  for (const { file } of request.inputs) for await (const line of file.lines(contextOf(request, true))) if (line) break;
}
