import PgBoss from 'pg-boss';
import { DAY, HOUR, MINUTE, SECOND } from '../clock.js';
import { endPool } from '../database/end-pool.js';
import type { Log } from '../log.js';
import { createConsumer, type Consumer, type HandlerOptions } from './consumer.js';
import { createJobPool, overPool, overTransaction, type SqlTransaction } from './job-database.js';
import type { JobHandler } from './job-runner.js';
import { withStartLock } from './queues.js';
import type { JobData } from './worker.js';

export interface JobsOptions {
  databaseUrl: string;
  log: Log;
  /** Milliseconds between two looks at an empty queue. */
  pollInterval?: number;
  /** Seconds between two rounds that give expired jobs back and clear finished ones away. */
  maintenanceIntervalSeconds?: number;
}

export interface EnqueueOptions {
  /** Not to be run before this moment. */
  startAfter?: Date;
  /** Not where one of this name and key was enqueued in the same span of so many seconds, whatever became of it. */
  once?: { key: string; seconds: number };
}

export type Jobs = ReturnType<typeof createJobs>;

/**
 * Background work in PostgreSQL (pg-boss, schema `pgboss`): a job is enqueued in the transaction whose
 * consequence it is and runs at least once, in one process at a time. A failed attempt is repeated with
 * growing delay; a job that used up its attempts is logged and goes to the dead letters.
 * Handlers and schedules are declared before `start`.
 */
export function createJobs(options: JobsOptions) {
  const { databaseUrl, log, pollInterval = SECOND, maintenanceIntervalSeconds = 30 } = options;
  const pool = createJobPool(databaseUrl, log);
  const boss = createBoss(overPool(pool, log), maintenanceIntervalSeconds);
  const consumers = new Map<string, Consumer>();
  const schedules: { name: string; cron: string; data: JobData }[] = [];
  let state: 'new' | 'running' | 'stopping' = 'new';

  boss.on('error', (err) => {
    if (state === 'running') log.warn({ err }, 'The upkeep of jobs failed; it is tried again');
  });

  function requireState(wanted: typeof state): void {
    if (state !== wanted) throw new Error(`The jobs are ${state}, not ${wanted}.`);
  }

  async function prepare(): Promise<void> {
    await withStartLock(pool, async () => {
      await boss.start();
      for (const consumer of consumers.values()) await consumer.prepare();
      for (const { name, cron, data } of schedules) await boss.schedule(name, cron, data);
    });
  }

  return {
    /** Declares who does the jobs of this name. */
    handle(name: string, handler: JobHandler, handlerOptions: HandlerOptions = {}): void {
      requireState('new');
      if (consumers.has(name)) throw new Error(`The job ${name} has a handler already.`);
      consumers.set(
        name,
        createConsumer({ boss, name, handler, options: handlerOptions, log, pollInterval }),
      );
    },

    /** Declares that a job of this name is enqueued at the times of `cron` (five fields, UTC), once for all processes. */
    schedule(name: string, cron: string, data: JobData = {}): void {
      requireState('new');
      schedules.push({ name, cron, data });
    },

    /**
     * Enqueues a job in the caller's transaction. `data` holds ids, never personal data. Throws when no
     * process has ever declared a handler for this name.
     */
    async enqueue(
      tx: SqlTransaction,
      name: string,
      data: JobData,
      { startAfter, once }: EnqueueOptions = {},
    ): Promise<void> {
      const id = await boss.send(name, data, {
        ...(startAfter && { startAfter }),
        ...(once && { singletonKey: once.key, singletonSeconds: once.seconds }),
        db: overTransaction(tx),
      });
      if (id === null && once) return;
      if (id === null) throw new Error(`There is no queue for the job ${name}.`);
      consumers.get(name)?.expectSoon();
    },

    /** Makes tables and queues where they are missing, so that jobs can be enqueued; several processes may do so at once. */
    prepare,

    /** Prepares, and starts to work. */
    async start(): Promise<void> {
      requireState('new');
      await prepare();
      state = 'running';
      for (const consumer of consumers.values()) consumer.start();
    },

    /**
     * Takes no more jobs, waits up to `timeout` milliseconds for those that run, gives the rest back to
     * the queue and closes the connections.
     */
    async stop({ timeout = 5 * SECOND }: { timeout?: number } = {}): Promise<void> {
      if (state === 'stopping') return;
      state = 'stopping';
      const all = [...consumers.values()];
      const done = await endsWithin(timeout, Promise.all(all.map((consumer) => consumer.stop())));
      if (!done) await abandonAll(all, log);
      await boss.stop({ graceful: false });
      await endsWithin(2 * SECOND, endPool(pool));
    },
  };
}

function createBoss(db: PgBoss.Db, maintenanceIntervalSeconds: number): PgBoss {
  return new PgBoss({
    db,
    schema: 'pgboss',
    maintenanceIntervalSeconds,
    archiveCompletedAfterSeconds: (10 * MINUTE) / SECOND,
    archiveFailedAfterSeconds: DAY / SECOND,
    deleteAfterHours: DAY / HOUR,
  });
}

async function abandonAll(consumers: Consumer[], log: Log): Promise<void> {
  try {
    for (const consumer of consumers) await consumer.abandon();
  } catch (err) {
    log.warn(
      { err },
      'Jobs that were running could not be given back; they start again when their time is over',
    );
  }
}

/** Whether `work` ends within `milliseconds`; rejects as it does. */
async function endsWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
