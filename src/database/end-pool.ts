import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { SECOND } from '../clock.js';

/** A connection that is not closed by then is left to itself. */
const PATIENCE = 2 * SECOND;

/**
 * Ends a pool and returns once its connections have closed; `Pool.end` itself returns as soon as they were asked to. A
 * PostgreSQL that is stopped next would cut them, and each would be reported as one that failed.
 *
 * @param end the pool's own way to end
 */
export async function endPool(pool: pg.Pool, end: () => Promise<void> = () => pool.end()): Promise<void> {
  let open = pool.totalCount;
  const closed = new Promise<void>((resolve) => {
    if (open === 0) return resolve();
    pool.on('remove', () => {
      open -= 1;
      if (open === 0) resolve();
    });
  });
  await end();
  const waiting = new AbortController();
  const patience = sleep(PATIENCE, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([closed, patience]);
  waiting.abort();
}
