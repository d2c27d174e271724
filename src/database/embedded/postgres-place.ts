import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, readlink, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from '../../log.js';
import { copyPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { runToEnd, type UserIds } from './postgres-process.js';
import { StartError } from '../start-error.js';

/** Where the database cluster lies, the programs that serve it, and who runs them. */
export interface PostgresPlace {
  cluster: string;
  binaries: PostgresBinaries;
  /** Null: the user of this process. */
  user: UserIds | null;
}

/** Users that PostgreSQL may run as when this process is root's, in this order. */
const UNPRIVILEGED = ['custodia', 'postgres', 'nobody', 'daemon'];
/** Folders that another user can enter and that last: /tmp may be emptied at the next boot. */
const LASTING = ['/var/lib', '/var/tmp', tmpdir()];

/**
 * Decides where the cluster of a data folder lies. Usually that is `<dataDir>/postgres`. PostgreSQL refuses
 * to run as root, so root's is run by an unprivileged user; when that one cannot reach the data folder (it
 * lies under a home that only its owner may enter), the cluster goes to a folder beside it in the system and
 * `<dataDir>/postgres` becomes a link to it.
 *
 * @throws StartError when there is no such user or place, or when the link leads nowhere.
 */
export async function findPostgresPlace(
  dataDir: string,
  binaries: PostgresBinaries,
  log: Log,
): Promise<PostgresPlace> {
  const home = join(dataDir, 'postgres');
  const linked = await readlink(home).catch(() => null);
  if (linked !== null) await requireLinkedFolder(home, linked);
  const cluster = linked ?? home;
  if (process.getuid?.() !== 0) {
    await requireOwnCluster(cluster);
    return { cluster, binaries, user: null };
  }
  const user = await chooseUser(cluster);
  if (linked === null && (await letEnter(dataDir, user))) {
    return { cluster, binaries: await reachable(binaries, dataDir, user), user };
  }
  const elsewhere = linked ?? (await makePlaceElsewhere(dataDir, home, user, log));
  return { cluster: elsewhere, binaries: await reachable(binaries, dirname(elsewhere), user), user };
}

async function requireLinkedFolder(home: string, linked: string): Promise<void> {
  if (await stat(dirname(linked)).catch(() => null)) return;
  throw new StartError(
    `The database of this data folder lies in ${linked}, and that folder is gone. Put it back, or delete the ` +
      `link ${home} to start with an empty database.`,
  );
}

async function requireOwnCluster(cluster: string): Promise<void> {
  const owner = await stat(cluster).catch(() => null);
  if (owner === null || owner.uid === process.getuid?.()) return;
  throw new StartError(
    `The database in ${cluster} belongs to the user with id ${owner.uid}: start the server as that user or as root.`,
  );
}

/** The owner of an existing cluster, otherwise the first unprivileged user that the system knows. */
async function chooseUser(cluster: string): Promise<UserIds> {
  const owner = await lstat(cluster).catch(() => null);
  if (owner?.isDirectory() && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of UNPRIVILEGED) {
    const [, , uid, gid] = users.find((fields) => fields[0] === name) ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new StartError(
    'PostgreSQL refuses to run as root, and this system has no user to run it as (postgres, nobody). Start the ' +
      'server as an ordinary user, or set DATABASE_URL.',
  );
}

/** Opens the data folder itself (not what is in it, nor what it lies in) to the user's group, if that is enough. */
async function letEnter(dataDir: string, user: UserIds): Promise<boolean> {
  if (await canEnter(dataDir, user)) return true;
  if (!(await canEnter(dirname(dataDir), user))) return false;
  const { uid, mode } = await stat(dataDir);
  await chown(dataDir, uid, user.gid);
  await chmod(dataDir, (mode & 0o777) | 0o010);
  return canEnter(dataDir, user);
}

async function canEnter(folder: string, user: UserIds): Promise<boolean> {
  const { code } = await runToEnd('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user);
  return code === 0;
}

/** The programs where they are when the user can run them there, otherwise a copy under `place`. */
async function reachable(
  binaries: PostgresBinaries,
  place: string,
  user: UserIds,
): Promise<PostgresBinaries> {
  const { code } = await runToEnd(join(binaries.folder, 'bin', 'postgres'), ['--version'], user);
  return code === 0 ? binaries : copyPostgresBinaries(binaries, join(place, 'postgres-programs'));
}

async function makePlaceElsewhere(dataDir: string, home: string, user: UserIds, log: Log): Promise<string> {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  for (const parent of LASTING) {
    if (!(await canEnter(parent, user))) continue;
    // A new folder each time: one left by an earlier data folder of this path may belong to a backup of it.
    const place = await mkdtemp(join(parent, `custodia-${name}-`)).catch(() => null);
    if (place === null) continue;
    await chmod(place, 0o711);
    const cluster = join(place, 'postgres');
    await mkdir(cluster, { mode: 0o700 });
    await chown(cluster, user.uid, user.gid);
    await symlink(cluster, home);
    log.warn(
      { reason: cluster },
      'the database lies outside the data folder, where no other user can reach it',
    );
    return cluster;
  }
  throw new StartError(
    `PostgreSQL refuses to run as root, and no other user can enter ${dataDir} or any of ${LASTING.join(', ')}. ` +
      'Set DATA_DIR to a folder that others can enter, or set DATABASE_URL.',
  );
}
