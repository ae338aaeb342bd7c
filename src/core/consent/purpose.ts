import type { InstitutionKind } from '../identity/actor';
import { DATA_CLUSTERS, type DataCluster } from './data-cluster';

export const PURPOSES = [
  'MORTGAGE_ORIGINATION', 'CONSUMER_LOAN_ORIGINATION', 'CARD_APPROVAL', 'GUARANTEE_REVIEW', 'POST_LOAN_MANAGEMENT',
  'CREDIT_REPORTING',
] as const; // prettier-ignore
export type Purpose = (typeof PURPOSES)[number];

/** What a purpose allows at most (credit-record.md, section 12): this product's choice, not law. */
export interface PurposeLimits {
  readonly recipientKind: InstitutionKind;
  readonly clusters: ReadonlySet<DataCluster>;
  readonly validityDays: number;
  /** Data reaches back so many whole calendar months before the month of the as-of date. */
  readonly reachMonths: number;
  /** What a look-up is to the borrower's history: PBOC's reason of inquiry and kind of business; null: no inquiry. */
  readonly inquiry: { readonly reason: string; readonly businessType: string | null } | null;
  /** How long a recipient may keep a disclosure; null: as long as its own law says. */
  readonly dataLifeDays: number | null;
}

const allBut = (...closed: DataCluster[]): ReadonlySet<DataCluster> =>
  new Set(DATA_CLUSTERS.filter((cluster) => !closed.includes(cluster)));

const CARD: ReadonlySet<DataCluster> = new Set([
  'IDENTITY', 'ACCOUNT_TERMS', 'BORROWING_AMOUNT', 'REPAYMENT_STATUS', 'BORROWING_FREQUENCY', 'INQUIRY_HISTORY', 'STATEMENTS',
]); // prettier-ignore

export const PURPOSE_LIMITS: Readonly<Record<Purpose, PurposeLimits>> = {
  MORTGAGE_ORIGINATION: {
    recipientKind: 'BANK', clusters: allBut('CONTACT'), validityDays: 180, reachMonths: 60, dataLifeDays: 365,
    inquiry: { reason: '02', businessType: '11' },
  },
  CONSUMER_LOAN_ORIGINATION: {
    recipientKind: 'BANK', clusters: allBut('CONTACT', 'REPAYMENT_DETAIL'), validityDays: 90, reachMonths: 24, dataLifeDays: 180,
    inquiry: { reason: '02', businessType: '91' },
  },
  CARD_APPROVAL: {
    recipientKind: 'BANK', clusters: CARD, validityDays: 90, reachMonths: 24, dataLifeDays: 180,
    inquiry: { reason: '03', businessType: '81' },
  },
  GUARANTEE_REVIEW: {
    recipientKind: 'BANK', clusters: CARD, validityDays: 90, reachMonths: 24, dataLifeDays: 180,
    inquiry: { reason: '08', businessType: null },
  },
  POST_LOAN_MANAGEMENT: {
    recipientKind: 'BANK',
    clusters: new Set(['IDENTITY', 'CONTACT', 'ACCOUNT_TERMS', 'BORROWING_AMOUNT', 'REPAYMENT_STATUS', 'STATEMENTS']),
    validityDays: 365, reachMonths: 24, dataLifeDays: 365, inquiry: { reason: '01', businessType: null },
  },
  CREDIT_REPORTING: {
    recipientKind: 'CREDIT_REFERENCE_CENTRE', clusters: allBut('CONTACT'), validityDays: 1_825, reachMonths: 60, dataLifeDays: null,
    inquiry: null,
  },
}; // prettier-ignore

/** The purposes that an institution of this kind may be registered for. */
export function purposesOpenTo(kind: InstitutionKind): readonly Purpose[] {
  return PURPOSES.filter((purpose) => PURPOSE_LIMITS[purpose].recipientKind === kind);
}
