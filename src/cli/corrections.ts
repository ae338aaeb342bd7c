import type { Command } from 'commander';
import {
  type CorrectionCounts,
  type CorrectionParts,
  listCorrections,
  type ShownCorrection,
} from '../app/credit/list-corrections';
import { toEpochDay, toInstant } from '../core/credit/calendar';
import { badInput } from '../core/errors';
import { runCommand } from './command';
import { toWord } from './words';

/** What the command needs of the composed program. */
export interface CorrectionAdapters extends CorrectionParts {
  readonly close: () => Promise<void>;
}
interface CorrectionOptions {
  readonly platform: string;
  readonly since?: string;
}

/** Exit code 0 whatever was found; 2: the list is not whole. */
export function addCorrectionsCommand(program: Command, open: () => Promise<CorrectionAdapters>): void {
  program
    .command('corrections')
    .description('list the disclosures that showed what a platform has corrected since')
    .requiredOption('--platform <id>', 'whose corrections')
    .option('--since <date>', 'first day of the corrections in Shanghai, YYYY-MM-DD; default: all of them')
    .action(({ platform, since }: CorrectionOptions) =>
      runCommand(async () => {
        const sinceMs = since === undefined ? 0 : startOf(since);
        const parts = await open();
        try {
          const onShown = (shown: ShownCorrection): void => console.log(toLine(platform, shown));
          console.log(toSummary(await listCorrections(parts, { platformId: platform, sinceMs, onShown })));
        } finally {
          await parts.close();
        }
      }),
    );
}

function startOf(since: string): number {
  try {
    toEpochDay(since);
  } catch {
    throw badInput('since', 'Write the day as YYYY-MM-DD.');
  }
  return Date.parse(`${since}T00:00:00+08:00`);
}

function toLine(platformId: string, { correction, disclosure, shown }: ShownCorrection): string {
  const { entity, naturalKey, revision, correctedAtMs, asOf, fields } = correction;
  const { recipientId, reportId, ledgerIndex, decidedAtMs } = disclosure;
  return [
    `${entity} ${platformId} ${toWord(naturalKey)} revision=${String(revision)} corrected=${toInstant(correctedAtMs)}`,
    `asOf=${asOf.join('..')} changed=${fields.join(',')} recipient=${recipientId} report=${reportId} index=${String(ledgerIndex)}`,
    `decided=${toInstant(decidedAtMs)} shown=${shown.join(',')}`,
  ].join(' ');
}

function toSummary({ corrections, disclosed, byRecipient, erased }: CorrectionCounts): string {
  const recipients = [...byRecipient].sort(([a], [b]) => (a < b ? -1 : 1));
  const reports = recipients.map(([recipientId, count]) => `${recipientId} ${count.toLocaleString('en')}`).join(', ');
  const destroyed = erased === 0 ? '' : ` Borrowers whose key was destroyed, left out: ${erased.toLocaleString('en')}.`;
  return `Corrections: ${corrections.toLocaleString('en')}, shown to somebody: ${disclosed.toLocaleString('en')}. Disclosures by recipient: ${reports === '' ? 'none' : reports}.${destroyed}`;
}
