import type { Log } from '../log.js';

export type StopList = ReturnType<typeof createStopList>;

/** What was started; `stopAll` ends it in the reverse order, whatever fails on the way. It never rejects. */
export function createStopList(log: Log) {
  const stops: { part: string; stop: () => unknown }[] = [];
  return {
    /** @param stop ends the part, or resolves when it has ended */
    add: (part: string, stop: () => unknown) => void stops.push({ part, stop }),
    async stopAll(): Promise<void> {
      for (const { part, stop } of stops.splice(0).reverse()) {
        try {
          await stop();
        } catch (err) {
          log.error({ err, reason: part }, 'A part did not stop cleanly');
        }
      }
    },
  };
}
