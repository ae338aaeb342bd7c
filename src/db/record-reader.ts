import type { RecordGroup, RecordKey, RecordReader, RecordRow } from '../app/ports';
import type { Database, Row } from './database';
import { gathering } from './gather';
import * as arms from './record-arms';

interface Question {
  readonly borrowerRef: Buffer;
  readonly groups: readonly RecordGroup[];
}
/** A borrower who is asked about, with the answers that their rows belong to. */
interface Asking {
  readonly ref: Buffer;
  readonly answers: RecordRow[][];
}
/** Those of whom the same groups are asked for: each borrower once. */
interface Party {
  readonly groups: readonly RecordGroup[];
  readonly borrowers: Map<string, Asking>;
}

/**
 * Reads released columns only. Each group is an arm of its own, so a column that is released for one product and not for
 * another is NULL in the other's arm, and the product itself is never selected to tell them apart. Column names come from
 * the field catalogue and months are numbers; nothing of a client's reaches the text of a statement. People of whom the same
 * is released share an arm, and all who ask at once share the statement.
 */
export function createRecordReader(database: Database): RecordReader {
  const reading = (make: arms.MakeArm, toKey: (row: Row) => RecordKey) => {
    const makeArm = remembering(make);
    const ask = gathering((questions: readonly Question[]) =>
      readInTurn(questions, (some) => readTogether(database, some, makeArm, toKey)),
    );
    return (borrowerRef: Buffer, groups: readonly RecordGroup[]): Promise<readonly RecordRow[]> => ask({ borrowerRef, groups });
  };
  return {
    customers: reading(arms.customerArm, toCustomerKey),
    accounts: reading(arms.accountArm, toAccountKey),
    months: reading(arms.monthArm, toMonthKey),
    loans: reading(arms.loanArm, toLoanKey),
    repayments: reading(arms.repaymentArm, toLoanKey),
    inquiries: reading(arms.inquiryArm, toRecordKey),
    statements: reading(arms.statementArm, toRecordKey),
    disputes: reading(arms.disputeArm, toRecordKey),
    personDisputes: reading(arms.personDisputeArm, toRecordKey),
  };
}

/** Groups are those of a shape, and so the same for many people: an arm is worked out once for each. */
function remembering(makeArm: arms.MakeArm): arms.MakeArm {
  const known = new WeakMap<RecordGroup, arms.Arm>();
  return (of) => {
    const arm = known.get(of) ?? makeArm(of);
    known.set(of, arm);
    return arm;
  };
}

/** SQLite joins no more than 500 arms in one statement. */
const ARMS_MAX = 400;

/** Where few share what they may see, as many questions as their arms leave room for. */
async function readInTurn(
  questions: readonly Question[],
  read: (questions: readonly Question[]) => Promise<readonly (readonly RecordRow[])[]>,
): Promise<readonly (readonly RecordRow[])[]> {
  const answers: (readonly RecordRow[])[] = [];
  let [from, arms] = [0, 0];
  for (const [at, { groups }] of questions.entries()) {
    const more = Math.max(1, groups.length);
    if (at > from && arms + more > ARMS_MAX) {
      answers.push(...(await read(questions.slice(from, at))));
      [from, arms] = [at, 0];
    }
    arms += more;
  }
  return [...answers, ...(await read(questions.slice(from)))];
}

async function readTogether(
  database: Database,
  questions: readonly Question[],
  makeArm: arms.MakeArm,
  toKey: (row: Row) => RecordKey,
): Promise<readonly (readonly RecordRow[])[]> {
  const answers = questions.map((): RecordRow[] => []);
  const places = toParties(questions, answers).flatMap((party) =>
    (party.groups.length > 0 ? party.groups : [arms.NOBODY]).map((of, group) => ({ party, group, arm: makeArm(of) })),
  );
  const names = [...new Set(places.flatMap(({ arm }) => [...arm.columns.keys()]))];
  const texts = places.map(({ party, arm }, place) => {
    const selected = names.map((name) => `, ${arm.columns.get(name) ?? 'NULL'} AS ${name}`).join('');
    const who = [...party.borrowers.values()].map(() => '?').join(', ');
    return `SELECT ${String(place)} AS grp, ${arm.keys}${selected} ${arm.rest(who)}`;
  });
  const rows = await database.read(
    texts.join('\nUNION ALL\n'),
    places.flatMap(({ party, arm }) => [...arm.lead, ...[...party.borrowers.values()].map(({ ref }) => ref), ...arm.params]),
  );
  let [at, borrower]: [number, Asking | undefined] = [-1, undefined];
  for (const row of rows) {
    const [grp, ref] = [Number(row['grp']), row['borrower_ref'] as Buffer];
    const place = places[grp];
    // Rows of one borrower mostly follow each other.
    if (grp !== at || !borrower?.ref.equals(ref)) borrower = place?.party.borrowers.get(nameOf(ref));
    at = grp;
    if (!place || !borrower) throw new Error('A record of nobody who was asked for');
    const record = { group: place.group, key: toKey(row), values: row };
    for (const answer of borrower.answers) answer.push(record);
  }
  return answers;
}

function toParties(questions: readonly Question[], answers: readonly RecordRow[][]): readonly Party[] {
  const parties = new Map<readonly RecordGroup[], Party>();
  questions.forEach(({ borrowerRef, groups }, at) => {
    const party = parties.get(groups) ?? { groups, borrowers: new Map() };
    parties.set(groups, party);
    const name = nameOf(borrowerRef);
    const borrower = party.borrowers.get(name) ?? { ref: borrowerRef, answers: [] };
    party.borrowers.set(name, borrower);
    borrower.answers.push(answers[at] ?? []);
  });
  return [...parties.values()];
}

function nameOf(borrowerRef: Buffer): string {
  return borrowerRef.toString('latin1');
}

const toCustomerKey = (row: Row): RecordKey => ({ customerId: row['customer_id'] as string, asOf: row['as_of'] as string });
const toAccountKey = (row: Row): RecordKey => ({ accountId: row['account_id'] as Buffer, currency: row['currency'] as string });
const toMonthKey = (row: Row): RecordKey => ({
  accountId: row['account_id'] as Buffer,
  month: Number(row['month']),
  unnoticed: row['unnoticed'] === 1,
});
const toLoanKey = (row: Row): RecordKey => ({
  accountId: row['account_id'] as Buffer, loanId: row['loan_id'] as Buffer, segment: Number(row['segment']), unnoticed: row['unnoticed'] === 1,
  instalmentNo: (row['instalment_no'] as number | null | undefined) ?? null,
}); // prettier-ignore
const toRecordKey = (row: Row): RecordKey => ({
  recordId: row['record_id'] as Buffer, segment: Number(row['segment'] ?? 0),
  ...(row['account_id'] ? { accountId: row['account_id'] as Buffer } : {}),
  month: (row['month'] as number | null | undefined) ?? null, loanId: (row['loan_id'] as Buffer | null | undefined) ?? null,
  instalmentNo: (row['instalment_no'] as number | null | undefined) ?? null,
}); // prettier-ignore
