import type { ConsentTerms, Evidence, Scope } from '../../../../src/core/consent/consent';
import type { RequestedBounds } from '../../../../src/core/consent/consent-request';
import { RECEIPT_KINDS, type ReceiptFacts, toReceiptDocument } from '../../../../src/core/consent/receipt';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { aConsent, aScope, at, BANK_A, fieldOf, PLATFORM, scopesOf } from '../../../support/builders';

const EVIDENCE: Evidence = {
  approvalHash: 'ab'.repeat(32),
  noticeId: 'notice-1',
  noticeVersion: '2026-01',
  noticeHash: 'cd'.repeat(32),
  locale: 'zh-CN',
  approvedAtMs: at('2026-02-20T08:59:00.000'),
  channel: 'APP',
  bundledWithService: false,
  identityCheck: 'face of Wang Fang',
};

type Draft = Partial<ReceiptFacts> & { readonly terms?: Partial<ConsentTerms>; readonly previous?: Partial<ConsentTerms> };

/** The facts of a grant of loanCount for JIEBEI, unless told otherwise. */
function someFacts({ terms, previous, ...facts }: Draft = {}): ReceiptFacts {
  const now = aConsent({ evidence: EVIDENCE, ...terms });
  return {
    receiptId: '0a'.repeat(16),
    kind: 'GRANT',
    issuedAtMs: at('2026-02-20T09:00:00.000'),
    ledgerOrigin: 'gateway.example/ledger-1',
    ledgerIndex: 41,
    subject: 'c3ViamVjdA',
    platform: { id: PLATFORM, legalName: '某某小额贷款有限公司', contact: null },
    recipient: { id: BANK_A, legalName: 'Bank A', contact: '+86 10 0000 0000' },
    purpose: now.purpose,
    actor: { role: 'PLATFORM', partyId: PLATFORM },
    consent: {
      id: '0b'.repeat(16),
      version: now.version,
      hash: 'ef'.repeat(32),
      terms: now,
      previous: previous ? aConsent({ evidence: EVIDENCE, ...previous }) : null,
    },
    request: null,
    reason: null,
    ...facts,
  };
}

const ASKED: RequestedBounds = {
  scopes: scopesOf('*+loanCount'),
  catalogueVersion: 1,
  validForDays: 90,
  accessMode: 'ONE_TIME',
  frequency: null,
  dataFrom: '2025-01-01',
  dataUntil: null,
  dataLifeDays: 30,
};
const REJECTION: Draft = {
  kind: 'REJECTION',
  consent: null,
  request: { id: '0d'.repeat(16), bounds: ASKED },
  actor: { role: 'BORROWER', partyId: PLATFORM },
  reason: 'BORROWER',
};

interface Cells {
  readonly field: string;
  readonly permit: readonly string[];
  readonly deny: readonly string[];
}
interface Receipt {
  readonly record_id: string;
  readonly language: string | null;
  readonly privacy_notice: unknown;
  readonly withdrawal_method: unknown;
  readonly purposes: readonly [
    {
      readonly purpose: unknown;
      readonly lawful_basis: string | null;
      readonly retention_period: string | null;
      readonly pii_information: readonly (Omit<Cells, 'field'> & Record<string, unknown>)[];
    },
  ];
  readonly event: Readonly<Record<string, unknown>>;
  readonly gateway: Readonly<Record<string, unknown>> & {
    readonly difference: { readonly added: Cells[]; readonly removed: Cells[]; readonly bounds: object } | null;
  };
}

const documentOf = (draft?: Draft): string => toReceiptDocument(someFacts(draft), FIELD_CATALOGUE);
const receiptOf = (draft?: Draft): Receipt => JSON.parse(documentOf(draft)) as Receipt;

