import {
  BREAK,
  type FieldNode,
  getArgumentValues,
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
  type ResponsePath,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields';
import type { Product } from '../core/credit/codes';
import type { FieldCatalogue, FieldEntry } from '../core/credit/field-catalogue';
import { badInput, GatewayError } from '../core/errors';
import { digestOf } from '../core/ledger/commitment';

/** One selected field of an operation after fragments, aliases, merged duplicates and @include/@skip. */
export interface PlannedField {
  readonly responseKey: string;
  readonly name: string;
  /** null for what is no consentable field. */
  readonly entry: FieldEntry | null;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selected: readonly PlannedField[];
  /** Where the schema defines it; null for `__typename`. */
  readonly definition: GraphQLField<unknown, unknown> | null;
  readonly parentType: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
}

/** One place in the result where the report stands, and what is selected there. */
export interface PlannedReport {
  /** Response keys from the root of the data. */
  readonly path: readonly string[];
  readonly selected: readonly PlannedField[];
}

/** What an operation asks of one report, worked out before anybody is looked for. */
export interface ReportPlan {
  /** One place for a look-up; in a preview one for each alias of its report. */
  readonly reports: readonly PlannedReport[];
  readonly asked: readonly FieldEntry[];
  readonly monthsBack: number;
  readonly listsDisputes: boolean;
  /** How many loans of an account any part of the operation lists. */
  readonly loansFirst: number;
  /** The product of the accounts it lists, where it lists those of one alone. */
  readonly product: Product | null;
  /** Hash of selection and arguments, without the person; base64url. */
  readonly hash: string;
}

export const MONTHS_MAX = 60;
export const LOANS_MAX = 1_000;
/** Values of loans that one operation may list, whether `first` is written out or given by a variable. */
const LOAN_VALUES_MAX = 60_000;
/** Arguments on borrower data, and the consentable field that each of them reads; none but these is allowed. */
export const ARGUMENT_READS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'CreditReport.accounts': { product: 'CreditAccount.product' },
  'CreditAccount.monthlySummaries': { months: null },
  'CreditAccount.loans': { first: null },
};

const plans = new WeakMap<FieldNode, ReportPlan>();

/**
 * Apollo keeps parsed documents, so a plan that no variable can change is made once for each.
 *
 * @throws GatewayError BAD_USER_INPUT for a number of months or loans out of range, OPERATION_TOO_COSTLY for too many values.
 */
export function planReport(info: GraphQLResolveInfo, catalogue: FieldCatalogue): ReportPlan {
  const [node, ...merged] = info.fieldNodes;
  const kept = node && merged.length === 0 && plans.get(node);
  if (kept) return kept;
  const made = planAfresh(info, catalogue);
  if (node && merged.length === 0 && !hasVariable(node.selectionSet, info.fragments)) plans.set(node, made);
  return made;
}

function hasVariable(
  selection: SelectionSetNode | undefined,
  fragments: GraphQLResolveInfo['fragments'],
  seen = new Set<string>(),
): boolean {
  let found = false;
  if (!selection) return false;
  visit(selection, {
    Variable: () => {
      found = true;
      return BREAK;
    },
    FragmentSpread: ({ name }) => {
      if (seen.has(name.value)) return;
      seen.add(name.value);
      found ||= hasVariable(fragments[name.value]?.selectionSet, fragments, seen);
    },
  });
  return found;
}

function planAfresh(info: GraphQLResolveInfo, catalogue: FieldCatalogue): ReportPlan {
  const type = getNamedType(info.returnType) as GraphQLObjectType; // both entry points return objects
  const top = select(info, type, info.fieldNodes, catalogue);
  const root = String(info.path.key);
  const reports: readonly PlannedReport[] =
    type.name === 'CreditReport'
      ? [{ path: [root], selected: top }]
      : top.filter(({ name }) => name === 'report').map(({ responseKey, selected }) => ({ path: [root, responseKey], selected }));
  const all = reports.flatMap(({ selected }) => [...flatten(selected)]);
  const asked = new Set(all.flatMap(({ entry }) => entry ?? []));
  let monthsBack = 0;
  let [loansFirst, loanValues] = [0, 0];
  for (const { name, args, selected: below } of all) {
    if (name === 'accounts' && isGiven(args['product'])) asked.add(catalogue.load('CreditAccount.product'));
    if (name === 'monthlySummaries') monthsBack = Math.max(monthsBack, numberIn(args, 'months', MONTHS_MAX));
    if (name === 'loans') {
      const first = numberIn(args, 'first', LOANS_MAX);
      loansFirst = Math.max(loansFirst, first);
      loanValues += first * [...flatten(below)].length;
    }
  }
  for (const { selected } of reports) assertOneListEach([...flatten(selected)].map(({ name }) => name));
  if (loanValues > LOAN_VALUES_MAX) throw new GatewayError('OPERATION_TOO_COSTLY', 'too many values of loans');
  const listsDisputes = all.some(({ name }) => name === 'disputes');
  return {
    reports,
    asked: [...asked],
    monthsBack,
    listsDisputes,
    loansFirst,
    product: productOf(all),
    hash: digestOf(textOf(top)).toString('base64url'),
  };
}

