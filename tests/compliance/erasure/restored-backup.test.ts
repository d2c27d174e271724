import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createApp, type App } from '../../../src/app.js';
import { systemClock } from '../../../src/clock.js';
import { readConfig } from '../../../src/config.js';
import { createLog } from '../../../src/log.js';
import { createClient } from '../../setup/client.js';
import { eventually } from '../../setup/eventually.js';
import { testServer } from '../../setup/test-database.js';
import { testKeyRing } from '../../setup/test-keys.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { erasuresOf, requestIn, signUp, type Person } from './erasure-people.js';

// A is erased after a copy of the database was taken. A server that starts on the copy must know A no more, before it
// answers the first request; B, who was not erased, is there as in the copy.

let original: FullServer;
let erased: Person;
let untouched: Person;
let officer: Person;
let copy: string;
const started: { app: App; dataDir: string }[] = [];

beforeAll(async () => {
  original = await startFullServer();
  officer = await signUp(original, ['PRIVACY_OFFICER']);
  [erased, untouched] = [await signUp(original), await signUp(original)];
  await original.app.stop();
  copy = await copyDatabase(original.databaseUrl);
  const again = await start(original.databaseUrl, join(original.dataDir, 'ledger', 'erasures.jsonl'));
  const server = { ...original, ...again };
  const { id } = requestIn(await erasuresOf(server).erase(officer.token, erased.id));
  await eventually(async () =>
    expect((await erasuresOf(server).find(officer.token, id))?.status).toBe('COMPLETED'),
  );
});

afterAll(async () => {
  for (const { app, dataDir } of started) {
    await app.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  await run(`DROP DATABASE IF EXISTS "${new URL(copy).pathname.slice(1)}" WITH (FORCE)`);
  await run(`DROP DATABASE IF EXISTS "${new URL(original.databaseUrl).pathname.slice(1)}" WITH (FORCE)`);
  await rm(original.dataDir, { recursive: true, force: true });
});

async function run(sql: string, url = testServer().url): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What a dump restores: the same rows under another name. */
async function copyDatabase(url: string): Promise<string> {
  const name = new URL(url).pathname.slice(1);
  await run(`CREATE DATABASE "${name}_restored" TEMPLATE "${name}"`);
  const restored = new URL(url);
  restored.pathname = `/${name}_restored`;
  return restored.href;
}

async function build(databaseUrl: string, ledger: string): Promise<App> {
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-restored-'));
  const { config } = readConfig({
    NODE_ENV: 'test',
    MFA_REQUIRED_ROLES: 'none', // what is shown here does not depend on how staff sign in
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    ERASURE_LEDGER_FILE: ledger,
  });
  const app = await createApp({
    config: { ...config, port: 0 },
    databaseUrl,
    keyRing: testKeyRing(),
    clock: systemClock,
    log: createLog('silent'),
    version: '0.0.0-test',
    print: () => undefined,
  });
  started.push({ app, dataDir });
  return app;
}

async function start(databaseUrl: string, ledger: string) {
  const app = await build(databaseUrl, ledger);
  const url = `http://127.0.0.1:${await app.start()}`;
  return { app, url, ...createClient(url) };
}

test('the copy still holds the person, readable with the keys of the ring', async () => {
  const url = new URL(testServer().url);
  url.pathname = new URL(copy).pathname;
  const [row] = await run(
    `SELECT status::text, email IS NOT NULL AS held FROM users WHERE id = '${erased.id}'`,
    url.href,
  );
  expect(row).toEqual({ status: 'ACTIVE', held: true });
});

test('while it compares the ledger with the database, a server is unready and answers nobody', async () => {
  const app = await build(copy, join(original.dataDir, 'ledger', 'erasures.jsonl'));
  const [ready, health, graphql, keys] = await Promise.all([
    app.http.inject({ url: '/readyz' }),
    app.http.inject({ url: '/healthz' }),
    app.http.inject({ method: 'POST', url: '/graphql', payload: { query: '{ viewer { id } }' } }),
    app.http.inject({ url: '/.well-known/jwks.json' }),
  ]);
  expect([ready.statusCode, health.statusCode, graphql.statusCode, keys.statusCode]).toEqual([
    503, 200, 503, 503,
  ]);
  expect(ready.json()).toMatchObject({ checks: { start: 'failed', database: 'ok' } });
});

test('a server on the copy erases the person again before its first answer, and completes the erasure', async () => {
  const ledger = join(original.dataDir, 'ledger', 'erasures.jsonl');
  const lines = await readFile(ledger, 'utf8');
  const [one, other] = await Promise.all([start(copy, ledger), start(copy, ledger)]);
  for (const server of [one, other]) {
    const { data } = await server.graphql(
      'query ($id: ID!) { user(id: $id) { id status email } }',
      { id: erased.id },
      officer.token,
    );
    expect(data?.user).toEqual({ id: erased.id, status: 'ERASED', email: null });
    const own = await server.graphql('{ viewer { id email } }', {}, untouched.token);
    expect(own.data?.viewer).toEqual({ id: untouched.id, email: untouched.email });
  }
  await eventually(async () => {
    const { data } = await one.graphql(
      '{ erasureRequests { nodes { userId status receipt { jws } } } }',
      {},
      officer.token,
    );
    expect(data?.erasureRequests).toEqual({
      nodes: [{ userId: erased.id, status: 'COMPLETED', receipt: { jws: expect.any(String) } }],
    });
  });
  expect(await readFile(ledger, 'utf8')).toBe(lines); // it stands there already
});

test('a ledger that was lost is written anew from the database at the next start', async () => {
  const ledger = join(original.dataDir, 'another', 'erasures.jsonl');
  await start(copy, ledger);
  expect(await readFile(ledger, 'utf8')).toContain(erased.id);
});

test('a damaged ledger keeps the server from starting', async () => {
  const ledger = join(original.dataDir, 'damaged.jsonl');
  await writeFile(ledger, 'not a line of ours\n');
  const app = await build(copy, ledger);
  await expect(app.start()).rejects.toThrow(/ledger .* is damaged at line 1/);
});
