import { AppError } from '../../errors.js';
import { SECOND } from '../../clock.js';

/** Assumed duration of one hash before the first has been measured, in milliseconds. */
const FIRST_GUESS_MS = 250;
/** Weight of the newest measurement in the moving average. */
const NEWEST_WEIGHT = 0.2;
const LONGEST_RETRY_SECONDS = 60;

export type HashQueue = ReturnType<typeof createHashQueue>;

interface HashQueueOptions {
  /** How many hashes are computed at once; more than the machine has cores gains nothing. */
  concurrency: number;
  /** How many may wait for their turn. */
  queueLimit: number;
}

/**
 * A bounded queue, first come first served, that every password computation passes through: each costs
 * memory and a core for a tenth of a second, so an unbounded number of them would take the server down.
 * The work itself must run off the event loop.
 */
export function createHashQueue({ concurrency, queueLimit }: HashQueueOptions) {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError('concurrency must be 1 or more');
  if (!Number.isInteger(queueLimit) || queueLimit < 0) throw new RangeError('queueLimit must be 0 or more');
  const waiting: (() => void)[] = [];
  let running = 0;
  let averageMs = FIRST_GUESS_MS;

  const retryAfterSeconds = () => {
    const drainMs = (averageMs * (running + waiting.length)) / concurrency;
    return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, Math.ceil(drainMs / SECOND)));
  };

  /** Waits for a turn; the one who leaves hands its place straight to the next, so nobody overtakes. */
  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= queueLimit) {
      throw new AppError('OVERLOADED', { retryAfterSeconds: retryAfterSeconds() });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    /**
     * Runs `work` when its turn comes and answers what it answers.
     * @throws AppError OVERLOADED, with an estimate of when to come again, when the queue is full.
     */
    async run<T>(work: () => Promise<T>): Promise<T> {
      await enter();
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        averageMs += NEWEST_WEIGHT * (performance.now() - startedAt - averageMs);
        leave();
      }
    },

    /** How much is being computed and how much waits, for metrics. */
    load: () => ({ running, waiting: waiting.length }),
  };
}
