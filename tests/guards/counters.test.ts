import pg from 'pg';
import { createDatabase, type Database } from '../../src/database/client.js';
import { withDeadline } from '../../src/database/request-deadline.js';
import { createLog } from '../../src/log.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import type { Counters, Rule } from '../../src/security/guard/budget.js';
import { createMemoryCounters } from '../../src/security/guard/memory-counters.js';
import { createPostgresCounters, discardExpiredCounts } from '../../src/security/guard/postgres-counters.js';
import { createRedisCounters, type RedisCounters } from '../../src/security/guard/redis-counters.js';
import { createSafeCounters } from '../../src/security/guard/safe-counters.js';
import { findRedis, startRedis, type RedisServer } from '../setup/redis-server.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

// What a store of counters promises, shown with each of them.

const START = Date.now();
const GROWING: Rule = { free: 3, firstDelay: 1_000, longestDelay: 5_000, memory: 60_000, window: false };
const WINDOW: Rule = { free: 2, firstDelay: 10_000, longestDelay: 10_000, memory: 10_000, window: true };

let database: TestDatabase;
let db: Database;
let redis: RedisServer | undefined;
let redisCounters: RedisCounters | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({
    url: database.url,
    privacy: createPrivacy({ keyRing: testKeyRing() }),
    poolSize: 10,
  });
  const path = findRedis();
  if (path !== null) {
    redis = await startRedis(path);
    redisCounters = createRedisCounters(redis.url);
    await redisCounters.connect();
  }
});
afterAll(async () => {
  redisCounters?.close();
  await redis?.stop();
  await db.$disconnect();
  await database.drop();
});

const STORES: [string, () => Counters | undefined][] = [
  ['memory', createMemoryCounters],
  ['PostgreSQL', () => createPostgresCounters(db)],
  ['Redis', () => redisCounters],
];

