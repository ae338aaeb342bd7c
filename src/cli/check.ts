import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import {
  type CheckCounts,
  type CheckParts,
  checkRecords,
  type DisputeWarning,
  type Violation,
  warnOfDisputes,
} from '../app/credit/check-records';
import { dayOf } from '../core/credit/calendar';
import { INVARIANT_RULES, INVARIANTS } from '../core/credit/record-rules';
import { runCommand } from './command';
import { toWord } from './words';

/** What the command needs of the composed program. */
export interface CheckAdapters extends CheckParts {
  readonly close: () => Promise<void>;
}

/** Exit code 0: every record that could be checked holds; 1: some do not; 2: the check failed. */
export function addCheckCommand(program: Command, open: () => Promise<CheckAdapters>): void {
  program
    .command('check')
    .description('reconcile the stored records and name disputes that wait for an answer')
    .option('--platform <id>', 'only what this platform furnished')
    .action(({ platform }: { platform?: string }) =>
      runCommand(async () => {
        const parts = await open();
        try {
          const isViolated = await runCheck(parts, platform ?? null);
          process.exitCode = isViolated ? 1 : 0;
        } finally {
          await parts.close();
        }
      }),
    );
}

async function runCheck(parts: CheckParts, platformId: string | null): Promise<boolean> {
  const todayDay = dayOf(Date.now());
  const bar = process.stderr.isTTY ? new SingleBar({ stream: process.stderr, format: '{bar} {percentage}%' }) : null;
  bar?.start(100, 0);
  const say = (line: string): void => {
    if (bar) process.stderr.write('\r\u001b[K');
    console.log(line);
  };
  let counts: CheckCounts;
  try {
    counts = await checkRecords(parts, {
      platformId,
      todayDay,
      onViolation: (violation) => say(toViolationLine(violation)),
      onProgress: (share) => bar?.update(Math.round(share * 100)),
    });
  } finally {
    bar?.stop();
  }
  for await (const warning of warnOfDisputes(parts, { platformId, todayDay })) console.log(toWarningLine(warning));
  console.log(toTable(counts));
  return INVARIANTS.some((name) => counts[name].violated > 0);
}

function toViolationLine({ invariant, platformId, record, figures }: Violation): string {
  const compared = Object.entries(figures).map(([name, value]) => `${name}=${toWord(String(value))}`);
  return [invariant, record.entity, platformId, toWord(record.key), ...compared].join(' ');
}

function toWarningLine({ dispute, daysLeft }: DisputeWarning): string {
  const { platformId, disputeNo, targetEntity, targetKey, targetField, answerDueOn } = dispute;
  const days = (count: number): string => `${String(count)} ${count === 1 ? 'day' : 'days'}`;
  const when = daysLeft < 0 ? `overdue by ${days(-daysLeft)}` : daysLeft === 0 ? 'today' : `in ${days(daysLeft)}`;
  const target = `${targetEntity} ${toWord(targetKey)} ${targetField}`;
  return `Warning: dispute ${platformId} ${toWord(disputeNo)} on ${target}: answer due ${answerDueOn}, ${when}`;
}

function toTable(counts: CheckCounts): string {
  const line = (...[name, checked, skipped, violated, rule]: readonly string[]): string =>
    `${(name ?? '').padEnd(9)} ${(checked ?? '').padStart(11)} ${(skipped ?? '').padStart(11)} ${(violated ?? '').padStart(11)}  ${rule ?? ''}`;
  const rows = INVARIANTS.map((name) => {
    const { checked, skipped, violated } = counts[name];
    return line(name, ...[checked, skipped, violated].map((count) => count.toLocaleString('en')), INVARIANT_RULES[name]);
  });
  return [line('invariant', 'checked', 'skipped', 'violated', 'rule'), ...rows].join('\n');
}
