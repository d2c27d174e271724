import { cp, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** One text of a built file and what stands in its place. */
export interface Change {
  file: string;
  from: string;
  to: string;
}

/** The server without sealing: values lie and travel as they are, and no data key is read for them. */
export const WITHOUT_SEALING: readonly Change[] = [
  change('privacy/envelope.js', 'function sealText(key, place, text, nonce) {', 'return text;'),
  change('privacy/envelope.js', 'function openText(key, place, envelope) {', 'return envelope;'),
  { file: 'database/hot-reads/hot-reads.js', from: 'k.wrapped_key', to: 'NULL' },
  { file: 'database/hot-reads/hot-reads.js', from: 'LEFT JOIN data_keys k ON k.user_id = u.id', to: '' },
  {
    file: 'database/hot-reads/hot-reads.js',
    from: 'if (key !== null && !(key instanceof SealedValueError))',
    to: 'return (model, field, stored)=>stored; if (key !== null && !(key instanceof SealedValueError))',
  },
];

/** The server whose memory holds one data key, so that each request unwraps the key it needs. */
export const WITH_COLD_KEYS: readonly Change[] = [
  { file: 'privacy/data-keys.js', from: 'size = 20_000', to: 'size = 1' },
];

/**
 * A copy of the build with these changes, beside what it reads at run time. Each text must occur exactly once: a change of
 * the product that makes the comparison another one ends the benchmark.
 *
 * @returns the folder to remove at the end, and the file to start
 */
export async function alterBuild(changes: readonly Change[]): Promise<{ folder: string; main: string }> {
  const root = await mkdtemp(resolve('dist/bench/altered-'));
  for (const part of await readdir('dist')) {
    if (part !== 'bench') await cp(join('dist', part), join(root, 'dist', part), { recursive: true });
  }
  await symlink(resolve('prisma'), join(root, 'prisma'));
  const { name: _, ...manifest } = JSON.parse(await readFile('package.json', 'utf8')) as Record<
    string,
    unknown
  >;
  await writeFile(join(root, 'package.json'), JSON.stringify(manifest)); // without a name, of which there is one already
  for (const change of changes) {
    const path = join(root, 'dist', change.file);
    await writeFile(path, applyChange(change, await readFile(path, 'utf8')));
  }
  return { folder: root, main: join(root, 'dist/main.js') };
}

/** @throws Error unless the text occurs exactly once in the file */
export function applyChange({ file, from, to }: Change, text: string): string {
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold "${from}" exactly once`);
  return text.replace(from, () => to);
}

/** A function that returns at once. */
function change(file: string, head: string, body: string): Change {
  return { file, from: head, to: `${head} ${body}` };
}
