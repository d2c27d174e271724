import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresPlace } from './postgres-place.js';
import { runToEnd } from './postgres-process.js';
import { StartError } from '../start-error.js';

/** The name of the embedded server's superuser and of its database. */
export const EMBEDDED_NAME = 'custodia';

/**
 * Makes the cluster of an embedded server unless there is one, and returns its password, which is kept in
 * `<dataDir>/postgres.password` for its owner only. One that is not to last is not waited for on the disk.
 *
 * @throws StartError when initdb fails, or when the password of an existing cluster is gone.
 */
export async function ensureCluster(
  place: PostgresPlace,
  { dataDir, isLasting }: { dataDir: string; isLasting: boolean },
): Promise<string> {
  const passwordFile = join(dataDir, 'postgres.password');
  const known = (await readFile(passwordFile, 'utf8').catch(() => '')).trim();
  if (await stat(join(place.cluster, 'PG_VERSION')).catch(() => null)) {
    if (known !== '') return known;
    throw new StartError(`The password of the embedded database is missing: put ${passwordFile} back.`);
  }
  if ((await readdir(place.cluster).catch(() => [])).length > 0) {
    throw new StartError(
      `${place.cluster} holds something that is no database, and it is not removed for one.`,
    );
  }
  const password = known || randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await initialise(place, password, isLasting);
  return password;
}

/** initdb works in a folder of its own that is moved into place, so that an interrupted one leaves no half cluster. */
async function initialise(place: PostgresPlace, password: string, isLasting: boolean): Promise<void> {
  const unfinished = `${place.cluster}.unfinished`;
  const cluster = join(unfinished, 'cluster');
  const passwordFile = join(unfinished, 'password');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(cluster, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (place.user !== null) {
    for (const path of [unfinished, cluster, passwordFile]) await chown(path, place.user.uid, place.user.gid);
  }
  const { code, output } = await runToEnd(
    join(place.binaries.folder, 'bin', 'initdb'),
    [
      `--pgdata=${cluster}`,
      `--username=${EMBEDDED_NAME}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The order of texts that PostgreSQL brings along does not change with the system's libraries.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-locale',
      '--data-checksums',
      ...(isLasting ? [] : ['--no-sync']),
    ],
    place.user,
  );
  if (code !== 0) throw new StartError(`The embedded database could not be set up: ${output.trim()}`);
  await rmdir(place.cluster).catch(() => undefined);
  await rename(cluster, place.cluster);
  await rm(unfinished, { recursive: true, force: true });
}
