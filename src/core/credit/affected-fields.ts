import { columnsOf, type FieldCatalogue, type FieldEntry, type RecordKind } from './field-catalogue';

type ColumnsBy = Readonly<Record<string, readonly string[]>>;

/** Columns that are worked out from another of the same record: masks, years, bands, normalised status. */
const RUNGS: Partial<Record<RecordKind, ColumnsBy>> = {
  customer: { id_number: ['id_number_masked'], mobile: ['mobile_masked'], date_of_birth: ['birth_year'] },
  account: {
    opened_on: ['opened_year'],
    account_class: ['portfolio_type', 'status'],
    raw_status: ['status'],
    credit_limit_minor: ['credit_limit_band'],
  },
  month: { borrowed_amount_minor: ['borrowed_amount_band'], loan_count: ['loan_count_band'] },
  loan: { drawn_on: ['drawn_month'], principal_minor: ['principal_band'], raw_status: ['loan_status'] },
  inquiry: { reason: ['is_hard'] },
};
const BORROWING = ['borrowed_amount_minor', 'loan_count', 'loan_days'];
/** What a month says of borrowing is worked out from its loans (credit-record.md, section 14). */
const MONTH_BY_LOAN: ColumnsBy = { drawn_on: BORROWING, principal_minor: ['borrowed_amount_minor'], cancelled: BORROWING };
/** Columns that decide under which product, or whether at all, a record is shown with everything beneath it. */
const WHOLE: Partial<Record<RecordKind, { readonly columns: readonly string[]; readonly records: readonly RecordKind[] }>> = {
  account: { columns: ['product', 'liability_role', 'co_borrowers'], records: ['account', 'month', 'loan', 'repayment'] },
  loan: { columns: ['cancelled'], records: ['loan', 'repayment'] },
};
/** Before the name of a column that holds a figure as it was furnished, beside the one that is served. */
const FURNISHED = /^furnished_/;

/**
 * Every field whose value may be another because columns of a record changed: those columns, their rungs, lateness and
 * rolling figures over them, a month's borrowing where a loan changed, and all indicators with one of these among their
 * inputs. It names too many rather than too few.
 *
 * @param changed - Columns of the record, as it was furnished.
 */
export function affectedFields(
  record: RecordKind,
  changed: readonly string[],
  catalogue: FieldCatalogue,
): ReadonlySet<FieldEntry> {
  const columns = new Map<RecordKind, Set<string>>();
  const touch = (kind: RecordKind, names: readonly string[]): void => {
    columns.set(kind, new Set([...(columns.get(kind) ?? []), ...names]));
  };
  for (const name of changed.map((column) => column.replace(FURNISHED, ''))) touch(record, [name]);
  if (record === 'loan') for (const name of changed) touch('month', MONTH_BY_LOAN[name] ?? []);
  for (const [kind, names] of columns) touch(kind, [...names].flatMap((name) => RUNGS[kind]?.[name] ?? [])); // prettier-ignore
  const whole = WHOLE[record];
  const hidden = whole?.columns.some((name) => changed.includes(name)) ? whole.records : [];
  return withIndicators(
    catalogue,
    catalogue.entries.filter(({ source }) => {
      if (source.kind === 'indicator') return false;
      return hidden.includes(source.record) || columnsOf(source).some((name) => columns.get(source.record)?.has(name));
    }),
  );
}

/** Indicators over indicators included. */
function withIndicators(catalogue: FieldCatalogue, direct: readonly FieldEntry[]): ReadonlySet<FieldEntry> {
  const affected = new Set(direct);
  let grown: number;
  do {
    grown = affected.size;
    const coordinates = new Set([...affected].map(({ coordinate }) => coordinate));
    for (const entry of catalogue.entries) if (entry.inputs.some((input) => coordinates.has(input))) affected.add(entry);
  } while (affected.size > grown);
  return affected;
}
