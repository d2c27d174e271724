import { setTimeout } from 'node:timers/promises';

/** Longer than the work for a known address usually takes, shorter than a person notices; milliseconds. */
const PACE = 200;

/**
 * Does `work` and answers no sooner than a fixed time after being asked: an operation that has work for some
 * addresses only must not tell by its duration which ones those are.
 */
export async function atEvenPace<T>(work: () => Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([work(), setTimeout(PACE)]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/** A refusal waits for the next multiple of this since the request came; milliseconds. */
const BEAT = 100;

/**
 * Waits for the next beat since `startedAt` (of performance.now()): what took a little longer or shorter ends at
 * the same moment. For operations whose usual time is not known beforehand, since it hangs on the cost of hashing.
 */
export async function untilNextBeat(startedAt: number): Promise<void> {
  const elapsed = performance.now() - startedAt;
  await setTimeout(BEAT - (elapsed % BEAT));
}
