import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { grantConsent } from './app/consent/grant-consent';
import { furnishRecords } from './app/credit/furnish-records';
import { registerInstitution } from './app/identity/register-institution';
import { furnishingFiles, openDevelopmentIssuer } from './compose';
import type { Config } from './config/config';
import { DAY_MS, dayOf } from './core/credit/calendar';
import { TOKEN_ROLES, type TokenRole } from './core/identity/actor';
import { demoRecords } from './demo-records';
import type { RunningServer } from './server';

const TOKEN_SECONDS = 12 * 3_600;
const PARTIES = {
  bank: { institutionId: 'demo-bank', kind: 'BANK', legalName: 'Demo Bank', contact: 'privacy@demo-bank.example' },
  crc: {
    institutionId: 'demo-centre',
    kind: 'CREDIT_REFERENCE_CENTRE',
    legalName: 'Demo Credit Reference Centre',
    contact: null,
  },
  platform: { institutionId: 'demo-platform', kind: 'PLATFORM', legalName: 'Demo Platform', contact: null },
  auditor: { institutionId: 'demo-auditor', kind: 'AUDITOR', legalName: 'Demo Auditor', contact: null },
} as const;
const CUSTOMER = 'demo-li';

/**
 * Fills an empty database with synthetic borrowers and one consent, all through the use cases that serve real ones.
 *
 * @returns what a newcomer needs to try it; null where the database holds something else.
 */
export async function prepareDemo(config: Config, server: RunningServer): Promise<string | null> {
  const { institutions } = server.stores;
  const isBegun = (await institutions.find(PARTIES.platform.institutionId)) !== null;
  const isWhole = (await institutions.find(PARTIES.auditor.institutionId)) !== null;
  if (!isWhole && (isBegun || (await institutions.isEmpty()))) await fill(config, server);
  if ((await institutions.find(PARTIES.platform.institutionId)) === null) return null;
  return describe(config, server.url);
}

async function fill({ production }: Config, { stores, gateway }: RunningServer): Promise<void> {
  const register = (party: (typeof PARTIES)[keyof typeof PARTIES]): Promise<unknown> =>
    registerInstitution(stores.institutions, { production }, { ...party, purposes: [], historical: false });
  for (const party of [PARTIES.platform, PARTIES.bank, PARTIES.crc]) await register(party);
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-demo-'));
  try {
    const file = path.join(folder, 'demo.ndjson');
    const todayDay = dayOf(Date.now());
    writeFileSync(file, demoRecords(todayDay));
    const format = 'canonical-ndjson';
    const inputs = [
      { file: furnishingFiles.openFile(file, format), rejects: furnishingFiles.openRejects(path.join(folder, 'rejects.ndjson')) },
    ];
    const [result] = await furnishRecords(
      { institutions: stores.institutions, store: stores.furnishStore },
      { platformId: PARTIES.platform.institutionId, format, inputs, production, todayDay },
    );
    if (result?.rejected !== 0) throw new Error('The demo records were not accepted');
  } finally {
    rmSync(folder, { recursive: true });
  }
  await grantDemoConsent(gateway);
  await register(PARTIES.auditor); // last: what tells a whole demo from one that was cut short
}

async function grantDemoConsent({ consents }: RunningServer['gateway']): Promise<void> {
  const platformId = PARTIES.platform.institutionId;
  const nowMs = Date.now();
  const permit = { everyProduct: true, effect: 'PERMIT' } as const;
  await grantConsent(
    consents,
    { role: 'PLATFORM', partyId: platformId, tokenHash: createHash('sha256').update('demo').digest('hex') },
    {
      borrower: { idType: 'PLATFORM_CUSTOMER_ID', platformId, customerId: CUSTOMER },
      recipientId: PARTIES.bank.institutionId,
      purpose: 'MORTGAGE_ORIGINATION',
      scopes: [
        { ...permit, field: 'Identity.fullName' },
        { ...permit, cluster: 'BORROWING_AMOUNT' },
        { ...permit, field: 'CreditSummary.alwaysOnTime24m' },
        { field: 'CreditAccount.product', product: 'HUABEI', everyProduct: false, effect: 'PERMIT' },
      ],
      validFromMs: null,
      validUntilMs: nowMs + 90 * DAY_MS,
      accessMode: 'RECURRING',
      frequency: null,
      absencePolicy: 'UNIFORM',
      consentRequestId: null,
      dataFrom: null,
      dataUntil: null,
      dataLifeDays: null,
      evidence: {
        approvalHash: createHash('sha256').update(randomUUID()).digest('hex'),
        noticeId: 'demo-notice', noticeVersion: '1', locale: 'zh-CN', approvedAtMs: nowMs, channel: 'APP', bundledWithService: false,
        identityCheck: null,
      },
      idempotencyKey: randomUUID(),
    },
  ); // prettier-ignore
}

const QUERY = `query ($input: CreditReportInput!) { creditReport(input: $input) {
  reportId decidedAt
  identity { fullName idNumber mobile }
  summary { alwaysOnTime24m loanCount12m borrowedAmount12m utilisation }
  accounts { accountRef product currency creditLimit monthlySummaries(months: 3) { month borrowedAmount balance repaymentStatus loanCount } } } }`;

async function describe(config: Config, url: string): Promise<string> {
  const issuer = await openDevelopmentIssuer(config);
  const issue = (role: TokenRole): Promise<string> => {
    const party = role === 'borrower' ? PARTIES.platform.institutionId : PARTIES[role].institutionId;
    return issuer.issue({ role, party, ...(role === 'borrower' ? { borrower: CUSTOMER } : {}), ttlSeconds: TOKEN_SECONDS });
  };
  const tokens = await Promise.all(
    (Object.keys(TOKEN_ROLES) as TokenRole[]).map(async (role) => `  ${role.padEnd(9)} ${await issue(role)}`),
  );
  const input = {
    borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: CUSTOMER, platformId: PARTIES.platform.institutionId },
    purpose: 'MORTGAGE_ORIGINATION',
    requestId: randomUUID(),
  };
  const body = JSON.stringify({ query: QUERY.replace(/\s+/g, ' '), variables: { input } });
  return [
    `The gateway serves ${url}/graphql (schema of your role: ${url}/schema)`,
    '',
    'Tokens of the development issuer, good for 12 hours:',
    ...tokens,
    '',
    'A mortgage look-up by the demo bank: what the borrower granted comes as values, the rest as null.',
    '',
    `curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${await issue('bank')}' -d '${body}'`,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}
