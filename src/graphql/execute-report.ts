import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getVariableValues,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql';
import type { RequestContext } from './request-context';
import { writeReport } from './write-report';

export interface ReportOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly contextValue: RequestContext;
}

/** The look-up that is all of an operation; null for every other operation. */
export function soleLookUp(operation: OperationDefinitionNode | undefined): FieldNode | null {
  const [only, ...others] = operation?.operation === 'query' ? operation.selectionSet.selections : [];
  const isSole = only?.kind === 'Field' && only.name.value === 'creditReport' && others.length === 0;
  return isSole && (only.directives?.length ?? 0) === 0 ? only : null;
}

/**
 * Executes an operation that is one look-up: the entry point as graphql-js would, guard and all; what is selected of its
 * report is written into the gate, out of reach of every plugin.
 *
 * @returns null for any other operation, and where variables do not fit: graphql-js says what is wrong with them.
 */
export async function executeReport(asked: ReportOperation): Promise<ExecutionResult | null> {
  const { schema, operation, variables, contextValue } = asked;
  const node = soleLookUp(operation);
  const field = schema.getQueryType()?.getFields()['creditReport'];
  if (!node || !field?.resolve) return null;
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 });
  if (errors) return null;
  const info = infoOf(asked, field, node, coerced);
  try {
    const report: unknown = await field.resolve(undefined, getArgumentValues(field, node, coerced), contextValue, info);
    if (report instanceof Error) throw report;
    const { plan } = contextValue.gate;
    if (!plan) throw new Error('A report is executed without a plan');
    contextValue.gate.written = writeReport(plan, info, report, contextValue);
    return { data: {} };
  } catch (cause) {
    return { errors: [locatedError(cause, node, [String(info.path.key)])], data: null };
  }
}

function infoOf(
  { schema, document, operation }: ReportOperation,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variableValues: Record<string, unknown>,
): GraphQLResolveInfo {
  const parentType = schema.getQueryType();
  if (!parentType) throw new Error('A schema has a query type');
  return {
    fieldName: field.name,
    fieldNodes: [node],
    returnType: field.type,
    parentType,
    path: { prev: undefined, key: (node.alias ?? node.name).value, typename: parentType.name },
    schema,
    fragments: fragmentsOf(document),
    rootValue: undefined,
    operation,
    variableValues,
  };
}

const fragments = new WeakMap<DocumentNode, Record<string, FragmentDefinitionNode>>();
export function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const kept = fragments.get(document);
  if (kept) return kept;
  const made = Object.fromEntries(
    document.definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node]] : [])),
  );
  fragments.set(document, made);
  return made;
}
