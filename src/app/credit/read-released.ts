import type { FieldCatalogue, FieldEntry, RecordKind } from '../../core/credit/field-catalogue';
import type { RecordRow } from '../ports';
import type { AccountRows } from './project-records';
import type { ReleasedGroup } from './record-groups';
import type { ReportDoorParts, ReportQuestion } from './release-report';
import type { ReleaseShape } from './release-shape';

/** The rows of one look-up by kind, each numbered by its group. */
export interface ReleasedRows extends AccountRows {
  readonly customers: readonly RecordRow[];
  readonly inquiries: readonly RecordRow[];
  readonly statements: readonly RecordRow[];
  readonly personDisputes: readonly RecordRow[];
  /** Records without a value that wait for their notice: nothing may be worked out as if they were not there. */
  readonly unnoticed: Readonly<Partial<Record<RecordKind, readonly RecordRow[]>>>;
  /** What the rows' group numbers count through. */
  readonly persons: readonly ReleasedGroup[];
  readonly products: readonly ReleasedGroup[];
}

/** Which statements run depends on the operation alone; what they may return, on the decision. */
export async function readReleased(
  { records, catalogue }: Pick<ReportDoorParts, 'records' | 'catalogue'>,
  { asked, listsDisputes }: Pick<ReportQuestion, 'asked' | 'listsDisputes'>,
  { reads }: ReleaseShape,
  groups: readonly ReleasedGroup[],
  borrowerRef: Buffer,
): Promise<ReleasedRows> {
  const kinds = kindsAsked(asked, catalogue);
  const [customers, accounts, months, loans, repayments, inquiries, statements, disputes, personDisputes] = await Promise.all([
    kinds.has('customer') ? records.customers(borrowerRef, reads.customer) : [],
    kinds.has('account') ? records.accounts(borrowerRef, reads.account) : [],
    kinds.has('month') ? records.months(borrowerRef, reads.month) : [],
    kinds.has('loan') ? records.loans(borrowerRef, reads.loan) : [],
    kinds.has('repayment') ? records.repayments(borrowerRef, reads.repayment) : [],
    kinds.has('inquiry') ? records.inquiries(borrowerRef, reads.inquiry) : [],
    kinds.has('statement') ? records.statements(borrowerRef, reads.statement) : [],
    listsDisputes ? records.disputes(borrowerRef, reads.dispute) : [],
    listsDisputes ? records.personDisputes(borrowerRef, reads.personDispute) : [],
  ]);
  const isPerson = ({ product }: ReleasedGroup): boolean => product === null;
  const waits = ({ key }: RecordRow): boolean => key.unnoticed === true;
  const isNoticed = (row: RecordRow): boolean => !waits(row);
  return {
    customers, accounts, inquiries, statements, disputes, personDisputes,
    months: months.filter(isNoticed), loans: loans.filter(isNoticed), repayments: repayments.filter(isNoticed),
    unnoticed: { month: months.filter(waits), loan: loans.filter(waits), repayment: repayments.filter(waits) },
    persons: groups.filter(isPerson), products: groups.filter((group) => !isPerson(group)),
  }; // prettier-ignore
}

const kindsByQuestion = new WeakMap<readonly FieldEntry[], ReadonlySet<RecordKind>>();
function kindsAsked(asked: readonly FieldEntry[], catalogue: FieldCatalogue): ReadonlySet<RecordKind> {
  const kept = kindsByQuestion.get(asked);
  if (kept) return kept;
  const sources = asked.flatMap(({ source, inputs }) =>
    source.kind === 'indicator' ? inputs.map((name) => catalogue.load(name).source) : [source],
  );
  const made = new Set(sources.flatMap((source) => (source.kind === 'indicator' ? [] : [source.record])));
  if (IN_ACCOUNTS.some((kind) => made.has(kind))) made.add('account');
  kindsByQuestion.set(asked, made);
  return made;
}
/** Records that stand in an account. */
const IN_ACCOUNTS: readonly RecordKind[] = ['month', 'loan', 'repayment'];
