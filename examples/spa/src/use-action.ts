import { useState } from 'react';
import { readProblem, type Problem } from './problem.js';

/** Something that a form or button does: whether it is under way, and what went wrong the last time. */
export function useAction<Given extends unknown[]>(work: (...given: Given) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function run(...given: Given): Promise<boolean> {
    setBusy(true);
    setProblem(null);
    try {
      await work(...given);
      return true;
    } catch (error) {
      setProblem(readProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { run, busy, problem };
}
