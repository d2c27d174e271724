import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../src/database/generated/client.js';
import { createJobs, type Jobs, type JobsOptions } from '../../src/jobs/jobs.js';
import { createLog, type Log } from '../../src/log.js';
import { createTestDatabase } from '../setup/test-database.js';

/** A database with a client, and jobs as several processes would have them; `close` stops all. */
export async function createJobSetup() {
  const database = await createTestDatabase();
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url }),
    transactionOptions: { maxWait: 30_000, timeout: 60_000 }, // for a machine that does much else besides
  });
  const started: Jobs[] = [];
  const { log, lines } = createRecordingLog();
  return {
    url: database.url,
    db,
    lines,
    /** The jobs of one process, not yet started. */
    newProcess(options: Partial<JobsOptions> = {}): Jobs {
      const jobs = createJobs({ databaseUrl: database.url, log, pollInterval: 50, ...options });
      started.push(jobs);
      return jobs;
    },
    async close(): Promise<void> {
      await Promise.all(started.map((jobs) => jobs.stop({ timeout: 0 })));
      await db.$disconnect();
      await database.drop();
    },
  };
}

export function createRecordingLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { log: createLog('trace', destination), lines };
}

/** Resolves when `isTrue` is; rejects after a minute. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 2_400; attempt += 1) {
    if (await isTrue()) return;
    await sleep(25);
  }
  throw new Error('It did not happen within a minute.');
}
