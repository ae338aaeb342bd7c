import { getDocumentNodeFromSchema, MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import { type GraphQLFieldConfig, type GraphQLInputFieldConfig, GraphQLSchema, lexicographicSortSchema, print } from 'graphql';
import { validateSync } from 'class-validator';
import { ArgumentValidationError, buildSchemaSync } from 'type-graphql';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import { indicatorsWithoutFormula } from '../core/credit/indicators';
import { ERROR_POLICY, type GatewayErrorCode } from '../core/errors';
import { type Role, ROLES } from '../core/identity/actor';
import { ConsentResolver } from './consent.resolver';
import { DictionaryResolver } from './dictionary.resolver';
import { directiveDefinitions, directivesOf } from './directives';
import { DisclosureResolver, PreviewResolver } from './explanation.resolver';
import { LedgerResolver } from './ledger.resolver';
import { fieldsOf, guardSchema } from './guard-schema';
import { ARGUMENT_READS } from './plan';
import { CreditAccountResolver, CreditReportResolver, PLAIN_RESOLVERS } from './report.resolver';
import { ConsentRequestResolver } from './request.resolver';
import { guardTreeFor, rolesOf, tallying } from './rules';

/** The schema of every role, guarded, and the same as text. */
export interface RoleSchema {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}

/**
 * Builds the public schema once and cuts a variant for each role out of it (enforcement.md, 2.6).
 *
 * @throws Error naming every field that has neither a catalogue entry nor a rule, every entry without a field, column or
 *   formula, every consentable field that is not nullable, every argument on borrower data that is not allowed.
 */
export function buildRoleSchemas(catalogue: FieldCatalogue): Readonly<Record<Role, RoleSchema>> {
  const whole = buildWholeSchema(catalogue);
  const variants = ROLES.map((role): [Role, RoleSchema] => {
    const variant = variantFor(whole, role);
    return [role, { schema: guardSchema(variant, guardTreeFor(variant, catalogue), tallying(catalogue)), sdl: toSdl(variant) }];
  });
  return Object.fromEntries(variants) as Record<Role, RoleSchema>;
}

/** Every type of every role, unguarded: for printing and for the start-up checks. */
export function buildWholeSchema(catalogue: FieldCatalogue): GraphQLSchema {
  const bare = buildSchemaSync({
    resolvers: [
      CreditReportResolver,
      CreditAccountResolver,
      ConsentResolver,
      ConsentRequestResolver,
      PreviewResolver,
      DisclosureResolver,
      DictionaryResolver,
      LedgerResolver,
    ],
    validateFn: validateArgument,
    emitSchemaFile: false,
  });
  const described = mapSchema(bare, {
    [MapperKind.OBJECT_FIELD]: (config: GraphQLFieldConfig<unknown, unknown>, name, type) => {
      const entry = catalogue.find(`${type}.${name}`);
      const { access, refuses } = (config.extensions ?? {}) as Record<string, unknown>;
      const directives = {
        ...(access ? { access } : {}),
        ...(refuses ? { refuses } : {}),
        ...(entry ? directivesOf(entry) : {}),
      };
      const resolve = PLAIN_RESOLVERS[`${type}.${name}`];
      return { ...config, ...(resolve ? { resolve } : {}), extensions: { ...config.extensions, directives } };
    },
    [MapperKind.INPUT_OBJECT_FIELD]: (config: GraphQLInputFieldConfig) => {
      const { access } = (config.extensions ?? {}) as Record<string, unknown>;
      return { ...config, extensions: { ...config.extensions, directives: access ? { access } : {} } };
    },
  });
  const { directives, ...config } = described.toConfig();
  for (const [type, words] of [
    [config.query, 'What may be read.'],
    [config.mutation, 'What may be changed, each field a transaction of its own, in order.'],
  ] as const)
    if (type) type.description = words;
  const codes = Object.keys(ERROR_POLICY) as GatewayErrorCode[];
  const whole = new GraphQLSchema({ ...config, directives: [...directives, ...directiveDefinitions(described, codes)] });
  assertFitsCatalogue(whole, catalogue);
  return whole;
}

/** What type-graphql does with an argument of an input type, without loading class-validator anew or a promise for each. */
function validateArgument(value: object | undefined): void {
  for (const input of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof input !== 'object' || input === null) continue;
    const faults = validateSync(input, { skipMissingProperties: true, forbidUnknownValues: false });
    if (faults.length > 0) throw new ArgumentValidationError(faults);
  }
}

/** Text of a schema with its directives, in one order whatever the order of its making. */
export function toSdl(schema: GraphQLSchema): string {
  return `${print(getDocumentNodeFromSchema(lexicographicSortSchema(schema)))}\n`;
}

/** Types that stand in arguments of our directives: every variant prints its rules, so it keeps them. */
const WORDS_OF_RULES: ReadonlySet<string> = new Set(['Role', 'ErrorCode', 'DataCluster', 'Sensitivity', 'FieldCoordinate']);

/**
 * What one role may ask for, and no field beyond it. The auditor alone has the whole schema, because reading every rule is
 * their task; what is not theirs is refused by its guard.
 */
function variantFor(whole: GraphQLSchema, role: Role): GraphQLSchema {
  if (role === 'AUDITOR') return mapSchema(whole, {});
  const keepOpen = (config: { extensions?: Readonly<Record<string, unknown>> | null | undefined }): undefined | null => {
    const roles = rolesOf(config.extensions ?? {});
    return roles === null || roles.includes(role) ? undefined : null;
  };
  const open = mapSchema(whole, { [MapperKind.OBJECT_FIELD]: keepOpen, [MapperKind.INPUT_OBJECT_FIELD]: keepOpen });
  return pruneSchema(open, { skipPruning: ({ name }) => WORDS_OF_RULES.has(name) });
}

function assertFitsCatalogue(schema: GraphQLSchema, catalogue: FieldCatalogue): void {
  const fields = new Map([...fieldsOf(schema)].map(([type, field]) => [`${type}.${field.name}`, field]));
  const faults = [
    ...catalogue.entries
      .filter(({ coordinate }) => !fields.has(coordinate))
      .map(({ coordinate }) => `${coordinate}: in the catalogue, but not in the schema`),
    ...indicatorsWithoutFormula(catalogue).map((coordinate) => `${coordinate}: no formula`),
  ];
  for (const [coordinate, field] of fields) {
    if (catalogue.find(coordinate) && String(field.type).endsWith('!'))
      faults.push(`${coordinate}: consentable, but not nullable`);
    const type = coordinate.slice(0, coordinate.indexOf('.'));
    if (!isBorrowerData(type, catalogue)) continue;
    if (field.args.length > 0 && !(coordinate in PLAIN_RESOLVERS))
      faults.push(`${coordinate}: has arguments, but no plain resolver`);
    for (const { name } of field.args)
      if (!(name in (ARGUMENT_READS[coordinate] ?? {})))
        faults.push(`${coordinate}: the argument ${name} could read borrower data`);
  }
  if (faults.length > 0) throw new Error(`The schema does not fit the field catalogue\n${faults.join('\n')}`);
}

function isBorrowerData(type: string, catalogue: FieldCatalogue): boolean {
  return type === 'CreditReport' || catalogue.entries.some(({ coordinate }) => coordinate.startsWith(`${type}.`));
}
