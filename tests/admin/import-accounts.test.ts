import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import pg from 'pg';
import { openImportReport } from '../../src/services/admin/transfer/import-report.js';
import { ImportRunsElsewhere } from '../../src/services/admin/transfer/import-users.js';
import { readRecords, type FileRecord } from '../../src/services/admin/transfer/records.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

const OLD_PASSWORD = 'as it was elsewhere';
const HASH = bcrypt.hashSync(OLD_PASSWORD, 4);

let server: FullServer;
let folder: string;
beforeAll(async () => {
  server = await startFullServer();
  folder = await mkdtemp(join(tmpdir(), 'custodia-import-'));
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const textOf = (records: readonly unknown[]) =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

interface Options {
  dryRun?: boolean;
  /** Fails as if the process were killed when so many records are read. */
  endsAfter?: number;
}

/** Imports the records as a file with a report beside it. */
async function importAll(
  records: readonly unknown[],
  { dryRun = false, endsAfter = Infinity }: Options = {},
) {
  const text = textOf(records);
  const digest = createHash('sha256').update(text).digest('hex');
  const { transfer } = server.app.services;
  const path = join(folder, `${digest}.jsonl`);
  const report = await openImportReport(path, (await transfer.import.find(digest)).reportBytes);
  async function* read(): AsyncIterable<FileRecord> {
    let seen = 0;
    for await (const record of readRecords(bytesOf(text), 'jsonl')) {
      if ((seen += 1) > endsAfter) throw new Error('killed');
      yield record;
    }
  }
  try {
    const progress = await transfer.import.run({ digest, records: read(), report, dryRun });
    return { progress, path, digest };
  } finally {
    await report.close();
  }
}

async function reportOf(path: string): Promise<{ line: number; outcome: string }[]> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { line: number; outcome: string });
}

const login = (email: string, password: string) =>
  server.rest('POST', '/api/v1/auth/login', { email, password });

