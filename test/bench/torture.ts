import { randomInt } from 'node:crypto';
import type { ServerKind } from './server-process';
import type { TortureRule, TortureViolation } from './torture-check';
import {
  commitsLost,
  connectionsCut,
  connectionsHalfOpen,
  connectionsStalled,
  diskFull,
  type Fault,
  lockHeld,
  mariadbKilled,
  nothing,
  serverKilled,
  sqliteDiskFull,
  unsyncedMariadbKilled,
} from './torture-faults';
import { openPrivateMariadb, type PrivateMariadb } from './torture-mariadb';
import { ANSWER_MS_MAX, READERS, readTortureOptions, type TortureOptions } from './torture-settings';
import { openCourse, runStage, type StageOutcome } from './torture-stage';

const VIOLATIONS_PRINTED_MAX = 5;

let stopped = false;
const isStopped = (): boolean => stopped;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const count = (number: number): string => number.toLocaleString('en-GB');

/** A gateway with one promise broken, the fault that brings it out, and the rules of which one must notice. */
interface Control {
  readonly kind: ServerKind;
  readonly fault: Fault;
  readonly rules: readonly TortureRule[];
  readonly readers?: number;
}

const R1_R2 = [
  'R1 shown without a consent',
  'R1 withheld under a consent',
  'R2 decided on another consent set',
  'R2 released after the revocation',
] as const;
const CONTROLS: readonly Control[] = [
  { kind: 'unchecked', fault: nothing, rules: R1_R2 },
  { kind: 'stale', fault: nothing, rules: R1_R2, readers: 1 }, // several would be read for together
  { kind: 'sends first', fault: serverKilled('mariadb'), rules: ['R3 body without an entry'] },
  { kind: 'swallows faults', fault: mariadbKilled, rules: ['R3 body without an entry'] },
  { kind: 'assumes commits', fault: { ...commitsLost('lost'), isSeen: false }, rules: ['R3 body without an entry'] },
  { kind: 'e', fault: unsyncedMariadbKilled, rules: ['R3 body without an entry'] },
];

function faultsOf({ killRounds, faultRounds }: TortureOptions): readonly (readonly [Fault, number])[] {
  return [
    [serverKilled('mariadb'), killRounds],
    [serverKilled('sqlite'), killRounds],
    [mariadbKilled, killRounds],
    [diskFull, faultRounds],
    [sqliteDiskFull, faultRounds],
    [lockHeld(), faultRounds],
    [connectionsCut, faultRounds],
    [connectionsStalled, faultRounds],
    [connectionsHalfOpen, faultRounds],
    [commitsLost('lost'), faultRounds],
    [commitsLost('reply lost'), faultRounds],
  ];
}

function report(name: string, { violations, ...figures }: StageOutcome): void {
  const { rounds, received, entries, changes, refused, unanswered, repeated, slowestRefusalMs, recoveryMs } = figures;
  say(`${name}: ${count(rounds)} rounds`);
  say(`  ${count(received)} bodies received, ${count(entries)} ledger entries, ${count(changes)} consents granted`);
  say(`  ${count(refused)} look-ups refused, the slowest after ${count(slowestRefusalMs)} ms; ${count(unanswered)} unanswered`);
  say(
    `  ${count(repeated)} served when sent again; the first ${count(recoveryMs.median)} ms after, at most ${count(recoveryMs.max)} ms`,
  );
  say(`  ${count(violations.length)} violations`);
  for (const { rule, detail } of violations.slice(0, VIOLATIONS_PRINTED_MAX)) say(`    ${rule}: ${detail.slice(0, 500)}`);
}

