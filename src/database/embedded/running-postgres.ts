import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMBEDDED_NAME } from './postgres-cluster.js';

/**
 * Where the embedded PostgreSQL of a running server listens, for the superuser; null when none runs on this data
 * folder. Reads `postmaster.pid` (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PORT) and the password beside it.
 */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const lines = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const password = await readFile(join(dataDir, 'postgres.password'), 'utf8').catch(() => '');
  const port = Number(lines.split('\n')[3]);
  if (!Number.isInteger(port) || port <= 0 || password.trim() === '') return null;
  return `postgresql://${EMBEDDED_NAME}:${password.trim()}@127.0.0.1:${port}/${EMBEDDED_NAME}`;
}
