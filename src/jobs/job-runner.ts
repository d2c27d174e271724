import type PgBoss from 'pg-boss';
import { SECOND } from '../clock.js';
import type { Log } from '../log.js';
import { describeFailure, PermanentFailure } from './job-failure.js';
import { deadLetterOf } from './queues.js';
import type { FetchedJob, JobData } from './worker.js';

interface JobContext {
  jobId: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** Aborted when the attempt's time is over or the process stops. */
  signal: AbortSignal;
}

/** Does the work of a job. May run more than once for one job, so its effect must bear repetition. */
export type JobHandler<Data extends JobData = JobData> = (data: Data, job: JobContext) => Promise<void>;

export interface JobRunnerOptions {
  boss: PgBoss;
  name: string;
  handler: JobHandler;
  expireInSeconds: number;
  log: Log;
  /** Called when the job has just ended in the dead letters. */
  onDead?: () => void;
}

/** Runs one job at a time of queue `name` to its recorded end. */
export function createJobRunner({ boss, name, handler, expireInSeconds, log, onDead }: JobRunnerOptions) {
  const controllers = new Set<AbortController>();

  async function run(job: FetchedJob): Promise<void> {
    const attempt = job.retryCount + 1;
    const about = { job: name, jobId: job.id, attempt };
    const controller = new AbortController();
    controllers.add(controller);
    try {
      const outcome = await attemptOnce(job, attempt, controller);
      if (controller.signal.reason === 'stopped') return; // given back by `abandon`
      await record(job, outcome, about);
    } catch (err) {
      // The job stays active and starts again when its time is over.
      log.warn({ ...about, err }, 'The end of a job could not be recorded');
    } finally {
      controllers.delete(controller);
    }
  }

  async function attemptOnce(job: FetchedJob, attempt: number, controller: AbortController) {
    const { signal } = controller;
    const timer = setTimeout(() => controller.abort('expired'), expireInSeconds * SECOND);
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new JobAborted(String(signal.reason))), { once: true });
    });
    aborted.catch(() => {}); // a stop after the handler's end concerns nobody
    try {
      await Promise.race([handler(job.data, { jobId: job.id, attempt, signal }), aborted]);
      return { succeeded: true } as const;
    } catch (err) {
      return { succeeded: false, err } as const;
    } finally {
      clearTimeout(timer);
    }
  }

  async function record(job: FetchedJob, outcome: { succeeded: boolean; err?: unknown }, about: object) {
    if (outcome.succeeded) {
      await boss.complete(name, job.id);
      return;
    }
    const { err } = outcome;
    const note = describeFailure(err);
    if (err instanceof PermanentFailure) {
      // Under the job's own id, so that a repetition after a crash in between changes nothing.
      await boss.send(deadLetterOf(name), job.data, { id: job.id });
      await boss.complete(name, job.id, note);
      log.warn({ ...about, reason: err.reason, err }, 'A job failed and will not be tried again');
      onDead?.();
      return;
    }
    await boss.fail(name, job.id, note);
    const isLast = job.retryCount >= job.retryLimit;
    log.warn({ ...about, err }, isLast ? 'The last attempt of a job failed' : 'An attempt of a job failed');
    if (isLast) onDead?.();
  }

  return {
    run,
    /** Gives jobs that still run back to the queue and tells their handlers to end. */
    async abandon(ids: string[]): Promise<void> {
      for (const id of ids) await boss.fail(name, id, { name: 'JobAborted' });
      for (const controller of controllers) controller.abort('stopped');
    },
  };
}

class JobAborted extends Error {
  constructor(readonly code: string) {
    super('The attempt was given up');
    this.name = 'JobAborted';
  }
}
