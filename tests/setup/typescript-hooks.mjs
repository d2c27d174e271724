import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

// Node's module hooks that run this repository's TypeScript outside Jest, with the options of .swcrc. What was translated once is
// kept: dozens of processes of a run load the same hundreds of files.

const configFile = fileURLToPath(new URL('../../.swcrc', import.meta.url));
const kept = fileURLToPath(new URL('../../node_modules/.cache/custodia-tests/', import.meta.url));
const config = await readFile(configFile);

export async function resolve(specifier, context, nextResolve) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(url)) return { url: url.href, format: 'module', shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const filename = fileURLToPath(url);
  const text = await readFile(filename, 'utf8');
  return { format: 'module', source: await translate(filename, text), shortCircuit: true };
}

async function translate(filename, text) {
  const key = createHash('sha256').update(config).update(filename).update('\0').update(text).digest('hex');
  const path = join(kept, `${key}.js`);
  const known = await readFile(path, 'utf8').catch(() => null);
  if (known !== null) return known;
  const { code } = await transform(text, { filename, configFile, sourceMaps: 'inline' });
  await keep(path, code).catch(() => undefined); // a folder that cannot be written to costs time, nothing else
  return code;
}

/** Under its name once it is whole: others read it at the same time. */
async function keep(path, code) {
  await mkdir(kept, { recursive: true });
  const part = `${path}.${process.pid}`;
  await writeFile(part, code);
  await rename(part, path);
}
