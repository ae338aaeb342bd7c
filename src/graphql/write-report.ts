import {
  defaultFieldResolver,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isLeafType,
  isListType,
  isNonNullType,
  type ResponsePath,
} from 'graphql';
import type { PlannedField, ReportPlan } from './plan';
import type { Counts, RequestContext } from './request-context';

/** What an executed operation holds of reports: its `data` as it would leave, and what was counted in it. */
export interface ExecutedAnswer {
  readonly dataText: string;
  /** Values by catalogue id. */
  readonly values: Readonly<Counts>;
  /** Records listed, and how many of them are months. */
  readonly rows: number;
  readonly months: number;
}
/** What is counted of an answer while it is executed, in whichever way. */
export interface Counted {
  readonly values: Counts;
  rows: number;
  months: number;
}

/** Lists of records; other lists are values of one. */
const RECORD_LISTS: ReadonlySet<string> = new Set([
  'accounts', 'monthlySummaries', 'loans', 'repayments', 'inquiries', 'statements',
]); // prettier-ignore

/** Counts a value that stands in the answer: one of its field if the field is consentable, and the records it lists. */
export function count(counted: Counted, { name, entry }: PlannedField, value: unknown): void {
  if (value === null || value === undefined) return;
  if (entry) counted.values[entry.id] = (counted.values[entry.id] ?? 0) + 1;
  if (Array.isArray(value) && RECORD_LISTS.has(name)) {
    counted.rows += value.length;
    if (name === 'monthlySummaries') counted.months += value.length;
  }
}
type Write = (value: unknown, context: RequestContext, counted: Counted) => string;

const writers = new WeakMap<ReportPlan, Write>();

/**
 * Executes the selection of a look-up over its projected report and writes the answer as text: what graphql-js would do and
 * JSON.stringify after it, without a promise or an object for anything on the way. Each field is asked of the guarded schema's
 * own resolver, so that nothing is written but what its guard let through. The way is worked out once for each plan.
 *
 * @throws whatever a field throws: a report has no part that may fail alone.
 */
export function writeReport(
  plan: ReportPlan,
  info: GraphQLResolveInfo,
  report: unknown,
  context: RequestContext,
): ExecutedAnswer {
  const [only] = plan.reports;
  if (!only) throw new Error('A look-up has one report');
  const write = writers.get(plan) ?? writerOf(info.returnType, only.selected, info);
  writers.set(plan, write);
  const counted: Counted = { values: [], rows: 0, months: 0 };
  const text = write(report, context, counted);
  return { dataText: `{${JSON.stringify(info.path.key)}:${text}}`, ...counted };
}

function writerOf(type: GraphQLOutputType, selected: readonly PlannedField[], info: GraphQLResolveInfo): Write {
  if (isNonNullType(type)) {
    const write = writerOf(type.ofType, selected, info);
    return (value, context, counted) => {
      if (value === null || value === undefined) throw new Error(`${nameOf(info)} has no value`);
      return write(value, context, counted);
    };
  }
  const write = isListType(type)
    ? listWriter(writerOf(type.ofType, selected, info), info)
    : isLeafType(type)
      ? leafWriter(type, info)
      : recordWriter(selected, info);
  return (value, context, counted) => {
    if (value === null || value === undefined) return 'null';
    if (value instanceof Error) throw value;
    return write(value, context, counted);
  };
}

function leafWriter(type: GraphQLLeafType, info: GraphQLResolveInfo): Write {
  return (value) => {
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined) throw new Error(`${nameOf(info)} has a value that is none`);
    return leafJson(serialized);
  };
}

/** Printable ASCII without a quote or a backslash: JSON leaves it as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** What JSON.stringify writes, which asks more of a short value than the value takes. */
function leafJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  return Number.isSafeInteger(value) ? String(value) : JSON.stringify(value);
}

function listWriter(write: Write, info: GraphQLResolveInfo): Write {
  return (value, context, counted) => {
    if (!Array.isArray(value)) throw new Error(`${nameOf(info)} is no list, or comes later`);
    let text = '[';
    for (let at = 0; at < value.length; at += 1) text += `${at > 0 ? ',' : ''}${write(value[at], context, counted)}`;
    return `${text}]`;
  };
}

function recordWriter(selected: readonly PlannedField[], above: GraphQLResolveInfo): Write {
  const fields = selected.map((field, at) => {
    const { definition, responseKey, args } = field;
    const info = infoOf(field, above);
    return {
      before: `${at > 0 ? ',' : ''}${JSON.stringify(responseKey)}:`,
      resolve: definition ? (definition.resolve ?? defaultFieldResolver) : () => field.parentType.name,
      args,
      info,
      write: definition ? writerOf(definition.type, field.selected, info) : (value: unknown) => JSON.stringify(value),
      field,
    };
  });
  return (record, context, counted) => {
    let text = '{';
    for (const { before, resolve, args, info, write, field } of fields) {
      const value: unknown = resolve(record, args, context, info);
      text += before + write(value, context, counted);
      count(counted, field, value);
    }
    return `${text}}`;
  };
}

/** What graphql-js tells a resolver, but without the places in lists. */
function infoOf(
  { responseKey, name, definition, parentType, nodes }: PlannedField,
  above: GraphQLResolveInfo,
): GraphQLResolveInfo {
  const path: ResponsePath = { prev: above.path, key: responseKey, typename: parentType.name };
  return {
    ...above,
    fieldName: name,
    fieldNodes: nodes,
    returnType: definition?.type ?? above.returnType,
    parentType,
    path,
  };
}

function nameOf({ parentType, fieldName }: GraphQLResolveInfo): string {
  return `${parentType.name}.${fieldName}`;
}
