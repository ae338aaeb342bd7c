import { type Answer, aBorrower, type Caller, CALLERS, newKey, sendAs, type Values } from './clients';
import { CUSTOMER, DAY, recordsOf, type ReportDraft, scopesOf, someEvidence, type World } from './world';

/** What a suite reads of a consent, a receipt and a request. */
export interface ReceiptNode {
  readonly id: string;
  readonly kind: string;
  readonly consentId: string | null;
  readonly consentRequestId: string | null;
  readonly version: number | null;
  readonly issuedAt: string;
  readonly ledgerIndex: number;
  readonly document: string;
  readonly signature: string;
}
export interface VersionNode extends Values {
  readonly version: number;
  readonly scopes: readonly Values[];
  readonly previousHash: string | null;
  readonly hash: string;
}
export interface ConsentNode extends Values {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly statusReason: string | null;
  readonly sharesNothing: boolean;
  readonly current: VersionNode;
}
export interface RequestNode extends Values {
  readonly id: string;
  readonly status: string;
  readonly consentId: string | null;
}
/** What an act led to; which of it is there depends on the act and on who sent it. */
export interface Done {
  readonly consentId: string;
  readonly consent: ConsentNode;
  readonly consentRequest: RequestNode;
  readonly receipt: ReceiptNode | null;
  readonly stillDisclosedBy: readonly { readonly id: string }[];
}

export const RECEIPT = 'id kind consentId consentRequestId version issuedAt ledgerIndex document signature';
export const VERSION = `version scopes { field product effect cluster } catalogueVersion validFrom validUntil accessMode
  frequency { count per } dataFrom dataUntil dataLifeDays absencePolicy legalBasis evidence { approvalHash } grantedBy grantedAt
  previousHash hash`;
export const CONSENT = `id version status statusReason statusAt sharesNothing previousConsentId current { ${VERSION} }`;
/** What every role sees of a request. */
export const REQUEST = `id recipient { id } purpose status scopes { field product effect cluster } validForDays accessMode
  frequency { count per } dataFrom dataUntil dataLifeDays createdAt lapsesAt consentId`;
const STILL = 'stillDisclosedBy { id }';

const ACTS = {
  requestConsent: `consentRequest { ${REQUEST} }`,
  rejectConsentRequest: `consentRequest { ${REQUEST} } receipt { ${RECEIPT} }`,
  grantConsent: `consent { ${CONSENT} } consentRequest { ${REQUEST} } receipt { ${RECEIPT} }`,
  amendConsent: `consent { ${CONSENT} } receipt { ${RECEIPT} } ${STILL}`,
  pauseConsent: `consent { ${CONSENT} } receipt { ${RECEIPT} } ${STILL}`,
  resumeConsent: `consent { ${CONSENT} } receipt { ${RECEIPT} }`,
  revokeConsent: `consentId consent { ${CONSENT} } receipt { ${RECEIPT} } ${STILL}`,
} as const;
export type Act = keyof typeof ACTS;

/** Sends one act; a key is made up where the input has none. A recipient sees nothing of a revocation but the id. */
export function sendAct(world: World, as: Caller, act: Act, input: Values): Promise<Answer> {
  const isRecipient = as.role === 'bank' || as.role === 'crc';
  const select = act === 'revokeConsent' && isRecipient ? 'consentId' : ACTS[act];
  const type = `${act.charAt(0).toUpperCase()}${act.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${act}(input: $input) { ${select} } }`;
  return sendAs(world.gateway.http, as, query, { input: { idempotencyKey: newKey(), ...input } });
}

/** The payload of an act. @throws if it was refused. */
export async function act(world: World, as: Caller, name: Act, input: Values): Promise<Done> {
  const answer = await sendAct(world, as, name, input);
  const done = answer.data?.[name];
  if (answer.status !== 200 || answer.errors !== undefined || !done) throw new Error(`${name}: ${answer.text}`);
  return done as Done; // as selected above
}

/** Code and facts of a refused act; an empty code where it was not refused. */
export async function refusalOf(world: World, as: Caller, name: Act, input: Values): Promise<Values> {
  return factsOf(await sendAct(world, as, name, input));
}

/** The only error of an answer without what differs from one request to the next. */
export function factsOf({ errors }: Answer): Values {
  const { traceId: _traceId, ...facts } = errors?.[0]?.extensions ?? { code: '' };
  return facts;
}

/** Reads one field of the root. @throws if it was refused. */
export async function read<T>(world: World, as: Caller, selection: string, variables: Values = {}): Promise<T> {
  const answer = await sendAs(world.gateway.http, as, selection.startsWith('query') ? selection : `{ ${selection} }`, variables);
  const [value] = Object.values(answer.data ?? {});
  if (answer.errors !== undefined || value === undefined) throw new Error(answer.text);
  return value as T; // as the caller selects it
}

