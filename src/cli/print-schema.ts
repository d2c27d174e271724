import { writeFileSync } from 'node:fs';
import { createApiSchema } from '../app/schema.js';
import { printSchemaSorted } from '../graphql/schema/print-schema.js';
import { printSubgraphSdl } from '../graphql/schema/subgraph-sdl.js';

// `npm run schema [-- FILE]`: prints the schema from the code into schema.graphql, or into the file that is named.
// `npm run schema:subgraph [-- FILE] [--without-policies]`: the same for routers, into subgraph.graphql.
const options = process.argv.slice(2);
const [file] = options.filter((option) => !option.startsWith('--'));
const isSubgraph = options.includes('--subgraph');
const policies = !options.includes('--without-policies');
const target = file ?? (isSubgraph ? 'subgraph.graphql' : 'schema.graphql');
const schema = createApiSchema();
writeFileSync(target, isSubgraph ? printSubgraphSdl(schema, { policies }) : printSchemaSorted(schema));
process.stdout.write(`Wrote ${target}\n`);
