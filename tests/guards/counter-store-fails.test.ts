import pg from 'pg';
import { Writable } from 'node:stream';
import { PASSWORD } from '../setup/full-server.js';
import { findFreePort } from '../setup/server-process.js';
import { findRedis, startRedis } from '../setup/redis-server.js';
import { eventually } from '../setup/eventually.js';
import { startGuardedServer, type GuardedServer } from './guarded-server.js';

/** A quarter of five, rounded down. */
const STRICT_BUDGET = 1;

function recordLog(): { lines: { level: string; msg: string }[]; stream: Writable } {
  const lines: { level: string; msg: string }[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as (typeof lines)[number]);
      done();
    },
  });
  return { lines, stream };
}

async function guess(server: GuardedServer, email: string, times: number) {
  const codes = [];
  for (let index = 0; index < times; index += 1) {
    codes.push((await server.signIn(email, `wrong ${index}`, '192.0.2.1')).code);
  }
  return codes;
}

async function readiness(server: GuardedServer): Promise<unknown> {
  return (await server.rest('GET', '/readyz')).body;
}

async function metric(server: GuardedServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

test('when PostgreSQL cannot count, each process counts strictly, says so, and stops when it can', async () => {
  const { lines, stream } = recordLog();
  const server = await startGuardedServer({ LOG_LEVEL: 'info' }, stream);
  const owner = new pg.Client({ connectionString: server.ownerUrl });
  await owner.connect();
  try {
    const email = await server.register();
    expect(await readiness(server)).toMatchObject({ status: 'ok', checks: { guards: 'ok' } });

    await owner.query('ALTER TABLE attempt_counters RENAME TO mislaid');
    expect(await guess(server, 'someone@example.com', 3)).toEqual([
      ...Array<string>(STRICT_BUDGET).fill('INVALID_CREDENTIALS'),
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
    expect((await server.signIn(email, PASSWORD, '192.0.2.2')).status).toBe(200);
    expect(await readiness(server)).toMatchObject({ status: 'degraded', checks: { guards: 'degraded' } });
    expect(await metric(server, 'custodia_guard_degraded')).toBe(1);
    expect(await metric(server, 'custodia_guard_store_failures_total')).toBeGreaterThan(2);
    expect(lines.filter(({ msg }) => /store of attempt counters fails/.test(msg))).toMatchObject([
      { level: 'error' },
    ]);

    await owner.query('ALTER TABLE mislaid RENAME TO attempt_counters');
    expect(await guess(server, 'someone@example.com', 6)).toEqual([
      ...Array<string>(5).fill('INVALID_CREDENTIALS'),
      'RATE_LIMITED',
    ]);
    expect(await readiness(server)).toMatchObject({ status: 'ok', checks: { guards: 'ok' } });
    expect(lines.filter(({ msg }) => /works again/.test(msg))).toHaveLength(1);
  } finally {
    await owner.end();
    await server.stop();
  }
});

const redisPath = findRedis();
if (redisPath === null)
  console.warn('Skipped without redis-server or valkey-server: a Redis that goes away and comes back.');

(redisPath === null ? test.skip : test)(
  'when its Redis goes away amid guesses, a process counts strictly, says so, and counts there once it is back',
  async () => {
    const port = await findFreePort();
    let redis = await startRedis(redisPath ?? '', port);
    const server = await startGuardedServer({ REDIS_URL: redis.url });
    try {
      expect(await guess(server, 'someone@example.com', 1)).toEqual(['INVALID_CREDENTIALS']);
      expect(await readiness(server)).toMatchObject({ status: 'ok', checks: { guards: 'ok' } });

      await redis.stop();
      expect(await guess(server, 'someone@example.com', 3)).toEqual([
        ...Array<string>(STRICT_BUDGET).fill('INVALID_CREDENTIALS'),
        'RATE_LIMITED',
        'RATE_LIMITED',
      ]);
      expect(await readiness(server)).toMatchObject({ status: 'degraded', checks: { guards: 'degraded' } });
      expect(await metric(server, 'custodia_guard_degraded')).toBe(1);

      redis = await startRedis(redisPath ?? '', port);
      await eventually(async () => {
        await guess(server, 'poll@example.com', 1);
        expect(await readiness(server)).toMatchObject({ status: 'ok', checks: { guards: 'ok' } });
      });
      expect(await guess(server, 'another@example.com', 6)).toEqual([
        ...Array<string>(5).fill('INVALID_CREDENTIALS'),
        'RATE_LIMITED',
      ]);
      expect(await metric(server, 'custodia_guard_degraded')).toBe(0);
    } finally {
      await server.stop();
      await redis.stop();
    }
  },
);

test('a server starts without its Redis, and counts there once it comes', async () => {
  const port = await findFreePort();
  const server = await startGuardedServer({ REDIS_URL: `redis://127.0.0.1:${port}` });
  try {
    expect(await guess(server, 'someone@example.com', 2)).toEqual(['INVALID_CREDENTIALS', 'RATE_LIMITED']);
    expect(await readiness(server)).toMatchObject({ status: 'degraded', checks: { guards: 'degraded' } });
    const path = findRedis();
    if (path === null) {
      console.warn('Skipped without redis-server or valkey-server: counting in Redis.');
      return;
    }
    const redis = await startRedis(path, port);
    try {
      await eventually(async () => {
        await guess(server, 'poll@example.com', 1);
        expect(await readiness(server)).toMatchObject({ status: 'ok' });
      });
      expect(await guess(server, 'another@example.com', 6)).toEqual([
        ...Array<string>(5).fill('INVALID_CREDENTIALS'),
        'RATE_LIMITED',
      ]);
    } finally {
      await redis.stop();
    }
  } finally {
    await server.stop();
  }
});
