import type { Raw } from './generated';

/** Fields of the entities that only a generator wrote when this was written (credit-record.md, section 14): `!` is required. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  loan: {
    loanNo: 'id!', accountNo: 'id!', drawnOn: 'past!', principalMinor: 'money!', annualRateBp: 'money', termDays: 'count', instalmentCount: 'count',
    loanPurpose: 'CONSUMPTION|EDUCATION|RENOVATION|TRAVEL|OTHER', outstandingPrincipalMinor: 'money', rawStatus: '1|2|3|4', settledOn: 'past', cancelled: 'boolean',
  },
  repayment: {
    loanNo: 'id!', instalmentNo: 'count!', dueOn: 'date!', dueAmountMinor: 'money!', paidOn: 'past', lastPaidOn: 'past', paidAmountMinor: 'money',
    kind: 'SCHEDULED|PARTIAL|EARLY|EARLY_FULL|GUARANTOR|ASSET',
  },
  inquiry: {
    inquiryNo: 'id!', customerId: 'id!', inquiredOn: 'past!', institutionName: 'text!', reason: '01|02|03|08', institutionType: '11|24|25|51|53',
    businessType: '11|12|13|21|31|32|33|41|51|52|53|71|81|82|91|92|99|A1|B1',
  },
  dispute: {
    disputeNo: 'id!', customerId: 'id!', targetEntity: 'account|monthlySummary|loan', targetKey: 'text!', targetField: 'coordinate!', receivedOn: 'past!',
    answeredOn: 'past', outcome: 'OPEN|CORRECTED|FLAG_REMOVED|UNVERIFIABLE_NOTED',
  },
  statement: {
    statementNo: 'id!', customerId: 'id!', author: 'BORROWER|FURNISHER|BUREAU', text: 'text!', madeOn: 'past!', targetEntity: 'account|monthlySummary|loan',
    targetKey: 'text',
  },
}; // prettier-ignore

const isDate = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}-\d{2}-\d{2}$/.test(value) &&
  new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);
const isAmount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const TESTS: Readonly<Record<string, (value: unknown, asOf: string) => boolean>> = {
  id: (value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value),
  text: (value) => typeof value === 'string' && value.length > 0 && value.length <= 200,
  coordinate: (value) => typeof value === 'string' && /^(CreditAccount|MonthlySummary|Loan)\.[a-z]\w+$/.test(value),
  date: isDate,
  past: (value, asOf) => isDate(value) && String(value) <= asOf,
  money: isAmount,
  count: (value) => isAmount(value) && Number(value) >= 1,
  boolean: (value) => typeof value === 'boolean',
};

/** What is wrong with a record of one of these entities. */
export function shapeFaults(raw: Raw): readonly string[] {
  const shape = SHAPES[raw.entity];
  if (!shape) return [`${raw.entity}: no such entity`];
  const unknown = Object.keys(raw).filter((name) => name !== 'entity' && name !== 'asOf' && !(name in shape));
  const wrong = Object.entries(shape).filter(([name, kind]) => !fits(raw, name, kind));
  return [...unknown, ...wrong.map(([name]) => name)].map((name) => `${raw.entity}.${name}: ${String(raw[name])}`);
}

function fits(raw: Raw, name: string, kind: string): boolean {
  if (raw[name] === undefined) return !kind.endsWith('!') && !['reason', 'targetEntity'].includes(name);
  const test = TESTS[kind.replace('!', '')];
  return test ? test(raw[name], String(raw['asOf'])) : kind.split('|').includes(String(raw[name]));
}
