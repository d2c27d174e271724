import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type RunningServer, startServer } from '../../src/app/start-server.js';
import { keysRotate } from '../../src/cli/commands/keys-rotate.js';
import { keysStatus } from '../../src/cli/commands/keys-status.js';
import type { Command } from '../../src/cli/command.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { eventually } from '../setup/eventually.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { startCuttableConnection } from './cut-connection.js';
import { startVaultPeer } from './peer-vault.js';

// The product as an operator sets it up who keeps nothing together: data in one database, data keys in another, the key
// that wraps those in Vault. Only settings say so; everything is asked for over HTTP, and keys are replaced meanwhile.

const PASSWORD = 'correct horse battery staple';
const VIEWER = '{ viewer { email profile { fullName } sessions { nodes { ipAddress } } } }';

let folder: string;
let data: TestDatabase;
let keyData: TestDatabase;
let way: Awaited<ReturnType<typeof startCuttableConnection>>;
let vault: Awaited<ReturnType<typeof startVaultPeer>>;
let settings: Record<string, string>;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'custodia-stores-'));
  data = await createTestDatabase();
  keyData = await createEmptyDatabase();
  way = await startCuttableConnection(keyData.url);
  vault = await startVaultPeer('transit', 'custodia');
  settings = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: folder,
    DATABASE_URL: data.url,
    MIGRATION_DATABASE_URL: data.ownerUrl,
    KEYSTORE_DATABASE_URL: way.url,
    KEY_ENCRYPTION: 'vault',
    VAULT_ADDR: vault.url,
    VAULT_TRANSIT_KEY: 'custodia',
    VAULT_TOKEN: vault.token,
    KEY_RING_FILE: join(folder, 'key-ring.json'),
    ARGON2_MEMORY_KIB: '1024',
    ARGON2_TIME_COST: '1',
    ARGON2_PARALLELISM: '1',
  };
  await writeFile(settings.KEY_RING_FILE!, generateKeyRing(), { mode: 0o600 });
  server = await start();
});
afterAll(async () => {
  vault.fault = null;
  way.mend();
  await server.stop();
  await way.close();
  await vault.close();
  await data.drop();
  await keyData.drop();
  await rm(folder, { recursive: true, force: true });
});

const start = (changes: Record<string, string> = {}) =>
  startServer(readConfig({ ...settings, ...changes }).config, {
    log: createLog('silent'),
    print: () => undefined,
  });

async function ask(path: string, body?: object, token?: string) {
  const { port } = new URL(server.url);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function register(name: string) {
  return ask('/api/v1/auth/register', { email: `${name}@example.com`, password: PASSWORD });
}

async function signIn(name: string): Promise<string> {
  const { status, body } = await ask('/api/v1/auth/login', {
    email: `${name}@example.com`,
    password: PASSWORD,
  });
  expect(status).toBe(200);
  return String(body.access_token);
}

async function expectViewer(name: string, token: string, fullName: string | null): Promise<void> {
  const { body } = await ask('/graphql', { query: VIEWER }, token);
  expect(body).toMatchObject({
    data: { viewer: { email: `${name}@example.com`, profile: { fullName } } },
  });
  expect(JSON.stringify(body)).toContain('"ipAddress":"127.0.0.1"');
}

const setName = (fullName: string, token: string) =>
  ask(
    '/graphql',
    {
      query: 'mutation($n: String!) { updateProfile(input: { fullName: $n }) { user { id } } }',
      variables: { n: fullName },
    },
    token,
  );

/** Runs an operator's command as the command line would, with the server's settings. */
async function run(command: Command, ...args: string[]) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await command.call(args, { env: settings, print, complain: print });
  return { code, output: lines.join('\n') };
}

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('accounts are made, signed in, read and written; neither database alone holds what opens them', async () => {
  expect((await register('ada')).status).toBe(201);
  const token = await signIn('ada');
  expect((await setName('Ada', token)).body.errors).toBeUndefined();
  await expectViewer('ada', token, 'Ada');
  expect(await rows(data.ownerUrl, 'SELECT 1 FROM data_keys')).toEqual([]);
  expect(await rows(keyData.url, `SELECT left(wrapped_key, 5) AS is FROM data_keys`)).toEqual([
    { is: 't1.v1' },
  ]);
  expect((await ask('/readyz')).body).toEqual({
    status: 'ok',
    checks: { database: 'ok', start: 'ok', guards: 'ok', keyStore: 'ok', keyDatabase: 'ok' },
  });
});

