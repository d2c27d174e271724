import { AppError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { Budget, Counters, Return, Rule, Taking } from './budget.js';
import { createMemoryCounters } from './memory-counters.js';

/** Each process counts for itself then: with a quarter of the attempts, four processes give no more than one. */
const STRICTNESS = 4;
/** Marks the keys of attempts that were counted in this process. */
const IN_PROCESS = 'process:';

export interface SafeCounters extends Counters {
  /** Whether the store failed when it was last asked. */
  isDegraded(): boolean;
  /** How often it failed. */
  failures(): number;
}

/**
 * Counters that never fail to count: while the store does, attempts are counted in this process, strictly. It is asked again
 * at each attempt, and says in the log when it begins and stops to fail. A request whose own time is up is no failure
 * of the store.
 *
 * @throws AppError TIMED_OUT when the request's time is up
 */
export function createSafeCounters({ store, log }: { store: Counters; log: Log }): SafeCounters {
  const memory = createMemoryCounters();
  let degraded = false;
  let failures = 0;

  function failed(error: unknown): void {
    if (error instanceof AppError && error.code === 'TIMED_OUT') throw error;
    failures += 1;
    if (!degraded) {
      log.error(
        { err: error },
        'The store of attempt counters fails: this process counts for itself, strictly',
      );
    }
    degraded = true;
  }

  function worked(): void {
    if (degraded) log.info({}, 'The store of attempt counters works again');
    degraded = false;
  }

  async function take(budgets: readonly Budget[], now: number): Promise<Taking> {
    try {
      const taking = await store.take(budgets, now);
      worked();
      return taking;
    } catch (error) {
      failed(error);
      return memory.take(
        budgets.map(({ key, rule }) => ({ key: IN_PROCESS + key, rule: strictly(rule) })),
        now,
      );
    }
  }

  /** An attempt goes back to where it was counted. */
  async function giveBack(returns: readonly Return[]): Promise<void> {
    const isHere = ({ key }: Return) => key.startsWith(IN_PROCESS);
    await memory.giveBack(returns.filter(isHere));
    const there = returns.filter((back) => !isHere(back));
    if (there.length > 0) await store.giveBack(there).then(worked, failed);
  }

  /** What is to be erased is erased, or the caller hears of it: this alone fails with the store. */
  async function erase(beginnings: readonly string[]): Promise<void> {
    await memory.erase(beginnings.map((beginning) => IN_PROCESS + beginning));
    await store.erase(beginnings);
  }

  return { take, giveBack, erase, isDegraded: () => degraded, failures: () => failures };
}

function strictly(rule: Rule): Rule {
  return { ...rule, free: Math.max(1, Math.floor(rule.free / STRICTNESS)) };
}
