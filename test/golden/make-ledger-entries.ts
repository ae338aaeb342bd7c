/**
 * Rewrites test/golden/ledger-entries.json, the vectors of the entry encoding (ledger.md, section 3): `npm run golden`.
 *
 * A vector that changes needs a new `v` of the encoding; a new kind of entry needs a new vector.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ConsentChangeEntry,
  type ConsentRequestEntry,
  type DisclosureEntry,
  encodeEntry,
  type LedgerEntry,
  type PreviewEntry,
} from '../../src/core/ledger/entry';
import { leafHash } from '../../src/core/ledger/merkle-tree';

const HEAD = {
  v: 1,
  ledger: 'log.example.org/disclosures/0',
  gateway: 'gateway-1',
  at: 1_776_218_400_000,
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
} as const;
const TOKEN = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const ARRANGEMENT = '00112233445566778899aabbccddeeff';

const DISCLOSURE: DisclosureEntry = {
  ...HEAD,
  type: 'D',
  report: 'EBESExQVFhcYGRobHB0eHw',
  actor: 'bank-a',
  jti: TOKEN,
  subject: 'ICEiIyQlJicoKSorLC0uLw',
  purpose: 'MORTGAGE_ORIGINATION',
  op: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  schema: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
  set: 7,
  consents: [`${ARRANGEMENT}:2`, 'ffeeddccbbaa99887766554433221100:1'],
  released: { 'platform-1/-': [1, 3], 'platform-1/JIEBEI': [214, 217, 309] },
  refused: { 'platform-1/HUABEI': [214, 217, 309] },
  empty: { 'platform-1/JIEBEI': [201] },
  rows: 13,
  months: 12,
  commit: 'MDEyMzQ1Njc4OTo7PD0-P0BBQkNERUZHSElKS0xNTk8',
};
const REFUSAL: DisclosureEntry = {
  ...DISCLOSURE,
  set: 0,
  consents: [],
  released: {},
  refused: { '-/-': [1, 214] },
  empty: {},
  rows: 0,
  months: 0,
};
const GRANT: ConsentChangeEntry = {
  ...HEAD,
  type: 'C',
  actor: 'platform-1',
  role: 'PLATFORM',
  jti: TOKEN,
  subject: 'ICEiIyQlJicoKSorLC0uLw',
  recipient: 'bank-a',
  purpose: 'CARD_APPROVAL',
  action: 'grant',
  consent: ARRANGEMENT,
  from: 0,
  to: 1,
  document: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
  evidence: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  set: 1,
};
const { evidence: _evidence, ...WITHOUT_EVIDENCE } = GRANT;

const { type: _type, ...CONTENT } = DISCLOSURE;
const PREVIEW: PreviewEntry = {
  ...CONTENT,
  type: 'P',
  actor: 'platform-1',
  role: 'PLATFORM',
  recipient: 'bank-a',
  asof: { 'platform-1': 20_558 },
};
const { action: _action, consent: _consent, from: _from, to: _to, set: _set, ...ACT } = WITHOUT_EVIDENCE;
const REQUEST: ConsentRequestEntry = {
  ...ACT,
  type: 'R',
  actor: 'bank-a',
  role: 'BANK',
  action: 'request',
  request: ARRANGEMENT,
};

export const LEDGER_ENTRIES: Readonly<Record<string, LedgerEntry>> = {
  disclosure: DISCLOSURE,
  'disclosure with as-of dates': { ...DISCLOSURE, asof: { 'platform-1': 20_558, 'platform-2': 20_513 } },
  'refusal of an unknown person': REFUSAL,
  grant: GRANT,
  revocation: { ...WITHOUT_EVIDENCE, action: 'revoke', from: 1, set: 2 },
  amendment: { ...GRANT, action: 'amend', from: 1, to: 2, set: 3 },
  pause: { ...WITHOUT_EVIDENCE, action: 'pause', from: 2, to: 2, set: 4 },
  resumption: { ...WITHOUT_EVIDENCE, action: 'resume', from: 2, to: 2, set: 5 },
  expiry: { ...WITHOUT_EVIDENCE, action: 'expire', from: 2, to: 2, set: 6 },
  'revocation by the operator': {
    ...WITHOUT_EVIDENCE,
    actor: 'operator',
    role: 'OPERATOR',
    jti: '-',
    action: 'revoke',
    from: 2,
    to: 2,
    set: 7,
  },
  preview: PREVIEW,
  'preview of a supposed consent': { ...PREVIEW, hypothetical: TOKEN },
  'consent request': REQUEST,
  'rejected request': { ...REQUEST, actor: 'platform-1', role: 'PLATFORM', action: 'reject' },
  'institution closed': { ...HEAD, type: 'K', action: 'institution-closed', institution: 'bank-a', version: 3 },
  'an auditor reads disclosures': {
    ...HEAD, type: 'A', actor: 'auditor-1', jti: TOKEN, op: TOKEN, fields: ['consents', 'disclosures'], rows: 12, first: 3, last: 97,
  }, // prettier-ignore
  'an auditor finds none': { ...HEAD, type: 'A', actor: 'auditor-1', jti: TOKEN, op: TOKEN, fields: ['disclosure'], rows: 0 },
  'institution suspended': { ...HEAD, type: 'K', action: 'institution-suspended', institution: 'bank-a', version: 2 },
  'borrower erased': { ...HEAD, type: 'K', action: 'borrower-erased' },
};

/** The text of the golden file. */
export function makeLedgerEntries(): string {
  const vectors = Object.entries(LEDGER_ENTRIES).map(([name, entry]) => {
    const bytes = encodeEntry(entry);
    return { name, hex: bytes.toString('hex'), leafHash: leafHash(bytes).toString('hex') };
  });
  return `${JSON.stringify(vectors, null, 2)}\n`;
}

if (require.main === module) writeFileSync(join(process.cwd(), 'test/golden/ledger-entries.json'), makeLedgerEntries());