const labelOf = (field: string) => fieldOf(field).label;
/** What borrowers hold signed copies of: another text for the same facts needs another schema version. */
const GRANT_TEXT = [
  '{"event":{"entity_id":"platform-1","event_time":"2026-02-20T01:00:00.000Z","event_type":"GRANT",',
  '"validity_duration":"2026-02-28T16:00:00.000Z/2026-05-31T16:00:00.000Z"},',
  '"gateway":{"absencePolicy":"UNIFORM","accessMode":"RECURRING","actor":{"partyId":"platform-1","role":"PLATFORM"},',
  '"catalogueVersion":1,"dataFrom":null,"dataUntil":null,"deniesInForce":null,"difference":null,',
  '"evidenceHash":"abababababababababababababababababababababababababababababababab","frequency":null,',
  '"hash":"efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",',
  '"ledger":{"index":41,"origin":"gateway.example/ledger-1"},"previousHash":null,"reason":null,"version":1},',
  '"jurisdiction":"CN","language":"zh-CN",',
  '"pii_controllers":[{"party_contact":null,"party_id":"platform-1","party_name":"某某小额贷款有限公司","party_role":"PLATFORM"},',
  '{"party_contact":"+86 10 0000 0000","party_id":"bank-a","party_name":"Bank A","party_role":"RECIPIENT"}],',
  '"pii_principal_id":"c3ViamVjdA",',
  '"privacy_notice":{"hash":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","id":"notice-1","version":"2026-01"},',
  '"purposes":[{"lawful_basis":"WRITTEN_CONSENT_QUERY","pii_information":[{"deny":[],"en":"Number of loans in the month",',
  '"permit":["JIEBEI"],"pii_attribute_id":"MonthlySummary.loanCount","pii_type":"BORROWING_FREQUENCY","zh":"当月借款次数"}],',
  '"purpose":{"en":"Deciding on a mortgage","zh":"住房贷款审批"},"purpose_type":"MORTGAGE_ORIGINATION","retention_period":null}],',
  '"receipt_id":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","record_id":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",',
  '"schema_version":"credit-gateway/consent-receipt/1",',
  '"withdrawal_method":{"en":"You may revoke this consent at any time through the platform. ',
  'It takes effect at once and does not undo what was disclosed before.",',
  '"zh":"您可以随时通过平台撤回本同意。撤回即时生效，不影响撤回前已完成的信息提供。"}}',
].join('');

