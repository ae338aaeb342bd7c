/** What is generated, and the file of each entity; the order is that in which a furnisher sends them. */
export const GENERATED_FILES = {
  borrower: 'borrowers.ndjson',
  account: 'accounts.ndjson',
  monthlySummary: 'monthly-summaries.ndjson',
  loan: 'loans.ndjson',
  repayment: 'repayments.ndjson',
  inquiry: 'inquiries.ndjson',
  dispute: 'disputes.ndjson',
  statement: 'statements.ndjson',
} as const;
export type GeneratedEntity = keyof typeof GENERATED_FILES;

/** Of a plain run. */
export const PLAIN_ENTITIES = ['borrower', 'account', 'monthlySummary'] as const satisfies readonly GeneratedEntity[];

/** Takes one record: its fields by their furnished names (credit-record.md, section 14), without entity and as-of date. */
export type Emit = (entity: GeneratedEntity, fields: Readonly<Record<string, unknown>>) => void;
