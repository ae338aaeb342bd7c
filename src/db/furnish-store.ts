import type { FurnishStore, ImportKey, ImportProgress, Keys, LineVerdict } from '../app/ports';
import type { FurnishedRecord } from '../core/credit/furnished-record';
import { changedBy, type Database, rowsOf, type Script } from './database';
import { forUpdate } from './dialect';
import { evaluate } from './furnish-evaluate';
import { planBatch, type PlanTools } from './furnish-plan';
import { OutdatedPlan } from './furnish-world';
import { raiseProgress, writeChanges } from './furnish-write';
import { isAnyRetired } from './key-encryption-store';
import { assertRunAt, beginRun, moveRun, NOTHING_DONE } from './import-run';
import { loadWorld, lockPlatform } from './load-world';
import type { Plan } from './planned-record';
import { openSeenKeys } from './seen-keys';

const PLANS_MAX = 4;

/** Furnishing in both dialects; a batch is one transaction under the lock of its platform. */
export function createFurnishStore(database: Database, tools: PlanTools): FurnishStore {
  const { dialect } = database;
  return {
    beginRun: (key) => database.write(() => beginRun(dialect, database.now(), key)),
    restartRun: (key, from) => database.write(() => moveRun(database.now(), key, from, NOTHING_DONE, 'RUNNING')),
    completeRun: (key, at) => database.write(() => moveRun(database.now(), key, at, at, 'COMPLETED')),
    makeHistorical: (platformId) => database.write(() => makeHistorical(database, platformId)),
    furnish: (key, from, lines, settle) => furnish(database, tools, { key, from, lines, settle }),
    openSeenKeys,
  };
}

interface Batch {
  readonly key: ImportKey;
  readonly from: ImportProgress;
  readonly lines: readonly (readonly FurnishedRecord[])[];
  readonly settle: (verdicts: readonly LineVerdict[]) => ImportProgress;
}

/** Plans outside the transaction, where sealing costs nobody a lock, and again if what the plan rests on has moved. */
async function furnish(database: Database, tools: PlanTools, batch: Batch): Promise<ImportProgress> {
  for (let left = PLANS_MAX - 1; ; left -= 1) {
    try {
      const plan = await planBatch(database, tools, batch.key.platformId, batch.lines);
      return await database.write(() => furnishPlan(database, tools, batch, plan));
    } catch (cause) {
      if (!(cause instanceof OutdatedPlan) || left === 0) throw cause;
    }
  }
}

/**
 * `settle` writes the rejects file, which a script must not; it may because the run is locked and checked by then, and
 * because writing the same bytes at the same place again changes nothing.
 */
function* furnishPlan(database: Database, { keys }: PlanTools, batch: Batch, plan: Plan): Script<ImportProgress> {
  const { dialect } = database;
  const { key, from, settle } = batch;
  yield* lockPlatform(dialect, key.platformId);
  const { atMs, newestMonth } = yield* assertRunAt(dialect, database.now(), key, from);
  yield* assertWrappedToLast(keys, plan);
  const { world, held } = yield* loadWorld(dialect, keys, plan);
  const { verdicts, changes } = evaluate(plan, world);
  yield* writeChanges({ dialect, keys, plan, world, held, atMs }, changes);
  const kept = plan.lines.filter((_, index) => verdicts[index]?.kind === 'accepted' || verdicts[index]?.kind === 'unchanged');
  const asOfDates = kept.flat().map(({ record }) => record.asOf);
  yield* raiseProgress(dialect, key.platformId, newestMonth, asOfDates);
  const to = settle(verdicts);
  yield* moveRun(database.now(), key, from, to, 'RUNNING');
  return to;
}

/** Read under the platform's lock, for which whoever destroys a key waits after it was retired. @throws OutdatedPlan. */
function* assertWrappedToLast(keys: Keys, { wrappedKeys }: Plan): Script<void> {
  if (wrappedKeys.size === 0) return;
  const versions = new Set([...wrappedKeys.values()].map((wrapped) => keys.wrappingVersion(wrapped)));
  if (yield* isAnyRetired([...versions])) throw new OutdatedPlan();
}

function* makeHistorical(database: Database, platformId: string): Script<boolean> {
  const lock = forUpdate(database.dialect);
  const [row] = yield* rowsOf(`SELECT historical FROM institution WHERE institution_id = ?${lock}`, [platformId]);
  if (row?.['historical'] === 1) return true;
  if ((yield* rowsOf('SELECT 1 AS found FROM platform_progress WHERE platform_id = ?', [platformId])).length > 0) return false;
  const sql = 'UPDATE institution SET historical = 1, ver = ver + 1 WHERE institution_id = ? AND historical = 0';
  return (yield* changedBy(sql, [platformId])) === 1;
}
