import type PgBoss from 'pg-boss';
import type { Pool } from 'pg';

export interface QueueOptions {
  /** Attempts after the first one. */
  retryLimit: number;
  /** Seconds before the first new attempt; each further wait is twice as long, with some chance in it. */
  retryDelaySeconds: number;
  /** Seconds that one attempt may take. Afterwards (or when its process died) another one starts. */
  expireInSeconds: number;
}

/** Any number that no other user of advisory locks takes in the same database: "jobs" in ASCII. */
const START_LOCK = 0x6a6f6273;

/** The queue in which a job of `name` ends when its attempts are used up. */
export function deadLetterOf(name: string): string {
  return `${name}.dead`;
}

/** Makes the queue and its dead letters, or brings the options of those that exist up to date. */
export async function prepareQueue(boss: PgBoss, name: string, options: QueueOptions): Promise<void> {
  const deadLetter = deadLetterOf(name);
  await boss.createQueue(deadLetter);
  const queue: PgBoss.Queue = {
    name,
    deadLetter,
    retryLimit: options.retryLimit,
    retryDelay: options.retryDelaySeconds,
    retryBackoff: true,
    expireInSeconds: options.expireInSeconds,
  };
  await boss.createQueue(name, queue);
  await boss.updateQueue(name, queue);
}

/**
 * Runs `work` while no other process does the same on this database. pg-boss' own lock covers its tables
 * only, and the loser of that race recognises it by the English text of an error; queues are partitions,
 * whose creation from several processes at once can deadlock.
 */
export async function withStartLock<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // The pool listens to idle connections only; unheard, the loss of this one would end the process.
  client.on('error', () => {});
  try {
    await client.query('SELECT pg_advisory_lock($1)', [START_LOCK]);
    return await work();
  } finally {
    // Ends the connection, and with it the lock, even when the unlock itself would fail.
    client.release(true);
  }
}
