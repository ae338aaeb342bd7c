import { randomInt } from 'node:crypto';
import { countByRule, judge, type LedgerLine, type Verdict } from './race-history';
import { type Race, type Seen, startRace } from './race-load';
import { type Goal, type RaceOptions, readRaceOptions } from './race-settings';
import { openRaceWorld, type RaceWorld } from './race-world';
import type { ServerKind } from './server-process';

const VIOLATIONS_PRINTED_MAX = 5;

let stopped = false;
const isStopped = (): boolean => stopped;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const count = (number: number): string => number.toLocaleString('en-GB');

/** What one run came to. */
interface Outcome {
  readonly seen: Seen;
  readonly verdict: Verdict;
  readonly seconds: number;
}

/** Sets the stage and races on it; whatever happens, the schema is gone afterwards. */
async function run(kind: ServerKind, goal: Goal, options: RaceOptions): Promise<Outcome> {
  const world = await openRaceWorld(kind, options.server);
  let race: Race | undefined;
  try {
    race = await startRace(world, options.seed);
    return await raceRounds(world, race, goal, options.seconds);
  } finally {
    race?.close();
    await world.close();
  }
}

/** Until the goal is reached or a violation found. @throws Error if neither is in time. */
async function raceRounds(world: RaceWorld, race: Race, goal: Goal, secondsMax: number): Promise<Outcome> {
  const ledger: LedgerLine[] = [];
  const startedMs = performance.now();
  for (let round = 1; ; round += 1) {
    const until = { raced: Math.ceil((goal.raced * round) / goal.rounds), atMs: startedMs + secondsMax * 1_000 };
    await race.runRound(until, isStopped);
    await world.readLedger(ledger);
    const seen = race.seen();
    const verdict = judge({ ...seen, ledger });
    const found = verdict.violations.length;
    const progress = `round ${String(round)} of ${String(goal.rounds)}: ${count(seen.raced)} raced look-ups`;
    say(`${progress}, ${count(seen.unavailable.lookUps)} answered 503, ${count(found)} violations`);
    if (stopped || found > 0 || round === goal.rounds) return { seen, verdict, seconds: (performance.now() - startedMs) / 1_000 };
    if (seen.raced < until.raced) throw new Error(`Only ${count(seen.raced)} raced in ${count(secondsMax)} s; see --seconds.`);
  }
}

function toDocument({ seen, verdict, seconds }: Outcome) {
  const { lookUps, raced, unavailable } = seen;
  const changes = seen.lives.reduce((total, { length }) => total + length, 0);
  const shown = lookUps.filter((lookUp) => lookUp.shown).length;
  return {
    seconds: Math.round(seconds),
    lookUps: lookUps.length,
    raced,
    shown,
    withheld: lookUps.length - shown,
    mustShow: verdict.mustShow,
    mustWithhold: verdict.mustWithhold,
    grants: changes,
    revokes: changes,
    unavailable,
    violations: countByRule(verdict.violations),
  };
}

function report(title: string, outcome: Outcome): void {
  const { lookUps, raced, shown, withheld, mustShow, mustWithhold, grants, revokes, unavailable, seconds } = toDocument(outcome);
  say(`${title}: ${count(lookUps)} look-ups at two processes in ${count(seconds)} s, all while consents moved`);
  say(`  ${count(raced)} raced: a grant or revocation of the same borrower was under way`);
  say(`  ${count(shown)} shown, ${count(withheld)} withheld; beside them ${count(unavailable.lookUps)} answered 503`);
  say(`  ${count(mustShow)} met no change and had to show, ${count(mustWithhold)} had to withhold`);
  say(`  ${count(grants)} grants, ${count(revokes)} revocations; ${count(unavailable.changes)} times sent again after a 503`);
  const { violations } = outcome.verdict;
  for (const [rule, found] of Object.entries(countByRule(violations))) say(`  ${rule}: ${count(found)}`);
  for (const { rule, detail } of violations.slice(0, VIOLATIONS_PRINTED_MAX)) say(`    ${rule}: ${detail}`);
}

/** @returns true if the gateway kept the rules, R1 had something to judge, and the checker finds what it must find. */
async function runBoth(options: RaceOptions): Promise<boolean> {
  say(`seed ${String(options.seed)}: ${count(options.main.raced)} raced look-ups of two gateways`);
  const main = await run('e', options.main, options);
  if (stopped) return false;
  report('main run', main);
  const { violations, mustShow, mustWithhold } = main.verdict;
  const judged = mustShow > 0 && mustWithhold > 0;
  say(`main run: ${count(violations.length)} violations${judged ? '' : ', but R1 had nothing to judge'}`);
  const control = await run('unchecked', options.redControl, options);
  if (stopped) return false;
  report('red control', control);
  const found = control.verdict.violations.length;
  say(
    `red control: re-validation off: ${count(found)} violations found, ${found > 0 ? 'as it must' : 'though there must be some'}`,
  );
  const passed = violations.length === 0 && judged && found > 0;
  const { seed } = options;
  const document = { passed, date: new Date().toISOString(), seed, main: toDocument(main), redControl: toDocument(control) };
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
  const passed = await runBoth(readRaceOptions(process.argv.slice(3), process.env, randomInt(1, 1_000_000)));
  if (!passed) process.exitCode ??= 1;
}

void main().catch((cause: unknown) => {
  console.error(cause);
  process.exitCode = 1;
});