// ------------------------------------------------------------------ people

export interface Person {
  readonly customerId: string;
  /** As a platform and a bank name them. */
  readonly borrower: Values;
  /** Acting in person, through one of their platforms. */
  readonly self: Caller;
}

let people = 0;
/** A new person with one month of records at each of these platforms, under the same customer id. */
export async function aPerson(world: World, platforms: readonly string[] = ['platform-1']): Promise<Person> {
  people += 1;
  const customerId = `p-${String(people)}`;
  for (const platformId of platforms) await world.furnish(recordsOf({ customerId, months: ['2026-03'] }), platformId);
  const [first = 'platform-1'] = platforms;
  return { customerId, borrower: CUSTOMER(customerId, first), self: aBorrower(customerId, first) };
}

/** The fields of the newest JIEBEI month that a recipient is shown. */
export async function shownTo(world: World, { borrower }: Person, draft: ReportDraft = {}): Promise<readonly string[]> {
  const select = 'accounts { monthlySummaries(months: 1) { loanCount borrowedAmount balance loanCountBand } }';
  const { accounts } = await world.report({ borrower, select, ...draft });
  const months = (accounts ?? []).flatMap(({ monthlySummaries }) => monthlySummaries ?? []);
  return [...new Set(months.flatMap((month) => Object.keys(month).filter((name) => month[name] !== null)))].sort();
}

// ------------------------------------------------------------------ inputs

const SCOPES = '+MonthlySummary.loanCount';

/** A request of bank A, unless told otherwise. */
export function asking(borrower: Values, changes: Values = {}): Values {
  return {
    borrower,
    purpose: 'MORTGAGE_ORIGINATION',
    scopes: scopesOf(SCOPES),
    validForDays: 30,
    accessMode: 'RECURRING',
    ...changes,
  };
}

/** A grant to bank A for thirty days, with fresh evidence; scopes in the notation of the world. */
export function granting(world: World, borrower: Values | null, { scopes = SCOPES, ...changes }: Values = {}): Values {
  return {
    ...(borrower ? { borrower } : {}),
    recipientId: 'bank-a',
    purpose: 'MORTGAGE_ORIGINATION',
    scopes: scopesOf(scopes as string),
    validUntil: inDays(world, 30),
    accessMode: 'RECURRING',
    evidence: freshEvidence(world),
    ...changes,
  };
}

export function freshEvidence(world: World): Values {
  return someEvidence(world.clock.nowMs);
}

export function inDays(world: World, days: number): string {
  return new Date(world.clock.nowMs + days * DAY).toISOString();
}

/** A consent of this person to bank A. @returns its id. */
export async function granted(
  world: World,
  person: Person,
  changes: Values = {},
  as: Caller = CALLERS.platform,
): Promise<string> {
  return (await act(world, as, 'grantConsent', granting(world, person.borrower, changes))).consent.id;
}

// ------------------------------------------------------------------ what acts leave behind

export interface Trace<T> {
  readonly result: T;
  /** Ledger entries, parsed. */
  readonly entries: readonly Values[];
  readonly events: number;
  readonly receipts: number;
  /** By how much the consent sets of all people together rose. */
  readonly raised: number;
}

/** Runs an action and tells what it left in ledger, history, receipts and consent sets. */
export async function traceOf<T>(world: World, action: () => Promise<T>): Promise<Trace<T>> {
  const [from, setsBefore] = [await ledgerSize(world), await setsOf(world)];
  const result = await action();
  const entries = await world.rows('SELECT body FROM ledger_entry WHERE idx >= ? ORDER BY idx', [from]);
  const since = async (table: string): Promise<number> =>
    Number((await world.rows(`SELECT COUNT(*) AS n FROM ${table} WHERE ledger_idx >= ?`, [from]))[0]?.['n']);
  return {
    result,
    entries: entries.map(({ body }) => JSON.parse((body as Buffer).toString('ascii')) as Values),
    events: await since('consent_event'),
    receipts: await since('consent_receipt'),
    raised: (await setsOf(world)) - setsBefore,
  };
}

async function ledgerSize(world: World): Promise<number> {
  return Number((await world.rows('SELECT COUNT(*) AS n FROM ledger_entry'))[0]?.['n']);
}

async function setsOf(world: World): Promise<number> {
  return Number((await world.rows('SELECT COALESCE(SUM(ver), 0) AS n FROM consent_head'))[0]?.['n']);
}
