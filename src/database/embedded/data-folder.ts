import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findStartMark } from './running-process.js';
import { StartError } from '../start-error.js';

export interface DataFolderLock {
  release: () => Promise<void>;
}

/** A process, told apart from a later one with the same id. */
interface Holder {
  pid: number;
  startMark: string | null;
}

const ATTEMPTS = 20;

/**
 * Makes the data folder (for its owner only) and claims it for this process. The claim of a process that is
 * gone is taken over, also when another program has its id by now.
 *
 * @throws StartError naming folder and process when another server works on it, or when it cannot be written.
 */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const path = join(dataDir, 'server.lock');
  const claim = JSON.stringify({ pid: process.pid, startMark: await findStartMark(process.pid) });
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeDraft(dataDir, draft, claim);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await linkUnlessThere(draft, path)) return { release: () => release(path, claim) };
      await refuseOrClear(path, dataDir);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new StartError(`Other servers are starting on the data folder ${dataDir} at this moment; try again.`);
}

async function writeDraft(dataDir: string, draft: string, claim: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeFile(draft, claim, { mode: 0o600, flush: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartError(
      `The data folder ${dataDir} cannot be written (${code}). Set DATA_DIR to one that can.`,
      {
        cause,
      },
    );
  }
}

/** A link appears with its content in one step, and never replaces what is there. */
async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function refuseOrClear(path: string, dataDir: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => null);
  if (found === null) return;
  const holder = parseHolder(found);
  if (holder !== null && (await isAlive(holder))) {
    throw new StartError(
      `Another Custodia server (process ${holder.pid}) works on the data folder ${dataDir}. Stop it first, or ` +
        'give this one another folder with DATA_DIR.',
    );
  }
  await clearStale(path, found);
}

async function isAlive(holder: Holder): Promise<boolean> {
  const mark = await findStartMark(holder.pid);
  return mark !== null && (holder.startMark === null || mark === holder.startMark);
}

/** Of several that find the same stale claim one moves it away; a claim made meanwhile goes back to its place. */
async function clearStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale-${randomBytes(4).toString('hex')}`;
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!isMoved) return;
  if ((await readFile(aside, 'utf8')) !== stale) {
    await linkUnlessThere(aside, path);
    await sleep(50);
  }
  await rm(aside, { force: true });
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, startMark } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && Number(pid) > 0
      ? { pid: Number(pid), startMark: startMark ?? null }
      : null;
  } catch {
    return null;
  }
}

async function release(path: string, claim: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => null)) === claim) await rm(path, { force: true });
}