describe.each(STORES)('%s', (store, create) => {
  let counters: Counters;
  let serial = 0;
  const newKey = () => `${store}-${(serial += 1)}`;
  const isMissing = store === 'Redis' && findRedis() === null;
  if (isMissing) console.warn('Skipped without redis-server or valkey-server: counters in Redis.');
  beforeAll(() => {
    if (!isMissing) counters = create()!;
  });
  const property = isMissing ? test.skip : test;

  const take = (key: string, rule: Rule, now: number) => counters.take([{ key, rule }], now);

  property('lets the free attempts through, then one after each growing wait', async () => {
    const key = newKey();
    let now = START;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await take(key, GROWING, now)).toMatchObject({ admitted: true });
    }
    for (const wait of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      const refusal = { admitted: false, refusedBy: 0, openAt: now + wait };
      expect(await take(key, GROWING, now)).toEqual(refusal);
      expect(await take(key, GROWING, now + wait - 1)).toEqual(refusal);
      now += wait;
      expect(await take(key, GROWING, now)).toMatchObject({ admitted: true });
    }
  });

  property('forgets an attempt after its time', async () => {
    const key = newKey();
    for (let attempt = 0; attempt < 3; attempt += 1) await take(key, GROWING, START);
    const later = START + GROWING.memory;
    expect(await take(key, GROWING, later)).toEqual({ admitted: true, takes: [{ key, openAt: 0 }] });
  });

  property('counts windows from their first attempt', async () => {
    const key = newKey();
    await take(key, WINDOW, START);
    expect(await take(key, WINDOW, START + 9_000)).toMatchObject({ admitted: true });
    expect(await take(key, WINDOW, START + 9_999)).toMatchObject({ admitted: false, openAt: START + 10_000 });
    expect(await take(key, WINDOW, START + 10_000)).toMatchObject({ admitted: true });
  });

  property('takes from all budgets or from none', async () => {
    const [open, shut] = [newKey(), newKey()];
    for (let attempt = 0; attempt < 3; attempt += 1) await take(shut, GROWING, START);
    const both = [
      { key: open, rule: GROWING },
      { key: shut, rule: GROWING },
    ];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await counters.take(both, START)).toMatchObject({ admitted: false, refusedBy: 1 });
    }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await take(open, GROWING, START)).toMatchObject({ admitted: true });
    }
  });

  property('takes an attempt back, and what only it had shut is open again', async () => {
    const key = newKey();
    await take(key, GROWING, START);
    await take(key, GROWING, START);
    const last = await take(key, GROWING, START);
    if (!last.admitted) throw new Error('The third attempt is free.');
    await counters.giveBack(last.takes);
    expect(await take(key, GROWING, START)).toMatchObject({ admitted: true });
    await counters.giveBack([{ key, openAt: 17 }]); // not the attempt that shut it
    expect(await take(key, GROWING, START)).toMatchObject({ admitted: false });
  });

  property('forgets a key', async () => {
    const key = newKey();
    for (let attempt = 0; attempt < 3; attempt += 1) await take(key, GROWING, START);
    await counters.giveBack([{ key, openAt: null }]);
    expect(await take(key, GROWING, START)).toEqual({ admitted: true, takes: [{ key, openAt: 0 }] });
  });

  property('admits no more than the budget of 200 attempts at once', async () => {
    const budgets = [
      { key: newKey(), rule: GROWING },
      { key: newKey(), rule: { ...GROWING, free: 50 } },
    ];
    const takings = await Promise.all(Array.from({ length: 200 }, () => counters.take(budgets, START)));
    expect(takings.filter(({ admitted }) => admitted)).toHaveLength(3);
  });

  property('erases what begins so, and nothing else', async () => {
    const [about, beside] = [`${store}-A.`, `${store}-AB.`];
    const rule = { ...GROWING, free: 1 };
    for (const key of [`${about}1`, `${about}2`, `${beside}1`]) await take(key, rule, START);
    await counters.erase([about, `${store}-C.`]);
    expect((await take(`${about}1`, rule, START)).admitted).toBe(true);
    expect((await take(`${about}2`, rule, START)).admitted).toBe(true);
    expect((await take(`${beside}1`, rule, START)).admitted).toBe(false);
  });

  property('is not blocked by successes among the attempts', async () => {
    const budgets = [newKey(), newKey(), newKey()].map((key) => ({ key, rule: { ...GROWING, free: 1_000 } }));
    const attempt = async (index: number) => {
      const taking = await counters.take(budgets, START);
      if (!taking.admitted) throw new Error('There is room for all.');
      const back = index % 2 === 0 ? taking.takes : taking.takes.map(({ key }) => ({ key, openAt: null }));
      await counters.giveBack(back);
    };
    await Promise.all(Array.from({ length: 100 }, (_attempt, index) => attempt(index)));
  });
});

test('what PostgreSQL holds for nothing is discarded', async () => {
  const counters = createPostgresCounters(db);
  await counters.take([{ key: 'old', rule: WINDOW }], START - 20_000);
  await counters.take([{ key: 'young', rule: WINDOW }], START);
  await discardExpiredCounts(db, START - 1);
  expect(await db.attemptCounter.count({ where: { key: { in: ['old', 'young'] } } })).toBe(1);
});

test('a request whose own time is up is no failure of the store: it ends, and nothing is counted anywhere else', async () => {
  const safe = createSafeCounters({ store: createPostgresCounters(db), log: createLog('silent') });
  const owner = new pg.Client(database.ownerUrl);
  owner.on('error', () => undefined);
  await owner.connect();
  await owner.query('BEGIN');
  await owner.query('LOCK TABLE attempt_counters IN ACCESS EXCLUSIVE MODE');
  let taking: Promise<unknown> = Promise.resolve();
  const request = withDeadline(200, () => (taking = safe.take([{ key: 'late', rule: WINDOW }], START)));
  await expect(request).rejects.toMatchObject({ code: 'TIMED_OUT' });
  await expect(taking).rejects.toMatchObject({ code: 'TIMED_OUT' });
  expect([safe.isDegraded(), safe.failures()]).toEqual([false, 0]);
  await owner.end();
});
