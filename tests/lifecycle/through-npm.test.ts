import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import { eventually } from '../setup/eventually.js';
import {
  findPostgresPid,
  isGone,
  type ReadyServer,
  signalGroup,
  signIn,
  signUp,
  startServer,
} from '../setup/server-process.js';
import { createEmptyDatabase } from '../setup/test-database.js';

// `npm start` as README has it: npm stands between whoever stops the server and the server.

let dataDir: string;
let server: ReadyServer;
beforeEach(async () => (dataDir = await makeDataDir()));
afterEach(async () => {
  signalGroup(server, 'SIGKILL'); // what a failed test has left
  await removeDataDir(dataDir);
});

const start = async (settings: Record<string, string> = {}) =>
  (server = await startServer({ DATA_DIR: dataDir, ...settings }, { throughNpm: true }));

test('SIGTERM to npm ends the server and its PostgreSQL too', async () => {
  await start();
  const claim = await readFile(join(dataDir, 'server.lock'), 'utf8');
  const { pid } = JSON.parse(claim) as { pid: number };
  const postgres = await findPostgresPid(dataDir);
  server.child.kill('SIGTERM');
  expect(await isGone(pid)).toBe(true);
  expect(await isGone(postgres)).toBe(true);
  expect(await server.ended).toBe(0);
});

test('Ctrl-C, which reaches the server from the terminal and from npm, and another, lose no request under way', async () => {
  const database = await createEmptyDatabase();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    await start({ DATABASE_URL: database.url });
    const account = await signUp(server.url);
    await owner.query('BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE');
    const answer = signIn(server.url, account);
    await eventually(async () => {
      const { rowCount } = await owner.query(
        "SELECT FROM pg_locks WHERE relation = 'sessions'::regclass AND NOT granted",
      );
      expect(rowCount).toBe(1);
    });
    expect(signalGroup(server, 'SIGINT')).toBe(true);
    await eventually(() => expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed'));
    expect(signalGroup(server, 'SIGINT')).toBe(true);
    await owner.query('ROLLBACK');
    expect(await answer).toMatch(/^ey/);
    expect(await server.ended).toBe(0);
    expect(signalGroup(server, 'SIGINT')).toBe(false);
  } finally {
    await owner.end();
    await database.drop();
  }
});
