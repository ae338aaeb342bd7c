import type { FieldEntry, FieldSource } from './field-catalogue';

type Words = readonly [labelEn: string, labelZh: string, explanationEn: string, explanationZh: string];
type Place = Pick<FieldEntry, 'cluster' | 'sensitivity' | 'within' | 'container' | 'coarser'>;

function historyField(
  id: number,
  coordinate: string,
  place: Place,
  source: FieldSource,
  [labelEn, labelZh, explanationEn, explanationZh]: Words,
): FieldEntry {
  return {
    id,
    coordinate,
    since: 2,
    adverse: false,
    perProduct: false,
    requires: [],
    inputs: [],
    source,
    label: { en: labelEn, zh: labelZh },
    explanation: { en: explanationEn, zh: explanationZh },
    ...place,
  };
}

const INQUIRY: Place = {
  cluster: 'INQUIRY_HISTORY', sensitivity: 'FINANCIAL', within: 'CreditReport.inquiries', container: false, coarser: [],
}; // prettier-ignore
const STATEMENT: Place = {
  cluster: 'STATEMENTS', sensitivity: 'PERSONAL', within: 'CreditReport.statements', container: false, coarser: [],
}; // prettier-ignore
const inquiry = (column: string): FieldSource => ({ kind: 'column', record: 'inquiry', column, sealed: false });
const statement = (column: string): FieldSource => ({ kind: 'column', record: 'statement', column, sealed: false });
const HARD = [1, 3, 6, 24].map((months) => `CreditSummary.hardInquiries${String(months)}m`);

/** Who asked about the borrower, ids 500 to 549, and what the borrower and others state, ids 550 to 599; of no product. */
export const HISTORY_FIELDS: readonly FieldEntry[] = [
  historyField(500, 'CreditReport.inquiries', { ...INQUIRY, within: null, container: true, coarser: HARD }, { kind: 'list', record: 'inquiry' }, [
    'List of inquiries', '查询记录', 'That each request for your report stands in a list.', '逐条列出对您报告的查询。',
  ]),
  historyField(501, 'Inquiry.inquiredOn', INQUIRY, inquiry('inquired_on'), [
    'Asked on', '查询日期', 'The day on which your report was asked for.', '查询您报告的日期。',
  ]),
  historyField(502, 'Inquiry.institutionName', INQUIRY, inquiry('institution_name'), [
    'Asked by', '查询机构', 'Which institution asked for your report.', '查询您报告的机构。',
  ]),
  historyField(503, 'Inquiry.institutionType', INQUIRY, inquiry('institution_type'), [
    'Kind of institution', '查询机构类型', 'What kind of institution asked.', '查询机构的类型。',
  ]),
  historyField(504, 'Inquiry.reason', INQUIRY, inquiry('reason'), [
    'Reason', '查询原因', 'Why your report was asked for.', '查询您报告的原因。',
  ]),
  historyField(505, 'Inquiry.businessType', INQUIRY, inquiry('business_type'), [
    'Kind of business', '业务种类', 'For which kind of credit your report was asked for.', '查询所涉及的信贷业务种类。',
  ]),
  historyField(506, 'Inquiry.isHard', INQUIRY, inquiry('is_hard'), [
    'For an application', '是否硬查询', 'Whether your report was asked for a decision on credit.', '是否因审批信贷而查询。',
  ]),
  historyField(550, 'CreditReport.statements', { ...STATEMENT, within: null, container: true }, { kind: 'list', record: 'statement' }, [
    'Statements', '声明', 'That statements stand in your report.', '您报告中的声明。',
  ]),
  historyField(551, 'Statement.author', STATEMENT, statement('author'), [
    'Who states it', '声明人', 'Whether you, the institution or the bureau wrote it.', '由您、机构或征信中心作出。',
  ]),
  historyField(552, 'Statement.text', STATEMENT, statement('text'), [
    'Words of the statement', '声明内容', 'The statement as it was written.', '声明的原文。',
  ]),
  historyField(553, 'Statement.madeOn', STATEMENT, statement('made_on'), [
    'Stated on', '声明日期', 'The day on which it was stated.', '作出声明的日期。',
  ]),
]; // prettier-ignore
