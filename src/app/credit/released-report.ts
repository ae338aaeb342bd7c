import type { Origin } from '../../core/consent/decision';
import type { Purpose } from '../../core/consent/purpose';
import type { EpochDay, EpochMs, LocalDate } from '../../core/credit/calendar';
import type { Product } from '../../core/credit/codes';
import type { FieldCoordinate, FieldEntry } from '../../core/credit/field-catalogue';

/** Where a released value came from, and the count of values that left under that product of that platform. */
export interface TalliedOrigin extends Origin {
  /** Values seen leaving, by catalogue id. */
  readonly tally: Uint32Array;
}
/** The origins of one field of a record; empty where the record has no value of it. */
export type Provenance = (entry: FieldEntry) => readonly TalliedOrigin[];

const PROVENANCE = Symbol('provenance');

/** A projected record: values by field name, and beside them, invisible to serialisers, where they came from. */
export type ReleasedRecord = Readonly<Record<string, unknown>> & { readonly [PROVENANCE]: Provenance };

export function withProvenance<T extends object>(values: T, provenance: Provenance): T & ReleasedRecord {
  const record = values as T & { [PROVENANCE]: Provenance };
  record[PROVENANCE] = provenance;
  return record as T & ReleasedRecord; // with the property just set
}

/** @returns null for an object that did not come through the projection. */
export function provenanceOf(record: unknown): Provenance | null {
  return (record as Partial<ReleasedRecord> | null)?.[PROVENANCE] ?? null;
}

/** One month of one account, as released. */
export type ReleasedMonth = ReleasedRecord & { readonly month: string };
/** One loan, as released; `repayments` is null where their list is withheld or empty. */
export type ReleasedLoan = ReleasedRecord & { readonly loanRef: string; readonly repayments: readonly ReleasedRecord[] | null };

/** Where the items of an account stand by the names that only the gateway knows. */
export interface AccountItems {
  readonly accountId: Buffer;
  /** The values of the account itself. */
  readonly account: ReleasedRecord;
  /** By month, as stored: YYYYMM. */
  readonly months: ReadonlyMap<number, ReleasedMonth>;
  /** By loan id, hexadecimal. */
  readonly loans: ReadonlyMap<string, ReleasedLoan>;
  /** By loan id and number of the instalment: `0123456789abcdef/3`. */
  readonly repayments: ReadonlyMap<string, ReleasedRecord>;
}

/** One account, as released, its months and loans the newest first. */
export type ReleasedAccount = ReleasedRecord & {
  readonly accountRef: string;
  readonly currency: string;
  readonly reportedOn: LocalDate;
  readonly months: readonly ReleasedMonth[];
  /** null where the list is withheld or empty. */
  readonly loans: readonly ReleasedLoan[] | null;
  readonly items: AccountItems;
  /** For `accounts(product:)`: null where the product itself is withheld. */
  readonly knownProduct: Product | null;
  readonly asOf: EpochDay;
};
export interface IndicatorBasis {
  readonly field: FieldCoordinate;
  readonly products: readonly Product[];
  readonly firstMonth: string;
  readonly lastMonth: string;
  readonly currency: string | null;
  readonly estimated: boolean;
  readonly formulaVersion: number;
}
/** The report itself has a provenance too: that of its lists of inquiries and statements. */
export type ReleasedReport = ReleasedRecord & {
  readonly reportId: string;
  readonly decidedAt: EpochMs;
  readonly purpose: Purpose;
  readonly completeness: 'NOT_ASSERTED';
  readonly eraseBy: EpochMs | null;
  readonly identity: ReleasedRecord;
  readonly summary: ReleasedRecord & { readonly basis: readonly IndicatorBasis[] | null };
  readonly accounts: readonly ReleasedAccount[];
  readonly inquiries: readonly ReleasedRecord[] | null;
  readonly statements: readonly ReleasedRecord[] | null;
  /** What was asked and not permitted, where the borrower wants it told; null otherwise. */
  readonly withheldFields: readonly { readonly field: FieldCoordinate; readonly product: Product | null }[] | null;
};

/** Name of a field within its type. */
export function fieldName(entry: FieldEntry): string {
  return entry.coordinate.slice(entry.coordinate.indexOf('.') + 1);
}
