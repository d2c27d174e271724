import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import {
  findPostgresPid,
  isGone,
  signIn,
  signUp,
  startServer,
  stopAllServers,
  stopServer,
} from '../setup/server-process.js';

let dataDir: string;
// One folder for all: its database is made once, and found again by whoever starts on it.
beforeAll(async () => (dataDir = await makeDataDir()));
afterEach(() => stopAllServers());
afterAll(() => removeDataDir(dataDir));

test('after a kill -9 of the server its PostgreSQL goes too, and the next start just works', async () => {
  const server = await startServer({ DATA_DIR: dataDir });
  const account = await signUp(server.url);
  const postgres = await findPostgresPid(dataDir);
  await stopServer(server, 'SIGKILL');
  expect(await isGone(postgres)).toBe(true);
  const next = await startServer({ DATA_DIR: dataDir });
  expect(await signIn(next.url, account)).toMatch(/^ey/);
});

test('after a kill -9 of the server the next start need not wait for anything', async () => {
  const server = await startServer({ DATA_DIR: dataDir });
  const account = await signUp(server.url);
  await stopServer(server, 'SIGKILL');
  const next = await startServer({ DATA_DIR: dataDir });
  expect(await signIn(next.url, account)).toMatch(/^ey/);
});

test('after a kill -9 of the server and its PostgreSQL the next start just works', async () => {
  const server = await startServer({ DATA_DIR: dataDir });
  const account = await signUp(server.url);
  process.kill(await findPostgresPid(dataDir), 'SIGKILL');
  await stopServer(server, 'SIGKILL');
  const next = await startServer({ DATA_DIR: dataDir });
  expect(await signIn(next.url, account)).toMatch(/^ey/);
});

test('when only PostgreSQL is killed, the server says so, ends with an error, and can be started again', async () => {
  const server = await startServer({ DATA_DIR: dataDir });
  const account = await signUp(server.url);
  process.kill(await findPostgresPid(dataDir), 'SIGKILL');
  expect(await server.ended).toBe(1);
  expect(server.output()).toContain('PostgreSQL has ended');
  const next = await startServer({ DATA_DIR: dataDir });
  expect(await signIn(next.url, account)).toMatch(/^ey/);
});
