import { randomBytes } from 'node:crypto';
import { eraseByMs } from '../../../../src/app/credit/erase-by';
import { toDraft } from '../../../../src/app/credit/record-disclosure';
import type { OpenRelease } from '../../../../src/app/credit/release-report';
import { createShapes, asOfDays } from '../../../../src/app/credit/release-shape';
import { projectInquiries, projectStatements } from '../../../../src/app/credit/project-history';
import { withProvenance } from '../../../../src/app/credit/released-report';
import type { BorrowerKey, ConsentState, Institution, PlatformState } from '../../../../src/app/ports';
import type { Purpose } from '../../../../src/core/consent/purpose';
import { DAY_MS, toMonthIndex } from '../../../../src/core/credit/calendar';
import { CATALOGUE_VERSION, FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import {
  anArrangement,
  type ArrangementDraft,
  BANK_A,
  CENTRE,
  fieldOf,
  fieldsOf,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
} from '../../../support/builders';
import { ACCOUNT, anId, aRelease, aRow, asRead, projectedAccounts, rowsOf, toolsFor } from './projected-world';

const NO_RECORD = withProvenance({}, () => []);

function stateOf(drafts: readonly ArrangementDraft[], recipient: Partial<Institution> = {}): ConsentState {
  const platform: PlatformState = { newestMonth: toMonthIndex('2026-04'), historical: false, status: 'ACTIVE', version: 1 };
  return {
    atMs: NOW_MS,
    recipient: {
      institutionId: BANK_A, kind: 'BANK', legalName: 'Bank A', contact: null, purposes: [], historical: false, status: 'ACTIVE',
      version: 1, ...recipient,
    },
    borrower: { borrowerRef: anId('borrower'), wrappedKey: anId('wrapped') },
    consentSet: 1,
    arrangements: drafts.map((draft, i) => anArrangement({ id: 'abc'.charAt(i), catalogueVersion: CATALOGUE_VERSION, ...draft })),
    platforms: new Map([PLATFORM, OTHER_PLATFORM].map((id) => [id, platform])),
  }; // prettier-ignore
}

describe('eraseByMs', () => {
  /** Days that the answer may be kept, with these rows found; a's life is 30 days, b's 60. */
  function daysKept(scopes: readonly [string, string], asked: string, found: readonly string[]): number {
    const drafts = [
      { scopes: scopes[0], dataLifeDays: 30 },
      { scopes: scopes[1], dataLifeDays: 60 },
    ];
    const world = aRelease(drafts, asked);
    const at = (kind: string) => (found.includes(kind) ? 1 : 0);
    const rows = rowsOf({
      loans: new Array(at('loan')).fill(aRow({ accountId: ACCOUNT, loanId: anId('l'), segment: 0 }, { principal_minor: 1 })),
      repayments: new Array(at('repayment')).fill(
        aRow({ accountId: ACCOUNT, loanId: anId('l'), instalmentNo: 1, segment: 0 }, { due_amount_minor: 1 }),
      ),
    });
    const accounts = projectedAccounts(world, rows);
    const listed = (kind: string, values: Record<string, unknown>) =>
      new Array<ReturnType<typeof aRow>>(at(kind)).fill(
        aRow({ recordId: anId('r'), ...(kind === 'inquiry' ? { segment: 0 } : {}) }, values),
      );
    const inquiries = projectInquiries(
      asRead(listed('inquiry', { reason: '02' }), world.persons, world.reads.inquiry), [], world.persons, world.reads.inquiry, toolsFor(),
    ); // prettier-ignore
    const statements = projectStatements(
      asRead(listed('statement', { text: 's', target_entity: null }), world.persons), world.persons, accounts, new Set(), toolsFor(),
    ); // prettier-ignore
    const projection = { identity: NO_RECORD, summary: NO_RECORD, accounts, inquiries, statements };
    // citations name arrangements by their place, as a shape does
    const groups = [...world.persons, ...world.products].map((group) => ({
      ...group,
      cells: new Map(
        [...group.cells].map(([entry, cell]) => [
          entry,
          {
            ...cell,
            citations: cell.citations.map((one) => ({ ...one, arrangementId: String('ab'.indexOf(one.arrangementId)) })),
          },
        ]),
      ),
    }));
    return ((eraseByMs(stateOf(drafts), 'MORTGAGE_ORIGINATION', groups, projection) ?? NaN) - NOW_MS) / DAY_MS;
  }

  // the earliest limit among the consents behind what is present; without a value the purpose's 365 days
  // prettier-ignore
  it.each<[string, [string, string], string, string[], number]>([
    ['a list of loans',                     ['+loans', '+openedOn'],                               'loans openedOn',        ['loan'],              30 ],
    ['no loan',                             ['+loans', '+openedOn'],                               'loans openedOn',        [],                    365],
    ['a value of a loan by the other',      ['+principal', '+loans'],                              'loans principal',       ['loan'],              30 ],
    ['loans alone, whose values are none',  ['+termDays', '+loans'],                               'loans termDays',        ['loan'],              60 ],
    ['a list of repayments',                ['+repayments', '+loans'],                             'loans repayments',      ['loan', 'repayment'], 30 ],
    ['no repayment',                        ['+repayments', '+loans'],                             'loans repayments',      ['loan'],              60 ],
    ['a value of a repayment',              ['+dueAmount', '+loans +repayments'],                  'loans repayments dueAmount', ['loan', 'repayment'], 30 ],
    ['a list of inquiries',                 ['+inquiries', '+fullName'],                           'inquiries fullName',    ['inquiry'],           30 ],
    ['no inquiry',                          ['+inquiries', '+fullName'],                           'inquiries fullName',    [],                    365],
    ['a value of an inquiry',               ['+reason', '+inquiries'],                             'inquiries reason',      ['inquiry'],           30 ],
    ['inquiries alone',                     ['+institutionName', '+inquiries'], 'inquiries institutionName', ['inquiry'], 60],
    ['a list of statements',                ['+statements', '+fullName'],                          'statements fullName',   ['statement'],         30 ],
    ['a value of a statement',              ['+text', '+statements'],                              'statements text',       ['statement'],         30 ],
    ['no statement',                        ['+text', '+statements'],                              'statements text',       [],                    365],
  ])('counts %s', (_name, scopes, asked, found, days) => {
    expect(daysKept(scopes, asked, found)).toBe(days);
  });
});

describe('toDraft on the inquiry that a look-up is', () => {
  const KEY = { mark: (text: string) => Buffer.from(text) } as unknown as BorrowerKey; // a draft asks for nothing else
  interface LookUp {
    readonly drafts?: readonly ArrangementDraft[];
    readonly purpose?: Purpose;
    readonly recipient?: Partial<Institution>;
    readonly preview?: boolean;
    /** Platforms of which a value leaves. */
    readonly left?: readonly string[];
  }
  const BOTH: readonly ArrangementDraft[] = [{ scopes: '+fullName' }, { scopes: '+fullName', platformId: OTHER_PLATFORM }];

  /** The inquiries of a look-up of the name. */
  function inquiriesOf({
    drafts = BOTH,
    purpose = 'MORTGAGE_ORIGINATION',
    recipient = {},
    preview = false,
    left = [PLATFORM],
  }: LookUp) {
    const recipientId = recipient.institutionId ?? BANK_A;
    const state = stateOf(
      drafts.map((draft) => ({ ...draft, purpose, recipientId })),
      recipient,
    );
    const asked = fieldsOf('fullName');
    const asOf = asOfDays(state);
    const question = {
      identity: { kind: 'CUSTOMER', platformId: PLATFORM, customerId: '1' },
      purpose,
      asked,
      listsDisputes: false,
      monthsBack: 0,
      operationHash: 'op',
      viewer: preview ? { kind: 'preview', recipientId, suppose: null, platformId: null } : { kind: 'recipient', requestId: 'r' },
    } as unknown as OpenRelease['question']; // the identity is not read here
    const shape = createShapes(FIELD_CATALOGUE)(state, question, asOf);
    const groups = shape.groups.map((group) => {
      const tally = new Uint32Array(group.tally.length);
      tally[fieldOf('fullName').id] = left.includes(group.platformId) ? 1 : 0;
      return { ...group, tally };
    });
    const release = {
      question,
      recipientId,
      state,
      asOf,
      shape,
      groups,
      decision: shape.decision,
      key: KEY,
      subject: anId('subject'),
      borrowerRef: anId('borrower'),
      actor: { partyId: recipientId, tokenHash: 'jti', role: 'BANK' },
      mark: preview ? null : { requestId: 'r', requestHash: anId('hash') },
      report: { reportId: randomBytes(16).toString('base64url'), decidedAt: NOW_MS, eraseBy: null },
    } as unknown as OpenRelease; // of the report a draft reads these alone
    const parts = { randomBytes, gateway: 'g', schemaHash: 's', origin: 'o' };
    return toDraft(parts, release, { dataText: '{}', rows: 0, months: 0 }).draft.inquiries;
  }

  it('is one for each platform whose records left, on the day of the look-up', () => {
    const inquiry = {
      inquiredOn: '2026-04-15', institutionName: 'Bank A', institutionType: '11', reason: '02', businessType: '11',
    }; // prettier-ignore
    expect(inquiriesOf({ left: [PLATFORM, OTHER_PLATFORM] })).toEqual(
      [PLATFORM, OTHER_PLATFORM].map((platformId) => ({ platformId, ...inquiry })),
    );
    expect(inquiriesOf({ left: [OTHER_PLATFORM] })).toEqual([{ platformId: OTHER_PLATFORM, ...inquiry }]);
  });

  it('is one for a platform, however many of its consents it rests on', () => {
    const drafts = [{ scopes: '+fullName' }, { scopes: '+fullName', validUntilMs: NOW_MS + DAY_MS }];
    expect(inquiriesOf({ drafts })).toHaveLength(1);
  });

  it('is none where nothing left, and none for a preview', () => {
    expect(inquiriesOf({ left: [] })).toEqual([]);
    expect(inquiriesOf({ drafts: [], left: [PLATFORM] })).toEqual([]);
    expect(inquiriesOf({ preview: true })).toEqual([]);
  });

  // credit-record.md, section 12
  // prettier-ignore
  it.each<[Purpose, string, string | null]>([
    ['MORTGAGE_ORIGINATION',      '02', '11'],
    ['CONSUMER_LOAN_ORIGINATION', '02', '91'],
    ['CARD_APPROVAL',             '03', '81'],
    ['GUARANTEE_REVIEW',          '08', null],
    ['POST_LOAN_MANAGEMENT',      '01', null],
  ])('of %s has reason %s and business type %s', (purpose, reason, businessType) => {
    expect(inquiriesOf({ purpose })).toMatchObject([{ reason, businessType }]);
  });

  it('is none of the credit reference centre, which furnishes and does not ask', () => {
    const recipient = { institutionId: CENTRE, kind: 'CREDIT_REFERENCE_CENTRE' } as const;
    expect(inquiriesOf({ purpose: 'CREDIT_REPORTING', recipient })).toEqual([]);
  });
});