/**
 * Disputes and statements stand beside what an answer lists. Where one list of accounts leaves out what another shows, they would
 * tell of values that the answer does not hold, so that nothing was written down of them.
 *
 * @throws GatewayError BAD_USER_INPUT
 */
function assertOneListEach(names: readonly string[]): void {
  if (!names.includes('disputes') && !names.includes('statements')) return;
  for (const list of ['accounts', 'monthlySummaries', 'loans'])
    if (names.filter((name) => name === list).length > 1) throw badInput(list, 'asked once, where disputes or statements are');
}

function productOf(all: readonly PlannedField[]): Product | null {
  const [product, ...others] = all
    .filter(({ name }) => name === 'accounts')
    .map(({ args }) => (args['product'] ?? null) as Product | null);
  return others.length === 0 ? (product ?? null) : null;
}

/** The planned field at a place of the result. */
export function plannedAt({ reports }: ReportPlan, path: ResponsePath): PlannedField {
  const keys: string[] = [];
  for (let at: ResponsePath | undefined = path; at; at = at.prev) if (typeof at.key === 'string') keys.unshift(at.key);
  const report = reports.find((one) => one.path.every((key, depth) => keys[depth] === key));
  let selected = report?.selected ?? [];
  let found: PlannedField | undefined;
  for (const key of keys.slice(report?.path.length)) {
    found = selected.find(({ responseKey }) => responseKey === key);
    selected = found?.selected ?? [];
  }
  if (!found) throw new Error(`${keys.join('.')} was not planned`);
  return found;
}

export function isGiven(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function numberIn(args: Readonly<Record<string, unknown>>, name: string, max: number): number {
  const given = args[name];
  if (typeof given !== 'number' || given < 1 || given > max) throw badInput(name, `1 to ${String(max)}`);
  return given;
}

function select(
  info: GraphQLResolveInfo,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  catalogue: FieldCatalogue,
): readonly PlannedField[] {
  const found: PlannedField[] = [];
  for (const [responseKey, of] of collectSubfields(info.schema, info.fragments, info.variableValues, type, nodes)) {
    const [node] = of;
    const name = node?.name.value ?? '';
    const definition = type.getFields()[name];
    if (!node) continue;
    const below = definition && getNamedType(definition.type);
    found.push({
      responseKey,
      name,
      entry: catalogue.find(`${type.name}.${name}`) ?? null,
      args: definition && definition.args.length > 0 ? argumentsOf(definition, node, info) : NO_ARGS,
      selected: isObjectType(below) ? select(info, below, of, catalogue) : NOTHING,
      definition: definition ?? null,
      parentType: type,
      nodes: of,
    });
  }
  return found;
}
/** A variable may lack what its place needs, which validation alone cannot see. */
function argumentsOf(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  info: GraphQLResolveInfo,
): Record<string, unknown> {
  try {
    return getArgumentValues(definition, node, info.variableValues);
  } catch {
    throw badInput(node.name.value, 'an argument has no value of its type');
  }
}
const NO_ARGS = {};
const NOTHING: readonly PlannedField[] = [];

function* flatten(selected: readonly PlannedField[]): Generator<PlannedField> {
  for (const field of selected) {
    yield field;
    yield* flatten(field.selected);
  }
}

function textOf(selected: readonly PlannedField[]): string {
  return selected
    .filter(({ definition }) => definition !== null)
    .map(({ responseKey, name, args, selected: below }) => {
      const given = args === NO_ARGS ? '' : JSON.stringify(args);
      return `${responseKey}:${name}${given}${below.length > 0 ? `{${textOf(below)}}` : ''}`;
    })
    .join(' ');
}
