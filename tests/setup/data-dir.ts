import { chmod, mkdtemp, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPostmaster } from '../../src/database/embedded/postmaster-file.js';
import { waitUntil } from '../../src/database/embedded/running-process.js';

/** A new folder for one test, which others can enter: so PostgreSQL's data is in it, for root too. */
export async function makeDataDir(): Promise<string> {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'custodia-data-')));
  await chmod(dataDir, 0o755);
  return dataDir;
}

/** Removes a data folder, and its database where that lies elsewhere. */
export async function removeDataDir(dataDir: string): Promise<void> {
  const elsewhere = await readlink(join(dataDir, 'postgres')).catch(() => null);
  if (elsewhere !== null) await rm(dirname(elsewhere), { recursive: true, force: true });
  // A PostgreSQL whose server was killed may still be writing its last checkpoint.
  await waitUntil(async () => (await findPostmaster(join(dataDir, 'postgres'))) === null, 30_000);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
