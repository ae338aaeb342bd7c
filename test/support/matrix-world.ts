import { openOperator } from '../../src/compose';
import { recordDeath } from '../../src/app/identity/operator-events';
import { DAY_MS } from '../../src/core/credit/calendar';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { PURPOSE_LIMITS } from '../../src/core/consent/purpose';
import { BANK_B, CENTRE, fieldOf, NOW_MS, at, scopeWordsOf } from './builders';
import { aBorrower, type Answer, type Caller, CALLERS, newKey, sendAs, type Values } from './clients';
import { type ConsentDraft, type Draft, type Row } from './consent-matrix';
import { assertClean, consentIdOf, CUSTOMER, recordsOf, someEvidence, type World } from './world';

/** How the rows of the consent matrix come about in a running gateway: by the acts of the parties, in order of time. */
export interface Staged {
  readonly customerId: string;
  readonly borrower: Values;
  /** Consent ids by the matrix's names a, b, c. */
  readonly ids: ReadonlyMap<string, string>;
}

const GRANTED = at('2026-02-20T09:00:00.000');
const FROM = at('2026-03-01T00:00:00.000');
const UNTIL = at('2026-06-01T00:00:00.000');
const AMEND = `mutation ($input: AmendConsentInput!) { amendConsent(input: $input) { consent { version } } }`;
const PAUSE = `mutation ($input: PauseConsentInput!) { pauseConsent(input: $input) { consent { status } } }`;

/** Scopes of the matrix's notation as inputs. */
export function scopeInputs(notation: string): object[] {
  return scopeWordsOf(notation).map(({ name, product, effect }) => ({
    ...(/^[A-Z_]+$/.test(name) ? { cluster: name } : { field: fieldOf(name).coordinate }),
    ...(product === null ? { everyProduct: true } : { product }),
    effect,
  }));
}

/** Li's records, under the row's number as customer id. */
export function recordsFor([number, , , { given, month }]: Row): object[] {
  const adverse: Readonly<Record<string, Values>> = {
    NOTICE_MISSING: { repaymentStatus: '1' },
    NOTICE_SENT: { repaymentStatus: '1', adverseNoticeSentAt: '2026-04-01T00:00:00.000Z' },
    ADVERSE_ENDED: { repaymentStatus: '1', adverseEndedOn: '2021-04-14' },
  };
  const of = (one: string): Values => {
    const marked = given !== undefined && one === (month ?? '2026-03') ? (adverse[given] ?? {}) : {};
    return { repaymentStatus: 'N', loanCount: 2, borrowedAmountMinor: 60_000, ...marked };
  };
  return recordsOf({
    customerId: number,
    asOf: given === 'ADVERSE_ENDED' ? '2026-04-13' : '2026-04-15',
    months: monthsOf(given === 'ADVERSE_ENDED'),
    products: given === 'NO_JIEBEI_ACCOUNT' ? ['HUABEI'] : ['HUABEI', 'JIEBEI'],
    account: (product) => (given === 'JOINT_ACCOUNT' && product === 'JIEBEI' ? { liabilityRole: 'JOINT' } : {}),
    month: (_product, one) => of(one),
  });
}

/** 2024-03 to 2026-03, or from the oldest month that a mortgage reaches back to. */
function monthsOf(old: boolean): readonly string[] {
  const [count, newest] = [old ? 60 : 25, 2026 * 12 + 2];
  return Array.from({ length: count }, (_, back) => {
    const month = newest - back;
    return `${String(Math.floor(month / 12))}-${String((month % 12) + 1).padStart(2, '0')}`;
  });
}

