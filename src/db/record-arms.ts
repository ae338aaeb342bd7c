import type { ColumnRead, DayRange, MonthRange, RecordGroup } from '../app/ports';
import type { SqlValue } from './database';
import { inList } from './dialect';

/** One arm of a UNION ALL: the records of one group, and of those only the columns released for it. */
export interface Arm {
  /** What names a record, its borrower first. */
  readonly keys: string;
  /** How each released column is selected; what stands in another arm only is NULL in this one. */
  readonly columns: ReadonlyMap<string, string>;
  /** From FROM to the end, about these borrowers. */
  readonly rest: (who: string) => string;
  /** What stands before the borrowers, and what follows them. */
  readonly lead: readonly SqlValue[];
  readonly params: readonly SqlValue[];
}
export type MakeArm = (of: RecordGroup) => Arm;
const NO_LEAD: readonly SqlValue[] = [];
/** Under whom nothing is stored: what is read where nothing is released. */
export const NOBODY: RecordGroup = {
  platformId: '', product: null, columns: [], months: null, segments: [], asOf: '0001-01-01', retentionEndedOn: '0001-01-01',
  noticeBeforeMs: null,
}; // prettier-ignore

export const customerArm: MakeArm = ({ platformId, columns }) => ({
  keys: 'borrower_ref, customer_id, as_of',
  columns: select(columns, plain),
  rest: (who) => `FROM customer WHERE borrower_ref IN (${who}) AND platform_id = ?`,
  lead: NO_LEAD,
  params: [platformId],
});

/** A joint account is nobody's alone: without the other person's consent it is not listed (consent.md, case 17). */
const ownAccount = (who: string): string => `a.borrower_ref IN (${who}) AND a.platform_id = ? AND a.product = ? AND a.joint = 0`;
const ofAccount = (table: string, alias: string): string =>
  `credit_account AS a JOIN ${table} AS ${alias} ON ${alias}.borrower_ref = a.borrower_ref AND ${alias}.account_id = a.account_id`;

export const accountArm: MakeArm = ({ platformId, product, columns, retentionEndedOn }) => {
  const kept = `a.adverse_ended_on IS NULL OR a.adverse_ended_on > ${dateText(retentionEndedOn)}`;
  return {
    keys: 'a.borrower_ref, a.account_id, a.currency',
    columns: select(columns, ({ column, adverse }) => (adverse ? `CASE WHEN ${kept} THEN a.${column} END` : `a.${column}`)),
    rest: (who) => `FROM credit_account AS a WHERE ${ownAccount(who)}`,
    lead: NO_LEAD,
    params: [platformId, product],
  };
};

/**
 * An adverse record goes to the credit reference centre only after its notice (Regulation 15). Until then it is marked and all
 * of its columns are NULL: what is worked out of many records must know that it would be of a part only.
 */
function withNotice({ noticeBeforeMs }: RecordGroup, isAdverse: string, isNoticed = '1 = 0') {
  if (noticeBeforeMs === null) return { mark: '0', from: 'FROM', lead: NO_LEAD, shown: (expression: string) => expression };
  const missing = `(${isAdverse}) AND NOT (${isNoticed})`;
  return {
    mark: `CASE WHEN ${missing} THEN 1 ELSE 0 END`,
    from: 'FROM (SELECT ? AS before_ms) AS n JOIN',
    lead: [noticeBeforeMs],
    shown: (expression: string) => `CASE WHEN NOT (${missing}) THEN ${expression} END`,
  };
}

