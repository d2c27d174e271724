import { composeServices } from '@apollo/composition';
import { buildASTSchema, Kind, parse, type ConstDirectiveNode, type DocumentNode } from 'graphql';
import { createApiSchema } from '../../src/app/schema.js';
import { printSchemaSorted } from '../../src/graphql/schema/print-schema.js';
import { printSubgraphSdl } from '../../src/graphql/schema/subgraph-sdl.js';
import { ACCESS, findAccess } from '../../src/security/rights/access.js';
import { ORDERS_SDL } from '../../examples/federation/orders.js';

const schema = createApiSchema();
const sdl = printSubgraphSdl(schema);

/** Another team's subgraph, with lists of its own in Relay's form. */
const CATALOGUE = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@shareable"])
  type Query { books: BookConnection! }
  type BookConnection { nodes: [String!]! pageInfo: PageInfo! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

function compose(subgraphs: Record<string, string>) {
  return composeServices(
    Object.entries(subgraphs).map(([name, text]) => ({
      name,
      url: `http://${name}.example.com/graphql`,
      typeDefs: parse(text),
    })),
  );
}

/** The directives of a type, and of each of its fields. */
function directivesIn(document: DocumentNode, name: string) {
  const type = document.definitions.find(
    (each) => each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === name,
  );
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) throw new Error(`No type ${name}.`);
  return {
    own: (type.directives ?? []).map(textOf),
    fields: new Map(type.fields?.map((field) => [field.name.value, (field.directives ?? []).map(textOf)])),
  };
}

function textOf({ name, arguments: given = [] }: ConstDirectiveNode): string {
  const values = given.map(({ value }) =>
    value.kind === Kind.LIST
      ? value.values.flatMap((list) => (list.kind === Kind.LIST ? list.values : [])).map(valueOf)
      : valueOf(value),
  );
  return [name.value, ...values.flat()].join(' ');
}

const valueOf = (node: object): string => ('value' in node ? String(node.value) : '');

test.each([
  ['alone', { custodia: sdl }],
  ['with the orders of the example', { custodia: sdl, orders: ORDERS_SDL }],
  ['with lists of another team', { custodia: sdl, catalogue: CATALOGUE }],
  ['without policies', { custodia: printSubgraphSdl(schema, { policies: false }), orders: ORDERS_SDL }],
])('the subgraph composes %s', (_name, subgraphs) => {
  const { errors, supergraphSdl } = compose(subgraphs);
  expect(errors).toBeUndefined();
  expect(supergraphSdl).toContain('@join__type(graph: CUSTODIA, key: "id")');
});

test('the supergraph carries what the subgraph says of access', () => {
  const { supergraphSdl = '' } = compose({ custodia: sdl, orders: ORDERS_SDL });
  const own = directivesIn(parse(sdl), 'Mutation').fields;
  const composed = directivesIn(parse(supergraphSdl), 'Mutation').fields;
  expect(own.size).toBeGreaterThan(30);
  for (const [field, directives] of own) {
    expect(
      composed
        .get(field)
        ?.filter((text) => !text.startsWith('join__'))
        .sort(),
    ).toEqual([...directives].sort());
  }
});

test('each root field says of itself what the table says, and nothing else is restricted', () => {
  const document = parse(sdl);
  const signedIn = ['authenticated', 'requiresScopes account'];
  const enrolling = ['authenticated', 'requiresScopes account mfa:enroll'];
  for (const type of ['Query', 'Mutation']) {
    for (const [field, directives] of directivesIn(document, type).fields) {
      const access = findAccess(type, field);
      if (access === 'public') expect([field, directives]).toEqual([field, []]);
      else if (access === 'signedIn') expect([field, directives]).toEqual([field, signedIn]);
      else if (access === 'enrolling') expect([field, directives]).toEqual([field, enrolling]);
      else expect([field, directives]).toEqual([field, [...signedIn, `policy ${access}`, 'tag staff']]);
    }
  }
  for (const type of Object.keys(ACCESS).filter(
    (name) => schema.getType(name) && !/^(Query|Mutation)$/.test(name),
  )) {
    for (const directives of directivesIn(document, type).fields.values()) expect(directives).toEqual([]);
  }
  expect(directivesIn(document, 'User').own).toEqual(['key id']);
  expect(directivesIn(document, 'PageInfo').own).toEqual(['shareable']);
});

test('but for the directives it is the schema that clients know', () => {
  const bare = parse(sdl).definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION);
  const served = buildASTSchema({ kind: Kind.DOCUMENT, definitions: bare }, { assumeValidSDL: true });
  expect(printSchemaSorted(served)).toBe(printSchemaSorted(schema));
});
