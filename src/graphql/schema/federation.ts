import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  isObjectType,
  type GraphQLFieldConfig,
} from 'graphql';
import { AppError, badInput } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../input/json-object.js';
import type { GraphqlContext } from '../context.js';
import { JSONObject } from './scalars.js';

/** An entity of the subgraph: an object type with `@key(fields: "id")`. */
export interface Entity {
  /** The name of the type. */
  type: string;
  /** Whether an object is one of this type. */
  is(value: unknown): boolean;
  /**
   * The object of this id as the caller may see it, by the same checks as everywhere else; null when there is none.
   * It is asked once for each representation: batch with a loader of the request.
   */
  find(id: string, context: GraphqlContext): Promise<object | null>;
}

export interface FederationParts {
  entities: readonly Entity[];
  /** Prints what `_service { sdl }` answers; null where introspection is off. */
  printSdl: (() => string) | null;
}

const Representation = new GraphQLScalarType({
  ...JSONObject.toConfig(),
  name: '_Any',
  description: 'What a router knows of an entity: `__typename` and its key.',
});

/**
 * The schema with what a router asks a subgraph for, by Apollo's subgraph specification: `_service` and `_entities`.
 * Nothing else of it is changed, so that it stays the schema that clients know.
 */
export function addFederation(schema: GraphQLSchema, { entities, printSdl }: FederationParts): GraphQLSchema {
  const config = schema.toConfig();
  const query = schema.getQueryType();
  if (!query) throw new Error('A subgraph needs a query type.');
  const queryConfig = query.toConfig();
  const fields = {
    ...queryConfig.fields,
    _entities: entitiesField(schema, entities),
    _service: serviceField(printSdl),
  };
  return new GraphQLSchema({
    ...config,
    query: new GraphQLObjectType({ ...queryConfig, fields }),
    types: config.types.filter((type) => type !== query),
  });
}

function entitiesField(
  schema: GraphQLSchema,
  entities: readonly Entity[],
): GraphQLFieldConfig<unknown, GraphqlContext> {
  const byType = new Map(entities.map((entity) => [entity.type, entity]));
  const types = entities.map(({ type: name }) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`The entity ${name} is no object type of the schema.`);
    return type;
  });
  const union = new GraphQLUnionType({
    name: '_Entity',
    description: 'What a router can join to the objects of other subgraphs.',
    types,
    resolveType: (value) => entities.find((entity) => entity.is(value))?.type,
  });
  return {
    description: 'For routers: the entities of these keys, in their order; null where there is none.',
    type: new GraphQLNonNull(new GraphQLList(union)),
    args: {
      representations: {
        description: 'At most 100 in one operation.',
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Representation))),
      },
    },
    // Each fails by itself: a promise that is rejected becomes the error of its own place in the list.
    resolve: (_root, { representations }: { representations: JsonObject[] }, context) =>
      representations.map((given, index) => findEntity(byType, given, index, context)),
  };
}

async function findEntity(
  byType: ReadonlyMap<string, Entity>,
  { __typename: type, id }: JsonObject,
  index: number,
  context: GraphqlContext,
): Promise<object | null> {
  const entity = typeof type === 'string' ? byType.get(type) : undefined;
  const path = `representations.${index}`;
  if (!entity) throw badInput(`${path}.__typename`, 'must name an entity of this subgraph');
  return entity.find(requireId(id, `${path}.id`), context);
}

/** ID as graphql-js coerces it: a number of another service's making is taken as its text. */
function requireId(id: JsonValue | undefined, field: string): string {
  if (typeof id === 'string') return id;
  if (typeof id === 'number' && Number.isInteger(id)) return String(id);
  throw badInput(field, 'is required: it is the key');
}

function serviceField(printSdl: FederationParts['printSdl']): GraphQLFieldConfig<unknown, GraphqlContext> {
  const Service = new GraphQLObjectType({
    name: '_Service',
    description: 'The subgraph, as routers ask for it.',
    fields: {
      sdl: {
        description:
          'The schema to compose, with its federation directives. FORBIDDEN where introspection is off.',
        type: GraphQLString,
        resolve() {
          if (printSdl !== null) return printSdl();
          const hint = 'Introspection is off here: compose subgraph.graphql instead.';
          throw new AppError('FORBIDDEN', { hint });
        },
      },
    },
  });
  return {
    description: 'For routers: the subgraph itself.',
    type: new GraphQLNonNull(Service),
    resolve: () => ({}),
  };
}