export const monthArm: MakeArm = (of) => {
  const notice = withNotice(of, 'm.adverse = 1', 'COALESCE(m.adverse_notice_sent_at_ms < n.before_ms, 1 = 0)');
  return {
    keys: `m.borrower_ref, m.account_id, m.month, ${notice.mark} AS unnoticed`,
    columns: select(of.columns, ({ column, months }) =>
      notice.shown(months ? `CASE WHEN ${months.map(within).join(' OR ')} THEN m.${column} END` : `m.${column}`),
    ),
    rest: (who) => `${notice.from} ${ofAccount('monthly_summary', 'm')}
  WHERE ${ownAccount(who)} AND ${within(of.months ?? NO_MONTHS)} AND (m.adverse_ended_on IS NULL OR m.adverse_ended_on > ?)`,
    lead: notice.lead,
    params: [of.platformId, of.product, of.retentionEndedOn],
  };
};
const NO_MONTHS: MonthRange = { first: 0, last: 0 };

/** What was cancelled was no loan. */
const KEPT_LOAN = 'COALESCE(l.cancelled, 0) = 0 AND (l.adverse_ended_on IS NULL OR l.adverse_ended_on > ?)';

export const loanArm: MakeArm = (of) => {
  const notice = withNotice(of, 'l.adverse = 1');
  return {
    keys: `l.borrower_ref, l.account_id, l.loan_id, ${segmentOf(of, 'l.drawn_on')}, ${notice.mark} AS unnoticed`,
    columns: byDay(of, 'l', 'drawn_on', notice.shown),
    rest: (who) => `${notice.from} ${ofAccount('loan', 'l')}
  WHERE ${ownAccount(who)} AND ${inSegments(of, 'l.drawn_on')} AND ${KEPT_LOAN}`,
    lead: notice.lead,
    params: [of.platformId, of.product, of.retentionEndedOn],
  };
};

export const repaymentArm: MakeArm = (of) => {
  const late = `r.paid_on IS NULL AND r.due_on < ${dateText(of.asOf)}`;
  const notice = withNotice(of, `l.adverse = 1 OR r.adverse = 1 OR (${late})`);
  return {
    keys: `r.borrower_ref, r.account_id, r.loan_id, r.instalment_no, ${segmentOf(of, 'r.due_on')}, ${notice.mark} AS unnoticed`,
    columns: byDay(of, 'r', 'due_on', notice.shown),
    rest: (who) => `${notice.from} ${ofAccount('repayment', 'r')}
  JOIN loan AS l ON l.borrower_ref = r.borrower_ref AND l.account_id = r.account_id AND l.loan_id = r.loan_id
  WHERE ${ownAccount(who)} AND ${inSegments(of, 'r.due_on')} AND ${KEPT_LOAN}
  AND (r.adverse_ended_on IS NULL OR r.adverse_ended_on > ?)`,
    lead: notice.lead,
    params: [of.platformId, of.product, of.retentionEndedOn, of.retentionEndedOn],
  };
};

export const inquiryArm: MakeArm = (of) => ({
  keys: `i.borrower_ref, i.inquiry_id AS record_id, ${segmentOf(of, 'i.inquired_on')}`,
  columns: byDay(of, 'i', 'inquired_on'),
  rest: (who) => `FROM inquiry AS i
  WHERE i.borrower_ref IN (${who}) AND i.platform_id = ? AND ${inSegments(of, 'i.inquired_on')}`,
  lead: NO_LEAD,
  params: [of.platformId],
});

/** The inquiry that a remark is about, if it is about one. */
const aboutInquiry = (alias: string): string =>
  `LEFT JOIN inquiry AS i ON i.borrower_ref = ${alias}.borrower_ref AND i.platform_id = ${alias}.platform_id
    AND ${alias}.target_entity = 'inquiry' AND i.inquiry_no = ${alias}.target_key`;

export const statementArm: MakeArm = ({ platformId, columns }) => ({
  keys: 's.borrower_ref, s.statement_id AS record_id, s.target_entity, s.account_id, s.month, s.loan_id, s.instalment_no, i.inquiry_id',
  columns: select(columns, ({ column }) => `s.${column}`),
  rest: (who) => `FROM statement AS s ${aboutInquiry('s')} WHERE s.borrower_ref IN (${who}) AND s.platform_id = ?`,
  lead: NO_LEAD,
  params: [platformId],
});

