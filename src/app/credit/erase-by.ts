import type { CellVerdict } from '../../core/consent/decision';
import { type Purpose, PURPOSE_LIMITS } from '../../core/consent/purpose';
import { DAY_MS, type EpochMs } from '../../core/credit/calendar';
import type { FieldEntry } from '../../core/credit/field-catalogue';
import type { ConsentState } from '../ports';
import type { ReportList } from './project-history';
import type { ReleasedGroup } from './record-groups';
import { arrangementAt } from './release-shape';
import { fieldName, provenanceOf, type ReleasedAccount, type ReleasedRecord } from './released-report';

interface Projection {
  readonly identity: ReleasedRecord;
  readonly summary: ReleasedRecord;
  readonly accounts: readonly ReleasedAccount[];
  readonly inquiries: ReportList;
  readonly statements: ReportList;
}

/**
 * When the recipient must have deleted the report: the earliest limit among the consents behind the values present; without
 * a value the purpose's own limit, so that the date tells nothing of what was withheld.
 *
 * @returns null where neither a consent nor the purpose sets a limit.
 */
export function eraseByMs(
  state: ConsentState,
  purpose: Purpose,
  groups: readonly ReleasedGroup[],
  projection: Projection,
): EpochMs | null {
  const own = PURPOSE_LIMITS[purpose].dataLifeDays;
  const isOwn = state.arrangements.every(({ terms }) => terms.dataLifeDays === own);
  const cited = isOwn ? [] : presentCells(groups, projection).flatMap(({ citations }) => citations);
  const days = cited
    .map(({ arrangementId }) => arrangementAt(state, arrangementId).terms.dataLifeDays)
    .filter((life) => life !== null);
  const earliest = days.length > 0 ? Math.min(...days) : own;
  return earliest === null ? null : state.atMs + earliest * DAY_MS;
}

function presentCells(groups: readonly ReleasedGroup[], projection: Projection): readonly CellVerdict[] {
  const { identity, summary, accounts, inquiries, statements } = projection;
  const lists = [inquiries, statements];
  const records: readonly ReleasedRecord[] = [
    identity,
    summary,
    ...accounts.flatMap((account) => [
      account,
      ...account.months,
      ...account.items.loans.values(),
      ...account.items.repayments.values(),
    ]),
    ...lists.flatMap(({ items }) => items ?? []),
  ];
  const listed = new Map(
    Object.entries({ 'CreditReport.inquiries': inquiries, 'CreditReport.statements': statements }).map(
      ([coordinate, { origins }]) => [coordinate, new Set(origins.map(({ tally }) => tally))],
    ),
  );
  return groups.flatMap(({ cells, tally }) =>
    [...cells]
      .filter(([entry]) =>
        listed.has(entry.coordinate)
          ? listed.get(entry.coordinate)?.has(tally)
          : records.some((record) => isPresent(record, entry, tally)),
      )
      .map(([, cell]) => cell),
  );
}

function isPresent(record: ReleasedRecord, entry: FieldEntry, tally: Uint32Array): boolean {
  const value = record[fieldName(entry)];
  if (value === null || value === undefined) return false;
  return provenanceOf(record)?.(entry).some((origin) => origin.tally === tally) ?? false;
}
