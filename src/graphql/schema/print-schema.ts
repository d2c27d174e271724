import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

const HEADER = '# Printed from the code by `npm run schema`; a test fails when it is stale. Do not edit.\n\n';

/** The schema as SDL, sorted, so that a change in code order is no change here. */
export function printSchemaSorted(schema: GraphQLSchema): string {
  return `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`;
}