/** What a dispute says of itself, which travels with the item that it is about. */
const DISPUTE = 'd.target_field, d.received_on, d.answer_due_on, d.answered_on, d.outcome';
const NO_COLUMNS: ReadonlyMap<string, string> = new Map();
const fieldsOf = (columns: readonly ColumnRead[]): readonly string[] =>
  columns.length > 0 ? columns.map(({ column }) => column) : [''];

export const disputeArm: MakeArm = ({ platformId, product, columns }) => {
  const fields = fieldsOf(columns);
  return {
    keys: `d.borrower_ref, d.account_id, d.month, d.loan_id, d.instalment_no, ${DISPUTE}`,
    columns: NO_COLUMNS,
    rest: (who) => `FROM ${ofAccount('dispute', 'd')} AND d.platform_id = a.platform_id
  WHERE ${ownAccount(who)} AND ${inList('d.target_field', fields)}`,
    lead: NO_LEAD,
    params: [platformId, product, ...fields],
  };
};

export const personDisputeArm: MakeArm = ({ platformId, columns }) => {
  const fields = fieldsOf(columns);
  return {
    keys: `d.borrower_ref, i.inquiry_id AS record_id, ${DISPUTE}`,
    columns: NO_COLUMNS,
    rest: (who) =>
      `FROM dispute AS d ${aboutInquiry('d')} WHERE d.borrower_ref IN (${who}) AND d.platform_id = ? AND d.account_id IS NULL AND ${inList('d.target_field', fields)}`,
    lead: NO_LEAD,
    params: [platformId, ...fields],
  };
};

function within({ first, last }: MonthRange): string {
  if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error('A month is a number');
  return `m.month BETWEEN ${String(first)} AND ${String(last)}`;
}

/** The place of a record's day among the segments. */
function segmentOf({ segments }: RecordGroup, day: string): string {
  const places = segments.slice(1).map(({ from }, place) => `WHEN ${day} < ${dateText(from)} THEN ${String(place)}`);
  return `${places.length > 0 ? `CASE ${places.join(' ')} ELSE ${String(places.length)} END` : '0'} AS segment`;
}

/** The columns released in some of the segments or in all. */
function byDay(
  { columns, segments }: RecordGroup,
  alias: string,
  day: string,
  whole: (expression: string) => string = (expression) => expression,
): ReadonlyMap<string, string> {
  return select(columns, (read) => {
    const shown = read.segments?.flatMap((place) => segments[place] ?? []).map((range) => onDays(range, `${alias}.${day}`));
    return whole(shown ? `CASE WHEN ${shown.join(' OR ')} THEN ${alias}.${read.column} END` : `${alias}.${read.column}`);
  });
}

function inSegments({ segments }: RecordGroup, day: string): string {
  const [first, last] = [segments[0], segments.at(-1)];
  if (!first || !last) return onDays(NO_DAY, day);
  const whole = segments.every(({ until }, at) => segments[at + 1] === undefined || segments[at + 1]?.from === until);
  return whole
    ? onDays({ from: first.from, until: last.until }, day)
    : `(${segments.map((range) => onDays(range, day)).join(' OR ')})`;
}
const NO_DAY: DayRange = { from: '0001-01-01', until: '0001-01-01' };

function onDays({ from, until }: DayRange, day: string): string {
  return `${day} >= ${dateText(from)} AND ${day} < ${dateText(until)}`;
}

/** Days are worked out from day numbers, so nothing of a client's stands in them. */
function dateText(date: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new Error('A day is written YYYY-MM-DD');
  return `'${date}'`;
}

function select(released: readonly ColumnRead[], text: (read: ColumnRead) => string): ReadonlyMap<string, string> {
  return new Map(released.map((read) => [read.column, text(read)]));
}
const plain = ({ column }: ColumnRead): string => column;
