import {
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  DirectiveLocation,
  type GraphQLSchema,
} from 'graphql';
import { Extensions } from 'type-graphql';
import type { FieldEntry } from '../core/credit/field-catalogue';
import { ERROR_POLICY, type GatewayErrorCode } from '../core/errors';
import type { Role } from '../core/identity/actor';

type DirectiveUses = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Which roles see a field; without it, every role that reaches the type. */
export function Access(...roles: Role[]): MethodDecorator & PropertyDecorator {
  return Extensions({ access: { roles } });
}

/** Which refusals a caller must expect of a field, beyond those that any request may meet. */
export function Refuses(...codes: GatewayErrorCode[]): MethodDecorator & PropertyDecorator {
  return Extensions({ refuses: { codes } });
}

/** Directives of a consentable field, made from its catalogue entry. */
export function directivesOf(entry: FieldEntry): DirectiveUses {
  const { cluster, sensitivity, coarser, requires, within, inputs, source } = entry;
  return {
    consent: {
      cluster,
      sensitivity,
      ...(coarser.length > 0 ? { coarser } : {}),
      ...(requires.length > 0 ? { requires } : {}),
      ...(within === null ? {} : { within }),
    },
    ...(source.kind === 'indicator'
      ? { derivedFrom: { fields: inputs, formula: source.formula, formulaVersion: source.formulaVersion } }
      : {}),
  };
}

/** The definitions of our directives over the types of this schema, for printing. */
export function directiveDefinitions(
  schema: GraphQLSchema,
  errorCodes: readonly GatewayErrorCode[],
): readonly GraphQLDirective[] {
  const typeNamed = (name: string): GraphQLEnumType => schema.getType(name) as GraphQLEnumType; // enums and scalars alike serve as argument types
  const required = (type: GraphQLEnumType | typeof GraphQLString) => new GraphQLNonNull(type);
  const listOf = (type: GraphQLEnumType) => new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));
  const errorCode = new GraphQLEnumType({
    name: 'ErrorCode',
    description: 'Code of a refusal or fault, in errors[].extensions.code.',
    values: Object.fromEntries(errorCodes.map((code) => [code, { description: ERROR_POLICY[code].message }])),
  });
  const coordinates = listOf(typeNamed('FieldCoordinate'));
  return [
    new GraphQLDirective({
      name: 'access',
      description: 'Roles that see this field. Without it: every role that reaches the type.',
      locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.INPUT_FIELD_DEFINITION],
      args: { roles: { type: listOf(typeNamed('Role')) } },
    }),
    new GraphQLDirective({
      name: 'refuses',
      description: 'Expected refusals of this field, beyond those that any request may meet.',
      locations: [DirectiveLocation.FIELD_DEFINITION],
      args: { codes: { type: listOf(errorCode) } },
    }),
    new GraphQLDirective({
      name: 'consent',
      description:
        'A consentable field. coarser: the next coarser fields of its ladder; requires: fields it would reveal; within: the list it stands in.',
      locations: [DirectiveLocation.FIELD_DEFINITION],
      args: {
        cluster: { type: required(typeNamed('DataCluster')) },
        sensitivity: { type: required(typeNamed('Sensitivity')) },
        coarser: { type: coordinates, defaultValue: [] },
        requires: { type: coordinates, defaultValue: [] },
        within: { type: typeNamed('FieldCoordinate') },
      },
    }),
    new GraphQLDirective({
      name: 'derivedFrom',
      description: 'An indicator, its inputs and its exact formula.',
      locations: [DirectiveLocation.FIELD_DEFINITION],
      args: {
        fields: { type: coordinates },
        formula: { type: required(GraphQLString) },
        formulaVersion: { type: new GraphQLNonNull(GraphQLInt) },
      },
    }),
  ];
}
