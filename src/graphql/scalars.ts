import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { toEpochDay, toInstant, toMonthIndex } from '../core/credit/calendar';
import { REPAYMENT_STATUS_CODES } from '../core/credit/codes';

interface ScalarOptions<T> {
  readonly name: string;
  readonly description: string;
  readonly url?: string;
  /** @returns undefined for a value that is none. */
  readonly parse: (value: unknown) => T | undefined;
  readonly serialize?: (value: unknown) => unknown;
}

function scalar<T>({ name, description, url, parse, serialize }: ScalarOptions<T>): GraphQLScalarType {
  const accept = (value: unknown): T => {
    const parsed = parse(value);
    if (parsed === undefined) throw new GraphQLError(`Not a value of ${name}: see its description`);
    return parsed;
  };
  return new GraphQLScalarType({
    name,
    description,
    ...(url ? { specifiedByURL: url } : {}),
    parseValue: accept,
    parseLiteral: (node: ValueNode) =>
      accept(node.kind === Kind.INT ? Number(node.value) : node.kind === Kind.STRING ? node.value : undefined),
    serialize: serialize ?? ((value) => value),
  });
}

const matching = (pattern: RegExp) => (value: unknown) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
const accepted = (read: (text: string) => unknown) => (value: unknown) => {
  if (typeof value !== 'string') return undefined;
  try {
    read(value);
    return value;
  } catch {
    return undefined;
  }
};
const safeInteger = (least: number) => (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= least ? (value as number) : undefined;

export const LocalDateScalar = scalar({
  name: 'LocalDate',
  description: 'Calendar date in Asia/Shanghai, YYYY-MM-DD.',
  url: 'https://scalars.graphql.org/andimarek/local-date',
  parse: accepted(toEpochDay),
});
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
export const DateTimeScalar = scalar({
  name: 'DateTime',
  description: 'Instant, RFC 3339 with exactly three decimals; sent in UTC (Z), accepted with any offset.',
  url: 'https://scalars.graphql.org/andimarek/date-time',
  parse: (value) => {
    if (typeof value !== 'string' || !RFC_3339.test(value) || !/\.\d{3}[Zz+-]/.test(value)) return undefined;
    const atMs = accepted(toEpochDay)(value.slice(0, 10)) === undefined ? NaN : Date.parse(value);
    return Number.isNaN(atMs) ? undefined : atMs;
  },
  serialize: (value) => toInstant(value as number),
});
export const YearMonthScalar = scalar({
  name: 'YearMonth',
  description: 'Calendar month in Asia/Shanghai, YYYY-MM.',
  parse: accepted(toMonthIndex),
});
export const MinorUnitsScalar = scalar({
  name: 'MinorUnits',
  description: "Integer count of the currency's minor unit (fen for CNY); |value| < 2^53; a JSON integer.",
  parse: safeInteger(Number.MIN_SAFE_INTEGER),
});
export const DecimalScalar = scalar({
  name: 'Decimal',
  description: 'Decimal number as a string with a fixed number of places.',
  parse: matching(/^-?\d+(\.\d+)?$/),
});
export const Sha256Scalar = scalar({
  name: 'Sha256',
  description: 'SHA-256, 64 lower-case hexadecimal digits.',
  parse: matching(/^[0-9a-f]{64}$/),
});
export const FieldCoordinateScalar = scalar({
  name: 'FieldCoordinate',
  description: 'A field in full, Type.field, as listed by fieldPolicies; short names are not accepted.',
  url: 'https://spec.graphql.org/September2025/#sec-Schema-Coordinates',
  parse: (value) => (typeof value === 'string' ? value : undefined),
});
export const RepaymentStatusCodeScalar = scalar({
  name: 'RepaymentStatusCode',
  description:
    'One character of the payment grid: N on time, M late within the month, * nothing due, A no bill, / not open, # unknown, ' +
    '1 to 7 overdue by 30 days a step, C closed, D paid by guarantor, Z settled by assets, B bad debt, G ended otherwise.',
  parse: (value) => REPAYMENT_STATUS_CODES.find((code) => code === value),
});
export const ReportCodeScalar = scalar({
  name: 'ReportCode',
  description: 'Code of the personal credit report, as written in its table: 11, A1, 04.',
  parse: matching(/^[0-9A-Z]{1,4}$/),
});
export const LedgerIndexScalar = scalar({
  name: 'LedgerIndex',
  description: 'Index or size of a ledger: 0 ≤ value < 2^53; a JSON integer.',
  parse: safeInteger(0),
});
