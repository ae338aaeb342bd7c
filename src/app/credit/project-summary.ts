import {
  type EpochDay,
  fromStoredMonth,
  intersectDays,
  lastCompletedMonth,
  toEpochDay,
  toYearMonth,
} from '../../core/credit/calendar';
import type {
  AccountFigures,
  InstalmentFigures,
  LoanFigures,
  MonthFigures,
  PlatformInquiries,
} from '../../core/credit/credit-record';
import type { FieldCatalogue, FieldEntry } from '../../core/credit/field-catalogue';
import { computeIndicator, computeInquiryIndicator } from '../../core/credit/indicators';
import type { RecordRow } from '../ports';
import type { AccountRows } from './project-records';
import { accountOf, held, rowsByAccount } from './projected-fields';
import type { ReleasedRows } from './read-released';
import { countedInquiryDays, originIn, type ReleasedGroup } from './record-groups';
import { fieldName, type IndicatorBasis, type ReleasedRecord, type TalliedOrigin, withProvenance } from './released-report';

type Summary = ReleasedRecord & { readonly basis: readonly IndicatorBasis[] | null };
/** The inputs of one account under the names that the formulas read. */
type GroupedFigures = AccountFigures & { readonly group: ReleasedGroup };
/** Rows of accounts and what lies in them are numbered through the product groups, those of inquiries through the persons'. */
export interface SummaryRows extends Omit<AccountRows, 'disputes'> {
  readonly inquiries: readonly RecordRow[];
  /** Records that exist and may not be counted. */
  readonly unnoticed: ReleasedRows['unnoticed'];
}
export interface SummaryGroups {
  readonly products: readonly ReleasedGroup[];
  readonly persons: readonly ReleasedGroup[];
}

/** Every released indicator over the accounts of its own products and days. */
export function projectSummary(
  asked: readonly FieldEntry[],
  rows: SummaryRows,
  groups: SummaryGroups,
  catalogue: FieldCatalogue,
): Summary {
  const all = [...groups.products, ...groups.persons];
  const indicators = asked.filter((entry) => entry.source.kind === 'indicator' && all.some(({ cells }) => cells.has(entry)));
  const figures = indicators.some(({ perProduct }) => perProduct)
    ? toFigures(inputsOf(asked, catalogue), rows, groups.products)
    : [];
  const waiting = Object.values(rows.unnoticed).some(({ length }) => length > 0);
  const values: Record<string, unknown> = {};
  const basis: IndicatorBasis[] = [];
  const origins = new Map<FieldEntry, readonly TalliedOrigin[]>();
  for (const entry of indicators) {
    if (entry.source.kind !== 'indicator') continue;
    if (waiting && isOfPart(entry, rows.unnoticed, groups.products, catalogue)) continue;
    const accounts = figures.filter(({ group }) => group.cells.has(entry));
    const daysOf = (account: AccountFigures) => (account as GroupedFigures).group.cells.get(entry)?.days ?? [];
    const found = entry.perProduct
      ? computeIndicator(entry, accounts, daysOf)
      : computeInquiryIndicator(entry, toInquiries(entry, rows.inquiries, groups.persons));
    if (!found) continue;
    values[fieldName(entry)] = found.value;
    basis.push({
      field: entry.coordinate,
      products: found.products,
      firstMonth: toYearMonth(found.firstMonth),
      lastMonth: toYearMonth(found.lastMonth),
      currency: found.currency,
      estimated: found.estimated,
      formulaVersion: entry.source.formulaVersion,
    });
    const contributing = entry.perProduct ? new Set<string | null>(found.products) : new Set<string | null>([null]);
    origins.set(entry, originsOf(entry, all, contributing));
  }
  return withProvenance({ ...values, basis: basis.length > 0 ? basis : null }, (entry) => origins.get(entry) ?? []);
}

/** Would it be worked out over a part of what its window holds? Then it is nothing: a part is never shown as the whole. */
function isOfPart(
  entry: FieldEntry,
  unnoticed: ReleasedRows['unnoticed'],
  groups: readonly ReleasedGroup[],
  catalogue: FieldCatalogue,
): boolean {
  const { source } = entry;
  if (source.kind !== 'indicator') return false;
  const kinds = entry.inputs
    .map((name) => catalogue.load(name).source)
    .flatMap((one) => (one.kind === 'indicator' ? [] : [one.record]));
  return [...new Set(kinds)].some((kind) =>
    (unnoticed[kind] ?? []).some(({ group: at, key: { month } }) => {
      const group = groups[at];
      if (!group?.cells.has(entry)) return false;
      return !month || lastCompletedMonth(group.asOf) - fromStoredMonth(month) < source.windowMonths;
    }),
  );
}