/** @returns what each stage came to; the last one is the first that failed. */
async function runFaults(options: TortureOptions, mariadb: PrivateMariadb): Promise<{ passed: boolean; stages: object[] }> {
  const { seed, only } = options;
  const stages: object[] = [];
  for (const place of ['mariadb', 'sqlite'] as const) {
    const faults = faultsOf(options).filter(([fault]) => fault.place === place && fault.name.includes(only));
    if (faults.length === 0) continue;
    const course = await openCourse(mariadb, { kind: 'e', place, readers: READERS, seed });
    try {
      for (const [fault, rounds] of faults) {
        const outcome = await runStage(course, fault, rounds, { isStopped, isEnough: ({ length }) => length > 0 });
        if (stopped) return { passed: false, stages };
        report(fault.name, outcome);
        stages.push({ name: fault.name, ...outcome, violations: outcome.violations.length });
        const isInTime = outcome.slowestRefusalMs <= ANSWER_MS_MAX;
        if (!isInTime) say(`  a refusal took longer than ${count(ANSWER_MS_MAX)} ms`);
        if (outcome.violations.length > 0 || !isInTime) return { passed: false, stages };
      }
    } finally {
      await course.close();
    }
  }
  return { passed: true, stages };
}

/** @returns whether every broken promise was noticed. */
async function runControls(options: TortureOptions, mariadb: PrivateMariadb): Promise<{ passed: boolean; controls: object[] }> {
  const { seed, only, controlRoundsMax } = options;
  const controls: object[] = [];
  let passed = true;
  for (const { kind, fault, rules, readers = READERS } of CONTROLS) {
    const name = `red control: ${kind === 'e' ? 'the gateway itself' : `a gateway that is "${kind}"`}, ${fault.name}`;
    if (!name.includes(only)) continue;
    const course = await openCourse(mariadb, { kind, place: fault.place, readers, seed });
    try {
      const breaks = ({ rule }: TortureViolation): boolean => rules.includes(rule);
      const isEnough = (found: readonly TortureViolation[]): boolean => found.some(breaks);
      const { rounds, violations } = await runStage(course, fault, controlRoundsMax, { isStopped, isEnough });
      if (stopped) return { passed: false, controls };
      const found = violations.filter(breaks);
      const verdict = found.length > 0 ? 'noticed, as it must be' : 'NOT NOTICED';
      say(`${name}: ${verdict}, in round ${count(rounds)}: ${count(found.length)} times ${found[0]?.rule ?? 'nothing'}`);
      controls.push({ name, rounds, found: found.length });
      passed &&= found.length > 0;
    } finally {
      await course.close();
    }
  }
  return { passed, controls };
}

/** @returns whether the gateway kept its promises through every fault, and every broken promise was noticed. */
async function runAll(options: TortureOptions, mariadb: PrivateMariadb): Promise<boolean> {
  const faults = await runFaults(options, mariadb);
  if (stopped) return false;
  const controls = await runControls(options, mariadb);
  if (stopped) return false;
  const passed = faults.passed && controls.passed;
  const document = {
    passed,
    date: new Date().toISOString(),
    seed: options.seed,
    stages: faults.stages,
    controls: controls.controls,
  };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return passed;
}

process.on('SIGINT', () => {
  stopped = true;
  process.exitCode = 130;
});
process.on('SIGTERM', () => {
  stopped = true;
  process.exitCode = 143;
});

async function main(): Promise<void> {
  const options = readTortureOptions(process.argv.slice(3), randomInt(1, 1_000_000));
  say(
    `seed ${String(options.seed)}: ${count(options.killRounds)} rounds of each kill, ${count(options.faultRounds)} of each other fault`,
  );
  const startedMs = performance.now();
  const mariadb = await openPrivateMariadb();
  try {
    const passed = await runAll(options, mariadb);
    if (!passed) process.exitCode ??= 1;
    if (!stopped) say(`${passed ? 'passed' : 'FAILED'} in ${count(Math.round((performance.now() - startedMs) / 1_000))} s`);
  } finally {
    await mariadb.close();
  }
}

void main().catch((cause: unknown) => {
  console.error(cause);
  process.exitCode = 1;
});
