import type { DataCluster } from '../consent/data-cluster';
import { ACCOUNT_FIELDS } from './fields-account';
import { HISTORY_FIELDS } from './fields-history';
import { IDENTITY_FIELDS } from './fields-identity';
import { LOAN_FIELDS } from './fields-loan';
import { MONTH_FIELDS } from './fields-month';
import { SUMMARY_FIELDS } from './fields-summary';

export type Sensitivity = 'NONE' | 'PERSONAL' | 'FINANCIAL' | 'SENSITIVE';
/** `Type.field`, as the public schema names it. */
export type FieldCoordinate = string;
export interface LocalText {
  readonly en: string;
  readonly zh: string;
}

/** Where the value of a field comes from. */
export type FieldSource =
  /** One column of one record. A rung of a ladder has its own column, so that reading it never touches the finer one. */
  | { readonly kind: 'column'; readonly record: RecordKind; readonly column: string; readonly sealed: boolean }
  /** A figure over this month's column and the `months` − 1 before, all of them permitted and furnished; else null. */
  | { readonly kind: 'rolling'; readonly record: 'month'; readonly column: string; readonly months: number }
  /** Days from one column's date to another's, or to the as-of date while that is not furnished; 0 where it lies before. */
  | { readonly kind: 'lateness'; readonly record: 'repayment'; readonly from: string; readonly until: string }
  /** A list of records, each shown under its own permissions: that it stands there is all that the list itself says. */
  | { readonly kind: 'list'; readonly record: RecordKind }
  /** An indicator of the borrower's summary: exact formula over `inputs` in a window of completed months; 0: no window. */
  | { readonly kind: 'indicator'; readonly formula: string; readonly formulaVersion: number; readonly windowMonths: number };
/** What one row of storage is; `loan`, `month`, `repayment` and `inquiry` belong to days. */
export type RecordKind = 'customer' | 'account' | 'month' | 'loan' | 'repayment' | 'inquiry' | 'statement';

/** One consentable field: the single source for rules, directives, projection and the consent form's words. */
export interface FieldEntry {
  /** Numeric name in consents and ledger entries; never reused. */
  readonly id: number;
  readonly coordinate: FieldCoordinate;
  /** Catalogue version in which it appeared. */
  readonly since: number;
  readonly cluster: DataCluster;
  readonly sensitivity: Sensitivity;
  /** May carry negative information. */
  readonly adverse: boolean;
  /** false: counted once per platform, whatever the product. */
  readonly perProduct: boolean;
  /** A list whose length tells something. */
  readonly container: boolean;
  /** The list that it stands in: released only together with that list; null outside lists with an entry of their own. */
  readonly within: FieldCoordinate | null;
  /** The next coarser fields of its ladder. */
  readonly coarser: readonly FieldCoordinate[];
  /** Fields it would reveal; they must be released too. */
  readonly requires: readonly FieldCoordinate[];
  /** Lineage of an indicator; empty for a record field. */
  readonly inputs: readonly FieldCoordinate[];
  readonly source: FieldSource;
  readonly label: LocalText;
  readonly explanation: LocalText;
}

/** 2: loans, repayments, inquiries, statements and the indicators over them. */
export const CATALOGUE_VERSION = 2;

/** The field catalogue with its closures, validated when it is made. */
export interface FieldCatalogue {
  readonly version: number;
  readonly entries: readonly FieldEntry[];
  find(coordinate: FieldCoordinate): FieldEntry | undefined;
  /** @throws Error on a coordinate that is not in the catalogue. */
  load(coordinate: FieldCoordinate): FieldEntry;
  byId(id: number): FieldEntry | undefined;
  /** Every coarser rung, transitively, without the field itself. */
  coarserOf(entry: FieldEntry): readonly FieldEntry[];
  /** Every finer rung, transitively, without the field itself. */
  finerOf(entry: FieldEntry): readonly FieldEntry[];
  fieldsOf(cluster: DataCluster): readonly FieldEntry[];
}

