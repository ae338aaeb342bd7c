import type { Command } from 'commander';
import { eraseBorrower } from '../app/identity/erase-borrower';
import { type CustomerRef, type OperatorParts, recordDeath, recordFraud } from '../app/identity/operator-events';
import { badInput } from '../core/errors';
import { runCommand } from './command';

/** What the command needs of the composed program. */
export interface OperatorAdapters {
  readonly operator: () => Promise<OperatorParts>;
  readonly close: () => Promise<void>;
}

/** Operator events on a borrower: exit code 0, or 2 if nothing was recorded. */
export function addBorrowerCommand(program: Command, open: () => Promise<OperatorAdapters>): void {
  const group = program.command('borrower').description('what an operator records about a person');
  const record = (ref: string, act: (parts: OperatorParts, person: CustomerRef) => Promise<string>): Promise<void> =>
    runCommand(async () => {
      const person = toRef(ref);
      const { operator, close } = await open();
      try {
        console.log(await act(await operator(), person));
      } finally {
        await close();
      }
    });
  group
    .command('deceased <ref>')
    .description('revoke every consent of a person who has died; <ref> is PLATFORM/CUSTOMER')
    .action((ref: string) =>
      record(ref, async (parts, person) => {
        const { consentsEnded } = await recordDeath(parts, person);
        return `The death is recorded. Consents revoked: ${String(consentsEnded)}.`;
      }),
    );
  group
    .command('fraud <ref>')
    .description('pause every consent of a person in whose name somebody may act; <ref> is PLATFORM/CUSTOMER')
    .option('--confirmed', 'it is certain: revoke them')
    .action((ref: string, { confirmed }: { confirmed?: true }) =>
      record(ref, async (parts, person) => {
        const { consentsChanged } = await recordFraud(parts, person, confirmed ? 'CONFIRMED' : 'SUSPECTED');
        return `The fraud is recorded. Consents ${confirmed ? 'revoked' : 'paused'}: ${String(consentsChanged)}.`;
      }),
    );
  group
    .command('erase <ref>')
    .description('destroy the key of a person for good, end every consent and remove the records; <ref> is PLATFORM/CUSTOMER')
    .option('--yes', 'it is meant: nothing brings the person back')
    .action((ref: string, { yes }: { yes?: true }) =>
      record(ref, async (parts, person) => {
        if (!yes) throw badInput('yes', 'An erasure cannot be undone; repeat the command with --yes.');
        const { person: erased } = await eraseBorrower(parts, person);
        if (!erased) return 'An erasure that was interrupted is finished; there is no such customer.';
        const { consentsEnded, recordsErased } = erased;
        return `The key is destroyed. Consents revoked: ${String(consentsEnded)}. Records removed: ${String(recordsErased)}.`;
      }),
    );
}

function toRef(text: string): CustomerRef {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1)
    throw badInput('ref', 'Name the person as PLATFORM/CUSTOMER, such as platform-1/c-17.');
  return { platformId: text.slice(0, slash), customerId: text.slice(slash + 1) };
}