interface Act {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

/** Grants, changes and uses the row's consents, each at its own instant, and leaves the clock at the row's. */
export async function stage(world: World, row: Row): Promise<Staged> {
  const [number, drafts, asked] = row;
  const borrower = CUSTOMER(number);
  const ids = new Map<string, string>();
  const acts = drafts.flatMap((draft, index) => actsOf(world, { number, borrower, asked, ids }, 'abc'.charAt(index), draft));
  for (const act of [...acts].sort((a, b) => a.atMs - b.atMs)) {
    world.clock.nowMs = act.atMs;
    await act.run();
  }
  world.clock.nowMs = row[3].atMs ?? NOW_MS;
  return { customerId: number, borrower, ids };
}

interface Stage {
  readonly number: string;
  readonly borrower: Values;
  readonly asked: string;
  readonly ids: Map<string, string>;
}

function actsOf(world: World, on: Stage, name: string, [scopes, draft = {}]: Draft): Act[] {
  const { borrower, ids } = on;
  const self = aBorrower(on.number);
  const idOf = (): string => ids.get(name) ?? '';
  const granted = draft.grantedAtMs ?? GRANTED;
  const acts: Act[] = [
    {
      atMs: granted,
      run: async () => void ids.set(name, consentIdOf(await world.tryGrant(grantOf(borrower, draft.v1 ?? scopes, draft)))),
    },
  ];
  const later = (atMs: number, run: () => Promise<unknown>): void =>
    void acts.push({ atMs, run: async () => void (await run()) });
  if (draft.v1 !== undefined) later(granted + 1, () => amend(world, idOf(), scopes, someEvidence(granted)));
  if (draft.refusedWidening !== undefined)
    later(granted + 1, async () => expectRefusal(await amend(world, idOf(), draft.refusedWidening ?? '', null)));
  for (const [turn, use] of (draft.uses ?? []).entries())
    later(at(use), () =>
      useOnce(world, on, draft.usedBy !== undefined && turn === (draft.uses?.length ?? 0) - 1 ? draft.usedBy : null),
    );
  if (draft.revokeAsked !== undefined) later(at(draft.revokeAsked), () => world.revoke(idOf(), { as: self }));
  const changed = draft.statusAtMs ?? NOW_MS;
  if (draft.status === 'PAUSED')
    later(changed, async () =>
      assertClean(await sendAs(world.gateway.http, self, PAUSE, { input: { consentId: idOf(), idempotencyKey: newKey() } })),
    );
  if (draft.statusReason === 'BORROWER_DECEASED') later(changed, () => die(world, on.number));
  else if (draft.status === 'REVOKED') later(changed, () => world.revoke(idOf(), { as: self }));
  if (draft.tampered)
    later(NOW_MS - 1, () =>
      world.change('UPDATE consent SET hash = ? WHERE arrangement_id = ?', [Buffer.alloc(32, 7), Buffer.from(idOf(), 'hex')]),
    );
  return acts;
}

function grantOf(borrower: Values, scopes: string, draft: ConsentDraft) {
  const { recipientId = 'bank-a', purpose = 'MORTGAGE_ORIGINATION', accessMode = 'RECURRING', absencePolicy = 'UNIFORM' } = draft;
  const from = draft.validFromMs ?? FROM;
  const longest = from + PURPOSE_LIMITS[purpose].validityDays * DAY_MS; // the matrix's 92 days are too many for some purposes
  const { frequency, dataFrom, dataUntil } = draft;
  return {
    borrower, recipientId, purpose, scopes: scopeInputs(scopes), validFrom: from, validUntil: Math.min(UNTIL, longest),
    more: { accessMode, absencePolicy, ...(frequency ? { frequency } : {}), ...(dataFrom ? { dataFrom } : {}), ...(dataUntil ? { dataUntil } : {}) },
  }; // prettier-ignore
}

async function amend(world: World, consentId: string, scopes: string, evidence: Values | null): Promise<Answer> {
  const input = {
    consentId, expectedVersion: 1, scopes: scopeInputs(scopes), idempotencyKey: newKey(), ...(evidence ? { evidence } : {}),
  }; // prettier-ignore
  const answer = await sendAs(world.gateway.http, CALLERS.platform, AMEND, { input });
  if (evidence) assertClean(answer);
  return answer;
}

function expectRefusal({ code }: Answer): void {
  if (code !== 'EVIDENCE_REQUIRED') throw new Error(`a widening without evidence was answered by ${code || 'success'}`);
}

async function useOnce(world: World, { number, borrower, asked }: Stage, name: string | null): Promise<void> {
  const requestId = name === null ? {} : { requestId: requestIdOf([number], name) };
  assertClean(await world.ask({ borrower, select: selectionOf(asked), ...requestId }));
}

/** A request id of the matrix, for this row alone. */
export function requestIdOf([number]: readonly [string, ...unknown[]], name: string): string {
  return `${number}-${name}`;
}

async function die(world: World, customerId: string): Promise<void> {
  await recordDeath(await openOperator(world.stores, world.keys), { platformId: 'platform-1', customerId });
}

/** The asked fields in a report, with what tells whose they are. */
export function selectionOf(asked: string): string {
  const names = asked.split(' ').map((name) => fieldOf(name).coordinate);
  const of = (type: string): string =>
    names
      .filter((coordinate) => coordinate.startsWith(`${type}.`))
      .map((coordinate) => coordinate.slice(type.length + 1))
      .join(' ');
  const [summary, month, loan] = [of('CreditSummary'), of('MonthlySummary'), of('Loan')];
  const loans = loan === '' && !names.includes('CreditAccount.loans') ? '' : `loans { loanRef ${loan} }`;
  const account = of('CreditAccount').replace(/\bloans\b/, '');
  const accounts = `${account} ${loans} ${month === '' ? '' : `monthlySummaries(months: 60) { month ${month} }`}`.trim();
  return [
    'withheldFields { field product }',
    ...(summary === '' ? [] : [`summary { ${summary} basis { products firstMonth lastMonth } }`]),
    ...(accounts === '' ? [] : [`accounts { accountRef ${accounts} }`]),
  ].join(' ');
}

/** Who asks in a row. */
export function callerOf([, , , { recipientId, role }]: Row): Caller {
  if (role === 'AUDITOR') return CALLERS.auditor;
  if (recipientId === CENTRE) return CALLERS.centre;
  return recipientId === BANK_B ? CALLERS.bankB : CALLERS.bankA;
}

export const coordinatesOf = (asked: string): readonly string[] => asked.split(' ').map((name) => fieldOf(name).coordinate);
export const isAskedPerProduct = (coordinate: string): boolean => FIELD_CATALOGUE.load(coordinate).perProduct;