/** The inquiries beside the records of each platform that released the indicator. */
function toInquiries(
  entry: FieldEntry,
  rows: readonly RecordRow[],
  persons: readonly ReleasedGroup[],
): readonly PlatformInquiries[] {
  return persons.flatMap((group, at) => {
    const cell = group.cells.get(entry);
    if (!cell) return [];
    const inquiries = rows.flatMap(({ group: of, values }) =>
      of !== at || typeof values['inquired_on'] !== 'string'
        ? []
        : [
            {
              inquiredOn: toEpochDay(values['inquired_on']),
              institutionName: values['institution_name'] as string,
              isHard: values['is_hard'] === 1,
            },
          ],
    );
    const releasedDays = intersectDays(cell.days, [countedInquiryDays(group)]);
    return [{ asOf: group.asOf, releasedDays, inquiries }];
  });
}

function originsOf(
  entry: FieldEntry,
  groups: readonly ReleasedGroup[],
  products: ReadonlySet<string | null>,
): readonly TalliedOrigin[] {
  return groups.filter(({ cells, product }) => cells.has(entry) && products.has(product)).map((group) => originIn(group, null));
}

function toFigures(
  inputs: Inputs,
  rows: Omit<AccountRows, 'disputes'>,
  groups: readonly ReleasedGroup[],
): readonly GroupedFigures[] {
  const [months, loans] = [rowsByAccount(rows.months), rowsByAccount(rows.loans)];
  const instalments = rowsByAccount(rows.repayments);
  return rows.accounts.map((row) => {
    const group = held(groups[row.group], 'its group');
    const id = accountOf(row);
    return figuresOf(inputs.account, row, {
      platformId: group.platformId,
      product: held(group.product, 'its product'),
      currency: held(row.key.currency, 'its currency'),
      asOf: group.asOf,
      group,
      loans: (loans.get(id) ?? []).map((loan): LoanFigures => figuresOf(inputs.loan, loan, {})),
      instalments: (instalments.get(id) ?? []).map((one): InstalmentFigures => figuresOf(inputs.repayment, one, {})),
      months: (months.get(id) ?? []).map((month): MonthFigures =>
        figuresOf(inputs.month, month, { month: fromStoredMonth(held(month.key.month, 'its month')) }),
      ),
    });
  });
}

/** One input: under which name formulas read it, and in which column it was read. */
interface Input {
  readonly name: string;
  readonly column: string;
  readonly isDate: boolean;
}

type Inputs = Readonly<Record<'account' | 'month' | 'loan' | 'repayment', readonly Input[]>>;

const inputsByQuestion = new WeakMap<readonly FieldEntry[], Inputs>();

/** What the formulas of an operation's indicators read; of those that are withheld nothing was. */
function inputsOf(asked: readonly FieldEntry[], catalogue: FieldCatalogue): Inputs {
  const kept = inputsByQuestion.get(asked);
  if (kept) return kept;
  const indicators = asked.filter(({ source, perProduct }) => source.kind === 'indicator' && perProduct);
  const read = [...new Set(indicators.flatMap(({ inputs }) => inputs.map((name) => catalogue.load(name))))];
  const made = {
    account: inputsIn(read, 'account'),
    month: inputsIn(read, 'month'),
    loan: inputsIn(read, 'loan'),
    repayment: inputsIn(read, 'repayment'),
  };
  inputsByQuestion.set(asked, made);
  return made;
}

/** Names are those of the columns' own fields: lateness is worked out from the dates that it lies between. */
function inputsIn(entries: readonly FieldEntry[], record: keyof Inputs): readonly Input[] {
  return entries.flatMap(({ source, coordinate }): readonly Input[] => {
    if (source.kind === 'indicator' || source.kind === 'list' || source.record !== record) return [];
    if (source.kind === 'lateness')
      return [
        { name: 'dueOn', column: source.from, isDate: true },
        { name: 'paidOn', column: source.until, isDate: true },
      ];
    const name = coordinate.slice(coordinate.indexOf('.') + 1);
    return [{ name, column: source.column, isDate: DATES.has(name) }];
  });
}
const DATES: ReadonlySet<string> = new Set(['openedOn', 'closedOn', 'drawnOn', 'settledOn', 'dueOn', 'paidOn']);

/** Adds the values of a row under the names that the formulas read; dates are days to them. */
function figuresOf<T extends object>(inputs: readonly Input[], row: RecordRow, known: T): T & Record<string, never> {
  const figures: Record<string, unknown> = known as T & Record<string, unknown>;
  for (const { name, column, isDate } of inputs) {
    const value = row.values[column] ?? null;
    figures[name] = isDate && typeof value === 'string' ? (toEpochDay(value) satisfies EpochDay) : value;
  }
  return figures as T & Record<string, never>; // names and types are those of the catalogue's columns
}
