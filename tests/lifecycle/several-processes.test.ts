import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import {
  findFreePort,
  signIn,
  signUp,
  startServer,
  stopAllServers,
  stopServer,
} from '../setup/server-process.js';
import { createEmptyDatabase, type TestDatabase } from '../setup/test-database.js';

let dataDir: string;
let database: TestDatabase;
beforeEach(async () => {
  dataDir = await makeDataDir();
  database = await createEmptyDatabase();
});
afterEach(async () => {
  await stopAllServers();
  await database.drop();
  await removeDataDir(dataDir);
});

test('two processes start at once on one empty database of DATABASE_URL and are one service', async () => {
  const settings = {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    PUBLIC_URL: 'http://accounts.example.com',
  };
  const [first, second] = await Promise.all(
    [0, 1].map(async () => startServer({ ...settings, PORT: await findFreePort() })),
  );
  if (first === undefined || second === undefined) throw new Error('Two servers were started.');
  const account = await signUp(first.url);
  const token = await signIn(second.url, account);
  const viewer = await fetch(`${first.url}/api/v1/users/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(viewer.status).toBe(200);
  expect(await viewer.json()).toMatchObject({ email: account.email });
  expect(await Promise.all([stopServer(first), stopServer(second)])).toEqual([0, 0]);
});
