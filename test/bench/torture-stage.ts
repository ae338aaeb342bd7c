import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '../../src/core/ledger/entry';
import { openTcpProxy } from '../support/tcp-proxy';
import { makeDraw } from './people';
import type { ServerKind } from './server-process';
import { findViolations, type TortureViolation } from './torture-check';
import { type Fault, REFUSALS, type Tools } from './torture-faults';
import { type Heard, startTortureLoad, type TortureLoad } from './torture-load';
import type { PrivateMariadb } from './torture-mariadb';
import { CALM_MS_MAX, RECOVERY_MS_MAX } from './torture-settings';
import { openTortureWorld, type TortureWorld } from './torture-world';

/** A gateway on a database of its own with its clients, for one stage after the other. */
export interface Course {
  readonly tools: Tools;
  /** The whole ledger, as it was last read. */
  readonly entries: LedgerEntry[];
  readonly draw: (below: number) => number;
  close(): Promise<void>;
}
/** What a stage added to its course. */
export interface StageOutcome {
  readonly rounds: number;
  readonly received: number;
  readonly entries: number;
  readonly changes: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly repeated: number;
  readonly slowestRefusalMs: number;
  /** From the end of the fault to the first look-up that was sent after it and answered. */
  readonly recoveryMs: { readonly median: number; readonly max: number };
  /** Of the course up to here. */
  readonly violations: readonly TortureViolation[];
}
export interface Ends {
  isEnough(violations: readonly TortureViolation[]): boolean;
  isStopped(): boolean;
}
export interface CourseSettings {
  readonly kind: ServerKind;
  readonly place: Fault['place'];
  readonly readers: number;
  readonly seed: number;
}

export async function openCourse(mariadb: PrivateMariadb, { kind, place, readers, seed }: CourseSettings): Promise<Course> {
  const proxy = await openTcpProxy(mariadb.port);
  let world: TortureWorld | undefined;
  const close = async (): Promise<void> => {
    await world?.close();
    await proxy.close();
  };
  try {
    const schema = `torture_${String((schemas += 1))}`;
    const onMariadb = { kind: 'mariadb', server: mariadb.url, schema, gatewayPort: proxy.port } as const;
    world = await openTortureWorld(kind, place === 'mariadb' ? onMariadb : { kind: 'sqlite' });
    const load = await startTortureLoad(world, seed, readers);
    return { tools: { world, load, mariadb, proxy }, entries: [], draw: makeDraw(seed), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}
let schemas = 0;

/**
 * Ends early when the run is stopped, and after a round by which enough was found.
 *
 * @throws Error if the gateway does not come back.
 */
export async function runStage(
  course: Course,
  fault: Fault,
  rounds: number,
  { isEnough, isStopped }: Ends,
): Promise<StageOutcome> {
  const { tools, entries, draw } = course;
  const { world, load } = tools;
  load.beginStage();
  const before = { ...toCounts(load.heard()), entries: entries.length };
  const recoveriesMs: number[] = [];
  await fault.prepare?.(tools);
  for (let round = 1; ; round += 1) {
    await load.runRound(async () => {
      await load.served();
      await sleep(draw(CALM_MS_MAX));
      recoveriesMs.push(await strike(fault, tools));
    });
    const violations = await findAll(world, load, entries);
    if (round < rounds && !isEnough(violations) && !isStopped()) continue;
    const heard = load.heard();
    const now = { ...toCounts(heard), entries: entries.length };
    return {
      rounds: round,
      received: now.received - before.received,
      entries: now.entries - before.entries,
      changes: now.changes - before.changes,
      refused: now.refused - before.refused,
      unanswered: now.unanswered - before.unanswered,
      repeated: now.repeated - before.repeated,
      slowestRefusalMs: Math.round(heard.slowestRefusalMs),
      recoveryMs: toSpread(recoveriesMs),
      violations,
    };
  }
}

function toCounts({ received, lives, refused, unanswered, repeated }: Heard) {
  return { received: received.length, changes: lives.flat().length, refused, unanswered, repeated };
}

function toSpread(figures: readonly number[]): StageOutcome['recoveryMs'] {
  const ascending = [...figures].sort((a, b) => a - b).map(Math.round);
  return { median: ascending[Math.ceil(ascending.length / 2) - 1] ?? NaN, max: ascending.at(-1) ?? NaN };
}

/** @returns how long the gateway took to serve again. */
async function strike(fault: Fault, tools: Tools): Promise<number> {
  const { load, world } = tools;
  const refused = fault.isSeen ? load.refusals(REFUSALS) : Promise.resolve();
  await fault.begin(tools);
  try {
    await refused;
    if (fault.isSeen) await untilReadiness(world, 503);
  } finally {
    await fault.end(tools);
  }
  const endedMs = performance.now();
  await load.served();
  const recoveryMs = performance.now() - endedMs;
  await untilReadiness(world, 200);
  return recoveryMs;
}

/** @throws Error if readiness does not say so in time. */
async function untilReadiness(world: TortureWorld, status: number): Promise<void> {
  const deadline = performance.now() + RECOVERY_MS_MAX;
  for (;;) {
    const said = await fetch(`http://127.0.0.1:${String(await world.port())}/readyz`).then((answer) => answer.status);
    if (said === status) return;
    if (performance.now() > deadline) throw new Error(`Readiness did not turn ${String(status)}`);
    await sleep(20);
  }
}

async function findAll(world: TortureWorld, load: TortureLoad, entries: LedgerEntry[]): Promise<readonly TortureViolation[]> {
  const heard = load.heard();
  entries.length = 0; // read anew: what was there may be gone
  await world.readLedger(entries);
  const disclosures = await world.countDisclosures(new Set(heard.received.map(({ requestId }) => requestId)));
  const fault = await world.verify().then(
    () => null,
    (cause: unknown) => cause,
  );
  return findViolations({ heard, entries, disclosures, fault });
}
