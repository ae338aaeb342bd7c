import { type Command, Option } from 'commander';
import { changeInstitution, type OperatorParts } from '../app/identity/operator-events';
import { registerInstitution } from '../app/identity/register-institution';
import type { InstitutionRegister } from '../app/ports';
import { type Purpose, PURPOSES } from '../core/consent/purpose';
import type { InstitutionKind } from '../core/identity/actor';
import { runCommand } from './command';

/** What the command needs of the composed program. */
export interface InstitutionAdapters {
  readonly production: boolean;
  readonly institutions: InstitutionRegister;
  readonly operator: () => Promise<OperatorParts>;
  readonly close: () => Promise<void>;
}
interface AddOptions {
  readonly kind: keyof typeof KINDS;
  readonly id: string;
  readonly name: string;
  readonly contact?: string;
  readonly purpose?: Purpose[];
  readonly historical?: true;
}
const KINDS = {
  bank: 'BANK',
  platform: 'PLATFORM',
  crc: 'CREDIT_REFERENCE_CENTRE',
  auditor: 'AUDITOR',
} as const satisfies Record<string, InstitutionKind>;

/** Exit code 0, or 2 if nothing was registered or changed. */
export function addInstitutionCommand(program: Command, open: () => Promise<InstitutionAdapters>): void {
  const group = program
    .command('institution')
    .description('the register of banks, platforms, credit reference centres and auditors');
  group
    .command('add')
    .description('register a party; registering the same again changes nothing')
    .addOption(new Option('--kind <kind>', 'what it is').choices(Object.keys(KINDS)).makeOptionMandatory())
    .requiredOption('--id <id>', 'its id: letters, digits, dots, underscores, hyphens')
    .requiredOption('--name <name>', 'its legal name')
    .option('--contact <mail>', 'where borrowers and auditors reach it')
    .addOption(new Option('--purpose <purposes...>', 'what it may ask for; default all that its kind allows').choices(PURPOSES))
    .option('--historical', 'a data set, not living people; platforms outside production only')
    .action(async (options: AddOptions) => {
      process.exitCode = await runAdd(options, open);
    });
  for (const [name, { status, words, done }] of Object.entries(EVENTS))
    group
      .command(`${name} <id>`)
      .description(words)
      .action((id: string) =>
        runCommand(async () => {
          const { operator, close } = await open();
          try {
            const { changed, consentsEnded } = await changeInstitution(await operator(), id, status);
            const ended = status === 'CLOSED' ? ` ${String(consentsEnded)} consents were revoked.` : '';
            console.log(`${id} is ${changed ? '' : 'as before '}${done}.${ended}`);
          } finally {
            await close();
          }
        }),
      );
}

/** Operator events on an institution (consent.md, section 2). */
const EVENTS = {
  suspend: { status: 'SUSPENDED', done: 'suspended', words: 'refuse it everything from the next request on; its consents stay' },
  restore: { status: 'ACTIVE', done: 'active', words: 'lift a suspension' },
  close: {
    status: 'CLOSED',
    done: 'closed',
    words: 'close it for good and revoke every consent to it or over its records; repeat it if it was interrupted',
  },
} as const;

async function runAdd(options: AddOptions, open: () => Promise<InstitutionAdapters>): Promise<number> {
  try {
    const { production, institutions, close } = await open();
    try {
      const { institutionId, kind, purposes } = await registerInstitution(institutions, { production }, {
        institutionId: options.id,
        kind: KINDS[options.kind],
        legalName: options.name,
        contact: options.contact ?? null,
        purposes: options.purpose ?? [],
        historical: options.historical ?? false,
      }); // prettier-ignore
      console.log(`${institutionId} is registered as ${kind}${purposes.length > 0 ? ` for ${purposes.join(', ')}` : ''}.`);
      return 0;
    } finally {
      await close();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The institution was not registered.');
    return 2;
  }
}
