import { setTimeout as pause } from 'node:timers/promises';

/** Repeats an assertion until it holds; after `milliseconds` its last failure is the test's. */
export async function eventually(assertion: () => unknown, milliseconds = 5_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
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
