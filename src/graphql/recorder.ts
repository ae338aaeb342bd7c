import {
  type ApolloServerPlugin,
  type GraphQLRequestContextWillSendResponse,
  type GraphQLRequestListener,
  HeaderMap,
} from '@apollo/server';
import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  print,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields';
import type { CloseOutcome } from '../app/credit/release-report';
import { recordAccess } from '../app/ledger/record-access';
import { digestOf } from '../core/ledger/commitment';
import { ERROR_POLICY, GatewayError, type GatewayErrorCode, unavailable } from '../core/errors';
import { executeReport, fragmentsOf, soleLookUp } from './execute-report';
import { createFormatError, toFormatted } from './format-error';
import type { PlannedField, PlannedReport } from './plan';
import { type Counts, type Gate, type RequestContext, resetGate } from './request-context';
import { count, type Counted } from './write-report';

const ATTEMPTS = 2;
/** Entry points of the door: at most one of them in an operation. */
const REPORTS: ReadonlySet<string> = new Set(['creditReport', 'previewCreditReport']);
type WillSend = GraphQLRequestContextWillSendResponse<RequestContext>;

/**
 * The record step of the door (enforcement.md, 2.5), and the only plugin that touches a response: what an executed report
 * holds is counted, written to the ledger and only then approved, as the bytes that the route may send.
 */
export const recorder: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () => Promise.resolve(listener),
};

const listener: GraphQLRequestListener<RequestContext> = {
  didResolveOperation: ({ schema, document, operation, request }) => {
    if (operation?.operation === 'subscription')
      throw new GraphQLError('no subscriptions', { extensions: { code: 'BAD_REQUEST' } });
    if (operation?.operation !== 'query' || !document || soleLookUp(operation)) return Promise.resolve();
    const reports = namesOf({ schema, document, operation, request }).filter((name) => REPORTS.has(name));
    if (reports.length > 1) throw new GraphQLError('one report', { extensions: { code: 'OPERATION_TOO_COSTLY' } });
    return Promise.resolve();
  },
  responseForOperation: async (request) => {
    const { schema, document, operation, contextValue } = request;
    const result = await executeReport({ schema, document, operation, variables: request.request.variables ?? {}, contextValue });
    if (!result) return null;
    const formatError = createFormatError(contextValue.logFault);
    const errors = result.errors?.map((error) => formatError(error.toJSON(), error));
    const singleResult = { data: result.data ?? null, ...(errors ? { errors } : {}) };
    return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
  },
  willSendResponse: async (request) => {
    const { response, contextValue } = request;
    if (response.body.kind !== 'single') throw new Error('Only whole answers are recorded');
    const { gate } = contextValue;
    try {
      if (gate.release || gate.fault) {
        gate.approved = await record(request, response.body.singleResult);
        response.body.singleResult = {};
      } else {
        refuseWhole(request);
        await recordReading(request);
      }
    } catch (cause) {
      gate.fault ??= cause;
    }
    if (gate.fault) answerFault(request, gate.fault);
  },
};

async function record(request: WillSend, first: FormattedExecutionResult): Promise<string> {
  const { contextValue } = request;
  const { gate, app } = contextValue;
  let result = first;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await close(gate, app, result);
    if (outcome.kind === 'recorded') return outcome.text;
    if (attempt === ATTEMPTS) throw unavailable('The consents moved twice during one request');
    resetGate(gate);
    result = await executeAgain(request);
  }
}

/** Lets go of the report before its entry is durable: many answers wait for one commit, and need no more than their text. */
function close(gate: Gate, { door }: RequestContext['app'], result: FormattedExecutionResult): Promise<CloseOutcome> {
  assertWhole(gate, result);
  const { release, plan, written } = gate;
  if (!release || !plan) throw new Error('An answer without an open report');
  const answer = written ?? { dataText: JSON.stringify(result.data), ...countLeaving(plan.reports, result.data) };
  assertCounted(answer.values, gate.seen);
  Object.assign(gate, { closing: true, release: null, written: null });
  return door.close(release, answer);
}

/** Consents moved between decision and append: the whole operation is decided, read and guarded anew, once. */
async function executeAgain({ schema, document, operation, request, contextValue }: WillSend): Promise<FormattedExecutionResult> {
  if (!document || !operation) throw new Error('An executed operation has a document');
  const variables = request.variables ?? {};
  const { data, errors } =
    (await executeReport({ schema, document, operation, variables, contextValue })) ??
    (await execute({ schema, document, contextValue, variableValues: variables, operationName: request.operationName }));
  const [error] = errors ?? [];
  if (error) throw error.originalError ?? error;
  return { data: data ?? null };
}

/** What tells an auditor of nobody's consents and of no disclosure. */
const PUBLIC_FIELDS: ReadonlySet<string> = new Set([
  'fieldPolicies', 'ledger', 'viewer', '__schema', '__type', '__typename',
]); // prettier-ignore

