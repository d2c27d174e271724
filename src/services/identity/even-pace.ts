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
