import { Redis } from 'ioredis';
import { SECOND } from '../../clock.js';
import type { Counters } from './budget.js';

const PREFIX = 'custodia:guard:';

export interface RedisCounters extends Counters {
  /** Rejects while the server is not there; the client goes on trying. */
  connect(): Promise<void>;
  close(): void;
}

/**
 * Counts in Redis or Valkey: one script an attempt. A server that is not there or does not answer within a second
 * is an error at once: nobody's sign-in waits for it.
 */
export function createRedisCounters(url: string): RedisCounters {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2 * SECOND,
    commandTimeout: SECOND,
    retryStrategy: (times) => Math.min(times * 200, 2 * SECOND),
  });
  // Each command that fails says so to its caller; without a listener the client would print every lost connection.
  redis.on('error', () => undefined);

  return {
    async take(budgets, now) {
      const keys = budgets.map(({ key }) => PREFIX + key);
      const rules = budgets.flatMap(({ rule }) => [
        rule.free,
        rule.firstDelay,
        rule.longestDelay,
        rule.memory,
        rule.window ? 1 : 0,
      ]);
      const answer = (await redis.eval(TAKE, keys.length, ...keys, now, ...rules)) as number[];
      const [refused = 0, ...openings] = answer.map(Number);
      if (refused > 0) return { admitted: false, refusedBy: refused - 1, openAt: openings[0] ?? now };
      return {
        admitted: true,
        takes: budgets.map(({ key }, index) => ({ key, openAt: openings[index] ?? 0 })),
      };
    },

    async giveBack(returns) {
      const keys = returns.map(({ key }) => PREFIX + key);
      await redis.eval(GIVE_BACK, keys.length, ...keys, ...returns.map(({ openAt }) => openAt ?? -1));
    },

    async erase(beginnings) {
      if (redis.status === 'wait') await redis.connect();
      for (const beginning of beginnings) {
        const found = redis.scanStream({ match: `${PREFIX}${beginning}*`, count: 1_000 });
        for await (const keys of found as AsyncIterable<string[]>)
          if (keys.length > 0) await redis.unlink(keys);
      }
    },

    connect: async () => {
      if (redis.status === 'wait') await redis.connect();
    },
    close: () => redis.disconnect(),
  };
}

/** `countAttempt()` for each key, once none of them is shut; a script runs alone. */
const TAKE = `
local now = tonumber(ARGV[1])
local held = {}
for i, key in ipairs(KEYS) do
  local stored = redis.call('HMGET', key, 'count', 'open', 'expires')
  local count, open, expires = tonumber(stored[1]) or 0, tonumber(stored[2]) or 0, tonumber(stored[3]) or 0
  if expires <= now then count, open, expires = 0, 0, 0 end
  if open > now then return { i, open } end
  held[i] = { count = count, expires = expires }
end
local answer = { 0 }
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 5 + 2
  local free, first, longest = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local memory, window = tonumber(ARGV[at + 3]), ARGV[at + 4] == '1'
  local count = held[i].count + 1
  local expires = now + memory
  if window and held[i].expires > 0 then expires = held[i].expires end
  local open = 0
  if count >= free then
    open = now + math.min(longest, first * 2 ^ math.min(count - free, 30))
    if window then open = expires end
  end
  redis.call('HSET', key, 'count', count, 'open', string.format('%.0f', open), 'expires', string.format('%.0f', expires))
  redis.call('PEXPIRE', key, string.format('%.0f', expires - now))
  answer[i + 1] = open
end
return answer`;

const GIVE_BACK = `
for i, key in ipairs(KEYS) do
  if ARGV[i] == '-1' then
    redis.call('DEL', key)
  elseif redis.call('EXISTS', key) == 1 then
    local stored = redis.call('HMGET', key, 'count', 'open')
    redis.call('HSET', key, 'count', math.max(0, tonumber(stored[1]) - 1))
    if stored[2] == ARGV[i] then redis.call('HSET', key, 'open', '0') end
  end
end
return 0`;
