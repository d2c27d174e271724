import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import { findPostgresPid, spawnServer, startServer, stopAllServers } from '../setup/server-process.js';
import { testServer } from '../setup/test-database.js';

let dataDir: string;
beforeEach(async () => (dataDir = await makeDataDir()));
afterEach(async () => {
  await stopAllServers();
  await removeDataDir(dataDir);
});

test('a second server on the same data folder is refused and harms nothing', async () => {
  const first = await startServer({ DATA_DIR: dataDir });
  const postgres = await findPostgresPid(dataDir);
  const second = spawnServer({ DATA_DIR: dataDir });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`Another Custodia server (process ${first.child.pid})`);
  expect(second.output()).toContain(dataDir);
  expect(second.output()).not.toContain('    at ');
  expect(await findPostgresPid(dataDir)).toBe(postgres);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
});

test('production without keys lists every problem at once and starts nothing', async () => {
  const server = spawnServer({
    DATA_DIR: dataDir,
    NODE_ENV: 'production',
    PORT: 'seventy',
    ACCESS_TOKEN_TTL: 'soon',
  });
  expect(await server.ended).toBe(1);
  for (const name of ['PORT', 'ACCESS_TOKEN_TTL', 'KEY_RING', 'PUBLIC_URL']) {
    expect(server.output()).toMatch(new RegExp(`^ +- .*${name}`, 'm'));
  }
  expect(server.output()).not.toContain('Started PostgreSQL');
});

test.each(['KEY_RING_FILE', 'KEY_RING'])(
  'production lists the problems of %s with all others, before it reaches for the database',
  async (setting) => {
    const key = (bytes: number) => Buffer.alloc(bytes).toString('base64');
    const json = JSON.stringify({
      encryption: { active: 'k1', keys: { k1: key(32) } },
      searchIndex: { active: 'k1', keys: { k1: key(5) } },
      pepper: { active: 'k1', keys: {} },
    });
    const file = join(dataDir, 'bad-ring.json');
    await writeFile(file, json, { mode: 0o600 });
    const server = spawnServer({
      DATA_DIR: dataDir,
      NODE_ENV: 'production',
      PUBLIC_URL: 'http://accounts.example.com',
      [setting]: setting === 'KEY_RING' ? json : file,
    });
    expect(await server.ended).toBe(1);
    for (const problem of [
      'PUBLIC_URL must be https',
      'Set DATABASE_URL',
      `${setting}: encryption.k1: the key is not random`,
      `${setting}: searchIndex.k1: the key has 5 bytes, not 32`,
      `${setting}: pepper.active: names no key`,
    ]) {
      expect(server.output()).toContain(`  - ${problem}`);
    }
    expect(server.output()).not.toContain(key(5));
  },
);

test('a database that is not there is named without its password', async () => {
  const server = spawnServer({
    DATA_DIR: dataDir,
    DATABASE_URL: 'postgresql://app:canary-pw@127.0.0.1:1/accounts',
  });
  expect(await server.ended).toBe(1);
  expect(server.output()).toContain('the database accounts on 127.0.0.1:1 cannot be reached');
  expect(server.output()).not.toContain('canary-pw');
});

test('a port in use is named, and what was started before it is stopped', async () => {
  const { port } = new URL(testServer().url);
  const server = spawnServer({ DATA_DIR: dataDir, PORT: port });
  expect(await server.ended).toBe(1);
  expect(server.output()).toContain(`Port ${port} on 127.0.0.1 is in use by another program.`);
  expect(server.output()).not.toContain('    at ');
  await expect(findPostgresPid(dataDir)).rejects.toThrow('ENOENT');
});
