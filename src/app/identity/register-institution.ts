import { type Purpose, purposesOpenTo } from '../../core/consent/purpose';
import { badInput } from '../../core/errors';
import type { InstitutionKind } from '../../core/identity/actor';
import type { Institution, InstitutionRegister } from '../ports';

export interface InstitutionInput {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
  readonly legalName: string;
  readonly contact: string | null;
  /** Empty: all that the kind allows. */
  readonly purposes: readonly Purpose[];
  /** A data set, not living people; platforms only, never in production. */
  readonly historical: boolean;
}

const NAME_LENGTH_MAX = 200;

/**
 * Registers a party. Registering the same again changes nothing.
 *
 * @throws GatewayError BAD_USER_INPUT naming the input, or CONFLICT if the id belongs to another.
 */
export async function registerInstitution(
  register: InstitutionRegister,
  environment: { readonly production: boolean },
  input: InstitutionInput,
): Promise<Omit<Institution, 'status' | 'version'>> {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(input.institutionId))
    throw badInput('id', 'The id must have 1 to 64 letters, digits, dots, underscores or hyphens.');
  assertText('name', input.legalName);
  if (input.contact !== null) assertText('contact', input.contact);
  const open = purposesOpenTo(input.kind);
  const closed = input.purposes.filter((purpose) => !open.includes(purpose));
  if (closed.length > 0) throw badInput('purpose', `An institution of kind ${input.kind} may not ask for ${closed.join(', ')}.`);
  if (input.historical && input.kind !== 'PLATFORM')
    throw badInput('historical', 'Only a platform can be a historical data set.');
  if (input.historical && environment.production) throw badInput('historical', 'Production holds no historical data sets.');
  const purposes = input.purposes.length > 0 ? open.filter((purpose) => input.purposes.includes(purpose)) : open;
  const institution = { ...input, purposes };
  await register.add(institution);
  return institution;
}

function assertText(input: string, text: string): void {
  if (text.trim() !== text || text === '' || [...text].length > NAME_LENGTH_MAX || /[\p{Cc}\p{Cs}]/u.test(text))
    throw badInput(input, `The ${input} must have 1 to ${NAME_LENGTH_MAX} characters without white space at its ends.`);
}
