import type { Purpose } from '../../core/consent/purpose';
import { coversDays, type DayInterval } from '../../core/credit/calendar';
import type { FieldCatalogue, FieldEntry } from '../../core/credit/field-catalogue';
import type { Keys, RecordGroup, RecordRow } from '../ports';
import {
  accountOf,
  held,
  newestFirst,
  placesIn,
  type Projected,
  projectedOf,
  rowsBy,
  shownValues,
  toDays,
} from './projected-fields';
import { originIn, type ReleasedGroup } from './record-groups';
import { type AccountItems, type ReleasedLoan, type ReleasedRecord, withProvenance } from './released-report';

/** What was read of the accounts of each group, and of what lies in them. */
export interface AccountReads {
  readonly accounts: readonly RecordGroup[];
  readonly loans: readonly RecordGroup[];
  readonly repayments: readonly RecordGroup[];
}
export interface ProjectTools {
  readonly recipientId: string;
  readonly purpose: Purpose;
  readonly keys: Keys;
  readonly catalogue: FieldCatalogue;
  /** How many loans of an account stand in the report at most: nothing is told of the others. */
  readonly loansFirst: number;
}

/** What of one group's loans or repayments is shown, and where their list is. */
interface Shown {
  readonly segments: readonly DayInterval[];
  readonly fields: readonly Projected[];
  /** Segments in which the list itself is released. */
  readonly listed: ReadonlySet<number>;
}

/** The loans of one account, and where they and their repayments stand. */
export type AccountLoans = Pick<AccountItems, 'loans' | 'repayments'> & { readonly listed: readonly ReleasedLoan[] };

/**
 * Single loans with their repayments, by account, hexadecimal; an account without any is left out. A loan stands here only on
 * days on which the list is released, whatever else was read of it for an indicator.
 */
export function projectLoans(
  loanRows: readonly RecordRow[],
  repaymentRows: readonly RecordRow[],
  groups: readonly ReleasedGroup[],
  reads: AccountReads,
  tools: ProjectTools,
): ReadonlyMap<string, AccountLoans> {
  if (loanRows.length === 0 && repaymentRows.length === 0) return NONE;
  const { keys, recipientId, purpose, catalogue } = tools;
  const list = catalogue.find('CreditAccount.loans');
  const below = catalogue.find('Loan.repayments');
  const shown = groups.map((group, at) => ({
    loans: shownOf(group, 'loan', list, reads.loans[at]?.segments),
    repayments: shownOf(group, 'repayment', below, reads.repayments[at]?.segments),
  }));
  const repayments = rowsBy(repaymentRows, loanOf);
  const byAccount = new Map<string, { loans: Map<string, ReleasedLoan>; repayments: Map<string, ReleasedRecord> }>();
  for (const row of loanRows) {
    const [group, of] = [held(groups[row.group], 'its group'), held(shown[row.group], 'its fields')];
    const { loanId, segment = 0 } = row.key;
    const days = held(of.loans.segments[segment], 'its segment');
    if (!of.loans.listed.has(segment)) continue;
    const account = byAccount.get(accountOf(row)) ?? { loans: new Map(), repayments: new Map() };
    byAccount.set(accountOf(row), account);
    const under = below && group.cells.get(below)?.days;
    const rows = under && coversDays(under, days) ? (repayments.get(loanOf(row)) ?? []) : [];
    const instalments = projectRepayments(rows, group, of.repayments);
    for (const [instalmentNo, record] of instalments) account.repayments.set(`${loanOf(row)}/${String(instalmentNo)}`, record);
    const nameOf = new Map(
      [...instalments].map(([number, record]) => [record, nameOfInstalment(held(loanId, 'its loan'), number, tools)]),
    );
    const listed = newestFirst([...nameOf.keys()], ['dueOn'], (record) => nameOf.get(record) ?? '');
    const values = {
      loanRef: keys.pairwiseRef(recipientId, purpose, held(loanId, 'its loan')),
      ...shownValues(of.loans.fields, row, group),
      repayments: listed.length > 0 ? listed : null,
    };
    const origins = [originIn(group, days)];
    account.loans.set(
      loanOf(row),
      withProvenance(values, () => origins),
    );
  }
  return new Map([...byAccount].map(([id, all]) => [id, firstOf(all, tools.loansFirst)]));
}

const NONE: ReadonlyMap<string, AccountLoans> = new Map();

function firstOf({ loans, repayments }: Pick<AccountItems, 'loans' | 'repayments'>, count: number): AccountLoans {
  const listed = newestFirst([...loans.values()], ['drawnOn', 'drawnMonth'], ({ loanRef }) => loanRef).slice(0, count);
  if (listed.length === loans.size) return { listed, loans, repayments };
  const kept = new Map([...loans].filter(([, loan]) => listed.includes(loan)));
  const isKept = (place: string): boolean => kept.has(place.slice(0, place.indexOf('/')));
  return { listed, loans: kept, repayments: new Map([...repayments].filter(([place]) => isKept(place))) };
}

function shownOf(
  group: ReleasedGroup,
  record: 'loan' | 'repayment',
  list: FieldEntry | undefined,
  read: RecordGroup['segments'] = [],
): Shown {
  const segments = read.map(toDays);
  const days = (list && group.cells.get(list)?.days) ?? [];
  return { segments, fields: projectedOf(group, record, 0, read), listed: placesIn(segments, days) };
}

/** By number of the instalment, which itself is never shown: it would count those before it. */
function projectRepayments(
  rows: readonly RecordRow[],
  group: ReleasedGroup,
  { segments, fields, listed }: Shown,
): ReadonlyMap<number, ReleasedRecord> {
  return new Map(
    rows.flatMap((row) => {
      const { instalmentNo, segment = 0 } = row.key;
      const days = held(segments[segment], 'its segment');
      if (!listed.has(segment)) return [];
      const origins = [originIn(group, days)];
      return [[held(instalmentNo, 'its number'), withProvenance(shownValues(fields, row, group), () => origins)] as const];
    }),
  );
}

function nameOfInstalment(loanId: Buffer, instalmentNo: number, { keys, recipientId, purpose }: ProjectTools): string {
  return keys.pairwiseRef(recipientId, purpose, Buffer.concat([loanId, Buffer.from(`/${String(instalmentNo)}`)]));
}

function loanOf({ key }: RecordRow): string {
  return held(key.loanId, 'its loan').toString('hex');
}
