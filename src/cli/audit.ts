import type { Command } from 'commander';
import { auditDisclosure, type AuditedCell, type AuditFinding, type DisclosureAudit } from '../app/ledger/audit-disclosure';
import type { ExplainingParts } from '../app/ledger/explain-disclosure';
import { type AccessParts, recordAccess } from '../app/ledger/record-access';
import { GatewayError } from '../core/errors';
import { digestOf } from '../core/ledger/commitment';
import { runCommand } from './command';
import { toWord } from './words';

/** What the command needs of the composed program. */
export interface AuditAdapters extends ExplainingParts, AccessParts {
  readonly close: () => Promise<void>;
}

/** Whoever reads at the command line: an entry has no token to name them by. */
const OPERATOR = { partyId: 'operator', tokenHash: '-' } as const;
const EXIT_CODES = { agrees: 0, disagrees: 1, untold: 2 } as const satisfies Record<AuditFinding, number>;
const WORDS = { agrees: 'agrees', disagrees: 'DISAGREES', untold: 'cannot be told' } as const satisfies Record<
  AuditFinding,
  string
>;

/** `audit explain`. Exit code 0: every cell agrees; 1: some do not; 2: it cannot be told. */
export function addAuditCommand(program: Command, open: () => Promise<AuditAdapters>): void {
  const audit = program.command('audit').description('reconstruct what was decided');
  audit
    .command('explain')
    .description('decide a recorded answer again from the consents of then, and compare')
    .argument('<reportId>', 'id of the report')
    .allowUnknownOption() // an id may begin with a hyphen
    .action((reportId: string) =>
      runCommand(async () => {
        const parts = await open();
        try {
          const found = await auditDisclosure(parts, reportId);
          if (!found) throw new GatewayError('NOT_FOUND', `No report ${toWord(reportId)} is recorded.`);
          await recordAccess(parts, OPERATOR, {
            operationHash: digestOf('audit explain', reportId).toString('base64url'),
            fields: ['audit-explain'],
            rows: 1,
            indices: [found.disclosure.ledgerIndex],
          });
          for (const line of toLines(found)) console.log(line);
          process.exitCode = EXIT_CODES[found.finding];
        } finally {
          await parts.close();
        }
      }),
    );
}

function toLines({ disclosure, cells, remarks, finding }: DisclosureAudit): readonly string[] {
  const { reportId, ledgerIndex, decidedAtMs, recipientId, entry } = disclosure;
  const counted = (of: AuditFinding): string => cells.filter((cell) => cell.finding === of).length.toLocaleString('en');
  return [
    `report=${reportId} index=${String(ledgerIndex)} decided=${new Date(decidedAtMs).toISOString()} recipient=${toWord(recipientId)} purpose=${toWord(entry.purpose)} consentSet=${String(entry.set)}`,
    ...entry.consents.map((text) => {
      const [id = '', version = ''] = text.split(':');
      return `cited consent=${toWord(id)} version=${toWord(version)}`;
    }),
    ...cells.map(toCellLine),
    ...remarks.map((remark) => `${WORDS[remark.finding]}: ${remark.text}`),
    `Cells: ${counted('agrees')} agree, ${counted('disagrees')} disagree, ${counted('untold')} cannot be told. The answer ${SUMMARY[finding]}`,
  ];
}
const SUMMARY = {
  agrees: 'was right.',
  disagrees: 'does not follow from the consents of then.',
  untold: 'cannot be judged.',
} as const satisfies Record<AuditFinding, string>;

function toCellLine({ field, place, recorded, decided, consents, finding }: AuditedCell): string {
  return [
    `${WORDS[finding]}: ${field} ${toWord(place)} recorded=${recorded ?? 'nothing'}`,
    decided ? `verdict=${decided.verdict} reason=${decided.reason}` : 'verdict=none',
    ...(decided && decided.because.length > 0 ? [`because=${decided.because.join(',')}`] : []),
    ...(consents.length > 0 ? [`consents=${consents.join(',')}`] : []),
  ].join(' ');
}
