import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { REGISTER } from '../../src/privacy/register.js';
import { planErasure } from '../../src/services/compliance/erasure/erasure-plan.js';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { testServer } from '../setup/test-database.js';
import { erasuresOf, requestIn, signUp } from './erasure-people.js';

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
let before: Record<string, string>;
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
  before = await rowsOf(b.id);
  const erasures = erasuresOf(server);
  const { id } = requestIn(await erasures.erase(officer.token, a.id));
  await eventually(
    async () => expect((await erasures.find(officer.token, id))?.status).toBe('COMPLETED'),
    20_000,
  );
}, 90_000);
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
    ['local', 'name', 'note', 'agent', 'hold', 'path'].map((name) => [name, word(name)]),
  );
  const email = `${words.local}@example.com`;
  const password = `${word('password')} and more`;
  const headers = { 'user-agent': words.agent ?? '', 'x-forwarded-for': address };
  await call(
    '/api/v1/auth/register',
    { email, password, full_name: words.name, preferences: { note: words.note } },
    headers,
  );
  const login = await call('/api/v1/auth/login', { email, password }, headers);
  const token = String(login.access_token);
  await call(
    '/api/v1/users/me',
    { avatar_url: `https://example.com/${words.path}` },
    { ...headers, authorization: `Bearer ${token}` },
  );
  const { id } = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  const { db } = server.app;
  const now = new Date();
  await db.legalHold.create({
    data: { userId: id, reason: words.hold ?? '', placedAt: now, placedBy: id, releasedAt: now },
  });
  await db.socialLogin.create({ data: { userId: id, provider: 'github', providerId: words.local ?? '' } });
  await db.consent.create({ data: { userId: id, purpose: 'news', granted: true, policyVersion: '1' } });
  return { id, token, email, words: { ...words, address } };
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

/** What lies of a person in every table that an erasure empties, as texts. */
async function rowsOf(userId: string): Promise<Record<string, string>> {
  const { deleted, cleared, keys } = planErasure(REGISTER);
  const found: Record<string, string> = {};
  for (const { table, owner } of [...deleted, ...cleared, keys]) {
    const rows = await query<{ line: string }>(
      `SELECT t::text AS line FROM "${table}" t WHERE "${owner}" = $1 ORDER BY 1`,
      [userId],
    );
    if (rows.length > 0) found[table] = rows.map(({ line }) => line).join('\n');
  }
  return found;
}

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

test('what was there before: rows of A and B in many tables, mails, and words that the search finds', async () => {
  expect(Object.keys(before).length).toBeGreaterThan(7);
  expect(await searchFolder(join(server.dataDir, 'mail'), b)).toContain(b.email);
});

test('nothing of A is left in any table of the register but what says that an account existed', async () => {
  const left = await rowsOf(a.id);
  expect(Object.keys(left).sort()).toEqual(['data_subject_requests', 'erasure_requests', 'users']);
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
  expect(await rowsOf(b.id)).toEqual(before);
  const { data } = await server.graphql('{ viewer { email profile { fullName preferences } } }', {}, b.token);
  expect(data?.viewer).toEqual({
    email: b.email,
    profile: { fullName: b.words.name, preferences: { note: b.words.note } },
  });
});
