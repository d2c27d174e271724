import type PgBoss from 'pg-boss';
import { MINUTE, SECOND } from '../clock.js';
import type { Log } from '../log.js';
import { createJobRunner, type JobHandler } from './job-runner.js';
import { deadLetterOf, prepareQueue, type QueueOptions } from './queues.js';
import { createWorker, type JobData } from './worker.js';

export interface HandlerOptions extends Partial<QueueOptions> {
  /** Jobs of this name that one process runs at the same time; 1 when left out. */
  concurrency?: number;
  /** Clears up after a job that will not be tried again. */
  onDead?: (data: JobData) => Promise<void>;
}

/** About six hours of attempts: 5 s, 10 s, 20 s … doubled each time, with some chance in it. */
const DEFAULTS: QueueOptions = { retryLimit: 11, retryDelaySeconds: 5, expireInSeconds: 60 };

/** Nobody waits for a dead letter. */
const DEAD_LETTER_INTERVAL = MINUTE;

export interface ConsumerOptions {
  boss: PgBoss;
  name: string;
  handler: JobHandler;
  options: HandlerOptions;
  log: Log;
  /** Milliseconds. */
  pollInterval: number;
}

export type Consumer = ReturnType<typeof createConsumer>;

/** Everything that works off the jobs of one name: the queue, its worker, and one for its dead letters. */
export function createConsumer({ boss, name, handler, options, log, pollInterval }: ConsumerOptions) {
  const queue: QueueOptions = {
    retryLimit: options.retryLimit ?? DEFAULTS.retryLimit,
    retryDelaySeconds: options.retryDelaySeconds ?? DEFAULTS.retryDelaySeconds,
    expireInSeconds: options.expireInSeconds ?? DEFAULTS.expireInSeconds,
  };
  const deadName = deadLetterOf(name);
  const deadRunner = createJobRunner({
    boss,
    name: deadName,
    handler: async (data, { jobId }) => {
      log.error({ job: name, jobId }, 'A job was given up: see the warnings about its attempts');
      await options.onDead?.(data);
    },
    expireInSeconds: (5 * MINUTE) / SECOND,
    log,
  });
  const deadWorker = createWorker({
    fetch: fetchFrom(boss, deadName),
    run: (job) => deadRunner.run(job),
    concurrency: 1,
    pollInterval: DEAD_LETTER_INTERVAL,
  });
  const runner = createJobRunner({
    boss,
    name,
    handler,
    expireInSeconds: queue.expireInSeconds,
    log,
    onDead: () => deadWorker.expectSoon(),
  });
  const worker = createWorker({
    fetch: fetchFrom(boss, name),
    run: (job) => runner.run(job),
    concurrency: options.concurrency ?? 1,
    pollInterval,
  });

  return {
    prepare: () => prepareQueue(boss, name, queue),
    start(): void {
      worker.start();
      deadWorker.start();
    },
    expectSoon: () => worker.expectSoon(),
    /** Takes no more jobs; resolves when none runs any more. */
    async stop(): Promise<void> {
      await Promise.all([worker.stop(), deadWorker.stop()]);
    },
    /** Gives back what still runs. */
    async abandon(): Promise<void> {
      await runner.abandon(worker.runningIds());
      await deadRunner.abandon(deadWorker.runningIds());
    },
  };
}

function fetchFrom(boss: PgBoss, name: string) {
  return (limit: number) => boss.fetch<JobData>(name, { batchSize: limit, includeMetadata: true });
}
