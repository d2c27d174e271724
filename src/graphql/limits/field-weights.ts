import {
  isUnionType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';

export type FieldDefinition = GraphQLField<unknown, unknown>;

/** A mutation writes, records an event and may hash a password: twenty fit into one operation. */
const MUTATION_WEIGHT = 500;
/** The schema lies in memory; the standard introspection query asks for thousands of its fields. */
const INTROSPECTION_WEIGHT = 0.1;

const META_FIELDS = [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef];

/** The field of a type by its name, those of introspection too. */
export function findFieldDefinition(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  name: string,
): FieldDefinition | null {
  const meta = META_FIELDS.find((field) => field.name === name);
  if (meta && (meta === TypeNameMetaFieldDef || parent === schema.getQueryType())) return meta;
  return isUnionType(parent) ? null : (parent.getFields()[name] ?? null);
}

/**
 * What a field costs by itself: the `complexity` of its decorator, otherwise 1. Weights are of the order of a value
 * that is opened or a row that is read.
 */
export function weightOf(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType | null,
  field: FieldDefinition | null,
): number {
  const own = field?.extensions['complexity'];
  if (typeof own === 'number') return own;
  if (parent?.name.startsWith('__')) return INTROSPECTION_WEIGHT;
  return parent !== null && parent === schema.getMutationType() ? MUTATION_WEIGHT : 1;
}