/** Every member's name, at any depth. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (Array.isArray(value) ? namesIn(member) : [name, ...namesIn(member)]));
}

describe('the receipt of a grant', () => {
  it('is this text', () => {
    expect(documentOf()).toBe(GRANT_TEXT);
  });

  it('is the same for the same facts, in whatever order the scopes were given', () => {
    const scopes = scopesOf('+loanCount H+loanCount -openedOn *+borrowedAmount');
    const text = documentOf({ terms: { scopes } });
    expect(documentOf({ terms: { scopes } })).toBe(text);
    expect(documentOf({ terms: { scopes: [...scopes, ...scopes].reverse() } })).toBe(text);
  });

  it('says in both languages what is permitted and denied for which product', () => {
    const [{ pii_information: lines }] = receiptOf({ terms: { scopes: scopesOf('+loanCount H-loanCount *-openedOn') } }).purposes;
    expect(lines).toEqual([
      { pii_attribute_id: 'CreditAccount.openedOn', pii_type: 'ACCOUNT_TERMS', ...labelOf('openedOn'), permit: [], deny: ['*'] },
      {
        pii_attribute_id: 'MonthlySummary.loanCount', pii_type: 'BORROWING_FREQUENCY', ...labelOf('loanCount'),
        permit: ['JIEBEI'], deny: ['HUABEI'],
      },
    ]); // prettier-ignore
  });

  it('has words in English and Chinese for every field and purpose', () => {
    const scopes = FIELD_CATALOGUE.entries.map(({ coordinate }) => aScope({ field: coordinate, product: null }));
    const [{ pii_information: lines }] = receiptOf({ terms: { scopes } }).purposes;
    expect(lines).toHaveLength(FIELD_CATALOGUE.entries.length);
    for (const { en, zh } of lines) {
      expect(en).toMatch(/[a-z]/);
      expect(zh).toMatch(/\p{Script=Han}/u);
    }
  });
});

describe('the receipt of an amendment', () => {
  const before = { scopes: scopesOf('+loanCount +borrowedAmount -openedOn') };

  it('tells the scopes added and removed, and each changed bound with its old and new value', () => {
    const { gateway } = receiptOf({
      kind: 'AMENDMENT',
      previous: before,
      terms: {
        version: 2,
        previousHash: '99'.repeat(32),
        scopes: scopesOf('+loanCount *+borrowedAmount H-loanCount'),
        validUntilMs: at('2026-05-01T00:00:00.000'),
        frequency: { count: 2, per: 'WEEK' },
        dataFrom: '2025-06-15',
        dataLifeDays: 30,
      },
    });
    expect(gateway.difference).toEqual({
      added: [
        { field: 'MonthlySummary.borrowedAmount', permit: ['*'], deny: [] },
        { field: 'MonthlySummary.loanCount', permit: [], deny: ['HUABEI'] },
      ],
      removed: [
        { field: 'CreditAccount.openedOn', permit: [], deny: ['JIEBEI'] },
        { field: 'MonthlySummary.borrowedAmount', permit: ['JIEBEI'], deny: [] },
      ],
      bounds: {
        dataFrom: { old: null, new: '2025-06-15' },
        dataLifeDays: { old: null, new: 30 },
        frequency: { old: null, new: { count: 2, per: 'WEEK' } },
        validUntil: { old: '2026-05-31T16:00:00.000Z', new: '2026-04-30T16:00:00.000Z' },
      },
    });
    expect(gateway).toMatchObject({ version: 2, previousHash: '99'.repeat(32), reason: null });
  });

  it('tells of no difference where there is none: the order, the origin, an idle product', () => {
    const scopes = scopesOf('+loanCount H+fullName');
    const rewritten = scopesOf('*+fullName +loanCount').map((scope): Scope => ({ ...scope, via: 'IDENTITY' }));
    const { gateway } = receiptOf({ kind: 'AMENDMENT', previous: { scopes }, terms: { version: 2, scopes: rewritten } });
    expect(gateway.difference).toEqual({ added: [], removed: [], bounds: {} });
    expect(receiptOf({ terms: { scopes } }).purposes[0].pii_information[0]).toMatchObject({ permit: ['*'], deny: [] });
  });

  it('has a difference for no other kind', () => {
    for (const kind of RECEIPT_KINDS) expect(receiptOf({ kind }).gateway.difference).toBeNull();
  });
});

describe('the receipt of a transition', () => {
  const terms = { scopes: scopesOf('+loanCount -openedOn *-borrowedAmount') };
  const denies = [
    { field: 'CreditAccount.openedOn', deny: ['JIEBEI'] },
    { field: 'MonthlySummary.borrowedAmount', deny: ['*'] },
  ];

  it.each([
    ['PAUSE', 'PLATFORM', denies],
    ['REVOCATION', 'BORROWER_WITHDREW', denies],
    ['EXPIRY', 'VALIDITY_ENDED', denies],
    ['RESUME', null, null],
  ] as const)('%s has its reason, and the DENYs that stay in force', (kind, reason, deniesInForce) => {
    expect(receiptOf({ kind, reason, terms }).gateway).toMatchObject({ reason, deniesInForce });
  });

  it.each(['GRANT', 'AMENDMENT'] as const)('%s has no reason, since it would tell the status', (kind) => {
    expect(receiptOf({ kind, reason: 'PLATFORM' }).gateway['reason']).toBeNull();
  });

  it.each(RECEIPT_KINDS)('%s says how to withdraw only what can be withdrawn', (kind) => {
    const ended = kind === 'REVOCATION' || kind === 'EXPIRY' || kind === 'REJECTION';
    const { withdrawal_method: method } = receiptOf(kind === 'REJECTION' ? REJECTION : { kind });
    expect(method).toEqual(
      ended ? null : { en: expect.stringContaining('platform') as unknown, zh: expect.stringContaining('平台') as unknown },
    );
  });

  it('names the borrower who acts in person by the pseudonym, anybody else by the institution', () => {
    const actor = { role: 'BORROWER', partyId: PLATFORM } as const;
    const inPerson = receiptOf({ kind: 'REVOCATION', actor });
    expect([inPerson.event['entity_id'], inPerson.gateway['actor']]).toEqual(['c3ViamVjdA', actor]);
    expect(receiptOf({ kind: 'REVOCATION', actor: { role: 'BANK', partyId: BANK_A } }).event['entity_id']).toBe(BANK_A);
  });

  it('rests on the evidence of the act before that of the version', () => {
    const actEvidence = { ...EVIDENCE, approvalHash: '12'.repeat(32), noticeVersion: '2026-04', locale: 'en' };
    const resumed = receiptOf({ kind: 'RESUME', actEvidence });
    expect(resumed.gateway['evidenceHash']).toBe('12'.repeat(32));
    expect(resumed.privacy_notice).toEqual({ id: 'notice-1', version: '2026-04', hash: 'cd'.repeat(32) });
    expect(resumed.language).toBe('en');
    const narrowed = receiptOf({ kind: 'AMENDMENT', terms: { evidence: null } });
    expect([narrowed.gateway['evidenceHash'], narrowed.privacy_notice, narrowed.language]).toEqual([null, null, null]);
  });

  it('is issued even for a field that the catalogue has no more', () => {
    const scopes: Scope[] = [{ fieldId: 9_999, product: null, effect: 'DENY', via: null }];
    const receipt = receiptOf({ kind: 'REVOCATION', terms: { scopes } });
    expect(receipt.gateway['deniesInForce']).toEqual([{ field: '#9999', deny: ['*'] }]);
    expect(receipt.purposes[0].pii_information).toEqual([
      {
        pii_attribute_id: '#9999',
        pii_type: null,
        en: 'A field that is no longer offered',
        zh: '已不再提供的字段',
        permit: [],
        deny: ['*'],
      },
    ]);
  });
});

describe('the receipt of a rejection', () => {
  it('is of the request and what it asked for, and of no consent', () => {
    const { record_id, purposes, event, gateway } = receiptOf(REJECTION);
    expect(record_id).toBe('0d'.repeat(16));
    expect(purposes[0]).toMatchObject({ lawful_basis: null, retention_period: 'P30D' });
    expect(purposes[0].pii_information).toMatchObject([
      { pii_attribute_id: 'MonthlySummary.loanCount', permit: ['*'], deny: [] },
    ]);
    expect(event).toMatchObject({ event_type: 'REJECTION', validity_duration: 'P90D' });
    expect(gateway).toEqual({
      version: null, hash: null, previousHash: null, evidenceHash: null, catalogueVersion: 1, accessMode: 'ONE_TIME',
      frequency: null, dataFrom: '2025-01-01', dataUntil: null, absencePolicy: null,
      actor: { role: 'BORROWER', partyId: PLATFORM }, reason: 'BORROWER', difference: null, deniesInForce: null,
      ledger: { origin: 'gateway.example/ledger-1', index: 41 },
    }); // prettier-ignore
  });

  it('needs a consent or a request', () => {
    expect(() => documentOf({ consent: null })).toThrow('A receipt is of a consent or of a request');
  });
});

describe('every receipt', () => {
  const drafts = RECEIPT_KINDS.map((kind): Draft => (kind === 'REJECTION' ? REJECTION : { kind }));

  it('tells nothing of a current status', () => {
    for (const draft of drafts) {
      expect(namesIn(receiptOf(draft)).filter((name) => /stat(e|us)/i.test(name))).toEqual([]);
      expect(documentOf(draft)).not.toMatch(/"(ACTIVE|PAUSED|REVOKED|EXPIRED|PENDING|APPROVED|REJECTED|LAPSED)"/);
    }
  });

  it('tells nothing of the person but the pseudonym', () => {
    for (const draft of drafts) expect(documentOf(draft)).not.toContain('Wang Fang');
  });

  it('has the same members, whatever its kind', () => {
    const [first, ...others] = drafts.map((draft) => {
      const receipt = receiptOf(draft);
      return [receipt, receipt.gateway, receipt.event, receipt.purposes[0]].map((group) => Object.keys(group));
    });
    for (const other of others) expect(other).toEqual(first);
  });

  /** Scopes over every field; the products take the two effects in turn. */
  const alternating = (effects: readonly [Scope['effect'], Scope['effect']]): Scope[] =>
    FIELD_CATALOGUE.entries.flatMap(({ id, perProduct }) =>
      (perProduct ? [null, ...PRODUCTS] : [null]).map((product, nth): Scope => {
        return { fieldId: id, product, effect: nth % 2 === 0 ? effects[0] : effects[1], via: null };
      }),
    );
  const all = [...alternating(['PERMIT', 'DENY']), ...alternating(['DENY', 'PERMIT'])];

  it.each([
    ['turned round',  alternating(['PERMIT', 'DENY']), alternating(['DENY', 'PERMIT'])],
    ['new',           [],                              all                            ],
    ['taken away',    all,                             []                             ],
  ])('stays below 60 KB with every field for every product %s', (_what, before, after) => {
    const text = documentOf({
      kind: 'AMENDMENT',
      previous: { scopes: before, validUntilMs: at('2026-05-01T00:00:00.000'), dataLifeDays: 90 },
      terms: { version: 2, scopes: after, frequency: { count: 1, per: 'DAY' }, dataFrom: '2025-01-01' },
    });
    const { difference } = (JSON.parse(text) as Receipt).gateway;
    const lines = FIELD_CATALOGUE.entries.length;
    expect([difference?.added.length, difference?.removed.length]).toEqual([after.length && lines, before.length && lines]);
    expect(Buffer.byteLength(text, 'utf8')).toBeLessThan(60_000);
  }); // prettier-ignore
});
