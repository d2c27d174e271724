import { writeFileSync } from 'node:fs';
import { createApiSchema } from '../app/schema.js';
import { printSchemaSorted } from '../graphql/print-schema.js';

// `npm run schema`: prints the schema from the code into schema.graphql, or into the file that is named.
const target = process.argv[2] ?? 'schema.graphql';
writeFileSync(target, printSchemaSorted(createApiSchema()));
process.stdout.write(`Wrote ${target}\n`);
