import { applyMiddleware, type IMiddlewareFieldMap } from 'graphql-middleware';
import { deny, rule, shield } from 'graphql-shield';
import {
  defaultFieldResolver,
  type GraphQLField,
  GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isIntrospectionType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { RequestContext } from './request-context';

/** May this field of this object be shown? Synchronous, and true only if exactly true. */
export type Test = (parent: unknown, context: RequestContext) => boolean;
export type Guard = ReturnType<ReturnType<typeof rule>>;
export type GuardTree = Readonly<Record<string, Readonly<Record<string, Guard>>>>;
/** Hears of every value of a counted field that was allowed to leave. */
export interface GuardListener {
  /** Is this a field of a projected record, whose value is there already? */
  isReady(coordinate: string): boolean;
  /** What to call for each value of this field; null: it is not counted. */
  counting(coordinate: string): ((parent: unknown, context: RequestContext) => void) | null;
}
type Field = GraphQLField<unknown, RequestContext>;

const tests = new WeakMap<object, Test>();

/** A shield rule that remembers its synchronous test, so that a leaf can ask it without a promise. Named by coordinate. */
export function guard(coordinate: `${string}.${string}`, test: Test): Guard {
  const made = rule(coordinate, { cache: 'no_cache' })((parent: unknown, _args: unknown, context: RequestContext) =>
    ask(test, parent, context),
  );
  tests.set(made, test);
  return made;
}

/** A guard that throws is a fault of ours and must not look like a refusal: it is noted, and nothing leaves. */
function ask(test: Test, parent: unknown, context: RequestContext): boolean {
  try {
    return test(parent, context) === true;
  } catch (cause) {
    context.gate.fault ??= cause;
    return false;
  }
}

/**
 * Puts one guard before every field of every object type. shield checks the tree and guards fields that fetch objects;
 * scalars, enums and whatever lies inside a report ask the same test synchronously, because shield makes a promise of every
 * value (stack.md, section 6).
 *
 * @throws Error with every fault: a field without guard, a guard without field, a foreign rule, subscriptions.
 */
export function guardSchema(bare: GraphQLSchema, tree: GuardTree, listener: GuardListener): GraphQLSchema {
  assertCovered(bare, tree);
  const generator = shield(tree, {
    fallbackRule: deny,
    allowExternalErrors: false,
    debug: false,
    fallbackError: refuse as never, // shield's types admit an Error only, its code any function
  });
  const middleware = generator.generate(bare) as Record<string, IMiddlewareFieldMap>;
  const isSynchronous = (coordinate: string, field: Field): boolean => isLeaf(field) || listener.isReady(coordinate);
  for (const [type, field] of fieldsOf(bare))
    if (isSynchronous(`${type}.${field.name}`, field)) delete middleware[type]?.[field.name];
  const guarded = applyMiddleware(bare, middleware);
  for (const [type, field] of fieldsOf(guarded)) {
    const test = tests.get(tree[type]?.[field.name] ?? deny) ?? (() => false);
    const coordinate = `${type}.${field.name}`;
    if (isSynchronous(coordinate, field))
      field.resolve = guardReady(test, field.resolve ?? defaultFieldResolver, listener.counting(coordinate));
  }
  return guarded;
}

function guardReady(
  test: Test,
  resolve: NonNullable<Field['resolve']>,
  count: ReturnType<GuardListener['counting']>,
): NonNullable<Field['resolve']> {
  return (parent, args, context, info) => {
    if (!ask(test, parent, context)) return refuse(null, parent, args, context, info);
    const value: unknown = resolve(parent, args, context, info);
    if (count && value !== null && value !== undefined) count(parent, context);
    return value;
  };
}

/**
 * What a denial or a failed resolver becomes: a fault stays a fault; a refused entry point is an error, and so is a field of
 * another role that cannot be null; any other refused field is null without an error. Where projection had a value after all,
 * the two checks disagree, and nothing leaves.
 */
function refuse(cause: unknown, parent: unknown, _args: unknown, context: RequestContext, info: GraphQLResolveInfo): unknown {
  if (cause) return cause instanceof Error ? cause : new Error('a resolver failed', { cause });
  if (info.path.prev === undefined || isNonNullType(info.returnType))
    return new GraphQLError('Not permitted', { extensions: { code: 'FORBIDDEN' } });
  const projected = (parent as Record<string, unknown> | null)?.[info.fieldName];
  if (projected !== null && projected !== undefined)
    context.gate.fault ??= new Error(`guard and projection disagree on ${info.parentType.name}.${info.fieldName}`);
  return null;
}

function assertCovered(schema: GraphQLSchema, tree: GuardTree): void {
  const fields = new Set([...fieldsOf(schema)].map(([type, field]) => `${type}.${field.name}`));
  const guards = new Map(
    Object.entries(tree).flatMap(([type, of]) =>
      Object.entries(of).map(([name, found]) => [`${type}.${name}`, found] as [string, Guard]),
    ),
  );
  const faults = [
    ...[...fields].filter((at) => !tests.has(guards.get(at) ?? deny)).map((at) => `${at}: no guard`),
    ...[...guards.keys()].filter((at) => !fields.has(at)).map((at) => `${at}: guarded, but no field of an object type`),
    ...(schema.getSubscriptionType() ? ['Subscription: its payloads would pass no guard'] : []),
  ];
  if (faults.length > 0) throw new Error(`The guard tree does not fit the schema\n${faults.join('\n')}`);
}

/** Every field of every object type that is ours. */
export function* fieldsOf(schema: GraphQLSchema): Generator<[type: string, field: Field]> {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && !isIntrospectionType(type))
      for (const field of Object.values(type.getFields())) yield [type.name, field];
}

function isLeaf(field: Field): boolean {
  return isLeafType(getNamedType(field.type));
}
