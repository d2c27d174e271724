import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../clock.js';
import { AppError } from '../../errors.js';
import { KeyStoreError } from './key-store-error.js';

export interface BreakerLimits {
  /** Milliseconds for one try. */
  timeout: number;
  attempts: number;
  /** Milliseconds before the second try; each further one waits twice as long. */
  firstPause: number;
  /** Failed calls in a row after which none is made for a while. */
  failures: number;
  /** Milliseconds for which none is made. */
  rest: number;
  /** Calls under way at once; more are refused. */
  pending: number;
}

const LIMITS: BreakerLimits = {
  timeout: 2 * SECOND,
  attempts: 3,
  firstPause: 50,
  failures: 5,
  rest: 10 * SECOND,
  pending: 500,
};

export type CircuitBreaker = ReturnType<typeof createCircuitBreaker>;

/**
 * Stands between the server and a key store: bounded time and tries for each call, and after several failures in a
 * row no calls for a while, so that requests fail at once instead of piling up; then one call tries again for all.
 * An answer that refuses a value (any error but KeyStoreError) is an answer.
 */
export function createCircuitBreaker(limits: Partial<BreakerLimits> = {}) {
  const { timeout, attempts, firstPause, failures, rest, pending } = { ...LIMITS, ...limits };
  let failed = 0;
  let closedUntil = 0;
  let isProbing = false;
  let underWay = 0;

  /** @throws AppError OVERLOADED, with the time to wait, when the store gives no usable answer */
  async function call<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const isOpen = failed >= failures;
    if (underWay >= pending || (isOpen && (isProbing || performance.now() < closedUntil)))
      throw unavailable();
    underWay += 1;
    isProbing ||= isOpen;
    try {
      const result = await tryRepeatedly(operation, isOpen ? 1 : attempts);
      answered();
      return result;
    } catch (error) {
      if (!(error instanceof KeyStoreError)) {
        answered();
        throw error;
      }
      failed += 1;
      if (failed >= failures) closedUntil = performance.now() + rest;
      throw unavailable(error);
    } finally {
      underWay -= 1;
      if (isOpen) isProbing = false;
    }
  }

  async function tryRepeatedly<T>(operation: (signal: AbortSignal) => Promise<T>, tries: number): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await withinTime(operation);
      } catch (error) {
        if (!(error instanceof KeyStoreError) || !error.transient || attempt >= tries) throw error;
        await pause(firstPause * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
      }
    }
  }

  /** The time-out holds for clients too that do not heed the signal. */
  async function withinTime<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ending = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new KeyStoreError('timeout', true));
        ending.abort();
      }, timeout);
    });
    try {
      return await Promise.race([operation(ending.signal), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  function answered(): void {
    failed = 0;
  }

  function unavailable(cause?: unknown): AppError {
    const left = failed >= failures ? Math.max(0, closedUntil - performance.now()) : SECOND;
    return new AppError('OVERLOADED', { retryAfterSeconds: Math.max(1, Math.ceil(left / SECOND)), cause });
  }

  return { call };
}
