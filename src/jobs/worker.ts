import type PgBoss from 'pg-boss';

/** Ids and small numbers: what a job is about is read from the tables when it runs. Never personal data. */
export type JobData = Record<string, string | number | boolean>;

export type FetchedJob = PgBoss.JobWithMetadata<JobData>;

export interface WorkerOptions {
  /** Takes at most `limit` jobs off the queue; answers with none when the database is away. */
  fetch: (limit: number) => Promise<FetchedJob[]>;
  /** Runs one job and records its end. Never rejects. */
  run: (job: FetchedJob) => Promise<void>;
  /** Jobs that may run here at the same time. */
  concurrency: number;
  /** Milliseconds between two looks at an empty queue. */
  pollInterval: number;
}

/** How long after an enqueue its commit is looked for eagerly, and how often; milliseconds. */
const EXPECTANT_PERIOD = 1_000;
const EXPECTANT_INTERVAL = 50;

/**
 * The loop that takes jobs off one queue. It stands in for pg-boss' own workers, which do not await the
 * record of a job's end: a connection lost there is an unhandled rejection that ends the process, and a
 * stop could close the pool before a finished job is recorded, so that it would run again.
 */
export function createWorker({ fetch, run, concurrency, pollInterval }: WorkerOptions) {
  const running = new Map<string, Promise<void>>();
  let stopping = false;
  let expectantUntil = 0;
  let wake = () => {};
  let loop = Promise.resolve();

  async function work(): Promise<void> {
    while (!stopping) {
      const free = concurrency - running.size;
      const jobs = free > 0 ? await fetch(free) : [];
      for (const job of jobs) {
        running.set(
          job.id,
          run(job).finally(() => leave(job.id)),
        );
      }
      if (jobs.length === 0) await pause();
    }
  }

  function leave(id: string): void {
    running.delete(id);
    wake();
  }

  function pause(): Promise<void> {
    if (stopping) return Promise.resolve();
    const milliseconds = Date.now() < expectantUntil ? EXPECTANT_INTERVAL : pollInterval;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    start(): void {
      loop = work();
    },
    /** A job was enqueued in a transaction that will commit any moment now: look more often for a while. */
    expectSoon(): void {
      expectantUntil = Date.now() + EXPECTANT_PERIOD;
      wake();
    },
    /** Takes no more jobs; resolves when those that run have ended. */
    async stop(): Promise<void> {
      stopping = true;
      wake();
      await loop;
      await Promise.all(running.values());
    },
    /** Ids of the jobs that run at this moment. */
    runningIds: (): string[] => [...running.keys()],
  };
}
