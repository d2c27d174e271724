import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { usersExport } from '../../src/cli/commands/users-export.js';
import { usersImport } from '../../src/cli/commands/users-import.js';
import { dispatch } from '../../src/cli/dispatch.js';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { createFileLedger } from '../../src/services/compliance/erasure/erasure-ledger.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';

// The commands as an operator calls them: out of one server, into another one.

const databases: TestDatabase[] = [];
const keyRing = generateKeyRing();
let folder: string;
let printed: string[];
let complaints: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'custodia-move-'));
  [printed, complaints] = [[], []];
});
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A server that is not running yet: its database and folder. */
async function prepareServer(name: string): Promise<NodeJS.ProcessEnv> {
  const database = await createTestDatabase();
  databases.push(database);
  const DATA_DIR = join(folder, name);
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    KEY_RING: keyRing,
    DATABASE_URL: database.ownerUrl,
    DATA_DIR,
  };
}

function call(env: NodeJS.ProcessEnv, ...args: string[]): Promise<number> {
  return dispatch([usersImport, usersExport], args, {
    env,
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
  });
}

const RECORDS = [
  {
    id: '018f3c1e-5b6a-7c00-8000-000000000001',
    email: 'one@example.com',
    isVerified: true,
    passwordHash: '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    status: 'ACTIVE',
    createdAt: '2020-01-02T03:04:05.678Z',
    lastLoginAt: '2024-01-02T03:04:05.678Z',
    profile: {
      fullName: 'First Person',
      avatarUrl: 'https://images.example.com/1.png',
      phoneNumber: '+493012345678',
      preferences: { theme: 'dark', list: [1, 2, { deep: null }] },
    },
    socialLogins: [{ provider: 'google', providerId: '1234567890', linkedAt: '2021-01-02T03:04:05.678Z' }],
  },
  {
    id: '018f3c1e-5b6a-7c00-8000-000000000002',
    email: 'two@example.com',
    isVerified: false,
    status: 'SUSPENDED',
    createdAt: '2020-01-02T03:04:05.678Z',
    suspendedAt: '2024-05-06T07:08:09.000Z',
    suspendedUntil: '2999-05-06T07:08:09.000Z',
    suspensionReason: 'Spam',
    processingRestrictedAt: '2024-06-06T07:08:09.000Z',
  },
  {
    id: '018f3c1e-5b6a-7c00-8000-000000000003',
    email: 'three@example.com',
    isVerified: true,
    status: 'DELETED',
    createdAt: '2020-01-02T03:04:05.678Z',
    deletedAt: '2024-05-06T07:08:09.000Z',
    deletionReason: 'Asked for it',
  },
];

test('accounts go out encrypted and come in again as they were', async () => {
  const [first, second] = [await prepareServer('first'), await prepareServer('second')];
  const file = join(folder, 'accounts.jsonl');
  await writeFile(file, RECORDS.map((record) => JSON.stringify(record)).join('\n'));
  expect(await call(first, 'users', 'import', file)).toBe(0);
  expect(printed).toContain('3 records: 3 imported, 0 here already, 0 refused.');

  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const out = join(folder, 'out.jsonl.age');
  expect(await call(first, 'users', 'export', '--recipient', recipient, '--out', out)).toBe(0);
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect((await readFile(out)).toString('latin1')).not.toContain('example.com');

  const key = join(folder, 'key.txt');
  await writeFile(key, `# created: today\n${identity}\n`);
  expect(await call(second, 'users', 'import', out, '--identity', key)).toBe(0);
  const again = join(folder, 'again.jsonl.age');
  await call(second, 'users', 'export', '--recipient', recipient, '--out', again);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const lines = (await decrypter.decrypt(await readFile(again), 'text')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(RECORDS);
});

test('whom a restored backup brought back is erased again, and who is being erased is left out', async () => {
  const env = await prepareServer('restored');
  const file = join(folder, 'accounts.jsonl');
  await writeFile(file, RECORDS.map((record) => JSON.stringify(record)).join('\n'));
  await call(env, 'users', 'import', file);
  const [erased, leaving, staying] = RECORDS.map(({ id }) => id);
  const at = new Date().toISOString();
  const entry = { at, requestedAt: at, userId: erased!, requestedBy: erased!, erasureId: randomUUID() };
  await createFileLedger(join(env.DATA_DIR!, 'ledger', 'erasures.jsonl')).append(entry);
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  await client.query(
    `INSERT INTO erasure_requests (user_id, status, requested_at, requested_by, scheduled_for, started_at)
     VALUES ($1, 'RUNNING', now(), $1, now(), now())`,
    [leaving],
  );

  const identity = await generateX25519Identity();
  const out = join(folder, 'out.jsonl.age');
  const recipient = await identityToRecipient(identity);
  expect(await call(env, 'users', 'export', '--recipient', recipient, '--out', out)).toBe(0);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const lines = (await decrypter.decrypt(await readFile(out), 'text')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([staying]);
  const { rows } = await client.query(
    `SELECT status::text FROM users WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM audit_events
       WHERE action = 'user.exported' AND subject_id IN ($1, $2))`,
    [erased, leaving],
  );
  await client.end();
  expect(rows).toEqual([{ status: 'ERASED' }]);
});

test('what cannot be read is said, and nothing is written', async () => {
  const env = await prepareServer('first');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const out = join(folder, 'out.jsonl.age');
  expect(await call(env, 'users', 'export', '--recipient', 'age1nobody', '--out', out)).toBe(2);
  await expect(stat(out)).rejects.toThrow('ENOENT');
  await call(env, 'users', 'export', '--recipient', recipient, '--out', out);
  expect(await call(env, 'users', 'import', out)).toBe(2);
  expect(complaints.join()).toContain('is encrypted');
  const key = join(folder, 'key.txt');
  await writeFile(key, await generateX25519Identity());
  expect(await call(env, 'users', 'import', out, '--identity', key)).toBe(1);
  expect(await call(env, 'users', 'import', join(folder, 'nowhere.csv'))).toBe(2);
  const csv = join(folder, 'broken.csv');
  await writeFile(csv, 'mail;name\na@example.com;A\n');
  expect(await call(env, 'users', 'import', csv)).toBe(1);
  expect(complaints.join()).toContain('The first line must name the columns');
});
