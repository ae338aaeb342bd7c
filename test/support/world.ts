import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSchema, getNamedType, type GraphQLObjectType, isObjectType } from 'graphql';
import { furnishRecords } from '../../src/app/credit/furnish-records';
import type { Institution, Keys } from '../../src/app/ports';
import { composeGateway, type Gateway, type GatewayOptions, openTokenVerifier, schemaText, type Stores } from '../../src/compose';
import { purposesOpenTo } from '../../src/core/consent/purpose';
import { dayOf } from '../../src/core/credit/calendar';
import type { InstitutionKind } from '../../src/core/identity/actor';
import type { Database, Row, SqlValue } from '../../src/db/database';
import { createFurnishStore } from '../../src/db/furnish-store';
import { createInstitutionStore } from '../../src/db/institution-store';
import { openFurnishedFile } from '../../src/files/open-furnished-file';
import { openRejectsFile } from '../../src/files/rejects-file';
import { createKeyring } from '../../src/keys/keyring';
import { NOW_MS } from './builders';
import { accountNoOf, borrowedIn, type HistoryDraft, historyOf } from './credit-history';
import { type Answer, AUDIENCE, type Caller, CALLERS, ISSUER, newKey, sendAs, testIssuer, type Values } from './clients';
import type { OpenTestDatabase, TestDatabase } from './databases';
import { createSqlSpy, type SqlSpy } from './sql-spy';

export const DAY = 86_400_000;

