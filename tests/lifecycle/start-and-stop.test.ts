import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { startFullServer } from '../setup/full-server.js';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import { eventually } from '../setup/eventually.js';
import {
  findPostgresPid,
  isGone,
  signIn,
  signUp,
  spawnServer,
  startServer,
  stopAllServers,
  stopServer,
} from '../setup/server-process.js';
import { createEmptyDatabase } from '../setup/test-database.js';
import { waitUntil } from '../../src/database/embedded/running-process.js';

let parent: string;
let dataDir: string;
// The first test's server makes the folder and the database in it, which the others then find.
beforeAll(async () => {
  parent = await makeDataDir();
  dataDir = join(parent, 'fresh');
});
afterEach(() => stopAllServers());
afterAll(async () => {
  await removeDataDir(dataDir);
  await removeDataDir(parent);
});

test('the first start on an empty folder serves, says what to open, and a second start keeps the data', async () => {
  const first = await startServer({ DATA_DIR: dataDir });
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  expect(first.output()).toContain(`${first.url}/graphql`);
  const account = await signUp(first.url);
  expect(await stopServer(first)).toBe(0);

  const second = await startServer({ DATA_DIR: dataDir });
  expect(await signIn(second.url, account)).toMatch(/^ey/);
  expect(second.output()).toContain('up to date');
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it with success and leaves no process behind',
  async (signal) => {
    const server = await startServer({ DATA_DIR: dataDir });
    const postgres = await findPostgresPid(dataDir);
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${server.url}/readyz`)));
    expect(await stopServer(server, signal)).toBe(0);
    expect(server.output()).not.toMatch(/"level":"(warn|error|fatal)"/);
    expect(await isGone(postgres)).toBe(true);
    await expect(stat(join(dataDir, 'server.lock'))).rejects.toThrow('ENOENT');
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
  },
);

test('idle and half-sent connections do not hold up the stop', async () => {
  const server = await startServer({ DATA_DIR: dataDir });
  await fetch(`${server.url}/healthz`);
  const { port } = new URL(server.url);
  const halfSent = connect(Number(port), '127.0.0.1');
  halfSent.on('error', () => undefined);
  await once(halfSent, 'connect');
  halfSent.write(
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{',
  );
  expect(await stopServer(server)).toBe(0);
  halfSent.destroy();
});

test('a request under way when the stop comes is answered', async () => {
  const database = await createEmptyDatabase();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    const server = await startServer({ DATA_DIR: dataDir, DATABASE_URL: database.url });
    const account = await signUp(server.url);
    await owner.query('BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE');
    const answer = signIn(server.url, account);
    await eventually(async () => {
      const { rowCount } = await owner.query(
        "SELECT FROM pg_locks WHERE relation = 'sessions'::regclass AND NOT granted",
      );
      expect(rowCount).toBe(1);
    });
    const code = stopServer(server);
    await eventually(() => expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed'));
    await owner.query('ROLLBACK');
    expect(await answer).toMatch(/^ey/);
    expect(await code).toBe(0);
  } finally {
    await owner.end();
    await stopAllServers();
    await database.drop();
  }
});

test('a reader of the output that goes away, as `tee` does at Ctrl-C, does not cut the stop short', async () => {
  const server = await startServer({ DATA_DIR: dataDir });
  server.child.stdout?.destroy();
  server.child.stderr?.destroy();
  expect(await stopServer(server, 'SIGINT')).toBe(0);
});

test('a stop amid the start leaves no process and no lock', async () => {
  const folder = await makeDataDir();
  const server = spawnServer({ DATA_DIR: folder });
  const begins = () => findPostgresPid(folder).then(Number.isInteger, () => false);
  expect(await waitUntil(begins, 120_000)).toBe(true);
  const postgres = await findPostgresPid(folder);
  await stopServer(server, 'SIGTERM');
  expect(await isGone(postgres)).toBe(true);
  const next = await startServer({ DATA_DIR: folder });
  expect((await fetch(`${next.url}/healthz`)).status).toBe(200);
  await stopServer(next);
  await removeDataDir(folder);
});

test('a part that does not stop cleanly keeps no other from it: every connection is closed', async () => {
  const server = await startFullServer();
  const { sealer } = server.app.auditParts;
  const stop = sealer.stop.bind(sealer);
  sealer.stop = async () => {
    await stop();
    throw new Error('no');
  };
  await server.app.stop();
  const owner = new pg.Client(server.ownerUrl);
  owner.on('error', () => undefined);
  await owner.connect();
  const others = `SELECT application_name, query FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  await eventually(async () => expect((await owner.query(others)).rows).toEqual([]));
  await owner.end();
  await server.stop();
});