test('each key is replaced while the server runs, and nothing lies under the old one', async () => {
  const token = await signIn('ada');
  vault.rotate();
  const wrapped = await run(keysRotate, 'encryption', '--grace', '0');
  expect(wrapped).toMatchObject({ code: 0, output: expect.stringContaining('encryption.v2: 3 row(s)') });
  expect(wrapped.output).toContain('No key was made: KEY_ENCRYPTION names a key store');
  expect(await rows(keyData.url, `SELECT 1 FROM data_keys WHERE wrapped_key NOT LIKE 't1.v2.%'`)).toEqual([]);
  await expectViewer('ada', token, 'Ada');

  expect(await run(keysRotate, 'data', '--grace', '0.1')).toMatchObject({ code: 0 });
  await setName('Ada L.', token);
  await expectViewer('ada', token, 'Ada L.');
  expect(await rows(data.ownerUrl, `SELECT 1 FROM users WHERE email NOT LIKE 'c1.2.%'`)).toEqual([]);
  expect(await rows(data.ownerUrl, `SELECT 1 FROM sessions WHERE ip_address NOT LIKE 'c1.2.%'`)).toEqual([]);

  expect(await run(keysRotate, 'search-index', '--grace', '0.6')).toMatchObject({ code: 0 });
  await expectViewer('ada', await signIn('ada'), 'Ada L.');
  const { output } = await run(keysStatus);
  expect(output).toMatch(/encryption +v2 +active +1 data keys, 2 signing keys/);
  expect(output).not.toMatch(/MISSING/);
});

test('while Vault is away known people are served, new ones wait, and readiness says degraded', async () => {
  const token = await signIn('ada');
  await expectViewer('ada', token, 'Ada L.');
  vault.fault = { status: 503, type: 'sealed' };
  await expectViewer('ada', token, 'Ada L.');
  expect((await setName('Still here', token)).body.errors).toBeUndefined();
  expect(await register('late')).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
  await eventually(async () => {
    const ready = await ask('/readyz');
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { keyStore: 'degraded' } },
    });
  });
  await expect(start()).rejects.toThrow(/the key store vault does not work/);
  vault.fault = null;
  await eventually(async () => expect((await register('late')).status).toBe(201));
});

test('while the key database is away the same holds', async () => {
  const token = await signIn('ada');
  await expectViewer('ada', token, 'Still here');
  way.cut();
  await expectViewer('ada', token, 'Still here');
  expect(await register('later')).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
  await eventually(async () => {
    const ready = await ask('/readyz');
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { database: 'ok', keyDatabase: 'degraded' } },
    });
  });
  await expect(start()).rejects.toThrow(/A database for data keys does not answer/);
  way.mend();
  await eventually(async () => expect((await register('later')).status).toBe(201));
  await expectViewer('later', await signIn('later'), null);
});

test('a version that Vault no longer has, and a store that is no longer configured, stop the start by id', async () => {
  vault.rotate();
  vault.forget(2);
  await expect(start()).rejects.toThrow(/encryption\.v2: missing, and still needed by 3 data keys/);
  vault.remember();
  await expect(start({ KEY_ENCRYPTION: 'ring', VAULT_TRANSIT_KEY: '' })).rejects.toThrow(
    /encryption\.v2: missing, and still needed by 3 data keys/,
  );
});
