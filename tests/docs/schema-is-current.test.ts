import { readFileSync } from 'node:fs';
import { createApiSchema } from '../../src/app/schema.js';
import { printSchemaSorted } from '../../src/graphql/schema/print-schema.js';
import { printSubgraphSdl } from '../../src/graphql/schema/subgraph-sdl.js';

test('schema.graphql is what the code prints; `npm run schema` renews it', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(printSchemaSorted(createApiSchema()));
});

test('subgraph.graphql too, for routers', () => {
  expect(readFileSync('subgraph.graphql', 'utf8')).toBe(printSubgraphSdl(createApiSchema()));
});
