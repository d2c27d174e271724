import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../../clock.js';

/** How long work that goes through many rows rests between them, and how it can be stopped. */
export interface Pace {
  /** Call once for each row that was worked on. Rests as long as the rate asks for. */
  step(): Promise<void>;
  /** Rests. @throws when stopped meanwhile */
  rest(milliseconds: number): Promise<void>;
  signal?: AbortSignal;
}

/** At most `rowsPerSecond` rows, evenly spread; null: as fast as it goes. */
export function createPace(rowsPerSecond: number | null, signal?: AbortSignal): Pace {
  let due = performance.now();
  const rest = async (milliseconds: number) => void (await sleep(milliseconds, undefined, { signal }));
  return {
    signal,
    rest,
    async step() {
      signal?.throwIfAborted();
      if (rowsPerSecond === null) return;
      const now = performance.now();
      due = Math.max(due, now - SECOND / 10) + SECOND / rowsPerSecond;
      if (due > now) await rest(due - now);
    },
  };
}
