import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import { findCommand, findStartMark, waitUntil } from './running-process.js';
import { StartError } from '../start-error.js';

/** What a running PostgreSQL writes into its data folder. */
export interface Postmaster {
  pid: number;
  isReady: boolean;
}

/** Reads `postmaster.pid` (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*); null when there is none. */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, isReady: lines[7]?.trim() === 'ready' };
}

/**
 * Ends what an earlier server left behind in a cluster: a PostgreSQL that outlived it, worker processes
 * that outlived their PostgreSQL, and a stale `postmaster.pid`. The caller holds the lock of the data folder, so
 * nobody else is using any of them.
 *
 * @throws StartError when a process does not end within 20 seconds.
 */
export async function clearPredecessor(cluster: string, log: Log): Promise<void> {
  const left = await findPostmaster(cluster);
  if (left !== null && (await servesCluster(left.pid, cluster))) {
    log.warn({ pid: left.pid }, 'stopping the database that an earlier server left running');
    await endProcess(left.pid, ['SIGINT', 'SIGQUIT', 'SIGKILL']);
  }
  // A PostgreSQL that was killed leaves workers that hold its shared memory until they notice.
  for (const pid of await findWorkers(cluster)) await endProcess(pid, ['SIGQUIT', 'SIGKILL']);
  // PostgreSQL would take any living process with the id in a stale file for its predecessor.
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** Whether the process is a PostgreSQL of this very cluster, and not another program that got its id. */
async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  const command = await findCommand(pid);
  if (command === null || !command.includes('postgres')) return false;
  return folder === null ? command.includes(cluster) : folder === cluster;
}

/** PostgreSQL's processes work in their data folder. Empty where there is no /proc. */
async function findWorkers(cluster: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 1);
  const found: number[] = [];
  for (const pid of pids) {
    if ((await readlink(`/proc/${pid}/cwd`).catch(() => null)) !== cluster) continue;
    if (await servesCluster(pid, cluster)) found.push(pid);
  }
  return found;
}

/** Sends one signal after the other until the process is gone. */
async function endProcess(pid: number, signals: NodeJS.Signals[]): Promise<void> {
  const isGone = async () => (await findStartMark(pid)) === null;
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      break;
    }
    if (await waitUntil(isGone, 6_000)) return;
  }
  throw new StartError(
    `A PostgreSQL of an earlier server still runs (process ${pid}) and could not be ended.`,
  );
}