/** A gateway over a database of its own, and the means to ask it. */
export interface World {
  readonly clock: { nowMs: number };
  readonly db: TestDatabase;
  readonly stores: Stores;
  readonly keys: Keys;
  readonly gateway: Gateway;
  readonly spy: SqlSpy;
  /** Every log line of the gateway. */
  readonly log: string[];
  /** Furnishes canonical records for a platform; all must be accepted. */
  furnish(records: readonly object[], platformId?: string): Promise<void>;
  tryGrant(draft?: GrantDraft): Promise<Answer>;
  /** @returns the consent's id. @throws if it was refused. */
  grant(draft?: GrantDraft): Promise<string>;
  tryRevoke(consentId: string, draft?: RevokeDraft): Promise<Answer>;
  revoke(consentId: string, draft?: RevokeDraft): Promise<void>;
  ask(draft?: ReportDraft): Promise<Answer>;
  /** The report itself. @throws if the answer has errors. */
  report(draft?: ReportDraft): Promise<Report>;
  rows(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** One statement outside the gateway. */
  change(sql: string, params?: readonly SqlValue[]): Promise<void>;
}
export interface GrantDraft {
  readonly as?: Caller;
  /** null: left out. */
  readonly borrower?: Values | null;
  readonly recipientId?: string;
  readonly purpose?: string;
  /** In the notation of `scopeOf`, or as inputs. */
  readonly scopes?: string | readonly object[];
  readonly validFrom?: number;
  readonly validUntil?: number;
  readonly evidence?: Values;
  readonly key?: string;
  readonly more?: Values;
}
export interface RevokeDraft {
  readonly as?: Caller;
  readonly expectedVersion?: number;
  readonly key?: string;
}
export interface ReportDraft {
  readonly as?: Caller;
  readonly borrower?: Values;
  readonly purpose?: string;
  readonly requestId?: string;
  /** Selection inside creditReport. */
  readonly select?: string;
  readonly gateway?: Gateway;
}
export interface ReportAccount extends Values {
  readonly monthlySummaries?: readonly Values[] | null;
  readonly loans?: readonly ReportLoan[] | null;
  readonly disputes?: readonly Values[] | null;
}
export interface ReportLoan extends Values {
  readonly loanRef: string;
  readonly repayments?: readonly Values[] | null;
}
export interface Report extends Values {
  readonly identity: Values;
  readonly summary: Values;
  readonly accounts: readonly ReportAccount[] | null;
  readonly inquiries: readonly Values[] | null;
  readonly statements: readonly Values[] | null;
}

export interface WorldOptions {
  readonly nowMs?: number;
  readonly plugins?: NonNullable<GatewayOptions['plugins']>;
  readonly keys?: Keys;
  /** Records of the default borrower and no others; false: nobody. */
  readonly furnished?: boolean;
  /** Without it the world's clock stands still at `nowMs`. */
  readonly liveClock?: boolean;
}

const PARTIES: readonly (readonly [string, InstitutionKind])[] = [
  ['bank-a', 'BANK'],
  ['bank-b', 'BANK'],
  ['centre', 'CREDIT_REFERENCE_CENTRE'],
  ['platform-1', 'PLATFORM'],
  ['platform-2', 'PLATFORM'],
  ['auditor-1', 'AUDITOR'],
];

export async function openWorld(open: OpenTestDatabase, options: WorldOptions = {}): Promise<World> {
  const clock = { nowMs: options.nowMs ?? NOW_MS };
  const db = await open(options.liveClock ? {} : { clock: () => clock.nowMs });
  return buildWorld(db, clock, options);
}

async function buildWorld(db: TestDatabase, clock: { nowMs: number }, options: WorldOptions): Promise<World> {
  const keys = options.keys ?? createKeyring(randomBytes(32));
  const spy = createSqlSpy();
  const stores = toStores(spy.database(db.database), spy.writer(db.writer), keys);
  for (const [institutionId, kind] of PARTIES) await stores.institutions.add(anInstitution(institutionId, kind));
  const log: string[] = [];
  const gateway = await startGateway(stores, keys, { log, ...(options.plugins ? { plugins: options.plugins } : {}) });
  const world: World = {
    clock,
    db,
    stores,
    keys,
    gateway,
    spy,
    log,
    furnish: (records, platformId = 'platform-1') => furnishTo(stores, records, platformId, dayOf(clock.nowMs)),
    tryGrant: (draft = {}) => sendGrant(gateway, clock.nowMs, draft),
    grant: async (draft = {}) => consentIdOf(await sendGrant(gateway, clock.nowMs, draft)),
    tryRevoke: (consentId, draft = {}) => sendRevoke(gateway, consentId, draft),
    revoke: async (consentId, draft = {}) => assertClean(await sendRevoke(gateway, consentId, draft)),
    ask: (draft = {}) => sendAsk(draft.gateway ?? gateway, draft),
    report: async (draft = {}) => reportOf(await sendAsk(draft.gateway ?? gateway, draft)),
    rows: (sql, params = []) => db.database.read(sql, params),
    change: (sql, params = []) =>
      db.database.write(function* () {
        yield { sql, params };
      }),
  };
  if (options.furnished !== false) await world.furnish(recordsOf());
  return world;
}

export function anInstitution(institutionId: string, kind: InstitutionKind): Omit<Institution, 'status' | 'version'> {
  return {
    institutionId,
    kind,
    legalName: `Legal ${institutionId}`,
    contact: null,
    purposes: purposesOpenTo(kind),
    historical: false,
  };
}

export function toStores(database: Database, writer: Stores['writer'], keys: Keys): Stores {
  return {
    database,
    writer,
    institutions: createInstitutionStore(database),
    furnishStore: createFurnishStore(database, { keys, newBorrowerRef: () => randomBytes(16) }),
    close: () => Promise.resolve(),
  };
}

export async function startGateway(
  stores: Stores,
  keys: Keys,
  { log = [], ...more }: { log?: string[] } & Pick<GatewayOptions, 'plugins' | 'wrapLedger' | 'anchor'> = {},
): Promise<Gateway> {
  const auth = { kind: 'development', issuer: ISSUER, audience: AUDIENCE, keyFile: '' } as const;
  return composeGateway({
    config: { logLevel: 'info' },
    stores,
    keys,
    verifier: openTokenVerifier({ auth }, await testIssuer()),
    logStream: { write: (line) => void log.push(line) },
    ...more,
  });
}

/** Furnishes canonical records for a platform on a day. @throws if one of them is refused. */
export async function furnishTo(stores: Stores, records: readonly object[], platformId: string, todayDay: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-furnish-'));
  try {
    const file = path.join(folder, 'records.ndjson');
    const rejects = path.join(folder, 'rejects.ndjson');
    writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const inputs = [{ file: openFurnishedFile(file, 'canonical-ndjson'), rejects: openRejectsFile(rejects) }];
    const [result] = await furnishRecords(
      { institutions: stores.institutions, store: stores.furnishStore },
      { platformId, format: 'canonical-ndjson', inputs, production: false, todayDay },
    );
    if (result?.rejected !== 0) throw new Error(`records were rejected: ${JSON.stringify(result)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// ------------------------------------------------------------------ consents and reports

const PRODUCT_MARKS: Readonly<Record<string, string>> = { '': 'JIEBEI', J: 'JIEBEI', H: 'HUABEI', O: 'OTHER' };
/** `+Type.field` permits for JIEBEI, `-` denies, `H+` for Huabei, `*+` for every product; capitals name a cluster. */
export function scopesOf(notation: string): object[] {
  return notation
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [, mark = '', sign = '', name = ''] = /^([JHO*]?)([+-])([\w.]+)$/.exec(word) ?? [];
      if (name === '') throw new Error(`not a scope: ${word}`);
      return {
        ...(/^[A-Z_]+$/.test(name) ? { cluster: name } : { field: name }),
        ...(mark === '*' ? { everyProduct: true } : { product: PRODUCT_MARKS[mark] }),
        effect: sign === '+' ? 'PERMIT' : 'DENY',
      };
    });
}

const GRANT = `mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { consent {
  id version status statusReason validity: current { validFrom validUntil } } } }`;
const REVOKE = `mutation ($input: RevokeConsentInput!) { revokeConsent(input: $input) { consentId consent { status statusReason } } }`;
export const LI = { idType: 'PLATFORM_CUSTOMER_ID', idNumber: 'li', platformId: 'platform-1' };
export const CUSTOMER = (idNumber: string, platformId = 'platform-1') => ({
  idType: 'PLATFORM_CUSTOMER_ID',
  idNumber,
  platformId,
});

let approvals = 0;
/** Evidence of an approval that was not used before. */
export function someEvidence(nowMs: number, changes: Values = {}): Values {
  approvals += 1;
  return {
    approvalHash: createHash('sha256')
      .update(`approval ${String(approvals)} ${String(process.pid)}`)
      .digest('hex'),
    noticeId: 'notice',
    noticeVersion: '1',
    locale: 'zh-CN',
    approvedAt: new Date(nowMs - 60_000).toISOString(),
    channel: 'APP',
    bundledWithService: false,
    ...changes,
  };
}

function sendGrant(gateway: Gateway, nowMs: number, draft: GrantDraft): Promise<Answer> {
  const { as = CALLERS.platform, borrower = LI, scopes = '+MonthlySummary.loanCount', validFrom, more = {} } = draft;
  const input = {
    ...(borrower === null ? {} : { borrower }),
    recipientId: draft.recipientId ?? 'bank-a',
    purpose: draft.purpose ?? 'MORTGAGE_ORIGINATION',
    scopes: typeof scopes === 'string' ? scopesOf(scopes) : scopes,
    ...(validFrom === undefined ? {} : { validFrom: new Date(validFrom).toISOString() }),
    validUntil: new Date(draft.validUntil ?? nowMs + 30 * DAY).toISOString(),
    accessMode: 'RECURRING',
    evidence: draft.evidence ?? someEvidence(nowMs),
    idempotencyKey: draft.key ?? newKey(),
    ...more,
  };
  return sendAs(gateway.http, as, GRANT, { input });
}

function sendRevoke(gateway: Gateway, consentId: string, draft: RevokeDraft): Promise<Answer> {
  const { as = CALLERS.platform, key = newKey(), expectedVersion } = draft;
  const input = { consentId, idempotencyKey: key, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
  return sendAs(gateway.http, as, REVOKE, { input });
}

export function consentIdOf(answer: Answer): string {
  assertClean(answer);
  return (answer.data?.['grantConsent'] as { consent: { id: string } }).consent.id;
}

export const REPORT = (select: string) => `query ($input: CreditReportInput!) { creditReport(input: $input) { ${select} } }`;
const USUAL = 'accounts { product monthlySummaries { month loanCount } }';

export function inputOf({ borrower = LI, purpose = 'MORTGAGE_ORIGINATION', requestId = newKey() }: ReportDraft = {}): Values {
  return { borrower, purpose, requestId };
}

function sendAsk(gateway: Gateway, draft: ReportDraft): Promise<Answer> {
  const { as = CALLERS.bankA, select = USUAL } = draft;
  return sendAs(gateway.http, as, REPORT(select), { input: inputOf(draft) });
}

export function assertClean(answer: Answer): void {
  if (answer.status !== 200 || answer.errors !== undefined) throw new Error(`${String(answer.status)} ${answer.text}`);
}

export function reportOf(answer: Answer): Report {
  assertClean(answer);
  return answer.data?.['creditReport'] as Report;
}

// ------------------------------------------------------------------ records

export const MONTHS = monthsBack('2026-03', 26);

/** So many months up to and with `newest`, the newest first. */
export function monthsBack(newest: string, count: number): readonly string[] {
  const [year = 0, month = 0] = newest.split('-').map(Number);
  return Array.from({ length: count }, (_, back) => new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7));
}

export interface PersonDraft extends HistoryDraft {
  readonly customerId?: string;
  readonly asOf?: string;
  readonly months?: readonly string[];
  readonly products?: readonly string[];
  readonly identity?: Values;
  readonly account?: (product: string) => Values;
  readonly month?: (product: string, month: string, at: number) => Values;
}

/**
 * Canonical records of one person with an account of each product; every furnished field of account and month has a value.
 * Where loans are drafted, a month says what its loans come to: 0 in a month without any.
 */
export function recordsOf(draft: PersonDraft = {}): object[] {
  const { customerId = 'li', asOf = '2026-04-15', months = MONTHS, products = ['HUABEI', 'JIEBEI'] } = draft;
  return [
    {
      entity: 'borrower', asOf, customerId, idType: 'RESIDENT_ID_CARD', idNumber: `ID-${customerId}`, fullName: `Name ${customerId}`,
      dateOfBirth: '1990-01-02', mobile: '13800001234', residenceCity: 'Hangzhou', residenceAddress: 'Street 1', identityUpdatedOn: '2026-01-05',
      ...draft.identity,
    },
    ...products.flatMap((product, index) => [
      {
        entity: 'account', asOf, accountNo: accountNoOf(customerId, product), customerId, product, accountClass: 'D1', currency: 'CNY',
        businessType: '91', furnisherName: `Lender ${product}`, furnisherType: '24', openedOn: `2019-05-0${String(index + 1)}`,
        maturityOn: '2030-01-01', creditLimitMinor: 1_000_000 * (index + 1), originalAmountMinor: 5_000_001 + index,
        repaymentMethod: '11', repaymentFrequency: '03', guaranteeType: '4', liabilityRole: 'INDIVIDUAL', rawStatus: '1',
        fiveTierClass: 'NORMAL', fundingShares: [{ institution: 'Bank X', shareBp: 4_000 }, { institution: 'Bank Y', shareBp: 6_000 }],
        specialEvents: [{ type: '1', occurredOn: '2025-11-11', amountMinor: 777, monthsChanged: 2 }],
        ...draft.account?.(product),
      },
      ...months.map((month, at) => ({
        entity: 'monthlySummary', asOf, accountNo: accountNoOf(customerId, product), month, borrowedAmountMinor: 10_000 * (at + 1) + index,
        balanceMinor: 20_000 + at, usedLimitMinor: 100_000 + at, maxUsedLimitMinor: 900_000, scheduledDueMinor: 60_000, actualPaidMinor: 60_000,
        pastDueAmountMinor: 0, pastDuePrincipal31To60Minor: 0, pastDuePrincipal61To90Minor: 0, pastDuePrincipal91To180Minor: 0,
        pastDuePrincipalOver180Minor: 0, pastDuePeriods: 0, repaymentStatus: 'N', daysPastDueMonthEnd: 0, loanCount: (at % 9) + index,
        loanDays: 0, remainingInstalments: 5,
        ...(draft.loans ? (borrowedIn(draft.loans(product), month) ?? { borrowedAmountMinor: 0, loanCount: 0, loanDays: 0 }) : {}),
        ...draft.month?.(product, month, at),
      })),
    ]),
    ...historyOf(customerId, asOf, products, draft),
  ]; // prettier-ignore
}

// ------------------------------------------------------------------ the schema as a source of queries

export const BANK_SCHEMA = buildSchema(schemaText('BANK'));

/** Every field of a type with all that lies below it. */
export function selectAll(typeName: string): string {
  return Object.values((BANK_SCHEMA.getType(typeName) as GraphQLObjectType).getFields()) // only object types are asked for
    .map(({ name, type, args }) => {
      const below = getNamedType(type);
      const given = args.some(({ name: arg }) => arg === 'months') ? '(months: 60)' : '';
      return isObjectType(below) ? `${name}${given} { ${selectAll(below.name)} }` : name;
    })
    .join(' ');
}
/** Every field of every type below a report, as the schema has it. */
export const EVERYTHING = selectAll('CreditReport');

/** The body without what differs between any two questions. */
export function normalised(text: string): string {
  return text
    .replace(/"reportId":"[\w-]{22}"/g, '"reportId":"R"')
    .replace(/"decidedAt":"[^"]+"/g, '"decidedAt":"T"')
    .replace(/"eraseBy":"[^"]+"/g, '"eraseBy":"E"')
    .replace(/"ledgerIndex":\d+/g, '"ledgerIndex":0');
}

/** Headers in their order without those that name an instant, an id or a length. */
export function stableHeaders({ headers }: Answer): readonly (readonly [string, string])[] {
  return Object.entries(headers).map(([name, value]) => [name, ['date', 'content-length'].includes(name) ? '' : value] as const);
}