/** An auditor's reading is an entry of its own, durable before it is shown (ledger.md, section 10). */
async function recordReading(request: WillSend): Promise<void> {
  const { response, contextValue, document, operation } = request;
  const { actor, app, shown } = contextValue;
  if (actor.role !== 'AUDITOR' || response.body.kind !== 'single' || !response.body.singleResult.data) return;
  if (!document || !operation) throw new Error('An executed operation has a document');
  const fields = namesOf({ ...request, document, operation }).filter((name) => !PUBLIC_FIELDS.has(name));
  if (fields.length === 0) return;
  const hash = digestOf(print(document), JSON.stringify(request.request.variables ?? {}));
  await recordAccess(app.accesses, actor, { ...shown, operationHash: hash.toString('base64url'), fields });
}

interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly request: WillSend['request'];
}
/** What an operation asks of the root, by the names of the schema; an alias hides none. */
function namesOf({ schema, document, operation, request }: Operation): readonly string[] {
  const root = schema.getRootType(operation.operation);
  if (!root) return [];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
  const fields = collectFields(schema, fragmentsOf(document), coerced ?? {}, root, operation.selectionSet);
  return [...fields.values()].flatMap(([node]) => (node ? [node.name.value] : []));
}

/** One fault anywhere in the door fails the whole operation; there is no partial report. */
function assertWhole(gate: Gate, result: FormattedExecutionResult): void {
  if (gate.fault) throw gate.fault;
  const [error] = result.errors ?? [];
  if (error) throw toGatewayError(error);
  if (!result.data) throw new Error('An answer without data');
}

function toGatewayError(formatted: { extensions?: Readonly<Record<string, unknown>> }): GatewayError {
  const code = String(formatted.extensions?.['code']);
  return code in ERROR_POLICY ? new GatewayError(code as GatewayErrorCode) : new GatewayError('SERVICE_ERROR');
}

/** Walks the result beside its plan: how many values of each field, how many listed records. */
function countLeaving(reports: readonly PlannedReport[], data: unknown): Counted {
  const counted: Counted = { values: [], rows: 0, months: 0 };
  const walk = (fields: readonly PlannedField[], record: Readonly<Record<string, unknown>>): void => {
    for (const field of fields) {
      const value = record[field.responseKey];
      count(counted, field, value);
      if (value === null || value === undefined || field.selected.length === 0) continue;
      if (Array.isArray(value)) for (const item of value) walk(field.selected, item as Record<string, unknown>);
      else walk(field.selected, value as Record<string, unknown>);
    }
  };
  for (const { path, selected } of reports) walk(selected, valueAt(data, path));
  return counted;
}

function valueAt(data: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
  let value = data as Readonly<Record<string, unknown>>;
  for (const key of path) value = value[key] as typeof value; // entry point and report are objects that are never null
  return value;
}

/** What stands in the result must be what the guards let pass: a value that came by another way stops the answer. */
function assertCounted(inResult: Readonly<Counts>, seen: Readonly<Counts>): void {
  for (let id = 0; id < Math.max(inResult.length, seen.length); id += 1)
    if ((inResult[id] ?? 0) !== (seen[id] ?? 0)) throw new Error(`Field ${String(id)} left otherwise than through its guard`);
}

/** A query with an error, and whatever met a fault, has no data; else a mutation keeps what was done before and after. */
function refuseWhole({ response, operation, contextValue }: WillSend): void {
  if (response.body.kind !== 'single') return;
  const { singleResult } = response.body;
  const [first] = singleResult.errors ?? [];
  if (!first) return;
  const errors =
    singleResult.errors?.map((error) => ({ ...error, extensions: { ...error.extensions, traceId: contextValue.traceId } })) ?? [];
  const isFault = singleResult.errors?.some(({ extensions }) => httpStatusOf(extensions) >= 500) ?? false;
  if (operation?.operation === 'mutation' && !isFault) response.body.singleResult = { ...singleResult, errors };
  else {
    response.body.singleResult = { errors: errors.slice(0, 1) };
    response.http.status = httpStatusOf(first.extensions);
  }
}

function httpStatusOf(extensions: Readonly<Record<string, unknown>> | undefined): number {
  const code = String(extensions?.['code']);
  return code in ERROR_POLICY ? ERROR_POLICY[code as GatewayErrorCode].httpStatus : ERROR_POLICY.SERVICE_ERROR.httpStatus;
}

function answerFault({ response, contextValue }: WillSend, fault: unknown): void {
  const { gate, traceId, logFault } = contextValue;
  gate.approved = null;
  const error = fault instanceof GatewayError ? fault : new GatewayError('SERVICE_ERROR', undefined, {}, { cause: fault });
  const { httpStatus } = ERROR_POLICY[error.code];
  if (httpStatus >= 500) logFault(fault);
  const formatted = toFormatted(error);
  response.http.status = httpStatus;
  response.body = {
    kind: 'single',
    singleResult: { errors: [{ ...formatted, extensions: { ...formatted.extensions, traceId } }] },
  };
}
