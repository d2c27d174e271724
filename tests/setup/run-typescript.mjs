import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

// `node run-typescript.mjs FILE ARGUMENTS…` runs a file of this repository outside Jest: for what must be a
// process of its own, and for Jest's global set-up, which Jest loads as CommonJS.
register('./typescript-hooks.mjs', import.meta.url);
const [, , file, ...rest] = process.argv;
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(file).href);
