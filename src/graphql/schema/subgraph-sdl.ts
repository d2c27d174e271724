import {
  Kind,
  lexicographicSortSchema,
  parse,
  parseConstValue,
  print,
  printSchema,
  visit,
  type ConstDirectiveNode,
  type GraphQLSchema,
} from 'graphql';
import { findAccess, type Access } from '../../security/rights/access.js';
import { ACCOUNT_SCOPE, ENROLLMENT_SCOPE } from '../../security/rights/assurance.js';

/** The oldest version of the federation specification that has `@policy`: old routers read it, new ones too. */
const SPECIFICATION = 'https://specs.apollo.dev/federation/v2.6';
const IMPORTS = ['@authenticated', '@key', '@policy', '@requiresScopes', '@shareable', '@tag'];

/** The tag of what only staff may call: a contract that leaves it out is the graph of everybody else. */
const STAFF_TAG = 'staff';

export interface SubgraphSdlOptions {
  /**
   * Whether `@policy` is printed. Routers that know it refuse what no coprocessor has allowed; for routers that do
   * not know it, leave it out: the server decides in any case.
   */
  policies?: boolean;
}

/**
 * The schema as a router composes it (Apollo Federation 2): with the directives that the classes of its types carry,
 * and with those that say who may call a root field, printed from the table by which the server itself decides
 * (src/security/rights/access.ts).
 */
export function printSubgraphSdl(schema: GraphQLSchema, options: SubgraphSdlOptions = {}): string {
  const { policies = true } = options;
  const document = visit(parse(printSchema(lexicographicSortSchema(schema))), {
    ObjectTypeDefinition: {
      enter: (type) => ({
        ...type,
        directives: [...(schema.getType(type.name.value)?.astNode?.directives ?? [])],
        fields: type.fields?.map((field) => ({
          ...field,
          directives: [
            ...(field.directives ?? []),
            ...directivesOf(findAccess(type.name.value, field.name.value), policies),
          ],
        })),
      }),
    },
  });
  const imports = IMPORTS.filter((name) => policies || name !== '@policy');
  const link = `extend schema @link(url: "${SPECIFICATION}", import: ${JSON.stringify(imports)})`;
  return `${print(parse(link))}\n\n${print(document)}\n`;
}

/**
 * What a router can decide by itself. Whether somebody reads an account (`self`) depends on whose it is, so no
 * directive can say it, and the server alone decides.
 */
function directivesOf(access: Access | null, policies: boolean): ConstDirectiveNode[] {
  if (access === null || access === 'public' || access === 'self') return [];
  const scopes = access === 'enrolling' ? [[ACCOUNT_SCOPE], [ENROLLMENT_SCOPE]] : [[ACCOUNT_SCOPE]];
  const signedIn = [directive('authenticated'), directive('requiresScopes', { scopes })];
  if (access === 'signedIn' || access === 'enrolling') return signedIn;
  return [
    ...signedIn,
    ...(policies ? [directive('policy', { policies: [[access]] })] : []),
    directive('tag', { name: STAFF_TAG }),
  ];
}

function directive(name: string, values: Record<string, string | string[][]> = {}): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(values).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      // Lists of strings are written alike in JSON and in GraphQL.
      value: parseConstValue(JSON.stringify(value)),
    })),
  };
}
