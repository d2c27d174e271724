import { after, type Clock } from '../../src/clock.js';

export interface MovableClock extends Clock {
  /** Moves the clock by this many milliseconds. */
  advance(milliseconds: number): void;
}

/** A clock that stands still until a test moves it. Starts at the real time, so that stored times make sense. */
export function movableClock(start: Date = new Date()): MovableClock {
  let now = start;
  return {
    now: () => now,
    advance: (milliseconds) => {
      now = after(now, milliseconds);
    },
  };
}
