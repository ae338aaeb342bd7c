import { createHash } from 'node:crypto';
import { type AccountRows, projectAccounts } from '../../../../src/app/credit/project-records';
import { groupReleased, type ReleasedGroup, toDisputeGroups, toRecordGroups } from '../../../../src/app/credit/record-groups';
import type { Keys, PlatformState, RecordGroup, RecordKey, RecordRow } from '../../../../src/app/ports';
import { decide } from '../../../../src/core/consent/decide';
import type { ConsentSnapshot, Decision } from '../../../../src/core/consent/decision';
import {
  CATALOGUE_VERSION,
  FIELD_CATALOGUE,
  type FieldEntry,
  type RecordKind,
} from '../../../../src/core/credit/field-catalogue';
import {
  anArrangement,
  type ArrangementDraft,
  aSnapshot,
  BANK_A,
  fieldsOf,
  NOW_MS,
  OTHER_PLATFORM,
  PLATFORM,
} from '../../../support/builders';

const TALLY_SIZE = Math.max(...FIELD_CATALOGUE.entries.map(({ id }) => id)) + 1;
const MONTHS_BACK = 24;

/** What a release is projected from, rows apart. */
export interface ReleasedWorld {
  readonly decision: Decision;
  readonly asked: readonly FieldEntry[];
  /** Groups without a product, and those of products. */
  readonly persons: readonly ReleasedGroup[];
  readonly products: readonly ReleasedGroup[];
  /** What is read of the groups. */
  readonly reads: Readonly<Record<RecordKind | 'dispute', readonly RecordGroup[]>>;
}

/** Decides on `asked` under these arrangements and works out what to read, as a release does. */
export function aRelease(
  drafts: readonly ArrangementDraft[],
  names: string,
  about: Partial<ConsentSnapshot> = {},
): ReleasedWorld {
  const arrangements = drafts.map((draft, i) =>
    anArrangement({ id: 'abc'.charAt(i), catalogueVersion: CATALOGUE_VERSION, ...draft }),
  );
  const snapshot = aSnapshot(arrangements, about);
  const asked = fieldsOf(names);
  const decision = decide(snapshot, FIELD_CATALOGUE, asked);
  const platform: PlatformState = { newestMonth: null, historical: false, status: 'ACTIVE', version: 1 };
  const platforms = new Map([PLATFORM, OTHER_PLATFORM].map((id) => [id, platform]));
  const groups = groupReleased(decision, asked, { asOf: snapshot.asOfByPlatform, platforms, tallySize: TALLY_SIZE });
  const [persons, products] = [true, false].map((person) => groups.filter(({ product }) => (product === null) === person)) as [
    ReleasedGroup[],
    ReleasedGroup[],
  ];
  const question = { purpose: snapshot.purpose, atMs: NOW_MS, monthsBack: MONTHS_BACK, catalogue: FIELD_CATALOGUE } as const;
  const readOf = (kind: RecordKind): readonly RecordGroup[] => {
    const ofPersons = kind === 'customer' || kind === 'inquiry' || kind === 'statement';
    return toRecordGroups(kind, ofPersons ? persons : products, question);
  };
  return {
    decision, asked, persons, products,
    reads: {
      customer: readOf('customer'), account: readOf('account'), month: readOf('month'), loan: readOf('loan'),
      repayment: readOf('repayment'), inquiry: readOf('inquiry'), statement: readOf('statement'),
      dispute: toDisputeGroups(products, question),
    },
  }; // prettier-ignore
}

/** Names ids by a hash of everything that they differ by. */
export const KEYS = {
  pairwiseRef: (recipientId, purpose, internalId) =>
    createHash('sha256').update(`${recipientId} ${purpose} `).update(internalId).digest('base64url').slice(0, 22),
} satisfies Pick<Keys, 'pairwiseRef'> as unknown as Keys; // projection asks for nothing else

export function toolsFor(recipientId = BANK_A, purpose: ConsentSnapshot['purpose'] = 'MORTGAGE_ORIGINATION') {
  return {
    recipientId,
    purpose,
    keys: KEYS,
    catalogue: FIELD_CATALOGUE,
    loansFirst: 1_000,
    product: null,
    monthsBack: MONTHS_BACK,
  };
}

/** An internal id that would be known again wherever it left. */
export const anId = (name: string): Buffer => Buffer.from(name.padEnd(8, '.'));

/** A row as it was read: a place among the groups, keys, and the columns released. */
export function aRow(key: RecordKey, values: Readonly<Record<string, unknown>> = {}, group = 0): RecordRow {
  return { group, key, values };
}

export const ACCOUNT = anId('account');
/** Rows of one account of the first product group, and of what lies in it. */
export function rowsOf(below: Partial<AccountRows> = {}): AccountRows {
  const accounts = [aRow({ accountId: ACCOUNT, currency: 'CNY' })];
  return { accounts, months: [], loans: [], repayments: [], disputes: [], ...below };
}

/** Of these rows those that a reader finds: what is released nowhere is not read. */
export function asRead(rows: readonly RecordRow[], groups: readonly ReleasedGroup[], reads?: readonly RecordGroup[]) {
  return rows.filter(
    ({ group, key }) => groups[group] && (key.segment === undefined || reads?.[group]?.segments[key.segment] !== undefined),
  );
}

export function projectedAccounts({ products, reads }: ReleasedWorld, found: AccountRows, tools = toolsFor()) {
  const { account, loan, repayment } = reads;
  const rows: AccountRows = {
    accounts: asRead(found.accounts, products),
    months: asRead(found.months, products),
    loans: asRead(found.loans, products, loan),
    repayments: asRead(found.repayments, products, repayment),
    disputes: found.disputes,
  };
  return projectAccounts(rows, products, { accounts: account, loans: loan, repayments: repayment }, tools);
}
