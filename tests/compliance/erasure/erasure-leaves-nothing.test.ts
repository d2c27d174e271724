import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { startOwnPostgres } from '../../setup/own-postgres.js';
import { recycleWal } from '../../setup/recycle-wal.js';
import { asNeedles, searchFolder, searchIn } from '../../setup/search-files.js';
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
let postgres: Awaited<ReturnType<typeof startOwnPostgres>>;
let left: Record<string, string> = {};
let main: Record<'a' | 'b', string[]>;
let inWalBefore: string[];
let log = '';

beforeAll(async () => {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => ((log += chunk.toString()), done()),
  });
  postgres = await startOwnPostgres({ min_wal_size: '32MB', max_wal_size: '32MB' });
  server = await startFullServer({ LOG_LEVEL: 'trace', TRUSTED_PROXIES: '1' }, sink, postgres);
  const officer = await signUp(server, ['PRIVACY_OFFICER']);
  [a, b] = [await liveALife('198.51.100.11'), await liveALife('198.51.100.22')];
  await eventually(async () =>
    expect((await mailFiles()).filter((name) => name.includes(a.id)).length).toBeGreaterThan(0),
  );
  before = { a: await rowsOf(a), b: await rowsOf(b) };
  main = { a: await mainRemainsOf(a), b: await mainRemainsOf(b) };
  inWalBefore = await searchFolder(join(postgres.folder, 'pg_wal'), asNeedles(remainsOf('a')));
  const erasures = erasuresOf(server);
  const { id } = requestIn(await erasures.erase(officer.token, a.id));
  await eventually(async () => expect((await erasures.find(officer.token, id))?.status).toBe('COMPLETED'));
  left = await rowsOf(a);
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

async function query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const rowsOf = (person: Canary) => rowsOfPerson(query, person);

const wordsOf = ({ words, email }: Canary) => asNeedles([...Object.values(words), email]);

/**
 * What lay of a person in the database, and of nobody else, sealed or hashed: envelopes, search indexes, hashes of tokens,
 * keys of counts, the wrapped data key. Their beginnings, since PostgreSQL cuts long values in pieces. Not what an erasure keeps.
 */
function remainsOf(person: 'a' | 'b'): string[] {
  const textsIn = (rows: Record<string, string>) =>
    Object.values(rows)
      .join('\n')
      .match(/[\w.-]{40,}/g) ?? [];
  const elsewhere = new Set([...textsIn(before[person === 'a' ? 'b' : 'a']), ...textsIn(left)]);
  return textsIn(before[person])
    .filter((text) => !elsewhere.has(text))
    .map(beginning);
}

const beginning = (text: string) => text.slice(0, 60);

/** The wrapped data key, the address sealed, and its search index. */
async function mainRemainsOf({ id }: Canary): Promise<string[]> {
  const sql =
    'SELECT wrapped_key, email, email_index FROM users JOIN data_keys ON user_id = id WHERE id = $1';
  const [row] = await query<Record<string, string>>(sql, [id]);
  return Object.values(row ?? {}).map(beginning);
}

const mailFiles = () => readdir(join(server.dataDir, 'mail'));

/** What an erasure keeps: that an account existed, that its requests were answered, and the log of both. */
const KEPT = ['audit_events', 'data_subject_requests', 'erasure_requests', 'users'];

test.each(PERSONAL_TABLES)('%s held something of A and of B before', (table) => {
  expect(Object.keys(before.a)).toContain(table);
  expect(Object.keys(before.b)).toContain(table);
});

test('the search finds words where they stand', async () => {
  expect(await searchFolder(join(server.dataDir, 'mail'), wordsOf(b))).toContain(b.email);
  expect(Object.keys(a.words).length).toBeGreaterThan(20);
});

test('nothing of A is left in any table but what says that an account existed', async () => {
  expect(Object.keys(left).sort()).toEqual(KEPT);
  for (const text of Object.values(left)) expect(text).not.toMatch(/c1\.\d/); // no envelope
});

const inDatabase = (...path: string[]) => join(postgres.folder, ...path);

test('no word of A stands in the files of the database, its write-ahead log, or a dump', async () => {
  await query('CHECKPOINT');
  expect(await searchFolder(inDatabase('base'), wordsOf(a))).toEqual([]);
  expect(await searchFolder(inDatabase('pg_wal'), wordsOf(a))).toEqual([]);
  const tables = await query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss')`,
  );
  for (const { name } of tables) {
    const rows = await query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
    expect(searchIn(Buffer.from(rows.map(({ line }) => line).join('\n')), wordsOf(a))).toEqual([]);
  }
});

test('what lay of A in the write-ahead log, sealed or hashed, is gone once that was recycled', async () => {
  expect(main.a).toHaveLength(3);
  expect(inWalBefore).toEqual(expect.arrayContaining(main.a));
  await recycleWal(query, postgres.folder);
  const everything = asNeedles([...remainsOf('a'), ...wordsOf(a).keys()]);
  expect(await searchFolder(inDatabase('pg_wal'), everything)).toEqual([]);
});

test('and in the files of the database once those were written anew; what is B’s stands there', async () => {
  await query(`VACUUM FULL ${PERSONAL_TABLES.join(', ')}`);
  await query('CHECKPOINT');
  expect(await searchFolder(inDatabase('base'), asNeedles(remainsOf('a')))).toEqual([]);
  expect(await searchFolder(inDatabase('base'), asNeedles(main.b))).toEqual(expect.arrayContaining(main.b));
});

test('nothing of A stands in the server’s log, in the folder of mails, or in the ledger', async () => {
  expect(log).toContain('"level"');
  expect(searchIn(Buffer.from(log), wordsOf(a))).toEqual([]);
  expect((await mailFiles()).filter((name) => name.includes(a.id))).toEqual([]);
  expect(await searchFolder(join(server.dataDir, 'mail'), wordsOf(a))).toEqual([]);
  const ledger = await readFile(join(server.dataDir, 'ledger', 'erasures.jsonl'));
  expect(ledger.toString()).toContain(a.id);
  expect(searchIn(ledger, wordsOf(a))).toEqual([]);
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