async function readRaw(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

test('somebody signs in with the password they had elsewhere, and its hash is replaced', async () => {
  const record = {
    email: 'Moved@example.com',
    isVerified: true,
    passwordHash: HASH,
    createdAt: '2019-05-01T10:00:00.000Z',
    profile: { fullName: 'Moved Person', phoneNumber: '+493012345678', preferences: { theme: 'dark' } },
  };
  const { progress } = await importAll([record]);
  expect(progress).toMatchObject({ created: 1, existing: 0, refused: 0 });
  const { status, body } = await login('moved@example.com', OLD_PASSWORD);
  expect(status).toBe(200);
  const me = await server.rest('GET', '/api/v1/users/me', undefined, String(body?.access_token));
  expect(me.body).toMatchObject({
    created_at: record.createdAt,
    is_verified: true,
    profile: { full_name: 'Moved Person', phone_number: '+493012345678', preferences: { theme: 'dark' } },
  });
  const user = await server.app.db.user.findUnique({
    where: { email: 'moved@example.com' },
    select: { id: true, passwordHash: true },
  });
  expect(user?.passwordHash).toMatch(/^\$argon2id\$/);
  const [row] = await readRaw(
    'SELECT to_jsonb(u)::text || to_jsonb(p)::text AS text FROM users u JOIN user_profiles p ON p.user_id = u.id WHERE u.id = $1',
    [user?.id],
  );
  expect(String(row?.text)).not.toMatch(/moved|argon2|4930/i);
});

test('a record that cannot be used is reported by line and field, without its values, and the others go on', async () => {
  const secret = 'canary-7f3a';
  const { progress, path } = await importAll([
    { email: 'one@example.com' },
    '{"email": broken',
    { email: `${secret} at example.com` },
    { email: 'two@example.com', [secret]: 1, colour: secret },
    { email: 'three@example.com', passwordHash: `$2b$31$${secret}` },
    {
      email: 'four@example.com',
      passwordHash: '$scrypt$ln=30,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    },
    { profile: { fullName: secret } },
    { email: 'five@example.com', status: 'ERASED' },
    { email: 'six@example.com', profile: { avatarUrl: `javascript:${secret}` } },
    { email: 'seven@example.com', createdAt: '2999-01-01T00:00:00Z' },
    `"${'x'.repeat(70_000)}"`,
    { email: 'ONE@example.com' },
    { email: 'eight@example.com' },
  ]);
  expect(progress).toMatchObject({ position: 13, created: 2, existing: 1, refused: 10 });
  const report = await readFile(path, 'utf8');
  expect(report).not.toContain(secret);
  const problems = (await reportOf(path)).map((outcome) =>
    Object.keys((outcome as { problems?: object }).problems ?? {}),
  );
  expect(problems.slice(1, 11)).toEqual([
    ['record'],
    ['email'],
    ['(unknown field)', 'colour'],
    ['passwordHash'],
    ['passwordHash'],
    ['email'],
    ['status'],
    ['avatarUrl'],
    ['createdAt'],
    ['record'],
  ]);
  expect((await reportOf(path)).map(({ line }) => line)).toEqual(
    Array.from({ length: 13 }, (_, index) => index + 1),
  );
});

test('an import that was interrupted goes on where it was, and does nothing twice', async () => {
  const records = Array.from({ length: 700 }, (_, index) =>
    index % 100 === 7 ? 'broken' : { email: `r${index}@example.com` },
  );
  await expect(importAll(records, { endsAfter: 650 })).rejects.toThrow('killed');
  const { progress, path, digest } = await importAll(records);
  expect(progress).toMatchObject({ position: 700, created: 693, existing: 0, refused: 7 });
  expect((await reportOf(path)).map(({ line }) => line)).toEqual(
    Array.from({ length: 700 }, (_, index) => index + 1),
  );
  const [events] = await readRaw(
    `SELECT count(*)::int AS events, count(DISTINCT subject_id)::int AS people FROM audit_events
     WHERE action = 'user.imported' AND data->>'import' = $1`,
    [digest],
  );
  expect(events).toEqual({ events: 693, people: 693 });
  expect((await importAll(records)).progress).toEqual(progress);
});

test('what a failed transaction wrote into the report is gone when the import goes on', async () => {
  const records = Array.from({ length: 300 }, (_, index) => ({ email: `lost${index}@example.com` }));
  await expect(importAll(records, { endsAfter: 260 })).rejects.toThrow('killed');
  const text = textOf(records);
  const path = join(folder, `${createHash('sha256').update(text).digest('hex')}.jsonl`);
  const { appendFile } = await import('node:fs/promises');
  await appendFile(path, '{"line":251,"outcome":"created","userId":"never was"}\n');
  await importAll(records);
  expect(await reportOf(path)).toHaveLength(300);
  expect(await readFile(path, 'utf8')).not.toContain('never was');
});

test('two files with the same people at the same moment open each account once', async () => {
  const people = Array.from({ length: 300 }, (_, index) => ({ email: `twin${index}@example.com` }));
  const [one, two] = await Promise.all([importAll(people), importAll([...people].reverse())]);
  expect(one.progress.created + two.progress.created).toBe(300);
  expect(one.progress.existing + two.progress.existing).toBe(300);
});

test('the same file in two processes at once is done once', async () => {
  const records = Array.from({ length: 600 }, (_, index) => ({ email: `both${index}@example.com` }));
  const outcomes = await Promise.allSettled([importAll(records), importAll(records)]);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(failed.length).toBeLessThan(2);
  for (const { reason } of failed) expect(reason).toBeInstanceOf(ImportRunsElsewhere);
  const { progress } = await importAll(records);
  expect(progress).toMatchObject({ created: 600, existing: 0 });
  expect(
    await server.app.db.user.count({ where: { email: { in: records.map(({ email }) => email) } } }),
  ).toBe(600);
});

test('a dry run says what would happen, and writes nothing', async () => {
  const before = await server.app.db.user.count();
  const { progress } = await importAll([{ email: 'dry@example.com' }, 'broken'], { dryRun: true });
  expect(progress).toMatchObject({ created: 1, refused: 1 });
  expect(await server.app.db.user.count()).toBe(before);
  expect((await importAll([{ email: 'dry@example.com' }, 'broken'])).progress).toMatchObject({ created: 1 });
});

test('retention counts from the import: who was never verified elsewhere is not gone within the hour', async () => {
  await importAll([{ email: 'unverified@example.com', createdAt: '2015-01-01T00:00:00Z' }]);
  await server.app.retention.run();
  const user = await server.app.db.user.findUnique({
    where: { email: 'unverified@example.com' },
    select: { status: true },
  });
  expect(user).toEqual({ status: 'ACTIVE' });
});

test('an id that was erased here does not come back', async () => {
  const id = '018f3c1e-5b6a-7c00-8000-00000000e4a5';
  await readRaw(`INSERT INTO users (id, status, email) VALUES ($1, 'ERASED', NULL)`, [id]);
  const { progress } = await importAll([{ id, email: 'back@example.com' }]);
  expect(progress).toMatchObject({ created: 0, existing: 1 });
});
