import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Bytes; one worker of the tests takes up to 80 MiB there. */
const FOR_A_WORKER = 256 * 2 ** 20;
const SPACE = (availableParallelism() + 2) * FOR_A_WORKER;

/**
 * Makes a folder in memory for the temporary files of this run, where the machine has room for it, and null elsewhere:
 * tests make and drop hundreds of databases, whose files take more time on a disk than all that is done with them.
 */
export function makeTemporaryFolder(): string | null {
  if (!hasRoom()) return null;
  const folder = mkdtempSync(join(MEMORY, 'custodia-run-'));
  chmodSync(folder, 0o1777); // as /tmp: under root, PostgreSQL and some servers run as other users
  if (runsPrograms(folder)) return folder;
  rmSync(folder, { recursive: true });
  return null;
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= SPACE && process.availableMemory() >= 3 * SPACE;
  } catch {
    return false;
  }
}

/** Containers often mount it so that nothing in it runs; the embedded PostgreSQL may have to. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, 'program');
  try {
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    execFileSync(program);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(program, { force: true });
  }
}
