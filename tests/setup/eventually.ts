import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for a machine that does much else besides: only a test that fails waits so long. Milliseconds. */
const LIMIT = 60_000;

/** Repeats an assertion until it holds; after a minute its last failure is the test's. */
export async function eventually(assertion: () => unknown): Promise<void> {
  const deadline = performance.now() + LIMIT;
  for (;;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(10);
    }
  }
}
