import { createHash, randomBytes } from 'node:crypto';
import type { RowDataPacket } from 'mysql2';
import type { ConsentParts } from '../../src/app/consent/consent-parts';
import { grantConsent, type GrantInput } from '../../src/app/consent/grant-consent';
import type { ConsentTerms } from '../../src/core/consent/consent';
import { hashOfDocument, parseConsentDocument, toConsentDocument } from '../../src/core/consent/consent-document';
import { PURPOSE_LIMITS } from '../../src/core/consent/purpose';
import { DAY_MS } from '../../src/core/credit/calendar';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import type { BenchDatabase } from './database';
import type { BenchPerson } from './people';
import { BANK, PLATFORM, PURPOSE } from './settings';

const BATCH = 250;
type Row = Readonly<Record<string, unknown>>;

/**
 * Grants the first person's consent by the use case, and copies its rows for everybody else with ids, evidence and hash of
 * their own: what 20,000 grants would have left, but for their ledger entries, in seconds.
 */
export async function grantToAll(parts: ConsentParts, database: BenchDatabase, people: readonly BenchPerson[]): Promise<void> {
  const [first] = people;
  if (first) await grantTo(parts, database, first, () => true);
}

/** The same for some: the first person and every other customer who is wanted. @returns to how many. */
export async function grantTo(
  parts: ConsentParts,
  { connection }: BenchDatabase,
  first: Pick<BenchPerson, 'customerId'>,
  isWanted: (customerId: string) => boolean,
): Promise<number> {
  const actor = { role: 'PLATFORM', partyId: PLATFORM, tokenHash: sha256('bench').toString('hex') } as const;
  await grantConsent(parts, actor, grantFor(first));
  const select = async (sql: string): Promise<Row[]> => (await connection.query<RowDataPacket[]>(sql))[0];
  const [[arrangement], [consent], [head], customers] = [
    await select('SELECT * FROM arrangement'),
    await select('SELECT * FROM consent'),
    await select('SELECT * FROM consent_head'),
    await select('SELECT borrower_ref, customer_id FROM customer'),
  ];
  if (!arrangement || !consent || !head) throw new Error('The first consent was not stored');
  const terms = parseConsentDocument(consent['document'] as string);
  const others = customers.filter((row) => row['customer_id'] !== first.customerId && isWanted(row['customer_id'] as string));
  for (let start = 0; start < others.length; start += BATCH) {
    const copies = others.slice(start, start + BATCH).map(({ borrower_ref, customer_id }) => {
      const { id, document, hash } = copyTerms(terms, customer_id as string);
      return {
        arrangement: { ...arrangement, borrower_ref, customer_id, arrangement_id: id },
        consent: { ...consent, borrower_ref, arrangement_id: id, document, hash },
        consent_head: { ...head, borrower_ref },
      };
    });
    for (const table of ['arrangement', 'consent', 'consent_head'] as const) {
      const rows: readonly Row[] = copies.map((copy) => copy[table]);
      await connection.query(`INSERT INTO ${table} (??) VALUES ?`, [
        Object.keys(rows[0] ?? {}),
        rows.map((row) => Object.values(row)),
      ]);
    }
  }
  return others.length + 1;
}

function copyTerms(terms: ConsentTerms, customerId: string): { id: Buffer; document: string; hash: Buffer } {
  const id = randomBytes(16);
  const evidence = terms.evidence && { ...terms.evidence, approvalHash: sha256(customerId).toString('hex') };
  const document = toConsentDocument({ ...terms, arrangementId: id.toString('hex'), evidence });
  return { id, document, hash: Buffer.from(hashOfDocument(document), 'hex') };
}

/** Everything that the purpose allows, of every product. */
export function grantFor({ customerId }: Pick<BenchPerson, 'customerId'>): GrantInput {
  const nowMs = Date.now();
  const clusters = [...PURPOSE_LIMITS[PURPOSE].clusters].filter((cluster) => FIELD_CATALOGUE.fieldsOf(cluster).length > 0);
  return {
    borrower: { idType: 'PLATFORM_CUSTOMER_ID', platformId: PLATFORM, customerId },
    recipientId: BANK,
    purpose: PURPOSE,
    scopes: clusters.map((cluster) => ({ cluster, everyProduct: true, effect: 'PERMIT' })),
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
      approvalHash: sha256(customerId).toString('hex'), noticeId: 'bench-notice', noticeVersion: '1', locale: 'zh-CN',
      approvedAtMs: nowMs, channel: 'APP', bundledWithService: false, identityCheck: null,
    },
    idempotencyKey: `grant-${customerId}`,
  }; // prettier-ignore
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
