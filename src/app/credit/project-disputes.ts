import type { LocalDate } from '../../core/credit/calendar';
import { fromStoredMonth, toYearMonth } from '../../core/credit/calendar';
import type { DisputeOutcome } from '../../core/credit/codes';
import type { FieldCatalogue, FieldEntry } from '../../core/credit/field-catalogue';
import type { RecordKey, RecordRow } from '../ports';
import type { ReleasedGroup } from './record-groups';
import { fieldName, provenanceOf, type ReleasedAccount, type ReleasedRecord } from './released-report';

/** A dispute as it travels with the item that it is about. */
export interface ReleasedDispute {
  readonly targetField: string;
  readonly month: string | null;
  readonly loanRef: string | null;
  readonly receivedOn: LocalDate;
  readonly answerDueOn: LocalDate;
  readonly answeredOn: LocalDate | null;
  readonly outcome: DisputeOutcome;
}

/** What a dispute is about, where it stands in the report. */
interface Target {
  readonly item: ReleasedRecord;
  readonly loanRef?: string | undefined;
}

/**
 * The disputes about values that stand in the report, newest first: one about a withheld field, a withheld item or an item
 * past retention would tell of it.
 *
 * @param targetIn - The item that a dispute names, null where it is not shown.
 */
function disputesIn(
  rows: readonly RecordRow[],
  catalogue: FieldCatalogue,
  targetIn: (row: RecordRow, entry: FieldEntry) => Target | null,
): readonly ReleasedDispute[] | null {
  const shown = rows.flatMap((row): ReleasedDispute[] => {
    const { key, values } = row;
    const entry = catalogue.find(values['target_field'] as string);
    if (!entry) return [];
    const target = targetIn(row, entry);
    const value = target?.item[fieldName(entry)];
    if (value === null || value === undefined) return [];
    return [
      {
        targetField: entry.coordinate,
        month: key.month ? toYearMonth(fromStoredMonth(key.month)) : null,
        loanRef: target?.loanRef ?? null,
        receivedOn: values['received_on'] as string,
        answerDueOn: values['answer_due_on'] as string,
        answeredOn: (values['answered_on'] as string | null) ?? null,
        outcome: values['outcome'] as DisputeOutcome,
      },
    ];
  });
  const order = ({ receivedOn, targetField, month, loanRef, answeredOn, outcome }: ReleasedDispute): string =>
    [receivedOn, targetField, month, loanRef, answeredOn, outcome].join(' ');
  return shown.length > 0 ? shown.sort((a, b) => (order(a) < order(b) ? 1 : order(a) > order(b) ? -1 : 0)) : null;
}

/** Disputes about an account and what lies in it. */
export function disputesOfAccount(
  rows: readonly RecordRow[],
  account: Pick<ReleasedAccount, 'items'>,
  catalogue: FieldCatalogue,
): readonly ReleasedDispute[] | null {
  return disputesIn(rows, catalogue, ({ key }) => {
    const item = targetOf(key, [account]);
    return item && { item, loanRef: account.items.loans.get(key.loanId?.toString('hex') ?? '')?.loanRef };
  });
}

/** Disputes about who the person is: each about a value that its own platform furnished and that is the one shown. */
export function disputesOfIdentity(
  rows: readonly RecordRow[],
  identity: ReleasedRecord,
  groups: readonly ReleasedGroup[],
  catalogue: FieldCatalogue,
): readonly ReleasedDispute[] | null {
  return disputesIn(rows, catalogue, ({ key, group }, entry) => {
    const origins = provenanceOf(identity)?.(entry) ?? [];
    const isIts = !key.recordId && origins.some(({ platformId }) => platformId === groups[group]?.platformId);
    return isIts ? { item: identity } : null;
  });
}

/** Disputes about one inquiry. */
export function disputesOfInquiry(
  rows: readonly RecordRow[],
  inquiry: ReleasedRecord,
  inquiryId: Buffer,
  catalogue: FieldCatalogue,
): readonly ReleasedDispute[] | null {
  return disputesIn(rows, catalogue, ({ key }) => (key.recordId?.equals(inquiryId) ? { item: inquiry } : null));
}

/** The projected item that a dispute or a statement is about; null where it does not stand in the report. */
export function targetOf(
  { accountId, month, loanId, instalmentNo }: RecordKey,
  accounts: readonly Pick<ReleasedAccount, 'items'>[],
): ReleasedRecord | null {
  const account = accounts.find(({ items }) => accountId?.equals(items.accountId));
  if (!account) return null;
  if (loanId && instalmentNo) return account.items.repayments.get(`${loanId.toString('hex')}/${String(instalmentNo)}`) ?? null;
  if (loanId) return account.items.loans.get(loanId.toString('hex')) ?? null;
  return month ? (account.items.months.get(month) ?? null) : account.items.account;
}