/** @throws Error naming every fault: double ids, unknown references, cycles, indicators without inputs, missing words. */
export function createCatalogue(version: number, entries: readonly FieldEntry[]): FieldCatalogue {
  const byCoordinate = new Map(entries.map((entry) => [entry.coordinate, entry]));
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  assertSound(entries, byCoordinate, byId);
  const load = (coordinate: FieldCoordinate): FieldEntry => {
    const entry = byCoordinate.get(coordinate);
    if (!entry) throw new Error(`${coordinate} is not in the field catalogue`);
    return entry;
  };
  const coarser = new Map(entries.map((entry) => [entry, closure(entry, (of) => of.coarser.map(load))]));
  const finer = new Map(entries.map((entry) => [entry, entries.filter((other) => coarser.get(other)?.includes(entry))]));
  return {
    version,
    entries,
    find: (coordinate) => byCoordinate.get(coordinate),
    load,
    byId: (id) => byId.get(id),
    coarserOf: (entry) => coarser.get(entry) ?? [],
    finerOf: (entry) => finer.get(entry) ?? [],
    fieldsOf: (cluster) => entries.filter((entry) => entry.cluster === cluster),
  };
}

function closure(entry: FieldEntry, next: (of: FieldEntry) => readonly FieldEntry[]): readonly FieldEntry[] {
  const found = new Set<FieldEntry>();
  const walk = (of: FieldEntry): void => {
    for (const one of next(of)) {
      if (found.has(one)) continue;
      found.add(one);
      walk(one);
    }
  };
  walk(entry);
  return [...found];
}

function assertSound(
  entries: readonly FieldEntry[],
  byCoordinate: ReadonlyMap<string, FieldEntry>,
  byId: ReadonlyMap<number, FieldEntry>,
): void {
  const faults = entries.flatMap((entry) => faultsOf(entry, byCoordinate));
  if (byCoordinate.size < entries.length) faults.push('a coordinate stands twice');
  if (byId.size < entries.length) faults.push('an id stands twice');
  for (const [name, of] of [
    ['ladder', (entry: FieldEntry) => entry.coarser],
    ['lineage', (entry: FieldEntry) => [...entry.inputs, ...entry.requires, ...(entry.within === null ? [] : [entry.within])]],
  ] as const)
    for (const entry of entries) {
      const reached = closure(entry, (one) => of(one).flatMap((coordinate) => byCoordinate.get(coordinate) ?? []));
      if (reached.includes(entry)) faults.push(`${entry.coordinate}: its ${name} is a cycle`);
    }
  if (faults.length > 0) throw new Error(`The field catalogue is not sound\n${faults.join('\n')}`);
}

function faultsOf(entry: FieldEntry, byCoordinate: ReadonlyMap<string, FieldEntry>): string[] {
  const at = entry.coordinate;
  const faults: string[] = [];
  for (const other of [...entry.coarser, ...entry.requires, ...entry.inputs, ...(entry.within === null ? [] : [entry.within])])
    if (!byCoordinate.has(other)) faults.push(`${at}: refers to ${other}, which is not in the catalogue`);
  if (![entry.label, entry.explanation].every(({ en, zh }) => en.trim() !== '' && zh.trim() !== ''))
    faults.push(`${at}: label and explanation need words in both languages`);
  if (entry.source.kind === 'indicator') {
    if (entry.inputs.length === 0) faults.push(`${at}: an indicator without inputs`);
    if (entry.source.formula.trim() === '') faults.push(`${at}: an indicator without a formula`);
  } else {
    if (entry.inputs.length > 0) faults.push(`${at}: a record field has no lineage`);
    if (columnsOf(entry.source).some((column) => column.trim() === '')) faults.push(`${at}: no column`);
    if (entry.within !== null && byCoordinate.get(entry.within)?.container === false)
      faults.push(`${at}: ${entry.within} is no list`);
  }
  return faults;
}

/** Columns that hold the value of a record field, or what it is worked out from; none for a list and for an indicator. */
export function columnsOf(source: FieldSource): readonly string[] {
  switch (source.kind) {
    case 'column':
    case 'rolling':
      return [source.column];
    case 'lateness':
      return [source.from, source.until];
    case 'list':
    case 'indicator':
      return [];
  }
}

/** The catalogue of the public schema. */
export const FIELD_CATALOGUE = createCatalogue(CATALOGUE_VERSION, [
  ...IDENTITY_FIELDS,
  ...ACCOUNT_FIELDS,
  ...MONTH_FIELDS,
  ...LOAN_FIELDS,
  ...HISTORY_FIELDS,
  ...SUMMARY_FIELDS,
]);
