import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { testServer } from '../../setup/test-database.js';
import { erasuresOf, requestIn, signUp } from './erasure-people.js';
import { seedEveryTable } from '../erasure-seeds.js';
import { PERSONAL_TABLES, rowsOfPerson } from '../person-tables.js';

// Two people whose every value is a word that stands nowhere else. A is erased; then the files of the database, its
// write-ahead log, a dump, the server's log and the folder of mails are searched for A's words, and B's are counted.

const word = (name: string) => `canary${name}${randomBytes(6).toString('hex')}`;

interface Canary {
  id: string;
  token: string;
  email: string;
  words: Record<string, string>;
}

let server: FullServer;
let a: Canary;
let b: Canary;
let before: Record<'a' | 'b', Record<string, string>>;
let log = '';

beforeAll(async () => {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => ((log += chunk.toString()), done()),
  });
  server = await startFullServer({ LOG_LEVEL: 'trace', TRUSTED_PROXIES: '1' }, sink);
  const officer = await signUp(server, ['PRIVACY_OFFICER']);
  [a, b] = [await liveALife('198.51.100.11'), await liveALife('198.51.100.22')];
  await eventually(async () =>
    expect((await mailFiles()).filter((name) => name.includes(a.id)).length).toBeGreaterThan(0),
  );
  before = { a: await rowsOf(a), b: await rowsOf(b) };
  const erasures = erasuresOf(server);
  const { id } = requestIn(await erasures.erase(officer.token, a.id));
  await eventually(async () => expect((await erasures.find(officer.token, id))?.status).toBe('COMPLETED'));
});
afterAll(() => server.stop());

async function call(
  path: string,
  body: object,
  headers: Record<string, string>,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}${path}`, {
    method: path.endsWith('/me') ? 'PUT' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok || answer.errors) throw new Error(`${path} answered ${JSON.stringify(answer)}`);
  return answer;
}

/** Registers, signs in, consents, changes the profile, and has a sealed value in each table that can hold one. */
async function liveALife(address: string): Promise<Canary> {
  const words = Object.fromEntries(
    ['local', 'name', 'note', 'agent', 'path'].map((name) => [name, word(name)]),
  );
  const email = `${words.local}@example.com`;
  const password = `${word('password')} and more`;
  const headers = { 'user-agent': words.agent ?? '', 'x-forwarded-for': address };
  await failToSignIn(email, headers); // under the address, as long as there is no account
  await call(
    '/api/v1/auth/register',
    { email, password, full_name: words.name, preferences: { note: words.note } },
    headers,
  );
  const repeatable = { ...headers, 'idempotency-key': randomUUID() };
  const login = await call('/api/v1/auth/login', { email, password }, repeatable);
  const token = String(login.access_token);
  await call(
    '/api/v1/users/me',
    { avatar_url: `https://example.com/${words.path}` },
    { ...headers, authorization: `Bearer ${token}` },
  );
  await failToSignIn(email, headers);
  const { db } = server.app;
  const { id } = await db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  Object.assign(words, await seedEveryTable(db, id, word));
  return { id, token, email, words: { ...words, address } };
}

async function failToSignIn(email: string, headers: Record<string, string>): Promise<void> {
  const body = { email, password: word('wrong') };
  await expect(call('/api/v1/auth/login', body, headers)).rejects.toThrow('INVALID_CREDENTIALS');
}

/** Of the owner of the database: the server's role sees no files. */
function ownerUrl(): string {
  const url = new URL(testServer().url);
  url.pathname = new URL(server.databaseUrl).pathname;
  return url.href;
}

async function query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: ownerUrl() });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const rowsOf = (person: Canary) => rowsOfPerson(query, person);

function wordsIn(content: Buffer, { words, email }: Canary): string[] {
  return [...Object.values(words), email].filter((text) => content.includes(text));
}

async function searchFolder(folder: string, person: Canary): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    let tail = Buffer.alloc(0);
    for await (const chunk of createReadStream(join(entry.parentPath, entry.name), {
      highWaterMark: 4_194_304,
    })) {
      const piece = Buffer.concat([tail, chunk as Buffer]);
      found.push(...wordsIn(piece, person));
      tail = piece.subarray(-256);
    }
  }
  return found;
}

const mailFiles = () => readdir(join(server.dataDir, 'mail'));

/** What an erasure keeps: that an account existed, that its requests were answered, and the log of both. */
const KEPT = ['audit_events', 'data_subject_requests', 'erasure_requests', 'users'];

test.each(PERSONAL_TABLES)('%s held something of A and of B before', (table) => {
  expect(Object.keys(before.a)).toContain(table);
  expect(Object.keys(before.b)).toContain(table);
});

test('the search finds words where they stand', async () => {
  expect(await searchFolder(join(server.dataDir, 'mail'), b)).toContain(b.email);
  expect(Object.keys(a.words).length).toBeGreaterThan(20);
});

test('nothing of A is left in any table but what says that an account existed', async () => {
  const left = await rowsOf(a);
  expect(Object.keys(left).sort()).toEqual(KEPT);
  for (const text of Object.values(left)) expect(text).not.toMatch(/c1\.\d/); // no envelope
});

test('nothing of A stands in the files of the database, its write-ahead log, or a dump', async () => {
  const [place] = await query<{ folder: string; oid: string }>(
    `SELECT current_setting('data_directory') AS folder, oid::text FROM pg_database WHERE datname = current_database()`,
  );
  await query('CHECKPOINT');
  expect(await searchFolder(join(place?.folder ?? '', 'base', place?.oid ?? ''), a)).toEqual([]);
  expect(await searchFolder(join(place?.folder ?? '', 'pg_wal'), a)).toEqual([]);
  const tables = await query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss')`,
  );
  for (const { name } of tables) {
    const rows = await query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
    expect(wordsIn(Buffer.from(rows.map(({ line }) => line).join('\n')), a)).toEqual([]);
  }
});

test('nothing of A stands in the server’s log, in the folder of mails, or in the ledger', async () => {
  expect(log).toContain('"level"');
  expect(wordsIn(Buffer.from(log), a)).toEqual([]);
  expect((await mailFiles()).filter((name) => name.includes(a.id))).toEqual([]);
  expect(await searchFolder(join(server.dataDir, 'mail'), a)).toEqual([]);
  const ledger = await readFile(join(server.dataDir, 'ledger', 'erasures.jsonl'));
  expect(ledger.toString()).toContain(a.id);
  expect(wordsIn(ledger, a)).toEqual([]);
});

test('the audit log still tells what was done to the account, without address and user agent', async () => {
  const actions = await query<{ action: string }>('SELECT action FROM audit_events WHERE subject_id = $1', [
    a.id,
  ]);
  expect(actions.map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      'user.registered',
      'session.created',
      'profile.updated',
      'user.erased',
      'erasure.completed',
    ]),
  );
  expect(await query('SELECT 1 FROM audit_origins WHERE user_id = $1', [a.id])).toEqual([]);
});

test('B is untouched, byte by byte, and goes on', async () => {
  expect(await rowsOf(b)).toEqual(before.b);
  const { data } = await server.graphql('{ viewer { email profile { fullName preferences } } }', {}, b.token);
  expect(data?.viewer).toEqual({
    email: b.email,
    profile: { fullName: b.words.name, preferences: { note: b.words.note } },
  });
});
