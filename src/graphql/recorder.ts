import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse, GraphQLRequestListener } from '@apollo/server';
import { execute, type FormattedExecutionResult, GraphQLError } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields';
import { ERROR_POLICY, GatewayError, type GatewayErrorCode, unavailable } from '../core/errors';
import { toFormatted } from './format-error';
import type { PlannedField, PlannedReport } from './plan';
import { type Gate, type RequestContext, resetGate } from './request-context';

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
    const root = schema.getQueryType();
    if (operation?.operation !== 'query' || !root || !document) return Promise.resolve();
    const fragments = Object.fromEntries(
      document.definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node]] : [])),
    );
    const fields = collectFields(schema, fragments, request.variables ?? {}, root, operation.selectionSet);
    const reports = [...fields.values()].filter(([node]) => REPORTS.has(node?.name.value ?? ''));
    if (reports.length > 1) throw new GraphQLError('one report', { extensions: { code: 'OPERATION_TOO_COSTLY' } });
    return Promise.resolve();
  },
  willSendResponse: async (request) => {
    const { response, contextValue } = request;
    if (response.body.kind !== 'single') throw new Error('Only whole answers are recorded');
    const { gate } = contextValue;
    try {
      if (gate.release || gate.fault) {
        gate.approved = await record(request, response.body.singleResult);
        response.body.singleResult = {};
      } else refuseWhole(request);
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
    assertWhole(gate, result);
    const { release, plan } = gate;
    if (!release || !plan) throw new Error('An answer without an open report');
    const counted = countLeaving(plan.reports, result.data);
    assertCounted(counted.values, gate.seen);
    const outcome = await app.door.close(release, {
      dataText: JSON.stringify(result.data),
      rows: counted.rows,
      months: counted.months,
    });
    if (outcome.kind === 'recorded') return outcome.text;
    if (attempt === ATTEMPTS) throw unavailable('The consents moved twice during one request');
    resetGate(gate);
    result = await executeAgain(request);
  }
}

/** Consents moved between decision and append: the whole operation is decided, read and guarded anew, once. */
async function executeAgain({ schema, document, request, contextValue }: WillSend): Promise<FormattedExecutionResult> {
  if (!document) throw new Error('An executed operation has a document');
  const { data, errors } = await execute({
    schema,
    document,
    contextValue,
    variableValues: request.variables,
    operationName: request.operationName,
  });
  const [error] = errors ?? [];
  if (error) throw error.originalError ?? error;
  return { data: data ?? null };
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

interface Counted {
  readonly values: Map<number, number>;
  rows: number;
  months: number;
}

/** Walks the result beside its plan: how many values of each field, how many listed records. */
function countLeaving(reports: readonly PlannedReport[], data: unknown): Counted {
  const counted: Counted = { values: new Map(), rows: 0, months: 0 };
  const walk = (fields: readonly PlannedField[], record: Readonly<Record<string, unknown>>): void => {
    for (const { responseKey, name, entry, selected: below } of fields) {
      const value = record[responseKey];
      if (value === null || value === undefined) continue;
      if (entry) counted.values.set(entry.id, (counted.values.get(entry.id) ?? 0) + 1);
      else if (Array.isArray(value)) {
        if (name === 'accounts' || name === 'monthlySummaries') counted.rows += value.length;
        if (name === 'monthlySummaries') counted.months += value.length;
        for (const item of value) walk(below, item as Record<string, unknown>);
      } else if (below.length > 0) walk(below, value as Record<string, unknown>);
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
function assertCounted(inResult: ReadonlyMap<number, number>, seen: ReadonlyMap<number, number>): void {
  for (const id of new Set([...inResult.keys(), ...seen.keys()]))
    if ((inResult.get(id) ?? 0) !== (seen.get(id) ?? 0))
      throw new Error(`Field ${String(id)} left otherwise than through its guard`);
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
