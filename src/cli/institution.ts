import { type Command, Option } from 'commander';
import { registerInstitution } from '../app/identity/register-institution';
import type { InstitutionRegister } from '../app/ports';
import { type Purpose, PURPOSES } from '../core/consent/purpose';
import type { InstitutionKind } from '../core/identity/actor';

/** What the command needs of the composed program. */
export interface InstitutionAdapters {
  readonly production: boolean;
  readonly institutions: InstitutionRegister;
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

/** Exit code 0, or 2 if the party was not registered. @returns the group `institution`, for further commands of it. */
export function addInstitutionCommand(program: Command, open: () => Promise<InstitutionAdapters>): Command {
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
  return group;
}

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
