import { type EpochDay, fromStoredMonth, toEpochDay, toYearMonth } from '../../core/credit/calendar';
import { PRODUCTS } from '../../core/credit/codes';
import type { AccountFigures, MonthFigures } from '../../core/credit/credit-record';
import type { FieldCatalogue, FieldEntry } from '../../core/credit/field-catalogue';
import { computeIndicator } from '../../core/credit/indicators';
import type { RecordRow } from '../ports';
import { byAccount } from './project-records';
import type { ReleasedGroup } from './record-groups';
import { fieldName, type IndicatorBasis, type ReleasedRecord, type TalliedOrigin, withProvenance } from './released-report';

type Summary = ReleasedRecord & { readonly basis: readonly IndicatorBasis[] | null };
/** The inputs of one account under the names that the formulas read. */
type GroupedFigures = AccountFigures & { readonly group: ReleasedGroup };

/** Every released indicator over the accounts of its own products and days. */
export function projectSummary(
  asked: readonly FieldEntry[],
  accountRows: readonly RecordRow[],
  monthRows: readonly RecordRow[],
  groups: readonly ReleasedGroup[],
  catalogue: FieldCatalogue,
): Summary {
  const indicators = asked.filter((entry) => entry.source.kind === 'indicator' && groups.some(({ cells }) => cells.has(entry)));
  const figures = indicators.length > 0 ? toFigures(indicators, accountRows, monthRows, groups, catalogue) : [];
  const values: Record<string, unknown> = {};
  const basis: IndicatorBasis[] = [];
  const origins = new Map<FieldEntry, readonly TalliedOrigin[]>();
  for (const entry of indicators) {
    const accounts = figures.filter(({ group }) => group.cells.has(entry));
    const found = computeIndicator(entry, accounts, (account) => (account as GroupedFigures).group.cells.get(entry)?.days ?? []);
    if (!found || entry.source.kind !== 'indicator') continue;
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
    origins.set(entry, originsOf(entry, groups, new Set(found.products)));
  }
  return withProvenance({ ...values, basis: basis.length > 0 ? basis : null }, (entry) => origins.get(entry) ?? []);
}

function originsOf(entry: FieldEntry, groups: readonly ReleasedGroup[], products: ReadonlySet<string>): readonly TalliedOrigin[] {
  return groups
    .filter(({ cells, product }) => cells.has(entry) && product !== null && products.has(product))
    .map(({ platformId, product, tally }) => ({ platformId, product, days: null, tally }));
}

function toFigures(
  indicators: readonly FieldEntry[],
  accountRows: readonly RecordRow[],
  monthRows: readonly RecordRow[],
  groups: readonly ReleasedGroup[],
  catalogue: FieldCatalogue,
): readonly GroupedFigures[] {
  const inputs = [...new Set(indicators.flatMap((entry) => entry.inputs.map((name) => catalogue.load(name))))];
  const [ofAccount, ofMonth] = [inputsOf(inputs, 'account'), inputsOf(inputs, 'month')];
  const months = byAccount(monthRows);
  return accountRows.flatMap((row) => {
    const group = groups[row.group];
    const product = PRODUCTS.find((one) => one === group?.product);
    if (!group || !product || row.key.currency === undefined) return [];
    return [
      {
        ...figuresOf(ofAccount, row),
        platformId: group.platformId,
        product,
        currency: row.key.currency,
        asOf: group.asOf,
        group,
        months: (months.get(row.key.accountId?.toString('hex') ?? '') ?? []).map((month): MonthFigures => {
          const figures: Record<string, unknown> & { month: number } = {
            ...figuresOf(ofMonth, month),
            month: fromStoredMonth(month.key.month ?? 0),
          };
          return figures;
        }),
      },
    ];
  });
}

/** One input: under which name formulas read it, and in which column it was read. */
interface Input {
  readonly name: string;
  readonly column: string;
  readonly isDate: boolean;
}

function inputsOf(entries: readonly FieldEntry[], record: 'account' | 'month'): readonly Input[] {
  return entries.flatMap((entry) => {
    if (entry.source.kind === 'indicator' || entry.source.record !== record) return [];
    const name = fieldName(entry);
    return [{ name, column: entry.source.column, isDate: name === 'openedOn' || name === 'closedOn' }];
  });
}

/** Values under the names that the formulas read; dates are days to them. */
function figuresOf(inputs: readonly Input[], row: RecordRow): Record<string, never> {
  const figures: Record<string, unknown> = {};
  for (const { name, column, isDate } of inputs) {
    const value = row.values[column] ?? null;
    figures[name] = isDate && typeof value === 'string' ? (toEpochDay(value) satisfies EpochDay) : value;
  }
  return figures as Record<string, never>; // names and types are those of the catalogue's columns
}
