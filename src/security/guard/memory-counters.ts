import { LRUCache } from 'lru-cache';
import { countAttempt, type Count, type Counters } from './budget.js';

/** More keys than this push the oldest out; some 20 MB. */
const MOST_KEYS = 100_000;

/** Counts in the memory of this process only: for when the store that processes share fails. */
export function createMemoryCounters(): Counters {
  const counts = new LRUCache<string, Count>({ max: MOST_KEYS });
  return {
    async take(budgets, now) {
      const isShut = ({ key }: { key: string }) => openingOf(counts.get(key), now) > now;
      const refusedBy = budgets.findIndex(isShut);
      const refusing = budgets[refusedBy];
      if (refusing) {
        return { admitted: false, refusedBy, openAt: openingOf(counts.get(refusing.key), now) };
      }
      const takes = budgets.map(({ key, rule }) => {
        const count = countAttempt(counts.get(key) ?? null, rule, now);
        counts.set(key, count);
        return { key, openAt: count.openAt };
      });
      return { admitted: true, takes };
    },

    async giveBack(returns) {
      for (const { key, openAt } of returns) {
        const held = counts.get(key);
        if (openAt === null) counts.delete(key);
        else if (held) {
          const reopened = held.openAt === openAt ? 0 : held.openAt;
          counts.set(key, { ...held, count: Math.max(0, held.count - 1), openAt: reopened });
        }
      }
    },

    async erase(beginnings) {
      for (const key of [...counts.keys()]) {
        if (beginnings.some((beginning) => key.startsWith(beginning))) counts.delete(key);
      }
    },
  };
}

function openingOf(held: Count | undefined, now: number): number {
  return held && held.expiresAt > now ? held.openAt : 0;
}
